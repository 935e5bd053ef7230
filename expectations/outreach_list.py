"""What must be true of an outreach list before anybody sees it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from expectations.check import Checked, check
from expectations.engine import suite_of
from expectations.tables import lacks_columns, never_missing, ours
from pipeline.contract.codes import RowFault

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

TABLE = "outreach list"
COLUMNS = ("rank", "person_id", "team", "points", "reason_points_sum", "reason_count")
"""One row per entry: its rank, who, whose, its points, the sum of its reasons' points, and how many reasons."""


def check_list_entries(frame: pd.DataFrame) -> Checked:
    """Which entries of a list cannot be right?

    Args:
        frame: the columns of COLUMNS, one row per entry, in any order; none at all is a list too.

    Returns:
        Findings by `person_id`, all critical.

    Raises:
        CheckFailed: something could not be checked.
    """
    incomplete = lacks_columns(TABLE, frame, COLUMNS)
    return incomplete or check(list_suite(len(frame)), frame, "person_id")


def list_suite(entry_count: int) -> ExpectationSuite:
    """What must be true of each entry of a list this long? Distinct ranks from 1 to its length have no gap."""
    between, unique = "ExpectColumnValuesToBeBetween", "ExpectColumnValuesToBeUnique"
    unexplained = "An entry's points are not the sum of its reasons"
    pair = {"column_A": "points", "column_B": "reason_points_sum", "ignore_row_if": "neither"}
    return suite_of(
        TABLE,
        [
            *never_missing(TABLE, COLUMNS),
            ours(TABLE, unique, RowFault.EMPTY_KEY, "A person stands on the list twice", column="person_id"),
            ours(TABLE, unique, RowFault.EMPTY_KEY, "A rank is given twice", column="rank"),
            ours(
                TABLE,
                between,
                RowFault.UNKNOWN_CODE,
                "A rank is not one of 1 to the number of entries",
                column="rank",
                min_value=1,
                max_value=max(entry_count, 1),
            ),
            ours(TABLE, between, RowFault.UNKNOWN_CODE, "An entry has no points", column="points", min_value=1),
            ours(TABLE, between, RowFault.MISSING_VALUE, "An entry has no reason", column="reason_count", min_value=1),
            ours(
                TABLE,
                "ExpectColumnPairValuesToBeEqual",
                RowFault.UNKNOWN_CODE,
                unexplained,
                told_as="points",
                **pair,
            ),
        ],
    )
