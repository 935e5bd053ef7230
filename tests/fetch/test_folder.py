"""Does a folder give each whole file once, under a name of its own? Other places differ only in how they are read."""

import hashlib
import json
import stat
from datetime import timedelta

import pytest

from pipeline import receive
from pipeline.fetch.ledger import FOLDER
from tests.fetch.made_up import AGENCY, CANARY, counts, upload

FILE = "calls_20261116.csv"


@pytest.fixture
def there(tmp_path):
    """Where the agency leaves its files."""
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


@pytest.fixture
def declared(county, there):
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\n')
    return county


def test_a_new_file_is_looked_at_twice_and_fetched_once(declared, there):
    upload(there / FILE, b"one")
    assert counts(declared.fetch()) == (1, 0, 0, 0, 0)
    assert declared.time.pauses == [60]
    assert declared.delivered() == {FILE: b"one"}
    assert counts(declared.fetch()) == (0, 0, 1, 0, 0)
    assert declared.left_over() == []


def test_without_patience_the_next_fetch_is_the_second_look(declared, there):
    upload(there / FILE, b"one")
    assert counts(declared.fetch(is_patient=False)) == (0, 1, 0, 0, 0)
    assert declared.delivered() == {}
    declared.time.at += timedelta(seconds=59)
    assert counts(declared.fetch(is_patient=False)) == (0, 1, 0, 0, 0)
    declared.time.at += timedelta(seconds=1)
    assert counts(declared.fetch(is_patient=False)) == (1, 0, 0, 0, 0)


def test_a_file_that_grows_waits_until_it_stands_still(declared, there):
    file = upload(there / FILE, b"hal")
    declared.time.meanwhile = [lambda: file.write_bytes(b"half"), lambda: None]
    assert counts(declared.fetch()) == (0, 1, 0, 0, 0)
    assert declared.delivered() == {}
    assert counts(declared.fetch()) == (1, 0, 0, 0, 0)
    assert declared.delivered() == {FILE: b"half"}


def test_a_clock_that_is_set_back_costs_a_pause_and_takes_nothing_early(declared, there):
    upload(there / FILE, b"one")
    declared.fetch(is_patient=False)
    declared.time.at -= timedelta(days=1)
    assert counts(declared.fetch(is_patient=False)) == (0, 1, 0, 0, 0)
    declared.time.at += timedelta(seconds=60)
    assert counts(declared.fetch(is_patient=False)) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "name",
    [f"{FILE}.part", f"{FILE}.filepart", f"{FILE}.tmp", f".{FILE}", f".{FILE}.Xy12ab", f"~{FILE}", f"{FILE}~"],
)
def test_what_is_still_being_uploaded_is_never_taken(declared, there, name):
    upload(there / name, b"half")
    assert counts(declared.fetch()) == (0, 0, 0, 0, 1)
    assert declared.delivered() == {}


def test_what_no_feed_of_the_agency_is_stays_where_it_is(declared, there):
    upload(there / "payroll.xlsx", b"not ours")
    upload(there / "calls_20261116.csv" / "inside.csv", b"in a folder")
    assert counts(declared.fetch()) == (0, 0, 0, 0, 1)
    assert declared.delivered() == {}


def test_a_file_that_changed_comes_beside_the_old_one(declared, there):
    at = declared.time.at
    upload(there / FILE, b"one", at)
    declared.fetch()
    upload(there / FILE, b"two", at + timedelta(hours=1))
    assert counts(declared.fetch()) == (1, 0, 0, 0, 0)
    assert declared.delivered() == {FILE: b"one", "calls_20261116_2.csv": b"two"}
    found = receive.find_files(AGENCY, declared.deliveries)
    assert [(one.feed.name, one.place.path.name) for one in found.files] == [
        ("calls", FILE),
        ("calls", "calls_20261116_2.csv"),
    ]
    assert found.unknown_count == 0


def test_the_same_bytes_uploaded_again_are_no_new_file(declared, there):
    upload(there / FILE, b"one", declared.time.at)
    declared.fetch()
    upload(there / FILE, b"one", declared.time.at + timedelta(hours=1))
    assert counts(declared.fetch()) == (0, 0, 1, 0, 0)
    assert declared.delivered() == {FILE: b"one"}


def test_a_name_that_somebody_else_has_taken_is_left_to_them(declared, there):
    upload(declared.deliveries / AGENCY.name / FILE, b"by hand")
    upload(there / FILE, b"one")
    declared.fetch()
    assert declared.delivered() == {FILE: b"by hand", "calls_20261116_2.csv": b"one"}


def test_where_the_pattern_leaves_no_room_the_changed_file_fails_and_the_others_go_on(declared, there):
    upload(there / "strict_20261116.csv", b"one", declared.time.at)
    declared.fetch()
    upload(there / "strict_20261116.csv", b"two", declared.time.at + timedelta(hours=1))
    upload(there / FILE, b"other")
    told = declared.fetch()
    assert counts(told) == (1, 0, 0, 1, 0)
    assert "[strict_20261116.csv]" in told.problems[0]
    assert "widen the pattern" in told.problems[0]
    assert declared.delivered() == {"strict_20261116.csv": b"one", FILE: b"other"}
    (declared.deliveries / AGENCY.name / "strict_20261116.csv").unlink()
    assert counts(declared.fetch()) == (1, 0, 1, 0, 0)
    assert declared.delivered()["strict_20261116.csv"] == b"two"


