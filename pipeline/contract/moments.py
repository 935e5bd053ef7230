"""Which day, time of day or moment does an agency's text say, if the calendar has it?

Expectations and translation both read dates here, so a value that passes the one never fails the other. Nothing is
guessed: a text is read by one of its declared formats, in their order, and must be exactly what that format would
write; surrounding blanks and the case of month names do not count. "iso" stands for ISO 8601 in its extended form,
"hl7" for the date and time of HL7 v2, "epoch", "epoch_ms" and "excel" for counts since a day. A format may name day,
month and hour without their zeros, as spreadsheets write them: `%-m/%-d/%Y %-H:%M`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200
"""Years, both included. Outside of them a date is a slip of the pen (`0202`, `20133`), not a life or an appointment."""

ISO = "iso"
"""The format name that stands for ISO 8601: YYYY-MM-DD, or with `T`, a time of day and, if wanted, an offset."""

HL7 = "hl7"
"""The format name that stands for YYYYMMDD[HH[MM[SS[.S[S[S[S]]]]]]][+/-ZZZZ]: data type DTM of HL7 v2.9, 2.A.22.

A year or a month alone, which DTM allows, is declared as `%Y` or `%Y%m`: whether it is enough is a fact of the feed.
"""

EPOCH, EPOCH_MS = "epoch", "epoch_ms"
"""The format names of seconds and milliseconds since 1970-01-01 UTC, as web services write moments.

Within three years of that day nothing is read: a 0 there stands for no moment.
"""

EXCEL = "excel"
"""The format name of the days since 1899-12-30, with a fraction for the time: a date cell saved as a number.

