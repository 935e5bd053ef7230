"""What does each value become before it is compared? Numbers in brackets: rows of the list of dirty inputs."""

from __future__ import annotations

import doctest
import importlib
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkage import normalize
from linkage.normalize import (
    FIELDS,
    STRICT,
    PersonName,
    TableFacts,
    email_local,
    normalize_records,
    normalize_table,
    street_parts,
    table_facts,
)
from linkage.normalize.dates import read_birth_date
from linkage.normalize.names import split_first_name, split_middle_name, split_name
from linkage.normalize.numbers import normalize_any_phone, normalize_identifier
from linkage.normalize.places import normalize_any_postcode
from linkage.normalize.records import readers_of


def read_day_first(text: object) -> str | None:
    return read_birth_date(text, "day_first")


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
    normalize_identifier,
    normalize_any_phone,
    normalize_any_postcode,
    read_day_first,
]


@pytest.mark.parametrize("module", ["names", "dates", "numbers", "places", "columns", "facts", "streets"])
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


# --- whole tables ----------------------------------------------------------------------------------------------------


def column(field: str, values: object, facts: TableFacts | None = None) -> list[str | None]:
    """What does one column become, as part of a table?"""
    return normalize_table(pd.DataFrame({field: values}), facts=facts)[field].to_pylist()


ALL_FACTS = [
    STRICT,
    TableFacts("other", "other", "other", "day_first"),
    TableFacts("ssn_without_zeros", dates="month_first"),
]
LIKELY = {
    "first_name": ["John", "JOHN", "MARY ANN", "UNKNOWN", "XXX", "B B", "N A", "José", "O'Neil", "王芳", "JO\x00HN",
                   "A\n"],
    "middle_name": ["Q", "NMN", "Lee", "N M I", "nomiddlename"],
    "last_name": ["SMITH", "de la Cruz", "UNKNOWNMALE", "Иванов", "ABEL\n", "TESTPERSON", "MALE"],
    "ssn": ["512341234", "512-34-1234", "123456789", "000121234", "900-12-3456", "111111111", "666121234", "512-341234",
            "512001234", "512340000", "1234", "xxx-xx-1234", "512341234.0", "12341234"],
    "phone": ["9138291234", "(913) 829-1234", "+1 913 829 1234", "1-913-829-1234", "5551234567", "9131234567",
              "913.555.0123", "9139999999", "+19139999999", "19138291234", "913 829 1234 x5", "0412345678", "8291234"],
    "email": ["ann@example.org", "ANN@EXAMPLE.ORG", "none@x.org", "test@x.org", "a@b", "mailto:a@b.co", "á@b.co"],
    "street_address": ["123 N MAIN ST APT 4", "123 North Main Street, Apt. #4", "P.O. Box 12", "POBOX 12", "PO BOX 12",
                       "12 APT APT 4", "00 / 0", "TRANSIENT", "123 SHELTER RD", "12 # 4", "UNKNOWN", "5TH. AVE",
                       "Ленина 12", "12\x7fA", "NO 5", "POST OFFICE BOX 9", "", " "],
}  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.data())
@pytest.mark.parametrize("field", sorted(LIKELY))
def test_what_is_read_in_bulk_is_what_the_function_for_one_value_says(field: str, data: st.DataObject) -> None:
    characters = st.sampled_from("AZaz019 -.()+#/@'xX\x00\n\x7fé王ß") | st.characters(codec="utf-8")
    text = st.sampled_from(LIKELY[field]) | st.text(characters, max_size=14) | st.text("0123456789- ", max_size=12)
    texts = data.draw(st.lists(st.builds(lambda a, b: a + b, text, st.just("") | text) | text, min_size=1, max_size=20))
    for facts in ALL_FACTS:
        reader = readers_of(facts)[field]
        assert reader.answers(pa.array(texts, pa.string())).to_pylist() == [reader.function(text) for text in texts]


