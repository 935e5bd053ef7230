"""Daily rosters of a made-up jail, as the how-to declares it: who is on the roster of which day?"""

import csv
import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline import flow
from pipeline.audit import Act
from pipeline.contract.declaration import Agency
from pipeline.settings import Settings
from pipeline.store import Store
from tests.docs.pages import code_block
from tests.road import county

ZONE = ZoneInfo("America/Denver")
PAGE = "how-to/read-a-daily-roster.md"


def _declared() -> Agency:
    page = types.ModuleType("quarry_county_jail")
    exec(compile(code_block(PAGE, "agency=quarry_county_jail"), PAGE, "exec"), vars(page))
    return page.AGENCY


JAIL = _declared()
HEADER = [column.name for column in JAIL.feed("roster").columns]
NAMES = ("QUILL MARTIN", "ABBOTT ROSE", "STONE KIM", "TORRES ALMA", "BRANDT WALTER", "HARLOW JUNE", "VANCE OTTO")


def november(day: int, hour: str = "08:00") -> str:
    """A local moment, as the jail writes it."""
    return f"2026-11-{day:02} {hour}"


def listed(number: int, admitted: str = "2026-11-01 08:00", **changes: str) -> dict[str, str]:
    """One row: the person of this number, admitted then, and what differs."""
    last_name, first_name = NAMES[number % len(NAMES)].split()
    born = {"dob": f"0{1 + number % 9}/1{number % 9}/19{50 + number % 40}"}
    name = {"last_name": last_name, "first_name": first_name}
    blank = {"status": "IN CUSTODY", "released_at": "", "release_reason": ""}
    return {"person_no": f"N{number}", "admitted_at": admitted} | name | born | blank | changes


def roster(folder: Path, day: int | date, *rows: Mapping[str, str]) -> Path:
    """Write the roster of a day (of November 2026)."""
    named = day if isinstance(day, date) else date(2026, 11, day)
    path = folder / JAIL.name / f"roster_{named:%Y%m%d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def act_at(days: int = 0) -> Act:
    return Act("test", county.AT + timedelta(days=days))


def take_in(store: Store, root: Path, *, at: int = 0) -> None:
    """Take in what lies in the folder."""
    settings = Settings(home=root / "home")
    flow.take_in_agency(store, act_at(at), JAIL, root / "in", settings, lambda step, share: None)


def publish(store: Store, root: Path, as_of: date = county.AS_OF, at: int = 0, **changes: object) -> dict:
    """Publish the list of a day from the folder."""
    chosen = Settings(home=root / "home")
    told = {"deliveries": root / "in", "as_of": as_of, "out": root / "out"} | changes
    flow.run(store, act_at(at), (JAIL,), chosen, **told)
    return county.published(root / "out")


def stays(store: Store, as_of: date = county.AS_OF, taken_in_number: int | None = None) -> dict[str, tuple]:
    """Which stays are known? By key: last seen, ended, why; as local text."""
    until = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), ZONE)
    found = store.read("usable_encounters", as_of=as_of, until=until, taken_in_number=taken_in_number)
    return {
        row.encounter_id.split("/")[2].split("#")[0]: (_text(row.last_seen_at), _text(row.ended_at), row.release_code)
        for row in found.itertuples()
    }


def _text(moment: pd.Timestamp) -> str | None:
    return None if pd.isna(moment) else f"{moment.tz_convert(ZONE):%m-%d %H:%M}"


def keys(rows: Iterable[Mapping[str, str]]) -> set[str]:
    """Which stays do these rows name?"""
    return {f"{row['person_no']}|{row['admitted_at']}" for row in rows}
