"""Whoever owns the server can switch every guard off. Is what they change then found, wherever it is?"""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import audit
from pipeline.audit import Act, ChainFault
from pipeline.store import Store, Work
from tests.audit.conftest import EVENTS, STARTED_AT

WITH_ONE_STORE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

GUARDS_OFF = """
    alter table audit.event disable trigger all;
    alter table audit.head disable trigger all;
    alter table audit.event alter column hash drop not null, alter column previous_hash drop not null,
        drop constraint event_hash_key;
"""
NEXT_DIGIT = "translate(substr({0}, :n, 1), '0123456789abcdef', '123456789abcdef0')"
NEW_VALUES = {
    "event_id": "event_id + :n * 100",
    "at": "at + :n * interval '1 microsecond'",
    "actor": "overlay(actor placing chr(ascii(substr(actor, :n, 1)) + 1) from :n for 1)",
    "act": "overlay(act placing chr(ascii(substr(act, :n, 1)) + 1) from :n for 1)",
    "facts": "jsonb_set(facts, '{rows}', to_jsonb((facts ->> 'rows')::int + :n))",
    "why": "coalesce(why, '') || chr(64 + :n)",
    "previous_hash": f"overlay(previous_hash placing {NEXT_DIGIT.format('previous_hash')} from :n for 1)",
    "hash": f"overlay(hash placing {NEXT_DIGIT.format('hash')} from :n for 1)",
}
"""Column → the smallest change of it: one step, one character, one microsecond, at place :n from 1 to 5."""
MORE_VALUES = {
    "the reason goes": ("why = null", "event_id = 3"),
    "the reason is there but empty": ("why = ''", "event_id = 4"),
    "the moment moves two thousand years back": (
        "at = make_timestamptz(-2026, 11, 17, 6, 0, 0, 'UTC')",
        "event_id = 1",
    ),
    "the moment has no end": ("at = 'infinity'", "event_id = 5"),
    "a fact goes": ("facts = facts - 'share'", "event_id = 6"),
    "a fact becomes text": ("facts = jsonb_set(facts, '{rows}', '\"6\"')", "event_id = 7"),
    "a number gets a digit after its point": ("facts = jsonb_set(facts, '{rows}', '6.0')", "event_id = 7"),
    "a blank moves from one column to the next": ("actor = actor || ' ', act = ltrim(act)", "event_id = 8"),
    "two columns are exchanged": ("actor = act, act = actor", "event_id = 9"),
    "the hash goes": ("hash = null", "event_id = 10"),
    "the hash before goes": ("previous_hash = null", "event_id = 10"),
}


def verdict_of(connection: sa.Connection, **asked) -> audit.Verdict:
    return audit.verify(Work(connection), **asked)


def tampered(connection: sa.Connection, statement: str, **parameters: object) -> audit.Verdict:
    """What is found after a statement with every guard off? What it did is undone."""
    with connection.begin_nested() as attempt:
        connection.execute(sa.text(GUARDS_OFF))
        assert connection.execute(sa.text(statement), parameters).rowcount, "the control: something was changed"
        verdict = verdict_of(connection)
        attempt.rollback()
    return verdict


def test_a_chain_left_alone_is_whole(trail: Store, server: sa.Connection):
    verdict = verdict_of(server)
    assert (verdict.is_whole, verdict.event_count, verdict.event_id) == (True, EVENTS, None)
    assert verdict.head == server.execute(sa.text("select hash from audit.head")).scalar()
    server.execute(sa.text(GUARDS_OFF))
    assert verdict_of(server).is_whole, "guards that are off change nothing by themselves"


def test_no_event_at_all_is_a_whole_chain(store: Store, server: sa.Connection):
    assert verdict_of(server) == audit.Verdict(0, audit.BEFORE_THE_FIRST, verdict_of(server).sentence)


@WITH_ONE_STORE
@given(column=st.sampled_from(sorted(NEW_VALUES)), event_id=st.integers(1, EVENTS), place=st.integers(1, 5))
def test_the_smallest_change_of_any_column_is_found(
    trail: Store, server: sa.Connection, column: str, event_id: int, place: int
):
    statement = f"update audit.event set {column} = {NEW_VALUES[column]} where event_id = {event_id}"
    if column == "event_id":
        with server.begin_nested() as attempt:
            server.execute(sa.text("alter table audit.event alter column event_id drop identity"))
            verdict = tampered(server, statement, n=place)
            attempt.rollback()
        # the event is now behind the others, so the gap that it left is found before it
        assert verdict.event_id in (event_id + 1, event_id + place * 100)
        return
    verdict = tampered(server, statement, n=place)
    assert (verdict.event_id, verdict.fault) == (event_id, ChainFault.CHANGED)
    assert f"event {event_id} was changed" in verdict.sentence


