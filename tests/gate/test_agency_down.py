"""The police stop sending for weeks: does anybody fall off the list because of it?"""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdf
import pytest

from pipeline import answers
from pipeline.store import Store
from tests.gate import weeks
from tests.gate.weeks import LAST_WEEK
from tests.road import county

LATE_DAY = LAST_WEEK + timedelta(days=16)
"""The police's data may be 14 days old."""
BACK_DAY = LATE_DAY + timedelta(days=1)
LIST_SIZE = 12


def send(folder: Path, day: date, *, police: bool = True, **faults) -> None:
    """Leave the files of the weeks since the history, up to the day; the police's only where they send."""
    for end in (LAST_WEEK + timedelta(days=7), LAST_WEEK + timedelta(days=14), day):
        weeks.send_week(folder, end, **faults)
        if not police:
            (folder / "riverton_police" / f"cad_{end:%Y%m%d}.csv").unlink()


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    """The folder of deliveries, after a list was published from eight weeks of them."""
    weeks.send_history(tmp_path / "in")
    run(store, tmp_path / "in", LAST_WEEK)
    return tmp_path / "in"


def run(store: Store, folder: Path, as_of: date, out: str = "out") -> dict:
    """Publish the list of a day; answers what is published."""
    weeks.run(store, folder, folder.parent / out, as_of, list_size=LIST_SIZE)
    return county.published(folder.parent / out)


def rests_on_police(entry: dict) -> bool:
    return any("Riverton Police" in reason["sentence"] for reason in entry["reasons"])


def assert_exact(made: dict) -> None:
    assert len(made["entries"]) <= LIST_SIZE
    for entry in made["entries"]:
        assert entry["points"] == sum(reason["points"] for reason in entry["reasons"])


def test_nobody_falls_off_because_the_police_are_late(store: Store, folder: Path):
    last = county.published(folder.parent / "out")
    send(folder, LATE_DAY, police=False)
    made = run(store, folder, LATE_DAY)
    assert {s["agency"]: s["status"] for s in made["sources"]}["riverton_police"] == "late"
    now = {entry["person_id"]: entry for entry in made["entries"]}
    assert_exact(made)
    fallen = [entry for entry in last["entries"] if entry["person_id"] not in now]
    for entry in filter(rests_on_police, last["entries"]):
        if entry["person_id"] in now:
            assert now[entry["person_id"]]["points"] >= entry["points"]
        else:
            assert entry["points"] <= made["entries"][-1]["points"], "others have more points; nobody lost any"
    held = [entry for entry in made["entries"] if entry["held_over"]]
    assert held, "the police's calls run out of their windows, so somebody has to be held"
    assert len(fallen) < len(last["entries"]) / 3
    for entry in held:
        assert entry["held_over"] == "Points as of 9 Nov 2026: Riverton Police Department is late."
        before = next(e for e in last["entries"] if e["person_id"] == entry["person_id"])
        assert entry["reasons"] == before["reasons"]


def test_the_documents_and_the_answer_to_why_say_so(store: Store, folder: Path):
    send(folder, LATE_DAY, police=False)
    made = run(store, folder, LATE_DAY)
    held = next(entry for entry in made["entries"] if entry["held_over"])
    out = folder.parent / "out"
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO((out / "outreach_list.pdf").read_bytes())).pages]
    sheet = openpyxl.load_workbook(BytesIO((out / "outreach_list.xlsx").read_bytes()))["Outreach list"]
    assert held["held_over"] in " ".join(" ".join(pages).split())
    assert sheet.cell(held["rank"] + 1, 3).value.endswith(held["held_over"])
    with store.transaction() as work:
        assert answers.tell_why(work, held["person_id"])["answer"].endswith(held["held_over"])


def test_when_the_police_are_back_the_hold_ends_and_the_list_is_as_if_they_had_never_been_late(
    store: Store, folder: Path
):
    send(folder, LATE_DAY, police=False)
    assert any(entry["held_over"] for entry in run(store, folder, LATE_DAY)["entries"])
    send(folder, LATE_DAY)
    back = run(store, folder, BACK_DAY)
    assert not any(entry["held_over"] for entry in back["entries"])
    assert_exact(back)


def test_while_every_agency_is_complete_nobody_is_held(store: Store, folder: Path):
    send(folder, LATE_DAY)
    made = run(store, folder, LATE_DAY)
    assert not any(entry["held_over"] for entry in made["entries"])


def test_weeks_later_the_points_are_still_those_of_the_first_list(store: Store, folder: Path):
    send(folder, LATE_DAY, police=False)
    run(store, folder, LATE_DAY)
    made = run(store, folder, LATE_DAY + timedelta(days=7))
    assert {entry["held_over"] for entry in made["entries"]} >= {
        "Points as of 9 Nov 2026: Riverton Police Department is late."
    }
    assert_exact(made)


def test_who_is_in_custody_meanwhile_does_fall_off(store: Store, folder: Path):
    send(folder, LATE_DAY, police=False)
    held = next(entry for entry in run(store, folder, LATE_DAY)["entries"] if entry["held_over"])
    records = set(held["record_keys"])
    who = next(
        number
        for weeks_ago in range(weeks.FIRST_WEEKS)
        for row, number in weeks.bookings_and_persons(LAST_WEEK - timedelta(days=7 * weeks_ago))
        if f"riverton_county_jail/bookings/{row['BOOKING_NO']}" in records
    )
    in_jail = weeks.booking("NEW", who, BACK_DAY) | {"REL_DT": "", "REL_TM": "", "STATUS": "ACTIVE"}
    county.bookings(folder, in_jail, name=f"bookings_{BACK_DAY:%Y%m%d}.csv")
    made = run(store, folder, BACK_DAY)
    assert held["person_id"] not in {entry["person_id"] for entry in made["entries"]}
    assert made["excluded_counts"]["in_custody"] == 1
