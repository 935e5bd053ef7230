"""A run that is killed, or whose database or disk fails, leaves one whole list; running again puts everything right."""

import json
import subprocess
import sys

import pytest

from benchmarks.crash.faults import DATABASE_FAULTS, FILE_FAULTS


def measured(*arguments: str) -> dict:
    """What does the benchmark tell? It forks, so it runs in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.crash", "--json", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3000)
    assert told.stdout, told.stderr[-3000:]
    return json.loads(told.stdout)


def assert_kills_did_no_harm(told: dict, kills: int) -> None:
    assert told["kills"] >= kills
    assert told["torn"] == []
    assert told["unequal_states"] == []
    assert (told["lost_rows"], told["not_recovered_runs"]) == (0, 0)
    assert told["reader"]["looks"] > kills


def assert_every_fault_was_got_over(told: dict) -> None:
    found = told["fault_sweep"]
    assert found["wrong"] == []
    assert set(found["faults"]) == {
        *(f"database: {kind}" for kind in DATABASE_FAULTS),
        *(f"files: {kind}" for kind in FILE_FAULTS),
    }


def test_ten_kills_and_a_few_faults():
    told = measured(
        "--kills", "10", "--steps", "2", "--persons", "8", "--years", "1", "--faults", "--stride", "150", "--seed", "53"
    )
    assert_kills_did_no_harm(told, 10)
    assert_every_fault_was_got_over(told)


@pytest.mark.long
def test_a_hundred_kills_and_every_seventh_fault():
    told = measured("--kills", "100", "--faults", "--stride", "7", "--seed", "5")
    assert_kills_did_no_harm(told, 100)
    assert_every_fault_was_got_over(told)
