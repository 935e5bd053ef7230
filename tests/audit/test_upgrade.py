"""Is a database of the revision before chained as it is, with what stands in it?"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from pipeline import audit
from pipeline.store import SQL, Store, create_database
from tests.audit.conftest import STARTED_AT

FIRST = SQL / "migrations" / "versions" / "0001_the_road.sql"


@pytest.fixture
def old(server_url: str, store: Store) -> Iterator[Store]:
    """A database of revision 0001 with events, a gap between their ids, and a published list."""
    name = f"{sa.make_url(store._url).database}_old"
    old = Store(create_database(server_url, name))
    with old._engine.begin() as connection:
        connection.exec_driver_sql("create schema audit")
        connection.exec_driver_sql(FIRST.read_text(encoding="utf-8"))
        connection.exec_driver_sql("create table audit.alembic_version (version_num varchar(32) primary key)")
        connection.exec_driver_sql("insert into audit.alembic_version values ('0001')")
        for number in (1, 2, 4, 5, 9):
            connection.execute(
                sa.text(
                    "insert into audit.event (event_id, at, actor, act, facts) overriding system value "
                    "values (:id, :at, 'Zoë', 'list_made', '{\"entries\": 3}')"
                ),
                {"id": number, "at": STARTED_AT},
            )
        connection.exec_driver_sql("select setval('audit.event_event_id_seq', 9)")
        connection.exec_driver_sql("insert into core.linkage_model values ('m', '{}', now())")
        connection.exec_driver_sql("insert into outreach.list values ('0f', '2026-11-16', 'v', 'm', '{}', now())")
        connection.exec_driver_sql("insert into outreach.publication values ('0f', now())")
    yield old
    old.close()
    with sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


def test_what_was_written_before_is_chained_and_what_follows_goes_on_from_it(old: Store):
    old.migrate()
    with old.transaction() as work:
        verdict = audit.verify(work)
        assert (verdict.is_whole, verdict.event_count) == (True, 5)
        audit.record(work, audit.Act("ann", STARTED_AT), "something")
        verdict = audit.verify(work)
        assert (verdict.is_whole, verdict.event_count) == (True, 6)
    with old._engine.begin() as owner:
        owner.exec_driver_sql("alter table audit.event disable trigger all")
        owner.exec_driver_sql("update audit.event set facts = '{\"entries\": 2}' where event_id = 4")
    with old.transaction() as work:
        assert audit.verify(work).event_id == 4


def test_migrating_again_changes_nothing(old: Store):
    old.migrate()
    head = old.read("audit_head").iloc[0].to_dict()
    old.migrate()
    assert old.read("audit_head").iloc[0].to_dict() == head


def test_a_list_published_before_keeps_the_head_of_the_upgrade(old: Store):
    old.migrate()
    with old._engine.connect() as connection:
        kept = connection.exec_driver_sql("select audit_hash from outreach.publication").scalar()
    assert kept == old.read("audit_head")["hash"].iloc[0]
