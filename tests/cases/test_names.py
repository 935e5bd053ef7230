"""What becomes of a name as clerks write it? One test for each of the dirty inputs 29 to 40."""

from dataclasses import replace

import pandas as pd
import pytest

import linkage
from pipeline.contract.declaration import FullName
from pipeline.standardize import standardize
from tests.cases.people import (
    CALL,
    CALLS,
    compared,
    how_many_people,
    people_of_bookings,
    people_of_calls,
    people_of_patients,
    told,
    weight,
)
from tests.hmis import exports
from tests.road import county
from tests.standardize.rows import FEEDS, PLACE, said

NAME = ("first_name", "middle_name", "last_name", "suffix")


def names_of(*texts):
    return told(people_of_calls(*({"PersonName": text} for text in texts)), *NAME)


def patients(*changes):
    """Person records of patients that differ from one another in these elements only."""
    plain = {"name": [{"use": "official", "family": "Quill", "given": ["Martin"]}], "birthDate": "1980-04-05"}
    return people_of_patients(*(plain | change for change in changes))


def family(*names, **elements):
    """A patient's names, the official one first: (use, surname)."""
    return {"name": [{"use": use, "family": text, "given": ["Martin"]} for use, text in names], **elements}


@pytest.mark.parametrize("text", ["QUILL, MARTIN A JR", "QUILL JR, MARTIN A", "QUILL, MARTIN A, JR"])
def test_case_29_the_same_parts_wherever_the_suffix_stands(text):
    assert names_of(text) == [("MARTIN", "A", "QUILL", "JR")]


def test_case_30_the_order_without_a_comma_is_declared_and_never_guessed():
    assert names_of("QUILL MARTIN A") == [("MARTIN", "A", "QUILL", None)]
    agency, feed = FEEDS[CALLS]
    assert feed.person
    fields = replace(feed.person.fields, full_name=FullName("PersonName", "first_last"))
    other = replace(feed, person=replace(feed.person, fields=fields))
    row = pd.DataFrame([CALL | {"PersonName": "MARTIN A QUILL", "line_number": 2, **PLACE}], dtype=object)
    assert told(standardize(agency, other, row).person_records, *NAME) == [("MARTIN", "A", "QUILL", None)]


NOBODY = ("UNKNOWN", "UNK, UNK", "ANONYMOUS", "DOE, JOHN", "JOHN DOE #2", "FNU LNU", "TEST, TEST", "REFUSED")


def test_case_31_placeholders_are_missing_for_linkage():
    twice = [{"PersonName": text, "Sex": "M", "DOB": ""} for text in NOBODY for _ in range(2)]
    records = people_of_calls(*twice)
    assert told(records, "first_name", "last_name") == [(None, None)] * len(twice)
    assert told(records, "display_name")[::2] == list(NOBODY)
    assert how_many_people(records) == len(twice)
    newborn = people_of_bookings({"FIRST_NAME": "Baby Boy", "LAST_NAME": "NASH"})
    assert told(newborn, "first_name", "last_name") == [(None, "NASH")]


def test_case_32_no_middle_name_is_missing():
    assert names_of("QUILL, MARTIN NMN", "QUILL, MARTIN NMI") == [("MARTIN", None, "QUILL", None)] * 2
    booked = people_of_bookings({"MIDDLE_NAME": "NMN"}, {"MIDDLE_NAME": "nmi"}, {"MIDDLE_NAME": "N"})
    assert told(booked, "middle_name") == [None, None, "N"]


def test_case_33_suffixes_are_found_in_any_column_and_tell_father_and_son_apart():
    wild = people_of_bookings(
        {"SUFFIX": "lll"},
        {"SUFFIX": "rS"},
        {"FIRST_NAME": "MARTIN SR"},
        {"MIDDLE_NAME": "JR"},
        {"LAST_NAME": "QUILL III"},
    )
    assert told(wild, "first_name", "last_name", "suffix") == [
        ("MARTIN", "QUILL", suffix) for suffix in ("III", "SR", "SR", "JR", "III")
    ]
    home = {"ADDRESS": "12 CEDAR ST", "CITY": "RIVERTON", "ZIP": "80501", "DOB": "", "SEX": "M"}
    assert how_many_people(people_of_bookings(home | {"SUFFIX": "SR"}, home | {"LAST_NAME": "QUILL JR"})) == 2
    assert how_many_people(people_of_bookings({"SUFFIX": "JR"}, {"LAST_NAME": "QUILL JR"})) == 1


def test_case_34_an_alias_stands_beside_the_name_and_never_in_its_place():
    [record] = told(people_of_calls({"PersonName": "QUILL, MARTIN AKA STONEY, JACK"}), *NAME, "other_last_names")
    assert record == ("MARTIN", None, "QUILL", None, "STONEY")
    assert names_of("AKA, MARIE", "MARIE AKA") == [("MARIE", None, "AKA", None), ("AKA", None, "MARIE", None)]
    alias_first = patients({"name": [{"use": "nickname", "family": "Stoney"}, {"use": "official", "family": "Quill"}]})
    assert told(alias_first, "last_name", "other_last_names") == [("QUILL", "STONEY")]
    also = family(("official", "Quill"), ("nickname", "Stoney"))
    booked = people_of_bookings({"LAST_NAME": "STONEY"})
    assert compared("last_name", patients(also), booked) == "part or other surname agrees"
    assert compared("last_name", patients(family(("official", "Quill"))), booked) == "different"


