"""What does a file look like, column by column? Counts only: what is kept of a file to hold the next ones against."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline import expect
from pipeline.contract.columns import Column
from pipeline.contract.declaration import Delimited, Feed, FixedWidth
from pipeline.drift import header, shapes
from pipeline.drift.words import known_words

FEWEST_ROWS = 50
"""Rows below which a file's columns are not looked at more closely than how often they are filled: shares of fewer say
little about the feed, and too much about the people in the file."""

FURTHEST_AHEAD_DAYS = 31
"""Days after the file's own day. A later one is a slip of the pen (2153) or an appointment, not the latest event."""

MOST_UNDECLARED = 40
"""Columns of a file that are not declared and are looked at all the same: one of them may be a declared one renamed."""

LOOKS = ("shapes", "lengths", "begins", "ends", "ages")
"""What is counted of a column's texts; ages only of days. See `pipeline.drift.shapes`."""

Counts = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """What does a column of a file look like?

    Attributes:
        name: as declared; of a column that is not, as written where that is the name of a column, else None.
        place: in the header, counted from 1; 0 where the format has none.
        filled: rows with something in it. unknown: of these, with what the declaration does not know.
        different: different texts; 0 in a small file.
        shapes, lengths, begins, ends, ages: rows of each kind; empty in a small file.
    """

    name: str | None
    place: int
    is_declared: bool
    filled: int = 0
    unknown: int = 0
    different: int = 0
    shapes: Counts = field(default_factory=dict)
    lengths: Counts = field(default_factory=dict)
    begins: Counts = field(default_factory=dict)
    ends: Counts = field(default_factory=dict)
    ages: Counts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SameDay:
    """How many rows have a day in both columns, and how many of these have the same?"""

    columns: tuple[str, str]
    both: int
    same: int


@dataclass(frozen=True, kw_only=True)
class FileProfile:
    """What does a file look like?

    Attributes:
        row_count: rows that reading did not set aside.
        columns: in the order of the header; of a format without one, the declared ones that any row has.
        same_days: every two columns of days that any row has both of.
        days_behind: days from the latest thing that happened in it to the day of its name; None where one is not known.
        beyond_ascii: texts with a letter that ASCII lacks. as_utf8: of these, those that are UTF-8 read as another.
    """

    row_count: int
    columns: tuple[ColumnProfile, ...]
    same_days: tuple[SameDay, ...] = ()
    days_behind: int | None = None
    beyond_ascii: int = 0
    as_utf8: int = 0

    def column(self, name: str) -> ColumnProfile | None:
        """What does the declared column of this name look like? None where the file lacks it."""
        return next((one for one in self.columns if one.is_declared and one.name == name), None)

    def lacks(self, name: str) -> bool:
        """Does the file's header lack a declared column? Without a header, what is not there is merely blank."""
        return self.column(name) is None and any(column.place for column in self.columns)

    def order(self) -> tuple[str, ...]:
        """Which declared columns stand in its header, in order?"""
        return tuple(str(one.name) for one in sorted(self.columns, key=lambda one: one.place) if one.is_declared)

    def share_filled(self, name: str) -> float:
        """In which share of its rows is a column filled?"""
        found = self.column(name)
        return found.filled / self.row_count if found and self.row_count else 0.0


def to_json(profile: FileProfile) -> dict:
    """How is a profile kept in the database? As plain lists and dictionaries."""
    return asdict(profile)


def from_json(kept: Mapping) -> FileProfile:
    """Which profile was kept? The inverse of `to_json`."""
    columns = tuple(ColumnProfile(**column) for column in kept["columns"])
    same_days = tuple(SameDay(**{**one, "columns": tuple(one["columns"])}) for one in kept["same_days"])
    return FileProfile(**{**kept, "columns": columns, "same_days": same_days})


