"""What does the road do with a month's file? Files are delivered and taken in, without linking anybody."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline import drifting, flow
from pipeline.audit import Act
from pipeline.contract.declaration import Feed
from pipeline.contract.errors import DeliveryRefused
from pipeline.contract.feed_history import FileHistory
from pipeline.settings import Settings
from pipeline.store import Store
from tests.drift.months import AGENCY_OF, Change, File, unchanged, written

AT = datetime(2026, 11, 17, 6, tzinfo=UTC)


def deliver(folder: Path, feed: Feed, month: File, change: Change = unchanged, name: str | None = None) -> Path:
    """Leave a month's file in the agency's folder, as it came or changed."""
    path = folder / AGENCY_OF[feed.name].name / (name or month.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(feed, change(month.rows)))
    return path


def take_in(store: Store, folder: Path, feed: Feed) -> list[str]:
    """Take in what lies there. Answers the clear lines on files that were refused; empty where none was."""
    settings = Settings(home=folder.parent / "home")
    try:
        flow.take_in_agency(store, Act("test", AT), AGENCY_OF[feed.name], folder, settings, lambda step, share: None)
    except DeliveryRefused as refusal:
        return refusal.lines()
    return []


def history(store: Store, feed: Feed) -> tuple[FileHistory, ...]:
    """What is told of the feed's files?"""
    with store.transaction() as work:
        return drifting.histories(work, (AGENCY_OF[feed.name],))[0].files
