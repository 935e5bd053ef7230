"""Does a record hold what was told of it, newest first, in whatever order and portions its rows arrive?"""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.row_versions import TOLD_COUNT, told_so_far, versions
from tests.readers.hl7_messages import feed

VISITS = feed("visits")
ZONE = "America/Denver"
NAMES = [column.name for column in VISITS.columns]
SAID = st.dictionaries(
    st.sampled_from(["patient_class", "service", "began_at", "ended_at"]), st.sampled_from(["", "A", "B"])
)


def table(*rows):
    """Rows of visits: what each says, its place, its business date."""
    names = [*NAMES, "delivery_id", "line_number", "business_date"]
    return pd.DataFrame([{"delivery_id": 1, **row} for row in rows], columns=names, dtype=object)


def row(hour, line, visit="V1", **said):
    return {"visit_id": visit, "sent_at": f"20261101{hour:02}00-0700", "line_number": line, "event": "A08"} | said


def newest(rows):
    """Which row counts? By business date, version, then arrival, as `core.rows_known` orders them."""
    ordered = rows.assign(version=versions(VISITS, rows, ZONE), day=rows["business_date"].astype(str))
    return ordered.sort_values(["day", "version", "delivery_id", "line_number"]).iloc[-1]


def test_a_row_is_filled_up_with_what_was_told_before_and_blank_means_gone():
    first = row(10, 1, patient_class="E", began_at="20261101")
    second = row(11, 5, patient_class="", ended_at="20261102")
    told = told_so_far(VISITS, ZONE, table(first, second), table())
    assert told[["patient_class", "began_at", "ended_at"]].to_numpy().tolist() == [
        ["E", "20261101", ""],
        ["", "20261101", "20261102"],
    ]


def test_a_row_that_comes_late_fills_gaps_and_undoes_nothing():
    late = told_so_far(
        VISITS, ZONE, table(row(10, 1, service="MED", patient_class="E")), table(row(11, 1, service="PSY"))
    )
    [said] = late.to_dict("records")
    assert (said["service"], said["patient_class"], said["sent_at"]) == ("PSY", "E", "202611011100-0700")


def test_records_do_not_tell_of_each_other():
    told = told_so_far(VISITS, ZONE, table(row(10, 1, service="MED"), row(11, 2, visit="V2")), table())
    assert told["service"].tolist() == ["MED", ""]


def test_the_business_date_of_a_file_orders_before_the_moment_of_a_message():
    days = [pd.Timestamp("2026-11-02").date(), pd.Timestamp("2026-11-01").date()]
    rows = table(row(10, 1, service="PSY"), row(23, 2, service="MED")).assign(business_date=days)
    told = told_so_far(VISITS, ZONE, rows, table())
    assert told["service"].tolist() == ["PSY", "PSY"]
    assert told["business_date"].tolist() == [days[0], days[0]]


def test_versions_are_in_order_of_time_and_not_of_text():
    rows = pd.DataFrame({"sent_at": ["202611010130-0600", "202611010115-0700", "202611010130", ""]})
    found = versions(VISITS, rows, ZONE).tolist()
    assert found[0] < found[1]
    assert found[2] == found[0]  # said twice that night: the first of the two
    assert found[3] is None


@settings(max_examples=200)
@given(told=st.lists(SAID, min_size=1, max_size=6), data=st.data())
def test_in_any_order_and_portions_the_record_comes_to_the_same(told, data):
    rows = [row(hour, 0, **said) for hour, said in enumerate(told)]
    expected = dict.fromkeys(("patient_class", "service", "began_at", "ended_at"), "")
    for said in told:
        expected |= said
    arriving, ids = data.draw(st.permutations(rows)), data.draw(st.permutations(range(1, 9)))
    taken_in, so_far = table(), table()
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        portion, arriving = arriving[:size], arriving[size:]
        delivery_id = ids.pop()
        portion = table(*(one | {"delivery_id": delivery_id, "line_number": n} for n, one in enumerate(portion, 1)))
        filled = told_so_far(VISITS, ZONE, portion, taken_in)
        taken_in = pd.concat([taken_in, portion], ignore_index=True) if len(taken_in) else portion
        so_far = pd.concat([so_far, filled], ignore_index=True) if len(so_far) else filled
    counting = newest(so_far)
    assert {name: counting[name] for name in expected} == expected
    assert counting[TOLD_COUNT] == len(told)
