"""Where in an HL7 v2 message does a value stand? A path such as `PID-3[5=MR,1].1`, read once, when it is declared.

    path        one place, or several joined by a blank or a bar: `PID-13.6 PID-13.7`
    place       SEGMENT-field[repetition].component.subcomponent, numbers counted from 1 as the standard prints them
    repetition  one of these, tried in turn and joined by commas:
                    `5=MR`  the repetition whose component 5 says MR
                    `2`     the second repetition
                or, alone, for all of them: `*` joined by blanks, `*|` joined by bars
                left out: the first repetition

Without a component the first is meant, as the standard asks of a receiver that knows of one only; without a
subcomponent all of them, joined by blanks. A segment that comes twice counts as one with the repetitions of both.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.contract.errors import DeclarationError

BLANK, BAR = " ", "|"
"""What joins the places of a path, or all repetitions of a field. A value is blank as a whole where one place is."""

_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d{1,3})(?:\[([^\[\]]+)\])?(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?")
_CHOICE = re.compile(r"(?:(\d{1,2})=([^=,]+))|(\d{1,2})")
_PLACES_APART = re.compile(r"([ |])(?![^\[]*\])")


@dataclass(frozen=True)
class Choice:
    """Which repetition of a field? The one whose component says a value, or the one of a number."""

    component: int = 0
    value: str = ""
    number: int = 0


@dataclass(frozen=True)
class Place:
    """Where does one value stand? `joins_all` is what joins all repetitions, None where one is chosen."""

    segment: str
    field: int
    choices: tuple[Choice, ...]
    joins_all: str | None
    component: int
    subcomponent: int | None


@dataclass(frozen=True)
class Path:
    """Which places make a value, and what joins them?"""

    places: tuple[Place, ...]
    joined_by: str

    def segments(self) -> tuple[str, ...]:
        """Which segments does it read?"""
        return tuple(place.segment for place in self.places)


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """Which places does a path name? Raises DeclarationError where it is none.

    >>> parse_path("PID-5.1").places[0].component, parse_path("PID-13.6 PID-13.7").segments()
    (1, ('PID', 'PID'))
    """
    first, *rest = _PLACES_APART.split(text)
    joiners = set(rest[::2])
    if len(joiners) > 1:
        raise DeclarationError(f"the places of a path are joined by blanks or by bars, not by both [{text}]")
    return Path(tuple(_place(part, text) for part in (first, *rest[1::2])), next(iter(joiners), BLANK))


def _place(part: str, text: str) -> Place:
    found = _PLACE.fullmatch(part)
    if found is None or "0" in found.groups():
        raise DeclarationError(f"a path looks like PID-3[5=MR,1].1, everything counted from 1 [{text}]")
    segment, field, repetition, component, subcomponent = found.groups()
    joins_all = {"*": BLANK, "*|": BAR}.get(repetition or "")
    return Place(
        segment=segment,
        field=int(field),
        choices=() if joins_all else _choices(repetition or "1", text),
        joins_all=joins_all,
        component=int(component or 1),
        subcomponent=int(subcomponent) if subcomponent else None,
    )


def _choices(repetition: str, text: str) -> tuple[Choice, ...]:
    matches = [_CHOICE.fullmatch(part) for part in repetition.split(",")]
    choices = [Choice(int(m[1] or 0), (m[2] or "").strip().upper(), int(m[3] or 0)) for m in matches if m]
    if len(choices) < len(matches) or any(not (one.component or one.number) for one in choices):
        raise DeclarationError(f"a repetition is chosen by 5=MR, a number, * or *| [{text}]")
    return tuple(choices)
