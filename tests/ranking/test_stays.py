"""Which bookings are one stay, and how did it end? Each example is a few bookings of one person."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ranking.stays import forgotten_counts, jail_stays, stays
from tests.ranking.county import CALENDAR, booking, encounters, local

A_DAY_LATER = "2026-05-02 08:00"


def told(*bookings):
    """Begin, end and reason of each stay, as local text."""
    frame = stays(encounters(*bookings), CALENDAR.until())

    def text(moment):
        return None if pd.isna(moment) else moment.tz_convert("America/Denver").strftime("%m-%d %H:%M")

    return [(text(row.occurred_at), text(row.ended_at), row.release_code) for row in frame.itertuples()]


def may(day, hour="08:00"):
    return f"2026-05-{day:02} {hour}"


EXAMPLES = {
    "one booking": ([booking(may(1), may(3), release_code="community")], [("05-01 08:00", "05-03 08:00", "community")]),
    "two numbers, one stay": (
        [booking(may(1), may(3), release_code="community"), booking(may(2), may(9), release_code="elsewhere")],
        [("05-01 08:00", "05-09 08:00", "elsewhere")],
    ),
    "one inside the other": (
        [booking(may(1), may(9), release_code="community"), booking(may(2), may(3), release_code="elsewhere")],
        [("05-01 08:00", "05-09 08:00", "community")],
    ),
    "ended together, once by a transfer": (
        [booking(may(1), may(3), release_code="elsewhere"), booking(may(2), may(3), release_code="community")],
        [("05-01 08:00", "05-03 08:00", "elsewhere")],
    ),
    "handed over within the minute": (
        [booking(may(1), may(3), release_code="elsewhere"), booking(may(3), may(4), release_code="community")],
        [("05-01 08:00", "05-04 08:00", "community")],
    ),
    "let out and booked a minute later": (
        [booking(may(1), may(3), release_code="community"), booking(may(3, "08:01"), may(4), release_code="community")],
        [("05-01 08:00", "05-03 08:00", "community"), ("05-03 08:01", "05-04 08:00", "community")],
    ),
    "a second booking of a stay still open": (
        [booking(may(1), may(3), release_code="community"), booking(may(2))],
        [("05-01 08:00", None, None)],
    ),
    "never closed, booked again within the day": (
        [booking(may(1)), booking(A_DAY_LATER, may(5), release_code="community")],
        [("05-01 08:00", "05-05 08:00", "community")],
    ),
    "never closed, booked again later": (
        [booking(may(1)), booking("2026-05-02 08:01", may(5), release_code="community")],
        [("05-01 08:00", None, None), ("05-02 08:01", "05-05 08:00", "community")],
    ),
    "told twice at the same moment, once closed": (
        [booking(may(1), may(3), release_code="community"), booking(may(1))],
        [("05-01 08:00", "05-03 08:00", "community")],
    ),
    "an end that lies ahead is none": (
        [booking("2026-11-15 08:00", "2026-11-17 00:00", release_code="community")],
        [("11-15 08:00", None, None)],
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_which_bookings_are_one_stay(example):
    bookings, expected = EXAMPLES[example]
    assert told(*bookings) == expected
    assert told(*reversed(bookings)) == expected


def test_a_stay_was_on_watch_and_screened_positive_where_any_of_its_bookings_says_so():
    first = booking(may(1), may(3), screen_code="negative", is_suicide_watch=True)
    second = booking(may(2), may(3), screen_code="positive")
    [stay] = stays(encounters(first, second), CALENDAR.until()).to_dict("records")
    assert (stay["screen_code"], stay["is_suicide_watch"], stay["agency"]) == ("positive", True, "riverton_county_jail")


def test_the_stays_of_two_people_are_never_one():
    assert len(told(booking(may(1), may(3)), booking(may(1), may(3), person="P-2"))) == 2


HOURS = st.integers(0, 400)
SOME_BOOKINGS = st.lists(st.tuples(HOURS, st.none() | HOURS, st.sampled_from(["P-1", "P-2"])), max_size=8)


@given(SOME_BOOKINGS)
def test_an_hour_in_custody_is_in_one_stay_only_and_no_hour_told_is_lost(drawn):
    start = local("2026-05-01")
    hours = [(begin, None if lasts is None else begin + lasts, person) for begin, lasts, person in drawn]

    def at(hour):
        return None if hour is None else start + pd.Timedelta(hours=hour)

    frame = stays(encounters(*(booking(at(b), at(e), person=p) for b, e, p in hours)), CALENDAR.until())
    for person, mine in frame.groupby("person_id"):
        ends = mine["ended_at"].fillna(mine["occurred_at"])
        assert (mine["occurred_at"].iloc[1:].to_numpy() > ends.iloc[:-1].to_numpy()).all()
        for begin, end, _ in (one for one in hours if one[2] == person and one[1] is not None):
            holds = (mine["occurred_at"] <= at(begin)) & (mine["ended_at"].isna() | (mine["ended_at"] >= at(end)))
            assert holds.any()


def test_a_stay_that_was_told_of_too_long_ago_lasts_until_it_was_last_told_and_is_counted():
    table = encounters(
        booking("2024-05-01 08:00", last_told_at=local("2024-05-04 08:00")),
        booking("2026-05-01 08:00", person="P-2"),
        booking("2024-05-01 08:00", person="P-3"),
        booking("2026-05-01 08:00", may(2), person="P-3"),
    )
    ends = jail_stays(table, CALENDAR.until()).groupby("person_id")["ended_at"].first()
    assert ends.to_dict() == {
        "P-1": local("2024-05-04 08:00"),
        "P-2": CALENDAR.until(),
        "P-3": local("2026-05-01 08:00"),
    }
    assert forgotten_counts(table, CALENDAR.until()) == {"riverton_county_jail": 1}
