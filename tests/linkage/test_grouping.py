"""Do the compiled hash tables group as pandas does?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.encoding import MISSING
from linkage.grouping import count_words, group_by, rows_by_group

CODES = st.integers(MISSING, 4) | st.integers(2**62, 2**62 + 3)


@st.composite
def tables(draw: st.DrawFn) -> list[np.ndarray]:
    """One to three columns of codes."""
    size = draw(st.integers(1, 60))
    columns = draw(st.integers(1, 3))
    return [np.array(draw(st.lists(CODES, min_size=size, max_size=size)), dtype=np.int64) for _ in range(columns)]


def renumbered(groups: np.ndarray) -> list[int]:
    """The same groups, numbered as they first occur; -1 stays."""
    numbers: dict[int, int] = {-1: -1}
    return [numbers.setdefault(int(group), len(numbers) - 1) for group in groups]


def by_pandas(columns: list[np.ndarray]) -> np.ndarray:
    return pd.DataFrame(columns).T.groupby(list(range(len(columns))), sort=False).ngroup().to_numpy()


@settings(max_examples=300)
@given(tables(), st.booleans())
def test_groups_are_those_of_pandas(columns: list[np.ndarray], missing_counts: bool) -> None:
    expected = by_pandas(columns)
    if not missing_counts:
        expected = np.where(np.any([column == MISSING for column in columns], axis=0), -1, expected)
    found, count = group_by(columns, missing_counts=missing_counts)
    assert found.tolist() == renumbered(expected)
    assert count == len(set(found.tolist()) - {-1})


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.int16])
def test_codes_of_any_width_are_grouped(kind: type) -> None:
    assert group_by([np.array([3, MISSING, 3, 1], dtype=kind)], missing_counts=False)[0].tolist() == [0, -1, 0, 1]


def test_which_column_a_code_stands_in_matters() -> None:
    found, count = group_by([np.array([0, 1, 0]), np.array([1, 0, 1])], missing_counts=True)
    assert (found.tolist(), count) == ([0, 1, 0], 2)


def test_many_rows_fall_into_as_many_groups_as_pandas_finds() -> None:
    random = np.random.default_rng(1)
    columns = [random.integers(MISSING, 2_000, 100_000), random.integers(MISSING, 300, 100_000) << 32]
    found, count = group_by(columns, missing_counts=True)
    np.testing.assert_array_equal(found, by_pandas(columns))
    assert count == found.max() + 1


def test_no_rows_make_no_groups() -> None:
    found, count = group_by([np.zeros(0, dtype=np.int64)], missing_counts=True)
    assert (len(found), count) == (0, 0)


@given(st.lists(st.integers(-1, 5), max_size=60), st.lists(st.booleans(), min_size=6, max_size=6))
def test_rows_by_group_lists_the_kept_groups_in_order(groups: list[int], kept: list[bool]) -> None:
    order, starts = rows_by_group(np.array(groups, dtype=np.int32), 6, np.array(kept))
    for group in range(6):
        expected = [row for row, found in enumerate(groups) if found == group and kept[group]]
        assert order[starts[group] : starts[group + 1]].tolist() == expected
    assert len(order) == starts[-1]


@settings(max_examples=200)
@given(st.lists(st.integers(0, 6) | st.integers(2**43, 2**43 + 5) | st.integers(-3, 0), max_size=200))
def test_words_are_counted_as_numpy_counts_them(words: list[int]) -> None:
    given_words = np.array(words, dtype=np.int64)
    found, times = count_words(given_words)
    order = np.argsort(found)
    expected, counts = np.unique(given_words, return_counts=True)
    assert found[order].tolist() == expected.tolist()
    assert times[order].tolist() == counts.tolist()


def test_many_words_are_counted() -> None:
    words = np.random.default_rng(2).integers(0, 2**44, 200_000) >> 26
    found, times = count_words(words)
    expected, counts = np.unique(words, return_counts=True)
    order = np.argsort(found)
    np.testing.assert_array_equal(found[order], expected)
    np.testing.assert_array_equal(times[order], counts)
