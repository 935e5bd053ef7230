"""What happens with tables nobody should send?"""

from __future__ import annotations

import time

import pandas as pd
import pytest

import linkage
from linkage.model import Model


@pytest.mark.parametrize("count", [0, 1, 2, 10])
def test_small_tables_work_and_say_what_was_not_learned(count: int) -> None:
    records = pd.DataFrame({"record_id": [f"r{i}" for i in range(count)], "last_name": [None] * count}, dtype=object)
    linked = linkage.dedupe(records)
    assert linked.clusters["cluster_id"].tolist() == [f"r{i}" for i in range(count)]
    assert any("too few" in note for note in linked.notes)
    assert linked.pairs.empty


def test_records_without_any_evidence_stay_single() -> None:
    records = pd.DataFrame({"record_id": ["a", "b", "c"]})
    assert linkage.dedupe(records).clusters["cluster_id"].tolist() == ["a", "b", "c"]


def test_a_row_repeated_without_end_neither_hangs_nor_makes_a_giant() -> None:
    row = {"first_name": "ANA", "last_name": "LOPEZ", "birth_date": "1984-03-05", "phone": "9138291234"}
    records = pd.DataFrame([row] * 300_000).assign(record_id=[f"r{i:07d}" for i in range(300_000)])
    start = time.process_time()
    linked = linkage.dedupe(records)
    assert time.process_time() - start < 20
    assert linked.clusters["cluster_id"].is_unique
    assert any("repeat one row too often" in note for note in linked.notes)


def test_sixty_equal_records_are_one_person() -> None:
    row = {"first_name": "ANA", "last_name": "LOPEZ", "birth_date": "1984-03-05"}
    records = pd.DataFrame([row] * 60).assign(record_id=[f"r{i:02d}" for i in range(60)])
    linked = linkage.dedupe(records)
    assert set(linked.clusters["cluster_id"]) == {"r00"}
    assert linked.weight_histogram["pair_count"].sum() == 0


def test_a_value_shared_by_everyone_joins_nobody() -> None:
    size = 2000
    names = ["".join(chr(65 + (i // 26**k) % 26) for k in range(5)) for i in range(size)]
    records = pd.DataFrame(
        {
            "record_id": [f"r{i:05d}" for i in range(size)],
            "first_name": names,
            "last_name": names[::-1],
            "phone": "9138291234",
            "street_address": "100 SHELTER RD",
            "ssn": "512341234",
        }
    )
    linked = linkage.dedupe(records)
    assert linked.clusters["cluster_id"].value_counts().max() <= 2
    assert linked.blocking["purged_block_count"].sum() >= 2
    assert linked.blocking.loc[linked.blocking["blocking_rule"] == "phone", "purged_record_count"].item() == size


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (pd.DataFrame({"first_name": ["ANA"]}), "record_id"),
        (pd.DataFrame({"record_id": ["a", "a"]}), "1 rows repeat"),
        (pd.DataFrame({"record_id": ["a", None]}), "1 records have no"),
    ],
)
def test_records_that_cannot_be_linked_are_refused(records: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        linkage.dedupe(records)


def test_a_threshold_or_decision_that_cannot_be_is_refused() -> None:
    records = pd.DataFrame({"record_id": ["a", "b"], "last_name": ["LEE", "LEE"]})
    with pytest.raises(ValueError, match="threshold"):
        linkage.dedupe(records, threshold=1.0)
    with pytest.raises(ValueError, match="1 pairs name"):
        linkage.dedupe(records, must_link=[("a", "x")])
    with pytest.raises(ValueError, match="not in the records"):
        linkage.explain_pair(records, linkage.dedupe(records).model, "a", "x")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"parameters": {}, "match_share": 1, "household_share": 0, "trained_on": 0}']
)
def test_a_file_that_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a linkage model"):
        Model.from_json(text)
