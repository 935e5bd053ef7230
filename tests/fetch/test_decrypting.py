"""Are PGP files opened by the real GnuPG, and is what cannot be opened told and not delivered?"""

import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import pytest

from pipeline.fetch.ledger import FOLDER
from tests.fetch.made_up import AGENCY, CANARY, counts, upload

with warnings.catch_warnings():
    from gnupg import GPG

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="GnuPG is not on this machine: install gnupg")

FILE = "calls_20261116.csv"
COUNTY, POLICE = "county@example.org", "police@example.org"


@pytest.fixture(scope="module")
def keys():
    """The county's key ring, with the key of the agency that signs; its path is short, for the agent's socket."""
    with tempfile.TemporaryDirectory(prefix="gpg", ignore_cleanup_errors=True) as folder:
        gpg = GPG(gnupghome=folder)
        for mail, passphrase in ((COUNTY, CANARY), (POLICE, "police")):
            wanted = gpg.gen_key_input(
                key_type="eddsa", key_curve="ed25519", subkey_type="ecdh", subkey_curve="cv25519",
                name_email=mail, passphrase=passphrase,
            )  # fmt: skip
            assert gpg.gen_key(wanted).fingerprint
        yield gpg
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=False)


def fingerprint(keys, mail: str) -> str:
    return next(key["fingerprint"] for key in keys.list_keys() if mail in key["uids"][0])


def encrypted(keys, content: bytes, *, to: str = COUNTY, sign: str | None = None) -> bytes:
    passphrase = {"passphrase": "police"} if sign else {}
    made = keys.encrypt(
        content, [to], sign=sign and fingerprint(keys, sign), always_trust=True, armor=False, **passphrase
    )
    assert made.ok
    return made.data


@pytest.fixture
def there(county, keys, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("PGP_PASSPHRASE", CANARY)
    folder = tmp_path / "there"
    declare(county, keys, folder)
    return folder


def declare(county, keys, folder, more: str = "") -> None:
    county.declare(
        f'[{AGENCY.name}]\nkind = "folder"\nfolder = "{folder}"\nsettle_seconds = 0\n'
        f'[{AGENCY.name}.decrypt]\nkeyring = "{keys.gnupghome}"\npassphrase = {{ env = "PGP_PASSPHRASE" }}\n{more}\n'
    )


@pytest.mark.parametrize("ending", ["pgp", "gpg", "asc"])
def test_an_encrypted_file_is_delivered_in_clear_under_its_own_name(county, keys, there, ending):
    content = b"one\n" * 100_000
    upload(there / f"{FILE}.{ending}", encrypted(keys, content))
    upload(there / "calls_20261115.csv", b"never was encrypted")
    upload(there / f"payroll.xlsx.{ending}", b"not ours")
    assert counts(county.fetch()) == (2, 0, 0, 0, 1)
    assert county.delivered() == {FILE: content, "calls_20261115.csv": b"never was encrypted"}
    assert counts(county.fetch()) == (0, 0, 2, 0, 1)
    assert county.left_over() == []
    assert (county.deliveries / AGENCY.name / FILE).stat().st_mode & 0o777 == 0o600


def test_the_same_content_encrypted_anew_is_no_new_file(county, keys, there):
    upload(there / f"{FILE}.pgp", encrypted(keys, b"one"))
    county.fetch()
    (there / f"{FILE}.pgp").write_bytes(encrypted(keys, b"one"))
    assert counts(county.fetch()) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize("damage", ["other key", "cut", "not encrypted", "wrong passphrase"])
def test_what_cannot_be_opened_is_told_and_not_delivered(county, keys, there, damage, monkeypatch):
    content = encrypted(keys, b"one\n" * 1000, to=POLICE if damage == "other key" else COUNTY)
    if damage == "cut":
        content = content[: len(content) // 2]
    if damage == "not encrypted":
        content = CANARY.encode()
    if damage == "wrong passphrase":
        subprocess.run(["gpgconf", "--homedir", keys.gnupghome, "--reload", "gpg-agent"], check=True)
        monkeypatch.setenv("PGP_PASSPHRASE", f"{CANARY}-wrong")
    if damage == "other key":
        monkeypatch.setenv("PGP_PASSPHRASE", "unknown")
        subprocess.run(["gpgconf", "--homedir", keys.gnupghome, "--reload", "gpg-agent"], check=True)
    upload(there / f"{FILE}.pgp", content)
    told = county.fetch()
    assert counts(told) == (0, 0, 0, 1, 0)
    assert f"[{FILE}.pgp]: the file cannot be decrypted" in told.problems[0]
    assert CANARY not in str(told)
    assert county.delivered() == {}
    assert county.left_over() == []


def test_a_file_has_to_be_signed_by_whom_it_was_declared(county, keys, there):
    declare(county, keys, there, f'signed_by = "{fingerprint(keys, POLICE)}"')
    upload(there / f"{FILE}.pgp", encrypted(keys, b"signed", sign=POLICE))
    upload(there / "calls_20261115.csv.pgp", encrypted(keys, b"unsigned"))
    told = county.fetch()
    assert counts(told) == (1, 0, 0, 1, 0)
    assert "[calls_20261115.csv.pgp]: the file is not signed by signed_by" in told.problems[0]
    assert county.delivered() == {FILE: b"signed"}


def test_without_gnupg_or_keys_the_line_says_what_to_install(county, keys, there, tmp_path, monkeypatch):
    upload(there / f"{FILE}.pgp", encrypted(keys, b"one"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "install it (apt-get install gnupg)" in county.fetch().problems[0]
    monkeypatch.undo()
    county.declare(county.file.read_text().replace(keys.gnupghome, str(tmp_path / "nowhere")))
    assert "there is no folder of keys" in county.fetch().problems[0]
    assert not list((county.deliveries / AGENCY.name / FOLDER).glob("*.partial"))
