"""Does every factor count what it says, to the minute, and nothing else?"""

from datetime import timedelta

import pytest

from pipeline.ranking.factors import EVER, FACTORS
from tests.ranking.county import (
    CALENDAR,
    ONE_MINUTE,
    amounts,
    booking,
    call,
    crisis,
    event,
    local,
    points,
    referral,
    released,
    response,
    visit,
    worth,
)

BY_NAME = {factor.name: factor for factor in FACTORS}
NOV = "2026-11-10 12:00"

ONE_OF_EACH = {
    "crisis_calls_past_30_days": crisis,
    "crisis_calls_past_365_days": crisis,
    "calls_past_90_days": call,
    "bookings_past_365_days": lambda at: booking(at, at),
    "releases_past_14_days": lambda at: released(at - timedelta(hours=3), at),
    "follow_ups_requested_past_90_days": lambda at: response(at, is_follow_up_requested=True),
    "emergency_or_crisis_visits_past_90_days": lambda at: visit(at, setting_code="emergency"),
    "positive_screens_without_visit_past_365_days": lambda at: booking(at, at, screen_code="positive"),
    "suicide_watches_past_365_days": lambda at: booking(at, at, is_suicide_watch=True),
    "urgent_referrals_past_90_days": lambda at: referral(at, "urgent"),
    "soon_referrals_past_90_days": lambda at: referral(at, "soon"),
    "routine_referrals_past_90_days": lambda at: referral(at, "routine"),
}
"""Factor → how one thing it counts looks, at a moment."""


def test_every_factor_has_its_example_here():
    assert set(BY_NAME) - set(ONE_OF_EACH) == {"jail_days_past_365_days", "serious_mental_illness_known"}


def test_every_factor_is_a_whole_row():
    assert len(BY_NAME) == len(FACTORS)
    for factor in FACTORS:
        assert factor.points > 0
        assert factor.per > 0
        assert factor.cap >= factor.points
        assert factor.why.endswith(".")
        if factor.window_days != EVER:
            assert factor.name.endswith(f"_past_{factor.window_days}_days")


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_first_and_the_last_minute_of_the_window_count_and_no_other(name):
    first = local("2026-11-16") - timedelta(days=BY_NAME[name].window_days - 1)
    last = local("2026-11-16 23:59")
    counted = {at: amounts(ONE_OF_EACH[name](at)).get(name, 0) for at in (first - ONE_MINUTE, first, last)}
    assert list(counted.values()) == [0, 1, 1]
    assert amounts(ONE_OF_EACH[name](last + ONE_MINUTE)).get(name, 0) == 0


def test_a_window_is_so_many_whole_local_days_also_when_clocks_change():
    window = CALENDAR.window(30)
    assert (window.start, window.end) == (local("2026-10-18"), local("2026-11-17"))
    assert window.end - window.start == timedelta(days=30, hours=1)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_two_are_counted_as_two_and_the_cap_holds(name):
    factor = BY_NAME[name]
    moments = [local("2026-11-15 03:00") - n * timedelta(hours=4) for n in range(30)]
    assert amounts(*(ONE_OF_EACH[name](at) for at in moments[:2]))[name] == 2
    assert worth(ONE_OF_EACH[name](moments[0]))[name] == factor.points
    assert worth(*(ONE_OF_EACH[name](at) for at in moments))[name] == factor.cap


NOTHING_OF_THE_KIND = {
    "a call that is no crisis": (call(NOV), "crisis_calls_past_30_days"),
    "a crisis that is no call": (response(NOV, is_crisis=True), "crisis_calls_past_30_days"),
    "a response that is no call": (response(NOV), "calls_past_90_days"),
    "a transfer that is no release": (booking(NOV, NOV, release_code="elsewhere"), "releases_past_14_days"),
    "a death that is no release": (booking(NOV, NOV, release_code="death"), "releases_past_14_days"),
    "a stay that has not ended": (booking(NOV), "releases_past_14_days"),
    "a response without a wish": (response(NOV), "follow_ups_requested_past_90_days"),
    "a visit to an office": (visit(NOV, setting_code="outpatient"), "emergency_or_crisis_visits_past_90_days"),
    "a negative screen": (booking(NOV, screen_code="negative"), "positive_screens_without_visit_past_365_days"),
    "a refused screen": (booking(NOV, screen_code="refused"), "positive_screens_without_visit_past_365_days"),
    "a stay without a watch": (booking(NOV), "suicide_watches_past_365_days"),
    "a soon referral is not urgent": (referral(NOV, "soon"), "urgent_referrals_past_90_days"),
    "an urgent referral is not soon": (referral(NOV, "urgent"), "soon_referrals_past_90_days"),
    "a referral of no urgency": (referral(NOV, None), "routine_referrals_past_90_days"),
}


