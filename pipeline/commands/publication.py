"""What can be typed about publishing? `outreach publish` and `outreach gate`: look at a held-back list, decide."""

from typing import Annotated

import typer

from pipeline import console
from pipeline.commands.common import AtOption, JsonOption, OutOption, act_of, opened_store
from pipeline.settings import read_settings

RESULTS = {True: "✓ passed", False: "✗ failed"}
"""A sign and a word: the table is read on terminals without colour, and aloud."""

ListArgument = Annotated[
    str | None, typer.Argument(metavar="LIST_ID", help="The list's id (else the latest one that was made).")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Publish although a check fails. Needs --because, which is kept for good.")
]
BecauseOption = Annotated[
    str | None,
    typer.Option(
        "--because",
        help="Why it is right to publish, in a sentence. It is kept in the audit trail: name agencies and files, never "
        "a person.",
    ),
]


def publish(
    list_id: ListArgument = None,
    force: ForceOption = False,
    because: BecauseOption = None,
    out: OutOption = None,
    at: AtOption = None,
) -> None:
    """Publish a list that was held back: checked again, or by force with a reason that is written down.

    No person's name belongs in the reason: it is kept for good and read by others.

    Example: `outreach publish --force --because "The jail confirmed that its new system leaves out phone numbers"`
    """
    from pipeline import flow, publication

    settings = read_settings()
    with opened_store(settings) as store, store.run_lock():
        folders = flow.published_of(settings), out or settings.out
        paths = publication.publish_by_hand(store, act_of(at), list_id, *folders, because=because, is_forced=force)
    console.out.print("Files:")
    for path in paths:
        console.out.print(f"  {path}", markup=False)


def gate(as_json: JsonOption = False) -> None:
    """Show what the checks of the latest list found, and whether it became the current one.

    Freshness of each agency, rows and filled fields against the weeks before, linkage and entries against the last
    published list. Exit code 0 whatever they found.
    """
    from pipeline import answers

    with opened_store(read_settings()) as store, store.transaction() as work:
        told = answers.tell_gate(work)
    if as_json:
        console.say_json(told)
        return
    rows = [
        (check["name"], check["agency"] or "the county", RESULTS[check["is_passed"]], check["found"], check["advice"])
        for check in told["checks"]
    ]
    became = "it is current" if told["is_current"] else "it is not current"
    title = f"Checks of list {told['list_id']}, as of {told['as_of']}: {became}"
    console.table(title, ("check", "about", "result", "what was found", "what to do"), rows)
    if told["stale"]:
        console.complain(f"the current list is stale since {told['stale']['since']}: {told['stale']['because']}")


def mount(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(publish)
    app.command()(gate)
