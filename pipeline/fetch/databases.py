"""How do new rows of an agency's own database become a file? By a declared SELECT and a watermark, only reading.

Rows come one after another from the server, so memory holds no more than the rows of the overlap, as hashes. The
watermark moves in the same line of the journal that delivers the file.
"""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from pipeline import disk
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import SourceRefused, SourceUnavailable
from pipeline.fetch.ledger import Arrived, Ledger
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.rows import header_of, writer_of
from pipeline.fetch.secrets import Secrets, text_of
from pipeline.fetch.sources import Query, SqlSource, name_of
from pipeline.fetch.trying import Clock, again_while_down

ROWS_AT_A_TIME = 1000
"""Rows that the server sends at once."""

HASH_BYTES = 16
"""Of what is remembered of a row in the overlap: two rows agree by chance once in 10^19 pairs of a billion."""

LOGIN_REFUSED = ("authentication failed", "does not exist", "Access denied", "Login failed", "ORA-01017")
"""Words with which PostgreSQL, MySQL, SQL Server and Oracle refuse a login. Asking again could lock the account."""

SELECT_REFUSED = ("no such", "syntax error")
"""Words with which SQLite refuses a statement: under the same kind of error as a database that is down."""

Watermark = datetime | date | int


@dataclass(frozen=True)
class Mark:
    """How far was a query read?

    Attributes:
        watermark: the highest that was delivered.
        sent: hashes of the delivered rows that the next fetch will meet again, because it looks back.
    """

    watermark: Watermark
    sent: frozenset[str]

    def kept(self) -> dict[str, Any]:
        """How does it stand in the journal?"""
        return {"watermark": _written(self.watermark), "sent": sorted(self.sent)}


def _written(watermark: Watermark) -> int | str:
    return watermark if isinstance(watermark, int) else watermark.isoformat()


def mark_of(query: Query, kept: Mapping[str, Any] | None) -> Mark:
    """How far was the query read, by the journal? Its declared start where nothing was.

    Raises:
        SourceRefused: the journal holds another kind of watermark than is declared.
    """
    if kept is None:
        return Mark(query.start, frozenset())
    try:
        found = (
            kept["watermark"] if isinstance(query.start, int) else type(query.start).fromisoformat(kept["watermark"])
        )
    except (TypeError, ValueError):
        found = None
    if type(found) is not type(query.start):
        raise SourceRefused("start is of another kind than what was read before; write it as it was")
    return Mark(found, frozenset(kept["sent"]))


# --- the whole way ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Errand:
    """What is needed to fetch an agency's rows from its database?"""

    agency: Agency
    source: SqlSource
    ledger: Ledger
    secrets: Secrets
    clock: Clock


def fetch_rows(errand: Errand) -> Outcome:
    """Which rows are new? Each feed's become one file; a feed without new rows gets none.

    Raises:
        SourceProblem: the database cannot be reached. What goes wrong with one feed is told, and the others go on.
    """
    engine = _engine(errand)
    outcome = Outcome()
    try:
        for name, query in errand.source.queries.items():
            feed = errand.agency.feed(name)
            try:
                with disk.told_plainly(errand.ledger.folder):
                    fetched = again_while_down(lambda f=feed, q=query: _fetch_feed(errand, engine, f, q), errand.clock)
                outcome = outcome.plus(fetched=fetched)
            except (SourceRefused, SourceUnavailable) as problem:
                told = type(problem)(f"[{name}]: {problem}")
                outcome = outcome.plus(failed=1, problems=(told,))
    finally:
        engine.dispose()
    return outcome


def _fetch_feed(errand: Errand, engine: sa.Engine, feed: Feed, query: Query) -> int:
    """Deliver one feed's new rows. Answers 1 where there are any, else 0."""
    mark = mark_of(query, errand.ledger.mark(feed.name))
    with _read_only(engine) as connection:
        names, statement = _statement(connection, feed, query, mark)
        with errand.ledger.writing(f"rows of {feed.name}") as (path, stream):
            writing = _Writing(feed, query, mark, names, errand.agency.zone)
            stream.write(header_of(feed, names))
            with connection.execute(statement) as answer:
                for row in answer.mappings():
                    stream.write(writing.bytes_of(row))
    if not writing.row_count:
        path.unlink()
        return 0
    reached = writing.reached()
    name = name_of(feed, query, _business_date(reached.watermark, errand), reached.watermark)
    arrived = Arrived(path, name, disk.file_checksum(path))
    return errand.ledger.deliver([arrived], marks={feed.name: reached.kept()})


def _business_date(watermark: Watermark, errand: Errand) -> date:
    """Of which day are rows that reach up to here? Today where the watermark is only a number."""
    zone = ZoneInfo(errand.agency.zone)
    if isinstance(watermark, datetime):
        return (watermark.astimezone(zone) if watermark.tzinfo else watermark).date()
    return watermark if isinstance(watermark, date) else errand.clock.now().astimezone(zone).date()


