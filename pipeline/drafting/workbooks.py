"""On which sheet and below which row of a workbook does the table stand? Looked for as in text, cell by cell."""

from io import BytesIO

from pipeline.contract.errors import SettingError
from pipeline.contract.formats import Excel
from pipeline.drafting.headers import header_at
from pipeline.drafting.wire import Wire
from pipeline.readers import FileUnreadable, excel
from pipeline.readers.reading import told_apart

LOOKED_AT_ROWS = 200
"""Rows of each sheet by which the table and its header are found."""


def look_workbook(content: bytes, name: str) -> Wire:
    """Which sheet holds the table, and which row its header? Raises SettingError where none does."""
    try:
        sheets = excel.beginnings(BytesIO(content), LOOKED_AT_ROWS)
    except FileUnreadable as fault:
        raise SettingError(f"{fault} [{name}]") from None
    found = [(title, rows, place) for title, rows in sheets.items() if (place := header_at(rows)) is not None]
    if not found:
        raise SettingError(f"no sheet of the workbook has a table with a header; ask which one is meant [{name}]")
    title, rows, place = max(found, key=lambda one: sum(map(bool, one[1])) * len(one[1][one[2]]))
    is_first = next(iter(sheets)) == title
    others = len(sheets) - 1
    told = (f"sheet: {others} more that can be seen; does one of them hold rows too?",) if others else ()
    layout = Excel(sheet=None if is_first else title, header_row=place + 1)
    named = [cell.strip() for cell in rows[place]]
    columns = tuple(one for cell, one in zip(named, told_apart(named), strict=True) if cell)
    return Wire(layout, columns, told)
