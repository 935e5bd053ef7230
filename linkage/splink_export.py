"""How does a model run on many machines? As Splink settings, whose scored pairs come back through our clustering.

Splink knows two kinds of pairs, match and chance. That part of a model goes out, one settings file per SQL dialect,
with the records as its levels read them. Households, contradictions and the weighing of whole groups stay here.
Households and contradictions only lower a weight: what Splink leaves out at a threshold would be no link here either.

What is written:

- `settings.json`: levels, m, u, prior and blocking rules. Holds no value of any record.
- `records.parquet`: one row per distinct set of evidence, under the smallest record_id that has it. Personal.
- `term_frequencies/<column>.parquet`: how frequent each value counts as, held towards the average. Personal.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.blocking import BLOCKING_RULES, BlockingPlan, BlockingRule, plan_blocks
from linkage.clustering import Links, cluster_nodes
from linkage.codes import MISSING, Column
from linkage.comparisons import COLUMN_OF, COMPARISONS, Comparison
from linkage.encoding import EncodedTable
from linkage.linked import clusters_table
from linkage.model import Model
from linkage.nodes import Nodes, Records, collapse_records
from linkage.scoring import LOWEST_FREQUENCY, LOWEST_NAME_FREQUENCY, TERMS, make_scorer, term_bits, weight_of
from linkage.splink_levels import DIALECTS, LEVELS, Dialect, Level

PAIR_COLUMNS = (("record_id_l", "record_id_r"), ("unique_id_l", "unique_id_r"))
"""What the two records of a pair may be called: as our settings name them, or as Splink does by itself."""

ONE_WORD = ("first_name", "middle_name", "last_name")
TEXTS = ("suffix", "sex", "ssn", "phone", "email", "email_local", "house_number", "street_name", "street_address",
         "postcode", "city", "state")  # fmt: skip
"""Columns of records.parquet that hold text: names in one word; the rest as normalised."""


# --- settings --------------------------------------------------------------------------------------------------------


def _is_used(comparison: Comparison, fields: frozenset[str] | None) -> bool:
    """Do the records hold what this comparison needs? A place is known by any of its parts."""
    needed = set(comparison.fields) if comparison.name == "place" else {comparison.name}
    return fields is None or bool(needed & fields)


def _level_settings(model: Model, comparison: Comparison, level: Level) -> dict[str, object]:
    """How does Splink write this level?"""
    if level.level == MISSING:
        return {"sql_condition": level.sql, "label_for_charts": "missing", "is_null_level": True}
    shares = model.parameters[comparison.name]
    settings: dict[str, object] = {
        "sql_condition": level.sql,
        "label_for_charts": comparison.labels[level.level],
        "m_probability": shares.m[level.level],
        "u_probability": shares.u[level.level],
    }
    if level.has_terms:
        settings |= {"tf_adjustment_column": comparison.term_field, "disable_tf_exact_match_detection": True}
        if comparison.name != "birth_date":
            settings["tf_minimum_u_value"] = LOWEST_FREQUENCY.get(comparison.name, LOWEST_NAME_FREQUENCY)
    return settings


def _comparison_settings(model: Model, comparison: Comparison, engine: Dialect) -> dict[str, object]:
    """How does Splink write this comparison?"""
    levels = [_level_settings(model, comparison, level) for level in LEVELS[comparison.name](engine)]
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _block_column(rule: BlockingRule) -> str:
    """Which column holds the block of each record under this rule?"""
    return "block_" + "_".join(rule.parts)


def splink_settings(
    model: Model, dialect: str, rules: tuple[BlockingRule, ...] = BLOCKING_RULES, fields: frozenset[str] | None = None
) -> dict[str, object]:
    """Which Splink settings say what this model says, match against chance?

    Args:
        model: its levels, m, u and prior.
        dialect: duckdb or spark.
        rules: which records are compared.
        fields: which fields the records hold; without it, all comparisons are written.

    Raises:
        ValueError: there is no such dialect.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"the dialect [{dialect}] is not known; there are {', '.join(DIALECTS)}")
    used = [comparison for comparison in COMPARISONS if _is_used(comparison, fields)]
    blocks = [_block_column(rule) for rule in rules]
    return {
        "link_type": "dedupe_only",
        "sql_dialect": dialect,
        "linker_uid": model.model_id,
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": model.match_share / (1.0 - model.household_share),
        "retain_matching_columns": False,  # the values themselves would be written beside every pair
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{block} = r.{block}", "sql_dialect": dialect} for block in blocks
        ],
        "comparisons": [_comparison_settings(model, comparison, DIALECTS[dialect]) for comparison in used],
    }


