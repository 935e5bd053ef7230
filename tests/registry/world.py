"""A county of a few records that is linked week by week by the real linkage in the real database.

Rows are put where `intake` leaves them, so that a week costs a fraction of a second: tested is everything after.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from pipeline import flow, identify, sealing
from pipeline.audit import Act
from pipeline.contract import tables
from pipeline.contract.codes import SealingCause
from pipeline.sealed_rows import RecordId
from pipeline.sealing import Order
from pipeline.settings import Settings
from pipeline.store import SCHEMAS, Store

FIRST_DAY = date(2026, 1, 5)
FIRST_AT = datetime(2026, 1, 5, 18, tzinfo=UTC)
AGENCY, FEED = "an_agency", "people"
PEOPLE = (
    ("Ada", "Larkin", "1980-04-05", "523114321", "3035550101"),
    ("Boris", "Quill", "1975-12-24", "523114322", "3035550102"),
    ("Carla", "Stone", "1991-07-08", "523114323", "3035550103"),
    ("Dmitri", "Abbott", "1968-02-29", "523114324", "3035550104"),
    ("Edda", "Moreno", "2001-10-31", "523114325", "3035550105"),
)
"""What records say of five people: first name, last name, birth date, SSN, telephone."""


def record_id(letter: str) -> str:
    """Which record is meant by a letter?"""
    return tables.RECORD_ID_SEPARATOR.join((AGENCY, FEED, letter))


@dataclass
class World:
    """A store, and what was delivered and found so far."""

    store: Store
    week_number: int = 0
    rows: list[dict] = field(default_factory=list)
    found: list[dict[str, str]] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    last_file: list[dict] = field(default_factory=list)

    @property
    def day(self) -> date:
        """On which day is it?"""
        return FIRST_DAY + timedelta(weeks=self.week_number)

    @property
    def at(self) -> datetime:
        """At which moment is it?"""
        return FIRST_AT + timedelta(weeks=self.week_number)

    def says(self, letter: str, person: int, *, known: int = 5, held: bool = False, days_late: int = 0) -> None:
        """A row comes: the record says the first `known` things of this person. Late ones are for an earlier day."""
        told = [value if place < known else None for place, value in enumerate(PEOPLE[person])]
        names = ("first_name", "last_name", "birth_date", "ssn", "phone")
        business_date = self.day - timedelta(days=days_late)
        self.rows.append(
            dict(zip(names, told, strict=True))
            | {"record_key": letter, "is_held": held, "business_date": business_date.isoformat()}
        )

    def deliver(self) -> None:
        """Take in the rows that came: one file."""
        if not self.rows:
            return
        columns = (
            "insert into raw.delivery (agency, feed, file_name, sha256, byte_count, status, received_at, "
            "taken_in_number, taken_in_at) values "
            "(%s, %s, %s, %s, 1, 'accepted', %s, nextval('raw.taken_in_number'), %s) returning delivery_id"
        )
        with self.store._engine.begin() as connection:
            name = f"{self.day}-{len(self.runs)}-{self.week_number}"
            row = (AGENCY, FEED, name, name, self.at, self.at)
            delivery_id = connection.exec_driver_sql(columns, row).scalar()
        table = pd.DataFrame(self.rows).assign(
            agency=AGENCY, feed=FEED, delivery_id=delivery_id, line_number=range(2, len(self.rows) + 2)
        )
        table["record_id"] = [record_id(letter) for letter in table["record_key"]]
        accepted = table[["delivery_id", "line_number", "agency", "feed", "record_key", "business_date", "is_held"]]
        with self.store.transaction() as work:
            flags = {"is_never_happened": False, "is_about_person": True, "version": None}
            work.copy("core.accepted_row", accepted.assign(**flags))
            person_records = table.drop(columns="business_date").assign(is_dead=False, is_part2=False)
            work.copy("core.person_record", person_records)
        self.last_file, self.rows = self.rows, []

    def link(self, known_at: datetime | None = None) -> dict[str, str]:
        """Which person is each record by now, or by what was known then?"""
        plan = flow.plan_for(self.day, Settings(), known_at)
        told = identify.resolve_persons(self.store, Act("test", self.at), plan)
        return self.links_of(int(str(told["run_number"])))

    def links_of(self, run_number: int) -> dict[str, str]:
        """Which person was each record in a run?"""
        links = self.store.read("links_of_run", run_number=run_number)
        return dict(zip(links["record_id"], links["person_id"], strict=True))

    def week(self) -> dict[str, str]:
        """Take in what came, link, and go on to the next week."""
        self.deliver()
        self.found.append(self.link())
        self.runs.append(int(self.store.read("newest_run")["run_number"].iloc[0]))
        self.week_number += 1
        return self.found[-1]

    def decide(self, verdict: str, left: str, right: str, undoes: int | None = None) -> int:
        """Somebody decides about two records, or takes a decision back. Answers its number."""
        low, high = sorted((record_id(left), record_id(right)))
        statement = (
            "insert into core.decision (decided_at, decided_by, verdict, record_id_l, record_id_r, because, undoes) "
            "values (%s, 'A. Reviewer', %s, %s, %s, 'a test', %s) returning decision_number"
        )
        with self.store._engine.begin() as connection:
            return int(connection.exec_driver_sql(statement, (self.at, verdict, low, high, undoes)).scalar())

    def seal(self, letter: str) -> None:
        """A record never was. What was found in earlier weeks is what the registry says of them now."""
        record = RecordId(AGENCY, FEED, letter)
        order = Order((record,), SealingCause.EXPUNGED, "order 26-114")
        sealing.seal(self.store, Act("test", self.at), order, (), Settings(), Path("nowhere"))
        self.rows = [row for row in self.rows if row["record_key"] != letter]
        self.last_file = [row for row in self.last_file if row["record_key"] != letter]
        self.found = [self.links_of(number) for number in self.runs]

    def mentions(self, text: str) -> list[str]:
        """Which tables hold this text anywhere?"""
        found = []
        with self.store._engine.connect() as connection:
            names = connection.exec_driver_sql(
                "select schemaname || '.' || tablename from pg_tables where schemaname = any(%s)", (list(SCHEMAS),)
            ).scalars()
            for name in names.all():
                rows = connection.exec_driver_sql(
                    f"select count(*) from {name} as t where position(%s in t::text) > 0", (text,)
                )
                found += [name] if rows.scalar() else []
        return found
