"""`outreach agency …`: which declaration fits a file, what would become of it, and how do files change over time?"""

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import console
from pipeline.commands.common import AtOption, JsonOption, act_of, opened_store
from pipeline.contract.errors import DeliveryRefused, SettingError
from pipeline.receive import COMPANIONS
from pipeline.settings import read_settings

if TYPE_CHECKING:
    from pipeline.contract.declaration import Agency
    from pipeline.drafting.draft import FeedDraft
    from pipeline.dry_run import FileTold

REFUSED = 1
"""Exit code where a file would not be taken in."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Draft an agency's declaration from a sample file, see what it makes of a file, and how its files change.\n\n"
    "Example: `outreach agency new bookings_20261116.csv --name county_jail`",
)


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(metavar="FILE_OR_FOLDER", help="What the agency means to send; a ZIP is looked into.")
    ],
    agency: Annotated[str, typer.Option("--agency", metavar="NAME", help="As `outreach agencies` lists it.")],
    history: Annotated[
        bool, typer.Option("--history", help="Hold each file against what the database keeps of those before it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Try a file out, without taking it in: which rows would be set aside, why, and what to do about it.

    Tells where each file's rows would go and every reason with its first lines; of a single file also what its rows
    count as and how often each column is filled. Keeps nothing, shows no value, and opens no database but with
    `--history`. Exit code 1 where a file would be refused.

    Example: `outreach agency check deliveries/city_police --agency city_police`
    """
    from pipeline.dry_run import check_files, paths_to_check

    declared = _declared(agency)
    paths = paths_to_check(declared, path)
    if not paths:
        raise SettingError(f"there is no file here to look at [{path}]")
    with console.progress_bars(not as_json) as progress:
        found = []
        try:
            for number, one in enumerate(check_files(declared, paths), start=1):
                found.append(one)
                progress("look at the files", min(number / len(paths), 1))
        except DeliveryRefused as fault:  # it cannot be opened: nothing is known of what is in it
            raise SettingError(str(fault)) from None
    if history:
        found = _against_history(declared, found)
    if as_json:
        console.say_json([asdict(replace(one, profile=None)) for one in found])
    else:
        _show(found)
    if any(one.feed and (one.refused or any(drift.is_refusing for drift in one.drift)) for one in found):
        raise typer.Exit(REFUSED)


def _declared(name: str) -> "Agency":
    """Which agency has this name? Raises SettingError where none has."""
    from pipeline.agencies import load_agencies

    declared = {one.name: one for one in load_agencies()}
    if name not in declared:
        raise SettingError(f"no agency of that name is declared; there are {', '.join(sorted(declared))} [{name}]")
    return declared[name]


def _against_history(agency: "Agency", found: list["FileTold"]) -> list["FileTold"]:
    """What is told of the files, once they are held against what is kept of those before them?"""
    from pipeline import drifting, receive
    from pipeline.drift.findings import Delivered

    told = []
    with opened_store(read_settings()) as store, store.transaction() as work:
        for one in found:
            if one.feed is not None and one.profile is not None:
                feed = agency.feed(one.feed)
                day = receive.business_date(feed, one.file)
                file = Delivered(file=one.file, business_date=day, profile=one.profile)
                one = replace(one, drift=drifting.check_against(work, agency, feed, file))
            told.append(one)
    return told


