"""Does Splink, given our export, see the same levels and weights, and do its pairs come back as the same clusters?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkage
from benchmarks import splink_export as measured
from linkage.comparisons import COMPARISONS, compare_pairs, levels_of
from linkage.model import starting_model
from linkage.nodes import collapse_records
from linkage.splink_export import clusters_from_pairs, export_splink, splink_settings
from tests.docs.pages import code_block
from tests.linkage.households import made_up_town

PAGE = "how-to/link-on-spark.md"
THRESHOLD = linkage.DEFAULT_THRESHOLD


def read_pairs(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))], ignore_index=True)


@pytest.fixture(scope="module")
def town() -> pd.DataFrame:
    return made_up_town(1500, seed=5)


@pytest.fixture(scope="module")
def linked(town: pd.DataFrame) -> linkage.Linked:
    return linkage.dedupe(town)


def run_page(label: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Which pairs does the page's code leave in the folder it names?"""
    monkeypatch.chdir(folder)
    exec(compile(code_block(PAGE, label), PAGE, "exec"), {})
    return read_pairs(folder / "scored")


def check_agreement(dialect: str, town: pd.DataFrame, linked: linkage.Linked, folder: Path) -> None:
    export_splink(linked.model, town, dialect, folder)
    pairs = measured.SCORE[dialect](folder)
    found = measured.agreement(linked.model, town, pairs)
    assert found["pairs"] == linked.candidate_pair_count
    assert found["same_levels"] >= 0.99
    assert found["largest_difference_at_same_levels_bits"] < 1e-6


def check_clusters(pairs: pd.DataFrame, town: pd.DataFrame, linked: linkage.Linked) -> None:
    clusters = clusters_from_pairs(pairs, town, linked.model, THRESHOLD)
    assert (clusters["record_id"] == linked.clusters["record_id"]).all()
    assert (clusters["cluster_id"] != linked.clusters["cluster_id"]).mean() <= 0.005
    f1 = [linkage.evaluate_clusters(found, town).f1 for found in (clusters, linked.clusters)]
    assert abs(f1[0] - f1[1]) < 0.002


# --- DuckDB ----------------------------------------------------------------------------------------------------------


def test_duckdb_sees_the_same_levels_and_weights(town, linked, tmp_path: Path) -> None:
    check_agreement("duckdb", town, linked, tmp_path)