def test_a_file_taken_away_after_it_was_taken_in_does_not_come_again(declared, there):
    upload(there / FILE, b"one")
    declared.fetch()
    (declared.deliveries / AGENCY.name / FILE).unlink()
    assert counts(declared.fetch()) == (0, 0, 1, 0, 0)
    assert declared.delivered() == {}


def test_what_is_delivered_is_for_its_owner_alone_and_nothing_is_touched_over_there(declared, there):
    file = upload(there / FILE, b"one")
    before = file.stat()
    declared.fetch()
    here = declared.deliveries / AGENCY.name
    assert stat.S_IMODE((here / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((here / FOLDER).stat().st_mode) == 0o700
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


# --- marker and checksum files ---------------------------------------------------------------------------------------


def test_a_file_with_a_marker_is_fetched_at_the_first_look(county, there):
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nmarker = "{{name}}.done"\n')
    upload(there / FILE, b"one")
    assert counts(county.fetch()) == (0, 1, 0, 0, 0)
    upload(there / f"{FILE}.done", b"")
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert county.time.pauses == []
    assert county.delivered() == {FILE: b"one"}


def test_a_marker_older_than_its_file_speaks_of_the_file_before(county, there):
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nmarker = "{{stem}}.done"\n')
    at = county.time.at
    upload(there / FILE, b"one", at)
    upload(there / "calls_20261116.done", b"", at)
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    upload(there / FILE, b"tw", at + timedelta(hours=1))
    assert counts(county.fetch()) == (0, 1, 0, 0, 0)
    upload(there / FILE, b"two", at + timedelta(hours=2))
    upload(there / "calls_20261116.done", b"", at + timedelta(hours=2))
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert county.delivered() == {FILE: b"one", "calls_20261116_2.csv": b"two"}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_file_with_its_checksum_is_verified(county, there, algorithm):
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nchecksum = "{{name}}.sum"\n')
    upload(there / FILE, b"one")
    upload(there / f"{FILE}.sum", f"{hashlib.new(algorithm, b'one').hexdigest().upper()} *{FILE}\n".encode())
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [(hashlib.sha256(b"other").hexdigest().encode(), "not those of its checksum"), (b"", "holds no")],
)
def test_a_file_that_is_not_what_its_checksum_says_is_not_delivered(county, there, content, told):
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nchecksum = "{{name}}.sum"\n')
    upload(there / FILE, b"one")
    upload(there / f"{FILE}.sum", content)
    outcome = county.fetch()
    assert counts(outcome) == (0, 0, 0, 1, 0)
    assert told in outcome.problems[0]
    assert county.delivered() == {}
    assert county.left_over() == []


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_one_line_and_stops_nobody_else(county, there, tmp_path):
    from tests.fetch.made_up import PROVIDER

    county.declare(
        f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{tmp_path / "nowhere"}"\n'
        f'[{PROVIDER.name}]\nkind = "folder"\nfolder = "{there}"\n'
    )
    upload(there / "Patient.ndjson", b"{}\n")
    police, clinic = county.fetch_each()
    assert police.problems == (f"[{AGENCY.name}] [folder] the folder is not there; correct folder",)
    assert (police.failed, police.is_down) == (1, False)
    assert counts(clinic) == (1, 0, 0, 0, 0)


def test_a_journal_that_was_torn_by_a_power_cut_is_read_up_to_there(declared, there):
    upload(there / FILE, b"one")
    declared.fetch()
    journal = declared.deliveries / AGENCY.name / FOLDER / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"files": [{"name": "ca')
    assert counts(declared.fetch()) == (0, 0, 1, 0, 0)
    assert journal.read_bytes() == whole


def test_a_journal_that_is_damaged_is_told_and_nothing_is_fetched(declared, there):
    upload(there / FILE, b"one")
    declared.fetch()
    journal = declared.deliveries / AGENCY.name / FOLDER / "journal.jsonl"
    journal.write_bytes(b"[]\n" + journal.read_bytes())
    told = declared.fetch()
    assert (told.fetched, told.failed) == (0, 1)
    assert "move the folder .fetched away" in told.problems[0]


def test_two_fetches_at_once_do_not_meet(declared, there):
    from pipeline.fetch import ledger
    from pipeline.fetch.looking import names_for

    upload(there / FILE, b"one")
    with ledger.opened(declared.deliveries / AGENCY.name, names_for(AGENCY)):
        told = declared.fetch()
    assert "another fetch of this agency is under way" in told.problems[0]
    assert told.is_down
    assert counts(declared.fetch()) == (1, 0, 0, 0, 0)


def test_the_journal_holds_names_and_hashes_and_no_content(declared, there):
    upload(there / FILE, CANARY.encode())
    declared.fetch()
    journal = (declared.deliveries / AGENCY.name / FOLDER / "journal.jsonl").read_text()
    assert CANARY not in journal
    record = json.loads(journal)
    assert record["files"][0]["sha256"] == hashlib.sha256(CANARY.encode()).hexdigest()
