"""From records to persons: normalise, collapse, block, train, scan, cluster. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.blocking import BlockingPlan, BlockingRule, plan_blocks
from linkage.clustering import Clustering, Links, Refusals, cluster_nodes
from linkage.comparisons import COMPARISONS, levels_of
from linkage.encoding import EncodedTable
from linkage.model import Model
from linkage.nodes import Nodes, Pairs, Records, collapse_records, node_pairs
from linkage.scanning import ComparedPairs, count_patterns, sampled_plan, scan
from linkage.scoring import Scorer, make_scorer, pattern_weights, probability_of, weight_of
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


@dataclass(frozen=True)
class Linked:
    """Which records are one person, and why?

    Attributes:
        clusters: one row per record, sorted by record_id: record_id, cluster_id (the smallest record_id of the
            cluster).
        pairs: candidate pairs with a match probability of at least LOWEST_PROBABILITY_KEPT, sorted by record ids:
            record_id_l < record_id_r, blocking_rule, match_weight (bits, prior included), match_probability, and per
            comparison `<comparison>_level` (int8; -1 a side is missing, 0 different, highest equal). Records with the
            same name, birth date and all else equal are represented by the smallest record_id among them.
        refusals: links whose records ended in different clusters: record_id_l, record_id_r, match_weight,
            average_weight (bits, between the two clusters), reason.
        model: trained or given.
        weight_histogram: bin_low, bin_high (bits), pair_count over the candidate pairs (estimated from a part of them
            where there are very many), every bin from lowest to highest; the frequency of values left out.
        blocking: one row per rule used: blocking_rule, sentence, pair_count (pairs this rule brought first),
            block_pair_count (all pairs of its blocks), purged_block_count, purged_record_count.
        threshold: match probability from which a pair was a link.
        candidate_pair_count: pairs that were compared.
        fields: one row per field of linkage.FIELDS that the records hold: field, missing_count (records without a
            value, placeholders included).
        notes: what was refused, split or left out; counts only.
    """

    clusters: pd.DataFrame
    pairs: pd.DataFrame
    refusals: pd.DataFrame
    model: Model
    weight_histogram: pd.DataFrame
    blocking: pd.DataFrame
    threshold: float
    candidate_pair_count: int
    fields: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ScoredPairs:
    """Which candidate pairs are worth keeping? Sorted; `rule` is the place of the rule that brought each first.

    compared_by_rule: how many pairs each rule brought first, kept or not.
    """

    left: np.ndarray
    right: np.ndarray
    rule: np.ndarray
    pattern: np.ndarray
    weight: np.ndarray
    compared_by_rule: np.ndarray


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


def weight_histogram(model: Model, patterns: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """How many candidate pairs have which match weight? One row per bit."""
    bins = np.floor(pattern_weights(model, patterns)).astype(np.int64)
    low = int(bins.min()) if len(bins) else 0
    summed = np.bincount(bins - low, weights=counts) if len(bins) else np.zeros(0)
    edges = np.arange(low, low + len(summed))
    return pd.DataFrame(
        {"bin_low": edges.astype(float), "bin_high": edges + 1.0, "pair_count": summed.astype(np.int64)}
    )


def _pairs_table(nodes: Nodes, plan: BlockingPlan, pairs: ScoredPairs) -> pd.DataFrame:
    """How are the kept pairs shown, by record ids?"""
    rules = np.array([rule.name for rule in plan.rules], dtype=object)
    table = pd.DataFrame(
        {
            "record_id_l": nodes.record_ids[nodes.first_record[pairs.left]],
            "record_id_r": nodes.record_ids[nodes.first_record[pairs.right]],
            "blocking_rule": rules[pairs.rule] if len(rules) else np.empty(0, dtype=object),
            "match_weight": pairs.weight,
            "match_probability": probability_of(pairs.weight),
        }
    )
    levels = levels_of(pairs.pattern)
    for column, comparison in enumerate(COMPARISONS):
        table[f"{comparison.name}_level"] = levels[:, column]
    return table


def _refusals_table(nodes: Nodes, refusals: Refusals) -> pd.DataFrame:
    """Which links were not followed, and why, by record ids?"""
    reasons = np.array(["all pairs between the two groups, on average, speak against one person",
                        "a person decided that they are different"], dtype=object)  # fmt: skip
    return pd.DataFrame(
        {
            "record_id_l": nodes.record_ids[nodes.first_record[refusals.links.left]],
            "record_id_r": nodes.record_ids[nodes.first_record[refusals.links.right]],
            "match_weight": refusals.links.weights,
            "average_weight": refusals.average,
            "reason": reasons[refusals.is_decided.astype(np.int64)],
        }
    )


def clusters_table(nodes: Nodes, labels: np.ndarray) -> pd.DataFrame:
    """Which cluster is each record in?"""
    own = np.arange(len(nodes.record_ids))
    if len(nodes.first_record):
        smallest = nodes.first_record[labels][nodes.node_of]
        own = np.where(nodes.node_of >= 0, smallest, own)
    return pd.DataFrame({"record_id": nodes.record_ids, "cluster_id": nodes.record_ids[own]})


def blocking_table(plan: BlockingPlan, by_rule: np.ndarray) -> pd.DataFrame:
    """What did each rule yield, and what was purged?"""
    rows = [
        (rule.name, rule.sentence, int(count), int(blocks.pair_counts.sum()), blocks.purged_block_count,
         blocks.purged_record_count)
        for rule, blocks, count in zip(plan.rules, plan.blocks, by_rule, strict=True)
    ]  # fmt: skip
    names = ["blocking_rule", "sentence", "pair_count", "block_pair_count", "purged_block_count", "purged_record_count"]
    return pd.DataFrame(rows, columns=names)


def _clustering_notes(found: Clustering, plan: BlockingPlan) -> list[str]:
    """What should a reader know about how the clusters came about?"""
    notes = []
    purged = sum(blocks.purged_block_count for blocks in plan.blocks)
    if purged:
        notes.append(f"{purged} blocks were too large to be compared and left out")
    if found.split_component_count:
        notes.append(
            f"{found.split_component_count} groups of linked records fell apart when all their pairs were weighed"
        )
    if found.presplit_component_count:
        notes.append(f"{found.presplit_component_count} groups were too large and were weighed in parts")
    if found.refused_must_link_count:
        notes.append(
            f"{found.refused_must_link_count} must-link pairs contradict must-not-link pairs and were not linked"
        )
    return notes


def _silent(stage: str, share: float) -> None:
    """Who listens when nobody asked for progress? Nobody."""


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
    tell = progress or _silent
    must_link, must_not_link = list(must_link), list(must_not_link)
    tell("normalize", 0.0)
    nodes = collapse_records(records, {str(record) for pair in must_not_link for record in pair})
    must = node_pairs(nodes, must_link, "must_link")
    must_not = node_pairs(nodes, must_not_link, "must_not_link")
    tell("block", 0.0)
    plan = plan_blocks(nodes.table, tuple(rules) if rules else None)
    learned = _learn(nodes.table, plan, model, lambda share: tell("train", share), threads)
    scorer = make_scorer(nodes.table, learned.model)
    lowest = min(weight_of(LOWEST_PROBABILITY_KEPT), weight_of(threshold))
    pairs = score_candidates(scorer, plan, lowest, lambda share: tell("score", share), threads)
    tell("cluster", 0.0)
    links = Links(pairs.left, pairs.right, pairs.weight).where(pairs.weight >= weight_of(threshold))
    found = cluster_nodes(nodes.table.size, links, weight_of(threshold), scorer.score, must, must_not)
    tell("done", 1.0)
    return Linked(
        clusters=clusters_table(nodes, found.labels),
        pairs=_pairs_table(nodes, plan, pairs),
        refusals=_refusals_table(nodes, found.refusals),
        model=learned.model,
        weight_histogram=weight_histogram(learned.model, learned.patterns, learned.counts),
        blocking=blocking_table(plan, pairs.compared_by_rule),
        threshold=threshold,
        candidate_pair_count=int(pairs.compared_by_rule.sum()),
        fields=pd.DataFrame(nodes.missing_counts.items(), columns=["field", "missing_count"]),
        notes=(*nodes.notes, *learned.notes, *_clustering_notes(found, plan)),
    )
