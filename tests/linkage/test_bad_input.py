"""What happens with tables nobody should send?"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import linkage
from linkage.model import Model
from linkage.report import render_report
from linkage.tables import read_people
from tests.linkage.households import made_up_town


def made_up_words(count: int, seed: int) -> list[str]:
    """Which words of seven letters look like no other?"""
    letters = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return ["".join(word) for word in np.random.default_rng(seed).choice(letters, (count, 7))]


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


def test_an_ssn_phone_and_address_shared_by_everyone_join_nobody() -> None:
    size = 2000
    records = pd.DataFrame(
        {
            "record_id": [f"r{i:05d}" for i in range(size)],
            "first_name": made_up_words(size, seed=1),
            "last_name": made_up_words(size, seed=2),
            "phone": "9138291234",
            "street_address": "100 SHELTER RD",
            "ssn": "512341234",
        }
    )
    linked = linkage.dedupe(records)
    assert linked.clusters["cluster_id"].value_counts().max() <= 2
    for field in ("ssn", "phone"):
        assert any(f"{size} records hold a {field}" in note for note in linked.notes), linked.notes


@pytest.mark.parametrize("has_birth_date", [True, False])
def test_a_surname_phone_and_city_shared_by_a_hundred_thousand_join_nobody(has_birth_date: bool) -> None:
    size = 100_000
    random = np.random.default_rng(5)
    days = np.datetime64("1940-01-01") + random.integers(0, 25_000, size)
    records = pd.DataFrame(
        {
            "record_id": [f"r{i:06d}" for i in range(size)],
            "first_name": random.choice(made_up_words(60_000 if has_birth_date else 300, seed=3), size),
            "last_name": "EVERYBODY",
            "phone": "9138291234",
            "city": "OLATHE",
            **({"birth_date": days.astype(str)} if has_birth_date else {}),
        }
    )
    start = time.process_time()
    linked = linkage.dedupe(records)
    assert time.process_time() - start < 60
    assert linked.clusters["cluster_id"].value_counts().max() <= 3
    assert any("too large to be compared" in note for note in linked.notes)


@pytest.mark.long
def test_a_million_equal_rows_take_seconds_and_stay_apart(tmp_path: Path) -> None:
    row = {"first_name": "ANA", "last_name": "LOPEZ", "birth_date": "1984-03-05", "phone": "9138291234"}
    ids = [f"r{i:07d}" for i in range(1_000_000)]
    pd.DataFrame({"record_id": ids, **row}).to_csv(tmp_path / "people.csv", index=False)
    start = time.process_time()
    linked = linkage.dedupe(read_people(tmp_path / "people.csv", []))
    assert time.process_time() - start < 20
    assert linked.clusters["cluster_id"].is_unique


# --- values nobody should write --------------------------------------------------------------------------------------

ODD = {
    "10 kB": "A" * 10_000,
    "10 kB of words": "ANA " * 2_500,
    "control characters": "A\x01N\x07A\x1b[31m",
    "emoji": "👩‍👩‍👧‍👦🔥",
    "NUL": "A\x00NA",
    "right to left": "\u202eANA",
    "combining": "a\u0301" * 500,
    "another script": "山田太郎",
    "a formula": "=1+1",
    "quotes": '"; DROP TABLE people; --',
    "a bar": "|||",
    "digits": "9" * 400,
    "blank": " \u00a0\u200b",
}


VALUES = ("first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "email",
          "street_address", "city", "state", "postcode", "other_last_names")  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_values_are_read_as_what_they_are(kind: str, tmp_path: Path) -> None:
    town = made_up_town(300, seed=6).drop(columns="person_truth")
    odd = pd.DataFrame([dict.fromkeys(VALUES, ODD[kind])] * 3).assign(record_id=["odd1", "odd2", "odd3"])
    records = pd.concat([town, odd], ignore_index=True)
    linked = linkage.dedupe(records)
    assert len(linked.clusters) == 303
    assert linked.clusters["cluster_id"].value_counts().max() < 10
    plain = linkage.dedupe(town).clusters
    assert plain["cluster_id"].nunique() == pytest.approx(
        linked.clusters[linked.clusters["record_id"].isin(town["record_id"])]["cluster_id"].nunique(), abs=2
    )
    records.to_parquet(tmp_path / "people.parquet")
    read = linkage.dedupe(read_people(tmp_path / "people.parquet", []))
    assert read.clusters.equals(linked.clusters)


def test_odd_values_do_not_break_the_report() -> None:
    town = made_up_town(300, seed=6)
    odd = pd.DataFrame([dict.fromkeys(VALUES, text) for text in ODD.values() for _ in range(2)])
    records = pd.concat([town, odd.assign(record_id=[f"{i} {text[:20]}" for i, text in enumerate(odd["city"])])])
    page = render_report(linkage.dedupe(records), records)
    assert page.count("<svg") > 10
    page.encode("utf-8")


def test_a_record_id_of_any_text_goes_round(run, tmp_path: Path) -> None:
    ids = ["=1+1", 'quote " and , comma', "new\nline", "👩‍👩‍👧", "0012", "1e5", "NA", "None", "a" * 10_000]
    same = {"first_name": "ANA", "last_name": "LOPEZ", "birth_date": "1984-03-05", "ssn": "512341234"}
    pd.DataFrame([same] * len(ids)).assign(record_id=ids).to_csv(tmp_path / "people.csv", index=False)
    for name in ("c.csv", "c.parquet"):
        assert run("dedupe", tmp_path / "people.csv", "--out", tmp_path / name)[0] == 0
    assert set(pd.read_csv(tmp_path / "c.csv", dtype=str, keep_default_na=False)["record_id"]) == set(ids)
    assert set(pd.read_parquet(tmp_path / "c.parquet")["record_id"]) == set(ids)


def test_lone_surrogates_and_broken_text_do_no_harm() -> None:
    records = pd.DataFrame(
        {"record_id": ["a", "b"], "first_name": ["AN\ud800A", "ANA"], "last_name": ["\udfff", "LOPEZ"]}
    )
    assert len(linkage.dedupe(records).clusters) == 2


def test_numbers_dates_and_lists_in_typed_columns(tmp_path: Path) -> None:
    table = pa.table(
        {
            "record_id": pa.array([1, 2, 3], pa.int64()),
            "first_name": pa.array(["ANA", "ANA", None]).dictionary_encode(),
            "last_name": pa.array(["LOPEZ", "LOPEZ", "LEE"], pa.large_string()),
            "birth_date": pa.array([date(1984, 3, 5), date(1984, 3, 5), None], pa.date32()),
            "ssn": pa.array([512341234, 512341234, None], pa.int64()),
            "phone": pa.array([9138291234.0, 9138291234.0, float("nan")], pa.float64()),
            "postcode": pa.array([66061, 66061, None], pa.int32()),
            "sex": pa.array([True, False, None], pa.bool_()),
            "city": pa.array([["OLATHE"], ["OLATHE"], None], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "people.parquet")
    clusters = linkage.dedupe(read_people(tmp_path / "people.parquet", [])).clusters
    assert dict(clusters.itertuples(index=False)) == {"1": "1", "2": "1", "3": "3"}


def test_two_thousand_columns_are_not_read(tmp_path: Path) -> None:
    town = made_up_town(200, seed=7)
    wide = pd.DataFrame({f"column_{i}": np.arange(200) for i in range(2_000)})
    for name, write in (("wide.csv", "to_csv"), ("wide.parquet", "to_parquet")):
        getattr(pd.concat([wide, town], axis=1), write)(tmp_path / name, index=False)
        start = time.process_time()
        linked = linkage.dedupe(read_people(tmp_path / name, []))
        assert time.process_time() - start < 10
        assert linked.clusters.equals(linkage.dedupe(town).clusters)


def test_a_table_without_any_value_is_said_to_have_none() -> None:
    records = pd.DataFrame({"record_id": ["a", "b", "c"], "first_name": ["UNKNOWN", None, ""], "ssn": "000000000"})
    linked = linkage.dedupe(records)
    assert linked.clusters["cluster_id"].is_unique
    assert dict(linked.fields.itertuples(index=False)) == {"first_name": 3, "ssn": 3}
    assert linked.blocking.empty


# --- what is refused -------------------------------------------------------------------------------------------------


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


ONE = b"record_id,last_name\n1,Secretson\n"
FILES = {
    "an empty file": (b"", (), "it is empty"),
    "only blank lines": (b"\n\n\n", (), "it is empty"),
    "no record_id": (b"rec_id,surname\n7,Secretson\n", (), "--map rec_id=record_id --map surname=last_name"),
    "no evidence": (b"record_id,colour\n1,red\n", (), "none of the columns"),
    "a repeated id": (b"record_id,last_name\n1,Secretson\n1,Secretson\n", (), "1 rows repeat"),
    "no id in a row": (b"record_id,last_name\n ,Secretson\n1,Secretson\n", (), "1 records have no record_id"),
    "another encoding": (b"record_id,last_name\n1,Secrets\xf6n\n", (), "not UTF-8 (line 2)"),
    "a lone surrogate": (b"record_id,last_name\n1,Secretson\xed\xa0\x80\n", (), "not UTF-8 (line 2)"),
    "too many values": (b"record_id,last_name\n1,Secretson\n2,Secretson,x,y\n", (), "the header 2 columns"),
    "an open quote": (b'record_id,last_name\n1,"Secretson\n2,Secretson\n', (), "quotation mark"),
    "a column named twice": (b"record_id,last_name,last_name\n1,Secretson,x\n", (), "bear one name"),
    "a mapping from nowhere": (ONE, ("--map", "nope=ssn"), "[nope]"),
    "a mapping to nowhere": (ONE, ("--map", "last_name=nope"), "[nope]"),
    "a mapping without a field": (ONE, ("--map", "last_name"), "column=field"),
    "two columns for one field": (ONE, ("--map", "last_name=ssn", "--map", "record_id=ssn"), "same field [ssn]"),
    "a threshold above one": (ONE, ("--threshold", "7"), "[7.0]"),
    "a threshold that is no number": (ONE, ("--threshold", "nan"), "[nan]"),
    "a rule that cannot be used": (ONE, ("--block-on", "ssn,birth_date"), "birth_date, ssn"),
    "no such model": (ONE, ("--model", "absent.json"), "no such file"),
    "no such truth": (ONE, ("--truth", "absent.csv"), "no such file"),
    "no such decisions": (ONE, ("--must-link", "absent.csv"), "no such file"),
}


@pytest.mark.parametrize("kind", FILES)
def test_wrong_input_gives_one_line_and_no_value(run, tmp_path: Path, kind: str) -> None:
    content, words, message = FILES[kind]
    (tmp_path / "people.csv").write_bytes(content)
    code, told, complaint = run("dedupe", tmp_path / "people.csv", "--out", tmp_path / "out.csv", *words)
    assert (code, told) == (2, "")
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert "Secrets" not in complaint
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("people.parquet", b"record_id,last_name\n1,Secretson\n", "it is no Parquet"),
        ("people.parquet", b"PAR1" + b"Secretson" * 99 + b"PAR1", "it is no Parquet"),
        ("people.xlsx", b"Secretson", "only .csv and .parquet are read"),
        ("people.csv", bytes(range(256)) * 50, "people.csv"),
        ("people.csv", b"\0" * 5_000, "people.csv"),
        ("people.csv", b"record_id,last_name\n" + b'"' * 100_001, "people.csv"),
    ],
)
def test_what_is_no_table_is_refused(run, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    code, _, complaint = run("dedupe", tmp_path / name, "--out", tmp_path / "out.csv")
    assert code == 2
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert "Secretson" not in complaint


def test_a_folder_or_nothing_is_refused(run, tmp_path: Path) -> None:
    assert "is a folder" in run("dedupe", tmp_path, "--out", tmp_path / "out.csv")[2]
    assert "no such file" in run("dedupe", tmp_path / "absent.csv", "--out", tmp_path / "out.csv")[2]
    assert "no such file" in run("dedupe", tmp_path / "\udcff.csv", "--out", tmp_path / "out.csv")[2]


@pytest.mark.parametrize(
    ("content", "people"),
    [
        (b"record_id,last_name\n", 0),
        (ONE, 1),
        (b"record_id,last_name,ssn\n1,,\n2,UNKNOWN,000-00-0000\n", 2),
        (b"record_id,source,last_name\r\n1,north,Lee\r\n2,south,Lee\r\n", 2),
    ],
)
def test_next_to_nothing_is_linked_all_the_same(run, tmp_path: Path, content: bytes, people: int) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    report = tmp_path / "report"
    code, told, _ = run("dedupe", tmp_path / "people.csv", "--out", tmp_path / "out.csv", "--report", report)
    assert code == 0
    assert f"{people} records are {people} persons" in told
    assert (tmp_path / "out.csv").read_text().count("\n") == people + 1
    assert (report / "report.html").is_file()
    assert run("rules", tmp_path / "people.csv")[0] == 0
    assert run("train", tmp_path / "people.csv", "--out", tmp_path / "m.json")[0] == 0


@pytest.mark.parametrize(
    ("words", "content", "message"),
    [
        (("evaluate", "c.csv", "--truth"), "record_id,who\na,Secretson\n", "neither the columns"),
        (("evaluate", "c.csv", "--truth"), "record_id_l,record_id_r,is_match\na,b,Secretson\n", "1 rows of is_match"),
        (("evaluate", "c.csv", "--truth"), "record_id,person_truth\na,Secretson\na,x\n", "repeats a record_id"),
        (("evaluate", "c.csv", "--truth"), "record_id,person_truth\n7,Secretson\n", "no record_id of these"),
        (("dedupe", "p.csv", "--out", "o.csv", "--truth"), "record_id_l,record_id_r,is_match\na,x,1\n", "no record_id"),
        (("train", "p.csv", "--out", "o.json", "--truth"), "record_id,person_truth\n7,Secretson\n", "no record_id of"),
        (("evaluate", "p.csv", "--truth"), "record_id,person_truth\na,Secretson\n", "[cluster_id]"),
        (("dedupe", "p.csv", "--out", "o.csv", "--must-link"), "record_id_l,b\na,b\n", "[record_id_r]"),
        (("dedupe", "p.csv", "--out", "o.csv", "--must-not-link"), "record_id_l,record_id_r\na,Secretson\n", "1 of 1"),
        (("dedupe", "p.csv", "--out", "o.csv", "--must-link"), "record_id_l,record_id_r\na,\n", "1 of 1 pairs"),
        (("dedupe", "p.csv", "--out", "o.csv", "--model"), '{"format": 1}', "format [1]"),
        (("explain", "a", "b", "--records", "p.csv", "--model"), "\udcff", "not a linkage model"),
        (("export", "--out", "folder"), "{}", "not a linkage model"),
        (("cluster", "--records", "p.csv", "--model", "m.json", "--out", "o.csv"), "a,b\n1,2\n", "record_id_l"),
    ],
)  # fmt: skip
def test_wrong_files_beside_the_table_are_told_in_one_line(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], content: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.csv").write_text("record_id,cluster_id\na,a\nb,a\n")
    Path("p.csv").write_text("record_id,last_name\na,Lee\nb,Lee\n")
    Path("m.json").write_text(linkage.dedupe(pd.DataFrame({"record_id": ["a"]})).model.to_json())
    Path("wrong.csv").write_text(content, errors="surrogateescape")
    code, _, complaint = run(*words, "wrong.csv")
    assert code == 2
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert "Secretson" not in complaint


def test_ids_that_are_not_there_are_named_and_shown_safely(run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(ONE)
    (tmp_path / "m.json").write_text(linkage.dedupe(pd.DataFrame({"record_id": ["a"]})).model.to_json())
    words = ("--records", tmp_path / "p.csv", "--model", tmp_path / "m.json")
    for record_id, shown in (("x", "[x]"), ("\udcff", "[\\udcff]"), ("two\nlines", "[two lines]")):
        code, _, complaint = run("explain", "1", record_id, *words)
        assert code == 2
        assert f"record_id {shown} is not in the records" in complaint
        assert len(complaint.strip().splitlines()) == 1
    assert "with itself" in run("explain", "1", "1", *words)[2]
