"""How are workbooks (.xlsx) read? Row by row, each cell as a clerk sees it, and nothing that a spreadsheet made up.

A text stays what it is. A number has no exponent and no ".0", and zeros in front where its format shows them; one of
more than 15 digits has lost some and is written as the spreadsheet shows it, 1.23E+16, which no id may look like. A day
is ISO 8601. A formula is the value it had when the workbook was saved; an error (#N/A) is no value.
"""

import datetime as dt
import json
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import IO, Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.contract.declaration import Excel, Feed
from pipeline.readers.excel_writing import workbook
from pipeline.readers.reading import About, ColumnRepeated, FileUnreadable, Row, declared_names

LARGEST_UNPACKED = 300_000_000
"""Bytes of all parts of a workbook. A sheet of a million rows and ten columns has about 250 million."""

LARGEST_RATIO = 150
"""Bytes unpacked for one byte packed. Real sheets have 5 to 20, one of nothing but equal cells about 60."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Where an .xlsx sheet ends (Microsoft, Excel specifications and limits)."""

MARGIN = 20
"""Columns right of the header that are kept too: notes that somebody wrote beside the table."""

DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps (IEEE 754 double, Microsoft's limit)."""

ROWS_AT_A_TIME = 500
"""Rows in memory."""

ERRORS = frozenset({"#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#GETTING_DATA", "#SPILL!"})
"""What a cell shows whose formula failed: no value."""

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ZEROS = re.compile(r"[0\-() ]*0")
_DAMAGED = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, TypeError,
    AttributeError, EOFError, SyntaxError, NotImplementedError, RuntimeError, ArithmeticError, AssertionError, OSError,
)  # fmt: skip
"""What the library raises where a part is missing, cut off or no XML. It checks little, so it raises much."""

_WHOLE = "ask the agency to save it again as .xlsx and to send the whole file"


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the rows of the declared sheet; a row is known by its number in it.

    Raises:
        FileUnreadable: it is no .xlsx, is locked or harmful, lacks the sheet, or has another header.
    """
    layout, row_count = layout_of(feed), 0
    _refuse_harm(stream)
    with _told_plainly(lambda: row_count), closing(_opened(stream)) as book:
        sheet = _sheet(book, layout.sheet)
        names = _header(feed, sheet, layout.header_row)
        about.missing_required = tuple(c.name for c in feed.columns if c.is_required and c.name not in names.values())
        about.extra_columns = len(set(names.values()) - {column.name for column in feed.columns})
        last_column = min(max(names) + MARGIN, LAST_COLUMN)
        for row_number, cells in _rows(sheet, layout.header_row + 1, LAST_ROW, last_column):
            row_count += 1
            payload = {names.get(place) or _unnamed(place): text for place, text in cells.items()}
            yield Row(row_number, json.dumps(dict.fromkeys(names.values(), "") | payload))


def beginnings(stream: IO[bytes], row_count: int) -> dict[str, list[list[str]]]:
    """How does each sheet begin that is not hidden? Its first rows, blank ones among them, each as wide as it is.

    Raises:
        FileUnreadable: as `read` does.
    """
    _refuse_harm(stream)
    found: dict[str, list[list[str]]] = {}
    with _told_plainly(lambda: 0), closing(_opened(stream)) as book:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                rows = dict(_rows(sheet, 1, row_count, LAST_COLUMN))
                width = max((max(cells) for cells in rows.values()), default=0)
                places = range(1, width + 1)
                found[sheet.title] = [
                    [rows.get(number, {}).get(place, "") for place in places] for number in range(1, row_count + 1)
                ]
    return found


def layout_of(feed: Feed) -> Excel:
    """How is the feed's file written?"""
    assert isinstance(feed.format, Excel)
    return feed.format


# --- opening ------------------------------------------------------------------------------------------------------


def _refuse_harm(stream: IO[bytes]) -> None:
    """Raise FileUnreadable for what is no workbook of this kind, and for one that unpacks to far more than it is."""
    beginning = stream.read(len(_OLD_OR_LOCKED))
    if beginning == _OLD_OR_LOCKED:
        what = "it is an old workbook (.xls) or locked with a password"
        raise FileUnreadable(f"{what}; ask the agency to save it as .xlsx without a password", 0)
    if not beginning.startswith(_ZIP):
        raise FileUnreadable(f"it is no Excel workbook (.xlsx); {_WHOLE}", 0)
    with _told_plainly(lambda: 0):
        packed = stream.seek(0, 2)
        with zipfile.ZipFile(stream) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            is_locked = any(part.flag_bits & 1 for part in parts.infolist())
    stream.seek(0)
    if is_locked:
        raise FileUnreadable("it is locked with a password; ask the agency to save it without one", 0)
    if unpacked > LARGEST_UNPACKED or unpacked > packed * LARGEST_RATIO:
        what = f"it would unpack to {unpacked:,} bytes, which no workbook of its size does"
        raise FileUnreadable(f"{what}; it was not opened, ask what the agency sent", 0)


@contextmanager
def _told_plainly(row_count: Callable[[], int]) -> Iterator[None]:
    """Turn what the library raises, which may quote values, into FileUnreadable."""
    try:
        yield
    except _DAMAGED:
        raise FileUnreadable(f"the workbook is damaged or cut off; {_WHOLE}", row_count()) from None


