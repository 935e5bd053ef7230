"""Which day was this person born, as far as the record knows?

A birth date is ISO text: YYYY-MM-DD, or the known part of it, YYYY-MM or YYYY. Nothing is guessed: text in any other
form is missing, unless a whole column of it says how its dates are written (see facts.py).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

OLDEST_AGE_YEARS = 115
"""Years. Older than this is a placeholder: three living people in the United States are above it at any time."""

EARLIEST_BIRTH_YEAR = 1850
"""Year. Where no reference day is given, anything before it cannot be a person with current records."""

EARLIEST_YEAR_OF_ANY_TABLE = 1000
"""Year. Tables of people long dead are linked too; below it a four-digit year is a slip."""

DateOrder = Literal["iso", "month_first", "day_first"]
"""How a column writes its dates: ISO text only, or any numeric form, and then which number comes first beside a year
at the end."""

PLACEHOLDER_DATES = frozenset({"1900-01-01", "1901-01-01", "1899-12-31", "1899-12-30", "1753-01-01", "9999-12-31"})
"""Default values of database systems and spreadsheets that pass for a birth date."""

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_TIME_OF_DAY = re.compile(r"[T ]")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def _calendar_text(year: int, month: str | None, day: str | None) -> str | None:
    """How is this date written, if the calendar has it?"""
    try:
        date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (f"{year:04d}", month, day) if part)


def normalize_birth_date(
    iso_text: object, as_of: date | None = None, earliest_year: int = EARLIEST_BIRTH_YEAR
) -> str | None:
    """Which birth date does this text hold, if it can be one?

    Args:
        iso_text: YYYY-MM-DD, YYYY-MM or YYYY; a time of day after it is dropped.
        as_of: the day the records describe. With it, days after it or more than OLDEST_AGE_YEARS before it are missing.
            Without it only the calendar and the known placeholders decide, so the same text always gives the same
            answer.
        earliest_year: years before it are missing.

    >>> normalize_birth_date("1982-02-30"), normalize_birth_date("1982-02"), normalize_birth_date("1900-01-01")
    (None, '1982-02', None)
    >>> normalize_birth_date("2031-05-01", date(2026, 1, 1)), normalize_birth_date("1905-05-02", date(2026, 1, 1))
    (None, None)
    """
    if not isinstance(iso_text, str):
        return None
    found = _ISO_DATE.fullmatch(_TIME_OF_DAY.split(iso_text.strip(), maxsplit=1)[0])
    if found is None or found[0] in PLACEHOLDER_DATES or int(found[1]) < earliest_year:
        return None
    text = _calendar_text(int(found[1]), found[2], found[3])
    if text is None or as_of is None:
        return text
    return text if is_within(text, birth_date_bounds(as_of)) else None


def birth_date_bounds(as_of: date) -> tuple[str, str]:
    """Between which days, as ISO text, was somebody born of whom a record of this day speaks?

    >>> birth_date_bounds(date(2026, 2, 28))
    ('1911-02-28', '2026-02-28')
    """
    return f"{as_of.year - OLDEST_AGE_YEARS:04d}-{as_of.month:02d}-{as_of.day:02d}", as_of.isoformat()


def is_within(text: str, bounds: tuple[str, str]) -> bool:
    """Does a birth date, or the known part of one, lie between these days?"""
    length = len(text)
    return bounds[0][:length] <= text <= bounds[1][:length]


def _is_month(text: str) -> bool:
    return 1 <= int(text) <= 12


def _year_first(text: str, order: DateOrder) -> str:
    """How is this date written year first? Text of another form stays as it is."""
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        year, month, day = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
        return f"{year}-{month:0>2}-{day:0>2}"
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return text
    month, day = (found[1], found[3]) if order == "month_first" else (found[3], found[1])
    if _is_month(day) and not _is_month(month):
        month, day = day, month
    return f"{found[4]}-{month:0>2}-{day:0>2}"


def read_birth_date(text: object, order: DateOrder, as_of: date | None = None) -> str | None:
    """Which birth date does this text of a column hold, given how the column writes its dates?

    Read are ISO text, YYYYMMDD, YYYY/MM/DD, and day, month and year parted by one of / . - in the order of the column.
    A date the calendar has only in the other order is read in that order. Years of two digits are not guessed.

    >>> read_birth_date("03/04/1950", "day_first"), read_birth_date("03/04/1950", "month_first")
    ('1950-04-03', '1950-03-04')
    >>> read_birth_date("19630506", "day_first"), read_birth_date("1630/8/1", "day_first")
    ('1963-05-06', '1630-08-01')
    """
    if not isinstance(text, str) or order == "iso":
        return normalize_birth_date(text, as_of)
    day = _TIME_OF_DAY.split(text.strip(), maxsplit=1)[0]
    return normalize_birth_date(_year_first(day, order), as_of, EARLIEST_YEAR_OF_ANY_TABLE) if day.isascii() else None
