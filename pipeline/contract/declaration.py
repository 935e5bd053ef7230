"""What may an agency's file say? The frozen dataclasses a declaration is made of, each checked when it is built.

One agency is one file in `pipeline/agencies/`. From its declaration follow its DAG, raw table, expectation suite,
translation, synthetic deliveries, reference page and tests. A declaration that cannot be right raises
`DeclarationError` at import, with the offending value in brackets.

Its small parts stand in `formats.py` (how the rows come), `columns.py` (a column and what may be asked of it) and
`rules.py` (what a row says); whoever writes or reads a declaration finds all of them here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.contract import codes, fhir_r4
from pipeline.contract.columns import (
    AllOf,
    AnyOf,
    Coded,
    Column,
    Condition,
    Kind,
    Matches,
    OneOf,
    OnFault,
    Plausible,
    When,
    check,
    needed,
)
from pipeline.contract.errors import DeclarationError
from pipeline.contract.formats import (
    Delimited,
    Excel,
    FhirBundle,
    FhirNdjson,
    FixedWidth,
    Format,
    Hl7v2,
    JsonDocument,
    JsonLines,
    Xml,
)
from pipeline.contract.moments import ISO
from pipeline.contract.rules import (
    ConditionRule,
    ConsentRule,
    Death,
    EncounterRule,
    EndRule,
    FullName,
    PersonFields,
    PersonRule,
    Quality,
    Refusal,
    SnapshotRule,
)
from pipeline.contract.xml_paths import check_paths

__all__ = [
    "Agency", "AllOf", "AnyOf", "Coded", "Column", "Condition", "ConditionRule", "ConsentRule", "Death", "Delimited",
    "EncounterRule", "EndRule", "Excel", "Feed", "FhirBundle", "FhirNdjson", "FixedWidth", "Format", "FullName",
    "Hl7v2", "JsonDocument", "JsonLines", "Kind", "Matches", "OnFault", "OneOf", "PersonFields", "PersonRule",
    "Plausible", "Quality", "Refusal", "SnapshotRule", "When", "Xml", "needed",
]  # fmt: skip


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What is one kind of file an agency sends?

    Attributes:
        name: a plural noun, lower case.
        row_is: what one row is, as a noun phrase.
        file_pattern: regular expression of the whole file name; a group named `date` holds its business date. Of a file
            that comes in a folder or ZIP both names count, joined by a slash: `export.zip/Client.csv`.
        date_format: strptime pattern of that group.
        format: how the rows come.
        key: columns that together name the row; joined by `|` they are its record key.
        columns: every column of the layout, in its order. Where a header has a name twice, the second column is
            declared as `NAME (2)`.
        blanks: what the agency writes where it has nothing: NULL, N/A. Compared without regard to case.
        person: when a row is a person record.
        encounters: when a row is an encounter.
        ends: when a row tells the end of an encounter of another row or feed.
        conditions: when a row is a lasting condition.
        consent: when a row is, or carries, a consent.
        snapshot: set where each file lists everybody in custody on one day: what follows from being on it or not.
        never_happened: rows for which this holds are retracted: they count for nothing.
        refusals: what a row says where its file, and with it all that came with it, may not be taken in.
        is_full: what a row says where the folder or ZIP that it comes in holds everybody. Who is known and missing
            is counted in the run report, and still counts.
        law: which laws tag the feed's rows.
        part2_column: column of security labels; rows labelled with one of `part2_labels` count only under consent.
        fewest_rows, most_rows: a file with fewer or more rows is refused.
        version_column: column that orders versions of a row inside one business date (the newest counts).
        is_cumulative: a row leaves out what has not changed; what its earlier versions told of that still holds.
        merged_into: column with the key of the record of this feed that the row's record was found to be.
        merged_from: column with the keys, joined by blanks, of records that were found to be the row's record.
        merges_of: the feed of people whose records are merged, where that is another one of the agency.
        late_after_days: with no newer data than this before the list's date, the agency is late.
    """

    name: str
    row_is: str
    file_pattern: str
    format: Format
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    date_format: str | None = None
    blanks: tuple[str, ...] = ()
    person: PersonRule | None = None
    encounters: tuple[EncounterRule, ...] = ()
    ends: tuple[EndRule, ...] = ()
    conditions: tuple[ConditionRule, ...] = ()
    consent: ConsentRule | None = None
    snapshot: SnapshotRule | None = None
    never_happened: Condition | None = None
    refusals: tuple[Refusal, ...] = ()
    is_full: Condition | None = None
    law: tuple[codes.LawTag, ...] = ()
    part2_column: str | None = None
    part2_labels: tuple[str, ...] = ()
    fewest_rows: int = 1
    most_rows: int = 5_000_000
    version_column: str | None = None
    is_cumulative: bool = False
    merged_into: str | None = None
    merged_from: str | None = None
    merges_of: str | None = None
    late_after_days: int = 14

    def __post_init__(self) -> None:
        check(re.fullmatch(r"[a-z][a-z0-9_]*", self.name) is not None, "a feed's name is lower_case", self.name)
        try:
            pattern = re.compile(self.file_pattern)
        except re.error as fault:
            raise DeclarationError(f"{self.name}: not a regular expression [{self.file_pattern}]") from fault
        holder = self.file_pattern.partition("/")[0]
        check(_is_pattern(holder), f"{self.name}: a folder or ZIP is named before the first slash", self.file_pattern)
        has_date = "date" in pattern.groupindex
        check(
            has_date == bool(self.date_format),
            f"{self.name}: a date group and date_format go together",
            self.file_pattern,
        )
        names = [name.upper() for column in self.columns for name in (column.name, *column.aliases)]
        repeated = sorted({name for name in names if names.count(name) > 1})
        check(not repeated, f"{self.name}: columns declared twice", repeated)
        check(bool(self.key), f"{self.name}: a feed needs a key", self.key)
        known = {column.name for column in self.columns}
        unknown = sorted(set(self._mentioned()) - known)
        check(not unknown, f"{self.name}: columns that are used but not declared", unknown)
        check(0 <= self.fewest_rows <= self.most_rows, f"{self.name}: row counts", (self.fewest_rows, self.most_rows))
        check(
            bool(self.part2_column) == bool(self.part2_labels),
            f"{self.name}: part2_column and part2_labels",
            self.part2_column,
        )
        said = {code.upper() for column in self.columns for code in column.codes}
        stray = sorted({text for text in self.blanks if text.upper() in said or text != text.strip()})
        check(not stray, f"{self.name}: a blank is no code of a column, and stands trimmed", stray)
        self._check_kinds()
        self._check_snapshot()
        self._check_flat_columns()

    def _mentioned(self) -> Iterator[str]:
        yield from self.key
        yield from self._held_against()
        yield from (name for name in (self.part2_column, self.version_column, *self._merge_columns()) if name)
        rules = (self.person, *self.encounters, *self.ends, *self.conditions, self.consent, self.snapshot)
        for part in (*rules, *self.refusals, self.never_happened, self.is_full):
            if part is not None:
                yield from part.columns()

    def _merge_columns(self) -> tuple[str, ...]:
        """Which columns name records of the feed that are one person with the row's own?"""
        return tuple(name for name in (self.merged_into, self.merged_from) if name)

    def _check_kinds(self) -> None:
        if self._merge_columns():
            is_of_people = self.person is not None or self.merges_of is not None
            check(is_of_people, f"{self.name}: only a feed of people is merged", self._merge_columns())
            check(len(self.key) == 1, f"{self.name}: a merge needs a key of one column", self.key)
        check(
            self.merges_of is None or bool(self._merge_columns()),
            f"{self.name}: merges_of needs merged_into or merged_from",
            self.merges_of,
        )
        is_telling = not self.is_cumulative or isinstance(self.format, Hl7v2 | JsonLines | JsonDocument)
        what = f"{self.name}: where nothing can be left out, no row is cumulative"
        check(is_telling, what, type(self.format).__name__)
        for name in self._read_as_dates():
            check(bool(self.column(name).formats), f"{self.name}: a column read as a date needs formats", name)
        for column in self.columns:
            is_held = bool(column.plausible and column.plausible.is_near_file)
            check(not is_held or bool(self.date_format), f"{self.name}: no day in the file's name", column.name)
        for condition in self._conditions():
            declared = self.column(condition.column)
            stray = set(condition.values) - set(declared.codes) if declared.codes else set()
            check(not stray, f"{self.name}: {condition.column} never holds", sorted(stray))
        for name in self.key:
            column = self.column(name)
            is_strict = column.is_required and not column.may_be_empty
            check(is_strict, f"{self.name}: a key column is required and never empty", name)
        told = [(rule.encounter_feed, rule.kind, rule.is_about) for rule in self.ends]
        check(len(set(told)) == len(told), f"{self.name}: one rule tells the ends of encounters of a kind", told)
        for name in (name for rule in self.ends for name in rule.is_about):
            column = self.column(name)
            is_strict = column.is_required and not column.may_be_empty
            check(is_strict, f"{self.name}: a column that names what ended is required and never empty", name)

    def _check_snapshot(self) -> None:
        if self.snapshot is None:
            return
        kinds = [rule.kind.value for rule in self.encounters]
        check(
            kinds == [codes.EncounterKind.BOOKING.value], f"{self.name}: a roster tells of bookings, by one rule", kinds
        )
        check(bool(self.date_format), f"{self.name}: a roster's file name says its day", self.file_pattern)
        check(self.version_column is None, f"{self.name}: a roster's day orders its versions", self.version_column)
        admitted = self.encounters[0].occurred_at.column
        is_told_apart = admitted in self.key or not self.snapshot.has_reused_numbers
        check(is_told_apart, f"{self.name}: with reused numbers, the moment of admission is part of the key", self.key)

    def _read_as_dates(self) -> Iterator[str]:
        """Which columns does the translation read as days, times or moments?"""
        whens = [when for rule in self.encounters for when in (rule.occurred_at, rule.ended_at)]
        whens += [rule.ended_at for rule in self.ends]
        whens += [when for rule in self.conditions for when in (rule.recorded_at, rule.ended_at)]
        for when in whens:
            yield from when.columns() if when else ()
        birth_date = self.person.fields.birth_date if self.person else None
        died = self.person.death.date if self.person and self.person.death else None
        consented = (self.consent.starts, self.consent.ends) if self.consent else ()
        yield from (name for name in (birth_date, died, *consented, *self._held_against()) if name)

    def _held_against(self) -> Iterator[str]:
        """Before which columns' days do the days of others never lie?"""
        for column in self.columns:
            if column.plausible and column.plausible.not_before:
                yield column.plausible.not_before

    def _check_flat_columns(self) -> None:
        if isinstance(self.format, FhirNdjson | FhirBundle):
            stray = {column.name for column in self.columns} - set(fhir_r4.FLAT_COLUMNS[self.format.resource_type])
            check(not stray, f"{self.name}: the FHIR reader gives no such columns", sorted(stray))
        if isinstance(self.format, FixedWidth):
            placed, declared = set(self.format.places), {column.name for column in self.columns}
            check(placed == declared, f"{self.name}: every column has a place and no other", sorted(placed ^ declared))
        if isinstance(self.format, JsonLines | JsonDocument):
            stray = set(self.format.paths) - {column.name for column in self.columns}
            check(not stray, f"{self.name}: paths of columns that are not declared", sorted(stray))
        if isinstance(self.format, Hl7v2):
            placed, declared = set(self.format.paths), {column.name for column in self.columns}
            check(placed == declared, f"{self.name}: every column has a path and no other", sorted(placed ^ declared))
            stray = {name for names in self.format.takes_back.values() for name in names} - declared
            check(not stray, f"{self.name}: columns that are taken back but not declared", sorted(stray))
        if isinstance(self.format, Xml):
            placed, declared = set(self.format.paths), {column.name for column in self.columns}
            check(placed == declared, f"{self.name}: every column has a path and no other", sorted(placed ^ declared))
            others = {name: name for column in self.columns for name in column.aliases}
            check_paths(self.format.row, others, self.format.namespaces)
        if isinstance(self.format, Excel):
            unread = sorted(column.name for column in self.columns if column.formats and ISO not in column.formats)
            check(not unread, f'{self.name}: cells that hold a date are read as "iso"; add it to the formats', unread)

    def _conditions(self) -> Iterator[OneOf]:
        """Which plain value tests does the feed make anywhere?"""
        parts: list[object] = [self.never_happened, self.is_full, *(refusal.when for refusal in self.refusals)]
        parts += [getattr(rule, name) for rule in self.encounters for name in EncounterRule.CONDITIONS]
        parts += [getattr(rule, name) for rule in self.ends for name in EndRule.CONDITIONS]
        parts += [rule.only_if for rule in self.conditions]
        parts += [self.person.about, self.person.death and self.person.death.when] if self.person else []
        parts += list(self.consent.granted) if self.consent else []
        parts += [self.snapshot.listed] if self.snapshot else []
        while parts:
            part = parts.pop()
            if isinstance(part, AnyOf | AllOf):
                parts.extend(part.conditions)
            elif isinstance(part, OneOf):
                yield part

    def rules_about_others(self) -> Iterator[EncounterRule | ConditionRule | ConsentRule | PersonRule]:
        """Yield the rules that say something about a person of another feed (`person_feed`)."""
        for rule in (*self.encounters, *self.conditions, self.consent, self.person):
            if rule is not None and rule.person_feed:
                yield rule

    def is_in(self, file_name: str) -> bool:
        """Are rows of the feed read from a file of this name? In a folder or ZIP: from one with both names."""
        return re.fullmatch(self.file_pattern, file_name, re.IGNORECASE) is not None

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
        check(re.fullmatch(r"[a-z][a-z0-9_]*", self.name) is not None, "an agency's name is lower_case", self.name)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as fault:
            raise DeclarationError(f"{self.name}: unknown time zone [{self.zone}]") from fault
        names = [feed.name for feed in self.feeds]
        check(bool(names) and len(set(names)) == len(names), f"{self.name}: feeds are missing or named twice", names)
        for feed in self.feeds:
            for target in (str(rule.person_feed) for rule in feed.rules_about_others()):
                is_people = any(other.name == target and other.person for other in self.feeds)
                check(is_people, f"{self.name}.{feed.name}: person_feed is no feed of people", target)
                break_key = self.feed(target).key
                check(len(break_key) == 1, f"{self.name}.{feed.name}: person_feed needs a key of one column", break_key)
            for rule in feed.ends:
                self._check_end(feed, rule)
            if feed.merges_of:
                is_people = any(other.name == feed.merges_of and other.person for other in self.feeds)
                check(is_people, f"{self.name}.{feed.name}: merges_of is no feed of people", feed.merges_of)
            if isinstance(feed.format, Hl7v2) and feed.format.events:
                formats = [one.format for one in self.feeds if one.file_pattern == feed.file_pattern]
                has_taker = any(isinstance(one, Hl7v2) and not one.events for one in formats)
                what = f"{self.name}.{feed.name}: some messages only; another feed of the same files takes all"
                check(has_taker, what, feed.file_pattern)

    def _check_end(self, feed: Feed, rule: EndRule) -> None:
        where = f"{self.name}.{feed.name}"
        kinds = [one.kind for other in self.feeds if other.name == rule.encounter_feed for one in other.encounters]
        check(rule.kind in kinds, f"{where}: encounter_feed has no {rule.kind.value}", rule.encounter_feed)
        key = self.feed(rule.encounter_feed).key
        check(len(rule.is_about) == len(key), f"{where}: is_about has a column for each of the key", key)

    def feeds_of(self, file_name: str) -> tuple[Feed, ...]:
        """Which feeds are read from a file of this name, in declared order?"""
        return tuple(feed for feed in self.feeds if feed.is_in(file_name))

    def feed(self, name: str) -> Feed:
        """Which feed has this name? Raises KeyError where there is none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        raise KeyError(name)
