"""What stands in one HL7 v2 message? Its segments in ER7, the form with bars and hats, taken apart by its delimiters.

Source: HL7 v2.9, chapter 2, "Message delimiters" (2.5.4), "Use of escape sequences in text fields" (2.7). A field that
is left out says nothing (None here); one that holds `""` says that there is nothing (blank text).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipeline.contract.hl7_paths import Choice, Path, Place

NOTHING = '""'
"""How a sender writes that a value is gone, where leaving it out would mean that it has not changed."""
DEFAULT_DELIMITERS = "|^~\\&"
"""Those the standard recommends; read into a message that names none of its own."""
DELIMITER_COUNT = 5
"""Field, component, repetition, escape, subcomponent; from v2.7 on a sixth may follow, for cut-off text."""


def delimiters_of(header: str) -> str | None:
    """Which characters separate the parts of a message? None where its MSH does not name five different ones."""
    field = header[3:4]
    if not field or field.isalnum() or field.isspace():
        return None
    found = field + header[4:].partition(field)[0][: DELIMITER_COUNT - 1]
    is_usable = len(set(found)) == DELIMITER_COUNT and not any(char.isalnum() or char.isspace() for char in found)
    return found if is_usable else None


class Message:
    """What does one message say at a path? Fields are taken apart when they are asked for."""

    def __init__(self, segments: Sequence[str], encoding: str = "utf-8") -> None:
        header = segments[0] if segments and segments[0].startswith("MSH") else ""
        self.segments = segments
        self.encoding = encoding
        self.delimiters = delimiters_of(header) or DEFAULT_DELIMITERS
        self._fields: dict[str, list[list[str]]] = {}

    def named(self, segment: str) -> list[list[str]]:
        """Which fields does each segment of this name have, numbered as the standard prints them?"""
        if segment not in self._fields:
            field = self.delimiters[0]
            found = [text.split(field) for text in self.segments if text[:3] == segment]
            if segment == "MSH":  # its first field is the delimiter itself
                found = [[fields[0], field, *fields[1:]] for fields in found]
            self._fields[segment] = found
        return self._fields[segment]

    def at(self, path: Path) -> str | None:
        """What does the message say at a path? None where it says nothing, blank where it says: nothing."""
        found = [self._at_place(place) for place in path.places]
        if all(found):
            return path.joined_by.join(text for text in found if text)
        return None if all(text is None for text in found) else ""

    def _at_place(self, place: Place) -> str | None:
        repetitions = self._repetitions(place.segment, place.field)
        if place.joins_all is not None:
            found = [self._part(one, place) for one in repetitions]
            said = [text for text in found if text is not None]
            return place.joins_all.join(text for text in said if text) if said else None
        for choice in place.choices:
            chosen = self._chosen(repetitions, choice)
            if chosen is not None:
                return self._part(chosen, place)
        return None

    def _repetitions(self, segment: str, field: int) -> list[str]:
        """Which repetitions has a field, over all segments of that name?"""
        texts = [fields[field] for fields in self.named(segment) if field < len(fields)]
        if segment == "MSH" and field <= 2:  # the delimiters: not text to be taken apart
            return texts
        return [one for text in texts for one in text.split(self.delimiters[2])]

    def _chosen(self, repetitions: list[str], choice: Choice) -> str | None:
        if choice.number:
            return repetitions[choice.number - 1] if choice.number <= len(repetitions) else None
        component = self.delimiters[1]
        for one in repetitions:
            parts = one.split(component, choice.component)
            if choice.component <= len(parts) and self._text(parts[choice.component - 1]).upper() == choice.value:
                return one
        return None

    def _part(self, repetition: str, place: Place) -> str | None:
        """What does one component, or subcomponent, of a repetition say?

        A field is left out as a whole: a part that is missing from one that is there is blank, not left out.
        """
        if not repetition.strip():
            return None
        components = repetition.split(self.delimiters[1], place.component)
        text = components[place.component - 1] if place.component <= len(components) else ""
        parts = [self._text(part) for part in text.split(self.delimiters[4])]
        if place.subcomponent:
            parts = parts[place.subcomponent - 1 : place.subcomponent]
        return " ".join(part for part in parts if part not in ("", NOTHING))

    def _text(self, text: str) -> str:
        return unescaped(text, self.delimiters, self.encoding).strip()


def unescaped(text: str, delimiters: str = DEFAULT_DELIMITERS, encoding: str = "utf-8") -> str:
    r"""What does a text mean whose special characters are escaped? What is no sequence of the standard stays as it is.

    >>> unescaped(r"Fish \T\ Chips \E\ \X41\ \H\now\N\ \Zlocal\ ")
    'Fish & Chips \\ A now \\Zlocal\\ '
    """
    escape = delimiters[3]
    if escape not in text:
        return text
    field, component, repetition, _, subcomponent = delimiters
    meant = {"F": field, "S": component, "T": subcomponent, "R": repetition, "E": escape, "H": "", "N": "", ".BR": " "}

    def replaced(match: re.Match) -> str:
        name = match[1].upper()
        if name.startswith("X"):
            return _from_hexadecimal(name[1:], encoding) or match[0]
        return meant.get(name, match[0])

    return _sequences(escape).sub(replaced, text)


@lru_cache(maxsize=64)
def _sequences(escape: str) -> re.Pattern:
    """How are escape sequences found? None is longer than some dozens of bytes, so no text is searched twice."""
    quoted = re.escape(escape)
    return re.compile(f"{quoted}([^{quoted}]{{1,128}}){quoted}")


def _from_hexadecimal(digits: str, encoding: str) -> str:
    try:
        return bytes.fromhex(digits).decode(encoding, errors="replace")
    except ValueError:
        return ""


def named_segments(segments: Sequence[str]) -> Iterator[str]:
    """Yield the name of every segment."""
    yield from (text[:3] for text in segments)
