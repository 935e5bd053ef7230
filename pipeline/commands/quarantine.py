"""`outreach quarantine …`: what was set aside, and how does it come in or stay aside for good?"""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import console
from pipeline.commands.common import AtOption, JsonOption, act_of, opened_store
from pipeline.contract.codes import RowFault
from pipeline.contract.errors import SettingError
from pipeline.settings import read_settings

if TYPE_CHECKING:
    from pipeline.contract.declaration import Agency
    from pipeline.quarantine import Asked
    from pipeline.rereading import FileReread

PATIENCE_SECONDS = 60
"""How long to wait for a run that holds the database."""

AgencyOption = Annotated[str | None, typer.Option("--agency", metavar="NAME", help="Only this agency.")]
FileOption = Annotated[str | None, typer.Option("--file", metavar="NAME", help="Only files of this name.")]
ReasonOption = Annotated[RowFault | None, typer.Option("--reason", help="Only rows set aside for this.")]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="Only files with this business date or a later one."),
]

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode="markdown",
    help="What was set aside, why, and what is to be done? Never a value.\n\n"
    "Without a sub-command: every row that is set aside. Count with `list`, look closer with `show`, take in what a "
    "corrected declaration reads with `retry`, and put away with `accept` what stays aside.",
)


@app.callback()
def everything(context: typer.Context, as_json: JsonOption = False) -> None:
    """List rows that were set aside: agency, feed, file, line, reason, and what to do. Never a value."""
    if context.invoked_subcommand is not None:
        return
    with opened_store(read_settings()) as store:
        frame = store.read("quarantined_rows")
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    _show_rows([row | {"line": int(row["line"]) if row["line"] else None} for row in rows], as_json)


def _show_rows(rows: list[dict], as_json: bool) -> None:
    if as_json:
        console.say_json(rows)
        return
    columns = ("agency", "feed", "file", "line", "row_count", "column", "reason", "message")
    columns = (*columns, "is_worked") if rows and "is_worked" in rows[0] else columns
    heads = [name.removeprefix("is_").replace("_", " ") for name in columns]
    console.table(console.counted(len(rows), "line"), heads, [[_shown(row[c]) for c in columns] for row in rows])


def _shown(cell: object) -> object:
    return ("yes" if cell else "") if isinstance(cell, bool) else cell


@app.command(name="list")
def show_list(
    agency: AgencyOption = None, reason: ReasonOption = None, since: SinceOption = None, as_json: JsonOption = False
) -> None:
    """Count what is set aside: by agency, feed and reason, and by agency from week to week.

    A row is open until it is taken in or somebody accepts that it stays aside (worked).

    Example: `outreach quarantine list --agency city_police --since 2026-10-01`
    """
    from pipeline import quarantine

    with opened_store(read_settings()) as store, store.transaction() as work:
        told = quarantine.summary(work, _asked(agency, reason, since))
    if as_json:
        console.say_json(asdict(told))
        return
    rows = [tuple(asdict(one).values()) for one in told.by_reason]
    console.table("What is set aside", ("agency", "feed", "reason", "open", "worked"), rows)
    weeks: dict[str, dict[str, int]] = defaultdict(dict)
    for one in told.by_week:
        weeks[one.agency][one.week] = one.row_count
    every = sorted({one.week for one in told.by_week})
    if every:
        pictures = [
            (name, quarantine.picture(tuple(counts.get(week, 0) for week in every)), sum(counts.values()))
            for name, counts in weeks.items()
        ]
        title = f"\nRows by week, {every[0]} to {every[-1]} (weeks with none of any agency left out)"
        console.table(title, ("agency", "weeks", "rows"), pictures)


