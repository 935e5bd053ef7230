"""What becomes of damaged files and odd feeds? One test for each of the dirty inputs 8 to 17, 21 to 23, 26 and 27.

Each input is as it would be in the wild; most go the whole road, from the delivered file to the published list.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline import flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.declaration import Column, Delimited, Kind, Plausible
from pipeline.readers import FileUnreadable, read
from pipeline.settings import Settings
from tests.cases.people import BOOKINGS, CALLS, compared, people_of_bookings, people_of_calls
from tests.hmis import exports
from tests.hmis.exports import DELTA, FULL, MARTIN, NADIA, OTHERWISE
from tests.quarantine.corrections import Town
from tests.readers.bundles import CLINIC, bundle, deletion
from tests.readers.samples import FEEDS, columns, faults
from tests.road import county
from tests.standardize.rows import said

AGENCIES = {agency.name: agency for agency in load_agencies()}
COC = exports.agency()
JAIL, PERSONS = FEEDS[BOOKINGS], FEEDS["larkspur_police.persons"]
PROVIDER = "riverbend_behavioral_health"
LATER = {"DateUpdated": "2026-11-05 12:00:00"}


@pytest.fixture
def take_in(store, tmp_path):
    """Take in what an agency delivered and tell which of its person records may be used, as key → last name."""

    def go(agency, as_of=county.AS_OF):
        settings = Settings(home=tmp_path / "home")
        flow.take_in_agency(store, Act("test", county.AT), agency, tmp_path / "in", settings, lambda step, share: None)
        people = store.read("usable_person_records", **flow.plan_for(as_of, settings).bounds(None))
        return dict(zip(people["record_key"], people["last_name"], strict=True))

    return go


@pytest.fixture
def publish(store, tmp_path):
    """Publish the list of what lies in the folder of deliveries; the list, and what the run complained of."""

    def go(hours=0):
        at = county.AT + timedelta(hours=hours)
        result = county.run(store, tmp_path / "in", tmp_path / "out", at=at)
        return county.published(tmp_path / "out"), result

    return go


def counts(store, agency):
    """Delivered, accepted, quarantined, retracted."""
    row = county.accounting(store)[agency]
    return tuple(row[name] for name in ("delivered", "accepted", "quarantined", "retracted"))


def piped(*rows, header_end="|", delimiter="|", line_end="\r\n", last_line_end="\r\n"):
    """The text of a file of cases by hand; each row says only what differs from county.PERSON."""
    lines = [delimiter.join(county.PERSON) + header_end]
    lines += [delimiter.join({**county.PERSON, **row}.values()) + header_end for row in rows]
    return line_end.join(lines) + last_line_end


@pytest.mark.parametrize("mark", ["\ufeff", "ï»¿", "ï.."], ids=["a mark", "a mark decoded wrongly", "a mark with dots"])
def test_case_8_a_byte_order_mark_right_or_mangled_is_no_part_of_the_first_column(store, tmp_path, publish, mark):
    path = county.calls(tmp_path / "in", {})
    text = path.read_bytes().decode("utf-8-sig")
    path.write_bytes((mark + text).encode("utf-8"))
    made, result = publish()
    assert [entry["record_keys"] for entry in made["entries"]] == [["riverton_police/calls/26-1|1"]]
    assert (counts(store, "riverton_police"), result.refusals) == ((1, 1, 0, 0), [])


def test_case_9_each_encoding_is_read_as_declared_and_a_byte_it_lacks_sets_its_row_aside():
    file = piped({"last_name": "Schröter"}, {"last_name": "NOBLE"}).encode("cp1252").replace(b"NOBLE", b"NO\x81BLE")
    assert [row["last_name"] for row in columns(PERSONS, file)] == ["Schröter"]
    assert faults(read(PERSONS, file)) == [(3, "wrong_encoding")]
    mixed = people_of_calls({"PersonName": "NÚÑEZ\x7f, JOSÉ"})
    assert mixed[["last_name", "first_name"]].to_numpy().tolist() == [["NUNEZ", "JOSE"]]


def test_case_9_lines_in_two_encodings_are_read_where_the_second_is_declared_and_counted(new_store, tmp_path):
    """Half of the clerks' machines write Windows-1252: without it people with an accent in their name would be lost."""
    names = [{"IncidentNo": f"26-{n}", "PersonName": name} for n, name in enumerate(("QUILL, ANN", "NÚÑEZ, JOSÉ"))]
    path = county.calls(tmp_path / "in", *names, names[1] | {"IncidentNo": "26-2"})
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:3], lines[3].decode("utf-8").encode("cp1252"), *lines[4:]]))
    agency = AGENCIES["riverton_police"]
    calls, *others = agency.feeds
    two = replace(agency, feeds=(replace(calls, format=replace(calls.format, other_encoding="cp1252")), *others))
    town = Town(new_store(), tmp_path)
    town.run(agency)
    assert (town.counts(agency), told_of_encodings(town)) == ((3, 2, 1, 0), [])
    town.retry(two)
    assert town.counts(two) == (3, 3, 0, 0)
    town.run(two)
    assert told_of_encodings(town) == ["1"]
    known = town.store.read("usable_person_records", as_of=county.AS_OF, until=county.AT, taken_in_number=None)
    assert sorted(known["last_name"]) == ["NUNEZ", "NUNEZ", "QUILL"]


