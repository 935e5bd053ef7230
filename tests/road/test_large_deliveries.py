"""Does it matter whether a delivery is read in one piece or in many?"""

import threading

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline import batches, intake, receive
from pipeline.agencies import agency_named
from pipeline.audit import Act
from pipeline.behind import one_behind
from pipeline.contract.errors import DeliveryRefused, StoreError
from tests.road import county

TABLES = ("core.accepted_row", "core.person_record", "core.encounter", "raw.row_fault", "raw.dropped_value")


def facts(store):
    """Everything that was taken in, table by table."""
    engine = sa.create_engine(store._url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [sorted(connection.execute(sa.text(f"table {table}")).fetchall(), key=str) for table in TABLES]


def deliver(folder):
    """Seven calls in two files and five bookings in one, some of them faulty."""
    calls = [{"IncidentNo": f"26-{n}", "DOB": "13/13/1980" if n == 3 else "04/05/1980"} for n in range(7)]
    county.calls(folder, *calls[:3], name="cad_20261101.csv")
    county.calls(folder, *calls[3:], name="cad_20261108.csv")
    bookings = [{"BOOKING_NO": f"B{n}", "REL_DT": "soon" if n == 2 else "20261112"} for n in range(5)]
    county.bookings(folder, *bookings)


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 7])
def test_the_same_is_known_whether_files_are_read_whole_or_in_parts(new_store, tmp_path, monkeypatch, rows_at_once):
    deliver(tmp_path / "in")
    found = []
    for rows in (batches.BATCH_ROWS, rows_at_once):
        monkeypatch.setattr(batches, "BATCH_ROWS", rows)
        store = new_store()
        county.run(store, tmp_path / "in", tmp_path / str(rows) / "out")
        found.append(facts(store))
    assert found[0] == found[1]
    assert [len(table) for table in found[0]] == [11, 11, 11, 1, 1]


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_run(store, tmp_path, monkeypatch):
    path = county.calls(tmp_path / "in", {})
    seen = receive.fingerprint

    def then_grows(agency, file):
        found = seen(agency, file)
        with path.open("a", encoding="utf-8") as stream:
            stream.write("half a row")
        return found

    monkeypatch.setattr(receive, "fingerprint", then_grows)
    agency = agency_named("riverton_police")
    with pytest.raises(DeliveryRefused, match="changed while it was being read"):
        intake.receive_agency(store, Act("test", county.AT), agency, tmp_path / "in", tmp_path / "vault", "key")
    assert store.read("kept_files").empty
    assert [kept for kept in (tmp_path / "vault").rglob("*") if kept.is_file()] == []


def test_what_the_database_refuses_of_the_last_batch_undoes_every_batch(store, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 2)
    county.bookings(tmp_path / "in", *({"BOOKING_NO": f"B{n}"} for n in range(5)))
    agency, act = agency_named("riverton_county_jail"), Act("test", county.AT)
    received = intake.receive_agency(store, act, agency, tmp_path / "in", tmp_path / "vault", "key")
    intake.expect_agency(store, act, agency, received.delivery_ids)
    with store.transaction() as work:  # the place of the last booking is taken
        work.copy("core.accepted_row", _accepted_row(received.delivery_ids[0], line_number=6))
    with pytest.raises(StoreError, match="23505"):
        intake.standardize_agency(store, act, agency, received.delivery_ids)
    assert [len(table) for table in facts(store)] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(("rows_in_a_batch", "known_rows"), [(2, 5), (5, -1)])
def test_the_database_is_told_how_large_a_file_of_several_batches_is(
    store, tmp_path, monkeypatch, rows_in_a_batch, known_rows
):
    monkeypatch.setattr(batches, "BATCH_ROWS", rows_in_a_batch)
    county.bookings(tmp_path / "in", *({"BOOKING_NO": f"B{n}"} for n in range(5)))
    agency = agency_named("riverton_county_jail")
    intake.receive_agency(store, Act("test", county.AT), agency, tmp_path / "in", tmp_path / "vault", "key")
    with sa.create_engine(store._url, poolclass=sa.NullPool).connect() as connection:
        told = sa.text("select reltuples from pg_class where oid = 'raw.delivered_row'::regclass")
        assert connection.execute(told).scalar() == known_rows


@pytest.mark.parametrize("characters", [1, 400, 10**9])
def test_a_file_is_received_alike_in_many_pieces(store, tmp_path, monkeypatch, characters):
    monkeypatch.setattr(batches, "CHARACTERS_AT_ONCE", characters)
    path = county.bookings(tmp_path / "in", *({"BOOKING_NO": f"B{n}"} for n in range(5)))
    with path.open("a", encoding="utf-8") as stream:
        stream.write("too,few\n")
    agency = agency_named("riverton_county_jail")
    intake.receive_agency(store, Act("test", county.AT), agency, tmp_path / "in", tmp_path / "vault", "key")
    with sa.create_engine(store._url, poolclass=sa.NullPool).connect() as connection:
        lines = "select array_agg(line_number order by line_number) from"
        assert connection.execute(sa.text(f"{lines} raw.delivered_row")).scalar() == [2, 3, 4, 5, 6, 7]
        assert connection.execute(sa.text(f"{lines} raw.row_fault")).scalar() == [7]
        assert connection.execute(sa.text("select row_count from raw.delivery")).scalar() == 6


def _accepted_row(delivery_id, line_number):
    flags = dict.fromkeys(("is_never_happened", "is_held", "is_about_person", "is_yielding"), False)
    names = {"agency": "riverton_county_jail", "feed": "bookings", "record_key": "B4"}
    return pd.DataFrame([{"delivery_id": delivery_id, "line_number": line_number, **names, **flags}])


def test_work_is_done_behind_its_caller_and_in_order():
    may_go_on, done = threading.Event(), []
    with one_behind() as behind:
        behind.do(lambda: may_go_on.wait() and done.append("first"))
        assert done == []
        may_go_on.set()
        behind.do(lambda: done.append("second"))
        assert done[0] == "first"
    assert done == ["first", "second"]


def test_what_goes_wrong_behind_comes_up_before_anything_else_is_begun():
    done = []
    with one_behind() as behind:
        behind.do(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            behind.do(lambda: done.append("never"))
    assert done == []


def test_what_goes_wrong_with_the_last_comes_up_too():
    with pytest.raises(ZeroDivisionError), one_behind() as behind:
        behind.do(lambda: 1 // 0)
