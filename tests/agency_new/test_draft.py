"""Does a draft read the very files it was made from, leave to people what is theirs, and hold nothing of a person?"""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline import agencies, cli, synthetic
from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import Delimited, EndRule, FhirNdjson, FixedWidth, JsonLines, Kind, When
from pipeline.contract.errors import SettingError
from pipeline.drafting.draft import agency_of, draft
from pipeline.dry_run import check_files
from pipeline.receive import COMPANIONS
from tests.road import county

CANARY = "ZQXCANARY"
ZONE = "America/Denver"


def drafted(*paths: Path, layout: str | None = None):
    """The draft of these files, and the agency it declares."""
    made = draft(paths, "maple_falls", "Maple Falls", ZONE, layout)
    return made, agency_of(made)


def columns(feed) -> dict:
    return {column.name: column for column in feed.columns}


def table(path: Path, header: list[str], *rows: list[str], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return path


def test_a_police_export_in_pipes_and_windows_1252_is_drafted_as_it_is_written(tmp_path: Path):
    rows = [{"case_no": f"L{n}", "last_name": "Peña", "street": "12 Rincón Way"} for n in range(30)]
    path = county.persons(tmp_path, *rows)
    made, agency = drafted(path)
    [feed] = agency.feeds
    expected = Delimited(delimiter="|", encoding="cp1252", has_trailing_delimiter=True, line_end="\r\n")
    assert (feed.format, feed.key, feed.date_format) == (expected, ("case_no",), "%Y-%m-%d")
    assert feed.is_in("rms_persons_2026-11-22.txt")
    assert columns(feed)["dob"].formats == ("%Y-%m-%d",)
    assert columns(feed)["reported_at"].kind is Kind.MOMENT
    assert feed.person
    assert feed.person.fields.by_field()["ssn"] == "ssn_last4"
    [told] = check_files(agency, [path])
    assert (told.rows, told.accepted, told.quarantined, told.refused) == (30, 30, 0, None)
    assert [line for line in made.decisions if "encounters" in line]


def test_an_export_in_two_encodings_is_drafted_with_both(tmp_path: Path):
    header = ["booking_no", "last_name", "first_name"]
    path = table(tmp_path / "bookings.csv", header, *([f"B{n}", "Núñez", "José"] for n in range(9)))
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:5], *(one.decode("utf-8").encode("cp1252") for one in lines[5:])]))
    made, agency = drafted(path)
    assert agency.feeds[0].format == Delimited(other_encoding="cp1252")
    assert any("some lines are UTF-8 and some are not" in line for line in made.decisions)
    [told] = check_files(agency, [path])
    assert (told.rows, told.accepted, told.other_encoding_lines) == (9, 9, 5)


def test_every_decision_told_stands_in_the_draft(tmp_path: Path):
    made, _ = drafted(county.bookings(tmp_path, {}, {"BOOKING_NO": "B2"}))
    assert [line.partition("# DECIDE: ")[2] for line in made.text.splitlines() if "# DECIDE: " in line] == list(
        made.decisions
    )
    assert {"zone", "owner", "area"} <= {line.partition(":")[0] for line in made.decisions}


def test_a_closed_list_is_written_and_nothing_that_may_be_a_person(tmp_path: Path):
    people = ["Mary Jones", "John Smith", "Linda Brown"]
    header = ["CaseNo", "Status", "OFFICER", "SeenWith", "Account", "LAST_NAME", "Remarks", "Rare"]
    rows = [
        [
            *(f"C{n}", "OPEN" if n % 2 else "CLOSED", f"{CANARY} {n % 2}", people[n % 3], str(50_000 + n % 3)),
            *(CANARY, CANARY, "SELDOM" if n == 7 else "OFTEN"),
        ]
        for n in range(60)
    ]
    made, agency = drafted(table(tmp_path / "cases.csv", header, *rows))
    [feed] = agency.feeds
    assert {name: column.codes for name, column in columns(feed).items() if column.codes} == {
        "Status": ("CLOSED", "OPEN")
    }
    assert all(columns(feed)[name].is_personal for name in ("OFFICER", "SeenWith", "LAST_NAME", "Remarks"))
    for value in (CANARY, *people, "50001", "SELDOM"):
        assert value not in made.text


def test_where_day_and_month_both_fit_it_says_so_and_elsewhere_not(tmp_path: Path):
    rows = [[f"N{n}", f"0{n % 9 + 1}/0{n % 7 + 1}/2026", f"{n % 9 + 13}/0{n % 7 + 1}/2026"] for n in range(30)]
    made, agency = drafted(table(tmp_path / "seen.csv", ["id", "seen_on", "left_on"], *rows))
    found = columns(agency.feeds[0])
    assert (found["seen_on"].formats, found["left_on"].formats) == (("%m/%d/%Y",), ("%d/%m/%Y",))
    assert [line for line in made.decisions if "both fit" in line] == [
        "seen: seen_on: %m/%d/%Y and %d/%m/%Y both fit every value; ask which one the agency writes"
    ]


