"""Who is the same person, and who is not? Examples a clinician can read; decided with the starting values."""

from __future__ import annotations

import pandas as pd
import pytest

import linkage
from tests.linkage.households import made_up_town

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


def linked(*rows: dict, **options) -> dict[str, str]:
    """Which cluster is each of these records in? They are called A, B, C …"""
    records = pd.DataFrame([{"record_id": chr(ord("A") + place), **row} for place, row in enumerate(rows)])
    return linkage.dedupe(records, **options).clusters.set_index("record_id")["cluster_id"].to_dict()


def test_junior_and_senior_stay_two_wherever_the_suffix_is_written() -> None:
    senior = {**ROBERT, "suffix": "SR", "ssn": None, "birth_date": None}
    assert not together(senior, {**senior, "suffix": "JR"})
    assert not together({**senior, "suffix": None, "last_name": "KOWALSKI SR"}, {**senior, "suffix": "Jr."})
    assert together({**ROBERT, "suffix": "JR"}, {**ROBERT, "suffix": None})
    assert together({**ROBERT, "suffix": "JR"}, {**ROBERT, "suffix": "SR"})  # one SSN and one birth date say more


def test_twins_stay_two_with_several_records_each() -> None:
    ana, maria = ({**ANA, "first_name": name, "ssn": None} for name in ("ANA", "MARIA"))
    moved = {"street_address": "99 ELM AVE", "phone": None}
    assert linked(ana, maria, {**ana, **moved}, {**maria, **moved}) == {"A": "A", "B": "B", "C": "A", "D": "B"}
    ana, maria = {**ana, "ssn": "512341234"}, {**maria, "ssn": "512349876"}
    assert linked(ana, maria, {**ana, **moved}, {**maria, **moved}) == {"A": "A", "B": "B", "C": "A", "D": "B"}


def test_twins_whose_numbers_were_given_on_one_day_stay_two() -> None:
    """Before 2011 neighbouring numbers were handed out one after the other."""
    assert not together({**ANA, "ssn": "512341234"}, {**ANA, "first_name": "MARIA", "ssn": "512341235"})


@pytest.mark.parametrize("names", [("JASON", "JUSTIN"), ("KAREN", "SHARON"), ("MARIA", "ANA")])
@pytest.mark.parametrize("numbers", [("512341234", "512347788"), ("512341234", None), (None, None)])
def test_twins_stay_two_in_a_table_that_teaches_nothing(names: tuple, numbers: tuple) -> None:
    pair = [{**ANA, "first_name": name, "ssn": ssn} for name, ssn in zip(names, numbers, strict=True)]
    assert linked(*pair) == {"A": "A", "B": "B"}


def test_an_exchanged_name_is_the_same_person_and_a_cousin_is_not() -> None:
    crossed = {**ANA, "first_name": "LOPEZ", "last_name": "ANA", "ssn": None, "phone": None, "street_address": None}
    assert together(ANA, crossed)
    assert together(ANA, {**crossed, "first_name": "LOPES"})
    assert not together(ANA, {**crossed, "birth_date": "1990-11-23", "city": "LENEXA", "postcode": "66215"})


@pytest.mark.parametrize("surname", ["LOPEZ-GARCIA", "GARCIA LOPEZ", "DE LOPEZ", "LOPEZ GARCIA"])
def test_a_part_of_a_surname_is_enough_with_the_birth_date(surname: str) -> None:
    other = {**ANA, "last_name": surname, "ssn": None, "phone": None, "street_address": "7 ELM AVE"}
    assert together({**ANA, "ssn": None}, other)


def test_a_maiden_name_is_enough_where_it_is_told() -> None:
    married = {**ANA, "last_name": "SMITH", "ssn": None, "street_address": "7 ELM AVE", "phone": None}
    assert together({**ANA, "ssn": None}, {**married, "other_last_names": "LOPEZ"})
    assert together(ANA, {**married, "ssn": "512341234"})
    assert not together({**ANA, "ssn": None}, {**married, "birth_date": None})


