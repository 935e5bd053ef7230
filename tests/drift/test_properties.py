"""Does drift cry wolf on rows in any order, and is a swap found whatever the rows are?"""

import random
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drift import findings
from pipeline.drift.header import LISTED, is_told, listed_words
from pipeline.drift.profile import from_json, to_json
from tests.drift.months import BOOKINGS, File, looked_at, swapped, written

SURELY_FOUND_ROWS = 100
"""Rows from which on swapped names are always found: what decision 0036 promises."""
MONTHS = 5
NAMES = ("LAST_NAME", "FIRST_NAME")


def drawn(bookings: list[File], seed: int, sizes: list[int]) -> list[list[dict[str, str]]]:
    """Months of these sizes from all rows, shuffled."""
    pool = [row for month in bookings for row in month.rows]
    chance = random.Random(seed)
    return [chance.sample(pool, size) for size in sizes]


def files_of(months: list[list[dict[str, str]]]) -> list[findings.Delivered]:
    names = [f"bookings_2026{number + 1:02}01.csv" for number in range(len(months))]
    return [looked_at(BOOKINGS, name, written(BOOKINGS, rows)) for name, rows in zip(names, months, strict=True)]


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(50, 300), min_size=MONTHS, max_size=MONTHS))
def test_no_alarm_on_rows_of_the_county_in_any_order(bookings, seed, sizes):
    *before, now = files_of(drawn(bookings, seed, sizes))
    assert [one.sentence for one in findings.find(BOOKINGS, now, before) if one.kind not in SIZES] == []


SIZES = ("few_rows", "many_rows", "other_day")
"""Of the drawn sizes and days themselves, which are no drift of what the columns hold."""


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), size=st.integers(SURELY_FOUND_ROWS, 400))
def test_swapped_names_are_always_found(bookings, seed, size):
    months = drawn(bookings, seed, [200] * (MONTHS - 1) + [size])
    months[-1] = swapped(*NAMES)(months[-1])
    *before, now = files_of(months)
    told = [one for one in findings.find(BOOKINGS, now, before) if one.kind == "swapped_columns"]
    assert [(one.columns, one.is_refusing) for one in told] == [(NAMES, True)]


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(1, 119), max_size=4))
def test_a_file_looks_the_same_whether_it_is_read_whole_or_in_parts(bookings, seed, cuts):
    import pandas as pd

    from pipeline import expect
    from pipeline.drift.profile import Profiler
    from pipeline.readers import read

    [rows] = drawn(bookings, seed, [120])
    reading = read(BOOKINGS, written(BOOKINGS, rows))
    flat = expect.rows_read(BOOKINGS, reading, 0, None)
    payloads = pd.Series([payload for _, payload in reading.rows])
    profiler = Profiler(BOOKINGS, "America/Denver", None, None)
    edges = [0, *sorted(set(cuts)), len(flat)]
    for start, end in pairwise(edges):
        profiler.add(flat.iloc[start:end], payloads.iloc[start:end].tolist())
    whole = Profiler(BOOKINGS, "America/Denver", None, None)
    whole.add(flat, payloads.tolist())
    assert profiler.profile() == whole.profile()
    assert from_json(to_json(whole.profile())) == whole.profile()


def test_no_listed_word_of_headers_is_a_given_name():
    import names

    def first_words(kind):
        with Path(names.FILES[kind]).open(encoding="ascii") as stream:
            return {line.split()[0].lower() for line in stream}

    listed = listed_words()
    assert LISTED.is_file()
    assert (listed[True] | listed[False]) & (first_words("first:male") | first_words("first:female")) == set()
    assert listed[False] & first_words("last") == set()


@given(first=st.sampled_from(["MARTIN", "Rose", "Zoë", "Mary Ann"]), last=st.sampled_from(["QUILL", "Day", "Ward"]))
def test_no_name_of_a_person_is_told_as_the_name_of_a_column(first, last):
    known = listed_words()[False]
    texts = (first, last, f"{last}, {first}", f"{first} {last}", f"{last}_{first}", f"{first}{last}")
    assert [text for text in texts if is_told(text, known)] == []
