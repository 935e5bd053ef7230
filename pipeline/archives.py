"""Where does a delivered file lie: by itself, in a folder, or in a ZIP? A ZIP is read where it lies and never unpacked.

A file in a folder or ZIP is known by both names joined by a slash, as feeds name them in their `file_pattern`:
`hmis_20261101.zip/Client.csv`. What a ZIP says of itself is not believed further than the bounds below.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

MOST_MEMBERS = 1_000
"""Files in a ZIP. The largest known export, that of an HMIS, has some thirty; a bulk export some hundred parts."""

MOST_BYTES = 8 << 30
"""Bytes that the files of a ZIP have when read. Ten years of a large county stay below a tenth of it."""

LARGEST_RATIO = 250
"""Bytes read for one byte packed. Tables of mostly blank columns come to some 60; a ZIP bomb to 1,000 and more."""

SMALLEST_BOMB = 1 << 20
"""Bytes. Below it a ratio says nothing: a thousand blank lines pack well and harm nobody."""

DAMAGED_INSIDE = (zipfile.BadZipFile, zlib.error, EOFError)
"""What reading a file inside of a damaged ZIP raises."""

DAMAGED = (*DAMAGED_INSIDE, OSError, ValueError, NotImplementedError, struct.error)
"""What looking into something that is no whole ZIP raises."""

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
"""Bit of a member's flags. Source: PKWARE, APPNOTE.TXT, section 4.4.4."""


@dataclass(frozen=True)
class Place:
    """Where does one delivered file lie?

    Attributes:
        name: below its agency's folder; folder or ZIP and file joined by a slash.
        path: the file, or the ZIP it lies in.
        member: its name inside of the ZIP; None for a file of its own.
        fault: why a ZIP cannot be read; `name` is then the ZIP's own.
    """

    name: str
    path: Path
    member: str | None = None
    fault: str | None = None


def places(path: Path) -> Iterator[Place]:
    """Yield the files that a folder or a ZIP holds, by name; a ZIP that may not be read is one place with its fault."""
    if path.is_dir():
        inside = sorted(found for found in path.rglob("*") if found.is_file())
        yield from (Place(found.relative_to(path.parent).as_posix(), found) for found in inside)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except DAMAGED:
        yield Place(path.name, path, fault="it is no whole ZIP; ask the agency to send it again")
        return
    fault = _fault(members)
    if fault:
        yield Place(path.name, path, fault=f"{fault}; nothing in it was read: ask the agency what it sent")
        return
    yield from (Place(f"{path.name}/{name}", path, name) for name in sorted(member.filename for member in members))


def _fault(members: list[zipfile.ZipInfo]) -> str | None:
    """Why may a ZIP not be read, if so? Names of its files could be anything, so none is told."""
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS:
        return f"the ZIP holds more than {MOST_MEMBERS:,} files"
    if any(not _is_plain(name) for name in names) or len({name.upper() for name in names}) < len(names):
        return "the ZIP holds a file whose name leads out of it, or two files of one name"
    if any(member.flag_bits & _ENCRYPTED or member.compress_type not in _PACKINGS for member in members):
        return "the ZIP holds a file that is encrypted or packed in another way than ZIP's own"
    if sum(member.file_size for member in members) > MOST_BYTES:
        return f"the files in the ZIP have more than {MOST_BYTES >> 30} GiB"
    if any(_is_bomb(member) for member in members):
        return f"the ZIP holds a file packed more than {LARGEST_RATIO} times smaller than it is"
    return None


def _is_plain(name: str) -> bool:
    """Does a name stay inside of its ZIP on every system?"""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not set(name) & set("\\:\0")


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > max(SMALLEST_BOMB, LARGEST_RATIO * member.compress_size)


@contextmanager
def opened(place: Place) -> Iterator[IO[bytes]]:
    """Open a file where it lies. Raises OSError or one of `DAMAGED_INSIDE`; a ZIP gives no byte more than it said."""
    if place.member is None:
        with place.path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(place.path) as archive, _member(archive, place.member) as stream:
        yield stream


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a file of a ZIP. Raises BadZipFile also where it is gone by now, or packed in a way that cannot be read."""
    try:
        return archive.open(name)
    except (KeyError, NotImplementedError, RuntimeError, UnicodeError, struct.error):
        raise zipfile.BadZipFile from None
