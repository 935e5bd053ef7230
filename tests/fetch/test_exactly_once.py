"""Whatever the order of uploads, changes, looks and kills, is each whole file delivered exactly once?"""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fetch.killing import run_until
from tests.fetch.made_up import AGENCY, County

NAMES = ("calls_20261115.csv", "calls_20261116.csv")
SETTLE_SECONDS = 60


class Uploads(RuleBasedStateMachine):
    """An agency that uploads in pieces, and a county that looks when it likes. No upload pauses for a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="fetch"))
        self.there = self.root / "there"
        self.there.mkdir()
        self.county = County(self.root)
        self.county.declare(
            f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{self.there}"\nsettle_seconds = {SETTLE_SECONDS}\n'
        )
        self.open: dict[str, int] = {}
        self.paused: dict[str, int] = {}
        self.whole: dict[str, list[bytes]] = {name: [] for name in NAMES}
        self.versions = 0

    def put(self, name: str, content: bytes) -> None:
        path = self.there / name
        path.write_bytes(content)
        at = self.county.time.at.timestamp()
        os.utime(path, (at, at))

    @rule(name=strategies.sampled_from(NAMES), later=strategies.sampled_from((0, 30, SETTLE_SECONDS)))
    def begin(self, name: str, later: int) -> None:
        if name not in self.open:
            if not self.open:
                self.county.time.at += timedelta(seconds=later)
            self.versions += 1
            self.open[name], self.paused[name] = self.versions, 0
            self.county.time.at += timedelta(seconds=1)
            self.put(name, f"version {self.versions:04} beg".encode())

    @precondition(lambda self: self.open)
    @rule()
    def end(self) -> None:
        name, version = self.open.popitem()
        content = f"version {version:04} begun and ended".encode()
        self.county.time.at += timedelta(seconds=1)
        self.put(name, content)
        self.whole[name].append(content)

    @rule(seconds=strategies.integers(1, 150))
    def wait(self, seconds: int) -> None:
        if any(self.paused[name] + seconds >= SETTLE_SECONDS - 5 for name in self.open):
            return
        for name in self.open:
            self.paused[name] += seconds
        self.county.time.at += timedelta(seconds=seconds)

    @rule()
    def look(self) -> None:
        assert self.county.fetch(is_patient=False).failed == 0

    @rule(step=strategies.integers(0, 60))
    def look_and_be_killed(self, step: int) -> None:
        run_until(step, lambda: self.county.fetch(is_patient=False))

    @invariant()
    def only_whole_files_are_delivered_and_none_twice(self) -> None:
        delivered = list(self.county.delivered().values())
        assert set(delivered) <= {content for versions in self.whole.values() for content in versions}
        assert len(delivered) == len(set(delivered))

    def teardown(self) -> None:
        try:
            while self.open:
                self.end()
            self.look()
            self.county.time.at += timedelta(seconds=SETTLE_SECONDS)
            self.look()
            delivered = list(self.county.delivered().values())
            for versions in self.whole.values():
                assert all(delivered.count(content) == 1 for content in versions[-1:])
            self.only_whole_files_are_delivered_and_none_twice()
        finally:
            shutil.rmtree(self.root)


Uploads.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestUploads = Uploads.TestCase