@app.command()
def drift(
    agency: Annotated[str | None, typer.Option("--agency", metavar="NAME", help="Only this one (else all).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how the files of each feed changed over time: columns, rows, what they hold. Never a value.

    The newest files with findings; with --json every kept file, how full its columns were, and all findings.

    Example: `outreach agency drift --agency county_jail`
    """
    from pipeline import drifting
    from pipeline.agencies import load_agencies

    agencies = (_declared(agency),) if agency else load_agencies()
    with opened_store(read_settings()) as store, store.transaction() as work:
        feeds = drifting.histories(work, agencies)
    if as_json:
        console.say_json([asdict(feed) for feed in feeds])
        return
    rows = [
        (
            feed.agency,
            feed.feed,
            file.file,
            one.kind.replace("_", " "),
            "refused" if file.is_refused else "",
            one.sentence,
        )
        for feed in feeds
        for file in reversed(feed.files)
        for one in file.findings
    ]
    title = f"{console.counted(len(rows), 'finding')} in {console.counted(sum(len(f.files) for f in feeds), 'file')}"
    console.table(title, ("agency", "feed", "file", "what", "file is", "found, and what to do"), rows)


@app.command(name="let-in")
def let_in(
    file_name: Annotated[str, typer.Argument(metavar="FILE_NAME", help="Name of the refused file, without folder.")],
    agency: Annotated[str, typer.Option("--agency", metavar="NAME", help="As `outreach agencies` lists it.")],
    because: Annotated[
        str,
        typer.Option(
            "--because", help="Why the file is right, in a sentence. It is kept for good: never name a person."
        ),
    ],
    at: AtOption = None,
) -> None:
    """Let a file in that was refused because it differs from those before it: it is as it should be.

    The next run takes it in, if it still lies in the agency's folder. What is usual is told from this file on.

    Example: `outreach agency let-in bookings_20261116.csv --agency county_jail --because "The jail closed for a month"`
    """
    from pipeline import drifting
    from pipeline.publication import reason_of

    declared = _declared(agency)
    with opened_store(read_settings()) as store, store.run_lock():
        feed = drifting.let_in(store, act_of(at), declared, file_name, reason_of(because))
    console.out.print(f"[{agency}] [{feed}] [{file_name}]: the next run takes it in", markup=False)


@app.command()
def new(
    path: Annotated[
        Path, typer.Argument(metavar="FILE_OR_FOLDER", help="A sample of what the agency sends; a ZIP is looked into.")
    ],
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
    places = _layout(layout) if layout else None
    called = title or name.replace("_", " ").capitalize()
    with console.progress_bars(not as_json) as progress:
        made = draft(paths, name, called, read_settings().zone, places, progress)
    if out is not None:
        _write(out, made.text)
    if as_json:
        console.say_json({"draft": made.text, "decisions": made.decisions, "feeds": [_told(one) for one in made.feeds]})
        return
    if out is None:
        sys.stdout.write(made.text)
    console.err.print(f"{console.counted(len(made.decisions), 'decision')} left to you:", markup=False)
    for line in made.decisions:
        console.err.print(f"  {line}", markup=False)


def _layout(path: Path) -> str:
    """Which places does a file of a layout name? Raises SettingError where it is no text that can be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise SettingError(f"there is no file here to read as a layout; name another with --layout [{path}]") from None
    except UnicodeDecodeError:
        raise SettingError(f"the layout is no text in UTF-8; write column,first,last on each line [{path}]") from None
    if not text.strip():
        raise SettingError(f"the layout is empty; write column,first,last on each line [{path}]")
    return text


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise SettingError(f"the draft cannot be written here; name another file with --out [{path}]") from None


def _told(feed: "FeedDraft") -> dict:
    """What is told of a feed: its columns' kinds, never their values."""
    names = ("name", "kind", "formats", "field", "is_personal", "is_never_blank", "is_unique")
    columns = [{one: getattr(column, one) for one in names} for column in feed.columns]
    own = {"name": feed.name, "file_pattern": feed.names.pattern, "rows": feed.row_count}
    return own | {"format": type(feed.wire.format).__name__, "key": feed.key, "columns": columns}


def _files(path: Path) -> list[Path]:
    """Which files are meant, or which folder that is one delivery? Raises SettingError where there are none."""
    from pipeline.drafting.samples import is_one_delivery

    paths = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    if path.is_dir() and is_one_delivery(path):
        return [path]
    if not all(one.is_file() for one in paths) or not paths:
        raise SettingError(f"there is no file here to look at [{path}]")
    return paths


def _show(found: list["FileTold"]) -> None:
    names = ("file", "feed", "rows", "accepted", "quarantined", "retracted", "held", "extra_columns")
    rows = [[getattr(one, name) for name in names] for one in found]
    console.table("What would become of it", [name.replace("_", " ") for name in names], rows)
    for one in found:
        if one.other_encoding_lines:
            console.complain(f"[{one.file}]: lines read in the declared other encoding: {one.other_encoding_lines}")
        if one.refused:
            console.complain(f"[{one.file}]: {one.refused}")
        for finding in one.drift:
            cost = "it would be refused: " if finding.is_refusing else ""
            console.complain(f"[{one.file}] differs from the files before it: {cost}{finding.sentence}")
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
