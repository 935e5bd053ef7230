"""What does somebody see who looks all the while? One whole list each time, from every side, or it is told as torn."""

import hashlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from benchmarks.crash.world import World
from pipeline import disk
from pipeline.contract.outreach_list import OutreachList, from_json
from pipeline.publish import files, list_json, shelf

PAUSE_SECONDS = 0.02
CURRENT = "select list_id, content from outreach.current_list join outreach.list using (list_id)"
ENTRIES = "select rank, person_id, team, points, is_new from outreach.entry where list_id = :list_id order by rank"
REASONS = "select person_id, factor, points, sentence from outreach.reason where list_id = :list_id"
PUBLISHED = "select list_id from outreach.publication"
ARTIFACTS = "select list_id, file_name, sha256 from outreach.artifact"


class Torn(Exception):
    """What was read is not one whole list."""


def must(holds: bool, what: str) -> None:
    """Raise Torn, saying what, where it does not hold."""
    if not holds:
        raise Torn(what)


@dataclass
class Reader:
    """Who looks, and what has been seen so far?"""

    world: World
    looks: int = 0
    unreachable: int = 0
    torn: list[str] = field(default_factory=list)
    published: set[str] = field(default_factory=set)
    seen_in_folder: set[str] = field(default_factory=set)
    stamped: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Connect afresh for every look: a server that was killed in between is no reader's fault."""
        self._engine = sa.create_engine(self.world.url, isolation_level="REPEATABLE READ", poolclass=sa.NullPool)

    def look(self) -> None:
        """Look once, at everything; what is torn is written down."""
        self.looks += 1
        try:
            self._look_at_database()
            self._look_at_folder()
        except Torn as fault:
            self.torn.append(str(fault))
        except (OperationalError, InterfaceError):
            self.unreachable += 1
        except DBAPIError as fault:
            self.torn.append(f"the database refused the reader ({type(fault.orig).__name__})")

    def _look_at_database(self) -> None:
        with self._engine.connect() as connection:
            published = {row.list_id for row in connection.execute(sa.text(PUBLISHED))}
            must(published >= self.published, "a published list is gone")
            self.published = published
            current = connection.execute(sa.text(CURRENT)).one_or_none()
            must(current is not None or not published, "lists were published and none is current")
            if current is None:
                return
            must(current.list_id in published, "the current list is not among the published")
            made = from_json(current.content)
            must(list_json.list_id_of(made) == current.list_id == made.list_id, "the id is not the content's hash")
            self._look_at_tables(connection, made)
            artifacts = artifacts_of(connection).get(current.list_id, {})
        must(set(artifacts) == set(files.NAMES), "the current list has not its four files")
        bytes_of = {name: disk.kept(sha256, self.world.home / "published") for name, sha256 in artifacts.items()}
        must(None not in bytes_of.values(), "a file of the current list is not kept under its hash")
        must(bytes_of[files.LIST_JSON] == list_json.render(made), "the kept JSON is not the current list's")

    def _look_at_tables(self, connection: sa.Connection, made: OutreachList) -> None:
        own = {"list_id": made.list_id}
        entries = [tuple(row) for row in connection.execute(sa.text(ENTRIES), own)]
        must([row[0] for row in entries] == list(range(1, len(entries) + 1)), "the ranks have gaps")
        meant = [(e.rank, e.person_id, e.team, e.points, e.is_new) for e in made.entries]
        must(entries == meant, "the table of entries is not the list's content")
        reasons = sorted(tuple(row) for row in connection.execute(sa.text(REASONS), own))
        meant_reasons = sorted((e.person_id, r.factor, r.points, r.sentence) for e in made.entries for r in e.reasons)
        must(reasons == meant_reasons, "the table of reasons is not the list's content")

    def _look_at_folder(self) -> None:
        """Open `current` once, read its four files through that, and then the names that everybody knows."""
        try:
            folder = os.open(self.world.out / shelf.CURRENT, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            must(not self.seen_in_folder, "the folder shows no list any more")
            return
        try:
            found = {name: _read(name, folder) for name in files.NAMES}
            bears = os.path.basename(os.readlink(f"/proc/self/fd/{folder}"))  # noqa: PTH115, PTH119 -- a descriptor
        finally:
            os.close(folder)
        list_id = id_of(found[files.LIST_JSON])
        stamped = f"{list_id}-stale-{disk.checksum(found[files.LIST_JSON])[:8]}"
        must(bears in (list_id, stamped), "the folder's name is not its list's id")
        with self._engine.connect() as connection:
            artifacts = artifacts_of(connection)
        must(list_id in artifacts, "the folder shows a list that was never published")
        hashes = {name: disk.checksum(content) for name, content in found.items()}
        meant = artifacts[list_id] if bears == list_id else self.stamped.setdefault(stamped, hashes)
        must(hashes == meant, "the files of one folder are not one list's")
        self.seen_in_folder.add(list_id)
        for name in files.NAMES:
            known = self.world.out / name
            if known.exists():
                sha256 = disk.checksum(known.read_bytes())
                shown = {
                    disk.checksum(path.read_bytes()) for path in self.world.out.glob(f"{shelf.LISTS}/[!.]*/{name}")
                }
                is_published = any(sha256 == of[name] for of in artifacts.values()) or sha256 in shown
                must(is_published, f"{name} is no published file")


def artifacts_of(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Which files has each list? list id → file name → SHA-256."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.text(ARTIFACTS)):
        found.setdefault(row.list_id, {})[row.file_name] = row.sha256
    return found


def _read(name: str, folder: int) -> bytes:
    try:
        descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
    except FileNotFoundError:
        raise Torn("a file of the folder is missing") from None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


def id_of(content: bytes) -> str:
    """Which id does a published JSON bear? Checked against its own hash, by nothing but the file."""
    told = json.loads(content)
    list_id = told.pop("list_id")
    told.pop("stale")  # tells that a newer list was held back, which says nothing about this one
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    must(hashlib.sha256(canonical).hexdigest()[:16] == list_id, "the JSON's id is not its hash")
    return list_id


class Watch:
    """A reader in a process of its own, looking until it is told to stop."""

    def __init__(self, world: World) -> None:
        self._answer, answer = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            _watch(Reader(world), answer)
        os.close(answer)

    def stop(self) -> dict:
        """What did it see? looks, unreachable, torn (its words), lists."""
        os.kill(self._pid, signal.SIGTERM)
        with os.fdopen(self._answer, "rb") as stream:
            told = json.loads(stream.read())
        os.waitpid(self._pid, 0)
        return told


def _watch(reader: Reader, answer: int) -> None:
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    try:
        while not stopped:
            reader.look()
            time.sleep(PAUSE_SECONDS)
        told = {
            "looks": reader.looks,
            "unreachable": reader.unreachable,
            "torn": reader.torn,
            "lists_in_database": len(reader.published),
            "lists_in_folder": len(reader.seen_in_folder),
        }
        with os.fdopen(answer, "wb") as stream:
            stream.write(json.dumps(told).encode())
    finally:
        sys.stderr.flush()
        os._exit(0)
