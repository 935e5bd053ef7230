"""What does reading a file give, whatever its format?"""

from dataclasses import dataclass, field

from pipeline.contract.codes import RowFault


def is_undecodable(text: str) -> bool:
    """Does a text hold bytes that its encoding does not have, as `surrogateescape` keeps them?"""
    return any("\udc80" <= char <= "\udcff" for char in text if char > "\ud7ff")


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
