"""Does delimited text give every row, in the right columns, and does a spoilt row cost no other?"""

import json
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.readers import FileUnreadable, read
from pipeline.readers.delimited import writer_of_json
from tests.readers.samples import (
    BOOKINGS,
    CALLS,
    HEADER,
    PERSONS,
    REFERRALS,
    columns,
    faults,
    read_referrals,
    referrals,
    row,
)

MARK = b"\xef\xbb\xbf"
MANGLED_TWICE = "\u00ef\u00bb\u00bf".encode()


def names_read(content):
    return [line["first_name"] for line in columns(REFERRALS, content)]


@pytest.mark.parametrize(
    "mark", [b"", MARK, MANGLED_TWICE, "\u00ef..".encode()], ids=["none", "right", "twice", "dots"]
)
def test_a_byte_order_mark_is_no_part_of_the_first_column(mark):
    assert columns(REFERRALS, mark + referrals(row(1)))[0]["referral_id"] == "R1"


def test_a_mangled_byte_order_mark_before_a_quoted_header_and_in_another_encoding():
    quoted = ",".join(f'"{column.name}"' for column in BOOKINGS.columns).encode()
    assert read(BOOKINGS, MANGLED_TWICE + quoted).missing_required == ()
    piped = "|".join(column.name for column in PERSONS.columns).encode() + b"|\r\n"
    assert read(PERSONS, MARK + piped).missing_required == ()


def test_windows_1252_accents_and_a_trailing_pipe():
    header = "|".join(column.name for column in PERSONS.columns) + "|"
    values = {"case_no": "26-1", "person_seq": "1", "last_name": "Schröter", "first_name": "José"}
    line = "|".join(values.get(column.name, "") for column in PERSONS.columns) + "|"
    found = columns(PERSONS, f"{header}\r\n{line}\r\n".encode("cp1252"))
    assert [(person["last_name"], person["first_name"]) for person in found] == [("Schröter", "José")]


def test_a_header_alone_may_end_in_a_delimiter():
    reading = read_referrals(row(1), header=HEADER + ",")
    assert (reading.row_count, faults(reading)) == (1, [])


@pytest.mark.parametrize(
    "content",
    [
        referrals(row(1), row(2, first_name="Bo"), line_end="\n", last_line_end="\r\n"),
        referrals(row(1), row(2, first_name="Bo"), line_end="\r\n", last_line_end=""),
        referrals(row(1), "", "   ", ",,,,,,,,,,,", row(2, first_name="Bo"), last_line_end="\n\n\n"),
    ],
    ids=["return in the last row only", "no last newline", "blank lines"],
)
def test_line_ends_make_no_difference(content):
    assert names_read(content) == ["Ann", "Bo"]
    assert columns(REFERRALS, content)[-1]["consent_expires"] == ""


def test_an_unquoted_comma_sets_its_own_row_aside_and_no_other():
    reading = read_referrals(row(1), row(2, address="12 Main St, Riverton"), row(3))
    assert (reading.row_count, faults(reading)) == (3, [(3, "wrong_width")])
    assert "13 fields" in reading.faults[0].message
    assert "Riverton" not in reading.faults[0].message


def test_an_unquoted_comma_never_shifts_a_row_whose_last_field_is_blank():
    reading = read_referrals(row(1, address="12 Main St, Riverton", consent_expires=""))
    assert faults(reading) == [(2, "wrong_width")]


def test_too_few_fields_set_a_row_aside():
    assert faults(read_referrals("R1,2026-11-02T10:00", row(2))) == [(2, "wrong_width")]


def test_over_quoted_text_keeps_its_inner_quotes():
    found = columns(REFERRALS, referrals(row(1, last_name='"""Lee ""BAD DATA"""""', reason='a "quoted" word')))
    assert (found[0]["last_name"], found[0]["reason"]) == ('"Lee "BAD DATA""', 'a "quoted" word')


def test_a_quoted_comma_is_part_of_its_field():
    assert (
        columns(REFERRALS, referrals(row(1, address='"12 Main St, Riverton"')))[0]["address"] == "12 Main St, Riverton"
    )


@pytest.mark.parametrize(
    "after",
    [
        [row(2), row(3)],
        [row(2, reason='"Worried, too."'), row(3)],
        ['"R2",' + row(2).partition(",")[2], row(3)],
        [row(2, last_name='"Lee"'), row(3, reason='"Worried, again"')],
    ],
    ids=["no other quotes", "a quoted field", "a row that begins quoted", "several quoted fields"],
)
def test_a_quote_that_is_never_closed_costs_its_own_line_only(after):
    content = referrals(row(1, reason='"Worried'), *after)
    assert faults(read(REFERRALS, content)) == [(2, "open_quote")]
    assert [found["referral_id"] for found in columns(REFERRALS, content)] == ["R2", "R3"]


