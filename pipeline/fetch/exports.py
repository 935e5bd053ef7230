"""How does a FHIR server's bulk export become files? Kicked off, waited for, downloaded, delivered when it is whole.

Sources: HL7 Bulk Data Access 2.0 (kick-off, status, manifest), SMART Backend Services (client assertion).
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline import disk
from pipeline.contract.declaration import Agency, FhirNdjson
from pipeline.contract.errors import SourceProblem, SourceRefused, SourceUnavailable
from pipeline.fetch.ledger import Arrived, Ledger
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.places import Gone
from pipeline.fetch.polling import Server
from pipeline.fetch.secrets import Secrets
from pipeline.fetch.sources import FhirSource
from pipeline.fetch.trying import Clock, again_while_down

MARK = "transaction_time"
"""Name of the mark in the ledger: up to when the last whole export reached, by the server's clock."""

NDJSON = "application/fhir+ndjson"
GRAVE = ("fatal", "error")
"""Severities of an issue (FHIR R4, IssueSeverity) that mean that something is missing from the export."""

WITHOUT_TOKEN = (
    "the export's files need no access token: whoever learns their addresses can read them; ask the provider to "
    "require one"
)


@dataclass(frozen=True)
class Errand:
    """What is needed to fetch an agency's bulk export?"""

    agency: Agency
    source: FhirSource
    ledger: Ledger
    secrets: Secrets
    clock: Clock


@dataclass(frozen=True)
class Item:
    """Which file does a manifest list?"""

    resource_type: str
    url: str
    count: int | None


@dataclass(frozen=True)
class Manifest:
    """What does a finished export consist of?"""

    transaction_time: str
    needs_token: bool
    output: tuple[Item, ...]
    error: tuple[Item, ...]
    deleted: tuple[Item, ...]


def fetch_export(errand: Errand) -> Outcome:
    """Bring one whole export, or nothing.

    Raises:
        SourceProblem: the server does not answer or says no, or the export is not whole.
    """
    server = Server(errand.source, errand.secrets, errand.clock)
    try:
        status_url = again_while_down(lambda: server.kick_off(_parameters(errand)), errand.clock)
        try:
            manifest = read_manifest(server.wait_for(status_url))
            check_types(errand, manifest)
            with disk.told_plainly(errand.ledger.folder):
                return _deliver(errand, server, manifest)
        finally:
            with suppress(SourceProblem, Gone):  # it spares the server's room, and is nothing to us
                server.give_up(status_url)
    finally:
        server.close()


def _types(agency: Agency) -> list[str]:
    return [feed.format.resource_type for feed in agency.feeds if isinstance(feed.format, FhirNdjson)]


def _parameters(errand: Errand) -> dict[str, str]:
    since = errand.ledger.mark(MARK) if errand.source.is_incremental else None
    asked = {"_type": ",".join(_types(errand.agency)), "_outputFormat": NDJSON}
    return asked | ({"_since": since} if since else {})


# --- the manifest ----------------------------------------------------------------------------------------------------


def read_manifest(told: object) -> Manifest:
    """What does the server say that the export consists of? Raises SourceRefused where it is no manifest."""
    try:
        assert isinstance(told, dict)
        at = datetime.fromisoformat(told["transactionTime"])
        assert at.tzinfo is not None
        lists = (tuple(_items(told.get(name) or ())) for name in ("output", "error", "deleted"))
        return Manifest(told["transactionTime"], bool(told["requiresAccessToken"]), *lists)
    except (AssertionError, KeyError, TypeError, ValueError, AttributeError):
        raise SourceRefused("the export ended without a manifest that can be read; tell the provider") from None


def _items(listed: Any) -> Iterator[Item]:
    for one in listed:
        count = one.get("count")
        assert re.fullmatch(r"[A-Za-z]{1,64}", one["type"])
        assert urlsplit(one["url"]).scheme in ("http", "https")
        yield Item(one["type"], one["url"], count if isinstance(count, int) else None)


