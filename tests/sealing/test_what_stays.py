"""What holds on when a record is sealed: guards, other lists, and a sealing that was broken off."""

import pytest

from pipeline import gate, sealing
from pipeline.agencies import load_agencies
from pipeline.audit import Act, verify
from pipeline.contract.codes import SealingCause
from pipeline.contract.errors import NothingToPublish, StoreError
from pipeline.flow import vault_of
from pipeline.replay import replay
from pipeline.sealing import Order, parse_records
from tests.road import county
from tests.sealing.worlds import OTHER

BOOKING_ID = "riverton_county_jail/bookings/B1ZQX"


@pytest.fixture
def world(worlds):
    """A county that published two lists, and the booking came between them."""
    own, _ = worlds
    early = {"CallReceived": "10/25/2026 10:00"}
    county.calls(own.folder, early, OTHER | early, name="cad_20261101.csv")
    own.run(-1)
    county.bookings(own.folder, {"BOOKING_NO": "B1ZQX"}, {"BOOKING_NO": "B7"}, name="bookings_20261115.csv")
    own.run(0)
    return own


def test_a_sealing_that_was_broken_off_is_finished_by_typing_it_again(world):
    agencies, act = load_agencies(), Act("test", county.AT)
    order = Order(parse_records([BOOKING_ID], agencies), SealingCause.EXPUNGED, "order 26-114")
    with world.store.run_lock():
        before = county.published(world.out)["list_id"]
        sealing.seal(world.store, act, order, agencies, world.settings, vault_of(world.settings))
    assert any(b"B1ZQX" in path.read_bytes() for path in world.out.rglob("*.json"))  # as a power cut would leave it
    told = world.seal(BOOKING_ID)
    assert told["list_id"] == county.published(world.out)["list_id"] != before
    assert before in (world.out / f"notice_{told['list_id']}.txt").read_text(encoding="utf-8")
    own = [path for folder in (world.out, world.root / "home") for path in folder.rglob("*") if path.is_file()]
    assert not any(b"B1ZQX" in path.read_bytes() for path in own)


def test_a_withdrawn_list_says_so_and_one_it_did_not_touch_comes_out_again(world):
    settings, agencies = world.settings, load_agencies()
    lists = world.store.read("told_events", since=None, act="list_published", at_most=9)["facts"]
    withdrawn, first = (facts["list_id"] for facts in lists)
    world.seal(BOOKING_ID)
    assert replay(world.store, settings, agencies, first).is_same
    with pytest.raises(NothingToPublish, match="withdrawn"):
        replay(world.store, settings, agencies, withdrawn)


def test_the_guards_are_up_before_and_after_and_the_trail_is_whole(world):
    def altered(statement):
        with world.store.transaction() as work:
            work._connection.exec_driver_sql(statement)

    decided = (
        "insert into core.decision (decided_at, decided_by, verdict, record_id_l, record_id_r, because)"
        " values (now(), 'test', 'different', 'a', 'b', 'seen both')"
    )
    altered(decided)
    for statement in (
        "update outreach.list set content = json_build_object('entries', json_build_array())",
        "update outreach.list set as_of = as_of - 1, content = null",
        "update outreach.list set made_at = now()",
        "delete from core.decision",
        "truncate core.decision cascade",
        "update core.decision set because = 'x'",
    ):
        for _ in range(2):
            with pytest.raises(StoreError):
                altered(statement)
    world.seal(BOOKING_ID)
    with pytest.raises(StoreError):
        altered("delete from core.decision")
    with world.store.transaction() as work:
        assert verify(work).is_whole


def test_a_list_that_its_gate_holds_back_is_told_and_none_is_current(world, monkeypatch):
    monkeypatch.setattr(gate, "LARGEST_PERSON_RECORDS", 0)
    told = world.seal(BOOKING_ID)
    assert told["list_id"] is None
    assert "No new list was published." in told["notices"]
    assert any("held back" in line for line in told["notices"])
    assert not (world.out / "outreach_list.json").exists()
    assert not any(b"B1ZQX" in path.read_bytes() for path in world.out.rglob("*") if path.is_file())
