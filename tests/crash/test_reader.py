"""Does the reader of the crash benchmark see what is torn? Each way is planted once; untouched, it sees nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.crash.reader import Reader
from benchmarks.crash.state import differences, state_of
from benchmarks.crash.world import Step, World
from pipeline.publish import files
from pipeline.store import create_database
from tests.road import county

OTHER = "0123456789abcdef"


@pytest.fixture(scope="module")
def published(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which one list was published; each test spoils a copy of it."""
    folder = tmp_path_factory.mktemp("published")
    county.whole_county(folder / "in")
    world = World(folder, create_database(server_url, "reader_published", template))
    world.run(Step(0, (), county.AS_OF))
    return world


@pytest.fixture
def world(published: World, server_url: str, tmp_path: Path) -> Iterator[World]:
    """A copy of that world."""
    copy = World(tmp_path / "copy", create_database(server_url, "reader_copy", "reader_published"))
    shutil.copytree(published.folder, copy.folder, symlinks=True)
    yield copy
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("drop database reader_copy with (force)"))


def sql(world: World, *statements: str) -> None:
    engine = sa.create_engine(world.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def damage_kept_file(world: World) -> None:
    for path in (world.home / "published").glob("??/*"):
        path.write_bytes(b"half")


def put_another_file(world: World) -> None:
    (world.out / "current" / files.LIST_DOCUMENT).write_bytes(b"of another list")


def remove_a_file(world: World) -> None:
    (world.out / "current" / files.RUN_REPORT).unlink()


def lead_elsewhere(world: World) -> None:
    folder = world.out / "current"
    (world.out / "lists" / OTHER).symlink_to(folder.readlink().name)
    folder.unlink()
    folder.symlink_to(f"lists/{OTHER}")
    real = (world.out / "lists" / OTHER).resolve()
    (world.out / "lists" / OTHER).unlink()
    real.rename(world.out / "lists" / OTHER)


def put_over_a_link(world: World) -> None:
    (world.out / files.LIST_WORKBOOK).unlink()
    (world.out / files.LIST_WORKBOOK).write_bytes(b"older")


PLANTED = {
    "an entry is missing": (
        lambda world: sql(world, "delete from outreach.reason", "delete from outreach.entry"),
        "the table of entries",
    ),
    "a reason is missing": (lambda world: sql(world, "delete from outreach.reason where points > 1"), "reasons"),
    "a publication is gone": (lambda world: sql(world, "delete from outreach.publication"), "published"),
    "nothing is current": (lambda world: sql(world, "delete from outreach.current_list"), "none is current"),
    "a file's hash is gone": (lambda world: sql(world, "delete from outreach.artifact"), "four files"),
    "another content": (
        lambda world: sql(
            world,
            "alter table outreach.list disable trigger never_altered",
            "update outreach.list set content = jsonb_set(content::jsonb, '{zone}', '\"UTC\"')::json",
        ),
        "the content's hash",
    ),
    "kept bytes are half": (damage_kept_file, "not kept under its hash"),
    "a file of another list": (put_another_file, "not one list's"),
    "a file is missing": (remove_a_file, "missing"),
    "a folder under another's name": (lead_elsewhere, "the folder's name"),
    "an unknown file under a known name": (put_over_a_link, "no published file"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_torn_is_seen(world: World, planted: str):
    reader = Reader(world)
    reader.look()
    assert (reader.torn, len(reader.published), len(reader.seen_in_folder)) == ([], 1, 1)
    spoil, words = PLANTED[planted]
    spoil(world)
    reader.look()
    assert [line for line in reader.torn if words in line]


def test_states_differ_where_a_row_or_a_file_does(world: World):
    before = state_of(world)
    assert differences(state_of(world), before) == []
    sql(world, "insert into raw.repeated_file select delivery_id, 'a.csv' from raw.delivery limit 1")
    (world.out / "lists" / ".stray.partial").write_bytes(b"")
    assert differences(state_of(world), before) == [
        "accounting differs",
        "tables: raw.repeated_file",
        "files: out/lists/.stray.partial",
    ]
