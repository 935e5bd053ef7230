"""Which records are one person, if the Python toolkit recordlinkage is asked the way its documentation shows?

    python -m benchmarks.peers.recordlinkage_peer PEOPLE.parquet --out CLUSTERS.parquet [--block-on a,b …]

Block indexes on the fields present, exact and Jaro-Winkler comparisons cut to agree or not, its unsupervised ECM
classifier from Jaro's starting values, and connected components of the matches. Writes record_id and cluster_id; prints
counts and seconds as JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from pathlib import Path

import duckdb
import pandas as pd
import recordlinkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.peers import splink_peer

SIMILAR = 0.85
"""Jaro-Winkler similarity from which two texts agree; the toolkit's documentation says so."""

SHARED_BY_TOO_MANY = 60
"""Records. By the rules below a larger block is left out, else one common value would make millions of pairs for a
toolkit that holds all of them in memory. Rules somebody names bring every pair they find."""

BY_TEXT = ("first_name", "last_name", "street_address", "city")
BY_VALUE = ("birth_date", "ssn", "phone", "email", "postcode", "sex", "state", "suffix")
RULES = (
    "ssn", "phone,first_name", "email", "first_name,last_name", "last_name,birth_date", "first_name,birth_date",
    "birth_date,city",
)  # fmt: skip
"""Rules that mostly bring one person together. With rules by postcode or street the classifier took families for
persons: F1 fell from .8 to .03 on a set with households."""


def read_people(path: Path) -> pd.DataFrame:
    """Which records does the table hold? Cleaned as Splink gets them, by record_id."""
    connection = duckdb.connect()
    fields = splink_peer.read_people(connection, path)
    return connection.table("people").select(", ".join(["record_id", *fields])).df().set_index("record_id")


def candidates(people: pd.DataFrame, rules: list[str], largest: float) -> pd.MultiIndex:
    """Which pairs are compared? Those that agree in all fields of some rule, in blocks of at most `largest` records."""
    found = pd.MultiIndex.from_arrays([[], []])
    for rule in rules:
        fields = rule.split(",")
        known = people.dropna(subset=fields)
        sizes = known.groupby(fields, sort=False)[fields[0]].transform("size")
        usable = known[(sizes > 1) & (sizes <= largest)]
        if len(usable):
            found = found.union(recordlinkage.Index().block(fields).index(usable))
    return found


def agreements(people: pd.DataFrame, pairs: pd.MultiIndex) -> pd.DataFrame:
    """Where do the pairs agree? One column per field, 1 or 0; a missing value agrees with nothing."""
    compare = recordlinkage.Compare()
    for field in people.columns:
        if field in BY_TEXT:
            compare.string(field, field, method="jarowinkler", threshold=SIMILAR, label=field)
        elif field in BY_VALUE:
            compare.exact(field, field, label=field)
    return compare.compute(pairs, people)


def matches(levels: pd.DataFrame) -> pd.MultiIndex:
    """Which pairs are one person, by the ECM classifier? A field in which all pairs agree alike is left out."""
    telling = levels.loc[:, levels.nunique() > 1]
    return recordlinkage.ECMClassifier(init="jaro", binarize=None).fit_predict(telling)


def clusters(people: pd.DataFrame, linked: pd.MultiIndex) -> pd.DataFrame:
    """Which records hang together? record_id, cluster_id."""
    left, right = (people.index.get_indexer(linked.get_level_values(side)) for side in (0, 1))
    graph = coo_matrix(([1] * len(linked), (left, right)), shape=(len(people), len(people)))
    labels = connected_components(graph, directed=False)[1]
    return pd.DataFrame({"record_id": people.index, "cluster_id": labels.astype(str)})


def link(path: Path, out: Path, rules: list[str]) -> dict[str, object]:
    """Which records are one person? Writes the clusters and answers counts and seconds."""
    began = time.perf_counter()
    people = read_people(path)
    if rules:
        pairs = candidates(people, rules, math.inf)
    else:
        pairs = candidates(people, splink_peer.possible(RULES, list(people.columns)), SHARED_BY_TOO_MANY)
    levels = agreements(people, pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linked = matches(levels)
    out.parent.mkdir(parents=True, exist_ok=True)
    clusters(people, linked).to_parquet(out, index=False)
    return {"candidate_pairs": len(pairs), "seconds": round(time.perf_counter() - began, 2)}


def main() -> None:
    """Read the arguments, link, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--block-on", nargs="+", default=[], help="rules such as first_name,birth_date")
    told = parser.parse_args()
    print(json.dumps(link(told.people, told.out, told.block_on)))


if __name__ == "__main__":
    main()