def test_every_column_of_an_event_is_changed_in_this_test(store: Store, server: sa.Connection):
    columns = server.execute(
        sa.text(
            "select column_name from information_schema.columns where table_schema = 'audit' and table_name = 'event'"
        )
    )
    assert set(columns.scalars()) == set(NEW_VALUES)


@pytest.mark.parametrize("change", MORE_VALUES)
def test_odd_changes_are_found(trail: Store, server: sa.Connection, change: str):
    new, where = MORE_VALUES[change]
    verdict = tampered(server, f"update audit.event set {new} where {where}")
    assert (verdict.event_id, verdict.fault) == (int(where.split()[-1]), ChainFault.CHANGED)


@WITH_ONE_STORE
@given(first=st.integers(1, EVENTS), length=st.integers(1, EVENTS))
def test_events_removed_anywhere_are_missed(trail: Store, server: sa.Connection, first: int, length: int):
    last = min(first + length - 1, EVENTS)
    verdict = tampered(server, f"delete from audit.event where event_id between {first} and {last}")
    if last == EVENTS:
        assert (verdict.event_id, verdict.fault) == (EVENTS, ChainFault.CUT_OFF)
        assert verdict.event_count == first - 1
    else:
        assert (verdict.event_id, verdict.fault) == (last + 1, ChainFault.MISSING)


MOVE_HEAD = """
    update audit.head set event_id = event.event_id, hash = event.hash, event_count = event.event_id
    from audit.event where event.event_id = 8
"""


def publish(connection: sa.Connection) -> None:
    """A list was published with the head of now."""
    connection.execute(sa.text("insert into core.linkage_model values ('m', '{}', now())"))
    connection.execute(sa.text("insert into outreach.list values ('0f', '2026-11-16', 'v', 'm', '{}', now())"))
    connection.execute(
        sa.text("insert into outreach.publication select '0f', '2026-11-17', hash from audit.head"),
    )


def test_events_cut_off_together_with_the_head_are_missed_by_publications_and_by_a_head_noted(
    trail: Store, server: sa.Connection
):
    noted = verdict_of(server).head
    publish(server)
    server.execute(sa.text(GUARDS_OFF))
    server.execute(sa.text("delete from audit.event where event_id > 8"))
    server.execute(sa.text(MOVE_HEAD))
    verdict = verdict_of(server)
    assert (verdict.event_id, verdict.fault) == (8, ChainFault.CUT_OFF)
    assert "list 0f was published with" in verdict.sentence
    server.execute(sa.text("delete from outreach.publication"))
    assert verdict_of(server).is_whole, "the control: nobody else kept the head"
    assert verdict_of(server, expected_head=noted).fault is ChainFault.CUT_OFF


def test_a_whole_new_chain_is_missed_by_publications(trail: Store, server: sa.Connection):
    publish(server)
    server.execute(sa.text(GUARDS_OFF))
    server.execute(sa.text("update audit.event set actor = 'somebody else' where event_id = 5"))
    server.execute(
        sa.text("""
        do $$ declare e audit.event; h text := repeat('0', 64); begin
            for e in select * from audit.event order by event_id loop
                e.previous_hash := h; h := audit.event_hash(e);
                update audit.event set previous_hash = e.previous_hash, hash = h where event_id = e.event_id;
            end loop;
            update audit.head set hash = h;
        end $$
        """)
    )
    verdict = verdict_of(server)
    assert verdict.fault is ChainFault.CUT_OFF
    assert "or rewritten" in verdict.sentence


INSERT = """
    insert into audit.event (event_id, at, actor, act, facts, why, previous_hash, hash) overriding system value
    select {event_id}, at, actor, act, facts, why, hash, '' from audit.event where event_id = {after};
    update audit.event set hash = audit.event_hash(event) where event_id = {event_id}
"""


