"""Does the queue of a run ask what matters first, and does it tell the truth about what an answer changes?"""

import json

import pytest

from pipeline import reviewing
from pipeline.contract.codes import Verdict
from pipeline.store import Store
from tests.review import county
from tests.road import county as road


def decide(store: Store, item: dict, verdict: Verdict) -> None:
    with store.transaction() as work:
        reviewing.decide(work, county.ACT, item["item_id"], verdict, county.WHY)


def told_of(store: Store, list_id: str) -> dict[str, tuple]:
    """Person → (points, rank or None) as the list says, people below the line included."""
    with store.transaction() as work:
        ranks = work.read("previous_list_ranks", list_id=list_id, run_number=99).set_index("person_id")["rank"]
        run_number = int(work.read("run_of_list", list_id=list_id)["run_number"].iloc[0])
        found = {}
        for person_id in sorted(set(work.read("links_of_run", run_number=run_number)["person_id"])):
            row = work.read("points_of_person", person_id=person_id)
            if len(row):
                rank = ranks.get(person_id)
                found[person_id] = (int(row["points"].iloc[0]), None if rank is None else int(rank))
    return found


def test_both_questions_would_move_somebody_across_the_line(store: Store):
    items = county.queue(store)
    assert [item["kind"] for item in items] == ["uncertain difference", "uncertain link"]
    assert all(item["is_crossing"] for item in items)
    difference, link = items
    ids = county.people(store)
    assert (link["person_id_l"], link["person_id_r"]) == (ids[county.LEFT], None)
    assert link["parted_record_ids"] == [county.RIGHT]
    assert {difference["person_id_l"], difference["person_id_r"]} == {ids[county.ONE], ids[county.OTHER]}
    assert 0.3 < difference["match_probability"] < 0.7 < link["match_probability"] < 0.95


@pytest.mark.parametrize(
    ("pair", "verdict"),
    [((county.LEFT, county.RIGHT), Verdict.DIFFERENT), ((county.ONE, county.OTHER), Verdict.SAME)],
)
def test_the_effect_told_is_what_the_run_after_the_decision_gives(store: Store, folder, pair, verdict):
    item = county.item_on(store, *pair)
    decide(store, item, verdict)
    made = county.run(store, folder)
    found = told_of(store, made["list_id"])
    assert len(item["effects"]) >= 3
    ids = county.people(store)
    for effect in item["effects"]:
        if effect["role"] == "joins":
            assert effect["person_id"] not in found
            continue
        person_id = effect["person_id"]
        if effect["role"] == "parts":
            [person_id] = {ids[county.LEFT], ids[county.RIGHT]} - {item["person_id_l"]}
        points, rank = found[person_id]
        assert points == effect["points_then"], effect
        assert rank == (effect["place_then"] if effect["is_listed_then"] else None), effect
    assert item["crossing_person_id"] in {effect["person_id"] for effect in item["effects"]}
    assert county.item_on(store, *pair) is None, "what is decided leaves the queue"


def test_the_queue_is_the_same_after_the_same_run_and_a_look_back_leaves_it_alone(store: Store, folder):
    before = county.queue(store)
    county.run(store, folder)
    again = [item | {"run_number": 1} for item in county.queue(store)]
    assert again == before
    county.run(store, folder, as_of=road.AS_OF.replace(day=14))
    assert [item["run_number"] for item in county.queue(store)] == [2, 2]


def test_what_is_answered_leaves_the_queue_at_once_and_comes_back_when_it_is_taken_back(store: Store, folder):
    item = county.item_on(store, county.LEFT, county.RIGHT)
    decide(store, item, Verdict.CANNOT_TELL)
    assert [one["kind"] for one in county.queue(store)] == ["uncertain difference"]
    with store.transaction() as work:
        reviewing.undo(work, county.ACT, 1, county.WHY)
    assert item in county.queue(store)


def test_what_nobody_could_tell_stays_out_until_the_person_changes(store: Store, folder):
    decide(store, county.item_on(store, county.LEFT, county.RIGHT), Verdict.CANNOT_TELL)
    ids = county.people(store)
    county.run(store, folder)
    assert county.item_on(store, county.LEFT, county.RIGHT) is None
    assert county.people(store) == ids, "nothing else changes"
    road.calls(folder / "in", county.TORRES | {"IncidentNo": "26-29"}, name="cad_20261116.csv")
    county.run(store, folder)
    assert county.item_on(store, county.LEFT, county.RIGHT) is not None


def test_a_run_tells_how_many_pairs_are_for_review_and_how_many_were_left_out(store: Store, folder, monkeypatch):
    [run] = store.read("run_by_number", run_number=1).to_dict("records")
    assert "pairs and persons for review: 2" in run["figures"]["notes"]
    monkeypatch.setattr("pipeline.queueing.MOST_ITEMS", 1)
    county.run(store, folder)
    [run] = store.read("run_by_number", run_number=2).to_dict("records")
    left = [note for note in run["figures"]["notes"] if "left out, as there are too many" in note]
    assert left == ["pairs and persons for review left out, as there are too many to weigh: 1"]
    assert len(county.queue(store)) == 1


def test_nothing_personal_stands_in_the_queue(store: Store):
    told = json.dumps(county.queue(store), default=str).upper()
    assert not [value for value in county.CANARIES if value in told]
