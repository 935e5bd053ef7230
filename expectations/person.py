"""What must be true of persons, once records are linked and have their steady ids?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from expectations.check import Checked, check
from expectations.engine import suite_of
from expectations.tables import lacks_columns, never_missing, ours
from pipeline.contract.codes import RowFault
from pipeline.contract.tables import LINK

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

TABLE = "link"
_PERSON_COUNT, _CLUSTER_COUNT = "persons of the cluster", "clusters of the person"


def check_persons(frame: pd.DataFrame) -> Checked:
    """Which records do not belong to exactly one cluster and one person?

    Args:
        frame: columns of `tables.LINK`, one row per linked record.

    Returns:
        Findings by `record_id`.

    Raises:
        CheckFailed: something could not be checked.
    """
    incomplete = lacks_columns(TABLE, frame, LINK)
    if incomplete:
        return incomplete
    counted = frame.assign(
        **{
            _PERSON_COUNT: frame.groupby("cluster_id")["person_id"].transform("nunique"),
            _CLUSTER_COUNT: frame.groupby("person_id")["cluster_id"].transform("nunique"),
        }
    )
    return check(person_suite(), counted, "record_id")


def person_suite() -> ExpectationSuite:
    """What must be true of each link? Runs with the counts that `check_persons` adds."""
    one_each = "ExpectColumnValuesToBeInSet"
    return suite_of(
        TABLE,
        [
            *never_missing(TABLE, LINK),
            ours(
                TABLE,
                "ExpectColumnValuesToBeUnique",
                RowFault.EMPTY_KEY,
                "A record is linked twice",
                column="record_id",
            ),
            ours(
                TABLE,
                one_each,
                RowFault.EMPTY_KEY,
                "A cluster stands for more than one person",
                told_as="cluster_id",
                column=_PERSON_COUNT,
                value_set=[1],
            ),
            ours(
                TABLE,
                one_each,
                RowFault.EMPTY_KEY,
                "A person stands for more than one cluster",
                told_as="person_id",
                column=_CLUSTER_COUNT,
                value_set=[1],
            ),
        ],
    )
