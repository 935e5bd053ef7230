"""What follows from daily rosters of everybody in custody? One test for each of the dirty inputs 3 to 7.

All rosters go the real road: files in a folder, taken in, kept in PostgreSQL. The jail is that of the how-to.
"""

from datetime import date

import pytest

from pipeline import seal_run
from pipeline.contract.codes import SealingCause
from pipeline.contract.errors import DeliveryRefused
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from tests.cases.rosters import JAIL, act_at, listed, november, publish, roster, stays, take_in
from tests.road import county

QUILL, ABBOTT = "N0|2026-11-01 08:00", "N1|2026-11-01 08:00"
IN_CUSTODY = (None, None)


def ended(store, key):
    """When had the stay ended, and why?"""
    return stays(store)[key][1:]


def test_case_3_the_same_bytes_on_a_later_day_are_no_observation(store, tmp_path):
    both = (listed(0), listed(1))
    roster(tmp_path / "in", 9, *both)
    roster(tmp_path / "in", 10, *both)
    made = publish(store, tmp_path)
    assert stays(store) == dict.fromkeys((QUILL, ABBOTT), ("11-09 00:00", None, None))
    assert county.accounting(store)[JAIL.name]["files_repeated"] == 1
    [source] = made["sources"]
    assert (source["complete_to"], source["status"]) == ("2026-11-09", "late")
    roster(tmp_path / "in", 11, listed(1))
    take_in(store, tmp_path)
    assert ended(store, QUILL) == ("11-11 23:59", "left_unknown")


