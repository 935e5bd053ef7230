"""Do ids come out as if a sealed record had never been?"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.retelling import leads
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
    """Seal the record, with everybody who was ever there linked as in the last week."""
    ever = set().union(*(present for present, _ in weeks)) - {SEALED}
    return county.seal(SEALED, grouped(ever, weeks[-1][1]))


@given(edges=EDGES, presents=st.lists(PRESENT, min_size=1, max_size=4))
@settings(max_examples=40)
def test_a_sealed_record_leaves_no_trace_in_anybodys_id(edges, presents):
    weeks = [(present | {"a"}, edges) for present in presents]
    sealed, never = two_worlds(weeks)
    seal(sealed, weeks)
    assert state(sealed) == state(never)
    everybody = grouped(LETTERS, edges)
    assert sealed.week(everybody) == never.week(everybody)
    assert state(sealed) == state(never)


@pytest.mark.long
@given(edges=EDGES, presents=st.lists(PRESENT, min_size=1, max_size=5))
@settings(max_examples=1_000)
def test_a_sealed_record_leaves_no_trace_in_a_thousand_counties(edges, presents):
    weeks = [(present | {"a"}, edges) for present in presents]
    sealed, never = two_worlds(weeks)
    seal(sealed, weeks)
    assert state(sealed) == state(never)
    everybody = grouped(LETTERS, edges)
    assert sealed.week(everybody) == never.week(everybody)


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
    retold = county.seal(SEALED, "a z")
    assert county.week("a z")["a"] == other
    assert other != old
    lead = leads(history, retold, {SEALED})
    assert dict(zip(lead["person_id"], lead["into_person_id"], strict=True)) == {old: other}


def test_an_id_that_was_the_sealed_records_alone_leads_nowhere():
    county = County()
    county.week("a x")
    history = county.history()
    retold = county.seal(SEALED, "a")
    assert leads(history, retold, {SEALED})["into_person_id"].tolist() == [None]


def test_somebody_taken_apart_by_way_of_the_sealed_record_never_was():
    county, never = County(), County()
    county.week("abx")
    never.week("ab")
    county.week("ax b")
    never.week("ab")
    county.seal(SEALED, "ab")
    assert county.registry.known["person_id"].nunique() == 2, "the links of then are not known to be others"
    assert never.registry.known["person_id"].nunique() == 1
