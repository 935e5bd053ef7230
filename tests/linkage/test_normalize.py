"""What does each value become before it is compared? Numbers in brackets: rows of the list of dirty inputs."""

from __future__ import annotations

import doctest
import importlib
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage import normalize
from linkage.normalize import FIELDS, PersonName, normalize_records

ALL_FUNCTIONS = [
    normalize.comparable_name,
    normalize.name_words,
    normalize.normalize_birth_date,
    normalize.normalize_city,
    normalize.normalize_email,
    normalize.normalize_middle_name,
    normalize.normalize_phone,
    normalize.normalize_postcode,
    normalize.normalize_sex,
    normalize.normalize_ssn,
    normalize.normalize_state,
    normalize.normalize_street_address,
    normalize.normalize_suffix,
]


@pytest.mark.parametrize("module", ["names", "dates", "numbers", "places", "records"])
def test_examples_in_the_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"linkage.normalize.{module}")).failed == 0


@pytest.mark.parametrize("text", ["SMITH JR, JOHN Q", "SMITH, JOHN Q, JR", "SMITH, JOHN Q JR", "Smith,  John Q. Jr."])
def test_a_name_written_three_ways_has_the_same_parts(text: str) -> None:  # [29]
    assert normalize.parse_full_name(text, "last_first") == PersonName("JOHN", "Q", "SMITH", "JR")


def test_the_order_of_a_name_without_comma_is_told_not_guessed() -> None:  # [30]
    assert normalize.parse_full_name("SMITH JOHN M", "last_first") == PersonName("JOHN", "M", "SMITH", None)
    assert normalize.parse_full_name("JOHN M SMITH", "first_last") == PersonName("JOHN", "M", "SMITH", None)
    assert normalize.parse_full_name("DE LA CRUZ, MARIA", "last_first").last_name == "DE LA CRUZ"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("UNKNOWN", None),
        ("UNK", "UNK"),
        ("JOHN", "DOE"),
        ("FNU", "LNU"),
        ("TEST", "TEST"),
        ("Baby Boy", "Nash"),
        ("REFUSED", ""),
    ],
)
def test_names_that_stand_for_not_known(first: str | None, last: str | None) -> None:  # [31]
    assert normalize.is_placeholder_name(first, last)


@pytest.mark.parametrize(("first", "last"), [("Maria", "Doe"), ("Ana", "Boyd"), (None, None), ("John", "Smith")])
def test_real_names_are_no_placeholders(first: str | None, last: str | None) -> None:
    assert not normalize.is_placeholder_name(first, last)


@pytest.mark.parametrize(
    ("text", "expected"), [("Jr.", "JR"), ("lll", "III"), ("rS", "SR"), ("3rd", "III"), ("MD", None), ("", None)]
)
def test_suffixes(text: str, expected: str | None) -> None:  # [33]
    assert normalize.normalize_suffix(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("078-05-1121", "078051121"),
        ("XXX-XX-1234", "1234"),
        ("1234", "1234"),
        ("999-99-9999", None),
        ("123-45-6789", None),
        ("000-12-3456", None),
        ("888888", None),
        ("4i18-72-0917", None),
        ("540-12- 2324", "540122324"),
    ],
)
def test_ssn(text: str, expected: str | None) -> None:  # [52]
    assert normalize.normalize_ssn(text) == expected


def test_numbers_that_begin_with_nine_count_only_where_the_feed_uses_them() -> None:
    assert normalize.normalize_ssn("999-12-3456") is None
    assert normalize.normalize_ssn("999-12-3456", accepts_9xx=True) == "999123456"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(913) 829-1234 x12", "9138291234"),
        ("1-913-829-1234", "9138291234"),
        ("829-1234", None),
        ("000-000-0000", None),
        ("555-123-4567", None),
        ("913-555-0123", "9135550123"),
    ],
)
def test_phone(text: str, expected: str | None) -> None:  # [55]
    assert normalize.normalize_phone(text) == expected


@pytest.mark.parametrize("text", ["TRANSIENT", "Homeless", "NFA", "general delivery", "No fixed address", "0"])
def test_words_for_having_no_address_are_no_address(text: str) -> None:  # [56]
    assert normalize.normalize_street_address(text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("5845", "05845"), ("970", "00970"), ("66061-1234", "66061"), ("00000", None)]
)
def test_postcode(text: str, expected: str | None) -> None:  # [28]
    assert normalize.normalize_postcode(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1982-05-06", "1982-05-06"),
        ("1982-05", "1982-05"),
        ("1982", "1982"),
        ("1900-01-01", None),
        ("1901-01-01", None),
        ("1982-02-30", None),
        ("02/34/17", None),
        ("1982-02-XX", None),
        ("2027-01-02", None),
        ("1905-01-02", None),
    ],
)
def test_birth_date(text: str, expected: str | None) -> None:  # [41] [42] [43] [45]
    assert normalize.normalize_birth_date(text, date(2026, 6, 1)) == expected


@given(text=st.one_of(st.text(), st.none(), st.integers(), st.floats()))
def test_no_value_raises_and_doing_it_twice_changes_nothing(text: object) -> None:
    normalize.is_placeholder_name(text, text)
    normalize.parse_address_line(text)
    normalize.parse_full_name(text, "last_first")
    normalize.parse_full_name(text, "first_last")
    for function in ALL_FUNCTIONS:
        once = function(text)
        assert once is None or function(once) == once


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=12)) for _ in FIELDS]), min_size=1, max_size=5))
def test_a_normalised_table_stays_as_it_is(rows: list[tuple]) -> None:
    once = normalize_records(pd.DataFrame(rows, columns=list(FIELDS), dtype=object))
    pd.testing.assert_frame_equal(once, normalize_records(once))


def test_a_suffix_in_the_surname_moves_to_its_own_column() -> None:  # [33]
    table = normalize_records(pd.DataFrame({"first_name": ["John", "Ann"], "last_name": ["Smith Jr", "Lee"]}))
    assert table["last_name"].tolist() == ["SMITH", "LEE"]
    assert table["suffix"].tolist() == ["JR", None]
