"""Who might live in a region, and what would be recorded about them? Made-up people, with the truth about who is who.

    python -m benchmarks.people --records 1000000 --seed 7 --out PEOPLE.parquet

Households share a surname, an address and sometimes a telephone; couples, children, twins, fathers and sons of one
name, lodgers and tenants of one building are among them. A person has one to six records, each with faults of its own.
The same seed gives the same file, byte for byte. Names and their frequency are those of the US census of 1990, by way
of the `names` package; rare surnames are made up, since the census published only the 88,799 most frequent ones.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import names
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIELDS = (
    "first_name", "middle_name", "last_name", "birth_date", "sex", "ssn", "phone", "street_address", "city", "state",
    "postcode",
)  # fmt: skip
"""What is recorded about a person. The file holds record_id, these, and person_truth; all text, missing is NULL."""

HOUSEHOLDS_PER_CHUNK = 40_000
ROWS_PER_GROUP = 250_000
"""How much is in memory at a time."""

FIRST_YEAR, LAST_YEAR = 1930, 2008
HOUSEHOLD_SIZES = (0.28, 0.33, 0.16, 0.13, 0.07, 0.03)
"""Shares of households of one to six people (close to the American Community Survey)."""
RECORD_COUNTS = (0.45, 0.27, 0.14, 0.08, 0.04, 0.02)
"""Shares of people with one to six records: two on average."""
PEOPLE_PER_POSTCODE = 8_000
POSTCODES_PER_CITY = 4
MADE_UP_SURNAMES = 150_000

COUPLE, LODGER, PARENT = 0.75, 0.10, 0.05
TWIN, JUNIOR = 0.03, 0.04
TAKES_SURNAME, CHANGED_SURNAME, HYPHENATED = 0.80, 0.12, 0.15
IN_BUILDING, HOUSEHOLDS_PER_BUILDING = 0.25, 30
HOUSEHOLD_MOVED, PERSON_MOVED = 0.12, 0.09
SHARES_PHONE, CHANGED_PHONE = 0.35, 0.15
"""How people live: shares of the households or people to whom it can happen."""

NAME_TYPO, MIDDLE_TYPO, ADDRESS_TYPO = 0.04, 0.02, 0.03
USES_NICKNAME, SWAPPED_NAMES = 0.06, 0.005
BIRTH_DATE_WRONG, BIRTH_DATE_SWAPPED = 0.025, 0.005
SSN_WRONG, PHONE_WRONG, POSTCODE_WRONG, SEX_WRONG, UNIT_LEFT_OUT = 0.02, 0.01, 0.01, 0.005, 0.15
MISSING = {
    "middle_name": 0.25, "birth_date": 0.01, "sex": 0.02, "ssn": 0.50, "phone": 0.40, "street_address": 0.04,
    "city": 0.03, "state": 0.02, "postcode": 0.04,
}  # fmt: skip
MIDDLE_INITIAL_ONLY = 0.45
"""How records go wrong: shares of records."""

NICKNAMES = {
    "ROBERT": "BOB", "WILLIAM": "BILL", "RICHARD": "DICK", "JAMES": "JIM", "JOHN": "JACK", "MICHAEL": "MIKE",
    "DAVID": "DAVE", "CHARLES": "CHUCK", "JOSEPH": "JOE", "THOMAS": "TOM", "CHRISTOPHER": "CHRIS", "DANIEL": "DAN",
    "MATTHEW": "MATT", "ANTHONY": "TONY", "DONALD": "DON", "STEVEN": "STEVE", "ANDREW": "ANDY", "KENNETH": "KEN",
    "EDWARD": "ED", "RONALD": "RON", "TIMOTHY": "TIM", "JEFFREY": "JEFF", "LAWRENCE": "LARRY", "BENJAMIN": "BEN",
    "SAMUEL": "SAM", "GREGORY": "GREG", "PATRICK": "PAT", "ALEXANDER": "ALEX", "NICHOLAS": "NICK", "GERALD": "JERRY",
    "PATRICIA": "PATTY", "ELIZABETH": "LIZ", "JENNIFER": "JENNY", "MARGARET": "PEGGY", "SUSAN": "SUE",
    "BARBARA": "BARB", "DEBORAH": "DEBBIE", "KIMBERLY": "KIM", "KATHERINE": "KATE", "CATHERINE": "CATHY",
    "REBECCA": "BECKY", "CYNTHIA": "CINDY", "PAMELA": "PAM", "CHRISTINE": "CHRIS", "SANDRA": "SANDY",
    "VICTORIA": "VICKY", "JESSICA": "JESS", "SAMANTHA": "SAM", "AMANDA": "MANDY", "THERESA": "TERRY",
    "VIRGINIA": "GINNY", "DOROTHY": "DOT", "JUDITH": "JUDY", "JACQUELINE": "JACKIE", "JOSE": "PEPE",
    "FRANCISCO": "PACO", "GUADALUPE": "LUPE", "ROSARIO": "CHARO",
}  # fmt: skip
STREET_TYPES = ("ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL")
AREA_CODES = (816, 913, 785, 417)
UNIQUE_STEP = 2_147_483_647
"""A prime: multiplied by it, running numbers become scattered numbers that are as different as before."""

HEAD, PARTNER, CHILD, LODGING, ELDER = range(5)
"""What somebody is in the household."""


@dataclass(frozen=True)
class Vocabulary:
    """Which words are there, and how are they shared out?"""

    words: np.ndarray
    cumulated: np.ndarray

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Which words come up in so many draws?"""
        places = np.searchsorted(self.cumulated, rng.random(count), side="right")
        return self.words[np.minimum(places, len(self.words) - 1)]


