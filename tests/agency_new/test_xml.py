"""Is an XML document drafted with the element that is a row, and paths that lead to every value?"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.columns import Kind
from pipeline.contract.errors import SettingError
from pipeline.contract.formats import Xml
from pipeline.drafting.draft import agency_of, draft
from pipeline.drafting.xml_documents import MOST_COLUMNS
from pipeline.drafting.xml_names import names_of
from pipeline.dry_run import check_files
from tests.docs.pages import page_text
from tests.readers import niem

CANARY = "ZQXCANARY"


def drafted(*paths: Path):
    made = draft(paths, "maple_falls", "Maple Falls", "America/Denver")
    assert CANARY not in made.text
    return made, agency_of(made)


def put(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def layout_of(agency) -> Xml:
    [feed] = agency.feeds
    assert isinstance(feed.format, Xml)
    return feed.format


def where_rows_go(agency, *paths: Path) -> list[tuple]:
    return [(told.rows, told.accepted, told.quarantined, told.refused) for told in check_files(agency, list(paths))]


def fields_of(agency) -> dict:
    [feed] = agency.feeds
    return feed.person.fields.by_field() if feed.person else {}


def share_filled(agency, path: Path) -> float:
    """Which share of the columns holds something in some row?"""
    [told] = check_files(agency, [path])
    return sum(one.share > 0 for one in told.columns) / len(told.columns)


# --- NIEM and N-DEx --------------------------------------------------------------------------------------------------

WHO = {"first_name": "first_name", "last_name": "last_name", "birth_date": "birth_date"}
WITH_GIVEN_NAMES = ("<nc:PersonSurName>", "<nc:PersonGivenName>Ann</nc:PersonGivenName><nc:PersonSurName>")
PERSON = "j:BookingSubject/nc:RoleOfPerson"


def test_of_booking_reports_the_report_is_a_row_and_the_person_is_reached_by_reference(tmp_path: Path):
    parts = [niem.report(number=f"B{n}", of=f"P{n}", last=CANARY) for n in range(3)]
    path = put(tmp_path / "bookings_20261103.xml", niem.document(*parts))
    _, agency = drafted(path)
    layout = layout_of(agency)
    assert (layout.row, layout.has_one_row, agency.feeds[0].name) == ("ext:BookingReport", False, "booking_reports")
    assert layout.paths["first_name"] == f"j:Booking/{PERSON}/nc:PersonName/nc:PersonGivenName"
    assert layout.namespaces == {name: niem.NAMESPACES[name] for name in ("nc", "j", "ext")}
    feed = agency.feeds[0]
    assert (feed.key, feed.version_column) == (("booking_agency_record_id",), "document_creation_date")
    assert feed.column("booking_activity_date").formats == ("iso",)
    assert fields_of(agency) == WHO
    assert {"first_name", "last_name", "birth_date"} <= set(feed.personal_columns())
    assert where_rows_go(agency, path) == [(3, 3, 0, None)]
    assert share_filled(agency, path) == 1.0


def test_a_list_of_one_report_is_a_list_all_the_same(tmp_path: Path):
    path = put(tmp_path / "bookings.xml", niem.document(niem.report()))
    _, agency = drafted(path)
    assert (layout_of(agency).row, layout_of(agency).has_one_row) == ("ext:BookingReport", False)
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]


def test_bookings_that_share_their_persons_are_rows_themselves(tmp_path: Path):
    people = [niem.person("P1", last=CANARY), niem.person("P2", first="Bo")]
    bookings = [niem.booking(f"B{n}", of=f"P{n % 2 + 1}") for n in range(4)]
    path = put(tmp_path / "bookings.xml", niem.document(*bookings, *people))
    _, agency = drafted(path)
    assert layout_of(agency).row == "j:Booking"
    assert layout_of(agency).paths["last_name"] == f"{PERSON}/nc:PersonName/nc:PersonSurName"
    assert where_rows_go(agency, path) == [(4, 4, 0, None)]


def test_a_document_about_one_booking_is_one_row_and_many_of_them_are_one_feed(tmp_path: Path):
    officer = "<nc:Person><nc:PersonName><nc:PersonFullName>Ann Officer</nc:PersonFullName></nc:PersonName></nc:Person>"
    alias = niem.person("A1", last="Alias").replace("nc:Person ", "nc:Identity ").replace("nc:Person>", "nc:Identity>")
    charges = [
        f"<j:Arrest><nc:ActivityDate><nc:Date>2026-11-0{n}</nc:Date></nc:ActivityDate></j:Arrest>" for n in (1, 2)
    ]
    paths = []
    for number, name in enumerate(("adams", "pima-west")):
        text = niem.report(f"B{number}", last=CANARY, more="".join(charges))
        content = text.replace("</ext:BookingReport>", f"{officer}{alias}{alias}</ext:BookingReport>")
        paths.append(put(tmp_path / f"booking-{name}.xml", content))
    made, agency = drafted(*paths)
    assert (layout_of(agency).row, layout_of(agency).has_one_row) == ("ext:BookingReport", True)
    assert layout_of(agency).paths["last_name"] == f"j:Booking/{PERSON}/nc:PersonName/nc:PersonSurName"
    assert agency.feeds[0].file_pattern == r"booking-.*\.xml"
    assert any("file_pattern: 2 kinds of names" in line for line in made.decisions)
    assert where_rows_go(agency, *paths) == [(1, 1, 0, None)] * 2


def test_an_evaluation_is_the_association_of_an_activity_with_a_person(tmp_path: Path):
    path = put(tmp_path / "evaluations.xml", niem.EVALUATION.replace(*WITH_GIVEN_NAMES))
    _, agency = drafted(path)
    layout = layout_of(agency)
    assert layout.row == "nc:ActivityPersonAssociation"
    assert layout.paths["evaluation_diagnosis_description"] == "nc:Activity/j:EvaluationDiagnosisDescriptionText"
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]


def test_of_a_call_in_n_dex_the_subjects_are_rows_and_the_others_are_told(tmp_path: Path):
    path = put(tmp_path / "calls.xml", niem.CALL.replace(*WITH_GIVEN_NAMES))
    made, agency = drafted(path)
    assert layout_of(agency).row == "digest:IncidentSubjectPersonAssociation"
    assert layout_of(agency).paths["activity_id"].startswith("nc:ActivityReference/nc:ActivityIdentification/")
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]
    assert any(line.endswith("is one IncidentSubjectPersonAssociation one row?") for line in made.decisions)


def test_the_documents_of_the_how_to_are_drafted(tmp_path: Path):
    blocks = [part.partition("```")[0] for part in page_text("how-to/read-niem-and-ndex.md").split("```xml\n")[1:]]
    booking, release = (put(tmp_path / f"{n}_doc.xml", text) for n, text in enumerate(blocks))
    _, of_booking = drafted(booking)
    assert fields_of(of_booking) == WHO
    assert where_rows_go(of_booking, booking) == [(1, 1, 0, None)]
    _, of_release = drafted(release)
    assert (layout_of(of_release).row, layout_of(of_release).has_one_row) == ("cr:CustodyReleaseReport", True)
    assert of_release.feeds[0].key == ("booking_agency_record_id",)
    with_case = blocks[1].replace(
        "<j:Booking>", "<nc:Case><nc:CaseTrackingID>T1</nc:CaseTrackingID></nc:Case><j:Booking>"
    )
    _, of_case = drafted(put(tmp_path / "case.xml", with_case))
    assert of_case.feeds[0].key == ("booking_agency_record_id",)
    assert where_rows_go(of_release, release) == [(1, 1, 0, None)]


def test_a_reference_on_an_element_with_content_of_its_own_is_no_reference(tmp_path: Path):
    text = (
        niem.report()
        .replace("<j:Booking>", '<j:Booking s:ref="add">')
        .replace("<j:Booking ", '<ext:MessageCode s:id="add">add</ext:MessageCode><j:Booking ', 1)
    )
    path = put(tmp_path / "booking.xml", text)
    _, agency = drafted(path)
    assert fields_of(agency) == WHO
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]


def test_what_a_reference_does_not_find_is_left_out_and_told(tmp_path: Path):
    parts = [niem.report(f"B{n}", more='<j:Arrest s:ref="NOWHERE"/>') for n in range(2)]
    path = put(tmp_path / "bookings.xml", niem.document(*parts))
    made, agency = drafted(path)
    assert where_rows_go(agency, path) == [(2, 2, 0, None)]
    assert any("references: 1 lead nowhere" in line for line in made.decisions)


def test_what_a_reference_finds_in_one_row_only_is_left_out_of_all(tmp_path: Path):
    day = '<j:Arrest s:id="A1"><nc:ActivityDate><nc:Date>2026-11-03</nc:Date></nc:ActivityDate></j:Arrest>'
    parts = [niem.report(f"B{n}", of=f"P{n}", more=f'<j:Arrest s:ref="{ref}"/>') for n, ref in enumerate(("A1", "A9"))]
    path = put(tmp_path / "bookings.xml", niem.document(*parts, f"<ext:Shared>{day}</ext:Shared>"))
    _, agency = drafted(path)
    assert not any("j:Arrest" in where for where in layout_of(agency).paths.values())
    assert where_rows_go(agency, path) == [(2, 2, 0, None)]


def test_of_very_many_elements_some_are_left_out_and_never_who_it_is(tmp_path: Path):
    more = "".join(f"<ext:Part{n}>{n}</ext:Part{n}>" for n in range(MOST_COLUMNS))
    path = put(tmp_path / "booking.xml", niem.report(more=more))
    made, agency = drafted(path)
    assert len(agency.feeds[0].columns) == MOST_COLUMNS
    assert fields_of(agency) == WHO
    assert any("more elements are left out" in line for line in made.decisions)
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]


def test_pictures_are_left_out_and_told(tmp_path: Path):
    picture = "<nc:PersonDigitalImage><nc:Base64BinaryObject>UjBsR09E</nc:Base64BinaryObject></nc:PersonDigitalImage>"
    parts = [niem.report(f"B{n}", of=f"P{n}", more=picture) for n in range(2)]
    made, agency = drafted(put(tmp_path / "bookings.xml", niem.document(*parts)))
    assert not any("Base64" in where for where in layout_of(agency).paths.values())
    assert any("1 elements that hold pictures are left out" in line for line in made.decisions)


SUBJECT = "<j:ArrestSubject><nc:RoleOfPerson>{who}</nc:RoleOfPerson></j:ArrestSubject>"
OTHERS = """<j:ArrestOfficial><nc:RoleOfPerson>{who}</nc:RoleOfPerson></j:ArrestOfficial>
<j:ArrestVictim><nc:RoleOfPerson>{who}<nc:ContactEmailID>a@b.c</nc:ContactEmailID></nc:RoleOfPerson></j:ArrestVictim>"""


def test_who_is_called_the_subject_is_whom_the_row_is_about_and_never_a_victim_or_an_officer(tmp_path: Path):
    who = re.sub(r"</?nc:Person( [^>]*)?>", "", niem.person(last=CANARY))
    arrest = OTHERS.format(who=who) + SUBJECT.format(who=who)
    day = "<nc:ActivityDate><nc:Date>2026-11-03</nc:Date></nc:ActivityDate>"
    text = f"<ext:Arrest {niem.DECLARED}>{day}{arrest}</ext:Arrest>"
    path = put(tmp_path / "arrest.xml", text)
    _, agency = drafted(path)
    above = "j:ArrestSubject/nc:RoleOfPerson"
    assert layout_of(agency).paths["last_name"] == f"{above}/nc:PersonName/nc:PersonSurName"
    assert set(fields_of(agency)) == {"first_name", "last_name", "birth_date"}
    assert {name for name, where in layout_of(agency).paths.items() if "Victim" in where} <= set(
        agency.feeds[0].personal_columns()
    )
    assert where_rows_go(agency, path) == [(1, 1, 0, None)]


# --- vendors' own ----------------------------------------------------------------------------------------------------

ROSTER = """<?xml version="1.0"?>
<Roster asOf="2026-11-03">
  <Facility><Name>Main Jail</Name></Facility>
  {rows}
