"""What is told of a month's file in which something changed? Made-up months of a jail and a police department."""

import dataclasses

import pytest

from tests.drift import months
from tests.drift.months import BOOKINGS, CALLS, found, kinds, renamed, swapped, unchanged, without

CANARY = "QUILLSON"


def each(**values):
    """The change that writes these values into every row."""
    return lambda rows: [row | values for row in rows]


def copied(into, out_of):
    return lambda rows: [row | {into: row[out_of]} for row in rows]


def every_tenth(**values):
    return lambda rows: [row | values if number % 10 == 0 else row for number, row in enumerate(rows)]


def turned_round(rows):
    return [dict(reversed(row.items())) for row in rows]


def with_column(name):
    return lambda rows: [row | {name: str(number % 7)} for number, row in enumerate(rows)]


def days_before_months(rows):
    return [row | {"DOB": row["DOB"][6:] + row["DOB"][4:6] + row["DOB"][:4]} for row in rows]


IN_BOOKINGS = {
    "nothing": (unchanged, []),
    "a column is called otherwise": (
        renamed("RELEASE_REASON", "REASON_RELEASED"),
        [("renamed_column", ("RELEASE_REASON",))],
    ),
    "a column is gone": (without("CHARGE"), [("missing_column", ("CHARGE",))]),
    "a column came": (with_column("CELL_NO"), [("new_column", ())]),
    "a column came whose name could be a value": (with_column(CANARY), [("new_column", ())]),
    "the columns stand in another order": (turned_round, [("reordered", ())]),
    "names are swapped": (swapped("FIRST_NAME", "LAST_NAME"), [("swapped_columns", ("LAST_NAME", "FIRST_NAME"))]),
    "city and surname": (copied("CITY", "LAST_NAME"), [("holds_another", ("CITY", "LAST_NAME"))]),
    "a new code": (every_tenth(RELEASE_REASON="FURLOUGH"), [("unknown_values", ("RELEASE_REASON",))]),
    "birth dates in another order": (days_before_months, [("unknown_values", ("DOB",))]),
    "one address for everybody": (each(ADDRESS="1 MAIN ST"), [("one_value", ("ADDRESS",))]),
    "nobody is released": (each(REL_DT=""), [("filled_less", ("REL_DT",))]),
    "everybody has a suffix": (each(SUFFIX="JR"), [("filled_more", ("SUFFIX",))]),
    "the release is the booking": (copied("REL_DT", "BOOK_DT"), [("holds_another", ("BOOK_DT", "REL_DT"))]),
}


@pytest.mark.parametrize("case", IN_BOOKINGS)
def test_what_is_found_in_a_months_bookings(bookings, case):
    change, wanted = IN_BOOKINGS[case]
    told = found(BOOKINGS, bookings, change)
    assert kinds(told) == wanted
    assert not any(CANARY in one.sentence for one in told)


def test_only_columns_that_say_who_somebody_is_refuse_a_file_when_they_are_swapped(bookings, calls):
    [names] = found(BOOKINGS, bookings, swapped("FIRST_NAME", "LAST_NAME"))
    [places] = found(CALLS, calls, swapped("Phone", "Zip"))
    assert (names.is_refusing, places.is_refusing) == (True, False)


def test_a_birth_date_swapped_with_the_day_of_booking_refuses_the_file(bookings):
    told = found(BOOKINGS, bookings, swapped("DOB", "BOOK_DT"))
    assert kinds(told) == [("births_too_young", ("DOB",)), ("swapped_columns", ("DOB", "BOOK_DT"))]
    assert all(one.is_refusing for one in told)


def test_a_column_that_is_renamed_is_told_by_its_place_where_its_name_could_be_a_value(bookings):
    [told] = found(BOOKINGS, bookings, renamed("RELEASE_REASON", CANARY))
    assert "column number 20 looks like it" in told.sentence
    assert CANARY not in told.sentence


def test_utf_8_in_a_feed_of_another_encoding_is_told(bookings):
    feed = dataclasses.replace(BOOKINGS, format=dataclasses.replace(BOOKINGS.format, encoding="cp1252"))
    rows = [row | {"LAST_NAME": "NUÑEZ"} for row in bookings[-1].rows]
    before = [months.looked_at(feed, month.name, months.written(feed, month.rows)) for month in bookings[:-1]]
    name = bookings[-1].name
    as_declared, as_utf8 = (
        months.findings.find(feed, months.looked_at(feed, name, months.written(feed, rows, encoding=encoding)), before)
        for encoding in ("cp1252", "utf-8")
    )
    assert "other_encoding" not in [one.kind for one in as_declared]
    assert "other_encoding" in [one.kind for one in as_utf8]


def test_what_was_let_in_once_refuses_no_later_file_and_begins_a_history_of_its_own(bookings):
    change = swapped("FIRST_NAME", "LAST_NAME")
    files = [
        months.looked_at(BOOKINGS, month.name, months.written(BOOKINGS, change(month.rows) if late else month.rows))
        for late, month in ((number > 5, month) for number, month in enumerate(bookings))
    ]
    [told] = months.findings.find(BOOKINGS, files[6], files[:6])
    assert told.is_refusing
    let_in = months.findings.Delivered(**{**vars(files[6]), "is_let_in": True})
    passed = frozenset({(told.kind, told.columns)})
    assert months.findings.refusing(BOOKINGS, let_in, files[:6]) == []
    for number in range(7, len(files)):
        before = [*files[:6], let_in, *files[7:number]]
        assert months.findings.find(BOOKINGS, files[number], before, passed) == ()


def test_a_short_file_let_in_once_opens_no_door_to_the_next_short_one(calls):
    files = [months.looked_at(CALLS, month.name, months.written(CALLS, month.rows)) for month in calls]
    short = months.looked_at(CALLS, calls[4].name, months.written(CALLS, calls[4].rows[:20]))
    assert months.findings.refusing(CALLS, short, files[:4]) == [], "four files are three spans: too little is known"
    let_in = months.findings.Delivered(**{**vars(files[4]), "is_let_in": True})
    before = [*files[:4], let_in, *files[5:10]]
    again = months.looked_at(CALLS, calls[10].name, months.written(CALLS, calls[10].rows[:20]))
    passed = frozenset({("far_too_few_rows", ())})
    assert [one.kind for one in months.findings.find(CALLS, again, before, passed)] == ["far_too_few_rows"]


def test_a_provider_for_children_is_let_in_once(bookings):
    def of_children(rows):
        return [row | {"DOB": f"2019{1 + number % 12:02}15"} for number, row in enumerate(rows)]

    files = [months.looked_at(BOOKINGS, one.name, months.written(BOOKINGS, of_children(one.rows))) for one in bookings]
    [told] = months.findings.find(BOOKINGS, files[0], [])
    assert (told.kind, told.is_refusing) == ("births_too_young", True)
    passed = frozenset({(told.kind, told.columns)})
    assert months.findings.find(BOOKINGS, files[1], [files[0]], passed) == ()
