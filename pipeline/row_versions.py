"""Which version of which record is each row, and what has been told of the record by then? Pure: tables in, tables out.

Most agencies send a row whole: its newest version is all that counts. A feed that `is_cumulative` leaves out what has
not changed, as HL7 v2 does: a discharge need not repeat when the visit began. There each row is filled up with what the
versions before it told, in the order of the versions and not of their arrival: a message that comes late neither undoes
what a newer one told nor is lost. No row once taken in is ever altered: what was known at any moment stays.
"""

from collections.abc import Iterator
from datetime import date
from functools import reduce

import pandas as pd

from pipeline.contract import tables
from pipeline.contract.declaration import Feed
from pipeline.contract.moments import parse_moment

TOLD_COUNT = "told_count"
"""Column of rows that were filled up: how many rows of the record were known by then. Of two with one newest version,
the one that knows more counts."""

_Rank = tuple[str, str]


def record_keys(feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Under which record key does each row stand?"""
    return joined(rows, feed.key)


def joined(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Which record key do these columns of each row make?"""
    return reduce(lambda left, right: left + tables.KEY_SEPARATOR + right, (rows[name] for name in columns))


def versions(feed: Feed, rows: pd.DataFrame, zone: str) -> pd.Series:
    """Which text orders the versions of a row? Moments in UTC, so that offsets and a clock put back do not count."""
    name = feed.version_column
    if name is None:
        found = pd.Series(None, index=rows.index, dtype=object)
    elif formats := feed.column(name).formats:
        known = {text: _in_utc(text, formats, zone) for text in rows[name].unique()}
        found = pd.Series([known[text] for text in rows[name]], index=rows.index, dtype=object)
    else:
        found = rows[name].replace("", None)
    if TOLD_COUNT not in rows:
        return found
    counted = [f"{text or ''} {count:09}" for text, count in zip(found, rows[TOLD_COUNT], strict=True)]
    return pd.Series(counted, index=rows.index, dtype=object)


def _in_utc(text: str, formats: tuple[str, ...], zone: str) -> str | None:
    moment = parse_moment(text, formats, zone)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def told_so_far(feed: Feed, zone: str, rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """What do rows of a cumulative feed say, with all that was told of their records by then?

    Args:
        feed: the declaration.
        zone: of the agency's local times.
        rows: as `expect.flat_rows` gives them: None where a row says nothing, blank for: nothing there.
        before: rows of the same records that were taken in before, in the same form.

    Returns:
        The rows, filled up and blank for missing, each with the business date of the newest version, and TOLD_COUNT.
    """
    names = [column.name for column in feed.columns]
    told: dict[str, _Told] = {}
    for key, rank, said in _in_order(feed, zone, before):
        told.setdefault(key, _Told()).hear(rank, said)
    filled = []
    for key, rank, said in _in_order(feed, zone, rows):
        record = told.setdefault(key, _Told())
        record.hear(rank, said)
        filled.append([*(record.columns.get(name, (rank, ""))[1] for name in names), record.day(), record.count])
    place = rows[["delivery_id", "line_number"]]
    table = pd.DataFrame(filled, columns=[*names, "business_date", TOLD_COUNT], index=rows.index, dtype=object)
    return pd.concat([place, table], axis=1)


class _Told:
    """What has been told of one record? Per column the newest that was said, and of which version."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[_Rank, str]] = {}
        self.newest: _Rank = ("", "")
        self.count = 0

    def hear(self, rank: _Rank, said: dict[str, str]) -> None:
        """Take in one version; of two of one rank the one that arrives later counts."""
        self.count += 1
        self.newest = max(self.newest, rank)
        self.columns |= {name: (rank, text) for name, text in said.items() if rank >= self._rank_of(name)}

    def day(self) -> date | None:
        """Of which business date is the newest version?"""
        return date.fromisoformat(self.newest[0]) if self.newest[0] else None

    def _rank_of(self, name: str) -> _Rank:
        return self.columns[name][0] if name in self.columns else ("", "")


def _in_order(feed: Feed, zone: str, rows: pd.DataFrame) -> Iterator[tuple[str, _Rank, dict[str, str]]]:
    """Yield (record key, rank of the version, what it says) of rows in the order in which they came."""
    if rows.empty:
        return
    names = [column.name for column in feed.columns if column.name in rows]
    said = rows[names].astype(object).where(rows[names].notna(), None)
    days = ["" if pd.isna(day) else day.isoformat()[:10] for day in rows["business_date"]]
    ranks = zip(days, versions(feed, said.fillna(""), zone), strict=True)
    for key, (day, version), texts in zip(
        record_keys(feed, said), ranks, said.itertuples(index=False, name=None), strict=True
    ):
        heard = zip(names, texts, strict=True)
        yield key, (day, version or ""), {name: text for name, text in heard if text is not None}
