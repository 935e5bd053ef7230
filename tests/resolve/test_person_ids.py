"""Does a person keep the same id from week to week?"""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.resolve import assign_person_ids, person_number
from tests.resolve.clusters import clusters, persons

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


def test_new_people_get_the_next_numbers_in_order():
    assert persons("ab c d") == {"a": "P-1", "b": "P-1", "c": "P-2", "d": "P-3"}
    assert persons("ab c", highest=41) == {"a": "P-42", "b": "P-42", "c": "P-43"}


def test_the_same_clusters_give_the_same_ids():
    before = persons("ab c d")
    assert persons("ab c d", before, highest=3) == before


def test_a_new_record_joins_its_person():
    before = persons("ab c")
    assert persons("abx c", before, highest=2) == {"a": "P-1", "b": "P-1", "x": "P-1", "c": "P-2"}


def test_two_people_who_are_one_keep_the_older_id():
    before = {"a": "P-9", "b": "P-2", "c": "P-10"}
    assert persons("abc", before, highest=10) == {"a": "P-2", "b": "P-2", "c": "P-2"}


def test_ids_are_older_by_number_and_not_by_letter():
    assert persons("ab", {"a": "P-10", "b": "P-9"}, highest=10)["a"] == "P-9"


def test_the_larger_part_of_somebody_taken_apart_keeps_the_id():
    before = persons("abc")
    assert persons("a bc", before, highest=1) == {"a": "P-2", "b": "P-1", "c": "P-1"}


def test_of_equal_parts_the_cluster_named_first_keeps_the_id():
    before = persons("ab")
    assert persons("a b", before, highest=1) == {"a": "P-1", "b": "P-2"}


def test_a_number_once_given_is_never_given_again():
    before = {"a": "P-1", "gone": "P-7"}
    assert persons("a b", before, highest=7) == {"a": "P-1", "b": "P-8"}


def test_an_id_says_its_number():
    assert person_number("P-4711") == 4711


@given(before=GROUPING, after=GROUPING)
def test_each_cluster_has_one_id_and_each_id_one_cluster(before, after):
    known = persons(grouped(before))
    now = persons(grouped(after), known, highest=len(set(known.values())))
    assert sorted(map(sorted, people_of(now).values())) == sorted(map(sorted, grouped(after).split()))


@given(before=GROUPING, after=GROUPING, newcomers=st.booleans())
def test_people_whose_records_stay_together_never_change_their_id(before, after, newcomers):
    known = persons(grouped(before))
    text = grouped(after) + (" xy z" if newcomers else "")
    now = persons(text, known, highest=len(set(known.values())))
    today = people_of(now)
    for person, records in people_of(known).items():
        if records in today.values():
            assert today[person] == records
    fresh = sorted(person_number(p) for p in set(now.values()) - set(known.values()))
    highest = len(set(known.values()))
    assert fresh == list(range(highest + 1, highest + 1 + len(fresh)))


@given(before=GROUPING, after=GROUPING, order=st.permutations(range(len(LETTERS))))
def test_the_order_of_rows_changes_nothing(before, after, order):
    known = persons(grouped(before))
    table = clusters(grouped(after))
    highest = len(set(known.values()))
    straight = assign_person_ids(table, known, highest)
    mixed = assign_person_ids(table.iloc[order], dict(reversed(known.items())), highest)
    pd.testing.assert_frame_equal(straight, mixed)
    assert list(straight["record_id"]) == sorted(straight["record_id"])
