"""Who gets onto the list, by which events, and who must not? One test for each of the dirty inputs 60 to 70.

All but one go the whole road: delivered files in, the published list out.
"""

from datetime import timedelta

import pytest

from pipeline.ranking.exclusions import excluded
from tests.ranking import county as small
from tests.ranking.county import amounts, booking
from tests.review.county import people
from tests.road import county
from tests.sealing.worlds import World

PLAIN = {"InitialType": "TRESPASS", "FinalType": "TRESPASS", "MHFlag": ""}
ABBOTT = {"PersonName": "ABBOTT, ROSE", "DOB": "07/08/1990", "Sex": "F", "Phone": "", "Address": "9 ELM ST"}
STONE = {"PersonName": "STONE, KIM", "DOB": "11/12/1971", "Sex": "F", "Phone": "", "Address": "3 OAK ST"}
ONE_CRISIS = {"crisis_calls_past_30_days": 8, "crisis_calls_past_365_days": 2, "calls_past_90_days": 1}
QUILLS_CALL = "riverton_police/calls/26-1|1"


@pytest.fixture
def publish(store, tmp_path):
    """Publish the list of what lies in the folder of deliveries, so many weeks after the usual day."""

    def run(weeks=0, **settings):
        days = timedelta(days=7 * weeks)
        at, out = county.AT + days, tmp_path / "out"
        county.run(store, tmp_path / "in", out, county.AS_OF + days, at, **settings)
        return county.published(out)

    return run


def points(entry):
    """How many points does an entry have from each factor?"""
    return {reason["factor"]: reason["points"] for reason in entry["reasons"]}


def keys(made):
    """Which records does each entry rest on, best first?"""
    return [entry["record_keys"] for entry in made["entries"]]


def jailed(number, first_name, last_name, **changes):
    """A booking of somebody of this name, without anything that others share."""
    name = {"FIRST_NAME": first_name, "MIDDLE_NAME": "", "LAST_NAME": last_name, "NAME_NO": f"N{number}"}
    alone = {"SSN": "", "PHONE": "", "ADDRESS": f"{number} ELM ST", "DOB": f"19{50 + 7 * number}0{number}1{number}"}
    return {"BOOKING_NO": f"B{number}"} | name | alone | changes


def test_case_60_only_whom_a_call_is_about_gets_the_event(store, tmp_path, publish):
    others = ("CALLER", "VICTIM", "WITNESS", "OFFICER")
    named = [ABBOTT | {"PersonNo": str(number), "Role": role} for number, role in enumerate(others, start=2)]
    county.calls(tmp_path / "in", {}, *named)
    county.persons(tmp_path / "in", *({"person_seq": str(n), "person_role": role} for n, role in enumerate(others)))
    made = publish()
    assert keys(made) == [[QUILLS_CALL]]
    assert set(people(store)) == {QUILLS_CALL}
    assert county.accounting(store)["riverton_police"]["accepted"] == 5


def test_case_61_a_call_with_nobody_identified_is_never_attached_by_its_address(store, tmp_path, publish):
    nobody = {"PersonName": "", "DOB": "", "Sex": "", "Phone": ""}
    unknown = nobody | {"PersonName": "UNKNOWN"}
    county.calls(tmp_path / "in", {}, nobody | {"IncidentNo": "26-2"}, unknown | {"IncidentNo": "26-3"})
    made = publish()
    assert keys(made) == [[QUILLS_CALL]]
    assert points(made["entries"][0]) == ONE_CRISIS
    assert county.accounting(store)["riverton_police"]["accepted"] == 3


def test_case_62_tests_voids_and_duplicates_never_happened_and_both_natures_count(store, tmp_path, publish):
    never = ({"FinalType": "DUPLICATE"}, {"InitialType": "Test Call"}, {"FinalType": "VOID"})
    last = {"InitialType": "WELFARE CHECK", "FinalType": "EDP - EMOTIONALLY DISTURBED PERSON"}
    first = {"InitialType": "SUICIDAL SUBJECT", "FinalType": "DISTURBANCE"}
    rows = [{"IncidentNo": f"26-{n}", "MHFlag": ""} | row for n, row in enumerate((last, first, *never), start=1)]
    county.calls(tmp_path / "in", *rows)
    [entry] = publish()["entries"]
    assert entry["record_keys"] == [QUILLS_CALL, "riverton_police/calls/26-2|1"]
    assert points(entry)["crisis_calls_past_30_days"] == 2 * 8
    assert county.accounting(store)["riverton_police"]["retracted"] == 3