def event_columns(feed: Feed) -> list[Column]:
    """Which columns say when something happened, as the feed's rules read them?"""
    whens = [rule.occurred_at for rule in feed.encounters]
    whens += [rule.recorded_at for rule in feed.conditions] + [rule.ended_at for rule in feed.ends]
    return [feed.column(name) for name in dict.fromkeys(when.column for when in whens)]


class Profiler:
    """What does one file look like, told from its rows, a batch at a time?"""

    def __init__(self, feed: Feed, zone: str, business_date: date | None, received_on: date | None) -> None:
        """Begin with nothing counted of a file with this day in its name, which came on that day; None: not known."""
        self.feed, self.zone = feed, zone
        self.known = known_words(feed)
        self.business_date, self.received_on = business_date, received_on
        self.row_count = 0
        self.header: tuple[header.Place, ...] = ()
        self._columns: dict[int | str, ColumnProfile] = {}
        self._sketches: dict[int | str, np.ndarray] = {}
        self._same: dict[tuple[str, str], Counter] = {}
        self._days: dict[int | str, pd.Series] = {}
        self._beyond_ascii = self._as_utf8 = 0

    def add(self, rows: pd.DataFrame, payloads: Sequence[str]) -> None:
        """Count these rows in: as `expect.flat_rows` gives them, and their JSON texts in the same order."""
        if not self.row_count:
            self.header = header.header_of(self.feed, payloads[0])
        self.row_count += len(rows)
        days = {}
        for column in self.feed.columns:
            if column.name in rows and not self._lacks(column.name):
                told = rows[column.name].fillna("") if self.feed.is_cumulative else rows[column.name]
                texts = shapes.texts_of(told)
                days |= self._count(column.name, column, texts)
        self._count_same_days(days)
        lacking = [column for column in self.feed.columns if column.formats and self._lacks(column.name)]
        strangers = [place for place in self.header if not place.is_declared][:MOST_UNDECLARED]
        undeclared = expect.texts_by_column([place.as_written for place in strangers], payloads) if strangers else {}
        for place in strangers:
            if undeclared and place.as_written in undeclared:
                texts = shapes.texts_of(pd.Series(undeclared[place.as_written], dtype=object))
                self._count(place.number, _like(lacking), texts)

    def _lacks(self, name: str) -> bool:
        """Does the file's header lack a declared column? Among rows of other files it would seem to be there, blank."""
        return bool(self.header) and not any(place.name == name for place in self.header if place.is_declared)

    def _count(self, key: int | str, column: Column | None, texts: shapes.Texts) -> dict[str, np.ndarray]:
        """Count one column of a batch in. Answers its days, by its name, where it holds days."""
        filled = int(texts.counts[texts.different != ""].sum())
        days = shapes.days_of(texts, column, self.zone) if column and shapes.is_day(column) else None
        told = shapes.looks(texts)
        self._sketches[key] = shapes.merged(self._sketches.get(key, _NOTHING), shapes.sketch(texts))
        self._count_encodings(texts)
        if days is not None:
            self._days[key] = self._days.get(key, _NO_DAYS).add(shapes.day_counts(days), fill_value=0)
        before = self._columns.get(key) or ColumnProfile(name=None, place=0, is_declared=isinstance(key, str))
        self._columns[key] = replace(
            before,
            filled=before.filled + filled,
            unknown=before.unknown + _unknown(self.known.get(str(key)), texts, days),
            **{look: _sum(getattr(before, look), counts) for look, counts in told.items()},
        )
        return {} if days is None or column is None else {column.name: days}

    def _count_same_days(self, days: Mapping[str, np.ndarray]) -> None:
        """Count in which rows two columns hold the same day."""
        for one, other in combinations(days, 2):
            is_both = ~np.isnat(days[one]) & ~np.isnat(days[other])
            found = {"both": int(is_both.sum()), "same": int((days[one] == days[other])[is_both].sum())}
            self._same[one, other] = self._same.get((one, other), Counter()) + Counter(found)

    def _latest(self) -> date | None:
        """On which day did the latest thing in the file happen? None where it tells of none."""
        today = self.business_date or self.received_on
        last = pd.Timestamp(today) + pd.Timedelta(days=FURTHEST_AHEAD_DAYS) if today else pd.Timestamp.max
        for column in event_columns(self.feed)[:1]:
            known = self._days.get(column.name, _NO_DAYS).index
            known = known[known <= last]
            if len(known):
                return known.max().date()
        return None

    def _count_encodings(self, texts: shapes.Texts) -> None:
        """Count texts beyond ASCII, and those that look like UTF-8 read in the declared encoding."""
        if "".join(texts.different).isascii():
            return
        encoding = self.feed.format.encoding if isinstance(self.feed.format, Delimited | FixedWidth) else "utf-8"
        for text, count in zip(texts.different, texts.counts, strict=True):
            if not text.isascii():
                self._beyond_ascii += int(count)
                self._as_utf8 += int(count) * _is_utf8_in(text, encoding)

    def profile(self) -> FileProfile:
        """What do the rows so far look like?"""
        latest = self._latest()
        today = self.business_date or latest or self.received_on
        behind = (self.business_date - latest).days if self.business_date and latest else None
        return FileProfile(
            row_count=self.row_count,
            columns=tuple(sorted(self._found(today), key=lambda column: column.place)),
            same_days=tuple(
                SameDay(columns=pair, both=counts["both"], same=counts["same"])
                for pair, counts in self._same.items()
                if counts["both"]  # whether a pair of which no row has both is looked at depends on its neighbours
            ),
            days_behind=behind if self.row_count >= FEWEST_ROWS else None,
            beyond_ascii=self._beyond_ascii,
            as_utf8=self._as_utf8,
        )

    def _found(self, today: date | None) -> Iterator[ColumnProfile]:
        """Yield what each column looks like, under its name and at its place."""
        places = {place.name: place.number for place in self.header if place.is_declared}
        told = {place.number: place.name for place in self.header}
        for key, counted in self._columns.items():
            if not self.header and not counted.filled:
                continue  # in a format without a header a column is there where anybody has something in it
            is_place = isinstance(key, int)
            who = {"name": told[key] if is_place else key, "place": key if is_place else places.get(key, 0)}
            ages = shapes.ages(self._days.get(key, _NO_DAYS), today) if today else {}
            if self.row_count >= FEWEST_ROWS:
                yield replace(counted, **who, ages=ages, different=shapes.different_count(self._sketches[key]))
            else:
                yield replace(counted, **who, **{look: {} for look in LOOKS})


