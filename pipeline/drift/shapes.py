"""What do the texts of one column look like? Counts over whole columns: how they are made up, never what they say.

A count of values that begin with M, or are eight digits long, is of nobody. What is counted only once is not kept apart
from the rest: see `FEWEST_ROWS` in `pipeline.drift.profile`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import Column, Kind
from pipeline.contract.moments import ISO, is_strptime, parse_moment

SHAPES = ("digits", "letters", "words", "figures", "mixed")
"""Digits only; letters only; letters with marks of names; digits with marks of dates and numbers; the rest."""
_WORDS, _FIGURES = r"^[\pL .,'’\-]+$", r"^[0-9 ./:+()\-]+$"

LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 30)
"""Characters: longest text of each group but the last. Ids, dates and phone numbers differ by a single one."""

_LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHER = "~"

YOUNG_YEARS = 10
"""Years. Police, jail and crisis services hardly meet younger children as the person a row is about."""
_YEAR = 365.25
AGES = (-1, 31, 366, int(YOUNG_YEARS * _YEAR), int(20 * _YEAR), int(35 * _YEAR), int(50 * _YEAR))
"""Days before the file's own day: longest of each group but the last. The first are days that lie ahead."""
YOUNG_AGES = frozenset(str(number) for number in range(4))
"""The groups of `AGES` that are younger than `YOUNG_YEARS`."""

SKETCH = 1024
"""Hashes kept to tell how many different texts there are: exact up to so many, then within some 3 in 100."""


@dataclass(frozen=True)
class Texts:
    """Which different texts does a column hold, which one does each row hold, and how often is each there?"""

    different: np.ndarray
    of_row: np.ndarray
    counts: np.ndarray


def texts_of(values: pd.Series) -> Texts:
    """Which texts does a column hold? Blank is among them."""
    of_row, different = pd.factorize(values.to_numpy())
    return Texts(different, of_row, np.bincount(of_row, minlength=len(different)))


def looks(texts: Texts) -> dict[str, dict[str, int]]:
    """How are the texts made up, how long are they, with what do they begin and end? Blank ones are not counted."""
    is_filled = texts.different != ""
    different, counts = texts.different[is_filled], texts.counts[is_filled]
    if not len(different):
        return {"shapes": {}, "lengths": {}, "begins": {}, "ends": {}}
    array = _arrow(different)
    lengths = pc.utf8_length(array).to_numpy()
    return {
        "shapes": _counted(_shapes(array), counts, SHAPES),
        "lengths": _counted(np.searchsorted(LENGTHS, lengths), counts),
        "begins": _characters(different, counts),
        "ends": _characters(pc.utf8_slice_codeunits(array, -1).to_numpy(zero_copy_only=False), counts),
    }


def _arrow(different: np.ndarray) -> pa.Array:
    try:
        return pa.array(different, pa.string())
    except UnicodeError:  # half a character, as JSON may hold it
        return pa.array([text.encode("utf-8", "replace").decode("utf-8") for text in different], pa.string())


def _shapes(array: pa.Array) -> np.ndarray:
    """Which of `SHAPES` has each text?"""
    tests = (
        pc.utf8_is_digit(array),
        pc.utf8_is_alpha(array),
        pc.match_substring_regex(array, _WORDS),
        pc.match_substring_regex(array, _FIGURES),
    )
    return np.select([test.to_numpy(zero_copy_only=False) for test in tests], range(len(tests)), len(tests))


def _characters(texts: np.ndarray, counts: np.ndarray) -> dict[str, int]:
    """How often is each letter and digit the first character of a text? All others are counted as one."""
    points = texts.astype("U1").view(np.uint32)
    points = np.where((points >= ord("a")) & (points <= ord("z")), points - ord("a") + ord("A"), points)
    is_known = np.isin(points, [ord(one) for one in _LETTERS_AND_DIGITS])
    points = np.where(is_known, points, ord(_OTHER))
    return {chr(int(point)): count for point, count in _counted(points, counts, range(ord(_OTHER) + 1)).items()}


def _counted(groups: np.ndarray, counts: np.ndarray, names: object = None) -> dict:
    """How many rows fall into each group? Empty groups are left out."""
    rows = np.bincount(groups, weights=counts)
    return {str(n) if names is None else names[n]: int(rows[n]) for n in np.flatnonzero(rows)}


def sketch(texts: Texts) -> np.ndarray:
    """Which are the smallest hashes of the texts? They tell `different_count` how many different ones there are."""
    filled = texts.different[texts.different != ""]
    return np.unique(pd.util.hash_array(filled.astype(object), categorize=False))[:SKETCH]


def merged(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """What is the sketch of two parts of a column together?"""
    return np.unique(np.concatenate([one, other]))[:SKETCH]


def different_count(hashes: np.ndarray) -> int:
    """How many different texts does a sketch stand for?"""
    if len(hashes) < SKETCH:
        return len(hashes)
    return round((SKETCH - 1) / (float(hashes[-1]) / 2.0**64))


# --- days ------------------------------------------------------------------------------------------------------------


def days_of(texts: Texts, column: Column, zone: str) -> np.ndarray:
    """Which day stands in each row, as the declaration reads it, in the agency's zone? NaT for none."""
    found = pd.Series(pd.NaT, index=range(len(texts.different)), dtype="datetime64[ns]")
    different = pd.Series(texts.different, dtype=object)
    for pattern in column.formats:
        left = found.isna() & (different != "")
        if left.any():
            found = found.fillna(_days(different[left], pattern, zone))
    return found.to_numpy()[texts.of_row].astype("datetime64[D]")


def _days(different: pd.Series, pattern: str, zone: str) -> pd.Series:
    if is_strptime(pattern):
        return pd.to_datetime(different, format=pattern, errors="coerce").dt.normalize()
    if pattern != ISO:
        told = [parse_moment(text, (pattern,), zone) for text in different]
        moments = pd.Series(pd.to_datetime(told, utc=True), index=different.index)
        return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")
    has_offset = different.str.contains(r"T.*(?:Z|[+-]\d\d(?::?\d\d)?)$")
    local = pd.to_datetime(different.where(~has_offset), format="ISO8601", errors="coerce")
    told = pd.to_datetime(different.where(has_offset), format="ISO8601", errors="coerce", utc=True)
    return local.fillna(told.dt.tz_convert(zone).dt.tz_localize(None)).dt.normalize()


def day_counts(days: np.ndarray) -> pd.Series:
    """On how many rows does each day stand? By the day; what is no day is not counted."""
    known, rows = np.unique(days[~np.isnat(days)], return_counts=True)
    return pd.Series(rows, index=pd.DatetimeIndex(known), dtype=float)


def ages(counted: pd.Series, today: date) -> dict[str, int]:
    """How long before the file's own day do the days of `day_counts` lie, in groups?"""
    before = (pd.Timestamp(today) - counted.index).days.to_numpy()
    return _counted(np.searchsorted(AGES, before), counted.to_numpy()) if len(before) else {}


def is_day(column: Column) -> bool:
    """Does a column hold days, alone or with a time?"""
    return column.kind in (Kind.DATE, Kind.MOMENT)


def young_count(ages_told: Mapping[str, int]) -> int:
    """How many of the days counted by `ages` lie less than `YOUNG_YEARS` years back, or ahead?"""
    return sum(count for group, count in ages_told.items() if group in YOUNG_AGES)
