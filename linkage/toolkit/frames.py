"""How are one or two data frames of person records read, so that every part of the toolkit sees the same evidence?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.comparisons import compare_pairs
from linkage.encoding import EncodedTable
from linkage.nodes import collapse_records
from linkage.normalize import FIELDS


@dataclass(frozen=True)
class Frames:
    """Which evidence do these frames hold? As linkage.dedupe sees it: equal records of both frames are one node.

    Attributes:
        table: the nodes.
        left: the node of each row of the first frame; -1 for rows that repeat too often to be a person.
        right: the same of the second frame, or of the first where there is only one.
        left_labels: the index of the first frame.
        right_labels: the index of the second frame, or of the first where there is only one.
        is_link: whether there are two frames.
    """

    table: EncodedTable
    left: np.ndarray
    right: np.ndarray
    left_labels: pd.Index
    right_labels: pd.Index
    is_link: bool

    def nodes_of(self, pairs: pd.MultiIndex) -> tuple[np.ndarray, np.ndarray]:
        """Which two nodes does each pair consist of?"""
        rows = rows_of(pairs, self.left_labels, self.right_labels)
        return self.left[rows[0]], self.right[rows[1]]


def evidence_of(frame: pd.DataFrame) -> list[str]:
    """Which columns of this frame are evidence? Raises ValueError for what cannot be read."""
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"expected a pandas.DataFrame of person records, not a [{type(frame).__name__}]")
    if frame.index.nlevels > 1 or not frame.index.is_unique:
        raise ValueError("the index of the frame must be one label per record, each once")
    fields = [field for field in FIELDS if field in frame.columns]
    if not fields:
        raise ValueError(f"the frame has none of the columns that tell who somebody is: {', '.join(FIELDS)}")
    return fields


def _record_ids(frames: list[pd.DataFrame]) -> list[str]:
    """Which text names each row? Its record_id, else its label, else its place: whatever names each row once.

    It decides only in which order nodes are numbered, and so which random pairs u is estimated from.
    """
    columns = [frame["record_id"] for frame in frames if "record_id" in frame.columns]
    for own in (columns, [frame.index for frame in frames]):
        if len(own) == len(frames) and all(names.notna().all() for names in own):
            ids = [str(name) for names in own for name in names]
            if len(set(ids)) == len(ids):
                return ids
    return [f"{place:012d}" for place in range(sum(len(frame) for frame in frames))]


def read_frames(x: pd.DataFrame, x_link: pd.DataFrame | None = None) -> Frames:
    """Which evidence do these person records hold, raw or normalised?

    Args:
        x: one row per person record, any unique index, any subset of linkage.FIELDS. Other columns are ignored.
        x_link: a second frame; what is told by a column as a whole is then told by both together.

    Raises:
        ValueError: a frame has no column of evidence, or labels that repeat.
    """
    frames = [x] if x_link is None else [x, x_link]
    parts = [frame[evidence_of(frame)] for frame in frames]
    evidence = parts[0] if x_link is None else pd.concat([part.astype(object) for part in parts])
    ids = _record_ids(frames)
    nodes = collapse_records(evidence.assign(record_id=ids).reset_index(drop=True), set())
    node_of = nodes.node_of[pd.Index(nodes.record_ids).get_indexer(ids)]
    left = node_of[: len(x)]
    if x_link is None:
        return Frames(nodes.table, left, left, x.index, x.index, False)
    return Frames(nodes.table, left, node_of[len(x) :], x.index, x_link.index, True)


def _rows_of_level(pairs: pd.MultiIndex, level: int, labels: pd.Index) -> np.ndarray:
    """Which row of its frame is each pair's record on this side?"""
    rows = np.append(labels.get_indexer(pairs.levels[level]), -1)[pairs.codes[level]]
    absent = int((rows < 0).sum())
    if absent:
        raise ValueError(f"{absent} pairs name a record that is not in the frame")
    return rows


def rows_of(pairs: pd.MultiIndex, left: pd.Index, right: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Which rows of their frames does each pair consist of?

    Args:
        pairs: two levels of labels.
        left: the labels of the first frame.
        right: the labels of the second.

    Raises:
        ValueError: these are no pairs, or of other records.
    """
    if not isinstance(pairs, pd.MultiIndex) or pairs.nlevels != 2:
        raise ValueError("expected a pandas.MultiIndex of pairs, one level of labels per side")
    return _rows_of_level(pairs, 0, left), _rows_of_level(pairs, 1, right)


def patterns_between(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which patterns do these pairs of nodes show? Pairs of a node that was left out (-1) say nothing."""
    is_known = (left >= 0) & (right >= 0)
    if is_known.all():
        return compare_pairs(table, left, right)
    patterns = np.zeros(len(left), dtype=np.int64)
    patterns[is_known] = compare_pairs(table, left[is_known], right[is_known])
    return patterns
