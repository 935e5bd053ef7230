"""Which rows may not come in again? Finds those of sealed records in what is delivered, by their tombstones."""

from typing import IO

from pipeline import audit, sealed_rows
from pipeline.audit import Act
from pipeline.contract.declaration import Agency, Feed
from pipeline.store import Work


def sealed_lines(work: Work, act: Act, agency: Agency, feed: Feed, stream: IO[bytes], key: str) -> frozenset[int]:
    """On which lines of this delivery do rows begin that may not come in? Read only where a tombstone stands."""
    marks = set(work.read("tombstones", agency=agency.name)["mark"])
    if not marks:
        return frozenset()
    lines = sealed_rows.sealed_lines(agency, feed, stream, lambda one: sealed_rows.mark_of(one, key) in marks)
    if lines:
        audit.record(work, act, "sealed_rows_refused", agency=agency.name, feed=feed.name, rows=len(lines))
    return lines
