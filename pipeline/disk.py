"""How does a file get onto the disk so that no reader, crash or power cut ever leaves half of it?

Whole files only: written beside their place, forced to the disk, renamed into it. What is kept under its hash can be
checked and never needs to change. Everything here may name people, so it is for its owner alone (0600, folders 0700).
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from pipeline.contract.errors import OutreachError

PIECE = 1 << 20
"""Bytes of a stream in memory at a time."""

PARTIAL = ".partial"
"""Ending of what is still being written. A crash may leave one behind: nobody reads it, the next run removes it."""


class CannotWriteFiles(OutreachError):
    """A folder of files cannot be written: make room or give the program the right to write there."""


WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What a file system answers that knows no second name for a file, as some network drives do."""


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """Turn the system's errors about a folder into one clear line.

    Raises:
        CannotWriteFiles: instead of any OSError inside the block.
    """
    try:
        yield
    except OSError as problem:
        why = os.strerror(problem.errno) if problem.errno else "unknown reason"
        raise CannotWriteFiles(
            f"The folder [{folder}] cannot be written ({why}): free some room, give the right to write, "
            "or choose another."
        ) from problem


def checksum(content: bytes) -> str:
    """Which bytes are these? SHA-256 as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def file_checksum(path: Path, algorithm: str = "sha256") -> str:
    """Which bytes does a file hold? A checksum as hexadecimal text, read bit by bit."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, where it is not there yet."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)


def write_whole(path: Path, content: bytes) -> Path:
    """Replace a file at one stroke: written beside it, forced to the disk, renamed over the old one.

    The rename itself survives a power cut once `sync_folder` was called.
    """
    with _beside(path.parent, path.name) as (stream, beside):
        stream.write(content)
        sync(stream)
        beside.replace(path)
    return path


@contextmanager
def _beside(folder: Path, name: str) -> Iterator[tuple[IO[bytes], Path]]:
    """Open a file to write, under a name that nobody reads; what goes wrong leaves nothing of it."""
    descriptor, beside = tempfile.mkstemp(prefix=f".{name}.", suffix=PARTIAL, dir=folder)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream, Path(beside)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a new file bit by bit, for its owner alone; at the block's end all of it is on the disk.

    Where the block raises, nothing of it is left.
    """
    is_whole = False
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
            sync(stream)
        is_whole = True
    finally:
        if not is_whole:
            path.unlink(missing_ok=True)


def give_name(whole: Path, name: Path) -> bool:
    """Give a whole file its lasting name, in one stroke, unless the name is taken. Answers whether it has it now."""
    try:
        os.link(whole, name)  # unlike a rename it never replaces what somebody else has put there
    except FileExistsError:
        return False
    except OSError as problem:
        if problem.errno not in WITHOUT_LINKS:
            raise
        if name.exists():
            return False
        whole.rename(name)
    sync_folder(name.parent)
    whole.unlink(missing_ok=True)
    return True


def sync(stream: IO[bytes]) -> None:
    """Force what was written to the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def sync_file(path: Path) -> None:
    """Force what another program wrote into a file to the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Force a folder itself to the disk, so that a rename in it survives a power cut. Windows has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(content: bytes, store: Path) -> str:
    """Keep bytes under their hash, as `<first two digits>/<hash>`; answers the hash.

    Bytes that are kept already are left alone; a file whose bytes are no longer those of its name is replaced.
    """
    sha256 = checksum(content)
    place = _place(sha256, store)
    if kept(sha256, store) is None:
        make_folder(store)
        make_folder(place.parent)
        write_whole(place, content)
        sync_folder(place.parent)
    return sha256


def keep_stream(content: IO[bytes], sha256: str, store: Path) -> bool:
    """Keep a stream of any length under its hash, a piece in memory at a time, if it is still the one of this hash."""
    make_folder(store)
    digest, place = hashlib.sha256(), _place(sha256, store)
    if is_kept(sha256, store):
        return hashlib.file_digest(content, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
    with _beside(store, "arriving") as (stream, beside):
        while piece := content.read(PIECE):
            digest.update(piece)
            stream.write(piece)
        sync(stream)
        if digest.hexdigest() != sha256:
            beside.unlink()
            return False
        make_folder(place.parent)
        beside.replace(place)
    sync_folder(place.parent)
    return True


def is_kept(sha256: str, store: Path) -> bool:
    """Are the bytes of this hash kept, and still those?"""
    try:
        with opened(sha256, store) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
    except FileNotFoundError:
        return False


@contextmanager
def opened(sha256: str, store: Path) -> Iterator[IO[bytes]]:
    """Open the bytes kept under this hash. Raises OSError where there are none."""
    with _place(sha256, store).open("rb") as stream:
        yield stream


def kept(sha256: str, store: Path) -> bytes | None:
    """Which bytes are kept under this hash? None where there are none, or where they are no longer those."""
    try:
        content = _place(sha256, store).read_bytes()
    except FileNotFoundError:
        return None
    return content if checksum(content) == sha256 else None


def _place(sha256: str, store: Path) -> Path:
    return store / sha256[:2] / sha256


def forget(sha256: str, store: Path) -> None:
    """Remove the bytes kept under this hash, if they are there."""
    _place(sha256, store).unlink(missing_ok=True)


def hashes(store: Path) -> set[str]:
    """Under which hashes is anything kept?"""
    return {place.name for place in store.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")}


def sweep(store: Path) -> None:
    """Remove what a crash left half written among the kept bytes."""
    for stray in (*store.glob(f".*{PARTIAL}"), *store.glob(f"[0-9a-f][0-9a-f]/.*{PARTIAL}")):
        stray.unlink(missing_ok=True)
