"""Are HL7 v2 messages and FHIR Bundles drafted as the feeds they hold, and is whatever else arrives told?"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.errors import SettingError
from pipeline.contract.formats import Delimited, FhirBundle
from pipeline.contract.rules import PersonRule
from pipeline.drafting.draft import agency_of, draft
from pipeline.dry_run import check_files
from tests.readers import niem
from tests.readers.bundles import bundle, deletion
from tests.readers.hl7_messages import file_of, hospital, message, mrg, pid, pv1
from tests.readers.samples import PATIENT, RESOURCES

CANARY = "ZQXCANARY"


def drafted(*paths: Path):
    made = draft(paths, "maple_falls", "Maple Falls", "America/Denver")
    assert CANARY not in made.text
    return made, agency_of(made)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def person_of(agency) -> PersonRule:
    person = agency.feed("patients").person
    assert person is not None
    return person


def where_rows_go(agency, *paths: Path) -> dict[str, list[tuple]]:
    told: dict[str, list[tuple]] = {}
    for one in check_files(agency, list(paths)):
        told.setdefault(str(one.feed), []).append((one.rows, one.accepted, one.quarantined, one.refused))
    return told


# --- HL7 v2 ----------------------------------------------------------------------------------------------------------

ADMITTED = message("A01", pid(name=f"{CANARY}^ANN^Q"), pv1())
LEFT = message("A03", pid(), pv1(ended="20261103080000-0700"), sent_at="20261103090000-0700")
MERGED = message("A40", pid(), mrg())


def test_messages_are_drafted_as_the_feeds_of_the_page(tmp_path: Path):
    path = put(tmp_path / "adt_20261116.hl7", file_of(ADMITTED, LEFT, MERGED))
    made, agency = drafted(path)
    page = hospital()
    assert [feed.name for feed in agency.feeds] == ["patients", "visits", "merges"]
    for feed in agency.feeds:
        declared = page.feed(feed.name)
        shared = ("key", "law", "version_column", "never_happened", "merges_of", "merged_into", "fewest_rows")
        assert {name: getattr(feed, name) for name in shared} == {name: getattr(declared, name) for name in shared}
        assert {*feed.format.paths.items()} <= {*declared.format.paths.items()}
        assert set(feed.format.events) == set(declared.format.events)
        assert feed.file_pattern == r"adt_(?P<date>\d{8})\.hl7"
    assert person_of(agency).death == person_of(page).death
    assert agency.feed("visits").encounters[0].person_feed == "patients"
    assert "patients: events: the sample has A01 (1), A03 (1), A40 (1); which others does the hospital send?" in (
        made.decisions
    )
    assert any("1 sending facilities are named" in line for line in made.decisions)
    assert where_rows_go(agency, path) == {
        "patients": [(3, 1, 0, None)],
        "visits": [(2, 1, 0, None)],
        "merges": [(1, 1, 0, None)],
    }


def test_only_fields_that_are_filled_and_feeds_that_have_messages_are_drafted(tmp_path: Path):
    bare = "PID|1||P1^^^CEDAR^MR||LEE^ANN||19900131|F"
    path = put(tmp_path / "adt.hl7", file_of(message("A28", bare, "PV1|1|N")))
    _, agency = drafted(path)
    [feed] = agency.feeds
    assert {"middle_name", "street", "phone", "ssn"} & {column.name for column in feed.columns} == set()
    assert set(person_of(agency).fields.by_field()) == {
        "first_name",
        "last_name",
        "other_last_names",
        "birth_date",
        "sex",
    }
    assert where_rows_go(agency, path) == {"patients": [(1, 1, 0, None)]}


def test_a_folder_of_messages_is_one_draft_however_its_files_are_called(tmp_path: Path):
    contents = {"ADT-A01-01.hl7": file_of(ADMITTED), "adt_x.hl7": b"\x0b" + file_of(LEFT, line_end="\r\n") + b"\x1c\r"}
    paths = [put(tmp_path / name, content) for name, content in contents.items()]
    made, agency = drafted(*paths)
    assert [feed.name for feed in agency.feeds] == ["patients", "visits"]
    assert any("file_pattern: 2 kinds of names" in line for line in made.decisions)
    assert where_rows_go(agency, *paths) == {"patients": [(1, 1, 0, None)] * 2, "visits": [(1, 1, 0, None)] * 2}


def test_messages_that_nobody_here_wrote_are_drafted_and_nearly_all_taken(real_data: Path):
    paths = sorted((real_data / "hl7v2").glob("*.hl7"))
    if not paths:
        pytest.skip("the HL7 v2 messages nobody here wrote are not on this machine")
    _, agency = drafted(*paths)
    told = list(check_files(agency, paths))
    assert [feed.name for feed in agency.feeds] == ["patients", "visits", "merges"]
    assert sum(one.rows for one in told if one.feed == "patients") == len(paths)
    assert sum(one.quarantined for one in told) <= 1  # a visit without a number and without a beginning
    assert not any(one.refused for one in told)


def test_a_file_without_any_adt_message_says_what_to_ask_for(tmp_path: Path):
    results = message("R01", pid(name=CANARY), kind="ORU")
    for content in (file_of(results), b"MSH|^~\\&|", b"FHS|^~\\&|A\r"):
        with pytest.raises(SettingError, match="ask for the hospital's ADT feed") as fault:
            drafted(put(tmp_path / "adt.hl7", content))
        assert CANARY not in str(fault.value)


# --- FHIR Bundles ----------------------------------------------------------------------------------------------------


def test_a_bundle_is_drafted_as_a_feed_for_each_type_that_is_read(tmp_path: Path):
    other = {"resourceType": "Observation", "id": "o1"}
    people = [PATIENT | {"id": f"p{n}", "name": [{"family": CANARY, "given": ["Ann"]}]} for n in range(3)]
    resources = [one for one in RESOURCES.values() if one["resourceType"] != "Patient"]
    path = put(tmp_path / "bundle_20261116.json", bundle(*people, *resources, other, deletion("Patient", "p9")))
    made, agency = drafted(path)
    assert {feed.name: feed.format for feed in agency.feeds} == {
        "patients": FhirBundle("Patient"),
        "encounters": FhirBundle("Encounter"),
        "conditions": FhirBundle("Condition"),
        "consents": FhirBundle("Consent"),
    }
    assert {feed.key for feed in agency.feeds} == {("id",)}
    assert person_of(agency).fields.by_field()["last_name"] == "family"
    assert agency.feed("encounters").column("period_start").formats
    assert any("1 more types of resources have no feed" in line for line in made.decisions)
    told = where_rows_go(agency, path)
    assert told.pop("patients") == [(4, 3, 0, None)]  # one is deleted, so it counts for nothing
    assert all(rows == accepted and not aside for [(rows, accepted, aside, _)] in told.values())


def test_bundles_that_nobody_here_wrote_are_drafted_and_all_taken(real_data: Path):
    paths = sorted((real_data / "fhir_shift").glob("*.json"))
    if not paths:
        pytest.skip("the Bundles nobody here wrote are not on this machine")
    _, agency = drafted(*paths)
    told = list(check_files(agency, paths))
    assert [feed.name for feed in agency.feeds] == ["patients", "encounters", "conditions"]
    assert all(one.rows == one.accepted and not one.refused for one in told)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bundle({"resourceType": "Observation", "id": "o1"}), "no resource of a type that is read"),
        (bundle(), "no resource of a type that is read"),
        (bundle(PATIENT)[:-20], "a broken one"),
    ],
)
def test_a_bundle_that_cannot_be_drafted_says_why(tmp_path: Path, content: bytes, said: str):
    with pytest.raises(SettingError, match=said):
        drafted(put(tmp_path / "bundle.json", content))


# --- whatever arrives ------------------------------------------------------------------------------------------------

ROSTER = b"<Roster><Inmate no='1'><First>Ann</First><Last>ZQXCANARY</Last></Inmate></Roster>"
RIGHT = (
    file_of(ADMITTED, MERGED),
    bundle(PATIENT),
    niem.document(niem.report(last=CANARY)),
    ROSTER,
)
BEGINNINGS = (b"", b"MSH|^~\\&|", b"<a ", b"<?xml version='1.0'?>", b'{"resourceType":"Bundle",', b"PK\x03\x04", b"[{")


@st.composite
def damaged(draw) -> bytes:
    """A right file of which some bytes are left out, doubled or changed."""
    content = draw(st.sampled_from(RIGHT))
    start, end = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
    between = draw(st.sampled_from([b"", content[start:end] * 2]) | st.binary(max_size=9))
    return content[:start] + between + content[end:]


@given(content=damaged() | st.tuples(st.sampled_from(BEGINNINGS), st.binary(max_size=60)).map(b"".join))
@settings(max_examples=200)
def test_whatever_bytes_arrive_there_is_a_draft_or_one_line_and_no_value(content, tmp_path_factory):
    assert "\n" not in complaint(put(tmp_path_factory.mktemp("any") / "any.dat", content))


def complaint(path: Path) -> str:
    """What is said where there is no draft? Nothing where there is one.

    What is damaged so that it is no document any more may be a table, whose first line is a header, whatever it says.
    """
    try:
        made = draft([path], "maple_falls", "Maple Falls", "America/Denver")
        is_table = any(isinstance(feed.format, Delimited) for feed in agency_of(made).feeds)
        assert is_table or CANARY not in made.text
    except SettingError as fault:
        assert CANARY not in str(fault)  # noqa: PT017 -- whether it is raised is not what is asked
        return str(fault)
    return ""
