"""Do ids come out as if a sealed record had never been?"""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.retelling import KNOWN_BEFORE, leads
from tests.registry.drawn import County

LETTERS = "abcdefg"
SEALED = "x"
EVERYBODY = LETTERS + SEALED
PAIRS = list(itertools.combinations(EVERYBODY, 2))
EDGES = st.sets(st.sampled_from(PAIRS), max_size=9)
PRESENT = st.sets(st.sampled_from(EVERYBODY), min_size=1)


def grouped(present, edges):
    """Which clusters do these links make of the records that are there? Written as `clusters` wants it."""
    part = {record: {record} for record in sorted(present)}
    for left, right in sorted(edges):
        if left in part and right in part and part[left] is not part[right]:
            joined = part[left] | part[right]
            for record in joined:
                part[record] = joined
    return " ".join(sorted({"".join(sorted(group)) for group in part.values()}))


def state(county):
    """Everything that naming knows, and so everything that can show in a later run."""
    known = county.registry.known.sort_values("record_id")
    seen = dict(county.registry.first_seen_at.items())
    return known.astype(str).to_numpy().tolist(), seen, county.aliases


def two_worlds(weeks):
    """One county where the record came and was sealed, and one where it never was. Weeks: (who is there, links)."""
    sealed, never = County(), County()
    for present, edges in weeks:
        sealed.week(grouped(present, edges))
        never.week(grouped(set(present) - {SEALED}, edges))
    return sealed, never


def seal(county, weeks):
    """Seal the record, with the others linked as in the last week."""
    return county.seal(SEALED, weeks[-1][1])


@given(edges=EDGES, presents=st.lists(PRESENT, min_size=1, max_size=5))
def leaves_no_trace(edges, presents):
    weeks = [(present | {"a"}, edges) for present in presents]
    sealed, never = two_worlds(weeks)
    seal(sealed, weeks)
    assert state(sealed) == state(never)
    everybody = grouped(LETTERS, edges)
    assert sealed.week(everybody) == never.week(everybody)
    assert state(sealed) == state(never)


def test_a_sealed_record_leaves_no_trace_in_anybodys_id():
    settings(max_examples=40)(leaves_no_trace)()


@pytest.mark.long
def test_a_sealed_record_leaves_no_trace_in_a_thousand_counties():
    settings(max_examples=1_000)(leaves_no_trace)()


def test_a_record_that_came_later_did_not_join_two_people_before_it_came():
    weeks = [("abx", {("a", "x"), ("b", "x")}), ("abcx", {("a", "x"), ("b", "x"), ("a", "c"), ("b", "c")})]
    sealed, never = two_worlds(weeks)
    seal(sealed, weeks)
    assert state(sealed) == state(never)


def test_two_people_joined_only_by_the_sealed_record_are_two_again_under_their_own_ids():
    county = County()
    first = county.week("a b")
    county.week("abx")
    retold = seal(county, [("abx", set())])
    assert county.week("a b") == first
    assert retold.aliases.empty


def test_a_person_founded_by_the_sealed_record_gets_the_id_of_the_next_and_the_old_one_leads_there():
    county, never = County(), County()
    old = county.week("x z")["x"]
    never.week("z")
    county.week("ax z")
    other = never.week("a z")["a"]
    history = county.history()
    retold = county.seal(SEALED, ())
    assert county.week("a z")["a"] == other
    assert other != old
    lead = leads(history, retold, {SEALED})
    assert dict(zip(lead["person_id"], lead["into_person_id"], strict=True)) == {old: other}


def test_an_id_that_was_the_sealed_records_alone_leads_nowhere():
    county = County()
    county.week("a x")
    history = county.history()
    retold = county.seal(SEALED, ())
    assert leads(history, retold, {SEALED})["into_person_id"].tolist() == [None]


def test_somebody_taken_apart_by_way_of_the_sealed_record_never_was():
    county, never = County(), County()
    county.week("abx")
    never.week("ab")
    county.week("ax b")
    never.week("ab")
    county.seal(SEALED, [("a", "b")])
    assert county.registry.known["person_id"].nunique() == 2, "the links of then are not known to be others"
    assert never.registry.known["person_id"].nunique() == 1


def test_ids_older_than_the_registry_stay():
    county = County()
    county.week("ab c x")
    county.memberships = [[*row[:4], KNOWN_BEFORE] for row in county.memberships]
    before = {row[0]: row[1] for row in county.memberships}
    county.week("abx c")
    county.seal(SEALED, [("a", "b")])
    assert {record: before[record] for record in "abc"} == county.week("ab c")


FEWEST_ALIKE = 0.3
"""Share of counties in which every id agrees, with all links drawn anew every week: the worst case there is."""


@pytest.mark.long
def test_where_all_links_are_drawn_anew_every_week_identity_cannot_hold_and_this_is_how_often_it_does():
    chance = random.Random(7)
    alike = trials = 0
    for _ in range(1_000):
        weeks = []
        for _ in range(chance.randint(2, 4)):
            weeks.append((set(EVERYBODY), set(chance.sample(PAIRS, chance.randint(1, 6)))))
        if not any(SEALED in pair for _, edges in weeks for pair in edges):
            continue
        sealed, never = two_worlds(weeks)
        seal(sealed, weeks)
        everybody = grouped(LETTERS, weeks[-1][1])
        alike += sealed.week(everybody) == never.week(everybody)
        trials += 1
    assert alike / trials >= FEWEST_ALIKE, (alike, trials)
