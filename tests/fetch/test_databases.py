"""Are new rows of an agency's database fetched once each, as a file of its feed, and is nothing changed over there?"""

import csv
import io
import itertools
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import cursor

from pipeline import readers, receive
from pipeline.fetch import databases
from pipeline.fetch.ledger import FOLDER
from pipeline.store import create_database
from tests.fetch.made_up import AGENCY, CALLS, CANARY, FIXED, LINES, counts

QUERY = """
select = "select number as call_no, called_at, surname as last_name, born as dob, changed from call"
watermark = "changed"
"""
MIDNIGHT = datetime(2026, 11, 16, tzinfo=UTC)
NUMBERS = itertools.count(1)


class Cad:
    """An agency's own database, with one table of calls."""

    def __init__(self, url: str, moment: str) -> None:
        self.url, self.engine = url, sa.create_engine(url, poolclass=sa.NullPool)
        self.do(
            f"create table call (number varchar(20), called_at {moment}, surname text, born date, changed {moment}, "
            "version bigint)"
        )

    def do(self, statement: str, **parameters: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), parameters)

    def add(self, number: str, changed: datetime, surname: str = "Doe", version: int = 1) -> None:
        self.do(
            "insert into call values (:number, :called_at, :surname, :born, :changed, :version)",
            number=number, called_at=changed, surname=surname, born="1980-05-06", changed=changed, version=version,
        )  # fmt: skip


@pytest.fixture
def postgres(server_url):
    """A second database, the agency's; `outreach` itself is not concerned."""
    name = f"cad_{next(NUMBERS)}"
    yield Cad(create_database(server_url, name), "timestamptz")
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


@pytest.fixture
def sqlite(tmp_path):
    return Cad(f"sqlite:///{tmp_path / 'cad.sqlite'}", "text")


def declare(county, cad: Cad, start: str = "2026-01-01T00:00:00Z", overlap: str = '"PT1H"', query: str = QUERY, **more):
    feeds = more or {"calls": "calls_{date}_{watermark}.csv"}
    text = f'[{AGENCY.name}]\nkind = "sql"\nurl = "{cad.url}"\n'
    for name, file_name in feeds.items():
        text += f"[{AGENCY.name}.queries.{name}]\n{query}start = {start}\noverlap = {overlap}\n"
        text += f'file_name = "{file_name}"\n'
    county.declare(text)


def rows(county) -> list[str]:
    """Numbers of the calls delivered, file after file."""
    files = county.delivered()
    return [row["call_no"] for name in files for row in csv.DictReader(io.StringIO(files[name].decode()))]


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_new_rows_become_one_file_that_the_next_step_reads(county, postgres):
    declare(county, postgres)
    postgres.add("C-2", MIDNIGHT + timedelta(hours=16), surname='O"Brien, jr')
    postgres.add("C-1", MIDNIGHT + timedelta(hours=15))
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    [(name, content)] = county.delivered().items()
    assert name == "calls_20261116_20261116T160000000000.csv"
    assert content.decode() == (
        "call_no,called_at,last_name,dob\nC-1,2026-11-16 08:00,Doe,05/06/1980\n"
        'C-2,2026-11-16 09:00,"O""Brien, jr",05/06/1980\n'
    )
    [found] = receive.find_files(AGENCY, county.deliveries).files
    assert readers.read(found.feed, content).row_count == 2
    assert str(receive.business_date(found.feed, name)) == "2026-11-16"


def test_no_new_rows_no_file_and_a_changed_row_comes_again(county, postgres):
    declare(county, postgres)
    postgres.add("C-1", MIDNIGHT)
    county.fetch()
    assert counts(county.fetch()) == (0, 0, 0, 0, 0)
    postgres.do("update call set surname = 'Roe', changed = :at where number = 'C-1'", at=MIDNIGHT + timedelta(hours=1))
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert rows(county) == ["C-1", "C-1"]


def test_a_row_that_turns_up_late_is_fetched_within_the_overlap_and_the_others_not_again(county, postgres):
    declare(county, postgres)
    postgres.add("C-1", MIDNIGHT)
    county.fetch()
    postgres.add("late", MIDNIGHT - timedelta(minutes=59))
    postgres.add("too late", MIDNIGHT - timedelta(minutes=61))
    county.fetch()
    assert rows(county) == ["C-1", "late"]
    postgres.add("C-2", MIDNIGHT)  # ties with the last one
    county.fetch()
    assert rows(county) == ["C-1", "late", "C-2"]
    assert counts(county.fetch()) == (0, 0, 0, 0, 0)


