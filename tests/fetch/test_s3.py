"""Are objects of a bucket fetched with a signed request, and a wrong key told without it?"""

from datetime import timedelta

import pytest

from tests.fetch.local_s3 import LocalS3
from tests.fetch.local_web import serving
from tests.fetch.made_up import AGENCY, CANARY, counts

FILE = "calls_20261116.csv"
KEY_ID, SECRET = "AKIAOUTREACH", f"{CANARY}/secret+key"


@pytest.fixture
def store():
    return LocalS3("county-exports", KEY_ID, SECRET)


def declare(county, web, monkeypatch, bucket: str = "county-exports") -> None:
    monkeypatch.setenv("S3_SECRET", SECRET)
    county.declare(
        f'[{AGENCY.name}]\nkind = "s3"\nbucket = "{bucket}"\nprefix = "police/out"\nregion = "us-west-2"\n'
        f'endpoint = "{web.url}"\nkey_id = "{KEY_ID}"\nsecret = {{ env = "S3_SECRET" }}\n'
    )


def test_objects_under_a_prefix_are_fetched_once_and_at_the_first_look(county, store, monkeypatch):
    at = county.time.at
    content = b"a line of a large file\n" * 200_000
    store.objects = {
        f"police/out/{FILE}": (content, at),
        "police/out/calls_20261114.csv": (b"one", at),
        "police/out/calls_20261115.csv": (b"two", at),
        "police/out/.calls_20261117.csv": (b"half", at),
        "police/out/old/calls_20251116.csv": (b"below", at),
        "police/calls_20251117.csv": (b"above", at),
    }
    with serving(store.answer) as web:
        declare(county, web, monkeypatch)
        assert counts(county.fetch()) == (3, 0, 0, 0, 1)
        assert county.time.pauses == []
        assert county.delivered() == {"calls_20261114.csv": b"one", "calls_20261115.csv": b"two", FILE: content}
        assert counts(county.fetch()) == (0, 0, 3, 0, 1)
        store.objects[f"police/out/{FILE}"] = (b"changed", at + timedelta(days=1))
        assert counts(county.fetch()) == (1, 0, 2, 0, 1)
        assert county.delivered()["calls_20261116_2.csv"] == b"changed"


def test_a_wrong_secret_is_told_without_it(county, store, monkeypatch):
    with serving(store.answer) as web:
        declare(county, web, monkeypatch)
        monkeypatch.setenv("S3_SECRET", f"{CANARY}-wrong")
        told = county.fetch()
        assert told.problems == (f"[{AGENCY.name}] [s3] access was refused; check bucket, prefix, key_id and secret",)
        assert not told.is_down


def test_a_bucket_that_is_not_there(county, store, monkeypatch):
    with serving(store.answer) as web:
        declare(county, web, monkeypatch, bucket="another-bucket")
        assert "check bucket" in county.fetch().problems[0]


def test_a_prefix_under_which_nothing_lies_yet_is_no_fault(county, store, monkeypatch):
    with serving(store.answer) as web:
        declare(county, web, monkeypatch)
        assert counts(county.fetch()) == (0, 0, 0, 0, 0)


def test_a_store_that_is_down_is_asked_again(county, store, monkeypatch):
    with serving(store.answer) as web:
        declare(county, web, monkeypatch)
    told = county.fetch()
    assert told.is_down
    assert county.time.pauses == [2, 4, 8]
    assert CANARY not in str(told)