def test_a_lost_quote_in_a_fully_quoted_file_costs_its_own_row_only():
    header = ",".join(f'"{column.name}"' for column in BOOKINGS.columns)
    right = ",".join(f'"{column.name[:3]}"' for column in BOOKINGS.columns)
    lost_at_end, lost_inside = right[:-1], right.replace('"LAS"', '"LAS', 1)
    reading = read(BOOKINGS, "\r\n".join([header, lost_at_end, right, lost_inside, right]).encode())
    assert reading.row_count == 4
    assert faults(reading) == [(2, "open_quote"), (4, "wrong_width")]


def test_a_quoted_field_of_several_lines_is_one_row_and_later_line_numbers_are_right():
    reading = read_referrals(row(1, reason='"Worried\r\nabout\nmood"'), row(2), "too,short", row(4))
    assert [line for line, _ in reading.rows] == [2, 5, 6, 7]
    assert faults(reading) == [(6, "wrong_width")]
    assert json.loads(reading.rows[0][1])["reason"] == "Worried\nabout\nmood"


def test_columns_are_found_by_name_in_any_case_and_order():
    names, values = HEADER.split(","), row(1).split(",")
    content = referrals(",".join(reversed(values)), header=",".join(reversed(names)).upper())
    assert columns(REFERRALS, content) == columns(REFERRALS, referrals(row(1)))


def test_a_missing_required_column_is_named_and_a_missing_optional_one_is_blank():
    without = referrals("R1,2026-11-02T10:00,Ann,Lee", header="referral_id,referred_at,first_name,last_name")
    reading = read(REFERRALS, without)
    assert reading.missing_required == ("consent",)
    assert faults(reading) == []
    assert "phone" not in columns(REFERRALS, without)[0]


def test_extra_columns_are_counted_and_kept_as_delivered():
    reading = read_referrals(row(1) + ",blue", header=HEADER + ",colour")
    assert (reading.extra_columns, faults(reading)) == (1, [])
    assert json.loads(reading.rows[0][1])["colour"] == "blue"


@pytest.mark.parametrize(
    ("content", "line_count"),
    [
        (b"", 0),
        (b"\n \r\n", 0),
        (MARK, 0),
        (referrals(row(1), header=HEADER + ",dob"), 1),
        (referrals(row(1), row(2), header="a,b,c"), 2),
        (b"PK\x03\x04\x00\x00\xff\xfe\n\x81", 1),
    ],
    ids=["empty", "blank", "mark alone", "a column twice", "no header", "a zip file"],
)
def test_a_file_without_a_header_of_the_layout_is_unreadable(content, line_count):
    with pytest.raises(FileUnreadable) as refused:
        read(REFERRALS, content)
    assert refused.value.line_count == line_count


def test_a_header_alone_is_a_file_of_no_rows():
    assert read_referrals().row_count == 0


def test_undecodable_bytes_cost_their_row_only():
    reading = read_referrals(row(1), row(2, first_name="X").encode().replace(b"X", b"Jos\xe9"), row(3))
    assert faults(reading) == [(3, "wrong_encoding")]
    in_1252 = "|".join(c.name for c in PERSONS.columns).encode() + b"\n\x81" + b"|" * (len(PERSONS.columns) - 1)
    assert faults(read(PERSONS, in_1252)) == [(2, "wrong_encoding")]


def test_very_long_text_and_nul_are_kept_for_the_checks_to_judge():
    found = columns(REFERRALS, referrals(row(1, reason="x" * 10_000), row(2, reason="a\0b")))
    assert [len(line["reason"]) for line in found] == [10_000, 3]


def test_a_field_beyond_any_reason_costs_its_row_only():
    reading = read_referrals(row(1, reason='"' + "x" * 1_100_000 + '"'), row(2))
    assert (reading.row_count, [line for line, _ in faults(reading)]) == (2, [2])


def test_padding_around_values_does_not_count():
    assert columns(CALLS, b"IncidentNo,PersonNo\n  26-1 ,1  \n") == [{"IncidentNo": "26-1", "PersonNo": "1"}]


def is_ascii_or(encoding, text):
    try:
        return text.isascii() or text.encode("cp1252").decode(encoding) is None
    except UnicodeDecodeError:
        return True


@given(names=st.lists(st.tuples(st.text("abcéñüßÇØ€’", min_size=1, max_size=9), st.booleans()), min_size=1, max_size=6))
def test_whichever_lines_are_in_the_other_encoding_every_name_is_read_and_such_lines_are_counted(names):
    assume(all(is_ascii_or("utf-8", name) for name, _ in names))  # of "Ã±" in Windows-1252 nobody can tell
    both = replace(REFERRALS, format=replace(REFERRALS.format, encoding="utf-8", other_encoding="cp1252"))
    lines = [
        row(number, last_name=name).encode("cp1252" if is_windows else "utf-8")
        for number, (name, is_windows) in enumerate(names)
    ]
    content = referrals(*lines)
    assert [line["last_name"] for line in columns(both, content)] == [name for name, _ in names]
    assert read(both, content).other_encoding_lines == sum(not name.isascii() and other for name, other in names)


ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=8) | st.sampled_from(
    ["%s", "%%", '"', "\\", "\udc80"]
)


@given(told=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=6))
def test_a_row_is_kept_as_the_json_that_any_other_program_would_write(told):
    assert writer_of_json([*told])([*told.values()]) == json.dumps(told)
