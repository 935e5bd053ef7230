"""Do DuckDB and Spark weigh pairs as our kernel does, and what do the clusters that come back lose?

    python -m benchmarks.splink_export [--dialects duckdb spark] [--records 10000]

A made-up town and febrl4 are deduplicated here; the model learned is exported, Splink scores all candidate pairs, and
its pairs come back through our clustering. Prints one JSON line per set and dialect. Spark needs the dependency group
`spark` and Java 17.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

import linkage
from benchmarks.panel import SETS
from linkage.clustering import Links, cluster_nodes
from linkage.comparisons import COMPARISONS, LEVEL_COUNTS, LEVEL_SLOTS, compare_pairs, levels_of
from linkage.flow import clusters_table, collapse_records
from linkage.scoring import EXCHANGED_LEVEL, TERMS, Scorer, level_bits, make_scorer, weight_of
from linkage.splink_export import clusters_from_pairs, export_splink
from linkage.splink_levels import DIALECTS, LEVELS

NEAR_A_CUT = 0.25
"""Bits around the link threshold within which a pair counts as near it."""


# --- Splink ----------------------------------------------------------------------------------------------------------


def score_pairs(database, tables: Callable[[Path], object], folder: Path, lowest: float | None):
    """How does Splink score the exported records? All candidate pairs unless told a lowest probability; with gammas."""
    from splink import Linker

    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    settings["retain_matching_columns"] = True  # Splink writes the levels only beside the values
    linker = Linker(database.register(tables(folder / "records.parquet")), settings, log_level="ERROR")
    for path in sorted((folder / "term_frequencies").glob("*.parquet")):
        linker.table_management.register_term_frequency_lookup(database.register(tables(path)), path.stem)
    return linker.inference.predict(threshold_match_probability=lowest)


def wanted(columns: list[str]) -> list[str]:
    """Which columns of scored pairs are looked at? Ids, weights and levels; not the values."""
    return [name for name in columns if name.startswith(("record_id_", "match_weight", "match_probability", "gamma_"))]


def score_on_duckdb(folder: Path, lowest: float | None = None) -> pd.DataFrame:
    """How does Splink score the exported records on DuckDB?"""
    import duckdb
    from splink import DuckDBAPI

    with duckdb.connect() as connection:
        database = DuckDBAPI(connection=connection)
        pairs = score_pairs(database, lambda path: connection.read_parquet(str(path)), folder, lowest)
        found = pairs.as_duckdbpyrelation()
        return found.select(*wanted(found.columns)).df()


@contextmanager
def spark_session() -> Iterator:
    """Which Spark runs on this machine alone, with the similarity functions of Splink's wheel?"""
    from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]
    from splink.backends.spark import similarity_jar_location

    options = {
        "spark.jars": similarity_jar_location(),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("linkage")
    session = builder.config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def score_on_spark(folder: Path, lowest: float | None = None) -> pd.DataFrame:
    """How does Splink score the exported records on a Spark of this machine?"""
    from splink.backends.spark import SparkAPI

    with spark_session() as session:
        database = SparkAPI(spark_session=session, break_lineage_method="persist")
        found = score_pairs(database, lambda path: session.read.parquet(str(path)), folder, lowest).as_spark_dataframe()
        return found.select(*wanted(found.columns)).toPandas()


SCORE = {"duckdb": score_on_duckdb, "spark": score_on_spark}


# --- beside our kernel -----------------------------------------------------------------------------------------------


def levels_from(pairs: pd.DataFrame) -> np.ndarray:
    """Which levels of linkage.comparisons did Splink find? One row per pair, one column per comparison.

    Splink counts its levels from the bottom; two of them may stand for one of ours.
    """
    answer = np.full((len(pairs), len(COMPARISONS)), -1, dtype=np.int8)
    for column, comparison in enumerate(COMPARISONS):
        name = f"gamma_{comparison.name}"
        if name in pairs:
            from_bottom = [found.level for found in LEVELS[comparison.name](DIALECTS["duckdb"])[:0:-1]]
            answer[:, column] = np.array([*from_bottom, -1], dtype=np.int8)[pairs[name].to_numpy()]
    return answer


def two_class_weights(scorer: Scorer, patterns: np.ndarray, left: np.ndarray) -> np.ndarray:
    """What is the weight of match against chance alone, in bits? What Splink is asked for."""
    model, levels = scorer.weigher.model, levels_of(patterns).astype(np.int64)
    bits = (level_bits(model, "m") - level_bits(model, "u")).reshape(len(COMPARISONS), LEVEL_SLOTS)
    weights = np.full(len(patterns), scorer.weigher.prior_bits)
    is_exchanged = levels[:, 0] == EXCHANGED_LEVEL
    for column, comparison in enumerate(COMPARISONS):
        weights += bits[column, levels[:, column] + 1]
        if comparison.name in TERMS:
            is_equal = levels[:, column] == LEVEL_COUNTS[column] - 1
            counts = is_equal & ~(is_exchanged & (comparison.name == "last_name"))
            weights -= np.where(counts, scorer.weigher.terms[left, TERMS.index(comparison.name)], 0.0)
    return weights


def agreement(model: linkage.Model, records: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, object]:
    """How far do Splink's levels and weights agree with ours, on the pairs it scored?"""
    nodes = collapse_records(records, set())
    place = pd.Index(nodes.record_ids)
    left, right = (nodes.node_of[place.get_indexer(pairs[name].astype(str))] for name in ("record_id_l", "record_id_r"))
    scorer = make_scorer(nodes.table, model)
    patterns = compare_pairs(nodes.table, left, right)
    differs = levels_of(patterns) != levels_from(pairs)
    same = ~differs.any(axis=1)
    splink, cut = pairs["match_weight"].to_numpy(), weight_of(linkage.DEFAULT_THRESHOLD)
    ours = two_class_weights(scorer, patterns, left)
    apart = np.abs(ours - splink)
    by_name = {found.name: int(count) for found, count in zip(COMPARISONS, differs.sum(axis=0), strict=True) if count}
    return {
        "pairs": len(pairs),
        "same_levels": float(same.mean()),
        "other_level_pairs": int((~same).sum()),
        "other_levels_by_comparison": by_name,
        "largest_difference_bits": float(apart.max(initial=0.0)),
        "largest_difference_at_same_levels_bits": float(apart[same].max(initial=0.0)),
        "pairs_near_the_threshold": int((np.abs(ours - cut) < NEAR_A_CUT).sum()),
        "pairs_on_the_other_side": int(((ours >= cut) != (splink >= cut)).sum()),
    }


def clusters_trusting(pairs: pd.DataFrame, records: pd.DataFrame, model: linkage.Model) -> pd.DataFrame:
    """Which records are one person if Splink's weights say what a link is? Groups are weighed by us all the same."""
    nodes, cut = collapse_records(records, set()), weight_of(linkage.DEFAULT_THRESHOLD)
    place = pd.Index(nodes.record_ids)
    ends = [nodes.node_of[place.get_indexer(pairs[name].astype(str))] for name in ("record_id_l", "record_id_r")]
    left, right = np.sort(np.stack(ends), axis=0).astype(np.int32)
    links = Links(left, right, pairs["match_weight"].to_numpy()).where(pairs["match_weight"].to_numpy() >= cut)
    scorer = make_scorer(nodes.table, model)
    return clusters_table(nodes, cluster_nodes(nodes.table.size, links, cut, scorer.score, [], []).labels)


def measure(name: str, records: pd.DataFrame, dialect: str, folder: Path) -> dict[str, object]:
    """What becomes of this set on this engine? Levels, weights, and the clusters that come back beside dedupe's."""
    linked = linkage.dedupe(records)
    began = time.perf_counter()
    export_splink(linked.model, records, dialect, folder)
    exported = time.perf_counter()
    pairs = SCORE[dialect](folder)
    scored = time.perf_counter()
    kept = pairs[pairs["match_probability"] >= 0.5]
    clusters = clusters_from_pairs(kept, records, linked.model, linkage.DEFAULT_THRESHOLD)
    ended = time.perf_counter()
    return {
        "set": name,
        "dialect": dialect,
        "records": len(records),
        **agreement(linked.model, records, pairs),
        "candidate_pairs_here": linked.candidate_pair_count,
        "pairs_kept": len(kept),
        "f1_dedupe": linkage.evaluate_clusters(linked.clusters, records).f1,
        "f1_trusting_splinks_weights": linkage.evaluate_clusters(
            clusters_trusting(kept, records, linked.model), records
        ).f1,
        "f1_back": linkage.evaluate_clusters(clusters, records).f1,
        "records_in_another_cluster": int((clusters["cluster_id"] != linked.clusters["cluster_id"]).sum()),
        "seconds": {
            "export": round(exported - began, 2),
            "score": round(scored - exported, 1),
            "back": round(ended - scored, 2),
        },
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialects", nargs="+", choices=sorted(SCORE), default=sorted(SCORE))
    parser.add_argument("--records", type=int, default=10_000, help="of the made-up town")
    told = parser.parse_args()
    from tests.linkage.households import made_up_town

    sets = {"town": made_up_town(told.records), "febrl4": SETS["febrl4"]()}
    for name, records in sets.items():
        for dialect in told.dialects:
            with tempfile.TemporaryDirectory() as folder:
                print(json.dumps(measure(name, records, dialect, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