def told_of_encodings(town):
    """Of how many lines says the run report that they are in another encoding?"""
    report = " ".join((town.out / "run_report.html").read_text(encoding="utf-8").split())
    return re.findall(r"Riverton Police[^:]*, calls: lines .{,40} no UTF-8 and were read as cp1252: (\d+);", report)


def test_case_9_several_values_behind_one_another_are_set_aside_where_the_feed_says_its_database_has_them():
    file = piped({"last_name": "LEEýQUILL"}, {"last_name": "Noble"}).encode("cp1252")
    marked = replace(PERSONS, format=replace(PERSONS.format, value_mark="ý"))
    assert faults(read(marked, file)) == [(2, "several_values")]
    assert [row["last_name"] for row in columns(marked, file)] == ["Noble"]
    assert faults(read(PERSONS, file)) == []  # elsewhere ý is a letter


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_case_10_another_delimiter_than_declared_is_refused_and_not_guessed(delimiter):
    with pytest.raises(FileUnreadable, match="parted by"):
        read(PERSONS, piped({}, delimiter=delimiter, header_end="").encode("cp1252"))


def test_case_10_one_empty_field_at_the_end_of_the_header_or_of_the_rows_is_no_column():
    whole, no_pipe = piped({}), piped({}, header_end="")
    header_only = whole.replace("Cleared|", "Cleared")
    for text in (whole, no_pipe, header_only):
        assert [row["disposition"] for row in columns(PERSONS, text.encode("cp1252"))] == ["Cleared"]
    assert Delimited(delimiter="\t").delimiter == "\t"


def test_case_11_an_unquoted_comma_sets_its_row_aside_and_nothing_is_loaded_shifted(store, tmp_path, publish):
    path = county.calls(tmp_path / "in", {}, {"IncidentNo": "26-2"}, {"IncidentNo": "26-3"})
    path.write_bytes(path.read_bytes().replace(b"26-2,11/10", b"26-2,,11/10"))
    publish()
    assert counts(store, "riverton_police") == (3, 2, 1, 0)
    [row] = store.read("quarantined_rows").to_dict("records")
    assert (row["line"], row["reason"]) == (3, "wrong_width")


def test_case_12_quotes_around_quotes_are_read_and_are_no_part_of_a_name():
    header = ",".join(county.CALL)
    cells = {**county.CALL, "PersonName": '"""Last2 ""BAD DATA"""""'}
    [row] = columns(FEEDS[CALLS], f"{header}\n{','.join(cells.values())}\n".encode())
    assert row["PersonName"] == '"Last2 "BAD DATA""'
    people = said(BOOKINGS, {"BOOKING_NO": "B1", "LAST_NAME": row["PersonName"], "FIRST_NAME": '"ANN"'}).person_records
    assert people[["last_name", "first_name"]].to_numpy().tolist() == [["LAST BAD DATA", "ANN"]]