def test_likely_values_are_read_in_bulk_at_all() -> None:
    for field, text in [("first_name", "Ann"), ("ssn", "512-34-1234"), ("phone", "(913) 829-1234"),
                        ("email", "ANN@X.ORG"), ("street_address", "1 North St.")]:  # fmt: skip
        bulk = readers_of(STRICT)[field].bulk
        assert bulk is not None
        assert bulk(pa.array([text])).null_count == 0


MOVED = {"first_name": split_first_name, "middle_name": split_middle_name, "last_name": split_name}


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["a", "a\x00b", "JR", "12"])), max_size=8))
@pytest.mark.parametrize("field", FIELDS)
def test_a_column_is_what_the_function_says_of_each_value(field: str, values: list[str | None]) -> None:
    table = pa.table({field: pa.array(values, pa.string())})
    function = readers_of(table_facts(table))[field].function
    moved = MOVED.get(field, lambda text: (text, None))
    expected = [None if value is None else moved(function(value))[0] for value in values]
    assert normalize_table(table)[field].to_pylist() == expected


@given(st.permutations(["12/25/1950", "25/12/1950", "26/12/1950", "", "x", "1950"]))
def test_facts_do_not_depend_on_the_order_of_rows(values: list[str]) -> None:
    assert table_facts(pd.DataFrame({"birth_date": values, "ssn": values})).dates == "day_first"


def test_the_shape_of_a_normalised_table() -> None:
    rows = {"city": ["Olathe", None], "note": ["x", "y"], "record_id": [2, 1], "last_name": ["Lee Jr", "Lee"]}
    table = normalize_table(pd.DataFrame(rows))
    assert table.column_names == ["record_id", "last_name", "suffix", "city"]
    assert table["record_id"].to_pylist() == ["2", "1"]
    for name in table.column_names[1:]:
        assert table[name].num_chunks == 1
        codes = table[name].chunk(0)
        assert codes.type == pa.dictionary(pa.int32(), pa.string())
        assert codes.dictionary.null_count == 0
        assert len(set(codes.dictionary.to_pylist())) == len(codes.dictionary)
        assert set(codes.dictionary.to_pylist()) == {text for text in codes.to_pylist() if text}


ODD_VALUES = [
    None,
    float("nan"),
    pd.NaT,
    pd.NA,
    7,
    7.5,
    True,
    b"Ann",
    "x" * 10_000,
    "\x00\x1b",
    "😀",
    "a\ud800",
    ["a"],
    {},
    "",
]


@pytest.mark.parametrize("field", ["record_id", *FIELDS])
def test_odd_values_never_raise(field: str) -> None:
    assert len(column(field, pd.Series(ODD_VALUES, dtype=object))) == len(ODD_VALUES)
    for value in ODD_VALUES:
        column(field, pd.Series([value], dtype=object))


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.null(), pa.bool_(), pa.binary(), pa.decimal128(5, 2), pa.duration("s")]
)
def test_odd_columns_never_raise(kind: pa.DataType) -> None:
    for field in FIELDS:
        assert normalize_table(pa.table({field: pa.nulls(2, kind)}))[field].to_pylist() == [None, None]


def test_no_rows_are_no_rows() -> None:
    table = normalize_table(pa.table({name: pa.array([], pa.string()) for name in ("record_id", *FIELDS)}))
    assert table.num_rows == 0
    assert table.num_columns == 1 + len(FIELDS)