# --- records ---------------------------------------------------------------------------------------------------------


def _taken(values: pa.Array, codes: np.ndarray) -> pa.Array:
    """Which value has each code? Null where it is MISSING."""
    return pc.take(values.cast(pa.string()), pa.array(codes, mask=codes == MISSING))


def _one_word(column: Column) -> pa.Array:
    """Which name, without its spaces, has each node?"""
    return _taken(pc.replace_substring(column.values, " ", ""), column.codes)


def _numbers(parts: np.ndarray) -> pa.Array:
    """Which number is each part of a date? Null where it is 0, not known."""
    return pa.array(parts.astype(np.int32), mask=parts == 0)


def _full_dates(table: EncodedTable) -> pa.Array:
    """Which eight digits, YYYYMMDD, are each birth date? Null where its day is not known."""
    dates = table.dates
    digits = dates.year.astype(np.int64) * 10_000 + dates.month.astype(np.int64) * 100 + dates.day
    return pc.utf8_lpad(pa.array(digits, mask=dates.day == 0).cast(pa.string()), 8, "0")


def _lists(tokens: np.ndarray) -> pa.ListArray:
    """Which list of tokens has each node? One row of numbers each, -1 is none; numbered anew as they first occur."""
    is_token = tokens >= 0
    ends = np.concatenate([[0], np.cumsum(is_token.sum(axis=1))]).astype(np.int32)
    _, first, token = np.unique(tokens[is_token], return_index=True, return_inverse=True)
    number = np.argsort(np.argsort(first)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(number[token]))


def _tokens_of(table: EncodedTable, name: str, tokens: np.ndarray) -> np.ndarray:
    """Which tokens has each node in this column? -1 is none."""
    none = np.full((1, tokens.shape[1]), MISSING, dtype=np.int32)
    return np.concatenate([tokens, none])[table.codes(name)]


def _columns_of(table: EncodedTable) -> dict[str, pa.Array]:
    """Which columns do the levels read?"""
    columns = {name: _one_word(table.columns[name]) for name in ONE_WORD}
    columns |= {name: _taken(table.columns[name].values, table.columns[name].codes) for name in TEXTS}
    columns |= {f"birth_{part}": _numbers(getattr(table.dates, part)) for part in ("year", "month", "day")}
    surnames = [
        _tokens_of(table, "last_name", table.last_tokens.table),
        _tokens_of(table, "other_last_names", table.other_tokens.table),
    ]
    return columns | {
        "birth_date": _full_dates(table),
        "first_name_tokens": _lists(_tokens_of(table, "first_name", table.first_tokens.table)),
        "last_name_tokens": _lists(np.concatenate(surnames, axis=1)),
        "street_tokens": _lists(_tokens_of(table, "street_name", table.street_tokens.table)),
    }


def exported_records(nodes: Nodes, plan: BlockingPlan) -> pa.Table:
    """What does Splink read of these nodes? One row per node, under its smallest record_id, sorted by it.

    Beside what the levels read, one column per blocking rule: the number of the node's block, null where it is in none.
    Blocks that are too large are already left out.
    """
    ids = pa.array(nodes.record_ids[nodes.first_record], pa.string())
    blocks = {
        _block_column(rule): pa.array(plan.keys[:, place], mask=plan.keys[:, place] < 0)
        for place, rule in enumerate(plan.rules)
    }
    return pa.table({"record_id": ids, **_columns_of(nodes.table), **blocks})


def term_frequencies(records: pa.Table, table: EncodedTable, model: Model) -> dict[str, pa.Table]:
    """How frequent does each value count as? One table per column whose values' frequency counts.

    Splink would count by itself; these are held towards the average and from below, as linkage.scoring does it.
    """
    answer = {}
    bits = term_bits(table, model)
    for place, name in enumerate(TERMS):
        column = COMPARISONS[COLUMN_OF[name]].term_field
        assert column is not None
        texts = records[column].combine_chunks().dictionary_encode()
        codes = texts.indices.fill_null(MISSING).to_numpy()
        found, first = np.unique(codes, return_index=True)
        first = first[found != MISSING]
        frequency = model.parameters[name].u[-1] * np.exp2(bits[first, place].astype(np.float64))
        answer[column] = pa.table({column: texts.dictionary, f"tf_{column}": frequency})
    return {column: found for column, found in answer.items() if found.num_rows}