def _opened(stream: IO[bytes]) -> Any:
    with _in_silence():
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep the library's warnings to ourselves: it warns of colours and drop-down lists that it leaves out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _sheet(book: Any, name: str | None) -> Any:
    """Which sheet is declared? The first that is not hidden where none is."""
    for sheet in book.worksheets:
        is_it = sheet.sheet_state == "visible" if name is None else sheet.title.strip().upper() == name.strip().upper()
        if is_it:
            return sheet
    what = "it has no sheet that is not hidden" if name is None else f"it has no sheet [{name}]"
    raise FileUnreadable(f"{what}; ask which workbook the agency sent", 0)


def _header(feed: Feed, sheet: Any, header_row: int) -> dict[int, str]:
    """Which column stands in which place, counted from 1? Raises FileUnreadable where none is a declared one."""
    [(_, cells)] = list(_rows(sheet, header_row, header_row, LAST_COLUMN)) or [(header_row, {})]
    places = list(range(1, max(cells, default=0) + 1))
    try:
        names = declared_names(feed, [cells.get(place) or _unnamed(place) for place in places]) if places else []
    except ColumnRepeated as fault:
        raise FileUnreadable(str(fault), 0) from None
    if not names:
        what = f"row {header_row} of its sheet is no header of this layout"
        raise FileUnreadable(f"{what}; ask which layout the agency sent", 0)
    return {place: name for place, name in zip(places, names, strict=True) if place in cells}


def _unnamed(place: int) -> str:
    return f"column {get_column_letter(place)}"


# --- rows and cells -------------------------------------------------------------------------------------------------


def _rows(sheet: Any, first: int, last: int, last_column: int) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield (row number, place → text) of rows that hold something, places that do.

    The bounds are ours: what a sheet says of its own size is often wrong, and would cut rows off.
    """
    rows = enumerate(sheet.iter_rows(min_row=first, max_row=last, max_col=last_column), start=first)
    while True:
        with _in_silence():
            block = [(number, _texts(cells)) for number, cells in islice(rows, ROWS_AT_A_TIME)]
        yield from ((number, texts) for number, texts in block if texts)
        if len(block) < ROWS_AT_A_TIME:
            return


def _texts(cells: tuple) -> dict[int, str]:
    texts = ((place, _text(cell.value, cell)) for place, cell in enumerate(cells, start=1) if cell.value is not None)
    return {place: text for place, text in texts if text.strip()}


def _text(value: object, cell: Any) -> str:
    """What does a clerk see in a cell?"""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value, cell.number_format)
    if isinstance(value, dt.datetime):
        moment = _to_the_second(value)
        is_day = moment.time() == dt.time() and "h" not in cell.number_format.lower()
        return moment.date().isoformat() if is_day else moment.isoformat()
    if isinstance(value, dt.time):
        return _to_the_second(dt.datetime.combine(dt.date(2000, 1, 1), value)).time().isoformat()
    return str(value).replace("_x000D_", "").replace("\0", "\ufffd")


def _to_the_second(moment: dt.datetime) -> dt.datetime:
    """Which second was meant? A spreadsheet keeps a moment as a fraction of a day, which is off by microseconds."""
    return (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)


def number_text(number: float, number_format: str = "General") -> str:
    r"""How is a number written? Whole, without exponent; as shown where the format only adds zeros and dashes.

    >>> number_text(5845.0), number_text(5845, "00000"), number_text(12345678, r"000\-00\-0000"), number_text(0.1)
    ('5845', '05845', '012-34-5678', '0.1')
    >>> number_text(1230000000000.0), number_text(12345678901234500)
    ('1230000000000', '1.23456789012345E+16')
    """
    exact = Decimal(repr(number))
    if not exact.is_finite():
        return "#NUM!"
    whole = format(exact.to_integral_value(), "f")
    if len(whole.lstrip("-")) > DIGITS_KEPT:
        return format(exact.normalize(), "E")
    if exact != exact.to_integral_value():
        return format(exact, "f")
    shown = re.sub(r'[\\"]', "", number_format.partition(";")[0])
    if _ZEROS.fullmatch(shown) and number >= 0 and len(whole) <= shown.count("0"):
        digits = iter(whole.zfill(shown.count("0")))
        return "".join(next(digits) if char == "0" else char for char in shown)
    return whole


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which columns does a row as delivered hold? Those that are not declared among them; errors are no value."""
    trimmed = {name: value.strip() for name, value in payload.items()}
    return {name: "" if value in ERRORS else value for name, value in trimmed.items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a row hold? No row of a workbook is set aside while it is read."""
    return flatten(feed, payload) if isinstance(payload, Mapping) else {}


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the workbook look without these rows? As a new one, with the texts of the others in their places.

    Other sheets, comments, pivot tables and the title above the header may repeat what a row said, so they go too.
    """
    layout, about = layout_of(feed), About()
    rows = [(row.line_number, json.loads(row.payload)) for row in read(feed, BytesIO(content), about)]
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    staying = [(number, row) for number, row in rows if number not in lines]
    header = (layout.header_row, {name: name for name in names})
    return workbook(layout.sheet, [header, *staying], names)
