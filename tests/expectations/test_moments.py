"""Is a date read as written, or not at all? Numbers are rows of the list of dirty inputs."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.births import birth_date_text
from pipeline.contract.moments import in_utc, parse_date, parse_moment, parse_time, write_count

DENVER = "America/Denver"
EVERY_FORMAT = (
    "iso",
    "hl7",
    "%m/%d/%Y",
    "%Y%m%d",
    "%Y-%m-%d",
    "%m/%d/%Y %H:%M",
    "%-m/%-d/%Y %-I:%M %p",
    "%Y-%m-%dT%H:%M",
    "epoch",
    "epoch_ms",
    "excel",
    "%Y-%m",
    "%Y",
    "%H%M",
)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("02/28/2026", ("%m/%d/%Y",), date(2026, 2, 28)),
        (" 20260131 ", ("%Y%m%d",), date(2026, 1, 31)),
        ("2026-01-05", ("%Y%m%d", "%m/%d/%Y", "%Y-%m-%d"), date(2026, 1, 5)),
        ("1964-10", ("%Y-%m-%d", "%Y-%m", "%Y"), date(1964, 10, 1)),
        ("1964", ("%Y-%m-%d", "%Y-%m", "%Y"), date(1964, 1, 1)),
        ("2024-02-29", ("iso",), date(2024, 2, 29)),
        ("08-MAY-67", ("%d-%b-%y",), date(2067, 5, 8)),
        ("01/01/1800", ("%m/%d/%Y",), date(1800, 1, 1)),
        ("12/31/2200", ("%m/%d/%Y",), date(2200, 12, 31)),
    ],
)
def test_a_day_in_the_agreed_format_is_read(text, formats, expected):
    assert parse_date(text, formats) == expected


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("7/1/2026 0:15", "%-m/%-d/%Y %-H:%M", "2026-07-01T06:15Z"),
        ("7/1/2026 12:15 AM", "%-m/%-d/%Y %-I:%M %p", "2026-07-01T06:15Z"),
        ("46204.010416666664", "excel", "2026-07-01T06:15Z"),
        ("2026-07-01T00:15:00-06", "iso", "2026-07-01T06:15Z"),
        ("46204", "excel", "2026-07-01T06:00Z"),
        ("1782886500", "epoch", "2026-07-01T06:15Z"),
        ("1782886500000", "epoch_ms", "2026-07-01T06:15Z"),
    ],
)
def test_a_moment_as_spreadsheets_and_web_services_write_it_is_read(text, pattern, expected):
    assert parse_moment(text, (pattern,), DENVER) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("07/1/2026 0:15", "%-m/%-d/%Y %-H:%M"),
        ("7/1/2026 00:15", "%-m/%-d/%Y %-H:%M"),
        ("2026", "excel"),
        ("4.6E4", "excel"),
        ("0", "epoch"),
        ("-1", "epoch_ms"),
        ("1782886500", "epoch_ms"),
        ("1782886500000", "epoch"),
    ],
)
def test_a_count_or_a_day_that_only_looks_like_the_agreed_format_is_no_moment(text, pattern):
    assert parse_moment(text, (pattern,), DENVER) is None


@given(seconds=st.integers(10**9, 4 * 10**9), pattern=st.sampled_from(("epoch", "epoch_ms", "excel")))
def test_what_is_written_as_a_count_is_read_as_the_same_second(seconds, pattern):
    second = datetime.fromtimestamp(seconds, UTC)
    assert parse_moment(write_count(second, pattern), (pattern,), UTC) == second


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "NA", "UNKNOWN", "0", "00/00/0000"),
        *("1982-02-XX", "19XX"),  # 42
        *("Missing, but age 23", "19X65-09-01", "172-0826", "11-7-2153"),  # 43
        *("9-10-2015", "04-28-19", "08-MAY-67"),  # 44, where this is not the agreed format
        *("12/1417", "4/34/17", "02/34/17", "02/30/2026", "20261332", "02/29/2025"),  # 45
        *("2026-1-5", "1/5/2026", "2026-01-05T", "2026-01-05 10:00", "01/05/2026x", "2026 01 05", "２０２６-01-05"),
        *("12/31/1799", "01/01/2201", "0202-01-01", "20260131\n20260131"),
    ],
)
def test_a_day_written_otherwise_or_not_in_the_calendar_is_missing(text):
    assert parse_date(text, ("%m/%d/%Y", "%Y%m%d", "%Y-%m-%d")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261101", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026110110", datetime(2026, 11, 1, 17, tzinfo=UTC)),
        ("202611011030", datetime(2026, 11, 1, 17, 30, tzinfo=UTC)),
        ("20261101103059", datetime(2026, 11, 1, 17, 30, 59, tzinfo=UTC)),
        (" 20261101103059.1234 ", datetime(2026, 11, 1, 17, 30, 59, 123400, tzinfo=UTC)),
        ("20261101103059.5+0200", datetime(2026, 11, 1, 8, 30, 59, 500000, tzinfo=UTC)),
        ("202611011030-0700", datetime(2026, 11, 1, 17, 30, tzinfo=UTC)),
        ("20261101+0000", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_of_hl7_is_read_to_its_precision(text, expected):
    assert parse_moment(text, ("hl7",), DENVER) == expected


def test_a_birth_date_of_hl7_is_the_day_that_is_written_and_may_be_partial_where_declared():
    assert parse_date("19850101000000+0700", ("hl7",)) == date(1985, 1, 1)
    assert parse_date("198501", ("hl7", "%Y%m", "%Y")) == date(1985, 1, 1)
    assert birth_date_text("198501", ("hl7", "%Y%m", "%Y"), None) == "1985-01"
    assert birth_date_text("1985", ("hl7", "%Y%m", "%Y"), None) == "1985"
    assert birth_date_text("19850131", ("hl7", "%Y%m", "%Y"), None) == "1985-01-31"


@pytest.mark.parametrize(
    ("text", "pattern", "known"),
    [
        ("1990-02-XX", "%Y-%m-XX", "1990-02"),
        ("1990-XX-XX", "%Y-XX-XX", "1990"),
        ("02/1990", "%m/%Y", "1990-02"),
        ("Feb 1990", "%b %Y", "1990-02"),
        ("32902", "excel", "1990-01-29"),
    ],
)
def test_42_of_a_birth_known_in_part_no_day_is_made_up(text, pattern, known):
    assert birth_date_text(text, (pattern,), None) == known


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "202611", "2026110", "20261101103", "2026-11-01", "20261101T1030"),
        *("20261301", "20260230", "2026110124", "202611011060", "20261101103060", "20261101103059."),
        *(
            "20261101103059.12345",
            "20261101+2500",
            "20261101-0760",
            "20261101+1500",
            "20261101Z",
            "17991231",
            "22010101",
        ),
        *("２０２６1101", '""'),
    ],
)
def test_a_moment_of_hl7_written_otherwise_is_missing(text):
    assert parse_moment(text, ("hl7",), DENVER) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("0005", time(0, 5)), ("2359", time(23, 59)), (" 0130", time(1, 30)), ("0000", time())]
)
def test_a_time_of_day_is_read(text, expected):
    assert parse_time(text, ("%H%M",)) == expected


@pytest.mark.parametrize("text", ["5", "005", "2460", "2400", "333333", "10:30a", "28:15 PM", "", "12 5", "-100"])  # 50
def test_a_time_of_day_written_otherwise_is_missing(text):
    assert parse_time(text, ("%H%M",)) is None


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("01/05/2026 10:00", ("%m/%d/%Y %H:%M",), datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ("07/05/2026 10:00", ("%m/%d/%Y %H:%M",), datetime(2026, 7, 5, 16, tzinfo=UTC)),
        ("2026-01-05T10:00-05:00", ("iso",), datetime(2026, 1, 5, 15, tzinfo=UTC)),
        ("2026-01-05T10:00:30Z", ("iso",), datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC)),  # 48: zoned and zone-less
        ("2026-01-05T10:00:30", ("iso",), datetime(2026, 1, 5, 17, 0, 30, tzinfo=UTC)),
        ("2026-01-05T10:00:30.1234567+00:00", ("iso",), datetime(2026, 1, 5, 10, 0, 30, 123456, tzinfo=UTC)),
        ("2026-01-05T10:00:00+02:15", ("iso",), datetime(2026, 1, 5, 7, 45, tzinfo=UTC)),  # 49
        ("2026-01-05", ("iso",), datetime(2026, 1, 5, 7, tzinfo=UTC)),
        ("2026-01", ("iso", "%Y-%m", "%Y"), datetime(2026, 1, 1, 7, tzinfo=UTC)),
        ("2026", ("iso", "%Y-%m", "%Y"), datetime(2026, 1, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_its_own_zone_or_else_the_agencys(text, formats, expected):
    found = parse_moment(text, formats, DENVER)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("11/01/2026 01:30", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),  # said twice: the first, still MDT
        ("11/01/2026 02:30", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("03/08/2026 02:30", datetime(2026, 3, 8, 9, 30, tzinfo=UTC)),  # skipped: 03:30 MDT
        ("03/08/2026 03:30", datetime(2026, 3, 8, 9, 30, tzinfo=UTC)),
    ],
)
def test_clock_changes_are_decided_one_way(local, expected):
    assert parse_moment(local, ("%m/%d/%Y %H:%M",), DENVER) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-01-05T10", "2026-01-05T10:00+15:00", "2026-01-05T10:00-07:60", "2026-01-05T10:00+7"),
        *("2026-01-05T24:00Z", "2026-01-05T10:60Z", "2026-02-30T10:00Z", "2026-01-05 10:00", "2026-01-05T10:00 -07:00"),
        *("20260105T1000Z", "2026-W02-1", "10:00", "1799-12-31T10:00Z", "2201-01-01T00:00Z", "2026-01-05T10:00zz"),
    ],
)
def test_a_moment_written_otherwise_is_missing(text):
    assert parse_moment(text, ("iso",), DENVER) is None


def test_a_local_moment_may_be_put_together_from_day_and_time():
    local = datetime.combine(date(2026, 1, 5), time(10))
    assert in_utc(local, ZoneInfo(DENVER)) == datetime(2026, 1, 5, 17, tzinfo=UTC)
    assert in_utc(local.replace(tzinfo=UTC), DENVER).hour == 10


@given(st.one_of(st.text(), st.text("0123456789-/:TZ+ .", max_size=30)))
def test_any_text_is_read_or_missing(text):
    parse_date(text, EVERY_FORMAT)
    parse_time(text, EVERY_FORMAT)
    found = parse_moment(text, EVERY_FORMAT, DENVER)
    assert found is None or 1799 <= found.year <= 2201


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)), st.sampled_from(["%Y%m%d", "%m/%d/%Y", "%Y-%m-%d"]))
def test_every_day_of_the_calendar_is_read_back(day, pattern):
    assert parse_date(day.strftime(pattern), (pattern,)) == day
