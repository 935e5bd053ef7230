"""How well do two records agree in one aspect? Our comparisons as features of recordlinkage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from recordlinkage.base import BaseCompareFeature

from linkage.codes import MISSING
from linkage.comparisons import COLUMN_OF, COMPARISONS, LEVEL_SLOTS
from linkage.encoding import encode_table
from linkage.kernel import BITS_PER_LEVEL
from linkage.normalize import normalize_table
from linkage.toolkit.frames import patterns_between, read_frames

NAMES_THAT_HIDE_A_SUFFIX = ("first_name", "middle_name", "last_name")
COLUMNS_READ = {comparison.name: comparison.fields for comparison in COMPARISONS} | {
    "suffix": ("suffix", *NAMES_THAT_HIDE_A_SUFFIX)
}
"""Columns each comparison reads of raw records: a suffix may stand in a name (SMITH JR)."""


def level_label(comparison: str) -> str:
    """Which column holds the level of this comparison? As in the pairs of linkage.dedupe."""
    return f"{comparison}_level"


def level_in(patterns: np.ndarray, comparison: str) -> np.ndarray:
    """Which level of this comparison does each pattern hold? int8, MISSING where a side is missing."""
    shift = np.int64(COLUMN_OF[comparison] * BITS_PER_LEVEL)
    return ((patterns >> shift & (LEVEL_SLOTS - 1)) + MISSING).astype(np.int8)


def _side(columns: tuple, labels: list[str], level: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Which records occur on one side of the pairs, and which of them does each pair hold?

    recordlinkage hands over columns that repeat a record for every pair it is in; its index tells which they are.
    """
    index = columns[0].index
    codes = index.codes[level] if isinstance(index, pd.MultiIndex) else np.arange(len(index))
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    records = {label: column.iloc[first].astype(object) for label, column in zip(labels, columns, strict=True)}
    return pd.DataFrame(records).reset_index(drop=True), place


class PersonLevel(BaseCompareFeature):
    """Which level of agreement does each pair reach in one comparison? A feature of recordlinkage.

    The answer is int8: -1 a side is missing, 0 different, the highest equal; linkage.comparisons.COMPARISONS has what
    lies between. Records may be raw or normalised.

    In recordlinkage's own Compare a feature is shown only the records that occur in pairs. What is told by a column as
    a whole (whether numbers are American, whether the first of January means "not known") is then told by those. In
    PersonCompare, which is faster as well, it is told by the whole frame, as in linkage.dedupe.

    Args:
        comparison: the name of one of linkage.comparisons.COMPARISONS.
        present: columns that the (first) frame has. recordlinkage's own Compare refuses a feature that asks for others;
            everywhere else a column that is not there just means missing. Without it, all that the comparison reads.
        present_link: columns that the second frame has; the same as in the first if not given.
        label: of the column; `<comparison>_level` if not given.
    """

    name = "person_level"
    description = "The level of agreement of one comparison of linkage."

    def __init__(
        self,
        comparison: str,
        present: pd.Index | list[str] | None = None,
        present_link: pd.Index | list[str] | None = None,
        label: str | None = None,
    ) -> None:
        if comparison not in COLUMNS_READ:
            raise ValueError(f"no comparison is called [{comparison}]; there are: {', '.join(COLUMNS_READ)}")
        read = COLUMNS_READ[comparison]
        left = [field for field in read if present is None or field in present]
        right = left if present_link is None else [field for field in read if field in present_link]
        super().__init__(left, list(right), label=label or level_label(comparison))
        self.comparison = comparison

    def _compute(self, left_on: tuple, right_on: tuple) -> np.ndarray:
        """Which level does each pair reach? Called by recordlinkage, with a row per pair on either side."""
        if not self.labels_left or not self.labels_right:
            return np.full(len((left_on + right_on)[0]), MISSING, dtype=np.int8)
        left, left_place = _side(left_on, self.labels_left, 0)
        right, right_place = _side(right_on, self.labels_right, 1)
        table = encode_table(normalize_table(pd.concat([left, right], ignore_index=True)))
        patterns = patterns_between(table, left_place, right_place + len(left))
        return level_in(patterns, self.comparison)

    def compute(self, pairs: pd.MultiIndex, x: pd.DataFrame, x_link: pd.DataFrame | None = None) -> pd.Series:
        """Which level does each pair of these records reach? Alone, without a Compare.

        Args:
            pairs: labels of the frame, or of the two frames.
            x: person records.
            x_link: a second frame of person records.
        """
        frames = read_frames(x, x_link)
        patterns = patterns_between(frames.table, *frames.nodes_of(pairs))
        return pd.Series(level_in(patterns, self.comparison), index=pairs, name=self.label)


def person_levels(x: pd.DataFrame | None = None, x_link: pd.DataFrame | None = None) -> list[PersonLevel]:
    """Which features stand for all comparisons of linkage?

    Args:
        x: the frame to be compared; needed only for recordlinkage's own Compare, and if it lacks columns.
        x_link: the second frame, likewise.
    """
    present, present_link = (None if frame is None else frame.columns for frame in (x, x_link))
    return [PersonLevel(comparison.name, present, present_link) for comparison in COMPARISONS]
