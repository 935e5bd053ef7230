"""Does `outreach agency check` tell beforehand what the road then does with a file, and never a value?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.agencies import load_agencies
from pipeline.contract.errors import SettingError
from pipeline.dry_run import check_files
from pipeline.store import Store
from tests.dags.deliveries import CANARY
from tests.road import county

JAIL = {agency.name: agency for agency in load_agencies()}["riverton_county_jail"]


def typed(*words):
    return CliRunner().invoke(cli.app, ["agency", "check", *map(str, words)])


def bookings(folder: Path) -> Path:
    """Five rows: a good one, an impossible day, no birth date, one that never happened, the first one again."""
    rows = ({}, {"BOOK_DT": "20261350"}, {"DOB": CANARY}, {"STATUS": "MISTAKEN"}, {"BOOKING_NO": "B0", "SEX": "F"})
    return county.bookings(folder, *({"BOOKING_NO": f"B{n}"} | row for n, row in enumerate(rows)))


def test_a_dry_run_counts_what_the_run_then_counts(store: Store, tmp_path: Path):
    path = bookings(tmp_path / "in")
    [told] = check_files(JAIL, [path])
    county.run(store, tmp_path / "in", tmp_path / "out")
    counts = county.accounting(store)[JAIL.name]
    assert (told.rows, told.quarantined) == (counts["delivered"], counts["quarantined"]) == (5, 1)
    assert (told.accepted, told.retracted) == (counts["accepted"], counts["retracted"]) == (2, 2)
    assert told.accepted + told.quarantined + told.retracted == told.rows
    row = store.read("quarantined_rows").iloc[0]
    reasons = {reason.costs: reason for reason in told.reasons}
    assert (reasons["the row"].column, reasons["the row"].lines) == (row["column"], (int(row["line"]),))
    assert (reasons["the value"].column, reasons["the value"].lines) == ("DOB", (4,))
    filled = {column.column: column.share for column in told.columns}
    assert (filled["BOOKING_NO"], filled["DOB"]) == (1.0, 0.75)


def test_it_shows_reasons_and_lines_and_no_value(tmp_path: Path):
    done = typed(bookings(tmp_path / "in"), "--agency", JAIL.name)
    assert done.exit_code == 0, done.output
    assert "BOOK_DT" in done.output
    told = typed(tmp_path / "in" / JAIL.name, "--agency", JAIL.name, "--json")
    [only] = json.loads(told.stdout)
    assert (only["accepted"], only["quarantined"]) == (2, 1)
    assert CANARY not in done.output + told.output


def test_a_file_that_would_be_refused_or_left_alone_says_so(tmp_path: Path):
    path = bookings(tmp_path / "in")
    path.write_text(path.read_text(encoding="utf-8").replace("BOOK_DT", "BOOKED"), encoding="utf-8")
    other = path.with_name("roster.docx")
    other.write_bytes(b"x")
    refused, unknown = sorted(check_files(JAIL, [path, other]), key=lambda one: one.file)
    assert "lacks a column" in str(refused.refused)
    assert "BOOK_DT" in str(refused.refused)
    assert (refused.accepted, refused.quarantined) == (0, 5)
    assert (unknown.feed, unknown.rows) == (None, 0)
    assert typed(path, "--agency", JAIL.name).exit_code == 1
    assert typed(other, "--agency", JAIL.name).exit_code == 0
    path.write_bytes(b"PK\x03\x04 a workbook")
    assert "header" in str(next(check_files(JAIL, [path])).refused)


@pytest.mark.parametrize(
    ("words", "told"),
    [(("nothing.csv", "--agency", JAIL.name), "no file here"), ((".", "--agency", "the_moon"), "riverton_county_jail")],
)
def test_what_is_typed_wrongly_is_told(words, told):
    assert isinstance(fault := typed(*words).exception, SettingError)
    assert told in str(fault)
