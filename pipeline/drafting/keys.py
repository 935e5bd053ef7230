"""Which columns could name a row for good? Judged file by file: the same booking is on every day's roster."""

from collections.abc import Sequence
from itertools import combinations

from pipeline.contract.columns import Kind
from pipeline.contract.formats import FhirBundle, FhirNdjson
from pipeline.drafting.columns import Judged
from pipeline.drafting.wire import Wire

MOST_KEY_COLUMNS = 6
"""Columns of which pairs are tried as a key: the first of those that could be part of one."""

UNIQUE = "no two rows of a file share it"
ONLY_COUNTS = "it counts the rows of each file: tomorrow its numbers mean other rows"
NOT_UNIQUE = "NOT unique"
"""What is told of a key."""

Rows = list[dict[str, str]]


def key_of(found: Wire, columns: Sequence[Judged], files: Sequence[Rows]) -> tuple[tuple[str, ...], str]:
    """Which key is likeliest, and what is told of it? One column, else two; else a guess."""
    if isinstance(found.format, FhirNdjson | FhirBundle):
        return ("id",), UNIQUE if _is_unique(("id",), files) else NOT_UNIQUE
    filled = [one for one in columns if one.is_never_blank]
    counters = [one for one in filled if _is_counter(one.name, files)]
    filled = [one for one in filled if one not in counters]
    ids = [one for one in filled if one.kind is Kind.ID]
    texts = [one for one in filled if one.kind is Kind.TEXT and not one.is_personal]
    dates = [one for one in filled if one.kind in (Kind.MOMENT, Kind.DATE) and not one.is_personal]
    for one in (*ids, *texts):
        if _is_unique((one.name,), files):
            return (one.name,), UNIQUE
    for one, other in combinations((*ids, *dates)[:MOST_KEY_COLUMNS], 2):
        if one in ids and _is_unique((one.name, other.name), files):
            return (one.name, other.name), UNIQUE
    if counters:
        return (counters[0].name,), ONLY_COUNTS
    return (next(iter((*ids, *texts, *filled)), columns[0]).name,), NOT_UNIQUE


def _is_unique(key: tuple[str, ...], files: Sequence[Rows]) -> bool:
    return all(len({tuple(row.get(name) for name in key) for row in rows}) == len(rows) for rows in files)


def _is_counter(name: str, files: Sequence[Rows]) -> bool:
    """Are the values the numbers 1, 2, 3 and so on, from 0 or 1, in each file?"""
    return all(
        any(all(row.get(name) == str(n) for n, row in enumerate(rows, start=first)) for first in (0, 1))
        for rows in files
    )