def test_one_value_that_is_no_date_makes_the_column_text_and_is_told(tmp_path: Path):
    rows = [[f"N{n}", "2026-02-30" if n == 3 else f"2026-02-{n % 28 + 1:02}"] for n in range(30)]
    made, agency = drafted(table(tmp_path / "seen.csv", ["id", "seen_on"], *rows))
    assert columns(agency.feeds[0])["seen_on"].kind is Kind.TEXT
    told = "seen: seen_on: %Y-%m-%d fits 96.4% of its values; if declared, the others would be left out of each row"
    assert told in made.decisions


def test_json_lines_fhir_and_fixed_width_have_drafts(tmp_path: Path):
    plain = tmp_path / "visits_20261101.jsonl"
    objects = [{"id": f"V{n}", "who": {"family": "Quill", "given": "Ann"}, "parts": [{"a": 1}]} for n in range(5)]
    plain.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    made, agency = drafted(plain)
    assert agency.feeds[0].format == JsonLines(paths={"who_family": "who.family", "who_given": "who.given"})
    assert any("lists of objects" in line for line in made.decisions)
    county.resources(tmp_path / "fhir", county.patient(), county.patient("p2"), county.visit())
    folder = tmp_path / "fhir" / "riverbend_behavioral_health"
    _, provider = drafted(*sorted(folder.iterdir()))
    assert [feed.format for feed in provider.feeds] == [FhirNdjson("Encounter"), FhirNdjson("Patient")]
    fixed = tmp_path / "roll.txt"
    fixed.write_text("A1  QUILL   20261101\nA2  OKAFOR  20261102\n", encoding="utf-8")
    _, roll = drafted(fixed, layout="no,1,4\nlast_name,5,12\nbooked,13,20\n")
    assert isinstance(roll.feeds[0].format, FixedWidth)
    assert columns(roll.feeds[0])["booked"].formats == ("%Y%m%d",)
    for each, paths in ((agency, [plain]), (provider, sorted(folder.iterdir())), (roll, [fixed])):
        assert all(told.rows and not told.refused and not told.quarantined for told in check_files(each, paths))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "ask for the files themselves"),
        (b"\xd0\xcf\x11\xe0", "saved as .xlsx"),
        (b"\x1f\x8b\x08", "gzip; unpack it"),
        (b"%PDF-1.7", "ask for delimited text"),
        (b"{\\rtf1", "ask for delimited text"),
        (b"<HTML><table>", "a web page, whatever its name says"),
        (b"\xef\xbb\xbf <?xml?>", "not well-formed XML"),
        (b"<nola:Booking xmlns:nola='x'>", "not well-formed XML"),
        (b"MSH|^~\\&|", "ask for the hospital's ADT feed"),
        (b'{\n "id": "b1", "resourceType": "Bundle", "entry": []}', "no resource of a type that is read"),
        (b" \n", "empty"),
        (b"LEE,ANN,1990-01-31\nOKAFOR,JAN,1971-02-03\n", "header was found"),
        (b"just one word a line\nand another\n", "--layout"),
        (b'{"resourceType": "Observation"}\n', "no reader"),
    ],
)
def test_what_cannot_be_drafted_says_what_to_do(tmp_path: Path, content: bytes, told: str):
    path = tmp_path / "sample.dat"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=told):
        drafted(path)


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
headers = st.lists(st.text("abcdefg_", min_size=1, max_size=6), min_size=2, max_size=5, unique_by=str.upper)


@given(data=st.data(), header=headers)
@settings(max_examples=60)
def test_whatever_stands_in_a_table_its_draft_reads_every_row(data, header, tmp_path_factory):
    rows = data.draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    numbered = [[f"R{n}", *row] for n, row in enumerate(rows)]
    path = table(tmp_path_factory.mktemp("any") / "any.csv", ["row_id", *header], *numbered)
    _, agency = drafted(path)
    [told] = check_files(agency, [path])
    assert (told.refused, told.quarantined) == (None, 0)
    with io.StringIO(path.read_text(encoding="utf-8"), newline="") as stream:
        assert told.rows == sum(1 for row in csv.reader(stream) if any(cell.strip() for cell in row)) - 1


def test_the_drafts_of_the_sample_county_find_most_of_what_was_declared(tmp_path: Path):
    declared = agencies.load_agencies()
    synthetic.synthesize(declared, persons=300, years=1, seed=7, as_of=county.AS_OF, out=tmp_path / "county")
    right = []
    for agency in declared:
        paths = sorted(p for p in (tmp_path / "county" / agency.name).iterdir() if not COMPANIONS.fullmatch(p.name))
        made = agency_of(draft(paths, agency.name, agency.title, agency.zone))
        assert all(not told.refused for told in check_files(made, paths))
        for feed in agency.feeds:
            names = [path.name for path in paths if feed.is_in(path.name)]
            found = [columns(one) for one in made.feeds if names and one.is_in(names[0])]
            right += [
                (found[0][c.name].kind, set(found[0][c.name].formats)) == (c.kind, set(c.formats))
                for c in feed.columns
                if found and c.name in found[0]
            ]
    assert len(right) > 100
    assert sum(right) / len(right) >= 0.7


