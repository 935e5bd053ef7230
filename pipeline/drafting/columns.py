"""What does one column hold? Judged by its header and its values; of a personal column nothing but its kind is told."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path

import names

from pipeline.contract.columns import Kind
from pipeline.contract.moments import EPOCH, EPOCH_MS, EXCEL, ISO, parse_date, parse_moment, parse_time
from pipeline.drafting import words

DATES = (
    *("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%-m/%-d/%Y", "%-d/%-m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y"),
    *("%d-%b-%Y", "%b %d %Y", "%B %-d, %Y", "%m%d%Y"),
)
_CLOCKS = ("%H:%M", "%-H:%M", "%H:%M:%S", "%-H:%M:%S", "%I:%M %p", "%-I:%M %p", "%I:%M:%S %p", "%-I:%M:%S %p", "%H%M")
MOMENTS = (
    *("%Y-%m-%dT%H:%M", "iso", *(f"{day} {clock}" for day in DATES for clock in _CLOCKS), "%Y%m%d%H%M%S"),
    *("%Y-%m-%d %H:%M:%S.%f", "%Y%m%d%H%M"),
)
TIMES = ("%H:%M", "%-H:%M", "%H:%M:%S", "iso", "%H%M", "%I:%M %p", "%-I:%M %p")
"""Formats that are tried. All are strict: a text fits only as the format would write it."""

_SHORT_DAYS = ("%m/%d/%y", "%-m/%-d/%y", "%d-%b-%y")
SHORT_YEARS = tuple(f"{day}{clock}" for day in _SHORT_DAYS for clock in ("", " %H:%M", " %-H:%M"))
"""Formats of years with two digits. They are told and never drafted: which century they mean is for a person to say."""

COUNTS = (EPOCH_MS, EXCEL, EPOCH)
"""Formats of numbers that count from a day: tried where a header speaks of a day or time, and told."""

PARTIAL = ("%Y-%m", "%Y", "%Y-%m-XX", "%Y-XX-XX")
"""Formats of days that are known in part. They count beside a whole day only: any four digits look like a year."""

MOST_FORMATS = 3
"""Ways in which one column may be written; more than that is a column of something else."""

LOOKED_AT = 5_000
"""Different values of a column that are held against formats: enough for rare ones. The rest `agency check` tells."""

SHOWN_OF_A_SHAPE = 50
"""Values of each shape (digits and letters in the same places) by which formats are chosen that are tried on all."""

BLANKS = frozenset(("NULL", "(NULL)", "<NULL>", "N/A", "#N/A", "NAN"))
"""What programs write where they have nothing. NA, NONE and UNKNOWN may be somebody's word for something."""

NEARLY_ALL = 0.9
"""Share of values. Where a format fits so many and not all, a person is told."""

MOST_CODES, FEWEST_OF_A_CODE, LONGEST_CODE = 30, 5, 40
"""A closed list has few distinct values, each often (rows), none a sentence (characters). Rare values may be people."""

_NUMBERED = re.compile(r"\d{5}|\d[.,]\d|@|[0-9a-f]{8}-[0-9a-f]{4}", re.IGNORECASE)
"""A value that numbers or measures something is no code: so are people, places, amounts and accounts told apart."""

PERSONAL_SHARE = 0.5
"""Share of distinct values that look like a person's; with so many the column is taken for personal."""

MOST_OF_BIRTHS = 0.5
"""Share of values. With so many that fit, formats are told: people without a birth date are hard to link."""

_Reader = Callable[[str, str], object]


def _moment_in_utc(text: str, pattern: str) -> object:
    return parse_moment(text, (pattern,), UTC)


_READERS: tuple[tuple[Kind, tuple[str, ...], _Reader], ...] = (
    (Kind.DATE, (*DATES, *PARTIAL), lambda text, one: parse_date(text, (one,))),
    (Kind.MOMENT, (*MOMENTS, *PARTIAL), _moment_in_utc),
    (Kind.TIME, TIMES, lambda text, one: parse_time(text, (one,))),
)
"""Kinds of dates with their formats and what reads them, the strictest first."""

_ISO_ALIKE = ("%Y-%m-%d", "%Y-%m-%dT%H:%M")

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


def blanks_in(values: Iterable[str]) -> tuple[str, ...]:
    """Which words for nothing stand among these values, in capitals?"""
    return tuple(sorted(BLANKS & {value.upper() for value in set(values)}))


