"""What does taking in a large delivery cost? Received, validated, standardized, loaded: rows a second and peak memory.

    python -m benchmarks.ingest [--rows 1000000] [--patients 100000] [--json]

Made-up people (`benchmarks.people`) are written as bookings of the sample county's jail, delimited text, and as
patients of its provider, FHIR R4 NDJSON. Each delivery is taken in by a process of its own into an embedded database of
its own, by the same steps as `outreach run`. Told are seconds a step, CPU seconds of the program and of PostgreSQL, and
the peak memory of both together. Files that are read whole would show as memory that grows with the rows.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from benchmarks.people import write_people
from benchmarks.watched import here_and_now, watch

FIRST_DAY = date(2025, 1, 1)
AT = datetime(2026, 11, 16, 8, tzinfo=UTC)
SEED = 7
STEPS = ("start", "receive", "expect", "standardize")
BATCH = 50_000
"""People in memory at a time while the files are written."""


def measure(rows: int, patients: int, folder: Path) -> dict:
    """What do both deliveries cost?"""
    people = folder / "people.parquet"
    write_people(max(rows, patients), SEED, people)
    jail, provider = "riverton_county_jail", "riverbend_behavioral_health"
    bookings = write_bookings(people, rows, folder / "bookings")
    exported = write_patients(people, patients, folder / "patients")
    deliveries = [
        take_in(folder, "delimited bookings", jail, bookings, rows),
        take_in(folder, "FHIR patients", provider, exported, patients),
    ]
    return {**here_and_now(), "deliveries": deliveries}


def take_in(folder: Path, title: str, agency: str, deliveries: Path, count: int) -> dict:
    """What does one delivery cost, in a process and a database of its own?"""
    environment = os.environ | {"OUTREACH_HOME": str(folder / f"home-{agency}")}
    command = [sys.executable, "-m", "benchmarks.ingest", "--inside", agency, str(deliveries)]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    cost = watch(child)
    told = json.loads(child.communicate()[0])
    seconds = sum(told["seconds"].values())
    return {
        "delivery": title,
        "rows": count,
        "megabytes": round(sum(path.stat().st_size for path in (deliveries / agency).iterdir()) / 1e6),
        **told,
        "rows_per_second": round(count / seconds),
        "database_cpu_seconds": round(cost.database_cpu_seconds, 1),
        "peak_megabytes": round(cost.peak_bytes / 1e6),
    }


# --- files -----------------------------------------------------------------------------------------------------------


def _people(path: Path, count: int) -> Iterator[pd.DataFrame]:
    """Yield people's records, numbered from 0, a batch at a time."""
    done = 0
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        frame = batch.to_pandas().fillna("").iloc[: count - done]
        frame.index = pd.RangeIndex(done, done + len(frame))
        done += len(frame)
        yield frame
        if done >= count:
            return


def write_bookings(people: Path, count: int, folder: Path) -> Path:
    """Write a delivery of bookings. Answers the folder of deliveries."""
    from pipeline.agencies import agency_named

    agency = agency_named("riverton_county_jail")
    columns = [column.name for column in agency.feed("bookings").columns]
    path = folder / agency.name / f"bookings_{AT:%Y%m%d}.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        for frame in _people(people, count):
            writer.writerows(
                _booking(number, person) for number, person in zip(frame.index, frame.to_dict("records"), strict=True)
            )
    return folder


def _booking(number: int, person: dict) -> dict[str, str]:
    booked = FIRST_DAY + timedelta(days=number % 650)
    return {
        "BOOKING_NO": f"B{number:08}",
        "LAST_NAME": person["last_name"].upper(),
        "FIRST_NAME": person["first_name"].upper(),
        "MIDDLE_NAME": person["middle_name"].upper(),
        "DOB": person["birth_date"].replace("-", ""),
        "SEX": person["sex"],
        "SSN": person["ssn"],
        "ADDRESS": person["street_address"],
        "CITY": person["city"],
        "STATE": person["state"],
        "ZIP": person["postcode"],
        "PHONE": person["phone"],
        "BOOK_DT": f"{booked:%Y%m%d}",
        "BOOK_TM": f"{number % 24:02}{number % 60:02}",
        "REL_DT": f"{booked + timedelta(days=number % 9):%Y%m%d}",
        "REL_TM": "2359",
        "RELEASE_REASON": ("BOND", "PR", "TIME SERVED", "TRANSFER")[number % 4],
        "CHARGE": ("TRESPASS", "FTA", "THEFT")[number % 3],
        "CHARGE_CLASS": "FMO"[number % 3],
        "BJMHS_RESULT": ("REFER", "NO", "", "REFUSED")[number % 4],
        "SUICIDE_WATCH": "N",
        "STATUS": "RELEASED",
    }


def write_patients(people: Path, count: int, folder: Path) -> Path:
    """Write a delivery of FHIR patients. Answers the folder of deliveries."""
    path = folder / "riverbend_behavioral_health" / "Patient.000.ndjson"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as stream:
        for frame in _people(people, count):
            for number, person in zip(frame.index, frame.to_dict("records"), strict=True):
                stream.write(json.dumps(_patient(number, person)) + "\n")
    return folder


def _patient(number: int, person: dict) -> dict:
    name = {"use": "official", "family": person["last_name"], "given": [person["first_name"]]}
    said = {
        "resourceType": "Patient",
        "id": f"p{number}",
        "meta": {"lastUpdated": f"{FIRST_DAY + timedelta(days=number % 650)}T08:00:00Z"},
        "name": [name],
        "gender": {"M": "male", "F": "female"}.get(person["sex"], "unknown"),
        "address": [{"line": [person["street_address"] or "-"], "city": person["city"] or "-", "state": "CO"}],
    }
    if len(person["birth_date"]) == len("2000-01-01"):
        said["birthDate"] = person["birth_date"]
    if person["phone"]:
        said["telecom"] = [{"system": "phone", "value": person["phone"]}]
    return said


# --- inside a process of its own --------------------------------------------------------------------------------------


def _take_in(agency_name: str, deliveries: Path) -> None:
    """Take in one agency's delivery, step by step, and print what it took as JSON."""
    from pipeline import flow, intake
    from pipeline.agencies import agency_named
    from pipeline.audit import Act
    from pipeline.settings import read_settings
    from pipeline.store import Store

    settings, agency, act = read_settings(), agency_named(agency_name), Act("benchmark", AT)
    began = [time.perf_counter()]
    store = Store.open(settings)
    began.append(time.perf_counter())
    id_key = settings.id_key.get_secret_value()
    received = intake.receive_agency(store, act, agency, deliveries, flow.vault_of(settings), id_key)
    began.append(time.perf_counter())
    intake.expect_agency(store, act, agency, received.delivery_ids)
    began.append(time.perf_counter())
    counts = intake.standardize_agency(store, act, agency, received.delivery_ids)
    began.append(time.perf_counter())
    store.close()
    seconds = {step: round(end - start, 1) for step, (start, end) in zip(STEPS, pairwise(began), strict=True)}
    print(json.dumps({"seconds": seconds, "program_cpu_seconds": round(time.process_time(), 1), **counts}))


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _take_in(given.inside[0], Path(given.inside[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        told = measure(given.rows, given.patients, Path(folder))
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
