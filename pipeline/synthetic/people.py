"""Who lives in the county? Persons in households, each with the names, addresses and numbers they really have.

What is hard about telling people apart is put in on purpose: fathers and sons of one name at one address, twins,
married names, moves, phones shared by a household, shelters shared by strangers, people without a number of their own.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.synthetic import names
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.places import MAIL_HOSTS, Address, Places, phone, social_security_number

HOUSEHOLD_SHAPES = Weighted({"single": 34, "couple": 24, "family": 26, "lone_parent": 8, "shared": 8})
"""How people live together, near the American Community Survey's shares of household types."""
MOVES_PER_YEAR = 0.11  # share of households that move in a year (Census Bureau, about 1 in 9)
MARRIED_NAME_SHARE = (
    0.7  # women in couples who took their partner's surname (Pew 2023: about 8 in 10 did or hyphenated)
)
HYPHEN_ON_MARRIAGE = 0.1  # of those, who joined both surnames
JUNIOR_SHARE = 0.09  # sons who carry their father's name; kept high, since these pairs are what linkage gets wrong
TWIN_SHARE = 0.03  # births that are twins (CDC: 31 per 1,000)
NO_SSN_SHARE = 0.06  # people who have none: visitors, new immigrants
OWN_PHONE_SHARE = 0.85  # adults with a phone of their own; the others give the household's
MIDDLE_NAME_SHARE = 0.8
GOES_BY_NICKNAME = 0.3  # of people whose given name has a short form
EMAIL_SHARE = 0.45
ALIAS_SHARE = 0.015  # people who at times give another name
UNHOUSED_SHARE = 0.012  # adults without a home of their own, far more among people with high need
UNHOUSED_SHARE_HIGH_NEED = 0.45
HIGH_NEED_SHARE = 0.015  # the minority this project is for: a small share meets the crisis system again and again
DEATHS_PER_YEAR = ((45, 0.002), (65, 0.008), (80, 0.03), (130, 0.1))  # up to age → share dying a year (CDC life table)
DEATHS_HIGH_NEED = 0.02  # people in repeated crisis die decades early (Olfson et al. 2015)
OLDEST = 98


@dataclass(frozen=True)
class Residence:
    """Since when did a person live at an address, reached by which phone? `phone` is ten digits or empty."""

    since: date
    address: Address
    phone: str


@dataclass
class Person:
    """Who is a made-up person, in truth? `index` counts from 0; `residences` are in time order, never empty."""

    index: int
    truth: str
    household: str
    first: str
    middle: str
    last: str
    suffix: str
    birth: date
    sex: str
    ssn: str
    email: str
    residences: list[Residence]
    nickname: str = ""
    birth_name: str = ""  # surname before a marriage, else empty
    married_on: date = date.min
    aliases: tuple[tuple[str, str], ...] = field(default=())
    death: date | None = None
    is_high_need: bool = False
    is_unhoused: bool = False

    def residence_on(self, day: date) -> Residence:
        """Where did the person live on that day?"""
        lived = [residence for residence in self.residences if residence.since <= day]
        return lived[-1] if lived else self.residences[0]

    def last_on(self, day: date) -> str:
        """Which surname did the person carry on that day?"""
        return self.birth_name if self.birth_name and day < self.married_on else self.last

    def age_on(self, day: date) -> int:
        """How many full years old was the person on that day?"""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


