"""Which day is a roster of, and what does it tell? A roster is a file that lists everybody in custody on one day.

Its name says the day, and its newest admission bears it out: a list cannot know who is admitted after it was drawn.
Pure: tables and days in, tables out.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline import readers
from pipeline.contract import tables
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Agency, Feed, SnapshotRule
from pipeline.contract.moments import parse_moment
from pipeline.distinct import Distinct

NAME_MAY_BE_OFF = timedelta(days=1)
"""A roster drawn after midnight often bears the name of the day before. More is no habit but a slip in the row."""

LAST_MINUTE = timedelta(minutes=1)
"""A day counts to its last minute, so that who is missing on a roster is gone by the list of the same day."""


def observed_day(named_for: date, newest_admission: date | None) -> date:
    """Which day is a roster of? That of its name, or the next where somebody on it was admitted then.

    >>> observed_day(date(2026, 11, 9), date(2026, 11, 9)), observed_day(date(2026, 11, 9), date(2026, 11, 10))
    (datetime.date(2026, 11, 9), datetime.date(2026, 11, 10))
    """
    if newest_admission is None or newest_admission <= named_for:
        return named_for
    return named_for + NAME_MAY_BE_OFF


def true_between(day: date, rule: SnapshotRule, zone: str) -> tuple[datetime, datetime]:
    """Between which moments (UTC) was the list of a day true? It was at one of them, both included."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    latest = midnight - LAST_MINUTE
    return min(midnight - timedelta(hours=rule.lag_hours), latest), latest


def snapshot_row(
    agency: Agency, rule: SnapshotRule, named: Iterable[date | None], newest_admission: datetime | None
) -> dict[str, object]:
    """What is kept of a roster but for its delivery id? As `tables.SNAPSHOT`.

    Its bytes may have come under several names, each for a day (`named`). The earliest that its newest admission allows
    counts: what a list says again, to the letter, it says of the day on which it was first drawn.
    """
    admitted = newest_admission.astimezone(ZoneInfo(agency.zone)).date() if newest_admission else None
    days = sorted(day for day in named if day is not None)
    possible = [day for day in days if admitted is None or admitted <= day + NAME_MAY_BE_OFF]
    named_for = (possible or days)[0]
    observed_on = observed_day(named_for, admitted)
    earliest_at, latest_at = true_between(observed_on, rule, agency.zone)
    return {
        "named_for": named_for,
        "observed_on": observed_on,
        "earliest_at": earliest_at,
        "latest_at": latest_at,
    }


def admitted_too_late(feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which rows of rosters tell of an admission that their roster cannot know? Later than the day after its name's."""
    if feed.snapshot is None or rows.empty:
        return pd.Series(False, index=rows.index)
    column = feed.column(feed.encounters[0].occurred_at.column)
    if column.name not in rows:
        return pd.Series(False, index=rows.index)

    def local_day(text: str) -> date | None:
        moment = parse_moment(text, column.formats, UTC)  # as written: the day is the agency's own
        return moment.date() if moment else None

    days = Distinct.of(rows[column.name]).map(local_day).to_numpy()
    last = [None if pd.isna(day) else day + NAME_MAY_BE_OFF for day in rows["business_date"]]
    too_late = [bool(day and limit and day > limit) for day, limit in zip(days, last, strict=True)]
    return pd.Series(too_late, index=rows.index, dtype=bool)


def fault_of_late_admission(feed: Feed) -> tuple[str, str, str]:
    """What is said of such a row? Column, fault code, message."""
    column = feed.encounters[0].occurred_at.column
    told = "An admission lies after the day of the roster it stands on: the row is set aside; correct it at the agency"
    return column, RowFault.BAD_DATE.value, f"{told} and have it sent again [{feed.name}] [{column}]."


def unread_listings(feed: Feed, faulty: pd.DataFrame) -> pd.DataFrame:
    """Whose stays may the rows of rosters name that were set aside? delivery_id, line_number, record_key.

    Args:
        feed: the declaration.
        faulty: delivery_id, line_number, column_name and payload of each row with a fault. Where a value was wrong, the
            key can be read all the same; where the row itself was, it may name anybody, and its key is missing.
    """
    keys = [
        _key_of(feed, payload) if isinstance(column, str) else None
        for column, payload in zip(faulty["column_name"], faulty["payload"], strict=True)
    ]
    return faulty[["delivery_id", "line_number"]].assign(record_key=pd.Series(keys, index=faulty.index, dtype=object))


def _key_of(feed: Feed, payload: object) -> str | None:
    flat = readers.salvage(feed, payload)
    parts = [flat.get(name, "") for name in feed.key]
    return tables.KEY_SEPARATOR.join(parts) if all(parts) else None
