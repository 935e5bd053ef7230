"""From records to persons: normalise, collapse, block, compare, train, score, cluster. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.blocking import CandidatePairs, candidate_pairs
from linkage.clustering import Clustering, cluster_nodes
from linkage.comparisons import COMPARISONS, compare_pairs
from linkage.encoding import EncodedTable, encode_table
from linkage.model import Model
from linkage.normalize import FIELDS, normalize_records
from linkage.scoring import Scorer, is_contradicted, make_scorer, probability_of, weight_of
from linkage.training import train_model

DEFAULT_THRESHOLD = 0.9
"""Match probability from which a pair is a link. Chosen on labelled sets: precision first, since a wrong link puts one
person's history on another's line."""

LOWEST_PROBABILITY_KEPT = 0.01
"""Match probability below which a compared pair is not listed: nobody would review it."""

MOST_RECORDS_OF_ONE_PERSON = 10_000
"""Records. A row repeated more often is the default of some system, not a person: each stays by itself."""

IDENTITY_FIELDS = ("first_name", "last_name", "birth_date")
FULL_DATE_LENGTH = 10

Progress = Callable[[str, float], None]
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Linked:
    """Which records are one person, and why?

    Attributes:
        clusters: one row per record, sorted by record_id: record_id, cluster_id (the smallest record_id of the
        cluster). pairs: candidate pairs with a match probability of at least LOWEST_PROBABILITY_KEPT, sorted by
        record ids:
            record_id_l < record_id_r, blocking_rule, match_weight (bits, prior included), match_probability, and per
            comparison `<comparison>_level` (int8; -1 a side is missing, 0 different, highest equal). Records with the
            same name, birth date and all else equal are represented by the smallest record_id among them.
        model: trained or given.
        weight_histogram: bin_low, bin_high (bits), pair_count over all candidate pairs, every bin from lowest to
        highest.
        blocking: one row per rule used: blocking_rule, sentence, pair_count, purged_block_count,
        purged_record_count. threshold: match probability from which a pair was a link.
        notes: what was refused, split or left out; counts only.
    """

    clusters: pd.DataFrame
    pairs: pd.DataFrame
    model: Model
    weight_histogram: pd.DataFrame
    blocking: pd.DataFrame
    threshold: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Nodes:
    """Which distinct sets of evidence do the records hold?

    Attributes:
        record_ids: of all records, sorted.
        node_of: the node of each record; -1 for records that are left out.
        first_record: the smallest record of each node, as a place in record_ids; ascending.
        table: the nodes, encoded, in the same order.
        notes: counts of what was collapsed and left out.
    """

    record_ids: np.ndarray
    node_of: np.ndarray
    first_record: np.ndarray
    table: EncodedTable
    notes: tuple[str, ...]


def check_records(records: pd.DataFrame) -> None:
    """Can these records be linked? Raises ValueError in one line if not; names no value."""
    if "record_id" not in records:
        raise ValueError("the records have no column [record_id]")
    nameless = int(records["record_id"].isna().sum())
    if nameless:
        raise ValueError(f"{nameless} records have no record_id")
    repeated = int(records["record_id"].astype(str).duplicated().sum())
    if repeated:
        raise ValueError(f"record_id is not unique: {repeated} rows repeat an id")


def _evidence_groups(table: pd.DataFrame) -> np.ndarray:
    """Which records hold exactly the same evidence? One group number per record."""
    group = np.zeros(len(table), dtype=np.int64)
    for field in FIELDS:
        if field in table:
            codes = pd.factorize(table[field], use_na_sentinel=True)[0].astype(np.int64) + 1
            group = np.unique(group * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1].astype(np.int64)
    return group


def _is_identified(table: pd.DataFrame) -> np.ndarray:
    """Which records bear a first name, a last name and a full birth date?"""
    if not set(IDENTITY_FIELDS) <= set(table.columns):
        return np.zeros(len(table), dtype=bool)
    is_full = table["birth_date"].str.len() == FULL_DATE_LENGTH
    return (table["first_name"].notna() & table["last_name"].notna() & is_full.fillna(False)).to_numpy(dtype=bool)


def collapse_records(records: pd.DataFrame, kept_single: set[str]) -> Nodes:
    """Which nodes do these records form?

    Records equal in every field become one node if they bear a full name and birth date. Those in kept_single (somebody
    decided about them one by one) stay single. Rows repeated more than MOST_RECORDS_OF_ONE_PERSON times are left out.
    """
    table = normalize_records(records.assign(record_id=records["record_id"].astype(str)))
    table = table.sort_values("record_id", kind="stable", ignore_index=True)
    ids = table["record_id"].to_numpy(dtype=object)
    group = _evidence_groups(table)
    sizes = np.bincount(group)[group] if len(group) else group
    is_left_out = sizes > MOST_RECORDS_OF_ONE_PERSON
    is_single = ~_is_identified(table) | table["record_id"].isin(kept_single).to_numpy()
    key = np.where(is_single, np.arange(len(table)) + len(table), group)
    kept = np.flatnonzero(~is_left_out)
    _, first, inverse = np.unique(key[kept], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    node_of = np.full(len(table), -1, dtype=np.int64)
    node_of[kept] = rank[inverse]
    first_record = kept[np.sort(first)]
    notes = []
    if len(kept) > len(first_record):
        notes.append(f"{len(kept) - len(first_record)} of the records repeat another one in every field")
    if is_left_out.any():
        notes.append(f"{int(is_left_out.sum())} records repeat one row too often to be a person; each stays by itself")
    return Nodes(
        ids, node_of, first_record, encode_table(table.iloc[first_record].reset_index(drop=True)), tuple(notes)
    )


def _node_pairs(nodes: Nodes, pairs: Pairs, name: str) -> list[tuple[int, int]]:
    """Which nodes do these decisions on record ids speak of? Sorted; raises ValueError for ids that are not there."""
    place = pd.Index(nodes.record_ids)
    wanted = [(str(a), str(b)) for a, b in pairs]
    found = place.get_indexer([record for pair in wanted for record in pair]).reshape(-1, 2)
    if (found < 0).any():
        raise ValueError(
            f"{name}: {int((found < 0).any(axis=1).sum())} pairs name a record_id that is not in the records"
        )
    numbered = nodes.node_of[found]
    numbered = numbered[(numbered >= 0).all(axis=1) & (numbered[:, 0] != numbered[:, 1])]
    return sorted({(int(min(pair)), int(max(pair))) for pair in numbered})


def _weight_histogram(weights: np.ndarray) -> pd.DataFrame:
    """How many candidate pairs have which match weight? One row per bit."""
    bins = np.floor(weights).astype(np.int64)
    low = int(bins.min()) if len(bins) else 0
    counts = np.bincount(bins - low) if len(bins) else np.zeros(0, dtype=np.int64)
    edges = np.arange(low, low + len(counts))
    return pd.DataFrame(
        {"bin_low": edges.astype(float), "bin_high": edges + 1.0, "pair_count": counts.astype(np.int64)}
    )


def _pairs_table(nodes: Nodes, pairs: CandidatePairs, levels: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Which candidate pairs are worth showing, and what was found about them?"""
    probability = probability_of(weights)
    kept = probability >= LOWEST_PROBABILITY_KEPT
    rules = pairs.report["blocking_rule"].to_numpy(dtype=object)
    table = pd.DataFrame(
        {
            "record_id_l": nodes.record_ids[nodes.first_record[pairs.left[kept]]],
            "record_id_r": nodes.record_ids[nodes.first_record[pairs.right[kept]]],
            "blocking_rule": rules[pairs.rule[kept]] if len(rules) else np.empty(0, dtype=object),
            "match_weight": weights[kept],
            "match_probability": probability[kept],
        }
    )
    for column, comparison in enumerate(COMPARISONS):
        table[f"{comparison.name}_level"] = levels[kept, column]
    return table


