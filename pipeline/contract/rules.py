"""What does a row say? The rules of a declaration: who it is about, what happened, which condition, which consent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from pipeline.contract import codes
from pipeline.contract.columns import Coded, Condition, Matches, When, check

# --- what a row says about a person ------------------------------------------------------------------------------


@dataclass(frozen=True)
class FullName:
    """Which column holds the whole name, and in which order? The order is a fact of the feed, never guessed."""

    column: str
    order: str = "last_first"

    def __post_init__(self) -> None:
        check(self.order in ("last_first", "first_last"), "a name's order is last_first or first_last", self.order)


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How well does the agency itself say that it knows a value?

    Attributes:
        column: where it says so.
        in_part: what it writes where the value is approximate, a part, or stands for the real one (a street name).
        not_known: what it writes where the value says nothing.
    """

    column: str
    in_part: tuple[str, ...] = ()
    not_known: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonFields:
    """Which columns say who the row is about? Each attribute names a column of the feed.

    `ssn` may hold nine digits or the last four. `address_line` is a whole address in one line; `street_address`,
    `city`, `state`, `postcode` are its parts. `other_last_names` holds further surnames joined by `|`. `sex` may be a
    column of codes with what they mean. Of a value that its `_quality` says is known in part, only what is sure is
    compared: of a birth date the year, of a number the last four digits, of a name nothing.
    """

    full_name: FullName | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None
    other_last_names: str | None = None
    birth_date: str | None = None
    sex: str | Coded | None = None
    ssn: str | None = None
    phone: str | None = None
    email: str | None = None
    address_line: str | None = None
    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    postcode: str | None = None
    name_quality: Quality | None = None
    birth_date_quality: Quality | None = None
    ssn_quality: Quality | None = None

    def __post_init__(self) -> None:
        has_parts = bool(self.first_name and self.last_name)
        named = list(self.columns())
        is_named = not named or bool(self.full_name) != has_parts
        check(is_named, "a person needs either full_name or first_name and last_name", named)
        if isinstance(self.sex, Coded):
            stray = sorted({*self.sex.mapping.values(), self.sex.otherwise} - {"F", "M", None})
            check(not stray, "sex translates into F and M", stray)

    def by_field(self) -> dict[str, str]:
        """Which column feeds which plain field? Leaves out the whole name and how well values are known."""
        plain = {name: value.column if isinstance(value, Coded) else value for name, value in vars(self).items()}
        return {name: value for name, value in plain.items() if isinstance(value, str)}

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        if self.full_name:
            yield self.full_name.column
        yield from self.by_field().values()
        for quality in (self.name_quality, self.birth_date_quality, self.ssn_quality):
            if quality:
                yield quality.column


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
        fields: which columns say who; none where the row only tells something about somebody of another feed.
        about: only rows for which this holds are about the person (others are accepted and go no further).
        death: when the row reports a death.
        is_about: column that holds the key of the person it is about, where the person is a row of `person_feed`.
        person_feed: the feed of the same agency that `is_about` points into.
    """

    fields: PersonFields = PersonFields()
    about: Condition | None = None
    death: Death | None = None
    is_about: str | None = None
    person_feed: str | None = None

    def __post_init__(self) -> None:
        check(bool(self.is_about) == bool(self.person_feed), "is_about and person_feed go together", self.is_about)
        named = list(self.fields.columns())
        check(bool(named) != bool(self.is_about), "a person record says who, or whose row is_about names", named)

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield from self.fields.columns()
        if self.is_about:
            yield self.is_about
        for part in (self.about, self.death):
            if part:
                yield from part.columns()


# --- what a row says happened ------------------------------------------------------------------------------------


def _check_codes(attribute: str, coded: Coded | None, code_list: type[StrEnum]) -> None:
    if coded is not None:
        ours = set(coded.mapping.values()) | ({coded.otherwise} if coded.otherwise else set())
        unknown = ours - {member.value for member in code_list}
        check(not unknown, f"{attribute} translates into codes that do not exist", sorted(unknown))


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
        held_elsewhere: what says that whoever's stay ended went into other custody or a ward, whatever else the row
            gives as the reason: a furlough, a day in court, another agency's hold.
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
    held_elsewhere: Condition | None = None
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
    CONDITIONS: ClassVar[tuple[str, ...]] = ("only_if", *FLAGS, "held_elsewhere")

    def __post_init__(self) -> None:
        check(bool(self.is_about) == bool(self.person_feed), "is_about and person_feed go together", self.is_about)
        for attribute, code_list in self.CODE_LISTS.items():
            _check_codes(attribute, getattr(self, attribute), code_list)

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        names = ("occurred_at", "ended_at", *self.CONDITIONS, *self.CODE_LISTS)
        for part in (getattr(self, name) for name in names):
            if part is not None:
                yield from part.columns()
        if self.is_about:
            yield self.is_about


@dataclass(frozen=True, kw_only=True)
class EndRule:
    """When does a row tell the end of an encounter that stands elsewhere: in another feed, or in another row?

    It holds for an encounter whose own row has no end. One whose encounter is not known yet waits for it.

    Attributes:
        encounter_feed: the feed of the same agency whose row is the encounter.
        is_about: columns that hold the key of that row, in the order of its feed's key.
        ended_at: when it ended; a row without is no end.
        kind: of the encounter.
        only_if: only rows for which this holds.
        release_code: our code for how it ended.
        held_elsewhere: as in `EncounterRule`.
    """

    encounter_feed: str
    is_about: tuple[str, ...]
    ended_at: When
    kind: codes.EncounterKind = codes.EncounterKind.BOOKING
    only_if: Condition | None = None
    release_code: Coded | None = None
    held_elsewhere: Condition | None = None

    CONDITIONS: ClassVar[tuple[str, ...]] = ("only_if", "held_elsewhere")

    def __post_init__(self) -> None:
        is_named = isinstance(self.is_about, tuple) and bool(self.is_about)
        check(is_named, "an end names its encounter, by a tuple of columns", self.is_about)
        _check_codes("release_code", self.release_code, codes.Release)

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield from self.is_about
        for part in (self.ended_at, self.only_if, self.release_code, self.held_elsewhere):
            if part is not None:
                yield from part.columns()


SMALLEST_SHARE = 0.5
"""Share of the usual number of rows. A jail does not lose half of its people within days; a file does, cut off."""


@dataclass(frozen=True, kw_only=True)
class SnapshotRule:
    """What does a file say that lists everybody who is in custody on one day?

    The feed's key names the stay: the number of the booking, or that of the person and the moment of admission. Its one
    encounter rule says when the stay began, and when and how it ended, where the roster tells. Whoever is missing on a
    later roster left between the two, and nobody said how.

    Attributes:
        listed: what says that the person of a row is still in custody; None where every row says so.
        lag_hours: hours before the end of the day a file is of, within which its list was true at some moment. 24:
            any hour of that day. 18: six in the morning or later. 48: it may be a day behind.
        has_reused_numbers: whether a number may come back for another stay. Then the moment of admission, which tells
            the two apart, has to be part of the key; else another moment corrects the first.
        smallest_share: a file with a smaller share of the rows that its neighbours have is refused.
    """

    listed: Condition | None = None
    lag_hours: int = 24
    has_reused_numbers: bool = True
    smallest_share: float = SMALLEST_SHARE

    def __post_init__(self) -> None:
        check(self.lag_hours >= 0, "a roster's lag_hours are 0 or more", self.lag_hours)
        check(0 < self.smallest_share <= 1, "smallest_share lies above 0 and up to 1", self.smallest_share)

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        if self.listed:
            yield from self.listed.columns()


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


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """When does a row say that the delivery it is in may not be taken in?

    Attributes:
        when: what says so.
        why: what is wrong and what to do about it, in one line.
    """

    when: Condition
    why: str

    def columns(self) -> Iterator[str]:
        """Which columns does it read?"""
        yield from self.when.columns()