_NOTHING = np.array([], dtype=np.uint64)
_NO_DAYS = pd.Series(index=pd.DatetimeIndex([]), dtype=float)


def _sum(one: Counts, other: Counts) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def _like(lacking: Sequence[Column]) -> Column | None:
    """As which column is one read that is not declared? As the days that the file lacks, if it lacks any."""
    days = [column for column in lacking if shapes.is_day(column)]
    return (
        replace(days[0], formats=tuple(dict.fromkeys(f for column in days for f in column.formats))) if days else None
    )


def _unknown(known: frozenset[str] | None, texts: shapes.Texts, days: np.ndarray | None) -> int:
    """In how many rows does a column hold what its declaration does not know: no day as agreed, none of its words?"""
    if days is not None:
        return int((np.isnat(days) & (texts.different != "")[texts.of_row]).sum())
    if not known:
        return 0
    is_unknown = [text != "" and text.upper() not in known for text in texts.different]
    return int(texts.counts[is_unknown].sum())


def _is_utf8_in(text: str, encoding: str) -> bool:
    """Were these bytes UTF-8, read as if they were in another encoding?"""
    if encoding.replace("_", "-").lower().startswith("utf-8"):
        return False
    try:
        return text.encode(encoding).decode("utf-8") != text
    except UnicodeError:
        return False
