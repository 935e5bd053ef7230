"""What happened to the people of the county? Most have met an agency once or never; a few meet them again and again.

People with high need have crises in bursts: calls, a booking, the emergency department, a referral within weeks.
Nothing happens after death; nothing but care reaches a person in custody or elsewhere.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.contract.codes import EncounterKind, Outcome, Release, Screen, Setting, Urgency
from pipeline.synthetic import care
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.facts import Fact, History
from pipeline.synthetic.people import Person
from pipeline.synthetic.places import Places

# How much people meet the system: share of people, then what comes to one of them in a year. Chosen so that 20,000
# people give near 14,000 calls and 3,000 bookings a year, as a county of about that size reports.
QUIET, SOME, OFTEN = "quiet", "some", "often"
LEVELS = Weighted({QUIET: 40, SOME: 47, OFTEN: 13})
CALLS_PER_YEAR = {QUIET: 0.0, SOME: 0.62, OFTEN: 2.4}
BOOKINGS_PER_YEAR = {QUIET: 0.0, SOME: 0.09, OFTEN: 0.75}
CARE_SHARE = {QUIET: 0.12, SOME: 0.24, OFTEN: 0.45}
HIGH_NEED_CARE_SHARE = 0.85
CRISIS_SHARE = 0.07  # of ordinary calls; published shares run from 5 to 15 per cent
CO_RESPONSE_SHARE = 0.5  # of crisis calls that a team joins
OTHER_CO_RESPONSES_PER_YEAR = 0.03  # met without a call: on request of an officer
REFERRALS_PER_YEAR = 0.02
SECOND_SUBJECT_SHARE = 0.05  # calls that name a second person of the household
DEATH_IN_CUSTODY_SHARE = 0.02  # of deaths; rare, but every county must know how its data says so
VOID_SHARE = 0.015  # test calls, duplicates, mistaken bookings
BURSTS_PER_YEAR = 1.7  # crises of a person with high need, each some weeks long
RECENT_BURST_SHARE = 0.5  # of people with high need, who are in the middle of one when the county's last day comes
YOUNGEST = {EncounterKind.CALL_FOR_SERVICE: 12, EncounterKind.BOOKING: 18, EncounterKind.CO_RESPONSE: 12}
YOUNGEST_OTHERWISE = 3

STAYS = Weighted({"hours": 52, "days": 30, "weeks": 13, "months": 5})  # most leave within a day, few stay long
STAY_MEAN_DAYS = {"hours": 0.5, "days": 4.0, "weeks": 20.0, "months": 80.0}
RELEASES = Weighted({Release.COMMUNITY: 94, Release.ELSEWHERE: 6})
SCREENS = Weighted({Screen.NEGATIVE: 62, Screen.POSITIVE: 12, Screen.REFUSED: 10, None: 16})
SCREENS_HIGH_NEED = Weighted({Screen.NEGATIVE: 18, Screen.POSITIVE: 55, Screen.REFUSED: 17, None: 10})
OUTCOMES = Weighted(
    {Outcome.RESOLVED_ON_SCENE: 45, Outcome.REFERRAL: 15, Outcome.EMERGENCY_DEPARTMENT: 12}
    | {Outcome.CRISIS_CENTER: 10, Outcome.REFUSED: 8, Outcome.HOSPITAL: 5, Outcome.JAIL: 5}
)
URGENCIES = Weighted({Urgency.ROUTINE: 55, Urgency.SOON: 30, Urgency.URGENT: 15})
URGENCIES_HIGH_NEED = Weighted({Urgency.ROUTINE: 20, Urgency.SOON: 35, Urgency.URGENT: 45})
CONSENTED_SHARE = 0.82


class Chronicler:
    """Who writes down a person's story? One call of `tell` per person, in any order of telling the same per seed."""

    def __init__(self, places: Places, chance: Chance, clock: Clock) -> None:
        self.places, self.chance, self.clock = places, chance, clock

    def tell(self, person: Person) -> list[Fact]:
        """What happened to a person, in order of time?"""
        last = self._last_moment(person)
        level = OFTEN if person.is_high_need else self.chance.draw(LEVELS)
        wanted = self._ordinary(person, level)
        if person.is_high_need:
            wanted += self._bursts(person)
        wanted = [fact for fact in wanted if self.clock.start <= fact.at < last and self._is_old_enough(person, fact)]
        wanted.sort(key=lambda fact: fact.at)
        bookings = self._stays(person, [fact for fact in wanted if fact.kind is EncounterKind.BOOKING], last)
        away = [(stay.at, self._back_at(stay)) for stay in bookings]
        free = [f for f in wanted if f.kind is not EncounterKind.BOOKING and not _is_within(f.at, away)]
        for fact in free:
            if person.death and fact.ended_at is not None and fact.ended_at > last:
                fact.ended_at = last
        return sorted([*bookings, *free, *self._voids(person, free, bookings)], key=lambda fact: fact.at)

    def _last_moment(self, person: Person) -> datetime:
        return min(self.clock.end, self.clock.start_of(person.death)) if person.death else self.clock.end

    def _is_old_enough(self, person: Person, fact: Fact) -> bool:
        return person.age_on(fact.at.date()) >= YOUNGEST.get(fact.kind, YOUNGEST_OTHERWISE)

    def _area(self, person: Person, at: datetime) -> str:
        return self.places.area_of_event(self.chance, person.residence_on(at.date()).address.town)

    # --- ordinary life -------------------------------------------------------------------------------------------

    def _ordinary(self, person: Person, level: str) -> list[Fact]:
        """What happens outside of bursts?"""
        chance, years, found = self.chance, self.clock.years, []
        for _ in range(chance.count(CALLS_PER_YEAR[level] * years)):
            found += self.call(person, self.clock.moment(chance), chance.happens(CRISIS_SHARE))
        for _ in range(chance.count(BOOKINGS_PER_YEAR[level] * years)):
            found.append(self.booking(person, self.clock.moment(chance)))
        for _ in range(chance.count(OTHER_CO_RESPONSES_PER_YEAR * years)):
            found += self.co_response(person, self.clock.moment(chance), chance.happens(0.6))
        for _ in range(chance.count(REFERRALS_PER_YEAR * years)):
            found.append(self.referral(person, self.clock.moment(chance)))
        if person.death and chance.happens(DEATH_IN_CUSTODY_SHARE):
            admitted = self._last_moment(person) - timedelta(hours=chance.whole(5, 90))
            found.append(replace(self.booking(person, admitted), ended_at=self._last_moment(person)))
        if chance.happens(HIGH_NEED_CARE_SHARE if person.is_high_need else CARE_SHARE[level]):
            found += care.visits(person, chance, self.clock, self._area)
        return found

    # --- crises --------------------------------------------------------------------------------------------------

    def _bursts(self, person: Person) -> list[Fact]:
        """What happens in the crises of a person with high need?"""
        chance, clock, found = self.chance, self.clock, []
        starts = [clock.moment(chance) for _ in range(1 + chance.count(BURSTS_PER_YEAR * clock.years))]
        if chance.happens(RECENT_BURST_SHARE):
            starts.append(clock.end - timedelta(minutes=chance.whole(4 * 1440, 45 * 1440)))
        for start in starts:
            found += self._burst(person, start, length_days=chance.between(8, 40))
        return [fact for fact in found if clock.start <= fact.at < clock.end]

    def _burst(self, person: Person, start: datetime, length_days: float) -> list[Fact]:
        chance, found = self.chance, []

        def some_day() -> datetime:
            return start + timedelta(minutes=int(chance.number() * length_days * 1440))

        for _ in range(chance.whole(2, 7)):
            found += self.call(person, some_day(), chance.happens(0.55))
        for _ in range(chance.whole(0, 2)):
            found.append(care.emergency_visit(person, some_day(), chance, self._area))
        if chance.happens(0.6):
            found.append(self.booking(person, some_day()))
        if chance.happens(0.25):
            found.append(self.referral(person, some_day() + timedelta(days=2)))
        return found

    # --- one thing at a time -------------------------------------------------------------------------------------

    def call(self, person: Person, at: datetime, is_crisis: bool) -> list[Fact]:
        """Which call for service, and which team's response after it?"""
        cleared = at + timedelta(minutes=15 + int(self.chance.waiting(35)))
        call = Fact(
            EncounterKind.CALL_FOR_SERVICE,
            person.index,
            at,
            self._area(person, at),
            ended_at=cleared,
            is_crisis=is_crisis,
        )
        if is_crisis and self.chance.happens(CO_RESPONSE_SHARE):
            return [call, *self.co_response(person, at + timedelta(minutes=self.chance.whole(8, 40)), True)]
        return [call]

    def co_response(self, person: Person, at: datetime, is_crisis: bool) -> list[Fact]:
        """Which response of a team, and which emergency visit or crisis centre stay it led to?"""
        outcome = self.chance.draw(OUTCOMES)
        wants_follow_up = self.chance.happens(0.6 if person.is_high_need else 0.35)
        met = Fact(
            EncounterKind.CO_RESPONSE,
            person.index,
            at,
            self._area(person, at),
            is_crisis=is_crisis,
            wants_follow_up=wants_follow_up,
            outcome=outcome,
        )
        led_to = {Outcome.EMERGENCY_DEPARTMENT: Setting.EMERGENCY, Outcome.HOSPITAL: Setting.INPATIENT}.get(outcome)
        if led_to is None:
            return [met]
        visit = care.emergency_visit(person, at + timedelta(minutes=self.chance.whole(30, 90)), self.chance, self._area)
        return [met, replace(visit, setting=led_to, is_crisis=is_crisis)]

    def referral(self, person: Person, at: datetime) -> Fact:
        """Which partner's referral, agreed to or not, for how long?"""
        chance = self.chance
        lasts = chance.pick((None, 90, 180, 365, 365, 730))
        return Fact(
            EncounterKind.REFERRAL,
            person.index,
            at,
            self._area(person, at),
            urgency=chance.draw(URGENCIES_HIGH_NEED if person.is_high_need else URGENCIES),
            is_consented=chance.happens(CONSENTED_SHARE),
            consent_ends=at.date() + timedelta(days=lasts) if lasts else None,
        )

    def booking(self, person: Person, at: datetime) -> Fact:
        """Which admission to jail, and how long a stay?"""
        chance = self.chance
        stay = timedelta(minutes=90 + int(chance.waiting(STAY_MEAN_DAYS[chance.draw(STAYS)]) * 1440))
        screen = chance.draw(SCREENS_HIGH_NEED if person.is_high_need else SCREENS)
        return Fact(
            EncounterKind.BOOKING,
            person.index,
            at,
            self._area(person, at),
            ended_at=at + stay,
            release=chance.draw(RELEASES),
            screen=screen,
            on_suicide_watch=chance.happens(0.2 if screen is Screen.POSITIVE else 0.02),
        )

    def visit(self, person: Person, at: datetime) -> Fact:
        """Which visit to an emergency department?"""
        return care.emergency_visit(person, at, self.chance, self._area)

    # --- what rules out what -------------------------------------------------------------------------------------

    def _stays(self, person: Person, bookings: list[Fact], last: datetime) -> list[Fact]:
        """Which bookings can really be? None while in custody or elsewhere; death ends a stay."""
        kept: list[Fact] = []
        for booking in bookings:
            if kept and booking.at <= self._back_at(kept[-1]):
                continue
            if person.death and booking.ended_at and booking.ended_at >= last:
                booking.ended_at, booking.release = last, Release.DEATH
            kept.append(booking)
        return kept

    def _back_at(self, stay: Fact) -> datetime:
        """When is a person who was booked back in the community? Those sent elsewhere come back after months."""
        ended = stay.ended_at or self.clock.end
        return ended + timedelta(days=120) if stay.release is Release.ELSEWHERE else ended

    def _voids(self, person: Person, free: list[Fact], bookings: list[Fact]) -> list[Fact]:
        """Which rows will be sent of things that never happened? Copies of real calls and bookings, soon after them."""
        calls = [fact for fact in free if fact.kind is EncounterKind.CALL_FOR_SERVICE]
        found = []
        for fact in self.chance.some([*calls, *bookings], VOID_SHARE):
            after = timedelta(minutes=self.chance.whole(3, 50))
            ended = fact.at + after + timedelta(hours=2)
            if ended < self._last_moment(person):
                found.append(replace(fact, at=fact.at + after, ended_at=ended, is_void=True))
        return found


