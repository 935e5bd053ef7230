"""`outreach agency …`: which declaration fits a file, and what would become of it if its agency delivered it?"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import console
from pipeline.commands.common import JsonOption
from pipeline.contract.errors import SettingError
from pipeline.receive import COMPANIONS
from pipeline.settings import read_settings

if TYPE_CHECKING:
    from pipeline.drafting.draft import FeedDraft
    from pipeline.dry_run import FileTold

REFUSED = 1
"""Exit code where a file would not be taken in."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Draft an agency's declaration from a sample file, and see what a declaration makes of a file.\n\n"
    "Example: `outreach agency new bookings_20261116.csv --name county_jail`",
)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER", help="What the agency means to send.")],
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
    from pipeline.dry_run import check_files

    declared = {one.name: one for one in load_agencies()}
    if agency not in declared:
        raise SettingError(f"no agency of that name is declared; there are {', '.join(sorted(declared))} [{agency}]")
    paths = _files(path)
    with console.progress_bars(not as_json) as progress:
        found = []
        for number, one in enumerate(check_files(declared[agency], paths), start=1):
            found.append(one)
            progress(f"look at {console.counted(len(paths), 'file')}", number / len(paths))
    if as_json:
        console.say_json([asdict(one) for one in found])
    else:
        _show(found)
    if any(one.feed and one.refused for one in found):
        raise typer.Exit(REFUSED)


@app.command()
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER", help="A sample of what the agency sends.")],
    name: Annotated[str, typer.Option("--name", help="Of the agency: lower_case, also the name of its folder.")],
    title: Annotated[str | None, typer.Option("--title", help="As a person would write it.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write (else the draft is printed).")] = None,
    layout: Annotated[
        Path | None, typer.Option("--layout", help="For fixed-width text: lines of column,first,last from 1.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the one file that declares an agency, from a sample: format, columns, dates, codes, who a row is about.

    What only a person can know is marked `DECIDE` in the draft and listed here. Nothing of a person is written or
    shown; code lists are written where a few short values recur in a column that does not look personal: look at them.
    The draft reads the sample as it stands: `outreach agency check` tells how.

    Example: `outreach agency new bookings_20261116.csv --name county_jail --out pipeline/agencies/county_jail.py`
    """
    from pipeline.drafting.draft import draft

    paths = [one for one in _files(path) if not COMPANIONS.fullmatch(one.name)]
    if out is not None and out.exists():
        raise SettingError(f"the file is there already and stays; name another with --out [{out}]")
    places = layout.read_text(encoding="utf-8") if layout else None
    made = draft(paths, name, title or name.replace("_", " ").capitalize(), read_settings().zone, places)
    if out is not None:
        out.write_text(made.text, encoding="utf-8")
    if as_json:
        console.say_json({"draft": made.text, "decisions": made.decisions, "feeds": [_told(one) for one in made.feeds]})
        return
    if out is None:
        sys.stdout.write(made.text)
    console.err.print(f"{console.counted(len(made.decisions), 'decision')} left to you:", markup=False)
    for line in made.decisions:
        console.err.print(f"  {line}", markup=False)


def _told(feed: "FeedDraft") -> dict:
    """What is told of a feed: its columns' kinds, never their values."""
    names = ("name", "kind", "formats", "field", "is_personal", "is_never_blank", "is_unique")
    columns = [{one: getattr(column, one) for one in names} for column in feed.columns]
    own = {"name": feed.name, "file_pattern": feed.names.pattern, "rows": feed.row_count}
    return own | {"format": type(feed.wire.format).__name__, "key": feed.key, "columns": columns}


def _files(path: Path) -> list[Path]:
    """Which files are meant? Raises SettingError where there are none."""
    paths = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    if not all(one.is_file() for one in paths) or not paths:
        raise SettingError(f"there is no file here to look at [{path}]")
    return paths


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
