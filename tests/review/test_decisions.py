"""Do decisions of people hold, week after week, whatever is learned or delivered, and can they be taken back?"""

import pytest

from pipeline import reviewing
from pipeline.contract.codes import Verdict
from pipeline.contract.errors import ReviewRefused, SettingError, StoreError
from pipeline.reviewing import Why
from pipeline.store import Store
from tests.review import county
from tests.road import county as road


def decide(store: Store, left: str, right: str, verdict: Verdict) -> reviewing.Decided:
    item = county.item_on(store, left, right)
    with store.transaction() as work:
        return reviewing.decide(work, county.ACT, item["item_id"], verdict, county.WHY)


def undo(store: Store, number: int) -> None:
    with store.transaction() as work:
        reviewing.undo(work, county.ACT, number, county.WHY)


def insert(store: Store, left: str, right: str, verdict: str) -> int:
    """A decision on a pair that no item asks about, as a page would write it."""
    row = {"decided_at": county.ACT.at, "decided_by": "A. Reviewer", "because": "seen", "undoes": None}
    row |= {"record_id_l": min(left, right), "record_id_r": max(left, right), "item_id": None, "run_number": None}
    with store.transaction() as work:
        return int(work.ask("insert_decision", verdict=verdict, **row))


def test_different_parts_a_person_at_the_next_run_and_undo_brings_the_old_list_back(store: Store, folder):
    before, ids = county.run(store, folder), county.people(store)
    assert ids[county.LEFT] == ids[county.RIGHT]
    decided = decide(store, county.LEFT, county.RIGHT, Verdict.DIFFERENT)
    assert county.people(store) == ids, "nothing changes before the next run"
    county.run(store, folder)
    apart = county.people(store)
    assert apart[county.LEFT] != apart[county.RIGHT]
    undo(store, decided.decision_number)
    assert county.run(store, folder) == before
    assert county.people(store) == ids


def test_a_decision_survives_another_model_another_threshold_and_a_look_back(store: Store, folder):
    decide(store, county.LEFT, county.RIGHT, Verdict.DIFFERENT)
    decide(store, county.ONE, county.OTHER, Verdict.SAME)
    road.calls(folder / "in", *county.crowd(), name="cad_20261116.csv")
    county.run(store, folder, match_threshold=0.05)
    first = store.read("newest_run")
    model = store.read("run_by_number", run_number=1)["model_id"].iloc[0]
    ids = county.people(store)
    assert first["decision_number"].iloc[0] == 2
    assert store.read("run_by_number", run_number=2)["model_id"].iloc[0] != model, "another model was learned"
    assert (ids[county.LEFT] == ids[county.RIGHT], ids[county.ONE] == ids[county.OTHER]) == (False, True)
    county.run(store, folder, as_of=road.AS_OF.replace(day=15))
    looked_back = store.read("links_of_run", run_number=3).set_index("record_id")["person_id"]
    assert looked_back[county.LEFT] != looked_back[county.RIGHT]
    assert looked_back[county.ONE] == looked_back[county.OTHER]


def test_an_older_decision_on_the_pair_counts_again_when_the_newer_one_is_taken_back(store: Store, folder):
    insert(store, county.LEFT, county.RIGHT, "different")
    second = insert(store, county.LEFT, county.RIGHT, "same")
    undo(store, second)
    [row] = store.read("decisions_in_force", decision_number=99).to_dict("records")
    assert (row["verdict"], row["decision_number"]) == ("different", 1)
    told = store.read("decision_history", about=county.LEFT)
    assert told["verdict"].tolist() == ["different", "same", "undone"], "nothing is forgotten"


def test_a_decision_waits_for_a_record_that_is_gone_and_counts_when_it_is_back(store: Store, folder):
    decide(store, county.ONE, county.OTHER, Verdict.SAME)
    gone = county.STONEY_TOO | {"IncidentNo": "26-32", "Role": "CALLER", "CallReceived": "11/12/2026 10:00"}
    road.calls(folder / "in", gone, name="cad_20261116.csv")
    county.run(store, folder)
    assert county.OTHER not in county.people(store)
    back = gone | {"Role": "SUBJECT"}
    road.calls(folder / "in", back, name="cad_20261117.csv")
    county.run(store, folder)
    ids = county.people(store)
    assert ids[county.ONE] == ids[county.OTHER]


