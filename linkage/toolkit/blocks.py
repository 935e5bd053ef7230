"""Which pairs of records are worth comparing? Blocking rules as an index algorithm of recordlinkage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit
from recordlinkage.base import BaseIndexAlgorithm

from linkage.blocking import KEY_PARTS, BlockingRule, plan_blocks
from linkage.comparisons import NO_BITS
from linkage.encoding import EncodedTable
from linkage.scanning import ComparedPairs, scan
from linkage.toolkit.frames import Frames, read_frames


def _nodes_of(found: ComparedPairs) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs were found?"""
    return found.left, found.right


def _silent(share: float) -> None:
    """Who listens to how far it is? Nobody."""


def _has_key(table: EncodedTable, rules: tuple[BlockingRule, ...]) -> np.ndarray:
    """Which nodes hold all that one of these rules asks for? Equal records of such a node share it."""
    answer = np.zeros(table.size, dtype=np.bool_)
    for rule in rules:
        answer |= np.logical_and.reduce([KEY_PARTS[part].codes(table) >= 0 for part in rule.parts])
    return answer


def candidate_nodes(table: EncodedTable, rules: tuple[BlockingRule, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs of nodes do these rules bring together, each once? A node with itself, too; no rules: all of them."""
    plan = plan_blocks(table, rules) if rules else plan_blocks(table)
    found = list(scan(table, plan, NO_BITS, -np.inf, _nodes_of, _silent))
    alone = np.flatnonzero(_has_key(table, plan.rules)).astype(np.int32)
    return tuple(np.concatenate([*(part[side] for part in found), alone]) for side in (0, 1))


def _members(node_of: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which rows has each node? Node after node, and where each begins."""
    order = np.argsort(node_of, kind="stable").astype(np.int32)
    return order, np.searchsorted(node_of[order], np.arange(count + 1)).astype(np.int64)


@njit(cache=True, nogil=True)
def _row_pairs(left, right, order_a, starts_a, order_b, starts_b, is_one_frame):
    """Which pairs of rows do these pairs of nodes stand for? Within one node of one frame, each two rows once."""
    total = 0
    for pair in range(len(left)):
        size_a = starts_a[left[pair] + 1] - starts_a[left[pair]]
        size_b = starts_b[right[pair] + 1] - starts_b[right[pair]]
        is_own = is_one_frame and left[pair] == right[pair]
        total += size_a * (size_a - 1) // 2 if is_own else size_a * size_b
    rows_a, rows_b = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    place = 0
    for pair in range(len(left)):
        is_own = is_one_frame and left[pair] == right[pair]
        for i in range(starts_a[left[pair]], starts_a[left[pair] + 1]):
            begin = i + 1 if is_own else starts_b[right[pair]]
            for j in range(begin, starts_b[right[pair] + 1]):
                rows_a[place], rows_b[place] = order_a[i], order_b[j]
                place += 1
    return rows_a, rows_b


def _within(frames: Frames, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs of rows of one frame are these nodes? The later row first, as recordlinkage has it."""
    members = _members(frames.left, frames.table.size)
    one, other = _row_pairs(left, right, *members, *members, True)
    return np.maximum(one, other), np.minimum(one, other)


def _across(frames: Frames, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs of a row of the first and a row of the second frame are these nodes?"""
    first, second = (_members(rows, frames.table.size) for rows in (frames.left, frames.right))
    there = _row_pairs(left, right, *first, *second, False)
    is_two = left != right
    back = _row_pairs(right[is_two], left[is_two], *first, *second, False)
    return np.concatenate([there[0], back[0]]), np.concatenate([there[1], back[1]])


class PersonBlock(BaseIndexAlgorithm):
    """Which pairs of records share what one of these rules asks for? An index algorithm of recordlinkage.

    The pairs are those that linkage.dedupe compares, by the same rules about blocks that are too large. Where dedupe
    takes records that are equal in everything as one, all of them are paired here, with each other as well. Rows that
    repeat more often than linkage.nodes.MOST_RECORDS_OF_ONE_PERSON are in no pair.

    Args:
        rules: of linkage.rule_on. Rules whose fields a frame lacks yield nothing. Without any, all of
            linkage.BLOCKING_RULES; in one algorithm each pair is found once, where recordlinkage's union of an
            algorithm per rule would sort all pairs again for each.
        verify_integrity: whether labels that repeat are refused before anything is read.
        suffixes: of the names of the two levels.
    """

    def __init__(
        self, *rules: BlockingRule, verify_integrity: bool = True, suffixes: tuple[str, str] = ("_1", "_2")
    ) -> None:
        super().__init__(verify_integrity=verify_integrity, suffixes=suffixes)
        odd = [type(rule).__name__ for rule in rules if not isinstance(rule, BlockingRule)]
        if odd:
            raise ValueError(f"expected blocking rules, as linkage.rule_on makes them, not a [{odd[0]}]")
        self.rules = rules
        self.name = " or ".join(rule.name for rule in rules) or "every blocking rule"

    def _pairs(self, x: pd.DataFrame, x_link: pd.DataFrame | None) -> pd.MultiIndex:
        """Which pairs do the rules bring together?"""
        frames = read_frames(x, x_link)
        nodes = candidate_nodes(frames.table, self.rules)
        codes = (_across if frames.is_link else _within)(frames, *nodes)
        labels = [frames.left_labels, frames.right_labels]
        return pd.MultiIndex(levels=labels, codes=list(codes), verify_integrity=False)

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        """Which pairs within one frame?"""
        return self._pairs(df_a, None)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        """Which pairs between two frames?"""
        return self._pairs(df_a, df_b)


def person_blocks() -> list[PersonBlock]:
    """Which index algorithms find what linkage.dedupe compares? For recordlinkage.Index: one, with all rules."""
    return [PersonBlock()]
