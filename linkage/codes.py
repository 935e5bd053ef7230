"""Which value does each record hold? Columns of codes, and birth dates as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MISSING = -1
"""The code of a missing value."""

LARGEST_NEW_YEAR_SHARE = 0.015
FEWEST_NEW_YEARS = 10
"""Share, and number, of birth dates on the first of January above which that day stands for "only the year is known":
five times what chance gives (1 in 365)."""

Codes = np.ndarray


@dataclass(frozen=True)
class Column:
    """Which text does each node hold? `values` are distinct; `codes` index them, int32, MISSING where there is none."""

    values: pa.Array
    codes: Codes

    def at(self, rows: np.ndarray) -> Column:
        """What do these rows hold?"""
        return Column(self.values, self.codes[rows])

    def by_value(self, answers: np.ndarray, otherwise: int = 0) -> np.ndarray:
        """What does each node get, if each value gets one of these answers, and no value gets `otherwise`?"""
        return np.append(answers, np.array([otherwise], dtype=answers.dtype))[self.codes]


def empty_column(size: int) -> Column:
    """Which column holds nothing?"""
    return Column(pa.array([], pa.string()), np.full(size, MISSING, dtype=np.int32))


def column_of(values: pa.DictionaryArray) -> Column:
    """Which column is this dictionary array?"""
    codes = pc.fill_null(values.indices.cast(pa.int32()), MISSING)
    return Column(values.dictionary, codes.to_numpy(zero_copy_only=False))


@dataclass(frozen=True)
class Dates:
    """Which birth dates do the nodes hold? Year, month and day as numbers, 0 where not known; `packed` for kernels.

    new_year_means_unknown: whether the first of January stands for "day not known" in this table.
    """

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    packed: np.ndarray
    new_year_means_unknown: bool


def _new_year_means_unknown(month: np.ndarray, day: np.ndarray, weights: np.ndarray) -> bool:
    """Is the first of January so frequent among these dates that it must stand for "day not known"?"""
    full = weights[day > 0].sum()
    return bool(weights[(month == 1) & (day == 1)].sum() > max(LARGEST_NEW_YEAR_SHARE * full, FEWEST_NEW_YEARS))


def encode_dates(column: Column) -> Dates:
    """Which numbers stand for these ISO dates, whole or in part?"""
    split = [([int(part) for part in text.split("-")] + [0, 0])[:3] for text in column.values.to_pylist()]
    numbers = np.array(split, dtype=np.int64).reshape(-1, 3)
    year, month, day = numbers[:, 0], numbers[:, 1], numbers[:, 2]
    found = column.codes[column.codes != MISSING]
    is_filler = _new_year_means_unknown(month, day, np.bincount(found, minlength=len(numbers)))
    if is_filler:
        month, day = (np.where((month == 1) & (day == 1), 0, part) for part in (month, day))
    low = (year << 9) | (month << 5) | day
    digits = np.zeros(len(numbers), dtype=np.int64)
    for part, width in ((year, 4), (month, 2), (day, 2)):
        for place in range(width - 1, -1, -1):
            digits = (digits << 4) | (part // 10**place % 10)
    packed = low.astype(np.uint64) | digits.astype(np.uint64) << np.uint64(32)
    parts = [column.by_value(part.astype(np.int16)) for part in (year, month, day)]
    return Dates(*parts, column.by_value(packed), is_filler)
