"""What holds each person together? The strongest pairs that still join all records: as few as possible, a tree.

Where a tree's edge is taken away the person falls into two sides. The weakest edges are the ones to ask about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

REPEATS = "repeats"
"""An edge between records that say the same, or nearly: the linkage compared only the first of them with others."""
DECIDED = "decided"
"""An edge that a person decided."""
SCORED = "scored"
"""An edge that the linkage weighed."""


@dataclass(frozen=True)
class Edge:
    """Which two records of one person does this edge join, and how firmly? Weight in bits; missing unless scored."""

    record_id_l: str
    record_id_r: str
    origin: str
    match_weight: float | None = None
    match_probability: float | None = None

    def other(self, record_id: str) -> str:
        """Which record lies at the other end?"""
        return self.record_id_r if record_id == self.record_id_l else self.record_id_l


@dataclass(frozen=True)
class Forest:
    """Which edges hold persons together? One tree per person."""

    edges: list[Edge] = field(default_factory=list)
    of_record: dict[str, list[Edge]] = field(default_factory=dict)

    def add(self, edge: Edge) -> None:
        """Let this edge join its two records."""
        self.edges.append(edge)
        self.of_record.setdefault(edge.record_id_l, []).append(edge)
        self.of_record.setdefault(edge.record_id_r, []).append(edge)

    def side(self, edge: Edge, record_id: str) -> tuple[str, ...]:
        """Which records stay with this end once the edge is taken away? Sorted."""
        seen, waiting = {record_id}, [record_id]
        while waiting:
            here = waiting.pop()
            for onward in self.of_record.get(here, ()):
                there = onward.other(here)
                if onward is not edge and there not in seen:
                    seen.add(there)
                    waiting.append(there)
        return tuple(sorted(seen))

    def path(self, begin: str, end: str) -> list[Edge]:
        """Which edges lead from one record to another? None where they are in different trees."""
        came_by: dict[str, list[Edge]] = {begin: []}
        waiting = [begin]
        while waiting and end not in came_by:
            here = waiting.pop()
            for onward in self.of_record.get(here, ()):
                there = onward.other(here)
                if there not in came_by:
                    came_by[there] = [*came_by[here], onward]
                    waiting.append(there)
        return came_by.get(end, [])


def grow(records: pd.DataFrame, fields: tuple[str, ...], pairs: pd.DataFrame, same: pd.DataFrame) -> Forest:
    """Which strongest pairs hold each person together?

    Args:
        records: record_id, person_id and `fields`, of persons with several records.
        fields: what two records must have in common to repeat each other.
        pairs: scored, within one person: record_id_l, record_id_r, match_weight, match_probability.
        same: decided by people, within one person: record_id_l, record_id_r.
    """
    forest = Forest()
    leader = {str(record): str(record) for record in records["record_id"]}
    firm = (Edge(left, right, DECIDED) for left, right in _rows(same[["record_id_l", "record_id_r"]]))
    order = pairs.sort_values(["match_weight", "record_id_l", "record_id_r"], ascending=[False, True, True])
    columns = ["record_id_l", "record_id_r", "match_weight", "match_probability"]
    scored = (Edge(left, right, SCORED, w, p) for left, right, w, p in _rows(order[columns]))
    _join(forest, leader, firm)
    _join(forest, leader, _repeats(records, fields))
    _join(forest, leader, scored)
    _join(forest, leader, _nearest(records, fields, forest))
    return forest


def _rows(table: pd.DataFrame) -> Iterator[tuple]:
    return table.itertuples(index=False, name=None)


def _join(forest: Forest, leader: dict[str, str], edges: Iterable[Edge]) -> None:
    """Add each edge that joins what is not joined yet."""
    for edge in edges:
        left, right = _leader(leader, edge.record_id_l), _leader(leader, edge.record_id_r)
        if left != right:
            leader[max(left, right)] = min(left, right)
            forest.add(edge)


def _leader(leader: dict[str, str], record_id: str) -> str:
    while leader[record_id] != record_id:
        leader[record_id] = leader[leader[record_id]]
        record_id = leader[record_id]
    return record_id


def _repeats(records: pd.DataFrame, fields: tuple[str, ...]) -> Iterator[Edge]:
    """Yield an edge from each record that repeats another of its person in every field to the first that says so."""
    ordered = records.sort_values("record_id")
    first = ordered.groupby(["person_id", *fields], dropna=False, sort=False)["record_id"].transform("first")
    is_repeat = first != ordered["record_id"]
    for left, right in sorted(zip(first[is_repeat], ordered.loc[is_repeat, "record_id"], strict=True)):
        yield Edge(left, right, REPEATS)


def _nearest(records: pd.DataFrame, fields: tuple[str, ...], forest: Forest) -> Iterator[Edge]:
    """Yield an edge from each record that nothing joins yet to the one of its person with most fields in common.

    Such a record repeats another but for how its values are written; the linkage compared only the first of the two.
    """
    alone = records[~records["record_id"].isin(forest.of_record)].sort_values("record_id")
    if alone.empty:
        return
    of_person = dict(iter(records[records["person_id"].isin(alone["person_id"])].groupby("person_id")))
    for row in alone.to_dict("records"):
        others = of_person[row["person_id"]]
        others = others[others["record_id"] != row["record_id"]].sort_values("record_id")
        if others.empty:
            continue
        common = sum((others[name].eq(row[name]) & others[name].notna()).astype(int) for name in fields)
        nearest = str(others["record_id"].iloc[int(common.to_numpy().argmax())])
        yield Edge(*sorted((nearest, str(row["record_id"]))), REPEATS)
