"""Are files fetched from a real web server, with TLS and a login, from an index or by their addresses?"""

import base64
from email.utils import format_datetime

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.web import linked_files
from tests.fetch.local_web import Answer, serving
from tests.fetch.made_up import AGENCY, CANARY, counts

FILE = "calls_20261116.csv"
LOGIN = "Basic " + base64.b64encode(f"outreach:{CANARY}".encode()).decode()


class Site:
    """What lies on the web server: name → content; whoever has no login sees nothing."""

    def __init__(self, time) -> None:
        self.files: dict[str, bytes] = {}
        self.at, self.login, self.faults = time.at, None, []

    def answer(self, asked):
        if self.login and asked.headers.get("Authorization") != self.login:
            return Answer(401)
        if self.faults and asked.method == "GET" and not asked.path.endswith("/"):
            return self.faults.pop(0)
        name = asked.path.removeprefix("/outgoing/")
        if not name:
            links = "".join(f'<li><A HREF="{name}">{name}</A>' for name in self.files)
            page = f'<html><a href="../">up</a><a href="?C=M;O=A">sort</a><a href="old/">old</a>{links}'
            return Answer(body=page.encode(), headers={"Content-Type": "text/html"})
        if name not in self.files:
            return Answer(404)
        content = self.files[name]
        return Answer(
            body=content,
            headers={"ETag": f'"{hash(content)}"', "Last-Modified": format_datetime(self.at, usegmt=True)},
        )


@pytest.fixture
def site(county):
    return Site(county.time)


def declare(county, more: str) -> None:
    county.declare(f'[{AGENCY.name}]\nkind = "https"\nsettle_seconds = 0\n{more}\n')


def test_files_of_an_encrypted_index_page_are_fetched_once_with_a_login(county, site, tmp_path, monkeypatch):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("WEB_PASSWORD", CANARY)
    site.login = LOGIN
    site.files = {FILE: b"one\n" * 1_000_000, "readme.html": b"hello", f"{FILE}.part": b"half"}
    with serving(site.answer, authority) as web:
        declare(
            county,
            f'index = "{web.url}/outgoing/"\nuser = "outreach"\npassword = {{ env = "WEB_PASSWORD" }}\n'
            f'authority_file = "{tmp_path / "ca.pem"}"',
        )
        assert counts(county.fetch()) == (1, 0, 0, 0, 2)
        assert county.delivered() == {FILE: site.files[FILE]}
        assert counts(county.fetch()) == (0, 0, 1, 0, 2)
        assert [asked.path for asked in web.asked if asked.method == "GET"].count(f"/outgoing/{FILE}") == 1


def test_a_certificate_that_nobody_trusts_ends_it(county, site, tmp_path):
    site.files = {FILE: b"one"}
    with serving(site.answer, trustme.CA()) as web:
        declare(county, f'index = "{web.url}/outgoing/"')
        told = county.fetch()
        assert told.problems == (
            f"[{AGENCY.name}] [https] the server's certificate is not trusted; name its authority in authority_file",
        )
        assert web.asked == []


def test_files_are_fetched_by_their_addresses_when_they_are_there(county, site):
    with serving(site.answer) as web:
        declare(county, f'urls = ["{web.url}/outgoing/{FILE}", "{web.url}/outgoing/calls_20261117.csv"]')
        site.files = {FILE: b"one"}
        assert counts(county.fetch()) == (1, 0, 0, 0, 0)
        site.files["calls_20261117.csv"] = b"two"
        assert counts(county.fetch()) == (1, 0, 1, 0, 0)
        assert county.delivered() == site.files


def test_a_token_is_sent_and_no_login_of_the_machines_takes_its_place(county, site, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WEB_TOKEN", CANARY)
    site.login, site.files = f"Bearer {CANARY}", {FILE: b"one"}
    with serving(site.answer) as web:
        declare(county, f'index = "{web.url}/outgoing"\ntoken = {{ env = "WEB_TOKEN" }}')
        site_answer = site.answer
        web.answer = lambda asked: site_answer(asked) if asked.path != "/outgoing" else Answer(
            302, headers={"Location": "/outgoing/"}
        )  # fmt: skip
        assert counts(county.fetch()) == (1, 0, 0, 0, 0)


def test_a_download_that_is_cut_is_tried_again_and_nothing_half_is_left(county, site):
    site.files = {FILE: b"one\n" * 100_000}
    with serving(site.answer) as web:
        declare(county, f'index = "{web.url}/outgoing/"')
        site.faults = [Answer(body=site.files[FILE], is_cut=True), Answer(503)]
        assert counts(county.fetch()) == (1, 0, 0, 0, 0)
        assert county.time.pauses == [2, 4]
        assert county.delivered() == site.files


def test_a_file_that_is_replaced_while_it_is_read_waits_for_the_next_fetch(county, site):
    site.files = {FILE: b"old"}

    def replaced_meanwhile(asked):
        answer = site.answer(asked)
        if asked.method == "GET" and asked.path.endswith(FILE):
            site.files[FILE] = b"new"
        return answer

    with serving(replaced_meanwhile) as web:
        declare(county, f'index = "{web.url}/outgoing/"')
        assert counts(county.fetch()) == (0, 1, 0, 0, 0)
        assert county.delivered() == {}
        assert county.left_over() == []
        assert counts(county.fetch()) == (1, 0, 0, 0, 0)
        assert county.delivered() == {FILE: b"new"}


def test_a_file_that_comes_shorter_than_was_told_is_not_delivered(county, site):
    site.files = {FILE: b"one"}

    def boasting(asked):
        answer = site.answer(asked)
        return Answer(headers=answer.headers | {"Content-Length": "999"}) if asked.method == "HEAD" else answer

    with serving(boasting) as web:
        declare(county, f'index = "{web.url}/outgoing/"')
        told = county.fetch()
        assert "fewer or more bytes came" in told.problems[0]
        assert told.is_down
        assert county.delivered() == {}


def test_a_server_that_says_no_is_told_and_not_asked_again(county, site):
    site.login = LOGIN
    with serving(site.answer) as web:
        declare(county, f'index = "{web.url}/outgoing/"')
        told = county.fetch()
        assert told.problems == (
            f"[{AGENCY.name}] [https] access was refused [HTTP 401]; check the login and what it may read",
        )
        assert len(web.asked) == 1
        declare(county, f'index = "{web.url}/nowhere/"')
        site.login = None
        assert "the index page is not there" in county.fetch().problems[0]


def test_a_server_that_is_down_is_told_without_its_address(county):
    declare(county, f'index = "http://127.0.0.1:1/{CANARY}/"')
    told = county.fetch()
    assert told.is_down
    assert CANARY not in str(told)
    assert county.time.pauses == [2, 4, 8]


@given(st.text(alphabet="<>a=hrf\"'/?#.: ", max_size=60))
def test_whatever_a_page_says_only_files_directly_under_it_are_found(text):
    found = linked_files(f"<a href={text}>x</a>", "https://example.org/out/")
    assert all("/" not in name and url.startswith("https://example.org/out/") for name, url in found.items())
