"""Which row of a table is its header? Titles, dates of a report and headings over several columns stand above it."""

import re
from collections import Counter
from collections.abc import Sequence

FARTHEST = 20
"""Filled rows in which a header is looked for: titles are few."""

LEAST_FILLED = 0.6
"""Share of the columns that a header names; a title fills one, and is padded with empty fields."""

LEAST_DIFFERENT = 0.7
"""Share of a header's names that are different; a heading over several columns repeats its word in each."""

_VALUE = re.compile(r"[\d$][\d\s.,:/$%()-]*(?:[AaPp][Mm])?")
"""What is a number, an amount, a day or a time, and so no name of a column."""


def header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of these rows is the header? None where none looks like one.

    >>> header_at([["County Jail", "", ""], ["", "", ""], ["No", "Name", "Booked"], ["1", "LEE, ANN", "1/5/2026"]])
    2
    """
    widths = Counter(width_of(row) for row in rows if any(row))
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    looked_at = [place for place, row in enumerate(rows) if any(row)][:FARTHEST]
    return next((place for place in looked_at if _is_header(rows[place], usual)), None)


def width_of(row: Sequence[str]) -> int:
    """How many fields has a row, an empty last one not counted?"""
    return len(row) - (len(row) > 1 and not row[-1].strip())


def _is_header(row: Sequence[str], usual: int) -> bool:
    names = [cell.strip() for cell in row if cell.strip()]
    different = {name.upper() for name in names}
    return (
        len(row) >= usual > 0
        and len(names) >= LEAST_FILLED * usual
        and len(different) >= LEAST_DIFFERENT * len(names)
        and not holds_values(names)
    )


def holds_values(row: Sequence[str]) -> bool:
    """Does a row hold a number, a day or an amount, so that it is one of somebody and no header?"""
    return any(_VALUE.fullmatch(cell.strip()) for cell in row)