def judge(
    name: str,
    values: Sequence[str],
    *,
    has_iso_days: bool = False,
    fields: Mapping[str, str] | None = None,
    is_somebodys: bool = False,
) -> Judged:
    """What does this column hold?

    `values` are trimmed texts, '' for blank; in a workbook days are ISO 8601. `fields` says which columns are of whom
    the row is about, where their place tells it and not their header; `is_somebodys` that a column is of somebody.
    """
    filled = [value for value in values if value]
    counts = Counter(filled)
    own = {
        "name": name,
        "is_never_blank": bool(values) and len(filled) == len(values),
        "is_unique": bool(filled) and len(counts) == len(filled),
    }
    shape = _field_of_shape(counts)
    field = words.field_of(name) or shape if fields is None else fields.get(name)
    if field == "street_address" and sum("," in text for text in counts) > PERSONAL_SHARE * len(counts):
        field = "address_line"
    is_personal = bool(is_somebodys or field or shape or words.PERSONAL.search(name)) or _looks_personal(counts)
    kind, formats, told = _dated(name, list(counts)) if field in (None, "birth_date") else (Kind.TEXT, (), ())
    if formats and has_iso_days:
        formats = tuple(dict.fromkeys(ISO if one in _ISO_ALIKE else one for one in (*formats, ISO)))
    if formats:
        return Judged(**own, kind=kind, formats=formats, field=field, is_personal=is_personal, decisions=told)
    if field == "birth_date":
        field, told = None, told or (f"{name}: looks like a birth date, and no format fits its values",)
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


def _dated(name: str, different: list[str]) -> tuple[Kind, tuple[str, ...], tuple[str, ...]]:
    """Which kind of date and which formats fit every value, and what has to be decided about them?"""
    distinct = different[:: -(-len(different) // LOOKED_AT)] if different else []
    if not distinct or len({text for text in distinct if any(map(str.isdigit, text))}) < NEARLY_ALL * len(distinct):
        return Kind.TEXT, (), ()
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for kind, formats, read in _READERS:
        if kind is Kind.TIME and not words.TIME_OF_DAY.search(name):
            continue
        fitting = _fitting(distinct, formats, read)
        chosen = _cover(fitting, set(distinct))
        if set().union(*(fitting[one] for one in chosen)) == set(distinct) and not set(chosen) <= set(PARTIAL):
            return kind, chosen, tuple(_ambiguous(name, chosen, fitting))
        whole = tuple(one for one in chosen if one not in PARTIAL)
        share = len(set().union(*(fitting[one] for one in whole))) / len(distinct)
        best = (share, whole) if share > best[0] else best
    if words.DATED.search(name) and (counted := _counted(name, distinct)):
        return counted
    return Kind.TEXT, (), tuple(_nearly(name, distinct, *best))


def _fitting(distinct: list[str], formats: Sequence[str], read: "_Reader") -> dict[str, set[str]]:
    """Which texts fit which format? Only formats that fit some of a shape's first texts are tried on all of them."""
    shapes: dict[str, list[str]] = {}
    for text in distinct:
        shapes.setdefault(re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text)), []).append(text)
    fitting: dict[str, set[str]] = {one: set() for one in formats}
    for texts in shapes.values():
        for one in formats:
            if any(read(text, one) is not None for text in texts[:SHOWN_OF_A_SHAPE]):
                fitting[one] |= {text for text in texts if read(text, one) is not None}
    return fitting


def _counted(name: str, distinct: list[str]) -> tuple[Kind, tuple[str, ...], tuple[str, ...]] | None:
    """Are all values counts since a day, as a column that speaks of a day may hold?"""
    for one in COUNTS:
        if all(parse_moment(text, (one,), UTC) is not None for text in distinct):
            return Kind.MOMENT, (one,), (f"{name}: its numbers are read as {one!r}; do the days come out right?",)
    return None


def _nearly(name: str, distinct: list[str], share: float, formats: tuple[str, ...]) -> Iterator[str]:
    """Tell where the values are written like dates, and why they were not taken for dates."""
    short = _cover(_fitting(distinct, SHORT_YEARS, _moment_in_utc), set(distinct))
    left = [text for text in distinct if not any(_moment_in_utc(text, one) for one in short)]
    is_birth = words.field_of(name) == "birth_date"
    if short and len(left) <= (1 - NEARLY_ALL) * len(distinct):
        century = "the last that has passed" if is_birth else "1969 to 2068"
        yield f"{name}: years have two digits; with {_spelled(short)} they would be read as {century}"
    elif share >= (MOST_OF_BIRTHS if is_birth else NEARLY_ALL):
        cost = "the others would be left out of each row"
        yield f"{name}: {_spelled(formats)} fits {share:.1%} of its values; if declared, {cost}"


def _spelled(formats: Sequence[str]) -> str:
    return ", ".join(formats)


def _cover(fitting: dict[str, set[str]], wanted: set[str]) -> tuple[str, ...]:
    """Which few formats fit most values between them? Each time the one that fits most of what is left."""
    chosen: list[str] = []
    left = set(wanted)
    while left and len(chosen) < MOST_FORMATS:
        best = max(fitting, key=lambda one: len(fitting[one] & left))
        if not fitting[best] & left:
            break
        chosen.append(best)
        left -= fitting[best]
    return tuple(chosen)


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
