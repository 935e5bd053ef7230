"""What is set aside, why, since when, and what did a person say about it? Counts, ids and line numbers only.

A row leaves the quarantine in two ways: a corrected declaration takes it in (`rereading`), or it is sealed. Whoever
accepts that it stays aside works it: it is shown as worked, and stays in every count.
"""

from dataclasses import dataclass
from datetime import date

from pipeline import audit
from pipeline.audit import Act
from pipeline.contract.codes import RowFault
from pipeline.contract.errors import SettingError
from pipeline.store import Work

BARS = "▁▂▃▄▅▆▇█"
"""From few to many: one sign a week."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which rows are asked for? Nothing given means all of them."""

    agency: str | None = None
    reason: RowFault | None = None
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many rows does one reason set aside in one feed? `worked_count` of them somebody accepted."""

    agency: str
    feed: str
    reason: str
    open_count: int
    worked_count: int


@dataclass(frozen=True, kw_only=True)
class WeekCount:
    """How many rows of one agency are set aside, of files of the week that begins on this Monday?"""

    agency: str
    week: str
    row_count: int


@dataclass(frozen=True)
class Summary:
    """What is set aside, by reason and by week?"""

    by_reason: tuple[ReasonCount, ...]
    by_week: tuple[WeekCount, ...]


def summary(work: Work, asked: Asked) -> Summary:
    """What is set aside? By agency, feed and reason; by agency and week."""
    table = work.read("quarantine_counts", agency=asked.agency, reason=asked.reason, since=asked.since)
    counts = ["open_count", "worked_count"]
    by_reason = table.groupby(["agency", "feed", "reason"])[counts].sum().reset_index()
    table["row_count"] = table["open_count"] + table["worked_count"]
    by_week = table.groupby(["agency", "week"])["row_count"].sum().reset_index()
    return Summary(
        tuple(
            ReasonCount(
                agency=row.agency,
                feed=row.feed,
                reason=row.reason,
                open_count=int(row.open_count),
                worked_count=int(row.worked_count),
            )
            for row in by_reason.itertuples()
        ),
        tuple(
            WeekCount(agency=row.agency, week=row.week.isoformat(), row_count=int(row.row_count))
            for row in by_week.itertuples()
        ),
    )


def picture(counts: tuple[int, ...]) -> str:
    """How do counts look side by side? One bar each, the highest for the most; a blank for none.

    >>> picture((1, 0, 8))
    '▁ █'
    """
    most = max(counts, default=0)
    return "".join(BARS[(count * len(BARS) - 1) // most] if count else " " for count in counts)


def rows(work: Work, asked: Asked, file_name: str | None = None) -> list[dict]:
    """Which rows are set aside, where do they stand, and what is to be done? One dictionary each."""
    frame = work.read("quarantine_rows", **vars(asked), file_name=file_name)
    found = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [row | {"line": int(row["line"]) if row["line"] else None} for row in found]


def accept(
    work: Work,
    act: Act,
    *,
    agency: str,
    because: str,
    file_name: str | None = None,
    reason: RowFault | None = None,
    line_number: int | None = None,
) -> int:
    """Accept that rows stay aside: they need not be looked at again. Answers how many rows that is.

    What is worked already stays as it is. A row that is read anew and set aside for another reason is open again.

    Raises:
        SettingError: nobody says why.
    """
    if not because.strip():
        raise SettingError("say why with --because: in a sentence that names nobody")
    asked = {"agency": agency, "file_name": file_name, "reason": reason, "line_number": line_number}
    said = {"at": act.at, "actor": act.actor, "because": because}
    added = work.read("insert_worked_faults", **asked, **said).iloc[0]
    entry_count, row_count = int(added["entry_count"]), int(added["row_count"])
    if entry_count:
        counts = {"entries": entry_count, "rows": row_count}
        why = reason.value if reason else None
        audit.record(work, act, "quarantine_worked", because=because, agency=agency, reason=why, **counts)
    return row_count