def check_types(errand: Errand, manifest: Manifest) -> None:
    """Does it hold what the agency declares to send? Raises SourceRefused where a full export lacks a type.

    An incremental one holds only types of which something changed.
    """
    wanted = _types(errand.agency)
    present = {item.resource_type for item in manifest.output}
    if errand.source.is_incremental and errand.ledger.mark(MARK):
        return
    missing = [name for name in wanted if name not in present and name not in errand.source.may_be_absent]
    if missing:
        raise SourceRefused(
            f"the export is not whole: resource types are missing; ask the provider, or declare may_be_absent {missing}"
        )


# --- the files -------------------------------------------------------------------------------------------------------


def _deliver(errand: Errand, server: Server, manifest: Manifest) -> Outcome:
    """Download every file, and deliver all of them as one."""
    _check_outcomes(errand, server, manifest)
    wanted = _types(errand.agency)
    arrived, other = [], 0
    try:
        for number, item in enumerate(sorted(manifest.output, key=lambda one: (one.resource_type, one.url))):
            if item.resource_type not in wanted:
                other += 1
                continue
            name = file_name(errand.agency, item.resource_type, manifest, number)
            arrived.append(_download(errand, server, item, manifest, name))
        fetched = errand.ledger.deliver(arrived, marks={MARK: manifest.transaction_time})
    finally:
        for one in arrived:
            one.place.unlink(missing_ok=True)
    notes = () if manifest.needs_token else (WITHOUT_TOKEN,)
    if manifest.deleted:
        notes += (
            f"the server lists {len(manifest.deleted)} files of resources it deleted; they are not read: "
            "seal or retract those records by hand",
        )
    return Outcome(fetched=fetched, known=len(arrived) - fetched, other=other, notes=notes)


def file_name(agency: Agency, resource_type: str, manifest: Manifest, number: int) -> str:
    """Under which name is a file of an export delivered? Raises SourceRefused where the feed's pattern has no room."""
    at = datetime.fromisoformat(manifest.transaction_time).astimezone(UTC)
    name = f"{resource_type}.{at:%Y%m%dT%H%M%S}.{number:03}.ndjson"
    if not agency.feeds_of(name):
        raise SourceRefused(f"the feed's file_pattern leaves no room for the export's moment; widen it [{name}]")
    return name


def _download(errand: Errand, server: Server, item: Item, manifest: Manifest, name: str) -> Arrived:
    def once():
        lines = 0
        with errand.ledger.writing(name) as (path, stream):
            last = b"\n"
            for chunk in server.read(item.url, needs_token=manifest.needs_token):
                stream.write(chunk)
                lines += chunk.count(b"\n")
                last = chunk[-1:]
            lines += last != b"\n"
            if item.count is not None and lines != item.count:
                raise SourceUnavailable("a file of the export has not as many resources as its manifest says")
        return path

    path = again_while_down(once, errand.clock)
    return Arrived(path, name, disk.file_checksum(path))


# --- what went wrong over there --------------------------------------------------------------------------------------


def _check_outcomes(errand: Errand, server: Server, manifest: Manifest) -> None:
    """Did the server leave anything out? Raises SourceRefused where its outcome files say so: counts and codes only."""
    codes: dict[str, int] = {}
    for item in manifest.error:
        content = again_while_down(
            lambda one=item: b"".join(server.read(one.url, needs_token=manifest.needs_token)), errand.clock
        )
        for code in grave_issues(content):
            codes[code] = codes.get(code, 0) + 1
    if codes:
        raise SourceRefused(
            "the export is not whole: its outcome files tell of errors, so nothing of it is delivered; ask the "
            "provider " + ", ".join(f"[{code}: {count}]" for code, count in sorted(codes.items()))
        )


def grave_issues(content: bytes) -> Iterator[str]:
    """Which issues of an outcome file mean that something is missing? Their codes; `unreadable` where it is none.

    >>> list(grave_issues(b'{"issue": [{"severity": "error", "code": "timeout"}, {"severity": "warning"}]}'))
    ['timeout']
    """
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            issues = json.loads(line)["issue"]
            grave = [one for one in issues if one["severity"] in GRAVE]
        except (ValueError, KeyError, TypeError):
            yield "unreadable"
            continue
        for one in grave:
            code = one.get("code") if isinstance(one, Mapping) else None
            yield code if isinstance(code, str) and re.fullmatch(r"[a-z-]{1,30}", code) else "without-code"
