"""What does somebody see who types a command?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from linkage.cli import main
from tests.linkage.households import made_up_town


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    made_up_town(800, seed=2).rename(columns={"last_name": "FAMILY"}).to_csv(path, index=False)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["linkage", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return call


def test_dedupe_evaluate_and_explain(run, people: Path, tmp_path: Path) -> None:
    out, pairs, model, report = (tmp_path / name for name in ("c.parquet", "pairs.parquet", "m.json", "report"))
    code, told, _ = run("dedupe", people, "--out", out, "--pairs", pairs, "--save-model", model, "--report", report,
                        "--map", "FAMILY=last_name", "--json")  # fmt: skip
    assert code == 0
    summary = json.loads(told)
    assert summary["records"] == 800
    assert summary["evaluation"]["f1"] > 0.95
    again = tmp_path / "again.csv"
    assert run("dedupe", people, "--out", again, "--model", model, "--map", "FAMILY=last_name")[0] == 0
    assert pd.read_csv(again).equals(pd.read_parquet(out))
    code, told, _ = run("evaluate", again, "--truth", people, "--json")
    assert json.loads(told) == summary["evaluation"]
    pair = pd.read_parquet(pairs).iloc[0]
    words = ("explain", pair.record_id_l, pair.record_id_r, "--records", people, "--model", model)
    code, told, _ = run(*words, "--map", "FAMILY=last_name")
    assert code == 0
    assert "match weight" in told
    assert f"{pair.match_probability:.6f}" in told
    html = (report / "report.html").read_text()
    assert html.count("<svg") >= 5
    assert "http://localhost" not in html
    table = pd.read_csv(people, dtype=str)
    assert not [value for value in table["ssn"].dropna() if len(value) == 9 and value in html]


def test_the_report_is_the_same_each_time(run, people: Path, tmp_path: Path) -> None:
    pages = []
    for folder in ("one", "two"):
        run("dedupe", people, "--out", tmp_path / "c.csv", "--report", tmp_path / folder, "--map", "FAMILY=last_name")
        pages.append((tmp_path / folder / "report.html").read_bytes())
    assert pages[0] == pages[1]


def test_train_writes_a_model(run, people: Path, tmp_path: Path) -> None:
    code, told, _ = run("train", people, "--out", tmp_path / "m.json", "--map", "FAMILY=last_name", "--json")
    assert code == 0
    assert json.loads(told)["evaluation"] is None
    assert json.loads((tmp_path / "m.json").read_text())["trained_on"] > 700


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        (None, (), "no such file"),
        (b"", (), "cannot be read"),
        (b"name\nSecretson\n", (), "no column [record_id]"),
        (b"record_id,colour\n1,red\n", (), "none of the columns"),
        (b"record_id,last_name\n1,Secretson\n1,Secretson\n", (), "1 rows repeat"),
        (b"record_id,last_name\n1,Secrets\xf6n\n", (), "not UTF-8"),
        (b"record_id,last_name\n1,Secretson\n", ("--map", "nope=ssn"), "[nope]"),
        (b"record_id,last_name\n1,Secretson\n", ("--map", "last_name=nope"), "[nope]"),
        (b"record_id,last_name\n1,Secretson\n", ("--threshold", "7"), "threshold"),
        (b"record_id,last_name\n1,Secretson\n2,Secretson,x,y\n", (), "cannot be read"),
    ],
)
def test_bad_input_gives_one_line_and_no_value(
    run, tmp_path: Path, content: bytes | None, words: tuple, message: str
) -> None:
    path = tmp_path / "people.csv"
    if content is not None:
        path.write_bytes(content)
    code, _, told = run("dedupe", path, "--out", tmp_path / "out.csv", *words)
    assert code == 2
    assert message in told
    assert len(told.strip().splitlines()) == 1
    assert "Secrets" not in told
    assert not (tmp_path / "out.csv").exists()
