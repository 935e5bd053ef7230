"""Which files of a place are wanted, and which of them are whole? Pure: what was seen goes in, a verdict comes out.

A file that is still being uploaded looks like any other. It is taken to be whole when it looked the same twice with a
pause between, or when its sender says so with a second file.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from pipeline.contract.declaration import Agency
from pipeline.fetch.sources import FilesSource

STILL_BEING_WRITTEN = re.compile(
    r"[.~].*|.*~|.*\.(part|partial|filepart|tmp|temp|swp|crdownload|upload|uploading|writing)", re.IGNORECASE
)
"""Names that upload programs give to what is not whole yet (WinSCP, rsync, browsers, editors), and hidden files."""

ENCRYPTED = re.compile(r"(.+)\.(pgp|gpg|asc)", re.IGNORECASE)

MOST_OF_ONE_NAME = 1000
"""Files of one name that may lie beside each other: a file that changes more often than that is no delivery."""


@dataclass(frozen=True)
class Remote:
    """What does a place tell of a file, without reading it? What it does not tell is None or blank."""

    name: str
    size: int | None
    modified: datetime | None = None
    tag: str = ""

    @property
    def version(self) -> str:
        """What changes when the file does?"""
        return f"{self.size} {self.modified.isoformat() if self.modified else ''} {self.tag}".strip()


@dataclass(frozen=True)
class Steady:
    """Since when has a file looked like this?"""

    version: str
    since: datetime


@dataclass(frozen=True)
class Verdict:
    """What is to be done with the files that are not known yet?

    Attributes:
        whole: to be fetched now, by name.
        waiting: not whole yet.
        steady: by name, how long each waiting file has stood still; for the next look.
    """

    whole: tuple[Remote, ...] = ()
    waiting: tuple[Remote, ...] = ()
    steady: Mapping[str, Steady] = field(default_factory=dict)


def plain_name(name: str, *, is_decrypted: bool) -> str:
    """Under which name would a file be delivered? Without the ending of an encrypted one, where those are opened."""
    match = ENCRYPTED.fullmatch(name) if is_decrypted else None
    return match[1] if match else name


def is_wanted(agency: Agency, name: str, *, is_decrypted: bool) -> bool:
    """Is it a finished file of one of the agency's feeds? Nothing else is brought here."""
    if STILL_BEING_WRITTEN.fullmatch(name) or not name.isprintable():
        return False
    plain = plain_name(name, is_decrypted=is_decrypted)
    return not STILL_BEING_WRITTEN.fullmatch(plain) and bool(agency.feeds_of(plain))


def names_for(agency: Agency) -> Callable[[str], Iterator[str]]:
    """Under which names may the agency's files lie? A function: wanted name → that name, then others beside it.

    Another name has to be one of the same feed, and of the same date; where the feed's pattern leaves no room for one
    there is only the first.
    """

    def names(wanted: str) -> Iterator[str]:
        yield wanted
        stem, dot, ending = wanted.partition(".")
        feeds = agency.feeds_of(wanted)
        for number in range(2, MOST_OF_ONE_NAME + 1):
            for between in ("_", "-", "."):
                other = f"{stem}{between}{number}{dot}{ending}"
                if any(feed.is_in(other) for feed in feeds):
                    yield other
                    break

    return names


def judge(
    new: Iterable[Remote],
    seen: Iterable[Remote],
    before: Mapping[str, Steady],
    now: datetime,
    source: FilesSource,
) -> Verdict:
    """Which of the new files are whole?

    Args:
        new: wanted files that were not fetched yet.
        seen: everything that was seen, marker files among it.
        before: what the last look left in `steady`.
        now: when this look was taken.
        source: says what makes a file whole.
    """
    by_name = {remote.name: remote for remote in seen}
    tellers = [template for template in (source.marker, source.checksum) if template]
    whole, waiting, steady = [], [], {}
    for remote in sorted(new, key=lambda one: one.name):
        if tellers:
            is_whole = all(_is_told(remote, by_name.get(companion_name(one, remote.name))) for one in tellers)
        else:
            steady[remote.name] = _steady(remote, before.get(remote.name), now)
            is_whole = now - steady[remote.name].since >= timedelta(seconds=source.settle_seconds)
        (whole if is_whole else waiting).append(remote)
    return Verdict(tuple(whole), tuple(waiting), steady)


def companion_name(template: str, name: str) -> str:
    """What is the file called that says something of another?

    >>> companion_name("{name}.done", "calls.csv"), companion_name("{stem}.sha256", "calls.csv")
    ('calls.csv.done', 'calls.sha256')
    """
    return template.format(name=name, stem=PurePosixPath(name).stem)


def _is_told(remote: Remote, teller: Remote | None) -> bool:
    """Does a second file say that this one is whole? One that is older speaks of what was there before."""
    if teller is None:
        return False
    return not (remote.modified and teller.modified and teller.modified < remote.modified)


def _steady(remote: Remote, before: Steady | None, now: datetime) -> Steady:
    """Since when has it stood still? From now on where it changed, or where the clock was set back."""
    if before and before.version == remote.version and before.since <= now:
        return before
    return Steady(remote.version, now)
