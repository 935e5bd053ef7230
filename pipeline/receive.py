"""What has been delivered? Finds files, tells which feed and day each is of, and reads their bytes.

Stages know no database: `flow.py` hands what is found here to the store.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from pipeline import archives, manifests
from pipeline.archives import Place
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeliveryRefused, SettingError


@dataclass(frozen=True)
class FoundFile:
    """Which file was found for which feed, and where does it lie?"""

    feed: Feed
    place: Place

    @property
    def name(self) -> str:
        """How is it called, below the agency's folder?"""
        return self.place.name


@dataclass(frozen=True)
class Found:
    """What lies in an agency's folder? `unknown_count` files match no declared feed and are left alone."""

    files: tuple[FoundFile, ...]
    unknown_count: int


COMPANIONS = re.compile(rf"(log|manifest)\.(ndjson|json)|{manifests.OUTCOMES.pattern}|\..*", re.IGNORECASE)
"""Files that belong to a delivery without holding rows: export logs, manifests, errors told, hidden files."""


def check_folder(deliveries: Path) -> None:
    """Is there a folder to look into? Raises SettingError where there is none."""
    if not deliveries.is_dir():
        raise SettingError(f"there is no folder of deliveries here; give one with --deliveries [{deliveries}]")


def unknown_folders(deliveries: Path, agencies: tuple[Agency, ...]) -> int:
    """How many folders belong to no declared agency? Their files are not read."""
    declared = {agency.name for agency in agencies}
    return sum(path.is_dir() and path.name not in declared for path in deliveries.iterdir())


def find_files(agency: Agency, deliveries: Path) -> Found:
    """Which files of the agency lie in `deliveries/<agency>`? By feed in declared order, then by name."""
    folder = deliveries / agency.name
    return found_in(agency, sorted(folder.iterdir()) if folder.is_dir() else [])


def found_in(agency: Agency, paths: Iterable[Path]) -> Found:
    """Which of these files, and of those in folders and ZIPs that a feed names, are of which feed?

    A folder or ZIP that no feed names is not looked into. A ZIP that may not be read stands for the first feed that
    names it, with its fault; so does a manifest or a file of errors by which a FHIR export is not complete.
    """
    places = [place for path in paths for place in _places(agency, path)]
    files = [FoundFile(feed, place) for feed in agency.feeds for place in places if feed.is_in(place.name)]
    files += [FoundFile(next(_holders(agency, place.path)), place) for place in places if place.fault]
    if of_exports := manifests.of_exports(agency):
        incomplete = manifests.incomplete(agency, places, [file.feed for file in files])
        files += [FoundFile(of_exports, place) for place in incomplete]
    known = {file.name for file in files}
    unknown = sum(place.name not in known and not _is_companion(place.name) for place in places)
    return Found(tuple(files), unknown)


def _places(agency: Agency, path: Path) -> Iterator[Place]:
    """Yield the files that lie at a path: the one itself, or those inside of it where a feed names it."""
    is_named = any(True for _ in _holders(agency, path))
    if is_named and (path.is_dir() or path.suffix.lower() == ".zip"):
        yield from archives.places(path)
    elif path.is_file():
        yield Place(path.name, path)


def _holders(agency: Agency, path: Path) -> Iterator[Feed]:
    """Yield the feeds whose files come in a folder or ZIP of this name."""
    for feed in agency.feeds:
        holder, slash, _ = feed.file_pattern.partition("/")
        if slash and re.fullmatch(holder, path.name, re.IGNORECASE):
            yield feed


def _is_companion(name: str) -> bool:
    return COMPANIONS.fullmatch(name.rpartition("/")[2]) is not None


def business_date(feed: Feed, name: str) -> date | None:
    """Which day does the file's name speak of? None where the feed's names carry none, or no real one."""
    match = re.fullmatch(feed.file_pattern, name, re.IGNORECASE)
    if match is None or feed.date_format is None:
        return None
    try:
        return datetime.strptime(match["date"], feed.date_format).date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


@contextmanager
def opened(agency: Agency, file: FoundFile) -> Iterator[IO[bytes]]:
    """Open a file. Raises DeliveryRefused where it cannot be opened or read."""
    try:
        with archives.opened(file.place) as stream:
            yield stream
    except OSError:
        why = "the file cannot be opened; give the program the right to read it"
        raise DeliveryRefused(agency.name, file.feed.name, file.name, RowFault.UNREADABLE, why) from None
    except archives.DAMAGED_INSIDE:
        why = "the ZIP is damaged inside; ask the agency to send it again"
        raise DeliveryRefused(agency.name, file.feed.name, file.name, RowFault.UNREADABLE, why) from None


def fingerprint(agency: Agency, file: FoundFile) -> tuple[str, int]:
    """Which bytes does the file hold? Their SHA-256 as hexadecimal text, and how many. Raises as `opened` does."""
    with opened(agency, file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()


def still_arriving(agency: Agency, file: FoundFile) -> DeliveryRefused:
    """What is said of a file that was another one when it was looked at again?"""
    why = "the file changed while it was being read; it is taken in by the next run once it is whole"
    return DeliveryRefused(agency.name, file.feed.name, file.name, RowFault.UNREADABLE, why)
