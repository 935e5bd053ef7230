"""How long is the road, and how much memory does it take? 20,000 persons over two years, end to end.

    python -m benchmarks.road [--persons N] [--years N] [--json]

The run happens in a process of its own, on a fresh embedded database. Seconds per stage come from the progress it
reports, peak memory from sampling that process and the PostgreSQL it starts (proportional share: shared pages are
counted once).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.watched import here_and_now, watch

AS_OF = date(2026, 11, 16)
SEED = 7


def measure(persons: int, years: int, folder: Path) -> dict:
    """What does one run cost? Seconds per stage, CPU seconds and peak memory, on a county made up for it."""
    county = folder / "county"
    began = time.perf_counter()
    _outreach("synthesize", "--persons", persons, "--years", years, "--seed", SEED, "--as-of", AS_OF, "--out", county)
    synthesized = time.perf_counter() - began
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.road", "--inside", str(folder)],
        env=os.environ | {"OUTREACH_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    cost = watch(child)
    told = json.loads(child.communicate()[0])
    return {
        **here_and_now(),
        "persons": persons,
        "years": years,
        "synthesize_seconds": round(synthesized, 1),
        "peak_megabytes": round(cost.peak_bytes / 1e6),
        **told,
    }


def _outreach(*arguments: object) -> None:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _run_inside(folder: Path) -> None:
    """Run the road in this process and print seconds per stage as JSON."""
    began = time.perf_counter()
    from pipeline import flow
    from pipeline.agencies import load_agencies
    from pipeline.audit import Act
    from pipeline.settings import read_settings
    from pipeline.store import Store

    settings = read_settings()
    store = Store.open(settings)
    marks = [("start: import, database, schema", time.perf_counter())]
    flow.run(
        store,
        Act("benchmark", datetime(2026, 11, 16, tzinfo=UTC)),
        load_agencies(),
        settings,
        deliveries=folder / "county",
        as_of=AS_OF,
        out=folder / "out",
        progress=lambda step, share: marks.append((step, time.perf_counter())),
    )
    stages: dict[str, float] = {}
    for (_, earlier), (name, later) in zip([("", began), *marks], marks, strict=False):
        stages[name] = stages.get(name, 0.0) + later - earlier
    rounded = {name: round(seconds, 2) for name, seconds in stages.items()}
    cpu = time.process_time()
    ended = time.perf_counter()
    store.close()
    print(json.dumps({"stages": rounded, "seconds": round(ended - began, 1), "cpu_seconds": round(cpu, 1)}))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        _run_inside(arguments.inside)
        return
    with tempfile.TemporaryDirectory(prefix="outreach-road-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL runs as a user of its own when started by root
        figures = measure(arguments.persons, arguments.years, Path(folder))
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print(f"{figures['date']}, {figures['machine']}: {figures['persons']:,} persons, {figures['years']} years")
    for name, seconds in figures["stages"].items():
        print(f"  {seconds:7.2f} s  {name}")
    print(f"  {figures['seconds']:7.1f} s  whole run ({figures['cpu_seconds']} CPU s of the program)")
    print(f"  {figures['peak_megabytes']:7,} MB peak, database included")
    print(f"  {figures['synthesize_seconds']:7.1f} s  to make up the county, not part of the run")


if __name__ == "__main__":
    main()