def test_contradicting_decisions_raise_an_item_until_one_is_taken_back(store: Store, folder):
    third = "riverton_police/calls/26-41|1"
    insert(store, county.ONE, county.OTHER, "same")
    insert(store, county.OTHER, third, "same")
    last = insert(store, county.ONE, third, "different")
    with store.transaction() as work:
        [told] = reviewing.contradictions_with(work, last)
    assert told.decision_numbers == (1, 2, 3)
    county.run(store, folder)
    ids = county.people(store)
    assert ids[county.ONE] != ids[third], "a pair kept apart is never one person"
    [item] = [item for item in county.queue(store) if item["kind"] == "contradiction"]
    assert item["decision_numbers"] == [1, 2, 3]
    with store.transaction() as work, pytest.raises(ReviewRefused, match=r"undo one of the decisions \[1, 2, 3\]"):
        reviewing.decide(work, county.ACT, item["item_id"], Verdict.SAME, county.WHY)
    undo(store, 2)
    assert "contradiction" not in [item["kind"] for item in county.queue(store)], "settled before the next run"
    county.run(store, folder)
    assert "contradiction" not in [item["kind"] for item in county.queue(store)]


@pytest.mark.parametrize(
    "change",
    [
        "update core.decision set verdict = 'same'",
        "delete from core.decision",
        "truncate core.decision cascade",
    ],
)
def test_the_database_refuses_to_change_a_decision(store: Store, change: str, monkeypatch):
    insert(store, county.LEFT, county.RIGHT, "different")
    monkeypatch.setattr("pipeline.store._sql", lambda kind, name: change)
    with pytest.raises(StoreError), store.transaction() as work:
        work.run("anything")
    monkeypatch.undo()
    assert store.read("decision_history", about=None)["verdict"].tolist() == ["different"]


def test_what_cannot_be_decided_is_said_in_one_line(store: Store):
    item = county.item_on(store, county.LEFT, county.RIGHT)["item_id"]
    with store.transaction() as work, pytest.raises(ReviewRefused, match="no item of that id"):
        reviewing.decide(work, county.ACT, "R-0000000000", Verdict.SAME, county.WHY)
    with store.transaction() as work, pytest.raises(ReviewRefused, match=r"\[not an id\]"):
        reviewing.decide(work, county.ACT, "Alma Torres", Verdict.SAME, county.WHY)
    decide(store, county.LEFT, county.RIGHT, Verdict.SAME)
    with store.transaction() as work, pytest.raises(ReviewRefused, match="decided already: number 1, same"):
        reviewing.decide(work, county.ACT, item, Verdict.DIFFERENT, county.WHY)
    with store.transaction() as work, pytest.raises(ReviewRefused, match="no decision of that number"):
        reviewing.undo(work, county.ACT, 9, county.WHY)
    undo(store, 1)
    with store.transaction() as work, pytest.raises(ReviewRefused, match="taken back already, by number 2"):
        reviewing.undo(work, county.ACT, 1, county.WHY)
    with store.transaction() as work, pytest.raises(ReviewRefused, match="takes a decision back"):
        reviewing.undo(work, county.ACT, 2, county.WHY)
    for by, because in ((" ", "seen"), ("A. Reviewer", "\n"), ("A. Reviewer", "x" * 501)):
        with pytest.raises(SettingError):
            Why(by, because)


def test_a_decision_is_an_event_of_ids_and_its_reason_stays_where_it_is(store: Store, caplog):
    caplog.set_level("DEBUG")
    decide(store, county.LEFT, county.RIGHT, Verdict.SAME)
    undo(store, 1)
    events = store.read("told_events", since=None, act=None, at_most=999)
    told = events[events["act"] == "review_decided"]["facts"].tolist()
    assert [fact["verdict"] for fact in told] == ["undone", "same"]
    assert told[0]["undoes"] == 1
    assert county.WHY.because not in caplog.text + events.to_json()
    assert "review_decided" in caplog.text
    assert store.read("decision_history", about=None)["because"].tolist() == [county.WHY.because] * 2


def test_history_tells_of_an_item_a_person_a_record_and_of_nothing_unknown(store: Store):
    item = county.item_on(store, county.LEFT, county.RIGHT)["item_id"]
    decide(store, county.LEFT, county.RIGHT, Verdict.SAME)
    decide(store, county.ONE, county.OTHER, Verdict.CANNOT_TELL)
    person = county.people(store)[county.OTHER]
    with store.transaction() as work:
        numbers = {
            about: [row["decision_number"] for row in reviewing.history(work, about)]
            for about in (None, item, person, county.LEFT)
        }
        with pytest.raises(ReviewRefused, match=r"\[not an id\]"):
            reviewing.history(work, "Alma Torres")
    assert numbers == {None: [1, 2], item: [1], person: [2], county.LEFT: [1]}
