"""Killed at any step, is nothing half among the deliveries, nothing lost and nothing there twice afterwards?"""

import shutil
import sqlite3
from datetime import timedelta

import pytest

from tests.fetch.killing import every_step
from tests.fetch.made_up import AGENCY, upload

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

ONE, TWO, CHANGED = b"one\n" * 50_000, b"two\n", b"changed\n"


def empty(county) -> None:
    shutil.rmtree(county.deliveries, ignore_errors=True)


def test_files_of_a_folder(county, tmp_path):
    there = tmp_path / "there"
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nsettle_seconds = 0\n')
    whole = {"calls_20261115.csv": ONE, "calls_20261116.csv": TWO}

    def prepare() -> None:
        empty(county)
        for name, content in whole.items():
            upload(there / name, content, county.time.at)

    def check() -> None:
        found = county.delivered()
        assert found.items() <= whole.items(), "a file is there that is not whole"
        told = county.fetch()
        assert told.failed == 0
        assert county.delivered() == whole
        assert county.left_over() == []
        upload(there / "calls_20261116.csv", CHANGED, county.time.at + timedelta(hours=1))
        county.fetch()
        assert county.delivered() == whole | {"calls_20261116_2.csv": CHANGED}

    assert every_step(county.fetch, prepare, check) > 40


def test_a_changed_file_that_is_killed_on_its_way(county, tmp_path):
    there = tmp_path / "there"
    county.declare(f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{there}"\nsettle_seconds = 0\n')

    def prepare() -> None:
        empty(county)
        upload(there / "calls_20261116.csv", ONE, county.time.at)
        county.fetch()
        upload(there / "calls_20261116.csv", TWO, county.time.at + timedelta(hours=1))

    def check() -> None:
        county.fetch()
        assert county.delivered() == {"calls_20261116.csv": ONE, "calls_20261116_2.csv": TWO}
        assert county.left_over() == []

    assert every_step(county.fetch, prepare, check) > 20


def test_rows_of_a_database(county, tmp_path):
    database = tmp_path / "cad.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("create table call (call_no text, called_at text, changed integer)")
        connection.executemany("insert into call values (?, '2026-11-16 08:00', ?)", [(f"C{n}", n) for n in range(20)])
    connection.close()
    county.declare(
        f'[{AGENCY.name}]\nkind = "sql"\nurl = "sqlite:///{database}"\n[{AGENCY.name}.queries.calls]\n'
        'select = "select call_no, called_at, changed from call"\nwatermark = "changed"\nstart = 0\n'
        'file_name = "calls_{date}_{watermark}.csv"\n'
    )

    def add(*numbers: int) -> None:
        rows = [(f"C{number}", number) for number in numbers]
        with sqlite3.connect(database) as connection:
            connection.execute("delete from call where changed >= ?", (numbers[0],))
            connection.executemany("insert into call values (?, '2026-11-16 08:00', ?)", rows)
        connection.close()

    def prepare() -> None:
        empty(county)
        add(20)

    def check() -> None:
        add(21, 22)
        told = county.fetch()
        assert told.failed == 0
        rows = [line for content in county.delivered().values() for line in content.decode().splitlines()[1:]]
        assert sorted(row.split(",")[0] for row in rows) == sorted(f"C{number}" for number in range(23))
        assert county.left_over() == []

    assert every_step(county.fetch, prepare, check) > 20