@dataclass(frozen=True)
class Region:
    """Which names, streets and places are there? Given names by sex (0 male, 1 female) and whether born after 1970."""

    surnames: Vocabulary
    given: tuple[tuple[Vocabulary, Vocabulary], tuple[Vocabulary, Vocabulary]]
    streets: Vocabulary
    postcodes: Vocabulary
    city_of: np.ndarray
    state_of: np.ndarray


@dataclass(frozen=True)
class Addresses:
    """Which addresses are there? A line with and without its unit, and a place in the region's postcodes."""

    line: np.ndarray
    line_without_unit: np.ndarray
    postcode: np.ndarray


@dataclass(frozen=True)
class People:
    """Who lives in a number of households? One element per person; a second value is what is used at other times."""

    first_name: np.ndarray
    middle_name: np.ndarray
    last_name: np.ndarray
    other_last_name: np.ndarray
    birth_date: np.ndarray
    sex: np.ndarray
    ssn: np.ndarray
    phone: np.ndarray
    other_phone: np.ndarray
    address: np.ndarray
    other_address: np.ndarray


def _vocabulary(words: np.ndarray, shares: np.ndarray) -> Vocabulary:
    """Which vocabulary has these words in these proportions?"""
    return Vocabulary(words, np.cumsum(shares) / shares.sum())


