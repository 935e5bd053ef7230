"""Which column looks like which? Distances between how columns are made up, beyond what chance explains.

The distance of two columns is the greatest total variation distance among their looks (shapes, lengths, first and last
characters, ages of days): the share of rows that would have to look otherwise. A few rows look otherwise by chance, so
the distance that chance is expected to give is taken off.
"""

import math
from collections import Counter
from collections.abc import Sequence

from pipeline.contract.declaration import Column, Feed, Kind
from pipeline.drift import shapes
from pipeline.drift.profile import FEWEST_ROWS, LOOKS, ColumnProfile, Counts, FileProfile

FEWEST_VALUES = FEWEST_ROWS
"""Filled rows below which it is not said what a column looks like."""

OWN_DISTANCE = 0.18
"""Distance beyond which a column no longer looks like itself. Of 2,265 columns of the made-up county's monthly files
one was 0.16 from its history and all others less than 0.11; given names are 0.27 and more from surnames."""

OTHERS_DISTANCE = 0.15
"""Distance within which a column may be another one: hardly ever is a column farther from its own history."""

NEARER = 0.08
"""How much nearer to the other column than to its own history a column has to be. Columns that hardly differ can never
be that much: they are not told apart, nor told to be swapped. Of 60 swapped given names and surnames it was 0.10."""

_LOOKS_OF_TEXT = ("shapes", "lengths", "begins", "ends")
_LOOKS_OF_DAYS = ("shapes", "lengths", "ages")
_LOOKS_OF_NUMBERS = ("shapes", "lengths")
"""First and last characters of days follow the calendar and those of numbers given one after another the count: they
are no sign of what a column holds."""


def looks_of(column: Column) -> tuple[str, ...]:
    """By which looks is a column known?"""
    if shapes.is_day(column):
        return _LOOKS_OF_DAYS
    return _LOOKS_OF_NUMBERS if column.kind in (Kind.ID, Kind.TIME) else _LOOKS_OF_TEXT


def usual(history: Sequence[FileProfile], name: str) -> ColumnProfile | None:
    """What does a column usually look like? All files of the history together; None where it is hardly ever filled."""
    found = [column for profile in history if (column := profile.column(name)) and column.shapes]
    if sum(column.filled for column in found) < FEWEST_VALUES:
        return None
    together = {look: dict(sum((Counter(getattr(column, look)) for column in found), Counter())) for look in LOOKS}
    return ColumnProfile(
        name=name, place=0, is_declared=True, filled=sum(column.filled for column in found), **together
    )


def distance(now: ColumnProfile, before: ColumnProfile, looks: Sequence[str]) -> float:
    """How far are two columns from each other, beyond chance? From 0 to 1."""
    return max(_distance(getattr(now, look), getattr(before, look)) for look in looks)


def _distance(now: Counts, before: Counts) -> float:
    """Total variation distance of two counts, less what is expected of two samples of one kind."""
    some, others = sum(now.values()), sum(before.values())
    if not some or not others:
        return float(bool(some) != bool(others))
    kinds = now.keys() | before.keys()
    shares = [(now.get(kind, 0) / some, before.get(kind, 0) / others) for kind in kinds]
    apart = sum(abs(one - other) for one, other in shares) / 2
    spread = 1 / some + 1 / others
    by_chance = sum(math.sqrt(2 * other * (1 - other) * spread / math.pi) for _, other in shares) / 2
    return max(apart - by_chance, 0.0)


class Likeness:
    """How far is each column of a file from what each declared column usually looks like?"""

    def __init__(self, feed: Feed, profile: FileProfile, history: Sequence[FileProfile]) -> None:
        """Look at those columns that are filled often enough, now and in the history."""
        self._distances: dict[tuple[str | None, int, str], float] = {}
        self.looks = {column.name: looks_of(column) for column in feed.columns}
        found = {column.name: usual(history, column.name) for column in feed.columns}
        self.usual = {name: column for name, column in found.items() if column}
        self.now = {
            str(column.name): column
            for column in profile.columns
            if column.is_declared and column.filled >= FEWEST_VALUES and column.name in self.usual
        }

    def from_usual(self, column: ColumnProfile, name: str) -> float:
        """How far is a column of the file from what the declared column of this name usually looks like?"""
        asked = column.name, column.place, name
        if asked not in self._distances:
            self._distances[asked] = distance(column, self.usual[name], self.looks[name])
        return self._distances[asked]

    def looks_like(self, column: ColumnProfile, name: str) -> bool:
        """Does a column of the file look like what the declared column of this name usually does?"""
        return self.from_usual(column, name) < OTHERS_DISTANCE

    def are_swapped(self, one: str, other: str) -> bool:
        """Is each of two columns nearer to the other's history than to its own? By chance never both at once."""
        return self._is_nearer(one, other) and self._is_nearer(other, one)

    def is_now(self, name: str, other: str) -> bool:
        """Does a declared column look like another one now, and not like itself?"""
        return self.from_usual(self.now[name], name) > OWN_DISTANCE and self._is_nearer(name, other)

    def _is_nearer(self, name: str, other: str) -> bool:
        within = min(OTHERS_DISTANCE, self.from_usual(self.now[name], name) - NEARER)
        return within > 0 and self.from_usual(self.now[name], other) < within
