"""What does kill -9 do, at any moment, a thousand times? Runs are killed, re-run, and compared with unbroken ones."""

import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.crash.reader import Watch
from benchmarks.crash.server import Server, application_name
from benchmarks.crash.state import differences, state_of
from benchmarks.crash.world import Marker, Step, World, run_until_done, start

BACKEND_SHARE, POSTMASTER_SHARE = 0.04, 0.01
"""Of all kills, those that hit the database server instead of the run: one of its processes, or its first."""
STEPS = ("take in", "find who is who", "rank", "publish")
AIMED_SHARE = 0.5
"""Of the kills, those that wait for a step drawn by lot, so that short steps are hit as often as long ones."""
LONGEST_SECONDS = 120
"""A run of the small county that takes longer waits for something that never comes."""
WITHIN_SECONDS = 0.35
"""After an aimed step has begun, the kill comes within this."""


@dataclass
class Tally:
    """What was counted?"""

    kills: Counter = field(default_factory=Counter)
    of_server: Counter = field(default_factory=Counter)
    ended_first: int = 0
    hung: int = 0
    recovered: int = 0
    not_recovered: int = 0
    unequal: list[str] = field(default_factory=list)
    lost_rows: int = 0

    @property
    def count(self) -> int:
        """How many kills were there?"""
        return sum(self.kills.values())


def reference(world: World, steps: list[Step], say) -> list[dict]:
    """What is there after each step, when nobody kills anything?"""
    states = []
    for step in steps:
        world.deliver(step)
        done, _ = run_until_done(world, step)
        if not done:
            raise RuntimeError(f"an unbroken run failed at step [{step.number}]")
        states.append(state_of(world))
        say(f"unbroken run {step.number + 1} of {len(steps)}")
    return states


def kill_runs(world: World, server: Server, steps: list[Step], meant: list[dict], kills: int, seed: int, say) -> dict:
    """Kill runs, several in a row per step, then run once more and compare. Answers the counts."""
    rng = random.Random(seed)
    tally, seconds = Tally(), 2.0
    watch = Watch(world)
    try:
        for step in steps:
            world.deliver(step)
            wanted = round(kills * (step.number + 1) / len(steps))
            attempts = 0
            while tally.count < wanted and attempts < 20 * kills:
                attempts += 1
                _kill_one(world, server, step, rng, seconds, tally)
            done, seconds = run_until_done(world, step)
            tally.recovered += done
            tally.not_recovered += not done
            found = state_of(world)
            tally.lost_rows += abs(found["lost"])
            tally.unequal += [f"step {step.number}: {line}" for line in differences(found, meant[step.number])]
            say(f"step {step.number + 1} of {len(steps)}: {tally.count} kills, {len(tally.unequal)} differences")
    finally:
        seen = watch.stop()
    return {
        "kills": tally.count,
        "kills_by_step": dict(sorted(tally.kills.items())),
        "of_them_of_the_server": dict(sorted(tally.of_server.items())),
        "runs_that_ended_before_their_kill": tally.ended_first,
        "hung_runs": tally.hung,
        "recovered_runs": tally.recovered,
        "not_recovered_runs": tally.not_recovered,
        "torn_lists": len(seen["torn"]),
        "torn": sorted(set(seen["torn"])),
        "lost_rows": tally.lost_rows,
        "unequal_states": tally.unequal,
        "reader": {name: count for name, count in seen.items() if name != "torn"},
    }


def _kill_one(world: World, server: Server, step: Step, rng: random.Random, seconds: float, tally: Tally) -> None:
    aimed = rng.choice(STEPS) if rng.random() < AIMED_SHARE else None
    delay = rng.uniform(0, WITHIN_SECONDS) if aimed else rng.uniform(0, seconds)
    lot = rng.random()
    child = start(world, step, _name_connections)
    while aimed and child.step() != aimed and child.ended() is None:
        time.sleep(0.001)
        if time.monotonic() - child.began > LONGEST_SECONDS:
            tally.hung += 1
            break
    time.sleep(delay)
    if child.ended() is not None:
        tally.ended_first += 1
        return
    hit = child.step()
    if lot < POSTMASTER_SHARE:
        server.kill_postmaster()
        tally.of_server["first process"] += 1
    elif lot < POSTMASTER_SHARE + BACKEND_SHARE and server.kill_backend(child.pid):
        tally.of_server["process of the run"] += 1
    else:
        child.kill()
    child.wait(60)
    tally.kills[hit] += 1
    if lot < POSTMASTER_SHARE + BACKEND_SHARE:
        server.come_back()


def _name_connections(marker: Marker) -> None:
    """In the child: let the server know which connections are this run's."""
    os.environ["PGAPPNAME"] = application_name(os.getpid())
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 -- a run that is killed has nothing to say
