"""What do the clerks of a made-up town write down? Several feeds, each with its own fields, habits, gaps and slips.

`harsh` is meant to hurt: half the identifiers missing, forms filled with placeholders, identifiers shared by error,
one telephone for a whole shelter, and a few people with dozens of records. `names_dates` and
`names_dates_places` keep a few fields only, with milder slips.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from benchmarks.panel import stock
from benchmarks.panel.dirt import date_slip, digit_slip, typo
from benchmarks.panel.households import Person, Town

RECORDS = 30_000
SEED = 11
FIELDS = (
    *("first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "email"),
    *("street_address", "city", "state", "postcode"),
)
_PLACE = ("street_address", "city", "state", "postcode")
FEEDS = {
    "jail": (*FIELDS[:8], *_PLACE),
    "police": ("first_name", "middle_name", "last_name", "birth_date", "sex", "phone", *_PLACE),
    "clinic": FIELDS,
    "shelter": ("first_name", "last_name", "suffix", "birth_date", "sex", "ssn"),
    "court": ("first_name", "middle_name", "last_name", "suffix", "birth_date", "ssn", *_PLACE),
    "ambulance": ("first_name", "last_name", "birth_date", "sex", "phone", "street_address"),
}
"""Feed → the fields it knows."""


@dataclass(frozen=True)
class Rates:
    """How often does what go wrong? Shares of records, or of those where it can happen."""

    typo: float = 0.06
    nickname: float = 0.15
    swapped_names: float = 0.01
    former_name: float = 0.35
    alias: float = 0.2
    half_surname: float = 0.35
    date_slip: float = 0.05
    january_first: float = 0.03
    digit_slip: float = 0.03
    no_ssn: float = 0.25
    no_phone: float = 0.3
    no_birth_date: float = 0.06
    no_place: float = 0.15
    no_other: float = 0.1
    placeholder: float = 0.02
    wrong_person: float = 0.004
    copied: float = 0.25
    other_home: float = 0.35


HARSH = Rates()
PLAIN = Rates(
    typo=0.04, nickname=0.08, swapped_names=0.005, former_name=0.2, date_slip=0.04, january_first=0.005,
    no_birth_date=0.03, no_place=0.08, no_other=0.02, placeholder=0.0, wrong_person=0.0, copied=0.1, other_home=0.25,
)  # fmt: skip
PLACEHOLDERS = {
    "first_name": ("UNKNOWN", "UNK", "JOHN"), "last_name": ("UNKNOWN", "UNK", "DOE"), "middle_name": ("NMN", "N/A"),
    "birth_date": ("1900-01-01", "1901-01-01"), "ssn": ("999-99-9999", "000-00-0000", "123-45-6789"),
    "phone": ("9999999999", "0000000000"), "email": ("none@none.com", "noemail@example.com"),
    "street_address": ("HOMELESS", "UNKNOWN", "TRANSIENT", "GENERAL DELIVERY"), "postcode": ("99999", "00000"),
}  # fmt: skip


class Clerk:
    """How does a person look in one record?"""

    def __init__(self, chance: random.Random, rates: Rates) -> None:
        self.chance, self.rates = chance, rates

    def _slips(self, rate: float) -> bool:
        return self.chance.random() < rate

    def write(self, person: Person, others: list[Person]) -> dict[str, str]:
        """What is written down of every field? Empty text where nothing is."""
        first, last = self._names(person)
        row = {
            "first_name": first,
            "middle_name": self._middle(person),
            "last_name": last,
            "suffix": person.suffix if self._slips(0.5) else "",
            "birth_date": self._birth_date(person),
            "sex": "" if self._slips(self.rates.no_other) else person.sex,
            "ssn": self._ssn(person, others),
            "email": person.email if self._slips(0.4) else "",
            **self._place(person),
        }
        return {name: self._in_place_of(name, text) for name, text in row.items()}

    def _in_place_of(self, name: str, text: str) -> str:
        """Does a form that would not let the field stay empty hold something else?"""
        rate = self.rates.placeholder * (1 if text else 2)
        return self.chance.choice(PLACEHOLDERS[name]) if name in PLACEHOLDERS and self._slips(rate) else text

    def _names(self, person: Person) -> tuple[str, str]:
        first, last = person.first, self._surname(person)
        if self._slips(self.rates.nickname):
            first = stock.short_name(self.chance, first)
        if person.alias and self._slips(self.rates.alias):
            first, last = person.alias
        first = typo(self.chance, first) if self._slips(self.rates.typo) else first
        last = typo(self.chance, last) if self._slips(self.rates.typo) else last
        return (last, first) if self._slips(self.rates.swapped_names) else (first, last)

    def _surname(self, person: Person) -> str:
        if person.birth_name and self._slips(self.rates.former_name):
            return person.birth_name
        if not person.second_last:
            return person.last
        if self._slips(self.rates.half_surname):
            return person.last if self._slips(0.75) else person.second_last
        return person.last + self.chance.choice((" ", "-")) + person.second_last

    def _middle(self, person: Person) -> str:
        if not person.middle or self._slips(0.4):
            return ""
        return person.middle[0] if self._slips(0.5) else person.middle

    def _birth_date(self, person: Person) -> str:
        if self._slips(self.rates.no_birth_date):
            return ""
        if self._slips(self.rates.january_first):
            return f"{int(person.birth[:4]) + self.chance.choice((-1, 0, 0, 1))}-01-01"
        return date_slip(self.chance, person.birth) if self._slips(self.rates.date_slip) else person.birth

    def _ssn(self, person: Person, others: list[Person]) -> str:
        if self._slips(self.rates.no_ssn):
            return ""
        owner = self.chance.choice(others) if self._slips(self.rates.wrong_person) else person
        digits = digit_slip(self.chance, owner.ssn) if self._slips(self.rates.digit_slip) else owner.ssn
        return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if self._slips(0.5) else digits

    def _place(self, person: Person) -> dict[str, str]:
        is_other = len(person.homes) > 1 and self._slips(self.rates.other_home)
        home = self.chance.choice(person.homes) if is_other else person.homes[-1]
        phone = "" if self._slips(self.rates.no_phone) else self.chance.choice((person.mobile, home.phone))
        if phone and self._slips(self.rates.digit_slip):
            phone = digit_slip(self.chance, phone)
        if self._slips(self.rates.no_place):
            return {"phone": phone, **dict.fromkeys(_PLACE, "")}
        street = self.chance.choice(home.street)
        street = typo(self.chance, street) if self._slips(self.rates.typo) else street
        unit = home.unit if self._slips(0.6) else ""
        line = f"{street} {unit}".strip()
        postcode = digit_slip(self.chance, home.postcode) if self._slips(self.rates.digit_slip) else home.postcode
        return {"phone": phone, "street_address": line, "city": home.city, "state": "KS", "postcode": postcode}


def records_of_one(chance: random.Random, person: Person) -> int:
    """How many records does a person leave behind? Mostly one to four; one in thirty up to sixty."""
    if chance.random() < (0.15 if person.is_sheltered else 0.03):
        return min(60, int(6 * chance.paretovariate(1.1)))
    return 1 + min(int(chance.expovariate(0.7)), 7)


def _rows_of(clerk: Clerk, person: Person, others: list[Person], feeds: list[str]) -> Iterable[dict[str, str]]:
    """What is written about one person? Some records take over what the same feed noted last."""
    before: dict[str, dict[str, str]] = {}
    for _ in range(records_of_one(clerk.chance, person)):
        feed = clerk.chance.choice(feeds)
        if feed not in before or clerk.chance.random() >= clerk.rates.copied:
            before[feed] = clerk.write(person, others)
        yield {"source": feed, "person_truth": person.truth, **before[feed]}


def records_of_town(count: int, seed: int, rates: Rates, feeds: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Which records does a town leave behind? Shuffled; missing values are None."""
    town, chance = Town(seed), random.Random(seed + 1)
    clerk, rows = Clerk(chance, rates), []
    people: list[Person] = []
    while len(rows) < count:
        near = town.household()
        for person in near:
            rows += _rows_of(clerk, person, [*near, chance.choice(people or near)], list(feeds))
        people += near
    return as_table(chance, rows[:count], feeds)


