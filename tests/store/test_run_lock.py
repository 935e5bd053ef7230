"""Whoever holds the run lock may write; whoever loses it may not."""

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline.contract.errors import NothingToPublish, RunInProgress, StoreError, StoreUnavailable
from pipeline.store import Store

CUT = """
select pg_terminate_backend(pid, 5000) from pg_locks
where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
"""


def cut(store: Store) -> None:
    """Let the server end the connection that holds the lock."""
    engine = sa.create_engine(store._url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(CUT))


def free(store: Store) -> bool:
    with store.run_lock():
        return True


def test_what_is_written_under_the_lock_is_there_afterwards(store: Store):
    with store.run_lock():
        with store.transaction() as work:
            work.copy("core.consent", consents())
        other = Store(store._url)
        with pytest.raises(RunInProgress):
            free(other)
        other.close()
    assert free(store)
    assert len(store.read("told_events", since=None, act=None, at_most=999)) == 0


def test_a_run_that_loses_its_lock_can_write_no_more(store: Store):
    with pytest.raises(StoreUnavailable):
        lose_the_lock_and_go_on(store)
    assert free(store), "and this process, too, can begin anew"
    store.read("told_events", since=None, act=None, at_most=999)


def test_what_is_told_inside_is_told_outside_and_the_lock_is_free(store: Store):
    with pytest.raises(NothingToPublish), store.run_lock():
        raise NothingToPublish("nothing")
    assert free(store)


def test_a_refused_statement_undoes_its_transaction_and_leaves_the_lock(store: Store):
    with store.run_lock():
        with pytest.raises(StoreError):
            write_twice(store)
        with store.transaction() as work:
            work.copy("core.consent", consents())
    assert free(store)


def lose_the_lock_and_go_on(store: Store) -> None:
    with store.run_lock():
        cut(store)
        other = Store(store._url)
        assert free(other), "the lock went with the connection: another run may begin"
        other.close()
        store.read("told_events", since=None, act=None, at_most=999)


def write_twice(store: Store) -> None:
    with store.transaction() as work:
        work.copy("core.consent", consents())
        work.copy("core.consent", consents())


def consents() -> pd.DataFrame:
    row = {"consent_id": "k", "record_id": "r", "agency": "a", "feed": "f", "record_key": "k", "is_granted": True}
    return pd.DataFrame([row | {"delivery_id": 1, "line_number": 1}])
