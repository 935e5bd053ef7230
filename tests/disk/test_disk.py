import errno
import hashlib
import os
import stat
from io import BytesIO

import pytest

from pipeline import disk

CONTENT = b"a\r\n\xff\0b"


def test_bytes_are_kept_unchanged_under_their_hash_for_nobody_else_to_read(tmp_path):
    sha256 = disk.keep(CONTENT, tmp_path / "store")
    assert sha256 == hashlib.sha256(CONTENT).hexdigest()
    kept = tmp_path / "store" / sha256[:2] / sha256
    assert kept.read_bytes() == CONTENT
    assert disk.kept(sha256, tmp_path / "store") == CONTENT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (kept.parent, kept.parent.parent)} == {0o700}


def test_keeping_the_same_bytes_again_changes_nothing_and_leaves_nothing_behind(tmp_path):
    kept = tmp_path / (sha256 := disk.keep(CONTENT, tmp_path))[:2] / sha256
    before = kept.stat()
    disk.keep(CONTENT, tmp_path)
    assert (kept.stat().st_mtime_ns, kept.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], b"other"])
def test_bytes_that_are_no_longer_those_of_their_name_are_not_given_out_and_are_replaced(tmp_path, damage):
    sha256 = disk.keep(CONTENT, tmp_path)
    (tmp_path / sha256[:2] / sha256).write_bytes(damage)
    assert disk.kept(sha256, tmp_path) is None
    disk.keep(CONTENT, tmp_path)
    assert disk.kept(sha256, tmp_path) == CONTENT


def test_a_stream_is_kept_like_bytes_unless_it_is_another_than_was_announced(tmp_path):
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert not disk.keep_stream(BytesIO(CONTENT + b"more"), sha256, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    for damage in (None, b"", b"other"):
        if damage is not None:
            (tmp_path / sha256[:2] / sha256).write_bytes(damage)
        assert disk.keep_stream(BytesIO(CONTENT), sha256, tmp_path)
        assert disk.kept(sha256, tmp_path) == CONTENT
    before = (tmp_path / sha256[:2] / sha256).stat().st_ino
    assert disk.keep_stream(BytesIO(CONTENT), sha256, tmp_path)
    assert not disk.keep_stream(BytesIO(b"other"), sha256, tmp_path)
    assert (tmp_path / sha256[:2] / sha256).stat().st_ino == before
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]


def test_what_was_never_kept_is_not_there(tmp_path):
    assert disk.kept("0" * 64, tmp_path / "nowhere") is None


def test_a_full_disk_leaves_no_scraps_and_what_a_crash_left_is_swept(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(disk.CannotWriteFiles, match="No space left"), disk.told_plainly(tmp_path):
        disk.keep(CONTENT, tmp_path)
    monkeypatch.undo()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    sha256 = disk.keep(CONTENT, tmp_path)
    (tmp_path / sha256[:2] / f".{sha256}.xyz{disk.PARTIAL}").write_bytes(b"half")
    disk.sweep(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]