@pytest.mark.parametrize("what", NOTHING_OF_THE_KIND)
def test_what_is_not_meant_is_not_counted(what):
    happened, name = NOTHING_OF_THE_KIND[what]
    assert name not in amounts(happened)


@pytest.mark.parametrize(
    "told", [{"setting_code": "emergency"}, {"setting_code": "crisis_center"}, {"is_crisis": True}]
)
def test_a_visit_counts_by_its_setting_or_by_being_a_crisis_service(told):
    assert amounts(visit(NOV, **told)) == {"emergency_or_crisis_visits_past_90_days": 1}


def test_a_positive_screen_counts_only_while_no_visit_has_followed():
    name, screen = "positive_screens_without_visit_past_365_days", booking("2026-03-02 12:00", screen_code="positive")
    assert amounts(screen)[name] == 1
    assert amounts(screen, visit("2026-03-01 12:00"))[name] == 1
    assert amounts(screen, visit("2026-03-02 12:00"))[name] == 1
    assert name not in amounts(screen, visit("2026-03-02 12:01"))
    assert amounts(screen, visit(NOV, person="P-2"))[name] == 1
    later = booking("2026-05-02 12:00", screen_code="positive")
    assert amounts(screen, later, visit("2026-04-02 12:00"))[name] == 1


def jail_days(*events):
    return amounts(*events).get("jail_days_past_365_days", 0)


def day(text, hour="12:00"):
    return f"2026-{text} {hour}"


JAIL_STAYS = {
    "ten days and a minute": ([booking(day("05-01"), day("05-11", "12:01"))], 10),
    "a minute less than ten": ([booking(day("05-01"), day("05-11", "11:59"))], 0),
    "two stays of five days each": ([booking(day("03-01"), day("03-06")), booking(day("05-01"), day("05-06"))], 10),
    "half days add up": ([booking(day(f"0{m}-01"), day(f"0{m}-07", "00:00")) for m in (5, 6)], 11),
    "one inside the other": ([booking(day("05-01"), day("05-21")), booking(day("05-05"), day("05-10"))], 20),
    "one after the other with overlap": (
        [booking(day("05-01"), day("05-11")), booking(day("05-06"), day("05-21"))],
        20,
    ),
    "the same stay under two numbers": ([booking(day("05-01"), day("05-21")), booking(day("05-01"), day("05-21"))], 20),
    "still there": ([booking(day("11-01", "00:00"))], 16),
    "never closed, but booked again": ([booking(day("05-01")), booking(day("05-21"), day("05-22"))], 21),
    "ended before it began": ([booking(day("05-21"), day("05-01"))], 0),
    "a release that lies ahead": ([booking(day("11-01", "00:00"), "2027-01-01 12:00")], 16),
    "cut at the window's start": ([booking("2025-01-01", "2025-11-27")], 10),
    "before the window": ([booking("2025-01-01", "2025-11-17")], 0),
    "the whole window": ([booking("2024-01-01", last_told_at=local("2026-11-10"))], 365),
}


@pytest.mark.parametrize("stay", JAIL_STAYS)
def test_days_in_jail_are_counted_once_and_inside_the_window_only(stay):
    happened, whole_days = JAIL_STAYS[stay]
    assert jail_days(*happened) == (whole_days if whole_days >= 10 else 0)


def test_ten_days_in_jail_make_a_point():
    stays = {days: booking("2026-05-01", local("2026-05-01") + timedelta(days=days)) for days in (9, 10, 19, 20, 150)}
    given = {days: worth(stay).get("jail_days_past_365_days", 0) for days, stay in stays.items()}
    assert given == {9: 0, 10: 1, 19: 1, 20: 2, 150: 10}


def test_the_stays_of_two_people_are_two():
    table = points(booking(day("05-01"), day("05-11")), booking(day("05-05"), day("05-15"), person="P-2"))
    mine = table[table["factor"] == "jail_days_past_365_days"]
    assert dict(zip(mine["person_id"], mine["amount"], strict=True)) == {"P-1": 10, "P-2": 10}


def test_a_serious_mental_illness_is_worth_the_same_however_often_it_is_recorded():
    name, schizophrenia = "serious_mental_illness_known", "serious_mental_illness"
    for known in (
        [(schizophrenia, "1999-01-01")],
        [(schizophrenia, None)],
        [(schizophrenia, NOV), (schizophrenia, NOV)],
    ):
        assert worth(known=known) == {name: 8}
    assert worth(known=[("substance_use", NOV)]) == {}


def test_nothing_happened_and_nobody_has_points():
    assert points().empty
    assert points(event("call_for_service", "2020-01-01")).empty
