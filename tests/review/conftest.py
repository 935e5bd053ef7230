"""The small county of these tests, run once; every test gets a copy of its database."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.store import Store, create_database
from tests.review import county

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def ran(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Which database holds the county after its first run, and in which folder do its files lie?"""
    name, folder = f"review_{os.getpid()}", tmp_path_factory.mktemp("county")
    store = Store(create_database(server_url, name, template))
    county.deliver(folder / "in")
    county.run(store, folder)
    store.close()
    return name, folder


@pytest.fixture
def store(server_url: str, ran: tuple[str, Path]) -> Iterator[Store]:
    """A store with the small county in it after its first run, gone after the test."""
    name = f"{ran[0]}_{next(_numbers)}"
    store = Store(create_database(server_url, name, ran[0]))
    yield store
    store.close()
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


@pytest.fixture
def folder(ran: tuple[str, Path], tmp_path: Path) -> Path:
    """A copy of the county's deliveries."""
    shutil.copytree(ran[1] / "in", tmp_path / "in")
    return tmp_path
