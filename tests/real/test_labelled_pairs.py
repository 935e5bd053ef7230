"""Does the linkage agree with people who labelled pairs by hand, and with files whose truth is known?

Reads files nobody here wrote; skipped, saying so, where they are not at hand (OUTREACH_REAL_DATA names their folder).
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkage
from linkage.flow import collapse_records
from linkage.normalize import normalize_phone
from linkage.scoring import make_scorer, probability_of

DATA = Path(os.environ.get("OUTREACH_REAL_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def _folder(name: str) -> Path:
    """Where is this data set? Skips the test where it is not."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"no folder {name} with real data; OUTREACH_REAL_DATA may name where it is")
    return folder


COLUMNS = {
    "BIRTHDATE": "birth_date",
    "FIRST": "first_name",
    "LAST": "last_name",
    "SUFFIX": "suffix",
    "MAIDEN": "other_last_names",
    "GENDER": "sex",
    "ADDRESS": "street_address",
    "CITY": "city",
    "STATE": "state",
    "ZIP": "postcode",
    "SSN": "ssn",
}


def _iso(text: str) -> str | None:
    """Which day is this, written year first, or month first? Two-digit years are 1927 to 2026, by the age of the
    file."""
    found = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text)
    if found:
        return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    found = re.fullmatch(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})", text)
    if found:
        return f"{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}"
    found = re.fullmatch(r"(\d{1,2})[-/](\d{1,2})[-/](\d{2})", text)
    if not found:
        return None
    century = "19" if int(found[3]) > 26 else "20"
    return f"{century}{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}"


def _persons(path: Path, mark: str) -> pd.DataFrame:
    """Which person records does this file hold? The row with too many cells is read as far as its columns go."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pd.DataFrame(
        [{field: (row.get(column) or "").strip() or None for column, field in COLUMNS.items()} for row in rows]
    )
    table["birth_date"] = [_iso(text or "") for text in table["birth_date"]]
    table["record_id"] = [f"{mark}{number:05d}" for number in range(len(rows))]
    table["match_id"] = [row["Match Id"].strip() for row in rows]
    table["label"] = [(row.get("Expected Result") or "").strip() for row in rows]
    return table


def _labelled(folder: Path, name: str) -> pd.DataFrame:
    """What probability does each labelled row get of being the seed person it is labelled against?"""
    seed, rows = _persons(folder / "nbs_seed.csv", "S"), _persons(folder / name, "T")
    rows = rows[rows["label"].isin(["match", "no_match", "possible_match"])]
    model = linkage.dedupe(seed.drop(columns=["match_id", "label"])).model
    records = pd.concat([seed, rows], ignore_index=True)
    nodes = collapse_records(records.drop(columns=["match_id", "label"]), set(records["record_id"]))
    node = dict(zip(nodes.record_ids, nodes.node_of, strict=False))
    pairs = rows.merge(seed[["match_id", "record_id"]], on="match_id", suffixes=("", "_seed"))
    left = np.array([node[i] for i in pairs["record_id_seed"]])
    right = np.array([node[i] for i in pairs["record_id"]])
    scorer = make_scorer(nodes.table, model)
    weights, _ = scorer.score(left, right)
    return pairs.assign(probability=probability_of(weights))


@pytest.mark.parametrize(("name", "fewest_matches_found"), [("better_test.csv", 0.95), ("expanded_nbs_test.csv", 0.94)])
def test_pairs_labelled_match_are_linked(name: str, fewest_matches_found: float) -> None:
    """The labels say what one rule set of the CDC should answer, so rows labelled no_match are often the same person
    with a value blanked or misspelt. Only the rows labelled match are a fair floor."""
    pairs = _labelled(_folder("cdc_recordlinker"), name)
    found = pairs["probability"] >= linkage.DEFAULT_THRESHOLD
    shares = found.groupby(pairs["label"]).mean()
    assert shares["match"] >= fewest_matches_found, shares.to_dict()


def test_seed_persons_stay_apart() -> None:
    """1,044 made-up persons must remain apart, but for the few rows that share SSN and birth date with another."""
    seed = _persons(_folder("cdc_recordlinker") / "nbs_seed.csv", "S")
    clusters = linkage.dedupe(seed.drop(columns=["match_id", "label"])).clusters
    assert clusters["cluster_id"].nunique() >= len(seed.drop_duplicates(["ssn", "birth_date"])) - 1


def test_generated_persons_of_uganda() -> None:
    """5,000 records, 1,000 true links, names unlike those the starting values come from."""
    path = _folder("opencr") / "uganda_data_v21_20201501.csv"
    raw = pd.read_csv(path, dtype=str, skipinitialspace=True)
    records = pd.DataFrame(
        {
            "record_id": raw["rec_id"].str.strip(),
            "first_name": raw["given_name"],
            "last_name": raw["surname"],
            "sex": raw["sex"],
            "birth_date": raw["date_of_birth"].str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True),
            "phone": [normalize_phone(text, "UG") for text in raw["phone_number"]],
        }
    )
    truth = records[["record_id"]].assign(person_truth=records["record_id"].str.extract(r"rec-(\d+)-")[0])
    assert linkage.evaluate_clusters(linkage.dedupe(records).clusters, truth).f1 >= 0.995
