"""Who is the same person, and who is not? Examples a clinician can read; decided with the starting values."""

from __future__ import annotations

import pandas as pd
import pytest

import linkage

ANA = {
    "first_name": "ANA",
    "last_name": "LOPEZ",
    "birth_date": "1984-03-05",
    "sex": "F",
    "ssn": "512341234",
    "phone": "9138291234",
    "street_address": "12 OAK ST",
    "city": "OLATHE",
    "state": "KS",
    "postcode": "66061",
}
ROBERT = {**ANA, "first_name": "ROBERT", "last_name": "KOWALSKI", "sex": "M"}


def together(left: dict, right: dict) -> bool:
    """Are these two records held to be one person?"""
    records = pd.DataFrame([{"record_id": "A", **left}, {"record_id": "B", **right}])
    return linkage.dedupe(records).clusters["cluster_id"].nunique() == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"first_name": "ANNA"},
        {"last_name": "LOPES", "street_address": "99 ELM AVE", "phone": None},
        {"last_name": "LOPEZ-GARCIA"},
        {"birth_date": "1984-05-03", "ssn": None},
        {"birth_date": "1984", "ssn": "1234"},
        {"first_name": "LOPEZ", "last_name": "ANA"},
        {"last_name": "SMITH", "other_last_names": "LOPEZ|GARCIA"},
        {"ssn": "512341243", "street_address": None, "phone": None},
        {"street_address": "TRANSIENT", "phone": None, "ssn": None, "postcode": None, "city": None},
    ],
)
def test_one_person_written_differently(change: dict) -> None:
    assert together(ANA, {**ANA, **change})


def test_robert_is_bob() -> None:
    assert together({**ROBERT, "ssn": None}, {**ROBERT, "first_name": "BOB", "ssn": None, "street_address": None})


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("twins", {"first_name": "MARIA", "ssn": None}),
        ("twins with their own SSN", {"first_name": "MARIA", "ssn": "512349876"}),
        ("mother and daughter", {"first_name": "ROSA", "birth_date": "1960-11-20", "ssn": None}),
        (
            "a stranger of the same name",
            {"birth_date": "1951-12-21", "ssn": "401228765", "street_address": "7 ELM AVE", "phone": None},
        ),
        (
            "a shared SSN alone",
            {"first_name": None, "last_name": None, "birth_date": None, "street_address": None, "phone": None},
        ),
        ("a husband", {"first_name": "JUAN", "birth_date": "1982-01-30", "sex": "M", "ssn": None}),
    ],
)
def test_two_people_stay_two(why: str, change: dict) -> None:
    assert not together(ANA, {**ANA, **change}), why


def test_father_and_son_of_one_name_stay_two() -> None:
    father = {**ROBERT, "suffix": "SR", "ssn": None, "birth_date": "1950-02-03"}
    assert not together(father, {**father, "suffix": "JR", "birth_date": None})
    assert not together(father, {**father, "suffix": "JR", "birth_date": "1975-08-14"})


def test_people_without_a_name_are_never_one() -> None:
    nobody = {"first_name": "UNKNOWN", "last_name": "UNKNOWN", "birth_date": "1900-01-01", "sex": "M"}
    assert not together(nobody, nobody)
    assert not together({"first_name": "JOHN", "last_name": "DOE"}, {"first_name": "JOHN", "last_name": "DOE"})


def test_human_decisions_stand_above_the_model() -> None:
    rosa = {**ANA, "first_name": "ROSA", "birth_date": "1960-11-20", "ssn": None}
    records = pd.DataFrame([{"record_id": "A", **ANA}, {"record_id": "B", **ANA}, {"record_id": "C", **rosa}])
    apart = linkage.dedupe(records, must_not_link=[("B", "A")]).clusters
    assert apart.set_index("record_id")["cluster_id"].to_dict() == {"A": "A", "B": "B", "C": "C"}
    joined = linkage.dedupe(records, must_link=[("C", "A")]).clusters
    assert set(joined["cluster_id"]) == {"A"}
    both = linkage.dedupe(records, must_link=[("A", "C")], must_not_link=[("A", "C")])
    assert both.clusters.set_index("record_id")["cluster_id"].to_dict() == {"A": "A", "B": "A", "C": "C"}
    assert any("contradict" in note for note in both.notes)


def test_an_explanation_adds_up_and_names_no_value() -> None:
    twin = {**ANA, "first_name": "MARIA", "ssn": None}
    records = pd.DataFrame([{"record_id": "A", **ANA}, {"record_id": "B", **twin}])
    linked = linkage.dedupe(records)
    found = linkage.explain_pair(records, linked.model, "B", "A")
    parts = found.prior_bits + sum(step.bits for step in found.steps) + found.household_bits + found.conflict_bits
    assert parts == pytest.approx(found.total_bits)
    assert found.record_id_l == "A"
    assert any("twins" in sentence for sentence in found.conflicts)
    assert found.probability < 0.4
    assert "LOPEZ" not in repr(found)
    listed = linked.pairs.set_index(["record_id_l", "record_id_r"])
    assert listed.loc[("A", "B"), "match_weight"] == pytest.approx(found.total_bits)
