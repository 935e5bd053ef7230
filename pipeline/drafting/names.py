"""Which files are of one kind, by their names, and which part of a name is its day?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

_DAYS = ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{4}_\d{2}_\d{2}", "%Y_%m_%d"), (r"\d{8}", "%Y%m%d"))
_MONTHS = ((r"\d{4}-\d{2}", "%Y-%m"), (r"\d{4}_\d{2}", "%Y_%m"), (r"\d{6}", "%Y%m"))
DAYS_IN_NAMES = (*_DAYS, *_MONTHS)
"""How file names write their day, as a pattern and for strptime; the longest first."""

EARLIEST, LATEST = 1990, 2100
"""Years, both included, that eight digits in a name must begin with to be a day and not a number."""


@dataclass(frozen=True)
class NamePattern:
    """Which names have the files of a feed?

    Attributes:
        pattern: as `Feed.file_pattern`.
        date_format: of the group `date`; None without one.
        stem: the words of the name, for the feed's.
        decisions: what a person has to decide about the pattern.
    """

    pattern: str
    date_format: str | None
    stem: str
    decisions: tuple[str, ...] = ()


def pattern_of_all(names: Sequence[str]) -> NamePattern:
    r"""Which pattern have all these names, which may be of several kinds? What they do not share may be anything.

    >>> pattern_of_all(["adt/A01-1.hl7", "adt/A01-x.hl7"]).pattern
    'adt/A\d+-.*\.hl7'
    """
    found = list({pattern_of(name).pattern: pattern_of(name) for name in names}.values())
    if len(found) == 1:
        return found[0]
    before = _shared(names).rstrip("0123456789")
    after = _shared([name[len(before) :][::-1] for name in names])[::-1].lstrip("0123456789")
    stem = _stem(before.rpartition("/")[2])
    told = f"file_pattern: {len(found)} kinds of names are taken for one kind of file; is no other file meant by it?"
    return NamePattern(f"{_loose(before)}.*{_loose_but_ending(after)}", None, stem, (told,))


def pattern_of(name: str) -> NamePattern:
    r"""Which pattern has this file name? Its day is a group, other digits may be any; what is left stays as it is.

    >>> pattern_of("bookings_20261116.csv")
    NamePattern(pattern='bookings_(?P<date>\\d{8})\\.csv', date_format='%Y%m%d', stem='bookings', decisions=())
    """
    before, day, after, date_format = name, "", "", None
    for shape, written in DAYS_IN_NAMES:
        found = re.search(rf"(?<!\d){shape}(?!\d)", name)
        if found and _is_day(found[0], written):
            before, after, date_format = name[: found.start()], name[found.end() :], written
            day = f"(?P<date>{shape})"
            break
    pattern = _loose(before) + day + _loose_but_ending(after) if day else _loose_but_ending(name)
    own = name.rpartition("/")[2]
    return NamePattern(pattern, date_format, _stem(own.rpartition(".")[0] or own))


def _shared(names: Sequence[str]) -> str:
    """With which characters do all of them begin?"""
    return "".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, zip(*names, strict=False)))


def _stem(name: str) -> str:
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_") or "rows"


def _is_day(text: str, written: str) -> bool:
    try:
        return EARLIEST <= datetime.strptime(text, written).year <= LATEST  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return False


def _loose_but_ending(text: str) -> str:
    """What does the end of a name match: any digits, but those of `.hl7`?"""
    ending = re.search(r"\.\w*[a-z]\w*\Z", text, re.IGNORECASE)
    return _loose(text[: ending.start()]) + re.escape(ending[0]) if ending else _loose(text)


def _loose(text: str) -> str:
    return "".join(
        r"\d+" if part.isdigit() else re.escape(part).replace(r"\-", "-") for part in re.split(r"(\d+)", text)
    )
