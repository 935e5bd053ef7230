"""Whose record is whose, by the sender's own word? A sender finds that two of its records are one person and says so.

From then on the record that was merged away says nothing about who somebody is; what happened to it happened to the
person of the other. That is no decision of a reviewer: it ends when a newer row no longer says it, and a reviewer's
"different" wins over it. Pure: tables in, tables out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from linkage import Linked


@dataclass(frozen=True)
class Merges:
    """Which merges count?

    Attributes:
        into: record merged away → the record it is now; never one that is itself merged away.
        contradicted_count: merges that do not count, because a reviewer decided otherwise, the sender names two, or
            they lead round in a circle.
    """

    into: Mapping[str, str] = field(default_factory=dict)
    contradicted_count: int = 0

    def table(self) -> pd.DataFrame:
        """One row per record merged away: record_id, into_record_id; sorted."""
        return pd.DataFrame(sorted(self.into.items()), columns=["record_id", "into_record_id"], dtype=object)


def in_force(told: pd.DataFrame, decisions: pd.DataFrame, here: set[str]) -> Merges:
    """Which of the merges that senders tell count?

    Args:
        told: record_id, into_record_id.
        decisions: of people, in force: record_id_l, record_id_r, verdict.
        here: record ids that may be used. A merge into a record that may not waits.
    """
    different = decisions[decisions["verdict"] == "different"]
    apart = {frozenset(pair) for pair in zip(different["record_id_l"], different["record_id_r"], strict=True)}
    named: dict[str, set[str]] = {}
    for record, into in zip(told["record_id"], told["into_record_id"], strict=True):
        named.setdefault(record, set()).add(into)
    contradicted = {record for record, into in named.items() if len(into) > 1}
    contradicted |= {record for record, into in named.items() if any(frozenset((record, one)) in apart for one in into)}
    steps = {record: min(into) for record, into in named.items() if record not in contradicted}
    found = {}
    for record in steps:
        end, passed = steps[record], {record}
        while end in steps and end not in passed:
            passed.add(end)
            end = steps[end]
        if end in passed or frozenset((record, end)) in apart:
            contradicted.add(record)
        elif end in here:
            found[record] = end
    return Merges(found, len(contradicted))


def decisions_about_the_living(decisions: pd.DataFrame, merges: Merges) -> pd.DataFrame:
    """What have people decided, with each record merged away standing for the one it is now? Each pair once."""
    if not merges.into:
        return decisions
    left, right = (
        decisions[name].map(lambda one: merges.into.get(one, one)) for name in ("record_id_l", "record_id_r")
    )
    moved = decisions.assign(record_id_l=left.where(left < right, right), record_id_r=right.where(left < right, left))
    return moved[left != right].drop_duplicates(["record_id_l", "record_id_r", "verdict"])


def with_merged(linked: Linked, merges: Merges) -> Linked:
    """Who is who, the records merged away among them? Each is in the cluster of the record it is now."""
    if not merges.into:
        return linked
    cluster_of = linked.clusters.set_index("record_id")["cluster_id"]
    merged = merges.table()
    merged["cluster_id"] = merged["into_record_id"].map(cluster_of)
    both = pd.concat([linked.clusters[["record_id", "cluster_id"]], merged[["record_id", "cluster_id"]]])
    ordered = both.sort_values("record_id")
    smallest = ordered.groupby("cluster_id", sort=False)["record_id"].transform("first")
    clusters = ordered.assign(cluster_id=smallest).reset_index(drop=True)
    return replace(linked, clusters=clusters)
