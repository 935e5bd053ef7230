"""Is every kind of fault in every feed found, under the right code, in the right row, at the right cost?"""

import dataclasses

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from expectations.feeds import LONGEST_TEXT, check_deliveries, check_rows
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Kind, OnFault
from tests.expectations.rows import COLUMNS, FEEDS, good_rows, rows_with


def found(checked, column_name):
    return {(f.fault_code, f.severity, f.row_ids) for f in checked.findings if f.column == column_name}


def severity_of(column):
    return "critical" if column.on_fault is OnFault.QUARANTINE_ROW else "warning"


def blank_fault(feed, column):
    return RowFault.EMPTY_KEY if column.name in feed.key else RowFault.MISSING_VALUE


def columns_where(condition):
    return [(name, column) for name, column in COLUMNS if condition(FEEDS[name].column(column))]


@pytest.mark.parametrize("name", FEEDS)
def test_good_rows_pass(name):
    checked = check_rows(FEEDS[name], good_rows(FEEDS[name]))
    assert checked.findings == ()
    assert checked.is_success
    assert not checked.critical
    assert (checked.row_count, checked.expectation_count > len(FEEDS[name].columns)) == (4, True)


@pytest.mark.parametrize("name", FEEDS)
def test_every_column_finds_every_fault_it_can_have(name):
    feed = FEEDS[name]
    faults = {
        "blank": (
            " ",
            lambda c: not c.may_be_empty and (RowFault.EMPTY_KEY if c.name in feed.key else RowFault.MISSING_VALUE),
        ),
        "unknown code": ("ZZZ", lambda c: bool(c.codes) and RowFault.UNKNOWN_CODE),
        "bad date": ("02/30/2026", lambda c: bool(c.formats) and RowFault.BAD_DATE),
        "too long": ("x" * (LONGEST_TEXT + 1), lambda c: not c.codes and not c.formats and RowFault.TOO_LONG),
        "control": ("a\x07b", lambda c: c.kind is not Kind.FREE_TEXT and RowFault.CONTROL_CHARACTER),
    }
    for value, fault_of in faults.values():
        rows = good_rows(feed)
        rows.loc[2, [column.name for column in feed.columns]] = value
        checked = check_rows(feed, rows)
        for column in feed.columns:
            fault = fault_of(column)
            if fault:
                assert (fault.value, severity_of(column), (102,)) in found(checked, column.name), column.name
        assert {finding.row_ids for finding in checked.findings} == {(102,)}


@pytest.mark.parametrize("text", ["02/30/2026", "20261332", "02/34/17", "4/34/17", "Missing, but age 23", "1/5/2026"])
def test_an_unreadable_date_costs_what_its_column_says(text):
    for name, column_name in columns_where(lambda column: column.kind is Kind.DATE)[:3]:
        checked = check_rows(FEEDS[name], rows_with(FEEDS[name], column_name, text))
        column = FEEDS[name].column(column_name)
        assert found(checked, column_name) == {("bad_date", severity_of(column), (102,))}


def test_a_release_date_in_any_of_three_spellings_is_read():
    feed = FEEDS["riverton_county_jail.bookings"]
    rows = good_rows(feed).assign(REL_DT=["20260105", "01/05/2026", "2026-01-05", ""])
    assert check_rows(feed, rows).is_success


@pytest.mark.parametrize("text", ["Y\0", "YY", "Y N", "Y\0N", "?"])
def test_a_code_that_only_begins_right_is_unknown(text):
    checked = check_rows(FEEDS["riverton_police.calls"], rows_with(FEEDS["riverton_police.calls"], "MHFlag", text))
    assert ("unknown_code", "warning", (102,)) in found(checked, "MHFlag")


def test_an_absent_column_is_a_blank_one():
    feed = FEEDS["riverton_police.calls"]
    checked = check_rows(feed, good_rows(feed).drop(columns=["Beat", "Role"]))
    assert found(checked, "Role") == {("missing_value", "critical", (100, 101, 102, 103))}
    assert found(checked, "Beat") == set()


