"""What holds for every table, whatever is in it?"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import linkage
from linkage import scanning
from linkage.comparisons import COLUMN_OF, COMPARISONS, LEVEL_COUNTS, patterns_of
from linkage.model import CONFLICTS, PERSON_COMPARISONS, Model, starting_model, starting_parameters
from linkage.nodes import collapse_records
from linkage.scoring import EXCHANGED_LEVEL, holds, make_scorer, pattern_weights
from linkage.training import rising_m
from tests.linkage.households import made_up_town

TOWN = made_up_town(600, seed=3)
MODEL = starting_model(600)
LEARNED = linkage.dedupe(made_up_town(2_500, seed=5)).model
EVIDENCE = TOWN.drop(columns="person_truth")


def clusters_of(records: pd.DataFrame) -> dict[str, str]:
    return linkage.dedupe(records, model=MODEL).clusters.set_index("record_id")["cluster_id"].to_dict()


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(random) -> None:
    order = list(range(len(EVIDENCE)))
    random.shuffle(order)
    same(linkage.dedupe(EVIDENCE.iloc[order]), linkage.dedupe(EVIDENCE))


def test_the_order_and_names_of_the_columns_change_nothing() -> None:
    turned = EVIDENCE[EVIDENCE.columns[::-1]].assign(remark="read by nobody")
    same(linkage.dedupe(turned), linkage.dedupe(EVIDENCE))


def same(one: linkage.Linked, other: linkage.Linked) -> None:
    """Are these two answers the same, to the last bit?"""
    assert one.model == other.model
    assert one.model.model_id == other.model.model_id
    assert one.notes == other.notes
    for table in ("clusters", "pairs", "refusals", "blocking", "weight_histogram"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_number_of_threads_changes_nothing(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = linkage.dedupe(EVIDENCE)
    monkeypatch.setattr(scanning, "CHUNK_PAIRS", 500)
    same(linkage.dedupe(EVIDENCE, threads=threads), expected)


def test_who_is_left_and_who_is_right_changes_nothing() -> None:
    nodes = collapse_records(EVIDENCE, set())
    left, right = np.triu_indices(nodes.table.size, 1)
    scorer = make_scorer(nodes.table, MODEL)
    for there, back in zip(scorer.score(left, right), scorer.score(right, left), strict=True):
        np.testing.assert_array_equal(there, back)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, len(EVIDENCE) - 1), min_size=0, max_size=60))
def test_clusters_hold_every_record_exactly_once(rows: set[int]) -> None:
    records = EVIDENCE.iloc[sorted(rows)]
    check_partition(linkage.dedupe(records), records)


STRANGERS = [
    {"record_id": "Z", "first_name": "WOLFGANG", "last_name": "ZYX", "birth_date": "1931-07-31", "sex": "M"},
    {"record_id": "0", "first_name": "XENIA", "last_name": "QVIST", "birth_date": "1932-12-30", "ssn": "765432198"},
    {"record_id": "R0000300x", "street_address": "1 NOWHERE LN", "city": "FARAWAY", "state": "AK", "postcode": "99999"},
    {"record_id": "none"},
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger["record_id"])
def test_an_unrelated_record_moves_nobody(stranger: dict) -> None:
    before = clusters_of(EVIDENCE)
    after = clusters_of(pd.concat([EVIDENCE, pd.DataFrame([stranger])], ignore_index=True))
    assert after == {**before, stranger["record_id"]: stranger["record_id"]}


def test_an_unrelated_record_moves_nobody_although_it_is_learned_from() -> None:
    town = made_up_town(3_000, seed=23).drop(columns="person_truth")
    before = linkage.dedupe(town).clusters.set_index("record_id")["cluster_id"].to_dict()
    for stranger in STRANGERS[:2]:
        more = pd.concat([town, pd.DataFrame([stranger])], ignore_index=True)
        after = linkage.dedupe(more).clusters.set_index("record_id")["cluster_id"].to_dict()
        assert after == {**before, stranger["record_id"]: stranger["record_id"]}


SUBSETS = {
    "names": ["first_name", "last_name"],
    "names and birth dates": ["first_name", "last_name", "birth_date"],
    "names, birth dates and places": ["first_name", "last_name", "birth_date", "street_address", "city", "postcode"],
    "SSN": ["ssn"],
    "telephone and place": ["phone", "postcode", "city"],
    "nothing": [],
    "everything": [column for column in EVIDENCE if column != "record_id"],
}


@pytest.mark.parametrize("fields", SUBSETS.values(), ids=SUBSETS)
def test_any_subset_of_the_fields_can_be_linked(fields: list[str]) -> None:
    found = linkage.dedupe(EVIDENCE[["record_id", *fields]])
    assert found.clusters["record_id"].tolist() == sorted(EVIDENCE["record_id"])
    assert set(found.fields["field"]) <= set(fields) | {"suffix"}
    if not {"birth_date", "last_name"} & set(fields):
        assert (found.clusters["record_id"] == found.clusters["cluster_id"]).all()  # nobody is named
    quality = linkage.evaluate_clusters(found.clusters, TOWN)
    if "birth_date" in fields:
        assert quality.precision > 0.93
        assert quality.recall > 0.75


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(sorted(set(EVIDENCE) - {"record_id"}))), st.integers(0, 540))
def test_any_fields_of_any_records_give_a_partition_of_them(fields: set[str], start: int) -> None:
    records = EVIDENCE.iloc[start : start + 60][["record_id", *sorted(fields)]]
    check_partition(linkage.dedupe(records, model=MODEL), records)


def check_partition(linked: linkage.Linked, records: pd.DataFrame) -> None:
    """Is every record in one cluster, named after its smallest record, and is every pair of two records, once?"""
    clusters, pairs = linked.clusters, linked.pairs
    assert clusters["record_id"].tolist() == sorted(records["record_id"])
    smallest = clusters.groupby("cluster_id")["record_id"].min()
    assert (smallest.index == smallest).all()
    assert (pairs["record_id_l"] < pairs["record_id_r"]).all()
    assert not pairs.duplicated(["record_id_l", "record_id_r"]).any()
    assert set(pairs["record_id_l"]) | set(pairs["record_id_r"]) <= set(records["record_id"])
    assert pairs["match_probability"].between(0, 1).all()


def test_a_better_level_never_lowers_a_weight_that_was_learned() -> None:
    for name, shares in LEARNED.parameters.items():
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
        weights = np.log2(shares.m) - np.log2(shares.u)
        if name == "first_name":  # to be exchanged is no degree of agreement: the surname's level says the rest
            weights = np.delete(weights, EXCHANGED_LEVEL)
        assert (np.diff(weights) >= 0).all(), name


LEVELS = st.tuples(*(st.integers(-1, count - 1) for count in LEVEL_COUNTS))


def weights_by_level(model: Model, levels: tuple[int, ...], column: int) -> np.ndarray:
    """What does a pair weigh at each level of this comparison, all else as given? Without levels of another kind.

    Contradictions are left out, and the exchange of names, which makes the surname's level mean something else.
    """
    rows = np.repeat(np.array(levels)[None, :], LEVEL_COUNTS[column], axis=0)
    rows[:, column] = np.arange(LEVEL_COUNTS[column])
    clear = [row for row in rows if not any(holds(conflict, row) for conflict in CONFLICTS)]
    if COMPARISONS[column].name == "first_name":
        clear = [row for row in clear if row[column] != EXCHANGED_LEVEL]
    return pattern_weights(model, patterns_of(np.array(clear).reshape(-1, len(LEVEL_COUNTS))))


MODELS = st.sampled_from([LEARNED, MODEL])
COLUMNS = st.integers(0, len(LEVEL_COUNTS) - 1)


@settings(max_examples=200)
@given(MODELS, LEVELS, COLUMNS)
def test_a_better_level_never_lowers_a_weight_against_chance(
    model: Model, levels: tuple[int, ...], column: int
) -> None:
    weights = weights_by_level(replace(model, household_share=0.0), levels, column)
    assert (np.diff(weights) >= -1e-6).all()


@settings(max_examples=200, database=None)
@given(MODELS, LEVELS, st.sampled_from(sorted(COLUMN_OF[name] for name in PERSON_COMPARISONS)))
@example(MODEL, (0, -1, 4, -1, 0, -1, 0, -1, -1, 3, 3), COLUMN_OF["ssn"])
def test_a_better_level_of_a_persons_field_never_lowers_a_weight(
    model: Model, levels: tuple[int, ...], column: int
) -> None:
    """An SSN that differs by one digit must not speak for one person more than an equal one, in a household or not.

    What belongs to the household may: where all else says that two people live together, one telephone says so too.
    """
    assert (np.diff(weights_by_level(model, levels, column)) >= -1e-6).all()


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


@pytest.mark.parametrize(("seed", "threads"), [("12345", "1"), ("0", "2")])
def test_another_hash_seed_or_another_number_of_threads_changes_nothing(
    seed: str, threads: str, tmp_path: Path
) -> None:
    EVIDENCE.to_csv(tmp_path / "people.csv", index=False)
    out = tmp_path / "clusters.parquet"
    words = ["dedupe", "people.csv", "--out", str(out), "--pairs", str(tmp_path / "pairs.parquet")]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "NUMBA_NUM_THREADS": threads, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "linkage.cli", *words]
    subprocess.run(command, cwd=tmp_path, check=True, env=environment, capture_output=True)
    here = linkage.dedupe(EVIDENCE)
    pd.testing.assert_frame_equal(pd.read_parquet(out), here.clusters)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "pairs.parquet"), here.pairs, check_exact=True)