def test_an_event_put_in_between_is_found(trail: Store, server: sa.Connection):
    server.execute(sa.text(GUARDS_OFF))
    server.execute(sa.text("alter table audit.event alter column event_id drop identity"))
    for event_id in range(EVENTS, 4, -1):  # make room: an id is part of the hash, so these count as changed
        server.execute(sa.text(f"update audit.event set event_id = {event_id + 1} where event_id = {event_id}"))
    for statement in INSERT.format(event_id=5, after=4).replace("overriding system value", "").split(";"):
        server.execute(sa.text(statement))
    verdict = verdict_of(server)
    assert (verdict.event_id, verdict.fault) == (6, ChainFault.CHANGED)


def test_an_event_put_into_a_gap_is_found(trail: Store, server: sa.Connection):
    server.execute(sa.text("select nextval('audit.event_event_id_seq')"))  # an undone transaction leaves a gap
    audit.record(Work(server), Act("ann", STARTED_AT), "after_the_gap")
    assert verdict_of(server).is_whole
    server.execute(sa.text(GUARDS_OFF))
    for statement in INSERT.format(event_id=EVENTS + 1, after=EVENTS).split(";"):
        server.execute(sa.text(statement))
    verdict = verdict_of(server)
    assert (verdict.event_id, verdict.fault) == (EVENTS + 2, ChainFault.OUT_OF_ORDER)


def test_an_event_added_at_the_end_past_the_trigger_is_found(trail: Store, server: sa.Connection):
    server.execute(sa.text(GUARDS_OFF))
    for statement in INSERT.format(event_id=EVENTS + 1, after=EVENTS).split(";"):
        server.execute(sa.text(statement))
    verdict = verdict_of(server)
    assert (verdict.event_id, verdict.fault) == (EVENTS + 1, ChainFault.ADDED)


@WITH_ONE_STORE
@given(pair=st.lists(st.integers(1, EVENTS), min_size=2, max_size=2, unique=True).map(sorted))
def test_two_events_in_exchanged_places_are_found(trail: Store, server: sa.Connection, pair: list[int]):
    left, right = pair
    with server.begin_nested() as attempt:
        server.execute(sa.text("alter table audit.event alter column event_id drop identity"))
        server.execute(sa.text(GUARDS_OFF))
        for old, new in ((left, 1000), (right, left), (1000, right)):
            server.execute(sa.text(f"update audit.event set event_id = {new} where event_id = {old}"))
        verdict = verdict_of(server)
        attempt.rollback()
    assert (verdict.event_id, verdict.fault) == (left, ChainFault.CHANGED)


@pytest.mark.parametrize(
    "change",
    [
        "update audit.head set event_count = event_count - 1",
        "update audit.head set event_id = event_id - 1",
        "update audit.head set event_count = event_count + 1",
        "delete from audit.head",
    ],
)
def test_a_changed_head_is_found(trail: Store, server: sa.Connection, change: str):
    verdict = tampered(server, change)
    assert (verdict.fault, verdict.event_count) == (ChainFault.HEAD_CHANGED, EVENTS)


def test_a_head_set_back_is_found(trail: Store, server: sa.Connection):
    assert tampered(server, MOVE_HEAD).fault is ChainFault.ADDED


def test_a_changed_trigger_is_found_although_it_writes_a_chain(trail: Store, server: sa.Connection):
    source = server.execute(sa.text("select pg_get_functiondef('audit.event_hash'::regproc)")).scalar()
    server.exec_driver_sql(source.replace("event.actor", "'somebody'"))
    audit.record(Work(server), Act("ann", STARTED_AT), "told_of_somebody_else")
    verdict = verdict_of(server)
    assert (verdict.event_id, verdict.fault) == (EVENTS + 1, ChainFault.CHANGED)


def test_a_chain_longer_than_what_is_held_at_once_is_verified(trail: Store, server: sa.Connection, monkeypatch):
    monkeypatch.setattr(audit, "EVENTS_AT_A_TIME", 5)
    shares: list[float] = []
    assert audit.verify(Work(server), progress=shares.append).event_count == EVENTS
    assert shares == [5 / 12, 10 / 12, 1.0]
    assert tampered(server, "update audit.event set actor = 'x' where event_id = 7").event_id == 7
    assert tampered(server, "delete from audit.event where event_id = 5").event_id == 6
