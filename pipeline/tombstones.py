"""Which rows may not come in again? Finds those of sealed records in what is delivered, by their tombstones."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO

from pipeline import audit, sealed_rows
from pipeline.audit import Act
from pipeline.contract.declaration import Agency, Feed
from pipeline.store import Work


def sealed_lines(
    work: Work,
    act: Act,
    agency: Agency,
    feed: Feed,
    file_name: str,
    opened: Callable[[], AbstractContextManager[IO[bytes]]],
    key: str,
) -> frozenset[int]:
    """On which lines of this delivery do rows begin that may not come in? Read only where a tombstone stands.

    Rows of every feed that is read from such files: its bytes are kept once for all of them.
    """
    marks = set(work.read("tombstones", agency=agency.name)["mark"])
    if not marks:
        return frozenset()
    lines: frozenset[int] = frozenset()
    feeds = agency.feeds_of(file_name) or (feed,)
    for one in feeds:
        with opened() as stream:
            lines |= sealed_rows.sealed_lines(
                agency, one, feeds, stream, lambda name: sealed_rows.mark_of(name, key) in marks
            )
    if lines:
        audit.record(work, act, "sealed_rows_refused", agency=agency.name, feed=feed.name, rows=len(lines))
    return lines
