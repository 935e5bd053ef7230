"""Does a person stay the same person from week to week?"""

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.registry import assign_person_ids, person_id_of
from tests.registry.drawn import FIRST_WEEK, KEY, County, clusters

LETTERS = "abcdefghij"
GROUPING = st.lists(st.integers(0, 5), min_size=len(LETTERS), max_size=len(LETTERS))


def grouped(numbers, letters=LETTERS):
    """Which clusters do these group numbers mean? Written as `clusters` wants it."""
    return " ".join(
        "".join(letter for letter, own in zip(letters, numbers, strict=False) if own == number)
        for number in sorted(set(numbers[: len(letters)]))
    )


def people_of(ids):
    """Person id → the records of that person."""
    found: dict[str, set] = {}
    for record, person in ids.items():
        found.setdefault(person, set()).add(record)
    return found


def test_an_id_is_short_has_no_letter_that_is_misread_and_does_not_tell_the_record():
    one = person_id_of("riverton_county_jail/bookings/20341", KEY, ())
    assert re.fullmatch(r"P-[0-9A-HJKMNP-TV-Z]{8}", one)
    assert one == person_id_of("riverton_county_jail/bookings/20341", KEY, ())
    assert one != person_id_of("riverton_county_jail/bookings/20341", "another key", ())
    assert one != person_id_of("riverton_county_jail/bookings/20341", KEY, {one})


def test_the_same_clusters_give_the_same_ids():
    county = County()
    first = county.week("ab c d")
    assert first["a"] == first["b"]
    assert len(set(first.values())) == 3
    assert county.week("ab c d") == first
    assert county.causes() == {}


def test_nobodys_id_depends_on_who_else_is_known():
    assert County().week("ab c d")["c"] == County().week("c")["c"]


def test_a_new_record_joins_its_person_even_one_that_comes_first_in_the_alphabet():
    county = County()
    first = county.week("bc d")
    now = county.week("abc d")
    assert (now["a"], now["d"]) == (first["b"], first["d"])
    assert county.causes() == {"a": "new"}


def test_two_people_who_are_one_keep_the_id_known_longer_and_the_other_leads_to_it():
    county = County()
    older = county.week("b")["b"]
    younger = county.week("b ac")["a"]
    now = county.week("abc")
    assert set(now.values()) == {older}
    assert county.aliases == {younger: older}
    assert county.causes() == {"a": "merged", "c": "merged"}


def test_of_two_known_equally_long_the_one_with_more_records_keeps_the_id():
    county = County()
    first = county.week("a bc")
    assert county.week("abc")["a"] == first["b"]


def test_the_larger_part_of_somebody_taken_apart_keeps_the_id_and_the_smaller_knows_where_it_came_from():
    county = County()
    first = county.week("abc")
    now = county.week("a bc")
    assert now["b"] == now["c"] == first["a"]
    assert now["a"] != first["a"]
    assert county.told.persons["split_from"].tolist() == [first["a"]]
    assert county.causes() == {"a": "split"}


def test_of_equal_parts_the_cluster_named_first_keeps_the_id():
    county = County()
    first = county.week("ab")
    now = county.week("a b")
    assert now["a"] == first["a"] != now["b"]


def test_a_record_that_moves_is_told_and_both_people_keep_their_ids():
    county = County()
    first = county.week("abc de")
    now = county.week("ab cde")
    assert (now["a"], now["d"]) == (first["a"], first["d"])
    assert now["c"] == first["d"]
    assert county.causes() == {"c": "moved"}


def test_an_id_once_given_is_never_given_to_somebody_else():
    county = County()
    first = county.week("ab c")
    county.week("abc")
    apart = county.week("ab c")
    assert apart["c"] not in first.values()
    assert county.aliases[first["c"]] == first["a"], "the id of c leads to the person it was found to be, for ever"


def test_a_record_that_may_not_be_used_for_a_while_comes_back_to_its_person():
    county = County()
    first = county.week("ab c")
    county.week("a c")
    assert county.causes() == {"b": None}
    assert county.week("ab c") == first
    assert county.causes() == {"b": "returned"}


def test_a_record_that_comes_back_to_others_leads_nobody_away_from_the_records_that_stayed():
    county = County()
    county.week("bc de")
    stayed = county.week("c de")["c"]
    assert county.week("c bde")["c"] == stayed


def test_a_record_away_while_its_person_was_merged_comes_back_to_the_person_it_is_now():
    county = County()
    first = county.week("a d")
    county.week("a bc d")
    county.week("ab d")
    now = county.week("abc d")
    assert set(now.values()) == {first["a"], first["d"]}
    assert county.causes() == {"c": "returned"}


@given(before=GROUPING, after=GROUPING)
def test_each_cluster_has_one_id_and_each_id_one_cluster(before, after):
    county = County()
    county.week(grouped(before))
    now = county.week(grouped(after))
    assert sorted(map(sorted, people_of(now).values())) == sorted(map(sorted, grouped(after).split()))


@given(weeks=st.lists(GROUPING, min_size=2, max_size=5), newcomers=st.booleans())
def test_people_whose_records_stay_together_never_change_their_id(weeks, newcomers):
    county = County()
    last: dict = {}
    ever: set = set()
    for number, grouping in enumerate(weeks):
        now = county.week(grouped(grouping) + (f" {number} XY" if newcomers else ""))
        today = people_of(now)
        for person, records in people_of(last).items():
            if records in today.values():
                assert today[person] == records
        ever |= set(now.values())
        last = now
    for person in ever:
        steps = 0
        while person in county.aliases:
            person, steps = county.aliases[person], steps + 1
            assert steps < len(ever), "an id leads round in a circle"


@given(before=GROUPING, after=GROUPING, order=st.permutations(range(len(LETTERS))))
def test_the_order_of_rows_changes_nothing(before, after, order):
    county = County()
    county.week(grouped(before))
    table = clusters(grouped(after))
    mixed_registry = type(county.registry)(county.registry.known.iloc[::-1], county.registry.first_seen_at.iloc[::-1])
    straight = assign_person_ids(table, county.registry, KEY, FIRST_WEEK)
    mixed = assign_person_ids(table.iloc[order], mixed_registry, KEY, FIRST_WEEK)
    for name in ("links", "persons", "aliases", "changes"):
        pd.testing.assert_frame_equal(getattr(straight, name), getattr(mixed, name))
