"""Is a table of ours that cannot be right found before anybody relies on it?"""

import pandas as pd
import pytest

from expectations.encounter import check_encounters
from expectations.outreach_list import check_list_entries
from expectations.person import check_persons
from expectations.person_record import check_person_records
from pipeline.contract.tables import ENCOUNTER, LINK, PERSON_RECORD

MOMENT = pd.Timestamp("2026-01-05T17:00", tz="UTC")


def person_records(**changes):
    rows = []
    for key in ("1", "2/b|3"):
        row = dict.fromkeys(PERSON_RECORD) | {name: False for name in PERSON_RECORD if name.startswith("is_")}
        row |= {"record_id": f"jail/bookings/{key}", "agency": "jail", "feed": "bookings", "record_key": key}
        rows.append(row | {"delivery_id": 1, "line_number": 2})
    rows[0] |= {"birth_date": "1980-02", "sex": "F", "ssn": "1234", "phone": "+256712300633", "recorded_at": MOMENT}
    rows[1] |= {"birth_date": "1980-02-29", "sex": "M", "ssn": "078051121", "death_date": "2025-12-31"}
    rows[1] |= changes
    return pd.DataFrame(rows, columns=list(PERSON_RECORD))


def encounters(**changes):
    rows = []
    for key in ("1", "2"):
        row = dict.fromkeys(ENCOUNTER) | {name: False for name in ENCOUNTER if name.startswith("is_")}
        row |= {"record_id": f"jail/bookings/{key}", "agency": "jail", "feed": "bookings", "record_key": key}
        row |= {
            "encounter_id": f"jail/bookings/{key}/booking",
            "kind": "booking",
            "occurred_at": MOMENT,
            "ended_at": MOMENT,
        }
        rows.append(row | {"delivery_id": 1, "line_number": 2})
    rows[0] |= {"release_code": "community", "screen_code": "positive", "ended_at": None}
    rows[1] |= changes
    return pd.DataFrame(rows, columns=list(ENCOUNTER))


def entries(*rows):
    columns = ["rank", "person_id", "team", "points", "reason_points_sum", "reason_count"]
    return pd.DataFrame(rows, columns=columns)


def told(checked):
    return {(finding.column, finding.fault_code, finding.severity, finding.row_ids) for finding in checked.findings}


@pytest.mark.parametrize("make", [person_records, encounters])
@pytest.mark.parametrize("is_every_version", [False, True])
def test_good_tables_pass(make, is_every_version):
    check = check_person_records if make is person_records else check_encounters
    assert check(make(), is_every_version).findings == ()
    assert check(make().iloc[:0], is_every_version).is_success


@pytest.mark.parametrize(
    ("changes", "column", "fault", "severity"),
    [
        ({"birth_date": "1980-02-30"}, "birth_date", "bad_date", "critical"),
        ({"birth_date": "1980-2-28"}, "birth_date", "bad_date", "critical"),
        ({"birth_date": "1897-11-11"}, "birth_date", "bad_date", "warning"),
        ({"death_date": "2025-12"}, "death_date", "bad_date", "critical"),
        ({"sex": "female"}, "sex", "unknown_code", "critical"),
        ({"ssn": "12345"}, "ssn", "unknown_code", "critical"),
        ({"ssn": "078-05-1121"}, "ssn", "unknown_code", "critical"),
        ({"phone": "913-829-1234"}, "phone", "unknown_code", "critical"),
        ({"is_dead": None}, "is_dead", "missing_value", "critical"),
        ({"is_held": "yes"}, "is_held", "unknown_code", "critical"),
    ],
)
def test_a_person_record_that_cannot_be_right_is_found(changes, column, fault, severity):
    assert told(check_person_records(person_records(**changes))) == {
        (column, fault, severity, ("jail/bookings/2/b|3",))
    }


