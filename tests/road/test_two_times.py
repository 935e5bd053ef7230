"""What was known when, and what was true when, are two times: steady ids, look-backs, histories, replays."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import history, replay
from pipeline.agencies import load_agencies
from pipeline.contract.errors import UnknownPerson
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

FIRST = date(2026, 11, 2)
ROSE = {"PersonName": "ABBOTT, ROSE", "DOB": "07/08/1990", "Sex": "F", "Phone": "", "Address": "9 ELM ST"}


def monday(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def at(week: int) -> datetime:
    return datetime(2026, 11, 2, 14, tzinfo=UTC) + timedelta(weeks=week)


def run_week(store: Store, folder: Path, week: int, **told) -> str:
    """Make the list of a week; answers its id."""
    told = {"as_of": monday(week), "at": at(week)} | told
    return county.run(store, folder / "in", folder / "out", **told).list_id


def call(number: int, day: str, **told) -> dict:
    return {
        "IncidentNo": f"26-{number}",
        "CallReceived": f"{day}/2026 10:00",
        "CallCleared": f"{day}/2026 11:00",
        **told,
    }


def three_weeks(store: Store, folder: Path) -> list[str]:
    """Three lists: a man met in the first week, booked before the second; a woman met in the second and the third."""
    county.calls(folder / "in", call(1, "10/28"), name="cad_20261101.csv")
    first = run_week(store, folder, 0)
    county.calls(folder / "in", call(2, "11/04", **ROSE), name="cad_20261108.csv")
    county.bookings(folder / "in", {"BOOK_DT": "20261103", "REL_DT": "20261104"}, name="bookings_20261108.csv")
    second = run_week(store, folder, 1)
    county.calls(folder / "in", call(3, "11/12", **ROSE), name="cad_20261115.csv")
    return [first, second, run_week(store, folder, 2)]


def list_content(store: Store, list_id: str) -> dict:
    return store.read("list_content", list_id=list_id)["content"].iloc[0]


def ids(store: Store) -> dict[str, str]:
    table = store.read("links")
    return dict(zip(table["record_key"], table["person_id"], strict=True))


def decide(store: Store, verdict: str, decided_at: datetime) -> None:
    """Somebody decides on the first calls of the man and of the woman."""
    columns = "decided_at, decided_by, verdict, record_id_l, record_id_r, because"
    calls = "riverton_police/calls/26-1|1", "riverton_police/calls/26-2|1"
    row = (decided_at, "A. Reviewer", verdict, *calls, "seen together")
    with store._engine.begin() as connection:
        connection.exec_driver_sql(f"insert into core.decision ({columns}) values (%s, %s, %s, %s, %s, %s)", row)


def test_every_list_comes_out_again_to_its_hash_and_leaves_nothing(store: Store, tmp_path: Path):
    lists = three_weeks(store, tmp_path)
    before = store.read("counts_of_rows").to_dict("records")
    settings = Settings(home=tmp_path / "home", list_size=7)
    for list_id in lists:
        again = replay.replay(store, settings, load_agencies(), list_id)
        assert (again.is_same, again.differences, again.rebuilt_id) == (True, (), list_id)
    assert store.read("counts_of_rows").to_dict("records") == before
    with pytest.raises(replay.UnknownList):
        replay.replay(store, settings, load_agencies(), "0123456789abcdef")


def test_a_list_whose_facts_were_changed_behind_its_back_is_told_apart(store: Store, tmp_path: Path):
    lists = three_weeks(store, tmp_path)
    with store._engine.begin() as connection:
        connection.exec_driver_sql("update core.encounter set is_crisis = false")
    again = replay.replay(store, Settings(home=tmp_path / "home"), load_agencies(), lists[2])
    assert not again.is_same
    assert any("points" in line for line in again.differences)
    assert "QUILL" not in json.dumps(again.differences).upper()


def test_a_run_as_known_then_gives_the_list_of_then_though_files_came_late(store: Store, tmp_path: Path):
    lists = three_weeks(store, tmp_path)
    late = [call(9, "10/29", PersonName="LATE, ADA", DOB="01/02/1970", Sex="F", Phone="", Address="1 OAK ST")]
    county.calls(tmp_path / "in", *late, name="cad_20261102.csv")
    content, current = list_content(store, lists[1]), county.published(tmp_path / "out")
    with_late = run_week(store, tmp_path, 1, at=at(3))
    assert county.published(tmp_path / "out") == current, "an earlier day never becomes current"
    as_known_then = run_week(store, tmp_path, 1, at=at(3), known_at=at(1))
    assert list_content(store, lists[1]) == content, "a published list is never altered"
    entries = {list_id: list_content(store, list_id)["entries"] for list_id in (lists[1], as_known_then, with_late)}
    assert entries[as_known_then] == entries[lists[1]]
    assert len(entries[with_late]) == len(entries[lists[1]]) + 1
    for list_id in (as_known_then, with_late):
        assert replay.replay(store, Settings(home=tmp_path / "home"), load_agencies(), list_id).is_same


def test_looking_back_changes_nobodys_id_and_hides_nobody_from_the_next_list(store: Store, tmp_path: Path):
    three_weeks(store, tmp_path)
    before = ids(store)
    run_week(store, tmp_path, 0, at=at(3))
    assert ids(store) == before
    run_week(store, tmp_path, 3)
    assert ids(store) == before
    assert [entry["is_new"] for entry in county.published(tmp_path / "out")["entries"]] == [False, False]


def test_two_who_turn_out_to_be_one_keep_the_older_id_and_both_ids_answer(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", call(1, "10/28"), name="cad_20261101.csv")
    run_week(store, tmp_path, 0)
    county.calls(tmp_path / "in", call(2, "11/04", **ROSE), name="cad_20261108.csv")
    run_week(store, tmp_path, 1)
    older, younger = (ids(store)[key] for key in ("26-1|1", "26-2|1"))
    assert older != younger
    decide(store, "same", at(2) - timedelta(days=1))
    run_week(store, tmp_path, 2)
    assert set(ids(store).values()) == {older}
    with store.transaction() as work:
        told = history.person_history(work, younger)
        then = history.person_history(work, younger, at=at(1))
        now = history.person_history(work, younger, at=at(2))
        of_older = history.person_history(work, older)
        with pytest.raises(UnknownPerson):
            history.person_history(work, "P-00000000")
    assert told["person_now"] == older
    assert told["leads"][0]["into_person_id"] == older
    assert [row["record_id"] for row in then["records"]] == ["riverton_police/calls/26-2|1"]
    assert now["records"] == []
    merged = next(row for row in of_older["records"] if row["cause"] == "merged")
    assert merged["record_id"] == "riverton_police/calls/26-2|1"
    assert merged["because_record_id"] is not None
    assert merged["decision_number"] == 1
    assert merged["model_id"]


def test_what_a_person_decided_holds_in_every_run_and_is_not_known_before_it_was_decided(store: Store, tmp_path: Path):
    three_weeks(store, tmp_path)
    apart = ids(store)
    decide(store, "same", at(3))
    run_week(store, tmp_path, 3)
    together = ids(store)
    assert together["26-2|1"] == together["26-1|1"] == apart["26-1|1"]
    county.calls(tmp_path / "in", call(8, "11/28", **ROSE), name="cad_20261129.csv")
    again = run_week(store, tmp_path, 4)
    assert ids(store)["26-8|1"] == apart["26-1|1"], "trained anew, and still one person"
    looked_back = run_week(store, tmp_path, 2, at=at(5), known_at=at(2))
    assert len(list_content(store, looked_back)["entries"]) == len(list_content(store, again)["entries"]) + 1
