"""Is a ZIP, or a folder that is one delivery, drafted as the files it holds? And an HMIS export as its page has it?"""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.declaration import Delimited
from pipeline.contract.errors import SettingError
from pipeline.drafting.draft import agency_of, draft
from pipeline.drafting.samples import is_one_delivery
from pipeline.dry_run import check_files
from tests.hmis import exports

CANARY = "ZQXCANARY"
VISITS = "visit_no,seen_on\nV1,2026-11-01\nV2,2026-11-02\n"
PEOPLE = f"client_no,last_name,first_name\nC1,{CANARY},Ann\nC2,{CANARY},Bo\n"


def drafted(*paths: Path):
    made = draft(paths, "maple_falls", "Maple Falls", "America/Denver")
    assert CANARY not in made.text
    return made, agency_of(made)


def packed(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    return path


def complaint(path: Path) -> str:
    """What is said where there is no draft? Nothing where there is one."""
    try:
        drafted(path)
    except SettingError as fault:
        return str(fault)
    return ""


def where_rows_go(agency, *paths: Path) -> list[tuple]:
    return [(told.file, told.accepted, told.quarantined, told.refused) for told in check_files(agency, list(paths))]


def test_the_files_of_a_zip_are_drafted_by_both_names_and_each_kind_once(tmp_path: Path):
    paths = [
        packed(tmp_path / f"week_2026110{n}.zip", visits_csv=VISITS, data__people_csv=PEOPLE, notes=b"%PDF-1.7")
        for n in (1, 8)
    ]
    made, agency = drafted(*paths)
    patterns = {feed.name: feed.file_pattern for feed in agency.feeds}
    assert patterns == {
        "people": r"week_(?P<date>\d{8})\.zip/data/people\.csv",
        "visits": r"week_(?P<date>\d{8})\.zip/visits\.csv",
    }
    assert [feed.date_format for feed in agency.feeds] == ["%Y%m%d", "%Y%m%d"]
    assert sorted(where_rows_go(agency, *paths)) == [
        ("week_20261101.zip/data/people.csv", 2, 0, None),
        ("week_20261101.zip/visits.csv", 2, 0, None),
        ("week_20261108.zip/data/people.csv", 2, 0, None),
        ("week_20261108.zip/visits.csv", 2, 0, None),
    ]
    assert any("it is a PDF" in line for line in made.decisions)


def test_logs_and_hidden_files_in_a_zip_are_no_samples(tmp_path: Path):
    path = packed(
        tmp_path / "week_20261101.zip", visits_csv=VISITS, **{"MACOSX/._visits.csv": b"\0\5", "log.json": b"{}"}
    )
    made, agency = drafted(path)
    assert [feed.name for feed in agency.feeds] == ["visits"]
    assert not any("ZIP" in line or "header" in line for line in made.decisions)


def test_a_folder_whose_name_alone_has_a_day_is_one_delivery(tmp_path: Path):
    folder = tmp_path / "export_20261101"
    folder.mkdir()
    (folder / "visits.csv").write_text(VISITS)
    assert is_one_delivery(folder)
    _, agency = drafted(folder)
    assert agency.feeds[0].file_pattern == r"export_(?P<date>\d{8})/visits\.csv"
    assert where_rows_go(agency, folder) == [("export_20261101/visits.csv", 2, 0, None)]
    (folder / "visits.csv").rename(folder / "visits_20261101.csv")
    assert not is_one_delivery(folder)


def _encrypted(path: Path) -> None:
    content = bytearray(packed(path, visits_csv=VISITS).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def _bomb(path: Path) -> None:
    packed(path, visits_csv=b"0" * (4 << 20))


def _cut_off(path: Path) -> None:
    path.write_bytes(packed(path, visits_csv=VISITS).read_bytes()[:60])


def _changed_inside(path: Path) -> None:
    content = packed(path, visits_csv=VISITS).read_bytes()
    path.write_bytes(content[:45] + b"\xff\xff\xff\xff" + content[49:])


def _leading_out(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"../{CANARY}.csv", VISITS)


BAD = {
    "encrypted": (_encrypted, "encrypted"),
    "a bomb": (_bomb, "packed more than"),
    "cut off": (_cut_off, "no whole ZIP"),
    "changed inside": (_changed_inside, "damaged inside"),
    "a name that leads out": (_leading_out, "leads out"),
    "nothing in it": (lambda path: zipfile.ZipFile(path, "w").close(), "holds no file"),
    "an image only": (lambda path: packed(path, notes=b"%PDF-1.7"), "it is a PDF"),
    "a ZIP in it": (lambda path: packed(path, inner=b"PK\x03\x04rest"), "a ZIP inside of another"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_zip_that_may_not_be_read_says_what_to_do_in_one_line(tmp_path: Path, what: str):
    make, told = BAD[what]
    make(tmp_path / "week_20261101.zip")
    with pytest.raises(SettingError, match=told) as fault:
        drafted(tmp_path / "week_20261101.zip")
    assert "\n" not in str(fault.value)
    assert CANARY not in str(fault.value)


def test_a_zip_by_another_name_would_not_be_looked_into(tmp_path: Path):
    with pytest.raises(SettingError, match=r"whose name ends in \.zip"):
        drafted(packed(tmp_path / "week.dat", visits_csv=VISITS))


# --- HMIS ------------------------------------------------------------------------------------------------------------

STAYS = [exports.STAY | {"EnrollmentID": f"E{n}", "PersonalID": f"P{n % 2 + 1}"} for n in range(4)]
SHARED = ("key", "version_column", "never_happened", "encounters", "ends", "person", "law", "late_after_days")
SHARED += ("fewest_rows", "most_rows", "is_full", "refusals")
"""Attributes in which the draft is as the page has it."""


def export(tmp_path: Path, year: int) -> Path:
    clients = (exports.MARTIN, exports.NADIA, exports.NADIA | {"PersonalID": "P3", "LastName": CANARY})
    return exports.deliver(tmp_path, year=year, clients=clients, enrollments=STAYS, exits=(exports.DEATH,))


def without_what_2024_lacks(person):
    return replace(person, fields=replace(person.fields, sex=None))


@pytest.mark.parametrize("year", [2024, 2026])
def test_an_hmis_export_is_drafted_as_the_page_declares_it(tmp_path: Path, year: int):
    path = export(tmp_path, year)
    made, agency = drafted(path)
    page = exports.agency()
    assert [feed.name for feed in agency.feeds] == ["clients", "enrollments", "exits", "exports"]
    for feed in agency.feeds:
        expected = {name: getattr(page.feed(feed.name), name) for name in SHARED}
        if (feed.name, year) == ("clients", 2024):
            expected["person"] = without_what_2024_lacks(expected["person"])
        assert {name: getattr(feed, name) for name in SHARED} == expected
        assert feed.format == Delimited(line_end="\r\n")
        assert feed.is_in(f"hmis_20261101.zip/{feed.name.capitalize()[:-1]}.csv")
    assert [row[1:] for row in where_rows_go(agency, path)] == [(n, 0, None) for n in (3, 4, 1, 1)]
    assert any("more of the file are kept as they come" in line for line in made.decisions)
    assert any(line.startswith("files: 1 more of the HMIS export") for line in made.decisions)


def test_an_hmis_export_unpacked_into_a_folder_is_drafted_the_same_way(tmp_path: Path):
    folder = tmp_path / "hmis_20261101"
    zipfile.ZipFile(export(tmp_path, 2026)).extractall(folder)
    assert is_one_delivery(folder)
    _, agency = drafted(folder)
    assert agency.feed("exits").ends == exports.agency().feed("exits").ends
    assert [row[1:] for row in where_rows_go(agency, folder)] == [(n, 0, None) for n in (3, 4, 1, 1)]


def test_tables_by_themselves_know_nothing_of_those_that_are_not_there(tmp_path: Path):
    path = tmp_path / "Exit.csv"
    path.write_text(exports.table(2026, "Exit", [exports.DEATH]))
    _, agency = drafted(path)
    assert (agency.feeds[0].key, agency.feeds[0].ends, agency.feeds[0].person) == (("ExitID",), (), None)
    assert where_rows_go(agency, path) == [("Exit.csv", 1, 0, None)]


def test_a_shelters_own_list_of_clients_is_judged_by_its_columns(tmp_path: Path):
    text = f"PersonalID,Last Name,First Name,Bed\nC1,{CANARY},Ann,4\nC2,{CANARY},Bo,7\n"
    (tmp_path / "Client.csv").write_text(text)
    _, agency = drafted(tmp_path / "Client.csv")
    assert [column.name for column in agency.feeds[0].columns] == ["PersonalID", "Last Name", "First Name", "Bed"]
    assert agency.feeds[0].person is not None


def test_days_of_an_export_that_writes_them_otherwise_are_read_as_it_writes_them(tmp_path: Path):
    rows = list(csv.reader(io.StringIO(exports.table(2026, "Enrollment", STAYS))))
    text = "\n".join(",".join(cell.replace("2026-10-05", "10/25/2026") for cell in row) for row in rows) + "\n"
    (tmp_path / "Enrollment.csv").write_text(text)
    _, agency = drafted(tmp_path / "Enrollment.csv")
    assert agency.feeds[0].column("EntryDate").formats == ("%m/%d/%Y",)
    assert where_rows_go(agency, tmp_path / "Enrollment.csv") == [("Enrollment.csv", 4, 0, None)]


@given(
    members=st.dictionaries(st.sampled_from(["a.csv", "b/c.txt", "d.json", "e.zip", "f.xml"]), st.binary(max_size=80))
)
@settings(max_examples=60)
def test_whatever_lies_in_a_zip_there_is_a_draft_or_one_line(members, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "any.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert "\n" not in complaint(path)
