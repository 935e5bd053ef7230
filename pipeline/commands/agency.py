"""`outreach agency …`: what would become of a file, if its agency delivered it?"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import console
from pipeline.commands.common import JsonOption
from pipeline.contract.errors import SettingError

if TYPE_CHECKING:
    from pipeline.dry_run import FileTold

REFUSED = 1
"""Exit code where a file would not be taken in."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What does an agency's declaration make of a file?\n\n"
    "Example: `outreach agency check bookings_20261116.csv --agency county_jail`",
)


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own, however few there are."""


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(metavar="FILE_OR_FOLDER", help="What the agency means to send; a ZIP is looked into.")
    ],
    agency: Annotated[str, typer.Option("--agency", metavar="NAME", help="As `outreach agencies` lists it.")],
    as_json: JsonOption = False,
) -> None:
    """Try a file out, without taking it in: which rows would be set aside, why, and what to do about it.

    Tells where each file's rows would go and every reason with its first lines; of a single file also what its rows
    count as and how often each column is filled. Opens no database, keeps nothing, shows no value. Exit code 1 where a
    file would be refused.

    Example: `outreach agency check deliveries/city_police --agency city_police`
    """
    from pipeline.agencies import load_agencies
    from pipeline.dry_run import check_files, paths_to_check

    declared = {one.name: one for one in load_agencies()}
    if agency not in declared:
        raise SettingError(f"no agency of that name is declared; there are {', '.join(sorted(declared))} [{agency}]")
    paths = paths_to_check(declared[agency], path)
    if not paths:
        raise SettingError(f"there is no file here to look at [{path}]")
    with console.progress_bars(not as_json) as progress:
        found = []
        for number, one in enumerate(check_files(declared[agency], paths), start=1):
            found.append(one)
            progress("look at the files", min(number / len(paths), 1))
    if as_json:
        console.say_json([asdict(one) for one in found])
    else:
        _show(found)
    if any(one.feed and one.refused for one in found):
        raise typer.Exit(REFUSED)


def _show(found: list["FileTold"]) -> None:
    names = ("file", "feed", "rows", "accepted", "quarantined", "retracted", "held", "extra_columns")
    rows = [[getattr(one, name) for name in names] for one in found]
    console.table("What would become of it", [name.replace("_", " ") for name in names], rows)
    for one in found:
        if one.refused:
            console.complain(f"[{one.file}]: {one.refused}")
    aside = [
        (one.file, r.costs, r.count, r.column, r.code, r.message, ", ".join(map(str, r.lines)))
        for one in found
        for r in one.reasons
    ]
    if aside:
        headers = ("file", "costs", "count", "column", "reason", "message", "first lines")
        console.table("What would be set aside", headers, aside)
    if len(found) == 1 and found[0].accepted:
        [one] = found
        console.table("What its rows count as", ("what", "count"), one.said)
        shares = [(f.column, f"{f.share:.1%}" if f.is_there else "not in the file") for f in one.columns]
        console.table("How often each column is filled", ("column", "filled"), shares)
