"""Which aspects of two person records are compared, and which degrees of agreement are told apart?

The levels are reached in linkage.kernel. Level MISSING (-1) says that one side has no value, 0 is plain disagreement,
the highest is equality. A pair's levels are held in one number, its pattern.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from linkage.encoding import EncodedTable
from linkage.kernel import BITS_PER_LEVEL, ROW_WORDS, compare_blocks

LEVEL_SLOTS = 1 << BITS_PER_LEVEL
"""Places per comparison in a table of levels: level + 1 is the place, 0 stands for a missing side."""

PAIRS_AT_ONCE = 200_000
"""Pairs that are compared in one call: their patterns take 5 MB."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, and which degrees of agreement are told apart?

    Attributes:
        name: of the comparison.
        fields: columns of person records it reads.
        labels: of the levels, from disagreement to equality.
        term_field: the field whose value's frequency counts where the highest level is reached, or None.
    """

    name: str
    fields: tuple[str, ...]
    labels: tuple[str, ...]
    term_field: str | None


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "first_name",
        ("first_name", "middle_name", "last_name"),
        ("different", "somewhat similar", "exchanged with last name", "initial agrees",
         "nickname, middle name or part agrees", "close spelling", "equal"),
        "first_name",
    ),
    Comparison(
        "middle_name", ("middle_name",), ("different", "initial agrees", "close spelling", "equal"), "middle_name"
    ),
    Comparison(
        "last_name",
        ("last_name", "other_last_names", "first_name"),
        ("different", "somewhat similar", "part or other surname agrees", "close spelling", "equal"),
        "last_name",
    ),
    Comparison("suffix", ("suffix",), ("conflict", "equal"), None),
    Comparison(
        "birth_date",
        ("birth_date",),
        ("different", "two of three parts agree, or about the same year", "year agrees, rest not known",
         "one digit differs", "day and month exchanged, or day not known", "equal"),
        "birth_date",
    ),
    Comparison("sex", ("sex",), ("different", "equal"), None),
    Comparison("ssn", ("ssn",), ("different", "last four digits agree", "one digit differs", "equal"), "ssn"),
    Comparison("phone", ("phone",), ("different", "one digit differs", "equal"), "phone"),
    Comparison("email", ("email",), ("different", "same or similar before the @", "equal"), "email"),
    Comparison(
        "street_address",
        ("street_address",),
        ("different", "a word of the street agrees", "number and street agree", "equal"),
        "street_address",
    ),
    Comparison(
        "place",
        ("state", "city", "postcode"),
        ("different", "only the state agrees", "city or postal district agrees, or postcode differs by one digit",
         "postcode agrees"),
        "postcode",
    ),
)  # fmt: skip
"""All comparisons, in the fixed order in which weights are added up; their places are those of linkage.kernel."""

COLUMN_OF = {comparison.name: column for column, comparison in enumerate(COMPARISONS)}
LEVEL_COUNTS = tuple(len(comparison.labels) for comparison in COMPARISONS)


def levels_of(patterns: np.ndarray) -> np.ndarray:
    """Which levels do these patterns hold? int8, one row per pattern, one column per comparison."""
    shifts = np.arange(len(COMPARISONS), dtype=np.int64) * BITS_PER_LEVEL
    return (((patterns[:, None] >> shifts) & (LEVEL_SLOTS - 1)) - 1).astype(np.int8)


def patterns_of(levels: np.ndarray) -> np.ndarray:
    """Which pattern holds these levels? The inverse of levels_of."""
    shifts = np.arange(len(COMPARISONS), dtype=np.int64) * BITS_PER_LEVEL
    return ((levels.astype(np.int64) + 1) << shifts).sum(axis=1)


def kernel_arrays(table: EncodedTable) -> tuple[np.ndarray, ...]:
    """What else does the kernel read of this table?"""
    texts = table.texts
    tokens = {
        "first_name": table.first_tokens,
        "last_name": table.last_tokens,
        "other_last_names": table.other_tokens,
        "street_name": table.street_tokens,
    }
    lists = ((found.table, table.codes(name)) for name, found in tokens.items())
    return (texts.symbols, texts.starts, texts.lengths, texts.masks, *itertools.chain.from_iterable(lists))


def scratch(largest_block: int, rule: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where does the kernel lay the nodes of a block of this size, their keys, and the positions of letters?"""
    return (
        np.empty((largest_block, ROW_WORDS), dtype=np.uint64),
        np.empty((largest_block, max(rule, 1)), dtype=np.int32),
        np.zeros(64, dtype=np.uint64),
    )


NO_BITS = np.zeros(LEVEL_SLOTS * len(COMPARISONS))


def compare_pairs(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which patterns do these pairs of nodes show? int64, one per pair. Symmetric: who is left changes nothing.

    To the kernel every pair is a block of two.
    """
    answer = np.empty(len(left), dtype=np.int64)
    no_keys = np.zeros((1, 1), dtype=np.int32)
    arrays = kernel_arrays(table)
    for start in range(0, len(left), PAIRS_AT_ONCE):
        part = slice(start, min(start + PAIRS_AT_ONCE, len(left)))
        count = part.stop - part.start
        order = np.stack([left[part], right[part]], axis=1).astype(np.int32).ravel()
        starts = np.arange(count + 1, dtype=np.int64) * 2
        nodes = np.empty(count, dtype=np.int32)
        compare_blocks(
            table.rows, no_keys, 0, order, starts, 0, count, *arrays, *scratch(2, 0), NO_BITS, -np.inf,
            nodes, np.empty_like(nodes), answer[part],
        )  # fmt: skip
    return answer
