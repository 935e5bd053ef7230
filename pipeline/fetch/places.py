"""How is a place of files looked at and read? A folder, an SFTP server, a store of objects: by fsspec, one way for all.

Libraries' errors quote addresses, names and sometimes logins: none of their text goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from fsspec import AbstractFileSystem
from fsspec.implementations.arrow import ArrowFSWrapper
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.sftp import SFTPFileSystem

from pipeline.contract.errors import SourceRefused, SourceUnavailable
from pipeline.fetch.looking import Remote
from pipeline.fetch.secrets import Secrets, text_of
from pipeline.fetch.sources import FolderSource, S3Source, SftpSource

CHUNK = 1 << 20
"""Bytes read at a time: memory stays the same however large a file is."""

PATIENCE_SECONDS = 30
"""Seconds without a sign of the other side after which it counts as down."""

S3_SAYS_NO = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "NO_SUCH_BUCKET", "INVALID_CLIENT")
"""Names of errors of Amazon's client that trying again does not mend."""


class Gone(Exception):
    """The file is no longer there: its sender took it back, or replaced it this very moment."""


class Place(Protocol):
    """What can be asked of every place of files? Each method raises SourceUnavailable or SourceRefused."""

    def look(self) -> list[Remote]:
        """Which files are there?"""
        ...

    def look_at(self, name: str) -> Remote:
        """How does this one look now? Raises Gone where it is no longer there."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """Which bytes does it hold? Raises Gone where it is no longer there."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


class FileSystemPlace:
    """A folder of any file system that fsspec knows."""

    def __init__(
        self, system: AbstractFileSystem, folder: str, what_to_check: str, *, may_be_missing: bool = False
    ) -> None:
        self._system, self._folder, self._what_to_check = system, folder, what_to_check
        self._may_be_missing = may_be_missing

    def look(self) -> list[Remote]:
        """Which files are there?"""
        with told_plainly(self._what_to_check):
            try:
                entries = self._system.ls(self._folder, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                if self._may_be_missing:
                    return []
                raise SourceRefused(f"the folder is not there; correct {self._what_to_check}") from None
        return [_remote(entry) for entry in entries if entry["type"] == "file"]

    def look_at(self, name: str) -> Remote:
        """How does this one look now?"""
        with told_plainly(self._what_to_check):
            try:
                return _remote(self._system.info(self._path(name)))
            except FileNotFoundError:
                raise Gone from None

    def read(self, name: str) -> Iterator[bytes]:
        """Which bytes does it hold?"""
        with told_plainly(self._what_to_check):
            try:
                with self._system.open(self._path(name), "rb") as stream:
                    while chunk := stream.read(CHUNK):
                        yield chunk
            except FileNotFoundError:
                raise Gone from None

    def close(self) -> None:
        """Let the connection go."""
        if isinstance(self._system, SFTPFileSystem):
            self._system.client.close()

    def _path(self, name: str) -> str:
        return f"{self._folder.rstrip('/')}/{name}"


@contextmanager
def told_plainly(what_to_check: str) -> Iterator[None]:
    """Turn what a library raises about a place into ours, without its text.

    Raises:
        SourceRefused: the place says no.
        SourceUnavailable: it does not answer.
    """
    from paramiko import AuthenticationException, BadHostKeyException, SSHException

    try:
        yield
    except (PermissionError, AuthenticationException, BadHostKeyException):
        raise SourceRefused(f"access was refused; check {what_to_check}") from None
    except (OSError, EOFError, SSHException) as fault:
        if any(name in str(fault) for name in S3_SAYS_NO):
            raise SourceRefused(f"access was refused; check {what_to_check}") from None
        raise SourceUnavailable(f"it does not answer [{type(fault).__name__}]; try again later") from None


def _remote(entry: dict) -> Remote:
    modified = entry.get("mtime")
    if isinstance(modified, int | float):
        modified = datetime.fromtimestamp(modified, UTC)
    name = str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]
    return Remote(name, entry.get("size"), modified, str(entry.get("ETag") or ""))


def folder_place(source: FolderSource, _: Secrets) -> Place:
    """Open a folder that this machine can see."""
    folder = source.folder.expanduser().absolute()
    return FileSystemPlace(LocalFileSystem(skip_instance_cache=True), folder.as_posix(), "folder")


# --- SFTP ------------------------------------------------------------------------------------------------------------


def sftp_place(source: SftpSource, secrets: Secrets) -> Place:
    """Log in to an SFTP server, if it has the key that was declared."""
    what_to_check = "host, port, user, password or key_file, and host_key"
    password, passphrase = text_of(source.password, secrets), text_of(source.passphrase, secrets)
    key = _private_key(source.key_file, passphrase) if source.key_file else None
    with told_plainly(what_to_check):
        system = SFTPFileSystem(
            source.host,
            port=source.port,
            username=source.user,
            password=password,
            pkey=key,
            host_key_policy=_only(source.host_key),
            look_for_keys=False,
            allow_agent=False,
            timeout=PATIENCE_SECONDS,
            banner_timeout=PATIENCE_SECONDS,
            auth_timeout=PATIENCE_SECONDS,
            skip_instance_cache=True,
        )
        channel = system.ftp.get_channel()
        if channel:
            channel.settimeout(PATIENCE_SECONDS)
    return FileSystemPlace(system, source.folder, "folder, and the user's right to read it")


def _private_key(path: Path, passphrase: str | None):
    from cryptography.exceptions import UnsupportedAlgorithm
    from paramiko import PKey, SSHException

    try:
        return PKey.from_path(path.expanduser(), passphrase.encode() if passphrase else None)
    except (OSError, ValueError, TypeError, SSHException, UnsupportedAlgorithm):
        raise SourceRefused("the private key cannot be opened; check key_file and passphrase") from None


def _only(fingerprint: str):
    """Whom does the program talk to? Only to the server whose key has the declared fingerprint."""
    from paramiko import BadHostKeyException, MissingHostKeyPolicy

    class OnlyThisKey(MissingHostKeyPolicy):
        def missing_host_key(self, client, hostname, key) -> None:
            if key.fingerprint != fingerprint:
                raise BadHostKeyException(hostname, key, key)

    return OnlyThisKey()


# --- S3 --------------------------------------------------------------------------------------------------------------


def s3_place(source: S3Source, secrets: Secrets) -> Place:
    """Open a bucket, with Arrow's client: it is here already, and fsspec knows how to use it."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    endpoint = urlsplit(source.endpoint) if source.endpoint else None
    with told_plainly("endpoint and region"):
        system = S3FileSystem(
            access_key=source.key_id,
            secret_key=text_of(source.secret, secrets),
            region=source.region,
            scheme=endpoint.scheme if endpoint else "https",
            endpoint_override=endpoint.netloc if endpoint else None,
            connect_timeout=PATIENCE_SECONDS,
            request_timeout=PATIENCE_SECONDS,
            retry_strategy=AwsStandardS3RetryStrategy(max_attempts=1),  # how often is decided in one place, `trying`
        )
    folder = "/".join(part.strip("/") for part in (source.bucket, source.prefix) if part.strip("/"))
    # a store of objects knows no folder without one, so a missing folder is an empty one
    return FileSystemPlace(
        ArrowFSWrapper(system, skip_instance_cache=True),
        folder,
        "bucket, prefix, key_id and secret",
        may_be_missing=True,
    )
