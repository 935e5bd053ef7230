"""Is what a file looks like told afresh once a row of it is sealed, as if the row had never come?"""

from pathlib import Path

from pipeline.drift.profile import from_json
from pipeline.store import Store
from tests.drift import road
from tests.drift.months import BOOKINGS, JAIL, File, looked_at, written
from tests.sealing.worlds import World


def test_a_sealed_row_is_in_no_profile(store: Store, tmp_path: Path, bookings: list[File]):
    month = bookings[0]
    road.deliver(tmp_path / "in", BOOKINGS, month)
    road.take_in(store, tmp_path / "in", BOOKINGS)
    sealed, others = month.rows[3], [row for row in month.rows if row["BOOKING_NO"] != month.rows[3]["BOOKING_NO"]]
    World(store, tmp_path).seal(f"{JAIL.name}/{BOOKINGS.name}/{sealed['BOOKING_NO']}", with_run=False)
    kept = store.read("profiles_of_feed", agency=JAIL.name, feed=BOOKINGS.name, most=9, from_delivery_id=0)
    never = looked_at(BOOKINGS, month.name, written(BOOKINGS, others)).profile
    assert [from_json(profile) for profile in kept["profile"]] == [never]
    assert never.row_count == len(others) < len(month.rows)
