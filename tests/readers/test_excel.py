"""Are workbooks read as a clerk sees them, and is nothing that a spreadsheet made up taken for what was meant?"""

import datetime as dt
import json
import struct
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.declaration import Excel
from pipeline.readers import FileUnreadable, blanked, read
from pipeline.readers.excel import LARGEST_RATIO, number_text
from pipeline.readers.excel_writing import workbook
from pipeline.synthetic.writers import file_bytes
from tests.readers.samples import columns
from tests.readers.workbooks import (
    ANN,
    BEN,
    NAMES,
    SHEET,
    SHEETS,
    TITLED,
    book,
    changed,
    moment,
    one_sheet,
    table,
    with_part,
)

READ = {
    "permit": "P1",
    "last": "Lee",
    "first": "Ann",
    "born": "1990-01-31",
    "zip": "80501",
    "seen_at": "2026-11-02T21:15:00",
}
CANARY = "CANARYNAME"


def test_rows_are_known_by_their_number_in_the_sheet_and_blank_ones_are_none():
    content = one_sheet(ANN, (), (" ", None, "\t"), BEN)
    assert [line for line, _ in read(SHEETS, content).rows] == [2, 5]
    assert columns(SHEETS, content)[0] == READ


def test_the_header_goes_by_name_in_any_order_and_case_and_by_names_of_other_years():
    content = one_sheet(("Ann", "P1"), names=("GIVEN_NAME", " Permit "))
    assert columns(SHEETS, content) == [{"permit": "P1", "first": "Ann"}]


def test_a_title_over_merged_cells_stands_above_the_header():
    cells = {"A1": "Permits of November", "A2": "internal", **table(ANN, first=3)}
    content = book(("Cover", {"A1": "Hello"}, False), ("PERMITS ", cells, False))
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>'
    merged = changed(content, (b"</sheetData>", merge), name="xl/worksheets/sheet2.xml")
    assert columns(TITLED, merged) == [READ]
    assert [line for line, _ in read(TITLED, merged).rows] == [4]


def test_the_first_sheet_that_is_not_hidden_counts_where_none_is_named():
    old = book(("Shown", table(ANN), False), ("Old", table(BEN), True))
    assert columns(SHEETS, old) == [READ]
    both = book(("Old", table(BEN), False), ("Shown", table(ANN), False))
    hidden = changed(both, (b'name="Old"', b'name="Old" state="hidden"'), name="xl/workbook.xml")
    assert columns(SHEETS, hidden) == [READ]
    named = replace(SHEETS, format=Excel(sheet="Old"))
    assert [row["last"] for row in columns(named, hidden)] == ["Quill"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (5845, "5845"),
        (5845.0, "5845"),
        ((5845, "00000"), "05845"),
        ((12345678, "000-00-0000"), "012-34-5678"),
        (0.1, "0.1"),
        (1230000000000, "1230000000000"),
        (123456789012345, "123456789012345"),
        (1234567890123456, "1.234567890123456E+15"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        ("0042", "0042"),
        ("1.0", "1.0"),
        (" Ann ", "Ann"),
        ("#N/A", ""),
        (dt.date(2026, 11, 2), "2026-11-02"),
        ((moment("2026-11-02T10:30"), "m/d/yy h:mm"), "2026-11-02T10:30:00"),
        ((moment("2026-11-02T00:00"), "m/d/yy h:mm"), "2026-11-02T00:00:00"),
        ((dt.time(10, 30), "h:mm"), "10:30:00"),
        ((46328.4375, "m/d/yy"), "2026-11-02T10:30:00"),
    ],
)
def test_a_cell_is_read_as_a_clerk_sees_it(cell, text):
    [row] = columns(SHEETS, one_sheet(("P1", cell)))
    assert row["last"] == text


def test_a_formula_is_the_value_it_had_and_an_error_is_none():
    formula = b'<c r="B2"><f>UPPER("lee")</f><v>7</v></c><c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    content = changed(one_sheet(("P1",)), (b"</c></row></sheetData>", b"</c>" + formula + b"</sheetData>"))
    [row] = columns(SHEETS, content)
    assert (row["last"], row["first"]) == ("7", "")


def test_days_of_a_workbook_that_counts_from_1904():
    content = changed(one_sheet(ANN), (b"<workbookPr", b'<workbookPr date1904="1"'), name="xl/workbook.xml")
    assert columns(SHEETS, content)[0]["born"] == "1994-02-01"


def test_notes_beside_the_table_are_kept_and_belong_to_no_column():
    reading = read(SHEETS, one_sheet((*ANN, "call her", "twice")))
    assert json.loads(reading.rows[0][1])["column H"] == "twice"
    assert reading.extra_columns == 0


def test_rows_beyond_what_the_sheet_says_of_its_own_size_are_read():
    content = changed(one_sheet(ANN, BEN), (b'ref="A1:F3"', b'ref="A1:B2"'))
    assert [row["permit"] for row in columns(SHEETS, content)] == ["P1", "P2"]