@pytest.mark.parametrize("ends", [("\n", ""), ("\n", "\r\n"), ("\r\n", ""), ("\r\n", "\n"), ("\n", "\n\n\r\n")])
def test_case_13_however_the_last_line_ends_every_row_is_read(ends):
    line_end, last_line_end = ends
    text = piped({}, {"case_no": "L26-2"}, line_end=line_end, last_line_end=last_line_end)
    found = columns(PERSONS, text.encode("cp1252"))
    assert faults(read(PERSONS, text.encode("cp1252"))) == []
    assert [(row["case_no"], row["disposition"]) for row in found] == [("L26-1", "Cleared"), ("L26-2", "Cleared")]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_case_14_of_one_key_with_two_values_the_newest_counts_and_both_are_kept(store, tmp_path, take_in, is_reversed):
    twins = [MARTIN | LATER | {"LastName": "Quillan"}, MARTIN]
    exports.deliver(tmp_path / "in", clients=twins[::-1] if is_reversed else twins)
    assert take_in(COC) == {"P1": "QUILLAN"}
    assert counts(store, COC.name) == (4, 3, 0, 1)
    path = tmp_path / "in" / COC.name / "hmis_20261101.zip"
    path.unlink()
    exports.deliver(tmp_path / "in", day="20261030", clients=[MARTIN | LATER | {"LastName": "Late"}])
    assert take_in(COC) == {"P1": "QUILLAN"}  # an older export that comes later replaces nothing


def test_case_15_what_its_sender_deletes_counts_no_more_and_a_trace_stays(store, tmp_path, take_in):
    exports.deliver(tmp_path / "in", clients=[MARTIN, NADIA])
    assert set(take_in(COC)) == {"P1", "P2"}
    gone = MARTIN | LATER | {"DateDeleted": "2026-11-05 12:00:00"}
    exports.deliver(tmp_path / "in", day="20261108", clients=[gone], directive=DELTA)
    assert set(take_in(COC)) == {"P2"}
    assert counts(store, COC.name)[3] == 3  # the row, the one that took it back, and the older row of Export.csv
    back = MARTIN | {"DateUpdated": "2026-11-12 09:00:00"}
    exports.deliver(tmp_path / "in", day="20261115", clients=[back], directive=DELTA)
    assert set(take_in(COC)) == {"P1", "P2"}


def test_case_15_an_entry_of_a_bundle_that_deletes_takes_the_resource_back(store, tmp_path, take_in):
    folder = tmp_path / "in" / CLINIC.name
    folder.mkdir(parents=True)
    both = bundle(county.patient("p1"), county.patient("p2"), county.visit("v1", "p1"))
    (folder / "bundle_20261101.json").write_bytes(both)
    assert set(take_in(CLINIC)) == {"p1", "p2"}
    taken_back = bundle(deletion("Patient", "p1"), deletion("Encounter", "v1"), type="transaction")
    (folder / "bundle_20261108.json").write_bytes(taken_back)
    assert set(take_in(CLINIC)) == {"p2"}
    assert counts(store, CLINIC.name) == (5, 1, 0, 4)


@pytest.mark.parametrize("directive", [FULL, DELTA, OTHERWISE, ""])
def test_case_16_no_export_is_taken_for_more_than_it_says_and_to_be_missing_takes_nobody_back(
    store, tmp_path, take_in, directive
):
    exports.deliver(tmp_path / "in", clients=[MARTIN, NADIA], directive=FULL)
    take_in(COC)
    exports.deliver(
        tmp_path / "in", day="20261108", clients=[NADIA | LATER | {"LastName": "Held"}], directive=directive
    )
    assert take_in(COC) == {"P1": "QUILL", "P2": "HELD"}


