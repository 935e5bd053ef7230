"""The review as a person types it, right and wrong: the whole program from its arguments to its exit code."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.settings import read_settings
from pipeline.store import Store
from tests.review import county


@dataclass(frozen=True)
class Answered:
    """What did a command say, and with which exit code did it end?"""

    returncode: int
    stdout: str
    stderr: str


class Home:
    """Where commands are typed: a folder with deliveries, and the database of its own that they read."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys

    def outreach(self, *arguments: str) -> Answered:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["outreach", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = self._capsys.readouterr()
        return Answered(code, told.out, told.err)


@pytest.fixture
def home(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", store._url)
    monkeypatch.setenv("OUTREACH_HOME", str(folder / "home"))
    monkeypatch.setenv("OUTREACH_LIST_SIZE", str(county.LIST_SIZE))
    monkeypatch.setenv("LOGNAME", "reviewer")
    monkeypatch.chdir(folder)
    read_settings.cache_clear()
    yield Home(folder, monkeypatch, capsys)
    read_settings.cache_clear()


def run(home: Home) -> Answered:
    return home.outreach("run", "--deliveries", "in", "--as-of", "2026-11-16", "--out", "out")


def entries(home: Home) -> list[str]:
    return [
        entry["person_id"] for entry in json.loads((home.folder / "out" / "outreach_list.json").read_text())["entries"]
    ]


def review(home: Home, *arguments: str) -> Answered:
    return home.outreach("review", *arguments)


def next_json(home: Home, *arguments: str) -> dict:
    return json.loads(review(home, "next", "--json", *arguments).stdout)


def test_next_shows_the_records_the_weights_and_what_each_answer_changes(home: Home):
    shown = review(home, "next", "--kind", "uncertain-link", "--names")
    assert shown.returncode == 0, shown.stderr
    for wanted in (
        "TORRES",
        "1962-04-05",
        "≠ 1962-04-06",
        "not known",
        "birth date",
        "any two records",
        "1 of 1 open item",
    ):
        assert wanted in shown.stdout, shown.stdout
    assert "If they are the same person: nothing changes on the list." in shown.stdout
    [told] = re.findall(r"If they are different people: (P-\w+) would leave the list with 11 points", shown.stdout)
    assert told == next_json(home, "--kind", "uncertain-link")["person_id_l"]
    assert "outreach review decide R-" in shown.stdout
    assert "probability" not in shown.stdout


def test_without_a_terminal_and_in_json_nobody_is_named(home: Home):
    said = [
        review(home, "next"),
        review(home, "next", "--skip", "1"),
        review(home, "next", "--json"),
        review(home, "history"),
    ]
    told = "".join(answer.stdout + answer.stderr for answer in said).upper()
    assert not [value for value in county.CANARIES if value in told]
    assert "--NAMES SHOWS WHAT THEY SAY" in told
    item = next_json(home)
    assert (item["kind"], item["open_items"]) == ("uncertain difference", 2)
    assert item["effects"][0]["role"] == "stays"
    assert next_json(home, "--skip", "9") == {"open_items": 2}
    assert "Nothing to review here: 0 open items." in review(home, "next", "--kind", "contradiction").stdout


def test_an_answer_changes_the_list_of_the_next_run_and_undo_changes_it_back(home: Home):
    assert run(home).returncode == 0
    before, item = entries(home), next_json(home, "--kind", "uncertain-link")
    because = "Two certificates of Alma seen"
    done = review(home, "decide", item["item_id"], "different", "--because", because, "--by", "A. Reviewer")
    assert done.returncode == 0, done.stderr
    assert "is written down" in done.stdout
    assert "It takes effect with the next run." in done.stdout
    number = re.findall(r"Decision (\d+)", done.stdout)[0]
    assert next_json(home, "--kind", "uncertain-link") == {"open_items": 0}
    again = review(home, "decide", item["item_id"], "same", "--because", because)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert f"was decided already: number {number}, different" in again.stderr
    assert run(home).returncode == 0
    assert item["person_id_l"] in before
    assert item["person_id_l"] not in entries(home)
    record = review(home, "history", item["record_id_l"], "--names").stdout
    assert "A. Reviewer" in record
    assert because in record
    assert because not in review(home, "history", "--json").stdout + review(home, "history").stdout
    taken_back = review(home, "undo", number, "--because", "the wrong certificate")
    assert "is taken back. It takes effect with the next run." in taken_back.stdout
    assert run(home).returncode == 0
    assert entries(home) == before
    rows = json.loads(review(home, "history", "--json").stdout)
    assert [(row["verdict"], row["undone_by"], row["undoes"]) for row in rows] == [
        ("different", 2, None),
        ("undone", None, 1),
    ]
    assert [row["decided_by"] for row in rows] == ["A. Reviewer", "reviewer"]


WRONG = (
    (("decide", "R-0000000000", "same", "--because", "seen"), 1, "the newest queue has no item of that id"),
    (("decide", "ITEM", "same", "--because", "  "), 2, "a decision has a reason"),
    (("decide", "ITEM", "same", "--because", "seen", "--by", " "), 2, "name the person with --by"),
    (("decide", "ITEM", "perhaps", "--because", "seen"), 2, "is not one of 'same', 'different', 'cannot-tell'"),
    (("decide", "ITEM", "same"), 2, "Missing option '--because'"),
    (("undo", "4711", "--because", "seen"), 1, "there is no decision of that number"),
    (("undo", "first", "--because", "seen"), 2, "unable to parse string as an integer"),
    (("history", "Alma Torres"), 1, "no item, person or record of that id was ever known here [not an id]"),
    (("next", "--kind", "odd"), 2, "is not one of"),
    (("nxt",), 2, "No such command"),
)


def test_what_is_typed_wrongly_gets_one_clear_line(home: Home):
    open_item = next_json(home)["item_id"]
    for arguments, code, line in WRONG:
        answer = review(home, *(open_item if word == "ITEM" else word for word in arguments))
        assert (answer.returncode, answer.stdout) == (code, ""), arguments
        assert line in " ".join(answer.stderr.replace("│", " ").split()), arguments
        assert "Traceback" not in answer.stderr
        assert "Torres" not in answer.stderr


def test_every_command_explains_itself(home: Home):
    overview = review(home, "--help").stdout
    for command in ("next", "decide", "undo", "history"):
        assert command in overview
        assert len(review(home, command, "--help").stdout) > 200
    assert "Shows names" in review(home, "next", "--help").stdout
    assert "no more about a person than is needed" in " ".join(
        review(home, "decide", "--help").stdout.replace("│", " ").split()
    )
