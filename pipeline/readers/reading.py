"""What does reading a file give, whatever its format?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.contract.codes import RowFault


def is_undecodable(text: str) -> bool:
    """Does a text hold bytes that its encoding does not have, as `surrogateescape` keeps them?"""
    return any("\udc80" <= char <= "\udcff" for char in text if char > "\ud7ff")


NOT_UTF8 = RowFault.ENCODING, "the line is not UTF-8; ask the agency to export it again"
NOT_JSON = RowFault.NOT_JSON, "the line is not JSON; ask the agency to export it again"


def numbered_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, line) of what is not blank in a file of one JSON text a line."""
    for line_number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield line_number, line.strip()


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


@dataclass(frozen=True)
class Fault:
    """Why was one row set aside while reading? `message` says what to do and holds no value."""

    line_number: int
    fault_code: RowFault
    message: str


@dataclass
class Reading:
    """What did a file hold?

    Attributes:
        rows: (line the row begins on, JSON text of the row as delivered), in the file's order; faulty rows among them.
        faults: rows set aside, at most one fault a row.
        row_count: every row of the file, faulty ones included.
        missing_required: required columns that the file does not have.
        extra_columns: how many columns it has that are not declared; they are kept in raw.
    """

    rows: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    row_count: int = 0
    missing_required: tuple[str, ...] = ()
    extra_columns: int = 0
