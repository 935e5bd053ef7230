"""The commands as a person types them, right and wrong, each in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.road import county


@pytest.fixture(scope="module")
def home(homes: Path) -> Path:
    folder = homes / "commands"
    folder.mkdir()
    county.whole_county(folder / "in")
    county.calls(
        folder / "in", {"IncidentNo": "26-7", "CallReceived": "never"}, {"IncidentNo": "26-8"}, name="cad_20261116.csv"
    )
    return folder


def outreach(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    variables = os.environ | {"OUTREACH_HOME": str(home / "data"), "COLUMNS": "200"} | environment
    return subprocess.run(command, env=variables, cwd=home, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def ran(home: Path) -> subprocess.CompletedProcess:
    return outreach(home, "run", "--deliveries", "in", "--as-of", "2026-11-16", "--out", "out")


def test_run_prints_counts_entries_and_where_the_files_are(ran: subprocess.CompletedProcess, home: Path):
    assert ran.returncode == 0, ran.stderr
    for expected in ("rows delivered", "The first 1 of 1, as of 2026-11-16", "P-", "outreach_list.pdf"):
        assert expected in ran.stdout
    assert (home / "out" / "run_report.html").exists()


def test_run_in_another_process_time_zone_and_hash_seed_gives_the_same_list(
    ran: subprocess.CompletedProcess, home: Path
):
    for number, seed in enumerate(("1", "2")):
        other = outreach(
            *(home, "run", "--deliveries", "in", "--as-of", "2026-11-16", "--out", f"other{number}", "--json"),
            PYTHONHASHSEED=seed,
            TZ="Asia/Tokyo",
            OUTREACH_HOME=str(home / f"data{number}"),
        )
        assert other.returncode == 0, other.stderr
        assert json.loads(other.stdout)["stages"]["entries on the list"] == 1
        expected = (home / "out" / "outreach_list.json").read_bytes()
        assert (home / f"other{number}" / "outreach_list.json").read_bytes() == expected


def test_links_writes_every_accepted_person_record(ran: subprocess.CompletedProcess, home: Path):
    assert outreach(home, "links", "--out", "links.csv").returncode == 0
    lines = (home / "links.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "agency,feed,record_key,person_id"
    assert re.fullmatch(r"riverton_police,calls,26-1\|1,P-[0-9A-Z]{8}", next(x for x in lines if ",26-1|1," in x))
    assert len(lines) == 1 + 7


def test_quarantine_tells_agency_feed_file_line_and_reason(ran: subprocess.CompletedProcess, home: Path):
    [row] = json.loads(outreach(home, "quarantine", "--json").stdout)
    found = {name: row[name] for name in ("agency", "feed", "file", "line", "reason")}
    assert found == {
        "agency": "riverton_police",
        "feed": "calls",
        "file": "cad_20261116.csv",
        "line": 2,
        "reason": "bad_date",
    }
    assert "never" not in json.dumps(row)


def test_list_is_the_published_one_and_names_nobody_unless_asked(ran: subprocess.CompletedProcess, home: Path):
    assert outreach(home, "list", "--json").stdout == (home / "out" / "outreach_list.json").read_text(encoding="utf-8")
    assert "QUILL" not in outreach(home, "list").stdout.upper()
    assert "QUILL" in outreach(home, "list", "--names").stdout.upper()


def test_why_agencies_and_doctor_answer(ran: subprocess.CompletedProcess, home: Path):
    listed = json.loads(outreach(home, "list", "--json").stdout)["entries"][0]["person_id"]
    assert f"{listed} is number 1 on the current list" in outreach(home, "why", listed).stdout
    assert len(json.loads(outreach(home, "agencies", "--json").stdout)) == 9
    doctor = outreach(home, "doctor", OUTREACH_TEAMS='{"Riverton": 3}')
    assert doctor.returncode == 0
    assert "OUTREACH_DATABASE_URL" in doctor.stdout
    assert "no secret yet: set your own" in " ".join(doctor.stdout.split())
    assert "pepper" not in (kept := outreach(home, "doctor", OUTREACH_ID_KEY="pepper").stdout)
    assert "(set, secret)" in kept


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("run", "--deliveries", "nowhere"), 2, "outreach: there is no folder of deliveries here"),
        (("run", "--as-of", "16.11.2026"), 2, "does not match the format"),
        (("why", "P-00000000"), 1, "outreach: no person of that id was ever known here"),
        (("why", "Martin Quill"), 1, "outreach: no person of that id was ever known here"),
        (("evaluate", "--truth", "nowhere.csv"), 2, "outreach: the truth file cannot be read"),
        (("synthesize", "--out", "in"), 2, "outreach: the folder is not empty"),
        (("lst",), 2, "No such command"),
    ],
)
def test_what_is_typed_wrongly_gets_one_clear_line(
    ran: subprocess.CompletedProcess, home: Path, arguments: tuple[str, ...], code: int, line: str
):
    answer = outreach(home, *arguments)
    assert answer.returncode == code
    assert line in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTREACH_LIST_SIZE", "many"),
        ("OUTREACH_TEAMS", "{Riverton: 3"),
        ("OUTREACH_TEAMS", '{"Riverton": -3}'),
        ("OUTREACH_ZONE", "Mars/Olympus"),
        ("OUTREACH_LOG_LEVEL", "LOUD"),
        ("OUTREACH_DATABASE_URL", "nonsense"),
        ("OUTREACH_DATABASE_URL", "sqlite:///secret.db"),
        ("OUTREACH_HOME", "/proc/nowhere"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(home: Path, name: str, value: str):
    answer = outreach(home, "list", **{name: value})
    assert answer.returncode == 2
    assert answer.stderr.startswith("outreach: ")
    assert name in answer.stderr
    assert "secret" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_gate_shows_every_check_with_a_word(ran: subprocess.CompletedProcess, home: Path):
    shown = outreach(home, "gate")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(outreach(home, "gate", "--json").stdout)
    assert shown.stdout.count("✓ passed") == len(told["checks"]) > 10
    assert told["is_current"] is True
    assert told["stale"] is None


def test_a_list_held_back_is_one_line_per_check_and_may_be_forced(ran: subprocess.CompletedProcess, home: Path):
    """On a database of its own: the agencies' last word is from November, and the list is for March."""
    late = ("run", "--deliveries", "in", "--as-of", "2027-03-01", "--out", "late")
    own = {"OUTREACH_HOME": str(home / "late_data")}
    held = outreach(home, *late, **own)
    assert held.returncode == 1
    first, *findings = (line for line in held.stderr.splitlines() if line.startswith("outreach: "))
    assert first.startswith("outreach: the new list was held back and no list was ever published; `outreach gate`")
    assert len(findings) == 6
    assert all("later than it may be" in line for line in findings)
    assert not (home / "late").exists()
    gate = outreach(home, "gate", **own)
    assert gate.stdout.count("✗ failed") == 6
    refused = outreach(home, "publish", "--force", "--out", "late", **own)
    assert (refused.returncode, "--because" in refused.stderr) == (2, True)
    still = outreach(home, "publish", "--out", "late", **own)
    assert (still.returncode, "later than it may be" in still.stderr) == (1, True)
    forced = outreach(home, "publish", "--force", "--because", "A rehearsal.", "--out", "late", **own)
    assert forced.returncode == 0, forced.stderr
    assert "outreach_list.pdf" in forced.stdout
    assert json.loads(outreach(home, "gate", "--json", **own).stdout)["is_current"] is True


def test_links_cannot_be_written_onto_a_folder(ran: subprocess.CompletedProcess, home: Path):
    answer = outreach(home, "links", "--out", "in")
    assert (answer.returncode, answer.stderr[:10]) == (1, "outreach: ")


def test_before_any_run_there_is_no_list(home: Path):
    answer = outreach(home, "list", OUTREACH_HOME=str(home / "fresh"))
    assert answer.returncode == 1
    assert answer.stderr.strip() == "outreach: no list has been published yet; start with `outreach run`"


def test_every_command_explains_itself(home: Path):
    overview = outreach(home, "--help").stdout
    commands = ("run", "synthesize", "evaluate", "list", "why", "links", "quarantine", "agencies", "doctor")
    for command in (*commands, "gate", "publish"):
        assert command in overview
        assert len(outreach(home, command, "--help").stdout) > 200
