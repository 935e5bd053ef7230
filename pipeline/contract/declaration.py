"""What may an agency's file say? The frozen dataclasses a declaration is made of, each checked when it is built.

One agency is one file in `pipeline/agencies/`. From its declaration follow its DAG, raw table, expectation suite,
translation, synthetic deliveries, reference page and tests. A declaration that cannot be right raises
`DeclarationError` at import, with the offending value in brackets.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.contract import codes, fhir_r4
from pipeline.contract.errors import DeclarationError


def _check(is_right: bool, message: str, value: object) -> None:
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
class Column:
    """What does one column of a file mean?

    Attributes:
        name: as spelled in the file (matched without regard to case).
        meaning: one sentence, shown on the reference page.
        kind: what it holds.
        formats: strptime patterns, tried in order, for dates, times and moments ("iso" is ISO 8601, offset allowed).
        codes: the closed list of values for a code; an unknown one is a fault. Empty: any text is taken.
        is_required: the file cannot be read without this column.
        may_be_empty: whether a row may leave it blank.
        on_fault: what a wrong value costs. Values that decide where a row belongs cost the row; others only themselves.
        is_personal: whether its value could point at a person.
        typical: made-up values and how often they occur, for the synthetic county.
        accepts_9xx: for a social security number, whether numbers that begin with 9 are real in this feed.
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

    def __post_init__(self) -> None:
        _check(bool(self.name.strip()), "a column needs a name", self.name)
        _check(
            self.meaning.strip().endswith("."), "a column's meaning is one sentence, ending in a full stop", self.name
        )
        has_time = self.kind in (Kind.DATE, Kind.TIME, Kind.MOMENT)
        _check(
            has_time == bool(self.formats), "dates, times and moments need formats and nothing else has any", self.name
        )
        _check(not self.codes or self.kind is Kind.CODE, "only a code column has codes", self.name)
        unknown = set(self.typical) - set(self.codes) - {""} if self.codes else set()
        _check(not unknown, f"typical values of {self.name} are not among its codes", sorted(unknown))
        _check(all(n > 0 for n in self.typical.values()), "typical values need a count above 0", self.name)
        object.__setattr__(self, "typical", MappingProxyType(dict(self.typical)))


# --- conditions on a row -----------------------------------------------------------------------------------------


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


Condition = OneOf | Matches | AnyOf


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


# --- what a row says about a person ------------------------------------------------------------------------------


@dataclass(frozen=True)
class FullName:
    """Which column holds the whole name, and in which order? The order is a fact of the feed, never guessed."""

    column: str
    order: str = "last_first"

    def __post_init__(self) -> None:
        _check(self.order in ("last_first", "first_last"), "a name's order is last_first or first_last", self.order)


@dataclass(frozen=True, kw_only=True)
class PersonFields:
    """Which columns say who the row is about? Each attribute names a column of the feed.

    `ssn` may hold nine digits or the last four. `address_line` is a whole address in one line; `street_address`,
    `city`, `state`, `postcode` are its parts. `other_last_names` holds further surnames joined by `|`.
    """

    full_name: FullName | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None
    other_last_names: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    ssn: str | None = None
    phone: str | None = None
    email: str | None = None
    address_line: str | None = None
    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    postcode: str | None = None

    def __post_init__(self) -> None:
        has_parts = bool(self.first_name and self.last_name)
        named = list(self.columns())
        _check(bool(self.full_name) != has_parts, "a person needs either full_name or first_name and last_name", named)

    def by_field(self) -> dict[str, str]:
        """Which column feeds which plain field? Leaves out the whole name."""
        plain = {name: value for name, value in vars(self).items() if name != "full_name"}
        return {name: value for name, value in plain.items() if value}

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        if self.full_name:
            yield self.full_name.column
        yield from self.by_field().values()


@dataclass(frozen=True, kw_only=True)
class Death:
    """When is a row a report that the person died?

    Attributes:
        when: condition that says so by itself.
        date: column with the day or moment of death; any value there says so too. With `when`, the day it names.
    """

    when: Condition | None = None
    date: str | None = None

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        if self.when:
            yield from self.when.columns()
        if self.date:
            yield self.date


