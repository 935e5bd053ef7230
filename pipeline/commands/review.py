"""What does a reviewer type? `outreach review …`: see what to look at next, decide, take back, look up.

The only commands that show people's values: on a terminal, or where --names asks for them; --json never does.
"""

import sys
from dataclasses import asdict
from enum import StrEnum
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline import console
from pipeline.commands.common import AtOption, JsonOption, act_of, opened_store
from pipeline.contract.codes import ReviewKind, Verdict
from pipeline.settings import read_settings

if TYPE_CHECKING:
    from pipeline.dossier import Dossier
    from pipeline.review.decisions import Contradiction
    from pipeline.review.side_by_side import Column

COLUMNS_AT_ONCE = 4
"""Records beside each other: with more, values no longer fit on a terminal, so another table follows below."""
STYLES = {"=": "", "≠": "bold yellow", "·": "dim"}
"""How a cell looks; its sign or word says the same without colour."""

app = typer.Typer(
    no_args_is_help=True,
    help="Look at uncertain links and suspicious persons, and decide.\n\n"
    "A decision about two records holds for every later run, until it is undone.",
)

if TYPE_CHECKING:
    KindChoice = ReviewKind
else:  # the same kinds, typed without a blank
    KindChoice = StrEnum("KindChoice", {kind.name: kind.value.replace(" ", "-") for kind in ReviewKind})


class Answer(StrEnum):
    """What can be decided?"""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot-tell"


NamesOption = Annotated[
    bool, typer.Option("--names", help="Show names and other values also where the output is no terminal.")
]
BecauseOption = Annotated[
    str,
    typer.Option(
        "--because",
        help="Why, in a sentence. It is kept with the decision for good: write no more about a person than is needed.",
    ),
]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides (else the name you are logged in with).")]


