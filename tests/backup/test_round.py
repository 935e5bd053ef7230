"""Is what comes back what was kept? On real databases, with the little county made by hand."""

import json
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline import answers, audit, backup, replay
from pipeline.agencies import load_agencies
from pipeline.contract.errors import BackupRefused, RunInProgress
from pipeline.store import SCHEMAS, SQL, Store
from tests.backup.conftest import ACT, Place
from tests.road import county


def rows(store: Store) -> dict[str, str]:
    """What does every table hold? All of it as text, in one order."""
    with store._engine.connect() as connection:
        tables = connection.execute(
            sa.text("select schemaname || '.' || tablename from pg_tables where schemaname = any(:schemas)"),
            {"schemas": list(SCHEMAS)},
        )
        return {
            table: str(
                connection.execute(
                    sa.text(f"select string_agg(t::text, chr(10) order by t::text) from {table} as t")
                ).scalar()
            )
            for table in sorted(tables.scalars())
        }


def files(home: Path) -> dict[str, bytes]:
    found = [path for folder in ("deliveries", "published") for path in (home / folder).rglob("*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def back(place: Callable[[], Place], kept: backup.Kept) -> Place:
    """The store in which the backup was brought back."""
    one = place()
    backup.restore(one.store, ACT, one.settings, kept.path)
    return one


DELIVERED, PUBLISHED = 10, 4
"""Files that the little county delivers, and files of its one list."""
AUDIT = ("audit.event", "audit.head")


def test_every_row_and_every_file_came_back(ran: Place, back: Place):
    before, after = rows(ran.store), rows(back.store)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == list(AUDIT)
    assert before["core.membership"] != "None", "the control: there were rows"
    assert files(back.home) == files(ran.home)
    assert len(files(back.home)) == DELIVERED + PUBLISHED
    for path in (back.home / "deliveries").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_list_and_links_are_the_same(ran: Place, back: Place):
    with ran.store.transaction() as here, back.store.transaction() as there:
        assert answers.current_list(there) == answers.current_list(here)
        pd.testing.assert_frame_equal(there.read("links"), here.read("links"))


def test_the_audit_chain_goes_on_and_both_acts_are_in_a_trail(ran: Place, back: Place, kept: backup.Kept):
    with back.store.transaction() as work:
        assert audit.verify(work, kept.manifest.audit_head).is_whole
    there = back.store.read("told_events", since=None, act=None, at_most=99)
    here = ran.store.read("told_events", since=None, act=None, at_most=99)
    [made] = here[here["act"] == "backup_made"].itertuples()
    [restored] = there[there["act"] == "backup_restored"].itertuples()
    assert made.facts["backup"] == restored.facts["backup"] == kept.sha256
    assert made.facts["files"] == DELIVERED + PUBLISHED
    assert restored.facts["made_at"] == "2026-11-17T06:00:00.000000+00:00"
    before = here[here["event_id"] < made.event_id].reset_index(drop=True)
    after = there[there["event_id"] < restored.event_id].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before)


def test_the_guards_and_the_programs_rights_came_back(back: Place):
    with back.store._engine.connect() as connection:
        for statement in ("delete from audit.event", "truncate audit.event", "update audit.head set event_count = 0"):
            for role in ("postgres", "outreach_app"):
                connection.execute(sa.text(f"set local role {role}"))
                with pytest.raises(sa.exc.DBAPIError) as refused:
                    connection.execute(sa.text(statement))
                assert refused.value.orig.sqlstate == "42501"
                connection.rollback()
        connection.execute(sa.text("create table core.later (x int)"))
        connection.execute(sa.text("set local role outreach_app"))
        connection.execute(sa.text("insert into core.later values (1)"))
        connection.rollback()


def test_the_next_run_gives_the_same_list_and_the_same_ids(ran: Place, back: Place, tmp_path: Path):
    again = county.run(ran.store, ran.settings.deliveries, ran.home.parent / "again")
    result = county.run(back.store, ran.settings.deliveries, back.home.parent / "out")
    assert result.list_id == again.list_id
    made, other = back.home.parent / "out", ran.home.parent / "again"
    for path in filter(Path.is_file, other.iterdir()):
        assert (made / path.name).read_bytes() == path.read_bytes(), path.name
    again = replay.replay(back.store, back.settings, load_agencies(), result.list_id)
    assert (again.is_same, again.differences) == (True, ())
    one, two = back.store.read("links"), ran.store.read("links")
    pd.testing.assert_frame_equal(one, two)


def test_a_backup_of_what_was_restored_is_the_same_but_for_the_trail(back: Place, kept: backup.Kept, tmp_path: Path):
    again = backup.make(back.store, ACT, back.settings, tmp_path / "again.tar").manifest
    without_dump = [m for m in again.members if m.name != "database.dump"]
    assert without_dump == [m for m in kept.manifest.members if m.name != "database.dump"]
    assert again.counts == kept.manifest.counts


def test_the_file_is_readable_by_its_owner_only_and_its_manifest_stands_first(kept: backup.Kept):
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert [path.name for path in kept.path.parent.iterdir()] == ["county.tar"], "nothing is left beside it"
    with tarfile.open(kept.path) as tar:
        names = tar.getnames()
        told = json.load(tar.extractfile(names[0]))
    assert (names[0], names[1], names[-1]) == ("manifest.json", "database.dump", "manifest.sha256")
    assert told["format"] == 1
    assert told["schema_revision"] == max(path.name[:4] for path in (SQL / "migrations" / "versions").glob("*.sql"))
    assert told["counts"]["deliveries"] == 9
    assert backup.check(kept.path) == kept.manifest


def test_a_backup_says_nothing_of_a_person_outside_its_dump_and_kept_files(kept: backup.Kept):
    with tarfile.open(kept.path) as tar:
        assert b"QUILL" not in tar.extractfile("manifest.json").read().upper()


def test_every_schema_of_ours_is_kept(store: Store):
    with store._engine.connect() as connection:
        found = connection.execute(
            sa.text("select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'")
        )
        assert set(found.scalars()) - {"public"} == set(SCHEMAS)


def test_no_backup_is_made_and_none_restored_during_a_run(ran: Place, kept: backup.Kept, place, tmp_path: Path):
    with ran.store.run_lock(), pytest.raises(RunInProgress):
        backup.make(ran.store, ACT, ran.settings, tmp_path / "x.tar")
    empty = place()
    with empty.store.run_lock(), pytest.raises(RunInProgress):
        backup.restore(empty.store, ACT, empty.settings, kept.path)
    assert list(tmp_path.iterdir()) == []


def test_where_the_event_cannot_be_written_there_is_no_backup(place, tmp_path: Path):
    one = place()
    with one.store._engine.begin() as owner:
        owner.execute(sa.text("alter table audit.event add constraint fault check (act <> 'backup_made')"))
    with pytest.raises(Exception, match="23514"):
        backup.make(one.store, ACT, one.settings, tmp_path / "x.tar")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_is_kept_and_comes_back(place, tmp_path: Path):
    one, other = place(), place()
    made = backup.make(one.store, ACT, one.settings, tmp_path / "empty.tar")
    backup.restore(other.store, ACT, other.settings, made.path)
    with other.store.transaction() as work:
        assert audit.verify(work).event_count == 1
    with pytest.raises(BackupRefused, match="1 audit events"):
        backup.restore(other.store, ACT, other.settings, made.path)
