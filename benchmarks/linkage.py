"""What does linking people cost, and how good is it? Ours, Splink and recordlinkage on the same people and rules.

    python -m benchmarks.linkage [--records N --rules narrow|lean|wide --tools ours,splink --u-pairs 1e6,1e7 --rounds K]
        [--folder DIR] [--json | --markdown]

Every run is a process of its own from the file of records to the file of clusters: read, learn without labels, compare,
cluster. The tools take turns (ours, Splink, ours, Splink), get the same made-up people (benchmarks.people), the same
blocking rules, and never see who is who. CPU seconds are user and system time of the process and its children; they
hold on a machine others use too, wall times do not. Peak memory is sampled as proportional share, children included.
Without --records all STANDARD cases run, which takes the better part of an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.people import write_people

SEED = 7
SAMPLE_EVERY = 0.1
"""Seconds between two looks at the memory."""
THRESHOLD = "0.95"
"""Match probability from which Splink links, as its tutorials have it. Ours decides at its one default."""
GIVE_UP_AFTER = 3600
"""Seconds after which a run is ended."""

NARROW = (
    "ssn",
    "last_name,birth_date",
    "first_name,birth_date",
    "first_name,last_name",
    "phone,first_name",
    "street_address,first_name",
)
"""On a million records 1,412,840 pairs, among them 98.0 % of the true ones; per rule 219,068; 598,840; 90,571;
500,393; 1,191; 2,777. Hardly two people of one household meet, which is what a model without households needs: on
100,000 records Splink's F1 is .986 by these rules and .920 by LEAN. Both belong in an honest table."""

LEAN = (
    "ssn",
    "phone",
    "last_name,birth_date",
    "first_name,birth_date",
    "first_name,last_name",
    "street_address",
    "last_name,postcode,sex",
)
"""On a million records 5,046,865 pairs, among them 99.6 % of the true ones; per rule, in this order, what earlier
ones have not found: 219,068; 310,195; 408,401; 72,647; 488,857; 1,639,973; 1,907,724. Largest block: 145 records."""

WIDE = (*LEAN, "last_name,postcode", "last_name,middle_name,sex", "birth_date")
"""On a million records 25,760,636 pairs, among them 99.9 % of the true ones: LEAN, then 2,106,489; 939,155;
17,668,127. Largest block: 259 records. Ours leaves out blocks of more than 300: on a million records both compare the
same pairs, on five million names borne by more than 300 drop out of ours."""

RULES = {"narrow": NARROW, "lean": LEAN, "wide": WIDE}
OURS, SPLINK, RECORDLINKAGE = "ours", "splink", "recordlinkage"


@dataclass(frozen=True)
class Case:
    """What is linked, by which rules, by whom?"""

    records: int
    rules: str
    tools: tuple[str, ...]

    @property
    def name(self) -> str:
        """What is the case called?"""
        return f"{short(self.records)}, {self.rules} rules"


@dataclass(frozen=True)
class Run:
    """What did one run cost, and how good were its clusters? `error` is the last line it said, if it failed."""

    tool: str
    cpu_seconds: float
    wall_seconds: float
    peak_gigabytes: float
    pairs: int | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    nanoseconds_per_pair: float | None = None
    stages: dict[str, float] | None = None
    error: str | None = None


def short(count: int) -> str:
    """How is a number of records written in the name of a case or a file?"""
    for letter, unit in (("m", 1_000_000), ("k", 1_000)):
        if count >= unit and count % unit == 0:
            return f"{count // unit}{letter}"
    return str(count)


def standard(u_pairs: Sequence[str]) -> tuple[Case, ...]:
    """Which cases does the README tell of?"""
    splink = tuple(f"{SPLINK} {pairs}" for pairs in u_pairs)
    return (
        Case(100_000, "lean", (OURS, splink[0], RECORDLINKAGE)),
        Case(100_000, "wide", (OURS, splink[0], RECORDLINKAGE)),
        Case(1_000_000, "narrow", (OURS, splink[0])),
        Case(1_000_000, "lean", (OURS, *splink)),
        Case(1_000_000, "wide", (OURS, *splink)),
        Case(5_000_000, "lean", (OURS,)),
    )