def test_case_17_both_years_become_one_model_and_a_sex_that_is_not_asked_is_no_disagreement(store, tmp_path, take_in):
    exports.deliver(tmp_path / "in", year=2024, clients=[MARTIN | {"Man": "1", "Woman": "0", "HispanicLatinaeo": "1"}])
    exports.deliver(tmp_path / "in", day="20261108", clients=[NADIA | {"Sex": "0", "HispanicLatinao": "1"}])
    assert take_in(COC) == {"P1": "QUILL", "P2": "BRANDT"}
    stored = store.read("usable_person_records", **flow.plan_for(county.AS_OF, Settings()).bounds(None))
    assert dict(zip(stored["record_key"], stored["sex"], strict=True)) == {"P1": None, "P2": "F"}
    feed = COC.feed("clients")
    for year, name in ((2024, "HispanicLatinaeo"), (2026, "HispanicLatinao")):
        [row] = columns(feed, exports.table(year, "Client", [MARTIN | {name: "1"}]).encode())
        assert row["HispanicLatinao"] == "1"
    jailed = people_of_bookings({"SEX": "M"})
    assert compared("sex", stored[stored["record_key"] == "P1"], jailed) is None


@pytest.mark.parametrize(
    "void", [{"STATUS": "MISTAKEN"}, {"RELEASE_REASON": "ERROR"}, {"RELEASE_REASON": "WRONG PERSON"}]
)
def test_case_21_a_booking_of_the_wrong_person_gives_no_points_and_links_nobody(store, tmp_path, publish, void):
    county.calls(tmp_path / "in", {})
    county.bookings(tmp_path / "in", {})
    linked, _ = publish()
    county.bookings(tmp_path / "in", void, name="bookings_20261116.csv")
    made, _ = publish()
    assert [len(entry["record_keys"]) for entry in linked["entries"]] == [2]
    [entry] = made["entries"]
    assert entry["record_keys"] == ["riverton_police/calls/26-1|1"]
    assert not any("booking" in reason["factor"] or "release" in reason["factor"] for reason in entry["reasons"])
    assert counts(store, "riverton_county_jail") == (2, 0, 0, 2)


