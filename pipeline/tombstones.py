"""Which rows may not come in again? Takes those of sealed records out of what is delivered, by their tombstones."""

from dataclasses import dataclass

from pipeline import audit, sealed_rows
from pipeline.audit import Act
from pipeline.contract.declaration import Agency, Feed
from pipeline.store import Work


@dataclass(frozen=True)
class Cleaned:
    """What is left of a delivery? `refused_count` rows of sealed records are blank lines in `content`."""

    content: bytes
    refused_count: int


def without_sealed(work: Work, act: Act, agency: Agency, feed: Feed, content: bytes, key: str) -> Cleaned:
    """What may come in of this delivery? Its bytes, with blank lines for the rows of sealed records."""
    marks = set(work.read("tombstones", agency=agency.name)["mark"])
    if not marks:
        return Cleaned(content, 0)
    lines = sealed_rows.sealed_lines(agency, feed, content, lambda one: sealed_rows.mark_of(one, key) in marks)
    if lines:
        audit.record(work, act, "sealed_rows_refused", agency=agency.name, feed=feed.name, rows=len(lines))
    return Cleaned(sealed_rows.blanked(feed, content, set(lines)), len(lines))
