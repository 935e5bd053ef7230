"""How does the program speak to a FHIR server? With a signed assertion for a token, and patiently."""

import email.utils
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import requests
from requests.auth import AuthBase

from pipeline.contract.errors import SourceRefused, SourceUnavailable
from pipeline.fetch.places import CHUNK, Gone
from pipeline.fetch.secrets import Secrets
from pipeline.fetch.sources import FhirSource
from pipeline.fetch.trying import Clock, again_while_down
from pipeline.fetch.web import ASK_LATER, Bearer, Client, Nobody, check_status, told_plainly

FHIR_JSON = "application/fhir+json"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

ASSERTION_LIFE = timedelta(minutes=4)
"""How long an assertion holds. SMART Backend Services allows five minutes; one is for clocks that differ."""

TOKEN_MARGIN = timedelta(seconds=60)
"""A token that ends sooner than this is renewed before it is used, so that it does not end on the way."""

POLL_SECONDS = 10
"""Seconds before the status is asked again where the server does not say when."""


class Server:
    """One FHIR server, and the program's right to ask it."""

    def __init__(self, source: FhirSource, secrets: Secrets, clock: Clock) -> None:
        self._source, self._secrets, self._clock = source, secrets, clock
        self._client = Client(source.authority_file)
        self._token: str | None = None
        self._ends_at: datetime | None = None

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    # --- the export --------------------------------------------------------------------------------------------------

    def kick_off(self, parameters: Mapping[str, str]) -> str:
        """Start an export. Answers the address under which its state is told."""
        where = f"Group/{self._source.group}/$export" if self._source.group else "Patient/$export"
        headers = {"Accept": FHIR_JSON, "Prefer": "respond-async"}
        with self._asked("GET", f"{self._base}/{where}", headers=headers, params=parameters) as response:
            status_url = response.headers.get("Content-Location")
            if response.status_code != 202 or not status_url:
                raise SourceRefused("the server did not start an export; check url and group")
            return status_url

    def wait_for(self, status_url: str) -> object:
        """What does the server say when the export has ended? Asked as often as it wants to be, and no longer.

        Raises:
            SourceUnavailable: the export does not end in time.
        """
        give_up_at = self._clock.now() + self._source.longest
        while True:
            told, pause = again_while_down(lambda: self._poll(status_url), self._clock)
            if pause is None:
                return told
            if self._clock.now() + timedelta(seconds=pause) > give_up_at:
                raise SourceUnavailable("the export has not ended in time; try again later, or declare a longer one")
            self._clock.sleep(pause)

    def _poll(self, status_url: str) -> tuple[object, float | None]:
        """What is the export's manifest, or after how many seconds is it asked for again?"""
        with (
            self._asked("GET", status_url, headers={"Accept": "application/json"}, may_wait=True) as response,
            told_plainly(),
        ):
            if response.status_code == 202 or response.status_code in ASK_LATER:
                return None, retry_after_seconds(response.headers.get("Retry-After"), self._clock.now())
            try:
                return response.json(), None
            except requests.exceptions.JSONDecodeError:
                return None, None

    def read(self, url: str, *, needs_token: bool) -> Iterator[bytes]:
        """Which bytes does a file of the export hold? The token goes to no host that was not declared."""
        headers = {"Accept": "application/fhir+ndjson"}
        with self._asked("GET", url, headers=headers, is_secret=needs_token) as response, told_plainly():
            yield from response.iter_content(CHUNK)

    def give_up(self, status_url: str) -> None:
        """Tell the server that it may forget the export."""
        with self._asked("DELETE", status_url):
            pass

    # --- asking ------------------------------------------------------------------------------------------------------

    @property
    def _base(self) -> str:
        return self._source.url.rstrip("/")

    def _check_host(self, url: str) -> None:
        known = {urlsplit(self._base).netloc, *self._source.file_hosts}
        is_safe = urlsplit(url).scheme == urlsplit(self._base).scheme
        if urlsplit(url).netloc not in known or not is_safe:
            raise SourceRefused(
                "the server names another host, to which the access token would go; if it is the provider's, declare "
                f"it in file_hosts [{urlsplit(url).hostname}]"
            )

    @contextmanager
    def _asked(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        is_secret: bool = True,
        may_wait: bool = False,
    ) -> Iterator[requests.Response]:
        if is_secret:
            self._check_host(url)
        auth: AuthBase = Bearer(self._valid_token()) if is_secret else Nobody()
        response = self._client.request(method, url, auth=auth, headers=headers, params=params)
        with response:
            if not (may_wait and response.status_code in ASK_LATER):
                self._check(response)
            yield response

    def _check(self, response: requests.Response) -> None:
        if response.status_code == 401:
            self._token = None  # it was taken back early: the next attempt asks for another
        try:
            check_status(response)
        except Gone:
            raise SourceRefused("the server knows no such address [HTTP 404]; check url and group") from None

    # --- the token ---------------------------------------------------------------------------------------------------

    def _valid_token(self) -> str:
        now = self._clock.now()
        if self._token is None or self._ends_at is None or now >= self._ends_at:
            self._token, seconds = again_while_down(self._new_token, self._clock)
            self._ends_at = now + timedelta(seconds=seconds) - TOKEN_MARGIN
        return self._token

    def _new_token(self) -> tuple[str, float]:
        """Which token does the server give for a signed assertion, and for how many seconds?"""
        token_url = self._source.token_url or self._token_url()
        form = {
            "grant_type": "client_credentials",
            "scope": self._source.scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(token_url),
        }
        response = self._client.request("POST", token_url, auth=Nobody(), data=form)
        with response, told_plainly():
            if response.status_code in (400, 401, 403):
                raise SourceRefused(
                    f"the server gives no access token [HTTP {response.status_code}]; check client_id, key_id, scope, "
                    "and whether the public key is registered there"
                )
            self._check(response)
            try:
                told = response.json()
                return str(told["access_token"]), float(told.get("expires_in", 300))
            except (requests.exceptions.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
                raise SourceRefused("the server's answer holds no access token; check token_url") from None

    def _token_url(self) -> str:
        """Where does the server give tokens, by its own word?"""
        where = f"{self._base}/.well-known/smart-configuration"
        response = self._client.request("GET", where, auth=Nobody(), headers={"Accept": "application/json"})
        with response, told_plainly():
            self._check(response)
            try:
                found = str(response.json()["token_endpoint"])
            except (requests.exceptions.JSONDecodeError, KeyError, TypeError):
                raise SourceRefused("the server does not say where it gives tokens; declare token_url") from None
        if urlsplit(found).scheme != urlsplit(self._base).scheme:
            raise SourceRefused("the server gives tokens at an address that is not encrypted; tell the provider")
        return found

    def _assertion(self, token_url: str) -> str:
        """Who asks, for whom and until when, signed with the private key?"""
        client = self._source.client_id
        claims = {
            "iss": client,
            "sub": client,
            "aud": token_url,
            "jti": str(uuid4()),
            "exp": self._clock.now() + ASSERTION_LIFE,
        }
        key = self._secrets(self._source.private_key).get_secret_value()
        try:
            return jwt.encode(claims, key, algorithm=self._source.algorithm, headers={"kid": self._source.key_id})
        except (jwt.PyJWTError, ValueError, TypeError):
            raise SourceRefused("the private key cannot sign; give a PEM that fits algorithm in private_key") from None


def retry_after_seconds(text: str | None, now: datetime) -> float:
    """After how many seconds does a server want to be asked again? It tells seconds, or a moment.

    >>> from datetime import UTC
    >>> retry_after_seconds("120", datetime(2026, 11, 16, tzinfo=UTC))
    120.0
    >>> retry_after_seconds("Mon, 16 Nov 2026 00:00:30 GMT", datetime(2026, 11, 16, tzinfo=UTC))
    30.0
    """
    if text is None:
        return POLL_SECONDS
    if text.strip().isdecimal():
        return max(float(text), 1)
    try:
        return max((email.utils.parsedate_to_datetime(text) - now).total_seconds(), 1)
    except (ValueError, TypeError):
        return POLL_SECONDS
