"""Who keeps last list's points while an agency is down, and who does not?"""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.outreach_list import AgencyState, Entry, OutreachList, Reason
from pipeline.ranking import held_over, rank
from pipeline.ranking.held_over import hold, worth

POLICE = AgencyState(agency="police", title="Riverton Police", complete_to="2026-11-16", status="complete")
JAIL = AgencyState(agency="jail", title="Riverton Jail", complete_to="2026-11-16", status="complete")
POLICE_LATE = replace(POLICE, status="late", complete_to="2026-11-01", overdue_days=1)
JAIL_REFUSED = replace(JAIL, status="stopped")


def reason(factor: str, points: int, *agencies: str, is_under_consent: bool = False) -> Reason:
    return Reason(
        factor=factor,
        points=points,
        sentence=f"{points} for {factor}.",
        latest_at="2026-11-01T12:00:00+00:00",
        agencies=agencies,
        is_under_consent=is_under_consent,
    )


CRISIS, BOOKING = reason("crisis", 16, "police"), reason("bookings", 8, "jail")
VISIT = reason("visits", 5, "provider", is_under_consent=True)


def entry(person_id: str, *reasons: Reason, **changes: object) -> Entry:
    made = Entry(
        rank=1,
        person_id=person_id,
        team="Riverton",
        points=worth(reasons),
        reasons=reasons,
        is_new=False,
        previous_rank=None,
        record_keys=(f"police/calls/{person_id}", f"jail/bookings/{person_id}"),
        display_name="",
        birth_date=None,
        alias_count=0,
        phone=None,
        address=None,
        last_contact="",
        points_low=worth(reasons),
        points_high=worth(reasons),
        rank_best=1,
        rank_worst=1,
        rests_on_unreviewed_link=False,
    )
    return replace(made, **changes)


def last_list(*entries: Entry) -> OutreachList:
    return OutreachList(
        list_id="0",
        as_of="2026-11-09",
        zone="America/Denver",
        code_version="",
        model_id="",
        sources=(),
        entries=entries,
        excluded_counts={},
        below_line_count=0,
    )


def records_of(*persons: str) -> dict[str, str]:
    return {f"{feed}/{person}": person for feed in ("police/calls", "jail/bookings") for person in persons}


def held(
    *sources: AgencyState, then=(CRISIS, BOOKING), now=(), records=None, **changes: object
) -> held_over.Held | None:
    """What does P-1 keep, who had the reasons `then` on the last list and has those of `now`?"""
    known = records_of("P-1") if records is None else records
    return hold(last_list(entry("P-1", *then, **changes)), sources, {"P-1": now}, known).get("P-1")


def test_whoever_was_listed_because_of_an_agency_that_is_late_now_keeps_the_points_and_is_told_why():
    kept = held(POLICE_LATE, JAIL, now=(BOOKING,))
    assert kept is not None
    assert kept.reasons == (CRISIS, BOOKING)
    assert kept.sentence == "Points as of 9 Nov 2026: Riverton Police is late."


def test_an_agency_whose_delivery_was_refused_holds_too():
    kept = held(POLICE_LATE, JAIL_REFUSED)
    assert kept is not None
    assert kept.sentence == (
        "Points as of 9 Nov 2026: the newest delivery of Riverton Jail was refused and Riverton Police is late."
    )


def test_a_complete_agency_holds_nobody():
    assert held(POLICE, JAIL) is None


def test_another_agencys_lateness_holds_nobody():
    assert held(POLICE, JAIL_REFUSED, then=(CRISIS,)) is None


@pytest.mark.parametrize(("overdue_days", "is_held"), [(28, True), (29, False)])
def test_the_hold_ends_where_the_gate_begins(overdue_days: int, is_held: bool):
    assert (held(replace(POLICE_LATE, overdue_days=overdue_days)) is not None) is is_held


def test_who_has_as_many_points_now_is_not_held():
    assert held(POLICE_LATE, now=(reason("release", 12, "jail"), reason("bookings", 12, "jail"))) is None


def test_points_that_are_held_for_weeks_stay_those_of_the_first_list():
    kept = held(POLICE_LATE, points_as_of="2026-11-02", held_over="Points as of 2 Nov 2026: Riverton Police is late.")
    assert kept is not None
    assert (kept.points_as_of, kept.sentence) == ("2026-11-02", "Points as of 2 Nov 2026: Riverton Police is late.")


@pytest.mark.parametrize(
    "records",
    [
        {"police/calls/P-1": "P-1"},  # a booking was taken back, or its consent ended
        {"police/calls/P-1": "P-1", "jail/bookings/P-1": "P-9"},  # they were two people after all
        {},
    ],
)
def test_nobody_is_held_whose_records_of_then_are_not_all_there(records: dict[str, str]):
    assert held(POLICE_LATE, records=records) is None