</Roster>
"""
INMATE = """<Inmate id="{n}">
  <Name><First>Ann</First><Last>{last}</Last></Name><DOB>0{n}/15/1990</DOB><BookingNumber>26-{n}</BookingNumber>
  <BookedOn>11/0{n}/2026 14:05</BookedOn>
  <Charges><Charge><Code>A{n}</Code><Text>THEFT</Text></Charge><Charge><Code>B{n}</Code><Text>FTA</Text></Charge></Charges>
  <ArrestingOfficer><First>Bo</First><Last>Badge</Last></ArrestingOfficer>
</Inmate>"""


def test_a_vendors_roster_without_namespaces_is_drafted(tmp_path: Path):
    rows = "".join(INMATE.format(n=n, last=CANARY) for n in range(1, 8))
    path = put(tmp_path / "roster_20261103.xml", ROSTER.format(rows=rows))
    _, agency = drafted(path)
    layout, feed = layout_of(agency), agency.feeds[0]
    assert (layout.row, layout.namespaces) == ("Inmate", {})
    assert layout.paths["last_name"] == "Name/Last"
    assert feed.column("birth_date").formats == ("%m/%d/%Y", "iso")
    assert (feed.column("booked_on").kind, feed.column("booked_on").formats) == (
        Kind.MOMENT,
        ("%m/%d/%Y %H:%M", "iso"),
    )
    assert feed.key == ("booking_number",)
    assert where_rows_go(agency, path) == [(7, 7, 0, None)]


def test_rows_that_are_attributes_in_a_default_namespace_are_drafted(tmp_path: Path):
    rows = "".join(
        f'<Row BookingNo="B{n}" FirstName="Ann" LastName="{CANARY}" DOB="1990-01-0{n}" Booked="2026-11-0{n}T10:00:00"/>'
        for n in range(1, 6)
    )
    path = put(tmp_path / "rows.xml", f'<Rows xmlns="urn:jail">{rows}</Rows>')
    _, agency = drafted(path)
    assert (layout_of(agency).row, layout_of(agency).namespaces) == ("doc:Row", {"doc": "urn:jail"})
    assert layout_of(agency).paths["last_name"] == "@LastName"
    assert agency.feeds[0].column("booked").formats == ("iso",)
    assert where_rows_go(agency, path) == [(5, 5, 0, None)]


# --- what is refused -------------------------------------------------------------------------------------------------

DTD = '<!DOCTYPE a [<!ENTITY x "ZQXCANARY">]><a><b>&x;</b></a>'
REFUSED = {
    "entities": (DTD, "document type"),
    "cut off": (f"<a><b>{CANARY}</b>", "not well-formed XML at line 1"),
    "an unknown encoding": (f'<?xml version="1.0" encoding="klingon"?><a>{CANARY}</a>', "encoding that nobody knows"),
    "no values": ("<a><b/><c/></a>", "hold no values"),
    "too deep": ("<a>" * 120 + CANARY + "</a>" * 120, "more than 100 deep"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_document_that_is_not_read_says_why_in_one_line(tmp_path: Path, what: str):
    text, told = REFUSED[what]
    with pytest.raises(SettingError, match=told) as fault:
        drafted(put(tmp_path / "sample.xml", text))
    assert CANARY not in str(fault.value)
    assert "\n" not in str(fault.value)


steps = st.sampled_from(["PersonName", "ActivityDate", "DateTime", "Booking", "IdentificationID", "row_id", "A", "1st"])


def test_names_that_would_be_the_same_are_told_apart_by_what_stands_above():
    paths = [("Sentence", "Start"), ("Program", "Start"), ("Program", "End")]
    assert list(names_of(paths, {}).values()) == ["sentence_start", "program_start", "program_end"]


@given(st.lists(st.lists(steps, min_size=1, max_size=4).map(tuple), unique=True, max_size=12))
def test_names_of_columns_are_all_different_and_snake_case(paths):
    names = names_of(paths, {paths[0]: "first_name"} if paths else {})
    assert list(names) == paths
    assert len(set(names.values())) == len(paths)
    assert all(
        name.replace("_", "a").isalnum() and name[0].isalpha() and name == name.lower() for name in names.values()
    )


trees = st.recursive(
    st.sampled_from(["Ann", "2026-11-03", "", CANARY]),
    lambda inner: st.lists(st.tuples(st.sampled_from(["A", "B", "Name", "First", "Last"]), inner), max_size=4),
    max_leaves=12,
)


def written(tree) -> str:
    return tree if isinstance(tree, str) else "".join(f"<{name}>{written(inner)}</{name}>" for name, inner in tree)


@given(tree=trees)
@settings(max_examples=100)
def test_whatever_a_document_holds_there_is_a_draft_that_reads_it_or_one_line(tree, tmp_path_factory):
    path = put(tmp_path_factory.mktemp("any") / "any.xml", f"<Root>{written(tree)}</Root>")
    try:
        _, agency = drafted(path)
    except SettingError:
        return
    [told] = check_files(agency, [path])
    assert told.refused is None
    assert told.rows >= 1
    assert not [reason for reason in told.reasons if reason.code == "no_such_id"]