def as_table(chance: random.Random, rows: list[dict[str, str]], feeds: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """How do these rows look as a table? Fields that a feed does not know are missing, rows are shuffled."""
    chance.shuffle(rows)
    kept = [name for name in FIELDS if any(name in fields for fields in feeds.values())]
    columns = {name: [row[name] or None if name in feeds[row["source"]] else None for row in rows] for name in kept}
    sources = {"source": [row["source"] for row in rows]} if len(feeds) > 1 else {}
    ids = [f"R{place:06d}" for place in range(len(rows))]
    return pd.DataFrame({"record_id": ids, **columns, **sources, "person_truth": [row["person_truth"] for row in rows]})


def harsh(count: int = RECORDS, seed: int = SEED) -> pd.DataFrame:
    """Which records does a town leave behind where much goes wrong?"""
    return records_of_town(count, seed, HARSH, FEEDS)


def names_dates(count: int = 20_000, seed: int = 21) -> pd.DataFrame:
    """Which records does a town leave behind that notes names and birth dates only?"""
    return records_of_town(count, seed, PLAIN, {"register": ("first_name", "last_name", "birth_date")})


def names_dates_places(count: int = 20_000, seed: int = 22) -> pd.DataFrame:
    """Which records does a town leave behind that notes names, birth dates, towns and postcodes?"""
    fields = ("first_name", "last_name", "birth_date", "city", "postcode")
    return records_of_town(count, seed, PLAIN, {"register": fields})
