"""Who comes into the county from a table made elsewhere? Given people, settled among made-up places."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from pipeline.contract.codes import EncounterKind
from pipeline.contract.errors import SettingError
from pipeline.synthetic.chance import Chance
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.facts import Fact, History
from pipeline.synthetic.histories import YOUNGEST, YOUNGEST_OTHERWISE, Chronicler
from pipeline.synthetic.people import Person, Residence, settle_fate
from pipeline.synthetic.places import Address, Places, phone

NEEDED = ("person_truth", "first_name", "last_name", "birth_date")
SEXES = {"M": "M", "F": "F", "MALE": "M", "FEMALE": "F"}
YOUNGEST_BRIDE = 18
TRIES = 20  # moments drawn to find one at which a person may meet an agency


def settle(people: pd.DataFrame, places: Places, chance: Chance, clock: Clock) -> list[Person]:
    """Which persons does a table name? In its order; raises SettingError where a needed column is missing."""
    missing = [name for name in NEEDED if name not in people.columns]
    if missing:
        raise SettingError(f"the table of people lacks columns {missing}")
    rows = people.astype(object).where(people.notna(), "").to_dict("records")
    return [_person(index, row, places, chance, clock) for index, row in enumerate(rows)]


def _person(index: int, row: dict[Any, Any], places: Places, chance: Chance, clock: Clock) -> Person:
    def text(name: str) -> str:
        return str(row.get(name, "")).strip()

    birth = date.fromisoformat(text("birth_date")[:10])
    digits = "".join(c for c in text("phone") if c.isdigit())[-10:]
    street, town = text("street_address"), text("city")
    address = Address(street, town, text("postcode"), text("state")) if street else places.address(chance)
    home = Residence(date.min, address, digits or phone(chance))
    person = Person(
        index=index,
        truth=text("person_truth"),
        household=f"h{index + 1:07d}",
        first=text("first_name"),
        middle=text("middle_name"),
        last=text("last_name"),
        suffix=text("suffix"),
        birth=birth,
        sex=SEXES.get(text("sex").upper(), ""),
        ssn="".join(c for c in text("ssn") if c.isdigit()),
        email=text("email"),
        residences=[home],
        birth_name=text("maiden_name"),
        death=date.fromisoformat(text("death_date")[:10]) if text("death_date") else None,
    )
    if person.birth_name:
        person.married_on = birth + timedelta(days=365 * YOUNGEST_BRIDE + chance.whole(0, 365 * 15))
    _settle_given_fate(person, places, chance, clock, has_death_column="death_date" in row)
    return person


def _settle_given_fate(person: Person, places: Places, chance: Chance, clock: Clock, *, has_death_column: bool) -> None:
    """What of a given person's life is made up? Short name, aliases, need; never what the table says."""
    given_homes, given_death = person.residences, person.death
    settle_fate(person, places, chance, clock.first_day, clock.as_of)
    if has_death_column:
        is_told = given_death is not None and given_death <= clock.as_of  # nobody knows of a death still to come
        person.death = given_death if is_told else None
    if not person.is_unhoused:
        person.residences = given_homes


def meet_everyone(
    history: History, people: list[Person], kinds: set[EncounterKind], places: Places, chance: Chance, clock: Clock
) -> None:
    """Sees to it that each person meets an agency at least once, where age and life allow. Adds to the history."""
    met = {fact.person for fact in history.facts if fact.kind in kinds and not fact.is_void}
    chronicler = Chronicler(places, chance, clock)
    event = len(history.facts)
    for person in people:
        if person.index in met:
            continue
        fact = _meeting(person, chance.pick(sorted(kinds)), chronicler, chance, clock)
        if fact is not None:
            fact.event, event = event, event + 1
            history.facts.append(fact)
    history.facts.sort(key=lambda fact: (fact.at, fact.person, fact.kind))


def _meeting(person: Person, kind: EncounterKind, chronicler: Chronicler, chance: Chance, clock: Clock) -> Fact | None:
    """Which one meeting of a kind does a person have? None where no moment fits."""
    make = {
        EncounterKind.BOOKING: chronicler.booking,
        EncounterKind.REFERRAL: chronicler.referral,
        EncounterKind.CALL_FOR_SERVICE: lambda person, at: chronicler.call(person, at, False)[0],
        EncounterKind.CO_RESPONSE: lambda person, at: chronicler.co_response(person, at, True)[0],
        EncounterKind.VISIT: chronicler.visit,
    }[kind]
    for _ in range(TRIES):
        at = clock.moment(chance)
        is_alive = person.death is None or at.date() + timedelta(days=2) < person.death
        if is_alive and person.age_on(at.date()) >= YOUNGEST.get(kind, YOUNGEST_OTHERWISE):
            fact = make(person, at)
            if person.death and fact.ended_at:
                fact.ended_at = min(fact.ended_at, clock.start_of(person.death))
            return fact
    return None
