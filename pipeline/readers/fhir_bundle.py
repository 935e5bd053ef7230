"""How is a FHIR R4 Bundle read? Entry by entry, one in memory at a time; a faulty entry is set aside, never the file.

A file holds one Bundle of whatever type, or one Bundle a line, as the files of deletions of a bulk export do. Several
feeds may read one file, each its own type of resource. The line number of a row is the number of its entry. An entry
that deletes (`request.method` DELETE) says so in `is_deleted`. Sources: http://hl7.org/fhir/R4/bundle.html and, for the
labels of a Bundle, HL7 Data Segmentation for Privacy: they are those of its entries together.
"""

import json
from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

import ijson
from ijson.common import ObjectBuilder

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, FhirBundle
from pipeline.readers import fhir_ndjson
from pipeline.readers.reading import NOT_UTF8, About, Fault, FileUnreadable, Row

NO_BUNDLE = "it is no FHIR Bundle, or a broken one; ask the agency to send it again"
INCOMPLETE = "the Bundle says itself that the server failed over a part of it; ask the agency to send it again"
NO_TYPE = (
    RowFault.WRONG_RESOURCE,
    "the entry says neither which resource it holds nor which it deletes; correct it at the agency",
)
TOO_DEEP = RowFault.NOT_JSON, "the entry is nested too deeply; correct it at the agency"
_ENTRY, _LABEL = "entry.item", "meta.security.item.code"
_FAILED = ("error", "fatal")
_WITHIN = ("start_map", "start_array", "map_key")  # events at an entry's own place that are not its end


@dataclass
class _About:
    """What does a Bundle say of its entries? Labels that are its own and those that some entry carries."""

    resource_type: object = None
    timestamp: str = ""
    labels: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)

    def told(self) -> dict[str, object]:
        """What counts for every entry? When it was put together; labels that no entry carries, so each may have to."""
        told = {"timestamp": self.timestamp, "security": sorted(self.labels - self.placed)}
        return {name: value for name, value in told.items() if value}


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the entries about the feed's type of resource. Raises FileUnreadable where it is no Bundle, or half of one.

    The file is read twice: a Bundle may say of itself at its end what counts for its first entry.
    """
    resource_type, number = layout_of(feed).resource_type, 0
    try:
        bundles = [bundle.told() for bundle in _bundles(stream)]
        stream.seek(0)
        for number, (which, entry) in enumerate(_entries(stream), start=1):
            if entry == {}:
                continue
            if _has_failed(entry):
                raise FileUnreadable(INCOMPLETE, number)
            if type_of(entry) in (resource_type, None):
                yield _row(resource_type, number, entry, bundles[which])
    except (ijson.JSONError, UnicodeError):
        raise FileUnreadable(NO_BUNDLE, number) from None


def layout_of(feed: Feed) -> FhirBundle:
    """Which resources does the feed read from its Bundles?"""
    assert isinstance(feed.format, FhirBundle)
    return feed.format


def _events(stream: IO[bytes]) -> Iterator[tuple[str, str, object]]:
    return ijson.parse(stream, multiple_values=True, use_float=True)


def _bundles(stream: IO[bytes]) -> Iterator[_About]:
    """Yield what each Bundle of the file says of itself. Raises FileUnreadable where one is none, or there is none."""
    found: _About | None = None
    count = 0
    for prefix, event, value in _events(stream):
        if prefix == "" and event == "start_map":
            found, count = _About(), count + 1
        elif found is None:
            raise FileUnreadable(NO_BUNDLE, 0)
        elif prefix == "" and event == "end_map":
            if found.resource_type != "Bundle":
                raise FileUnreadable(NO_BUNDLE, 0)
            yield found
            found = None
        elif isinstance(value, str):
            _hear(found, prefix, value)
    if not count:
        raise FileUnreadable(NO_BUNDLE, 0)


def _hear(bundle: _About, prefix: str, value: str) -> None:
    if prefix == "resourceType":
        bundle.resource_type = value
    elif prefix == "timestamp":
        bundle.timestamp = value
    elif prefix == _LABEL:
        bundle.labels.add(value)
    elif prefix == f"{_ENTRY}.resource.{_LABEL}":
        bundle.placed.add(value)


def _entries(stream: IO[bytes]) -> Iterator[tuple[int, object]]:
    """Yield (number of the Bundle, entry) of every entry, one in memory at a time."""
    which, builder = -1, None
    for prefix, event, value in _events(stream):
        which += prefix == "" and event == "start_map"
        if builder is None and prefix == _ENTRY:
            builder = ObjectBuilder()
        if builder is not None:
            builder.event(event, value)
            if prefix == _ENTRY and event not in _WITHIN:
                entry, builder = builder.value, None
                yield which, entry


def type_of(entry: object) -> str | None:
    """Which type of resource does an entry hold or delete? None where it does not say."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    found = resource.get("resourceType") if isinstance(resource, dict) else None
    found = found or _deleted(entry)[0]
    return found if isinstance(found, str) and found else None


