"""What must be true of encounters before anything is counted?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from expectations.check import Checked, Severity, check
from expectations.engine import suite_of
from expectations.tables import (
    ID_BEGINNING,
    beginnings,
    beside,
    flags,
    lacks_columns,
    never_missing,
    one_of,
    ours,
    steady_ids,
)
from pipeline.contract.codes import EncounterKind, RowFault
from pipeline.contract.declaration import EncounterRule
from pipeline.contract.tables import ENCOUNTER

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

TABLE = "encounter"
_IN_ORDER = "ended_at is not before occurred_at"


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
    looked_at = {
        _IN_ORDER: _is_in_order(moments["occurred_at"], moments["ended_at"]),
        ID_BEGINNING: beginnings(frame["record_id"]),
    }
    return check(encounter_suite(is_every_version), beside(frame, moments | looked_at), "encounter_id")


def encounter_suite(is_every_version: bool = False) -> ExpectationSuite:
    """What must be true of each encounter? Runs with what `check_encounters` derives."""
    return suite_of(
        TABLE,
        [
            *steady_ids(TABLE, "encounter_id", is_every_version),
            *never_missing(TABLE, ("kind", "occurred_at")),
            one_of(TABLE, "kind", EncounterKind),
            ours(
                TABLE,
                "ExpectColumnValuesToBeInSet",
                RowFault.BAD_DATE,
                "An encounter ended before it began",
                severity=Severity.WARNING,  # agencies type the two apart; the beginning is what is counted
                told_as="ended_at",
                column=_IN_ORDER,
                value_set=[True],
            ),
            *(one_of(TABLE, column, codes) for column, codes in EncounterRule.CODE_LISTS.items()),
            *flags(TABLE, ENCOUNTER),
        ],
    )


def _is_in_order(began: pd.Series, ended: pd.Series) -> pd.Series:
    """Did each end when it began, or later? Missing where one of the two is."""
    return (ended >= began).astype(object).mask(began.isna() | ended.isna(), None)


def _moments(column: pd.Series) -> pd.Series:
    """Which moments does a column hold? Anything else is missing: pandas would guess a moment from text."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column
    found = [value if isinstance(value, datetime) else pd.NaT for value in column]
    return pd.Series(pd.to_datetime(found, utc=True), index=column.index)
