"""A week goes wrong: is the list held back with a reason that names the agency, and does the last good one say so?"""

import json
import logging
import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdf
import pytest

from pipeline import answers, flow, publication
from pipeline.contract.errors import NothingToPublish, PublishHeldBack, SettingError
from pipeline.settings import Settings
from pipeline.store import Store
from tests.gate import weeks
from tests.gate.weeks import LAST_WEEK, THIS_WEEK, Row
from tests.road import county

REASON = "The police confirmed by phone that their new system leaves the dates out"


@pytest.fixture
def last_week(store: Store, tmp_path: Path) -> Path:
    """The folder of deliveries, after last week's list was published from it."""
    weeks.send_history(tmp_path / "in")
    weeks.run(store, tmp_path / "in", tmp_path / "out", LAST_WEEK)
    return tmp_path / "in"


def held_back(store: Store, folder: Path, as_of: date = THIS_WEEK) -> PublishHeldBack:
    with pytest.raises(PublishHeldBack) as fault:
        weeks.run(store, folder, folder.parent / "out", as_of)
    return fault.value


def told(store: Store) -> dict:
    with store.transaction() as work:
        return answers.tell_gate(work)


def folders(out: Path) -> tuple[Path, Path]:
    """Where are the files of every published list kept, and where do people look?"""
    return flow.published_of(Settings(home=out.parent / "home")), out


def events(store: Store) -> list[str]:
    return list(store.read("told_events", since=None, act=None, at_most=999)["act"])


def failed(store: Store) -> list[tuple[str, str | None]]:
    return [(check["name"], check["agency"]) for check in told(store)["checks"] if not check["is_passed"]]


# --- faults --------------------------------------------------------------------------------------------------------


def without_birth_dates(rows: list[Row]) -> list[Row]:
    return [row | {"DOB": ""} for row in rows]


