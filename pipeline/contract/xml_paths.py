"""Where does a value stand in an XML element? A small part of XPath, checked when a declaration is built.

A path goes down from the row's element: `j:Booking/nc:ActivityDate/*`, `j:Charge[nc:Rank='1']/nc:Text`,
`nc:Person/@s:id`. A step that leads to a mere reference (NIEM's `structures:ref`) goes on at what it refers to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.contract.columns import check

_NAME = r"(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*"
_STEP = rf"(?:\*|{_NAME})(?:\[@?{_NAME}='[^'\[\]]*'\])?"
_PATH = re.compile(rf"(?:{_STEP})(?:/{_STEP})*(?:/@{_NAME})?|@{_NAME}", re.ASCII)
_PARTS = re.compile(rf"@{_NAME}|{_STEP}", re.ASCII)
_PREFIX = re.compile(r"(?<![\w.:-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])", re.ASCII)
_QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class XmlPath:
    """How does one get from the row's element to a value?

    Attributes:
        steps: from element to element, each a name, `*`, or one of these with a condition in brackets.
        attribute: at the last element; None where its text is meant.
    """

    steps: tuple[str, ...]
    attribute: str | None = None


@cache
def parse_path(text: str) -> XmlPath | None:
    """Which path does this text say? None where it is none.

    >>> parse_path("nc:Person[@s:id='P/1']/nc:PersonName/@nc:key")
    XmlPath(steps=("nc:Person[@s:id='P/1']", 'nc:PersonName'), attribute='nc:key')
    >>> parse_path("../nc:Person"), parse_path("nc:Person//nc:Text"), parse_path("")
    (None, None, None)
    """
    if not _PATH.fullmatch(text):
        return None
    parts = _PARTS.findall(text)
    *steps, last = parts
    return XmlPath(tuple(steps), last[1:]) if last.startswith("@") else XmlPath(tuple(parts))


def expanded(name: str, namespaces: Mapping[str, str]) -> str:
    """Under which name does a parser know an element? `{URI}local` where the name has a prefix.

    >>> expanded("nc:Person", {"nc": "urn:core"}), expanded("Person", {})
    ('{urn:core}Person', 'Person')
    """
    prefix, colon, local = name.rpartition(":")
    return f"{{{namespaces[prefix]}}}{local}" if colon else name


def check_paths(row: str, texts: Mapping[str, str], namespaces: Mapping[str, str]) -> None:
    """Refuse what is no path, a prefix of no namespace, and a path that goes on where another ends."""
    check(re.fullmatch(_NAME, row, re.ASCII) is not None, "a row is the name of an element", row)
    paths = {name: parse_path(text) for name, text in texts.items()}
    wrong = sorted(name for name, path in paths.items() if path is None)
    check(not wrong, "a path is names of elements joined by /, at its end perhaps an @attribute", wrong)
    used = {prefix for text in (row, *texts.values()) for prefix in _PREFIX.findall(_QUOTED.sub("''", text))}
    check(used <= set(namespaces), "prefixes without a namespace", sorted(used - set(namespaces)))
    ends = {path.steps: name for name, path in paths.items() if path and path.attribute is None}
    longer = sorted(
        name for name, path in paths.items() if path for n in range(1, len(path.steps)) if path.steps[:n] in ends
    )
    check(not longer, "a path goes on where another column's ends", longer)
