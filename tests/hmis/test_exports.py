"""Do exports of both years go the whole road, from the ZIP to the published list?"""

from collections import Counter

import pandas as pd
import pytest

from tests.hmis import exports
from tests.hmis.exports import DEATH, DELTA, FULL, MARTIN, NADIA, OTHERWISE, STAY
from tests.road import county

COC = "harbor_county_coc"
CLIENT = f"{COC}/clients/P1"
CALL = "riverton_police/calls/26-1|1"
CANARY = "Zzyzxcanary"


def counts(store):
    row = county.accounting(store)[COC]
    assert row["delivered"] == row["accepted"] + row["quarantined"] + row["retracted"]
    return tuple(row[name] for name in ("delivered", "accepted", "quarantined", "retracted"))


def known(store, key):
    """What may be compared of a client?"""
    table = store.read("usable_person_records", as_of=county.AS_OF, until=county.AT, taken_in_number=None)
    [row] = table[table["record_id"] == f"{COC}/clients/{key}"].to_dict("records")
    return {str(name): value for name, value in row.items() if isinstance(value, str)}


@pytest.mark.parametrize("year", [2024, 2026])
def test_a_client_of_either_year_is_found_to_be_the_man_whom_the_police_met(store, tmp_path, publish, year):
    county.calls(tmp_path / "in", {})
    exports.deliver(tmp_path / "in", year=year)
    made, result = publish()
    assert [entry["record_keys"] for entry in made["entries"]] == [[CLIENT, CALL]]
    assert counts(store) == (3, 3, 0, 0)
    assert result.refusals == []
    assert result.unknown_files == 1  # Project.csv: counted, of no feed
    reached = {source["agency"]: source["complete_to"] for source in made["sources"]}
    assert reached[COC] == "2026-11-01"