def _is_within(at: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(begin <= at < end for begin, end in spans)


def write_history(people: list[Person], places: Places, chance: Chance, clock: Clock) -> History:
    """What happened in the county, to everyone?"""
    chronicler = Chronicler(places, chance, clock)
    facts = [fact for person in people for fact in chronicler.tell(person)]
    facts.sort(key=lambda fact: (fact.at, fact.person, fact.kind))
    for number, fact in enumerate(facts):
        fact.event = number
    facts = _with_second_subjects(facts, people, chance)
    lasting, consents = care.lasting_facts(facts, people, chance, clock)
    return History(facts, lasting, consents)


def _with_second_subjects(facts: list[Fact], people: list[Person], chance: Chance) -> list[Fact]:
    """Which calls name a second person of the same household? Only one who is alive, old enough and not in custody."""
    away: dict[int, list[tuple[datetime, datetime]]] = {}
    for fact in facts:
        if fact.kind is EncounterKind.BOOKING and not fact.is_void and fact.ended_at:
            away.setdefault(fact.person, []).append((fact.at, fact.ended_at + timedelta(days=120)))
    found = []
    for fact in facts:
        found.append(fact)
        if fact.kind is not EncounterKind.CALL_FOR_SERVICE or fact.is_void or not chance.happens(SECOND_SUBJECT_SHARE):
            continue
        neighbours = [people[n] for n in (fact.person - 1, fact.person + 1) if 0 <= n < len(people)]
        for other in neighbours:
            day, is_home = fact.at.date(), other.household == people[fact.person].household
            is_alive = other.death is None or day < other.death
            if is_home and is_alive and other.age_on(day) >= 12 and not _is_within(fact.at, away.get(other.index, [])):
                found.append(replace(fact, person=other.index))
                break
    return found
