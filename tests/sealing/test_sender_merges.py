"""Are two records one person where their sender says so, and does what happened to either stay?"""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline import flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.errors import DeclarationError
from pipeline.sender_merges import decisions_about_the_living, in_force
from tests.road import county
from tests.sealing.worlds import OTHER
from tests.standardize.rows import FEEDS, said

PROVIDER = "riverbend_behavioral_health/patients/"
ANOTHER = {
    "name": [{"use": "official", "family": "Okafor", "given": ["Ines"]}],
    "birthDate": "1971-02-03",
    "gender": "female",
    "identifier": [],
    "telecom": [],
    "address": [],
}
"""Somebody whom no comparison would take for the other patient."""
REPLACED = {"link": [{"other": {"reference": "Patient/p2"}, "type": "replaced-by"}]}


def told(*pairs):
    return pd.DataFrame([tuple(pair) for pair in pairs], columns=["record_id", "into_record_id"], dtype=object)


def decided(*rows):
    return pd.DataFrame(rows, columns=["record_id_l", "record_id_r", "verdict", "decision_number"], dtype=object)


@pytest.mark.parametrize(
    ("pairs", "here", "into", "contradicted"),
    [
        ((), "ab", {}, 0),
        (("ab",), "ab", {"a": "b"}, 0),
        (("ab", "bc"), "abc", {"a": "c", "b": "c"}, 0),
        (("ab",), "a", {}, 0),
        (("ab", "ac"), "abc", {}, 1),
        (("ab", "ba"), "ab", {}, 2),
        (("ca", "ab", "ba"), "abc", {}, 3),
    ],
    ids=["none", "one", "a chain", "its other is not here", "into two", "a circle", "into a circle"],
)
def test_which_merges_count(pairs, here, into, contradicted):
    found = in_force(told(*pairs), decided(), set(here))
    assert (dict(found.into), found.contradicted_count) == (into, contradicted)


def test_a_reviewers_different_wins_also_over_a_chain():
    different = decided(("a", "c", "different", 1))
    found = in_force(told("ab", "bc"), different, set("abc"))
    assert (dict(found.into), found.contradicted_count) == ({"b": "c"}, 1)


def test_what_was_decided_about_a_record_merged_away_holds_for_the_other():
    merges = in_force(told("ab"), decided(), set("abc"))
    moved = decisions_about_the_living(decided(("a", "c", "different", 1), ("a", "b", "same", 2)), merges)
    assert moved.to_numpy().tolist() == [["b", "c", "different", 1]]


def entries(out):
    made = county.published(out)["entries"]
    return {tuple(entry["record_keys"]): {reason["factor"] for reason in entry["reasons"]} for entry in made}


def test_a_patient_replaced_by_another_gives_it_its_visits_and_an_unmerge_takes_them_back(store, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    county.calls(folder, OTHER)
    later = [{"meta": {"lastUpdated": f"2026-11-0{day}T00:00:00Z"}} for day in (1, 2, 3)]
    both = (county.patient("p1", **later[0]), county.patient("p2", **ANOTHER), county.visit("v1", "p1"))
    county.resources(folder, *both, county.visit("v2", "p2"), name="000")
    county.run(store, folder, out)
    apart = {key for keys in entries(out) for key in keys}
    assert {PROVIDER + "p1", PROVIDER + "p2"} <= apart
    assert not any(len(keys) > 1 for keys in entries(out))
    county.resources(folder, county.patient("p1", **REPLACED, **later[1]), name="001")
    county.run(store, folder, out)
    points = {entry["record_keys"][0]: entry["reasons"] for entry in county.published(out)["entries"]}
    assert PROVIDER + "p1" not in points
    assert any(reason["sentence"].startswith("2 ") for reason in points[PROVIDER + "p2"])
    county.resources(folder, county.patient("p1", **later[2]), name="002")
    county.run(store, folder, out)
    assert {key for keys in entries(out) for key in keys} == apart


def test_the_patient_that_took_the_place_may_say_so_instead(store, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    replaces = {"link": [{"other": {"reference": "Patient/p1"}, "type": "replaces"}]}
    county.resources(
        folder, county.patient("p1"), county.patient("p2", **ANOTHER, **replaces), county.visit("v1", "p1")
    )
    county.run(store, folder, out)
    assert list(entries(out)) == [(PROVIDER + "p2",)]


def test_any_delimited_feed_may_declare_a_column_of_merges(store, tmp_path):
    def declared(agency):
        feeds = [replace(feed, merged_into="NAME_NO") if feed.key == ("BOOKING_NO",) else feed for feed in agency.feeds]
        return replace(agency, feeds=tuple(feeds))

    agencies = tuple(declared(agency) for agency in load_agencies())
    other = {"BOOKING_NO": "B2", "LAST_NAME": "OKAFOR", "FIRST_NAME": "INES", "DOB": "19710203", "SEX": "F", "SSN": ""}
    other |= {"PHONE": "", "ADDRESS": "", "NAME_NO": ""}
    county.bookings(tmp_path / "in", {"NAME_NO": "B2"}, other)
    chosen = county.Settings(home=tmp_path / "home")
    act = Act("test", county.AT)
    how = {"deliveries": tmp_path / "in", "as_of": county.AS_OF, "out": tmp_path / "out"}
    flow.run(store, act, agencies, chosen, **how)
    assert list(entries(tmp_path / "out")) == [("riverton_county_jail/bookings/B2",)]


def test_only_a_feed_of_people_with_a_key_of_one_column_declares_merges():
    _, jail = FEEDS["riverton_county_jail.bookings"]
    _, calls = FEEDS["riverton_police.calls"]
    for feed, column in ((jail, "NO_SUCH"), (calls, "Beat")):
        with pytest.raises(DeclarationError):
            replace(feed, merged_into=column)
    _, visits = FEEDS["riverbend_behavioral_health.encounters"]
    with pytest.raises(DeclarationError):
        replace(visits, merged_into="status")


def test_a_row_is_told_as_a_merge_only_where_it_names_another():
    rows = ({"id": "p1", "replaced_by": "p2"}, {"id": "p3"}, {"id": "p4", "replaced_by": "p4", "replaces": "p5 p6"})
    merged = said("riverbend_behavioral_health.patients", *rows).sender_merges
    pairs = merged[["record_id", "into_record_id"]].to_numpy().tolist()
    assert [[one.removeprefix(PROVIDER) for one in pair] for pair in pairs] == [
        ["p1", "p2"],
        ["p5", "p4"],
        ["p6", "p4"],
    ]
