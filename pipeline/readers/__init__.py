"""How does a file become rows? One file here is one wire format, with the same four functions in each.

`read` yields the rows of a stream, one in memory at a time; `flatten` and `salvage` say which declared columns a row
holds; `blanked` takes rows out of a file. A new format is a new file here and a line in `READERS`.
"""

from collections.abc import Iterator, Set
from io import BytesIO
from types import ModuleType
from typing import IO

from pipeline.contract.declaration import (
    Column,
    Delimited,
    Excel,
    Feed,
    FhirBundle,
    FhirNdjson,
    FixedWidth,
    Hl7v2,
    JsonDocument,
    JsonLines,
    Xml,
)
from pipeline.readers import (
    delimited,
    excel,
    fhir_bundle,
    fhir_ndjson,
    fixed_width,
    hl7v2,
    json_documents,
    json_lines,
    xml_documents,
)
from pipeline.readers.reading import About, Fault, FileUnreadable, Reading, Row

__all__ = [
    "READERS",
    "About",
    "Fault",
    "FileUnreadable",
    "Reading",
    "Row",
    "as_declared",
    "blanked",
    "flatten",
    "read",
    "rows_of",
    "salvage",
    "spelled_otherwise",
]

READERS: dict[type, ModuleType] = {
    Delimited: delimited,
    FixedWidth: fixed_width,
    JsonLines: json_lines,
    JsonDocument: json_documents,
    FhirNdjson: fhir_ndjson,
    Hl7v2: hl7v2,
    Xml: xml_documents,
    Excel: excel,
    FhirBundle: fhir_bundle,
}
"""Which module reads which declared format."""


def rows_of(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the rows of a delivered file, whatever its format; `about` is filled on the way.

    Raises:
        FileUnreadable: it is no such file at all; raised at its beginning, or at its end where no row could be read.
    """
    return READERS[type(feed.format)].read(feed, stream, about)


def read(feed: Feed, content: bytes) -> Reading:
    """Which rows does a small file hold? Everything at once. Raises FileUnreadable as `rows_of` does."""
    about, reading = About(), Reading()
    for row in rows_of(feed, BytesIO(content), about):
        reading.rows.append((row.line_number, row.payload))
        reading.row_count += 1
        if row.fault is not None:
            reading.faults.append(row.fault)
    reading.missing_required, reading.extra_columns = about.missing_required, about.extra_columns
    reading.other_encoding_lines = about.other_encoding_lines
    return reading


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    return _as_declared(feed, READERS[type(feed.format)].flatten(feed, payload))


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """Which columns does a row hold, set aside or not, as far as it can be told? Sealing has to find every row."""
    return _as_declared(feed, READERS[type(feed.format)].salvage(feed, payload))


def _as_declared(feed: Feed, flat: dict[str, str]) -> dict[str, str]:
    for column in spelled_otherwise(feed):
        if column.name in flat:
            flat[column.name] = as_declared(feed, column, flat[column.name])
    return flat


def spelled_otherwise(feed: Feed) -> tuple[Column, ...]:
    """In which columns may a text stand for another one, as the feed declares it?"""
    return tuple(column for column in feed.columns if column.digits or feed.blanks)


def as_declared(feed: Feed, column: Column, text: str) -> str:
    """What does a trimmed text say, by the declaration? Zeros are back that a spreadsheet took; "NULL" is blank."""
    if feed.blanks and text.upper() in {blank.upper() for blank in feed.blanks}:
        return ""
    is_number = column.digits is not None and text.isascii() and text.isdigit()
    return text.zfill(column.digits or 0) if is_number else text


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does a file look without the rows that begin on these lines? Every other row keeps its line number.

    A file that cannot be read at all stays as it is.
    """
    try:
        return READERS[type(feed.format)].blanked(feed, content, lines) if lines else content
    except FileUnreadable:
        return content
