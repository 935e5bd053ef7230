"""Which files are of one kind? Those of one pattern of names; and those that say themselves what they are."""

import re
from collections.abc import Sequence
from io import BytesIO

import ijson

from pipeline.archives import Place
from pipeline.drafting import names
from pipeline.drafting.samples import first_bytes

HL7 = re.compile(rb"(?:MSH|FHS|BHS)[^\w\s,]")
"""How a file of HL7 v2 messages begins: an envelope or a message, then its own delimiter."""

XML = re.compile(rb"<[?!A-Za-z_]")
"""How an XML document begins, a byte order mark and blanks left off."""

_BEFORE_ROOT = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*<([\w:.-]+)", re.DOTALL)


def groups_of(places: Sequence[Place]) -> list[list[Place]]:
    """Which of these files are of one kind, in the order in which each kind comes first?"""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(_kind_of(first_bytes(place)) or names.pattern_of(place.name).pattern, []).append(place)
    return list(found.values())


def bare(content: bytes) -> bytes:
    """How does a file begin once its byte order mark, block characters and blanks are left off?"""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \t\r\n").removeprefix(b"\xef\xbb\xbf")


def _kind_of(first: bytes) -> str | None:
    """What does a file say that it is? None where its name has to tell."""
    beginning = bare(first)
    if HL7.match(beginning):
        return "HL7 v2"
    if XML.match(beginning):
        root = _BEFORE_ROOT.match(beginning.decode("utf-8", errors="replace"))
        return f"XML {root[1]}" if root else None
    return "FHIR Bundle" if is_bundle(beginning) else None


def is_bundle(content: bytes) -> bool:
    """Does a document say, at its top, that it is a FHIR Bundle?"""
    if content[:1] != b"{":
        return False
    try:
        for prefix, _, value in ijson.parse(BytesIO(content), multiple_values=True):
            if prefix == "resourceType":
                return value == "Bundle"
    except (ijson.JSONError, UnicodeError):
        return False
    return False
