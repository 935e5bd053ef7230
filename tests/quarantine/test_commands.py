"""What does somebody see who types `outreach quarantine …`? Counts, lines and what to do; never a value."""

import json
import logging
import os

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.contract.errors import SettingError
from pipeline.settings import read_settings
from pipeline.store import create_database
from tests.road import county

CANARY = "ZQXCANARY"


@pytest.fixture
def typed(monkeypatch, server_url, template, tmp_path, _numbers):
    """Type a command with a database and folders of its own; answers what was printed."""
    url = create_database(server_url, f"outreach_quarantine_{os.getpid()}_{next(_numbers)}", template)
    for name, value in {"DATABASE_URL": url, "HOME": tmp_path / "home", "OUT": tmp_path / "out"}.items():
        monkeypatch.setenv(f"OUTREACH_{name}", str(value))
    read_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(cli.app, list(map(str, words)), catch_exceptions=True)
    read_settings.cache_clear()


def quarantined(typed, *words):
    return json.loads(typed("quarantine", *words, "--json").stdout)


def test_a_clerk_counts_looks_and_puts_away_and_the_report_says_so(typed, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    bad = {"BOOK_DT": CANARY, "LAST_NAME": CANARY, "BOOKING_NO": "B2"}
    county.bookings(tmp_path / "in", {}, bad, {"BOOKING_NO": "B3", "BOOK_DT": "20261350"})
    when = ("--as-of", county.AS_OF)
    assert typed("run", "--deliveries", tmp_path / "in", *when, "--at", "2026-11-17T06:00").exit_code == 0
    told = quarantined(typed, "list")
    [reason], [week] = told["by_reason"], told["by_week"]
    assert (reason["reason"], reason["open_count"], reason["worked_count"]) == ("bad_date", 2, 0)
    assert (week["week"], week["row_count"]) == ("2026-11-09", 2)
    assert quarantined(typed, "list", "--since", "2026-11-16") == {"by_reason": [], "by_week": []}
    shown = quarantined(typed, "show", "--file", "bookings_20261115.csv", "--reason", "bad_date")
    assert [(row["line"], row["column"], row["is_worked"]) for row in shown] == [
        (3, "BOOK_DT", False),
        (4, "BOOK_DT", False),
    ]
    assert quarantined(typed) == [{k: v for k, v in row.items() if k != "is_worked"} for row in shown]
    one = ("--agency", "riverton_county_jail", "--file", "bookings_20261115.csv", "--line", 3)
    why = ("--because", "the agency sends it again")
    accepted = [quarantined(typed, "accept", *one, *why)["rows"] for _ in range(2)]
    assert accepted == [1, 0]
    assert [row["is_worked"] for row in quarantined(typed, "show", "--reason", "bad_date")] == [True, False]
    county.bookings(tmp_path / "in", {"BOOKING_NO": "B4"}, name="bookings_20261116.csv")
    assert typed("run", "--deliveries", tmp_path / "in", *when, "--at", "2026-11-17T07:00").exit_code == 0
    page = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    row = page[page.index("What is set aside") :].partition("</tbody>")[0]
    assert 'data-label="Open">1<' in row
    assert 'data-label="Worked">1<' in row
    retried = typed("quarantine", "retry", "--at", "2026-11-17T08:00")
    everything = [typed("quarantine", *words).output for words in ((), ("list",), ("show", "--reason", "bad_date"))]
    events = typed("audit", "show", "--json").output
    assert retried.exit_code == 0, retried.output
    assert "quarantine_worked" in events
    assert "the agency sends it again" in events
    assert "█" in everything[1]
    assert CANARY not in "".join([*everything, retried.output, events, caplog.text, page])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show",), "say which rows"),
        (("list", "--agency", "the_moon"), "riverton_county_jail"),
        (("accept", "--agency", "riverton_county_jail", "--because", " "), "say why"),
        (("accept", "--agency", "riverton_county_jail", "--because", "x", "--line", "3"), "give --file"),
    ],
)
def test_what_is_typed_wrongly_is_told(typed, words, told):
    assert isinstance(fault := typed("quarantine", *words).exception, SettingError)
    assert told in str(fault)