def test_each_fault_of_a_column_names_its_own_rows():
    """The engine groups its answers by column, not in the order asked: each has to find its rows by name."""
    feed = FEEDS["community_partners.referrals"]
    rows = good_rows(feed).assign(referred_at=["2026-01-05T10:00", "02/30/2026", "2026-01-05T10:00\x1f", ""])
    assert found(check_rows(feed, rows), "referred_at") == {
        ("bad_date", "critical", (101,)),
        ("control_character", "critical", (102,)),
        ("missing_value", "critical", (103,)),
    }


def test_free_text_may_have_lines_but_no_end():
    feed = FEEDS["community_partners.referrals"]
    assert check_rows(feed, rows_with(feed, "reason", "first\r\nsecond")).is_success
    assert check_rows(feed, rows_with(feed, "reason", "x" * LONGEST_TEXT)).is_success
    checked = check_rows(feed, rows_with(feed, "reason", "x" * (LONGEST_TEXT + 1)))
    assert found(checked, "reason") == {("too_long", "warning", (102,))}


def test_a_file_without_rows_passes_the_rules_about_rows():
    for feed in FEEDS.values():
        assert check_rows(feed, good_rows(feed, 0)).is_success


def test_messages_are_for_a_clerk():
    feed = FEEDS["riverton_county_jail.bookings"]
    checked = check_rows(feed, rows_with(feed, "REL_DT", "sometime"))
    (finding,) = checked.findings
    assert finding.message == (
        "A date or time is not written as agreed or not in the calendar: the row is set aside; "
        "correct it at the agency and have it sent again [bookings] [REL_DT]."
    )
    assert (finding.row_count, finding.row_ids) == (1, (102,))


ANY_TEXT = st.one_of(st.text(), st.text(st.characters(codec=None, exclude_categories=()), max_size=20))


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data(), name=st.sampled_from(sorted(FEEDS)))
def test_any_text_anywhere_is_judged_and_names_only_rows_given(data, name):
    feed = FEEDS[name]
    rows = good_rows(feed)
    for column in feed.columns:
        rows[column.name] = pd.Series(data.draw(st.lists(ANY_TEXT, min_size=4, max_size=4)), dtype=object)
    checked = check_rows(feed, rows)
    for finding in checked.findings:
        assert set(finding.row_ids) <= set(rows["row_id"])
        assert finding.row_count == len(finding.row_ids) > 0
        assert finding.fault_code in {fault.value for fault in RowFault}


@pytest.mark.parametrize(
    ("counts", "refused_for"),
    [
        ({}, set()),
        ({"row_count": 0}, {"row_count"}),
        ({"row_count": 1001}, {"row_count"}),
        ({"missing_required_count": 1}, {"missing_required_count"}),
        ({"wrong_width_count": 50}, set()),
        ({"wrong_width_count": 51}, {"wrong_width_share"}),
        ({"quarantined_count": 50}, set()),
        ({"quarantined_count": 51}, {"quarantined_share"}),
        ({"row_count": 19, "quarantined_count": 19}, set()),
        ({"row_count": 20, "quarantined_count": 11}, {"quarantined_share"}),
        ({"row_count": 2, "wrong_width_count": 2}, {"wrong_width_share"}),
    ],
)
def test_a_file_is_refused_as_a_whole(counts, refused_for):
    feed = dataclasses.replace(FEEDS["riverton_police.calls"], most_rows=1000)
    good = {"row_count": 100, "missing_required_count": 0, "wrong_width_count": 0, "quarantined_count": 0}
    deliveries = pd.DataFrame([{"delivery_id": "good", **good}, {"delivery_id": "asked", **good, **counts}])
    checked = check_deliveries(feed, deliveries)
    assert {finding.column for finding in checked.findings} == refused_for
    assert {(f.fault_code, f.severity, f.row_ids) for f in checked.findings} <= {
        ("file_refused", "critical", ("asked",))
    }


def test_an_optional_feed_may_send_an_empty_file():
    good = {"row_count": 0, "missing_required_count": 0, "wrong_width_count": 0, "quarantined_count": 0}
    deliveries = pd.DataFrame([{"delivery_id": 7, **good}])
    assert check_deliveries(FEEDS["riverbend_behavioral_health.consents"], deliveries).is_success
