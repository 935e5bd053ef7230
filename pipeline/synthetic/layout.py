"""How does a feed spell a value? Dates in its formats, phones and numbers in its habit, names in its case and order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pipeline.contract.declaration import Column, Delimited, Feed, FhirBundle, FhirNdjson, FullName, Kind, When
from pipeline.contract.moments import EPOCH, EPOCH_MS, EXCEL, HL7, ISO, has_day, write_count, write_moment
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.noise import Seen, address_parts, in_case

FIRST_FORMAT_SHARE = 0.9  # the format declared first is the rule; the others are left over from older layouts
PARTIAL_DATE_SHARE = 0.01  # birth dates known to the month or year, where the feed has a format for that
HABIT_SHARE = 0.9  # how steadily one feed spells phones one way
PHONE_SHAPES = ("{0}-{1}-{2}", "({0}) {1}-{2}", "{0}{1}{2}", "{0}.{1}.{2}")
SEX_WORDS = {"M": "male", "F": "female"}


def moment_text(pattern: str, moment: datetime) -> str:
    """How is a local moment written in a declared format? "iso" and "hl7" keep the offset."""
    if pattern == HL7:
        return moment.strftime("%Y%m%d%H%M%S%z")
    if pattern in (EPOCH, EPOCH_MS, EXCEL):
        return write_count(moment, pattern)
    return moment.isoformat() if pattern == ISO else write_moment(moment, pattern)


def day_text(pattern: str, day: date) -> str:
    """How is a day written in a declared format?"""
    if pattern in (EPOCH, EPOCH_MS, EXCEL):
        return write_count(datetime.combine(day, time(), UTC), pattern)
    return day.isoformat() if pattern == ISO else write_moment(day, "%Y%m%d" if pattern == HL7 else pattern)


@dataclass
class Layout:
    """Which spelling habits does one feed have? Drawn once; `is_upper` follows from the feed's typical values."""

    feed: Feed
    zone: ZoneInfo
    chance: Chance

    def __post_init__(self) -> None:
        self._columns = {column.name: column for column in self.feed.columns}
        texts = [v for c in self.feed.columns if c.kind is Kind.TEXT for v in c.typical if any(x.isalpha() for x in v)]
        self.is_upper = bool(texts) and 2 * sum(text.isupper() for text in texts) > len(texts)
        self._case: Callable[[str], str] = str.upper if self.is_upper else str
        self._phone_shape = self.chance.pick(PHONE_SHAPES)
        self._has_dashes = self.chance.happens(0.5)
        self.is_fhir = isinstance(self.feed.format, FhirNdjson | FhirBundle)
        self._formats = {name: _format_table(column) for name, column in self._columns.items() if column.formats}
        widths = {c.name: max(map(len, c.codes)) + 1 for c in self.feed.columns if c.kind is Kind.CODE and c.codes}
        is_padded = isinstance(self.feed.format, Delimited) and self.feed.format.is_fully_quoted
        self.padded: dict[str, int] = widths if is_padded else {}

    def when(self, when: When, moment: datetime | None) -> dict[str, str]:
        """Which columns say when something happened, or that it has not?"""
        if moment is None:
            return dict.fromkeys(when.columns(), "")
        local = moment.astimezone(self.zone)
        return {name: moment_text(self.chance.draw(self._formats[name]), local) for name in when.columns()}

    def day(self, column: str, day: date) -> str:
        """How does a column write a day of an event?"""
        return day_text(self.chance.draw(self._formats[column]), day)

    def person(self, seen: Seen) -> dict[str, str]:
        """Which columns say who the row is about?"""
        rule = self.feed.person
        if rule is None:
            return {}
        plain = {
            "first_name": self._text(seen.first_name),
            "middle_name": self._text(seen.middle_name),
            "last_name": self._text(seen.last_name),
            "suffix": self._text(seen.suffix),
            "other_last_names": "|".join(seen.other_last_names),
            "email": seen.email,
            **{name: self._text(value) for name, value in address_parts(seen.address).items()},
        }
        values = {}
        for name, column in rule.fields.by_field().items():
            values[column] = plain[name] if name in plain else self._number_or_date(name, self._columns[column], seen)
        if rule.fields.full_name:
            values[rule.fields.full_name.column] = whole_name(rule.fields.full_name, plain)
        for name, value in values.items():
            if not value and not self._columns[name].may_be_empty:
                values[name] = self._not_known(self._columns[name])
        return values

    def _text(self, value: str) -> str:
        if not value or self.is_fhir:
            return value.strip()
        return in_case(value, self._case, self.chance)

    def _number_or_date(self, name: str, column: Column, seen: Seen) -> str:
        if name == "birth_date":
            return self._birth_date(column, seen.birth_date)
        if name == "ssn":
            return self._ssn(column, seen.ssn)
        return self._phone(seen.phone) if name == "phone" else self._sex(column, seen.sex)

    def _birth_date(self, column: Column, birth: date | None) -> str:
        if birth is None:
            return ""
        partial = [pattern for pattern in column.formats if not has_day(pattern)]
        if partial and self.chance.happens(PARTIAL_DATE_SHARE):
            return day_text(self.chance.pick(partial), birth)
        return day_text(next(p for p in (*column.formats, "iso") if has_day(p)), birth)

    def _ssn(self, column: Column, ssn: str) -> str:
        if not ssn:
            return ""
        if "last four" in column.meaning.lower() or "last4" in column.name.lower():
            return ssn[-4:]
        return f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}" if self.is_fhir or self._has_dashes else ssn

    def _phone(self, digits: str) -> str:
        if not digits:
            return ""
        shape = self._phone_shape if self.chance.happens(HABIT_SHARE) else self.chance.pick(PHONE_SHAPES)
        return shape.format(digits[:3], digits[3:6], digits[6:])

    def _sex(self, column: Column, sex: str) -> str:
        if self.is_fhir:
            return SEX_WORDS.get(sex, "unknown")
        if column.codes:
            return next((code for code in column.codes if sex and code.upper().startswith(sex)), "")
        return sex or self.chance.pick(("", "U"))

    def _not_known(self, column: Column) -> str:
        return day_text(column.formats[0], date(1900, 1, 1)) if column.formats else "UNKNOWN"


def whole_name(rule: FullName, plain: dict[str, str]) -> str:
    """How is a whole name written in a feed's order? `LAST, FIRST MIDDLE SUFFIX` or `FIRST MIDDLE LAST SUFFIX`."""
    first, middle = plain["first_name"].strip(), plain["middle_name"].strip()
    last, suffix = plain["last_name"].strip(), plain["suffix"].strip()
    if rule.order == "first_last":
        return " ".join(part for part in (first, middle, last, suffix) if part)
    rest = " ".join(part for part in (first, middle, suffix) if part)
    return ", ".join(part for part in (last, rest) if part)


def _format_table(column: Column) -> Weighted[str]:
    """How often is each of a column's formats used? Only those that say the day (or, for times, all)."""
    usable = [p for p in column.formats if column.kind is Kind.TIME or has_day(p)] or list(column.formats)
    rest = (1 - FIRST_FORMAT_SHARE) / max(len(usable) - 1, 1)
    return Weighted({pattern: FIRST_FORMAT_SHARE if n == 0 else rest for n, pattern in enumerate(usable)})
