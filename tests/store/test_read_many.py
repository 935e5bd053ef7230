"""Does the quick way to read a large table tell the same as the usual one?"""

import traceback
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import copying
from pipeline.contract import tables
from pipeline.contract.errors import StoreError
from pipeline.store import Store

ALL = {"taken_in_number": None, "as_of": date(2026, 11, 16), "until": datetime(2027, 1, 1, tzinfo=UTC)}
SAID = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ODD = ["", '"', ",", "\n", "\r\n", "\\N", "NULL", "null", " ", "%s", ":until", "t", "2026-11-16", "é", "\ufeff"]
MOMENTS = st.none() | st.datetimes(datetime(1901, 1, 1), datetime(2026, 11, 15), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2026, 11, 15))


def rows_of(said: list[tuple]) -> pd.DataFrame:
    """Person records that say these things."""
    records = pd.DataFrame(said, columns=["last_name", "street_address", "recorded_at", "consent_from"], dtype=object)
    lines = range(1, len(records) + 1)
    return records.assign(
        **dict.fromkeys(("is_dead", "is_part2", "is_held", "is_never_happened"), False),
        is_about_person=True,
        delivery_id=1,
        line_number=lines,
        agency="a",
        feed="f",
        record_key=[f"{line:03}" for line in lines],
        record_id=[f"a/f/{line:03}" for line in lines],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(said=st.lists(st.tuples(SAID | st.sampled_from(ODD), SAID | st.sampled_from(ODD), MOMENTS, DAYS), max_size=6))
def test_both_ways_tell_the_same(store: Store, said: list[tuple]):
    rows = rows_of(said)
    with store.rehearsal() as work:
        file = {"agency": "a", "feed": "f", "file_name": "x", "sha256": "x", "byte_count": 0, "business_date": None}
        rows["delivery_id"] = work.ask("insert_delivery", **file, received_at=datetime(2026, 11, 16, tzinfo=UTC))
        kept = ("delivery_id", "line_number", "agency", "feed", "record_key")
        work.copy("core.accepted_row", rows[[*kept, "is_never_happened", "is_held", "is_about_person"]])
        work.copy("core.person_record", rows[[name for name in tables.PERSON_RECORD if name in rows]])
        usual, quick = work.read("usable_person_records", **ALL), work.read_many("usable_person_records", **ALL)
    assert usual["last_name"].tolist() == [row[0] for row in said]
    assert quick.astype(object).where(quick.notna(), None).to_dict("records") == (
        usual.astype(object).where(usual.notna(), None).to_dict("records")
    )
    if said:
        assert quick.dtypes["recorded_at"] == usual.dtypes["recorded_at"]


def test_a_refused_question_says_no_more_than_the_usual_way(store: Store):
    with pytest.raises(StoreError, match=r"refused \[22P02\] \(links_of_run\)"), store.transaction() as work:
        work.read_many("links_of_run", run_number="CANARYNAME")


def test_what_arrow_says_of_a_table_never_leaves_as_it_is():
    name = "CANARY" + "NAME"  # in two, or the traceback shows it with the line
    for copied in (
        lambda: copying.from_csv([f"{name}\n".encode()], {"line_number": 20}),
        lambda: copying.from_csv([f"{name},1\n{name}\n".encode()], {"last_name": 25, "line_number": 20}),
        lambda: copying.as_csv(pd.DataFrame({"last_name": [name, 7]})),
    ):
        with pytest.raises(copying.TableNotCopied) as told:
            copied()
        assert name not in "".join(traceback.format_exception(told.value))
