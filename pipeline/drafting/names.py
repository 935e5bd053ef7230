"""Which files are of one kind, by their names, and which part of a name is its day?"""

import re
from dataclasses import dataclass
from datetime import datetime

_DAYS = ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{4}_\d{2}_\d{2}", "%Y_%m_%d"), (r"\d{8}", "%Y%m%d"))
_MONTHS = ((r"\d{4}-\d{2}", "%Y-%m"), (r"\d{4}_\d{2}", "%Y_%m"), (r"\d{6}", "%Y%m"))
DAYS_IN_NAMES = (*_DAYS, *_MONTHS)
"""How file names write their day, as a pattern and for strptime; the longest first."""

EARLIEST, LATEST = 1990, 2100
"""Years, both included, that eight digits in a name must begin with to be a day and not a number."""


@dataclass(frozen=True)
class NamePattern:
    """Which names have the files of a feed? `date_format` is that of the group `date`, or None without one."""

    pattern: str
    date_format: str | None
    stem: str


def pattern_of(name: str) -> NamePattern:
    r"""Which pattern has this file name? Its day is a group, other digits may be any; what is left stays as it is.

    >>> pattern_of("bookings_20261116.csv")
    NamePattern(pattern='bookings_(?P<date>\\d{8})\\.csv', date_format='%Y%m%d', stem='bookings')
    """
    before, day, after, date_format = name, "", "", None
    for shape, written in DAYS_IN_NAMES:
        found = re.search(rf"(?<!\d){shape}(?!\d)", name)
        if found and _is_day(found[0], written):
            before, after, date_format = name[: found.start()], name[found.end() :], written
            day = f"(?P<date>{shape})"
            break
    pattern = _loose(before) + day + _loose(after)
    stem = re.sub(r"[^a-z]+", "_", name.rpartition(".")[0].lower() or name.lower()).strip("_")
    return NamePattern(pattern, date_format, stem or "rows")


def _is_day(text: str, written: str) -> bool:
    try:
        return EARLIEST <= datetime.strptime(text, written).year <= LATEST  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return False


def _loose(text: str) -> str:
    return "".join(
        r"\d+" if part.isdigit() else re.escape(part).replace(r"\-", "-") for part in re.split(r"(\d+)", text)
    )
