"""Does an act fail where its event cannot be written, and do many writers keep one chain?"""

import itertools
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import audit
from pipeline.audit import Act
from pipeline.contract.errors import StoreError
from pipeline.log import PersonalValueRefused
from pipeline.store import Store
from tests.audit.conftest import STARTED_AT
from tests.road import county

ACTS = (
    "delivery_received",
    "deliveries_checked",
    "deliveries_standardized",
    "persons_resolved",
    "list_made",
    "list_checked",
    "list_published",
)
"""In the order of a run."""


def contents(store: Store) -> dict[str, int | str]:
    """What does every table hold, as one number each?"""
    with store._engine.connect() as connection:
        tables = connection.execute(
            sa.text(
                "select schemaname || '.' || tablename from pg_tables "
                "where schemaname in ('raw', 'core', 'outreach', 'audit')"
            )
        ).scalars()
        return {
            table: connection.execute(
                sa.text(f"select count(*) || ' ' || coalesce(sum(hashtext(t::text)::bigint), 0) from {table} as t")
            ).scalar()
            for table in tables
        }


def test_where_no_event_can_be_written_a_run_changes_nothing(store: Store, tmp_path: Path):
    county.whole_county(tmp_path / "in")
    before = contents(store)
    with store._engine.begin() as owner:
        owner.execute(sa.text("revoke insert on audit.event from outreach_app"))
    with pytest.raises(StoreError, match="42501"):
        county.run(store, tmp_path / "in", tmp_path / "out")
    assert contents(store) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("act", ACTS[1:])
def test_the_step_whose_event_cannot_be_written_is_undone_and_those_before_it_stay(
    store: Store, tmp_path: Path, act: str
):
    county.calls(tmp_path / "in", {})
    with store._engine.begin() as owner:
        owner.execute(sa.text(f"alter table audit.event add constraint fault check (act <> '{act}')"))
    with pytest.raises(StoreError, match="23514"):
        county.run(store, tmp_path / "in", tmp_path / "out")
    done = set(store.read("told_events", since=None, act=None, at_most=99)["act"])
    assert done == set(ACTS[: ACTS.index(act)])
    assert audit_of(store).is_whole
    counts = store.read("counts_of_rows").iloc[0]
    assert bool(counts["encounters"] > 0) is (act in ACTS[3:])
    assert bool(counts["linked_records"] > 0) is (act in ACTS[4:])
    assert counts["published_lists"] == 0
    assert store.read("current_list").empty


def audit_of(store: Store) -> audit.Verdict:
    with store.transaction() as work:
        return audit.verify(work)


def test_after_a_run_the_chain_is_whole_and_the_publication_keeps_its_head(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out")
    verdict = audit_of(store)
    assert verdict.is_whole
    events = store.read("told_events", since=None, act=None, at_most=99)
    assert list(dict.fromkeys(reversed(list(events["act"])))) == list(ACTS)
    with store._engine.connect() as connection:
        kept = connection.execute(sa.text("select audit_hash from outreach.publication")).scalar()
    assert kept == verdict.head, "the newest event is that of the publication"


def test_many_writers_at_once_keep_one_chain(store: Store):
    started = threading.Barrier(4)

    def write(name: str) -> None:
        started.wait()
        for number in range(25):
            try:
                with store.transaction() as work:
                    audit.record(work, Act(name, STARTED_AT), "something", number=number)
                    if number % 5 == 4:
                        raise KeyError(name)  # undone: leaves a gap in the ids
            except KeyError:
                continue

    writers = [threading.Thread(target=write, args=(f"writer-{number}",)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert audit_of(store).is_whole, "looked at while others write"
    assert (audit_of(store).is_whole, audit_of(store).event_count) == (True, 4 * 20)
    events = store.read("told_events", since=None, act=None, at_most=999)
    assert events["event_id"].max() > len(events), "the control: there are gaps"
    for _, own in events.groupby("actor"):
        numbers = [facts["number"] for facts in own["facts"]]
        assert all(later > earlier for later, earlier in itertools.pairwise(numbers)), "each writer's own order"


def test_a_writer_who_waited_gets_an_id_behind_the_one_who_was_first(store: Store):
    with store._engine.connect() as slow, store._engine.begin() as fast:
        drawn = (
            "insert into audit.event (event_id, at, actor, act, facts) overriding system value "
            "values ({}, now(), 'x', 'x', '{{}}')"
        )
        fast.execute(sa.text(drawn.format("nextval('audit.event_event_id_seq') + 1")))
        fast.commit()
        slow.execute(sa.text(drawn.format("1")))  # drawn before, written after
        slow.commit()
    assert list(store.read("told_events", since=None, act=None, at_most=9)["event_id"]) == [3, 2]
    assert audit_of(store).is_whole


def test_a_reason_is_a_code_and_no_sentence(store: Store):
    with store.transaction() as work:
        audit.record(work, Act("ann", STARTED_AT), "person_viewed", why="request-17", person_id="P-1")
    for told in ("asked by Martin Quill's sister", "Zoë", "x" * 121):
        with pytest.raises(PersonalValueRefused) as refused, store.transaction() as work:
            audit.record(work, Act("ann", STARTED_AT), "person_viewed", why=told)
        assert told not in str(refused.value)
    [event] = store.read("told_events", since=None, act=None, at_most=9).itertuples()
    assert (event.why, event.facts) == ("request-17", {"person_id": "P-1"})


def test_a_fact_with_a_persons_value_writes_no_event(store: Store):
    with pytest.raises(PersonalValueRefused), store.transaction() as work:
        audit.record(work, Act("ann", STARTED_AT), "something", who="Quill, Martin")
    assert audit_of(store).event_count == 0