def test_a_draft_is_written_checked_and_never_written_over(tmp_path: Path, monkeypatch):
    sample = county.bookings(tmp_path, *({"BOOKING_NO": f"B{n}", "LAST_NAME": CANARY} for n in range(3)))
    out = tmp_path / "maple_falls.py"
    words = ["agency", "new", str(sample), "--name", "maple_falls", "--out", str(out)]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert isinstance(CliRunner().invoke(cli.app, words).exception, SettingError)
    told = json.loads(CliRunner().invoke(cli.app, [*words[:5], "--json"]).stdout)
    assert told["draft"] == out.read_text(encoding="utf-8")
    assert CANARY not in done.output + json.dumps(told)
    monkeypatch.setattr(agencies, "__path__", [*agencies.__path__, str(tmp_path)])
    try:
        checked = CliRunner().invoke(cli.app, ["agency", "check", str(sample), "--agency", "maple_falls", "--json"])
    finally:
        sys.modules.pop(f"{agencies.__name__}.maple_falls", None)
        vars(agencies).pop("maple_falls", None)
    [row] = json.loads(checked.stdout)
    assert (row["rows"], row["accepted"], row["quarantined"]) == (3, 3, 0)


BOOKED = ["BOOKING_NO", "LAST_NAME", "FIRST_NAME", "DOB", "BOOK_DT", "BOOK_TM", "REL_DT", "REASON"]
A_BOOKING = ["B", "LEE", "ANN", "1980-01-02", "2026-11-01", "09:30", "2026-11-02", "BOND"]
CALLED = ["IncidentNo", "CallReceived", "CallCleared", "FinalType"]
A_CALL = ["C", "2026-11-01T09:30", "2026-11-01T10:30", "TRESPASS"]
BEGAN, ENDED = When("BOOK_DT", "BOOK_TM"), When("REL_DT")


def nine(path: Path, header: list[str], row: list[str]) -> Path:
    """Nine rows that differ in their first column."""
    return table(path / "rows.csv", header, *([f"{row[0]}{n}", *row[1:]] for n in range(9)))


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        (BOOKED, A_BOOKING, [(EncounterKind.BOOKING, BEGAN, ENDED)]),
        (BOOKED[:6], A_BOOKING[:6], [(EncounterKind.BOOKING, BEGAN, None)]),
        (CALLED, A_CALL, [(EncounterKind.CALL_FOR_SERVICE, When("CallReceived"), None)]),
        (["BOOKING_NO", "RELEASED_ON"], ["B", "2026-11-01"], []),
        (["permit_no", "issued_on"], ["P", "2026-11-01"], []),
        (["booking_no", "record_key", "booked_on"], ["B", "K", "2026-11-01"], []),
    ],
)
def test_a_table_whose_headers_speak_of_bookings_or_calls_is_drafted_with_them(tmp_path, header, row, wanted):
    path = nine(tmp_path, header, row)
    made, agency = drafted(path)
    [feed] = agency.feeds
    assert [(one.kind, one.occurred_at, one.ended_at) for one in feed.encounters] == wanted
    assert any("encounters:" in line for line in made.decisions)
    [told] = check_files(agency, [path])
    assert (told.accepted, dict(told.said)["encounters"]) == (9, 9 * len(wanted))


def test_a_drafted_end_that_cannot_be_read_sets_its_row_aside_because_it_would_read_as_still_there(tmp_path):
    _, agency = drafted(nine(tmp_path, BOOKED, A_BOOKING))
    later = nine(tmp_path, BOOKED, [*A_BOOKING[:6], "soon", "BOND"])
    [told] = check_files(agency, [later])
    assert (told.accepted, told.quarantined) == (0, 9)


RELEASED = ["RELEASE_NO", "booking_no", "REL_AT"]


@pytest.mark.parametrize(
    ("header", "is_drafted"),
    [
        (RELEASED, True),
        (["RELEASE_NO", "PERMIT_NO", "REL_AT"], False),
        (RELEASED[:2], False),
        (["record_key", "booking_no", "REL_AT"], False),
    ],
)
def test_a_release_list_beside_bookings_is_drafted_as_their_ends(tmp_path, header, is_drafted):
    booked = table(tmp_path / "bookings.csv", BOOKED[:6], *([f"B{n}", *A_BOOKING[1:6]] for n in range(9)))
    let_out = [[f"R{n}", f"B{n}", "2026-11-10 12:00"][: len(header)] for n in range(9)]
    path = table(tmp_path / "releases.csv", header, *let_out)
    made, agency = drafted(booked, path)
    ends = agency.feed("releases").ends
    rule = EndRule(encounter_feed="bookings", is_about=("booking_no",), ended_at=When("REL_AT"))
    assert ends == ((rule,) if is_drafted else ())
    assert any("ends:" in line for line in made.decisions) is is_drafted
    [told] = check_files(agency, [path])
    assert (told.accepted, dict(told.said)["told ends"]) == (9, 9 * is_drafted)
