"""How are files fetched from a web server, and what do its answers mean?

With `requests`, and not fsspec's own HTTP: that one turns a server that is down into a file that is not there.
"""

import email.utils
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from pipeline.contract.errors import SourceRefused, SourceUnavailable
from pipeline.fetch.looking import Remote
from pipeline.fetch.places import CHUNK, PATIENCE_SECONDS, Gone
from pipeline.fetch.secrets import Secrets, text_of
from pipeline.fetch.sources import HttpsSource

NOT_THERE = (404, 410)
NO_RIGHT = (401, 403)
ASK_LATER = (408, 425, 429)
"""Statuses with which a server asks to come again; all from 500 on do too."""


class Bearer(AuthBase):
    """Who asks? Whoever holds this token. As an `AuthBase`, so that no .netrc of the machine takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Nobody(AuthBase):
    """Who asks? Nobody: no login is sent, also none that the machine keeps for the host."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave a request as it is."""
        return request


class _Session(requests.Session):
    """Follows a redirection without a login for another host, be it that of a .netrc."""

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the login off where it would go elsewhere."""
        is_elsewhere = self.should_strip_auth(str(response.request.url), str(prepared_request.url))
        if is_elsewhere:
            prepared_request.headers.pop("Authorization", None)


class Client:
    """How are servers asked? `authority_file` holds the certificates to trust where the machine's own do not do."""

    def __init__(self, authority_file: Path | None) -> None:
        self._session = _Session()
        self._session.headers["Accept-Encoding"] = "identity"  # the size that is told is then the size that comes
        self._authorities = str(authority_file.expanduser()) if authority_file else None

    def request(self, method: str, url: str, *, auth: AuthBase, **what: Any) -> requests.Response:
        """What does a server answer? The body is not read yet. Raises as `told_plainly` does."""
        if self._authorities:  # told at each request: a session's own would yield to the machine's environment
            what["verify"] = self._authorities
        with told_plainly():
            return self._session.request(method, url, auth=auth, stream=True, timeout=PATIENCE_SECONDS, **what)

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what requests raises into ours, without its text: that quotes addresses.

    Raises:
        SourceRefused: the certificate is not to be trusted, or the address cannot be one.
        SourceUnavailable: the server does not answer.
    """
    try:
        yield
    except requests.exceptions.SSLError:
        raise SourceRefused("the server's certificate is not trusted; name its authority in authority_file") from None
    except requests.RequestException as fault:
        if isinstance(fault, ValueError):
            raise SourceRefused("an address cannot be used as written; check the addresses") from None
        raise SourceUnavailable(f"it does not answer [{type(fault).__name__}]; try again later") from None
    except OSError as fault:
        raise SourceRefused(f"authority_file cannot be read [{type(fault).__name__}]") from None


def check_status(response: requests.Response) -> None:
    """Did the server do as asked? Raises Gone, SourceRefused or SourceUnavailable where not."""
    status = response.status_code
    if status in NOT_THERE:
        raise Gone
    if status in NO_RIGHT:
        raise SourceRefused(f"access was refused [HTTP {status}]; check the login and what it may read")
    if status in ASK_LATER or status >= 500:
        raise SourceUnavailable(f"the server cannot answer now [HTTP {status}]; try again later")
    if status >= 300:
        raise SourceRefused(f"the server did not do as asked [HTTP {status}]; check the address")


class _Links(HTMLParser):
    """Collects where a page's links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]


def linked_files(page: str, address: str) -> dict[str, str]:
    """Which files lie directly under an index page? Name → address; links that lead elsewhere are left out.

    >>> linked_files('<a href="a.csv">a</a> <a href="../">up</a> <a href="?C=M">sort</a>', "https://example.org/out/")
    {'a.csv': 'https://example.org/out/a.csv'}
    """
    base = address if address.endswith("/") else address + "/"
    links = _Links()
    links.feed(page)
    found = {}
    for target in links.targets:
        url = urldefrag(urljoin(base, target)).url
        rest = url.removeprefix(base)
        if url.startswith(base) and rest and not set(rest) & set("/?"):
            found[unquote(rest)] = url
    return {name: url for name, url in sorted(found.items()) if "/" not in name}


class WebPlace:
    """Files of a web server: those an index page links to, or those that are named one by one."""

    def __init__(self, source: HttpsSource, client: Client, auth: AuthBase) -> None:
        self._source, self._client, self._auth = source, client, auth
        self._addresses: dict[str, str] = {}

    def look(self) -> list[Remote]:
        """Which files are there?"""
        if self._source.index:
            with self._asked("GET", self._source.index) as response, told_plainly():
                self._addresses = linked_files(response.text, self._source.index)
        else:
            self._addresses = {unquote(urlsplit(url).path.rsplit("/", 1)[-1]): url for url in self._source.urls}
        found = []
        for name in self._addresses:
            try:
                found.append(self.look_at(name))
            except Gone:  # a file that will be put there one day
                continue
        return found

    def look_at(self, name: str) -> Remote:
        """How does this one look now?"""
        with self._asked("HEAD", self._addresses[name], is_optional=True) as response:
            size = response.headers.get("Content-Length", "")
            modified = response.headers.get("Last-Modified")
            return Remote(
                name,
                int(size) if size.isdecimal() else None,
                _moment(modified) if modified else None,
                response.headers.get("ETag", ""),
            )

    def read(self, name: str) -> Iterator[bytes]:
        """Which bytes does it hold?"""
        with self._asked("GET", self._addresses[name], is_optional=True) as response, told_plainly():
            yield from response.iter_content(CHUNK)

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    @contextmanager
    def _asked(self, method: str, url: str, *, is_optional: bool = False) -> Iterator[requests.Response]:
        response = self._client.request(method, url, auth=self._auth, allow_redirects=True)
        with response:
            try:
                check_status(response)
            except Gone:
                if is_optional:
                    raise
                raise SourceRefused("the index page is not there [HTTP 404]; check index") from None
            yield response


def _moment(text: str) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def web_place(source: HttpsSource, secrets: Secrets) -> WebPlace:
    """Open a web server's files, with the login that was declared."""
    token, password = text_of(source.token, secrets), text_of(source.password, secrets)
    auth: AuthBase = Nobody()
    if token:
        auth = Bearer(token)
    elif source.user and password:
        auth = HTTPBasicAuth(source.user.encode(), password.encode())
    return WebPlace(source, Client(source.authority_file), auth)
