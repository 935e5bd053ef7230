"""`outreach seal`: how does somebody make a record as if it had never been?"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import console
from pipeline.commands.common import AtOption, JsonOption, OutOption, act_of, opened_store
from pipeline.contract.codes import SealingCause
from pipeline.contract.errors import SettingError
from pipeline.settings import read_settings


def seal(
    records: Annotated[
        list[str] | None,
        typer.Argument(metavar="RECORD…", help="agency/feed/key, as in record_keys of outreach_list.json."),
    ] = None,
    because: Annotated[
        str | None,
        typer.Option("--because", help="Whose word it is: the number of an order or a ticket, never a name."),
    ] = None,
    cause: Annotated[SealingCause | None, typer.Option("--cause", help="Why.")] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="File with one record a line, so that none is typed.")
    ] = None,
    lift: Annotated[
        bool,
        typer.Option("--lift", help="Let the records come in again when they are delivered anew; nothing comes back."),
    ] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Do not publish a new list; one that held the record is withdrawn anyway.")
    ] = False,
    out: OutOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make records as if they had never been: sealed, expunged, mistaken or retracted by their sender.

    Their rows and all that rested on them disappear, lists that held them are withdrawn, a new list takes the place of
    the current one, and a tombstone refuses the records from now on. This cannot be undone.

    Example: `outreach seal --from order.txt --cause expunged --because "order 26-114"`
    """
    from pipeline import seal_run
    from pipeline.agencies import load_agencies
    from pipeline.sealing import Order, parse_records

    if not because or not because.strip():
        raise SettingError("say whose word it is with --because: the number of an order or a ticket, never a name")
    if cause is None and not lift:
        raise SettingError(f"say why with --cause {[one.value for one in SealingCause]}")
    settings, agencies = read_settings(), load_agencies()
    named = parse_records([*(records or []), *_lines(from_file)], agencies)
    with opened_store(settings) as store:
        if lift or cause is None:
            told = seal_run.lift_in_run(store, act_of(at), named, because, settings)
        else:
            order, folder = Order(named, cause, because), out or settings.out
            told = seal_run.seal_and_run(store, act_of(at), order, agencies, settings, folder, with_run=not no_run)
    if as_json:
        console.say_json(told)
        return
    console.table("What was done", ("what", "count"), [(k.replace("_", " "), v) for k, v in told["counts"].items()])
    for line in told["notices"]:
        console.out.print(line, markup=False)


def _lines(path: Path | None) -> list[str]:
    """Which records does the file name? Raises SettingError where it cannot be read."""
    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingError(f"the file of records cannot be read as text [{path}]") from None