def test_pairs_scored_on_duckdb_as_the_page_says_come_back_as_the_same_clusters(
    town, linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_splink(linked.model, town, "duckdb", tmp_path / "for-splink")
    pairs = run_page("duckdb", tmp_path, monkeypatch)
    assert 0 < len(pairs) < linked.candidate_pair_count
    assert set(pairs) == {"match_weight", "match_probability", "record_id_l", "record_id_r", "match_key"}
    check_clusters(pairs, town, linked)


AMERICANS = """
first_name | middle_name | last_name     | other_last_names | suffix | birth_date | sex | ssn       | phone      | email             | street_address  | city        | state | postcode
ROBERT     | JAMES       | MARTINEZ      |                  | JR     | 1984-03-05 | M   | 501220001 | 5035550101 | rmart@example.org | 12 OAK HILL ST  | SPRINGFIELD | OR    | 97477
BOB        | JIM         | MARTINEZ      |                  | SR     | 1984-05-03 | M   | 501220010 | 5035550110 | rmart@example.com | 12 OAK HILL ST  | SPRINGFEILD | OR    | 97478
ROBBERT    | J           | MARTINES      |                  | JR     | 1984-03-06 | F   | 0001      | 5035550102 | rmarr@example.org | 14 OAK HILL ST  | SALEM       | OR    | 97301
MARTINEZ   | JAMIE       | ROBERT        |                  |        | 1984-04-06 | M   | 501220002 | 5035550199 |                   | 12 OAK HILLS ST |             | WA    |
R          | JAMES       | MARTINEZ-CRUZ |                  |        | 1984-03    |     |           |            | x@example.org     | 12 OAKHILL RD   | PORTLAND    | OR    | 97201
JAMES      | ROBERT      | CRUZ          | MARTINEZ         |        | 1984       | M   | 501229999 | 5035550101 |                   | 9 ELM RD        | SPRINGFIELD |       |
ROBIN      | JAMAL       | MARTIN        |                  |        | 1985       | F   | 9999      |            |                   | 12 ELM HILL AVE |             | OR    |
ROBERTO    | JAMESS      | MARTI         |                  | II     | 1948-03-05 | M   | 601220001 | 5055550101 | rmartt@example.org | PO BOX 12      | SPRINGFIELD | CA    | 97477
RAMON      |             | CRUZ          |                  |        | 1990-12-31 | M   | 501220001 | 2125550000 | rmart@example.org | OAK HILL FARM   | TACOMA      | WA    | 98401
           |             | KRUZ          |                  |        | 1990-12-30 | M   |           |            |                   | OAK HILL FARMS  | TACMA       | WA    | 98499
ROBERT     | MARTINEZ    | MARTINEZ      |                  |        |            |     |           |            |                   |                 |             |       |
DONNA      |             |               |                  |        |            | F   |           |            |                   |                 |             | WA    |
Y          |             | L             |                  |        | 1990       | F   |           |            |                   | 12 OAK HILL LN  |             |       | 98401
"""  # noqa: E501
BRITONS = """
first_name | last_name | birth_date | city     | postcode
ANGUS      | MUIR      | 1990-12-31 | ABERDEEN | AB8 3QZ
ANGUS      | MUIRE     | 1990-12-31 | ABERDEEN | AB8 6BN
AGNES      | MUIR      | 1991-12-31 |          | AB8 3QX
ISLA       | FRASER    | 1970-01-02 |          | AB83 3QZ
EWAN       | FRASER    | 1971-02-03 | STIRLING | FK7 7RJ
MORAG      | GRANT     | 1972-03-04 | FALKIRK  | FK1 1AA
"""
"""Together they reach every level of every comparison."""


def table_of(text: str) -> pd.DataFrame:
    """Which records does this picture show?"""
    header, *lines = ([part.strip() or None for part in line.split("|")] for line in text.strip("\n").split("\n"))
    table = pd.DataFrame(lines, columns=header)
    table.insert(0, "record_id", [f"R{place:02d}" for place in range(len(table))])
    return table


def levels_here_and_there(people: pd.DataFrame, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Which levels have all pairs of these people, as our kernel and as DuckDB see them?"""
    model = starting_model(len(people))
    export_splink(model, people, "duckdb", folder)
    settings = json.loads((folder / "settings.json").read_text())
    settings["blocking_rules_to_generate_predictions"] = ["1 = 1"]
    (folder / "settings.json").write_text(json.dumps(settings))
    pairs = measured.score_on_duckdb(folder)
    nodes = collapse_records(people, set())
    place = pd.Index(nodes.record_ids)
    ends = (nodes.node_of[place.get_indexer(pairs[name])] for name in ("record_id_l", "record_id_r"))
    here = levels_of(compare_pairs(nodes.table, *ends))
    assert len(here) == len(people) * (len(people) - 1) // 2
    return here, measured.levels_from(pairs)


@pytest.mark.filterwarnings("ignore:.*Cartesian.*")
def test_every_level_of_every_comparison_is_decided_alike(tmp_path: Path) -> None:
    both = [levels_here_and_there(table_of(text), tmp_path) for text in (AMERICANS, BRITONS)]
    here, there = (np.concatenate(found) for found in zip(*both, strict=True))
    np.testing.assert_array_equal(there, here)
    reached = {found.name: sorted(set(here[:, column].tolist())) for column, found in enumerate(COMPARISONS)}
    assert reached == {found.name: list(range(-1, len(found.labels))) for found in COMPARISONS}


# --- files and errors ------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_the_same_whatever_the_order_of_the_records(town, linked, tmp_path: Path) -> None:
    export_splink(linked.model, town, "duckdb", tmp_path / "one")
    export_splink(linked.model, town.sample(frac=1, random_state=3), "duckdb", tmp_path / "other")
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_settings_hold_nothing_of_the_records(town, linked, tmp_path: Path) -> None:
    export_splink(linked.model, town, "spark", tmp_path / "one")
    export_splink(linked.model, made_up_town(700, seed=8), "spark", tmp_path / "other")
    export_splink(linked.model, None, "spark", tmp_path / "none")
    one, other, none = (
        json.loads((tmp_path / name / "settings.json").read_text()) for name in ("one", "other", "none")
    )
    assert one == other
    assert [found["output_column_name"] for found in none["comparisons"]] == [found.name for found in COMPARISONS]
    assert [found for found in none["comparisons"] if found in one["comparisons"]] == one["comparisons"]
    assert {path.name for path in (tmp_path / "none").iterdir()} == {"settings.json"}


def test_an_unknown_dialect_is_refused(linked) -> None:
    with pytest.raises(ValueError, match=r"\[oracle\].*duckdb, spark"):
        splink_settings(linked.model, "oracle")


def as_splink_names_them(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.rename(columns={"record_id_l": "unique_id_l", "record_id_r": "unique_id_r"})


@pytest.mark.parametrize(
    "change",
    [
        lambda pairs: pairs.sample(frac=1, random_state=1),
        lambda pairs: pd.concat([pairs, pairs]),
        lambda pairs: pairs.rename(columns={"record_id_l": "record_id_r", "record_id_r": "record_id_l"}),
        as_splink_names_them,
        pa.Table.from_pandas,
    ],
    ids=["another order", "twice", "sides exchanged", "named by Splink", "Arrow"],
)
def test_clusters_follow_from_which_pairs_there_are_alone(town, linked, change: Callable) -> None:
    pairs = linked.pairs[["record_id_l", "record_id_r"]]
    back = clusters_from_pairs(change(pairs), town, linked.model, THRESHOLD)
    pd.testing.assert_frame_equal(back, linked.clusters)


def test_without_pairs_everybody_is_alone(town, linked) -> None:
    alone = clusters_from_pairs(linked.pairs.iloc[:0], town, linked.model, THRESHOLD)
    repeated = len(town) - alone["cluster_id"].nunique()
    assert repeated == len(town) - len(collapse_records(town, set()).first_record)


@pytest.mark.parametrize(
    ("pairs", "threshold", "message"),
    [
        ({"record_id_l": ["R0000001"], "record_id_r": ["nobody"]}, 0.7, "1 pairs name a record_id"),
        ({"left": ["R0000001"], "right": ["R0000002"]}, 0.7, r"no columns \[record_id_l\]"),
        ({"record_id_l": [], "record_id_r": []}, 1.0, r"threshold \[1.0\]"),
    ],
)
def test_pairs_that_cannot_be_used_are_refused(town, linked, pairs: dict, threshold: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clusters_from_pairs(pd.DataFrame(pairs), town, linked.model, threshold)


# --- Spark -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def spark() -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed: uv sync --group spark, or make test-spark")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed; Spark needs Java 17")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("spark")
def test_spark_sees_the_same_levels_and_weights(town, linked, tmp_path: Path) -> None:
    check_agreement("spark", town, linked, tmp_path)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("spark")
def test_pairs_scored_on_spark_as_the_page_says_come_back_as_the_same_clusters(
    town, linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_splink(linked.model, town, "spark", tmp_path / "for-splink")
    check_clusters(run_page("spark", tmp_path, monkeypatch), town, linked)
