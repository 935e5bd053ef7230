"""From records to persons: normalise, collapse, block, train, scan, cluster. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.blocking import BlockingPlan, BlockingRule, plan_blocks
from linkage.clustering import Links, cluster_nodes
from linkage.encoding import EncodedTable
from linkage.linked import (
    Linked,
    ScoredPairs,
    blocking_table,
    clustering_notes,
    clusters_table,
    fields_table,
    pairs_table,
    refusals_table,
    weight_histogram,
)
from linkage.model import Model
from linkage.nodes import Pairs, Records, collapse_records, node_pairs
from linkage.scanning import ComparedPairs, count_patterns, sampled_plan, scan
from linkage.scoring import Scorer, make_scorer, weight_of
from linkage.training import train_model

DEFAULT_THRESHOLD = 0.7
"""Match probability from which a pair is a link; whether two groups joined by links are one person is then asked of all
their pairs together. Measured on eleven labelled sets: from 0.5 to 0.9 precision gains .0006 and recall loses .004 on
average; 0.7 keeps most of both."""

LOWEST_PROBABILITY_KEPT = 0.01
"""Match probability below which a compared pair is not listed: nobody would review it."""

PAIRS_TO_LEARN_FROM = 4_000_000
"""Candidate pairs. Where there are more, whole blocks are left out of training, evenly; what is learned no longer
changes in the third digit."""

Progress = Callable[[str, float], None]


def score_candidates(
    scorer: Scorer, plan: BlockingPlan, lowest: float, tell: Callable[[float], None], threads: int | None
) -> ScoredPairs:
    """Which candidate pairs weigh at least `lowest` bits?"""
    weigher = scorer.weigher

    def finish(found: ComparedPairs) -> tuple:
        weights = weigher.weigh(found.pattern, found.left)[0]
        kept = weights >= lowest
        rule = np.full(int(kept.sum()), found.rule, dtype=np.int8)
        return (
            found.left[kept],
            found.right[kept],
            rule,
            found.pattern[kept],
            weights[kept],
            (found.rule, found.compared_count),
        )

    cut = lowest - weigher.prior_bits
    parts = []
    compared = np.zeros(len(plan.rules), dtype=np.int64)
    for *part, found in scan(scorer.table, plan, weigher.highest_bits, cut, finish, tell, threads):
        parts.append(part)
        compared[found[0]] += found[1]
    types = (np.int32, np.int32, np.int8, np.int64, np.float64)
    columns = [
        np.concatenate([part[place] for part in parts]) if parts else np.zeros(0, dtype=kind)
        for place, kind in enumerate(types)
    ]
    order = np.lexsort((columns[1], columns[0]))
    return ScoredPairs(*(column[order] for column in columns), compared)


@dataclass(frozen=True)
class Learned:
    """Which model decides, and which patterns of candidate pairs, how often, was it learned from?"""

    model: Model
    patterns: np.ndarray
    counts: np.ndarray
    notes: tuple[str, ...]


def _learn(
    table: EncodedTable, plan: BlockingPlan, model: Model | None, tell: Callable[[float], None], threads: int | None
) -> Learned:
    """Which model do the candidate pairs teach? A part of the blocks stands for all where there are very many."""
    every = max(-(-plan.pair_count // PAIRS_TO_LEARN_FROM), 1)
    patterns, counts = count_patterns(table, sampled_plan(plan, every), tell, threads)
    counts = counts * every
    if model is not None:
        return Learned(model, patterns, counts, ())
    trained, notes = train_model(table, patterns, counts)
    return Learned(trained, patterns, counts, notes)


def dedupe(
    records: Records,
    *,
    model: Model | None = None,
    threshold: float = DEFAULT_THRESHOLD,
    rules: Sequence[BlockingRule] | None = None,
    must_link: Pairs = (),
    must_not_link: Pairs = (),
    progress: Progress | None = None,
    threads: int | None = None,
) -> Linked:
    """Which of these records are one person?

    The answer depends neither on the order of the rows nor on the number of threads nor on chance.

    Args:
        records: one row per person record: record_id (unique) and any subset of linkage.FIELDS. Others are ignored.
        model: decides; without one, a model is learned from the records themselves, without labels.
        threshold: match probability from which a pair is a link, strictly between 0 and 1.
        rules: which records are compared, instead of BLOCKING_RULES; rules that ask for fields the records lack are
            left out.
        must_link: pairs of record_ids a person decided to join.
        must_not_link: pairs of record_ids a person decided to keep apart; wins over must_link.
        progress: told (stage, share of the stage done from 0 to 1).
        threads: how many compare; all cores by default.

    Raises:
        ValueError: record_id is missing or repeated, the threshold is no probability, or a decision names no record.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold [{threshold}] is not strictly between 0 and 1")
    tell = progress or (lambda stage, share: None)
    must_not_link = list(must_not_link)
    tell("normalize", 0.0)
    nodes = collapse_records(records, {str(record) for pair in must_not_link for record in pair})
    decided = node_pairs(nodes, must_link, "must_link"), node_pairs(nodes, must_not_link, "must_not_link")
    tell("block", 0.0)
    plan = plan_blocks(nodes.table, tuple(rules) if rules else None)
    learned = _learn(nodes.table, plan, model, lambda share: tell("train", share), threads)
    scorer = make_scorer(nodes.table, learned.model)
    lowest = min(weight_of(LOWEST_PROBABILITY_KEPT), weight_of(threshold))
    pairs = score_candidates(scorer, plan, lowest, lambda share: tell("score", share), threads)
    blocking = blocking_table(plan, pairs.compared_by_rule)
    del plan  # as large as the nodes
    tell("cluster", 0.0)
    links = Links(pairs.left, pairs.right, pairs.weight).where(pairs.weight >= weight_of(threshold))
    found = cluster_nodes(nodes.table.size, links, weight_of(threshold), scorer.score, *decided)
    tell("tables", 0.0)
    return Linked(
        clusters=clusters_table(nodes, found.labels),
        pairs=pairs_table(nodes, blocking, pairs),
        refusals=refusals_table(nodes, found.refusals),
        model=learned.model,
        weight_histogram=weight_histogram(learned.model, learned.patterns, learned.counts),
        blocking=blocking,
        threshold=threshold,
        candidate_pair_count=int(pairs.compared_by_rule.sum()),
        fields=fields_table(nodes),
        notes=(*nodes.notes, *learned.notes, *clustering_notes(found, blocking)),
    )
