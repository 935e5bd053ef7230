"""A made-up town with known truth: families, twins, fathers and sons, misspelt and missing values. No real person."""

from __future__ import annotations

import numpy as np
import pandas as pd

FEMALE = [
    "MARY", "LINDA", "SUSAN", "JENNIFER", "ELIZABETH", "MARIA", "ANA", "KAREN", "NANCY", "LISA", "SANDRA",
    "ASHLEY", "EMILY", "DONNA", "MICHELLE", "CAROL", "AMANDA", "MELISSA", "DEBORAH", "STEPHANIE", "REBECCA",
    "LAURA", "HELEN", "SHARON", "CYNTHIA", "KATHLEEN", "AMY", "ANGELA", "SHIRLEY", "BRENDA", "PAMELA", "NICOLE",
    "KATHERINE", "VIRGINIA", "CATHERINE", "CHRISTINE", "ROSA", "GUADALUPE", "TERESA", "LATOYA", "KEISHA",
    "TAMARA",
]  # fmt: skip
MALE = [
    "JAMES", "ROBERT", "JOHN", "MICHAEL", "WILLIAM", "DAVID", "RICHARD", "JOSEPH", "THOMAS", "CHARLES",
    "CHRISTOPHER", "DANIEL", "MATTHEW", "ANTHONY", "MARK", "DONALD", "STEVEN", "PAUL", "ANDREW", "JOSHUA",
    "KENNETH", "KEVIN", "BRIAN", "GEORGE", "EDWARD", "RONALD", "TIMOTHY", "JASON", "JEFFREY", "RYAN", "JACOB",
    "GARY", "NICHOLAS", "ERIC", "JONATHAN", "STEPHEN", "LARRY", "JUSTIN", "JOSE", "JUAN", "LUIS", "CARLOS",
    "JESUS", "DESHAWN", "TYRONE",
]  # fmt: skip
NICKNAMES = {
    "ROBERT": "BOB",
    "WILLIAM": "BILL",
    "JAMES": "JIM",
    "RICHARD": "DICK",
    "MICHAEL": "MIKE",
    "ELIZABETH": "LIZ",
    "JENNIFER": "JEN",
    "KATHERINE": "KATE",
    "JOSEPH": "JOE",
    "THOMAS": "TOM",
    "CHARLES": "CHUCK",
    "STEVEN": "STEVE",
    "EDWARD": "TED",
    "REBECCA": "BECKY",
    "SUSAN": "SUE",
    "JOSE": "PEPE",
    "CHRISTOPHER": "CHRIS",
    "DANIEL": "DAN",
}
STREETS = [
    "OAK", "ELM", "MAPLE", "CEDAR", "PINE", "WALNUT", "MAIN", "PARK", "LAKE", "HILL", "RIVER", "SPRING",
    "RIDGE", "CHURCH", "SUNSET", "MEADOW", "FOREST", "CHERRY",
]  # fmt: skip
KINDS = ("ST", "AVE", "RD", "LN", "DR", "CT")
STARTS = [
    "SM", "JOHN", "WILL", "BR", "JON", "GARC", "MILL", "DAV", "RODR", "MART", "HERN", "LOP", "GONZ", "WIL",
    "AND", "THOM", "TAYL", "MOOR", "JACK", "LE", "PER", "WHIT", "HARR", "SANCH", "CL", "RAM", "LEW", "ROB",
    "WALK", "Y", "ALL", "K", "WR", "SC", "TORR", "NG", "H", "FL", "GR", "AD",
]  # fmt: skip
ENDS = [
    "ITH", "SON", "IAMS", "OWN", "ES", "IA", "ER", "IS", "IGUEZ", "INEZ", "ANDEZ", "EZ", "ALEZ", "ERSON", "AS",
    "OR", "E", "IN", "EE", "Z", "ARK", "IREZ", "INSON", "UNG", "EN", "ING", "IGHT", "OTT", "UYEN", "ILL",
    "ORES", "EEN", "AMS",
]  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _surnames(random: np.random.Generator, count: int) -> list[str]:
    """Which surnames does the town have? The first are the most common when drawn by rank."""
    made = sorted({a + b for a in STARTS for b in ENDS})
    random.shuffle(made)
    return made[:count]


def _digits(random: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in random.integers(0, 10, count))


def _ssn(random: np.random.Generator) -> str:
    return f"{random.integers(100, 600):03d}{random.integers(10, 99):02d}{random.integers(1000, 9000):04d}"


def _day(random: np.random.Generator, first_year: int, last_year: int) -> str:
    return f"{random.integers(first_year, last_year):04d}-{random.integers(1, 13):02d}-{random.integers(1, 29):02d}"


def _person(random: np.random.Generator, home: dict, born: str, sex: str) -> dict:
    names = FEMALE if sex == "F" else MALE
    pick = lambda: names[int(len(names) * random.random() ** 1.7)]  # noqa: E731
    names = {"first_name": pick(), "middle_name": pick(), "suffix": None}
    return {**home, **names, "sex": sex, "birth_date": born, "ssn": _ssn(random)}


