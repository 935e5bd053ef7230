"""What becomes of XML documents, and of what spreadsheets do to values? Tests for the inputs 18 to 20 and 28."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from expectations.feeds import check_rows
from pipeline import dry_run, flow
from pipeline.audit import Act
from pipeline.contract.codes import RowFault
from pipeline.contract.columns import Column, Kind
from pipeline.contract.declaration import Delimited, Excel
from pipeline.contract.moments import parse_date
from pipeline.readers import read
from pipeline.settings import Settings
from pipeline.standardize import standardize
from tests.cases.people import people_of_bookings, told
from tests.readers.niem import DOCUMENTS, REPORTS, SHERIFF, document, report
from tests.readers.samples import columns
from tests.readers.workbooks import OFFICE, SHEETS, book, one_sheet, table
from tests.road import county

COMMENT_FIRST = "<!-- made by hand --><?xml version='1.0' encoding='UTF-8'?>\n"
BOTH_LAYOUTS = {"text": replace(SHEETS, name="texts", format=Delimited()), "workbook": SHEETS}


def taken_in(store, root, **files):
    """How many rows were delivered, accepted, set aside and retracted, once these files came too?"""
    folder = root / "in" / SHERIFF.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.xml").write_bytes(content)
    settings = Settings(home=root / "home")
    flow.take_in_agency(store, Act("test", county.AT), SHERIFF, root / "in", settings, lambda step, share: None)
    counts = county.accounting(store)[SHERIFF.name]
    return [counts[name] for name in ("delivered", "accepted", "quarantined", "retracted")]


def test_case_18_a_document_that_is_no_xml_is_set_aside_with_its_place_and_the_others_go_on(store, tmp_path):
    whole, broken = document(report("D1")), document(report("D2"), head=COMMENT_FIRST)
    assert taken_in(store, tmp_path, documents_20261103_a=whole, documents_20261103_b=broken) == [2, 1, 1, 0]
    [fault] = read(DOCUMENTS, broken).faults
    assert fault.fault_code is RowFault.NOT_XML
    assert "not well-formed XML at line 1, column 27" in fault.message


def test_case_18_a_file_of_many_reports_that_breaks_off_is_refused_as_a_whole():
    checked = dry_run.check_file(SHERIFF, REPORTS, "reports_20261103.xml", document(report(), report("B2"))[:-60])
    assert (checked.rows, checked.accepted, checked.quarantined) == (2, 0, 2)
    assert "line" in checked.refused


def test_case_19_a_booking_without_its_number_is_set_aside(store, tmp_path):
    reports = document(report(), report(number=""), report("B3"))
    assert taken_in(store, tmp_path, reports_20261103=reports) == [3, 2, 1, 0]
    [reason] = dry_run.check_file(SHERIFF, REPORTS, "reports_20261103.xml", reports).reasons
    assert (reason.code, reason.column, reason.count) == (RowFault.EMPTY_KEY, "booking", 1)


def test_case_19_where_a_file_is_one_booking_that_one_is_set_aside_and_the_others_go_on(store, tmp_path):
    without, right = document(report(number="")), document(report("D2"))
    assert taken_in(store, tmp_path, documents_20261103_a=without, documents_20261103_b=right) == [2, 1, 1, 0]


def test_case_20_of_a_booking_sent_twice_the_newest_version_counts(store, tmp_path):
    first, last = report(), report(sent="2026-11-04T08:00:00Z", status="Released")
    assert taken_in(store, tmp_path, reports_20261103=document(last, first, report("B2"))) == [3, 2, 0, 1]
    void = report("B2", sent="2026-11-05T08:00:00Z", status="Mistaken")
    assert taken_in(store, tmp_path, reports_20261105=document(void)) == [4, 1, 0, 3]


# --- 28: what spreadsheets do to values ------------------------------------------------------------------------------


def delivered(feed, *rows):
    """A file of one of the two layouts, cells as a spreadsheet would leave them in it."""
    names = ("permit", "last", "first", "born", "zip")
    if isinstance(feed.format, Excel):
        return one_sheet(*rows, names=names)
    return "\n".join(",".join(str(cell) for cell in row) for row in (names, *rows)).encode()


@pytest.mark.parametrize("layout", BOTH_LAYOUTS)
@pytest.mark.parametrize(("left", "meant"), [("5845", "05845"), (5845, "05845"), (970, "00970"), ("80501", "80501")])
def test_case_28_a_zip_gets_its_zeros_back(layout, left, meant):
    feed = BOTH_LAYOUTS[layout]
    [row] = columns(feed, delivered(feed, ("P1", "Lee", "Ann", "", left)))
    assert row["zip"] == meant
    assert told(people_of_bookings({"ZIP": str(left)}), "postcode") == [meant]


@pytest.mark.parametrize("layout", BOTH_LAYOUTS)
def test_case_28_an_id_that_became_a_number_is_set_aside(layout):
    feed = BOTH_LAYOUTS[layout]
    agency = replace(OFFICE, feeds=(feed,))
    rows = [("1.23E+12", "Lee", "Ann", "", ""), ("P2", "Quill", "Ben", "", ""), ("12E4", "Hill", "Cora", "", "")]
    rows += [("1E+15", "Hill", "Dan", "", "")]
    told_of = dry_run.check_file(agency, feed, "sheets_20261106.xlsx", delivered(feed, *rows))
    assert (told_of.rows, told_of.accepted, told_of.quarantined) == (4, 2, 2)
    [reason] = told_of.reasons
    assert (reason.code, reason.column) == (RowFault.LOST_DIGITS, "permit")
    assert "An id was turned into a number by a spreadsheet, ask for the column as text" in reason.message


def test_case_28_a_number_of_more_digits_than_a_spreadsheet_keeps_is_no_id_and_a_shorter_one_is():
    content = book(("S", table((1234567890123456789, "Lee", "Ann"), (123456789012345, "Quill", "Ben")), False))
    rows = pd.DataFrame(columns(SHEETS, content)).assign(row_id=[1, 2])
    [fault] = [one for one in check_rows(SHEETS, rows).findings if one.column == "permit"]
    assert (fault.fault_code, fault.row_ids, fault.severity) == (RowFault.LOST_DIGITS, (1,), "critical")
    assert rows["permit"].tolist()[1] == "123456789012345"


BIRTHS = {"10/1/05": "2005-10-01", "10/1/45": "1945-10-01", "2/29/00": "2000-02-29", "11/6/26": "1926-11-06"}


def test_case_28_a_birth_year_of_two_digits_is_read_only_where_declared_and_by_the_day_it_was_known():
    short = replace(REPORTS.column("born"), formats=("iso", "%-m/%-d/%y"))
    feed = replace(REPORTS, columns=tuple(short if one.name == "born" else one for one in REPORTS.columns))
    agency = replace(SHERIFF, feeds=(feed,))
    content = document(*(report(f"B{number}", born=text) for number, text in enumerate(BIRTHS)))
    rows = pd.DataFrame(columns(feed, content))
    rows = rows.assign(line_number=range(len(rows)), delivery_id=1, business_date=None, booked_at="2026-11-06T10:00Z")
    assert standardize(agency, feed, rows).person_records["birth_date"].tolist() == list(BIRTHS.values())
    assert told(people_of_bookings({"DOB": "10/1/05"}), "birth_date") == [None]
    assert parse_date("10/1/45", ("%-m/%-d/%Y", "iso")) is None


def test_case_28_a_day_without_its_zeros_is_read_where_it_is_declared():
    days = {"10/1/2005": date(2005, 10, 1), "10/01/2005": None, "1/10/2005": date(2005, 1, 10), "13/1/2005": None}
    assert {text: parse_date(text, ("%-m/%-d/%Y",)) for text in days} == days


@pytest.mark.parametrize("layout", BOTH_LAYOUTS)
def test_case_28_a_social_security_number_gets_its_zeros_back_only_where_it_is_declared(layout):
    column = Column(name="zip", meaning="Number.", kind=Kind.TEXT, digits=9)
    feed = BOTH_LAYOUTS[layout]
    declared = replace(feed, columns=tuple(column if one.name == "zip" else one for one in feed.columns))
    [row] = columns(declared, delivered(feed, ("P1", "Lee", "Ann", "", 12345679)))
    assert row["zip"] == "012345679"
    assert told(people_of_bookings({"SSN": "12345679"}, {"SSN": row["zip"]}), "ssn") == [None, "012345679"]
