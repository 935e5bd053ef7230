"""How are the rows of deliveries read back from raw? Some thousands at a time, whatever the size of the files."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pandas as pd

from pipeline import expect
from pipeline.contract.declaration import Feed
from pipeline.readers import Row
from pipeline.store import Work

T = TypeVar("T")

BATCH_ROWS = 30_000
"""Rows in memory at once, several times over: read ahead, worked on, written. Some 90 MB of them with what is made of
them; smaller batches cost more in all."""

CHARACTERS_AT_ONCE = 8_000_000
"""Characters of rows handed to the database at once while a file is read: some ten thousand bookings."""


def some_megabytes(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield rows as they are read from a file, together until their texts are long enough to be worth a COPY."""
    together, characters = [], 0
    for row in rows:
        together.append(row)
        characters += len(row.payload)
        if characters >= CHARACTERS_AT_ONCE:
            yield together
            together, characters = [], 0
    if together:
        yield together


def rows_at_once(work: Work, feed: Feed, deliveries: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield what the rows of these files hold that are not set aside, as `expect.flat_rows`."""
    return _ahead(rows for rows, _ in _read_one_by_one(work, feed, deliveries))


def rows_left_at_once(work: Work, feed: Feed, deliveries: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the same without the single values that the checks left out."""
    return _ahead(without_dropped(work, feed, rows) for rows, _ in _read_one_by_one(work, feed, deliveries))


def rows_and_texts_at_once(
    work: Work, feed: Feed, deliveries: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """Yield the rows of these files that are not set aside, and the JSON text of each."""
    return _ahead(_read_one_by_one(work, feed, deliveries))


def without_dropped(work: Work, feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """What is left of rows once the single values are blank that the checks left out?"""
    lines = {"first_line": int(rows["line_number"].min()), "last_line": int(rows["line_number"].max())}
    dropped = work.read("dropped_values", delivery_ids=[int(n) for n in rows["delivery_id"].unique()], **lines)
    return rows if dropped.empty else expect.without_values(feed, rows, dropped)


def _ahead(batches: Iterator[T]) -> Iterator[T]:
    """Yield batches. While one is worked on, the next is read: what is done with one may not change which follow."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        following = beside.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = beside.submit(next, batches, None)
            yield batch


def _read_one_by_one(work: Work, feed: Feed, deliveries: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """Yield the rows of these files and their JSON texts, some thousands at a time.

    Small files come together, a large one in parts: memory is bounded by the rows of a few batches.
    """
    for delivery_ids in _grouped(deliveries):
        after_line = -1
        while True:
            where = {"delivery_ids": delivery_ids, "after_line": after_line, "row_limit": BATCH_ROWS}
            stored = work.read("rows_of_deliveries", **where)
            if len(stored):
                yield expect.flat_rows(feed, stored, stored["payload"].tolist()), stored["payload"]
            if len(delivery_ids) > 1 or len(stored) < BATCH_ROWS:
                break
            after_line = int(stored["line_number"].iloc[-1])


def _grouped(deliveries: pd.DataFrame) -> Iterator[list[int]]:
    """Yield the ids of files that together have no more rows than a batch, or of one that has more."""
    group, rows = [], 0
    for delivery_id, row_count in zip(deliveries["delivery_id"], deliveries["row_count"], strict=True):
        if group and rows + row_count > BATCH_ROWS:
            yield group
            group, rows = [], 0
        group.append(int(delivery_id))
        rows += row_count
    if group:
        yield group
