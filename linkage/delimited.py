"""How is a delimited file of person records read? The delimiter is found out; what is wrong is named by its line."""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

CODED = pa.dictionary(pa.int32(), pa.string())
"""How evidence is read: each distinct text once, and its number per row."""

ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""First bytes of a file that is not UTF-8 and says so."""

DELIMITERS = (",", ";", "\t", "|")
BYTES_AT_A_TIME = 1 << 20


class TableError(ValueError):
    """A file cannot be used. The message is one line for the person at the terminal and holds no value of a record."""


def _encoding_of(path: Path) -> str:
    """Which encoding does the beginning of this file announce? UTF-8 where it does not."""
    with path.open("rb") as file:
        return ENCODINGS.get(file.read(2), "utf-8-sig")


def _line_that_is_not_utf8(path: Path) -> int | None:
    """Which line is the first that is not UTF-8?"""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _encoding_error(path: Path) -> TableError:
    line = _line_that_is_not_utf8(path)
    return TableError(
        f"{path.name} is not UTF-8 (line {line}); convert it, for example with iconv -f cp1252 -t utf-8 {path.name}"
    )


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line a row ends on, its values), empty lines left out."""
    with path.open(encoding=_encoding_of(path), newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        for row in reader:
            if row:
                yield reader.line_num, row


@dataclass(frozen=True)
class _Header:
    """Which columns does a CSV name, what stands between values, and how many lines are blank before it begins?"""

    columns: list[str]
    delimiter: str
    blank_lines: int


def _header(path: Path) -> _Header:
    """How does this CSV begin? A column without a name is called by its place.

    Raises:
        TableError: the file is empty, not UTF-8, or names a column twice.
    """
    try:
        with path.open(encoding=_encoding_of(path), newline="") as file:
            blank_lines, first = next(((at, line) for at, line in enumerate(file) if line.strip()), (0, ""))
            delimiter = max(DELIMITERS, key=first.count)
            names = next(csv.reader(itertools.chain([first], file), delimiter=delimiter), [])
    except UnicodeError:
        raise _encoding_error(path) from None
    except csv.Error:
        raise TableError(f"{path.name} cannot be read as a table: its first line is no list of column names") from None
    names = [name.strip() for name in names]
    if not any(names):
        raise TableError(f"{path.name} cannot be read as a table: it is empty; its first line must name the columns")
    check_names(path, names)
    return _Header([name or f"column {place}" for place, name in enumerate(names, start=1)], delimiter, blank_lines)


def csv_columns(path: Path) -> list[str]:
    """Which columns does the first line name?"""
    return _header(path).columns


def check_names(path: Path, names: list[str]) -> None:
    """Is every column named once? Raises TableError that says where not; a file without header would show a value."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    twice = next((found for found in places.values() if len(found) > 1 and names[found[0] - 1]), None)
    if twice:
        columns = " and ".join(map(str, twice))
        raise TableError(f"{path.name} cannot be read as a table: columns {columns} bear one name; rename or drop one")


def _row_error(path: Path, header: _Header) -> TableError:
    """Which row of this CSV has another number of values than the header?"""
    width = len(header.columns)
    hint = "a value is too long, or a quotation mark is never closed"
    try:
        for line, row in _rows(path, header.delimiter):
            if len(row) != width and line > header.blank_lines:
                return TableError(
                    f"{path.name} cannot be read as a table: the row that ends on line {line} has {len(row)} values, "
                    f"the header {width} columns; quote what holds the delimiter, or fill up what is missing"
                )
    except csv.Error:
        pass
    except UnicodeError:
        return _encoding_error(path)
    return TableError(f"{path.name} cannot be read as a table: {hint}")


def _check_quotes(path: Path, delimiter: str) -> None:
    """Is every quotation mark closed? One that is not would take all rows behind it into its value, silently."""
    with path.open("rb") as file:
        quotes = sum(block.count(b'"') for block in iter(lambda: file.read(BYTES_AT_A_TIME), b""))
    if quotes % 2 == 0:
        return
    before, (_, row) = deque(itertools.chain([(0, [""])], _rows(path, delimiter)), maxlen=2)
    if "\n" in row[-1]:
        raise TableError(
            f"{path.name} cannot be read as a table: a quotation mark on line {before[0] + 1} or soon after is never "
            "closed; close or double it"
        )


def _has_rows(path: Path, header: _Header) -> bool:
    """Does anything follow the line of column names? pyarrow refuses a file that ends within that line."""
    with path.open("rb") as file:
        lines = itertools.islice(file, header.blank_lines, header.blank_lines + 2)
        return len(list(lines)) > 1


def read_csv(path: Path, wanted: list[str], coded: list[str]) -> pa.Table:
    """What do these columns hold? Every value as text, empty is missing, quoted line breaks belong to the value."""
    header = _header(path)
    encoding = _encoding_of(path)
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()) | dict.fromkeys(coded, CODED),
        include_columns=wanted,
        strings_can_be_null=True,
        null_values=[""],
    )
    read = pa_csv.ReadOptions(
        column_names=header.columns,
        skip_rows=header.blank_lines,
        skip_rows_after_names=1,
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
    )
    if not _has_rows(path, header):
        return pa.table({name: pa.array([], pa.string()) for name in wanted})
    parse = pa_csv.ParseOptions(delimiter=header.delimiter, newlines_in_values=True)
    try:
        table = pa_csv.read_csv(path, read_options=read, parse_options=parse, convert_options=convert)
        _check_quotes(path, header.delimiter)
    except UnicodeError:
        raise _encoding_error(path) from None
    except csv.Error:
        raise _row_error(path, header) from None
    except pa.ArrowInvalid as error:
        is_encoding = "UTF8" in str(error) or "UTF-8" in str(error)
        raise (_encoding_error(path) if is_encoding else _row_error(path, header)) from None
    return table
