"""A made-up jail that sends bookings in one file and releases in another: who was let out when, by which list?"""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline import flow
from pipeline.audit import Act
from pipeline.contract.codes import EncounterKind, Release
from pipeline.contract.declaration import (
    Agency,
    Coded,
    Column,
    ConsentRule,
    Delimited,
    EncounterRule,
    EndRule,
    Feed,
    Kind,
    OneOf,
    PersonFields,
    PersonRule,
    When,
    needed,
)
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

ZONE = ZoneInfo("America/Denver")
MOMENT = {"kind": Kind.MOMENT, "formats": ("%Y-%m-%d %H:%M",)}
REASONS = Coded("reason", {"TRANSFER": Release.ELSEWHERE, "DEATH": Release.DEATH}, otherwise=Release.COMMUNITY)
ENDED = (
    Column(name="released_at", meaning="When the person left.", **MOMENT),
    Column(name="reason", meaning="Why the stay ended."),
)
STATUS = Column(name="status", meaning="Whether the row holds.", kind=Kind.CODE, codes=("HOLDS", "VOID"))
WHO = (
    Column(name="last_name", meaning="Surname.", is_personal=True),
    Column(name="first_name", meaning="Given name.", is_personal=True),
    Column(name="dob", meaning="Date of birth.", kind=Kind.DATE, formats=("%Y-%m-%d",), is_personal=True),
)
BOOKED = (
    needed("booking_no", "Number of the booking."),
    needed("booked_at", "When the person was booked.", **MOMENT),
    STATUS,
    *WHO,
)
OF_A_BOOKING = {"format": Delimited(), "date_format": "%Y%m%d", "never_happened": OneOf("status", ("VOID",))}
BY_NAME = PersonRule(fields=PersonFields(first_name="first_name", last_name="last_name", birth_date="dob"))

BOOKINGS = Feed(
    name="bookings",
    row_is="one booking",
    file_pattern=r"bookings_(?P<date>\d{8})\.csv",
    key=("booking_no",),
    columns=BOOKED,
    person=BY_NAME,
    encounters=(EncounterRule(kind=EncounterKind.BOOKING, occurred_at=When("booked_at")),),
    **OF_A_BOOKING,
)
RELEASES = Feed(
    name="releases",
    row_is="one release",
    file_pattern=r"releases_(?P<date>\d{8})\.csv",
    key=("release_no",),
    columns=(needed("release_no", "Number of the release."), needed("booking_no", "Of which booking."), *ENDED, STATUS),
    ends=(
        EndRule(
            encounter_feed="bookings",
            is_about=("booking_no",),
            ended_at=When("released_at"),
            release_code=REASONS,
            held_elsewhere=OneOf("reason", ("FURLOUGH", "COURT")),
        ),
    ),
    **OF_A_BOOKING,
)
WHOLE = Feed(
    name="bookings",
    row_is="one booking and its end",
    file_pattern=r"bookings_(?P<date>\d{8})\.csv",
    key=("booking_no",),
    columns=(*BOOKED, *ENDED),
    person=BY_NAME,
    encounters=(
        EncounterRule(
            kind=EncounterKind.BOOKING,
            occurred_at=When("booked_at"),
            ended_at=When("released_at"),
            release_code=REASONS,
            held_elsewhere=OneOf("reason", ("FURLOUGH", "COURT")),
        ),
    ),
    **OF_A_BOOKING,
)
PEOPLE = Feed(
    name="people",
    row_is="one person",
    file_pattern=r"people_(?P<date>\d{8})\.csv",
    key=("person_no",),
    columns=(needed("person_no", "Number of the person."), STATUS, *WHO),
    person=BY_NAME,
    **OF_A_BOOKING,
)
CONSENTS = Feed(
    name="consents",
    row_is="one signed form",
    file_pattern=r"consents_(?P<date>\d{8})\.csv",
    key=("form_no",),
    columns=(needed("form_no", "Number of the form."), needed("booking_no", "Who signed."), STATUS),
    consent=ConsentRule(granted=(OneOf("status", ("HOLDS",)),), is_about="booking_no", person_feed="bookings"),
    **OF_A_BOOKING,
)
ABOUT = {"name": "quarry_county_jail", "title": "Quarry County Jail", "zone": ZONE.key, "owner": "records manager"}
JAIL = Agency(feeds=(BOOKINGS, RELEASES), **ABOUT)
ONE_FILE = Agency(feeds=(WHOLE,), **ABOUT)
"""The same jail, were both in one file."""
OF_PERSONS = Agency(
    feeds=(
        PEOPLE,
        replace(
            BOOKINGS,
            columns=(needed("person_no", "Number of the person."), *BOOKED[:3]),
            person=None,
            encounters=(replace(BOOKINGS.encounters[0], is_about="person_no", person_feed="people"),),
        ),
        RELEASES,
    ),
    **ABOUT,
)
"""The same jail, were people in a file of their own: a release names a booking, and the booking a person."""
LABELLED = Agency(
    feeds=(
        BOOKINGS,
        CONSENTS,
        replace(
            RELEASES,
            columns=(*RELEASES.columns, Column(name="labels", meaning="Security labels.")),
            part2_column="labels",
            part2_labels=("ETH",),
        ),
    ),
    **ABOUT,
)
"""The same jail, were some of its releases to a treatment that needs the person's consent to be told of."""
OF_MANY_JAILS = Agency(
    feeds=tuple(
        replace(
            feed,
            key=("site", *feed.key),
            columns=(needed("site", "Which jail."), *feed.columns),
            ends=tuple(replace(rule, is_about=("site", *rule.is_about)) for rule in feed.ends),
        )
        for feed in (BOOKINGS, RELEASES)
    ),
    **ABOUT,
)
"""The same jail, were it several that count their bookings each for itself."""