# --- the people ------------------------------------------------------------------------------------------------------


def people_of(records: int, folder: Path) -> Path:
    """Where are so many people? Made up once per folder."""
    path = folder / f"people_{short(records)}.parquet"
    if not path.is_file():
        write_people(records, SEED, path)
    return path


def without_truth(people: Path) -> Path:
    """Where are these people without the column that says who is who?"""
    path = people.with_name(people.stem + "_evidence.parquet")
    if path.is_file() and path.stat().st_mtime >= people.stat().st_mtime:
        return path
    file = pq.ParquetFile(people)
    names = [name for name in file.schema_arrow.names if name != "person_truth"]
    with pq.ParquetWriter(path, pa.schema([file.schema_arrow.field(name) for name in names])) as writer:
        for batch in file.iter_batches(columns=names):
            writer.write_batch(batch)
    return path


# --- one run ---------------------------------------------------------------------------------------------------------


def command_of(tool: str, rules: Iterable[str], people: Path, out: Path) -> list[str]:
    """Which command asks this tool? `tool` is a name, for Splink followed by the pairs it samples for u."""
    name, *u_pairs = tool.split()
    files = [str(people), "--out", str(out)]
    if name == OURS:
        told = [part for rule in rules for part in ("--block-on", rule)]
        return [sys.executable, "-m", "linkage.cli", "dedupe", *files, *told, "--json"]
    told = ["--block-on", *rules]
    if name == SPLINK:
        told += ["--thresholds", THRESHOLD, "--u-pairs", *u_pairs]
    return [sys.executable, "-m", f"benchmarks.peers.{name}_peer", *files, *told]


def measure(tool: str, rules: Iterable[str], people: Path, numba_cache: Path) -> Run:
    """What does one run of this tool cost, and how good are its clusters?"""
    with tempfile.TemporaryDirectory(prefix="linkage-run-") as folder:
        out = Path(folder) / "clusters.parquet"
        command = command_of(tool, rules, without_truth(people), out)
        run, said = _watched(tool, command, Path(folder), environment_of(numba_cache))
        if run.error:
            return run
        return Run(**asdict(run) | told_by(said) | judge(out, people))


def environment_of(numba_cache: Path) -> dict[str, str]:
    """Which environment do all tools run in? One in which Python keeps what it compiled, as on any machine in use."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"NUMBA_CACHE_DIR": str(numba_cache)}


def _watched(tool: str, command: list[str], folder: Path, environment: dict[str, str]) -> tuple[Run, str]:
    """What did this command cost, and what did it say?"""
    with (folder / "said").open("w+") as said, (folder / "complained").open("w+") as complained:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=said, stderr=complained, env=environment)
        peak, watched = 0, psutil.Process(child.pid)
        while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
            peak = max(peak, _held(watched))
            if time.perf_counter() - began > GIVE_UP_AFTER:
                child.kill()
            time.sleep(SAMPLE_EVERY)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(ended[1])
        said.seek(0)
        complained.seek(0)
        error = _last_line(complained.read()) if child.returncode else None
        cpu = ended[2].ru_utime + ended[2].ru_stime
        return Run(tool, cpu, wall, peak / 1e9, error=error), said.read()


def _held(watched: psutil.Process) -> int:
    """How many bytes do this process and its children hold? Shared pages count in proportion."""
    try:
        family = [watched, *watched.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(map(_share_of, family))


def _share_of(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0


def _last_line(text: str) -> str:
    """Which line is the last that says something?"""
    told = (line.strip(" \t─│╰╯") for line in reversed(text.splitlines()))
    return next(filter(None, told), "ended without a word")


def told_by(said: str) -> dict[str, object]:
    """What did the run tell about itself in its last line of JSON? Nothing is required of it."""
    try:
        told = json.loads(next(line for line in reversed(said.splitlines()) if line.startswith("{")))
    except (StopIteration, ValueError):
        return {}
    pairs, stages = told.get("candidate_pairs"), told.get("stages") or {}
    score = stages.get("score")
    return {
        "pairs": pairs,
        "stages": stages or None,
        "nanoseconds_per_pair": score / pairs * 1e9 if score and pairs else None,
    }


# --- how good --------------------------------------------------------------------------------------------------------


def judge(clusters: Path, people: Path) -> dict[str, float]:
    """How good are these clusters? Precision, recall and F1 over pairs of records, by person_truth."""
    found = pq.read_table(clusters)
    column = next(name for name in found.column_names if name.startswith("cluster_id"))
    truth = pq.read_table(people, columns=["record_id", "person_truth"])
    place = pc.index_in(found["record_id"].cast(pa.string()), truth["record_id"].combine_chunks())
    if len(found) != len(truth) or place.null_count:
        raise ValueError(f"the clusters hold [{len(found)}] records, the people [{len(truth)}]; each is needed once")
    return pairwise(_codes(found[column]), _codes(truth["person_truth"])[place.to_numpy()])


def pairwise(cluster: np.ndarray, person: np.ndarray) -> dict[str, float]:
    """Which precision, recall and F1 do pairs of records reach? One code per record on both sides."""
    both = _pairs_within(cluster * (int(person.max()) + 1) + person)
    found, true = _pairs_within(cluster), _pairs_within(person)
    precision, recall = both / max(found, 1), both / max(true, 1)
    return {"precision": precision, "recall": recall, "f1": 2 * both / max(found + true, 1)}


def _pairs_within(code: np.ndarray) -> int:
    """How many pairs of records share a code?"""
    counts = np.unique(code, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Which number stands for each value?"""
    return column.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)


