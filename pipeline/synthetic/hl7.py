"""Which HL7 v2 message says what a row says? The declared paths, written instead of read.

A message has MSH, EVN, PID and PV1 and whatever else its paths name; what no column says is left out.
"""

from pipeline.contract.formats import Hl7v2
from pipeline.contract.hl7_paths import Path, Place
from pipeline.synthetic.rows import Row

FIELD, COMPONENT, REPETITION, ESCAPE, SUBCOMPONENT = "|^~\\&"
"""The delimiters the standard recommends."""
ESCAPED = {ESCAPE: "E", FIELD: "F", COMPONENT: "S", REPETITION: "R", SUBCOMPONENT: "T"}
"""By which letter, between two escape characters, each is written inside a text."""
ORDER = ("MSH", "EVN", "PID", "PD1", "NK1", "MRG", "PV1", "PV2")
"""In which order the standard wants the segments of an ADT message; others follow by name."""
VERSION = "2.5.1"
"""What MSH-12 says where no column says it: the version US certification rules name (45 CFR 170.205)."""
UPDATE = "A08"
"""The event of a message where no column says it."""

Parts = dict[int, str]
"""Component → its text, subcomponents and all."""


class Segment:
    """What does one segment hold? Field → its repetitions → their components."""

    def __init__(self) -> None:
        self.fields: dict[int, list[Parts]] = {}

    def put(self, place: Place, text: str) -> None:
        """Write a value where a path would find it."""
        parts = self._repetition(place)
        if place.subcomponent and place.subcomponent > 1:
            before = parts.get(place.component, "").split(SUBCOMPONENT)
            text = SUBCOMPONENT.join([*before, *[""] * (place.subcomponent - 1 - len(before)), text])
        parts[place.component] = text

    def _repetition(self, place: Place) -> Parts:
        """Which repetition of a field does a path choose? Made where it is not there yet."""
        found = self.fields.setdefault(place.field, [])
        choice = place.choices[0]
        if choice.component:
            wanted = (one for one in found if one.get(choice.component, "").upper() == choice.value)
            parts = next(wanted, None)
            if parts is None:
                parts = {choice.component: choice.value}
                found.append(parts)
            return parts
        while len(found) < choice.number:
            found.append({})
        return found[choice.number - 1]

    def put_all(self, place: Place, texts: list[str]) -> None:
        """Write the repetitions that a path reads at once: further ones, where there is a first already."""
        self.fields.setdefault(place.field, []).extend({place.component: text} for text in texts)

    def text(self, name: str) -> str:
        """How is the segment written?"""
        first = 3 if name == "MSH" else 1
        last = max(self.fields, default=0)
        fields = [REPETITION.join(map(_joined, self.fields.get(n, []))) for n in range(first, last + 1)]
        start = [name, COMPONENT + REPETITION + ESCAPE + SUBCOMPONENT] if name == "MSH" else [name]
        return FIELD.join([*start, *fields])


def _joined(parts: Parts) -> str:
    return COMPONENT.join(parts.get(n, "") for n in range(1, max(parts, default=0) + 1))


def _escaped(text: str) -> str:
    return "".join(f"{ESCAPE}{ESCAPED[char]}{ESCAPE}" if char in ESCAPED else char for char in text)


def message(layout: Hl7v2, row: Row, number: int) -> str:
    """Which message holds a row's values? `number` is its control id."""
    said: dict[str, Segment] = {name: Segment() for name in ("MSH", "EVN", "PID", "PV1")}
    fixed = {9: {1: layout.message_type, 2: (*layout.events, UPDATE)[0]}, 10: {1: f"{number:08}"}, 11: {1: "P"}}
    said["MSH"].fields |= {field: [dict(parts)] for field, parts in fixed.items()} | {12: [{1: VERSION}]}
    said["PV1"].fields[1] = [{1: "1"}]
    for column, ways in layout.ways.items():
        if row[column]:
            _put(said, next((way for way in ways if len(way.places) == 1), ways[0]), row[column])
    event = said["MSH"].fields[9][0][2]
    said["EVN"].fields.setdefault(1, [{1: event}])
    order = sorted(said, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return "".join(said[name].text(name) + layout.line_end for name in order)


def _put(said: dict[str, Segment], path: Path, value: str) -> None:
    """Write a value at a path, of several places at the first."""
    place = path.places[0]
    segment = said.setdefault(place.segment, Segment())
    if place.joins_all is not None:
        segment.put_all(place, [_escaped(text) for text in value.split(place.joins_all) if text])
    else:
        segment.put(place, _escaped(value))
