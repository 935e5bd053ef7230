"""How do the rows of a text come? Delimiter, encoding, quotes and line ends, one function a format."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from charset_normalizer import from_bytes

from pipeline.contract import fhir_r4
from pipeline.contract.errors import SettingError
from pipeline.contract.formats import Delimited, FhirNdjson, FixedWidth, Format, JsonLines
from pipeline.drafting.headers import header_at, holds_values, width_of
from pipeline.drafting.json_documents import list_in
from pipeline.drafting.known import Known
from pipeline.readers.reading import told_apart

DELIMITERS = (",", "|", "\t", ";", "^", "~")
"""Tried in this order; of two that fit equally well, the first."""

LOOKED_AT_LINES = 1_000
"""Lines by which format and delimiter are told: enough for rare quotes, read in a moment."""

LEAST_REGULAR_SHARE = 0.9
"""Share of lines that have as many fields as the header; with fewer, the delimiter is another."""


@dataclass(frozen=True)
class Wire:
    """Which format was found, with which columns, and what a person has to decide about it?

    Attributes:
        name: of the feed, where the content says it; else the files' own name does.
        fields: column → field of a person, where the place of a column says it; None where its header does.
        personal: columns that stand in somebody's record, whatever they are called.
        version_column: that says when the row was made, where one does.
        known: what a standard says of the feed; None where its columns are judged by their values.
    """

    format: Format
    columns: tuple[str, ...]
    decisions: tuple[str, ...] = ()
    name: str | None = None
    fields: Mapping[str, str] | None = None
    personal: frozenset[str] = frozenset()
    version_column: str | None = None
    known: Known | None = None


def look_json(contents: Sequence[bytes]) -> Wire | None:
    """Is each line a JSON object: a FHIR resource, or any?"""
    lines = [line for line in contents[0].splitlines()[:LOOKED_AT_LINES] if line.strip()]
    found = [_object(line) for line in lines]
    objects = [one for one in found if one is not None]
    if not objects or len(objects) < LEAST_REGULAR_SHARE * len(found):
        return None
    kind = objects[0].get("resourceType")
    if isinstance(kind, str):
        if kind not in fhir_r4.FLAT_COLUMNS:
            raise SettingError(f"no reader for this FHIR resource type; there are {sorted(fhir_r4.FLAT_COLUMNS)}")
        return Wire(FhirNdjson(kind), fhir_r4.FLAT_COLUMNS[kind], version_column=fhir_r4.LAST_UPDATED)
    paths, columns, told = _columns(objects)
    return Wire(JsonLines(paths=paths), columns, told)


def look_json_document(contents: Sequence[bytes]) -> Wire | None:
    """Is it one JSON document with a list of objects?"""
    content = contents[0].removeprefix(b"\xef\xbb\xbf").lstrip()
    found = list_in(content) if content[:1] in (b"[", b"{") else None
    if found is None:
        return None
    layout, objects = found
    paths, columns, told = _columns(objects)
    return Wire(replace(layout, paths=paths), columns, told)


def _columns(objects: list[dict]) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Which columns do objects have: those that need a path, all of them, and what has to be decided about them?"""
    paths = dict.fromkeys(path for one in objects for path, is_plain in _paths(one) if is_plain)
    deep = {path for one in objects for path, is_plain in _paths(one) if not is_plain}
    names = {path.replace(".", "_"): path for path in paths if path not in deep}
    told = (f"{len(deep)} names hold lists of objects; the reader has no columns for these",) if deep else ()
    return {name: path for name, path in names.items() if name != path}, tuple(names), told


def _object(line: bytes) -> dict | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _paths(found: dict, before: str = "") -> list[tuple[str, bool]]:
    """Which paths does an object have, and does each hold plain values only?"""
    told = []
    for key, value in found.items():
        if isinstance(value, dict) and "." not in key:
            told += _paths(value, f"{before}{key}.")
        else:
            parts = value if isinstance(value, list) else [value]
            told.append((before + key, "." not in key and not any(isinstance(one, dict | list) for one in parts)))
    return told