def test_case_62_a_try_of_the_system_and_an_officers_own_log_never_happened(store, tmp_path, publish):
    never = (
        {"FinalType": "TEST MOTOROLA"},
        {"InitialType": "Test incident"},
        {"InitialType": "_Blank", "FinalType": "_Blank"},
        {"InitialType": "_Blank", "FinalType": ""},
        {"Source": "ONVIEW", "InitialType": "BUSINESS CHECK", "FinalType": "_Blank"},
        {"Source": "ONVIEW", "InitialType": "", "FinalType": "MEAL"},
    )
    happened = (
        {"InitialType": "DISTURBANCE", "FinalType": "_Blank"},
        {"Source": "ONVIEW", "InitialType": "BUSINESS CHECK", "FinalType": "TRESPASS"},
        {"Source": "ONVIEW", "FinalType": "SUSPICIOUS PERSON"},
        {"Source": "ONVIEW", "InitialType": "FOOT PATROL", "FinalType": "FOOT PATROL", "MHFlag": "Y"},
        {"Source": "911", "InitialType": "BUSINESS CHECK", "FinalType": "BUSINESS CHECK"},
        {"InitialType": "TESTIMONY", "FinalType": "TRESPASS"},
    )
    rows = [{"IncidentNo": f"26-{n}"} | PLAIN | row for n, row in enumerate((*happened, *never), start=1)]
    county.calls(tmp_path / "in", *rows)
    unfilled = {"nature": "_Blank", "final_nature": "_BLANK", "mental_health_related": "0", "case_no": "L26-2"}
    county.persons(tmp_path / "in", {"final_nature": "Test incident"}, unfilled)
    [entry] = publish()["entries"]
    assert entry["record_keys"] == [f"riverton_police/calls/26-{n}|1" for n in range(1, 7)]
    assert points(entry)["calls_past_90_days"] == len(happened)
    assert county.accounting(store)["riverton_police"]["retracted"] == len(never)


def test_case_63_one_call_with_several_units_and_a_text_cut_short_is_one_event(store, tmp_path, publish):
    units = ("LC_Citation Issued", "LC_Citation Issued,LPEOT_Veh t")
    county.calls(tmp_path / "in", *({"Disposition": text} for text in units))
    county.responses(tmp_path / "in", {"outcome": "resolved_on_scene,referral to"})
    [entry] = publish()["entries"]
    assert points(entry) == ONE_CRISIS | {"follow_ups_requested_past_90_days": 10}
    assert county.accounting(store)["riverton_police"]["retracted"] == 1
    assert county.accounting(store)["co_responder_team"]["dropped_values"] == 1


def test_case_64_the_same_call_in_one_snapshot_after_another_is_one_call(store, tmp_path, publish):
    for day in range(10, 16):
        other = ABBOTT | PLAIN | {"IncidentNo": f"26-{day}", "CallReceived": f"11/{day}/2026 08:00"}
        county.calls(tmp_path / "in", {"Disposition": f"CLEARED {day}"}, other, name=f"cad_202611{day}.csv")
    first, second = publish()["entries"]
    assert (points(first), first["record_keys"]) == (ONE_CRISIS, [QUILLS_CALL])
    assert points(second) == {"calls_past_90_days": 6}
    assert county.accounting(store)["riverton_police"]["retracted"] == 5


def test_case_65_one_stay_told_in_many_rows_is_one_stay(store, tmp_path, publish):
    rows = [{"CHARGE": charge, "BJMHS_RESULT": "NO"} for charge in ("TRESPASS", "FTA", "THEFT")]
    county.bookings(tmp_path / "in", *rows)
    [entry] = publish()["entries"]
    assert (points(entry), len(entry["record_keys"])) == ({"bookings_past_365_days": 4}, 1)
    stay, moved = ("2026-05-01 12:00", "2026-05-21 12:00"), ("2026-05-11 12:00", "2026-05-31 12:00")
    for other in (stay, moved):
        both = amounts(booking(*stay), booking(*other, agency="another_jail"))
        assert both["jail_days_past_365_days"] == (20 if other == stay else 30)


def test_case_65_one_stay_under_two_numbers_and_in_two_jails_is_one_booking_and_one_release():
    known = {"release_code": "community", "screen_code": "positive", "is_suicide_watch": True}
    first = booking("2026-11-01 12:00", "2026-11-12 12:00", **known)
    second = booking("2026-11-02 12:00", "2026-11-12 12:00", agency="another_jail", **known)
    once, twice = amounts(first), amounts(first, second)
    assert twice == once
    assert (once["bookings_past_365_days"], once["releases_past_14_days"]) == (1, 1)
    assert once["jail_days_past_365_days"] == 11