def test_case_22_a_visit_that_comes_before_its_patient_waits_and_counts_from_then_on(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    county.resources(tmp_path / "in", county.visit(), name="000")
    alone, _ = publish()
    county.resources(tmp_path / "in", county.patient(), name="001")
    joined, _ = publish()
    factor = "emergency_or_crisis_visits_past_90_days"
    told = [[reason["factor"] for reason in made["entries"][0]["reasons"]] for made in (alone, joined)]
    assert factor not in told[0]
    assert factor in told[1]
    assert counts(store, PROVIDER) == (2, 2, 0, 0)


def test_case_22_a_booking_without_a_release_is_in_custody_until_the_release_or_the_next_booking(tmp_path, publish):
    open_stay = {"REL_DT": "", "REL_TM": "", "RELEASE_REASON": "", "STATUS": "ACTIVE"}
    county.bookings(tmp_path / "in", open_stay, name="bookings_20261021.csv")
    county.calls(tmp_path / "in", {})
    made, _ = publish()
    assert made["excluded_counts"]["in_custody"] == 1
    county.bookings(tmp_path / "in", {}, name="bookings_20261023.csv")
    made, _ = publish()
    assert made["excluded_counts"]["in_custody"] == 0


def test_case_22_an_open_booking_nobody_told_of_for_a_year_is_custody_no_more_and_is_told(tmp_path, publish):
    stay = {"REL_DT": "", "REL_TM": "", "RELEASE_REASON": "", "STATUS": "ACTIVE"}
    other = {"NAME_NO": "N2", "LAST_NAME": "OKAFOR", "FIRST_NAME": "ADA", "DOB": "19710203", "SSN": "", "PHONE": ""}
    began = {"BOOK_DT": "20250915"}
    once, again = stay | began, stay | began | other | {"BOOKING_NO": "B2"}
    county.bookings(tmp_path / "in", once, again, name="bookings_20250916.csv")
    county.calls(tmp_path / "in", {})
    lines = "1 stays have no end and were last told of more than 365 days ago"
    county.bookings(tmp_path / "in", again, name="bookings_20261101.csv")
    made, _ = publish()
    assert made["excluded_counts"]["in_custody"] == 1
    [entry] = made["entries"]
    assert "jail_days_past_365_days" not in {reason["factor"] for reason in entry["reasons"]}
    assert lines in (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")


def test_case_23_a_release_before_its_booking_is_left_out_and_told_and_the_row_is_kept(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    county.bookings(tmp_path / "in", {"REL_DT": "20261019"}, {"BOOKING_NO": "B2", "REL_DT": "20261020"})
    publish()
    assert counts(store, "riverton_county_jail") == (2, 2, 0, 0)
    assert county.accounting(store)["riverton_county_jail"]["dropped_values"] == 1
    known = store.read("usable_encounters", **flow.plan_for(county.AS_OF, Settings()).bounds(None))
    ends = dict(zip(known["encounter_id"].str.rpartition("/")[2], known["ended_at"].notna(), strict=True))
    assert (ends["B1#booking"], ends["B2#booking"]) == (False, True)


NEXT_COURT = Column(
    name="NEXT_COURT",
    meaning="Next day in court.",
    kind=Kind.DATE,
    formats=("%Y%m%d",),
    plausible=Plausible(not_before="BOOK_DT", days_after=730),
)
COURT_DAYS = {"20261020": 0, "20270114": 0, "": 0, "19680412": 1, "20261019": 1, "20281116": 1, "2O261020": 1}


@pytest.mark.parametrize("day", COURT_DAYS)
def test_case_23_a_day_in_court_that_cannot_be_is_left_out_and_told_and_the_row_is_kept(store, tmp_path, take_in, day):
    [bookings, *others] = AGENCIES["riverton_county_jail"].feeds
    with_court = replace(bookings, columns=(*bookings.columns, NEXT_COURT))
    path = county.bookings(tmp_path / "in", {})
    header, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f'{header},"NEXT_COURT"\r\n{row},"{day}"\r\n', encoding="utf-8")
    take_in(replace(AGENCIES["riverton_county_jail"], feeds=(with_court, *others)))
    assert counts(store, "riverton_county_jail") == (1, 1, 0, 0)
    assert county.accounting(store)["riverton_county_jail"]["dropped_values"] == COURT_DAYS[day]


FAULTY = {
    "unknown_element": county.patient("bad", sexAtBirth="male"),
    "empty_text": county.patient("bad", birthDate=""),
    "bad_date": county.visit("bad", start="2026-11-05T10:00:00"),
    "R5, unknown_element": county.visit("bad", actualPeriod={"start": "2026-11-05"}),
    "R3, wrong_shape": county.visit("bad", type="emergency"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_case_26_a_faulty_resource_is_set_aside_and_not_its_file(store, tmp_path, publish, fault):
    county.resources(tmp_path / "in", county.patient(), county.visit(), FAULTY[fault])
    _, result = publish()
    assert (counts(store, PROVIDER), result.refusals) == ((3, 2, 1, 0), [])
    [row] = store.read("quarantined_rows").to_dict("records")
    assert row["reason"] in (fault.rpartition(", ")[2], "unknown_element")
    assert row["line"] == 2


def test_case_27_nothing_is_taken_in_from_an_export_that_is_not_complete(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    county.resources(tmp_path / "in", county.patient(), county.visit())
    whole, _ = publish()
    manifest = tmp_path / "in" / PROVIDER / "manifest.json"
    output = [{"type": "Patient", "url": "https://fhir.example/1"}]
    broken = {"output": output, "error": [{"type": "OperationOutcome", "url": "https://fhir.example/2"}]}
    manifest.write_text(json.dumps(broken), encoding="utf-8")
    second = county.visit("v2", start="2026-11-14T10:00:00-07:00")
    county.resources(tmp_path / "in", second, name="001")
    made, result = publish(hours=1)
    [line] = result.refusals
    assert "[manifest.json]: the manifest of the export names 1 file(s) of errors" in line
    assert {source["agency"]: source["status"] for source in made["sources"]}[PROVIDER] == "stopped"
    assert made["entries"][0]["points"] == whole["entries"][0]["points"]
    manifest.write_text(json.dumps(broken | {"error": []}), encoding="utf-8")
    made, result = publish(hours=2)
    assert result.refusals == []
    assert {source["agency"]: source["status"] for source in made["sources"]}[PROVIDER] == "complete"
    assert made["entries"][0]["points"] > whole["entries"][0]["points"]
