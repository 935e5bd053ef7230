"""What holds for every feed, whatever its agency?"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract import tables
from pipeline.standardize import standardize
from tests.standardize.rows import FEEDS

TABLES = {
    "person_records": tables.PERSON_RECORD,
    "encounters": tables.ENCOUNTER,
    "told_ends": tables.TOLD_END,
    "conditions": tables.CONDITION,
    "consents": tables.CONSENT,
    "sender_merges": tables.SENDER_MERGE,
}
WORDS = st.sampled_from(
    ["", "Y", "SUBJECT", "LEE, ANN", "20261106", "2026-11-02T10:00", "11/06/2026 21:15", "1|2", "é"]
)


def rows_of(feed, count, draw=lambda column: ""):
    drawn = {column.name: [draw(column) for _ in range(count)] for column in feed.columns}
    return pd.DataFrame(drawn, dtype=object).assign(delivery_id=1, line_number=range(2, count + 2), business_date=None)


@pytest.mark.parametrize("name", FEEDS)
def test_every_table_has_its_agreed_columns_even_without_rows(name):
    agency, feed = FEEDS[name]
    for count in (0, 1):
        made = standardize(agency, feed, rows_of(feed, count))
        assert len(made.accepted_rows) == count
        for table, columns in TABLES.items():
            assert list(getattr(made, table).columns) == list(columns)


@pytest.mark.parametrize("name", FEEDS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_whatever_the_rows_say_each_is_accounted_for_and_none_is_told_twice(name, data):
    agency, feed = FEEDS[name]
    rows = rows_of(feed, 3, lambda column: data.draw(WORDS | st.sampled_from(column.codes or ("",))))
    made = standardize(agency, feed, rows)
    assert made.accepted_rows["line_number"].tolist() == [2, 3, 4]
    counting = set(made.accepted_rows.loc[~made.accepted_rows["is_never_happened"], "line_number"])
    for table in TABLES:
        lines = getattr(made, table)["line_number"]
        assert set(lines) <= counting
    assert made.person_records["line_number"].is_unique