def test_the_same_export_in_a_folder_says_the_same(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    folder = tmp_path / "in" / COC / "hmis_20261101" / "csv"
    folder.mkdir(parents=True)
    for name, text in exports.files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    made, result = publish()
    assert [entry["record_keys"] for entry in made["entries"]] == [[CLIENT, CALL]]
    assert (counts(store), result.unknown_files) == ((3, 3, 0, 0), 1)


def test_a_shelter_stay_gives_no_points_and_is_no_visit_to_a_provider(store, tmp_path, publish):
    county.bookings(tmp_path / "in", {})  # with a positive screen, in October
    alone, _ = publish()
    exports.deliver(tmp_path / "in", enrollments=[STAY | {"EntryDate": "2026-11-01"}])
    with_shelter, _ = publish()
    reasons = [Counter(reason["factor"] for reason in made["entries"][0]["reasons"]) for made in (alone, with_shelter)]
    assert reasons[0] == reasons[1]
    assert "positive_screens_without_visit_past_365_days" in reasons[1]
    assert with_shelter["entries"][0]["points"] == alone["entries"][0]["points"]


def test_a_client_who_died_is_not_shown_whatever_the_police_say_and_an_exit_taken_back_undoes_it(
    store, tmp_path, publish
):
    county.calls(tmp_path / "in", {})
    exports.deliver(tmp_path / "in", exits=[DEATH])
    made, _ = publish()
    assert made["entries"] == []
    assert made["excluded_counts"]["deceased"] == 1
    taken_back = DEATH | {"DateDeleted": "2026-11-03 10:00:00", "DateUpdated": "2026-11-03 10:00:00"}
    exports.deliver(tmp_path / "in", day="20261108", exits=[taken_back])
    made, _ = publish()
    assert [entry["record_keys"] for entry in made["entries"]] == [[CLIENT, CALL]]
    assert made["excluded_counts"]["deceased"] == 0


def test_an_exit_to_another_place_is_no_death(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    exports.deliver(tmp_path / "in", exits=[DEATH | {"Destination": "207"}])
    made, _ = publish()
    assert made["excluded_counts"]["deceased"] == 0
    assert counts(store) == (4, 4, 0, 0)


@pytest.mark.parametrize(
    ("left", "days"), [("2026-10-28", ["2026-10-28"]), ("2026-10-05", ["2026-10-05"]), ("2026-10-04", [])]
)
def test_an_exit_ends_its_enrollment_on_its_day_but_not_before_it_began(store, tmp_path, publish, left, days):
    exports.deliver(tmp_path / "in", exits=[DEATH | {"Destination": "207", "ExitDate": left}])
    publish()
    [stay] = store.read("usable_encounters", as_of=county.AS_OF, until=county.AT, taken_in_number=None).itertuples()
    assert (stay.record_id, stay.kind) == (CLIENT, "housing_service")
    ended = pd.to_datetime([stay.ended_at], utc=True).dropna()
    assert ended.tz_convert("America/Denver").strftime("%Y-%m-%d").tolist() == days
    assert counts(store) == (4, 4, 0, 0)


def test_of_what_is_known_in_part_only_what_is_sure_is_compared(store, tmp_path, publish):
    partly = {"SSNDataQuality": "2", "DOBDataQuality": "2"}
    refused = {"SSNDataQuality": "9", "DOBDataQuality": "99", "NameDataQuality": "8"}
    clients = [
        MARTIN | partly,
        NADIA | refused,
        NADIA | {"PersonalID": "P3", "SSN": "xxxxx5678", "SSNDataQuality": "2"},
        NADIA | {"PersonalID": "P4", "FirstName": "Red", "NameDataQuality": "2"},
    ]
    exports.deliver(tmp_path / "in", clients=clients)
    publish()
    martin, nobody, nadia, red = (known(store, key) for key in ("P1", "P2", "P3", "P4"))
    assert (martin["last_name"], martin["birth_date"], martin["ssn"]) == ("QUILL", "1980", "4321")
    assert not {"first_name", "last_name", "birth_date", "ssn"} & set(nobody)
    assert nadia["ssn"] == "5678"
    assert not {"first_name", "last_name"} & set(red)
    assert (red["display_name"], red["ssn"], red["birth_date"]) == ("Brandt, Red", "523225678", "1991-08-17")


@pytest.mark.parametrize("status", ["2", "3", "4", "", "7"])
def test_a_hashed_export_is_refused_whole_and_what_came_before_stays_in_use(store, tmp_path, publish, status):
    county.calls(tmp_path / "in", {})
    exports.deliver(tmp_path / "in")
    publish()
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    hashed = NADIA | {"FirstName": digest, "LastName": digest}
    exports.deliver(tmp_path / "in", day="20261108", clients=[MARTIN, hashed], hash_status=status)
    made, result = publish()
    [line] = result.refusals
    assert "[hmis_20261108.zip/Export.csv]" in line
    assert "HashStatus 1" in line
    assert digest not in line
    assert [entry["record_keys"] for entry in made["entries"]] == [[CLIENT, CALL]]
    assert {source["agency"]: source["status"] for source in made["sources"]}[COC] == "stopped"
    assert known(store, "P1")["last_name"] == "QUILL"
    assert counts(store) == (6, 3, 3, 0)  # Enrollment.csv came again to the byte


def test_a_hash_in_the_place_of_a_name_is_nobodys_also_where_no_export_file_tells(store, tmp_path, publish):
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    hashed = {"FirstName": digest, "MiddleName": digest, "LastName": digest, "SSN": f"4321{digest}"}
    exports.deliver(tmp_path / "in", clients=[MARTIN | hashed])
    publish()
    assert not {"first_name", "middle_name", "last_name", "ssn"} & set(known(store, "P1"))


def test_no_value_of_a_client_is_told_where_a_row_is_set_aside(store, tmp_path, publish, caplog, capfd):
    spoilt = MARTIN | {"PersonalID": "", "LastName": CANARY}
    exports.deliver(tmp_path / "in", clients=[spoilt, NADIA], enrollments=[STAY | {"EntryDate": CANARY}])
    _, result = publish()
    assert counts(store) == (4, 2, 2, 0)
    told = str(store.read("quarantined_rows").to_dict("records")) + caplog.text + "".join(capfd.readouterr())
    assert "Client.csv" in told
    assert CANARY not in told + str(result)


@pytest.mark.parametrize("directive", [DELTA, FULL])
def test_who_is_missing_from_a_full_export_still_counts_and_is_counted_in_the_run_report(
    store, tmp_path, publish, directive
):
    exports.deliver(tmp_path / "in", clients=(MARTIN, NADIA), directive=OTHERWISE)
    later = MARTIN | {"DateUpdated": "2026-11-07 09:00:00"}
    exports.deliver(tmp_path / "in", day="20261108", clients=(later,), directive=directive)
    publish()
    told = "clients: 1 known here are missing from the full export hmis_20261108.zip"
    report = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert (told in report) == (directive == FULL)
    assert known(store, NADIA["PersonalID"])


def test_a_zip_that_may_not_be_read_stops_its_agency_until_a_whole_one_comes(store, tmp_path, publish):
    exports.deliver(tmp_path / "in")
    county.calls(tmp_path / "in", {})
    publish()
    path = exports.deliver(tmp_path / "in", day="20261108", clients=[MARTIN, NADIA])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    made, result = publish(hours=1)
    [line] = result.refusals
    assert "[hmis_20261108.zip]: it is no whole ZIP" in line
    assert {source["agency"]: source["status"] for source in made["sources"]}[COC] == "stopped"
    assert counts(store) == (3, 3, 0, 0)
    path.write_bytes(whole)
    made, result = publish(hours=2)
    assert result.refusals == []
    assert {source["agency"]: source["status"] for source in made["sources"]}[COC] == "complete"
    assert known(store, "P2")["last_name"] == "BRANDT"
