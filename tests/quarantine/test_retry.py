"""Is what was set aside taken in once the declaration is right, as if it always had been, and from then on only?"""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import replay, seal_run
from pipeline.contract.codes import SealingCause
from pipeline.rereading import Outcome
from pipeline.sealing import Order, parse_records
from pipeline.store import Store
from tests.quarantine.corrections import AMERICAN_TOO, DATES_ONLY, JAIL, POLICE, Town, with_columns
from tests.road import county

STRICT = with_columns(JAIL, BOOK_DT={"formats": DATES_ONLY}, DOB={"formats": DATES_ONLY})
WIDER = with_columns(JAIL, BOOK_DT={"formats": AMERICAN_TOO}, DOB={"formats": AMERICAN_TOO})
OLD, NEW = {"BOOKING_NO": "B1"}, {"BOOKING_NO": "B2", "BOOK_DT": "10/21/2026", "NAME_NO": "N2", "LAST_NAME": "OKAFOR"}
HALF = {"BOOKING_NO": "B3", "BOOK_DT": "20261023", "REL_DT": "20261024", "DOB": "04/06/1981", "LAST_NAME": "ABBOTT"}
LAYOUT_OF_NEXT_YEAR = with_columns(JAIL, BOOK_DT={"aliases": ("BOOKED",)})


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Town:
    return Town(store, tmp_path)


def entries(town: Town) -> dict:
    """Points and reasons by the records of an entry: what a list says of people, whoever they are called."""
    made = county.published(town.out)["entries"]
    return {tuple(one["record_keys"]): (one["points"], [r["sentence"] for r in one["reasons"]]) for one in made}


def test_a_row_set_aside_for_its_date_comes_in_once_the_date_is_declared(town: Town):
    county.bookings(town.folder, OLD, NEW, HALF)
    town.run(STRICT)
    assert town.counts(JAIL) == (3, 2, 1, 0)
    [told] = town.retry(WIDER)
    assert (told.outcome, told.left_quarantine, told.set_aside, told.changed) == (Outcome.CHANGED, 1, 0, 1)
    assert town.counts(JAIL) == (3, 3, 0, 0)
    assert town.store.read("quarantined_rows").empty


def test_trying_again_changes_nothing_and_writes_nothing(town: Town):
    county.bookings(town.folder, OLD, NEW, HALF)
    town.run(STRICT)
    town.retry(WIDER)
    events = len(town.store.read("chained_events", after=None, at_most=1000))
    [told] = town.retry(WIDER, is_every_file=True)
    assert (told.outcome, told.left_quarantine, told.changed) == (Outcome.UNCHANGED, 0, 0)
    assert town.retry(WIDER) == []
    assert len(town.store.read("chained_events", after=None, at_most=1000)) == events


def test_the_next_list_is_the_one_of_a_declaration_right_from_the_start(town: Town, new_store, tmp_path: Path):
    county.bookings(town.folder, OLD, NEW, HALF)
    county.bookings(town.folder, NEW | {"REL_DT": "20261023"}, name="bookings_20261116.csv")
    town.run(STRICT)
    before = entries(town)
    town.retry(WIDER)
    town.run(WIDER)
    after = entries(town)
    town.store.close()
    straight = Town(new_store(), town.root / "straight")
    straight.root.mkdir()
    (straight.root / "in").symlink_to(town.folder)
    straight.run(WIDER)
    assert after == entries(straight) != before


def test_lists_made_before_come_out_again_and_a_past_moment_knows_nothing_of_the_retry(town: Town):
    county.bookings(town.folder, OLD, NEW, HALF)
    first = town.run(STRICT)
    known, before = town.at(), entries(town)
    town.retry(WIDER)
    second = town.run(WIDER)
    assert second != first
    for list_id in (first, second):
        again = replay.replay(town.store, town.settings, (WIDER,), list_id)
        assert (again.is_same, again.differences) == (True, ()), again
    third = town.run(WIDER, known_at=known)
    [content] = town.store.read("list_content", list_id=third)["content"]
    assert {tuple(one["record_keys"]) for one in content["entries"]} == set(before)


