"""Where does a run take place? A database, a home, a folder of deliveries and one of published files, all made up.

Runs are forked off a parent that has imported and tried everything, so that each costs a second and not twenty. A child
opens its own connections; the parent holds none while it forks.
"""

import mmap
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pipeline import flow, publication, synthetic
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.errors import OutreachError, PublishHeldBack
from pipeline.settings import Settings
from pipeline.store import Store

AS_OF = date(2026, 11, 16)
SEED = 3
FILES_OF_A_HEAP = 3
DONE, TOLD, UNEXPECTED = 0, 1, 3
"""How a run ended: well; with a line that says what to do; with something nobody foresaw."""


@dataclass(frozen=True)
class Step:
    """What comes in before one run, and for which day is its list? `number` counts from 0."""

    number: int
    files: tuple[Path, ...]
    as_of: date

    @property
    def at(self) -> datetime:
        """At which moment does the run count as happening?"""
        return datetime.combine(self.as_of, datetime.min.time(), UTC) + timedelta(days=1, seconds=self.number)


@dataclass(frozen=True)
class World:
    """Which folders and which database does a run use?"""

    folder: Path
    url: str

    @property
    def home(self) -> Path:
        """Where are delivered and published bytes kept?"""
        return self.folder / "home"

    @property
    def out(self) -> Path:
        """Where do people look?"""
        return self.folder / "out"

    def deliver(self, step: Step) -> None:
        """Let a step's files come in."""
        for path in step.files:
            target = self.folder / "in" / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

    def run(self, step: Step, progress: flow.Progress = lambda step, share: None) -> str:
        """Make and publish the list of a step, in this process; answers its id.

        A list that does not pass its gate is published by hand, as somebody would who knows how small this county is.
        """
        store = Store(self.url)
        try:
            settings = Settings(home=self.home, list_size=10)
            where = {"deliveries": self.folder / "in", "as_of": step.as_of, "out": self.out}
            act = Act("crash", step.at)
            return flow.run(store, act, load_agencies(), settings, **where, progress=progress).list_id
        except PublishHeldBack as held_back:
            published = flow.published_of(settings)
            by_hand = {"because": "twenty people", "is_forced": True}
            with store.run_lock():
                publication.publish_by_hand(store, act, held_back.list_id, published, self.out, **by_hand)
            return held_back.list_id
        finally:
            store.close()


def steps_of(folder: Path, count: int | None, persons: int, years: int) -> list[Step]:
    """What comes in, run by run? A small county's files in the order of their days: half at first, then heaps.

    `count` runs in all; None for as many as make heaps of three files.
    """
    synthetic.synthesize(load_agencies(), persons=persons, years=years, seed=SEED, as_of=AS_OF, out=folder)
    files = sorted((path for path in folder.glob("*/*") if _day(path)), key=lambda path: (_day(path) or AS_OF, path))
    first = len(files) // 2
    count = count or 1 + (len(files) - first) // FILES_OF_A_HEAP
    bounds = [0, *(first + round(number * (len(files) - first) / (count - 1)) for number in range(count))]
    heaps = [tuple(files[low:high]) for low, high in pairwise(bounds)]
    ends = [date(1, 1, 1)]
    for heap in heaps:
        ends.append(max([ends[-1], *(day for path in heap if (day := _day(path)))]))
    return [
        Step(number, heap, day + timedelta(days=6))
        for number, (heap, day) in enumerate(zip(heaps, ends[1:], strict=True))
    ]


def _day(path: Path) -> date | None:
    """Which day does a file's name speak of? The first of the month where it names none; None for companions."""
    digits = re.sub(r"\D", "", path.name)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8] or 1)) if len(digits) >= len("YYYYMM") else None


class Marker:
    """How far is a child? A piece of memory that it shares with its parent."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 2 * 256)

    def write(self, text: str) -> None:
        """Say how far."""
        self._memory[:256] = text.encode()[:255].ljust(256, b"\0")

    def read(self) -> str:
        """How far?"""
        return self._memory[:256].rstrip(b"\0").decode()

    def note(self, text: str) -> None:
        """Say what was done to the run from outside."""
        self._memory[256:] = text.encode()[:255].ljust(256, b"\0")

    def noted(self) -> str:
        """What was done to it? Blank for nothing."""
        return self._memory[256:].rstrip(b"\0").decode()


@dataclass
class Child:
    """A run in a process of its own."""

    pid: int
    marker: Marker
    began: float
    code: int | None = None

    def ended(self) -> int | None:
        """How did it end: its exit code, or minus the signal? None while it goes on."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self, seconds: float = 300) -> int:
        """Wait until it ends; answers as `ended`. One that never ends is killed, and so ends by that signal."""
        give_up_at = time.monotonic() + seconds
        while (code := self.ended()) is None:
            if time.monotonic() > give_up_at:
                self.kill()
            time.sleep(0.002)
        return code

    def kill(self) -> None:
        """Kill it with all that it started, or alone where it has not yet become a group of its own."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(self.pid, signal.SIGKILL)

    def step(self) -> str:
        """In which step is it, agencies not told apart?"""
        told = self.marker.read()
        return "take in" if told.startswith("take in") else told


def start(world: World, step: Step, prepare: Callable[[Marker], object] = lambda marker: None) -> Child:
    """Fork a run off this process, as a process group of its own. `prepare` is called in the child before it starts."""
    marker = Marker()
    marker.write("start")
    pid = os.fork()
    if pid:
        return Child(pid, marker, time.monotonic())
    code = UNEXPECTED
    try:
        os.setsid()
        prepare(marker)
        world.run(step, lambda name, share: marker.write(name))
        code = DONE
    except OutreachError as fault:
        marker.write(type(fault).__name__)
        code = TOLD
    except Exception as fault:  # noqa: BLE001 -- whatever it is, it is counted, and nothing of it may reach the parent
        marker.write(type(fault).__name__)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def run_until_done(world: World, step: Step) -> tuple[bool, float]:
    """Does a plain run go through, and in how many seconds? Waits until the server has noticed that the last ended."""
    for _ in range(100):
        child = start(world, step)
        code = child.wait()
        if code == DONE:
            return True, time.monotonic() - child.began
        if child.marker.read() not in ("RunInProgress", "StoreUnavailable"):
            print(f"  a plain run failed with {child.marker.read()} ({code})", file=sys.stderr)
            return False, 0.0
        time.sleep(0.2)
    return False, 0.0
