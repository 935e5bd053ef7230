"""`outreach audit …` as a person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.store import Store


def outreach(store: Store, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    variables = os.environ | {"OUTREACH_DATABASE_URL": store._url, "COLUMNS": "200", "OUTREACH_ZONE": "America/Denver"}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)


def test_verify_tells_count_and_head_and_knows_a_head_noted_earlier(trail: Store):
    answer = outreach(trail, "audit", "verify")
    assert (answer.returncode, answer.stderr.strip()) == (0, "")
    head = answer.stdout.split()[-1]
    assert "whole: 12 events" in answer.stdout
    told = json.loads(outreach(trail, "audit", "verify", "--head", head, "--json").stdout)
    assert (told["is_whole"], told["events"], told["head"]) == (True, 12, head)
    wrong = outreach(trail, "audit", "verify", "--head", "0f" * 32)
    assert wrong.returncode == 1
    assert "was asked for is not in the chain" in wrong.stderr


def test_a_broken_chain_is_one_clear_line_and_exit_code_1(trail: Store):
    with trail._engine.begin() as owner:
        owner.execute(sa.text("alter table audit.event disable trigger all"))
        owner.execute(sa.text("update audit.event set actor = 'Martin Quill' where event_id = 7"))
    answer = outreach(trail, "audit", "verify")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.strip() == "outreach: the audit trail is broken: event 7 was changed after it was written"
    as_json = outreach(trail, "audit", "verify", "--json")
    told = json.loads(as_json.stdout)
    assert (as_json.returncode, told["first_broken_event"], told["fault"]) == (1, 7, "changed")
    assert "Quill" not in as_json.stdout + as_json.stderr


def test_show_is_newest_first_and_can_be_narrowed(trail: Store):
    rows = json.loads(outreach(trail, "audit", "show", "--json").stdout)
    assert [row["event_id"] for row in rows] == list(range(12, 0, -1))
    assert rows[-1]["at"] == "2026-11-17T06:00:00+00:00"
    assert rows[-1]["why"] is None
    assert rows[0]["facts"] == {"rows": 11, "share": 1.375, "list_id": "0f", "is_new": True}
    # the county's 20 November begins at 7 o'clock UTC
    later = json.loads(outreach(trail, "audit", "show", "--since", "2026-11-20", "--json").stdout)
    assert [row["event_id"] for row in later] == [12]
    acts = json.loads(outreach(trail, "audit", "show", "--act", "act_2", "--json").stdout)
    assert [row["event_id"] for row in acts] == [11, 7, 3]
    shown = outreach(trail, "audit", "show", "--top", "1").stdout
    assert "request-11" in shown
    assert "2026-11-20 11:00:00 UTC" in shown
    assert "rows 11, share 1.375" in shown


def test_where_nothing_was_done_nothing_is_shown(store: Store):
    assert outreach(store, "audit", "show", "--json").stdout == "[]\n"
    assert outreach(store, "audit", "verify").returncode == 0


@pytest.mark.parametrize("command", ["verify", "show"])
def test_help_teaches_with_an_example(store: Store, command: str, tmp_path: Path):
    told = outreach(store, "audit", command, "--help").stdout
    assert "Example" in told
    assert f"outreach audit {command}" in told