def test_the_same_rows_give_the_same_bytes(county, postgres, tmp_path):
    declare(county, postgres)
    for number in ("B", "A", "D", "C"):
        postgres.add(number, MIDNIGHT)
    county.fetch()
    first = county.delivered()
    postgres.do("create table again as select * from call order by number desc")
    postgres.do("truncate call")
    postgres.do("insert into call select * from again")
    (county.deliveries / AGENCY.name / FOLDER).rename(tmp_path / "old")
    (county.deliveries / AGENCY.name).rename(tmp_path / "older")
    county.fetch()
    assert county.delivered() == first


def test_a_statement_that_would_write_is_refused_by_the_database(county, postgres):
    postgres.add("C-1", MIDNIGHT)
    query = QUERY.replace(
        'select = "select number', 'select = "with gone as (delete from call returning *) select number'
    )
    declare(county, postgres, query=query.replace('from call"', 'from gone"'))
    told = county.fetch()
    assert (told.fetched, told.failed) == (0, 1)
    assert county.delivered() == {}
    with postgres.engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from call")).scalar() == 1


def test_a_function_that_writes_is_refused_too(county, postgres):
    postgres.add("C-1", MIDNIGHT)
    postgres.do("create function sly() returns text language sql as $$ delete from call returning 'gone'::text $$")
    declare(county, postgres, query=QUERY.replace("surname as last_name", "sly() as last_name"))
    told = county.fetch()
    assert "[25006]" in told.problems[0], "read-only transaction"
    with postgres.engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from call")).scalar() == 1


def test_many_rows_come_through_a_cursor_of_the_server(county, postgres, monkeypatch):
    """A hundred thousand rows, and never more than a batch of them here."""
    postgres.do(
        "insert into call select 'C-' || n, :at, 'Doe', '1980-05-06', :at + n * interval '1 second', n "
        "from generate_series(1, 100000) n",
        at=MIDNIGHT,
    )
    declare(county, postgres)
    strategy, sizes, cursors = cursor.BufferedRowCursorFetchStrategy, [], set()
    grown = strategy._buffer_rows

    def watched(self, result, of_cursor):
        grown(self, result, of_cursor)
        sizes.append(len(self._rowbuffer))
        cursors.add(type(of_cursor))

    monkeypatch.setattr(strategy, "_buffer_rows", watched)
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert cursors == {psycopg.ServerCursor}
    [content] = county.delivered().values()
    assert content.count(b"\n") == 100_001
    assert 0 < max(sizes) <= databases.ROWS_AT_A_TIME
    sent = json.loads((county.deliveries / AGENCY.name / FOLDER / "journal.jsonl").read_text())["marks"]["calls"][
        "sent"
    ]
    assert len(sent) == 3601, "the rows of the last hour, and none before"


# --- SQLite, and other watermarks ------------------------------------------------------------------------------------


def test_moments_without_offset_in_sqlite(county, sqlite):
    declare(county, sqlite, start="2026-01-01T00:00:00")
    sqlite.do(
        "insert into call values ('C-1', '2026-11-16 08:00', 'Doe', '05/06/1980', '2026-11-16 08:00:00.000000', 1)"
    )
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert counts(county.fetch()) == (0, 0, 0, 0, 0)
    [(name, content)] = county.delivered().items()
    assert name == "calls_20261116_20261116T080000000000.csv"
    assert content.decode().splitlines()[1] == "C-1,2026-11-16 08:00,Doe,05/06/1980"


def test_a_version_number_as_watermark_takes_its_day_from_the_clock(county, sqlite):
    query = QUERY.replace("changed from", "version from").replace('"changed"', '"version"')
    declare(county, sqlite, start="0", overlap="2", query=query)
    for version in (5, 6, 7):
        sqlite.add(f"C-{version}", MIDNIGHT, version=version)
    county.fetch()
    sqlite.add("late", MIDNIGHT, version=5)
    county.fetch()
    assert rows(county) == ["C-5", "C-6", "C-7", "late"]
    assert list(county.delivered()) == ["calls_20261116_7.csv", "calls_20261116_7_2.csv"]


def test_a_write_is_refused_by_sqlite(county, sqlite):
    with databases._read_only(sqlite.engine) as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(sa.text("delete from call"))


