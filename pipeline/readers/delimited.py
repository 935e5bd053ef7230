"""How is delimited text read? By the declared delimiter and encoding, columns by name, nothing guessed, nothing lost.

A record is parsed from as few physical lines as it needs. A quote that is opened and never closed costs its own line
and not the rest of the file.
"""

import csv
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from io import BytesIO
from itertools import islice
from json.encoder import encode_basestring_ascii as quoted
from typing import IO, TextIO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Delimited, Feed
from pipeline.readers.reading import (
    About,
    ColumnRepeated,
    Fault,
    FileUnreadable,
    Row,
    blanked_lines,
    declared_names,
    is_undecodable,
    text_lines,
)

MOST_LINES_IN_A_RECORD = 20
"""Physical lines one quoted record may span; beyond that a forgotten quote is likelier than a very long note."""

LONGEST_FIELD = 1_000_000
"""Characters; a longer field is a damaged file. Python's own limit (131,072) would end the whole file instead."""

SEEN_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
"""What parts columns in the files of police, jails and clinics, and how it is called."""

csv.field_size_limit(LONGEST_FIELD)


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the rows of the file below its header. Raises FileUnreadable without one."""
    layout = layout_of(feed)
    records = _records(text_lines(stream, layout, about), layout)
    _, header, _ = next(records, (0, None, None))
    if header is None:
        raise FileUnreadable("the file is empty; ask the agency to send it again", 0)
    try:
        names = declared_names(feed, header)
    except ColumnRepeated as fault:
        raise FileUnreadable(str(fault), sum(1 for _ in records)) from None
    if not names:
        line_count = sum(1 for _ in records)
        raise FileUnreadable(_no_header(feed, header, layout), line_count)
    about.missing_required = tuple(c.name for c in feed.columns if c.is_required and c.name not in names)
    about.extra_columns = sum(name not in {column.name for column in feed.columns} for name in names)
    write = writer_of_json(names)
    may_trail = layout.has_trailing_delimiter or not header[-1].strip()
    for line_number, fields, fault in records:
        if may_trail and fields and len(fields) == len(names) + 1 and not fields[-1].strip():
            fields = fields[:-1]
        if fault is None and layout.value_mark and any(layout.value_mark in field for field in fields or []):
            fault = RowFault.SEVERAL_VALUES
        yield _row(write, len(names), line_number, fields or [], fault)


def writer_of_json(names: Sequence[str]) -> Callable[[Sequence[str]], str]:
    """What writes the fields under these names, each another, as `json.dumps` writes a dict, in a third of the time?

    Of a million rows the names are written once.
    """
    row = "{" + ", ".join(quoted(name).replace("%", "%%") + ": %s" for name in names) + "}"
    return lambda fields: row % tuple(map(quoted, fields))


def layout_of(feed: Feed) -> Delimited:
    """How is the feed's file written?"""
    assert isinstance(feed.format, Delimited)
    return feed.format


def _records(lines: Iterator[str], layout: Delimited) -> Iterator[tuple[int, list[str] | None, RowFault | None]]:
    """Yield (line number, fields, fault) per record from the header on; blank lines are no records."""
    ahead: deque[str] = deque()
    line_number = layout.header_line
    deque(islice(lines, line_number - 1), maxlen=0)
    while _fill(ahead, lines, 1):
        fields, used = _parse(ahead, lines, layout.delimiter)
        if fields is None:
            yield line_number, [ahead[0].rstrip("\r")], RowFault.OPEN_QUOTE
        elif any(field.strip() for field in fields):
            yield line_number, fields, None
        for _ in range(used):
            ahead.popleft()
        line_number += used


def _fill(ahead: deque[str], lines: Iterator[str], count: int) -> bool:
    """Are so many lines there? Takes what is lacking from the file."""
    while len(ahead) < count:
        line = next(lines, None)
        if line is None:
            return False
        ahead.append(line)
    return True


def _parse(ahead: deque[str], lines: Iterator[str], delimiter: str) -> tuple[list[str] | None, int]:
    """Which fields does the next record have, and how many lines is it? No fields: a quote stays open."""
    text = ahead[0].rstrip("\r")
    if '"' not in text:
        return text.split(delimiter), 1
    for used in range(1, MOST_LINES_IN_A_RECORD + 1):
        if not _fill(ahead, lines, used):
            break
        text = "\n".join(line.rstrip("\r") for line in islice(ahead, used)) if used > 1 else text
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True)), used
        except csv.Error as fault:
            if "unexpected end of data" in str(fault):
                continue
            # quotes inside a field of one line are read as they stand; over several, the first line's quote is a stray
            return (_parse_leniently(text, delimiter) if used == 1 else None), 1
    return None, 1


def _parse_leniently(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter))
    except csv.Error:
        return None


def _no_header(feed: Feed, header: list[str], layout: Delimited) -> str:
    """What is said of a line that is no header? Which delimiter it seems to have, if that makes one of it."""
    line = layout.delimiter.join(header)
    for other, called in SEEN_DELIMITERS.items():
        if other != layout.delimiter and line.count(other) >= len(header) and _is_header(feed, line.split(other)):
            declared = SEEN_DELIMITERS.get(layout.delimiter, f"[{layout.delimiter}]")
            return f"its columns seem to be parted by {called} where {declared} is declared; ask which the agency means"
    where = "its first line" if layout.header_line == 1 else f"its line {layout.header_line}, or the next one filled,"
    return f"{where} is no header of this layout; ask which layout the agency sent"


def _is_header(feed: Feed, fields: list[str]) -> bool:
    try:
        return bool(declared_names(feed, fields))
    except ColumnRepeated:
        return True


def _row(
    write: Callable[[Sequence[str]], str], width: int, line_number: int, fields: list[str], fault: RowFault | None
) -> Row:
    """Which row is a record? It has its payload always, its fault where it has one."""
    message = "a quote is opened and never closed; correct the row at the agency and have it sent again"
    if fault is RowFault.SEVERAL_VALUES:
        message = "a field holds several values behind one another; ask the agency for one row or column each"
    if fault is None and len(fields) != width:
        fault = RowFault.WIDTH
        message = f"the row has {len(fields)} fields where the header has {width}; correct it at the agency"
    if fault is None and is_undecodable("".join(fields)):
        fault = RowFault.ENCODING
        message = "the row holds bytes that the declared encoding does not have; ask which encoding the agency wrote"
    if fault is None:
        return Row(line_number, write(fields))
    return Row(line_number, json.dumps({"fields": fields}), Fault(line_number, fault, message))


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which columns does a row as delivered hold? Those that are not declared among them."""
    return {name: value.strip() for name, value in payload.items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a row hold, as far as it can be told? In one that was set aside its place names a column."""
    if not isinstance(payload, dict):
        return {}
    if not isinstance(payload.get("fields"), list):
        return flatten(feed, payload)
    fields = [str(field) for field in payload["fields"]]
    if len(fields) == 1:
        fields = fields[0].split(layout_of(feed).delimiter)
    names = [column.name for column in feed.columns]
    return {name: field.strip().strip('"').strip() for name, field in zip(names, fields, strict=False)}


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without the rows that begin on these lines?"""
    return blanked_lines(read(feed, BytesIO(content), About()), content, lines, layout_of(feed).encoding)


def writer(layout: Delimited, stream: TextIO):
    """What writes rows in this layout, the other way round? A writer of Python's csv."""
    quoting = csv.QUOTE_ALL if layout.is_fully_quoted else csv.QUOTE_MINIMAL
    return csv.writer(stream, delimiter=layout.delimiter, lineterminator=layout.line_end, quoting=quoting)