def test_one_name_at_one_home_is_two_people_if_ssn_birth_date_and_sex_all_conflict() -> None:
    jordan = {**ANA, "first_name": "JORDAN"}
    other = {**jordan, "ssn": "401228765", "birth_date": "1951-12-21", "sex": "M"}
    assert not together(jordan, other)


@pytest.mark.parametrize("text", ["TRANSIENT", "HOMELESS", "NO FIXED ADDRESS", "UNKNOWN", "GENERAL DELIVERY"])
def test_no_fixed_address_is_no_shared_address(text: str) -> None:
    smith = {"first_name": "JOHN", "last_name": "SMITH", "sex": "M", "birth_date": "1970-05-06"}
    records = pd.DataFrame([{"record_id": name, **smith, "street_address": text} for name in "AB"])
    records.loc[1, "birth_date"] = None
    with_text, without = (linkage.dedupe(table).pairs for table in (records, records.assign(street_address=None)))
    pd.testing.assert_frame_equal(with_text, without)
    assert (with_text["street_address_level"] == -1).all()


def town_with(rows: list[dict], size: int = 2_000) -> pd.DataFrame:
    """A town, and these records, called X0000, X0001 …"""
    numbered = [{"record_id": f"X{place:04d}", **row} for place, row in enumerate(rows)]
    town = made_up_town(size, seed=41).drop(columns="person_truth")
    return pd.concat([town, pd.DataFrame(numbered)], ignore_index=True)


def clusters_of_x(records: pd.DataFrame) -> pd.Series:
    """Which cluster is each record X… in?"""
    clusters = linkage.dedupe(records).clusters.set_index("record_id")["cluster_id"]
    return clusters[clusters.index.str.startswith("X")]


def people(count: int, seed: int) -> list[dict]:
    """People who have nothing in common but what is common in a town: names, sex and age."""
    town = made_up_town(count * 6, seed).drop_duplicates("person_truth").head(count)
    assert len(town) == count
    return town[["first_name", "last_name", "birth_date", "sex"]].to_dict("records")


SHELTER = {"phone": "9138291000", "street_address": "500 HARBOR WAY", "city": "OLATHE", "postcode": "66061"}
NO_STREET = {**SHELTER, "street_address": None}


@pytest.mark.parametrize("shelter", [SHELTER, NO_STREET])
@pytest.mark.parametrize("size", [2_000, 6_000])
def test_a_shelter_is_no_person(size: int, shelter: dict) -> None:
    """400 people who give the shelter's telephone and address."""
    found = clusters_of_x(town_with([{**guest, **shelter} for guest in people(400, seed=42)], size))
    wrong = len(found) - found.nunique()
    assert wrong <= 4, f"{wrong} of 400 guests were taken for one another"


def test_a_guest_of_the_shelter_who_comes_twice_is_one_person() -> None:
    guests = [guest for guest in people(220, seed=43) if guest["birth_date"]]
    found = clusters_of_x(town_with([{**guest, **SHELTER} for guest in guests] + guests))
    again = found.to_numpy()[: len(guests)] == found.to_numpy()[len(guests) :]
    assert again.mean() > 0.97


def test_the_first_of_january_is_no_birth_date_where_everybody_has_it() -> None:
    """Four people of one name, written down as born on the first of January of different years."""
    rows = [
        {"first_name": "MOHAMED", "last_name": "ABDI", "birth_date": f"{year}-01-01", "sex": "M", "city": "OLATHE"}
        for year in (1970, 1975, 1980, 1985)
    ]
    crowd = [{**guest, "birth_date": f"{1950 + place % 50}-01-01"} for place, guest in enumerate(people(150, seed=44))]
    found = clusters_of_x(town_with(rows + crowd))
    assert found.iloc[:4].nunique() == 4
    assert found.nunique() >= 150


def test_the_first_of_january_is_a_birth_date_where_it_is_rare() -> None:
    born = {"first_name": "ANA", "last_name": "QUISPE", "birth_date": "1984-01-01", "sex": "F"}
    assert together(born, born)


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