class _Writing:
    """Turns rows into bytes, leaves out what was sent before, and keeps account of how far it came."""

    def __init__(self, feed: Feed, query: Query, before: Mark, names: Sequence[str], zone: str) -> None:
        self._write, self._query, self._before = writer_of(feed, names, zone), query, before
        self._names = names
        self._highest = before.watermark
        self._lately: deque[tuple[Watermark, str]] = deque()
        self.row_count = 0

    def bytes_of(self, row: Mapping[str, Any]) -> bytes:
        """Which bytes are added to the file for this row? None for one that was sent before."""
        by_name = {key.casefold(): value for key, value in row.items()}
        watermark = comparable(by_name[self._query.watermark.casefold()], self._before.watermark)
        line = self._write({name: by_name[name.casefold()] for name in self._names})
        known_by = hashlib.sha256(f"{watermark}\n".encode() + line).hexdigest()[: 2 * HASH_BYTES]
        self._highest = max(self._highest, watermark)  # type: ignore[type-var] -- both are of one kind
        self._remember(watermark, known_by)
        if known_by in self._before.sent:
            return b""
        self.row_count += 1
        return line

    def _remember(self, watermark: Watermark, known_by: str) -> None:
        self._lately.append((watermark, known_by))
        meets_again_from = looks_back(self._query, self._highest)
        while self._lately[0][0] < meets_again_from:  # type: ignore[operator] -- both are of one kind
            self._lately.popleft()

    def reached(self) -> Mark:
        """How far is the query read with this file?"""
        return Mark(self._highest, frozenset(known_by for _, known_by in self._lately))


def looks_back(query: Query, watermark: Watermark) -> Watermark:
    """From where on does the next fetch read, to meet rows that turn up late or tie with the last one?"""
    return watermark - query.overlapping  # type: ignore[operator] -- both are of one kind


def comparable(value: object, before: Watermark) -> Watermark:
    """Which watermark does a row have? A moment with an offset in UTC.

    Raises:
        SourceRefused: it is of another kind than the declared start.
    """
    if type(value) is type(before):
        if not isinstance(value, datetime):
            return value  # type: ignore[return-value] -- of the kind of a watermark
        if (value.tzinfo is None) == (before.tzinfo is None):  # type: ignore[union-attr] -- a datetime too
            return value.astimezone(UTC) if value.tzinfo else value
    raise SourceRefused(
        "the watermark column holds another kind of value than start; write start like it: a moment with or without "
        "offset, a date, or a number"
    )


# --- the database ----------------------------------------------------------------------------------------------------


def _engine(errand: Errand) -> sa.Engine:
    try:
        url = sa.make_url(errand.source.url)
        password = text_of(errand.source.password, errand.secrets)
        return sa.create_engine(url.set(password=password) if password else url, poolclass=sa.NullPool)
    except NoSuchModuleError:
        raise SourceRefused("url names a kind of database nobody here knows; correct what stands before ://") from None
    except ArgumentError:
        raise SourceRefused("url is not like postgresql+psycopg://reader@host:5432/database") from None
    except ImportError:
        raise SourceRefused("the driver for this kind of database is missing; install it beside the program") from None


@contextmanager
def _read_only(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Read what the database holds at one moment, row after row, and change nothing.

    PostgreSQL and SQLite refuse to write here; elsewhere only the login's own rights do.
    """
    options: dict[str, Any] = {"stream_results": True, "max_row_buffer": ROWS_AT_A_TIME}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    with _told_plainly(), engine.connect() as plain:
        connection = plain.execution_options(**options)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma query_only = on")
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn the database's errors into ours. Theirs quote statements and values, so neither text nor cause goes on."""
    try:
        yield
    except (OperationalError, InterfaceError) as fault:
        if any(words in str(fault.orig) for words in LOGIN_REFUSED):
            raise SourceRefused("the login was refused; check url and password") from None
        if any(words in str(fault.orig) for words in SELECT_REFUSED):
            raise SourceRefused("the database refused the SELECT; try it there by hand") from None
        raise SourceUnavailable(f"the database does not answer [{_state(fault)}]; try again later") from None
    except DBAPIError as fault:
        raise SourceRefused(f"the database refused the SELECT [{_state(fault)}]; try it there by hand") from None
    except SQLAlchemyError as fault:
        raise SourceRefused(f"the SELECT cannot be asked [{type(fault).__name__}]; try it by hand") from None


def _state(fault: DBAPIError) -> str:
    return getattr(fault.orig, "sqlstate", None) or type(fault.orig).__name__


def _statement(connection: sa.Connection, feed: Feed, query: Query, mark: Mark) -> tuple[list[str], sa.Select]:
    """What is asked, and which of the feed's columns are given?

    Ordered by watermark, then by the feed's key, then by all other columns: the same rows give the same bytes.

    Raises:
        SourceRefused: a column is missing that the feed cannot do without, or the watermark's.
    """
    select = sa.text(query.select.replace(":", r"\:"))  # its colons are its own and name no parameters
    every = sa.select(sa.literal_column("*")).select_from(select.columns().subquery("declared"))
    with connection.execute(every.limit(0)) as answer:
        given = {name.casefold(): name for name in answer.keys()}  # noqa: SIM118 -- no mapping
    names = [column.name for column in feed.columns if column.name.casefold() in given]
    needed = {column.name for column in feed.columns if column.is_required} | {query.watermark}
    missing = sorted(name for name in needed if name.casefold() not in given)
    if missing:
        raise SourceRefused(f"the SELECT does not give these columns; name them with AS {missing}")
    at = sa.column(given[query.watermark.casefold()], _sql_type(mark.watermark))
    wanted = dict.fromkeys(given[name.casefold()] for name in (*feed.key, *names) if name.casefold() in given)
    others = [sa.column(name) for name in wanted if name != at.name]
    since = looks_back(query, mark.watermark)
    rows = select.columns(at, *others).subquery("declared")
    columns = [rows.c[column.name] for column in (at, *others)]
    return names, sa.select(*columns).where(columns[0] >= since).order_by(*columns)


def _sql_type(watermark: Watermark) -> sa.types.TypeEngine:
    if isinstance(watermark, datetime):
        return sa.DateTime(timezone=watermark.tzinfo is not None)
    return sa.Date() if isinstance(watermark, date) else sa.BigInteger()