def look_delimited(contents: Sequence[bytes]) -> Wire | None:
    """Which delimiter splits every line as it splits the header?"""
    content = b"".join(contents)
    other = OTHER_ENCODING if is_in_two_encodings(content) else None
    encoding, decisions = ("utf-8", (_TWO_ENCODINGS,)) if other else encoding_of(content)
    text = contents[0].decode(encoding, errors="replace").removeprefix("\ufeff")
    shown = "\n".join(text.split("\n")[:LOOKED_AT_LINES])
    tables = [(one, found) for one in DELIMITERS if (found := _table(shown, one)) is not None]
    if not tables:
        return None
    delimiter, (line, header) = max(tables, key=lambda one: (len(one[1][1]), -DELIMITERS.index(one[0])))
    has_trailing = not header[-1]
    names = told_apart(header[:-1] if has_trailing else header)
    written = next(islice(StringIO(shown, newline=""), line - 1, None), "").rstrip("\r\n")
    told = Delimited(
        delimiter=delimiter,
        encoding=encoding,
        other_encoding=other,
        has_trailing_delimiter=has_trailing,
        is_fully_quoted=written.startswith('"') and f'"{delimiter}"' in written,
        line_end="\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n",
        header_line=line,
    )
    return Wire(told, tuple(names), decisions)


def _table(text: str, delimiter: str) -> tuple[int, list[str]] | None:
    """On which line stands the header of a table with this delimiter, and what does it say? None where it is none."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    numbered, begins = [], 1
    try:
        for row in reader:
            numbered.append((begins, [cell.strip() for cell in row]))
            begins = reader.line_num + 1
    except csv.Error:
        return None
    rows = [row for _, row in numbered]
    place = header_at(rows) or next((place for place, row in enumerate(rows) if any(row)), 0)
    if not rows or len(rows[place]) < 2 or holds_values(rows[place]):
        return None
    width = width_of(rows[place])
    below = [row for row in rows[place:] if any(row)]
    regular = sum(len(row) == width or (len(row) == width + 1 and not row[-1]) for row in below)
    return (numbered[place][0], rows[place]) if regular >= LEAST_REGULAR_SHARE * len(below) else None


OTHER_ENCODING = "cp1252"
"""What lines that are no UTF-8 are written in, in files of the United States: Windows of the last thirty years."""

_TWO_ENCODINGS = f"other_encoding: some lines are UTF-8 and some are not; those look like {OTHER_ENCODING}; ask"


def is_in_two_encodings(content: bytes) -> bool:
    """Are some lines with more than ASCII written in UTF-8, and others not? By accident hardly any text is UTF-8."""
    told = {_is_utf8(line) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if not line.isascii()}
    return len(told) > 1


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Which encoding is this, and what has to be asked about it? UTF-8 where it is that, else what is likeliest."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", ()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(content[:1_000_000], cp_isolation=["cp1252", "utf_16", "cp850", "mac_roman"]).best()
        found = best.encoding if best else "cp1252"
        return found, (f"encoding: it is not UTF-8 and looks like {found}; ask the agency",)
    told = ("encoding: the sample holds plain ASCII only; ask what the agency writes for é and ñ",)
    return "utf-8", told if content.isascii() else ()


def fixed_width(layout: str) -> Wire:
    """Which places does a layout name? Lines of `column,first,last`, positions counted from 1. Raises SettingError."""
    rows = [row for row in csv.reader(layout.splitlines()) if row]
    try:
        places = {name.strip(): (int(first), int(last)) for name, first, last in rows}
    except ValueError:
        raise SettingError("a layout has lines of column,first,last with positions counted from 1") from None
    return Wire(FixedWidth(places=places), tuple(places), ("encoding: ask the agency; UTF-8 is assumed",))