@dataclass(frozen=True, kw_only=True)
class PersonRule:
    """When does a row become a person record, and of what?

    Attributes:
        fields: which columns say who.
        about: only rows for which this holds are about the person (others are accepted and go no further).
        death: when the row reports a death.
    """

    fields: PersonFields
    about: Condition | None = None
    death: Death | None = None

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield from self.fields.columns()
        for part in (self.about, self.death):
            if part:
                yield from part.columns()


# --- what a row says happened ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class EncounterRule:
    """When is a row an encounter, and which one?

    Attributes:
        kind: what happened.
        occurred_at: when it began.
        ended_at: when it ended; missing means not ended.
        only_if: only rows for which this holds.
        is_crisis: what makes it a behavioral-health crisis.
        is_follow_up_requested: what makes it a wish for a follow-up.
        is_suicide_watch: what says the person was on suicide watch.
        setting_code, release_code, screen_code, outcome_code, urgency_code: our codes.
        is_about: column that holds the key of the person it is about, where the person is a row of `person_feed`.
        person_feed: the feed of the same agency that `is_about` points into.
    """

    kind: codes.EncounterKind
    occurred_at: When
    ended_at: When | None = None
    only_if: Condition | None = None
    is_crisis: Condition | None = None
    is_follow_up_requested: Condition | None = None
    is_suicide_watch: Condition | None = None
    setting_code: Coded | None = None
    release_code: Coded | None = None
    screen_code: Coded | None = None
    outcome_code: Coded | None = None
    urgency_code: Coded | None = None
    is_about: str | None = None
    person_feed: str | None = None

    CODE_LISTS: ClassVar[dict[str, type[StrEnum]]] = {
        "setting_code": codes.Setting,
        "release_code": codes.Release,
        "screen_code": codes.Screen,
        "outcome_code": codes.Outcome,
        "urgency_code": codes.Urgency,
    }
    FLAGS: ClassVar[tuple[str, ...]] = ("is_crisis", "is_follow_up_requested", "is_suicide_watch")

    def __post_init__(self) -> None:
        _check(bool(self.is_about) == bool(self.person_feed), "is_about and person_feed go together", self.is_about)
        for attribute, code_list in self.CODE_LISTS.items():
            coded: Coded | None = getattr(self, attribute)
            if coded is None:
                continue
            ours = set(coded.mapping.values()) | ({coded.otherwise} if coded.otherwise else set())
            unknown = ours - {member.value for member in code_list}
            _check(not unknown, f"{attribute} translates into codes that do not exist", sorted(unknown))

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        names = ("occurred_at", "ended_at", "only_if", *self.FLAGS, *self.CODE_LISTS)
        for part in (getattr(self, name) for name in names):
            if part is not None:
                yield from part.columns()
        if self.is_about:
            yield self.is_about


@dataclass(frozen=True, kw_only=True)
class ConditionRule:
    """When does a row say that a person lives with a lasting condition?

    Attributes:
        patterns: our condition → regular expression over `code_column`, matched anywhere.
        code_column: column with the diagnosis codes, each as `system|code`, joined by blanks.
        only_if: only rows for which this holds (confirmed, active).
        recorded_at: when it was recorded or began.
        ended_at: when it was over, where the agency says.
        is_about, person_feed: as in `EncounterRule`.
    """

    patterns: Mapping[codes.Condition, str]
    code_column: str
    recorded_at: When
    is_about: str
    person_feed: str
    only_if: Condition | None = None
    ended_at: When | None = None

    def __post_init__(self) -> None:
        for pattern in self.patterns.values():
            Matches(self.code_column, pattern)
        object.__setattr__(self, "patterns", MappingProxyType(dict(self.patterns)))

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield from (self.code_column, self.is_about)
        for part in (self.recorded_at, self.only_if, self.ended_at):
            if part is not None:
                yield from part.columns()


@dataclass(frozen=True, kw_only=True)
class ConsentRule:
    """When does a row say that a person agreed, and from when until when?

    On a feed of people (referrals), a row without consent is held, counted, and used for nothing. On a feed of
    consents (`is_about` set), a granted consent opens the rows that carry a 42 CFR Part 2 label for the same person.

    Attributes:
        granted: what says that consent was given.
        starts, ends: columns with its first and last day; `needs_period` refuses consents that name neither.
        is_about, person_feed: as in `EncounterRule`.
    """

    granted: "tuple[Condition, ...]"
    starts: str | None = None
    ends: str | None = None
    needs_period: bool = False
    is_about: str | None = None
    person_feed: str | None = None

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        for condition in self.granted:
            yield from condition.columns()
        yield from (name for name in (self.starts, self.ends, self.is_about) if name)


