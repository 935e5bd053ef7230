"""Who did what, and is the record of it whole? `outreach audit …` reads the audit trail and changes nothing."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline import console
from pipeline.commands.common import JsonOption, opened_store
from pipeline.settings import read_settings

BROKEN = 1
"""Exit code where the chain does not hold."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Who did what, when and why; and is the record of it whole?\n\n"
    "Every write leaves an event of counts and ids, and each event carries the hash of the one before it. "
    "Example: `outreach audit verify`, then `outreach audit show --since 2026-11-01 --act list_published`",
)


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="HASH", help="A head noted earlier: it has to be in the chain still."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Is the audit trail as it was written? Recomputes the whole chain; exit code 1 where it does not hold.

    Tells the number of events and the chain's head. Note the head where nobody with rights on the database can reach
    it, such as in the ticket of the week: whoever owns a database can write a whole new chain, but none that holds
    a head noted elsewhere. The head of the day a list was published is kept with the list.

    What can be wrong with the first broken event: `changed`, `missing` (events before it), `out of order`, `added`
    (past the database's own way), `cut off at the end`, `head changed`.

    Example: `outreach audit verify --head 9f2c…` with the head noted last week
    """
    from pipeline import audit

    settings = read_settings()
    with (
        opened_store(settings) as store,
        store.transaction() as work,
        console.progress_bars(not as_json) as progress,
    ):
        verdict = audit.verify(work, head, lambda share: progress("verify the audit trail", share))
    if as_json:
        console.say_json(
            {
                "is_whole": verdict.is_whole,
                "events": verdict.event_count,
                "head": verdict.head,
                "first_broken_event": verdict.event_id,
                "fault": verdict.fault,
                "message": verdict.sentence,
            }
        )
    elif verdict.is_whole:
        console.out.print(f"The audit trail is whole: {verdict.event_count:,} events. Head:\n{verdict.head}")
    if not verdict.is_whole:
        console.complain(f"the audit trail is broken: {verdict.sentence}")
        raise typer.Exit(BROKEN)


@app.command()
def show(
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this local day on.")
    ] = None,
    act: Annotated[
        str | None, typer.Option("--act", metavar="NAME", help="Only acts of this name, such as list_published.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many events to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what was done, when, by whom and why: the newest first.

    Events hold counts and ids, never a person's name or value. Moments are in UTC; `--since` is a day in the county.

    Example: `outreach audit show --since 2026-11-01 --act list_published`
    """
    settings = read_settings()
    moment = since.replace(tzinfo=ZoneInfo(settings.zone)) if since else None
    with opened_store(settings) as store:
        events = store.read("told_events", since=moment, act=act, at_most=top)
    events["at"] = [at.astimezone(UTC) for at in events["at"]]
    rows = events.astype(object).where(events.notna(), None).to_dict("records")
    if as_json:
        console.say_json([row | {"event_id": int(row["event_id"]), "at": row["at"].isoformat()} for row in rows])
        return
    shown = [
        (
            f"{row['at']:%Y-%m-%d %H:%M:%S} UTC",
            *(row["actor"], row["act"], row["why"]),
            ", ".join(f"{name} {fact}" for name, fact in row["facts"].items()),
        )
        for row in rows
    ]
    console.table(console.counted(len(rows), "event"), ("at", "who", "act", "why", "what"), shown)