def test_a_refused_file_comes_in_from_the_kept_bytes_with_what_was_held_back_for_it(town: Town):
    path = county.bookings(town.folder, OLD, HALF)
    path.write_text(path.read_text(encoding="utf-8").replace("BOOK_DT", "BOOKED"), encoding="utf-8")
    other = county.bookings(town.folder, {"BOOKING_NO": "B9"}, name="bookings_20261116.csv")
    county.persons(town.folder, {})
    town.run(JAIL, POLICE)
    assert town.counts(JAIL) == (3, 0, 3, 0)
    assert {one.outcome for one in town.retry(JAIL, POLICE)} == {Outcome.STILL_ASIDE}
    path.unlink()
    other.unlink()
    told = town.retry(LAYOUT_OF_NEXT_YEAR, POLICE)
    assert [(one.outcome, one.left_quarantine) for one in told] == [(Outcome.TAKEN_IN, 2), (Outcome.TAKEN_IN, 1)]
    assert town.counts(JAIL) == (3, 3, 0, 0)


def test_an_old_refused_file_that_nobody_corrected_does_not_stop_a_later_one(town: Town):
    county.persons(town.folder, {})
    for day, name in (("15", "BOOKED"), ("16", "REL_ON")):
        path = county.bookings(town.folder, {"BOOKING_NO": f"B{day}"}, name=f"bookings_202611{day}.csv")
        wrong = {"BOOKED": "BOOK_DT", "REL_ON": "REL_DT"}[name]
        path.write_text(path.read_text(encoding="utf-8").replace(wrong, name), encoding="utf-8")
        town.run(JAIL, POLICE)
        path.unlink()
    first, second = town.retry(with_columns(JAIL, REL_DT={"aliases": ("REL_ON",)}))
    assert (first.outcome, second.outcome) == (Outcome.STILL_ASIDE, Outcome.TAKEN_IN)
    assert "[BOOK_DT]" in first.message


def test_a_file_that_was_taken_in_stays_where_the_new_declaration_would_refuse_it(town: Town):
    county.bookings(town.folder, OLD, NEW, HALF)
    town.run(STRICT)
    was = town.counts(JAIL)
    many = replace(WIDER, feeds=(replace(WIDER.feeds[0], fewest_rows=10),))
    [told] = town.retry(many)
    assert (told.outcome, told.quarantined) == (Outcome.LEFT_AS_IT_WAS, 1)
    assert "fewer than 10" in told.message
    assert town.counts(JAIL) == was
    assert [one.outcome for one in town.retry(WIDER)] == [Outcome.CHANGED]


def test_a_file_whose_kept_bytes_are_gone_says_so_and_stays(town: Town):
    county.bookings(town.folder, OLD, NEW)
    town.run(STRICT)
    for path in (town.root / "home" / "deliveries").rglob("*"):
        if path.is_file():
            path.write_bytes(b"not what it was")
    [told] = town.retry(WIDER)
    assert told.outcome is Outcome.BYTES_GONE
    assert town.counts(JAIL) == (2, 1, 1, 0)


def test_a_sealed_row_never_comes_back(town: Town):
    county.bookings(town.folder, OLD, NEW, HALF)
    town.run(STRICT)
    order = Order(parse_records(["riverton_county_jail/bookings/B2"], (JAIL,)), SealingCause.SEALED, "order 1")
    seal_run.seal_and_run(town.store, town.act(), order, (STRICT,), town.settings, town.out)
    assert town.counts(JAIL) == (2, 2, 0, 0)
    [told] = town.retry(WIDER)
    assert (told.left_quarantine, told.changed) == (0, 1)
    assert town.counts(JAIL) == (2, 2, 0, 0)


def test_a_sealed_row_in_a_file_that_could_not_be_read_at_all_stays_out_when_it_can_be(town: Town):
    path = county.bookings(town.folder, OLD, {"BOOKING_NO": "B2CANARY"})
    header, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(",".join(f'"X_{n}"' for n in range(header.count(",") + 1)) + "\r\n" + rest, encoding="utf-8")
    county.persons(town.folder, {})
    town.run(JAIL, POLICE)
    order = Order(parse_records(["riverton_county_jail/bookings/B2CANARY"], (JAIL,)), SealingCause.SEALED, "order 1")
    seal_run.seal_and_run(town.store, town.act(), order, (JAIL, POLICE), town.settings, town.out)
    path.unlink()
    names = [column.name for column in JAIL.feeds[0].columns]
    told = town.retry(with_columns(JAIL, **{name: {"aliases": (f"X_{n}",)} for n, name in enumerate(names)}))
    assert [(one.outcome, one.left_quarantine) for one in told] == [(Outcome.TAKEN_IN, 1)]
    assert town.counts(JAIL) == (1, 1, 0, 0)
    kept = [path.read_bytes() for path in (town.root / "home" / "deliveries").rglob("*") if path.is_file()]
    assert not any(b"B2CANARY" in content for content in kept)
