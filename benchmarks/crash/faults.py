"""What if the Nth thing a run asks of its database or disk fails? Every N in turn, each in every way it can fail.

The faults are put in from outside, in a child: around psycopg's cursor and connection, and around the calls by which
files are written. The program knows nothing of it.
"""

import errno
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.crash.reader import Reader
from benchmarks.crash.server import Server, named, plain
from benchmarks.crash.state import differences, state_of
from benchmarks.crash.world import DONE, TOLD, Marker, Step, World, run_until_done, start

DATABASE_FAULTS = ("lost before it is done", "lost after it is done", "disk full", "input or output error")
FAULTED = "faulted"
FILE_FAULTS = {"disk full": errno.ENOSPC, "input or output error": errno.EIO}


class Fault:
    """Which operation fails, and how? Counts those that come by; the one numbered `number` fails, once."""

    def __init__(self, number: int, kind: str, url: str, marker: Marker) -> None:
        self.number, self.kind, self.url, self.marker = number, kind, url, marker
        self.seen, self.is_busy = 0, False

    def is_due(self, name: str) -> bool:
        """Is this the one?"""
        if self.is_busy:
            return False
        self.seen += 1
        if self.seen == self.number:
            self.marker.note(name)
        return self.seen == self.number

    def cut(self, connection: psycopg.Connection) -> None:
        """Let the server end this connection."""
        self.is_busy = True
        with psycopg.connect(plain(self.url), autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        self.is_busy = False

    @contextmanager
    def around(self, name: str, connection: psycopg.Connection) -> Iterator[None]:
        """Let one thing that is asked of the database go well, or not."""
        is_due = self.is_due(name)
        if is_due and self.kind == "disk full":
            raise psycopg.errors.DiskFull("no space left on device")
        if is_due and self.kind == "input or output error":
            raise psycopg.errors.IoError("input/output error")
        if is_due and self.kind == "lost before it is done":
            self.cut(connection)
        yield
        if is_due and self.kind == "lost after it is done":
            self.cut(connection)
            raise psycopg.OperationalError("the connection was lost")


def fail_database(number: int, kind: str, of: "Sweep", marker: Marker) -> None:
    """Let the Nth statement, COPY or commit of this process fail."""
    fault = Fault(number, kind, of.server.url, marker)
    execute, copy, commit = psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit

    def failing_execute(cursor: Any, *arguments: Any, **options: Any) -> Any:
        with fault.around("statement", cursor.connection):
            return execute(cursor, *arguments, **options)

    @contextmanager
    def failing_copy(cursor: Any, *arguments: Any, **options: Any) -> Iterator[psycopg.Copy]:
        with fault.around("COPY", cursor.connection), copy(cursor, *arguments, **options) as copying:
            yield copying

    def failing_commit(connection: Any) -> None:
        with fault.around("commit", connection):
            commit(connection)

    psycopg.Cursor.execute = failing_execute
    psycopg.Cursor.copy = failing_copy
    psycopg.Connection.commit = failing_commit


class HalfWritten:
    """A stream that takes half of what is written and then fails."""

    def __init__(self, stream: Any, problem: OSError) -> None:
        self._stream, self._problem = stream, problem

    def __enter__(self) -> "HalfWritten":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, content: bytes) -> None:
        """Write half, and fail."""
        self._stream.write(content[: len(content) // 2])
        self._stream.flush()
        raise self._problem


def fail_files(number: int, kind: str, of: "Sweep", marker: Marker) -> None:
    """Let the Nth use of what is kept or published fail: reading, making, writing, forcing, renaming, removing.

    What agencies deliver is read from elsewhere: a file of theirs that cannot be read stops its agency, by design.
    """
    fault = Fault(number, kind, of.server.url, marker)
    ours = (of.faulted.home, of.faulted.out)
    problem = OSError(FILE_FAULTS[kind], os.strerror(FILE_FAULTS[kind]))
    fdopen = os.fdopen

    def failing(name: str, call: Callable) -> Callable:
        def step(*arguments: Any, **options: Any) -> Any:
            place = next((one for one in arguments if isinstance(one, Path)), None)
            is_ours = place is None or any(place.is_relative_to(folder) for folder in ours)
            if is_ours and fault.is_due(name):
                raise problem
            return call(*arguments, **options)

        return step

    def failing_fdopen(*arguments: Any, **options: Any) -> Any:
        stream = fdopen(*arguments, **options)
        return HalfWritten(stream, problem) if fault.is_due("write") else stream

    os.fsync = failing("fsync", os.fsync)
    os.fdopen = failing_fdopen
    tempfile.mkstemp = failing("create", tempfile.mkstemp)
    for name in ("replace", "rename", "mkdir", "symlink_to", "unlink", "read_bytes"):
        setattr(Path, name, failing(name, getattr(Path, name)))


@dataclass
class Sweep:
    """What does a sweep start from? A world as it was before a step, the step, and what is there after it."""

    server: Server
    folder: Path
    before: World
    template: str
    step: Step
    meant: dict

    @property
    def faulted(self) -> World:
        """Where do runs fail?"""
        return World(self.folder / FAULTED, named(self.server.url, FAULTED))

    def try_one(self, prepare: Callable[[Marker], object]) -> dict:
        """Let one run fail, look, run again, compare. Answers how the run ended and what was found wrong."""
        self.server.drop(FAULTED)
        self.server.database(FAULTED, self.template)
        world = self.faulted
        shutil.rmtree(world.folder, ignore_errors=True)
        shutil.copytree(self.before.folder, world.folder, symlinks=True)
        world.deliver(self.step)
        reader = Reader(world)
        reader.look()
        child = start(world, self.step, prepare)
        code = child.wait(120)
        ended, hit = child.marker.read(), child.marker.noted()
        reader.look()
        wrong = list(reader.torn)
        if code not in (DONE, TOLD):
            wrong.append(f"ended with {ended} ({code})")
        if hit:
            done, _ = run_until_done(world, self.step)
            reader.look()
            wrong += [] if done else ["a plain re-run did not go through"]
            wrong += reader.torn + differences(state_of(world), self.meant)
        return {"code": code, "ended": ended, "hit": hit, "wrong": wrong}


def sweep(of: Sweep, stride: int, offset: int, say) -> dict:
    """Let every `stride`-th operation fail, from `offset` on, in every way, until a run ends without coming to it."""
    tried: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    wrong: list[str] = []
    reached = {}
    ways = [("database", kind, fail_database) for kind in DATABASE_FAULTS]
    ways += [("files", kind, fail_files) for kind in FILE_FAULTS]
    for what, kind, install in ways:
        number = 1 + offset
        while True:
            found = of.try_one(partial(install, number, kind, of))
            if not found["hit"]:
                break
            hits[found["hit"]] += 1
            tried[f"{what}: {kind}"] += 1
            ends[found["ended"] if found["code"] == TOLD else "went through all the same"] += 1
            wrong += [f"{what}, {kind}, {number}: {line}" for line in found["wrong"]]
            number += stride
            if number % 20 < stride:
                say(f"{what}, {kind}: operation {number}, {len(wrong)} wrong")
        reached[what] = max(number - 1, reached.get(what, 0))
    return {
        "operations_of_a_run_at_most": reached,
        "faults": dict(sorted(tried.items())),
        "hit": dict(sorted(hits.items())),
        "runs_ended_with": dict(sorted(ends.items())),
        "wrong": wrong,
    }
