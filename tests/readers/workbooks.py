"""What do workbooks look like? Made by a library other than the one that reads them, as spreadsheets save them."""

import datetime as dt
import zipfile
from io import BytesIO

import xlsxwriter

from pipeline.contract.declaration import Agency, Column, Excel, Feed, Kind, PersonFields, PersonRule, needed

COLUMNS = (
    needed("permit", "Its number."),
    Column(name="last", meaning="Surname.", is_personal=True),
    Column(name="first", meaning="Given name.", is_personal=True, aliases=("given_name",)),
    Column(name="born", meaning="Birth date.", kind=Kind.DATE, formats=("iso", "%-m/%-d/%y"), is_personal=True),
    Column(name="zip", meaning="ZIP code.", digits=5, is_personal=True),
    Column(name="seen_at", meaning="When.", kind=Kind.MOMENT, formats=("iso",)),
)
NAMES = [column.name for column in COLUMNS]


def moment(text):
    """A moment as a cell holds it: without a zone."""
    return dt.datetime.fromisoformat(text)


def feed(name, layout):
    return Feed(
        name=name,
        row_is="one permit",
        file_pattern=rf"{name}_(?P<date>\d{{8}})\.xlsx",
        date_format="%Y%m%d",
        format=layout,
        key=("permit",),
        columns=COLUMNS,
        person=PersonRule(
            fields=PersonFields(first_name="first", last_name="last", birth_date="born", postcode="zip"),
        ),
    )


SHEETS = feed("sheets", Excel())
TITLED = feed("titled", Excel(sheet="Permits", header_row=3))
OFFICE = Agency(name="sheet_office", title="Sheet Office", zone="America/Denver", owner="clerk", feeds=(SHEETS, TITLED))


def book(*sheets):
    """A workbook of sheets: (name, cells by place, is it hidden). A cell is a value, or (value, number format)."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as made:
        for name, cells, is_hidden in sheets:
            sheet = made.add_worksheet(name)
            if is_hidden:
                sheet.hide()
            for place, cell in cells.items():
                value, shown = cell if isinstance(cell, tuple) else (cell, None)
                sheet.write(place, value, made.add_format({"num_format": shown}) if shown else None)
    return content.getvalue()


def table(*rows, names=tuple(NAMES), first=1):
    """Cells of a table with its header, by place."""
    return {
        f"{'ABCDEFGHIJ'[x]}{y}": cell
        for y, row in enumerate((names, *rows), start=first)
        for x, cell in enumerate(row)
        if cell is not None
    }


def one_sheet(*rows, **how):
    return book(("Sheet1", table(*rows, **how), False))


def with_part(content, name, change):
    """The same workbook with one of its parts changed."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            body = old.read(part)
            new.writestr(part.filename, change(body) if part.filename == name else body)
    return packed.getvalue()


def changed(content, *pairs, name="xl/worksheets/sheet1.xml"):
    """The same workbook, in one of its parts these bytes replaced by those."""

    def change(part):
        for these, those in pairs:
            assert these in part
            part = part.replace(these, those, 1)
        return part

    return with_part(content, name, change)


SHEET = "xl/worksheets/sheet1.xml"
ANN = ("P1", "Lee", "Ann", dt.date(1990, 1, 31), "80501", moment("2026-11-02T21:15"))
BEN = ("P2", "Quill", "Ben", dt.date(1975, 12, 24), "05845", None)