class Registry:
    """How are people born into the made-up county? Builds household after household until there are enough persons."""

    def __init__(self, places: Places, chance: Chance, *, start: date, as_of: date) -> None:
        self.places, self.chance, self.start, self.as_of = places, chance, start, as_of
        self.people: list[Person] = []
        self._households = 0

    def settle(self, count: int) -> list[Person]:
        """Who lives in a county of so many persons? In the order of their households."""
        while len(self.people) < count:
            self._add_household()
        del self.people[count:]
        return self.people

    def _add_household(self) -> None:
        chance = self.chance
        self._households += 1
        shape = chance.draw(HOUSEHOLD_SHAPES)
        family, homes = names.surname(chance), self._homes()
        lead = self._adult(family, homes, chance.whole(18, 90))
        if shape == "single":
            return
        if shape == "shared":
            for _ in range(chance.whole(1, 3)):
                self._adult(names.surname(chance), homes, chance.whole(18, 45))
            return
        if shape != "lone_parent":
            partner_age = min(max(self._age(lead) + chance.whole(-6, 6), 18), OLDEST)
            partner = self._adult(names.surname(chance), homes, partner_age, sex="F" if lead.sex == "M" else "M")
            self._marry(lead, partner)
        if shape in ("family", "lone_parent"):
            self._add_children(lead, homes)

    def _homes(self) -> list[Residence]:
        """Where did a household live, from before the county's window on? Sharing one phone throughout."""
        shared_phone, since = phone(self.chance), self.start - timedelta(days=3650)
        homes = [Residence(since, self.places.address(self.chance), shared_phone)]
        moved = self.start - timedelta(days=1500)
        while (moved := moved + timedelta(days=self.chance.waiting(365 / MOVES_PER_YEAR))) < self.as_of:
            homes.append(Residence(moved, self.places.address(self.chance), shared_phone))
        return homes

    def _age(self, person: Person) -> int:
        return person.age_on(self.as_of)

    def _adult(self, family: str, homes: list[Residence], age: int, sex: str = "") -> Person:
        return self._person(family, homes, self._birth(age), sex)

    def _birth(self, age: int) -> date:
        return self.as_of - timedelta(days=int((age + self.chance.number()) * 365.25))

    def _person(self, family: str, homes: list[Residence], birth: date, sex: str = "") -> Person:
        chance, index = self.chance, len(self.people)
        sex = sex or ("M" if chance.happens(0.5) else "F")
        first = names.given_name(chance, sex, birth.year, family)
        middle = names.given_name(chance, sex, birth.year, "") if chance.happens(MIDDLE_NAME_SHARE) else ""
        person = Person(
            index=index,
            truth=f"p{index + 1:07d}",
            household=f"h{self._households:07d}",
            first=first,
            middle=middle,
            last=family,
            suffix="",
            birth=birth,
            sex=sex,
            ssn="" if chance.happens(NO_SSN_SHARE) else social_security_number(chance),
            email=mail_address(chance, first, family, birth) if chance.happens(EMAIL_SHARE) else "",
            residences=homes,
        )
        settle_fate(person, self.places, chance, self.start, self.as_of)
        self.people.append(person)
        return person

    def _marry(self, one: Person, other: Person) -> None:
        """Who takes whose surname, and since when? Most weddings lie before the window, some inside it."""
        wife, husband = (one, other) if one.sex == "F" else (other, one)
        if not self.chance.happens(MARRIED_NAME_SHARE):
            return
        wife.birth_name = wife.last
        is_joined = self.chance.happens(HYPHEN_ON_MARRIAGE)
        wife.last = f"{wife.last}-{husband.last}" if is_joined and "-" not in wife.last else husband.last
        days_since = self.chance.whole(0, 365 * 12)
        wife.married_on = max(self.as_of - timedelta(days=days_since), _birthday(wife.birth, 18))

    def _add_children(self, parent: Person, homes: list[Residence]) -> None:
        """Which children live with a parent? Grown ones too; some are twins, some sons carry their father's name."""
        chance, parent_age = self.chance, self._age(parent)
        if parent_age < 19:
            return
        for _ in range(chance.whole(1, 3)):
            age = chance.whole(max(0, parent_age - 42), min(parent_age - 18, 40))
            child = self._person(parent.last, homes, self._birth(age))
            if chance.happens(TWIN_SHARE):
                self._person(parent.last, homes, child.birth)
            elif child.sex == parent.sex == "M" and not parent.suffix and chance.happens(JUNIOR_SHARE):
                child.first, child.middle = parent.first, parent.middle
                child.nickname, parent.suffix, child.suffix = parent.nickname, "Sr", "Jr"


def _birthday(birth: date, age: int) -> date:
    return date(birth.year + age, birth.month, min(birth.day, 28))


def mail_address(chance: Chance, first: str, last: str, birth: date) -> str:
    """Which e-mail address might a person use? On reserved hosts, so that no real mailbox can be meant."""
    plain = "".join(c for c in f"{first}.{last}".lower().replace(" ", "") if c.isascii())
    return f"{plain}{birth.year % 100:02d}@{chance.draw(MAIL_HOSTS)}"


def settle_fate(person: Person, places: Places, chance: Chance, start: date, as_of: date) -> None:
    """What sets one person apart? Short name, own phone, aliases, need, homelessness, death: all drawn here."""
    short = names.nicknames_of(person.first)
    if short and chance.happens(GOES_BY_NICKNAME):
        person.nickname = chance.pick(short)
    age = person.age_on(as_of)
    is_adult = age >= 18
    if is_adult and chance.happens(OWN_PHONE_SHARE):
        own = phone(chance)
        person.residences = [Residence(home.since, home.address, own) for home in person.residences]
    person.is_high_need = 18 <= age < 75 and chance.happens(HIGH_NEED_SHARE)
    if is_adult and chance.happens(UNHOUSED_SHARE_HIGH_NEED if person.is_high_need else UNHOUSED_SHARE):
        _leave_home(person, places, chance, start)
    if is_adult and chance.happens(0.2 if person.is_high_need else ALIAS_SHARE):
        other_last = names.surname(chance) if chance.happens(0.5) else person.last
        other_first = names.given_name(chance, person.sex, person.birth.year, "")
        person.aliases = ((other_first, other_last),)
    if person.death is None:
        person.death = _death(chance, person, age, start, as_of)


def _leave_home(person: Person, places: Places, chance: Chance, start: date) -> None:
    """Where does a person without a home stay? At a shelter whose phone many share, or reachable nowhere."""
    person.is_unhoused = True
    shelter = chance.whole(0, len(places.shelters) - 1)
    reached_at = places.shelter_phones[shelter] if chance.happens(0.5) else ""
    since = start - timedelta(days=chance.whole(-300, 300))
    before = [home for home in person.residences if home.since < since]
    person.residences = [*before, Residence(since, places.shelters[shelter], reached_at)]


def _death(chance: Chance, person: Person, age: int, start: date, as_of: date) -> date | None:
    """On which day, if any, does a person die within the window?"""
    rate = next(share for upto, share in DEATHS_PER_YEAR if age < upto)
    rate = max(rate, DEATHS_HIGH_NEED) if person.is_high_need else rate
    days = (as_of - start).days
    if not chance.happens(1 - (1 - rate) ** (days / 365.25)):
        return None
    return max(start + timedelta(days=chance.whole(30, max(days - 5, 31))), person.birth)
