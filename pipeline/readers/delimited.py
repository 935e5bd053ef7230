"""How is delimited text read? By the declared delimiter and encoding, columns by name, nothing guessed, nothing lost.

A record is parsed from as few physical lines as it needs. A quote that is opened and never closed costs its own line
and not the rest of the file.
"""

import csv
import json
from collections.abc import Iterator

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Delimited, Feed
from pipeline.readers.reading import Fault, FileUnreadable, Reading, is_undecodable

MOST_LINES_IN_A_RECORD = 20
"""Physical lines one quoted record may span; beyond that a forgotten quote is likelier than a very long note."""

LONGEST_FIELD = 1_000_000
"""Characters; a longer field is a damaged file. Python's own limit (131,072) would end the whole file instead."""

_MANGLED_MARKS = ("\ufeff", "\u00ef\u00bb\u00bf", "\u00ef..")
csv.field_size_limit(LONGEST_FIELD)


def read(feed: Feed, layout: Delimited, content: bytes) -> Reading:
    """Which rows does the file hold? The first record is the header. Raises FileUnreadable without one."""
    encoding = "utf-8-sig" if layout.encoding.replace("_", "-").startswith("utf-8") else layout.encoding
    lines = content.decode(encoding, errors="surrogateescape").split("\n")
    records = _records(lines, layout.delimiter)
    header_line, header, _ = next(records, (0, None, None))
    if header is None:
        raise FileUnreadable("the file is empty; ask the agency to send it again", 0)
    names = _declared_names(feed, header)
    if not names:
        line_count = sum(1 for line in lines[header_line:] if line.strip())
        raise FileUnreadable("its first line is no header of this layout; ask which layout the agency sent", line_count)
    reading = Reading(
        missing_required=tuple(c.name for c in feed.columns if c.is_required and c.name not in names),
        extra_columns=sum(name not in {column.name for column in feed.columns} for name in names),
    )
    may_trail = layout.has_trailing_delimiter or not header[-1].strip()
    for line_number, fields, fault in records:
        if may_trail and fields and len(fields) == len(names) + 1 and not fields[-1].strip():
            fields = fields[:-1]
        _add(reading, names, line_number, fields or [], fault)
    return reading


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | None, RowFault | None]]:
    """Yield (line number, fields, fault) per record; blank lines are no records."""
    position = 0
    while position < len(lines):
        start = position
        fields, used = _parse(lines, position, delimiter)
        position += used
        if fields is None:
            yield start + 1, [lines[start].rstrip("\r")], RowFault.OPEN_QUOTE
        elif any(field.strip() for field in fields):
            yield start + 1, fields, None


def _parse(lines: list[str], position: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Which fields does the record at this line have, and how many lines is it? No fields: a quote stays open."""
    text = lines[position].rstrip("\r")
    if '"' not in text:
        return text.split(delimiter), 1
    for used in range(1, min(MOST_LINES_IN_A_RECORD, len(lines) - position) + 1):
        text = "\n".join(line.rstrip("\r") for line in lines[position : position + used])
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


def _declared_names(feed: Feed, header: list[str]) -> list[str]:
    """Which column is each field of the header? In declared spelling where declared; empty where none is known."""
    cleaned = [field.strip().strip('"') for field in header]
    for mark in _MANGLED_MARKS:
        cleaned[0] = cleaned[0].removeprefix(mark).strip('"')
    if cleaned and not cleaned[-1]:
        cleaned.pop()
    declared = {name.upper(): column.name for column in feed.columns for name in (column.name, *column.aliases)}
    if not any(name.upper() in declared for name in cleaned):
        return []
    names = [declared.get(name.upper(), name) for name in cleaned]
    if len(set(names)) != len(names):
        return []
    return names


def _add(reading: Reading, names: list[str], line_number: int, fields: list[str], fault: RowFault | None) -> None:
    """Add one record to the reading: its payload always, its fault where it has one."""
    message = "a quote is opened and never closed; correct the row at the agency and have it sent again"
    if fault is None and len(fields) != len(names):
        fault = RowFault.WIDTH
        message = f"the row has {len(fields)} fields where the header has {len(names)}; correct it at the agency"
    if fault is None and any(map(is_undecodable, fields)):
        fault = RowFault.ENCODING
        message = "the row holds bytes that the declared encoding does not have; ask which encoding the agency wrote"
    reading.row_count += 1
    if fault is not None:
        reading.faults.append(Fault(line_number, fault, message))
        payload: dict | list = {"fields": fields}
    else:
        payload = dict(zip(names, fields, strict=True))
    reading.rows.append((line_number, json.dumps(payload)))


def salvage(feed: Feed, layout: Delimited, fields: list[str]) -> dict[str, str]:
    """What does a row hold that was set aside, as far as it can be told? Its place names a column."""
    if len(fields) == 1:
        fields = fields[0].split(layout.delimiter)
    names = [column.name for column in feed.columns]
    return {name: field.strip().strip('"').strip() for name, field in zip(names, fields, strict=False)}
