"""Which day is a roster of, and when was its list true? Small examples without a database."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from pipeline.contract.declaration import SnapshotRule
from pipeline.snapshots import admitted_too_late, snapshot_row, true_between, unread_listings
from tests.cases.rosters import JAIL, listed, november

ROSTER = JAIL.feed("roster")
NINTH, TENTH = date(2026, 11, 9), date(2026, 11, 10)


def utc(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


DAYS = {
    "nobody is admitted": ([NINTH], None, (NINTH, NINTH)),
    "admitted on the day, near midnight": ([NINTH], utc(10, 6, 59), (NINTH, NINTH)),
    "admitted after midnight": ([NINTH], utc(10, 7), (NINTH, TENTH)),
    "the same bytes under an earlier name": ([TENTH, NINTH], utc(2, 7), (NINTH, NINTH)),
    "an earlier name that cannot be": ([TENTH, date(2026, 11, 8)], utc(10, 7), (TENTH, TENTH)),
    "a name that says no day": ([TENTH, None], utc(2, 7), (TENTH, TENTH)),
}


@pytest.mark.parametrize("example", DAYS)
def test_which_day_a_roster_is_of(example):
    named, newest, expected = DAYS[example]
    told = snapshot_row(JAIL, SnapshotRule(), named, newest)
    assert (told["named_for"], told["observed_on"]) == expected


@pytest.mark.parametrize(
    ("lag_hours", "earliest"), [(24, utc(9, 7)), (18, utc(9, 13)), (48, utc(8, 7)), (0, utc(10, 6, 59))]
)
def test_between_which_moments_the_list_of_a_day_was_true(lag_hours, earliest):
    assert true_between(NINTH, SnapshotRule(lag_hours=lag_hours), JAIL.zone) == (earliest, utc(10, 6, 59))


def test_an_admission_may_lie_one_day_after_the_rosters_name_and_no_more():
    rows = pd.DataFrame([listed(n, november(n)) for n in (9, 10, 11)] + [listed(1, "soon")]).assign(business_date=NINTH)
    assert admitted_too_late(ROSTER, rows).tolist() == [False, False, True, False]
    assert not admitted_too_late(ROSTER, rows.assign(business_date=None)).any()


def test_whom_a_row_that_was_set_aside_may_name():
    header = {"person_no": "N7", "admitted_at": "2026-11-01 08:00", "status": "CANARY"}
    faulty = pd.DataFrame(
        {
            "delivery_id": 1,
            "line_number": [2, 3, 4],
            "column_name": ["status", None, "admitted_at"],
            "payload": [header, {"fields": ["N7"]}, header | {"admitted_at": ""}],
        }
    )
    keys = unread_listings(ROSTER, faulty)["record_key"].tolist()
    assert keys == ["N7|2026-11-01 08:00", None, None]
