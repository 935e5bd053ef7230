"""What has been delivered? Finds files, checksums them, keeps their bytes unchanged, and reads their rows.

Stages know no database: `flow.py` hands what is found here to the store.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeliveryRefused, SettingError


@dataclass(frozen=True)
class FoundFile:
    """Which file was found for which feed?"""

    feed: Feed
    path: Path


@dataclass(frozen=True)
class Found:
    """What lies in an agency's folder? `unknown_count` files match no declared feed and are left alone."""

    files: tuple[FoundFile, ...]
    unknown_count: int


COMPANIONS = re.compile(r"(log|manifest)\.(ndjson|json)|\..*", re.IGNORECASE)
"""Files that belong to a delivery without holding rows: export logs, manifests, hidden files."""


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
    names = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    files = tuple(FoundFile(feed, folder / name) for feed in agency.feeds for name in names if _is_of(feed, name))
    known = {found.path.name for found in files}
    unknown = sum(name not in known and not COMPANIONS.fullmatch(name) for name in names)
    return Found(files, unknown)


def _is_of(feed: Feed, name: str) -> bool:
    return re.fullmatch(feed.file_pattern, name, re.IGNORECASE) is not None


def business_date(feed: Feed, name: str) -> date | None:
    """Which day does the file's name speak of? None where the feed's names carry none, or no real one."""
    match = re.fullmatch(feed.file_pattern, name, re.IGNORECASE)
    if match is None or feed.date_format is None:
        return None
    try:
        return datetime.strptime(match["date"], feed.date_format).date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def read_bytes(agency: Agency, file: FoundFile) -> bytes:
    """What does the file hold? Raises DeliveryRefused where it cannot be opened."""
    try:
        return file.path.read_bytes()
    except OSError:
        why = "the file cannot be opened; give the program the right to read it"
        raise DeliveryRefused(agency.name, file.feed.name, file.path.name, RowFault.UNREADABLE, why) from None


def checksum(content: bytes) -> str:
    """Which bytes are these? SHA-256 as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes, sha256: str, vault: Path) -> None:
    """Keep the bytes as they came, under their checksum; bytes already kept are left alone."""
    target = vault / sha256[:2] / sha256
    if not target.exists():
        _write(content, target)


def keep_instead(content: bytes, sha256: str, vault: Path) -> str:
    """Keep these bytes in the place of those that came under a checksum. Answers their own checksum."""
    _write(content, vault / sha256[:2] / sha256)
    return checksum(content)


def kept(sha256: str, vault: Path) -> bytes | None:
    """Which bytes are kept under this checksum? None where there are none."""
    target = vault / sha256[:2] / sha256
    return target.read_bytes() if target.exists() else None


def _write(content: bytes, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.chmod(0o600)
    partial.replace(target)
