"""How is everything kept, and how does it come back? `outreach backup FILE` and `outreach restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import console
from pipeline.commands.audit import BROKEN
from pipeline.commands.common import AtOption, JsonOption, act_of, opened_store
from pipeline.settings import read_settings

app = typer.Typer(rich_markup_mode="markdown")

NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; there must be none of that name.")]
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `outreach backup` wrote.")]


@app.command()
def backup(file: NewFile, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Keep everything in one file: the database, the deliveries as they came, the published files.

    The file holds **personal data**, names and free text included: it is readable by you only (mode 600), and not
    encrypted. Keep it as you keep the database. No run may be in progress; none begins meanwhile. The file is read
    back before it gets its name, so it is there whole or not at all.

    Tells the backup's checksum and the head of the audit trail: note both elsewhere. Exit code 1 where the audit trail
    does not hold: the backup is then made as proof, and `restore` refuses it.

    Example: `outreach backup outreach-2026-11-16.tar`
    """
    from pipeline import backup as backups

    settings = read_settings()
    with opened_store(settings) as store, console.progress_bars(not as_json) as progress:
        kept = backups.make(store, act_of(at), settings, file.absolute(), progress)
    _show(kept, as_json, "Kept")
    if not kept.trail.is_whole:
        console.complain(f"the backup is made, but `restore` will refuse it: the audit trail: {kept.trail.sentence}")
        raise typer.Exit(BROKEN)


@app.command()
def restore(file: BackupFile, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Bring back what `outreach backup` kept, into an empty store.

    Checks every byte of the file first. Then puts the files into OUTREACH_HOME and the rows into the database, and
    verifies the audit trail and the counts. A database that holds anything is refused: name a new one with
    OUTREACH_HOME or OUTREACH_DATABASE_URL. Where anything is wrong, the store is empty again afterwards.

    Example: `OUTREACH_HOME=/srv/outreach-new outreach restore outreach-2026-11-16.tar`
    """
    from pipeline import backup as backups

    settings = read_settings()
    with console.progress_bars(not as_json) as progress:
        backups.check(file.absolute(), progress)  # before a store is opened, which would make an empty database
        with opened_store(settings) as store:
            kept = backups.restore(store, act_of(at), settings, file.absolute(), progress)
    _show(kept, as_json, "Restored")


def _show(kept, as_json: bool, title: str) -> None:
    """Tell counts, checksum and the audit trail's head."""
    manifest = kept.manifest
    told = {
        "file": str(kept.path),
        "sha256 of the manifest": kept.sha256,
        "made at": manifest.made_at,
        "version": manifest.code_version,
        "kept files": len(manifest.members) - 1,
        "bytes": manifest.byte_count,
        "audit events": manifest.audit_events,
        "head of the audit trail": manifest.audit_head,
        **{name.replace("_", " "): count for name, count in manifest.counts.items()},
    }
    if as_json:
        console.say_json({name.replace(" ", "_"): value for name, value in told.items()})
        return
    console.table(title, ("what", "value"), list(told.items()))
