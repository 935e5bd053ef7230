"""What do all commands share? Options that mean the same everywhere, the store, the day and the person who types.

The only place where the clock is read.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.audit import Act
    from pipeline.fetch.trying import Clock
    from pipeline.store import Store

DeliveriesOption = Annotated[
    Path | None,
    typer.Option(
        "--deliveries", help="Folder with one folder of delivered files per agency (else OUTREACH_DELIVERIES)."
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The list's day, counted to its end (else today)."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder for the published files (else OUTREACH_OUT).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines instead of tables.")]
AtOption = Annotated[
    datetime | None,
    typer.Option("--at", formats=["%Y-%m-%dT%H:%M"], help="The moment (UTC) this run counts as happening (else now)."),
]


@contextmanager
def opened_store(settings: Settings) -> Iterator["Store"]:
    """Open the store of the settings for one command."""
    from pipeline.store import Store

    store = Store.open(settings)
    try:
        yield store
    finally:
        store.close()


def day_of(as_of: datetime | None, settings: Settings) -> date:
    """Which day was typed, or is it today in the county?"""
    return as_of.date() if as_of else datetime.now(ZoneInfo(settings.zone)).date()


def clock() -> "Clock":
    """What tells moments and makes pauses?"""
    from pipeline.fetch.trying import Clock

    return Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)


def act_of(at: datetime | None) -> "Act":
    """Who types, and at which moment does it count as happening?"""
    from pipeline.audit import Act

    return Act(actor=getuser(), at=at.replace(tzinfo=UTC) if at else datetime.now(UTC))


KnownAtOption = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        formats=["%Y-%m-%dT%H:%M"],
        help="Use only what had been received and decided by this moment (UTC; else everything). Changes nobody's id "
        "and does not become the current list.",
    ),
]


def moment_of(typed: datetime | None) -> datetime | None:
    """Which moment was typed, in UTC?"""
    return typed.replace(tzinfo=UTC) if typed else None
