"""From where are an agency's files fetched? What may stand in `sources.toml`, checked when it is read.

Hosts and logins are facts of a place, so they are configuration and no part of a declaration. No secret stands in the
file: each is named, by an environment variable or a connection of Airflow's.
"""

import re
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from pipeline.contract.declaration import Agency, Feed, FhirNdjson
from pipeline.contract.errors import SettingError

SETTLE_SECONDS = 60
"""Seconds between two looks at a file that has to stand still. Uploads of an agency's size pause for less than that."""

LONGEST_SETTLE_SECONDS = 900
"""Seconds. A command waits this long at most; who uploads slower than that should leave a marker file."""

LONGEST_EXPORT = timedelta(hours=6)
"""How long a bulk export may take, where nothing else is declared: larger than any seen, shorter than a night."""

ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
"""Hosts that may be spoken to without encryption: nobody else can listen."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is not None or "@" in parts.netloc:
        raise ValueError("an address holds no user and no password here; name the secret beside it")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE):
        raise ValueError("an address begins with https://")
    return url


WebAddress = Annotated[str, AfterValidator(_without_secret)]


class Secret(_Part):
    """Where is a secret kept? In an environment variable, or as the password of a connection of Airflow's."""

    env: str | None = None
    connection: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.env is None) == (self.connection is None):
            raise ValueError('a secret is { env = "NAME" } or { connection = "ID" }')
        return self


class Decrypt(_Part):
    """How are files opened that end in .pgp, .gpg or .asc? `signed_by` is the fingerprint of whoever has to sign."""

    keyring: Path
    passphrase: Secret | None = None
    signed_by: str | None = Field(None, pattern=r"^[0-9A-Fa-f]{40,64}$")


def _names_the_file(template: str) -> str:
    if not re.fullmatch(r"[^{}/]*\{(name|stem)\}[^{}/]*", template) or template == "{name}":
        raise ValueError('is like "{name}.done" or "{stem}.sha256": the file\'s own name is part of it')
    return template


Template = Annotated[str, AfterValidator(_names_the_file)]


class _Files(_Part):
    """What is declared of every place that holds files?

    Attributes:
        settle_seconds: a file is whole when it looked the same twice, so far apart; 0 where files appear at one stroke.
        marker: name of the file that says that another is whole.
        checksum: name of the file that holds another's checksum; it too says that the other is whole.
        decrypt: how encrypted files are opened.
    """

    settle_seconds: int = Field(SETTLE_SECONDS, ge=0, le=LONGEST_SETTLE_SECONDS)
    marker: Template | None = None
    checksum: Template | None = None
    decrypt: Decrypt | None = None


class FolderSource(_Files):
    """A folder this machine can see: a network drive, or where an upload service puts files."""

    kind: Literal["folder"]
    folder: Path


class SftpSource(_Files):
    """A folder of an SFTP server; `host_key` is the fingerprint of its key, SHA256:..., as ssh-keygen -lf shows it."""

    kind: Literal["sftp"]
    host: str
    port: int = Field(22, ge=1, le=65_535)
    user: str
    host_key: str = Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")
    folder: str = "."
    password: Secret | None = None
    key_file: Path | None = None
    passphrase: Secret | None = None

    @model_validator(mode="after")
    def _has_login(self) -> Self:
        if self.password is None and self.key_file is None:
            raise ValueError("needs a password or a key_file")
        return self


class S3Source(_Files):
    """A bucket of S3 or of a store that speaks like it. Without `key_id`: whatever the machine itself may do."""

    kind: Literal["s3"]
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]+$")
    prefix: str = ""
    region: str | None = None
    endpoint: WebAddress | None = None
    key_id: str | None = None
    secret: Secret | None = None
    settle_seconds: int = Field(0, ge=0, le=LONGEST_SETTLE_SECONDS, description="An object appears whole.")

    @model_validator(mode="after")
    def _has_both(self) -> Self:
        if (self.key_id is None) != (self.secret is None):
            raise ValueError("key_id and secret go together")
        return self


class HttpsSource(_Files):
    """A web server: an index page whose links are the files, or the files' own addresses."""

    kind: Literal["https"]
    index: WebAddress | None = None
    urls: tuple[WebAddress, ...] = ()
    user: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    authority_file: Path | None = None

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if bool(self.index) == bool(self.urls):
            raise ValueError("needs an index or urls, not both")
        if (self.user is None) != (self.password is None) or (self.user and self.token):
            raise ValueError("needs user and password, or a token, or neither")
        return self


