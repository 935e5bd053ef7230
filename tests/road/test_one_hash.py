"""The same deliveries give the same bytes: whatever the order of files and rows, the clock, the place, the machine.

Each world is a run in a process, a home and a database of its own, typed as a person types it.
"""

import hashlib
import os
import random
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipeline import synthetic
from pipeline.agencies import load_agencies
from pipeline.publish.files import NAMES
from pipeline.store import create_database
from tests.road import county

RUN = """
import os, sys
if os.environ.get("ONE_CORE"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from pipeline.cli import main
main()
"""
AS_OF = "2026-11-16"
SURNAMES = ("QUILL", "ABBOTT", "STONE", "MARCH", "ORTIZ", "VANCE", "HOLT", "PIKE", "REYES", "LANE")
PERMITTED = {
    r"cad_(\d{8}).csv": "CAD_{}_{}.CSV",
    r"bookings_(\d{8}).csv": "bookings_{}_{}.csv",
    r"rms_persons_([\d-]{10}).txt": "rms_persons_{}_{}.txt",
    r"referrals_(.*).csv": "referrals_{}_{}.csv",
    r"coresponse_([\d-]{7}).csv": "coresponse_{}_{}.csv",
}
"""Name → another that the feed's pattern permits for the same day: {} is the day, then anything."""


def locales() -> list[str]:
    """Which locales does this machine have?"""
    told = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return [name for name in told if name.lower() in ("c.utf8", "c.utf-8", "en_us.utf8", "de_de.utf8")] or ["C"]


