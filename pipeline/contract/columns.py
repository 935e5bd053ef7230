"""What does one column mean, and what may be asked of its values? The smallest parts of an agency's declaration."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pipeline.contract.errors import DeclarationError
from pipeline.contract.moments import is_format

RESERVED = frozenset(("row_id", "delivery_id", "line_number", "business_date", "record_key"))
"""Names that every row has in the program itself. A column of a file that is called so gets another name here, and its
own as an alias."""


def check(is_right: bool, message: str, value: object) -> None:
    """Refuse a declaration that cannot be right, with the offending value in brackets."""
    if not is_right:
        raise DeclarationError(f"{message} [{value}]")


class Kind(StrEnum):
    """What does a column hold, so that a check, a translation and a made-up value can follow from it?"""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    ID = "id"
    FREE_TEXT = "free_text"  # may hold anything about anybody: kept in raw only, never copied on


class OnFault(StrEnum):
    """What happens to a row whose value in this column cannot be right?"""

    QUARANTINE_ROW = "quarantine_row"
    DROP_VALUE = "drop_value"  # the value becomes missing and is counted; the row goes on


@dataclass(frozen=True, kw_only=True)
class Plausible:
    """Which days can a column of dates or moments mean? Any other is a slip: the value goes missing, the row goes on.

    Attributes:
        not_before: another such column of the feed, before whose day it never lies.
        days_before, days_after: how many days before and after the day in the file's name it may lie.
    """

    not_before: str | None = None
    days_before: int | None = None
    days_after: int | None = None

    def __post_init__(self) -> None:
        bounds = (self.days_before, self.days_after)
        check(self.not_before is not None or bounds != (None, None), "what is plausible names a bound", bounds)
        check(all(days is None or days >= 0 for days in bounds), "days before and after are 0 or more", bounds)

    @property
    def is_near_file(self) -> bool:
        """Is it held against the day in the file's name?"""
        return self.days_before is not None or self.days_after is not None


@dataclass(frozen=True, kw_only=True)
class Column:
    """What does one column of a file mean?

    Attributes:
        name: as spelled in the file (matched without regard to case).
        aliases: what the header has called it in other years or versions; the first that is there is read.
        meaning: one sentence, shown on the reference page.
        kind: what it holds.
        formats: strptime patterns, tried in order, for dates, times and moments; or "iso" (ISO 8601, offset allowed),
            "hl7", "epoch" and "epoch_ms" (since 1970 UTC), "excel" (a date cell saved as a number).
        codes: the closed list of values for a code; an unknown one is a fault. Empty: any text is taken.
        is_required: the file cannot be read without this column.
        may_be_empty: whether a row may leave it blank.
        on_fault: what a wrong value costs. Values that decide where a row belongs cost the row; others only themselves.
        is_personal: whether its value could point at a person.
        typical: made-up values and how often they occur, for the synthetic county.
        accepts_9xx: for a social security number, whether numbers that begin with 9 are real in this feed.
        plausible: which days a date or a moment can mean.
        digits: how many digits its numbers have, where a spreadsheet takes zeros off their front: they are put back.
    """

    name: str
    meaning: str
    kind: Kind = Kind.TEXT
    formats: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    is_required: bool = False
    may_be_empty: bool = True
    on_fault: OnFault = OnFault.DROP_VALUE
    is_personal: bool = False
    typical: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    accepts_9xx: bool = False
    plausible: Plausible | None = None
    digits: int | None = None
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(bool(self.name.strip()), "a column needs a name", self.name)
        is_free = self.name not in RESERVED
        check(is_free, "the program uses this name itself; choose another, with this one among its aliases", self.name)
        check(
            self.meaning.strip().endswith("."), "a column's meaning is one sentence, ending in a full stop", self.name
        )
        has_time = self.kind in (Kind.DATE, Kind.TIME, Kind.MOMENT)
        check(
            has_time == bool(self.formats), "dates, times and moments need formats and nothing else has any", self.name
        )
        check(not self.codes or self.kind is Kind.CODE, "only a code column has codes", self.name)
        unreadable = [pattern for pattern in self.formats if not is_format(pattern)]
        check(not unreadable, f"{self.name}: a format is a strptime pattern, as %m/%d/%Y, or has a name", unreadable)
        unknown = set(self.typical) - set(self.codes) - {""} if self.codes else set()
        check(not unknown, f"typical values of {self.name} are not among its codes", sorted(unknown))
        check(all(n > 0 for n in self.typical.values()), "typical values need a count above 0", self.name)
        is_day = self.kind in (Kind.DATE, Kind.MOMENT)
        check(self.plausible is None or is_day, "only dates and moments have days that are plausible", self.name)
        is_number = self.digits is None or (self.digits > 1 and self.kind in (Kind.TEXT, Kind.ID))
        check(is_number, "only a text or an id of at least two digits gets its zeros back", self.name)
        object.__setattr__(self, "typical", MappingProxyType(dict(self.typical)))


# --- conditions on a row -----------------------------------------------------------------------------------------


def needed(
    name: str,
    meaning: str,
    *,
    kind: Kind = Kind.ID,
    formats: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    typical: Mapping[str, int] = MappingProxyType({}),
    aliases: tuple[str, ...] = (),
    is_personal: bool = False,
) -> Column:
    """Declare a column without which a row cannot stand: never missing, never blank, a wrong value costs the row."""
    return Column(
        name=name,
        meaning=meaning,
        kind=kind,
        formats=formats,
        codes=codes,
        typical=typical,
        aliases=aliases,
        is_personal=is_personal,
        is_required=True,
        may_be_empty=False,
        on_fault=OnFault.QUARANTINE_ROW,
    )


@dataclass(frozen=True)
class OneOf:
    """Does the column hold one of these values? Compared trimmed and without regard to case."""

    column: str
    values: tuple[str, ...]

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield self.column


@dataclass(frozen=True)
class Matches:
    """Does the column's text match this regular expression anywhere? Compared without regard to case."""

    column: str
    pattern: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as fault:
            raise DeclarationError(f"not a regular expression [{self.pattern}]") from fault

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield self.column


@dataclass(frozen=True)
class AnyOf:
    """Does at least one of these conditions hold?"""

    conditions: "tuple[Condition, ...]"

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        for condition in self.conditions:
            yield from condition.columns()


@dataclass(frozen=True)
class AllOf:
    """Do all of these conditions hold?"""

    conditions: "tuple[Condition, ...]"

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        for condition in self.conditions:
            yield from condition.columns()


Condition = OneOf | Matches | AnyOf | AllOf


@dataclass(frozen=True)
class Coded:
    """Which code of ours stands for the column's value?

    Attributes:
        column: where the agency's code stands.
        mapping: agency's value (any case) → value of one of our closed lists.
        otherwise: our code for any other non-blank value; None leaves it missing.
    """

    column: str
    mapping: Mapping[str, str]
    otherwise: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "mapping", MappingProxyType({k.upper(): str(v) for k, v in self.mapping.items()}))

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield self.column


@dataclass(frozen=True)
class When:
    """When did it happen? A moment column, or a date column and a time column of the same feed.

    Local times are in the agency's zone. A time said twice when clocks go back is the first of the two; one that is
    skipped when clocks go forward is moved on by the gap. Without a time of day the day's beginning is meant.
    """

    column: str
    time_column: str | None = None

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield self.column
        if self.time_column:
            yield self.time_column