def _household(random: np.random.Generator, surnames: list[str]) -> list[dict]:
    """Who lives at one address? Partners, children, at times twins or a son named after his father."""
    home = {
        "last_name": surnames[int(len(surnames) * random.random() ** 2)],
        "street_address": f"{random.integers(1, 9999)} {random.choice(STREETS)} {random.choice(KINDS)}",
        "postcode": f"660{random.integers(10, 40)}",
        "city": "OLATHE",
        "state": "KS",
        "phone": "913" + str(random.integers(200, 900)) + _digits(random, 4),
    }
    people = [_person(random, home, _day(random, 1945, 1995), random.choice(["F", "M"]))]
    for _ in range(random.choice([0, 1, 2, 3, 4], p=[0.35, 0.3, 0.15, 0.12, 0.08])):
        people.append(_person(random, home, _day(random, 1945, 2008), random.choice(["F", "M"])))
    chance = random.random()
    if chance < 0.04:  # twins
        twin = _person(random, home, people[-1]["birth_date"], people[-1]["sex"])
        if twin["first_name"] != people[-1]["first_name"]:
            people.append(twin)
    elif chance < 0.07 and people[0]["sex"] == "M":  # father and son of one name
        son = _person(random, home, _day(random, 1985, 2008), "M")
        people.append({**son, "first_name": people[0]["first_name"], "suffix": "JR"})
        people[0]["suffix"] = "SR"
    return people


def _typo(random: np.random.Generator, text: str, alphabet: str = LETTERS) -> str:
    """How does this text look with one typing error?"""
    at = int(random.integers(0, len(text)))
    kind = random.integers(0, 4)
    if kind == 0 and len(text) > 2:
        return text[:at] + text[at + 1 :] if alphabet == LETTERS else text
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    letter = random.choice(list(alphabet))
    return text[:at] + letter + text[at + (kind != 2 or alphabet != LETTERS) :]


def _damaged_date(random: np.random.Generator, text: str) -> str:
    year, month, day = text.split("-")
    if random.random() < 0.3 and int(day) <= 12:
        return f"{year}-{day}-{month}"
    if random.random() < 0.5:
        return f"{year}-{month}-{random.integers(1, 29):02d}"
    return f"{int(year) + random.choice([-10, -1, 1, 10]):04d}-{month}-{day}"


def _record(random: np.random.Generator, person: dict, homes: list[dict]) -> dict:
    """What does one clerk write down about this person?"""
    row = dict(person)
    chance = random.random
    if chance() < 0.25:
        moved = homes[int(random.integers(0, len(homes)))]
        row.update(
            {field: moved[field] for field in ("street_address", "postcode")}, phone="913555" + _digits(random, 4)
        )
    if chance() < 0.10 and row["first_name"] in NICKNAMES:
        row["first_name"] = NICKNAMES[row["first_name"]]
    for field, share in (("first_name", 0.05), ("last_name", 0.05), ("street_address", 0.06)):
        if chance() < share:
            row[field] = _typo(random, row[field])
    if chance() < 0.03 and row["sex"] == "F":
        row["last_name"] = homes[int(random.integers(0, len(homes)))]["last_name"]
    if chance() < 0.005:
        row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
    if chance() < 0.04:
        row["birth_date"] = _damaged_date(random, row["birth_date"])
    if chance() < 0.03:
        row["ssn"] = _typo(random, row["ssn"], "0123456789")
    row["middle_name"] = row["middle_name"][0] if chance() < 0.5 else row["middle_name"]
    for field, share in (
        ("ssn", 0.5),
        ("middle_name", 0.5),
        ("phone", 0.4),
        ("birth_date", 0.04),
        ("sex", 0.03),
        ("street_address", 0.15),
        ("postcode", 0.1),
        ("suffix", 0.3),
    ):
        if chance() < share:
            row[field] = None
    if row["ssn"] and chance() < 0.2:
        row["ssn"] = row["ssn"][-4:]
    return row


def made_up_town(record_count: int, seed: int = 7) -> pd.DataFrame:
    """Which records does a made-up town leave behind? Person record columns, shuffled, with person_truth.

    People appear 1 to 8 times, a few much more often; one seed always gives the same town.
    """
    random = np.random.default_rng(seed)
    surnames = _surnames(random, 900)
    homes, rows, number = [], [], 0
    while len(rows) < record_count:
        people = _household(random, surnames)
        homes.append(people[0])
        for person in people:
            number += 1
            for _ in range(1 + min(int(random.geometric(0.45)) - 1, 7)):
                rows.append({**_record(random, person, homes), "person_truth": f"P{number:07d}"})
    table = pd.DataFrame(rows[:record_count]).iloc[random.permutation(record_count)].reset_index(drop=True)
    table.insert(0, "record_id", [f"R{place:07d}" for place in range(record_count)])
    return table
