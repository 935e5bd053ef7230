"""What does reading a file give, whatever its format?"""

import io
import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count
from typing import IO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Delimited, Feed, FixedWidth


def is_undecodable(text: str) -> bool:
    """Does a text hold bytes that its encoding does not have, as `surrogateescape` keeps them?"""
    return not text.isascii() and _KEPT_BYTE.search(text) is not None


_KEPT_BYTE = re.compile("[\udc80-\udcff]")


NOT_UTF8 = RowFault.ENCODING, "the line is not UTF-8; ask the agency to export it again"
NOT_JSON = RowFault.NOT_JSON, "the line is not JSON; ask the agency to export it again"


def text_lines(
    stream: IO[bytes], layout: Delimited | FixedWidth, about: "About", *, is_keeping_ends: bool = False
) -> Iterator[str]:
    """Yield the lines of a text file, one in memory at a time, without byte order mark and line feeds."""
    encoding, other = layout.encoding, layout.other_encoding
    codec = "utf-8-sig" if encoding.replace("_", "-").startswith("utf-8") else encoding
    text = io.TextIOWrapper(stream, encoding=codec, errors="surrogateescape", newline="\n")
    try:
        for line in text:
            if other and is_undecodable(line):
                line = line.encode(encoding, errors="surrogateescape").decode(other, errors="surrogateescape")
                about.other_encoding_lines += 1
            yield line if is_keeping_ends else line.removesuffix("\n")
    finally:
        text.detach()  # the stream is its opener's to close


def numbered_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, line) of what is not blank in a file of one JSON text a line."""
    for line_number, line in enumerate(stream, start=1):
        bare = line.removeprefix(b"\xef\xbb\xbf").strip() if line_number == 1 else line.strip()
        if bare:
            yield line_number, bare


_MANGLED_MARKS = ("\ufeff", "\u00ef\u00bb\u00bf", "\u00ef..")
"""How a byte order mark looks at the front of a header, read rightly or by a program that did not know it."""


def load_json(text: str, **how) -> object:
    """What does a JSON text say? `how` goes to `json.loads`.

    Raises:
        ValueError: it is no JSON; NaN and Infinity, which Python reads, are none.
        UnicodeError: it holds half a character, written as an escape.
        RecursionError: it is nested too deeply.
    """
    found = json.loads(text, parse_constant=_refuse_constant, **how)
    json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


class FileUnreadable(Exception):
    """The file is not in the declared format at all. Carries a plain message and how many lines the file has."""

    def __init__(self, message: str, line_count: int) -> None:
        self.line_count = line_count
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why was one row set aside while reading? `message` says what to do and holds no value."""

    line_number: int
    fault_code: RowFault
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is one row of a file?

    Attributes:
        line_number: where it begins, counted from 1; grows from row to row.
        payload: JSON text of the row as delivered.
        fault: why it is set aside; None for a row that goes on.
    """

    line_number: int
    payload: str
    fault: Fault | None = None


@dataclass
class About:
    """What is known of a file as a whole, at the latest when its last row was read?

    Attributes:
        missing_required: required columns that it does not have.
        extra_columns: how many columns it has that are not declared; they are kept in raw.
        other_encoding_lines: how many lines were read in its feed's other encoding.
    """

    missing_required: tuple[str, ...] = ()
    extra_columns: int = 0
    other_encoding_lines: int = 0


@dataclass
class Reading:
    """What did a small file hold, read whole?

    Attributes:
        rows: (line the row begins on, JSON text of the row as delivered), in the file's order; faulty rows among them.
        faults: rows set aside, at most one fault a row.
        row_count: every row of the file, faulty ones included.
        missing_required, extra_columns, other_encoding_lines: as in `About`.
    """

    rows: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    row_count: int = 0
    missing_required: tuple[str, ...] = ()
    extra_columns: int = 0
    other_encoding_lines: int = 0


class ColumnRepeated(ValueError):
    """The header has a declared column more than once, and the declaration does not tell them apart."""


def declared_names(feed: Feed, header: list[str]) -> list[str]:
    """Which column is each field of the header? In declared spelling where declared; empty where none is known.

    Raises:
        ColumnRepeated: of several fields nobody can tell which one is the declared column.
    """
    cleaned = _cleaned(header)
    names = told_apart(cleaned)
    declared = {name.upper(): column.name for column in feed.columns for name in (column.name, *column.aliases)}
    if not any(name.upper() in declared for name in names):
        return []
    found = [declared.get(name.upper(), name) for name in names]
    unclear = {name for name in found if found.count(name) > 1}
    for written, name in zip(cleaned, names, strict=True):
        if written != name and written.upper() in declared and name.upper() not in declared:
            unclear.add(declared[written.upper()])
    if unclear:
        what = f"its header has more than one column that could be [{', '.join(sorted(unclear))}]"
        raise ColumnRepeated(f"{what}; declare the second as a column [NAME (2)], or ask which one the agency means")
    return found


def _cleaned(header: list[str]) -> list[str]:
    """What are the fields of a header called? Without a byte order mark, quotes and an empty last one."""
    cleaned = [field.strip().strip('"') for field in header]
    for mark in _MANGLED_MARKS:
        cleaned[0] = cleaned[0].removeprefix(mark).strip('"')
    if cleaned and not cleaned[-1]:
        cleaned.pop()
    return cleaned


def told_apart(names: Sequence[str]) -> list[str]:
    """What are columns called, each differently? The second NAME is `NAME (2)`; one without a name goes by its place.

    >>> told_apart(["Name", "DOB", "", "name"])
    ['Name', 'DOB', 'column 3', 'name (2)']
    """
    found: list[str] = []
    taken: set[str] = set()
    for place, written in enumerate(names, start=1):
        base = written or f"column {place}"
        name = next(one for one in chain([base], (f"{base} ({n})" for n in count(2))) if one.upper() not in taken)
        taken.add(name.upper())
        found.append(name)
    return found


def blanked_lines(rows: Iterator[Row], content: bytes, lines: Set[int], encoding: str = "utf-8") -> bytes:
    """How does a file of lines look without the rows that begin on these lines? Blank lines stand for them.

    So every other row keeps its line number, by which the quarantine and the database know it. Reading takes no notice
    of blank lines. A row goes on to the line before the next row's.
    """
    starts = [row.line_number for row in rows]
    ends = dict(zip(starts, [*(start - 1 for start in starts[1:]), None], strict=True))
    wanted = [(start, ends[start]) for start in sorted(lines & set(starts))]
    if "\n".encode(encoding) == b"\n":
        return b"\n".join(_blank(content.split(b"\n"), wanted, b""))
    text = content.decode(encoding, errors="surrogateescape")
    return "\n".join(_blank(text.split("\n"), wanted, "")).encode(encoding, errors="surrogateescape")


def _blank(parts: list, wanted: list[tuple[int, int | None]], blank: bytes | str) -> Iterator:
    """Yield the lines of a file, those of some rows blank."""
    hidden: set[int] = set()
    for start, end in wanted:
        hidden.update(range(start, (end or len(parts)) + 1))
    yield from (blank if number in hidden else line for number, line in enumerate(parts, start=1))
