"""What is written down of rosters that are taken in: which day each is of, and whom its unread rows may name?

The rim of `pipeline.snapshots`: it reads and writes, and decides nothing.
"""

import pandas as pd

from pipeline import receive, snapshots
from pipeline.audit import Act
from pipeline.contract.declaration import Agency, Feed, SnapshotRule
from pipeline.store import Work

DAY = ["named_for", "observed_on", "earliest_at", "latest_at"]
"""What is kept of the day that a roster is of."""


def tell(work: Work, act: Act, agency: Agency, feed: Feed, delivery_ids: list[int]) -> None:
    """Write down which day each of these files lists everybody of, and whom its rows that were set aside may name."""
    if feed.snapshot and delivery_ids:
        work.copy("core.unread_listing", _unread(work, feed, delivery_ids))
        tell_days(work, act, agency, feed, delivery_ids)


def tell_days(work: Work, act: Act, agency: Agency, feed: Feed, delivery_ids: list[int]) -> None:
    """Write down which day each of these files is of, where it is a roster and that day is not known yet."""
    if feed.snapshot:
        for delivery_id, told in _days(work, agency, feed, feed.snapshot, delivery_ids).items():
            number = _next_number(work)
            work.run("insert_snapshot", delivery_id=delivery_id, **told, taken_in_number=number, taken_in_at=act.at)


def tell_anew(work: Work, act: Act, agency: Agency, feed: Feed, delivery_id: int, from_number: int) -> bool:
    """Let what a new reading of a roster says of it count from this number on. Does it say anything else?"""
    if feed.snapshot is None:
        return False
    this = {"delivery_id": delivery_id, "from_number": from_number}
    was, now = work.read("unread_listings", delivery_id=delivery_id), _unread(work, feed, [delivery_id])
    is_same = _rows(was) == _rows(now)
    if not is_same:
        work.run("end_unread_listings", **this)
        work.copy("core.unread_listing", now.assign(from_number=from_number))
    [day] = _days(work, agency, feed, feed.snapshot, [delivery_id]).values()
    known = work.read("day_of_roster", delivery_id=delivery_id)[DAY].to_dict("records")
    is_same_day = known == [day]
    if not is_same_day:
        work.run("end_snapshots", **this)
        work.run("insert_snapshot", delivery_id=delivery_id, **day, taken_in_number=from_number, taken_in_at=act.at)
    return not (is_same and is_same_day)


def _unread(work: Work, feed: Feed, delivery_ids: list[int]) -> pd.DataFrame:
    return snapshots.unread_listings(feed, work.read("faulty_rows", delivery_ids=delivery_ids))


def _rows(listings: pd.DataFrame) -> set[tuple]:
    keys = listings["record_key"].astype(object).where(listings["record_key"].notna(), None)
    return set(zip(listings["line_number"], keys, strict=True))


def _days(
    work: Work, agency: Agency, feed: Feed, rule: SnapshotRule, delivery_ids: list[int]
) -> dict[int, dict[str, object]]:
    """Which day is each of these rosters of? delivery_id → as `snapshots.snapshot_row`."""
    found = {}
    for row in work.read("newest_admissions", delivery_ids=delivery_ids).to_dict("records"):
        named = (row["business_date"], *(receive.business_date(feed, name) for name in row["other_names"]))
        newest = None if pd.isna(row["newest_admission"]) else row["newest_admission"]
        found[int(row["delivery_id"])] = snapshots.snapshot_row(agency, rule, named, newest)
    return found


def _next_number(work: Work) -> int:
    return int(str(work.ask("next_taken_in_number")))
