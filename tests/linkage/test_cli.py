"""What does somebody see who types a command?"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from linkage import files
from tests.linkage.households import made_up_town

MAP = ("--map", "FAMILY=last_name")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    table = made_up_town(800, seed=2).rename(columns={"last_name": "FAMILY"})
    table.assign(email=None, source="north").to_csv(path, index=False)
    return path


# --- dedupe, evaluate, explain ---------------------------------------------------------------------------------------


def test_dedupe_evaluate_and_explain(run, people: Path, tmp_path: Path) -> None:
    out, pairs, refusals, model = (tmp_path / name for name in ("c.parquet", "pairs.parquet", "r.csv", "m.json"))
    code, told, _ = run("dedupe", people, "--out", out, "--pairs", pairs, "--save-model", model, "--refusals", refusals,
                        *MAP, "--json", "--threads", "1", "--as-of", "2026-11-16")  # fmt: skip
    assert code == 0
    summary = json.loads(told)
    assert summary["records"] == 800
    assert summary["evaluation"]["f1"] > 0.95
    assert len(pd.read_csv(refusals)) == summary["refused_links"]
    saved = json.loads(model.read_text())
    assert saved["trained"]["day"] == "2026-11-16"
    assert saved["evaluation"] == summary["evaluation"]
    again = tmp_path / "again.csv"
    assert run("dedupe", people, "--out", again, "--model", model, *MAP)[0] == 0
    assert pd.read_csv(again).equals(pd.read_parquet(out))
    code, told, _ = run("evaluate", again, "--truth", people, "--json")
    assert json.loads(told) == summary["evaluation"]
    pair = pd.read_parquet(pairs).iloc[0]
    code, told, _ = run("explain", pair.record_id_l, pair.record_id_r, "--records", people, "--model", model, *MAP)
    assert code == 0
    assert "match weight" in told
    assert f"{pair.match_probability:.6f}" in told


def test_dedupe_says_what_it_compared_and_how(run, people: Path, tmp_path: Path) -> None:
    code, told, _ = run("dedupe", people, "--out", tmp_path / "c.csv", "--json", *MAP)
    facts = json.loads(told)
    assert code == 0
    assert {"first_name", "last_name", "birth_date"} <= set(facts["fields_compared"])
    assert facts["fields_all_missing"] == ["email"]
    assert facts["fields_absent"] == ["other_last_names"]
    assert "ssn" in facts["rules_used"]
    assert facts["rules_not_used"] == ["email_local"]
    code, told, _ = run("dedupe", people, "--out", tmp_path / "c.csv", *MAP)
    assert "without any value: email" in told
    assert "not in the table: other_last_names" in told
    assert "blocking rules that need a field the table lacks: email_local" in told
    assert "against the truth: precision" in told


def test_who_a_person_truly_is_changes_nothing(run, people: Path, tmp_path: Path) -> None:
    plain, told = tmp_path / "plain.csv", tmp_path / "c.csv"
    run("dedupe", people, "--out", told, *MAP)
    table = pd.read_csv(people, dtype=str)
    table.assign(person_truth="P1").to_csv(plain, index=False)
    run("dedupe", plain, "--out", tmp_path / "all_one.csv", *MAP)
    table.drop(columns=["person_truth", "source"]).to_csv(plain, index=False)
    run("dedupe", plain, "--out", tmp_path / "without.csv", *MAP)
    assert (tmp_path / "all_one.csv").read_bytes() == told.read_bytes()
    assert (tmp_path / "without.csv").read_bytes() == told.read_bytes()


def test_decisions_of_people_hold(run, people: Path, tmp_path: Path) -> None:
    run("dedupe", people, "--out", tmp_path / "c.csv", *MAP)
    clusters = pd.read_csv(tmp_path / "c.csv").set_index("record_id")["cluster_id"]
    linked = clusters[clusters.index != clusters].index[0]
    single = clusters[~clusters.duplicated(keep=False)].index
    for name, pair in (("join.csv", single[:2]), ("part.csv", [linked, clusters[linked]])):
        pd.DataFrame([[f" {pair[0]} ", pair[1]]], columns=files.PAIR_COLUMNS).to_csv(tmp_path / name, index=False)
    decided = ("--must-link", tmp_path / "join.csv", "--must-not-link", tmp_path / "part.csv")
    assert run("dedupe", people, "--out", tmp_path / "d.csv", *MAP, *decided)[0] == 0
    after = pd.read_csv(tmp_path / "d.csv").set_index("record_id")["cluster_id"]
    assert after[single[0]] == after[single[1]]
    assert after[linked] != after[clusters[linked]]


def test_rules_asked_for_by_name_are_the_only_ones(run, people: Path, tmp_path: Path) -> None:
    asked = ("--block-on", "last_name, birth_date", "--block-on", "ssn", "--block-on", "email")
    _, told, _ = run("dedupe", people, "--out", tmp_path / "c.csv", *MAP, *asked, "--json")
    assert json.loads(told)["rules_used"] == ["last_name+birth_date", "ssn"]
    assert json.loads(told)["rules_not_used"] == ["email"]


def test_labelled_pairs_measure_too(run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("record_id,cluster_id\na,a\nb,a\nc,c\nd,d\n")
    (tmp_path / "t.csv").write_text("record_id_l,record_id_r,is_match\na,b,1\na,c,true\nc,d,NO\nc,x,0\n")
    code, told, _ = run("evaluate", tmp_path / "c.csv", "--truth", tmp_path / "t.csv", "--json")
    figures = json.loads(told)
    assert code == 0
    assert (figures["labelled_pair_count"], figures["unknown_pair_count"]) == (3, 1)
    assert (figures["precision"], figures["recall"]) == (1.0, 0.5)
    _, told, _ = run("evaluate", tmp_path / "c.csv", "--truth", tmp_path / "t.csv")
    assert "recall                0.5000" in told


# --- train, rules, export, cluster -----------------------------------------------------------------------------------


def test_train_writes_a_model_with_day_counts_and_figures(run, people: Path, tmp_path: Path) -> None:
    code, told, _ = run("train", people, "--out", tmp_path / "m.json", *MAP, "--json", "--as-of", "2026-11-16")
    assert code == 0
    saved = json.loads((tmp_path / "m.json").read_text())
    assert saved["trained"]["day"] == "2026-11-16"
    assert saved["trained"]["records"] > 700
    assert saved["trained"]["candidate_pairs"] > 1000
    assert saved["evaluation"]["f1"] == json.loads(told)["evaluation"]["f1"]


def test_rules_tells_what_each_rule_yields(run, people: Path, tmp_path: Path) -> None:
    code, told, _ = run("rules", people, *MAP, "--json")
    rules = json.loads(told)
    assert code == 0
    _, told, _ = run("dedupe", people, "--out", tmp_path / "c.csv", *MAP, "--json")
    assert sum(rule["pair_count"] for rule in rules["rules"]) == json.loads(told)["candidate_pairs"]
    assert [rule["blocking_rule"] for rule in rules["rules"]] == json.loads(told)["rules_used"]
    _, told, _ = run("rules", people, *MAP)
    assert "first and last name, in either order  [names]" in told


def test_export_and_cluster_hand_over_to_splink(run, people: Path, tmp_path: Path) -> None:
    model, out, pairs, clusters = (tmp_path / name for name in ("m.json", "splink", "p.parquet", "c.csv"))
    run("dedupe", people, "--out", clusters, "--pairs", pairs, "--save-model", model, *MAP)
    assert run("export", model, "--out", out, "--records", people, "--dialect", "duckdb", *MAP)[0] == 0
    assert json.loads((out / "settings.json").read_text())
    again = tmp_path / "again.csv"
    code, told, _ = run("cluster", pairs, "--records", people, "--model", model, "--out", again, *MAP)
    assert code == 0
    assert "800 records are" in told
    assert again.read_bytes() == clusters.read_bytes()
    assert run("export", model, "--out", out, "--dialect", "oracle")[0] == 2


# --- help and mistakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["dedupe", "train", "explain", "evaluate", "rules", "export", "cluster"])
def test_every_command_teaches_with_an_example(run, command: str) -> None:
    code, told, _ = run(command, "--help")
    assert code == 0
    assert f"linkage {command}" in " ".join(told.split()).partition("Example:")[2]


def test_without_any_word_the_commands_are_told(run) -> None:
    code, told, _ = run()
    assert code == 0
    assert "linkage dedupe people.csv" in " ".join(told.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("dedup",), "Did you mean 'dedupe'"),
        (("dedupe",), "PEOPLE"),
        (("dedupe", "p.csv"), "--out"),
        (("dedupe", "p.csv", "--otu", "x.csv"), "--out"),
        (("dedupe", "p.csv", "--out", "x.csv", "--as-of", "soon"), "as-of"),
        (("dedupe", "p.csv", "--out", "x.csv", "--threads", "0"), "threads"),
        (("dedupe", "p.csv", "--out", "x.csv", "--pairs", "x.csv"), "one file"),
        (("rules", "p.csv", "--block-on", "snn"), "[snn]"),
    ],
)
def test_a_mistyped_command_gives_one_line(run, words: tuple[str, ...], message: str) -> None:
    code, told, complaint = run(*words)
    assert code == 2
    assert message in complaint
    assert (told, len(complaint.strip().splitlines())) == ("", 1)


def test_a_fault_of_ours_is_named_by_its_place_and_quotes_nothing(
    run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Secretson")

    monkeypatch.setattr("linkage.cli.dedupe", broken)
    code, _, complaint = run("dedupe", people, "--out", tmp_path / "c.csv")
    assert code == 3
    assert "unexpected ValueError at test_cli.py" in complaint
    assert "Secretson" not in complaint


def test_ctrl_c_leaves_one_line(run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.cli.dedupe", interrupted)
    assert run("dedupe", people, "--out", tmp_path / "c.csv")[0] == 130
    assert not (tmp_path / "c.csv").exists()


def test_json_says_nothing_else(run, people: Path, tmp_path: Path) -> None:
    _, told, complaint = run("dedupe", people, "--out", tmp_path / "c.csv", *MAP, "--json")
    assert len(told.strip().splitlines()) == 1
    assert complaint == ""


def test_a_full_disk_leaves_the_old_file(run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(table: object, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    out = tmp_path / "c.csv"
    out.write_text("old")
    monkeypatch.setattr(files, "write_table", full)
    code, _, complaint = run("dedupe", people, "--out", out, *MAP)
    assert code == 2
    assert "c.csv cannot be written (No space left on device)" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]
    assert out.read_text() == "old"


def test_what_cannot_be_written_is_told_before_the_work(
    run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    monkeypatch.setattr("linkage.cli.dedupe", lambda *_, **__: pytest.fail("worked all the same"))
    for name, message in (("x.txt", ".csv and .parquet"), ("file/x.csv", "no right"), ("folder.csv", "is a folder")):
        code, _, complaint = run("dedupe", people, "--out", tmp_path / name)
        assert (code, len(complaint.splitlines())) == (2, 1)
        assert message in complaint
    monkeypatch.setattr(files, "os", SimpleNamespace(access=lambda *_: False, W_OK=2, X_OK=1))
    assert "no right to write" in run("dedupe", people, "--out", tmp_path / "x.csv")[2]