def export_splink(model: Model, records: Records | None, dialect: str, out: Path) -> None:
    """Which files make Splink weigh pairs as this model does? Writes them into the folder `out`.

    Args:
        model: decides.
        records: as linkage.dedupe takes them. Without them only settings.json is written, with everything a model may
            ask for.
        dialect: duckdb or spark.
        out: a folder; files of an earlier export are overwritten.

    Raises:
        ValueError: there is no such dialect, or the records cannot be linked.
    """
    if records is None:
        _write_settings(splink_settings(model, dialect), out)
        return
    nodes = collapse_records(records, set())
    plan = plan_blocks(nodes.table)
    _write_settings(splink_settings(model, dialect, plan.rules, nodes.table.fields), out)
    exported = exported_records(nodes, plan)
    pq.write_table(exported, out / "records.parquet")
    folder = out / "term_frequencies"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.parquet"):
        old.unlink()
    for column, found in term_frequencies(exported, nodes.table, model).items():
        pq.write_table(found, folder / f"{column}.parquet")


def _write_settings(settings: dict[str, object], out: Path) -> None:
    """Write the settings, the same model always as the same text."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


# --- back ------------------------------------------------------------------------------------------------------------


def _ids(pairs: pd.DataFrame | pa.Table) -> tuple[pd.Index, pd.Index]:
    """Which two records has each pair? Raises ValueError if no columns say so."""
    names = set(pairs.column_names if isinstance(pairs, pa.Table) else pairs.columns)
    for left, right in PAIR_COLUMNS:
        if {left, right} <= names:
            return tuple(pd.Index(pairs[name].to_pandas() if isinstance(pairs, pa.Table) else pairs[name]).astype(str)
                         for name in (left, right))  # fmt: skip
    raise ValueError("the pairs have no columns [record_id_l] and [record_id_r], nor [unique_id_l] and [unique_id_r]")


def pairs_of_nodes(pairs: pd.DataFrame | pa.Table, nodes: Nodes) -> tuple[np.ndarray, np.ndarray]:
    """Which two nodes has each pair? left < right, each pair once, sorted.

    Raises:
        ValueError: a pair names a record that is not there.
    """
    place = pd.Index(nodes.record_ids)
    found = np.stack([place.get_indexer(ids) for ids in _ids(pairs)])
    unknown = int((found < 0).any(axis=0).sum())
    if unknown:
        raise ValueError(f"{unknown} pairs name a record_id that is not in the records")
    low, high = np.sort(nodes.node_of[found], axis=0)
    is_pair = (low >= 0) & (low < high)
    words = np.unique(low[is_pair] << 32 | high[is_pair])
    return (words >> 32).astype(np.int32), (words & 0xFFFFFFFF).astype(np.int32)


def clusters_from_pairs(
    pairs: pd.DataFrame | pa.Table, records: Records, model: Model, threshold: float
) -> pd.DataFrame:
    """Which records are one person, if only these pairs are candidates?

    Every pair is weighed again by the whole model, households and contradictions included; the weights that came with
    it are not read. That costs less than reading the pairs, and what engines compute differently is decided here.

    Args:
        pairs: record_id_l and record_id_r (or unique_id_l and unique_id_r), in any order; other columns are ignored.
        records: the same records that were exported.
        model: the same model.
        threshold: match probability from which a pair is a link, strictly between 0 and 1.

    Returns:
        One row per record, sorted by record_id: record_id, cluster_id (the smallest record_id of the cluster).

    Raises:
        ValueError: a pair names a record that is not there, or the threshold is no probability.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold [{threshold}] is not strictly between 0 and 1")
    nodes = collapse_records(records, set())
    left, right = pairs_of_nodes(pairs, nodes)
    scorer = make_scorer(nodes.table, model)
    weights, _ = scorer.score(left, right)
    cut = weight_of(threshold)
    links = Links(left, right, weights).where(weights >= cut)
    labels = cluster_nodes(nodes.table.size, links, cut, scorer.score, [], []).labels
    return clusters_table(nodes, labels)
