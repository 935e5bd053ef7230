"""Do rosters, in any order, repeated, late, broken off, give the stays that a clerk would write down with a pencil?

The clerk lays all rosters out by day. Sets of people are drawn by Hypothesis; every example goes through the real steps
into PostgreSQL, some of them broken off between two steps as by a kill (each step is one transaction).
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import intake
from tests.cases.rosters import JAIL, act_at, listed, roster, stays, take_in
from tests.road import county

STAYS = tuple((number, f"2026-11-0{day} 08:00") for number in (0, 1) for day in (1, 2))
"""Two people, each with two stays under one number: (number, admitted)."""
FIRST, LAST = 3, 12
ROSTERS = st.dictionaries(
    st.integers(FIRST, LAST), st.frozensets(st.sampled_from(STAYS), min_size=1), min_size=1, max_size=6
)
BREAKS = ("none", "received", "expected")
BROKEN_OFF = st.lists(st.sampled_from(BREAKS), min_size=6, max_size=6)


def clerk(rosters):
    """Which stays follow? By the day's list alone: the same list again on a later day is no observation."""
    observed, seen_before = {}, set()
    for day in sorted(rosters):
        if rosters[day] not in seen_before:
            observed[day] = rosters[day]
        seen_before.add(rosters[day])
    found = {}
    for stay in sorted(set().union(*observed.values())):
        last_seen = max(day for day, listing in observed.items() if stay in listing)
        missed = min((day for day in observed if day > last_seen), default=None)
        end = (f"11-{missed:02} 23:59", "left_unknown") if missed else (None, None)
        found[f"N{stay[0]}|{stay[1]}"] = (f"11-{last_seen:02} 00:00", *end)
    return found


@dataclass
class Road:
    """Where do the rosters of one example go?"""

    store: object
    root: Path

    def deliver(self, day, listing, broken_off="none"):
        """Lay a roster into the folder and take it in, perhaps after an attempt that was broken off."""
        roster(self.root / "in", day, *(listed(*stay) for stay in sorted(listing)))
        if broken_off != "none":
            home = self.root / "home"
            told = self.store, act_at(), JAIL
            received = intake.receive_agency(*told, self.root / "in", home / "deliveries", "secret")
            if broken_off == "expected":
                intake.expect_agency(*told, received.delivery_ids)
        take_in(self.store, self.root)


@pytest.fixture
def new_road(new_store):
    """A maker of roads, each with a store and folders of its own."""
    folders = []

    def make():
        folders.append(Path(tempfile.mkdtemp(prefix="rosters")))
        return Road(new_store(), folders[-1])

    yield make
    for folder in folders:
        shutil.rmtree(folder)


def of_any_order(new_road, rosters, order, broken_off):
    road = new_road()
    for day, how in zip(order, broken_off, strict=False):
        road.deliver(day, rosters[day], how)
    assert stays(road.store) == clerk(rosters)
    accounts = county.accounting(road.store)[JAIL.name]
    assert accounts["delivered"] == accounts["accepted"] + accounts["quarantined"] + accounts["retracted"]
    assert accounts["accepted"] == len(stays(road.store))


WHOLE_ROAD = settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@WHOLE_ROAD
@given(rosters=ROSTERS, data=st.data(), broken_off=BROKEN_OFF)
def test_rosters_in_any_order_give_the_stays_that_a_clerk_writes_down(new_road, rosters, data, broken_off):
    of_any_order(new_road, rosters, data.draw(st.permutations(sorted(rosters))), broken_off)


@pytest.mark.long
@settings(WHOLE_ROAD, max_examples=150)
@given(rosters=ROSTERS, data=st.data(), broken_off=BROKEN_OFF)
def test_so_do_many_more_of_them(new_road, rosters, data, broken_off):
    of_any_order(new_road, rosters, data.draw(st.permutations(sorted(rosters))), broken_off)


def test_the_clerks_own_example():
    first, second, third, _ = STAYS
    rosters = {9: {first, second}, 10: {second}, 12: {first, second, third}, 13: {first, second, third}, 14: {third}}
    assert clerk({day: frozenset(listing) for day, listing in rosters.items()}) == {
        "N0|2026-11-01 08:00": ("11-12 00:00", "11-14 23:59", "left_unknown"),
        "N0|2026-11-02 08:00": ("11-12 00:00", "11-14 23:59", "left_unknown"),
        "N1|2026-11-01 08:00": ("11-14 00:00", None, None),
    }
