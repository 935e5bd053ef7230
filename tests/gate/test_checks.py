"""What does the gate say of a list? Numbers in, checks out: examples to read, then properties."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import gate
from pipeline.contract.outreach_list import AgencyState
from pipeline.gate import Fill, Measured, Volume

POLICE = AgencyState(agency="police", title="Riverton Police", complete_to="2026-11-16", status="complete")
JAIL = AgencyState(agency="jail", title="Riverton Jail", complete_to="2026-11-15", status="complete")
PARTNERS = AgencyState(agency="partners", title="Community Partners", complete_to=None, status="missing")
USUAL = (40, 44, 38, 41, 39, 45)


def calls(latest: int, earlier: tuple[int, ...] = USUAL) -> Volume:
    return Volume(agency="police", feed="calls", what="encounters", latest=latest, earlier=earlier)


def births(new: int, filled: int, earlier: int = 1000, earlier_filled: int = 970) -> Fill:
    return Fill(
        agency="police",
        feed="calls",
        field="birth_date",
        new_records=new,
        new_filled=filled,
        earlier_records=earlier,
        earlier_filled=earlier_filled,
    )


def people(numbers: range) -> tuple[str, ...]:
    return tuple(f"P-{number}" for number in numbers)


def measured(**changes: object) -> Measured:
    """A usual week; a test says what is different."""
    usual = Measured(
        as_of="2026-11-16",
        sources=(POLICE, JAIL, PARTNERS),
        volumes=(calls(42),),
        fills=(births(60, 58),),
        records=3000,
        persons=1000,
        linked_records=2600,
        recent_records=40,
        largest_records=80,
        largest_person="P-7",
        largest_agency="police",
        entries=people(range(25)),
        ties=2,
        below_line=300,
    )
    return replace(usual, **changes)


LAST_WEEK = measured(as_of="2026-11-09")


def failed(now: Measured, before: Measured | None = LAST_WEEK) -> dict[str, str]:
    """Which checks fail, and what are people told?"""
    return {check.name: check.message for check in gate.examine(now, before) if not check.is_passed}


def test_a_usual_week_goes_out():
    assert failed(measured()) == {}


def test_the_first_list_ever_passes_the_comparisons_and_says_so():
    checks = gate.examine(measured(volumes=(calls(0),), fills=(births(1000, 0),), records=9), None)
    assert all(check.is_passed for check in checks)
    told = {check.name for check in checks if "first list" in check.found}
    assert told == {
        *("volume", "filled fields", "records per person", "linked records"),
        *("largest person's growth", "new entries"),
    }


# --- freshness -----------------------------------------------------------------------------------------------------


def test_an_agency_that_is_too_late_holds_the_list_back_and_is_named():
    late = replace(POLICE, complete_to="2026-10-04", status="late", overdue_days=29)
    told = failed(measured(sources=(late, JAIL)))
    assert told == {
        "freshness": "Riverton Police: late, last data 4 Oct 2026, 29 days later than it may be. "
        "Ask the agency for the files that are missing; if it sends no more, take its declaration out."
    }


@pytest.mark.parametrize("status", ["late", "stopped"])
def test_an_agency_that_is_late_for_a_while_does_not(status: str):
    late = replace(POLICE, complete_to="2026-10-05", status=status, overdue_days=28)
    assert failed(measured(sources=(late, JAIL))) == {}


VERY_LATE = replace(POLICE, complete_to="2026-08-01", status="late", overdue_days=93)


def test_an_agency_that_was_as_late_on_the_last_list_takes_nothing_away():
    assert failed(measured(sources=(VERY_LATE, JAIL)), measured(as_of="2026-11-09", sources=(VERY_LATE, JAIL))) == {}
    assert failed(measured(sources=(VERY_LATE, JAIL)), None) == {}, "nor before the first list"
    assert failed(measured(sources=(VERY_LATE, JAIL)), measured(as_of="2026-11-09", sources=(JAIL,))) == {}, "it is new"


def test_a_list_for_which_nobodys_data_are_near_is_held_back_even_if_it_is_the_first():
    """Such as one for a day months ahead, mistyped."""
    everybody = measured(sources=(VERY_LATE, replace(VERY_LATE, agency="jail", title="Riverton Jail"), PARTNERS))
    checks = [check for check in gate.examine(everybody, None) if not check.is_passed]
    assert [(check.name, check.agency) for check in checks] == [("freshness", "police"), ("freshness", "jail")]
    assert "freshness" in failed(everybody, everybody)


def test_an_agency_that_never_sent_anything_takes_nothing_away_but_all_of_them_do():
    assert failed(measured(sources=(POLICE, PARTNERS))) == {}
    nobody = measured(sources=(PARTNERS, replace(PARTNERS, agency="jail", title="Riverton Jail")))
    assert list(failed(nobody)) == ["freshness"]
    assert list(failed(nobody, None)) == ["freshness"], "also for the first list"


# --- volume --------------------------------------------------------------------------------------------------------


def test_a_tenth_of_the_usual_rows_holds_the_list_back_and_names_the_agency():
    told = failed(measured(volumes=(calls(4),)))
    assert list(told) == ["volume"]
    assert told["volume"].startswith(
        "Riverton Police, calls: 4 encounters in the latest week, 40 in a usual one: far fewer than usual. Ask the "
    )


def test_ten_times_the_usual_rows_do_too():
    assert "far more than usual" in failed(measured(volumes=(calls(400),)))["volume"]


@pytest.mark.parametrize(
    ("latest", "earlier"),
    [
        (20, USUAL),  # a holiday
        (90, USUAL),  # a bad week
        (0, (6, 9, 4, 7, 5)),  # an agency that writes little
        (70, (6, 9, 4, 7, 5)),
        (0, (40, 41, 39)),  # nobody knows yet what is usual
        (3, (0, 0, 160, 0, 0, 0, 150, 0, 0)),  # once a month
    ],
)
def test_what_chance_or_a_habit_explains_does_not(latest: int, earlier: tuple[int, ...]):
    assert failed(measured(volumes=(calls(latest, earlier),))) == {}


def test_what_was_published_so_once_is_not_held_against_the_next_list():
    """An agency that always writes late, or a change that somebody looked at and published."""
    assert failed(measured(volumes=(calls(5),)), measured(as_of="2026-11-09", volumes=(calls(4),))) == {}
    assert "volume" in failed(measured(volumes=(calls(5),)), measured(as_of="2026-11-09", volumes=(calls(400),)))


# --- filled fields -------------------------------------------------------------------------------------------------


def test_an_emptied_column_holds_the_list_back_and_names_the_agency_and_the_field():
    told = failed(measured(fills=(births(30, 0), replace(births(30, 29), field="sex"))))
    assert list(told) == ["filled fields"]
    assert told["filled fields"].startswith(
        "Riverton Police, calls: birth date in 0% of 30 new records, 97% before. Ask the agency"
    )


@pytest.mark.parametrize(
    ("fill", "is_held_back"),
    [
        (births(100, 60), True),  # 97 % before
        (births(100, 80), False),
        (births(19, 0), False),  # 18 expected: too few to tell
        (births(400, 4, earlier_filled=100), True),  # a rarely filled field that is empty now
        (births(100, 4, earlier_filled=100), False),
        (births(100, 95, earlier_filled=300), True),  # perhaps a stand-in value in every record
        (births(40, 40, earlier_filled=300), False),
        (births(1000, 0, earlier=20, earlier_filled=20), False),  # hardly anything to compare with
    ],
)
def test_how_far_a_field_may_drift(fill: Fill, is_held_back: bool):
    assert ("filled fields" in failed(measured(fills=(fill,)))) is is_held_back


def test_a_drift_that_was_published_once_is_not_held_against_the_next_list_but_the_other_way_is():
    forced = measured(as_of="2026-11-09", fills=(births(100, 0),))
    assert failed(measured(fills=(births(100, 1),)), forced) == {}
    rise = births(100, 99, earlier=1000, earlier_filled=300)
    assert "filled fields" in failed(measured(fills=(rise,)), forced)


# --- linkage -------------------------------------------------------------------------------------------------------


def test_links_that_come_or_go_hold_the_list_back():
    assert "records per person" in failed(measured(persons=700))
    assert "records per person" in failed(measured(persons=1200))
    assert list(failed(measured(linked_records=2400))) == ["linked records"]


@pytest.mark.parametrize("persons", [1000, 1040])
@pytest.mark.parametrize("linked", [2600, 2640])
def test_new_records_may_be_of_people_known_or_of_others(persons: int, linked: int):
    assert failed(measured(records=3040, persons=persons, linked_records=linked)) == {}
    half_a_year = measured(records=1500, linked_records=1300, persons=1000, as_of="2026-11-09")
    assert failed(measured(records=3000, persons=1000, linked_records=2600, recent_records=1500), half_a_year) == {}


def test_records_of_earlier_days_that_come_now_are_not_expected():
    assert list(failed(measured(records=3600, linked_records=3200))) == ["records per person"]


def test_a_county_of_a_few_people_is_not_compared():
    few = {"records": 6, "persons": 2, "linked_records": 6}
    assert failed(measured(**few), measured(as_of="2026-11-09", records=2, persons=2, linked_records=0)) == {}


def test_one_record_that_joins_hundreds_holds_the_list_back():
    told = failed(measured(largest_records=310))
    assert told == {
        "largest person's growth": "The person with the most records has 310, most of them from Riverton Police; on "
        "the last list the most was 80. See `outreach why P-7` whether they are one person's; if so, publish by hand."
    }
    assert failed(measured(largest_records=95)) == {}
    assert failed(measured(largest_records=49), measured(as_of="2026-11-09", largest_records=4)) == {}


def test_no_person_has_a_thousand_records_not_even_on_the_first_list():
    assert list(failed(measured(largest_records=1001), None)) == ["largest person"]


# --- the list ------------------------------------------------------------------------------------------------------


def test_more_people_tied_at_the_line_than_the_list_holds():
    assert "400 people have exactly the points" in failed(measured(ties=400))["ties at the line"]
    assert failed(measured(ties=25)) == {}
    assert failed(measured(ties=400, below_line=0)) == {}, "everybody has an entry, so no tie decides anything"
    assert failed(measured(entries=people(range(2)), ties=9), None) == {}


def test_a_list_turned_over_completely_is_held_back():
    told = failed(measured(entries=people(range(100, 125))))
    assert set(told) == {"new entries", "entries gone"}
    assert told["new entries"].startswith("25 of 25 entries were not on the last list, of 9 Nov 2026.")


def test_a_longer_or_shorter_list_is_no_churn():
    assert failed(measured(entries=people(range(100)))) == {}
    assert failed(measured(entries=people(range(10)))) == {}


def test_a_list_months_later_may_be_another_one():
    assert failed(measured(entries=people(range(100, 125))), measured(as_of="2026-10-01")) == {}


# --- whatever is measured ------------------------------------------------------------------------------------------

COUNTS = st.integers(0, 500)
VOLUMES = st.lists(
    st.builds(
        Volume,
        agency=st.sampled_from(["police", "jail"]),
        feed=st.just("calls"),
        what=st.sampled_from(["encounters", "person records"]),
        latest=COUNTS,
        earlier=st.lists(COUNTS, max_size=12).map(tuple),
    ),
    max_size=3,
    unique_by=lambda volume: (volume.agency, volume.what),
).map(tuple)
FILLS = st.tuples(COUNTS, COUNTS, COUNTS, COUNTS).map(
    lambda n: (births(n[0], min(n[1], n[0]), earlier=n[2], earlier_filled=min(n[3], n[2])),)
)
ANYTHING = st.builds(
    measured,
    as_of=st.sampled_from(["2026-11-16", "2026-11-17", "2026-12-24"]),
    volumes=VOLUMES,
    fills=FILLS,
    records=COUNTS,
    persons=COUNTS,
    linked_records=COUNTS,
    recent_records=COUNTS,
    largest_records=st.integers(0, 2000),
    entries=st.lists(st.integers(0, 40), unique=True, max_size=40).map(lambda found: tuple(f"P-{n}" for n in found)),
    ties=COUNTS,
    below_line=COUNTS,
)


@given(ANYTHING, st.none() | ANYTHING.map(lambda m: replace(m, as_of="2026-11-09", persons=max(m.persons, 1))))
def test_whatever_is_measured_every_check_answers_in_sentences(now: Measured, before: Measured | None):
    for check in gate.examine(now, before):
        assert check.found.endswith(".")
        assert bool(check.advice) is not check.is_passed, "who is held back is told what to do"
        assert "nan" not in check.message.lower().split()


@given(ANYTHING.map(lambda m: replace(m, persons=max(m.persons, 1), linked_records=min(m.linked_records, m.records))))
def test_a_week_like_the_one_before_is_held_back_by_no_comparison(now: Measured):
    absolute = {"freshness", "largest person", "ties at the line"}
    assert set(failed(now, now)) <= absolute


@given(ANYTHING)
def test_what_was_measured_comes_back_as_it_was_kept(now: Measured):
    assert gate.measured_from_json(json.loads(json.dumps(asdict(now)))) == now
