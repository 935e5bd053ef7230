"""What has an agency's place given so far? A journal beside its deliveries, so that each file arrives once and whole.

In `<deliveries>/<agency>/.fetched`, which no other step reads, lie the journal, what is still arriving, and what was
seen but is not whole yet. A file arrives in three steps, of which the second decides:

1. It is written here, verified and forced to the disk.
2. A line of the journal says so.
3. It gets its name among the deliveries.

Whatever ends the program before the second, nothing has happened; after it, whoever opens the ledger next does the
third. Losing the folder loses no file: all are fetched again, and those taken in before are known by their bytes.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from pipeline import disk
from pipeline.contract.errors import SourceRefused, SourceUnavailable
from pipeline.fetch.looking import Remote, Steady

FOLDER, JOURNAL, LOOKS, LOCK = ".fetched", "journal.jsonl", "looks.json", "lock"
ARRIVING, WHOLE = disk.PARTIAL, ".whole"

Names = Callable[[str], Iterator[str]]
"""Wanted name → that and others beside it, in the order in which they are tried."""


@dataclass(frozen=True)
class Arrived:
    """Which bytes have arrived, where do they lie, and under which name are they wanted?"""

    place: Path
    name: str
    sha256: str


@dataclass
class _Known:
    """What does the journal say, put together?"""

    versions: set[tuple[str, str]] = field(default_factory=set)
    contents: set[tuple[str, str]] = field(default_factory=set)
    marks: dict[str, Any] = field(default_factory=dict)
    unnamed: list[Mapping[str, str]] = field(default_factory=list)

    def learn(self, record: Mapping[str, Any]) -> None:
        self.versions |= {(name, version) for name, version in record["seen"]}
        self.contents |= {(one["name"], one["sha256"]) for one in record["files"]}
        self.marks |= record["marks"]
        self.unnamed = record["files"]  # those before got their names before this line was written


class Ledger:
    """What is known of what an agency's place gave? Opened by one process at a time, with `opened`."""

    def __init__(self, folder: Path, names: Names) -> None:
        self._deliveries, self._folder, self._names = folder.parent, folder, names
        self._known = _Known()

    @property
    def folder(self) -> Path:
        """Where are the deliveries?"""
        return self._deliveries

    # --- what is known -----------------------------------------------------------------------------------------------

    def knows(self, remote: Remote) -> bool:
        """Was this very version of a file fetched before?"""
        return (remote.name, remote.version) in self._known.versions

    def has(self, name: str, sha256: str) -> bool:
        """Were these bytes delivered under this name before?"""
        return (name, sha256) in self._known.contents

    def mark(self, name: str) -> Any:
        """Which mark was set under this name with what was delivered last? None where none was."""
        return self._known.marks.get(name)

    def looks(self) -> dict[str, Steady]:
        """What did the last look see that was not whole?"""
        try:
            kept = json.loads((self._folder / LOOKS).read_text(encoding="utf-8"))
            return {name: Steady(version, datetime.fromisoformat(since)) for name, (version, since) in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}  # costs a pause and nothing else

    def keep_looks(self, looks: Mapping[str, Steady]) -> None:
        """Remember what was seen and is not whole."""
        kept = {name: (one.version, one.since.isoformat()) for name, one in sorted(looks.items())}
        disk.write_whole(self._folder / LOOKS, json.dumps(kept, indent=1).encode())

    # --- what arrives ------------------------------------------------------------------------------------------------

    def path_for(self, name: str) -> Path:
        """Where may a file of this name arrive? What lies there goes when the ledger is opened next."""
        return self._folder / (hashlib.sha256(name.encode()).hexdigest()[:32] + ARRIVING)

    @contextmanager
    def writing(self, name: str) -> Iterator[tuple[Path, BinaryIO]]:
        """Write what arrives under this name; forced to the disk at the block's end, gone where the block raises."""
        path = self.path_for(name)
        path.unlink(missing_ok=True)
        with disk.new_file(path) as stream:
            yield path, stream

    def deliver(
        self, arrived: Sequence[Arrived], seen: Sequence[Remote] = (), marks: Mapping[str, Any] | None = None
    ) -> int:
        """Deliver files as one: all of them, together with the marks, or none. Answers how many are new.

        Files whose bytes were delivered under their name before are only noted as seen.

        Raises:
            SourceRefused: there is no name for one of them; none is delivered.
        """
        new = [one for one in arrived if not self.has(one.name, one.sha256)]
        for one in new:
            self._check_room(one.name)
        files = [{"name": one.name, "sha256": one.sha256, "place": self._hold(one).name} for one in new]
        disk.sync_folder(self._folder)
        self._write({"seen": [(one.name, one.version) for one in seen], "files": files, "marks": dict(marks or {})})
        self._give_names()
        for one in arrived:
            one.place.unlink(missing_ok=True)
        return len(new)

    def _check_room(self, wanted: str) -> None:
        if all((self._deliveries / name).exists() for name in self._names(wanted)):
            raise SourceRefused(
                "a changed file has come, and the feed's file_pattern leaves no room for a name beside the old one; "
                f"move the old one away, or widen the pattern [{wanted}]"
            )

    def _hold(self, one: Arrived) -> Path:
        held = self._folder / (hashlib.sha256(f"{one.name}/{one.sha256}".encode()).hexdigest()[:32] + WHOLE)
        return one.place.replace(held)

    def _write(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, sort_keys=True, ensure_ascii=False).encode() + b"\n"
        with (self._folder / JOURNAL).open("ab") as stream:
            stream.write(line)
            stream.flush()
            disk.sync(stream)
        self._known.learn(json.loads(line))

    def _give_names(self) -> None:
        """Do the third step for what the journal's last line says."""
        for one in self._known.unnamed:
            held = self._folder / one["place"]
            if held.exists() and not self._has_name(held, one):
                self._check_room(one["name"])

    def _has_name(self, held: Path, one: Mapping[str, str]) -> bool:
        for name in self._names(one["name"]):
            path = self._deliveries / name
            if path.is_file() and disk.file_checksum(path) == one["sha256"]:  # named just before the power went
                held.unlink()
                return True
            if disk.give_name(held, path):
                return True
        return False

    # --- opening -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the journal, finish what its last line says, remove what never arrived."""
        journal = self._folder / JOURNAL
        content = journal.read_bytes() if journal.exists() else b""
        lines, torn = content.rsplit(b"\n", 1) if b"\n" in content else (b"", content)
        if torn:  # the power went while it was written, so it says nothing
            disk.write_whole(journal, content[: len(content) - len(torn)])
        try:
            for line in lines.splitlines():
                self._known.learn(json.loads(line))
        except (ValueError, KeyError, TypeError):
            raise SourceRefused(
                f"the journal of what was fetched is damaged; move the folder {FOLDER} away to fetch everything again, "
                "what was taken in before is known by its bytes"
            ) from None
        self._give_names()
        for stray in self._folder.iterdir():
            if stray.name.endswith((ARRIVING, WHOLE)):
                stray.unlink()


@contextmanager
def opened(deliveries: Path, names: Names) -> Iterator[Ledger]:
    """Hold the ledger of an agency whose deliveries lie in this folder, making both where they are missing.

    Raises:
        SourceUnavailable: another process holds it.
        SourceRefused: the journal is damaged, or there is no name for what has arrived.
        CannotWriteFiles: the folder cannot be written.
    """
    folder = deliveries / FOLDER
    with disk.told_plainly(deliveries):
        disk.make_folder(deliveries)
        disk.make_folder(folder)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise SourceUnavailable("another fetch of this agency is under way; try again when it has ended") from None
    try:
        ledger = Ledger(folder, names)
        with disk.told_plainly(deliveries):
            ledger.open()
        yield ledger
    finally:
        lock.release()
