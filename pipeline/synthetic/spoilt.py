"""Which rows does an agency get wrong so badly that nobody can use them? They are set aside; the truth omits them."""

from pipeline.contract.declaration import Column, Delimited, Feed, OnFault
from pipeline.synthetic.chance import Chance
from pipeline.synthetic.rows import Row

SPOILT_SHARE, HARSHER_SPOILT_SHARE = 0.002, 0.01
"""Of a feed's rows: two in a thousand, a few a week for a records clerk to work through; more when harsher."""
IMPOSSIBLE = "??"
"""No date, no moment and no code that any agency declares."""


class Spoiler:
    """Which of an agency's rows were entered twice, the first time wrongly?"""

    def __init__(self, chance: Chance, *, harsher: bool) -> None:
        self._chance = chance
        self._share = HARSHER_SPOILT_SHARE if harsher else SPOILT_SHARE

    def with_spoilt(self, feed: Feed, rows: list[Row]) -> list[Row]:
        """What does a file hold, spoilt rows among the good ones?

        A spoilt row stands before its good one and has a value that costs the row: an impossible date, moment or code.
        So nothing that is true is lost with it.
        """
        columns = [column for column in feed.columns if _costs_the_row(column)]
        if not columns or not isinstance(feed.format, Delimited):
            return rows
        told: list[Row] = []
        for row in rows:
            if self._chance.happens(self._share):
                told.append({**row, self._chance.pick(columns).name: IMPOSSIBLE})
            told.append(row)
        return told


def _costs_the_row(column: Column) -> bool:
    return column.on_fault is OnFault.QUARANTINE_ROW and bool(column.formats or column.codes)