class Query(_Part):
    """Which rows of a database are one feed?

    Attributes:
        select: a SELECT with the feed's columns by name, without ORDER BY.
        watermark: the column that tells which rows are new: it grows with every change of a row. Rows without one are
            never read.
        start: the watermark from which the first fetch begins; it tells which kind of value the column holds.
        overlap: how far behind the last watermark rows may still turn up (ISO 8601 such as PT6H, or a number).
        file_name: name of the file, from {date} and {watermark}.
    """

    select: str = Field(pattern=r"(?is)^\s*(select|with)\b[^;]*$")
    watermark: str
    start: datetime | date | int
    overlap: int | timedelta = 0
    file_name: str

    @model_validator(mode="after")
    def _fits(self) -> Self:
        is_counted = isinstance(self.start, int)
        if self.overlap != 0 and isinstance(self.overlap, int) != is_counted:
            raise ValueError("overlap is a number where start is one, else a length of time such as PT6H")
        lowest = 0 if isinstance(self.overlap, int) else timedelta(0)
        if self.overlap < lowest:  # type: ignore[operator] -- both are of one kind
            raise ValueError("overlap is not negative")
        if not re.fullmatch(r"[^{}/]*(\{date\}[^{}/]*)?\{watermark\}[^{}/]*", self.file_name):
            raise ValueError('file_name is like "calls_{date}_{watermark}.csv"')
        return self

    @property
    def overlapping(self) -> int | timedelta:
        """How far does each fetch look back, in the watermark's own unit?"""
        return timedelta(0) if self.overlap == 0 and not isinstance(self.start, int) else self.overlap


class SqlSource(_Part):
    """An agency's own database; `queries` by the name of the feed that each gives."""

    kind: Literal["sql"]
    url: str
    password: Secret | None = None
    queries: dict[str, Query] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_no_secret(self) -> Self:
        parts = urlsplit(self.url)
        if parts.password or any(name.lower() in ("password", "pwd", "passwd") for name, _ in parse_qsl(parts.query)):
            raise ValueError("an address holds no password here; name the secret beside it")
        return self


class FhirSource(_Part):
    """A FHIR server's bulk export; `private_key` is the PEM whose public half was registered there as `key_id`.

    Attributes:
        group: id of the group of patients to export; without one, of all patients.
        is_incremental: ask only for what changed since the last whole export.
        may_be_absent: resource types of which a full export may hold none.
    """

    kind: Literal["fhir"]
    url: WebAddress
    client_id: str
    private_key: Secret
    key_id: str
    algorithm: Literal["RS384", "ES384"] = "RS384"
    token_url: WebAddress | None = None
    scope: str = "system/*.read"
    group: str | None = Field(None, pattern=r"^[A-Za-z0-9.\-]{1,64}$")
    is_incremental: bool = False
    may_be_absent: tuple[str, ...] = ()
    file_hosts: tuple[str, ...] = ()
    longest: timedelta = LONGEST_EXPORT
    authority_file: Path | None = None


FilesSource = FolderSource | SftpSource | S3Source | HttpsSource
Source = FilesSource | SqlSource | FhirSource
_ONE_SOURCE: TypeAdapter[Source] = TypeAdapter(Annotated[Source, Field(discriminator="kind")])


def read_sources(path: Path, agencies: tuple[Agency, ...]) -> dict[str, Source]:
    """From where is each agency's data fetched? By agency; none where there is no such file.

    Raises:
        SettingError: the file cannot be used as written; says which agency's table and which entry.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise SettingError(
            f"the file of sources cannot be read; give the right to read it, in UTF-8 [{path}]"
        ) from None
    except tomllib.TOMLDecodeError as fault:
        where = re.search(r"at line \d+", str(fault))
        raise SettingError(f"the file of sources is no TOML {where[0] if where else 'at its end'} [{path}]") from None
    declared = {agency.name: agency for agency in agencies}
    unknown = sorted(set(tables) - set(declared))
    if unknown:
        raise SettingError(f"sources of agencies nobody declared; `outreach agencies` lists them {unknown} [{path}]")
    return {name: _source(declared[name], table) for name, table in tables.items()}


def _source(agency: Agency, table: object) -> Source:
    try:
        source = _ONE_SOURCE.validate_python(table)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        entry = "".join(f"{part}: " for part in first["loc"][1:])
        raise SettingError(f"[{agency.name}] in the file of sources: {entry}{first['msg']}") from None
    wrong = _does_not_fit(agency, source)
    if wrong:
        raise SettingError(f"[{agency.name}] in the file of sources: {wrong}")
    return source


def _does_not_fit(agency: Agency, source: Source) -> str | None:
    """Why does a source not give what the agency declares to send? None where it does."""
    feeds = {feed.name: feed for feed in agency.feeds}
    if isinstance(source, SqlSource):
        for name, query in source.queries.items():
            if name not in feeds or isinstance(feeds[name].format, FhirNdjson):
                return f"no feed of this agency whose rows a database could give [{name}]"
            if not feeds[name].is_in(name_of(feeds[name], query, date(2026, 1, 31), 1)):
                return f"file_name gives no name of the feed's files, {feeds[name].file_pattern} [{name}]"
    if isinstance(source, FhirSource) and not any(isinstance(feed.format, FhirNdjson) for feed in agency.feeds):
        return "the agency declares no feed of FHIR resources"
    return None


def name_of(feed: Feed, query: Query, day: date, watermark: datetime | date | int) -> str:
    """Under which name do rows come that reach up to this watermark, on this day?"""
    text = str(watermark)
    if isinstance(watermark, datetime):  # in UTC where it has an offset
        text = watermark.strftime("%Y%m%dT%H%M%S%f")
    elif isinstance(watermark, date):
        text = watermark.strftime("%Y%m%d")
    return query.file_name.format(date=day.strftime(feed.date_format or "%Y%m%d"), watermark=text)