WORLDS = {
    "as it came": {},
    "another place": {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C", "ONE_CORE": "1"},
    "another machine": {
        "PYTHONHASHSEED": "4711",
        "TZ": "Pacific/Apia",
        "LC_ALL": locales()[-1],
        "LANG": locales()[0],
        "NUMBA_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    },
}


def small_county(folder: Path) -> None:
    """Write ten people who never lived, over several files of every feed that sends files by day."""
    people = [
        {"first": f"MARTIN{'ABCDEFGHIJ'[n]}", "last": name, "day": f"{n + 10}", "year": str(1960 + 3 * n), "n": str(n)}
        for n, name in enumerate(SURNAMES)
    ]
    for number, some in enumerate((people[:4], people[4:7], people[7:])):
        day = 13 + number
        county.calls(
            folder,
            *(
                {
                    "IncidentNo": f"26-{p['n']}{k}",
                    "PersonName": f"{p['last']}, {p['first']}",
                    "DOB": f"04/{p['day']}/{p['year']}",
                    "Phone": f"303-555-01{p['day']}",
                    "Address": f"{p['day']} CEDAR ST",
                    "CallReceived": f"11/{p['day']}/2026 10:0{k}",
                }
                for p in some
                for k in range(1 + int(p["n"]) % 3)
            ),
            name=f"cad_202611{day}.csv",
        )
        county.bookings(
            folder,
            *(
                {
                    "BOOKING_NO": f"B{p['n']}",
                    "NAME_NO": f"N{p['n']}",
                    "LAST_NAME": p["last"],
                    "FIRST_NAME": p["first"],
                    "DOB": f"{p['year']}04{p['day']}",
                    "SSN": f"523-11-43{p['day']}",
                    "PHONE": f"30355501{p['day']}",
                    "ADDRESS": f"{p['day']} CEDAR ST",
                }
                for p in some
            ),
            name=f"bookings_202611{day}.csv",
        )
    county.persons(folder, {}, {"case_no": "L26-2", "last_name": "Abbott", "dob": "1963-04-11"})
    county.responses(folder, {}, {"response_id": "R2", "last_name": "Stone", "dob": "1966-04-12"})
    county.referrals(folder, {}, {"referral_id": "F2", "last_name": "March", "dob": "1969-04-13"})
    county.resources(folder, county.patient(), county.visit(), county.visit("v2", start="2026-11-07T10:00:00-07:00"))


def shuffled(folder: Path, target: Path, seed: int, *, rows_too: bool) -> None:
    """Copy deliveries: files made in another order, of other ages and, where permitted, names; rows in other places."""
    rng = random.Random(seed)
    paths = sorted(path for path in folder.glob("*/*") if path.is_file())
    rng.shuffle(paths)
    for path in paths:
        copy = target / path.parent.name / renamed(path.name, rng)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(with_rows_shuffled(path.read_bytes(), path.suffix, rng) if rows_too else path.read_bytes())
        moment = rng.randrange(10**9)
        os.utime(copy, (moment, moment))


def renamed(name: str, rng: random.Random) -> str:
    """Which other name may the file bear? The same day in it."""
    for pattern, other in PERMITTED.items():
        if found := re.fullmatch(pattern, name):
            return other.format(found[1], rng.randrange(1000))
    return name


def with_rows_shuffled(content: bytes, suffix: str, rng: random.Random) -> bytes:
    """Put the rows of a file into another order, its header staying the first."""
    lines = content.splitlines(keepends=True)
    header, rows = ([], lines) if suffix == ".ndjson" else (lines[:1], lines[1:])
    rng.shuffle(rows)
    return b"".join([*header, *rows])


@pytest.fixture
def run(server_url: str, homes: Path, tmp_path: Path):
    """Run the command in a world; answers the hash of each published file."""

    def run(name: str, deliveries: Path) -> dict[str, str]:
        database = f"one_hash_{os.getpid()}_{hashlib.sha256(f'{tmp_path}{name}'.encode()).hexdigest()[:12]}"
        world = {
            **{key: value for key, value in os.environ.items() if key not in ("TZ", "LC_ALL", "LANG")},
            "OUTREACH_DATABASE_URL": create_database(server_url, database),
            "OUTREACH_HOME": str(tmp_path / name / "home"),
            **WORLDS[name],
        }
        out = tmp_path / name / "out"
        typed = [
            "run",
            "--deliveries",
            str(deliveries),
            "--as-of",
            AS_OF,
            "--at",
            "2026-11-17T06:00",
            "--out",
            str(out),
        ]
        command = [sys.executable, "-c", RUN, *typed, "--json"]
        told = subprocess.run(command, env=world, capture_output=True, text=True, check=False, timeout=900)
        assert told.returncode == 0, told.stderr
        return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in NAMES}

    return run


def test_a_small_county_has_one_hash_per_file_in_every_world(run, tmp_path: Path):
    small_county(tmp_path / "in")
    found = {}
    for seed, name in enumerate(WORLDS):
        deliveries = tmp_path / "in"
        if seed:
            deliveries = tmp_path / f"in{seed}"
            shuffled(tmp_path / "in", deliveries, seed, rows_too=True)
        found[name] = run(name, deliveries)
    for name, hashes in found.items():
        assert hashes == found["as it came"], name


@pytest.mark.long
def test_a_county_of_thousands_has_one_hash_per_file_in_every_world(run, tmp_path: Path):
    day = date.fromisoformat(AS_OF)
    synthetic.synthesize(load_agencies(), persons=3000, years=2, seed=5, as_of=day, out=tmp_path / "in")
    found = {}
    for seed, name in enumerate(WORLDS):
        deliveries = tmp_path / f"in{seed}"
        shuffled(tmp_path / "in", deliveries, seed, rows_too=False)
        found[name] = run(name, deliveries)
    for name, hashes in found.items():
        assert hashes == found["as it came"], name


def test_the_shuffle_changes_what_it_should(tmp_path: Path):
    """Positive control: other names, ages and rows, and the same rows in all."""
    small_county(tmp_path / "in")
    shuffled(tmp_path / "in", tmp_path / "other", 1, rows_too=True)
    before, after = ({p.name: p.read_bytes() for p in (tmp_path / f).glob("*/*")} for f in ("in", "other"))
    assert len(before) == len(after)
    assert len(set(before) - set(after)) > 4
    assert set(before.values()) != set(after.values())
    assert sorted(line for text in before.values() for line in text.splitlines()) == sorted(
        line for text in after.values() for line in text.splitlines()
    )
