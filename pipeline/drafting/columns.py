"""What does one column hold? Judged by its header and its values; of a personal column nothing but its kind is told."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path

import names

from pipeline.contract.columns import Kind
from pipeline.contract.moments import parse_date, parse_moment, parse_time
from pipeline.drafting import words

DATES = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%b %d %Y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
MOMENTS = ("%Y-%m-%dT%H:%M", "iso", *(f"{day} {clock}" for day in DATES for clock in _CLOCKS), "%Y%m%d%H%M%S")
TIMES = ("%H:%M", "%H:%M:%S", "%H%M", "%I:%M %p")
"""Formats that are tried. All are strict: a text fits only as the format would write it. No two-digit years: which
century they mean is for a person to say."""

PARTIAL = ("%Y-%m", "%Y")
"""Formats of days that are known in part. They count beside a whole day only: any four digits look like a year."""

MOST_FORMATS = 3
"""Ways in which one column may be written; more than that is a column of something else."""

NEARLY_ALL = 0.9
"""Share of values. Where a format fits so many and not all, a person is told."""

MOST_CODES, FEWEST_OF_A_CODE, LONGEST_CODE = 30, 5, 40
"""A closed list has few distinct values, each often (rows), none a sentence (characters). Rare values may be people."""

_NUMBERED = re.compile(r"\d{5}|\d[.,]\d|@|[0-9a-f]{8}-[0-9a-f]{4}", re.IGNORECASE)
"""A value that numbers or measures something is no code: so are people, places, amounts and accounts told apart."""

PERSONAL_SHARE = 0.5
"""Share of distinct values that look like a person's; with so many the column is taken for personal."""

