"""What does `resolve` cost when the county is known already, and a week's new records come in?

    python -m benchmarks.resolve [--known 1000000] [--new 20000] [--json]

Made-up person records (`benchmarks.people`) are put into an embedded database of its own, as two files taken in one
after the other. Then each run of `resolve` (read, link everybody, match with the registry, write who is who, find what
to review) is a process of its own: the first knows nobody, the second knows everybody but the new records. Told are
seconds, CPU seconds of the program and of PostgreSQL, and the peak memory of both together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from benchmarks.people import write_people
from benchmarks.watched import here_and_now, watch

FIRST_DAY = date(2026, 11, 9)
SEED = 7
AGENCY, FEED = "benchmark_county", "people"
RUNS = ("first run, nobody known", "next run, everybody known but the new")


def measure(known: int, new: int, folder: Path) -> dict:
    """What do both runs cost?"""
    people = folder / "people.parquet"
    write_people(known + new, SEED, people)
    environment = os.environ | {"OUTREACH_HOME": str(folder / "home")}
    runs = []
    for number, (title, rows) in enumerate(zip(RUNS, ((0, known), (known, known + new)), strict=True)):
        _inside("take-in", number, people, environment, *map(str, rows))
        child = subprocess.Popen(
            _command("resolve", number, people), env=environment, stdout=subprocess.PIPE, text=True
        )
        cost = watch(child)
        told = json.loads(child.communicate()[0])
        runs.append(
            {
                "run": title,
                **told,
                "database_cpu_seconds": round(cost.database_cpu_seconds, 1),
                "peak_megabytes": round(cost.peak_bytes / 1e6),
            }
        )
    return {
        **here_and_now(),
        "known": known,
        "new": new,
        "runs": runs,
    }


def _command(what: str, number: int, people: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.resolve", "--inside", what, str(number), str(people), *more]


def _inside(what: str, number: int, people: Path, environment: dict[str, str], *more: str) -> None:
    subprocess.run(_command(what, number, people, *more), env=environment, check=True)


# --- inside a process of its own -----------------------------------------------------------------------------------


def _take_in(number: int, people: Path, first_row: int, end_row: int) -> None:
    """Put some of the people into the database, as a file that was taken in."""
    from pipeline.contract import tables
    from pipeline.settings import read_settings
    from pipeline.store import Store

    records = pd.read_parquet(people).iloc[first_row:end_row].reset_index(drop=True)
    at = _moment(number)
    store = Store.open(read_settings())
    with store.transaction() as work:
        name = f"people_{number}"
        file = {"file_name": name, "sha256": name, "byte_count": 0, "business_date": at.date(), "received_at": at}
        delivery_id = int(str(work.ask("insert_delivery", agency=AGENCY, feed=FEED, **file)))
        place = {"agency": AGENCY, "feed": FEED, "delivery_id": delivery_id, "line_number": range(1, len(records) + 1)}
        own = records.rename(columns={"record_id": "record_key"}).assign(**place)
        prefix = tables.RECORD_ID_SEPARATOR.join((AGENCY, FEED, ""))
        own = own.assign(
            record_id=prefix + own["record_key"],
            display_name=own["last_name"] + ", " + own["first_name"],
            recorded_at=at,
            **dict.fromkeys(("is_dead", "is_part2", "is_held", "is_never_happened"), False),
            is_about_person=True,
        )
        row = ["delivery_id", "line_number", "agency", "feed", "record_key"]
        work.copy("core.accepted_row", own[[*row, "is_never_happened", "is_held", "is_about_person"]])
        work.copy("core.person_record", own[[name for name in tables.PERSON_RECORD if name in own]])
        work.run("mark_deliveries_accepted", delivery_ids=[delivery_id], taken_in_at=at)
        work.run("analyze_core")
    store.close()


def _moment(number: int) -> datetime:
    return datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 6, tzinfo=UTC) + timedelta(weeks=number)


def _resolve(number: int) -> None:
    """Link everybody, and print what it took as JSON."""
    from pipeline import flow, identify
    from pipeline.audit import Act
    from pipeline.settings import read_settings
    from pipeline.store import Store

    settings = read_settings()
    store = Store.open(settings)
    plan = flow.plan_for(_moment(number).date() + timedelta(days=1), settings)
    began, cpu = time.perf_counter(), time.process_time()
    counts = identify.resolve_persons(store, Act("benchmark", _moment(number)), plan)
    took = {
        "seconds": round(time.perf_counter() - began, 1),
        "program_cpu_seconds": round(time.process_time() - cpu, 1),
    }
    store.close()
    print(json.dumps({name: counts[name] for name in ("records", "persons", "new_persons")} | took))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        what, number, people, *rows = arguments.inside
        if what == "take-in":
            _take_in(int(number), Path(people), *map(int, rows))
        else:
            _resolve(int(number))
        return
    with tempfile.TemporaryDirectory(prefix="outreach-resolve-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL runs as a user of its own when started by root
        figures = measure(arguments.known, arguments.new, Path(folder))
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print(f"{figures['date']}, {figures['machine']}: {figures['known']:,} known records, {figures['new']:,} new")
    for run in figures["runs"]:
        print(f"  {run['run']}: {run['records']:,} records, {run['persons']:,} persons, {run['new_persons']:,} new")
        cpu = f"{run['program_cpu_seconds']} CPU s of the program, {run['database_cpu_seconds']} of PostgreSQL"
        print(f"    {run['seconds']:7.1f} s ({cpu}), {run['peak_megabytes']:,} MB peak, database included")


if __name__ == "__main__":
    main()
