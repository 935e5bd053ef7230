"""Does `outreach fetch` bring what `outreach run` takes in, and say in one line what it could not bring?"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from pipeline import receive, synthetic
from pipeline.agencies import load_agencies
from tests.fetch.made_up import CANARY

AS_OF = date(2026, 11, 16)
FROM_ELSEWHERE = ("riverton_police", "riverton_county_jail", "riverbend_behavioral_health")


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Path:
    """Where agencies leave their files: the deliveries of a made-up county."""
    folder = tmp_path_factory.mktemp("county") / "there"
    synthetic.synthesize(load_agencies(), persons=200, years=1, seed=5, as_of=AS_OF, out=folder)
    return folder


@pytest.fixture
def home():
    """A home of its own; its path is short, because PostgreSQL's socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="fetch", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def outreach(home: Path, *typed: str, **settings: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *typed]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300,
        env=environment | {"OUTREACH_HOME": str(home)} | settings,
    )  # fmt: skip


def declare(home: Path, there: Path, *names: str) -> None:
    tables = [f'[{name}]\nkind = "folder"\nfolder = "{there / name}"\nsettle_seconds = 1\n' for name in names]
    (home / "sources.toml").write_text("".join(tables))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every delivered file that one of the declared feeds reads."""
    found = {agency.name: receive.find_files(agency, folder).files for agency in load_agencies()}
    return {
        f"{name}/{one.place.path.name}": one.place.path.read_bytes() for name, files in found.items() for one in files
    }


def test_what_is_fetched_are_the_files_that_would_be_put_there_by_hand(county, home, tmp_path):
    declare(home, county, *(agency.name for agency in load_agencies()))
    fetched = outreach(home, "fetch", "--deliveries", str(tmp_path / "in"), "--json")
    assert fetched.returncode == 0, fetched.stderr
    assert len(files_of(county)) > 20
    assert files_of(tmp_path / "in") == files_of(county)
    assert sum(one["fetched"] for one in json.loads(fetched.stdout)) == len(files_of(county))
    again = outreach(home, "fetch", "--deliveries", str(tmp_path / "in"))
    assert again.returncode == 0
    assert "What was fetched" in again.stdout


def test_one_that_fails_stops_no_other_and_the_exit_code_says_so(county, home, tmp_path):
    declare(home, county, *FROM_ELSEWHERE)
    sources = home / "sources.toml"
    sources.write_text(sources.read_text().replace(f"there/{FROM_ELSEWHERE[0]}", f"nowhere/{CANARY}"))
    told = outreach(home, "fetch", "--deliveries", str(tmp_path))
    assert told.returncode == 1
    assert "[riverton_police] [folder] the folder is not there; correct folder" in told.stderr
    assert CANARY not in told.stdout + told.stderr
    assert list((tmp_path / FROM_ELSEWHERE[1]).glob("*.csv"))


def test_only_the_named_agencies_are_fetched_and_without_waiting(county, home, tmp_path):
    declare(home, county, *FROM_ELSEWHERE)
    told = outreach(home, "fetch", FROM_ELSEWHERE[1], "--deliveries", str(tmp_path), "--no-wait", "--json")
    [one] = json.loads(told.stdout)
    assert (told.returncode, one["agency"], one["fetched"]) == (0, FROM_ELSEWHERE[1], 0)
    assert one["waiting"] > 0


@pytest.mark.parametrize(
    ("text", "typed", "line"),
    [
        ("", (), "no source is declared"),
        ("= 1", (), "is no TOML at line 1"),
        ('[riverton_police]\nkind = "folder"\nfolder = "x"\n', ("nobody",), "these agencies have no source"),
        (f'[riverton_police]\nkind = "sftp"\npassword = "{CANARY}"\n', (), "[riverton_police] in the file of sources"),
    ],
)
def test_what_is_typed_or_declared_wrongly_is_one_line_and_exit_code_two(home, text, typed, line):
    (home / "sources.toml").write_text(text)
    told = outreach(home, "fetch", *typed)
    assert told.returncode == 2
    assert line in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert CANARY not in told.stderr


def test_the_file_of_sources_may_lie_elsewhere(county, home, tmp_path):
    declare(home, county, FROM_ELSEWHERE[1])
    (home / "sources.toml").rename(tmp_path / "other.toml")
    told = outreach(
        home, "fetch", "--deliveries", str(tmp_path / "in"), "--json", OUTREACH_SOURCES=str(tmp_path / "other.toml")
    )
    assert json.loads(told.stdout)[0]["fetched"] > 0