# --- all runs --------------------------------------------------------------------------------------------------------


def run_case(case: Case, rounds: int, folder: Path, numba_cache: Path) -> list[Run]:
    """What do the tools cost on this case? They take turns; a tool that failed is not asked again."""
    people, runs = people_of(case.records, folder), []
    for _ in range(rounds):
        for tool in case.tools:
            if not any(run.tool == tool and run.error for run in runs):
                runs.append(measure(tool, RULES[case.rules], people, numba_cache))
                print(f"{case.name}: {_line(runs[-1])}", file=sys.stderr)
    return runs


def _line(run: Run) -> str:
    """How did one run go, in a line?"""
    if run.error:
        return f"{run.tool} did not end well: {run.error}"
    return f"{run.tool}: {run.cpu_seconds:.1f} CPU s, {run.peak_gigabytes:.2f} GB, F1 {run.f1:.4f}"


def summarize(case: Case, runs: list[Run]) -> list[dict]:
    """What is there to say about each tool? Medians; the ratio is its CPU time to ours."""
    rows = [_row(case, tool, [run for run in runs if run.tool == tool]) for tool in case.tools]
    ours = next((row["cpu_seconds"] for row in rows if row["tool"] == OURS), None)
    for row in rows:
        row["ratio"] = row["cpu_seconds"] / ours if ours and row["cpu_seconds"] else None
    return rows


def _row(case: Case, tool: str, runs: list[Run]) -> dict:
    """What did one tool do in one case?"""
    good = [run for run in runs if not run.error]
    row: dict = {"case": case.name, "tool": tool, "runs": len(good), "error": runs[-1].error, "cpu_seconds": None}
    if good:
        row |= {k: v for k, v in asdict(good[-1]).items() if k not in ("tool", "error")}
        for name in ("cpu_seconds", "wall_seconds", "peak_gigabytes", "nanoseconds_per_pair"):
            values = [getattr(run, name) for run in good if getattr(run, name) is not None]
            row[name] = statistics.median(values) if values else None
        row["cpu_seconds_range"] = [min(run.cpu_seconds for run in good), max(run.cpu_seconds for run in good)]
    return row


def run_all(cases: Sequence[Case], rounds: int, folder: Path) -> dict:
    """What do all cases cost, and what did compiling cost before the first?"""
    with tempfile.TemporaryDirectory(prefix="linkage-numba-") as cache:
        first = None
        if OURS in cases[0].tools:
            first = measure(OURS, RULES[cases[0].rules], people_of(cases[0].records, folder), Path(cache))
            print(f"very first run: {_line(first)}", file=sys.stderr)
        rows = [row for case in cases for row in summarize(case, run_case(case, rounds, folder, Path(cache)))]
    warm = next((row["cpu_seconds"] for row in rows if row["tool"] == OURS), None)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
        "compile_cpu_seconds": first.cpu_seconds - warm if first and warm and not first.error else None,
        "rows": rows,
    }


