"""What does a linkage answer with? The tables of one run, made from arrays over nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.blocking import BlockingPlan
from linkage.clustering import Clustering, Refusals
from linkage.comparisons import COMPARISONS, levels_of
from linkage.model import Model
from linkage.nodes import Nodes
from linkage.scoring import pattern_weights, probability_of


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


def weight_histogram(model: Model, patterns: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """How many candidate pairs have which match weight? One row per bit."""
    bins = np.floor(pattern_weights(model, patterns)).astype(np.int64)
    low = int(bins.min()) if len(bins) else 0
    summed = np.bincount(bins - low, weights=counts) if len(bins) else np.zeros(0)
    edges = np.arange(low, low + len(summed))
    return pd.DataFrame(
        {"bin_low": edges.astype(float), "bin_high": edges + 1.0, "pair_count": summed.astype(np.int64)}
    )


def pairs_table(nodes: Nodes, blocking: pd.DataFrame, pairs: ScoredPairs) -> pd.DataFrame:
    """How are the kept pairs shown, by record ids?"""
    rules = blocking["blocking_rule"].to_numpy(dtype=object)
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


def refusals_table(nodes: Nodes, refusals: Refusals) -> pd.DataFrame:
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


def clustering_notes(found: Clustering, blocking: pd.DataFrame) -> list[str]:
    """What should a reader know about how the clusters came about?"""
    notes = []
    purged = int(blocking["purged_block_count"].sum())
    if purged:
        notes.append(f"blocks too large to be compared, and left out: {purged}")
    if found.split_component_count:
        notes.append(
            f"groups of linked records that fell apart when all their pairs were weighed: {found.split_component_count}"
        )
    if found.presplit_component_count:
        notes.append(f"groups too large to be weighed at once, and weighed in parts: {found.presplit_component_count}")
    if found.refused_must_link_count:
        notes.append(
            f"must-link pairs that contradict must-not-link pairs, and were not linked: {found.refused_must_link_count}"
        )
    return notes


def fields_table(nodes: Nodes) -> pd.DataFrame:
    """Which fields do the records hold, and how many records lack each?"""
    return pd.DataFrame(nodes.missing_counts.items(), columns=["field", "missing_count"])
