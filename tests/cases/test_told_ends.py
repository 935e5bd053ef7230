"""What becomes of a release that comes in another file than its booking? Tests of the dirty input 22.

All files go the real road: files in a folder, taken in, kept in PostgreSQL. The jail is made up.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import seal_run
from pipeline.contract.codes import SealingCause
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from tests.cases.releases import (
    JAIL,
    ONE_FILE,
    OPEN,
    OUT,
    WHOLE,
    act_at,
    bookings,
    ends,
    publish,
    releases,
    report,
    take_in,
    usable,
)
from tests.road import county

WAITING = "ends of what no row of bookings has told of yet"


def counts(store):
    row = county.accounting(store)[JAIL.name]
    assert row["delivered"] == row["accepted"] + row["quarantined"] + row["retracted"]
    return tuple(row[name] for name in ("accepted", "quarantined", "retracted", "dropped_values"))


@pytest.mark.parametrize("order", [(bookings, releases), (releases, bookings)])
def test_case_22_a_release_joins_its_booking_whichever_comes_first(store, tmp_path, order):
    for write in order:
        write(tmp_path / "in", {})
        take_in(store, tmp_path)
    assert ends(store) == {"B1": OUT}
    assert counts(store) == (2, 0, 0, 0)


def test_case_22_whose_release_is_told_elsewhere_is_on_the_list_and_not_in_custody(store, tmp_path):
    bookings(tmp_path / "in", {})
    made = publish(store, tmp_path)
    assert made["excluded_counts"]["in_custody"] == 1
    releases(tmp_path / "in", {})
    made = publish(store, tmp_path, hours=1)
    assert made["excluded_counts"]["in_custody"] == 0
    [entry] = made["entries"]
    factors = {reason["factor"] for reason in entry["reasons"]}
    assert {"releases_past_14_days", "jail_days_past_365_days"} <= factors
    assert WAITING not in report(tmp_path)


def test_case_22_a_release_of_an_unknown_booking_waits_and_is_told_of(store, tmp_path):
    bookings(tmp_path / "in", {"booking_no": "B9"})
    old = {"release_no": "R2", "booking_no": "B2", "released_at": "2026-09-30 12:00"}
    releases(tmp_path / "in", {}, old, day=11)
    publish(store, tmp_path)
    assert ends(store) == {"B9": OPEN}
    assert counts(store) == (3, 0, 0, 0)
    told = report(tmp_path)
    assert f"Quarry County Jail, releases: {WAITING}: 2; they join when it comes" in told
    assert "; more than 35 days ago: 1, ask the agency for what is missing" in told
    bookings(tmp_path / "in", {}, {"booking_no": "B2", "booked_at": "2026-09-29 08:00"}, day=12)
    publish(store, tmp_path, hours=1)
    assert ends(store) == {"B1": OUT, "B2": ("09-30 12:00", "community"), "B9": OPEN}
    assert WAITING not in report(tmp_path)


def test_case_22_a_release_told_twice_with_a_correction_counts_as_corrected_whatever_comes_first(store, tmp_path):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {"released_at": "2026-11-09 12:00", "reason": "TRANSFER"}, day=13)
    take_in(store, tmp_path)
    releases(tmp_path / "in", {}, day=12)
    take_in(store, tmp_path)
    assert ends(store) == {"B1": ("11-09 12:00", "elsewhere")}
    assert counts(store) == (2, 0, 1, 0)


def test_case_22_of_two_releases_of_one_booking_the_later_end_counts_and_none_that_is_still_to_come(store, tmp_path):
    bookings(tmp_path / "in", {})
    furlough = {"release_no": "R2", "released_at": "2026-11-05 08:00", "reason": "FURLOUGH"}
    to_come = {"release_no": "R3", "released_at": "2026-12-24 08:00"}
    releases(tmp_path / "in", {}, furlough, to_come)
    take_in(store, tmp_path)
    assert ends(store) == {"B1": OUT}


@pytest.mark.parametrize(
    ("reason", "code"), [("BOND", "community"), ("COURT", "elsewhere"), ("DEATH", "death"), ("", None)]
)
def test_case_22_how_a_stay_ended_is_told_with_its_end(store, tmp_path, reason, code):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {"reason": reason})
    take_in(store, tmp_path)
    assert ends(store) == {"B1": ("11-10 12:00", code)}


def test_case_22_a_release_that_is_void_is_taken_back(store, tmp_path):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {})
    take_in(store, tmp_path)
    known = ends(store)
    releases(tmp_path / "in", {"status": "VOID"}, day=12)
    take_in(store, tmp_path)
    assert (known, ends(store)) == ({"B1": OUT}, {"B1": OPEN})
    assert counts(store) == (1, 0, 2, 0)


def test_case_22_a_release_of_a_booking_that_was_taken_back_waits_for_nothing(store, tmp_path):
    bookings(tmp_path / "in", {"status": "VOID"}, {"booking_no": "B9"})
    releases(tmp_path / "in", {})
    publish(store, tmp_path)
    assert ends(store) == {"B9": OPEN}
    assert WAITING not in report(tmp_path)


def test_case_22_an_end_before_its_beginning_is_left_out_and_counted_whatever_comes_first(store, tmp_path):
    releases(tmp_path / "in", {"released_at": "2026-10-20 09:29"})
    take_in(store, tmp_path)
    assert counts(store) == (1, 0, 0, 0)
    bookings(tmp_path / "in", {})
    take_in(store, tmp_path)
    assert ends(store) == {"B1": OPEN}
    assert counts(store) == (2, 0, 0, 1)


def test_case_22_a_list_made_before_the_release_comes_out_again(store, tmp_path):
    bookings(tmp_path / "in", {})
    take_in(store, tmp_path)
    releases(tmp_path / "in", {})
    take_in(store, tmp_path)
    assert [ends(store, number) for number in (1, 2)] == [{"B1": OPEN}, {"B1": OUT}]


def sealed(store, root, *keys):
    records = parse_records(tuple(f"{JAIL.name}/{key}" for key in keys), (JAIL,))
    order = Order(records, SealingCause.SEALED, "order 26-114")
    told = Settings(home=root / "home"), root / "out"
    return seal_run.seal_and_run(store, act_at(2), order, (JAIL,), *told)


def test_case_22_a_sealed_booking_takes_its_release_with_it_and_neither_comes_in_again(store, tmp_path):
    bookings(tmp_path / "in", {}, {"booking_no": "B9", "last_name": "STONE", "first_name": "KIM"})
    releases(tmp_path / "in", {}, {"release_no": "R9", "booking_no": "B9"})
    publish(store, tmp_path)
    sealed(store, tmp_path, "bookings/B1")
    assert ends(store) == {"B9": OUT}
    assert counts(store) == (2, 0, 0, 0)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home" / "deliveries").rglob("*") if path.is_file())
    assert b"R9,B9" in kept
    assert b"R1,B1" not in kept
    releases(tmp_path / "in", {}, {"release_no": "R9", "booking_no": "B9", "reason": "PR"}, day=14)
    publish(store, tmp_path, hours=3)
    assert WAITING not in report(tmp_path)
    assert counts(store) == (2, 0, 1, 0)


def test_case_22_a_sealed_release_withdraws_the_lists_that_knew_of_it(store, tmp_path):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {})
    publish(store, tmp_path)
    sealed(store, tmp_path, "releases/R1")
    assert ends(store) == {"B1": OPEN}
    assert len(store.read("withdrawn_lists")) == 1


MOMENTS = st.sampled_from(("2026-10-19 23:00", "2026-10-20 09:30", "2026-10-25 17:00", "2026-11-10 12:00", ""))
STAYS = st.lists(
    st.tuples(MOMENTS, st.sampled_from(("BOND", "TRANSFER", "DEATH", "FURLOUGH", ""))), min_size=1, max_size=3
)


def said(store):
    """What may be used, but for the day of the file that told of it last, and for a reason of an end that was left out.

    In one row that reason stays behind; no stay without an end has one.
    """
    table = usable(store).drop(columns="last_told_at")
    return str(table.assign(release_code=table["release_code"].where(table["ended_at"].notna())).to_dict("records"))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stays=STAYS, are_bookings_first=st.booleans(), is_one_by_one=st.booleans())
def test_bookings_and_releases_in_any_order_say_what_one_file_would(
    new_store, stays, are_bookings_first, is_one_by_one
):
    whole = [
        {"booking_no": f"B{n}", "last_name": f"QUILL{'AB'[n % 2]}", "released_at": at, "reason": why if at else ""}
        for n, (at, why) in enumerate(stays)
    ]
    booked = [{name: row[name] for name in ("booking_no", "last_name")} for row in whole]
    let_out = [{name: row[name] for name in ("booking_no", "released_at", "reason")} for row in whole]
    let_out = [row | {"release_no": f"R{n}"} for n, row in enumerate(let_out)]
    with tempfile.TemporaryDirectory() as folder:
        root, together = Path(folder, "two"), Path(folder, "one")
        apart = new_store()
        steps = [(bookings, booked), (releases, let_out)]
        for write, rows in steps if are_bookings_first else steps[::-1]:
            for number, part in enumerate([[row] for row in rows] if is_one_by_one else [rows]):
                write(root / "in", *part, day=11 + number)
                take_in(apart, root)
        said_apart = said(apart)
        one = new_store()  # the first is gone from here on
        bookings(together / "in", *whole, day=11, feed=WHOLE)
        take_in(one, together, ONE_FILE)
        assert said_apart == said(one)
