"""How do the rows of a file come? One frozen dataclass a wire format; each has its reader in `pipeline/readers/`."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from pipeline.contract import fhir_r4
from pipeline.contract.columns import check
from pipeline.contract.errors import DeclarationError
from pipeline.contract.hl7_paths import Path, parse_path
from pipeline.contract.xml_paths import check_paths

TELLING_ENCODINGS = ("utf-8", "utf-8-sig", "ascii")
"""Encodings in which almost no text of another one can be read: so they show which lines are not theirs."""


def _check_encoding(encoding: str, other: str | None = None) -> None:
    for one in filter(None, (encoding, other)):
        try:
            "".encode(one)
        except LookupError as fault:
            raise DeclarationError(f"unknown encoding [{one}]") from fault
    is_telling = codecs.lookup(encoding).name in TELLING_ENCODINGS
    check(other is None or is_telling, "only UTF-8 shows which lines are in other_encoding", encoding)


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """How is a delimited text file written?

    Attributes:
        delimiter, encoding: as the agency writes it, checked, never guessed.
        other_encoding: in which it writes some lines all the same: a line that is no UTF-8 is read in this one, and
            such lines are counted. None: such a row is set aside.
        has_trailing_delimiter: one empty last field is part of the layout.
        is_fully_quoted: every field stands in double quotes (only matters when writing).
        line_end: how the agency ends its lines (any is read).
        value_mark: what its database puts between several values of one field (a Pick or MultiValue system: "ý" in
            Windows-1252); a row with one is set aside, because nobody can tell which value counts. None: it has none.
        header_line: the line with the names of the columns; titles that stand above it are no data.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    other_encoding: str | None = None
    has_trailing_delimiter: bool = False
    is_fully_quoted: bool = False
    line_end: str = "\n"
    value_mark: str | None = None
    header_line: int = 1

    def __post_init__(self) -> None:
        check(self.header_line >= 1, "lines of a file are counted from 1", self.header_line)
        check(len(self.delimiter) == 1, "a delimiter is one character", self.delimiter)
        _check_encoding(self.encoding, self.other_encoding)


@dataclass(frozen=True, kw_only=True)
class FixedWidth:
    """Where does each column stand in a line? There is no header: the places are all that tells columns apart.

    Attributes:
        places: column → its first and last position, in characters counted from 1, as such layouts are printed.
        encoding, other_encoding: as in `Delimited`.
        line_end: how the agency ends its lines (any is read).
    """

    places: Mapping[str, tuple[int, int]]
    encoding: str = "utf-8"
    other_encoding: str | None = None
    line_end: str = "\n"

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", MappingProxyType(dict(self.places)))
        _check_encoding(self.encoding, self.other_encoding)
        wrong = sorted(name for name, (first, last) in self.places.items() if not 1 <= first <= last)
        check(not wrong, "a place is (first, last), counted from 1", wrong)
        order = sorted(self.places.items(), key=lambda one: one[1])
        shared = [other for (_, (_, last)), (other, (first, _)) in pairwise(order) if first <= last]
        check(not shared, "columns that share positions with the one before", shared)

    def width(self) -> int:
        """How many characters does a whole line have?"""
        return max((last for _, last in self.places.values()), default=0)


@dataclass(frozen=True, kw_only=True)
class JsonLines:
    """Where does each column stand in an object? One JSON object a line.

    Attributes:
        paths: column → names joined by dots, for what lies deeper or is called otherwise; others go by their name.
    """

    paths: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", MappingProxyType(dict(self.paths)))
        wrong = sorted(name for name, path in self.paths.items() if not all(path.split(".")))
        check(not wrong, "a path is names joined by dots", wrong)


@dataclass(frozen=True, kw_only=True)
class JsonDocument:
    """Which list of a JSON document holds the rows, and where in an object does each column stand?

    Attributes:
        rows: names joined by dots that lead to the list; None where the document is the list itself.
        paths: as in `JsonLines`.
    """

    rows: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", JsonLines(paths=self.paths).paths)
        check(self.rows is None or all(self.rows.split(".")), "a path is names joined by dots", self.rows)


@dataclass(frozen=True)
class FhirNdjson:
    """Which FHIR R4 resource does each line hold? The flat columns are those of `fhir_r4.FLAT_COLUMNS`."""

    resource_type: str

    def __post_init__(self) -> None:
        check(self.resource_type in fhir_r4.FLAT_COLUMNS, "no reader for the resource type", self.resource_type)


