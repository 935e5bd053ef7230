"""Which records would a small customer file hold, keyed carelessly? An imitation of a set that tutorials start with."""

from __future__ import annotations

import random

import pandas as pd

from benchmarks.panel import stock
from benchmarks.panel.dirt import date_slip, some_day, typo
from benchmarks.panel.figures import numbered

SEED = 41
RECORDS_OF_ONE = 4
MISSING = 0.2
TOWNS = [
    "London",
    "Birmingham",
    "Manchester",
    "Leeds",
    "Glasgow",
    "Liverpool",
    "Sheffield",
    "Bristol",
    "Newcastle",
    "Nottingham",
    "Leicester",
    "Coventry",
    "Cardiff",
    "Belfast",
    "Hull",
    "Plymouth",
    "Derby",
    "Southampton",
    "Portsmouth",
    "Brighton",
    "Reading",
    "Aberdeen",
    "Swansea",
    "Stoke-on-Trent",
    "Wolverhampton",
    "Norwich",
    "Luton",
    "Preston",
    "Milton",
    "Sunderland",
]


def fake(count: int = 1_000, seed: int = SEED) -> pd.DataFrame:
    """Which records does the file hold? About four a person; names, birth date, town, e-mail."""
    chance = random.Random(seed)
    rows: list[dict[str, str | None]] = []
    number = 0
    while len(rows) < count:
        number += 1
        person = _person(chance, number)
        rows += [_record(chance, person) for _ in range(chance.randint(1, 2 * RECORDS_OF_ONE - 1))]
    return numbered(chance, rows[:count])


def _person(chance: random.Random, number: int) -> dict[str, str]:
    first = stock.census_name(chance, chance.choice("FM")).title()
    last = stock.census_name(chance, "last").title()
    firm = stock.census_name(chance, "last").lower()
    return {
        "first_name": first,
        "last_name": last,
        "birth_date": some_day(chance, 1945, 2015),
        "city": stock.by_rank(chance, TOWNS, 2.5),
        "email": f"{first.lower()}{chance.randint(1, 99)}@{firm}.example",
        "person_truth": f"C{number:06d}",
    }


def _record(chance: random.Random, person: dict[str, str]) -> dict[str, str | None]:
    """What was keyed? Half the records are clean but for gaps, the other half have a slip in nearly every field."""
    row: dict[str, str | None] = dict(person)
    share = 0.45 if chance.random() < 0.5 else 0.03
    for name in ("first_name", "last_name", "city", "email"):
        if chance.random() < share:
            row[name] = _keyed(chance, person[name], times=chance.choice((1, 1, 2, 3)))
    if chance.random() < share * 0.7:
        row["birth_date"] = date_slip(chance, person["birth_date"])
    if chance.random() < 0.12:
        row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
    for name in ("first_name", "last_name", "city", "email", "birth_date"):
        if chance.random() < (MISSING if name != "birth_date" else 0.02):
            row[name] = None
    return row


def _keyed(chance: random.Random, text: str, times: int) -> str:
    for _ in range(times):
        text = typo(chance, text)
    return text
