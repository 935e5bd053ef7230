"""What does a process cost together with the PostgreSQL it uses? Sampled from outside while it runs."""

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

SAMPLE_EVERY = 0.05
"""Seconds between two looks."""


@dataclass(frozen=True)
class Cost:
    """What did it cost?

    Attributes:
        seconds: from the first look to its end.
        peak_bytes: held at most at one look, database included (proportional share: shared pages are counted once).
        database_cpu_seconds: of the processes of its PostgreSQL, as far as they were seen.
    """

    seconds: float
    peak_bytes: int
    database_cpu_seconds: float


def here_and_now() -> dict[str, str]:
    """What stands beside every figure? The date and the machine."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {sys.version.split()[0]}"
    return {"date": datetime.now(UTC).date().isoformat(), "machine": machine}


def watch(child: subprocess.Popen) -> Cost:
    """What does this process cost until it ends? Its database is known by the OUTREACH_HOME it was started with."""
    began, peak = time.perf_counter(), 0
    cpu: dict[int, float] = {}
    first: dict[int, float] = {}
    watched = psutil.Process(child.pid)
    while child.poll() is None:
        database = _database(watched)
        peak = max(peak, sum(_held(process) for process in [watched, *database]))
        for process in database:
            cpu[process.pid] = used = _cpu_seconds(process, cpu.get(process.pid, 0.0))
            first.setdefault(process.pid, used)
        time.sleep(SAMPLE_EVERY)
    return Cost(time.perf_counter() - began, peak, sum(used - first[pid] for pid, used in cpu.items()))


def _held(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0


def _cpu_seconds(process: psutil.Process, last: float) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return last
    return times.user + times.system


def _database(watched: psutil.Process) -> list[psutil.Process]:
    """Which processes are this run's PostgreSQL? Those that name the run's home, and their children."""
    try:
        home = watched.environ().get("OUTREACH_HOME", "")
    except psutil.Error:
        return []
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and home in " ".join(process.info["cmdline"] or []):
            found += [process, *process.children(recursive=True)]
    return found
