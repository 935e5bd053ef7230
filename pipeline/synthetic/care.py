"""What care did people get, which diagnoses do providers know, and what did people agree to share?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.contract.codes import Condition, EncounterKind, Setting
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.facts import ConsentFact, Fact, LastingFact
from pipeline.synthetic.people import Person

VISITS_PER_YEAR = 1.7  # of a person in care; outpatient for the most part
SETTINGS = Weighted({Setting.OUTPATIENT: 80, Setting.EMERGENCY: 13, Setting.INPATIENT: 4, Setting.OTHER: 3})
MISSED_SHARE = 0.13  # appointments not kept or cancelled
CRISIS_SHARE_EMERGENCY = 0.3  # of emergency visits, those for a behavioral-health crisis
STAY_HOURS = {Setting.EMERGENCY: 5.0, Setting.INPATIENT: 110.0}
VISIT_HOURS = 0.8
CONDITIONS = Weighted({None: 60, Condition.SUBSTANCE_USE: 20, Condition.SERIOUS_MENTAL_ILLNESS: 20})
CONDITIONS_HIGH_NEED = Weighted({None: 20, Condition.SUBSTANCE_USE: 35, Condition.SERIOUS_MENTAL_ILLNESS: 45})
RESOLVED_SHARE = 0.1
PART2_SHARE = 0.4  # of substance use diagnoses, those told by a programme under 42 CFR Part 2
PART2_VISIT_SHARE = 0.3  # of visits of those people
CONSENT_STORIES = Weighted({"in force": 68, "expired": 10, "refused": 7, "none": 15})

AreaOf = Callable[[Person, datetime], str]


def visits(person: Person, chance: Chance, clock: Clock, area: AreaOf) -> list[Fact]:
    """Which visits does a person in care have? At least one, or nobody would know the person is in care."""
    found = []
    for _ in range(max(1, chance.count(VISITS_PER_YEAR * clock.years))):
        setting = chance.draw(SETTINGS)
        is_crisis = setting is Setting.EMERGENCY and chance.happens(CRISIS_SHARE_EMERGENCY)
        visit = _visit(person, clock.moment(chance), chance, area, setting)
        is_planned = setting is Setting.OUTPATIENT
        found.append(replace(visit, is_crisis=is_crisis, is_kept=not (is_planned and chance.happens(MISSED_SHARE))))
    return found


def emergency_visit(person: Person, at: datetime, chance: Chance, area: AreaOf) -> Fact:
    """Which visit to an emergency department?"""
    visit = _visit(person, at, chance, area, Setting.EMERGENCY)
    return replace(visit, is_crisis=chance.happens(2 * CRISIS_SHARE_EMERGENCY))


def _visit(person: Person, at: datetime, chance: Chance, area: AreaOf, setting: Setting) -> Fact:
    lasts = timedelta(minutes=20 + int(60 * chance.waiting(STAY_HOURS.get(setting, VISIT_HOURS))))
    return Fact(EncounterKind.VISIT, person.index, at, area(person, at), ended_at=at + lasts, setting=setting)


def lasting_facts(
    facts: list[Fact], people: list[Person], chance: Chance, clock: Clock
) -> tuple[list[LastingFact], list[ConsentFact]]:
    """Which diagnoses and consents do providers hold of the people who visited them? Marks Part 2 visits in `facts`."""
    by_person: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.kind is EncounterKind.VISIT:
            by_person.setdefault(fact.person, []).append(fact)
    lasting: list[LastingFact] = []
    consents: list[ConsentFact] = []
    for index in sorted(by_person):
        own = _diagnoses(people[index], by_person[index], chance)
        lasting += own
        if not any(fact.is_part2 for fact in own):
            continue
        for visit in by_person[index]:
            visit.is_part2 = chance.happens(PART2_VISIT_SHARE)
        consents += _consents(index, by_person[index][0].at, chance, clock)
    return sorted(lasting, key=lambda f: (f.at, f.person)), sorted(consents, key=lambda f: (f.at, f.person))


def _diagnoses(person: Person, visits_of_person: list[Fact], chance: Chance) -> list[LastingFact]:
    found = []
    table = CONDITIONS_HIGH_NEED if person.is_high_need else CONDITIONS
    for _ in range(2 if chance.happens(0.6 if person.is_high_need else 0.2) else 1):
        condition, visit = chance.draw(table), chance.pick(visits_of_person)
        ended = visit.at + timedelta(days=chance.whole(30, 400)) if chance.happens(RESOLVED_SHARE) else None
        is_part2 = condition is Condition.SUBSTANCE_USE and chance.happens(PART2_SHARE)
        found.append(LastingFact(person.index, condition, visit.at, ended, is_part2))
    return found


def _consents(person: int, first_visit: datetime, chance: Chance, clock: Clock) -> list[ConsentFact]:
    """What did a person in a Part 2 programme agree to? In force, expired, refused, or never asked."""
    story, signed = chance.draw(CONSENT_STORIES), first_visit.date()
    if story == "none":
        return []
    ends = clock.as_of + timedelta(days=chance.whole(20, 300))
    if story == "expired":
        ends = min(signed + timedelta(days=chance.whole(20, 200)), clock.as_of - timedelta(days=1))
    return [ConsentFact(person, first_visit, story != "refused", min(signed, ends), ends)]