def _clusters_table(nodes: Nodes, labels: np.ndarray) -> pd.DataFrame:
    """Which cluster is each record in?"""
    own = np.arange(len(nodes.record_ids))
    if len(nodes.first_record):
        smallest = nodes.first_record[labels][nodes.node_of]
        own = np.where(nodes.node_of >= 0, smallest, own)
    return pd.DataFrame({"record_id": nodes.record_ids, "cluster_id": nodes.record_ids[own]})


def _cluster(
    scorer: Scorer, pairs: CandidatePairs, weights: np.ndarray, threshold: float, must: list, must_not: list
) -> Clustering:
    """Which nodes are one person?"""

    def weigh(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        levels = compare_pairs(scorer.table, left, right)
        found = scorer.weights(levels, left)
        return found, is_contradicted(levels, found)

    size = scorer.table.size
    return cluster_nodes(size, pairs.left, pairs.right, weights, weight_of(threshold), weigh, must, must_not)


def _clustering_notes(found: Clustering, pairs: CandidatePairs) -> list[str]:
    """What should a reader know about how the clusters came about?"""
    notes = []
    purged = int(pairs.report["purged_block_count"].sum())
    if purged:
        notes.append(f"{purged} blocks were too large to be compared and left out")
    if found.split_component_count:
        notes.append(
            f"{found.split_component_count} groups of linked records fell apart when all their pairs were weighed"
        )
    if found.presplit_component_count:
        notes.append(f"{found.presplit_component_count} groups were too large and were split along their weakest links")
    if found.refused_link_count:
        notes.append(f"{found.refused_link_count} must-link pairs contradict must-not-link pairs and were not linked")
    return notes


def _silent(stage: str, share: float) -> None:
    """Who listens when nobody asked for progress? Nobody."""


def dedupe(
    records: pd.DataFrame,
    *,
    model: Model | None = None,
    threshold: float = DEFAULT_THRESHOLD,
    must_link: Pairs = (),
    must_not_link: Pairs = (),
    progress: Progress | None = None,
) -> Linked:
    """Which of these records are one person?

    The answer depends neither on the order of the rows nor on chance.

    Args:
        records: one row per person record: record_id (unique) and any subset of linkage.FIELDS. Others are ignored.
        model: decides; without one, a model is learned from the records themselves, without labels.
        threshold: match probability from which a pair is a link, strictly between 0 and 1.
        must_link: pairs of record_ids a person decided to join.
        must_not_link: pairs of record_ids a person decided to keep apart; wins over must_link.
        progress: told (stage, share done from 0 to 1).

    Raises:
        ValueError: record_id is missing or repeated, the threshold is no probability, or a decision names no record.
    """
    check_records(records)
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold [{threshold}] is not strictly between 0 and 1")
    tell = progress or _silent
    must_link, must_not_link = list(must_link), list(must_not_link)
    tell("normalize", 0.0)
    nodes = collapse_records(records, {str(record) for pair in must_not_link for record in pair})
    must = _node_pairs(nodes, must_link, "must_link")
    must_not = _node_pairs(nodes, must_not_link, "must_not_link")
    tell("block", 0.3)
    pairs = candidate_pairs(nodes.table)
    tell("compare", 0.4)
    levels = compare_pairs(nodes.table, pairs.left, pairs.right)
    tell("train", 0.7)
    notes = list(nodes.notes)
    if model is None:
        model, training_notes = train_model(nodes.table, levels)
        notes += training_notes
    tell("score", 0.8)
    scorer = make_scorer(nodes.table, model)
    weights = scorer.weights(levels, pairs.left)
    tell("cluster", 0.85)
    found = _cluster(scorer, pairs, weights, threshold, must, must_not)
    notes += _clustering_notes(found, pairs)
    tell("done", 1.0)
    return Linked(
        clusters=_clusters_table(nodes, found.labels),
        pairs=_pairs_table(nodes, pairs, levels, weights),
        model=model,
        weight_histogram=_weight_histogram(weights),
        blocking=pairs.report,
        threshold=threshold,
        notes=tuple(notes),
    )