def test_two_who_became_one_keep_the_greater_points_once():
    both = last_list(entry("P-1", CRISIS), entry("P-2", CRISIS, BOOKING))
    merged = dict.fromkeys(records_of("P-1", "P-2"), "P-1")
    found = hold(both, (POLICE_LATE,), {}, merged)
    assert {person: worth(what.reasons) for person, what in found.items()} == {"P-1": 24}


def test_what_rests_on_a_consent_is_as_it_is_now():
    kept = held(POLICE_LATE, then=(CRISIS, VISIT))
    assert kept is not None
    assert kept.reasons == (CRISIS,)
    fewer = replace(VISIT, points=3)
    kept = held(POLICE_LATE, then=(CRISIS, VISIT), now=(fewer,))
    assert kept is not None
    assert kept.reasons == (CRISIS, fewer)
    provider_late = replace(POLICE_LATE, agency="provider", title="Riverbend")
    assert held(provider_late, then=(VISIT,)) is None
    assert held(provider_late, then=(CRISIS, VISIT)) is None, "nor does it hold what other agencies know"


def test_without_a_last_list_nobody_is_held():
    assert hold(None, (POLICE_LATE,), {}, {}) == {}


# --- whatever was on the last list ---------------------------------------------------------------------------------

AGENCIES = ("police", "jail", "provider")
FACTORS = ("crisis", "bookings", "visits", "release")
REASONS = st.lists(
    st.builds(
        lambda factor, points, agencies, consent: reason(factor, points, *sorted(agencies), is_under_consent=consent),
        *(st.sampled_from(FACTORS), st.integers(1, 40)),
        *(st.sets(st.sampled_from(AGENCIES), min_size=1), st.booleans()),
    ),
    max_size=4,
    unique_by=lambda made: made.factor,
).map(tuple)
SOURCES = st.tuples(
    *(
        st.builds(
            AgencyState,
            agency=st.just(name),
            title=st.just(name.title()),
            complete_to=st.just("2026-11-01"),
            status=st.sampled_from(["complete", "late", "stopped", "missing"]),
            overdue_days=st.integers(0, 40),
        )
        for name in AGENCIES
    )
)
PERSONS = ("P-1", "P-2", "P-3", "P-4")
KNOWN_SINCE = pd.Series(pd.Timestamp("2026-01-01", tz="UTC"), index=PERSONS)
WORLDS = st.fixed_dictionaries({person: st.tuples(REASONS, REASONS) for person in PERSONS})


def points_of(reasons: dict[str, tuple[Reason, ...]]) -> pd.DataFrame:
    rows = [
        (person, r.factor, r.points, 1, pd.Timestamp(r.latest_at), r.agencies)
        for person, told in reasons.items()
        for r in told
    ]
    return pd.DataFrame(rows, columns=["person_id", "factor", "points", "amount", "latest_at", "agencies"])


@given(world=WORLDS, sources=SOURCES, excluded=st.sets(st.sampled_from(PERSONS)))
def test_points_are_always_the_sum_of_reasons_and_nobody_loses_by_an_agency_that_is_down(world, sources, excluded):
    then = last_list(*(entry(person, *reasons) for person, (reasons, _) in world.items() if reasons))
    now = {person: reasons for person, (_, reasons) in world.items()}
    found = hold(then, sources, now, records_of(*PERSONS))
    reasons = now | {person: what.reasons for person, what in found.items()}
    order = rank.standings(held_over.points_with(points_of(now), found), pd.Index(sorted(excluded)), KNOWN_SINCE)
    assert order["points"].to_dict() == {
        person: worth(told) for person, told in reasons.items() if told and person not in excluded
    }
    down = {s.agency for s in sources if s.status in ("late", "stopped") and s.overdue_days <= 28}
    for listed in then.entries:
        free = [r for r in listed.reasons if not r.is_under_consent]
        assert worth(reasons[listed.person_id]) >= worth(now[listed.person_id])
        if any(down & set(r.agencies) for r in free):
            assert worth(reasons[listed.person_id]) >= worth(free)
        else:
            assert listed.person_id not in found


@given(world=WORLDS, sources=SOURCES)
def test_complete_agencies_hold_nobody(world, sources):
    then = last_list(*(entry(person, *reasons) for person, (reasons, _) in world.items() if reasons))
    now = {person: reasons for person, (_, reasons) in world.items()}
    complete = [replace(state, status="complete", overdue_days=0) for state in sources]
    assert hold(then, complete, now, records_of(*PERSONS)) == {}
