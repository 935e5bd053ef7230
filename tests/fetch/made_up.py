"""An agency, a clock and a way to fetch, for every test of fetching."""

import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from pipeline.contract.declaration import (
    Agency,
    Column,
    Delimited,
    Feed,
    FhirNdjson,
    FixedWidth,
    JsonLines,
    Kind,
    needed,
)
from pipeline.fetch.fetching import Fetched, fetch_all
from pipeline.fetch.ledger import FOLDER
from pipeline.fetch.secrets import from_environment
from pipeline.fetch.sources import read_sources
from pipeline.fetch.trying import Clock

CANARY = "Quokkaby"
"""Stands where a person's value or a secret would, and may be found in no message."""

COLUMNS = (
    needed("call_no", "Number of the call."),
    needed("called_at", "When the call came in, local time.", kind=Kind.MOMENT, formats=("%Y-%m-%d %H:%M",)),
    Column(name="last_name", meaning="Surname.", is_personal=True),
    Column(name="dob", meaning="Date of birth.", kind=Kind.DATE, formats=("%m/%d/%Y",), is_personal=True),
)


def feed(name: str, pattern: str, form, columns=COLUMNS, key=("call_no",), date_format: str | None = "%Y%m%d") -> Feed:
    return Feed(
        name=name,
        row_is="one call",
        file_pattern=pattern,
        date_format=date_format if "(?P<date>" in pattern else None,
        format=form,
        key=key,
        columns=columns,
    )


CALLS = feed("calls", r"calls_(?P<date>\d{8})\w*\.csv", Delimited())
STRICT = feed("strict", r"strict_(?P<date>\d{8})\.csv", Delimited())
"""Leaves no room for a second name of a date."""
LINES = feed("lines", r"lines_\w+\.jsonl", JsonLines(paths={"last_name": "name.family"}))
PLACES = {"call_no": (1, 6), "called_at": (7, 22), "last_name": (23, 32), "dob": (33, 42)}
FIXED = feed("fixed", r"fixed_\w+\.txt", FixedWidth(places=PLACES))


def resources(resource_type: str) -> Feed:
    """One of the feeds that the sample county's provider declares."""
    from pipeline.agencies import load_agencies

    feeds = (one for agency in load_agencies() for one in agency.feeds)
    return next(one for one in feeds if one.format == FhirNdjson(resource_type))


AGENCY = Agency(
    name="maple_falls_police",
    title="Maple Falls Police",
    zone="America/Denver",
    owner="records clerk",
    feeds=(CALLS, STRICT, LINES, FIXED),
)
PROVIDER = Agency(
    name="maple_falls_clinic",
    title="Maple Falls Clinic",
    zone="America/Denver",
    owner="health records",
    feeds=(resources("Patient"), resources("Encounter")),
)


@dataclass
class Time:
    """A clock that goes on when somebody sleeps; `meanwhile` is what happens at each pause."""

    at: datetime = datetime(2026, 11, 16, 12, tzinfo=UTC)
    pauses: list[float] = field(default_factory=list)
    meanwhile: list = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += timedelta(seconds=seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, sleep=self.sleep)


@dataclass
class County:
    """A folder of deliveries, a file of sources, and the time."""

    root: Path
    time: Time = field(default_factory=Time)
    agencies: tuple[Agency, ...] = (AGENCY, PROVIDER)
    secrets: object = from_environment

    @property
    def deliveries(self) -> Path:
        return self.root / "deliveries"

    @property
    def file(self) -> Path:
        return self.root / "sources.toml"

    def declare(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def sources(self):
        return read_sources(self.file, self.agencies)

    def fetch_each(self, *, is_patient: bool = True) -> list[Fetched]:
        sources = self.sources()
        chosen = [agency for agency in self.agencies if agency.name in sources]
        return fetch_all(
            chosen,
            sources,
            self.deliveries,
            self.secrets,
            self.time.clock,
            is_patient=is_patient,  # type: ignore[arg-type]
        )

    def fetch(self, *, is_patient: bool = True) -> Fetched:
        [told] = self.fetch_each(is_patient=is_patient)
        return told

    def delivered(self, agency: Agency = AGENCY) -> dict[str, bytes]:
        """What lies among the deliveries, as the next step would find it?"""
        folder = self.deliveries / agency.name
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}

    def left_over(self, agency: Agency = AGENCY) -> list[str]:
        """What is still arriving?"""
        folder = self.deliveries / agency.name / FOLDER
        return [path.name for path in folder.iterdir() if path.suffix in (".partial", ".whole")]


def counts(told: Fetched) -> tuple[int, int, int, int, int]:
    """Fetched, waiting, known, failed, other; what failed is shown by a test that did not expect it."""
    for line in told.problems:
        sys.stdout.write(f"{line}\n")
    return told.fetched, told.waiting, told.known, told.failed, told.other


def upload(path: Path, content: bytes, at: datetime | None = None) -> Path:
    """Put a file where an agency leaves it, as of a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if at:
        os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def no_secret(_) -> SecretStr:
    raise AssertionError("nobody asked for a secret")
