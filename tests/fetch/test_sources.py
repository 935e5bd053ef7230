"""Is a file of sources that cannot be right refused in one line, and does no secret stand in it?"""

import pytest

from pipeline.contract.errors import SettingError
from pipeline.fetch.sources import FolderSource, SqlSource
from tests.fetch.made_up import AGENCY, CANARY, PROVIDER, counts

NAME = AGENCY.name
SFTP = 'kind = "sftp"\nhost = "h"\nuser = "u"\nhost_key = "SHA256:' + "A" * 43 + '"\n'
SQL = 'kind = "sql"\nurl = "sqlite:///x"\n'
QUERY = (
    f'[{NAME}.queries.calls]\nselect = "select 1"\nwatermark = "w"\nfile_name = "calls_{{date}}_{{watermark}}.csv"\n'
)

WRONG = {
    "no TOML": ("= 3", "is no TOML at line 1"),
    "an agency nobody declared": ('[nobody]\nkind = "folder"', "sources of agencies nobody declared"),
    "no kind": (f'[{NAME}]\nfolder = "x"', "Unable to extract tag"),
    "an unknown kind": (f'[{NAME}]\nkind = "ftp"', "does not match any of the expected tags"),
    "a word that nobody knows": (f'[{NAME}]\nkind = "folder"\nfolder = "x"\nsetle = 1', "setle: Extra inputs"),
    "a marker without the file's name": (
        f'[{NAME}]\nkind = "folder"\nfolder = "x"\nmarker = "done"', "marker: Value error, is like"
    ),
    "a password in clear": (f'[{NAME}]\n{SFTP}password = "{CANARY}"', "password: Input should be a valid dictionary"),
    "two places for a secret": (
        f'[{NAME}]\n{SFTP}password = {{ env = "{CANARY}", connection = "x" }}', 'a secret is { env = "NAME" } or'
    ),
    "SFTP without a login": (f"[{NAME}]\n{SFTP}", "needs a password or a key_file"),
    "SFTP without the server's key": (f'[{NAME}]\nkind = "sftp"\nhost = "h"\nuser = "u"', "host_key: Field required"),
    "S3 with half a login": (f'[{NAME}]\nkind = "s3"\nbucket = "bb"\nkey_id = "k"', "key_id and secret go together"),
    "a login inside an address": (
        f'[{NAME}]\nkind = "https"\nindex = "https://u:{CANARY}@example.org/"', "holds no user and no password here"
    ),
    "an address without encryption": (f'[{NAME}]\nkind = "https"\nindex = "http://example.org/"', "begins with https"),
    "an index and addresses": (f'[{NAME}]\nkind = "https"', "needs an index or urls"),
    "a password inside a database's address": (
        f'[{NAME}]\n{SQL.replace("sqlite:///x", f"postgresql://u:{CANARY}@h/d")}{QUERY}start = 0', "no password here"
    ),
    "a password behind a database's address": (
        f'[{NAME}]\n{SQL.replace("sqlite:///x", f"postgresql://h/d?password={CANARY}")}{QUERY}start = 0', "no password"
    ),
    "two statements": (
        f'[{NAME}]\n{SQL}{QUERY.replace("select 1", "select 1; drop table x")}start = 0', "select: String should match"
    ),
    "a statement that is no SELECT": (
        f'[{NAME}]\n{SQL}{QUERY.replace("select 1", "delete from x")}start = 0', "select: String should match"
    ),
    "an overlap of another kind": (f'[{NAME}]\n{SQL}{QUERY}start = 0\noverlap = "PT1H"', "overlap is a number where"),
    "a negative overlap": (f"[{NAME}]\n{SQL}{QUERY}start = 9\noverlap = -1", "overlap is not negative"),
    "a feed nobody declared": (f'[{NAME}]\n{SQL}{QUERY.replace("queries.calls", "queries.x")}start = 0', "[x]"),
    "a name that is not one of the feed's": (
        f'[{NAME}]\n{SQL}{QUERY.replace("calls_{date}", "rows_{date}")}start = 0', "file_name gives no name"
    ),
    "an export of an agency without resources": (
        f'[{NAME}]\nkind = "fhir"\nurl = "https://example.org"\nclient_id = "c"\nkey_id = "k"\n'
        'private_key = { env = "X" }', "no feed of FHIR resources"
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_right_is_refused_in_one_line(county, wrong):
    text, line = WRONG[wrong]
    county.declare(text)
    with pytest.raises(SettingError) as refused:
        county.sources()
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
    assert CANARY not in str(refused.value)


def test_what_is_right_is_read_by_agency(county):
    county.declare(f'[{PROVIDER.name}]\nkind = "folder"\nfolder = "x"\n[{NAME}]\n{SQL}{QUERY}start = 2026-01-01\n')
    sources = county.sources()
    assert isinstance(sources[NAME], SqlSource)
    assert isinstance(sources[PROVIDER.name], FolderSource)


def test_without_a_file_there_are_no_sources(county):
    assert county.sources() == {}


def test_a_secret_that_is_not_set_stops_its_agency_alone(county, tmp_path, monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    county.declare(
        f'[{NAME}]\n{SFTP}password = {{ env = "NOT_SET" }}\n[{PROVIDER.name}]\nkind = "folder"\nfolder = "{tmp_path}"\n'
    )
    police, clinic = county.fetch_each()
    assert "the environment variable that holds a secret is not set; set it [NOT_SET]" in police.problems[0]
    assert counts(clinic) == (0, 0, 0, 0, 1)


def test_a_connection_of_airflows_is_for_airflow(county):
    county.declare(f'[{NAME}]\n{SFTP}password = {{ connection = "police_sftp" }}\n')
    told = county.fetch()
    assert "trigger the agency's DAG" in told.problems[0]
    assert "[police_sftp]" in told.problems[0]