def test_case_4_a_missing_day_lets_nobody_out_and_is_told(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    take_in(store, tmp_path)
    assert ended(store, QUILL) == IN_CUSTODY
    roster(tmp_path / "in", 13, listed(1))
    publish(store, tmp_path)
    assert stays(store)[QUILL] == ("11-09 00:00", "11-13 23:59", "left_unknown")
    told = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert "3 days between its first and its last roster have none, the latest 2026-11-12" in told
    roster(tmp_path / "in", 11, listed(0), listed(1), listed(2, november(11)))
    take_in(store, tmp_path)
    assert stays(store)[QUILL] == ("11-11 00:00", "11-13 23:59", "left_unknown")


def test_case_5_a_roster_named_a_day_too_early_is_of_the_day_of_its_newest_admission(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    roster(tmp_path / "in", 10, listed(1), listed(2, november(11, "00:20")))
    publish(store, tmp_path)
    assert ended(store, QUILL) == ("11-11 23:59", "left_unknown")
    told = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert "1 rosters list people admitted on the day after the one in their name" in told


def test_case_5_an_admission_long_after_the_rosters_day_is_set_aside_and_moves_nothing(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    others = [listed(number) for number in range(2, 6)]
    roster(tmp_path / "in", 10, listed(1), listed(0, november(19)), *others)
    take_in(store, tmp_path)
    assert county.accounting(store)[JAIL.name]["quarantined"] == 1
    assert stays(store)[ABBOTT] == ("11-10 00:00", None, None)


def test_case_6_whoever_vanishes_left_for_an_unknown_reason_and_is_neither_released_nor_in_custody(store, tmp_path):
    roster(tmp_path / "in", 14, *(listed(number) for number in range(3)))
    gone = listed(2, status="RELEASED", released_at=november(15), release_reason="BOND")
    roster(tmp_path / "in", 15, listed(1), gone)
    made = publish(store, tmp_path)
    assert ended(store, QUILL) == ("11-15 23:59", "left_unknown")
    assert made["excluded_counts"]["in_custody"] == 1
    reasons = {e["record_keys"][0]: {r["factor"]: r["sentence"] for r in e["reasons"]} for e in made["entries"]}
    of_key = "quarry_county_jail/roster/{}".format
    assert set(reasons) == {of_key(QUILL), of_key("N2|2026-11-01 08:00")}
    assert "releases_past_14_days" not in reasons[of_key(QUILL)]
    assert "releases_past_14_days" in reasons[of_key("N2|2026-11-01 08:00")]
    assert (
        "12 days in jail in the past 365 days, up to 13 Nov 2026" in reasons[of_key(QUILL)]["jail_days_past_365_days"]
    )


def test_case_6_whoever_comes_back_to_the_same_stay_was_never_out(store, tmp_path):
    for day, rows in {9: [listed(0), listed(1)], 10: [listed(1)], 11: [listed(1)], 12: [listed(0), listed(1)]}.items():
        roster(tmp_path / "in", day, *rows, listed(5, november(day)))
    take_in(store, tmp_path)
    assert stays(store)[QUILL] == ("11-12 00:00", None, None)


def test_case_6_a_number_used_again_is_another_stay_and_another_person(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    roster(tmp_path / "in", 10, listed(1))
    other = listed(3, november(12)) | {"person_no": "N0"}
    roster(tmp_path / "in", 12, listed(1), other)
    made = publish(store, tmp_path)
    assert stays(store)[QUILL][1:] == ("11-10 23:59", "left_unknown")
    assert stays(store)["N0|2026-11-12 08:00"][1:] == IN_CUSTODY
    assert made["excluded_counts"]["in_custody"] == 2
    assert [entry["record_keys"] for entry in made["entries"]] == [[f"quarry_county_jail/roster/{QUILL}"]]


def test_case_6_a_row_that_no_longer_lists_its_person_is_as_good_as_none(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    roster(tmp_path / "in", 10, listed(0, status="RELEASED"), listed(1))
    roster(tmp_path / "in", 11, listed(0, status="RELEASED"), listed(1), listed(2, november(11), status="RELEASED"))
    take_in(store, tmp_path)
    assert stays(store)[QUILL] == ("11-09 00:00", "11-10 23:59", "left_unknown")
    assert stays(store)["N2|2026-11-11 08:00"] == ("11-11 08:00", "11-11 23:59", "left_unknown")


def test_case_6_a_row_that_was_set_aside_lets_nobody_out(store, tmp_path):
    everybody = [listed(number) for number in range(6)]
    roster(tmp_path / "in", 9, *everybody)
    roster(tmp_path / "in", 10, listed(0, status="SOMEWHERE"), *everybody[2:])
    take_in(store, tmp_path)
    assert ended(store, QUILL) == IN_CUSTODY
    assert ended(store, ABBOTT) == ("11-10 23:59", "left_unknown")
    path = roster(tmp_path / "in", 11, *everybody[2:])
    path.write_text(path.read_text(encoding="utf-8") + "N0,too,few\r\n", encoding="utf-8")
    take_in(store, tmp_path)
    assert ended(store, QUILL) == IN_CUSTODY
    roster(tmp_path / "in", 12, *everybody[2:])
    take_in(store, tmp_path)
    assert ended(store, QUILL) == ("11-12 23:59", "left_unknown")


def test_case_7_a_roster_cut_off_is_refused_and_lets_nobody_out(store, tmp_path):
    everybody = [listed(number) for number in range(40)]
    for day in (8, 9):
        roster(tmp_path / "in", day, *everybody, listed(41, november(day)))
    take_in(store, tmp_path)
    cut_off = roster(tmp_path / "in", 10, *everybody[:15])
    with pytest.raises(DeliveryRefused, match=r"roster_20261110.*less than 50% of the rows"):
        take_in(store, tmp_path)
    assert all(stay[1] is None for key, stay in stays(store).items() if "N41" not in key)
    accounts = county.accounting(store)[JAIL.name]
    assert accounts["delivered"] == accounts["accepted"] + accounts["quarantined"] + accounts["retracted"] == 97
    cut_off.unlink()
    roster(tmp_path / "in", 10, *everybody[:30])
    take_in(store, tmp_path)
    assert sum(stay[2] == "left_unknown" for stay in stays(store).values()) == 12


def test_case_7_a_whole_roster_after_days_without_one_is_taken_in(store, tmp_path):
    everybody = [listed(number) for number in range(60)]
    for day in (1, 2, 3, 4, 5, 6):
        roster(tmp_path / "in", day, *everybody, listed(70, november(day)))
    take_in(store, tmp_path)
    roster(tmp_path / "in", 20, *everybody, listed(71, november(20)))
    take_in(store, tmp_path)
    accounts = county.accounting(store)[JAIL.name]
    assert (accounts["quarantined"], accounts["files_refused"]) == (0, 0)


def test_case_7_the_first_rosters_of_all_are_held_against_each_other(store, tmp_path):
    everybody = [listed(number) for number in range(40)]
    for day in (8, 9, 11):
        roster(tmp_path / "in", day, *everybody, listed(41, november(day)))
    roster(tmp_path / "in", 10, *everybody[:5])
    with pytest.raises(DeliveryRefused, match="roster_20261110"):
        take_in(store, tmp_path)


def test_a_list_as_known_at_an_earlier_moment_rests_on_the_rosters_known_then(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    first = publish(store, tmp_path)
    roster(tmp_path / "in", 12, listed(1), listed(2, november(12)))
    assert publish(store, tmp_path, at=1)["list_id"] != first["list_id"]
    again = publish(store, tmp_path, at=2, known_at=county.AT)
    assert (again["entries"], again["excluded_counts"]) == (first["entries"], first["excluded_counts"])


def test_a_roster_that_comes_under_an_earlier_name_later_is_known_from_then_on(store, tmp_path):
    both = (listed(0), listed(1))
    roster(tmp_path / "in", 12, *both)
    take_in(store, tmp_path)
    before = int(store.read("known_by", known_at=None)["taken_in_number"].iloc[0])
    roster(tmp_path / "in", 9, *both)
    take_in(store, tmp_path, at=1)
    assert stays(store)[QUILL][0] == "11-09 00:00"
    assert int(store.read("known_by", known_at=None)["taken_in_number"].iloc[0]) > before
    assert stays(store, taken_in_number=before)[QUILL][0] == "11-12 00:00"
    assert int(store.read("known_by", known_at=county.AT)["taken_in_number"].iloc[0]) == before


def test_a_sealed_stay_is_in_no_roster_any_more_and_comes_in_with_none(store, tmp_path):
    for day in (8, 9):
        roster(tmp_path / "in", day, listed(0), listed(1), listed(2, november(day)))
    take_in(store, tmp_path)
    settings = Settings(home=tmp_path / "home")
    sealed = f"{JAIL.name}/roster/{QUILL}"
    order = Order(parse_records([sealed], (JAIL,)), SealingCause.SEALED, "order 26-114")
    seal_run.seal_and_run(store, act_at(1), order, (JAIL,), settings, tmp_path / "out", with_run=False)
    roster(tmp_path / "in", 10, listed(0), listed(1))
    take_in(store, tmp_path, at=2)
    assert QUILL not in stays(store)
    assert stays(store)[ABBOTT] == ("11-10 00:00", None, None)
    accounts = county.accounting(store)[JAIL.name]
    assert accounts["delivered"] == accounts["accepted"] + accounts["quarantined"] + accounts["retracted"] == 5


def test_a_file_whose_name_says_no_day_of_the_calendar_is_refused(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0)).rename(tmp_path / "in" / JAIL.name / "roster_20261131.csv")
    with pytest.raises(DeliveryRefused, match="says no day that the calendar has"):
        take_in(store, tmp_path)


def test_a_list_of_an_earlier_day_knows_nothing_of_later_rosters(store, tmp_path):
    roster(tmp_path / "in", 9, listed(0), listed(1))
    roster(tmp_path / "in", 12, listed(1))
    assert publish(store, tmp_path, as_of=date(2026, 11, 11))["excluded_counts"]["in_custody"] == 2
