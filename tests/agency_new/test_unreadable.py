"""What is told where a sample, a layout or a declaration cannot be read? One clear line, exit code 2, no traceback."""

import gzip
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline import agencies, cli

CANARY = "ZQXCANARY"
UNREADABLE = Path("/proc/self/mem")
"""A file that is there and cannot be read from its beginning, by whatever user."""


@pytest.fixture
def told(monkeypatch, capsys):
    """Type a command; answers its exit code and its lines of complaint."""

    def typed(*words: object) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["outreach", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out = capsys.readouterr()
        assert CANARY not in out.out + out.err
        return ended.value.code, [line for line in out.err.splitlines() if line.startswith("outreach: ")]

    return typed


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00" + CANARY.encode())


def _packed(path: Path) -> None:
    path.write_bytes(gzip.compress(CANARY.encode() * 9))


def _zip_of_nothing(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()


def _no_right(path: Path) -> None:
    if not UNREADABLE.exists():
        pytest.skip("this system has no file that nobody can read")
    path.symlink_to(UNREADABLE)


def _missing(path: Path) -> None:
    assert not path.exists()


NOT_FILES = {
    "a folder without files": Path.mkdir,
    "a folder in a folder": lambda path: (path / CANARY).mkdir(parents=True),
    "missing": _missing,
    "no right to read": _no_right,
}
NO_TEXT = {"a binary": _binary, "empty": _empty, "gzip": _packed, "a ZIP of nothing": _zip_of_nothing}


@pytest.mark.parametrize("what", NOT_FILES | NO_TEXT)
def test_a_layout_that_cannot_be_read(told, tmp_path, what):
    sample, layout = tmp_path / "calls_20261101.txt", tmp_path / "layout"
    sample.write_text("12 abc\n", encoding="utf-8")
    (NOT_FILES | NO_TEXT)[what](layout)
    code, lines = told("agency", "new", sample, "--name", "x", "--layout", layout)
    assert (code, len(lines)) == (2, 1), lines
    assert "layout" in lines[0]


@pytest.mark.parametrize("what", NOT_FILES | NO_TEXT)
def test_a_sample_that_cannot_be_read(told, tmp_path, what):
    (NOT_FILES | NO_TEXT)[what](tmp_path / "sample")
    code, lines = told("agency", "new", tmp_path / "sample", "--name", "x")
    assert (code, len(lines)) == (2, 1), lines
    assert "sample" in lines[0]


@pytest.mark.parametrize("what", NOT_FILES)
def test_a_file_to_check_that_cannot_be_read(told, tmp_path, what):
    NOT_FILES[what](tmp_path / "bookings_20261115.csv")
    code, lines = told("agency", "check", tmp_path / "bookings_20261115.csv", "--agency", "riverton_county_jail")
    assert (code, len(lines)) == (2, 1), lines
    assert "bookings_20261115.csv" in lines[0]


def test_a_draft_that_cannot_be_written(told, tmp_path):
    sample = tmp_path / "calls_20261101.csv"
    sample.write_text("id,at\n1,2026-11-01\n", encoding="utf-8")
    code, lines = told("agency", "new", sample, "--name", "x", "--out", tmp_path / "no_such_folder" / "x.py")
    assert (code, len(lines)) == (2, 1)
    assert "x.py" in lines[0]


@pytest.mark.parametrize("text", ["AGENCY = Agency(", f"AGENCY = {CANARY}", f"AGENCY = int('{CANARY}')", "\0", ""])
def test_a_declaration_that_is_no_python_or_declares_nobody(told, tmp_path, monkeypatch, text):
    (tmp_path / "mended_jail.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(agencies, "__path__", [*agencies.__path__, str(tmp_path)])
    code, lines = told("agency", "check", tmp_path / "mended_jail.py", "--agency", "mended_jail")
    assert (code, len(lines)) == (2, 1), lines
    assert "[mended_jail]" in lines[0]