_SHAPES = {
    "ssn": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "phone": re.compile(r"\+?1?[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}|\d{3}-\d{4}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found about a column?

    Attributes:
        name, kind, formats, codes: as `Column` has them.
        field: of a person, where header or shape name one.
        is_personal: could its values point at a person?
        is_never_blank: it holds something in every row of the sample.
        is_unique: no two rows hold the same.
        decisions: what a person has to decide; no value in it.
    """

    name: str
    kind: Kind = Kind.TEXT
    formats: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    field: str | None = None
    is_personal: bool = False
    is_never_blank: bool = False
    is_unique: bool = False
    decisions: tuple[str, ...] = ()


def judge(name: str, values: Sequence[str]) -> Judged:
    """What does this column hold? `values` are trimmed texts, '' for blank."""
    filled = [value for value in values if value]
    counts = Counter(filled)
    own = {
        "name": name,
        "is_never_blank": bool(values) and len(filled) == len(values),
        "is_unique": bool(filled) and len(counts) == len(filled),
    }
    field = words.field_of(name) or _field_of_shape(counts)
    if field == "street_address" and sum("," in text for text in counts) > PERSONAL_SHARE * len(counts):
        field = "address_line"
    is_personal = bool(field) or bool(words.PERSONAL.search(name)) or _looks_personal(counts)
    kind, formats, told = _dated(name, list(counts)) if field in (None, "birth_date") else (Kind.TEXT, (), ())
    if formats:
        return Judged(**own, kind=kind, formats=formats, field=field, is_personal=is_personal, decisions=told)
    if field == "birth_date":
        field, told = None, (*told, f"{name}: looks like a birth date, and no strict format fits all of its values")
    if words.FREE_TEXT.search(name) and not field:
        return Judged(**own, kind=Kind.FREE_TEXT, is_personal=True, decisions=told)
    if not field and words.IDENTIFIER.search(name):
        return Judged(**own, kind=Kind.ID, is_personal=is_personal, decisions=told)
    if is_personal:
        return Judged(**own, field=field, is_personal=True, decisions=told)
    if _is_code(counts):
        told = (*told, f"{name}: is this list of {len(counts)} codes whole?")
        return Judged(**own, kind=Kind.CODE, codes=tuple(sorted(counts)), decisions=told)
    return Judged(**own, decisions=told)


# --- dates --------------------------------------------------------------------------------------------------------


def _dated(name: str, distinct: list[str]) -> tuple[Kind, tuple[str, ...], tuple[str, ...]]:
    """Which kind of date and which formats fit every value, and what has to be decided about them?"""
    if not distinct:
        return Kind.TEXT, (), ()
    readers: tuple[tuple[Kind, tuple[str, ...], Callable[[str, str], object]], ...] = (
        (Kind.DATE, (*DATES, *PARTIAL), lambda text, one: parse_date(text, (one,))),
        (Kind.MOMENT, (*MOMENTS, *PARTIAL), lambda text, one: parse_moment(text, (one,), UTC)),
        (Kind.TIME, TIMES, lambda text, one: parse_time(text, (one,))),
    )
    nearly = 0.0
    for kind, formats, read in readers:
        if kind is Kind.TIME and not words.TIME_OF_DAY.search(name):
            continue
        fitting = {one: {text for text in distinct if read(text, one) is not None} for one in formats}
        chosen = _cover(fitting, set(distinct))
        if chosen:
            return kind, chosen, tuple(_ambiguous(name, chosen, fitting))
        nearly = max([nearly, *(len(texts) / len(distinct) for one, texts in fitting.items() if one not in PARTIAL)])
    if nearly >= NEARLY_ALL:
        return Kind.TEXT, (), (f"{name}: {nearly:.1%} of its values are written like a date, and the others are not",)
    return Kind.TEXT, (), ()


def _cover(fitting: dict[str, set[str]], wanted: set[str]) -> tuple[str, ...]:
    """Which few formats fit all values between them? Each time the one that fits most of what is left."""
    chosen: list[str] = []
    left = set(wanted)
    while left and len(chosen) < MOST_FORMATS:
        best = max(fitting, key=lambda one: len(fitting[one] & left))
        if not fitting[best] & left:
            break
        chosen.append(best)
        left -= fitting[best]
    return () if left or set(chosen) <= set(PARTIAL) else tuple(chosen)


def _ambiguous(name: str, chosen: tuple[str, ...], fitting: dict[str, set[str]]) -> list[str]:
    """Where would day and month fit just as well the other way round?"""
    swapped = str.maketrans("md", "dm")
    return [
        f"{name}: {one} and {one.translate(swapped)} both fit every value; ask which one the agency writes"
        for one in chosen
        if one.translate(swapped) != one and fitting.get(one.translate(swapped), set()) >= fitting[one]
    ]


# --- people and codes ------------------------------------------------------------------------------------------------


def _field_of_shape(counts: Counter[str]) -> str | None:
    """Do most values look like a number of a person's, or an email address?"""
    for field, shape in _SHAPES.items():
        if counts and sum(bool(shape.fullmatch(text)) for text in counts) >= NEARLY_ALL * len(counts):
            return field
    return None


def _looks_personal(counts: Counter[str]) -> bool:
    """Are many of the values people's names, by a list of given names?"""
    known = _given_names()
    named = sum(any(part in known for part in re.findall(r"[a-z]{3,}", text.lower())) for text in counts)
    return bool(counts) and named >= PERSONAL_SHARE * len(counts)


@cache
def _given_names() -> frozenset[str]:
    """Which given names are common? Source: the 1990 census of the United States, by the library `names`."""
    lines = [
        line for kind in ("first:female", "first:male") for line in Path(names.FILES[kind]).read_text().split("\n")
    ]
    return frozenset(line.split()[0].lower() for line in lines if line.strip())


def _is_code(counts: Counter[str]) -> bool:
    """Do the values look like a closed list: few of them, each often, none long?"""
    return (
        1 < len(counts) <= MOST_CODES
        and min(counts.values()) >= FEWEST_OF_A_CODE
        and max(map(len, counts)) <= LONGEST_CODE
        and not any(_NUMBERED.search(text) for text in counts)
    )