Five digits, so 1927 to 2173: four digits are a year.
"""

LARGEST_OFFSET = timedelta(hours=14)
"""Hours. No place on earth is further from UTC; source: the dateTime type of HL7 FHIR R4 and of XML Schema 1.1."""

DISTINCT_TEXTS = 1 << 17
"""Texts whose reading is remembered: more than there are days in the lives of the living, written in two ways, as by an
agency and by us. strptime is slow."""

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")
_OFFSET = r"(Z)|([+-])([0-9]{2})(?::?([0-9]{2}))?"
_ISO_MOMENT = re.compile(rf"({_ISO_DATE.pattern})(?:T({_ISO_TIME.pattern})(?:{_OFFSET})?)?")
_SECONDS, _MILLISECONDS = re.compile(r"-?[0-9]{8,11}"), re.compile(r"-?[0-9]{11,14}")
_THREE_YEARS = timedelta(days=3 * 365)
_SERIAL_DAY = re.compile(r"[0-9]{5}(?:\.[0-9]{1,15})?")
_HL7_MOMENT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})"
    r"(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.([0-9]{1,4}))?)?)?)?"
    r"(?:([+-])([0-9]{2})([0-9]{2}))?"
)


def has_day(pattern: str) -> bool:
    """Does a format name the day? A month or a year alone is not enough to say when something happened."""
    return pattern in _READERS or any(part in pattern for part in ("%d", "%-d", "%j", "%x", "%c"))


def is_format(pattern: str) -> bool:
    """Is this a format at all: does it read what it writes?

    >>> is_format("%m/%d/%Y"), is_format("MM/DD/YYYY"), is_format("iso")
    (True, False, True)
    """
    if pattern in _READERS:
        return True
    written = write_moment(datetime(2026, 11, 26, 13, 45, 58, tzinfo=UTC), pattern)
    return "%" in pattern and _read_exactly(written, pattern) is not None


def is_strptime(pattern: str) -> bool:
    """Is a format one that strptime itself knows, so that other libraries read it too?"""
    return pattern not in _READERS and "%-" not in pattern


@lru_cache(DISTINCT_TEXTS)
def parse_date(text: str, formats: tuple[str, ...]) -> date | None:
    """Which day is this? None where no format fits or the calendar lacks the day. A partial date is its first day.

    >>> parse_date("02/28/2026", ("%m/%d/%Y",)), parse_date("02/30/2026", ("%m/%d/%Y",))
    (datetime.date(2026, 2, 28), None)
    >>> parse_date("1964-10", ("%Y-%m-%d", "%Y-%m")), parse_date("2026-1-5", ("%Y-%m-%d",))
    (datetime.date(1964, 10, 1), None)
    >>> parse_date("46332", ("excel",)), parse_date("1793923200", ("epoch",))
    (datetime.date(2026, 11, 6), datetime.date(2026, 11, 6))
    """
    trimmed = text.strip()
    for pattern in formats:
        found = _iso_date(trimmed) if pattern == ISO else _moment(trimmed, pattern)
        if found is not None and _is_year_possible(found.year):
            return found.date() if isinstance(found, datetime) else found
    return None


def parse_time(text: str, formats: tuple[str, ...]) -> time | None:
    """Which time of day is this, without a zone? None where no format fits.

    >>> parse_time("0005", ("%H%M",)), parse_time("5", ("%H%M",)), parse_time("2460", ("%H%M",))
    (datetime.time(0, 5), None, None)
    """
    trimmed = text.strip()
    for pattern in formats:
        if pattern == ISO:
            found = _iso_time(trimmed)
        else:
            moment = _read_exactly(trimmed, pattern)
            found = moment.time() if moment else None
        if found is not None:
            return found
    return None


def parse_moment(text: str, formats: tuple[str, ...], zone: str | tzinfo) -> datetime | None:
    """Which moment is this, in UTC? None where no format fits or the calendar lacks the day.

    Args:
        text: as delivered.
        formats: strptime patterns or names of `_READERS`, tried in order; without a time of day the day's beginning is
            meant.
        zone: IANA name (or zone) of the agency's local time. Counts only where the text names no offset itself.

    >>> parse_moment("2026-01-05T10:00-07:00", ("iso",), "America/Denver")
    datetime.datetime(2026, 1, 5, 17, 0, tzinfo=datetime.timezone.utc)
    """
    trimmed = text.strip()
    for pattern in formats:
        found = _moment(trimmed, pattern)
        if found is not None and _is_year_possible(found.year):
            return in_utc(found, zone)
    return None


def write_moment(moment: date, pattern: str) -> str:
    """How does a strptime pattern write a day or a moment? `%-m`, `%-d`, `%-H` and `%-I` on every system.

    >>> write_moment(date(2005, 10, 1), "%-m/%-d/%y"), write_moment(datetime(2005, 10, 1, 0, 5), "%-H:%M or %-I:%M %p")
    ('10/1/05', '0:05 or 12:05 AM')
    """
    if "%-" in pattern:
        for part in ("%m", "%d", "%H", "%I"):
            pattern = pattern.replace(f"%-{part[1]}", moment.strftime(part).removeprefix("0"))
    return moment.strftime(pattern)


def write_count(moment: datetime, pattern: str) -> str:
    """How is a moment written as a count since a day: "epoch", "epoch_ms" or "excel"? The last one as it is, zoneless.

    >>> write_count(datetime(2026, 11, 6, 12, tzinfo=UTC), "excel")
    '46332.5'
    """
    if pattern == EXCEL:
        return f"{(moment.replace(tzinfo=None) - _FIRST_SERIAL_DAY) / timedelta(days=1):.10f}".rstrip("0").rstrip(".")
    return str(round(moment.timestamp() * (1000 if pattern == EPOCH_MS else 1)))


def born_before(day: date, by: date) -> date | None:
    """In which century was somebody born, where the year was written with two digits? The last one before that day.

    >>> born_before(date(2005, 10, 1), date(2026, 11, 6)), born_before(date(2045, 10, 1), date(2026, 11, 6))
    (datetime.date(2005, 10, 1), datetime.date(1945, 10, 1))
    """
    for year in range(by.year - (by.year - day.year) % 100, EARLIEST_YEAR, -100):
        try:
            found = day.replace(year=year)
        except ValueError:  # 29 February of another century
            continue
        if found < by:
            return found
    return None


def in_utc(moment: datetime, zone: str | tzinfo) -> datetime:
    """Which moment in UTC is this local one? A moment that names its own offset keeps it.

    A local time said twice, when clocks go back, is the first of the two; one that is skipped, when clocks go forward,
    is moved on by the gap (Python's fold=0, PEP 495).

    >>> in_utc(datetime(2026, 11, 1, 1, 30), "America/Denver"), in_utc(datetime(2026, 3, 8, 2, 30), "America/Denver")
    ... # doctest: +NORMALIZE_WHITESPACE
    (datetime.datetime(2026, 11, 1, 7, 30, tzinfo=datetime.timezone.utc),
     datetime.datetime(2026, 3, 8, 9, 30, tzinfo=datetime.timezone.utc))
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone) if isinstance(zone, str) else zone, fold=0)
    return moment.astimezone(UTC)