def _deleted(entry: object) -> tuple[str, str]:
    """Which type and id does an entry delete? Blank where it deletes nothing, or says it in another way."""
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or str(request.get("method", "")).upper() != "DELETE":
        return "", ""
    parts = str(request.get("url") or "").partition("?")[0].strip("/").split("/")
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", "")


def _has_failed(entry: object) -> bool:
    """Is the entry a server's word that a part of the Bundle is missing?"""
    if type_of(entry) != "OperationOutcome" or not isinstance(entry, dict):
        return False
    issues = entry["resource"].get("issue")
    return isinstance(issues, list) and any(
        isinstance(issue, dict) and issue.get("severity") in _FAILED for issue in issues
    )


def _row(resource_type: str, number: int, entry: object, told: dict[str, object]) -> Row:
    fault = NO_TYPE
    try:
        payload = json.dumps({"entry": entry, "bundle": told} if told else {"entry": entry}, ensure_ascii=False)
        payload.encode("utf-8")
        if type_of(entry) == resource_type:
            is_whole = isinstance(entry, dict) and "resource" in entry and not _deleted(entry)[1]
            fault = fhir_ndjson.fault_of(resource_type, entry["resource"]) if is_whole else None
    except UnicodeError:
        payload, fault = json.dumps({"text": json.dumps(entry)}), NOT_UTF8
    except RecursionError:
        payload, fault = json.dumps({"text": ""}), TOO_DEEP
    return Row(number, payload, Fault(number, *fault) if fault else None)


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which flat columns (`fhir_r4.FLAT_COLUMNS`) does an entry hold, with what its Bundle says? Text only.

    Raises TypeError or AttributeError where an element has another shape than FHIR gives it.
    """
    entry, told = payload["entry"], payload.get("bundle", {})
    _, deleted_id = _deleted(entry)
    if deleted_id:
        flat = {"id": deleted_id, "is_deleted": "true"}
    else:
        flat = fhir_ndjson.flat_of(layout_of(feed).resource_type, entry["resource"])
    labels = (*flat.get("security_labels", "").split(), *told.get("security", ()))
    said = {"last_updated": told.get("timestamp", ""), **flat, "security_labels": " ".join(labels)}
    return {name: value for name, value in said.items() if value}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """Which columns does an entry hold, set aside or not, as far as it can be told? At least its id and patient."""
    with suppress(AttributeError, TypeError, KeyError, ValueError):
        return flatten(feed, payload)  # type: ignore[arg-type]  # what is set aside may have any shape
    entry = payload.get("entry") if isinstance(payload, dict) else None
    _, deleted_id = _deleted(entry)
    return {"id": deleted_id} if deleted_id else fhir_ndjson.salvage(feed, {"text": json.dumps(payload)})


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without these entries? Empty ones stand for them, one Bundle a line."""
    number, bundles, text, place = 0, [], content.decode("utf-8-sig"), 0
    while text[place:].strip():
        bundle, place = json.JSONDecoder().raw_decode(text, len(text) - len(text[place:].lstrip()))
        entries = []
        for entry in bundle.get("entry") or []:
            number += 1
            entries.append({} if number in lines else entry)
        bundles.append(json.dumps(bundle | {"entry": entries}, ensure_ascii=False))
    return "\n".join(bundles).encode("utf-8")
