"""Are the headers of workbooks held against each other as those of text are? The jail's months, saved as workbooks."""

import dataclasses
import io

import pytest
import xlsxwriter

from pipeline.contract.declaration import Excel
from tests.drift import months
from tests.drift.months import BOOKINGS, kinds, looked_at, renamed, swapped, unchanged, without

SHEETS = dataclasses.replace(
    BOOKINGS,
    format=Excel(),
    file_pattern=BOOKINGS.file_pattern.replace("csv", "xlsx"),
    columns=tuple(
        dataclasses.replace(column, formats=(*column.formats, "iso")) if column.formats else column
        for column in BOOKINGS.columns
    ),
)
"""The jail's bookings, were they sent as a workbook."""


def saved(rows, beside=""):
    """A workbook of these rows; the first row's columns are its header. `beside`: a note two columns further right."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for y, cells in enumerate([list(rows[0]), *(row.values() for row in rows)]):
            for x, text in enumerate(cells):
                sheet.write_string(y, x, text)
        if beside:
            sheet.write_string(1, len(rows[0]) + 1, beside)
    return content.getvalue()


def found(files, change, **how):
    """What is found in the last month once it is changed, held against those before it?"""
    before = [looked_at(SHEETS, one.name, saved(one.rows)) for one in files[:-1]]
    now = looked_at(SHEETS, files[-1].name, saved(change(files[-1].rows), **how))
    return list(months.findings.find(SHEETS, now, before))


def turned_round(rows):
    return [dict(reversed(row.items())) for row in rows]


CHANGES = {
    "nothing": (unchanged, []),
    "a column is called otherwise": (
        renamed("RELEASE_REASON", "REASON_RELEASED"),
        [("renamed_column", ("RELEASE_REASON",))],
    ),
    "a column is gone": (without("CHARGE"), [("missing_column", ("CHARGE",))]),
    "a column came": (lambda rows: [row | {"CELL_NO": "7"} for row in rows], [("new_column", ())]),
    "the columns stand in another order": (turned_round, [("reordered", ())]),
    "names are swapped": (swapped("FIRST_NAME", "LAST_NAME"), [("swapped_columns", ("LAST_NAME", "FIRST_NAME"))]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_is_found_in_a_months_workbook(bookings, case):
    change, wanted = CHANGES[case]
    assert kinds(found(bookings[-7:], change)) == wanted


def test_a_note_beside_the_table_is_no_new_column(bookings):
    assert kinds(found(bookings[-7:], unchanged, beside="QUILLSON called")) == []
