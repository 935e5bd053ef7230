"""Which row would an agency write about a fact? A declaration read backwards: from what happened to a row of text.

A row is a dict, column name → text, with every column of the feed.
"""

from collections.abc import Iterable
from datetime import date, datetime

from pipeline.contract.codes import Release
from pipeline.contract.declaration import (
    Column,
    ConditionRule,
    ConsentRule,
    EncounterRule,
    EndRule,
    Feed,
    Kind,
    Matches,
    OneOf,
    PersonRule,
    When,
)
from pipeline.contract.tables import KEY_SEPARATOR
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.choices import Choices, Demand, coded_as
from pipeline.synthetic.facts import ConsentFact, Fact, LastingFact
from pipeline.synthetic.layout import Layout
from pipeline.synthetic.noise import Seen
from pipeline.synthetic.people import Person

Row = dict[str, str]
Part = EncounterRule | ConditionRule | ConsentRule

OPEN_WORDS = ("ACTIVE", "OPEN", "IN CUSTODY", "IN-PROGRESS", "ARRIVED")
CLOSED_WORDS = ("RELEASED", "CLOSED", "FINISHED", "COMPLETED", "RESOLVED", "INACTIVE")
"""Words by which agencies say that something goes on or is over. No rule reads them, so no declaration names them."""
SAME_AS_BEFORE = (
    0.8  # of two columns with one list of values (first and last nature), how often the last repeats the first
)
LONG_LIST = 5  # lists at least so long mean the same thing where they are the same; short ones (Y, N) need not
SOME_DAY = date(2000, 1, 1)  # for a date that may not be empty and that no rule reads
SECOND_NUMBER_SHARE = 0.015  # people to whom an agency has given two numbers of its own


