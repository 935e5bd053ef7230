"""Is the order the stated one, exact, fair, and blind to what may not count?"""

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract import tables
from pipeline.ranking import rank
from pipeline.ranking.exclusions import excluded
from pipeline.ranking.factors import FACTORS
from pipeline.ranking.measures import Facts
from tests.ranking.county import (
    CALENDAR,
    booking,
    call,
    conditions,
    crisis,
    encounters,
    facts,
    local,
    people,
    points,
    referral,
    released,
    response,
    visit,
)

NOBODY = pd.Index([])
KNOWN_SINCE = pd.Series({f"P-{n}": local(f"2026-01-{n:02}") for n in range(1, 29)})
"""P-1 is known longest."""
SMI = "serious_mental_illness"
END = local("2026-11-17")
AGENCIES = ("riverton_police", "larkspur_police", "riverton_county_jail")
PERSONS = st.sampled_from(["P-1", "P-2", "P-3"])
PAST = st.integers(1, 60 * 24 * 400).map(lambda minutes: END - timedelta(minutes=minutes))
KINDS = st.sampled_from(
    [
        call,
        crisis,
        booking,
        lambda at, **told: released(at, min(at + timedelta(days=9), END), **told),
        lambda at, **told: booking(at, screen_code="positive", is_suicide_watch=True, **told),
        lambda at, **told: booking(at, min(at + timedelta(days=9), END), release_code="elsewhere", **told),
        lambda at, **told: visit(at, setting_code="emergency", **told),
        lambda at, **told: response(at, is_follow_up_requested=True, **told),
        lambda at, **told: referral(at, "urgent", **told),
    ]
)
EVENTS = st.lists(
    st.builds(
        lambda make, at, person, agency: make(at, person=person, agency=agency),
        *(KINDS, PAST, PERSONS, st.sampled_from(AGENCIES)),
    ),
    min_size=1,
    max_size=8,
)


def order(*events, known=()):
    return rank.standings(points(*events, known=known), NOBODY, KNOWN_SINCE)


def points_and_rank(person, *events):
    """Its points, and how many stand before it; without points it stands last."""
    table = order(*events)
    if person not in table.index:
        return 0, -4
    return int(table["points"][person]), -list(table.index).index(person)


def test_more_points_come_first():
    assert list(order(call("2026-11-01"), crisis("2026-11-01", person="P-2")).index) == ["P-2", "P-1"]


def test_of_equal_points_who_was_met_more_recently_comes_first():
    assert list(order(crisis("2026-11-01"), crisis("2026-11-02", person="P-2")).index) == ["P-2", "P-1"]


def test_of_two_met_in_the_same_minute_who_has_been_known_longer_comes_first():
    events = [crisis("2026-11-01", person=person) for person in ("P-10", "P-9", "P-2")]
    assert list(order(*events).index) == ["P-2", "P-9", "P-10"]


def test_whoever_is_excluded_does_not_stand_in_line():
    table = rank.standings(
        points(crisis("2026-11-01"), crisis("2026-11-01", person="P-2")), pd.Index(["P-1"]), KNOWN_SINCE
    )
    assert list(table.index) == ["P-2"]
    assert rank.standings(points(), NOBODY, KNOWN_SINCE).empty
    assert rank.standings(points(crisis("2026-11-01")), pd.Index(["P-1"]), KNOWN_SINCE).empty


def entries(events, previous=None, list_size=25, team_sizes=None):
    """What does the list of these events say? Persons without names, numbers or places."""
    found = facts(*events)
    table = rank.points_by_factor(found, CALENDAR)
    standing = rank.standings(table, NOBODY, KNOWN_SINCE)
    nothing = {"city": None, "display_name": None, "birth_date": None, "alias_count": 0, "phone": None, "address": None}
    persons = pd.DataFrame([nothing] * len(standing), index=standing.index, columns=list(nothing), dtype=object)
    keys = {person: (f"a/f/{person}",) for person in standing.index}
    areas = {"riverton_police": "Riverton", "larkspur_police": "Larkspur"}
    line = rank.draw_line(standing, persons, found, areas, list_size, team_sizes or {})
    shown = rank.Shown(persons, keys, {}, previous or {})
    return rank.entries(line, rank.reasons_of(table, {}, CALENDAR), shown)


@settings(max_examples=15, deadline=None)
@given(events=EVENTS)
def test_the_reasons_add_up_exactly_to_the_points(events):
    made = entries(events)
    assert [entry.rank for entry in made] == list(range(1, len(made) + 1))
    for entry in made:
        assert entry.points == sum(reason.points for reason in entry.reasons)
        assert all(reason.points > 0 for reason in entry.reasons)
        assert len({reason.factor for reason in entry.reasons}) == len(entry.reasons)
    assert [entry.points for entry in made] == sorted((entry.points for entry in made), reverse=True)


