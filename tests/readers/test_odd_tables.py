"""Are tables read as they come: titles above the header, names twice, NULL for nothing, zeros lost on the way?"""

import json
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import expect
from pipeline.contract.declaration import Agency, Column, Delimited, Feed, Kind, OnFault, needed
from pipeline.dry_run import check_file
from pipeline.readers import FileUnreadable, blanked, flatten, read

ROSTER = Feed(
    name="roster",
    row_is="one person in custody",
    file_pattern=r"roster.*\.csv",
    format=Delimited(header_line=3),
    key=("booking",),
    blanks=("NULL", "N/A"),
    columns=(
        needed("booking", "Its number."),
        Column(name="name", meaning="LAST, FIRST.", is_personal=True),
        Column(name="name (2)", meaning="Of the officer.", is_personal=True),
        Column(name="zip", meaning="ZIP code.", digits=5),
        Column(
            name="left",
            meaning="When the stay ended.",
            kind=Kind.DATE,
            formats=("%-m/%-d/%Y",),
            on_fault=OnFault.QUARANTINE_ROW,
        ),
    ),
)
JAIL = Agency(name="jail", title="The Jail", zone="America/Denver", owner="clerk", feeds=(ROSTER,))
ABOVE = "Example County Jail\nAs of 11/2/2026,,\n"
HEADER = "Booking,Name,Name,Zip,Left\n"


def roster(*lines, above=ABOVE, header=HEADER):
    return (above + header + "".join(f"{line}\n" for line in lines)).encode()


def rows(content, feed=ROSTER):
    found = expect.rows_read(feed, read(feed, content), 0, None)
    return found.drop(columns=["delivery_id", "business_date"]).to_dict("records")


def test_titles_above_the_header_are_no_rows_and_a_row_keeps_its_line():
    [row] = rows(roster('007,"LEE, ANN",OKAFOR,05845,'))
    assert row == {
        "line_number": 4, "booking": "007", "name": "LEE, ANN", "name (2)": "OKAFOR", "zip": "05845", "left": "",
    }  # fmt: skip


def test_a_file_that_comes_without_its_titles_is_refused_and_no_row_of_it_read():
    with pytest.raises(FileUnreadable, match="its line 3, or the next one filled, is no header"):
        read(ROSTER, roster("1,A,B,1,", "2,A,B,1,", "3,A,B,1,", above=""))


def test_where_the_agency_has_nothing_no_row_is_lost_and_nobody_is_called_null():
    [told] = [check_file(JAIL, ROSTER, "roster.csv", roster("1,NULL,n/a,NULL,NULL", "2,LEE,X,1,11/2/2026"))]
    assert (told.rows, told.accepted, told.quarantined) == (2, 2, 0)
    assert {one.column: one.share for one in told.columns} == {
        "booking": 1.0, "name": 0.5, "name (2)": 0.5, "zip": 0.5, "left": 0.5,
    }  # fmt: skip
    assert told.profile


def test_a_totals_line_at_the_end_is_set_aside_and_never_a_person():
    feed = replace(ROSTER, columns=(*ROSTER.columns[:1], needed("name", "LAST, FIRST."), *ROSTER.columns[2:]))
    told = check_file(replace(JAIL, feeds=(feed,)), feed, "roster.csv", roster("1,LEE,X,1,", "Total: 1,,,,", ",,,,"))
    assert (told.rows, told.accepted, told.quarantined) == (2, 1, 1)
    assert [(reason.column, reason.lines) for reason in told.reasons] == [("name", (5,))]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Booking,Zip,Zip,Name,Left\n", r"could be \[zip\]"),
        ("Booking,Name,Name,Name,Left\n", r"could be \[name\]"),
        ("Booking,Name,Booking No,Zip,Left\n", r"could be \[booking\]"),
    ],
    ids=["declared once", "once more than declared", "under its name and its alias"],
)
def test_a_column_that_comes_twice_and_is_declared_once_is_refused_by_name(header, said):
    key = replace(ROSTER.columns[0], aliases=("Booking No",))
    feed = replace(ROSTER, columns=(key, *ROSTER.columns[1:]))
    with pytest.raises(FileUnreadable, match=said) as refused:
        read(feed, roster("1,a,b,c,", "2,a,b,c,", header=header))
    assert refused.value.line_count == 2


def test_columns_that_nobody_declared_may_come_twice_and_are_kept():
    header = "Booking,Name,Name,Zip,Left,Note,note,Note (2)\n"
    reading = read(ROSTER, roster("1,A,B,1,,x,y,z", header=header))
    assert list(json.loads(reading.rows[0][1]))[5:] == ["Note", "note (2)", "Note (2) (2)"]
    assert reading.extra_columns == 3


def test_a_name_with_a_number_that_stands_alone_is_a_column_of_its_own():
    feed = replace(ROSTER, columns=tuple(one for one in ROSTER.columns if one.name != "name (2)"))
    [row] = rows(roster("1,A,B,1,", header="Booking,Name,Name (2),Zip,Left\n"), feed)
    assert row["name"] == "A"


def test_a_sealed_row_is_taken_out_below_the_titles_and_the_others_stay():
    content = roster("1,CANARY,B,1,", "2,LEE,B,1,")
    without = blanked(ROSTER, content, {4})
    assert b"CANARY" not in without
    assert [row["line_number"] for row in rows(without)] == [5]


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["NULL", "n/A", "58", "٣"])))
def test_the_fast_way_to_read_rows_says_what_the_slow_one_says(texts):
    payloads = [json.dumps({"booking": "1", "zip": text, "name": text}) for text in texts]
    places = pd.DataFrame({"delivery_id": 0, "line_number": range(len(texts)), "business_date": None})
    fast = expect.flat_rows(ROSTER, places, payloads)
    slow = [flatten(ROSTER, json.loads(payload)) for payload in payloads]
    for name in ("zip", "name") if texts else ():
        assert fast[name].tolist() == [row[name] for row in slow]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("iso", "2026-11-02T08:15:00-00"),
        ("iso", "2026-11-02T08:15:00-07:00"),
        ("hl7", "20261102081500-0700"),
        ("%-m/%-d/%Y %-I:%M %p", "11/2/2026 8:15 AM"),
        ("excel", "46328.34375"),
        ("epoch_ms", "1793632500000"),
    ],
)
def test_whatever_the_spelling_of_a_moment_a_check_tells_what_its_file_looks_like(pattern, text):
    moment = needed("at", "When.", kind=Kind.MOMENT, formats=(pattern,))
    feed = replace(ROSTER, format=Delimited(), columns=(ROSTER.columns[0], moment))
    told = check_file(replace(JAIL, feeds=(feed,)), feed, "roster.csv", f"booking,at\n1,{text}\n2,{text}\n".encode())
    assert (told.rows, told.accepted, told.refused) == (2, 2, None)
    assert told.profile
