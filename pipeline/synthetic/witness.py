"""Which text matches a regular expression? Needed to invent file names and values a declaration only describes.

Python parses its own expressions; the shortest text that matches follows from walking that parse.
"""

import re
from importlib import import_module
from typing import Any

from pipeline.contract.errors import DeclarationError

_PARSER: Any = import_module(
    "re._parser"
)  # the parser of `re` itself: any other would read some expressions differently
CATEGORY_SAMPLES = {"CATEGORY_DIGIT": "0", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "a"}
OPEN_ENDED = 100  # a repeat that may go on at least so long has room for a stamp
PLACES_TRIED = 3  # such repeats tried for the stamp, from the left


def find_text_matching(pattern: str, stamp: str = "", named: dict[str, str] | None = None) -> str | None:
    r"""Which short text matches the whole pattern? None where a plain walk finds none.

    Args:
        pattern: a regular expression.
        stamp: text put where the pattern leaves room for it (`.*`, `\d+`), left out where it leaves none.
        named: group name → text that stands there.
    """
    parsed = _PARSER.parse(pattern)
    names = {number: name for name, number in parsed.state.groupdict.items()}
    attempts = [(stamp, skipped, is_taken) for skipped in range(PLACES_TRIED) for is_taken in (True, False)]
    for wanted_stamp, skipped, takes_optional in (*attempts, ("", 0, True), ("", 0, False)):
        text = _Walk(wanted_stamp, skipped, named or {}, names, takes_optional).of(parsed)
        if re.fullmatch(pattern, text):
            return text
    return None


def text_matching(pattern: str, stamp: str = "") -> str:
    """Which short text matches the whole pattern? Raises DeclarationError where a plain walk finds none."""
    text = find_text_matching(pattern, stamp)
    if text is None:
        raise DeclarationError(f"found no text that matches [{pattern}]")
    return text


class _Walk:
    """How does the walk over a parsed expression go on? Holds the stamp until a place for it is found."""

    def __init__(
        self, stamp: str, skipped: int, named: dict[str, str], names: dict[int, str], takes_optional: bool
    ) -> None:
        self.stamp, self.skipped, self.takes_optional = stamp, skipped, takes_optional
        self.named, self.names = named, names

    def of(self, parsed: Any) -> str:
        return "".join(self._step(str(operation), argument) for operation, argument in parsed)

    def _step(self, operation: str, argument: Any) -> str:
        match operation:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return "a" if argument != ord("a") else "b"
            case "ANY":
                return "a"
            case "IN":
                return self._member(argument)
            case "BRANCH":
                return self.of(argument[1][0])
            case "SUBPATTERN":
                name = self.names.get(argument[0], "")
                return self.named[name] if name in self.named else self.of(argument[-1])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(*argument)
        return ""  # anchors and look-arounds take no room

    def _member(self, choices: Any) -> str:
        operation, argument = str(choices[0][0]), choices[0][1]
        if operation == "NEGATE":
            ruled_out = {chr(value) for kind, value in choices[1:] if str(kind) == "LITERAL"}
            return next(c for c in "aB0_ -" if c not in ruled_out)
        if operation == "CATEGORY":
            return CATEGORY_SAMPLES.get(str(argument), "a")
        return chr(argument[0]) if operation == "RANGE" else chr(argument)

    def _repeat(self, least: int, most: Any, inner: Any) -> str:
        if self.stamp and int(most) >= OPEN_ENDED:
            self.skipped -= 1
            if self.skipped < 0:
                text, self.stamp = self.stamp, ""
                return text
        is_wanted = least == 0 and int(most) == 1 and self.takes_optional and self.stamp  # the stamp may fit in there
        return self.of(inner) * (1 if is_wanted else least)
