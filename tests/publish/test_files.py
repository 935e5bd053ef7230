import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.contract.errors import OutreachError
from pipeline.disk import CannotWriteFiles
from pipeline.publish import files
from tests.publish.example_lists import CANARIES, PRINTED_AT, entry, example_figures, example_list

NAMES = ["outreach_list.json", "outreach_list.xlsx", "outreach_list.pdf", "run_report.html"]
NOT_PERSON_FIRST = re.compile(
    r"frequent.?fl[iy]er|inmate|offender|suspect|criminal(?! justice)|addict|suffers|mentally ill|homeless person|"
    r"prisoner|convict|perpetrator|risk score|golden record",
    re.IGNORECASE,
)


def _all() -> dict[str, bytes]:
    return files.render_all(example_list(), example_figures(), "C. Example", PRINTED_AT)


def test_a_run_leaves_four_files():
    made = _all()
    assert list(made) == NAMES
    assert made["outreach_list.xlsx"].startswith(b"PK")
    assert made["outreach_list.pdf"].startswith(b"%PDF")


_HASHES = """
import hashlib
from pipeline.disk import CannotWriteFiles
from pipeline.publish import files
from tests.publish.example_lists import PRINTED_AT, example_figures, example_list
made = files.render_all(example_list(), example_figures(), "C. Example", PRINTED_AT)
print({name: hashlib.sha256(content).hexdigest() for name, content in made.items()})
"""


def test_the_bytes_depend_on_no_hash_seed_time_zone_or_locale():
    worlds = (("1", "UTC", "C"), ("2", "Asia/Kathmandu", "de_DE.UTF-8"))
    told = set()
    for seed, zone, locale in worlds:
        world = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run([sys.executable, "-c", _HASHES], env=world, capture_output=True, text=True, check=True)
        told.add(done.stdout)
    assert len(told) == 1


def test_only_the_two_forms_that_clinicians_hold_carry_names():
    made = _all()
    for name in ("outreach_list.json", "run_report.html"):
        assert not [canary for canary in CANARIES if canary.encode() in made[name]]


def test_words_put_the_person_first():
    from io import BytesIO

    import openpyxl
    import pypdf

    made = _all()
    book = openpyxl.load_workbook(BytesIO(made["outreach_list.xlsx"]))
    sheets = "\n".join(str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row)
    printed = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(made["outreach_list.pdf"])).pages)
    for text in (sheets, printed, made["run_report.html"].decode(), made["outreach_list.json"].decode()):
        assert NOT_PERSON_FIRST.findall(text) == []
    assert "people with frequent crisis or jail contact" in printed
    assert NOT_PERSON_FIRST.findall("a frequent flyer and inmate")  # the look itself works


def test_points_that_do_not_add_up_are_not_shown():
    wrong = example_list(replace(entry(1), points=99))
    with pytest.raises(files.PointsDoNotAddUp, match=r"\[P-000001\].*\[23\].*\[99\]") as raised:
        files.render_all(wrong, example_figures(), "C. Example", PRINTED_AT)
    assert not [canary for canary in CANARIES if canary in str(raised.value)]


def test_files_are_written_whole_for_their_owner_alone(tmp_path):
    out = tmp_path / "new" / "folder"
    paths = files.write_all({"a.json": b"one", "b.pdf": b"two"}, out)
    assert paths == [out / "a.json", out / "b.pdf"]
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]
    assert sorted(path.name for path in out.iterdir()) == ["a.json", "b.pdf"]
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}


def test_a_second_run_replaces_the_first(tmp_path):
    files.write_all({"a.json": b"a longer first"}, tmp_path)
    files.write_all({"a.json": b"second"}, tmp_path)
    assert (tmp_path / "a.json").read_bytes() == b"second"


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_scraps(tmp_path, monkeypatch, where):
    files.write_all({"a.json": b"first"}, tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if where == "fsync" else (Path, "replace")), fail)
    with pytest.raises(CannotWriteFiles, match="No space left"):
        files.write_all({"a.json": b"second"}, tmp_path)
    monkeypatch.undo()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"first")]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(OutreachError, match=r"taken\] cannot be written"):
        files.write_all({"a.json": b""}, tmp_path / "taken")
