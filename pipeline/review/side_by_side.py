"""How do the records of an item look beside each other? One column per record, a row per field, differences marked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from pipeline.contract import tables

NOT_KNOWN = "not known"
"""What stands where a record has no value: a word, so that a gap is not taken for a blank value."""


class Mark(StrEnum):
    """How does a value compare with the first known one of its row?"""

    SAME = "="
    DIFFERENT = "≠"
    MISSING = "·"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and how does it compare?"""

    text: str
    mark: Mark


@dataclass(frozen=True)
class Column:
    """Which record is shown, on which side of the question, and how many others say exactly the same?

    Attributes:
        side: A goes with the first record of the pair, B with the second.
    """

    record_id: str
    side: str
    person_id: str
    repeats: int
    values: tuple[str | None, ...]


def columns_of(records: pd.DataFrame, item: dict) -> list[Column]:
    """Which columns are shown? The two records asked about first, then the others of side A, then of side B.

    Args:
        records: record_id, person_id and `tables.EVIDENCE` of everybody asked about.
        item: as `queueing.open_items` gives it.
    """
    away = set(item["parted_record_ids"])
    on_b = records["record_id"].isin(away) | (records["person_id"] == item["person_id_r"])
    pair = (item["record_id_l"], item["record_id_r"])
    known = records.assign(side=on_b.map({True: "B", False: "A"}))
    known["order"] = [pair.index(r) if r in pair else 2 for r in known["record_id"]]
    known = known.sort_values(["order", "side", "record_id"])
    shown: list[Column] = []
    for row in known.to_dict("records"):
        values = tuple(None if pd.isna(row[name]) else str(row[name]) for name in tables.EVIDENCE)
        told = (row["side"], row["person_id"], values)
        alike = [n for n, one in enumerate(shown) if (one.side, one.person_id, one.values) == told]
        if alike and row["record_id"] not in pair:
            shown[alike[0]] = replace(shown[alike[0]], repeats=shown[alike[0]].repeats + 1)
        else:
            shown.append(Column(row["record_id"], row["side"], row["person_id"], 0, values))
    return shown


def cells_of(columns: Sequence[Column]) -> list[tuple[str, Mark, list[Cell]]]:
    """What stands in each row? (field, whether its known values are the same or different, cells); no empty rows."""
    rows = []
    for place, field in enumerate(tables.EVIDENCE):
        values = [column.values[place] for column in columns]
        first = next((value for value in values if value is not None), None)
        if first is None:
            continue
        cells = [_cell(value, first) for value in values]
        marks = {cell.mark for cell in cells}
        whole = Mark.DIFFERENT if Mark.DIFFERENT in marks else Mark.SAME
        known = sum(value is not None for value in values)
        rows.append((field.replace("_", " "), whole if known > 1 else Mark.MISSING, cells))
    return rows


def _cell(value: str | None, first: str) -> Cell:
    if value is None:
        return Cell(NOT_KNOWN, Mark.MISSING)
    return Cell(value, Mark.SAME if value == first else Mark.DIFFERENT)