# --- how the rows come -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """How is a delimited text file written?

    Attributes:
        delimiter, encoding: as the agency writes it, checked, never guessed.
        has_trailing_delimiter: one empty last field is part of the layout.
        is_fully_quoted: every field stands in double quotes (only matters when writing).
        line_end: how the agency ends its lines (any is read).
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    has_trailing_delimiter: bool = False
    is_fully_quoted: bool = False
    line_end: str = "\n"

    def __post_init__(self) -> None:
        _check(len(self.delimiter) == 1, "a delimiter is one character", self.delimiter)
        try:
            "".encode(self.encoding)
        except LookupError as fault:
            raise DeclarationError(f"unknown encoding [{self.encoding}]") from fault


@dataclass(frozen=True)
class FhirNdjson:
    """Which FHIR R4 resource does each line hold? The flat columns are those of `fhir_r4.FLAT_COLUMNS`."""

    resource_type: str

    def __post_init__(self) -> None:
        _check(self.resource_type in fhir_r4.FLAT_COLUMNS, "no reader for the resource type", self.resource_type)


Format = Delimited | FhirNdjson


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What is one kind of file an agency sends?

    Attributes:
        name: a plural noun, lower case.
        row_is: what one row is, as a noun phrase.
        file_pattern: regular expression of the whole file name; a group named `date` holds its business date.
        date_format: strptime pattern of that group.
        format: how the rows come.
        key: columns that together name the row; joined by `|` they are its record key.
        columns: every column of the layout, in its order.
        person: when a row is a person record.
        encounters: when a row is an encounter.
        conditions: when a row is a lasting condition.
        consent: when a row is, or carries, a consent.
        never_happened: rows for which this holds are retracted: they count for nothing.
        law: which laws tag the feed's rows.
        part2_column: column of security labels; rows labelled with one of `part2_labels` count only under consent.
        fewest_rows, most_rows: a file with fewer or more rows is refused.
        version_column: column that orders versions of a row inside one business date (the newest counts).
        late_after_days: with no newer data than this before the list's date, the agency is late.
    """

    name: str
    row_is: str
    file_pattern: str
    format: Format
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    date_format: str | None = None
    person: PersonRule | None = None
    encounters: tuple[EncounterRule, ...] = ()
    conditions: tuple[ConditionRule, ...] = ()
    consent: ConsentRule | None = None
    never_happened: Condition | None = None
    law: tuple[codes.LawTag, ...] = ()
    part2_column: str | None = None
    part2_labels: tuple[str, ...] = ()
    fewest_rows: int = 1
    most_rows: int = 5_000_000
    version_column: str | None = None
    late_after_days: int = 14

    def __post_init__(self) -> None:
        _check(re.fullmatch(r"[a-z][a-z0-9_]*", self.name) is not None, "a feed's name is lower_case", self.name)
        try:
            pattern = re.compile(self.file_pattern)
        except re.error as fault:
            raise DeclarationError(f"{self.name}: not a regular expression [{self.file_pattern}]") from fault
        has_date = "date" in pattern.groupindex
        _check(
            has_date == bool(self.date_format),
            f"{self.name}: a date group and date_format go together",
            self.file_pattern,
        )
        names = [column.name.upper() for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        _check(not repeated, f"{self.name}: columns declared twice", repeated)
        _check(bool(self.key), f"{self.name}: a feed needs a key", self.key)
        known = {column.name for column in self.columns}
        unknown = sorted(set(self._mentioned()) - known)
        _check(not unknown, f"{self.name}: columns that are used but not declared", unknown)
        _check(0 <= self.fewest_rows <= self.most_rows, f"{self.name}: row counts", (self.fewest_rows, self.most_rows))
        _check(
            bool(self.part2_column) == bool(self.part2_labels),
            f"{self.name}: part2_column and part2_labels",
            self.part2_column,
        )
        self._check_kinds()
        self._check_flat_columns()

    def _mentioned(self) -> Iterator[str]:
        yield from self.key
        yield from (name for name in (self.part2_column, self.version_column) if name)
        for part in (self.person, *self.encounters, *self.conditions, self.consent, self.never_happened):
            if part is not None:
                yield from part.columns()

    def _check_kinds(self) -> None:
        for name in self._read_as_dates():
            _check(bool(self.column(name).formats), f"{self.name}: a column read as a date needs formats", name)
        for condition in self._conditions():
            declared = self.column(condition.column)
            stray = set(condition.values) - set(declared.codes) if declared.codes else set()
            _check(not stray, f"{self.name}: {condition.column} never holds", sorted(stray))
        for name in self.key:
            column = self.column(name)
            is_strict = column.is_required and not column.may_be_empty
            _check(is_strict, f"{self.name}: a key column is required and never empty", name)

    def _read_as_dates(self) -> Iterator[str]:
        """Which columns does the translation read as days, times or moments?"""
        whens = [when for rule in self.encounters for when in (rule.occurred_at, rule.ended_at)]
        whens += [when for rule in self.conditions for when in (rule.recorded_at, rule.ended_at)]
        for when in whens:
            yield from when.columns() if when else ()
        birth_date = self.person.fields.birth_date if self.person else None
        died = self.person.death.date if self.person and self.person.death else None
        consented = (self.consent.starts, self.consent.ends) if self.consent else ()
        yield from (name for name in (birth_date, died, *consented) if name)

    def _check_flat_columns(self) -> None:
        if isinstance(self.format, FhirNdjson):
            stray = {column.name for column in self.columns} - set(fhir_r4.FLAT_COLUMNS[self.format.resource_type])
            _check(not stray, f"{self.name}: the FHIR reader gives no such columns", sorted(stray))

    def _conditions(self) -> Iterator[OneOf]:
        """Which plain value tests does the feed make anywhere?"""
        parts: list[object] = [self.never_happened]
        parts += [getattr(rule, name) for rule in self.encounters for name in ("only_if", *EncounterRule.FLAGS)]
        parts += [rule.only_if for rule in self.conditions]
        parts += [self.person.about, self.person.death and self.person.death.when] if self.person else []
        parts += list(self.consent.granted) if self.consent else []
        while parts:
            part = parts.pop()
            if isinstance(part, AnyOf):
                parts.extend(part.conditions)
            elif isinstance(part, OneOf):
                yield part

    def column(self, name: str) -> Column:
        """Which declaration does a column name stand for?"""
        return next(column for column in self.columns if column.name == name)

    def personal_columns(self) -> tuple[str, ...]:
        """Which columns could point at a person?"""
        return tuple(column.name for column in self.columns if column.is_personal)


@dataclass(frozen=True, kw_only=True)
class Agency:
    """Who sends, and what?

    Attributes:
        name: lower_case, also the name of its folder of deliveries and of its DAG.
        title: as a person would write it.
        zone: IANA time zone of its local times.
        area: the area whose team follows up on its encounters; None where it serves the whole county.
        owner: who answers for the feed, as a role.
        feeds: the kinds of file it sends.
    """

    name: str
    title: str
    zone: str
    owner: str
    feeds: tuple[Feed, ...]
    area: str | None = None

    def __post_init__(self) -> None:
        _check(re.fullmatch(r"[a-z][a-z0-9_]*", self.name) is not None, "an agency's name is lower_case", self.name)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as fault:
            raise DeclarationError(f"{self.name}: unknown time zone [{self.zone}]") from fault
        names = [feed.name for feed in self.feeds]
        _check(bool(names) and len(set(names)) == len(names), f"{self.name}: feeds are missing or named twice", names)
        for feed in self.feeds:
            rules = (*feed.encounters, *feed.conditions, *((feed.consent,) if feed.consent else ()))
            for target in (rule.person_feed for rule in rules if rule.person_feed):
                is_people = any(other.name == target and other.person for other in self.feeds)
                _check(is_people, f"{self.name}.{feed.name}: person_feed is no feed of people", target)
                break_key = self.feed(target).key
                _check(
                    len(break_key) == 1, f"{self.name}.{feed.name}: person_feed needs a key of one column", break_key
                )

    def feed(self, name: str) -> Feed:
        """Which feed has this name? Raises KeyError where there is none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        raise KeyError(name)
