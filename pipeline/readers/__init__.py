"""How does a file become rows? One file here is one wire format; `read` picks the one that a feed declares."""

import json

from pipeline.contract.declaration import Delimited, Feed, FixedWidth, JsonLines
from pipeline.readers import delimited, fhir_ndjson, fixed_width, json_lines
from pipeline.readers.reading import FileUnreadable, Reading

__all__ = ["FileUnreadable", "Reading", "flatten", "read", "salvage"]


def read(feed: Feed, content: bytes) -> Reading:
    """Which rows does a delivered file hold? Raises FileUnreadable where it is no such file at all."""
    if isinstance(feed.format, Delimited):
        return delimited.read(feed, feed.format, content)
    if isinstance(feed.format, FixedWidth):
        return fixed_width.read(feed.format, content)
    if isinstance(feed.format, JsonLines):
        return json_lines.read(feed, feed.format, content)
    return fhir_ndjson.read(feed.format, content)


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    if isinstance(feed.format, Delimited | FixedWidth):
        return {name: value.strip() for name, value in payload.items()}
    if isinstance(feed.format, JsonLines):
        return json_lines.flatten(feed, feed.format, payload)
    return fhir_ndjson.flatten(feed.format, payload)


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """Which columns does a row hold, set aside or not, as far as it can be told? Sealing has to find every row."""
    if isinstance(payload, dict) and not set(payload) <= {"fields", "text"}:
        try:
            return flatten(feed, payload)
        except (AttributeError, TypeError, KeyError, ValueError):
            return fhir_ndjson.salvage(json.dumps(payload, ensure_ascii=False))
    if isinstance(payload, dict) and "fields" in payload and isinstance(feed.format, Delimited):
        return delimited.salvage(feed, feed.format, [str(field) for field in payload["fields"]])
    text = str(payload["text"]) if isinstance(payload, dict) and "text" in payload else json.dumps(payload)
    if isinstance(feed.format, FixedWidth):
        return fixed_width.salvage(feed.format, text)
    if isinstance(feed.format, JsonLines):
        return json_lines.salvage(feed, feed.format, text)
    return fhir_ndjson.salvage(text)
