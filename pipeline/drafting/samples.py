"""Which files is a draft made from, and how does each begin? A ZIP is read where it lies, within bounds."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline import archives
from pipeline.archives import Place
from pipeline.contract.errors import SettingError
from pipeline.drafting import hmis, names
from pipeline.receive import COMPANIONS

SAMPLE_BYTES = 16 << 20
"""Bytes looked at of each file: some hundred thousand rows, in memory at once."""

MOST_WHOLE = 64 << 20
"""Bytes of a file that has to be read whole, as a workbook or a document; of a larger one a shorter sample is asked."""

MOST_OF_A_KIND = 128 << 20
"""Bytes looked at of all files of one kind."""

FIRST_BYTES = 1 << 16
"""Bytes by which it is told of which kind a file is."""

_CANNOT_OPEN = "the file cannot be opened; give the program the right to read it"


def samples_of(paths: Sequence[Path]) -> Iterator[Place]:
    """Yield the files that lie at these paths, and in the folders and ZIPs among them.

    Raises:
        SettingError: a ZIP may not be read, or would not be looked into when it is delivered.
    """
    for path in paths:
        if path.is_dir():
            yield from _with_rows(archives.places(path))
        elif _is_archive(path):
            yield from _inside(path)
        else:
            yield Place(path.name, path)


def is_one_delivery(folder: Path) -> bool:
    """Is a folder delivered as a whole, under its own name? An export of an HMIS, or one whose name alone has a day."""
    inside = [place.name for place in archives.places(folder)]
    own = [name.removeprefix(f"{folder.name}/") for name in inside]
    has_days = any(names.pattern_of(name).date_format for name in own)
    return hmis.is_export(own) or (bool(own) and not has_days and bool(names.pattern_of(folder.name).date_format))


def _is_archive(path: Path) -> bool:
    """Is it a ZIP, and not a workbook, which is one inside?"""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return False
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" not in archive.namelist()
    except archives.DAMAGED:
        return path.suffix.lower() == ".zip"


def _inside(path: Path) -> Iterator[Place]:
    if path.suffix.lower() != ".zip":
        what = "it is a ZIP by another name, and only one whose name ends in .zip is looked into; rename it"
        raise SettingError(f"{what}, or ask for delimited text or a workbook [{path.name}]")
    found = list(_with_rows(archives.places(path)))
    for place in found:
        if place.fault:
            raise SettingError(f"{place.fault} [{path.name}]")
    if not found:
        raise SettingError(f"the ZIP holds no file; a draft needs a sample with rows [{path.name}]")
    yield from found


def _with_rows(places: Iterable[Place]) -> Iterator[Place]:
    """Yield the files that may hold rows: no logs, manifests and hidden files, which are not taken in either."""
    yield from (place for place in places if not COMPANIONS.fullmatch(place.name.rpartition("/")[2]))


def first_bytes(place: Place) -> bytes:
    """With which bytes does a file begin? Raises SettingError where it cannot be read."""
    return _read(place, FIRST_BYTES)


def beginnings(places: Sequence[Place]) -> list[bytes]:
    """How do these files of one kind begin, the first of them where they are many?

    Raises:
        SettingError: one is empty, cannot be read, or is too large to be read whole where it has to be.
    """
    found: list[bytes] = []
    for place in places:
        found.append(beginning(place))
        if sum(map(len, found)) > MOST_OF_A_KIND:
            break
    return found


def beginning(place: Place) -> bytes:
    """How does a file begin, in whole lines? All of it where it has none. Raises as `beginnings` does."""
    content = _read(place, SAMPLE_BYTES + 1)
    if not content.strip():
        raise SettingError(f"the file is empty; a draft needs a sample with rows [{place.name}]")
    if len(content) <= SAMPLE_BYTES:
        return content
    if _is_of_lines(content):
        return content[: content.rfind(b"\n", 0, SAMPLE_BYTES) + 1]
    content = _read(place, MOST_WHOLE + 1)
    if len(content) > MOST_WHOLE:
        what = f"it can only be read whole and has more than {MOST_WHOLE >> 20} MiB"
        raise SettingError(f"{what}; give a sample with fewer rows [{place.name}]")
    return content


def _is_of_lines(content: bytes) -> bool:
    """Can a file be read from its first lines alone? Not a workbook, and not one document of JSON or XML."""
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].rstrip()
    return (
        not (content.startswith(b"PK") or first[:1] in (b"[", b"<") or (first[:1] == b"{" and first[-1:] != b"}"))
        and b"\n" in content
    )


def _read(place: Place, count: int) -> bytes:
    try:
        with archives.opened(place) as stream:
            return stream.read(count)
    except OSError:
        raise SettingError(f"{_CANNOT_OPEN} [{place.name}]") from None
    except archives.DAMAGED_INSIDE:
        raise SettingError(f"the ZIP is damaged inside; ask the agency to send it again [{place.path.name}]") from None