BOOKING = {
    "booking_no": "B1",
    "booked_at": "2026-10-20 09:30",
    "status": "HOLDS",
    "last_name": "QUILL",
    "first_name": "MARTIN",
    "dob": "1980-04-05",
}
RELEASE = {
    "release_no": "R1",
    "booking_no": "B1",
    "released_at": "2026-11-10 12:00",
    "reason": "BOND",
    "status": "HOLDS",
}
OPEN = (None, None)
OUT = ("11-10 12:00", "community")


def write(folder: Path, feed: Feed, day: int, *rows: Mapping[str, str]) -> Path:
    """Write a feed's file of a day of November."""
    path = folder / JAIL.name / f"{feed.name}_{date(2026, 11, day):%Y%m%d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [column.name for column in feed.columns], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bookings(folder: Path, *rows: Mapping[str, str], day: int = 1, feed: Feed = BOOKINGS) -> Path:
    """Write the bookings of a day of November; each row says only what differs from BOOKING."""
    return write(folder, feed, day, *({**BOOKING, **row} for row in rows))


def releases(folder: Path, *rows: Mapping[str, str], day: int = 11, feed: Feed = RELEASES) -> Path:
    """Write the release list of a day of November; each row says only what differs from RELEASE."""
    return write(folder, feed, day, *({**RELEASE, **row} for row in rows))


def act_at(hours: int = 0) -> Act:
    return Act("test", county.AT + timedelta(hours=hours))


def take_in(store: Store, root: Path, agency: Agency = JAIL) -> None:
    """Take in what lies in the folder."""
    settings = Settings(home=root / "home")
    flow.take_in_agency(store, act_at(), agency, root / "in", settings, lambda step, share: None)


def publish(store: Store, root: Path, hours: int = 0, agency: Agency = JAIL) -> dict:
    """Publish the list from the folder."""
    told = {"deliveries": root / "in", "as_of": county.AS_OF, "out": root / "out"}
    flow.run(store, act_at(hours), (agency,), Settings(home=root / "home"), **told)
    return county.published(root / "out")


def report(root: Path) -> str:
    """What does the run report say, its line breaks as blanks?"""
    return " ".join((root / "out" / "run_report.html").read_text(encoding="utf-8").split())


def usable(store: Store, taken_in_number: int | None = None) -> pd.DataFrame:
    """Which encounters may be used for the list of the usual day?"""
    until = datetime.combine(county.AS_OF + timedelta(days=1), datetime.min.time(), ZONE)
    return store.read("usable_encounters", as_of=county.AS_OF, until=until, taken_in_number=taken_in_number)


def ends(store: Store, taken_in_number: int | None = None) -> dict[str, tuple[str | None, str | None]]:
    """When did each booking end, in local time, and how? By its number."""
    return {
        row.encounter_id.split("/")[2].split("#")[0]: (
            None if pd.isna(row.ended_at) else f"{row.ended_at.tz_convert(ZONE):%m-%d %H:%M}",
            row.release_code,
        )
        for row in usable(store, taken_in_number).itertuples()
    }
