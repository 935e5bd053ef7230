"""Do the decisions of people agree with each other? Several pairs, each decided in good faith, can contradict."""

from collections import deque
from dataclasses import dataclass

import pandas as pd

from pipeline.contract.codes import Verdict


@dataclass(frozen=True)
class Contradiction:
    """Which decisions cannot all be true? The pair was decided to be different, and the others chain it together.

    Attributes:
        record_id_l, record_id_r: the pair decided to be different.
        decision_numbers: all decisions concerned, ascending; undoing one of them settles it.
    """

    record_id_l: str
    record_id_r: str
    decision_numbers: tuple[int, ...]


def contradictions(decisions: pd.DataFrame) -> list[Contradiction]:
    """Which pairs are decided to be different, and yet the same by way of others? Sorted by the pair.

    Args:
        decisions: in force, on records that are here: record_id_l, record_id_r, verdict, decision_number.
    """
    same = decisions[decisions["verdict"] == Verdict.SAME]
    joined: dict[str, list[tuple[str, int]]] = {}
    for row in same.sort_values("decision_number").itertuples():
        joined.setdefault(row.record_id_l, []).append((row.record_id_r, int(row.decision_number)))
        joined.setdefault(row.record_id_r, []).append((row.record_id_l, int(row.decision_number)))
    found = []
    different = decisions[decisions["verdict"] == Verdict.DIFFERENT].sort_values(["record_id_l", "record_id_r"])
    for row in different.itertuples():
        chain = _shortest_chain(joined, row.record_id_l, row.record_id_r)
        if chain is not None:
            numbers = tuple(sorted((*chain, int(row.decision_number))))
            found.append(Contradiction(row.record_id_l, row.record_id_r, numbers))
    return found


def _shortest_chain(joined: dict[str, list[tuple[str, int]]], begin: str, end: str) -> tuple[int, ...] | None:
    """Which fewest decisions lead from one record to another? Of equally short chains, the one decided first."""
    came_by: dict[str, tuple[int, ...]] = {begin: ()}
    waiting = deque([begin])
    while waiting:
        record = waiting.popleft()
        if record == end:
            return came_by[record]
        for other, number in joined.get(record, ()):
            if other not in came_by:
                came_by[other] = (*came_by[record], number)
                waiting.append(other)
    return None


def usable(decisions: pd.DataFrame, here: pd.Index) -> pd.DataFrame:
    """Which decisions count now? Those on records that are not here wait, and count again when both are back."""
    return decisions[decisions["record_id_l"].isin(here) & decisions["record_id_r"].isin(here)]
