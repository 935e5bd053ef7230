"""Which files does an agency deliver? One a month per feed; what changed since is sent again.

Everything here follows from the declaration: which feed tells of which kind of fact, whose row points at whom.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import Agency, EncounterRule, EndRule, Feed
from pipeline.contract.tables import KEY_SEPARATOR
from pipeline.synthetic.chance import Chance
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.facts import ConsentFact, Fact, LastingFact
from pipeline.synthetic.layout import Layout
from pipeline.synthetic.noise import Noise
from pipeline.synthetic.people import Person
from pipeline.synthetic.rows import Part, Row, RowMaker

ELSEWHERE = {EncounterKind.CALL_FOR_SERVICE: 0.35, EncounterKind.CO_RESPONSE: 0.3}
"""Share of rows whose place is where the team went, not where the person lives (by kind of encounter)."""
REGISTERED_TWICE = 0.03  # people an agency's register of people holds under two numbers
LEARNS_OF_DEATH = 0.8  # of registered people who died: the register hears of it
LEARNS_OF_CHANGE = 0.6  # of moves and marriages after registration
IN_REGISTER_SHARE = 0.25  # of the county, in a feed of people that no other feed points into


@dataclass(frozen=True)
class Window:
    """Which stretch of time does one file cover? From `since` up to (not including) `until`; `dated` is in its name."""

    dated: date
    since: datetime
    until: datetime


@dataclass
class Told:
    """What does a feed tell: its rows by file, and which person each record key is in truth about?

    Attributes:
        files: (window, rows) in order of time.
        truth: record key → person, for rows about a person that were not taken back.
        facts: record key → the fact the newest row tells.
    """

    files: list[tuple[Window, list[Row]]] = field(default_factory=list)
    truth: dict[str, Person] = field(default_factory=dict)
    facts: dict[str, Fact | LastingFact | ConsentFact] = field(default_factory=dict)


@dataclass
class Share:
    """Which part of the county's history does one feed tell? Lists in order of time, each with its rule."""

    encounters: list[tuple[EncounterRule, Fact]] = field(default_factory=list)
    lasting: list[tuple[Any, LastingFact]] = field(default_factory=list)
    consents: list[tuple[Any, ConsentFact]] = field(default_factory=list)


def windows(clock: Clock, *, is_named_by_month: bool) -> list[Window]:
    """Which files are due? One a month, dated the first day after it or named by the month; the last one as of now."""
    firsts = [clock.first_day]
    while (following := _next_month(firsts[-1])) <= clock.as_of:
        firsts.append(following)
    if len(firsts) > 1 and firsts[-1] == clock.as_of and not is_named_by_month:
        firsts.pop()  # a file of that date is due anyway: the last one
    found = []
    for n, first in enumerate(firsts):
        is_last = n == len(firsts) - 1
        dated = first if is_named_by_month else clock.as_of if is_last else firsts[n + 1]
        since = clock.start if n == 0 else clock.start_of(first)
        found.append(Window(dated, since, clock.end if is_last else clock.start_of(firsts[n + 1])))
    return found


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


class Register:
    """Whom does an agency's register of people hold, under which number, since when?"""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.entries: dict[str, tuple[Person, datetime]] = {}
        self._numbers: dict[int, list[str]] = {}

    def number_of(self, person: Person, at: datetime) -> str:
        """Under which number does the agency know a person it meets at that moment? Registers whoever is new."""
        numbers = self._numbers.setdefault(person.index, [])
        if not numbers or (len(numbers) == 1 and self.chance.happens(REGISTERED_TWICE)):
            numbers.append(unlike_any_other(self.chance))
            self.entries[numbers[-1]] = (person, at)
        number = self.chance.pick(numbers)
        known, since = self.entries[number]
        self.entries[number] = (known, min(since, at))
        return number


def unlike_any_other(chance: Chance) -> str:
    """Which id, in the shape of a UUID?"""
    parts = [f"{int(chance.number() * 16**n):0{n}x}" for n in (8, 4, 4, 4, 6, 6)]
    return "-".join(parts[:4]) + "-" + parts[4] + parts[5]


