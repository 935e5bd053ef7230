"""`outreach history` and `outreach replay`: who was who at any moment, and can a list be made again?"""

from datetime import datetime
from typing import Annotated

import typer

from pipeline import console
from pipeline.commands.common import JsonOption, moment_of, opened_store
from pipeline.settings import read_settings

FAILED = 1


def history(
    person_id: Annotated[str, typer.Argument(metavar="PERSON", help="Any id ever shown, such as P-7K3QM2XD.")],
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="Only what held at this moment (UTC)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Which records did an id hold, from when to when, and why? Also where the id leads today.

    Example: `outreach history P-7K3QM2XD --at 2026-03-02T08:00`
    """
    from pipeline.history import person_history

    settings = read_settings()
    with opened_store(settings) as store, store.transaction() as work:
        told = person_history(work, person_id, moment_of(at))
    if as_json:
        console.say_json(told)
        return
    console.out.print(_sentence(told), markup=False)
    heads = ("record_id", "from_at", "until_at", "cause", "because_record_id", "blocking_rule", "match_weight")
    titles = ("record", "from", "until", "came as", "because of", "brought together by", "weight (bits)")
    console.table("\nRecords", titles, [[_shown(row[name]) for name in heads] for row in told["records"]])
    lists = [(row["list_id"], row["as_of"], row["rank"], row["points"]) for row in told["lists"]]
    console.table("\nOn lists", ("list", "as of", "rank", "points"), lists)


def _sentence(told: dict) -> str:
    """Where does the id stand, in a line or two?"""
    since = f"{told['person_id']} is known since {told['first_seen_at'][:10]}."
    split = f" Taken apart from {told['split_from']}." if told["split_from"] else ""
    moved = f" Found to be the same person as {told['person_now']}." if told["person_now"] != told["person_id"] else ""
    return since + split + moved


def _shown(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.1f}"
    return "" if value is None else str(value).replace("+00:00", "")


def replay(
    list_id: Annotated[str, typer.Argument(metavar="LIST_ID", help="As printed on every page of a list.")],
    as_json: JsonOption = False,
) -> None:
    """Make a published list again from what was known then, and compare it to its hash. Leaves nothing behind.

    Exit code 0 when it comes out byte for byte; 1 with what differs when it does not.

    Example: `outreach replay 3f9a1c20d4e5b687`
    """
    from dataclasses import asdict

    from pipeline.agencies import load_agencies
    from pipeline.replay import replay as make_again

    settings = read_settings()
    with opened_store(settings) as store:
        found = make_again(store, settings, load_agencies(), list_id)
    if as_json:
        console.say_json(asdict(found))
    elif found.is_same:
        console.out.print(f"The list {list_id} comes out again, byte for byte.", markup=False)
    else:
        console.out.print(f"The list {list_id} does not come out as it was:", markup=False)
        for line in found.differences:
            console.out.print(f"  {line}", markup=False)
    if not found.is_same:
        raise typer.Exit(FAILED)
