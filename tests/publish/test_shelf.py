import errno
import json
import os
import stat
from pathlib import Path

import pytest

from pipeline.disk import CannotWriteFiles
from pipeline.publish import shelf

OLD, NEW = "0123456789abcdef", "fedcba9876543210"
NAMES = ["outreach_list.json", "outreach_list.pdf"]


def files_of(list_id: str) -> dict[str, bytes]:
    return {NAMES[0]: json.dumps({"list_id": list_id}).encode(), NAMES[1]: b"%PDF of " + list_id.encode()}


def publish(list_id: str, out: Path) -> list[Path]:
    shelf.sweep(NAMES, out)
    shelf.put(files_of(list_id), list_id, out)
    return shelf.turn_to(files_of(list_id), list_id, out)


def shown(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in NAMES}


def tree(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))


WHOLE = sorted(
    ["current", "lists", *NAMES, *(f"lists/{i}{n}" for i in (OLD, NEW) for n in ("", *(f"/{n}" for n in NAMES)))]
)


def test_one_link_says_which_list_is_read_and_the_known_names_follow(tmp_path):
    out = tmp_path / "new" / "out"
    assert publish(OLD, out) == [out / name for name in NAMES]
    assert (shown(out), shelf.turned_to(out)) == (files_of(OLD), OLD)
    publish(NEW, out)
    assert (shown(out), shelf.turned_to(out)) == (files_of(NEW), NEW)
    assert [str((out / name).readlink()) for name in ("current", *NAMES)] == [
        f"lists/{NEW}",
        *(f"current/{name}" for name in NAMES),
    ]
    assert tree(out) == WHOLE


def test_who_opened_the_folder_goes_on_reading_the_list_it_was(tmp_path):
    publish(OLD, tmp_path)
    folder = os.open(tmp_path / "current", os.O_RDONLY)
    try:
        publish(NEW, tmp_path)
        descriptor = os.open(NAMES[1], os.O_RDONLY, dir_fd=folder)
        with os.fdopen(descriptor, "rb") as stream:
            assert stream.read() == files_of(OLD)[NAMES[1]]
    finally:
        os.close(folder)


def test_only_the_owner_may_enter_and_read(tmp_path):
    publish(OLD, tmp_path / "out")
    found = [tmp_path / "out", *(path for path in (tmp_path / "out").rglob("*") if not path.is_symlink())]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in found}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_list_that_is_only_put_moves_nothing(tmp_path):
    publish(NEW, tmp_path)
    paths = shelf.put(files_of(OLD), OLD, tmp_path)
    assert {path.name: path.read_bytes() for path in paths} == files_of(OLD)
    assert shown(tmp_path) == files_of(NEW)


def test_a_damaged_list_is_made_whole_again(tmp_path):
    publish(OLD, tmp_path)
    folder = tmp_path / "lists" / OLD
    (folder / NAMES[0]).write_bytes(b"half")
    (folder / NAMES[1]).unlink()
    publish(OLD, tmp_path)
    assert shown(tmp_path) == files_of(OLD)


def test_plain_files_of_an_older_version_become_a_list_like_any_other(tmp_path):
    for name, content in files_of(OLD).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "links.csv").write_bytes(b"somebody's own")
    publish(NEW, tmp_path)
    assert shown(tmp_path) == files_of(NEW)
    assert tree(tmp_path) == sorted([*WHOLE, "links.csv"])
    assert (tmp_path / "lists" / OLD / NAMES[1]).read_bytes() == files_of(OLD)[NAMES[1]]


def test_plain_files_that_tell_no_id_are_kept_under_their_hash(tmp_path):
    (tmp_path / NAMES[0]).write_bytes(b"[1]")
    publish(NEW, tmp_path)
    assert shown(tmp_path) == files_of(NEW)
    [kept] = (tmp_path / "lists").glob("of-*")
    assert (kept / NAMES[0]).read_bytes() == b"[1]"


def test_a_file_that_somebody_put_over_a_link_gives_way_again(tmp_path):
    publish(OLD, tmp_path)
    (tmp_path / NAMES[0]).unlink()
    (tmp_path / NAMES[0]).write_bytes(b"edited")
    publish(NEW, tmp_path)
    assert shown(tmp_path) == files_of(NEW)


def test_without_links_the_files_are_copied_whole(tmp_path, monkeypatch):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    publish(OLD, tmp_path)
    publish(NEW, tmp_path)
    assert shown(tmp_path) == files_of(NEW)
    assert tree(tmp_path) == sorted(set(WHOLE) - {"current"})


class Broken(Exception):
    """The machine stops here."""


def steps_of(monkeypatch, counted: list[str], stop_at: int, problem: BaseException) -> None:
    """Count every call that changes the disk; the one numbered `stop_at` fails, before or instead of doing it."""

    def watched(name, call):
        def step(*arguments, **options):
            counted.append(name)
            if len(counted) == stop_at:
                raise problem
            return call(*arguments, **options)

        return step

    for owner, name in ((os, "fsync"), (Path, "mkdir"), (Path, "replace"), (Path, "rename"), (Path, "symlink_to")):
        monkeypatch.setattr(owner, name, watched(name, getattr(owner, name)))


@pytest.mark.parametrize("before", ["links", "plain", "nothing"])
@pytest.mark.parametrize("problem", [Broken(), OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken")], ids=str)
def test_whichever_step_fails_readers_have_one_list_and_a_second_try_goes_on(tmp_path, monkeypatch, before, problem):
    stop_at = 0
    while True:
        stop_at += 1
        out, counted = tmp_path / str(stop_at), []
        out.mkdir()
        if before == "links":
            publish(OLD, out)
        elif before == "plain":
            for name, content in files_of(OLD).items():
                (out / name).write_bytes(content)
        with monkeypatch.context() as patch:
            steps_of(patch, counted, stop_at, problem)
            try:
                publish(NEW, out)
            except (Broken, CannotWriteFiles):
                if before != "nothing" or shelf.turned_to(out):
                    known = {name: (out / name).read_bytes() for name in NAMES if (out / name).exists()}
                    assert known in (files_of(OLD), files_of(NEW)) or before == "nothing"
                    if shelf.turned_to(out):
                        opened = {name: (out / "current" / name).read_bytes() for name in NAMES}
                        assert opened == files_of(str(shelf.turned_to(out)))
            else:
                break
        publish(NEW, out)
        assert shown(out) == files_of(NEW)
        expected = WHOLE if before != "nothing" else [name for name in WHOLE if OLD not in name]
        assert tree(out) == expected
    assert len(counted) > 8
