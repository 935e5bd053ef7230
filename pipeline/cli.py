"""What can a data engineer type? `outreach …`: every command opens the store, calls one step, and prints what it did.

The outermost caller: here every error becomes one clear line.
Exit codes: 0 done; 1 nothing could be published or found, or it was held back; 2 typed, set or declared
wrongly; 3 unexpected.
"""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from pipeline import console, log
from pipeline.commands import agency, audit, backup, fetch, persons, publication, quarantine, review, seal
from pipeline.commands.common import (
    AsOfOption,
    AtOption,
    DeliveriesOption,
    JsonOption,
    KnownAtOption,
    OutOption,
    act_of,
    day_of,
    moment_of,
    opened_store,
)
from pipeline.contract.errors import DeclarationError, OutreachError, SettingError
from pipeline.settings import read_settings

DONE, FAILED, MISTYPED, UNEXPECTED = 0, 1, 2, 3
SHOWN_ENTRIES = 10
"""Entries that `outreach run` prints; the whole list is in the files."""

app = typer.Typer(
    name="outreach",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="A county's police, jail and provider records become one ranked, explained outreach list.\n\n"
    "Start with `outreach synthesize --out county` and `outreach run --deliveries county --out out`. "
    "`outreach doctor` tells what is set up and what is not.",
)
app.add_typer(agency.app, name="agency")
app.add_typer(audit.app, name="audit")
app.add_typer(backup.app)

app.add_typer(quarantine.app, name="quarantine")
app.add_typer(review.app, name="review")


