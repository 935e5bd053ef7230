"""Is a table drafted as it comes from jails, police and shelters: titles above, odd headers, days in many spellings?"""

import csv
import json
from datetime import datetime
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.columns import Kind
from pipeline.contract.declaration import Delimited, Excel, JsonDocument, JsonLines
from pipeline.drafting.draft import agency_of, draft
from pipeline.drafting.headers import FARTHEST, header_at
from pipeline.dry_run import check_files

ROSTER = """Example County Sheriff,,,,
"Jail Roster as of 11/02/2026 06:00",,,,
,,,,
Booking Number,Inmate Name,Booking Date,Charge,Charge
00000007,"LEE, ANN Q",8/3/2026 14:05,TRESPASS,N/A
00000020,"OKAFOR, JAN",10/12/2026 0:15,BATTERY,FTA
"""
TOTALS = "Total Inmates: 2,,,,\n"


def drafted(*paths: Path):
    made = draft(paths, "maple_falls", "Maple Falls", "America/Denver")
    return made, agency_of(made)


def put(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def columns(agency) -> dict:
    return {column.name: column for column in agency.feeds[0].columns}


def where_rows_go(agency, path: Path) -> tuple[int, int, int, str | None]:
    [told] = check_files(agency, [path])
    return told.rows, told.accepted, told.quarantined, told.refused


def test_a_roster_with_titles_a_name_twice_and_na_is_drafted_as_it_stands(tmp_path: Path):
    path = put(tmp_path / "Jail Roster 11-02-2026.csv", ROSTER)
    made, agency = drafted(path)
    [feed] = agency.feeds
    assert (feed.format, feed.blanks, feed.key) == (Delimited(header_line=4), ("N/A",), ("Booking Number",))
    assert columns(agency)["Booking Date"].formats == ("%-m/%-d/%Y %-H:%M",)
    assert "Charge (2)" in columns(agency)
    assert feed.person
    assert feed.person.fields.full_name
    assert where_rows_go(agency, path) == (2, 2, 0, None)
    assert any("blanks: do these say nothing?" in line for line in made.decisions)


def test_a_totals_line_makes_days_text_and_is_told(tmp_path: Path):
    rows = "".join(f'{n:08},"LEE, ANN",8/3/2026 14:05,FTA,FTA\n' for n in range(30))
    path = put(tmp_path / "roster.csv", ROSTER + rows + TOTALS)
    _, agency = drafted(path)
    assert agency.feeds[0].format == Delimited(header_line=4)
    assert where_rows_go(agency, path)[3] is None


def test_of_two_header_rows_the_one_that_names_each_column_counts(tmp_path: Path):
    text = "Person;Person;Stay;Stay\nNachname;Vorname;Booked;Left\nPeña;Ann;01.02.2026;03.02.2026\nLee;Bo;13.02.2026;\n"
    path = put(tmp_path / "stays.csv", text, "cp1252")
    _, agency = drafted(path)
    assert agency.feeds[0].format == Delimited(delimiter=";", encoding="cp1252", header_line=2)
    assert where_rows_go(agency, path)[:3] == (2, 2, 0)


def test_a_header_alone_that_ends_in_a_bar_and_commas_in_the_values_do_not_hide_the_bars(tmp_path: Path):
    lines = [f"{n}|90 DAYS OR MORE, BUT LESS|1990-02-{n + 10}" for n in range(9)]
    path = put(tmp_path / "stays.txt", "id|length|dob|\n" + "\n".join([*lines, "9|X, Y|1990-02-XX"]) + "\n")
    _, agency = drafted(path)
    assert agency.feeds[0].format == Delimited(delimiter="|", has_trailing_delimiter=True)
    assert columns(agency)["dob"].formats == ("%Y-%m-%d", "%Y-%m-XX")
    assert where_rows_go(agency, path)[:3] == (10, 10, 0)


@pytest.mark.parametrize(
    ("header", "values", "kind", "formats"),
    [
        ("seen", ["7/1/2026 1:05 PM", "12/31/2026 11:59 AM"], Kind.MOMENT, ("%-m/%-d/%Y %-I:%M %p",)),
        ("REL_DT", ["46025.5", "46026", "NULL"], Kind.MOMENT, ("excel",)),
        ("bookDate", ["1767225600000", "1767247200000"], Kind.MOMENT, ("epoch_ms",)),
        ("Reported Time", ["14:05:00.0000000", "00:15:00.0000000"], Kind.TIME, ("iso",)),
        ("dob", ["07041976", "12311980"], Kind.DATE, ("%m%d%Y",)),
        ("account", ["1767225600000", "1767247200000"], Kind.TEXT, ()),
    ],
)
def test_a_day_is_drafted_in_the_spelling_it_has(tmp_path: Path, header, values, kind, formats):
    rows = "".join(f"C{n},{value}\n" for n, value in enumerate(values))
    path = put(tmp_path / "cases.csv", f"case_no,{header}\n{rows}")
    _, agency = drafted(path)
    assert (columns(agency)[header].kind, columns(agency)[header].formats) == (kind, formats)
    assert where_rows_go(agency, path)[:3] == (len(values), len(values), 0)


def test_years_of_two_digits_are_told_with_what_they_would_be_read_as(tmp_path: Path):
    text = "case_no,DOB,Date In\nC1,10/1/45,9/3/26\nC2,1/15/88,11/30/26\n"
    made, agency = drafted(put(tmp_path / "log.csv", text))
    assert [columns(agency)[name].kind for name in ("DOB", "Date In")] == [Kind.TEXT, Kind.TEXT]
    assert [line for line in made.decisions if "two digits" in line] == [
        "log: DOB: years have two digits; with %-m/%-d/%y they would be read as the last that has passed",
        "log: Date In: years have two digits; with %-m/%-d/%y they would be read as 1969 to 2068",
    ]


def test_numbers_that_only_count_the_rows_are_no_key(tmp_path: Path):
    rows = "".join(f"{n + 1},B{n:03},Ann\n" for n in range(12))
    _, agency = drafted(put(tmp_path / "log.csv", f"#,Bed,Guest Name\n{rows}"))
    assert agency.feeds[0].key == ("Bed",)
    same = "".join(f"{n + 1},B7,Ann\n" for n in range(12))
    made, agency = drafted(put(tmp_path / "other.csv", f"#,Bed,Guest Name\n{same}"))
    assert agency.feeds[0].key == ("#",)
    assert any("it counts the rows of each file" in line for line in made.decisions)


def test_a_booking_that_is_on_every_roster_is_a_key_all_the_same(tmp_path: Path):
    rows = "".join(f"{n % 5:04},2026-10-{n + 1:02} 08:15\n" for n in range(9))
    paths = [put(tmp_path / f"roster_2026110{n}.csv", f"PERSON_NO,ADMITTED\n{rows}") for n in (1, 2)]
    made, agency = drafted(*paths)
    assert agency.feeds[0].key == ("PERSON_NO", "ADMITTED")
    assert any("key" in line and "no two rows of a file share it" in line for line in made.decisions)


def test_a_workbook_is_drafted_with_its_sheet_and_header_row(tmp_path: Path):
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Cover").append(["By-Name List"])
    sheet = book.create_sheet("Active")
    sheet.append(["Coordinated Entry"])
    sheet.append(["Client", None, None, "History"])
    sheet.append(["HMIS ID", "Last Name", "First Name", "Entered"])
    for n in range(6):
        sheet.append([f"{n:05}", "LEE", "ANN", datetime(2026, 10, n + 1)])  # noqa: DTZ001 -- a cell has no zone
    book.save(tmp_path / "BNL_20261102.xlsx")
    made, agency = drafted(tmp_path / "BNL_20261102.xlsx")
    [feed] = agency.feeds
    assert (feed.format, feed.key) == (Excel(sheet="Active", header_row=3), ("HMIS ID",))
    assert columns(agency)["Entered"].formats == ("iso",)
    assert where_rows_go(agency, tmp_path / "BNL_20261102.xlsx") == (6, 6, 0, None)
    assert any("1 more that can be seen" in line for line in made.decisions)


def test_names_that_the_program_uses_itself_get_others_also_deep_in_json(tmp_path: Path):
    path = put(tmp_path / "rows.ndjson", '{"row": {"id": "1"}, "record_key": "K1", "last_name": "LEE"}\n')
    _, agency = drafted(path)
    assert agency.feeds[0].format == JsonLines(paths={"row_id_of_file": "row.id"})
    assert {"row_id_of_file", "record_key_of_file"} <= set(columns(agency))
    assert where_rows_go(agency, path) == (1, 1, 0, None)


@pytest.mark.parametrize("rows", [None, "data", "answer.rows"])
def test_a_json_document_is_drafted_with_the_list_that_holds_its_rows(tmp_path: Path, rows):
    content: object = [{"no": f"B{n}", "who": {"last_name": "LEE"}, "charges": [{"c": 1}, {"c": 2}]} for n in range(4)]
    for name in reversed(rows.split(".")) if rows else ():
        content = {"total": 4, name: content}
    path = put(tmp_path / "roster_20261102.json", json.dumps(content, indent=1))
    made, agency = drafted(path)
    assert agency.feeds[0].format == JsonDocument(rows=rows, paths={"who_last_name": "who.last_name"})
    assert agency.feeds[0].key == ("no",)
    assert where_rows_go(agency, path) == (4, 4, 0, None)
    assert any("lists of objects" in line for line in made.decisions)


words = st.text("abcdefgh", min_size=2, max_size=6)


@given(
    titles=st.lists(words, max_size=5),
    header=st.lists(words, min_size=3, max_size=6, unique=True),
    rows=st.integers(1, 9),
)
@settings(max_examples=60)
def test_the_header_is_found_below_any_titles(titles, header, rows):
    above = [[title, *[""] * (len(header) - 1)] for title in titles]
    below = [[str(n), *["x"] * (len(header) - 1)] for n in range(rows)]
    place = header_at([*above, header, *below])
    assert place == len(titles) if len(titles) < FARTHEST else place is None


@given(st.lists(st.lists(st.text(max_size=4), max_size=5), max_size=8))
def test_whatever_the_rows_a_place_is_one_of_them(rows):
    text = StringIO()
    csv.writer(text).writerows(rows)
    place = header_at(rows)
    assert place is None or any(rows[place])


def test_a_key_that_names_people_stays_personal(tmp_path: Path):
    rows = "".join(f"LEE {n},2026-10-{n + 11}\n" for n in range(9))
    _, agency = drafted(put(tmp_path / "log.csv", f"Last Name,Seen\n{rows}"))
    assert agency.feeds[0].key == ("Last Name",)
    assert agency.feeds[0].personal_columns() == ("Last Name",)
