"""What must be true of person records before anybody is linked?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from expectations.check import Checked, Severity, check
from expectations.engine import suite_of
from expectations.tables import (
    ID_BEGINNING,
    beginnings,
    beside,
    derived,
    digits_alike,
    flags,
    has_own_id,
    lacks_columns,
    matches,
    ours,
    steady_ids,
)
from pipeline.contract.codes import RowFault
from pipeline.contract.moments import parse_date
from pipeline.contract.tables import PERSON_RECORD

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

TABLE = "person_record"
PARTIAL_DATES = ("%Y-%m-%d", "%Y-%m", "%Y")
"""A birth date is an ISO day, or the part of it that is known."""

DATE_COLUMNS = ("birth_date", "death_date", "consent_from", "consent_until")
_IN_CALENDAR = "{} is in the calendar"
_FORM = "the form of {}"
_BIRTH_YEAR = "the year of birth_date"
_OWN_ID = "record_id follows from its parts"

EARLIEST_BIRTH_YEAR = 1900
"""Nobody born before it can be reached; an older date is a placeholder or a slip."""


def check_person_records(frame: pd.DataFrame, is_every_version: bool = False) -> Checked:
    """Which person records cannot be right?

    Args:
        frame: columns of `tables.PERSON_RECORD`, one row per record.
        is_every_version: the frame holds replaced versions too, so a record id may come again from another line.

    Returns:
        Findings by `record_id`. Where a column is absent, that is the only finding.

    Raises:
        CheckFailed: something could not be checked.
    """
    incomplete = lacks_columns(TABLE, frame, PERSON_RECORD)
    if incomplete:
        return incomplete
    looked_at = {
        **{_IN_CALENDAR.format(column): _in_calendar(frame[column]) for column in DATE_COLUMNS},
        **{_FORM.format(column): derived(frame[column], digits_alike) for column in ("ssn", "phone")},
        _BIRTH_YEAR: derived(frame["birth_date"], lambda text: str(text)[:4]),
        _OWN_ID: has_own_id(frame),
        ID_BEGINNING: beginnings(frame["record_id"]),
    }
    return check(person_record_suite(is_every_version), beside(frame, looked_at), "record_id")


def person_record_suite(is_every_version: bool = False) -> ExpectationSuite:
    """What must be true of each person record? Runs with what `check_person_records` derives."""
    ssn, phone = (_FORM.format(column) for column in ("ssn", "phone"))
    return suite_of(
        TABLE,
        [
            *steady_ids(TABLE, "record_id", is_every_version),
            ours(
                TABLE,
                "ExpectColumnValuesToBeInSet",
                RowFault.EMPTY_KEY,
                "A record id does not follow from agency, feed and record key",
                told_as="record_id",
                column=_OWN_ID,
                value_set=[True],
            ),
            *(_date_rule(column) for column in DATE_COLUMNS),
            ours(
                TABLE,
                "ExpectColumnValuesToMatchRegex",
                RowFault.BAD_DATE,
                f"A birth date lies before {EARLIEST_BIRTH_YEAR}",
                severity=Severity.WARNING,  # the record can still be linked by everything else it says
                told_as="birth_date",
                column=_BIRTH_YEAR,
                regex=r"\A(?:19|2[0-9])",
            ),
            matches(TABLE, "sex", r"\A[FM]\Z", RowFault.UNKNOWN_CODE, "Sex is neither F nor M nor missing"),
            matches(
                TABLE,
                ssn,
                r"\A(?:[0-9]{4}|[0-9]{9})\Z",
                RowFault.UNKNOWN_CODE,
                "An SSN has neither 4 nor 9 digits",
                told_as="ssn",
            ),
            matches(
                TABLE,
                phone,
                r"\A\+?[0-9]+\Z",
                RowFault.UNKNOWN_CODE,
                "A phone number is not digits alone",
                told_as="phone",
            ),
            *flags(TABLE, PERSON_RECORD),
        ],
    )


def _date_rule(column: str) -> Expectation:
    """Which expectation says that a column, where filled, is a day of the calendar?"""
    what = "A date is not an ISO day of the calendar"
    looked_at = {"told_as": column, "column": _IN_CALENDAR.format(column), "value_set": [True]}
    return ours(TABLE, "ExpectColumnValuesToBeInSet", RowFault.BAD_DATE, what, **looked_at)


def _in_calendar(texts: pd.Series) -> pd.Series:
    """Which texts are an ISO day, or for a birth date part of one? Missing stays missing."""
    formats = PARTIAL_DATES if texts.name == "birth_date" else PARTIAL_DATES[:1]

    def is_in_calendar(text: object) -> bool:
        return isinstance(text, str) and text == text.strip() and bool(parse_date(text, formats))

    return derived(texts, is_in_calendar)
