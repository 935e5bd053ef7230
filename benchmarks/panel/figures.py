"""Which records would an encyclopaedia's copyists leave of people long dead? An imitation: nobody who ever lived.

Modelled on the set of British historical figures that tutorials of record linkage use: lower case, surnames that turn
into places of titles, births known to the year only, birthplaces as towns, made-up postcodes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pandas as pd

from benchmarks.panel import stock
from benchmarks.panel.dirt import date_slip, some_day, typo

RECORDS = 20_000
SEED = 31
HEAVILY_CORRUPTED = 0.3
"""Share of records in which several things go wrong at once."""
TITLED = 0.22
FIRST = {
    "M": [
        "john",
        "william",
        "thomas",
        "george",
        "henry",
        "james",
        "charles",
        "robert",
        "edward",
        "richard",
        "joseph",
        "samuel",
        "alexander",
        "arthur",
        "frederick",
        "francis",
        "david",
        "walter",
        "alfred",
        "edmund",
        "hugh",
        "daniel",
        "benjamin",
        "peter",
        "andrew",
        "albert",
        "philip",
        "nicholas",
        "ralph",
        "matthew",
        "simon",
        "anthony",
        "gilbert",
        "archibald",
        "patrick",
        "stephen",
        "christopher",
        "roger",
        "herbert",
        "ernest",
        "augustus",
        "nathaniel",
        "percy",
        "horace",
    ],
    "F": [
        "mary",
        "elizabeth",
        "anne",
        "margaret",
        "catherine",
        "jane",
        "sarah",
        "charlotte",
        "frances",
        "eleanor",
        "caroline",
        "isabella",
        "emily",
        "martha",
        "harriet",
        "louisa",
        "dorothy",
        "florence",
        "alice",
        "susan",
        "helen",
        "victoria",
        "georgiana",
        "agnes",
        "edith",
        "rebecca",
        "ellen",
        "constance",
    ],
}
TOWNS = {
    "london": "sw", "city of westminster": "w", "edinburgh": "eh", "dublin": "bt", "liverpool": "l", "manchester": "m",
    "birmingham": "b", "bristol": "bs", "glasgow": "g", "leeds": "ls", "sheffield": "s", "norwich": "nr", "bath": "ba",
    "exeter": "ex", "york": "yo", "oxford": "ox", "cambridge": "cb", "plymouth": "pl", "totnes": "tq", "chester": "ch",
    "lincoln": "ln", "derby": "de", "nottingham": "ng", "leicester": "le", "worcester": "wr", "gloucester": "gl",
    "salisbury": "sp", "winchester": "so", "canterbury": "ct", "brighton": "bn", "ipswich": "ip", "aberdeen": "ab",
    "dundee": "dd", "perth": "ph", "inverness": "iv", "cardiff": "cf", "swansea": "sa", "newcastle upon tyne": "ne",
    "durham": "dh", "carlisle": "ca", "lancaster": "la", "preston": "pr", "bradford": "bd", "huddersfield": "hd",
    "shrewsbury": "sy", "hereford": "hr", "northampton": "nn", "peterborough": "pe", "reading": "rg", "guildford": "gu",
}  # fmt: skip
RANKS = ("baron", "earl", "viscount", "baronet", "duke")
LETTERS = "abdefghjlnpqrstuwxyz"


@dataclass(frozen=True)
class Figure:
    """Who is it in truth?"""

    truth: str
    first: str
    last: str
    title: str
    sex: str
    birth: str
    city: str
    postcode: str


def _postcode(chance: random.Random, area: str) -> str:
    return f"{area}{chance.randint(1, 29)} {_inward(chance)}"


def _inward(chance: random.Random) -> str:
    return f"{chance.randint(1, 9)}{chance.choice(LETTERS)}{chance.choice(LETTERS)}"


def _surname(chance: random.Random) -> str:
    """Which surname? Those of the census that end as English ones mostly do."""
    while True:
        name = stock.census_name(chance, "last")
        if name[-1] not in "AOIZU":
            return name.lower()


def _figure(chance: random.Random, number: int) -> Figure:
    sex = "M" if chance.random() < 0.82 else "F"
    city = stock.by_rank(chance, tuple(TOWNS), 1.5)
    birth = some_day(chance, *chance.choices(((1500, 1699), (1700, 1799), (1800, 1920)), (15, 25, 60))[0])
    rank = f"{chance.choice(('1st', '2nd', '3rd', '4th', '5th'))} {chance.choice(RANKS)}"
    return Figure(
        truth=f"Q{number:06d}",
        first=stock.by_rank(chance, FIRST[sex], 1.9),
        last=_surname(chance),
        title=f"{rank} {_surname(chance)}" if chance.random() < TITLED else "",
        sex=sex,
        birth=f"{birth[:4]}-01-01" if chance.random() < 0.35 else birth,
        city=city,
        postcode=_postcode(chance, TOWNS[city]),
    )


def _last_name(chance: random.Random, figure: Figure, is_heavy: bool) -> str:
    if figure.title and chance.random() < 0.35:
        place = figure.title.split()[-1]
        return chance.choice((place, place, f"{figure.last}, {figure.title}", f"{figure.title}", f"of {place}"))
    return typo(chance, figure.last) if chance.random() < (0.35 if is_heavy else 0.05) else figure.last


def _first_name(chance: random.Random, figure: Figure, is_heavy: bool) -> str:
    first = figure.first
    if chance.random() < (0.3 if is_heavy else 0.1):
        first = stock.short_name(chance, first.upper()).lower()
    if chance.random() < (0.3 if is_heavy else 0.03):
        first = typo(chance, first)
    if figure.title and chance.random() < 0.08:
        return "lady " + first if figure.sex == "F" else "sir " + first
    return first[0] if chance.random() < (0.05 if is_heavy else 0.01) else first


def _birth_date(chance: random.Random, birth: str, is_heavy: bool) -> str:
    kind = chance.random()
    if kind < (0.25 if is_heavy else 0.08):
        return f"{birth[:4]}-01-01"
    return date_slip(chance, birth) if kind < (0.5 if is_heavy else 0.12) else birth


def _postcode_noted(chance: random.Random, figure: Figure, is_heavy: bool) -> str:
    kind = chance.random()
    if kind < (0.35 if is_heavy else 0.15):
        return f"{figure.postcode.split()[0]} {_inward(chance)}"
    if kind < (0.45 if is_heavy else 0.2):
        return _postcode(chance, TOWNS[figure.city])
    return figure.postcode


def _record(chance: random.Random, figure: Figure) -> dict[str, str | None]:
    """What does one copyist write? A heavily corrupted record may still have the sex and the town right."""
    is_heavy = chance.random() < HEAVILY_CORRUPTED
    row = {
        "first_name": _first_name(chance, figure, is_heavy),
        "last_name": _last_name(chance, figure, is_heavy),
        "birth_date": _birth_date(chance, figure.birth, is_heavy),
        "sex": {"F": "female", "M": "male"}[figure.sex],
        "city": figure.city if chance.random() < 0.85 else stock.by_rank(chance, tuple(TOWNS), 1.5),
        "postcode": _postcode_noted(chance, figure, is_heavy),
    }
    if chance.random() < 0.01:
        row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
    missing = {"first_name": 0.02, "last_name": 0.04, "birth_date": 0.15, "sex": 0.3, "city": 0.2, "postcode": 0.2}
    times = 1.5 if is_heavy else 0.8
    kept = {name: None if chance.random() < missing[name] * times else text for name, text in row.items()}
    return {**kept, "person_truth": figure.truth}


def figures(count: int = RECORDS, seed: int = SEED) -> pd.DataFrame:
    """Which records are there of figures long dead? About ten a person, two to eighteen."""
    chance = random.Random(seed)
    rows: list[dict[str, str | None]] = []
    number = 0
    while len(rows) < count:
        number += 1
        figure = _figure(chance, number)
        rows += [_record(chance, figure) for _ in range(round(chance.triangular(2, 18, 10)))]
    return numbered(chance, rows[:count])


def numbered(chance: random.Random, rows: list[dict[str, str | None]]) -> pd.DataFrame:
    """How do these rows look as a table, in no order, each with an id?"""
    chance.shuffle(rows)
    table = pd.DataFrame(rows)
    table.insert(0, "record_id", [f"R{place:06d}" for place in range(len(rows))])
    return table
