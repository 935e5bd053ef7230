import zipfile
from dataclasses import fields, replace
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.outreach_list import Entry, Reason
from pipeline.publish import view, workbook
from tests.publish.example_lists import entry, example_list

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "{=", "http://", "https://", "file://", "mailto:", "internal:")
TEXTS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", *STARTS)),
        st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
        | st.sampled_from(
            ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("x")', "_x0041_", "_x005F_", "😀👩🏽‍🚒", "\x00\x0b\ufffe")
        ),
    ),
)


def _open(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content), rich_text=False)


def _hostile(texts: list[str]) -> Entry:
    """Which entry has these texts in every place that can hold one?"""
    name, team, sentence, contact, person = texts
    reasons = (Reason(factor="f", points=1, sentence=sentence, latest_at="2026-11-12T20:15:00+00:00"),)
    return entry(1, display_name=name, team=team, reasons=reasons, points=1, last_contact=contact, person_id=person)


def _assert_texts_only(content: bytes, rows: list[Entry]) -> int:
    """Is every cell the text that was meant, and nothing but text? Returns how many cells were looked at."""
    book = _open(content)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.data_type for cell in cells if cell.data_type != "s"] == []
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
    for row, made in zip(book["Outreach list"].iter_rows(min_row=2), rows, strict=True):
        meant = tuple(view.showable(text) for text in workbook.cells(made))
        assert tuple(_as_read(cell.value) for cell in row) == tuple(_as_read(text) for text in meant)
    return len(cells)


def _as_read(text: str | None) -> str:
    """What is a text after openpyxl read it? It leaves `_x005F_`, the escape of `_`, as it stands in the file."""
    return (text or "").replace("_x005F_", "_")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=5, max_size=5), min_size=1, max_size=8))
def test_whatever_an_agency_sent_stays_text(rows):
    entries = [_hostile(texts) for texts in rows]
    _assert_texts_only(workbook.render(example_list(*entries)), entries)


@pytest.mark.long
def test_ten_thousand_hostile_cells_stay_text():
    seen = 0

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.lists(TEXTS, min_size=5, max_size=5), min_size=30, max_size=40))
    def look(rows):
        nonlocal seen
        entries = [_hostile(texts) for texts in rows]
        seen += _assert_texts_only(workbook.render(example_list(*entries)), entries)

    look()
    assert seen >= 10_000


def test_the_look_for_formulas_would_find_one():
    """Positive control: what XlsxWriter's `write` makes of the same texts is seen as a formula and a link."""
    import xlsxwriter

    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Outreach list")
        sheet.write(1, 0, "=1+1")
        sheet.write(1, 1, "http://example.org")
    with pytest.raises(AssertionError):
        _assert_texts_only(buffer.getvalue(), [])


def test_no_file_in_the_workbook_holds_a_formula_or_a_link():
    made = _hostile(["=1+1", "http://example.org", "@SUM(1)", "file:///etc/hosts", "+1"])
    with zipfile.ZipFile(BytesIO(workbook.render(example_list(made)))) as parts:
        for name in parts.namelist():
            text = parts.read(name)
            assert b"<f>" not in text
            assert b"<hyperlink" not in text
            assert b'TargetMode="External"' not in text


def test_it_has_the_seven_columns_and_a_row_for_each_entry():
    sheet = _open(workbook.render(example_list()))["Outreach list"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(heading for heading, _ in workbook.COLUMNS)
    assert len(rows[0]) == 7
    assert len(rows) == 1 + len(example_list().entries)
    first = rows[1]
    assert first[0] == "1\n23 points"
    assert first[1] == "CANARYNAME, Marisol Ines\nborn 1 Feb 1903\n1 other name\nP-000001"
    assert first[2].count("\n") == 3
    assert first[2].endswith("+3  2 more reasons")
    assert first[4].startswith("not yet attempted")
    assert first[5].startswith("Team 2")
    assert [row[6] for row in rows[1:4]] == ["carried over", "up 1", "new"]


def test_it_prints_landscape_with_headings_page_numbers_and_the_notice_on_every_page():
    for sheet in _open(workbook.render(example_list())).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert "CONFIDENTIAL" in sheet.oddHeader.right.text
        assert "42 CFR part 2 prohibits" in sheet.oddFooter.left.text
        assert (sheet.oddFooter.right.text or "").endswith("&P of &N") or "&[Page]" in sheet.oddFooter.right.text
    sheet = _open(workbook.render(example_list()))["Outreach list"]
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"


def test_the_second_sheet_tells_what_the_list_rests_on():
    sheet = _open(workbook.render(example_list()))["About this list"]
    told = {(a, b) for a, b in sheet.iter_rows(values_only=True)}
    assert ("List id", "0123456789abcdef") in told
    assert ("Larkspur Police", "late, last data 9 Nov 2026") in told
    assert ("Not shown", "31 people: in jail on the day of the list") in told
    assert ("How points work", view.HOW_POINTS_WORK) in told


def test_equal_lists_give_the_same_bytes_and_no_moment_of_making():
    content = workbook.render(example_list())
    assert content == workbook.render(example_list())
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-16T00:00:00Z" in parts.read("docProps/core.xml")


def test_a_text_too_long_for_a_cell_is_cut_and_says_so():
    made = replace(entry(1), last_contact="x" * 40_000)
    value = list(_open(workbook.render(example_list(made)))["Outreach list"].iter_rows(values_only=True))[1][3]
    assert len(value) == workbook.LONGEST_CELL
    assert value.endswith("…")


def test_phone_and_address_stay_out_of_the_workbook():
    made = entry(1)
    assert {"phone", "address"} <= {field.name for field in fields(made)}
    text = "\n".join(workbook.cells(made))
    assert made.phone not in text
    assert made.address not in text