def test_case_65_two_open_bookings_are_one_custody():
    both = (booking("2026-10-01 00:00"), booking("2026-10-01 08:00"))
    assert excluded(small.people(*both)).get("P-1") == "in_custody"
    assert amounts(*both)["bookings_past_365_days"] == 1
    assert amounts(*both)["jail_days_past_365_days"] == 47


BLANK = dict.fromkeys(county.BOOKING, "") | {"NAME_NO": "N1", "BOOK_DT": "20261020", "STATUS": "ACTIVE"}


@pytest.mark.parametrize("twin", ["before", "after", "in a later file", "under another number"])
def test_case_65_a_blank_intake_twin_yields_to_the_full_row(store, tmp_path, publish, twin):
    blank = BLANK | {"BOOKING_NO": "B2" if twin == "under another number" else "B1"}
    if twin == "in a later file":
        county.bookings(tmp_path / "in", {}, name="bookings_20261114.csv")
        county.bookings(tmp_path / "in", blank)
    else:
        county.bookings(tmp_path / "in", *((blank, {}) if twin == "before" else ({}, blank)))
    [entry] = publish()["entries"]
    assert points(entry)["bookings_past_365_days"] == 4
    accounts = county.accounting(store)["riverton_county_jail"]
    assert (accounts["accepted"], accounts["retracted"]) == ((2, 0) if twin == "under another number" else (1, 1))


def test_case_65_a_blank_row_that_ends_the_stay_or_voids_it_still_counts(store, tmp_path, publish):
    county.calls(tmp_path / "in", {})
    open_stay = {"REL_DT": "", "REL_TM": "", "RELEASE_REASON": "", "STATUS": "ACTIVE"}
    county.bookings(tmp_path / "in", open_stay, jailed(2, "ROSE", "HARLOW"), name="bookings_20261113.csv")
    over = BLANK | {"BOOKING_NO": "B1", "REL_DT": "20261022", "STATUS": "RELEASED"}
    county.bookings(tmp_path / "in", over, BLANK | {"BOOKING_NO": "B2", "STATUS": "MISTAKEN"})
    assert publish()["excluded_counts"]["in_custody"] == 0
    assert set(people(store)) == {QUILLS_CALL, "riverton_county_jail/bookings/B1"}


def test_case_66_a_transfer_a_hospital_or_a_hold_is_no_release(store, tmp_path, publish):
    there = {"REL_DT": "", "REL_TM": "", "STATUS": "ACTIVE", "RELEASE_REASON": "", "HOLD_AGENCY": "ICE"}
    ended = {"REL_DT": "20261110"}
    elsewhere = {"TRANSFER": ("ROSE", "HARLOW"), "HOSPITAL": ("WALTER", "BRANDT"), "Other Agency": ("ALMA", "TORRES")}
    county.bookings(
        tmp_path / "in",
        jailed(1, "MARTIN", "QUILL", **ended),
        jailed(2, "GORDON", "STONEY", **there),
        *(jailed(n, *elsewhere[why], **ended, RELEASE_REASON=why) for n, why in enumerate(elsewhere, start=3)),
    )
    made = publish()
    assert keys(made) == [["riverton_county_jail/bookings/B1"]]
    assert "releases_past_14_days" in points(made["entries"][0])
    counts = made["excluded_counts"]
    assert (counts["in_custody"], counts["transferred_elsewhere"]) == (1, 3)


GONE_ELSEWHERE = {
    "a furlough": {"RELEASE_REASON": "FURLOUGH"},
    "a day in court": {"RELEASE_REASON": "OUT TO COURT"},
    "a hospital": {"RELEASE_REASON": "State Hospital"},
    "another county": {"RELEASE_REASON": "RELEASED TO OTHER COUNTY"},
    "immigration": {"RELEASE_REASON": "ICE"},
    "bond, with a hold": {"RELEASE_REASON": "BOND", "HOLD_AGENCY": "ICE"},
    "time served, with a hold": {"RELEASE_REASON": "TIME SERVED", "HOLD_AGENCY": "ADAMS CO SO"},
}