def _census(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Which names did the census publish, and which per cent of the people bear each?"""
    rows = [line.split() for line in Path(names.FILES[kind]).read_text(encoding="ascii").splitlines()]
    return np.array([row[0] for row in rows], dtype="S16"), np.maximum([float(row[1]) for row in rows], 0.0004)


def _made_up_surnames(rng: np.random.Generator, known: np.ndarray) -> np.ndarray:
    """Which rare surnames are made up? Beginnings of known ones joined to endings of others."""
    beginnings, endings = (rng.choice(known, 2 * MADE_UP_SURNAMES).astype("S3") for _ in range(2))
    reversed_words = rng.choice(known, 2 * MADE_UP_SURNAMES).astype("U16")
    endings = np.array([word[-4:] for word in reversed_words], dtype="S4")
    found = np.setdiff1d(np.strings.add(beginnings, endings), known)
    return rng.permutation(found)[:MADE_UP_SURNAMES].astype("S16")


def _surnames(rng: np.random.Generator) -> Vocabulary:
    """Which surnames are there? The census list stands for nine tenths of the people, made-up ones for the rest."""
    known, percents = _census("last")
    rare = _made_up_surnames(rng, known)
    left_over = (100 - 90.483) / len(rare)
    return _vocabulary(np.concatenate([known, rare]), np.concatenate([percents, np.full(len(rare), left_over)]))


def _given_names(kind: str) -> tuple[Vocabulary, Vocabulary]:
    """Which given names are there for those born up to 1970, and for those born later, whose names spread wider?"""
    words, percents = _census(kind)
    return _vocabulary(words, percents), _vocabulary(words, percents**0.75)


def make_region(seed: int, people_count: int) -> Region:
    """Which region has room for so many people?"""
    rng = np.random.default_rng([seed, 0])
    surnames = _surnames(rng)
    well_known = surnames.words[:4000].astype("S12")
    kinds = np.array(STREET_TYPES, dtype="S5")
    streets = np.strings.add(np.strings.add(rng.choice(well_known, 1500), b" "), rng.choice(kinds, 1500))
    count = max(POSTCODES_PER_CITY, people_count // PEOPLE_PER_POSTCODE)
    city = np.arange(count) // POSTCODES_PER_CITY
    is_west = city % 3 == 2
    city_names = np.strings.add(rng.choice(well_known, city[-1] + 1, replace=False), b"VILLE")
    codes = np.where(is_west, 66_000, 63_000) + np.arange(count)
    return Region(
        surnames=surnames,
        given=(_given_names("first:male"), _given_names("first:female")),
        streets=_vocabulary(streets, np.ones(len(streets))),
        postcodes=_vocabulary(codes, rng.uniform(0.5, 1.5, count)),
        city_of=city_names[city],
        state_of=np.where(is_west, b"KS", b"MO"),
    )


def _digits(number: np.ndarray, width: int) -> np.ndarray:
    """How are these numbers written with leading zeros?"""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (number[:, None] // powers % 10 + ord("0")).astype(np.uint8).view(f"S{width}").ravel()


def _ssn(person: np.ndarray) -> np.ndarray:
    """Which SSN has each person? No two share one; areas 000, 666 and 900 to 999 are never given out."""
    scattered = person * UNIQUE_STEP % (898 * 99 * 9999)
    area = 1 + scattered // (99 * 9999)
    area += area >= 666
    return _digits(area * 1_000_000 + (1 + scattered // 9999 % 99) * 10_000 + 1 + scattered % 9999, 9)


def _phone(line: np.ndarray) -> np.ndarray:
    """Which telephone number has each line? No two share one."""
    scattered = line * UNIQUE_STEP % (len(AREA_CODES) * 800 * 10_000)
    area = np.array(AREA_CODES)[scattered // 8_000_000]
    return _digits(area * 10_000_000 + 2_000_000 + scattered % 8_000_000, 10)


def _make_addresses(rng: np.random.Generator, region: Region, count: int) -> Addresses:
    """Where can one live? Houses, and buildings whose tenants share all of the address but the unit."""
    building_count = 1 + int(count * IN_BUILDING / HOUSEHOLDS_PER_BUILDING)
    in_building = rng.random(count) < IN_BUILDING
    house = np.where(in_building, rng.integers(building_count, size=count), building_count + np.arange(count))
    number = (1 + rng.integers(9899, size=building_count + count)).astype("S5")
    street = region.streets.draw(rng, building_count + count)
    line = np.strings.add(np.strings.add(number, b" "), street)[house]
    unit = np.strings.add(b" APT ", rng.integers(1, 240, count).astype("S3"))
    postcode = np.searchsorted(region.postcodes.cumulated, rng.random(building_count + count))[house]
    return Addresses(np.where(in_building, np.strings.add(line, unit), line), line, postcode)


def _roles(rng: np.random.Generator, household: np.ndarray, place: np.ndarray) -> np.ndarray:
    """What is each person in the household?"""
    is_couple = rng.random(household[-1] + 1) < COUPLE
    others = rng.choice([CHILD, LODGING, ELDER], len(household), p=[1 - LODGER - PARENT, LODGER, PARENT])
    role = np.where((place == 1) & is_couple[household], PARTNER, others)
    return np.where(place == 0, HEAD, role)


def _birth_years(rng: np.random.Generator, role: np.ndarray, household: np.ndarray, head: np.ndarray) -> np.ndarray:
    """In which year was each person born?"""
    has_child = np.bincount(household, weights=role == CHILD) > 0
    own = np.where(has_child, rng.integers(1936, 1984, len(head)), rng.integers(FIRST_YEAR, 2006, len(head)))[household]
    partner = np.clip(own + np.rint(rng.normal(0, 4, len(role))).astype(int), FIRST_YEAR, LAST_YEAR)
    child = rng.integers(own + 18, np.maximum(np.minimum(own + 43, LAST_YEAR + 1), own + 19))
    elder = rng.integers(np.maximum(FIRST_YEAR, own - 40), np.maximum(FIRST_YEAR + 8, own - 19))
    lodger = rng.integers(FIRST_YEAR, LAST_YEAR + 1, len(role))
    return np.choose(role, [own, partner, child, lodger, elder])


def _birth_dates(rng: np.random.Generator, year: np.ndarray, role: np.ndarray, household: np.ndarray) -> np.ndarray:
    """On which day was each person born? Twins on the same."""
    day = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + rng.integers(365, size=len(year))
    follows_child = (role[1:] == CHILD) & (role[:-1] == CHILD) & (household[1:] == household[:-1])
    twin = 1 + np.flatnonzero(follows_child & (rng.random(len(year) - 1) < TWIN))
    day[twin] = day[twin - 1]
    return day


def _draw_given(rng: np.random.Generator, region: Region, sex: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Which given name has each person?"""
    drawn = [[words.draw(rng, len(sex)) for words in by_age] for by_age in region.given]
    return np.where(
        sex == 0, np.where(year > 1970, drawn[0][1], drawn[0][0]), np.where(year > 1970, drawn[1][1], drawn[1][0])
    )


def _given_in_household(
    rng: np.random.Generator, region: Region, sex: np.ndarray, year: np.ndarray, household: np.ndarray
) -> np.ndarray:
    """Which given name has each person? Where two of a household would share one, the second draws again."""
    given = _draw_given(rng, region, sex, year)
    order = np.lexsort((given, household))
    is_second = (given[order][1:] == given[order][:-1]) & (household[order][1:] == household[order][:-1])
    again = order[1:][is_second]
    given[again] = _draw_given(rng, region, sex[again], year[again])
    return given


def _surnames_of(
    rng: np.random.Generator, region: Region, role: np.ndarray, sex: np.ndarray, household: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which surname does each person bear, and which at another time? Mostly the same."""
    count = len(role)
    family = region.surnames.draw(rng, household[-1] + 1)[household]
    born = region.surnames.draw(rng, count)
    bears_own = (
        (role == LODGING) | ((role == PARTNER) & (rng.random(count) >= TAKES_SURNAME)) | (rng.random(count) < 0.06)
    )
    last = np.where(bears_own, born, family)
    hyphenated = np.strings.add(np.strings.add(last, b"-"), born)
    at_another_time = np.where(rng.random(count) < HYPHENATED, hyphenated, np.where(bears_own, family, born))
    changed = (sex == 1) & (role != CHILD) & (rng.random(count) < CHANGED_SURNAME)
    return last, np.where(changed, at_another_time, last)


def make_people(rng: np.random.Generator, region: Region, first_person: int) -> tuple[People, Addresses]:
    """Who lives in the next HOUSEHOLDS_PER_CHUNK households? People are numbered from first_person on."""
    sizes = 1 + rng.choice(6, HOUSEHOLDS_PER_CHUNK, p=HOUSEHOLD_SIZES)
    household = np.repeat(np.arange(len(sizes)), sizes)
    count, head = len(household), np.cumsum(sizes) - sizes
    role = _roles(rng, household, np.arange(count) - head[household])
    year = _birth_years(rng, role, household, head)
    sex = rng.integers(2, size=count)
    sex[role == PARTNER] = 1 - sex[head[household]][role == PARTNER]
    given = _given_in_household(rng, region, sex, year, household)
    middle = _draw_given(rng, region, sex, year)
    is_junior = (role == CHILD) & (sex == 0) & (sex[head][household] == 0) & (rng.random(count) < JUNIOR)
    given[is_junior] = given[head[household]][is_junior]
    last, other_last = _surnames_of(rng, region, role, sex, household)
    addresses = _make_addresses(rng, region, 2 * len(sizes) + count)
    later = np.where(
        rng.random(len(sizes)) < HOUSEHOLD_MOVED, len(sizes) + np.arange(len(sizes)), np.arange(len(sizes))
    )
    moved_alone = rng.random(count) < PERSON_MOVED
    person = first_person + np.arange(count)
    own_line, household_line = 3 * person, 3 * (first_person + head[household]) + 1
    line = np.where(rng.random(count) < SHARES_PHONE, household_line, own_line)
    people = People(
        first_name=given,
        middle_name=middle,
        last_name=last.astype("S34"),
        other_last_name=other_last.astype("S34"),
        birth_date=_birth_dates(rng, year, role, household),
        sex=sex,
        ssn=_ssn(person),
        phone=_phone(line),
        other_phone=_phone(np.where(rng.random(count) < CHANGED_PHONE, 3 * person + 2, line)),
        address=household,
        other_address=np.where(moved_alone, 2 * len(sizes) + np.arange(count), later[household]),
    )
    return people, addresses


def with_typos(rng: np.random.Generator, texts: np.ndarray, share: float) -> np.ndarray:
    """How do these texts look once some are mistyped? A letter replaced, left out, put in or swapped."""
    hit = np.flatnonzero(rng.random(len(texts)) < share)
    width = texts.dtype.itemsize + 2
    letters = texts[hit].astype(f"S{width}").view(np.uint8).reshape(len(hit), width)
    length = np.maximum((letters != 0).sum(axis=1), 2)
    place = (rng.random(len(hit)) * (length - 1)).astype(int)[:, None]
    kind = rng.integers(4, size=len(hit))[:, None]
    column = np.arange(width)[None, :]
    shift = ((kind == 1) & (column >= place)).astype(int) - ((kind == 2) & (column > place))
    shift += (kind == 3) * ((column == place).astype(int) - (column == place + 1))
    typed = np.take_along_axis(letters, np.minimum(column + shift, width - 1), axis=1)
    fresh = np.flatnonzero(kind[:, 0] % 2 == 0)
    typed[fresh, place[fresh, 0] + (kind[fresh, 0] == 2)] = rng.integers(ord("A"), ord("Z") + 1, len(fresh))
    answer = texts.astype(f"S{width}")
    answer[hit] = typed.view(f"S{width}").ravel()
    return answer


def with_wrong_digits(rng: np.random.Generator, numbers: np.ndarray, share: float) -> np.ndarray:
    """How do these numbers look once some have one wrong digit? Missing ones stay as they are."""
    hit = np.flatnonzero(rng.random(len(numbers)) < share)
    width = numbers.dtype.itemsize
    digits = numbers[hit].view(np.uint8).reshape(len(hit), width).copy()
    row, place = np.arange(len(hit)), rng.integers(width, size=len(hit))
    digits[row, place] = ord("0") + (digits[row, place] - ord("0") + rng.integers(1, 10, len(hit))) % 10
    answer = numbers.copy()
    answer[hit] = digits.view(f"S{width}").ravel()
    return answer


def birth_dates_as_recorded(rng: np.random.Generator, birth_date: np.ndarray) -> np.ndarray:
    """How are these birth dates written down? Some with day and month swapped, or a year, month or day that is off."""
    year = birth_date.astype("datetime64[Y]").astype(int) + 1970
    month = birth_date.astype("datetime64[M]").astype(int) % 12 + 1
    day = (birth_date - birth_date.astype("datetime64[M]")).astype(int) + 1
    luck, kind = rng.random(len(year)), rng.integers(5, size=len(year))
    swapped = (luck < BIRTH_DATE_SWAPPED / 0.4) & (day <= 12)  # two days of five can be read as a month
    month, day = np.where(swapped, day, month), np.where(swapped, month, day)
    wrong = (luck > 1 - BIRTH_DATE_WRONG) & ~swapped
    year = year + np.where(wrong & (kind == 0), rng.choice([-10, -1, 1, 10], len(year)), 0)
    month = np.where(wrong & (kind == 1), 1 + (month + rng.integers(0, 11, len(year))) % 12, month)
    off_day = np.where(kind == 2, 1 + (day + rng.integers(0, 27, len(year))) % 28, day // 10 + day % 10 * 10)
    day = np.where(wrong & (kind >= 2) & (off_day >= 1) & (off_day <= 28), off_day, day)
    day = np.where(wrong, np.minimum(day, 28), day)
    parts = [_digits(year, 4), _digits(month, 2), _digits(day, 2)]
    return np.strings.add(np.strings.add(parts[0], b"-"), np.strings.add(np.strings.add(parts[1], b"-"), parts[2]))


def _nicknames_for(first_name: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Which name is written where a nickname is used? The given name where there is no nickname for it."""
    formal = np.array(sorted(NICKNAMES), dtype=first_name.dtype)
    short = np.array([NICKNAMES[name.decode()] for name in formal], dtype=first_name.dtype)
    place = np.minimum(np.searchsorted(formal, first_name), len(formal) - 1)
    return np.where(chosen & (formal[place] == first_name), short[place], first_name)


def _middle_names(rng: np.random.Generator, middle: np.ndarray) -> np.ndarray:
    """How is the middle name written down? Often by its initial."""
    is_initial = rng.random(len(middle)) < MIDDLE_INITIAL_ONLY
    return np.where(is_initial, middle.astype("S1"), with_typos(rng, middle, MIDDLE_TYPO))


def _names_as_recorded(rng: np.random.Generator, people: People, person: np.ndarray) -> dict[str, np.ndarray]:
    """How are the names of these people written down?"""
    count = len(person)
    first = _nicknames_for(people.first_name[person], rng.random(count) < USES_NICKNAME)
    last = np.where(rng.random(count) < 0.5, people.last_name[person], people.other_last_name[person])
    first, last = with_typos(rng, first, NAME_TYPO), with_typos(rng, last, NAME_TYPO)
    swapped = rng.random(count) < SWAPPED_NAMES
    return {
        "first_name": np.where(swapped, last, first),
        "middle_name": _middle_names(rng, people.middle_name[person]),
        "last_name": np.where(swapped, first, last),
    }


def _address_as_recorded(
    rng: np.random.Generator, region: Region, addresses: Addresses, address: np.ndarray
) -> dict[str, np.ndarray]:
    """How are these addresses written down?"""
    whole = rng.random(len(address)) >= UNIT_LEFT_OUT
    line = np.where(whole, addresses.line[address], addresses.line_without_unit[address])
    place = addresses.postcode[address]
    return {
        "street_address": with_typos(rng, line, ADDRESS_TYPO),
        "city": region.city_of[place],
        "state": region.state_of[place],
        "postcode": with_wrong_digits(rng, _digits(region.postcodes.words[place], 5), POSTCODE_WRONG),
    }


def make_records(
    rng: np.random.Generator, region: Region, people: People, addresses: Addresses, first_person: int
) -> pa.Table:
    """What is recorded about these people? One row per record: FIELDS and person_truth."""
    counts = 1 + rng.choice(6, len(people.sex), p=RECORD_COUNTS)
    person = np.repeat(np.arange(len(counts)), counts)
    is_later = rng.random(len(person)) < 0.5
    phone = np.where(is_later, people.other_phone[person], people.phone[person])
    sex = people.sex[person] ^ (rng.random(len(person)) < SEX_WRONG)
    columns = _names_as_recorded(rng, people, person) | {
        "birth_date": birth_dates_as_recorded(rng, people.birth_date[person]),
        "sex": np.array([b"M", b"F"])[sex.astype(int)],
        "ssn": with_wrong_digits(rng, people.ssn[person], SSN_WRONG),
        "phone": with_wrong_digits(rng, phone, PHONE_WRONG),
    }
    address = np.where(is_later, people.other_address[person], people.address[person])
    columns |= _address_as_recorded(rng, region, addresses, address)
    recorded = {name: _text(columns[name], rng.random(len(person)) < MISSING.get(name, 0.0)) for name in FIELDS}
    return pa.table(recorded | {"person_truth": _text(np.strings.add(b"P", _digits(first_person + person, 8)))})


def _text(values: np.ndarray, is_missing: np.ndarray | None = None) -> pa.Array:
    """Which Arrow column of text are these values?"""
    return pa.array(np.ascontiguousarray(values), mask=is_missing).cast(pa.string())


def _chunks(record_count: int, seed: int) -> Iterator[pa.Table]:
    """Which records are there, some tens of thousands of people at a time?"""
    people_per_record = 1 / np.dot(RECORD_COUNTS, range(1, 7))
    region = make_region(seed, int(record_count * people_per_record))
    done, first_person, number = 0, 0, 1
    while done < record_count:
        rng = np.random.default_rng([seed, number])
        people, addresses = make_people(rng, region, first_person)
        records = make_records(rng, region, people, addresses, first_person)[: record_count - done]
        yield records
        done, first_person, number = done + len(records), first_person + len(people.sex), number + 1


def _scatter(chunks: Iterator[pa.Table], rng: np.random.Generator, heaps: list[Path]) -> None:
    """How do records leave their household's neighbourhood? Each goes onto a heap by chance."""
    with ExitStack() as stack:
        writers: dict[int, pa.RecordBatchFileWriter] = {}
        for records in chunks:
            heap = rng.integers(len(heaps), size=len(records))
            for number, path in enumerate(heaps):
                if number not in writers:
                    writers[number] = stack.enter_context(pa.ipc.new_file(path, records.schema))
                writers[number].write_table(records.take(np.flatnonzero(heap == number)))


def write_people(record_count: int, seed: int, out: Path) -> None:
    """Where are so many made-up records written? In an order by chance; record_id counts in that order."""
    out.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 1_000_000])
    with tempfile.TemporaryDirectory(dir=out.parent) as folder, ExitStack() as stack:
        heaps = [Path(folder) / f"{number}.arrow" for number in range(1 + record_count // ROWS_PER_GROUP)]
        _scatter(_chunks(record_count, seed), rng, heaps)
        writer, done = None, 0
        for heap in heaps:
            with pa.OSFile(str(heap)) as file:
                records = pa.ipc.open_file(file).read_all()
            records = records.take(rng.permutation(len(records)))
            ids = np.strings.add(b"R", _digits(np.arange(done, done + len(records)), 8))
            records = records.add_column(0, "record_id", _text(ids))
            writer = writer or stack.enter_context(pq.ParquetWriter(out, records.schema, compression="zstd"))
            writer.write_table(records)
            done += len(records)


def main() -> None:
    """Read the arguments, make the people up, write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    write_people(arguments.records, arguments.seed, arguments.out)


if __name__ == "__main__":
    main()