@app.command()
def show(
    agency: AgencyOption = None,
    file: FileOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rows of one file, one reason or one agency: where they stand, what is wrong, what to do.

    The line number points into the agency's file; no value is ever shown.

    Example: `outreach quarantine show --file bookings_20261116.csv`
    """
    from pipeline import quarantine

    if not (agency or file or reason or since):
        raise SettingError("say which rows: give --agency, --file, --reason or --since")
    with opened_store(read_settings()) as store, store.transaction() as work:
        rows = quarantine.rows(work, _asked(agency, reason, since), file)
    _show_rows(rows, as_json)


def _asked(agency: str | None, reason: RowFault | None, since: datetime | None) -> "Asked":
    from pipeline.quarantine import Asked

    declared = [one.name for one in _declared(agency)] if agency else []
    return Asked(agency=declared[0] if declared else None, reason=reason, since=since.date() if since else None)


def _declared(agency: str | None) -> tuple["Agency", ...]:
    """Which agencies are meant? Raises SettingError for a name that none has."""
    from pipeline.agencies import load_agencies

    every = load_agencies()
    found = tuple(one for one in every if agency in (None, one.name))
    if not found:
        names = ", ".join(one.name for one in every)
        raise SettingError(f"no agency of that name is declared; there are {names} [{agency}]")
    return found


@app.command()
def retry(
    agency: AgencyOption = None,
    file: FileOption = None,
    every_file: Annotated[
        bool, typer.Option("--every-file", help="Read also files of which nothing was set aside or left out.")
    ] = False,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read kept files anew, after their agency's declaration was corrected; rows that pass now are taken in.

    Also files that were refused as a whole, whether or not they still lie in the agency's folder. What is taken in is
    known from now on: lists already published stay as they are. Publishes nothing; start `outreach run` for that.

    Example: `outreach quarantine retry --agency city_police`
    """
    from pipeline import flow, rereading

    settings, declared = read_settings(), _declared(agency)
    vault, id_key = flow.vault_of(settings), settings.id_key.get_secret_value()
    asked = {"file_name": file, "is_every_file": every_file}
    with (
        opened_store(settings) as store,
        store.run_lock(PATIENCE_SECONDS),
        console.progress_bars(not as_json) as progress,
    ):
        shown = {"progress": lambda share: progress("read kept files anew", share)}
        told = rereading.retry(store, act_of(at), declared, vault, id_key, **asked, **shown)
    if as_json:
        console.say_json([asdict(one) for one in told])
    else:
        _show_reread(told)


def _show_reread(told: list["FileReread"]) -> None:
    names = ("agency", "feed", "file", "outcome", "left_quarantine", "set_aside", "changed", "quarantined")
    rows = [[str(getattr(one, n)) if n == "outcome" else getattr(one, n) for n in names] for one in told]
    console.table(f"{console.counted(len(told), 'file')} read anew", [name.replace("_", " ") for name in names], rows)
    for one in told:
        if one.message:
            console.complain(f"[{one.file}]: {one.message}")


@app.command()
def accept(
    agency: Annotated[str, typer.Option("--agency", metavar="NAME", help="Whose rows.")],
    because: Annotated[
        str, typer.Option("--because", help="Why they stay aside. Kept for good: a sentence that names nobody.")
    ],
    file: FileOption = None,
    reason: ReasonOption = None,
    line: Annotated[int | None, typer.Option("--line", min=1, help="Only the row on this line of --file.")] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept that rows stay aside: they are worked, and nobody need look at them again.

    They stay in quarantine and in every count. Nothing is taken in against its declaration: if the agency is right and
    the declaration wrong, correct the declaration and use `retry`.

    Example: `outreach quarantine accept --agency city_police --file cad_20261115.csv --because "sent again corrected"`
    """
    from pipeline import quarantine

    if line and not file:
        raise SettingError("a line is a line of a file: give --file too")
    [declared] = _declared(agency)
    settings = read_settings()
    with opened_store(settings) as store, store.run_lock(PATIENCE_SECONDS), store.transaction() as work:
        asked = {"file_name": file, "reason": reason, "line_number": line}
        count = quarantine.accept(work, act_of(at), agency=declared.name, because=because, **asked)
    if as_json:
        console.say_json({"rows": count})
    else:
        console.out.print(f"{console.counted(count, 'row')} worked; they stay set aside.", markup=False)
