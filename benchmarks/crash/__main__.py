"""What is left when runs are killed, and when their database or disk fails?

    python -m benchmarks.crash [--kills 1000] [--faults] [--stride N] [--seed N] [--json]

Runs of a small made-up county are killed (kill -9) at random moments, some by killing the database server under them; a
reader looks all the while; after each heap of kills one plain run must bring everything to what unbroken runs left.
With `--faults`, each operation of a run fails in turn instead: a lost connection before or after it was done, a full
disk, an input or output error.
"""

import argparse
import gc
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from tqdm.std import tqdm

from benchmarks.crash.faults import Sweep, sweep
from benchmarks.crash.kills import kill_runs, reference
from benchmarks.crash.server import Server, named
from benchmarks.crash.state import state_of
from benchmarks.crash.world import World, run_until_done, steps_of
from pipeline.store import Store

KILLS_PER_STEP, MOST_STEPS = 10, 50


def measure(arguments: argparse.Namespace, folder: Path) -> dict:
    """What was counted? Kills, faults or both, on one server that only this process starts."""
    server = Server(folder / "postgresql")
    try:
        return _measure(server, arguments, folder)
    finally:
        server.stop()


def _measure(server: Server, arguments: argparse.Namespace, folder: Path) -> dict:
    began = time.monotonic()
    count = arguments.steps or max(2, min(MOST_STEPS, arguments.kills // KILLS_PER_STEP))
    steps = steps_of(folder / "county", count, arguments.persons, arguments.years)
    _warm_up(server, folder, steps[0])
    told: dict = {"seconds_to_warm_up": round(time.monotonic() - began, 1)}
    if arguments.kills:
        told |= _kills(server, folder, steps, arguments)
    if arguments.faults:
        told["fault_sweep"] = _faults(server, folder, arguments)
    return told | {"seconds": round(time.monotonic() - began, 1)}


def _say(arguments: argparse.Namespace, text: str) -> None:
    if not arguments.json or arguments.verbose:
        print(f"  {text}", file=sys.stderr, flush=True)


def _world(server: Server, folder: Path, name: str) -> World:
    """A world of its own, its schema made."""
    world = World(folder / name, server.database(name))
    world.folder.mkdir()
    store = Store(world.url)
    store.migrate()
    store.close()
    return world


def _warm_up(server: Server, folder: Path, step) -> None:
    """Import and try everything once in this process, so that the forked runs need not.

    The progress bars of Great Expectations share one lock among all processes forked from here: a run killed while it
    holds it would stop all later ones. Runs that people start share nothing, so here each gets a lock of its own.
    """
    tqdm.set_lock(threading.RLock())
    tqdm.monitor_interval = 0
    world = _world(server, folder, "warm_up")
    world.deliver(step)
    world.run(step)
    server.drop("warm_up")
    gc.collect()
    gc.freeze()


def _kills(server: Server, folder: Path, steps: list, arguments: argparse.Namespace) -> dict:
    def say(text: str) -> None:
        _say(arguments, text)

    meant = reference(_world(server, folder, "unbroken"), steps, say)
    killed = _world(server, folder, "killed")
    return kill_runs(killed, server, steps, meant, arguments.kills, arguments.seed, say)


def _faults(server: Server, folder: Path, arguments: argparse.Namespace) -> dict:
    """Let a run fail that takes in something new and makes another list than the one before."""
    before = _world(server, folder, "before")
    steps = steps_of(folder / "county_of_faults", None, arguments.persons, arguments.years)
    first_list = None
    for number, step in enumerate(steps):
        template = f"before_{number}"
        server.database(template, "before")
        shutil.copytree(before.folder, folder / template, symlinks=True)
        before.deliver(step)
        run_until_done(before, step)
        meant = state_of(before)
        if first_list and meant["list_id"] != first_list:
            earlier = World(folder / template, named(server.url, template))
            of = Sweep(server, folder, earlier, template, step, meant)
            return sweep(of, arguments.stride, arguments.seed % arguments.stride, lambda text: _say(arguments, text))
        first_list = meant["list_id"]
        server.drop(template)
    raise RuntimeError("every run of this county makes the same list: name more --persons")


def is_right(told: dict) -> bool:
    """Did everything hold?"""
    wrong = told.get("unequal_states", []) + told.get("torn", []) + told.get("fault_sweep", {}).get("wrong", [])
    return not wrong and not any(told.get(name) for name in ("lost_rows", "not_recovered_runs", "hung_runs"))


def main() -> None:
    """Read the arguments, measure, print; exit code 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--steps", type=int, help="runs to publish (else one for every ten kills, at most 50)")
    parser.add_argument("--faults", action="store_true", help="let each operation of a run fail in turn, too")
    parser.add_argument("--stride", type=int, default=1, help="let every Nth operation fail only")
    parser.add_argument("--persons", type=int, default=60, help="people of the made-up county")
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--verbose", action="store_true", help="tell how far it is even so")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outreach-crash-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL runs as a user of its own when started by root
        told = measure(arguments, Path(folder))
    print(json.dumps(told, indent=1, ensure_ascii=False))
    sys.exit(0 if is_right(told) else 1)


if __name__ == "__main__":
    main()