def test_a_text_cut_at_a_nul_is_another_text() -> None:
    assert column("email", ["a@b.co", "a@b.co\x00c@d.ef", "a@b.co"]) == ["a@b.co", None, "a@b.co"]


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("birth_date", pd.to_datetime(["1984-03-05", None]), ["1984-03-05", None]),
        ("birth_date", pd.Series([date(1984, 3, 5), None], dtype=object), ["1984-03-05", None]),
        ("birth_date", [19630506.0, None], ["1963-05-06", None]),
        ("birth_date", ["1984-03-05 00:00:00", "1984-03-05T09:30"], ["1984-03-05"] * 2),
        ("postcode", [66061.0, np.nan], ["66061", None]),
        ("postcode", [5845, 66061], ["05845", "66061"]),
        ("ssn", [512341234, 12341234], ["512341234", "012341234"]),
        ("ssn", ["512341234.0", None], ["512341234", None]),
        ("phone", [9138291234.0, np.nan], ["9138291234", None]),
        ("last_name", pd.Series(["Lee", None], dtype="string"), ["LEE", None]),
        ("last_name", pd.Series(["Lee", None], dtype=pd.ArrowDtype(pa.string())), ["LEE", None]),
        ("last_name", pd.Series(["Lee", None, "Lee"], dtype="category"), ["LEE", None, "LEE"]),
    ],
)
def test_values_that_are_no_text(field: str, values: object, expected: list[str | None]) -> None:
    assert column(field, values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["5304218", "4068610", "unknown", "1234567", "7777777"], ["5304218", "4068610", None, None, None]),
        (["cm-80/12 a", "CM8012B", "NA", "none"], ["CM8012A", "CM8012B", None, None]),
        (["512-34-1234", "1234", "XXX-XX-1234", "5304218"], ["512341234", "1234", "1234", "005304218"]),
        (["012-34-1234", "512341234", "5304218"], ["012341234", "512341234", None]),
    ],
)
def test_identifiers_of_another_registry(values: list[str], expected: list[str | None]) -> None:
    assert column("ssn", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["25/12/1950", "03/04/1950", "12/31/1950"], ["1950-12-25", "1950-03-04", "1950-12-31"]),
        (["25/12/1950", "03/04/1950"], ["1950-12-25", "1950-04-03"]),
        (["12/25/1950", "3/4/1950"], ["1950-12-25", "1950-03-04"]),
        (["03.04.1950", "03-04-1950", "13.04.1950"], ["1950-04-03", "1950-04-03", "1950-04-13"]),
        (["19630506", "1963/5/6", "1963-05", "1963"], ["1963-05-06", "1963-05-06", "1963-05", "1963"]),
        (["1630-08-01", "0999-01-01", "1900-01-01", "19000101", "01/01/1900"], ["1630-08-01", None, None, None, None]),
        (["31/02/1950", "1/2/50", "20261399", "99/99/1950"], [None, None, None, None]),
    ],
)
def test_birth_dates_are_read_as_the_column_writes_them(values: list[str], expected: list[str | None]) -> None:
    assert column("birth_date", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["TQ13 8DF", "tq138df", "unknown", "A" * 11], ["TQ138DF", "TQ138DF", None, None]),
        (["01310-100", "100-0001"], ["01310100", "1000001"]),
        (["2600", "4570", "0800"], ["02600", "04570", "00800"]),
        (["66061-1234", "5845", "6606I"], ["66061", "05845", None]),
    ],
)
def test_postcodes_of_the_world(values: list[str], expected: list[str | None]) -> None:
    assert column("postcode", values) == expected


def test_phones_of_the_world() -> None:
    one = ["+256 712 300633", "0712300633", "712300633", "000000000", "12345", "123456789"]
    assert column("phone", one) == ["712300633"] * 3 + [None] * 3
    assert column("phone", ["555-123-4567", "555-765-4321"]) == ["551234567", "557654321"]
    assert column("phone", ["(913) 829-1234", "816 829 1234", "0712300633"]) == ["9138291234", "8168291234", None]


def test_what_the_table_tells_is_not_used_where_each_value_must_mean_the_same_everywhere() -> None:
    given_values = {"ssn": ["5304218"], "phone": ["0712300633"], "postcode": ["TQ13 8DF"], "birth_date": ["1630-08-01"]}
    assert normalize_records(pd.DataFrame(given_values)).isna().all(axis=None)
    assert (
        not normalize_records(pd.DataFrame(given_values), facts=table_facts(pd.DataFrame(given_values)))
        .isna()
        .any(axis=None)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("王芳", "王芳"), ("Иванов-Петрова", "ИВАНОВ ПЕТРОВА"), ("김 민준", "김 민준"), ("Ελένη", "ΕΛΕΝΗ"),
     ("王芳 Fang", "FANG"), ("مُحَمَّد", "محمد"), ("😀", None), ("१२", None)],
)  # fmt: skip
def test_names_in_any_script_can_be_compared(text: str, expected: str | None) -> None:
    assert normalize.name_words(text) == expected
    assert expected is None or normalize.name_words(expected) == expected


