"""The engine is asked about few texts that stand for many: each has to break the rules that its fellows break."""

import re

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from expectations.feeds import LONGEST_TEXT, NO_CONTROL_CHARACTER, NO_EXPONENT, NOT_BLANK, as_asked
from expectations.tables import RECORD_ID, beginning, beginnings, digits_alike
from pipeline.distinct import NO_VALUE, Distinct

ODD = st.sampled_from(
    ["1.2E+12", "-1e+07", "+49 30", " ", "\t", "\x7f", "\x00", "\n", "é", "\ud800", "a/b/", "a/b/c/d"]
)
TEXTS = st.one_of(st.text(), ODD, st.lists(ODD | st.text("0aE+/ ", max_size=3)).map("".join))


def broken_rules(text: str) -> list[bool]:
    rules = (NOT_BLANK, NO_CONTROL_CHARACTER, NO_EXPONENT)
    return [*(re.search(rule, text) is None for rule in rules), len(text) > LONGEST_TEXT]


@given(TEXTS)
def test_a_text_asked_about_breaks_the_rules_that_the_text_breaks(text):
    assert broken_rules(as_asked(text)) == broken_rules(text.replace("\ud800", "\ufffd"))


def test_a_text_that_is_too_long_is_asked_about_as_such():
    assert broken_rules(as_asked("x" * (LONGEST_TEXT + 1)))[-1]


@given(TEXTS)
def test_the_beginning_of_a_record_id_is_one_where_the_whole_is(text):
    assert bool(re.search(RECORD_ID, str(beginning(text)))) == bool(re.search(RECORD_ID, text))


@given(st.lists(TEXTS | st.none() | st.sampled_from(["a/b/c", "a/b/\n/c", "a\n/b/c"]), min_size=1))
def test_beginnings_are_found_in_columns_as_one_by_one(texts):
    column = pd.Series(texts, dtype=object)
    for found, text in zip(beginnings(column), texts, strict=True):
        assert (found is None) == (text is None)
        if text is not None:
            assert bool(re.search(RECORD_ID, found)) == bool(re.search(RECORD_ID, str(beginning(text))))
            assert text.startswith(found) or found == beginning(text)


@given(st.text("0123456789+-. ١", max_size=12))
def test_a_number_has_the_form_of_its_digits(text):
    for form in (r"\A(?:[0-9]{4}|[0-9]{9})\Z", r"\A\+?[0-9]+\Z"):
        assert bool(re.search(form, str(digits_alike(text)))) == bool(re.search(form, text))


VALUES = st.one_of(
    st.none(), st.text(max_size=3), st.booleans(), st.integers(0, 3), st.just("\ud800"), st.dates(), st.just("a\0")
)


@given(st.lists(VALUES), st.booleans())
def test_a_column_is_its_distinct_values_in_their_places(values, is_folded):
    distinct = Distinct.of(pd.Series(values, dtype=object))
    distinct = distinct.folded() if is_folded else distinct
    assert distinct.to_numpy().tolist() == values
    assert len(set(distinct.values)) == len(distinct.values)


@given(st.lists(st.none() | st.floats(0, 3) | st.booleans()))
def test_numbers_flags_and_moments_too(values):
    for kind in ("float64", "datetime64[us, UTC]", "bool"):
        column = pd.Series([value or 0 for value in values], dtype=kind) if kind == "bool" else _as(values, kind)
        distinct = Distinct.of(column)
        assert [*distinct.to_numpy()] == [None if pd.isna(value) else value for value in column]
        assert (distinct.slot_of_row == NO_VALUE).tolist() == column.isna().tolist()


def _as(values: list, kind: str) -> pd.Series:
    numbers = pd.Series([np.nan if value is None else float(value) for value in values], dtype="float64")
    return numbers if kind == "float64" else pd.to_datetime(numbers, unit="D", utc=True).astype(kind)
