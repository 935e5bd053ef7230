"""Which day was this person born, as far as the record knows?

A birth date is ISO text: YYYY-MM-DD, or the known part of it, YYYY-MM or YYYY. Nothing is guessed: text in any other
form is missing.
"""

from __future__ import annotations

import re
from datetime import date

OLDEST_AGE_YEARS = 115
"""Years. Older than this is a placeholder: three living people in the United States are above it at any time."""

EARLIEST_BIRTH_YEAR = 1850
"""Year. Where no reference day is given, anything before it cannot be a person with current records."""

PLACEHOLDER_DATES = frozenset({"1900-01-01", "1901-01-01", "1899-12-31", "1899-12-30", "1753-01-01", "9999-12-31"})
"""Default values of database systems and spreadsheets that pass for a birth date."""

_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def _calendar_text(year: int, month: str | None, day: str | None) -> str | None:
    """How is this date written, if the calendar has it?"""
    try:
        date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (f"{year:04d}", month, day) if part)


def normalize_birth_date(iso_text: object, as_of: date | None = None) -> str | None:
    """Which birth date does this text hold, if it can be one?

    Args:
        iso_text: YYYY-MM-DD, YYYY-MM or YYYY; a time of day after it is dropped.
        as_of: the day the records describe. With it, days after it or more than OLDEST_AGE_YEARS before it are missing.
            Without it only the calendar and the known placeholders decide, so the same text always gives the same
            answer.

    >>> normalize_birth_date("1982-02-30"), normalize_birth_date("1982-02"), normalize_birth_date("1900-01-01")
    (None, '1982-02', None)
    >>> normalize_birth_date("2031-05-01", date(2026, 1, 1)), normalize_birth_date("1905-05-02", date(2026, 1, 1))
    (None, None)
    """
    if not isinstance(iso_text, str):
        return None
    found = _ISO_DATE.fullmatch(re.split("[T ]", iso_text.strip(), maxsplit=1)[0])
    if found is None or found[0] in PLACEHOLDER_DATES or int(found[1]) < EARLIEST_BIRTH_YEAR:
        return None
    text = _calendar_text(int(found[1]), found[2], found[3])
    if text is None or as_of is None:
        return text
    oldest = f"{as_of.year - OLDEST_AGE_YEARS:04d}-{as_of.month:02d}-{as_of.day:02d}"
    is_possible = oldest[: len(text)] <= text <= as_of.isoformat()[: len(text)]
    return text if is_possible else None