def test_an_entry_says_whether_it_is_new_and_where_it_stood():
    first, second = entries([crisis("2026-11-01"), call("2026-11-01", person="P-2")], previous={"P-2": 7})
    assert (first.person_id, first.is_new, first.previous_rank) == ("P-1", True, None)
    assert (second.person_id, second.is_new, second.previous_rank) == ("P-2", False, 7)
    assert (first.display_name, first.last_contact, first.record_keys) == (
        "Name not known",
        "Nothing on record.",
        ("a/f/P-1",),
    )


def test_the_line_is_drawn_by_team_and_by_list():
    events = [crisis("2026-11-01", person=f"P-{n}") for n in (1, 2, 3)]
    events.append(call("2026-11-01", person="P-4", agency="larkspur_police"))
    assert [(e.person_id, e.team) for e in entries(events, team_sizes={"Riverton": 2})] == [
        ("P-1", "Riverton"),
        ("P-2", "Riverton"),
        ("P-4", "Larkspur"),
    ]
    assert [e.person_id for e in entries(events, list_size=2)] == ["P-1", "P-2"]


@settings(max_examples=20, deadline=None)
@given(events=EVENTS, person=PERSONS, at=PAST)
def test_one_more_crisis_call_never_lowers_anybody(events, person, at):
    before_points, before_rank = points_and_rank(person, *events)
    after_points, after_rank = points_and_rank(person, *events, crisis(at, person=person))
    assert after_points >= before_points
    assert after_rank >= before_rank
    shown_before = person not in excluded(people(*events, born=dict.fromkeys(("P-1", "P-2", "P-3"), "1990"))).index
    now = people(*events, crisis(at, person=person), born=dict.fromkeys(("P-1", "P-2", "P-3"), "1990"))
    assert not shown_before or person not in excluded(now).index


@settings(max_examples=20, deadline=None)
@given(events=EVENTS, later=EVENTS, shift=st.integers(0, 500))
def test_nothing_that_happens_after_the_lists_day_changes_any_points(events, later, shift):
    ahead = timedelta(days=401 + shift)
    moved = [
        event | {name: event[name] and event[name] + ahead for name in ("occurred_at", "ended_at")} for event in later
    ]
    assert all(event["occurred_at"] >= END for event in moved)
    pd.testing.assert_frame_equal(points(*events), points(*events, *moved))


@settings(max_examples=20, deadline=None)
@given(events=EVENTS, data=st.data())
def test_how_and_when_a_stay_will_end_after_the_lists_day_changes_nothing(events, data):
    ends = st.none() | st.integers(0, 400).map(lambda days: END + timedelta(days=days))
    codes = st.sampled_from([None, "community", "elsewhere", "death"])
    open_stays = [event | {"ended_at": None, "release_code": None} for event in events]
    told_later = [event | {"ended_at": data.draw(ends), "release_code": data.draw(codes)} for event in open_stays]
    pd.testing.assert_frame_equal(points(*open_stays), points(*told_later))
    born = {"P-1": "1990", "P-2": "1990", "P-3": "1990"}
    pd.testing.assert_series_equal(excluded(people(*open_stays, born=born)), excluded(people(*told_later, born=born)))


@settings(max_examples=15, deadline=None)
@given(events=EVENTS, renamed=st.permutations(AGENCIES))
def test_which_agency_reports_changes_no_points(events, renamed):
    named = dict(zip(AGENCIES, renamed, strict=True))
    others = [event | {"agency": named[event["agency"]]} for event in events]
    pd.testing.assert_frame_equal(points(*events).drop(columns="agencies"), points(*others).drop(columns="agencies"))


@pytest.mark.parametrize("word", ["race", "ethnic"])
def test_race_and_ethnicity_are_in_no_table_a_factor_could_read(word):
    columns = (*tables.PERSON_RECORD, *tables.ENCOUNTER, *tables.CONDITION)
    assert not [column for column in columns if word in column]
    assert not [factor.name for factor in FACTORS if word in factor.name]


def test_a_column_of_race_beside_the_facts_changes_nothing():
    events = [crisis("2026-11-01"), booking("2026-11-02", person="P-2")]
    known = conditions((SMI, "2020-01-01"))
    plain = Facts(encounters(*events), known, CALENDAR.until())
    told = Facts(encounters(*events).assign(race=["A", "B"]), known.assign(race="A"), CALENDAR.until())
    pd.testing.assert_frame_equal(rank.points_by_factor(plain, CALENDAR), rank.points_by_factor(told, CALENDAR))