class RowMaker:
    """How does one feed write rows? Holds the feed's tables, layout habits and numbers already given out."""

    def __init__(self, feed: Feed, layout: Layout, chance: Chance) -> None:
        self.feed, self.layout, self.chance = feed, layout, chance
        self.choices = Choices(feed)
        self._repeats = _repeating_columns(feed)
        self._person_columns = frozenset(feed.person.fields.columns()) if feed.person else frozenset()
        self._own_numbers: dict[int, list[str]] = {}

    # --- one row of each kind ------------------------------------------------------------------------------------

    def encounter(self, rule: EncounterRule, fact: Fact, is_open: bool) -> Row:
        """Which row tells of a fact, while it goes on (`is_open`) or once it is over? Without the person's columns."""
        is_void = fact.is_void and not is_open
        row = self._drawn(self._encounter_demands(rule, fact, is_open, is_void))
        row |= self.layout.when(rule.occurred_at, fact.at)
        if rule.ended_at:
            row |= self.layout.when(rule.ended_at, None if is_open else fact.ended_at)
        if self.feed.consent and self.feed.consent.ends and not rule.is_about:
            ends = self.feed.consent.ends
            row[ends] = self.layout.day(ends, fact.consent_ends) if fact.is_consented and fact.consent_ends else ""
        return row | self._label(fact.is_part2) | self._changed_at(fact.at if is_open else fact.ended_at or fact.at)

    def _encounter_demands(self, rule: EncounterRule, fact: Fact, is_open: bool, is_void: bool) -> list[Demand]:
        """What must hold of a row about a fact, most important first?"""
        person, demands = self.feed.person, list[Demand]()
        if self.feed.never_happened:
            demands.append((self.feed.never_happened, is_void))
        if person and person.about:
            demands.append((person.about, True))
        if rule.only_if:
            demands.append((rule.only_if, fact.is_kept))
        for flag, truth in zip(rule.FLAGS, (fact.is_crisis, fact.wants_follow_up, fact.on_suicide_watch), strict=True):
            if (condition := getattr(rule, flag)) is not None:
                demands.append((condition, truth))
        if self.feed.consent and not rule.is_about:
            demands += self._consent_demands(self.feed.consent, fact.is_consented)
        death = person.death if person else None
        if death and death.when:
            demands.append((death.when, fact.release == Release.DEATH and not is_open and not is_void))
        if is_void:
            return demands
        own = {"release_code": None if is_open else fact.release, "setting_code": fact.setting}
        own |= {"screen_code": fact.screen, "outcome_code": fact.outcome, "urgency_code": fact.urgency}
        for attribute, code in own.items():
            coded = getattr(rule, attribute)
            if coded and (wanted := coded_as(coded, code)):
                demands.append((wanted, True))
        if rule.held_elsewhere and fact.release is not Release.ELSEWHERE:
            demands.append((rule.held_elsewhere, False))
        return demands + self._going_on(rule.ended_at, is_open) if fact.is_kept else demands

    def end(self, rule: EndRule, fact: Fact, key: str) -> Row:
        """Which row tells that a fact is over, which a row of another feed with this record key told of?"""
        person, demands = self.feed.person, list[Demand]()
        if self.feed.never_happened:
            demands.append((self.feed.never_happened, False))
        if rule.only_if:
            demands.append((rule.only_if, True))
        if person and person.death and person.death.when:
            demands.append((person.death.when, fact.release == Release.DEATH))
        if rule.release_code and (wanted := coded_as(rule.release_code, fact.release)):
            demands.append((wanted, True))
        if rule.held_elsewhere and fact.release is not Release.ELSEWHERE:
            demands.append((rule.held_elsewhere, False))
        row = self._drawn(demands) | self.layout.when(rule.ended_at, fact.ended_at)
        about = dict(zip(rule.is_about, key.split(KEY_SEPARATOR), strict=True))
        return row | self._label(fact.is_part2) | self._changed_at(fact.ended_at or fact.at) | about

    def condition(self, rule: ConditionRule, fact: LastingFact, is_open: bool) -> Row:
        """Which row tells of a diagnosis?"""
        demands: list[Demand] = []
        for condition, pattern in rule.patterns.items():
            demands.append((Matches(rule.code_column, pattern), condition is fact.condition))
        if rule.only_if:
            demands.append((rule.only_if, True))
        row = self._drawn(demands + self._going_on(rule.ended_at, is_open)) | self.layout.when(
            rule.recorded_at, fact.at
        )
        if rule.ended_at:
            row |= self.layout.when(rule.ended_at, None if is_open else fact.ended_at)
        return row | self._label(fact.is_part2) | self._changed_at(fact.at if is_open else fact.ended_at or fact.at)

    def consent(self, rule: ConsentRule, fact: ConsentFact) -> Row:
        """Which row tells of a consent of its own?"""
        row = self._drawn(self._consent_demands(rule, fact.is_granted))
        for column, day in ((rule.starts, fact.starts), (rule.ends, fact.ends)):
            if column:
                row[column] = self.layout.day(column, day)
        return row | self._label(False) | self._changed_at(fact.at)

    def person(self, rule: PersonRule, person: Person, seen: Seen, at: datetime, is_known_dead: bool) -> Row:
        """Which row of a feed of people tells of a person, as known at a moment?"""
        demands: list[Demand] = [(rule.about, True)] if rule.about else []
        if self.feed.never_happened:
            demands.append((self.feed.never_happened, False))
        if rule.death and rule.death.when:
            demands.append((rule.death.when, is_known_dead))
        row = self._drawn(demands)
        if rule.death and rule.death.date:
            row[rule.death.date] = (
                self.layout.day(rule.death.date, person.death) if is_known_dead and person.death else ""
            )
        return row | self._label(False) | self._changed_at(at) | self.who(person, seen)

    # --- parts of a row ------------------------------------------------------------------------------------------

    def who(self, person: Person, seen: Seen) -> Row:
        """Which columns say who a row is about? The agency's own number of the person among them."""
        row = self.layout.person(seen)
        for column in self.feed.columns:
            if column.kind is Kind.ID and column.is_personal and column.name not in self.feed.key:
                row[column.name] = self._own_number(person)
        return row

    def role(self, is_about: bool) -> Row:
        """Which columns say that a row is, or is not, about the person it names?"""
        rule = self.feed.person
        if rule is None or rule.about is None:
            return {}
        tables = self.choices.solve(((rule.about, is_about),), self.chance)
        return {column: self.chance.draw(table) for column, table in tables.items()}

    def others_per_row(self) -> float:
        """How many people a row is not about (callers, victims, officers) come with each it is about?"""
        rule = self.feed.person
        if rule is None or rule.about is None:
            return 0.0
        share = self.choices.about_share(rule.about)
        return (1 - share) / share if share > 0 else 0.0

    def changing_columns(self, rule: Part, is_void: bool) -> frozenset[str]:
        """Which columns change when something that went on is over? The others keep what they held."""
        names = (
            set(rule.ended_at.columns()) if isinstance(rule, EncounterRule | ConditionRule) and rule.ended_at else set()
        )
        names |= {demand.column for demand, _ in self._going_on(When(""), True)}
        if isinstance(rule, EncounterRule) and rule.release_code:
            names.add(rule.release_code.column)
        if self.feed.person and self.feed.person.death:
            names |= set(self.feed.person.death.columns())
        if is_void and self.feed.never_happened:
            names |= set(self.feed.never_happened.columns())
        if self.feed.version_column:
            names.add(self.feed.version_column)
        return frozenset(names)

    def _own_number(self, person: Person) -> str:
        numbers = self._own_numbers.setdefault(person.index, [])
        if not numbers or (len(numbers) == 1 and self.chance.happens(SECOND_NUMBER_SHARE)):
            numbers.append(str(100_000 + len(self._own_numbers) * 7 + len(numbers)))
        return self.chance.pick(numbers)

    def _going_on(self, ended_at: When | None, is_open: bool) -> list[tuple[OneOf, bool]]:
        """Which columns say in words that something goes on or is over? Those that know a word for both."""
        if ended_at is None:
            return []
        found = []
        for column in self.feed.columns:
            words = {word.upper() for word in (*column.codes, *column.typical)}
            if words & set(OPEN_WORDS) and words & set(CLOSED_WORDS):
                found.append((OneOf(column.name, OPEN_WORDS if is_open else CLOSED_WORDS), True))
        return found

    def _consent_demands(self, rule: ConsentRule, is_granted: bool) -> list[Demand]:
        if is_granted:
            return [(condition, True) for condition in rule.granted]
        return [(self.chance.pick(rule.granted), False)]

    def _label(self, is_part2: bool) -> Row:
        if not self.feed.part2_column:
            return {}
        return {self.feed.part2_column: self.chance.pick(self.feed.part2_labels) if is_part2 else ""}

    def _changed_at(self, moment: datetime) -> Row:
        name = self.feed.version_column
        if not name:
            return {}
        if self.feed.column(name).formats:
            return self.layout.when(When(name), moment)
        return {name: moment.isoformat().replace("+00:00", "Z")}

    def _drawn(self, demands: Iterable[Demand]) -> Row:
        """What stands in every column, demands met, where nothing about the person or the time is said yet?"""
        tables = self.choices.solve(tuple(demands), self.chance)
        row: Row = {}
        for column in self.feed.columns:
            name = column.name
            table = tables.get(name)
            repeated = row.get(self._repeats.get(name, ""))
            if repeated is not None and (table is None or repeated in table) and self.chance.happens(SAME_AS_BEFORE):
                row[name] = repeated
            elif table is not None:
                row[name] = self.chance.draw(table)
            else:
                row[name] = "" if name in self._person_columns else self._usual(column)
        return row

    def _usual(self, column: Column) -> str:
        """What stands in a column nothing is demanded of? A typical value, else one its kind suggests, else nothing."""
        table: Weighted[str] | None = self.choices.table(column.name)
        if (column.typical or column.codes) and table is not None:
            return self.chance.draw(table)
        if column.may_be_empty or column.kind is Kind.ID:
            return ""
        if column.formats:
            return self.layout.day(column.name, SOME_DAY)
        return self.chance.pick(("A", "B", "C"))


def _repeating_columns(feed: Feed) -> dict[str, str]:
    """Which column says again what an earlier one said? Both draw from one long list of values."""
    found: dict[str, str] = {}
    for n, column in enumerate(feed.columns):
        for earlier in feed.columns[:n]:
            if len(column.typical) >= LONG_LIST and dict(column.typical) == dict(earlier.typical):
                found.setdefault(column.name, earlier.name)
    return found