# --- how it is told --------------------------------------------------------------------------------------------------

COLUMNS = (
    ("pairs", "pairs, M", lambda value: f"{value / 1e6:.2f}"),
    ("cpu_seconds", "CPU s", lambda value: f"{value:.1f}"),
    ("ratio", "ratio", lambda value: f"{value:.1f}"),
    ("wall_seconds", "wall s", lambda value: f"{value:.1f}"),
    ("peak_gigabytes", "peak GB", lambda value: f"{value:.2f}"),
    ("nanoseconds_per_pair", "ns/pair", lambda value: f"{value:.0f}"),
    ("precision", "precision", lambda value: f"{value:.4f}"),
    ("recall", "recall", lambda value: f"{value:.4f}"),
    ("f1", "F1", lambda value: f"{value:.4f}"),
)
"""Name in a row, heading, and how a value is written."""


def cells(row: dict) -> list[str]:
    """How is one row written? A dash stands for what is not known."""
    told = [write(row[name]) if row.get(name) is not None else "–" for name, _, write in COLUMNS]
    return [row["case"], row["tool"], *told]


def as_markdown(figures: dict) -> str:
    """Which table goes into the README?"""
    headings = ["people", "tool", *(heading for _, heading, _ in COLUMNS)]
    lines = [_machine(figures), "", _markdown_line(headings), "|---|---|" + "--:|" * len(COLUMNS)]
    return "\n".join(lines + [_markdown_line(cells(row)) for row in figures["rows"]] + _remarks(figures))


def _markdown_line(parts: list[str]) -> str:
    return "| " + " | ".join(parts) + " |"


def as_text(figures: dict) -> str:
    """Which table is printed in a terminal?"""
    table = [["people", "tool", *(heading for _, heading, _ in COLUMNS)], *map(cells, figures["rows"])]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([_machine(figures), "", *lines, *_remarks(figures)])


def _machine(figures: dict) -> str:
    """When and where was this measured?"""
    return f"{figures['date']}, {figures['machine']}. Medians; seed {SEED}; Splink links from {THRESHOLD} on."


def _remarks(figures: dict) -> list[str]:
    """What is not in the table?"""
    remarks = [
        f"{row['case']}: {row['tool']} did not end well: {row['error']}" for row in figures["rows"] if row["error"]
    ]
    if figures["compile_cpu_seconds"] is not None:
        remarks.append(
            f"Compiling on the very first run: {figures['compile_cpu_seconds']:.1f} CPU s, once per machine."
        )
    return ["", *remarks] if remarks else []


def chosen_cases(arguments: argparse.Namespace) -> list[Case]:
    """Which cases were asked for?"""
    u_pairs = arguments.u_pairs.split(",")
    cases = standard(u_pairs)
    if arguments.records:
        tools = (OURS, *(f"{SPLINK} {pairs}" for pairs in u_pairs))
        if arguments.tools and RECORDLINKAGE in arguments.tools.split(","):
            tools = (*tools, RECORDLINKAGE)
        cases = (Case(arguments.records, arguments.rules, tools),)
    if not arguments.tools:
        return list(cases)
    wanted = arguments.tools.split(",")
    kept = [Case(one.records, one.rules, tuple(t for t in one.tools if t.split()[0] in wanted)) for one in cases]
    return [case for case in kept if case.tools]


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, help="one case of so many records instead of the standard ones")
    parser.add_argument("--rules", choices=sorted(RULES), default="lean")
    parser.add_argument("--tools", help=f"only these of {OURS},{SPLINK},{RECORDLINKAGE}")
    parser.add_argument("--u-pairs", default="1e6,1e7", help="pairs that Splink samples for u, one run for each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the people are kept; made up anew without it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--markdown", action="store_true", help="print the table of the README")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="linkage-people-") as folder:
        figures = run_all(chosen_cases(arguments), arguments.rounds, arguments.folder or Path(folder))
    tell = as_markdown if arguments.markdown else as_text
    print(json.dumps(figures, indent=1) if arguments.json else tell(figures))


if __name__ == "__main__":
    main()
