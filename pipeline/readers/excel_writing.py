"""How is a table written as a workbook? Text cells only, and the same bytes for the same table."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO

import xlsxwriter

LONGEST_TEXT = 32_767
"""Characters that a cell may hold (Microsoft, Excel specifications and limits)."""

ANY_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""When every workbook claims to be made: the clock is no part of its content."""


def workbook(sheet: str | None, rows: Iterable[tuple[int, Mapping[str, str]]], columns: Sequence[str]) -> bytes:
    """Which bytes hold a table? `rows` are (number in the sheet, column → text), the header among them, in order."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "constant_memory": True}) as book:
        book.set_properties({"created": ANY_DAY})
        page = book.add_worksheet(sheet)
        for number, row in rows:
            for place, name in enumerate(columns):
                if row.get(name):
                    page.write_string(number - 1, place, row[name][:LONGEST_TEXT])
    return content.getvalue()