class Teller:
    """How does one feed tell its share of the history?"""

    def __init__(
        self, agency: Agency, feed: Feed, people: list[Person], clock: Clock, noise: Noise, chance: Chance
    ) -> None:
        self.agency, self.feed, self.people, self.clock = agency, feed, people, clock
        self.noise, self.chance = noise, chance
        self.maker = RowMaker(feed, Layout(feed, ZoneInfo(agency.zone), chance), chance)
        self.told = Told()
        is_named_by_month = bool(feed.date_format) and "%d" not in feed.date_format and "%j" not in feed.date_format
        self.windows = windows(clock, is_named_by_month=is_named_by_month)
        self._keys_given = chance.whole(1_000, 4_000)
        self._others_per_row = self.maker.others_per_row()

    # --- feeds of facts ------------------------------------------------------------------------------------------

    def tell(self, share: Share, registers: dict[str, Register]) -> Told:
        """Which files tell of this share? Rows that point at people register them on the way."""
        due: list[tuple[datetime, Part, list[Any]]] = [
            *((facts[0].at, rule, facts) for rule, facts in self._events(share.encounters)),
            *((fact.at, rule, [fact]) for rule, fact in (*share.lasting, *share.consents)),
        ]
        due.sort(key=lambda item: item[0])
        open_rows: list[tuple[Part, list[Any], list[Row]]] = []
        next_due = 0
        for window in self.windows:
            rows: list[Row] = []
            still_open = []
            for rule, facts, before in open_rows:
                if self._is_open(rule, facts[0], window.until):
                    still_open.append((rule, facts, before))
                else:
                    rows += self._closed(rule, facts, before)
            while next_due < len(due) and due[next_due][0] < window.until:
                _, rule, facts = due[next_due]
                next_due += 1
                is_open = self._is_open(rule, facts[0], window.until)
                told = self._rows(rule, facts, is_open, registers)
                rows += told
                if is_open:
                    still_open.append((rule, facts, told))
            open_rows = still_open
            self.told.files.append((window, rows))
        return self.told

    def _events(self, encounters: list[tuple[EncounterRule, Fact]]) -> Iterator[tuple[EncounterRule, list[Fact]]]:
        """Which facts are told together? Those of one event, where the feed numbers people within events."""
        events: dict[tuple[int, int], tuple[EncounterRule, list[Fact]]] = {}
        for rule, fact in encounters:
            within = fact.event if len(self.feed.key) > 1 else len(events)
            events.setdefault((within, id(rule)), (rule, []))[1].append(fact)
        yield from events.values()

    def _is_open(self, rule: Part, fact: Any, until: datetime) -> bool:
        if getattr(rule, "ended_at", None) is None:
            return False
        return fact.ended_at is None or fact.ended_at >= until

    def _rows(self, rule: Part, facts: list[Any], is_open: bool, registers: dict[str, Register]) -> list[Row]:
        """Which rows tell of one event, for the first time?"""
        person, fact = self.people[facts[0].person], facts[0]
        row = self._about(rule, fact, is_open)
        if rule.person_feed and rule.is_about:
            row[rule.is_about] = registers[rule.person_feed].number_of(person, fact.at)
        self._set_key(row, fact, 1)
        self._note(row, fact, is_open)
        if not self.feed.person:
            return [row]
        row |= self._who(person, fact)
        rows = [row]
        for other in facts[1:]:
            rows.append(self._further(row, self.people[other.person], fact, is_about=True, number=len(rows) + 1))
            self._note(rows[-1], other, is_open)
        for _ in range(self.chance.count(self._others_per_row)):
            if bystander := self._bystander(fact.at.date()):
                rows.append(self._further(row, bystander, fact, is_about=False, number=len(rows) + 1))
        return rows

    def _about(self, rule: Part, fact: Any, is_open: bool) -> Row:
        if isinstance(rule, EncounterRule):
            return self.maker.encounter(rule, fact, is_open)
        if isinstance(fact, LastingFact):
            return self.maker.condition(rule, fact, is_open)
        return self.maker.consent(rule, fact)

    def _closed(self, rule: Part, facts: list[Any], before: list[Row]) -> list[Row]:
        """Which rows tell that something sent before is over? What has not changed stays to the letter."""
        now = self._about(rule, facts[0], False)
        changed = {name: now[name] for name in self.maker.changing_columns(rule, getattr(facts[0], "is_void", False))}
        rows = [row | changed for row in before]
        for row in rows:
            if getattr(facts[0], "is_void", False):
                self.told.truth.pop(self._key(row), None)
        return rows

    def _who(self, person: Person, fact: Fact) -> Row:
        return self.maker.who(person, self.noise.see(person, fact.at.date(), ELSEWHERE.get(fact.kind, 0.0)))

    def _further(self, first: Row, person: Person, fact: Fact, *, is_about: bool, number: int) -> Row:
        """Which row names a further person of the same event?"""
        row = first | self.maker.role(is_about) | self._who(person, fact)
        self._set_key(row, fact, number)
        return row

    def _bystander(self, day: date) -> Person | None:
        """Who else was there? Any adult alive; nobody where three draws find none."""
        for _ in range(3):
            person = self.chance.pick(self.people)
            if person.age_on(day) >= 18 and (person.death is None or day < person.death):
                return person
        return None

    # --- feeds of ends -------------------------------------------------------------------------------------------

    def tell_ends(self, told: Mapping[str, Told], registers: dict[str, Register]) -> Told:
        """Which files tell the ends of what other feeds (`told`, by name) told of? Each when it was over."""
        found = [
            (fact.ended_at, rule, fact, key)
            for rule in self.feed.ends
            for key, fact in told[rule.encounter_feed].facts.items()
            if isinstance(fact, Fact) and fact.kind is rule.kind and not fact.is_void and fact.ended_at
        ]
        rows: dict[int, list[Row]] = {}
        for ended_at, rule, fact, key in sorted(found, key=lambda one: (one[0], one[3])):
            if ended_at < self.windows[-1].until:
                rows.setdefault(self._window_of(ended_at), []).append(self._end(rule, fact, key, registers))
        self.told.files += [(window, rows.get(n, [])) for n, window in enumerate(self.windows)]
        return self.told

    def _end(self, rule: EndRule, fact: Fact, key: str, registers: dict[str, Register]) -> Row:
        row = self.maker.end(rule, fact, key)
        about = {name: row[name] for name in rule.is_about}
        self._set_key(row, fact, 1)
        if self.feed.person and self.feed.person.person_feed and self.feed.person.is_about:
            register = registers[self.feed.person.person_feed]
            row[self.feed.person.is_about] = register.number_of(self.people[fact.person], fact.at)
        return row | about

    # --- feeds of people -----------------------------------------------------------------------------------------

    def tell_register(self, register: Register) -> Told:
        """Which files tell of the people in an agency's register? Each when new, and again when something changed."""
        assert self.feed.person is not None, "only feeds of people have a register"
        rows: dict[int, list[tuple[datetime, str, Row]]] = {}
        for key, (person, since) in register.entries.items():
            self.told.truth[key] = person
            for at, is_known_dead in self._versions(person, since):
                seen = self.noise.see(person, at.date())
                row = self.maker.person(self.feed.person, person, seen, at, is_known_dead)
                row[self.feed.key[0]] = key
                row["nickname"] = seen.nickname
                rows.setdefault(self._window_of(at), []).append((at, key, row))
        for n, window in enumerate(self.windows):
            newest = {key: row for _, key, row in sorted(rows.get(n, []), key=lambda item: item[:2])}
            self.told.files.append((window, list(newest.values())))
        return self.told

    def _versions(self, person: Person, since: datetime) -> list[tuple[datetime, bool]]:
        """When does a register write a person down anew, and does it then know of a death? First when registered."""
        days = [home.since for home in person.residences] + ([person.married_on] if person.birth_name else [])
        moments = [self.clock.start_of(day) + timedelta(hours=15) for day in days if day != date.min]
        later = sorted({moment for moment in moments if since < moment < self.clock.end})
        died = self.clock.start_of(person.death) + timedelta(hours=20) if person.death else None
        found = [
            (since, False),
            *((at, False) for at in self.chance.some(later, LEARNS_OF_CHANGE) if not died or at < died),
        ]
        if died and died < self.clock.end and self.chance.happens(LEARNS_OF_DEATH):
            found.append((max(died, since), True))
        return found

    def _window_of(self, at: datetime) -> int:
        return next((n for n, window in enumerate(self.windows) if at < window.until), len(self.windows) - 1)

    # --- keys ----------------------------------------------------------------------------------------------------

    def _set_key(self, row: Row, fact: Any, number: int) -> None:
        """Under which key does a row go? The event's number first; of several columns, the last counts people."""
        names = self.feed.key
        if number == 1 or len(names) == 1:
            self._keys_given += 1
        year = fact.at.astimezone(self.maker.layout.zone).year
        own = f"{year % 100:02d}-{self._keys_given:06d}" if self.feed.person else unlike_any_other(self.chance)
        for place, name in enumerate(names):
            if place == 0:
                row[name] = own if number == 1 or len(names) == 1 else row[name]
            elif place == len(names) - 1:
                row[name] = str(number)
            elif not row[name]:
                row[name] = "1"

    def _key(self, row: Row) -> str:
        return KEY_SEPARATOR.join(row[name] for name in self.feed.key)

    def _note(self, row: Row, fact: Any, is_open: bool) -> None:
        """Who is a row about, in truth? Nobody, where it says that it never happened."""
        key = self._key(row)
        self.told.facts[key] = fact
        is_taken_back = getattr(fact, "is_void", False) and not is_open
        if self.feed.person and not is_taken_back:
            self.told.truth[key] = self.people[fact.person]