def _is_year_possible(year: int) -> bool:
    return EARLIEST_YEAR <= year <= LATEST_YEAR


def _moment(trimmed: str, pattern: str) -> datetime | None:
    read = _READERS.get(pattern)
    return read(trimmed) if read else _read_exactly(trimmed, pattern)


@lru_cache(DISTINCT_TEXTS)
def _read_exactly(trimmed: str, pattern: str) -> datetime | None:
    """What does the text say, if the pattern would write it just so? strptime alone takes 2026-1-5 for %Y-%m-%d."""
    try:
        found = datetime.strptime(trimmed, pattern.replace("%-", "%"))  # noqa: DTZ007 -- the zone is added by in_utc
        written = write_moment(found, pattern)
    except (ValueError, OverflowError):
        return None
    return found if written == trimmed or written.upper() == trimmed.upper() else None


def _iso_date(trimmed: str) -> date | None:
    try:
        return date.fromisoformat(trimmed) if _ISO_DATE.fullmatch(trimmed) else None
    except ValueError:
        return None


def _iso_time(trimmed: str) -> time | None:
    found = _ISO_TIME.fullmatch(trimmed)
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    try:
        return time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]))
    except ValueError:
        return None


def _iso_moment(trimmed: str) -> datetime | None:
    """Which moment is this ISO 8601 text: aware where it names an offset, else naive?"""
    found = _ISO_MOMENT.fullmatch(trimmed)
    if found is None:
        return None
    day = _iso_date(found[1])
    time_of_day = _iso_time(found[2]) if found[2] else time()
    if day is None or time_of_day is None:
        return None
    offset_zone = UTC if found[7] else None
    if found[8]:
        offset_zone = _offset_zone(found[8], found[9], found[10] or "00")
        if offset_zone is None:
            return None
    return datetime.combine(day, time_of_day, offset_zone)


def _hl7_moment(trimmed: str) -> datetime | None:
    """Which moment is this date and time of HL7 v2: aware where it names an offset, else naive?"""
    found = _HL7_MOMENT.fullmatch(trimmed)
    if found is None:
        return None
    year, month, day, *clock, fraction, sign, hours, minutes = found.groups()
    zone = _offset_zone(sign, hours, minutes) if sign else None
    if sign and zone is None:
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    microsecond = int((fraction or "0").ljust(6, "0"))
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, microsecond, zone)
    except ValueError:
        return None


def _from_epoch(trimmed: str, shape: re.Pattern[str], unit: timedelta) -> datetime | None:
    """Which moment is so many units after 1970-01-01 UTC?"""
    since = int(trimmed) * unit if shape.fullmatch(trimmed) else timedelta()
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + since if abs(since) > _THREE_YEARS else None
    except OverflowError:
        return None


_FIRST_SERIAL_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 -- a spreadsheet knows no zone


def _from_serial_day(trimmed: str) -> datetime | None:
    """Which local moment is so many days after a spreadsheet's first? To the second: its fractions are no closer."""
    if not _SERIAL_DAY.fullmatch(trimmed):
        return None
    seconds = round(Decimal(trimmed) * 86_400)
    return _FIRST_SERIAL_DAY + timedelta(seconds=seconds)


def _offset_zone(sign: str, hours: str, minutes: str) -> timezone | None:
    """Which zone has this offset from UTC? None where no place on earth has it."""
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or offset > LARGEST_OFFSET:
        return None
    return timezone(-offset if sign == "-" else offset)


_READERS: dict[str, Callable[[str], datetime | None]] = {
    ISO: _iso_moment,
    HL7: _hl7_moment,
    EPOCH: partial(_from_epoch, shape=_SECONDS, unit=timedelta(seconds=1)),
    EPOCH_MS: partial(_from_epoch, shape=_MILLISECONDS, unit=timedelta(milliseconds=1)),
    EXCEL: _from_serial_day,
}
"""What reads each format that has a name and is no strptime pattern."""