@dataclass(frozen=True, kw_only=True)
class Hl7v2:
    """Where in an HL7 v2 message does each column stand? One message a row; delimiters are read from its MSH.

    Attributes:
        paths: column → a path of `hl7_paths`, or several, of which the first that says something is read.
        message_type: what MSH-9.1 says; another type belongs into another file.
        events: MSH-9.2 of the messages that are rows of this feed; empty: all. The others, and whatever is no message,
            are rows of another feed of the agency that takes the same files and all messages.
        of_events: event → column → the path that is read in its messages instead of the column's own.
        takes_back: event → columns that it makes blank, whatever the message says: A13 takes back a discharge.
        encoding: as the agency writes it; MSH-18 of a message counts more where it names a known one.
        line_end: how the agency ends its segments (any is read).
        ways: column → its paths, taken apart.
    """

    paths: Mapping[str, str | tuple[str, ...]]
    message_type: str = "ADT"
    events: tuple[str, ...] = ()
    of_events: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    takes_back: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str = "utf-8"
    line_end: str = "\r"
    ways: Mapping[str, tuple[Path, ...]] = field(init=False, repr=False, compare=False)

    def ways_in(self, event: str) -> Mapping[str, tuple[Path, ...]]:
        """At which paths does each column stand in messages of an event?"""
        own = {column: (parse_path(path),) for column, path in self.of_events.get(event, {}).items()}
        return {**self.ways, **own}

    def __post_init__(self) -> None:
        ways = {column: (path,) if isinstance(path, str) else path for column, path in self.paths.items()}
        read = {column: tuple(map(parse_path, texts)) for column, texts in ways.items()}
        named = (("paths", self.paths), ("of_events", self.of_events), ("takes_back", self.takes_back), ("ways", read))
        for name, value in named:
            object.__setattr__(self, name, MappingProxyType(dict(value)))
        without = sorted(column for column, paths in read.items() if not paths)
        check(not without, "columns without a path", without)
        _check_encoding(self.encoding)
        check(
            "\r".encode(self.encoding) == b"\r", "segments end in one byte, which no such encoding has", self.encoding
        )
        stray = sorted({name for paths in self.of_events.values() for name in paths} - set(self.paths))
        check(not stray, "paths of one event for columns without a path of their own", stray)
        for path in (path for paths in self.of_events.values() for path in paths.values()):
            parse_path(path)
        wrong = [event for event in (*self.events, *self.of_events, *self.takes_back) if not EVENT.fullmatch(event)]
        check(not wrong, "an event is a letter and two digits, as in A01", wrong)


EVENT = re.compile(r"[A-Z][0-9]{2}")
"""How a trigger event is written: HL7 v2.9, table 0003."""


@dataclass(frozen=True, kw_only=True)
class Xml:
    """Which element is a row, and where in it does each column stand? See `xml_paths.py` for what a path may say.

    Attributes:
        row: name of the element that is a row, at whatever depth it stands.
        paths: column → path from the row's element down to its value; several values are joined by blanks.
        namespaces: prefix used here → URI. The file may use other prefixes for the same URI.
        has_one_row: every file is one document about one row. A document that is no XML is then set aside as that row.
            Otherwise its whole file is refused, because rows after the break would be missing.
    """

    row: str
    paths: Mapping[str, str]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    has_one_row: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", MappingProxyType(dict(self.paths)))
        object.__setattr__(self, "namespaces", MappingProxyType(dict(self.namespaces)))
        check_paths(self.row, self.paths, self.namespaces)


@dataclass(frozen=True, kw_only=True)
class Excel:
    """On which sheet of a workbook (.xlsx) does the table stand?

    Attributes:
        sheet: its name; None for the first sheet that is not hidden.
        header_row: the row with the names of the columns, as the spreadsheet counts; what stands above is no data.
    """

    sheet: str | None = None
    header_row: int = 1

    def __post_init__(self) -> None:
        is_name = self.sheet is None or re.fullmatch(r"[^\[\]:*?/\\]{1,31}", self.sheet) is not None
        check(is_name, "no sheet can have this name", self.sheet)
        check(self.header_row >= 1, "rows of a sheet are counted from 1", self.header_row)


@dataclass(frozen=True)
class FhirBundle:
    """Which FHIR R4 resources are read from files of Bundles? One Bundle a file, of whatever type, or one a line.

    Several feeds may name the same files, each with its own type. The flat columns are those of `FhirNdjson`.
    """

    resource_type: str

    def __post_init__(self) -> None:
        check(self.resource_type in fhir_r4.FLAT_COLUMNS, "no reader for the resource type", self.resource_type)


Format = Delimited | FixedWidth | JsonLines | JsonDocument | FhirNdjson | FhirBundle | Hl7v2 | Xml | Excel
