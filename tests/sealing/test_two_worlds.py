"""Is a sealed record as if it had never been? The same county with it, sealed, and without it, byte by byte."""

import json

import pandas as pd
import pytest

from pipeline import answers, seal_run
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish
from pipeline.sealed_rows import mark_of
from pipeline.sealing import parse_records
from tests.road import county
from tests.sealing.worlds import OTHER, World

SECOND = {"IncidentNo": "26-2", "CallReceived": "11/02/2026 10:00"}
BOOKING_ID = "riverton_county_jail/bookings/B1"
CALL_ID = "riverton_police/calls/26-2|1"


def same(one: World, other: World) -> None:
    for name, content in one.files().items():
        assert content == other.files()[name], name


def test_the_last_list_is_the_same_byte_by_byte_and_nothing_of_the_record_is_left(worlds):
    with_it, never = worlds
    for world in worlds:
        county.calls(world.folder, {}, OTHER, *([SECOND] if world is with_it else []), name="cad_20261101.csv")
        county.bookings(world.folder, {"BOOKING_NO": "B7"}, *([{"BOOKING_NO": "B1ZQX"}] if world is with_it else []))
        world.run(-1)
    withdrawn = county.published(with_it.out)["list_id"]
    with_it.seal("riverton_county_jail/bookings/B1ZQX", CALL_ID, week=-1)
    assert county.published(with_it.out)["list_id"] != withdrawn
    assert county.published(with_it.out) == county.published(never.out)
    for world in worlds:
        county.calls(world.folder, {"IncidentNo": "26-3"}, name="cad_20261115.csv")
        world.run(0)
    same(with_it, never)
    assert "B1ZQX" not in with_it.everything()
    kept = [path.read_bytes() for path in (with_it.root / "home" / "deliveries").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"B1ZQX" in content for content in kept)


def test_a_record_that_joined_two_people_leaves_them_two_under_their_own_ids(worlds):
    with_it, never = worlds
    for world in worlds:
        early = {"CallReceived": "10/25/2026 10:00"}
        county.calls(world.folder, early, OTHER | early, name="cad_20261101.csv")
        world.run(-2)
        county.bookings(world.folder, {}, name="bookings_20261101.csv")
        if world is with_it:
            county.persons(world.folder, {}, {"case_no": "L26-9", "reported_at": "2026-11-03T12:00"})
        else:
            county.persons(world.folder, {})
        world.run(-1)
    with_it.seal("larkspur_police/persons/L26-9|1", week=-1)
    for world in worlds:
        world.run(0)
    same(with_it, never)


def test_a_patients_visits_go_with_the_patient(worlds):
    with_it, never = worlds
    for world in worlds:
        county.calls(world.folder, {}, OTHER)
        county.resources(world.folder, county.patient("p9"), county.visit("v9", "p9"))
        if world is with_it:
            county.resources(world.folder, county.patient(), county.visit(), county.visit("v2"), name="001")
        world.run(-1)
    told = with_it.seal("riverbend_behavioral_health/patients/p1", week=-1)
    assert told["counts"]["rows_removed"] == 3
    state = json.loads(json.dumps(county.accounting(with_it.store)["riverbend_behavioral_health"], default=int))
    assert (state["delivered"], state["accepted"]) == (2, 2)
    for world in worlds:
        world.run(0)
    assert county.published(with_it.out) == county.published(never.out)


def test_a_sealed_record_is_refused_in_another_file_and_leaves_the_same_bytes(worlds):
    with_it, never = worlds
    for world in worlds:
        county.calls(world.folder, {}, OTHER, name="cad_20261101.csv")
        county.bookings(
            world.folder, {"BOOKING_NO": "B7"}, *([{}] if world is with_it else []), name="bookings_20261101.csv"
        )
        world.run(-1)
    with_it.seal(BOOKING_ID, week=-1)
    for world in worlds:
        again = [{"REL_DT": "20261110"}, {"SEX": "?", "REL_DT": "never"}] if world is with_it else []
        county.bookings(world.folder, {"BOOKING_NO": "B8"}, *again, name="bookings_20261115.csv")
        world.run(0)
    same(with_it, never)
    refused = with_it.store.read("told_events", since=None, act="sealed_rows_refused", at_most=9)
    assert [facts["rows"] for facts in refused["facts"]] == [2]
    assert '"B1"' not in with_it.everything()


def test_a_file_of_sealed_rows_alone_stops_nobody(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {}, name="bookings_20261101.csv")
    world.run(-1)
    world.seal(BOOKING_ID, week=-1)
    county.bookings(world.folder, {"REL_DT": "20261110"}, name="bookings_20261115.csv")
    world.run(0)
    states = {state["agency"]: state["status"] for state in county.published(world.out)["sources"]}
    assert states["riverton_county_jail"] == "complete"
    assert world.store.read("refusals").empty


def test_a_lifted_tombstone_lets_the_record_in_again(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {}, name="bookings_20261101.csv")
    world.run(-1)
    world.seal(BOOKING_ID, week=-1)
    records = parse_records([BOOKING_ID], load_agencies())
    told = seal_run.lift_in_run(world.store, Act("test", county.AT), records, "ticket 7", world.settings)
    assert told["counts"] == {"tombstones_lifted": 1}
    county.bookings(world.folder, {"REL_DT": "20261110"}, name="bookings_20261115.csv")
    made = world.run(0)
    assert BOOKING_ID in {key for entry in made["entries"] for key in entry["record_keys"]}


