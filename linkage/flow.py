"""From records to persons: normalise, collapse, block, train, scan, cluster. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.blocking import BlockingPlan, BlockingRule, plan_blocks
from linkage.clustering import Clustering, Links, Refusals, cluster_nodes
from linkage.comparisons import COMPARISONS, levels_of
from linkage.encoding import MISSING, Column, EncodedTable, column_of, encode_columns
from linkage.grouping import group_by
from linkage.model import Model
from linkage.normalize import FIELDS, normalize_table
from linkage.scanning import ComparedPairs, count_patterns, sampled_plan, scan
from linkage.scoring import Scorer, make_scorer, pattern_weights, probability_of, weight_of
from linkage.training import train_model

DEFAULT_THRESHOLD = 0.7
"""Match probability from which a pair is a link; whether two groups joined by links are one person is then asked of all
their pairs together. Measured on eleven labelled sets: from 0.5 to 0.9 precision gains .0006 and recall loses .004 on
average; 0.7 keeps most of both."""

LOWEST_PROBABILITY_KEPT = 0.01
"""Match probability below which a compared pair is not listed: nobody would review it."""

MOST_RECORDS_OF_ONE_PERSON = 10_000
"""Records. A row repeated more often is the default of some system, not a person: each stays by itself."""

PAIRS_TO_LEARN_FROM = 4_000_000
"""Candidate pairs. Where there are more, whole blocks are left out of training, evenly; what is learned no longer
changes in the third digit."""

IDENTITY_FIELDS = ("first_name", "last_name", "birth_date")

Progress = Callable[[str, float], None]
Pairs = Iterable[tuple[str, str]]
Records = pd.DataFrame | pa.Table


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
class Nodes:
    """Which distinct sets of evidence do the records hold?

    Attributes:
        record_ids: of all records, sorted.
        node_of: the node of each record; -1 for records that are left out.
        first_record: the smallest record of each node, as a place in record_ids; ascending.
        table: the nodes, encoded, in the same order.
        missing_counts: per field the records hold, how many of them have no value.
        notes: counts of what was collapsed and left out.
    """

    record_ids: np.ndarray
    node_of: np.ndarray
    first_record: np.ndarray
    table: EncodedTable
    missing_counts: dict[str, int]
    notes: tuple[str, ...]


def _as_table(records: Records) -> pa.Table:
    """Which Arrow table of normalised evidence do these records make? Raises ValueError if they cannot be linked."""
    names = records.column_names if isinstance(records, pa.Table) else list(records.columns)
    if "record_id" not in names:
        raise ValueError("the records have no column [record_id]")
    table = normalize_table(records)
    ids = table.column("record_id")
    if ids.null_count:
        raise ValueError(f"{ids.null_count} records have no record_id")
    repeated = table.num_rows - pc.count_distinct(ids).as_py()
    if repeated:
        raise ValueError(f"record_id is not unique: {repeated} rows repeat an id")
    return table


def _sorted_columns(table: pa.Table) -> tuple[np.ndarray, dict[str, Column]]:
    """Which record ids and columns does this table hold, sorted by record id?"""
    ids = table.column("record_id").combine_chunks()
    order = pc.sort_indices(ids).to_numpy()
    columns = {
        name: column_of(_one_chunk(table.column(name))).at(order) for name in FIELDS if name in table.column_names
    }
    return ids.to_numpy(zero_copy_only=False)[order], columns


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Which one array is this dictionary column?"""
    found = column.unify_dictionaries().combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


def _is_identified(columns: dict[str, Column], size: int) -> np.ndarray:
    """Which records bear a first name, a last name and a full birth date?"""
    if not set(IDENTITY_FIELDS) <= set(columns):
        return np.zeros(size, dtype=bool)
    dates = columns["birth_date"]
    is_full = np.array([len(text) == len("YYYY-MM-DD") for text in dates.values.to_pylist()], dtype=bool)
    return dates.by_value(is_full) & (columns["first_name"].codes >= 0) & (columns["last_name"].codes >= 0)