SURNAMES = {
    "hyphenated": ("Quill-Díaz", "Quill"),
    "two in another order": ("Quill Díaz", "Díaz Quill"),
    "with particles and without": ("de la Cruz", "Cruz"),
}


@pytest.mark.parametrize("written", SURNAMES)
def test_case_35_maiden_hyphenated_and_reordered_surnames_are_compared_as_a_set(written):
    one, other, stranger = (patients(family(("official", text))) for text in (*SURNAMES[written], "Stoney"))
    married = patients(family(("official", "Stoney"), ("maiden", SURNAMES[written][1])))
    for same in ((one, other), (married, other)):
        assert compared("last_name", *same) == "part or other surname agrees"
        assert weight(*same) > weight(stranger, other)
    assert compared("last_name", stranger, other) == "different"


TYPED = {
    "a nickname": ({"first_name": "ROBERT"}, {"first_name": "BOB"}),
    "by ear": ({"last_name": "STEPHENSON"}, {"last_name": "STEVENSON"}),
    "letters exchanged": ({"last_name": "KOWALSKI"}, {"last_name": "KOWALKSI"}),
    "a letter too many": ({"last_name": "KOWALSKI"}, {"last_name": "KOWALLSKI"}),
    "an initial glued on": ({"last_name": "O'HAHN"}, {"last_name": "OHahn"}),
    "a split name": ({"last_name": "MCDONALD"}, {"last_name": "MC DONALD"}),
}


def test_case_36_a_street_or_code_name_speaks_neither_for_nor_against_a_link():
    coc = exports.agency()
    same = {"DateUpdated": "2026-10-30 09:00:00", "DOB": "1980-04-05", "DOBDataQuality": "1"}
    street = same | {"PersonalID": "P1", "FirstName": "Red", "LastName": "Quill", "NameDataQuality": "2"}
    full = street | {"PersonalID": "P2", "FirstName": "Martin", "NameDataQuality": "1"}
    rows = pd.DataFrame([street, full]).assign(delivery_id=1, line_number=[2, 3], business_date=None)
    people = standardize(coc, coc.feed("clients"), rows).person_records
    assert told(people, "first_name", "last_name") == [(None, None), ("MARTIN", "QUILL")]
    assert told(people, "display_name") == ["Quill, Red", "Quill, Martin"]
    booked = people_of_bookings({"FIRST_NAME": "RED", "LAST_NAME": "QUILL"})
    assert compared("first_name", people[:1], booked) is None
    assert compared("first_name", people[1:], booked) is not None


@pytest.mark.parametrize("slip", TYPED)
def test_case_37_slips_in_a_name_are_tolerated_and_another_name_is_not(slip):
    person = {"first_name": "ROBERT", "last_name": "KOWALSKI", "birth_date": "1984-03-05", "sex": "M"}
    home = {"street_address": "12 OAK ST", "city": "RIVERTON", "postcode": "80501"}
    rows = [{"record_id": str(n)} | person | home | typed for n, typed in enumerate(TYPED[slip])]
    assert linkage.dedupe(pd.DataFrame(rows)).clusters["cluster_id"].nunique() == 1
    rows[1] |= {"first_name": "HAROLD", "last_name": "ABBOTT"}
    assert linkage.dedupe(pd.DataFrame(rows)).clusters["cluster_id"].nunique() == 2


def test_case_38_padded_codes_and_numbers_are_trimmed_and_kept_as_they_came(store, tmp_path):
    first = {"BOOKING_NO": " 16024520", "STATUS": "ACTIVE ", "REL_DT": "", "REL_TM": "", "LAST_NAME": "QUILL     "}
    county.bookings(tmp_path / "in", first, name="bookings_20261101.csv")
    again = county.bookings(tmp_path / "in", {"BOOKING_NO": "16024520  ", "STATUS": "RELEASED  "})
    county.run(store, tmp_path / "in", tmp_path / "out")
    [entry] = county.published(tmp_path / "out")["entries"]
    assert entry["record_keys"] == ["riverton_county_jail/bookings/16024520"]
    kept = [path.read_bytes() for path in (tmp_path / "home" / "deliveries").rglob("*") if path.is_file()]
    assert again.read_bytes() in kept


def test_case_39_an_organisation_in_the_place_of_a_person_is_nobody():
    shops = ("STATE OF COLORADO", "WALMART STORE 2231", "HARVEST FOODS, INC.", "RIVERTON SCHOOL DISTRICT")
    people = ("STATEN, JOHN", "CORPUS, ANA", "INCE, ROSE", "TOWNE, KIM")
    rows = [CALL | {"PersonNo": str(n), "PersonName": name} for n, name in enumerate(shops + people)]
    found = said(CALLS, *rows)
    assert found.accepted_rows["is_about_person"].tolist() == [False] * len(shops) + [True] * len(people)
    assert told(found.person_records, "display_name") == list(people)
    assert len(found.encounters) == len(people)


def test_case_40_digits_behind_a_made_up_name_do_not_part_a_person():
    made_up = patients(family(("official", "Maynard46")), family(("official", "Maynard")))
    assert told(made_up, "last_name") == ["MAYNARD"] * 2
    assert told(made_up, "display_name")[0].startswith("Maynard46")
    assert how_many_people(made_up) == 1
