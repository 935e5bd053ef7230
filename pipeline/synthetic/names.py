"""Which names do people in the county have? By frequency, sex and rough birth cohort.

Surnames and given names come with their frequencies from the US Census Bureau's 1990 lists (inside the package
`names`). Those lists know neither accents nor generations, so two small tables of our own are mixed in.
"""

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.synthetic.chance import Chance, Weighted

ACCENTED_SHARE = 0.12  # about one in eight people in a Front Range county carries a Spanish surname
COHORT_SHARE = 0.45  # given names that mark a generation; the rest come from the all-ages census list
MOST_SURNAMES = 12_000  # the tail beyond holds names carried by fewer than one in 100,000
HYPHENATED_SHARE = 0.02  # double surnames from birth

ACCENTED_SURNAMES = Weighted(
    {"García": 12, "Martínez": 11, "Rodríguez": 10, "Hernández": 10, "López": 9, "González": 9, "Pérez": 8}
    | {"Sánchez": 8, "Ramírez": 7, "Núñez": 4, "Peña": 4, "Muñoz": 4, "Ibáñez": 2, "Ordóñez": 1, "Gutiérrez": 4}
    | {"Chávez": 5, "Trujillo": 5, "Archuleta": 4, "Vigil": 4, "Gallegos": 4, "Montoya": 4, "Maestas": 3}
    | {"Jiménez": 4, "Domínguez": 3, "Vásquez": 3, "Castañeda": 2, "De La Cruz": 3, "De Leon": 2, "Del Río": 1}
    | {"Schröter": 0.5, "Müller": 0.5, "O'Brien": 2, "O'Neill": 1, "McDonald": 2, "Lefèvre": 0.3, "Nguyen": 4}
)
ACCENTED_GIVEN = {
    "M": Weighted({"José": 9, "Jesús": 6, "Juan": 8, "Luis": 7, "Andrés": 3, "Ramón": 3, "Ángel": 3, "Francisco": 4}),
    "F": Weighted({"María": 10, "Guadalupe": 4, "Sofía": 4, "Lucía": 4, "Inés": 2, "Verónica": 3, "Rosario": 3}),
}
COHORTS = {
    # year of birth up to → names that were much more common then (SSA national baby names, by decade)
    1949: {
        "M": ("Walter", "Harold", "Raymond", "Eugene", "Ralph", "Howard", "Gerald", "Donald", "Richard", "Robert"),
        "F": ("Dorothy", "Betty", "Shirley", "Barbara", "Joan", "Norma", "Doris", "Judith", "Carol", "Margaret"),
    },
    1974: {
        "M": ("Gary", "Larry", "Dennis", "Mark", "Steven", "Jeffrey", "Scott", "Gregory", "Kevin", "Timothy", "David"),
        "F": ("Linda", "Debra", "Pamela", "Cynthia", "Lori", "Tammy", "Kimberly", "Lisa", "Michelle", "Susan", "Karen"),
    },
    1994: {
        "M": ("Michael", "Christopher", "Matthew", "Joshua", "Justin", "Brandon", "Ryan", "Tyler", "Kyle", "Cody"),
        "F": (
            "Jessica",
            "Ashley",
            "Amanda",
            "Jennifer",
            "Brittany",
            "Stephanie",
            "Heather",
            "Nicole",
            "Megan",
            "Amber",
        ),
    },
    2100: {
        "M": ("Liam", "Noah", "Mason", "Ethan", "Logan", "Aiden", "Jayden", "Elijah", "Caleb", "Isaac", "Jackson"),
        "F": ("Emma", "Olivia", "Ava", "Madison", "Abigail", "Isabella", "Chloe", "Harper", "Lily", "Zoe", "Brooklyn"),
    },
}
OWN_NICKNAMES = MappingProxyType(
    {"José": ("Pepe", "Joe"), "Jesús": ("Chuy",), "Francisco": ("Paco", "Pancho", "Frank"), "Luis": ("Lucho",)}
    | {"Guadalupe": ("Lupe",), "María": ("Mari", "Mary"), "Rosario": ("Chayo",), "Verónica": ("Vero",)}
    | {"Juan": ("Juancho", "John"), "Ramón": ("Moncho",), "Sofía": ("Sofi",), "Andrés": ("Andy",)}
)
"""Short forms of Spanish given names, which the package `nicknames` hardly knows."""


@cache
def _census(list_name: str, most: int) -> Weighted[str]:
    """Which names does a census list hold? Each line is NAME, percent, cumulative percent, rank."""
    lines = files("names").joinpath(f"dist.{list_name}").read_text(encoding="ascii").splitlines()[:most]
    parts = (line.split() for line in lines if line.strip())
    return Weighted({_written(name): max(float(percent), 0.0005) for name, percent, *_ in parts})


def _written(name: str) -> str:
    """How does a name in capitals look when written as usual? MCDONALD gives McDonald."""
    if name.startswith("MC") and len(name) > 4:
        return "Mc" + name[2:].capitalize()
    return name.capitalize()


def surname(chance: Chance) -> str:
    """Which surname is a family born with?"""
    if chance.happens(ACCENTED_SHARE):
        return chance.draw(ACCENTED_SURNAMES)
    plain = chance.draw(_census("all.last", MOST_SURNAMES))
    if chance.happens(HYPHENATED_SHARE):
        return f"{plain}-{chance.draw(_census('all.last', MOST_SURNAMES))}"
    return plain


def given_name(chance: Chance, sex: str, birth_year: int, family: str) -> str:
    """Which given name does a child of that sex and year get? Accented surnames lean towards Spanish given names."""
    if family in ACCENTED_SURNAMES and chance.happens(0.5):
        return chance.draw(ACCENTED_GIVEN[sex])
    if chance.happens(COHORT_SHARE):
        last_year = next(year for year in COHORTS if birth_year <= year)
        return chance.pick(COHORTS[last_year][sex])
    return chance.draw(_census("male.first" if sex == "M" else "female.first", 4_000))


@cache
def _nickname_table() -> dict[str, tuple[str, ...]]:
    """Given name → short forms people really use as a name: those the census list of given names holds too."""
    used = {*_census("male.first", 4_000).items, *_census("female.first", 4_000).items}
    table: dict[str, list[str]] = {}
    with files("nicknames").joinpath("names.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            short = row["name2"].capitalize()
            if short in used:
                table.setdefault(row["name1"].capitalize(), []).append(short)
    return {name: tuple(short) for name, short in table.items()}


def nicknames_of(given: str) -> tuple[str, ...]:
    """Which short forms does a given name have? Empty where none is known."""
    return OWN_NICKNAMES.get(given) or _nickname_table().get(given, ())