def a_tenth(rows: list[Row]) -> list[Row]:
    return rows[: len(rows) // 10]


def ten_times(rows: list[Row]) -> list[Row]:
    return [row | {"IncidentNo": f"{row['IncidentNo']}-{copy}"} for row in rows for copy in range(10)]


def one_stand_in_person(rows: list[Row]) -> list[Row]:
    """A clerk's stand-in for people whose name is not known, on old calls that are sent for the first time."""
    day_of = [LAST_WEEK - timedelta(days=number % 50) for number in range(150)]
    return [*rows, *(weeks.call(f"OLD-{n}", 30, day, is_crisis=False) for n, day in enumerate(day_of))]


def everything_again_under_new_numbers(rows: list[Row]) -> list[Row]:
    again = [
        row | {"IncidentNo": f"NEW-{row['IncidentNo']}"}
        for weeks_ago in range(weeks.FIRST_WEEKS)
        for row in weeks.rows_of_week(LAST_WEEK - timedelta(days=7 * weeks_ago))[0]
    ]
    return [*rows, *again]


def a_month_of_strangers(rows: list[Row]) -> list[Row]:
    strangers = [
        weeks.call(f"S-{who}-{number}", who, THIS_WEEK - timedelta(days=number * 4 + who % 4), is_crisis=True)
        for who in range(100, 130)
        for number in range(7)
    ]
    return [*rows, *strangers]


FAULTS = {
    "a column is emptied": (without_birth_dates, ("filled fields", "riverton_police"), "birth date in 0% of"),
    "a tenth of the rows": (a_tenth, ("volume", "riverton_police"), "far fewer than usual"),
    "ten times the rows": (ten_times, ("volume", "riverton_police"), "far more than usual"),
    "one stand-in person": (
        one_stand_in_person,
        ("largest person's growth", "riverton_police"),
        "The person with the most records",
    ),
    "everything again": (everything_again_under_new_numbers, ("records per person", None), "records per person"),
    "another list altogether": (a_month_of_strangers, ("new entries", None), "were not on the last list"),
}


@pytest.mark.parametrize("case", list(FAULTS))
def test_a_week_gone_wrong_is_held_back_with_a_reason(store: Store, last_week: Path, case: str):
    fault, check, words = FAULTS[case]
    before = county.published(last_week.parent / "out")
    weeks.send_week(last_week, THIS_WEEK, calls=fault)
    held = held_back(store, last_week)
    assert check in failed(store)
    assert any(words in line for line in held.lines())
    if check[1]:
        assert any("Riverton Police Department" in line for line in held.findings)
    with store.transaction() as work:
        current = answers.current_list(work)
    assert current.list_id == before["list_id"]
    assert current.stale is not None
    assert words in current.stale.because
    after = county.published(last_week.parent / "out")
    assert after.pop("stale") == {"since": "2026-11-16T13:00:00+00:00", "because": current.stale.because}
    assert before.pop("stale") is None
    assert after == before


def test_a_usual_week_goes_out(store: Store, last_week: Path):
    weeks.send_week(last_week, THIS_WEEK)
    result = weeks.run(store, last_week, last_week.parent / "out", THIS_WEEK)
    found = told(store)
    assert failed(store) == []
    assert (found["list_id"], found["is_current"], found["stale"]) == (result.list_id, True, None)
    compared = [check for check in found["checks"] if check["limit"] is not None]
    assert {check["name"] for check in compared} >= {"volume", "filled fields", "linked records", "new entries"}
    report = (last_week.parent / "out" / "run_report.html").read_text(encoding="utf-8")
    assert "Checks before publishing</h2>" in report
    assert report.count("✓ passed") == len(found["checks"])


def test_the_documents_of_the_last_good_list_say_that_a_newer_one_was_held_back(store: Store, last_week: Path):
    out = last_week.parent / "out"
    weeks.send_week(last_week, THIS_WEEK, calls=a_tenth)
    held = held_back(store, last_week)
    banner = "This list is from 9 Nov 2026. A newer one was held back: Riverton Police Department, calls: 3 "
    printed = " ".join(
        pypdf.PdfReader(BytesIO((out / "outreach_list.pdf").read_bytes())).pages[0].extract_text().split()
    )
    book = openpyxl.load_workbook(BytesIO((out / "outreach_list.xlsx").read_bytes()))
    report = (out / "run_report.html").read_text(encoding="utf-8")
    assert banner in printed
    assert book["Outreach list"]["A1"].value.startswith(banner)
    assert book["Outreach list"]["A2"].value == "Priority"
    assert book["About this list"]["A1"].value == "Not the newest list"
    assert banner in report
    assert "of the list that was held back</h2>" in report
    assert "✗ failed" in report
    assert held.lines()[0].startswith(
        "the new list was held back and the list of 2026-11-09 stays current and says so;"
    )


def test_a_held_back_list_is_kept_and_a_good_run_clears_the_stamp(store: Store, last_week: Path):
    out = last_week.parent / "out"
    weeks.send_week(last_week, THIS_WEEK, calls=without_birth_dates)
    first = held_back(store, last_week)
    again = held_back(store, last_week, THIS_WEEK + timedelta(days=1))
    assert first.list_id != again.list_id
    with store.transaction() as work:
        assert publication.list_named(work, first.list_id).as_of == "2026-11-16"
    assert county.published(out)["stale"]["since"] == "2026-11-16T13:00:00+00:00", "since it was first held back"
    weeks.send_week(last_week, THIS_WEEK)  # the corrected file: the same calls, their birth dates filled
    result = weeks.run(store, last_week, out, THIS_WEEK + timedelta(days=1))
    published = county.published(out)
    assert (published["list_id"], published["stale"]) == (result.list_id, None)
    assert told(store)["stale"] is None
    assert events(store).count("list_held_back") == 2


def test_a_list_is_published_by_force_with_a_reason_that_no_log_hears(
    store: Store, last_week: Path, caplog: pytest.LogCaptureFixture
):
    out = last_week.parent / "out"
    weeks.send_week(last_week, THIS_WEEK, calls=without_birth_dates)
    held = held_back(store, last_week)
    caplog.set_level(logging.DEBUG)
    act = weeks.act_on(THIS_WEEK, hour=15)
    publication.publish_by_hand(store, act, None, *folders(out), because=REASON, is_forced=True)
    published = county.published(out)
    assert (published["list_id"], published["stale"]) == (held.list_id, None)
    event = store.read("told_events", since=None, act=None, at_most=999).set_index("act").loc["list_published_by_force"]
    assert event["facts"]["because"] == REASON
    assert event["facts"]["list_id"] == held.list_id
    assert "list_published_by_force" in caplog.text
    assert REASON not in caplog.text
    weeks.send_week(last_week, THIS_WEEK + timedelta(days=7), calls=without_birth_dates)
    weeks.run(store, last_week, out, THIS_WEEK + timedelta(days=7))
    assert county.published(out)["as_of"] == "2026-11-23", "what somebody looked at and published is usual now"


def test_without_force_the_checks_are_made_again(store: Store, last_week: Path):
    out = last_week.parent / "out"
    weeks.send_week(last_week, THIS_WEEK, calls=a_tenth)
    held = held_back(store, last_week)
    act = weeks.act_on(THIS_WEEK)
    with pytest.raises(PublishHeldBack) as fault:
        publication.publish_by_hand(store, act, None, *folders(out), because=None, is_forced=False)
    assert fault.value.findings == held.findings
    with pytest.raises(SettingError, match="only the latest list"):
        publication.publish_by_hand(
            store, act, _an_older_made_list(store, last_week), *folders(out), because=None, is_forced=False
        )


def _an_older_made_list(store: Store, folder: Path) -> str:
    """Which list was made but is not the latest? The one held back before a newer one is."""
    older = told(store)["list_id"]
    held_back(store, folder, THIS_WEEK + timedelta(days=1))
    return older


@pytest.mark.parametrize("because", [None, "", "   ", "two\nlines", "a bell \a", "turned \u202eround", "x" * 501])
def test_force_needs_a_reason_that_can_be_read(store: Store, tmp_path: Path, because: str | None):
    with pytest.raises(SettingError, match="--because"):
        publication.publish_by_hand(
            store, weeks.act_on(THIS_WEEK), None, *folders(tmp_path / "out"), because=because, is_forced=True
        )


def test_what_cannot_become_current_cannot_be_forced(store: Store, last_week: Path):
    act, out = weeks.act_on(THIS_WEEK), last_week.parent / "out"
    earlier = weeks.run(store, last_week, last_week.parent / "earlier", LAST_WEEK - timedelta(days=7))
    with pytest.raises(SettingError, match="this list looks back"):
        publication.publish_by_hand(store, act, earlier.list_id, *folders(out), because=REASON, is_forced=True)
    with pytest.raises(SettingError, match="no list of that id"):
        publication.publish_by_hand(store, act, "0" * 16, *folders(out), because=REASON, is_forced=True)


def test_a_list_for_an_earlier_day_is_not_looked_at(store: Store, tmp_path: Path):
    weeks.send_history(tmp_path / "in")
    weeks.run(store, tmp_path / "in", tmp_path / "out", LAST_WEEK)
    before = told(store)
    earlier = weeks.run(store, tmp_path / "in", tmp_path / "earlier", LAST_WEEK - timedelta(days=21))
    assert county.published(tmp_path / "earlier" / "lists" / earlier.list_id)["list_id"] == earlier.list_id
    assert told(store) == before


def test_when_nothing_was_ever_published_nothing_is(store: Store, tmp_path: Path):
    weeks.send_history(tmp_path / "in")
    held = held_back(store, tmp_path / "in", date(2027, 3, 1))
    assert "no list was ever published" in held.lines()[0]
    assert {name for name, _ in failed(store)} == {"freshness"}
    assert not (tmp_path / "out").exists()
    with store.transaction() as work, pytest.raises(NothingToPublish):
        answers.current_list(work)


def test_before_any_list_there_is_nothing_to_show(store: Store):
    with pytest.raises(NothingToPublish, match="outreach run"):
        told(store)


def test_the_same_list_again_is_not_looked_at_twice(store: Store, last_week: Path):
    out = last_week.parent / "out"
    first = {path.name: path.read_bytes() for path in filter(Path.is_file, out.iterdir())}
    weeks.run(store, last_week, out, LAST_WEEK)
    assert {path.name: path.read_bytes() for path in filter(Path.is_file, out.iterdir())} == first
    weeks.send_week(last_week, THIS_WEEK, calls=a_tenth)
    held_back(store, last_week)
    stale = {path.name: path.read_bytes() for path in filter(Path.is_file, out.iterdir())}
    weeks.send_week(last_week, THIS_WEEK)
    assert events(store).count("list_checked") == 2
    assert json.loads(stale["outreach_list.json"])["list_id"] == json.loads(first["outreach_list.json"])["list_id"]


def test_a_check_names_no_person(store: Store, last_week: Path):
    weeks.send_week(last_week, THIS_WEEK, calls=without_birth_dates, bookings=a_tenth)
    held = held_back(store, last_week)
    said = "\n".join(
        [*held.lines(), json.dumps(told(store)), store.read("told_events", since=None, act=None, at_most=999).to_json()]
    )
    assert "riverton_police" in said
    shown = ("first", "last", "born", "address")
    people = [weeks.person(number)[part] for number in range(100) for part in shown]
    assert not [part for part in people if re.search(rf"\b{part}\b", said, re.IGNORECASE)]
