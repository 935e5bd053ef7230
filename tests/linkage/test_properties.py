"""What holds for every table, whatever is in it?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage
from linkage.comparisons import LEVEL_COUNTS, compare_pairs
from linkage.flow import collapse_records
from linkage.model import Model, starting_model, starting_parameters
from linkage.scoring import make_scorer
from linkage.training import rising_m
from tests.linkage.households import made_up_town

TOWN = made_up_town(600, seed=3)
MODEL = starting_model(600)
EVIDENCE = TOWN.drop(columns="person_truth")


def clusters_of(records: pd.DataFrame) -> dict[str, str]:
    return linkage.dedupe(records, model=MODEL).clusters.set_index("record_id")["cluster_id"].to_dict()


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(random) -> None:
    order = list(range(len(EVIDENCE)))
    random.shuffle(order)
    mixed, straight = linkage.dedupe(EVIDENCE.iloc[order]), linkage.dedupe(EVIDENCE)
    assert mixed.model == straight.model
    pd.testing.assert_frame_equal(mixed.clusters, straight.clusters)
    pd.testing.assert_frame_equal(mixed.pairs, straight.pairs)


def test_who_is_left_and_who_is_right_changes_nothing() -> None:
    nodes = collapse_records(EVIDENCE, set())
    left, right = np.triu_indices(nodes.table.size, 1)
    left, right = left[::7], right[::7]
    there, back = compare_pairs(nodes.table, left, right), compare_pairs(nodes.table, right, left)
    np.testing.assert_array_equal(there, back)
    scorer = make_scorer(nodes.table, MODEL)
    np.testing.assert_array_equal(scorer.weights(there, left), scorer.weights(back, right))


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, len(EVIDENCE) - 1), min_size=0, max_size=60))
def test_clusters_hold_every_record_exactly_once(rows: set[int]) -> None:
    records = EVIDENCE.iloc[sorted(rows)]
    clusters = linkage.dedupe(records).clusters
    assert clusters["record_id"].tolist() == sorted(records["record_id"])
    smallest = clusters.groupby("cluster_id")["record_id"].min()
    assert (smallest.index == smallest).all()


def test_a_far_away_record_moves_nobody() -> None:
    stranger = {"record_id": "Z", "first_name": "WOLFGANG", "last_name": "ZYX", "birth_date": "1931-07-31", "sex": "M"}
    before = clusters_of(EVIDENCE)
    after = clusters_of(pd.concat([EVIDENCE, pd.DataFrame([stranger])], ignore_index=True))
    assert after == {**before, "Z": "Z"}


def test_a_better_level_never_lowers_a_weight_that_was_learned() -> None:
    model = linkage.dedupe(made_up_town(2500, seed=5)).model
    for name, shares in model.parameters.items():
        assert (np.diff(np.log2(shares.m) - np.log2(shares.u)) >= -1e-6).all(), name


@given(
    st.lists(st.floats(1e-6, 1.0), min_size=4, max_size=4),
    st.lists(st.floats(1e-6, 1.0), min_size=4, max_size=4),
    st.floats(0, 1e6),
)
def test_weights_that_fall_are_refused(m: list[float], u: list[float], match_pairs: float) -> None:
    start = starting_parameters()["middle_name"]
    learned = type(start)(tuple(np.array(m) / sum(m)), tuple(np.array(u) / sum(u)), start.h)
    rising, refused = rising_m(learned, start, match_pairs)
    before, after = (np.log2(x) - np.log2(learned.u) for x in (learned.m, rising))
    if max(rising) < 1.0:
        assert (np.diff(after) >= -1e-9).all()
    if (np.diff(before) < 0).any() and min(learned.m) * match_pairs >= 5:
        assert refused


def test_starting_values_are_shares_whose_weights_rise() -> None:
    for (name, shares), count in zip(starting_parameters().items(), LEVEL_COUNTS, strict=True):
        for values in (shares.m, shares.u, shares.h):
            assert len(values) == count, name
            assert sum(values) == pytest.approx(1.0, abs=1e-4), name
        assert (np.diff(np.log2(shares.m) - np.log2(shares.u)) >= 0).all(), name


def test_a_model_survives_being_written_and_holds_no_value() -> None:
    model = linkage.dedupe(TOWN).model
    assert Model.from_json(model.to_json()) == model
    assert Model.from_json(model.to_json()).model_id == model.model_id
    values = {
        str(v)
        for f in ("first_name", "last_name", "ssn", "phone", "birth_date")
        for v in TOWN[f].dropna()
        if len(str(v)) > 4
    }
    assert not [value for value in values if value in model.to_json()]


def test_another_hash_seed_changes_nothing(tmp_path: Path) -> None:
    EVIDENCE.to_csv(tmp_path / "people.csv", index=False)
    out = tmp_path / "clusters.parquet"
    words = ["dedupe", "people.csv", "--out", str(out), "--pairs", str(tmp_path / "pairs.parquet")]
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "linkage.cli", *words]
    subprocess.run(command, cwd=tmp_path, check=True, env=environment, capture_output=True)
    here = linkage.dedupe(EVIDENCE)
    pd.testing.assert_frame_equal(pd.read_parquet(out), here.clusters)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "pairs.parquet"), here.pairs, check_exact=True)
