"""What would other rules or thresholds give? Asked of the table once more, without learning or scoring again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.blocking import BlockingRule, plan_blocks
from linkage.clustering import Links, cluster_nodes
from linkage.comparisons import NO_BITS
from linkage.flow import LOWEST_PROBABILITY_KEPT, Progress
from linkage.linked import Linked, blocking_table, clusters_table
from linkage.nodes import Nodes, Pairs, Records, collapse_records, node_pairs
from linkage.scanning import ComparedPairs, scan
from linkage.scoring import Scorer, make_scorer, weight_of

THRESHOLDS = (0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Match probabilities that are tried. None below LOWEST_PROBABILITY_KEPT: such pairs are not kept."""


def rule_yields(
    records: Records, rules: Sequence[BlockingRule], tell: Progress, threads: int | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Which blocking rules does this table get, and what does each yield? As Linked.blocking; nothing is weighed.

    Args:
        records: as for dedupe.
        rules: which rules; the default ones if there are none.
        tell: told (stage, share done).
        threads: how many compare; all cores by default.

    Returns:
        One row per rule, and per field the records hold how many of them have no value.
    """
    tell("normalize", 0.0)
    nodes = collapse_records(records, set())
    plan = plan_blocks(nodes.table, tuple(rules) or None)
    by_rule = np.zeros(len(plan.rules), dtype=np.int64)

    def count(found: ComparedPairs) -> tuple[int, int]:
        return found.rule, found.compared_count

    for rule, compared in scan(nodes.table, plan, NO_BITS, np.inf, count, lambda share: tell("pair", share), threads):
        by_rule[rule] += compared
    return blocking_table(plan, by_rule), nodes.missing_counts


@dataclass(frozen=True)
class Reopened:
    """Which nodes and weights lie behind a linkage that is done? Made once, asked many questions.

    Attributes:
        links: the kept pairs, as nodes.
        must, must_not: what people decided, as nodes.
    """

    nodes: Nodes
    scorer: Scorer
    links: Links
    must: list[tuple[int, int]]
    must_not: list[tuple[int, int]]

    def clusters_at(self, threshold: float) -> pd.DataFrame:
        """Which clusters would this threshold give? As Linked.clusters."""
        cut = weight_of(threshold)
        links = self.links.where(self.links.weights >= cut)
        size = self.nodes.table.size
        found = cluster_nodes(size, links, cut, self.scorer.score, self.must, self.must_not)
        return clusters_table(self.nodes, found.labels)


def reopen(linked: Linked, records: Records, must_link: Pairs = (), must_not_link: Pairs = ()) -> Reopened:
    """Which nodes and weights lie behind this linkage of these records?

    Args:
        linked: what dedupe gave.
        records: what dedupe was given.
        must_link: the decisions dedupe was given.
        must_not_link: those, too.
    """
    must_link, must_not_link = list(must_link), list(must_not_link)
    nodes = collapse_records(records, {str(record) for pair in must_not_link for record in pair})
    place = pd.Index(nodes.record_ids)
    left, right = (nodes.node_of[place.get_indexer(linked.pairs[f"record_id_{side}"])] for side in "lr")
    return Reopened(
        nodes,
        make_scorer(nodes.table, linked.model),
        Links(left, right, linked.pairs["match_weight"].to_numpy(dtype=np.float64)),
        node_pairs(nodes, must_link, "must_link"),
        node_pairs(nodes, must_not_link, "must_not_link"),
    )


def threshold_curve(
    reopened: Reopened, threshold: float, measure: Callable[[pd.DataFrame], object], tell: Callable[[float], None]
) -> pd.DataFrame:
    """How good would the clusters be at other thresholds? The kept pairs are clustered again at each.

    Args:
        reopened: the linkage.
        threshold: the one in use; it gets a row, too.
        measure: gives precision, recall and f1 of clusters.
        tell: told the share of the work done.

    Returns:
        One row per threshold, ascending: threshold, cluster_count, precision, recall, f1.
    """
    tried = sorted({value for value in (*THRESHOLDS, threshold) if value >= min(LOWEST_PROBABILITY_KEPT, threshold)})
    rows = []
    for number, value in enumerate(tried, start=1):
        clusters = reopened.clusters_at(value)
        found = measure(clusters)
        rows.append((value, clusters["cluster_id"].nunique(), found.precision, found.recall, found.f1))
        tell(number / len(tried))
    return pd.DataFrame(rows, columns=["threshold", "cluster_count", "precision", "recall", "f1"])
