"""What is a backup file? A tar: a manifest first, the dump of the database, kept files, the manifest's checksum last.

Knows files and bytes only. What is read is checked against the manifest, and the manifest against its checksum, so a
file that was cut short or changed anywhere is refused.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from pipeline.contract.errors import BackupRefused

FORMAT = 1
"""Of the file. A program refuses those of a format it does not know."""
MANIFEST, DATABASE, SEAL = "manifest.json", "database.dump", "manifest.sha256"
KEPT = ("deliveries", "published")
"""Folders of the program's home whose files are kept: bytes as delivered, and files as published."""
PIECE = 1 << 20
"""Bytes in memory at once."""
LARGEST_MANIFEST = 1 << 28
"""Bytes. Some 100 for each kept file: no county has as many as that."""
_NAME = re.compile(rf"{DATABASE}|({'|'.join(KEPT)})(/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Member:
    """One file in a backup: its name there, which is its place in the home, its checksum and its length."""

    name: str
    sha256: str
    byte_count: int


@dataclass(frozen=True)
class Manifest:
    """What does a backup hold, and what did the store look like at that moment?

    Attributes:
        made_at: the moment of the act, in UTC. schema_revision: of the database.
        audit_head, audit_events: of the chain. counts: rows of the main tables.
        members: in the order of the file.
    """

    made_at: str
    code_version: str
    schema_revision: str
    audit_head: str
    audit_events: int
    counts: Mapping[str, int]
    members: tuple[Member, ...]

    def to_json(self) -> bytes:
        """Which bytes stand in the file?"""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()

    @property
    def byte_count(self) -> int:
        """How many bytes do the kept files have together?"""
        return sum(member.byte_count for member in self.members)

    @property
    def sha256(self) -> str:
        """Which backup is this? The checksum of the manifest, which holds those of everything else."""
        return hashlib.sha256(self.to_json()).hexdigest()


def describe(path: Path, name: str) -> Member:
    """Which member does a file become?"""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Member(name, digest, path.stat().st_size)


def kept_files(home: Path) -> list[tuple[Path, str]]:
    """Which files of the home are kept? (where it lies, its name in the backup), in order; unfinished ones are not.

    Raises:
        BackupRefused: a name that no program of ours gives.
    """
    found = [path for folder in KEPT for path in sorted((home / folder).rglob("*")) if path.is_file()]
    named = [(path, path.relative_to(home).as_posix()) for path in found if not path.name.startswith(".")]
    odd = sum(_NAME.fullmatch(name) is None for _, name in named)
    if odd:
        raise BackupRefused(f"files whose names this program does not give lie in {' or '.join(KEPT)} [{odd} files]")
    return named


def write(stream: IO[bytes], manifest: Manifest, paths: Mapping[str, Path], progress: Progress) -> None:
    """Write a backup; `paths` says where each member lies."""
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, manifest.to_json())
        done = 0
        for member in manifest.members:
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mode = member.byte_count, 0o600
            with paths[member.name].open("rb") as content:
                tar.addfile(entry, content)
            done += member.byte_count
            progress("write", done / max(1, manifest.byte_count))
        _add(tar, SEAL, manifest.sha256.encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, BytesIO(content))


@contextmanager
def _reading(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup. Raises BackupRefused, in one line, for whatever makes it unreadable."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused(
            f"this is no whole backup: it was cut short, changed, or is another file [{path}]"
        ) from None
    except OSError as fault:
        raise BackupRefused(f"the backup cannot be read: {fault.strerror or 'no access'} [{path}]") from None


def check(path: Path, progress: Progress = lambda step, share: None) -> Manifest:
    """What does a backup hold, and is every byte of it as it was written? Reads the whole file once.

    Raises:
        BackupRefused: it was cut short or changed, or a newer version of the program made it.
    """
    with _reading(path) as tar:
        manifest = _manifest(tar, path)
        done = 0
        for member in manifest.members:
            if _digest(tar, member) != member.sha256:
                raise BackupRefused(f"the backup was changed after it was made [{member.name}]")
            done += member.byte_count
            progress("check", done / max(1, manifest.byte_count))
        seal = tar.next()
        if seal is None or seal.name != SEAL or _bytes(tar, seal, 64) != manifest.sha256.encode():
            raise BackupRefused(f"the backup was cut short, or its manifest was changed [{path}]")
    return manifest


def _manifest(tar: tarfile.TarFile, path: Path) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST:
        raise BackupRefused(f"this is no backup of this program: no manifest stands first in it [{path}]")
    said = json.loads(_bytes(tar, first, LARGEST_MANIFEST))
    if said.pop("format") != FORMAT:
        raise BackupRefused(f"the backup has another format than this version reads, which is {FORMAT}; update it")
    manifest = Manifest(**said | {"members": tuple(Member(**member) for member in said["members"])})
    names = [member.name for member in manifest.members]
    if names.count(DATABASE) != 1 or len(set(names)) != len(names) or not all(map(_NAME.fullmatch, names)):
        raise BackupRefused(f"the backup's manifest names files that no backup has [{path}]")
    return manifest


def _bytes(tar: tarfile.TarFile, entry: tarfile.TarInfo, at_most: int) -> bytes:
    stream = tar.extractfile(entry) if entry.isreg() and entry.size <= at_most else None
    if stream is None:
        raise ValueError(entry.name)
    return stream.read()


def _digest(tar: tarfile.TarFile, member: Member) -> str:
    """Which checksum has the next file of the tar, if it is this member?"""
    entry = tar.next()
    if entry is None or entry.name != member.name or not entry.isreg() or entry.size != member.byte_count:
        raise ValueError(member.name)
    digest = hashlib.sha256()
    for piece in _pieces(tar, entry):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[bytes]:
    stream = tar.extractfile(entry)
    while stream and (piece := stream.read(PIECE)):
        yield piece


def contents(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """What stands in the members of a checked backup whose names are wanted? (name, its bytes piece by piece)."""
    with _reading(path) as tar:
        for entry in tar:
            if entry.name not in (MANIFEST, SEAL) and wanted(entry.name):
                yield entry.name, _pieces(tar, entry)
