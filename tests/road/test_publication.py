"""A list, once made, is never altered; its files are kept byte for byte, and follow from the database at any time."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import answers, disk, flow, publication
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.errors import OutreachError
from pipeline.publish import files, list_json, shelf
from pipeline.settings import Settings
from pipeline.store import Store, Work
from tests.road import county

PHONE = "303-555-0188"
ELSEWHERE = {"IncidentNo": "26-4", "PersonName": "ABBOTT, ROSE", "DOB": "07/08/1990", "Sex": "F", "Phone": ""}


def kept(tmp_path: Path) -> Path:
    return tmp_path / "home" / "published"


def made_of(store: Store, list_id: str) -> publication.Made:
    with store.transaction() as work:
        return publication.read_made(work, list_id)


def list_rows(store: Store) -> dict[str, str]:
    with store.transaction() as work:
        return {
            list_id: work.read("list_content", list_id=list_id).to_json(orient="records")
            for list_id in ids_published(work)
        }


def ids_published(work: Work) -> list[str]:
    events = work.read("told_events", since=None, act=None, at_most=999)
    return sorted({row.facts["list_id"] for row in events.itertuples() if row.act == "list_published"})


def test_a_corrected_telephone_makes_another_list_and_leaves_the_first_as_it_was(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out")
    before, first = list_rows(store), county.published(tmp_path / "out")
    county.calls(tmp_path / "in", {"Phone": PHONE}, name="cad_20261115_corrected.csv")
    county.run(store, tmp_path / "in", tmp_path / "out")
    second = county.published(tmp_path / "out")
    assert {**second, "documents_hash": "", "list_id": ""} == {**first, "documents_hash": "", "list_id": ""}
    assert second["list_id"] != first["list_id"]
    with store.transaction() as work:
        assert answers.current_list(work).entries[0].phone == PHONE.replace("-", "")
    assert list_rows(store)[first["list_id"]] == before[first["list_id"]]
    assert json.loads((tmp_path / "out" / "lists" / first["list_id"] / files.LIST_JSON).read_bytes()) == first


def test_every_file_is_kept_under_its_hash_and_can_be_made_again(store: Store, tmp_path: Path):
    county.whole_county(tmp_path / "in")
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    made = made_of(store, result.list_id)
    assert set(made.hashes) == set(files.NAMES)
    again = publication.derive(made)
    for path in result.paths:
        assert disk.checksum(path.read_bytes()) == made.hashes[path.name] == disk.checksum(again[path.name])
        assert disk.kept(made.hashes[path.name], kept(tmp_path)) == path.read_bytes()


def test_a_repeated_run_by_somebody_else_changes_no_file(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    first = county.run(store, tmp_path / "in", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in first.paths}
    settings = Settings(home=tmp_path / "home")
    later = Act("somebody else", county.AT + timedelta(hours=5))
    where = {"deliveries": tmp_path / "in", "as_of": county.AS_OF, "out": tmp_path / "other"}
    second = flow.run(store, later, load_agencies(), settings, **where)
    assert second.list_id == first.list_id
    assert {path.name: path.read_bytes() for path in second.paths} == before


def test_a_report_of_an_earlier_run_is_told_of(store: Store, tmp_path: Path):
    path = county.calls(tmp_path / "in", {})
    told = answers.tell(store, county.run(store, tmp_path / "in", tmp_path / "out"))
    assert told["is_report_of_earlier_run"] is False
    (path.parent / "cad_20261115_copy.csv").write_bytes(path.read_bytes())
    told = answers.tell(store, county.run(store, tmp_path / "in", tmp_path / "out"))
    assert told["is_report_of_earlier_run"] is True


@pytest.mark.parametrize("loss", ["kept files", "the folder people look into", "both"])
def test_lost_files_come_back_with_the_next_run(store: Store, tmp_path: Path, loss: str):
    county.calls(tmp_path / "in", {})
    first = county.run(store, tmp_path / "in", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in first.paths}
    if loss != "the folder people look into":
        shutil.rmtree(kept(tmp_path))
    if loss != "kept files":
        shutil.rmtree(tmp_path / "out")
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in first.paths} == before
    hashes = made_of(store, first.list_id).hashes.values()
    assert all(disk.kept(sha256, kept(tmp_path)) for sha256 in hashes)


def test_bytes_that_are_gone_and_cannot_be_made_again_are_told_and_not_replaced(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    county.calls(tmp_path / "in", {})
    first = county.run(store, tmp_path / "in", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in first.paths}
    monkeypatch.setattr(publication, "derive", lambda made: dict.fromkeys(files.NAMES, b"of another library"))
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in first.paths} == before
    shutil.rmtree(kept(tmp_path))
    with pytest.raises(publication.PublishedFileLost, match="back-up"):
        county.run(store, tmp_path / "in", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in first.paths} == before


def test_a_folder_left_behind_follows_with_the_next_run_even_one_for_an_earlier_day(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallReceived": "11/01/2026 10:00"})
    out, aside = tmp_path / "out", tmp_path / "aside"
    first = county.run(store, tmp_path / "in", out, as_of=date(2026, 11, 9))
    second = county.run(store, tmp_path / "in", aside)  # as if a crash had come between the flip and the folder
    assert (shelf.turned_to(out), shelf.turned_to(aside)) == (first.list_id, second.list_id)
    county.run(store, tmp_path / "in", out, as_of=date(2026, 11, 8))
    assert shelf.turned_to(out) == second.list_id
    assert county.published(out) == county.published(aside)


def test_a_list_for_an_earlier_day_in_a_new_folder_names_nothing_current(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallReceived": "11/01/2026 10:00"})
    county.run(store, tmp_path / "in", tmp_path / "out")
    earlier = county.run(store, tmp_path / "in", tmp_path / "new", as_of=date(2026, 11, 9))
    assert shelf.turned_to(tmp_path / "new") is None
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lists"]
    assert all(path.is_file() for path in earlier.paths)


def test_what_a_crash_left_half_written_is_swept_by_the_next_run(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out")
    half = (
        tmp_path / "out" / f".outreach_list.pdf.abc{disk.PARTIAL}",
        tmp_path / "out" / f".current.link{disk.PARTIAL}",
        tmp_path / "out" / "lists" / f".0123456789abcdef{disk.PARTIAL}" / "outreach_list.pdf",
        *(next(store.glob("??")) / f".{'0' * 64}.abc{disk.PARTIAL}" for store in (tmp_path / "home").iterdir()),
    )
    for stray in half:
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"half")
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert list(tmp_path.rglob(f"*{disk.PARTIAL}")) == []


@pytest.mark.parametrize(
    "table", ["list", "entry", "reason", "exclusion", "standing", "publication", "making", "artifact"]
)
def test_the_database_itself_refuses_to_alter_a_list(store: Store, tmp_path: Path, table: str):
    county.calls(tmp_path / "in", {}, ELSEWHERE)
    county.run(store, tmp_path / "in", tmp_path / "out")
    with pytest.raises(sa.exc.DBAPIError, match="never altered"), store._engine.begin() as connection:
        connection.execute(sa.text(f"update outreach.{table} set list_id = list_id"))


def test_a_content_changed_by_hand_is_seen_from_the_id_alone(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    made = made_of(store, result.list_id).outreach_list
    assert list_json.list_id_of(made) == result.list_id
    changed = replace(made, entries=(replace(made.entries[0], phone="0"), *made.entries[1:]))
    assert list_json.list_id_of(changed) != result.list_id


def test_a_list_of_an_older_version_is_told_of_plainly(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    with store._engine.begin() as connection:
        connection.execute(sa.text("delete from outreach.making"))
    with store.transaction() as work, pytest.raises(OutreachError, match="run again"):
        publication.read_made(work, result.list_id)