def collapse_records(records: Records, kept_single: set[str]) -> Nodes:
    """Which nodes do these records form?

    Records equal in every field become one node if they bear a full name and birth date. Those in kept_single (somebody
    decided about them one by one) stay single. Rows repeated more than MOST_RECORDS_OF_ONE_PERSON times are left out.
    """
    ids, columns = _sorted_columns(_as_table(records))
    group = np.zeros(len(ids), dtype=np.int64)
    if columns and len(ids):
        group = group_by([column.codes for column in columns.values()], missing_counts=True)[0].astype(np.int64)
    sizes = np.bincount(group)[group] if len(group) else group
    is_left_out = sizes > MOST_RECORDS_OF_ONE_PERSON
    is_single = ~_is_identified(columns, len(ids))
    if kept_single:
        is_single |= np.isin(ids.astype(object), np.array(sorted(kept_single), dtype=object))
    key = np.where(is_single, np.arange(len(ids)) + len(ids), group)
    kept = np.flatnonzero(~is_left_out)
    grouped, count = group_by([key[kept]], missing_counts=False) if len(kept) else (kept, 0)
    first = np.full(count, len(ids), dtype=np.int64)
    np.minimum.at(first, grouped, np.arange(len(kept)))
    node_of = np.full(len(ids), MISSING, dtype=np.int64)
    node_of[kept] = grouped
    first_record = kept[first]
    notes = []
    if len(kept) > len(first_record):
        notes.append(f"{len(kept) - len(first_record)} of the records repeat another one in every field")
    if is_left_out.any():
        notes.append(f"{int(is_left_out.sum())} records repeat one row too often to be a person; each stays by itself")
    table = encode_columns({name: column.at(first_record) for name, column in columns.items()}, len(first_record))
    missing = {name: int((column.codes < 0).sum()) for name, column in columns.items()}
    return Nodes(ids, node_of, first_record, table, missing, tuple(notes))


def node_pairs(nodes: Nodes, pairs: Pairs, name: str) -> list[tuple[int, int]]:
    """Which nodes do these decisions on record ids speak of? Sorted; raises ValueError for ids that are not there."""
    wanted = [(str(a), str(b)) for a, b in pairs]
    if not wanted:
        return []
    place = pd.Index(nodes.record_ids)
    found = place.get_indexer([record for pair in wanted for record in pair]).reshape(-1, 2)
    if (found < 0).any():
        raise ValueError(
            f"{name}: {int((found < 0).any(axis=1).sum())} pairs name a record_id that is not in the records"
        )
    numbered = nodes.node_of[found]
    numbered = numbered[(numbered >= 0).all(axis=1) & (numbered[:, 0] != numbered[:, 1])]
    return sorted({(int(min(pair)), int(max(pair))) for pair in numbered})


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
    notes = list(nodes.notes)
    every = -(-plan.pair_count // PAIRS_TO_LEARN_FROM)
    sample = sampled_plan(plan, every)
    patterns, counts = count_patterns(nodes.table, sample, lambda share: tell("train", share), threads)
    counts *= max(every, 1)
    if model is None:
        model, training_notes = train_model(nodes.table, patterns, counts)
        notes += training_notes
    scorer = make_scorer(nodes.table, model)
    lowest = min(weight_of(LOWEST_PROBABILITY_KEPT), weight_of(threshold))
    pairs = score_candidates(scorer, plan, lowest, lambda share: tell("score", share), threads)
    tell("cluster", 0.0)
    is_link = pairs.weight >= weight_of(threshold)
    links = Links(pairs.left[is_link], pairs.right[is_link], pairs.weight[is_link])
    found = cluster_nodes(nodes.table.size, links, weight_of(threshold), scorer.score, must, must_not)
    notes += _clustering_notes(found, plan)
    tell("done", 1.0)
    return Linked(
        clusters=clusters_table(nodes, found.labels),
        pairs=_pairs_table(nodes, plan, pairs),
        refusals=_refusals_table(nodes, found.refusals),
        model=model,
        weight_histogram=weight_histogram(model, patterns, counts),
        blocking=blocking_table(plan, pairs.compared_by_rule),
        threshold=threshold,
        candidate_pair_count=int(pairs.compared_by_rule.sum()),
        fields=pd.DataFrame(nodes.missing_counts.items(), columns=["field", "missing_count"]),
        notes=tuple(notes),
    )
