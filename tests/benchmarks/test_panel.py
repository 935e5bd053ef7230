"""Do the sets of the panel hold what they promise, do the peers answer, and does the table show what was measured?"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import accuracy
from benchmarks.panel import NotAtHand, dirt, given, stock
from benchmarks.panel.county import county
from benchmarks.panel.fake import fake
from benchmarks.panel.figures import figures
from benchmarks.panel.harsh import FIELDS, harsh, names_dates, names_dates_places
from linkage.evaluation import evaluate_clusters

PROMISED = {
    harsh: (*FIELDS, "source"),
    names_dates: ("first_name", "last_name", "birth_date"),
    names_dates_places: ("first_name", "last_name", "birth_date", "city", "postcode"),
    figures: ("first_name", "last_name", "birth_date", "sex", "city", "postcode"),
    fake: ("first_name", "last_name", "birth_date", "city", "email"),
}
"""Generator → the columns it makes beside record_id and person_truth."""


@pytest.mark.parametrize("generator", PROMISED, ids=lambda generator: generator.__name__)
def test_one_seed_gives_one_set(generator):
    made = generator(400, seed=3)
    pd.testing.assert_frame_equal(made, generator(400, seed=3))
    assert not made.equals(generator(400, seed=4))
    assert set(made.columns) == {"record_id", "person_truth", *PROMISED[generator]}
    assert len(made) == 400
    assert made["record_id"].is_unique
    assert made["person_truth"].notna().all()
    assert 1 < made["person_truth"].nunique() < 400


def shares_missing(table: pd.DataFrame) -> pd.Series:
    return table.isna().mean()


def differing(table: pd.DataFrame, field: str) -> float:
    """Of the persons with several values noted, which share has values that differ?"""
    known = table.dropna(subset=[field]).groupby("person_truth")[field]
    several = known.size() > 1
    return float((known.nunique() > 1)[several].mean())


def test_the_harsh_town_is_harsh():
    town = harsh(6_000, seed=3)
    missing = shares_missing(town)
    assert 0.4 <= missing["ssn"] <= 0.6
    assert 0.4 <= missing["phone"] <= 0.6
    assert {"UNKNOWN"} <= set(town["first_name"]) & set(town["last_name"])
    assert "999-99-9999" in set(town["ssn"])
    assert {"JR", "SR"} <= set(town["suffix"].dropna())
    assert town["person_truth"].value_counts().max() >= 30
    digits = town.assign(ssn=town["ssn"].str.replace("-", ""))
    owners = (
        digits[~digits["ssn"].isin(["999999999", "000000000", "123456789"])].groupby("ssn")["person_truth"].nunique()
    )
    assert (owners > 1).any()
    tenants = town.groupby("street_address")["person_truth"].nunique()
    assert tenants.drop(["HOMELESS", "UNKNOWN", "TRANSIENT", "GENERAL DELIVERY"]).max() >= 5
    births = town.dropna(subset=["birth_date"])
    assert (births["birth_date"].str.endswith("-01-01").mean()) > 0.02
    assert town.groupby("source")["ssn"].count()["police"] == 0


def test_the_plain_registers_are_milder():
    register = names_dates_places(4_000, seed=3)
    assert shares_missing(register).max() < 0.12
    assert 0.05 < differing(register, "birth_date") < differing(harsh(4_000, seed=3), "birth_date")


def test_figures_are_long_dead_and_noted_carelessly():
    people = figures(3_000, seed=3)
    assert people["birth_date"].dropna().str[:4].astype(int).between(1480, 1935).all()
    assert people["birth_date"].dropna().str.endswith("-01-01").mean() > 0.3
    assert shares_missing(people)[["birth_date", "sex", "city", "postcode"]].between(0.1, 0.4).all()
    sizes = people["person_truth"].value_counts()
    assert 8 <= sizes.mean() <= 12
    assert sizes.max() <= 18
    assert (people["last_name"].dropna() == people["last_name"].dropna().str.lower()).all()
    assert differing(people, "last_name") > 0.5


def test_the_small_file_is_keyed_carelessly():
    file = fake(2_000, seed=3)
    assert shares_missing(file)[["first_name", "last_name", "city", "email"]].between(0.15, 0.25).all()
    assert 3 < file["person_truth"].value_counts().mean() < 5


def test_febrl_loses_no_field():
    one = given.febrl(1)
    assert one["street_address"].str.contains(", ").mean() > 0.8
    assert one["birth_date"].dropna().str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert one["ssn"].str.fullmatch(r"\d+").all()
    assert one["person_truth"].nunique() == 500
    assert given.febrl(4)["source"].nunique() == 2


@pytest.mark.long
def test_the_county_comes_with_its_truth():
    records = county(60)
    assert {"record_id", "first_name", "birth_date", "source", "person_truth"} <= set(records.columns)
    assert records["record_id"].is_unique
    assert 1 < records["person_truth"].nunique() <= 60


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("19310228", "1931-02-28"),
        ("2/3/31", "1931-02-03"),
        ("2/3/1931", "1931-02-03"),
        ("1931-2-3", "1931-02-03"),
        ("2/3/25", "2025-02-03"),
        ("soon", None),
        ("", None),
    ],
)
def test_days_are_read_as_others_write_them(written, day):
    assert given.iso_day(written) == day


def test_sets_that_are_not_here_are_named_and_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTREACH_REAL_DATA", str(tmp_path))
    monkeypatch.delenv(given.PSEUDOPEOPLE, raising=False)
    told = []
    assert accuracy.measure_all(["opencr", "cdc", "pseudopeople"], ["ours"], tmp_path, told.append) == []
    assert [line.split(":")[0] for line in told] == ["opencr", "cdc", "pseudopeople"]
    with pytest.raises(NotAtHand, match="opencr"):
        given.opencr()


def test_slips_change_little():
    chance = random.Random(1)
    for _ in range(300):
        assert abs(len(dirt.typo(chance, "HERNANDEZ")) - 9) <= 1
        assert len(dirt.digit_slip(chance, "512-34-5678")) == 11
        assert dirt.date_slip(chance, "1971-06-24").startswith("19")
    assert stock.short_name(chance, "GUADALUPE") == "LUPE"


@pytest.mark.parametrize("peer", ["splink", "recordlinkage"])
def test_a_peer_answers_with_a_partition(peer, tmp_path):
    people, out = tmp_path / "people.parquet", tmp_path / "clusters.parquet"
    records = harsh(500, seed=3)
    records.drop(columns="person_truth").to_parquet(people, index=False)
    command = [sys.executable, "-m", *accuracy.COMMANDS[peer], str(people), "--out", str(out)]
    answered = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    told = json.loads(answered.stdout.splitlines()[-1])
    assert told["candidate_pairs"] > 0
    clusters = pd.read_parquet(out)
    assert sorted(clusters["record_id"]) == sorted(records["record_id"])
    assert clusters.notna().all().all()
    wanted = (
        {f"cluster_id_{name}" for name in ("0.5", "0.8", "0.9", "0.95", "0.99")} if peer == "splink" else {"cluster_id"}
    )
    assert set(clusters.columns) == {"record_id", *wanted}
    for column in wanted:
        found = accuracy.figures_of(clusters.rename(columns={column: "cluster_id"}), records)
        assert found["precision"] > 0.5, column


RECORDS = pd.DataFrame({"record_id": list("abcdef"), "person_truth": [1, 1, 2, 3, 4, 4]})


def results() -> list[dict]:
    """What would be measured on six records? Ours is half right, Splink right at .5 and silent at .95."""
    ours = pd.DataFrame({"record_id": list("abcdef"), "cluster_id": list("aaccef")})
    splink = pd.DataFrame(
        {"record_id": list("abcdef"), "cluster_id_0.5": list("aacdee"), "cluster_id_0.95": list("abcdef")}
    )
    one = {"set": "six", "records": 6, "persons": 4, "largest_true": 2}
    for method, clusters in (("ours", ours), ("splink", splink), ("recordlinkage", None)):
        one[method] = {"cost": {}, "at": accuracy.figures_by_threshold(clusters, RECORDS, None)}
    return [one]


def test_the_table_shows_what_evaluate_clusters_finds():
    ours = pd.DataFrame({"record_id": list("abcdef"), "cluster_id": list("aaccef")})
    found = evaluate_clusters(ours, RECORDS)
    [row] = accuracy.pair_rows(results())
    assert row[3:6] == [f"{figure:.4f}" for figure in (found.precision, found.recall, found.f1)]
    assert row[6:] == ["2 / 2", "0.0000", "1.0000 at 0.5", "–", "splink"]
    [person] = accuracy.person_rows(results())
    figures_of_persons = (found.person_precision, found.person_recall, found.person_f1)
    assert person[2:5] == [f"{figure:.4f}" for figure in figures_of_persons]
    text = accuracy.report(results(), markdown=True)
    assert "| six " in text
    assert "1.0000 at 0.5" in text


def test_labelled_pairs_are_linked_when_in_one_cluster():
    clusters = pd.DataFrame({"record_id": list("abcd"), "cluster_id": list("xxyx")})
    pairs = pd.DataFrame(
        {"record_id_l": list("aaa"), "record_id_r": list("bcd"), "label": ["match", "match", "no_match"]}
    )
    found = accuracy.labelled_figures(clusters, pairs)
    assert (found["precision"], found["recall"], found["largest_cluster"]) == (0.5, 0.5, 3)