def test_a_street_in_another_script_keeps_its_name() -> None:
    assert normalize.normalize_street_address("ул. Ленина, 12") == "УЛ ЛЕНИНА 12"


def test_suffixes_and_titles_leave_the_names() -> None:
    table = normalize_table(
        pd.DataFrame(
            {
                "first_name": ["JOHN JR", "DR JOHN", "MRS. ANN", "Sir Thomas", "Miss", "Rev Dr Al", "John", "Mr John"],
                "middle_name": [None, "III", "LEE SR", "JUNIOR", "V", "I", "II", None],
                "last_name": ["FOX", "FOX", "FOX", "MORE", "DAY", "GREEN", "FOX JR", "DOE"],
                "suffix": [None, None, None, None, None, None, "IV", None],
            }
        )
    ).to_pydict()
    assert table["first_name"] == ["JOHN", "JOHN", "ANN", "THOMAS", "MISS", "AL", "JOHN", None]
    assert table["middle_name"] == [None, None, "LEE", "JUNIOR", "V", "I", None, None]
    assert table["last_name"] == ["FOX", "FOX", "FOX", "MORE", "DAY", "GREEN", "FOX", None]
    assert table["suffix"] == ["JR", "III", "SR", None, None, None, "IV", None]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("123 N MAIN ST APT 4", ("123", "N MAIN ST", "4")),
        ("123 N MAIN ST", ("123", "N MAIN ST", None)),
        ("12A HIGH ST BLDG 3 APT 4B", ("12A", "HIGH ST", "3 4B")),
        ("UNIT 5 12 SMITH ST", ("12", "SMITH ST", "5")),
        ("1/23 SMITH ST", ("1/23", "SMITH ST", None)),
        ("12-14 HIGH ST", ("12-14", "HIGH ST", None)),
        ("12 14 HIGH ST", ("12-14", "HIGH ST", None)),
        ("123 42 ST", ("123", "42 ST", None)),
        ("500 5TH AVE # 9", ("500", "5TH AVE", "9")),
        ("PO BOX 12", ("12", "PO BOX", None)),
        ("RR 2 BOX 15", ("15", "RR 2 BOX", None)),
        ("RUA AUGUSTA 12", ("12", "RUA AUGUSTA", None)),
        ("12 RUA AUGUSTA", ("12", "RUA AUGUSTA", None)),
        ("FLATS HILL FARM", (None, "FLATS HILL FARM", None)),
        ("5TH AVE", (None, "5TH AVE", None)),
        ("US HWY 50", (None, "US HWY 50", None)),
        ("2300 US HWY 50", ("2300", "US HWY 50", None)),
        ("CAPT 4 LN", (None, "CAPT 4 LN", None)),
        ("APT 4", (None, None, "4")),
        ("123", ("123", None, None)),
        ("УЛ ЛЕНИНА 12", ("12", "УЛ ЛЕНИНА", None)),
        (None, (None, None, None)),
    ],
)
def test_street_parts(line: str | None, parts: tuple[str | None, ...]) -> None:
    found = street_parts(pa.array([line, "9 OAK LN"], pa.string()))
    assert tuple(part[0].as_py() for part in found) == parts


@given(st.lists(st.none() | st.text("AZ09 /#-APT", max_size=14), max_size=6))
@example([])
def test_street_parts_invent_nothing(lines: list[str | None]) -> None:
    normal = [normalize.normalize_street_address(line) for line in lines]
    for line, *parts in zip(
        normal, *(part.to_pylist() for part in street_parts(pa.array(normal, pa.string()))), strict=True
    ):
        words = set((line or "").replace("-", " ").split())
        assert all(set(part.replace("-", " ").split()) <= words for part in parts if part)
        assert line is None or any(parts)


def test_the_local_part_of_an_address() -> None:
    assert email_local(pa.array(["ann.lee@example.org", None])).to_pylist() == ["ann.lee", None]
