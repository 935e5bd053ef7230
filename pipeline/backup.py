"""How is everything kept in one file, and how does it come back? The database, delivered bytes, published files.

A backup sees one moment: the store's run lock is held, and PostgreSQL's pg_dump reads the snapshot in which the counts
were taken. A restore goes into an empty store only; where anything is wrong, the store is empty again afterwards.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import IO

from pipeline import archive, audit
from pipeline.archive import DATABASE, Manifest, Member, Progress
from pipeline.audit import Act, Verdict
from pipeline.code_version import code_version
from pipeline.contract.errors import BackupRefused
from pipeline.settings import Settings
from pipeline.store import SCHEMAS, Store, Work, known_revisions, program

DUMP = (
    *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
    *(f"--schema={schema}" for schema in SCHEMAS),
)
"""Owner and rights are those of the server it came from; ours are made anew from `sql/rights/`."""
RESTORE = (
    *("--no-owner", "--no-privileges", "--no-password"),
    *("--single-transaction", "--exit-on-error"),
)


@dataclass(frozen=True)
class Kept:
    """What was kept, or came back? `sha256` names the backup: the checksum of its manifest.

    Where `trail` does not hold, the backup is made all the same, as proof; `restore` refuses it.
    """

    path: Path
    sha256: str
    manifest: Manifest
    trail: Verdict


def _silent(step: str, share: float) -> None:
    """Tell nobody how far it is."""


# --- backup -----------------------------------------------------------------------------------------------------------


def make(store: Store, act: Act, settings: Settings, target: Path, progress: Progress = _silent) -> Kept:
    """Keep everything in one new file, readable by its owner only. It is there whole, or not at all.

    Raises:
        BackupRefused: there is such a file already, it cannot be written, pg_dump is missing or failed, or a kept
            delivery is no longer what was delivered.
        RunInProgress: a run holds the database.
    """
    if target.exists():
        raise BackupRefused(f"there is a file of this name already; name a new one [{target}]")
    with store.run_lock(), _written_beside(target) as (partial, dump):
        with store.frozen() as (work, snapshot):
            progress("dump", 0)
            _dump(store, snapshot, dump)
            progress("dump", 1)
            trail = audit.verify(work, progress=lambda share: progress("verify the audit trail", share))
            manifest, paths = _described(work, act, settings, dump)
        with partial.open("wb") as stream:
            archive.write(stream, manifest, paths, progress)
            stream.flush()
            os.fsync(stream.fileno())
        if archive.check(partial, progress) != manifest:
            raise BackupRefused(f"the file cannot be read back as it was written; is the disk whole? [{target}]")
        with _removed_if_undone(target), store.transaction() as work:
            audit.record(work, act, "backup_made", **_facts(manifest))
            partial.replace(target)
    return Kept(target, manifest.sha256, manifest, trail)


@contextmanager
def _written_beside(target: Path) -> Iterator[tuple[Path, Path]]:
    """Hand out two empty files beside the target, readable by their owner only; what is left of them goes."""
    made: list[Path] = []
    try:
        for part in ("partial", "dump"):
            made.append(target.with_name(f".{target.name}.{os.getpid()}.{part}"))
            os.close(os.open(made[-1], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield made[0], made[1]
    except OSError as fault:
        why = fault.strerror or "no access"
        raise BackupRefused(
            f"the backup cannot be written: {why}; make room or name another place [{target}]"
        ) from None
    finally:
        for path in made:
            path.unlink(missing_ok=True)


@contextmanager
def _removed_if_undone(target: Path) -> Iterator[None]:
    """Remove the file where the block fails: no backup without its event."""
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            target.unlink(missing_ok=True)


def _dump(store: Store, snapshot: str, path: Path) -> None:
    """Let pg_dump write what the snapshot sees. It writes to us, so that a full disk is told by the system itself."""
    command = [_program("pg_dump"), *DUMP, f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as complaints, path.open("wb") as stream:
        with subprocess.Popen(
            command, env=store.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        ) as running:
            try:
                while piece := running.stdout.read(archive.PIECE):  # type: ignore[union-attr]
                    stream.write(piece)
                stream.flush()
            except OSError:
                running.kill()
                raise
        _check_ended("pg_dump", running.returncode, complaints)


def _described(work: Work, act: Act, settings: Settings, dump: Path) -> tuple[Manifest, dict[str, Path]]:
    """What does the backup hold, and where does each part lie?"""
    files = {name: path for path, name in archive.kept_files(settings.home)}
    members = [archive.describe(path, name) for name, path in files.items()]
    _check_deliveries(members)
    head = work.read("audit_head").iloc[0]
    manifest = Manifest(
        made_at=act.at.astimezone(UTC).isoformat(timespec="microseconds"),
        code_version=code_version(),
        schema_revision=str(work.ask("schema_revision")),
        audit_head=str(head["hash"]),
        audit_events=int(head["event_count"]),
        counts=_counts(work),
        members=(archive.describe(dump, DATABASE), *members),
    )
    return manifest, {DATABASE: dump, **files}


def _check_deliveries(members: list[Member]) -> None:
    """Is every kept delivery what its name says? It is named by its checksum."""
    damaged = [m for m in members if m.name.startswith("deliveries/") and m.name.rpartition("/")[2] != m.sha256]
    if damaged:
        raise BackupRefused(f"kept deliveries are damaged: bring them back from an older backup [{damaged[0].name}]")


def _counts(work: Work) -> dict[str, int]:
    return {name: int(count) for name, count in work.read("counts_of_rows").iloc[0].items()}


def _facts(manifest: Manifest) -> dict[str, object]:
    """What does the audit trail say of a backup?"""
    return {
        "backup": manifest.sha256,
        "files": len(manifest.members) - 1,
        "bytes": manifest.byte_count,
        "events": manifest.audit_events,
        "head": manifest.audit_head,
    }


# --- restore ----------------------------------------------------------------------------------------------------------


def check(path: Path, progress: Progress = _silent) -> Manifest:
    """Can this backup be restored by this code? Reads all of it and touches nothing.

    Raises:
        BackupRefused: it was cut short or changed, or a newer version made it.
    """
    manifest = archive.check(path, progress)
    if manifest.schema_revision not in known_revisions():
        raise BackupRefused(
            "the backup was made by a newer version of this program; update this one first "
            f"[schema {manifest.schema_revision}, version {manifest.code_version}]"
        )
    return manifest


def restore(store: Store, act: Act, settings: Settings, path: Path, progress: Progress = _silent) -> Kept:
    """Bring a backup back into an empty store: files first, then the database, then proof that both are whole.

    Raises:
        BackupRefused: the backup or the target is not what it has to be. The target is then empty, as it was.
        RunInProgress: a run holds the database.
    """
    manifest = check(path, progress)
    with store.run_lock():
        _check_empty(store)
        with _undone_if_not_done(store) as written:
            _put_files(path, settings.home, written, progress)
            store.clear()
            progress("restore the database", 0)
            _restore_database(store, path)
            store.migrate(is_restored=True)
            progress("restore the database", 1)
            with store.transaction() as work:
                trail = _check_restored(work, manifest, lambda share: progress("verify the audit trail", share))
                audit.record(work, act, "backup_restored", made_at=manifest.made_at, **_facts(manifest))
    return Kept(path, manifest.sha256, manifest, trail)


def _check_empty(store: Store) -> None:
    """Is there nothing in the store that would be lost? Even a trail of events would be."""
    held = {name: int(count) for name, count in store.read("what_is_there").iloc[0].items() if count}
    if held:
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in held.items())
        raise BackupRefused(f"a backup is restored into an empty database only; name a new one [this one has {told}]")


@contextmanager
def _undone_if_not_done(store: Store) -> Iterator[list[Path]]:
    """Leave the store as empty as it was where the block does not come to its end; it notes files it writes."""
    written: list[Path] = []
    is_done = False
    try:
        yield written
        is_done = True
    except OSError as fault:
        why = fault.strerror or "no access"
        raise BackupRefused(f"a kept file cannot be written, so nothing was restored: {why}; make room") from None
    finally:
        if not is_done:
            for path in reversed(written):
                with suppress(OSError):  # somebody else may use the folder by now
                    path.rmdir() if path.is_dir() else path.unlink()
            store.clear()
            store.migrate()


def _put_files(path: Path, home: Path, written: list[Path], progress: Progress) -> None:
    """Put kept files in their places. One that lies there with the same bytes stays; with others, all is refused."""
    for name, pieces in archive.contents(path, lambda name: name != DATABASE):
        place = home / name
        for folder in reversed([parent for parent in place.parents if parent.is_relative_to(home)]):
            if not folder.exists():
                written.append(folder)
                folder.mkdir(mode=0o700, parents=True)
        partial = place.with_name(f".{place.name}.{os.getpid()}")
        written.append(partial)
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as stream:
            for piece in pieces:
                stream.write(piece)
        if not place.exists():
            written.append(place)
            partial.replace(place)
        elif archive.describe(place, name) != archive.describe(partial, name):
            raise BackupRefused(f"another file lies where one of the backup belongs; move it away [{name}]")
        partial.unlink(missing_ok=True)
    progress("put files back", 1)


def _restore_database(store: Store, path: Path) -> None:
    """Let pg_restore write the database, in one transaction."""
    environment = store.environment()
    command = [_program("pg_restore"), *RESTORE, f"--dbname={environment['PGDATABASE']}"]
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints
        ) as running:
            _feed(running.stdin, path)  # type: ignore[arg-type]
        _check_ended("pg_restore", running.returncode, complaints)


def _feed(stream: IO[bytes], path: Path) -> None:
    """Hand the dump over. A program that ended early says why by its exit code, so a broken pipe is no news."""
    try:
        with stream:
            for _, pieces in archive.contents(path, lambda name: name == DATABASE):
                for piece in pieces:
                    stream.write(piece)
    except BrokenPipeError:
        return


def _check_restored(work: Work, manifest: Manifest, progress: Callable[[float], None]) -> Verdict:
    """Is what came back what was kept? The audit chain, and the rows of the main tables that both versions count."""
    verdict = audit.verify(work, progress=progress)
    if not verdict.is_whole:
        raise BackupRefused(f"the audit trail in the backup is broken, so nothing was restored: {verdict.sentence}")
    if (verdict.head, verdict.event_count) != (manifest.audit_head, manifest.audit_events):
        raise BackupRefused("the audit trail in the backup is not the one its manifest tells of; nothing was restored")
    counts = _counts(work)
    differing = sorted(name for name in counts.keys() & manifest.counts.keys() if counts[name] != manifest.counts[name])
    if differing:
        raise BackupRefused(
            f"the rows in the backup are not as many as its manifest tells; nothing restored {differing}"
        )
    return verdict


# --- PostgreSQL's programs --------------------------------------------------------------------------------------------

KNOWN_COMPLAINTS = {
    b"No space left on device": "the disk is full",
    b"server version mismatch": "the server is newer than the program; install the server's own client programs",
    b"unrecognized configuration parameter": "the server is too old; restore into PostgreSQL 17 or newer",
    b"permission denied": "the login may not do it; use the one that owns the database",
    b"connection to server": "the server cannot be reached",
}
"""What PostgreSQL's programs say → what we say of it. Everything else they say stays here: it may quote a row."""


def _program(name: str) -> str:
    """Where is a program of PostgreSQL's?"""
    found = program(name)
    if found is None:
        raise BackupRefused(f"{name} was not found; install PostgreSQL's client programs")
    return str(found)


def _check_ended(name: str, code: int, complaints: IO[bytes]) -> None:
    """Did a program of PostgreSQL's do its work? Raises BackupRefused, never with its own words."""
    if code == 0:
        return
    complaints.seek(0)
    said = complaints.read()
    why = next((told for known, told in KNOWN_COMPLAINTS.items() if known in said), "the server's log may say more")
    raise BackupRefused(f"{name} did not come to its end: {why} [exit code {code}]")
