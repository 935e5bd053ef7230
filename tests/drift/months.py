"""The files of a made-up county's jail and police, month by month, and what is found in one that went wrong."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path

from pipeline import expect, readers, receive, synthetic
from pipeline.agencies import agency_named
from pipeline.contract.declaration import Feed
from pipeline.contract.feed_history import Finding
from pipeline.drift import findings
from pipeline.drift.findings import Delivered
from pipeline.drift.profile import Profiler

AS_OF = date(2026, 11, 16)
JAIL, POLICE = agency_named("riverton_county_jail"), agency_named("riverton_police")
BOOKINGS, CALLS = JAIL.feed("bookings"), POLICE.feed("calls")
AGENCY_OF = {BOOKINGS.name: JAIL, CALLS.name: POLICE}

Change = Callable[[list[dict[str, str]]], list[dict[str, str]]]


@dataclass(frozen=True)
class File:
    """One file: its name and its rows, columns as in its header."""

    name: str
    rows: list[dict[str, str]] = field(repr=False)


def make_county(folder: Path) -> Path:
    synthetic.synthesize((JAIL, POLICE), persons=6000, years=1, seed=7, as_of=AS_OF, out=folder)
    return folder


def whole_months(folder: Path, feed: Feed) -> list[File]:
    """The months that are over and have all their days, as rows."""
    paths = sorted(path for path in (folder / AGENCY_OF[feed.name].name).iterdir() if feed.is_in(path.name))
    return [File(path.name, rows_in(feed, path.read_bytes())) for path in paths[1:-1]]


def rows_in(feed: Feed, content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode(feed.format.encoding), newline="")))


def written(feed: Feed, rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str | None = None) -> bytes:
    """The file of these rows, as the agency writes it; the first row's columns are its header."""
    text = StringIO(newline="")
    quoting = csv.QUOTE_ALL if feed.format.is_fully_quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n", delimiter=delimiter, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding or feed.format.encoding)


def looked_at(feed: Feed, name: str, content: bytes) -> Delivered:
    """What a file looks like, as the road tells it."""
    reading = readers.read(feed, content)
    day = receive.business_date(feed, name)
    rows = expect.rows_read(feed, reading, 0, day)
    faulty = {fault.line_number for fault in reading.faults}
    profiler = Profiler(feed, AGENCY_OF[feed.name].zone, day, AS_OF)
    profiler.add(rows, [payload for line, payload in reading.rows if line not in faulty])
    return Delivered(file=name, business_date=day, profile=profiler.profile())


def found(feed: Feed, months: list[File], change: Change, *, name: str | None = None) -> list[Finding]:
    """What is found in the last of these months once it is changed, held against the months before it."""
    before = [looked_at(feed, month.name, written(feed, month.rows)) for month in months[:-1]]
    now = looked_at(feed, name or months[-1].name, written(feed, change(months[-1].rows)))
    return list(findings.find(feed, now, before))


def kinds(told: list[Finding]) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(one.kind), one.columns) for one in told]


def renamed(old: str, new: str) -> Change:
    return lambda rows: [{new if name == old else name: value for name, value in row.items()} for row in rows]


def without(column: str) -> Change:
    return lambda rows: [{name: value for name, value in row.items() if name != column} for row in rows]


def swapped(one: str, other: str) -> Change:
    return lambda rows: [row | {one: row[other], other: row[one]} for row in rows]


def unchanged(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return rows
