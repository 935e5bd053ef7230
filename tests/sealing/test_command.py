"""What does somebody see who types `outreach seal`? Counts and notices, and never a record."""

import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.contract.errors import SettingError
from pipeline.settings import read_settings
from tests.road import county
from tests.sealing.worlds import OTHER

RECORD = "riverton_county_jail/bookings/B1ZQX"


@pytest.fixture
def typed(monkeypatch, server_url, template, tmp_path, _numbers):
    """Type a command with a database and folders of its own; answers what was printed."""
    import os

    from pipeline.store import create_database

    url = create_database(server_url, f"outreach_seal_{os.getpid()}_{next(_numbers)}", template)
    for name, value in {"DATABASE_URL": url, "HOME": tmp_path / "home", "OUT": tmp_path / "out"}.items():
        monkeypatch.setenv(f"OUTREACH_{name}", str(value))
    read_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(cli.app, list(map(str, words)), catch_exceptions=True)
    read_settings.cache_clear()


def test_a_record_is_sealed_from_a_file_and_never_shown(typed, tmp_path: Path, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    county.calls(tmp_path / "in", {}, OTHER)
    county.bookings(tmp_path / "in", {"BOOKING_NO": "B1ZQX"})
    when = ("--as-of", county.AS_OF, "--at", "2026-11-17T06:00")
    assert typed("run", "--deliveries", tmp_path / "in", *when).exit_code == 0
    caplog.clear()
    order = tmp_path / "order.txt"
    order.write_text(f"{RECORD}\n\n", encoding="utf-8")
    done = typed(
        "seal", "--from", order, "--cause", "expunged", "--because", "order 26-114", "--at", "2026-11-17T07:00"
    )
    shown = done.output + capsys.readouterr().out + capsys.readouterr().err + caplog.text
    assert done.exit_code == 0, done.output
    assert "B1ZQX" not in shown
    assert "B1ZQX" not in " ".join(path.name for path in tmp_path.rglob("*"))
    listed = typed("list")
    assert listed.exit_code == 0
    left = [
        path.read_bytes() for folder in ("out", "home") for path in (tmp_path / folder).rglob("*") if path.is_file()
    ]
    assert left
    assert not any(b"B1ZQX" in content for content in left)


@pytest.mark.parametrize(
    "words",
    [
        ("B1ZQX", "--cause", "sealed", "--because", "x"),
        ("no_agency/bookings/B1ZQX", "--cause", "sealed", "--because", "x"),
        (RECORD, "--cause", "sealed"),
        (RECORD, "--because", "x"),
        ("--cause", "sealed", "--because", "x"),
        ("--from", "no_such_file", "--cause", "sealed", "--because", "x"),
    ],
    ids=["no record id", "no such agency", "nobody's word", "no cause", "no record", "no file"],
)
def test_what_is_typed_wrongly_is_refused_without_repeating_it(typed, words):
    refused = typed("seal", *words)
    assert isinstance(refused.exception, SettingError)
    assert "B1ZQX" not in str(refused.exception)
