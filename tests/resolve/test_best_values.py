"""Which of the values that a person's records give is shown?"""

import pytest

from pipeline.resolve import alias_counts, best_values
from tests.resolve.records import person_records


def best(field, *rows):
    """Which value of the field is best, and from which record?"""
    table = best_values(person_records(*rows))
    of_field = table[table["field"] == field]
    return tuple(of_field[["value", "from_record_id"]].iloc[0]) if len(of_field) else None


@pytest.mark.parametrize("field", ["display_name", "first_name", "last_name", "sex"])
def test_what_lasts_is_what_most_records_say(field):
    rows = [{field: "A", "at": "2026-01-01"}, {field: "B", "at": "2026-11-01"}, {field: "A", "at": "2026-02-01"}]
    assert best(field, *rows) == ("A", "r3")


@pytest.mark.parametrize("field", ["phone", "email", "street_address", "city", "state", "postcode"])
def test_what_changes_is_what_the_latest_record_says(field):
    rows = [{field: "A", "at": "2026-01-01"}, {field: "B", "at": "2026-11-01"}, {field: "A", "at": "2026-02-01"}]
    assert best(field, *rows) == ("B", "r2")


def test_of_equally_frequent_values_the_later_counts_and_then_the_first_record():
    assert best("sex", {"sex": "F", "at": "2026-01-01"}, {"sex": "M", "at": "2026-02-01"}) == ("M", "r2")
    assert best("sex", {"sex": "F", "at": "2026-01-01"}, {"sex": "M", "at": "2026-01-01"}) == ("F", "r1")


def test_a_record_without_a_moment_is_the_oldest():
    assert best("phone", {"phone": "A", "at": None}, {"phone": "B", "at": "1999-01-01"}) == ("B", "r2")


@pytest.mark.parametrize(
    ("field", "partial", "whole"), [("birth_date", "1990", "1990-01-31"), ("ssn", "1234", "078051121")]
)
def test_a_whole_value_beats_a_partial_one_however_often_that_is_given(field, partial, whole):
    rows = [
        {field: partial, "at": "2026-11-01"},
        {field: partial, "at": "2026-11-02"},
        {field: whole, "at": "2020-01-01"},
    ]
    assert best(field, *rows) == (whole, "r3")


def test_a_value_nobody_gives_is_not_there():
    assert best("phone", {"first_name": "ANN"}) is None


def test_values_of_different_people_do_not_mix():
    table = best_values(person_records({"city": "A"}, {"city": "B", "person_id": "P-2"}, {"person_id": "P-3"}))
    assert table[["person_id", "value"]].values.tolist() == [["P-1", "A"], ["P-2", "B"]]


def test_other_names_are_counted_without_regard_to_spelling():
    rows = [
        {"first_name": "ANN", "last_name": "LEE"},
        {"first_name": "Ann", "last_name": "Lee", "middle_name": "Q"},
        {"first_name": "ANN", "last_name": "ORTIZ"},
        {"first_name": None, "last_name": None},
        {"first_name": "BO", "last_name": "KIM", "person_id": "P-2"},
        {"first_name": None, "last_name": None, "person_id": "P-3"},
    ]
    assert alias_counts(person_records(*rows)).to_dict() == {"P-1": 1, "P-2": 0, "P-3": 0}