def test_rows_in_every_format_a_feed_may_have(county, sqlite):
    declare(county, sqlite, start="2026-01-01T00:00:00", lines="lines_{date}_{watermark}.jsonl",
            fixed="fixed_{date}_{watermark}.txt")  # fmt: skip
    sqlite.do(
        "insert into call values ('C-1', '2026-11-16 08:00', 'Döe', '05/06/1980', '2026-11-16 08:00:00.000000', 1)"
    )
    assert counts(county.fetch()) == (2, 0, 0, 0, 0)
    fixed, lines = county.delivered().values()
    assert fixed.decode() == "C-1   2026-11-16 08:00Döe       05/06/1980\n"
    for feed, content in ((LINES, lines), (FIXED, fixed)):
        [(_, payload)] = readers.read(feed, content).rows
        wanted = {"call_no": "C-1", "called_at": "2026-11-16 08:00", "last_name": "Döe", "dob": "05/06/1980"}
        assert readers.flatten(feed, json.loads(payload)) == wanted


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_database_that_is_down_is_asked_again_and_told_without_its_address(county, sqlite):
    sqlite.url = f"postgresql+psycopg://{CANARY}@127.0.0.1:1/{CANARY}"
    declare(county, sqlite)
    told = county.fetch()
    assert told.is_down
    assert county.time.pauses == [2, 4, 8]
    assert "[calls]: the database does not answer" in told.problems[0]
    assert CANARY not in told.problems[0]


def test_a_login_that_is_refused_is_not_tried_again(county, postgres):
    postgres.url = sa.make_url(postgres.url).set(username=CANARY).render_as_string(hide_password=False)
    declare(county, postgres)
    told = county.fetch()
    assert told.problems == (f"[{AGENCY.name}] [sql] [calls]: the login was refused; check url and password",)
    assert county.time.pauses == []


def test_a_table_that_sqlite_does_not_have(county, sqlite):
    declare(county, sqlite, query=QUERY.replace("from call", f"from {CANARY}"))
    told = county.fetch()
    assert "refused the SELECT" in told.problems[0]
    assert (county.time.pauses, CANARY in told.problems[0]) == ([], False)


WRONG = {
    "a missing column": (QUERY.replace("number as call_no,", ""), "['call_no']"),
    "a table that is not there": (QUERY.replace("from call", f"from {CANARY}"), "refused the SELECT [42P01]"),
    "a broken statement": (QUERY.replace("from call", f"frm {CANARY}"), "refused the SELECT [42601]"),
    "a value that cannot be cast": (
        QUERY.replace("surname as last_name", "surname::int::text as last_name"), "refused the SELECT [22P02]"
    ),
    "a watermark of another kind": (QUERY.replace('"changed"', '"last_name"'), "refused the SELECT"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_select_that_cannot_be_asked_is_one_line_without_values(county, postgres, wrong):
    query, line = WRONG[wrong]
    postgres.add("C-1", MIDNIGHT, surname=CANARY)
    declare(county, postgres, query=query)
    told = county.fetch()
    assert (told.fetched, told.failed, told.is_down) == (0, 1, False)
    assert told.problems[0].startswith(f"[{AGENCY.name}] [sql] [calls]: ")
    assert line in told.problems[0]
    assert CANARY not in told.problems[0]
    assert county.delivered() == {}
    assert county.left_over() == []


def test_a_start_of_another_kind_than_the_column_is_told(county, postgres):
    postgres.do("alter table call alter changed type timestamp")
    postgres.add("C-1", MIDNIGHT)
    declare(county, postgres)
    assert "write start like it" in county.fetch().problems[0]


def test_letters_that_the_feeds_encoding_lacks_are_told_and_nothing_is_cut(county, sqlite, monkeypatch):
    declare(county, sqlite, start="2026-01-01T00:00:00", fixed="fixed_{date}_{watermark}.txt")
    sqlite.do(
        "insert into call values ('C-1', '2026-11-16 08:00', :name, '05/06/1980', '2026-11-16 08:00:00.000000', 1)",
        name=CANARY * 5,
    )
    told = county.fetch()
    assert "does not fit its place; shorten it in the SELECT [last_name]" in told.problems[0]
    assert CANARY not in told.problems[0]


def test_the_watermark_stays_where_the_file_could_not_be_kept(county, postgres, monkeypatch):
    declare(county, postgres)
    postgres.add("C-1", MIDNIGHT)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.disk.sync", full)
    told = county.fetch()
    assert "cannot be written (No space left on device)" in told.problems[0]
    monkeypatch.undo()
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert rows(county) == ["C-1"]


def test_the_watermark_has_a_column_of_the_feeds_own(county, postgres):
    query = 'select = "select number as call_no, called_at, surname as last_name from call"\nwatermark = "called_at"\n'
    declare(county, postgres, query=query)
    postgres.add("C-1", MIDNIGHT)
    county.fetch()
    [content] = county.delivered().values()
    assert content.decode() == "call_no,called_at,last_name\nC-1,2026-11-15 17:00,Doe\n"
    assert CALLS.column("dob").is_required is False
