import hashlib
import json
from dataclasses import fields, replace

import pytest

from pipeline.contract.outreach_list import Entry, OutreachList, Stale, from_json, to_json
from pipeline.publish import list_json
from tests.publish.example_lists import CANARIES, entry, example_list

KEYS = {"list_id", "as_of", "code_version", "model_id", "sources", "entries", "excluded_counts"}
KEYS |= {"documents_hash", "stale"}
ENTRY_KEYS = {"rank", "person_id", "team", "points", "reasons", "is_new", "held_over", "record_keys"}
ENTRY_KEYS |= {"points_low", "points_high", "rank_best", "rank_worst", "rests_on_unreviewed_link"}


def test_the_keys_are_those_that_were_promised_and_no_others():
    content = json.loads(list_json.render(example_list()))
    assert set(content) == KEYS
    assert {key for source in content["sources"] for key in source} == {"agency", "complete_to", "status"}
    assert {key for made in content["entries"] for key in made} == ENTRY_KEYS
    reasons = [reason for made in content["entries"] for reason in made["reasons"]]
    assert {key for reason in reasons for key in reason} == {"factor", "points", "sentence", "latest_at"}
    assert content["excluded_counts"]["in_custody"] == 31


def test_keys_are_sorted_letters_are_utf8_and_the_last_line_ends():
    made = entry(1, team="Žluťoučký tým")
    text = list_json.render(example_list(made)).decode("utf-8")
    assert "Žluťoučký tým" in text
    assert text.endswith("}\n")
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def test_equal_lists_give_the_same_bytes_whatever_the_order_of_a_mapping():
    other = example_list()
    other = replace(other, excluded_counts=dict(reversed(other.excluded_counts.items())))
    assert list_json.render(other) == list_json.render(example_list())


def test_it_names_nobody():
    text = list_json.render(example_list()).decode()
    assert not [canary for canary in CANARIES if canary in text]


def test_half_a_surrogate_pair_does_not_stop_the_list_and_comes_back_as_it_was():
    made = entry(1, team="Team \ud800")
    content = json.loads(list_json.render(example_list(made)))
    assert content["entries"][0]["team"] == "Team \ud800"


def test_the_id_can_be_checked_from_the_file_alone():
    content = json.loads(list_json.render(example_list()))
    del content["list_id"], content["stale"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    full = hashlib.sha256(canonical.encode()).hexdigest()
    assert list_json.content_hash(example_list()) == full
    assert list_json.list_id_of(example_list()) == full[:16]


def test_a_stamp_is_told_and_changes_no_id():
    stamped = replace(
        example_list(), stale=Stale(since="2026-11-23T14:00:00+00:00", because="Larkspur Police is late.")
    )
    assert json.loads(list_json.render(example_list()))["stale"] is None
    assert json.loads(list_json.render(stamped))["stale"] == {
        "since": "2026-11-23T14:00:00+00:00",
        "because": "Larkspur Police is late.",
    }
    assert list_json.list_id_of(stamped) == list_json.list_id_of(example_list())


def test_the_id_depends_on_what_is_published_and_shown_and_on_nothing_else():
    first = list_json.list_id_of(example_list())
    assert list_json.list_id_of(replace(example_list(), list_id="another")) == first
    assert list_json.list_id_of(replace(example_list(), as_of="2026-11-17")) != first
    assert list_json.list_id_of(example_list(entry(1))) != first


@pytest.mark.parametrize("part", [field.name for field in fields(Entry)])
def test_a_list_whose_documents_show_anything_else_is_another_list(part):
    first, *others = example_list().entries
    other = replace(first, **{part: () if part in ("reasons", "record_keys") else "something else"})
    assert list_json.list_id_of(example_list(other, *others)) != list_json.list_id_of(example_list())


@pytest.mark.parametrize(
    "part", [field.name for field in fields(OutreachList) if field.name not in ("list_id", "stale")]
)
def test_nothing_but_the_id_itself_is_left_out_of_it(part):
    other = replace(example_list(), **{part: () if part in ("sources", "entries") else {} if "counts" in part else "x"})
    assert list_json.list_id_of(other) != list_json.list_id_of(example_list())


def test_a_list_that_was_kept_and_read_back_has_the_same_hashes():
    made = example_list()
    again = from_json(json.loads(json.dumps(to_json(made))))
    assert list_json.documents_hash(again) == list_json.documents_hash(made)
    assert list_json.render(again) == list_json.render(made)