@app.command()
def run(
    deliveries: DeliveriesOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    out: OutOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what was delivered and publish the list of a day.

    Files already taken in are not taken in again. A file that cannot be used stops its agency with one clear line;
    the others go on, and the list says so. Leaves outreach_list.json, .xlsx, .pdf and run_report.html.

    A list that does not pass its checks is held back: the last one stays current, its files say why, and the command
    ends with exit code 1. See `outreach gate`.

    Example: `outreach run --deliveries county --as-of 2026-11-16 --out out`
    """
    from pipeline import answers, flow
    from pipeline.agencies import load_agencies

    settings = read_settings()
    agencies = load_agencies()
    with opened_store(settings) as store, console.progress_bars(not as_json) as progress:
        result = flow.run(
            store,
            act_of(at),
            agencies,
            settings,
            deliveries=deliveries or settings.deliveries,
            as_of=day_of(as_of, settings),
            out=out or settings.out,
            known_at=moment_of(known_at),
            progress=progress,
        )
        told = answers.tell(store, result)
    if as_json:
        console.say_json(told)
    else:
        _show_run(told)


def _show_run(told: dict) -> None:
    """Print counts per stage, the first entries and where the files are."""
    console.table("What happened", ("after", "count"), list(told["stages"].items()))
    columns = ("agency", "delivered", "accepted", "quarantined", "retracted", "held", "files", "files_refused")
    heads = [name.replace("_", " ") for name in columns]
    console.table("\nWhere every row went", heads, [[row[name] for name in columns] for row in told["accounting"]])
    entries = [
        (e["rank"], e["person_id"], e["team"], e["points"], e["reasons"][0]["sentence"])
        for e in told["entries"][:SHOWN_ENTRIES]
    ]
    title = f"\nThe first {len(entries)} of {len(told['entries'])}, as of {told['as_of']} (list {told['list_id']})"
    console.table(title, ("rank", "person", "team", "points", "first reason"), entries)
    for line in told["refusals"]:
        console.complain(f"not taken in: {line}")
    for line in told["drift"]:
        console.complain(f"differs: {line}")
    if told["unknown_files"] or told["unknown_folders"]:
        left = (
            f"{console.counted(told['unknown_files'], 'file')} and {console.counted(told['unknown_folders'], 'folder')}"
        )
        console.complain(f"{left} of no declared feed left alone; `outreach agencies` shows which names are read")
    if told["is_report_of_earlier_run"]:
        console.complain("this very list was made before and keeps its files: what is new since is told above only")
    if not told["is_current"]:
        console.complain("another list is current and stays so; this one only left its files")
    console.out.print("\nFiles:")
    for path in told["files"]:
        console.out.print(f"  {path}", markup=False)


@app.command()
def synthesize(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the deliveries into; must be empty or new.")],
    persons: Annotated[
        int, typer.Option("--persons", min=1, max=2_000_000, help="People who live in the county.")
    ] = 20_000,
    years: Annotated[int, typer.Option("--years", min=1, max=20, help="Years of history.")] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 7,
    as_of: AsOfOption = None,
    harsher: Annotated[bool, typer.Option("--harsher", help="More errors and gaps than usual.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make up a county: deliveries of every declared agency, and the truth apart in truth.csv.

    Example: `outreach synthesize --persons 20000 --years 2 --seed 7 --out county`
    """
    from pipeline import synthetic
    from pipeline.agencies import load_agencies

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingError(f"the folder is not empty; name a new one with --out, or remove it first [{out}]")
    with console.progress_bars(not as_json) as progress:
        summary = synthetic.synthesize(
            load_agencies(),
            persons=persons,
            years=years,
            seed=seed,
            as_of=day_of(as_of, read_settings()),
            out=out,
            progress=lambda _, share: progress("make up the county", share),
            harsher=harsher,
        )
    rows = [(feed.agency, feed.feed, feed.files, feed.rows) for feed in summary.feeds]
    if as_json:
        console.say_json([dict(zip(("agency", "feed", "files", "rows"), row, strict=True)) for row in rows])
        return
    console.table("What was made up", ("agency", "feed", "files", "rows"), rows)
    console.out.print(f"\nDeliveries: {out}\nTruth: {out / 'truth.csv'}", markup=False)


@app.command()
def evaluate(
    truth: Annotated[Path, typer.Option("--truth", help="CSV with agency, feed, record_key, person_truth.")],
    as_json: JsonOption = False,
) -> None:
    """How good are linkage and current list, where the truth is known?

    Prints precision, recall and F1 of pairs and of persons, and how many of the true top k have an entry.

    Example: `outreach evaluate --truth county/truth.csv`
    """
    from pipeline import answers, flow
    from pipeline import evaluate as evaluation
    from pipeline.agencies import load_agencies

    settings = read_settings()
    known_truth = evaluation.read_truth(truth)
    with opened_store(settings) as store, store.transaction() as work:
        plan = flow.plan_for(answers.current_as_of(work), settings)
        found = evaluation.evaluate(work, plan, load_agencies(), known_truth)
    if as_json:
        console.say_json(found)
        return
    for part, figures in found.items():
        rows = [(name.replace("_", " "), f"{v:.4f}" if isinstance(v, float) else v) for name, v in figures.items()]
        console.table(f"\n{part.capitalize()}", ("figure", "value"), rows)


@app.command(name="list")
def show_list(
    top: Annotated[int, typer.Option("--top", min=1, help="How many entries to show.")] = 25,
    names: Annotated[
        bool, typer.Option("--names", help="Show names and birth dates: only where nobody looks over.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the current list: rank, person, team, points and every reason."""
    from pipeline import answers
    from pipeline.publish import list_json

    settings = read_settings()
    with opened_store(settings) as store, store.transaction() as work:
        made = answers.current_list(work)
        notices = answers.notice_lines(work)
    for line in notices:
        console.complain(line)
    if as_json:
        sys.stdout.write(list_json.render(made).decode("utf-8"))
        return
    rows = []
    for entry in made.entries[:top]:
        who = f"{entry.person_id}\n{entry.display_name}\n{entry.birth_date or ''}" if names else entry.person_id
        rows.append(
            (
                entry.rank,
                who,
                entry.team,
                entry.points,
                "\n".join((*(f"{r.points:>3}  {r.sentence}" for r in entry.reasons), *filter(None, [entry.held_over]))),
            )
        )
    console.table(f"List {made.list_id} as of {made.as_of}", ("rank", "person", "team", "points", "reasons"), rows)


@app.command()
def why(
    person_id: Annotated[str, typer.Argument(metavar="PERSON", help="An id such as P-7K3QM2XD.")],
    as_json: JsonOption = False,
) -> None:
    """Why is this person on the current list, or why not? And which records were taken for this person?"""
    from pipeline import answers

    settings = read_settings()
    with opened_store(settings) as store, store.transaction() as work:
        told = answers.tell_why(work, person_id)
        notices = answers.notice_lines(work)
    for line in notices:
        console.complain(line)
    if as_json:
        console.say_json(told)
        return
    console.out.print(told["answer"], markup=False)
    if told["reasons"]:
        console.table("\nReasons", ("points", "sentence"), [(r["points"], r["sentence"]) for r in told["reasons"]])
    records = [
        (r["record_id"], "same as another" if r["strongest_weight"] is None else r["strongest_weight"])
        for r in told["records"]
    ]
    console.table("\nRecords of this person", ("record", "strongest match weight to another (bits)"), records)
    fields = [(f["field"], f["from_record_id"]) for f in told["fields"]]
    console.table("\nWhere the best values come from", ("field", "record"), fields)


@app.command()
def links(
    out: Annotated[Path, typer.Option("--out", help="CSV file to write: agency, feed, record_key, person_id.")],
) -> None:
    """Write which person each accepted person record is."""
    from pipeline.publish import files

    settings = read_settings()
    with opened_store(settings) as store:
        frame = store.read("links").sort_values(["agency", "feed", "record_key"])
    files.write_all({out.name: frame.to_csv(index=False, lineterminator="\n").encode("utf-8")}, out.absolute().parent)
    console.err.print(f"{len(frame):,} records of {frame['person_id'].nunique():,} persons: {out}", markup=False)


@app.command()
def agencies(as_json: JsonOption = False) -> None:
    """List the declared agencies: what they send and how far their data reach."""
    from pipeline import answers
    from pipeline.agencies import load_agencies

    settings = read_settings()
    declared = load_agencies()
    with opened_store(settings) as store, store.transaction() as work:
        states = {state.agency: state for state in answers.states_now(work, settings, declared, day_of(None, settings))}
    rows = [
        (
            agency.name,
            feed.name,
            feed.file_pattern,
            feed.row_is,
            states[agency.name].complete_to,
            states[agency.name].status,
        )
        for agency in declared
        for feed in agency.feeds
    ]
    heads = ("agency", "feed", "file pattern", "one row is", "complete to", "status")
    if as_json:
        console.say_json([dict(zip((head.replace(" ", "_") for head in heads), row, strict=True)) for row in rows])
        return
    console.table("Declared agencies", heads, rows)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Is everything set up? Opens the database (bringing its schema up to date) and tells settings and counts.

    Settings are environment variables named OUTREACH_<NAME>; the table lists them all with what each is for.
    """
    from pipeline import doctor as checks

    settings = read_settings()
    with opened_store(settings) as store:
        told = checks.examine(store, settings)
    if as_json:
        console.say_json(told)
        return
    for title, rows in ((title, rows) for title, rows in told.items() if rows):
        console.table(f"\n{title.capitalize()}", tuple(rows[0]), [tuple(row.values()) for row in rows])


app.command()(fetch.fetch)
app.command()(persons.history)
app.command()(persons.replay)
publication.mount(app)
app.command()(seal.seal)


def main() -> None:
    """Run the command that was typed; every error becomes one clear line and an exit code."""
    try:
        log.set_up(read_settings().log_level)
        app()
    except (DeclarationError, SettingError) as fault:
        console.complain(str(fault))
        sys.exit(MISTYPED)
    except OutreachError as fault:
        for line in fault.lines():
            console.complain(line)
        sys.exit(FAILED)
    except Exception as fault:  # noqa: BLE001 -- the outermost caller: its text may quote a person's record, so it stays here
        place = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        console.complain(f"unexpected {type(fault).__name__} at {where}; please report this line")
        sys.exit(UNEXPECTED)