@pytest.mark.parametrize("how", GONE_ELSEWHERE)
def test_case_66_whoever_is_in_other_custody_was_not_released(tmp_path, publish, how):
    still_held = {"REL_DT": "", "REL_TM": "", "STATUS": "ACTIVE"} | GONE_ELSEWHERE[how]
    county.bookings(
        tmp_path / "in",
        jailed(1, "MARTIN", "QUILL", REL_DT="20261110"),
        jailed(2, "GORDON", "STONEY", REL_DT="20261110", **GONE_ELSEWHERE[how]),
        jailed(3, "ROSE", "HARLOW", **still_held),
    )
    made = publish()
    assert keys(made) == [["riverton_county_jail/bookings/B1"]]
    counts = made["excluded_counts"]
    assert (counts["in_custody"], counts["transferred_elsewhere"]) == (1, 1)


def test_case_66_a_reason_nobody_named_is_no_release_and_no_reason_to_leave_the_person_out(tmp_path, publish):
    county.bookings(
        tmp_path / "in",
        jailed(1, "MARTIN", "QUILL", REL_DT="20261110", HOLD_AGENCY="NONE"),
        jailed(2, "GORDON", "STONEY", REL_DT="20261110", RELEASE_REASON="CODE 17"),
    )
    released, unknown = sorted(publish()["entries"], key=lambda entry: entry["record_keys"])
    assert "releases_past_14_days" in points(released)
    assert "releases_past_14_days" not in points(unknown)
    assert "bookings_past_365_days" in points(unknown)


def test_case_67_a_minor_or_somebody_of_unknown_age_is_not_listed(store, tmp_path, publish):
    minor, unknown = ABBOTT | {"IncidentNo": "26-2", "DOB": "11/17/2008"}, STONE | {"IncidentNo": "26-3", "DOB": ""}
    county.calls(tmp_path / "in", {}, minor, unknown)
    made = publish()
    assert keys(made) == [[QUILLS_CALL]]
    assert (made["excluded_counts"]["minor"], made["excluded_counts"]["age_unknown"]) == (1, 1)


def test_case_68_a_sealing_after_publication_takes_the_record_and_its_influence_away(store, tmp_path):
    world = World(store, tmp_path)
    county.calls(world.folder, {}, ABBOTT | {"IncidentNo": "26-2"}, ABBOTT | {"IncidentNo": "26-3"})
    county.bookings(world.folder, {"BOOKING_NO": "B1ZQX"})
    before = world.run(0)
    assert [entry["rank"] for entry in before["entries"] if len(entry["record_keys"]) == 2] == [1, 2]
    world.seal("riverton_county_jail/bookings/B1ZQX", "riverton_police/calls/26-3|1")
    after = county.published(world.out)
    assert after["list_id"] != before["list_id"]
    assert sorted(keys(after)) == [[QUILLS_CALL], ["riverton_police/calls/26-2|1"]]
    assert [points(entry) for entry in after["entries"]] == [ONE_CRISIS] * 2
    assert "B1ZQX" not in world.everything()
    assert not any(b"B1ZQX" in path.read_bytes() for path in tmp_path.rglob("*.json"))


@pytest.mark.parametrize("told_by", ["jail", "provider"])
def test_case_69_a_death_told_by_any_sender_keeps_the_person_off_though_another_met_them_since(
    tmp_path, publish, told_by
):
    county.calls(tmp_path / "in", {}, ABBOTT | {"IncidentNo": "26-2"})
    if told_by == "jail":
        county.bookings(tmp_path / "in", {"RELEASE_REASON": "DEATH"})
    else:
        county.resources(tmp_path / "in", county.patient(deceasedDateTime="2026-10-22"))
    made = publish()
    assert keys(made) == [["riverton_police/calls/26-2|1"]]
    assert made["excluded_counts"]["deceased"] == 1


def test_case_70_a_consent_taken_back_takes_the_row_and_its_points_away_with_the_next_list(store, tmp_path, publish):
    county.calls(tmp_path / "in", {}, ABBOTT | {"IncidentNo": "26-2"})
    county.referrals(tmp_path / "in", {}, name="referrals_2026w46.csv")
    [first, _] = publish()["entries"]
    assert points(first)["urgent_referrals_past_90_days"] == 15
    county.referrals(tmp_path / "in", {"consent": "N"}, name="referrals_2026w47.csv")
    county.calls(tmp_path / "in", PLAIN | STONE | {"IncidentNo": "26-3"}, name="cad_20261122.csv")
    made = publish(weeks=1)
    [after] = [entry for entry in made["entries"] if QUILLS_CALL in entry["record_keys"]]
    assert (points(after), after["record_keys"]) == (ONE_CRISIS, [QUILLS_CALL])
    assert made["excluded_counts"]["no_consent_basis"] == 1
