"""Who lives in a made-up town, with whom, and where before? Families, twins, sons named after fathers, flats, shelters.

One seed gives one town. What the town's clerks write down about these people is in `harsh.py`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from benchmarks.panel import stock
from benchmarks.panel.dirt import digit_slip, some_day

SHELTERS = 12
"""Addresses where hundreds of people live at one time or another, with one telephone at the desk."""
SHELTERED_SHARE = 0.04
HISPANIC_SHARE = 0.22
TWINS_SHARE = 0.04
NAMED_AFTER_FATHER = 0.10
TAKES_PARTNERS_NAME = 0.6
MOVES = (0, 0, 0, 1, 1, 2, 3)
"""How often did a household move in the years the records are from?"""


@dataclass(frozen=True)
class Home:
    """Where do people live, and which telephone rings there?"""

    street: tuple[str, str]
    unit: str
    city: str
    postcode: str
    phone: str


@dataclass
class Person:
    """Who is it in truth? `homes` from first to last; `last_names` holds the name at birth where it was given up."""

    truth: str
    first: str
    middle: str
    last: str
    sex: str
    birth: str
    ssn: str
    mobile: str
    email: str
    homes: list[Home]
    suffix: str = ""
    second_last: str = ""
    birth_name: str = ""
    alias: tuple[str, str] | None = None
    is_sheltered: bool = field(default=False)


class Town:
    """Which people settle here? Asks chance for one household after another."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.shelters = [self._home(flat=False) for _ in range(SHELTERS)]
        self._count = 0

    def household(self) -> list[Person]:
        """Who moves in next?"""
        kind = self.chance.choices(("single", "couple", "family", "flat"), (30, 20, 40, 10))[0]
        homes = [self._home() for _ in range(1 + self.chance.choice(MOVES))]
        if kind == "flat":
            return [self._person(homes[-1:], 1965, 2005) for _ in range(self.chance.randint(2, 4))]
        head = self._person(homes, 1940, 2004)
        people = [head]
        if kind != "single":
            people.append(self._partner(head))
        if kind == "family":
            people += self._children(people)
        for person in people:
            if self.chance.random() < SHELTERED_SHARE:
                person.is_sheltered = True
                person.homes = [*person.homes, self.chance.choice(self.shelters)]
        return people

    def _home(self, flat: bool | None = None) -> Home:
        chance = self.chance
        city, postcode = stock.by_rank(chance, stock.TOWNS)
        short, long = chance.choice(stock.STREET_KINDS)
        street = f"{chance.randint(1, 9899)} {stock.by_rank(chance, stock.STREETS)}"
        is_flat = chance.random() < 0.3 if flat is None else flat
        postcode = str(int(postcode) + chance.randint(0, 3))
        unit = f"APT {chance.randint(1, 40)}" if is_flat else ""
        return Home((f"{street} {short}", f"{street} {long}"), unit, city, postcode, self._phone())

    def _phone(self) -> str:
        return f"913{self.chance.randint(200, 899)}{self.chance.randint(0, 9999):04d}"

    def _person(self, homes: list[Home], first_year: int, last_year: int, sex: str = "", last: str = "") -> Person:
        chance = self.chance
        self._count += 1
        sex = sex or chance.choice("FM")
        is_hispanic = last in stock.HISPANIC_LAST if last else chance.random() < HISPANIC_SHARE
        given = stock.HISPANIC_FIRST[sex] if is_hispanic else None
        first = stock.by_rank(chance, given) if given else stock.census_name(chance, sex)
        middle = stock.by_rank(chance, given) if given else stock.census_name(chance, sex)
        last = last or (
            stock.by_rank(chance, stock.HISPANIC_LAST) if is_hispanic else stock.census_name(chance, "last")
        )
        person = Person(
            truth=f"P{self._count:06d}",
            first=first,
            middle=middle if chance.random() < 0.8 else "",
            last=last,
            sex=sex,
            birth=some_day(chance, first_year, last_year),
            ssn=f"{chance.randint(100, 665):03d}{chance.randint(10, 99):02d}{chance.randint(1000, 9999):04d}",
            mobile=self._phone(),
            email=f"{first}.{last}{chance.randint(1, 99)}@{chance.choice(('mail', 'post', 'inbox'))}.example".lower(),
            homes=homes,
            second_last=stock.by_rank(chance, stock.HISPANIC_LAST) if is_hispanic else "",
        )
        if chance.random() < 0.02:
            person.alias = (stock.census_name(chance, sex), stock.census_name(chance, "last"))
        return person

    def _partner(self, head: Person) -> Person:
        year = int(head.birth[:4])
        sex = "F" if head.sex == "M" else "M"
        partner = self._person(head.homes, year - 6, min(year + 6, 2005), sex=sex)
        if partner.sex == "F" and not partner.second_last and self.chance.random() < TAKES_PARTNERS_NAME:
            partner = replace(partner, birth_name=partner.last, last=head.last)
        return partner

    def _children(self, parents: list[Person]) -> list[Person]:
        chance, head = self.chance, parents[0]
        father = next((parent for parent in parents if parent.sex == "M"), head)
        earliest = min(max(int(parent.birth[:4]) for parent in parents) + 17, 2006)
        children = [self._child(father, parents, earliest) for _ in range(chance.choice((1, 1, 2, 2, 3, 4)))]
        if chance.random() < TWINS_SHARE * len(children):
            twin = self._child(father, parents, earliest, sex=chance.choice((children[-1].sex, "F", "M")))
            twin.birth = children[-1].birth
            if chance.random() < 0.5:  # numbers given out over one counter, one after the other
                twin.ssn = digit_slip(chance, children[-1].ssn)
            children.append(twin)
        sons = [child for child in children if child.sex == "M"]
        if sons and father.sex == "M" and chance.random() < NAMED_AFTER_FATHER * len(sons):
            sons[0].first, sons[0].suffix, father.suffix = father.first, "JR", "SR"
            sons[0].middle = father.middle if chance.random() < 0.7 else sons[0].middle
        return children

    def _child(self, father: Person, parents: list[Person], earliest: int, sex: str = "") -> Person:
        child = self._person(father.homes, earliest, min(earliest + 16, 2016), sex=sex, last=father.last)
        mother = next((parent for parent in parents if parent is not father), None)
        if child.second_last and mother:
            child.second_last = mother.birth_name or mother.last
        return child
