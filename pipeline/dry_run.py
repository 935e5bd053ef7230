"""What would become of a file if its agency delivered it? The stages of the road, without a database.

For somebody who writes a declaration, or a records clerk who asks before sending. Counts, line numbers and names of
columns; never a value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import expect, readers, receive, row_versions
from pipeline.contract import tables
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.feed_history import Finding
from pipeline.drift.profile import FileProfile, Profiler
from pipeline.readers import Reading
from pipeline.standardize import standardize

SHOWN_LINES = 5
"""Line numbers told per reason: enough to find out what is wrong."""
THIS_FILE = 0
"""Delivery id of a file that is delivered nowhere."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why are rows, or single values, set aside? `lines` are the first of them."""

    costs: str
    column: str | None
    code: str
    message: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """How often is a declared column filled in the rows that would count? `is_there`: the file has it at all."""

    column: str
    is_there: bool
    share: float


@dataclass(frozen=True, kw_only=True)
class FileTold:
    """What would become of one file?

    Attributes:
        file, feed: its name, and the feed whose pattern it has; None where no feed has it.
        refused: why it would not be taken in at all; None where it would.
        rows, accepted, quarantined, retracted: where its rows would go, were it the only file: rows = accepted +
            quarantined + retracted (never happened, or followed by a newer version). held: of those accepted, how many
            lack a consent of their own.
        extra_columns: that are not declared; they are kept and used for nothing.
        other_encoding_lines: read in the feed's other encoding.
        reasons: why rows or values would be set aside. columns: how often each is filled.
        said: how many person records, encounters, ends of encounters elsewhere, conditions and consents the rows are.
        profile: what the file looks like; None where it cannot be read, or has no row.
        drift: how it differs from the files before it, where it was held against them.
    """

    file: str
    feed: str | None
    refused: str | None = None
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    retracted: int = 0
    held: int = 0
    extra_columns: int = 0
    other_encoding_lines: int = 0
    reasons: tuple[Reason, ...] = ()
    columns: tuple[Filled, ...] = ()
    said: tuple[tuple[str, int], ...] = ()
    profile: FileProfile | None = None
    drift: tuple[Finding, ...] = ()


def paths_to_check(agency: Agency, path: Path) -> list[Path]:
    """Which files, folders and ZIPs does a path mean? Itself, or what lies in it where no feed names it."""
    if not path.is_dir() or receive.found_in(agency, [path]).files:
        return [path] if path.exists() else []
    return sorted(one for one in path.iterdir() if one.is_file() or receive.found_in(agency, [one]).files)


def check_files(agency: Agency, paths: list[Path]) -> Iterator[FileTold]:
    """Yield what would become of each of these files, and of those in folders and ZIPs that a feed names."""
    for path in paths:
        files = receive.found_in(agency, [path]).files
        if not files:
            yield FileTold(file=path.name, feed=None, refused="its name is that of no declared feed; it is left alone")
        for file in files:
            with receive.opened(agency, file) as stream:
                content = stream.read()
            fault = file.place.fault
            refused = FileTold(file=file.name, feed=file.feed.name, refused=fault)
            yield refused if fault else check_file(agency, file.feed, file.name, content)


def check_file(agency: Agency, feed: Feed, name: str, content: bytes) -> FileTold:
    """What would become of this file?"""
    try:
        reading = readers.read(feed, content)
    except readers.FileUnreadable as fault:
        line_count = fault.line_count
        return FileTold(file=name, feed=feed.name, refused=str(fault), rows=line_count, quarantined=line_count)
    rows = expect.rows_read(feed, reading, THIS_FILE, receive.business_date(feed, name))
    critical, dropped = expect.faults_of(feed, rows) if len(rows) else (pd.DataFrame(), pd.DataFrame())
    as_read = [(f.line_number, None, f.fault_code.value, f.message) for f in reading.faults]
    columns = ["line_number", "column_name", "fault_code", "message"]
    aside = pd.concat([pd.DataFrame(as_read, columns=columns), critical.reindex(columns=columns)], ignore_index=True)
    quarantined = len(aside)
    file = pd.DataFrame(
        [
            {
                "delivery_id": THIS_FILE,
                "row_count": reading.row_count,
                "usual_row_count": None,  # what its neighbours have is known where it is delivered
                "business_date": receive.business_date(feed, name),
                "wrong_width_count": sum(f.fault_code is RowFault.WIDTH for f in reading.faults),
                "quarantined_count": quarantined,
                "missing_columns": ", ".join(reading.missing_required),
            }
        ]
    )
    refused = (expect.unfit(feed, rows) | expect.refusals(feed, file)).get(THIS_FILE)
    good = rows[~rows["line_number"].isin(aside["line_number"])]
    if len(dropped):
        good = expect.without_values(feed, good, dropped)
    told = {} if refused or good.empty else _told(agency, feed, good)
    return FileTold(
        file=name,
        feed=feed.name,
        refused=refused[1] if refused else None,
        rows=reading.row_count,
        quarantined=reading.row_count if refused else quarantined,
        extra_columns=reading.extra_columns,
        other_encoding_lines=reading.other_encoding_lines,
        reasons=(*_reasons("the row", aside), *_reasons("the value", dropped)),
        columns=tuple(_filled(feed, good)),
        profile=_profile(agency, feed, reading, rows),
        **told,
    )


def _profile(agency: Agency, feed: Feed, reading: Reading, rows: pd.DataFrame) -> FileProfile | None:
    """What does the file look like?"""
    if rows.empty:
        return None
    faulty = {fault.line_number for fault in reading.faults}
    payloads = [payload for line_number, payload in reading.rows if line_number not in faulty]
    profiler = Profiler(feed, agency.zone, rows["business_date"].iloc[0], None)
    profiler.add(rows, payloads)
    return profiler.profile()


def _told(agency: Agency, feed: Feed, rows: pd.DataFrame) -> dict:
    """What do the rows say, counted?"""
    if feed.is_cumulative:
        rows = row_versions.told_so_far(feed, agency.zone, rows, rows.iloc[:0])
    said = standardize(agency, feed, rows)
    versions = said.accepted_rows.sort_values(
        ["is_yielding", "version", "line_number"], ascending=[False, True, True], na_position="first"
    )
    newest = versions.drop_duplicates("record_key", keep="last")
    counting = newest[~newest["is_never_happened"].astype(bool)]
    return {
        "accepted": len(counting),
        "retracted": len(versions) - len(counting),
        "held": int(counting["is_held"].sum()),
        "said": tuple((kind.replace("_", " "), len(getattr(said, kind))) for kind in tables.SAID),
    }


def _reasons(costs: str, faults: pd.DataFrame) -> Iterator[Reason]:
    """Yield why rows or values are set aside, the most frequent reason first."""
    if faults.empty:
        return
    told = faults.assign(column_name=faults["column_name"].fillna(""))
    groups = told.groupby(["fault_code", "column_name", "message"])["line_number"].agg(list)
    for key, lines in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])):
        code, column, message = key  # type: ignore[misc]
        shown = tuple(int(line) for line in sorted(lines)[:SHOWN_LINES])
        yield Reason(costs=costs, column=column or None, code=code, message=message, count=len(lines), lines=shown)


def _filled(feed: Feed, rows: pd.DataFrame) -> Iterator[Filled]:
    for column in feed.columns:
        is_there = column.name in rows
        share = float((rows[column.name].fillna("") != "").mean()) if is_there and len(rows) else 0.0
        yield Filled(column=column.name, is_there=is_there, share=round(share, 3))
