"""Two worlds for a test: each with a database of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.store import Store, create_database
from tests.sealing.worlds import World


@pytest.fixture
def worlds(server_url: str, template: str, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """The county where the record came, and the one where it never was."""
    names = [f"outreach_{which}_{os.getpid()}_{abs(hash(str(tmp_path))) % 10**8}" for which in ("a", "b")]
    stores = [Store(create_database(server_url, name, template)) for name in names]
    yield World(stores[0], tmp_path / "a"), World(stores[1], tmp_path / "b")
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    for store, name in zip(stores, names, strict=True):
        store.close()
        with engine.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))