def test_the_lists_that_held_it_are_withdrawn_with_a_notice_and_nothing_else_names_it(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {})
    before = world.run(0)
    told = world.seal(BOOKING_ID)
    after = county.published(world.out)
    assert after["list_id"] == told["list_id"] != before["list_id"]
    text = (world.out / f"notice_{after['list_id']}.txt").read_text(encoding="utf-8")
    assert before["list_id"] in text
    assert "1 record was expunged" in text
    assert "B1" not in text.replace(before["list_id"], "").replace(after["list_id"], "")
    listed = world.store.read("notices")
    assert listed["withdrawn_entry_count"].tolist() == [len(before["entries"])]
    assert told["counts"]["lists_withdrawn"] == 1
    mark = mark_of(BOOKING_ID, world.settings.id_key.get_secret_value())
    assert mark in world.everything()
    assert BOOKING_ID not in world.everything()


def test_without_a_run_no_list_is_current_and_its_files_are_gone(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {})
    world.run(0)
    world.seal(BOOKING_ID, with_run=False)
    assert [path for path in world.out.rglob("*") if not path.is_dir()] == []
    with world.store.transaction() as work, pytest.raises(NothingToPublish, match="withdrawn"):
        answers.current_list(work)


def test_an_id_somebody_wrote_down_still_leads_to_the_person(worlds):
    world, _ = worlds
    county.calls(world.folder, OTHER, name="cad_20261101.csv")
    county.bookings(world.folder, {}, name="bookings_20261101.csv")
    first = world.run(-1)
    shown = {key: entry["person_id"] for entry in first["entries"] for key in entry["record_keys"]}[BOOKING_ID]
    county.calls(world.folder, {}, name="cad_20261115.csv")
    world.run(0)
    world.seal(BOOKING_ID)
    with world.store.transaction() as work:
        told = answers.tell_why(work, shown)
    entry = next(
        e for e in county.published(world.out)["entries"] if "riverton_police/calls/26-1|1" in e["record_keys"]
    )
    assert told["person_id"] == entry["person_id"] != shown


@pytest.mark.parametrize("with_run", [True, False], ids=["at once", "with the next run"])
def test_who_is_new_on_the_next_list_is_as_if_the_record_had_never_been(worlds, with_run):
    """Her booking put one woman on last week's list of one; without it, the other woman stood there."""
    with_it, never = worlds
    hers = {"BOOKING_NO": "B1", "LAST_NAME": "ABBOTT", "FIRST_NAME": "ROSE"}
    hers |= {"MIDDLE_NAME": "", "DOB": "19900708", "SEX": "F", "SSN": "", "PHONE": "", "ADDRESS": "9 ELM ST"}
    for world in worlds:
        world.list_size = 1
        early = {"CallReceived": "11/05/2026 10:00"}
        lesser = early | {"IncidentNo": "26-4", "InitialType": "TRESPASS", "FinalType": "TRESPASS", "MHFlag": ""}
        county.calls(world.folder, early, lesser, OTHER | early, name="cad_20261101.csv")
        if world is with_it:
            county.bookings(world.folder, hers, name="bookings_20261101.csv")
        else:
            county.bookings(world.folder, {"BOOKING_NO": "B9"} | {"STATUS": "MISTAKEN"}, name="bookings_20261101.csv")
        world.run(-1)
    first = [world_list["entries"][0]["record_keys"] for world_list in map(county.published, (with_it.out, never.out))]
    assert BOOKING_ID in first[0]
    assert first[0] != first[1]
    with_it.seal(BOOKING_ID, week=-1, with_run=with_run)
    news = []
    for world in worlds:
        county.calls(world.folder, {"IncidentNo": "26-3"}, name="cad_20261115.csv")
        news.append([(entry["person_id"], entry["is_new"]) for entry in world.run(0)["entries"]])
    assert news[0] == news[1]
    assert news[0][0][1] is False


def test_decisions_about_the_record_go_and_the_next_run_does_not_take_itself_for_a_look_back(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {})
    with world.store.transaction() as work:
        decision = {"decided_by": "test", "verdict": "different", "because": "seen both"}
        pair = {"record_id_l": BOOKING_ID, "record_id_r": "riverton_police/calls/26-1|1", "undoes": None}
        table = pd.DataFrame([{"decided_at": county.AT, **decision, **pair}])
        work.copy("core.decision", table)
    world.run(-1)
    told = world.seal(BOOKING_ID, week=-1)
    assert told["counts"]["decisions_removed"] == 1
    world.run(0)
    newest = world.store.read("newest_run").iloc[0]
    assert (str(newest["as_of"]), int(newest["decision_number"])) == (county.AS_OF.isoformat(), 0)
    with world.store.transaction() as work:
        assert answers.current_list(work).as_of == county.AS_OF.isoformat()


def test_accounts_of_a_refused_file_add_up_without_the_record(worlds):
    world, _ = worlds
    county.calls(world.folder, {}, OTHER)
    county.bookings(world.folder, {}, name="bookings_20261101.csv")
    path = county.bookings(world.folder, {"REL_DT": "20261110"}, {"BOOKING_NO": "B2"}, name="bookings_20261115.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("REL_DT", "RELEASED_ON"), encoding="utf-8")
    world.run(0)
    world.seal(BOOKING_ID)
    counts = county.accounting(world.store)["riverton_county_jail"]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"], counts["retracted"]) == (1, 0, 1, 0)
