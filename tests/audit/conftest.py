"""A trail of a dozen events, and the rights of somebody who owns the whole database server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import audit
from pipeline.audit import Act
from pipeline.store import Store

EVENTS = 12
STARTED_AT = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)


@pytest.fixture
def trail(store: Store) -> Store:
    """A store in which a dozen things were done, with and without a reason, and one list published."""
    for number in range(EVENTS):
        act = Act(f"ann {number}", STARTED_AT + timedelta(hours=7 * number, microseconds=number))
        with store.transaction() as work:
            why = f"request-{number}" if number % 3 else None
            audit.record(work, act, f"act_{number % 4}", why, rows=number, share=number / 8, list_id="0f", is_new=True)
    return store


@pytest.fixture
def server(store: Store) -> Iterator[sa.Connection]:
    """A connection of the server's superuser to the same database; what it did is undone after the test."""
    with store._engine.connect() as connection:
        yield connection
        connection.rollback()
