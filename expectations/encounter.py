"""What must be true of encounters before anything is counted?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from expectations.check import Checked, Severity, check
from expectations.engine import suite_of
from expectations.tables import flags, lacks_columns, never_missing, one_of, ours, steady_ids
from pipeline.contract.codes import EncounterKind, RowFault
from pipeline.contract.declaration import EncounterRule
from pipeline.contract.tables import ENCOUNTER

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

TABLE = "encounter"


def check_encounters(frame: pd.DataFrame, is_every_version: bool = False) -> Checked:
    """Which encounters cannot be right?

    Args:
        frame: columns of `tables.ENCOUNTER`, one row per encounter, moments in UTC.
        is_every_version: the frame holds replaced versions too, so an encounter id may come again from another line.

    Returns:
        Findings by `encounter_id`; an end before the beginning is a warning. Where a column is absent, that is the
        only finding.

    Raises:
        CheckFailed: something could not be checked.
    """
    incomplete = lacks_columns(TABLE, frame, ENCOUNTER)
    if incomplete:
        return incomplete
    moments = {name: _moments(frame[name]) for name in ("occurred_at", "ended_at")}
    return check(encounter_suite(is_every_version), frame.assign(**moments), "encounter_id")


def encounter_suite(is_every_version: bool = False) -> ExpectationSuite:
    """What must be true of each encounter? `occurred_at` and `ended_at` are read as moments beforehand."""
    return suite_of(
        TABLE,
        [
            *steady_ids(TABLE, "encounter_id", is_every_version),
            *never_missing(TABLE, ("kind", "occurred_at")),
            one_of(TABLE, "kind", EncounterKind),
            ours(
                TABLE,
                "ExpectColumnPairValuesAToBeGreaterThanB",
                RowFault.BAD_DATE,
                "An encounter ended before it began",
                severity=Severity.WARNING,  # agencies type the two apart; the beginning is what is counted
                told_as="ended_at",
                column_A="ended_at",
                column_B="occurred_at",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
            *(one_of(TABLE, column, codes) for column, codes in EncounterRule.CODE_LISTS.items()),
            *flags(TABLE, ENCOUNTER),
        ],
    )


def _moments(column: pd.Series) -> pd.Series:
    """Which moments does a column hold? Anything else is missing: pandas would guess a moment from text."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column
    found = [value if isinstance(value, datetime) else pd.NaT for value in column]
    return pd.Series(pd.to_datetime(found, utc=True), index=column.index)