@app.command(name="next")
def show_next(
    kind: Annotated[KindChoice | None, typer.Option("--kind", help="Only items of this kind.")] = None,  # pyright: ignore[reportInvalidTypeForm]
    skip: Annotated[int, typer.Option("--skip", min=0, help="Leave out so many items from the top.")] = 0,
    names: NamesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the open item whose answer would change the list most: records side by side, weights, effect.

    Shows names, birth dates and other values of people: type it where nobody looks over. `--json` has ids only.

    Example: `outreach review next --kind uncertain-link`
    """
    from pipeline import dossier, queueing

    settings = read_settings()
    wanted = ReviewKind[kind.name] if kind else None
    with opened_store(settings) as store, store.transaction() as work:
        items = queueing.open_items(work, wanted)
        if len(items) <= skip:
            _say_nothing_is_left(len(items), as_json)
            return
        item = items[skip]
        found = dossier.open_dossier(work, settings, item)
    if as_json:
        weights = asdict(found.explanation) if found.explanation else None
        console.say_json(item | {"open_items": len(items), "explanation": weights})
        return
    _show_item(item, found, f"{skip + 1} of {console.counted(len(items), 'open item')}", names or sys.stdout.isatty())


def _say_nothing_is_left(count: int, as_json: bool) -> None:
    if as_json:
        console.say_json({"open_items": count})
    else:
        console.out.print(f"Nothing to review here: {console.counted(count, 'open item')}.")


def _show_item(item: dict, found: "Dossier", place: str, is_named: bool) -> None:
    """Print an item: the question, the records, the weights, what each answer changes, how to decide."""
    from pipeline.review import side_by_side, words

    kind = ReviewKind(item["kind"])
    console.out.print(Text(f"{item['item_id']}  {kind.value}  ({place})", style="bold"))
    console.out.print(Text(words.QUESTIONS[kind]))
    if is_named:
        columns = side_by_side.columns_of(found.records, item)
        for first in range(0, len(columns), COLUMNS_AT_ONCE):
            _show_records(columns, slice(first, first + COLUMNS_AT_ONCE))
    else:
        console.out.print(f"{len(found.records)} records; --names shows what they say.")
    _show_weights(found, item)
    for decision in found.decisions:
        pair = f"{decision['record_id_l']} and {decision['record_id_r']}"
        console.out.print(Text(f"  decision {decision['decision_number']}: {pair}: {decision['verdict']}"))
    if kind == ReviewKind.CONTRADICTION:
        console.out.print('\nTo settle it: outreach review undo NUMBER --because "…"', markup=False)
        return
    console.out.print("")
    for sentence in words.answers(item, item["effects"]):
        console.out.print(Text(sentence))
    usage = f'outreach review decide {item["item_id"]} same|different|cannot-tell --because "…"'
    console.out.print(f"\nTo decide: {usage}", markup=False)


def _show_records(columns: "list[Column]", part: slice) -> None:
    """Print records side by side; each cell is compared with the first known value of its row, whichever table."""
    from pipeline.review import side_by_side

    shown = Table(title_justify="left", show_edge=False, header_style="bold")
    shown.add_column("")
    shown.add_column("")
    for column in columns[part]:
        repeats = f"\nand {column.repeats} that say the same" if column.repeats else ""
        record = column.record_id.replace("/", "\n", 2)
        shown.add_column(Text(f"{column.side}  {column.person_id}\n{record}{repeats}"), overflow="fold")
    for field, mark, cells in side_by_side.cells_of(columns):
        texts = [Text(f"{c.mark} {c.text}" if c.mark == "≠" else c.text, style=STYLES[c.mark]) for c in cells[part]]
        shown.add_row(Text(field), Text(mark, style=STYLES[mark]), *texts)
    console.out.print("")
    console.out.print(shown)


def _show_weights(found: "Dossier", item: dict) -> None:
    """Print how the match weight of the pair comes about."""
    from pipeline.review.waterfall import lines_of

    if found.explanation is None:
        console.out.print("\nThe two were not compared as they are now, so there are no weights to show.")
        return
    rows = [
        (one.comparison, one.level, f"{one.bits:+.1f}", f"{one.total:+.1f}", one.bar)
        for one in lines_of(found.explanation)
    ]
    heads = ("comparison", "level", "bits", "sum", "against | for one person")
    console.table(f"\nWhy: {item['record_id_l']} and {item['record_id_r']}", heads, rows)
    if item["reason"]:
        console.out.print(f"Not linked because: {item['reason']}.", markup=False)


@app.command()
def decide(
    item_id: Annotated[str, typer.Argument(metavar="ITEM", help="The item's id, as `outreach review next` shows it.")],
    answer: Annotated[Answer, typer.Argument(help="Are the two records one person?")],
    because: BecauseOption,
    by: ByOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down what you decided about an item. It takes effect with the next run, and holds for every run after it.

    Example: `outreach review decide R-7K3QM2XD4T different --because "two birth certificates seen"`
    """
    from pipeline import reviewing

    why = reviewing.Why(getuser() if by is None else by, because)
    with opened_store(read_settings()) as store, store.transaction() as work:
        decided = reviewing.decide(work, act_of(at), item_id, Verdict[answer.name], why)
    _tell(decided.decision_number, f"{item_id} {answer.value}", decided.contradictions, as_json)


@app.command()
def undo(
    decision: Annotated[
        int, typer.Argument(metavar="DECISION", help="Its number, as `outreach review history` shows it.")
    ],
    because: BecauseOption,
    by: ByOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a decision back. Both stay on record; what was decided about the pair before counts again.

    Example: `outreach review undo 12 --because "the certificate was somebody else's"`
    """
    from pipeline import reviewing

    why = reviewing.Why(getuser() if by is None else by, because)
    with opened_store(read_settings()) as store, store.transaction() as work:
        taken_back = reviewing.undo(work, act_of(at), decision, why)
    _tell(taken_back.decision_number, f"decision {decision} is taken back", (), as_json)


def _tell(number: int, what: str, contradictions: "tuple[Contradiction, ...]", as_json: bool) -> None:
    """Say what was written down, when it counts, and what it contradicts."""
    if as_json:
        numbers = [list(one.decision_numbers) for one in contradictions]
        console.say_json({"decision_number": number, "contradictions": numbers})
        return
    console.out.print(f"Decision {number} is written down: {what}. It takes effect with the next run.", markup=False)
    for one in contradictions:
        told = ", ".join(map(str, one.decision_numbers))
        console.complain(
            f"decisions {told} cannot all be true; undo the one that is wrong. Until then the two stay apart"
        )


@app.command()
def history(
    about: Annotated[
        str | None, typer.Argument(metavar="[ITEM|PERSON|RECORD]", help="Only decisions about this id (else all).")
    ] = None,
    names: Annotated[
        bool,
        typer.Option("--names", help="Show the reasons also where the output is no terminal: they may name people."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List what was decided, by whom and when, oldest first, with what was taken back since.

    Reasons are shown on a terminal or with --names, and never by --json.

    Example: `outreach review history P-7K3QM2XD`
    """
    from pipeline import reviewing

    with opened_store(read_settings()) as store, store.transaction() as work:
        rows = reviewing.history(work, about)
    if as_json:
        console.say_json([{name: value for name, value in row.items() if name != "because"} for row in rows])
        return
    is_named = names or sys.stdout.isatty()
    heads = ("number", "when (UTC)", "by", "decided", "records", "state", *(("because",) if is_named else ()))
    table = [
        (
            row["decision_number"],
            f"{row['decided_at']:%Y-%m-%d %H:%M}",
            row["decided_by"],
            reviewing.plain(str(row["verdict"])),
            f"{row['record_id_l']}\n{row['record_id_r']}",
            _state(row),
            *((row["because"],) if is_named else ()),
        )
        for row in rows
    ]
    console.table(console.counted(len(rows), "decision"), heads, table)


def _state(row: dict) -> str:
    if row["undoes"] is not None:
        return f"takes back {row['undoes']}"
    return "" if row["undone_by"] is None else f"taken back by {row['undone_by']}"
