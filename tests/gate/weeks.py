"""A made-up county that sends every week: steady enough that a fault in one week stands out. Two agencies, 100 people.

Each week Riverton Police sends some thirty calls and the jail some twenty-five bookings, in a file of each. Who is met
how often differs, so that points differ.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline import flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

LAST_WEEK, THIS_WEEK = date(2026, 11, 9), date(2026, 11, 16)
FIRST_WEEKS = 8
CALLS, BOOKINGS = 32, 26
"""A week."""
FIRST = ("Ada", "Boris", "Clara", "Dmitri", "Edith", "Felix", "Greta", "Hugo", "Irma", "Jonas")
LAST = ("Ashgrove", "Birch", "Cottonwood", "Dorn", "Elmhurst", "Fernhill", "Gould", "Hazelton", "Ivory", "Jessop")
STREETS = ("Cedar St", "Maple Ave", "2nd St", "Quarry Rd", "Harvest Ln", "Union Blvd", "Lake Dr")
LIVE_HERE = 100

Row = dict[str, str]
Fault = Callable[[list[Row]], list[Row]]


def person(number: int) -> dict[str, str]:
    """Who is the person of this number? From 100 on they are strangers."""
    first, last = FIRST[number % 10], LAST[number // 10 % 10] + "ovich" * (number // LIVE_HERE)
    born = date(1955, 1, 1) + timedelta(days=number * 4001 % 16_000)
    return {
        "first": first,
        "last": last,
        "born": born.isoformat(),
        "address": f"{10 + number * 37 % 900} {STREETS[number % 7]}".upper(),
        "number": f"{1000 + number * 1237 % 9000}",
    }


def whom(chance: random.Random) -> int:
    """Who is met next? Some far more often than others."""
    return int(LIVE_HERE * chance.random() ** 2)


def call(number: str, who: int, day: date, *, is_crisis: bool) -> Row:
    them = person(who)
    year, month, day_of_month = them["born"].split("-")
    nature = "MENTAL HEALTH" if is_crisis else "TRESPASS"
    return {
        "IncidentNo": number,
        "CallReceived": f"{day:%m/%d/%Y} 10:00",
        "CallCleared": f"{day:%m/%d/%Y} 11:00",
        "InitialType": nature,
        "FinalType": nature,
        "MHFlag": "Y" if is_crisis else "N",
        "PersonName": f"{them['last'].upper()}, {them['first'].upper()}",
        "DOB": f"{month}/{day_of_month}/{year}",
        "Sex": "",
        "Phone": f"303-555-{them['number']}",
        "Address": them["address"],
    }


def booking(number: str, who: int, day: date) -> Row:
    them = person(who)
    return {
        "BOOKING_NO": number,
        "NAME_NO": f"N{who}",
        "LAST_NAME": them["last"].upper(),
        "FIRST_NAME": them["first"].upper(),
        "MIDDLE_NAME": "",
        "DOB": them["born"].replace("-", ""),
        "SEX": "",
        "SSN": f"523-{10 + who * 7 % 89}-{them['number']}",
        "ADDRESS": them["address"],
        "PHONE": f"303555{them['number']}",
        "BOOK_DT": f"{day:%Y%m%d}",
        "REL_DT": f"{day:%Y%m%d}",
        "REL_TM": "1200",
        "BJMHS_RESULT": "NO",
    }


def rows_of_week(end: date) -> tuple[list[Row], list[Row]]:
    """Which calls and bookings are in the files of the week that ends on this day? Always the same."""
    chance = random.Random(end.toordinal())
    calls, bookings = [], []
    for number in range(CALLS):
        who, day = whom(chance), end - timedelta(days=number % 7)
        calls.append(call(f"{end:%m%d}-{number}", who, day, is_crisis=chance.random() < 0.5))
    for number in range(BOOKINGS):
        who, day = whom(chance), end - timedelta(days=number % 7)
        bookings.append(booking(f"B{end:%m%d}-{number}", who, day))
    return calls, bookings


def bookings_and_persons(end: date) -> list[tuple[Row, int]]:
    """Which bookings are in the week's file, and who is booked?"""
    bookings = rows_of_week(end)[1]
    return [(row, int(row["NAME_NO"].removeprefix("N"))) for row in bookings]


def nothing_wrong(rows: list[Row]) -> list[Row]:
    return rows


def send_week(folder: Path, end: date, calls: Fault = nothing_wrong, bookings: Fault = nothing_wrong) -> None:
    """Leave the files of the week that ends on this day, each changed by what goes wrong."""
    of_calls, of_bookings = rows_of_week(end)
    county.calls(folder, *calls(of_calls), name=f"cad_{end:%Y%m%d}.csv")
    county.bookings(folder, *bookings(of_bookings), name=f"bookings_{end:%Y%m%d}.csv")


def send_history(folder: Path) -> None:
    """Leave the files of all weeks up to last week."""
    for weeks_ago in range(FIRST_WEEKS):
        send_week(folder, LAST_WEEK - timedelta(days=7 * weeks_ago))


def act_on(day: date, hour: int = 13) -> Act:
    return Act("test", datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def run(store: Store, folder: Path, out: Path, as_of: date, **settings: object) -> flow.RunResult:
    """Run the whole road on the day itself."""
    chosen = Settings(home=out.parent / "home", **settings)
    return flow.run(store, act_on(as_of), load_agencies(), chosen, deliveries=folder, as_of=as_of, out=out)