def test_a_required_column_that_is_not_there_is_told():
    reading = read(SHEETS, one_sheet(("Lee",), names=("last",)))
    assert reading.missing_required == ("permit",)


# --- what is no workbook, or no harmless one ------------------------------------------------------------------------


def bomb():
    """A sheet of 200 MB of blanks in some 200 kB."""
    return with_part(one_sheet(ANN), SHEET, lambda part: part + b" " * 200_000_000)


def laughs():
    doctype = b'<!DOCTYPE x [<!ENTITY a "%b">' % (CANARY.encode() * 10)
    for one, other in zip(b"bcdefgh", b"abcdefg", strict=True):
        doctype += b'<!ENTITY %c "%b">' % (one, b"&%c;" % other * 10)
    return changed(one_sheet(ANN), (b"<worksheet", doctype + b"]><worksheet"), (b"<v>0</v>", b"<v>&h;</v>"))


def locked_part():
    content = bytearray(one_sheet(ANN))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        content[at + place] |= 1
    return bytes(content)


def zip_of(name):
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr(name, "x")
    return content.getvalue()


UNREADABLE = {
    "an empty file": (b"", "no Excel workbook"),
    "text": (b"permit,last\nP1,Lee\n", "no Excel workbook"),
    "an old or a locked workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        r"\.xls\) or locked with a pass",
    ),
    "a locked part": (locked_part(), "locked with a password"),
    "another kind of zip": (zip_of("hello.txt"), "damaged or cut off"),
    "cut off": (one_sheet(ANN)[:-300], "damaged or cut off"),
    "a part that unpacks to far more": (bomb(), "would unpack to 200,0"),
    "a billion laughs": (laughs(), "damaged or cut off"),
    "no such sheet": (one_sheet(ANN), r"no sheet \[Permits\]"),
    "another header": (one_sheet(("x",), names=("number",)), "row 1 of its sheet is no header"),
    "a header twice": (
        one_sheet(("x", "y"), names=("permit", "Permit")),
        r"more than one column that could be \[permit\]",
    ),
    "an empty sheet": (book(("Sheet1", {}, False)), "row 1 of its sheet is no header"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_refused_in_one_line_that_says_what_to_do(what):
    content, message = UNREADABLE[what]
    with pytest.raises(FileUnreadable, match=message) as refused:
        read(TITLED if "sheet [" in message or "no such" in what else SHEETS, content)
    assert "ask" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_row_said_to_stand_beyond_the_last_one_does_not_go_on_for_ever():
    far = changed(one_sheet(ANN, BEN), (b'<row r="3"', b'<row r="999999999999"'))
    assert [row["permit"] for row in columns(SHEETS, far)] == ["P1"]


def test_the_ratio_allowed_is_far_from_real_workbooks():
    alike = one_sheet(*[("P1", "Lee", "Ann", "x", "80501", "y")] * 5_000)
    unpacked = sum(part.file_size for part in zipfile.ZipFile(BytesIO(alike)).infolist())
    assert unpacked / len(alike) < LARGEST_RATIO / 2


# --- rows taken out, written, damaged -------------------------------------------------------------------------------


def test_rows_taken_out_leave_the_others_in_their_places_and_nothing_else_of_the_workbook():
    cells = {"A1": f"All about {CANARY}", **table(ANN, BEN, (CANARY, "Hill"), first=3)}
    content = book(("Permits", cells, False), ("Notes", {"A1": CANARY}, True))
    left = blanked(TITLED, content, {6})
    assert read(TITLED, left).rows == read(TITLED, content).rows[:2]
    parts = zipfile.ZipFile(BytesIO(left))
    assert not any(CANARY.encode() in parts.read(name) for name in parts.namelist())
    assert left == blanked(TITLED, content, {6})


def test_of_a_workbook_without_its_last_row_the_header_is_left():
    left = blanked(SHEETS, one_sheet(ANN, BEN), {2, 3})
    assert read(SHEETS, left).rows == []


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12).map(str.strip)


@settings(max_examples=60)
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, TEXTS)), min_size=1, max_size=5))
def test_what_is_written_is_read_again(rows):
    written = [row | {"permit": f"P{number}"} for number, row in enumerate(rows)]
    content = file_bytes(SHEETS, written, {})
    raw = [json.loads(payload) for _, payload in read(SHEETS, content).rows]
    assert raw == written


@given(number=st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_whole_number_of_up_to_15_digits_is_written_as_it_is(number):
    assert number_text(float(number)) == number_text(number) == str(number)


@given(number=st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_has_a_text_without_a_useless_zero(number):
    text = number_text(number)
    assert text == "#NUM!" or float(text) == number
    assert not text.endswith(".0")


def test_the_workbook_we_write_is_the_same_bytes_every_time():
    rows = [(1, {"a": "a"}), (2, {"a": "=1+1"})]
    assert workbook(None, rows, ["a"]) == workbook(None, rows, ["a"])
    assert struct.unpack("<H", workbook(None, rows, ["a"])[10:12]) == (0,)
