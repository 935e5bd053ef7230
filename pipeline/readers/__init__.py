"""How does a file become rows? One file here is one wire format; `read` picks the one that a feed declares."""

from pipeline.contract.declaration import Delimited, Feed
from pipeline.readers import delimited, fhir_ndjson
from pipeline.readers.reading import FileUnreadable, Reading

__all__ = ["FileUnreadable", "Reading", "flatten", "read"]


def read(feed: Feed, content: bytes) -> Reading:
    """Which rows does a delivered file hold? Raises FileUnreadable where it is no such file at all."""
    if isinstance(feed.format, Delimited):
        return delimited.read(feed, feed.format, content)
    return fhir_ndjson.read(feed.format, content)


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    if isinstance(feed.format, Delimited):
        return {name: value.strip() for name, value in payload.items()}
    return fhir_ndjson.flatten(feed.format, payload)