def test_a_record_id_is_built_from_its_parts():
    checked = check_person_records(person_records(record_id="jail/bookings/9"))
    assert told(checked) == {("record_id", "empty_key", "critical", ("jail/bookings/9",))}
    checked = check_person_records(person_records(record_id="Jail-9"))
    assert {finding.expectation for finding in checked.findings} == {
        "expect_column_values_to_match_regex",
        "expect_column_values_to_be_in_set",
    }


def test_a_repeated_record_id_is_a_fault_but_not_among_versions():
    same = {"record_id": "jail/bookings/1", "record_key": "1"}
    assert told(check_person_records(person_records(**same))) == {
        ("record_id", "empty_key", "critical", ("jail/bookings/1",) * 2)
    }
    assert check_person_records(person_records(**same, delivery_id=2), is_every_version=True).is_success
    assert not check_person_records(person_records(**same), is_every_version=True).is_success


@pytest.mark.parametrize(
    ("changes", "column", "fault", "severity"),
    [
        ({"kind": "arrest"}, "kind", "unknown_code", "critical"),
        ({"kind": None}, "kind", "missing_value", "critical"),
        ({"occurred_at": None}, "occurred_at", "missing_value", "critical"),
        ({"ended_at": MOMENT - pd.Timedelta(minutes=1)}, "ended_at", "bad_date", "warning"),
        ({"release_code": "gone"}, "release_code", "unknown_code", "critical"),
        ({"urgency_code": "now"}, "urgency_code", "unknown_code", "critical"),
        ({"is_crisis": None}, "is_crisis", "missing_value", "critical"),
    ],
)
def test_an_encounter_that_cannot_be_right_is_found(changes, column, fault, severity):
    assert told(check_encounters(encounters(**changes))) == {(column, fault, severity, ("jail/bookings/2/booking",))}


@pytest.mark.parametrize(
    ("check", "frame"),
    [
        (check_person_records, person_records().drop(columns=["record_id", "ssn"])),
        (check_encounters, encounters().drop(columns="kind")),
        (check_persons, pd.DataFrame({"record_id": ["a"]})),
        (check_list_entries, pd.DataFrame()),
    ],
)
def test_a_table_without_one_of_its_columns_is_found(check, frame):
    (finding,) = check(frame).findings
    assert (finding.column, finding.severity, finding.row_ids) == (None, "critical", ())
    assert "lacks the columns" in finding.message


def test_a_good_list_passes_and_so_does_an_empty_one():
    assert check_list_entries(entries((2, "p2", "north", 3, 3, 1), (1, "p1", "south", 9, 9, 2))).is_success
    assert check_list_entries(entries()).is_success


@pytest.mark.parametrize(
    ("second", "columns"),
    [
        ((1, "p2", "north", 3, 3, 1), {"rank"}),
        ((3, "p2", "north", 3, 3, 1), {"rank"}),
        ((2, "p1", "north", 3, 3, 1), {"person_id"}),
        ((2, "p2", "north", 4, 3, 1), {"points"}),
        ((2, "p2", "north", 0, 0, 1), {"points"}),
        ((2, "p2", "north", 3, 3, 0), {"reason_count"}),
        ((2, "p2", None, 3, 3, 1), {"team"}),
        ((2, "p2", "north", 3, None, 1), {"reason_points_sum", "points"}),
    ],
)
def test_a_list_that_cannot_be_right_is_found(second, columns):
    checked = check_list_entries(entries((1, "p1", "south", 9, 9, 2), second))
    assert {finding.column for finding in checked.findings} == columns
    assert checked.critical


def test_every_record_belongs_to_one_cluster_and_one_person():
    good = pd.DataFrame([("a", 1, "p1"), ("b", 1, "p1"), ("c", 2, "p2")], columns=list(LINK))
    assert check_persons(good).is_success
    assert told(check_persons(good.assign(person_id=["p1", "p2", "p2"]))) == {
        ("cluster_id", "empty_key", "critical", ("a", "b")),
        ("person_id", "empty_key", "critical", ("b", "c")),
    }
    assert told(check_persons(good.assign(record_id=["a", "a", "c"]))) == {
        ("record_id", "empty_key", "critical", ("a", "a"))
    }
