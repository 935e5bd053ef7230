"""How are HL7 v2 messages read? One message a row, by its own delimiters; columns at declared paths, nothing guessed.

A file holds one message or many, with the envelopes of a batch (FHS, BHS, BTS, FTS) or of MLLP (0x0B, 0x1C) or without;
segments end in CR, LF or both. What such a message must have, whatever it says: HL7 v2.9, chapters 2 and 3.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import IO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, Hl7v2
from pipeline.contract.formats import EVENT
from pipeline.contract.hl7_paths import parse_path
from pipeline.readers.er7 import Message, delimiters_of, named_segments
from pipeline.readers.reading import About, Fault, FileUnreadable, Row

VERSIONS = frozenset(
    ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9")
)
"""What MSH-12 may say: HL7 v2.9, table 0104."""
FEWEST_SEGMENTS = 3
"""MSH, PID and one that says what happened; fewer are a message that was cut off."""
NEEDS_MRG = frozenset(
    ("A18", "A30", "A34", "A35", "A36", "A39", "A40", "A41", "A42", "A43", "A44", "A45", "A46", "A47", "A48", "A49")
) | {"A50", "A51"}
"""Events that say that one number is another by now: without MRG they do not say which. HL7 v2.9, chapter 3."""
LONGEST_MESSAGE = 4_000_000
"""Characters; a longer message is a damaged file, or carries a document that nobody looks for here."""
CHARSETS = {
    "ASCII": "ascii", "8859/1": "iso8859-1", "8859/2": "iso8859-2", "8859/9": "iso8859-9", "8859/15": "iso8859-15",
    "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8",
}  # fmt: skip
"""What MSH-18 may say, HL7 v2.9 table 0211, and UTF-8 as many write it → Python's name. Others: as declared."""

_ENVELOPE = ("FHS", "BHS", "BTS", "FTS")
_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_MARK, _BLOCK_CHARACTERS = "\u00ef\u00bb\u00bf", "\x0b\x1c"
_HEADER = {"type": "MSH-9.1", "event": "MSH-9.2", "version": "MSH-12.1", "charset": "MSH-18.1"}
_ASK = "ask the agency to send it again"


@dataclass
class _Lines:
    """Which lines of a file belong together? A message, an envelope's line, or lines before any message.

    Text holds one character a byte; it is decoded once MSH-18 is known. `is_too_long`: the rest was left out.
    `numbers`: on which line of the file each text stands. `line_number`: by which line the row is known.
    """

    line_number: int
    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    length: int = 0
    is_too_long: bool = False

    def add(self, text: str, number: int) -> None:
        self.length += len(text)
        self.is_too_long |= self.length > LONGEST_MESSAGE
        if not self.is_too_long:
            self.texts.append(text)
            self.numbers.append(number)

    def name(self) -> str:
        return self.texts[0][:3] if self.texts else ""


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the messages of the file that are rows of the feed. Raises FileUnreadable where there is none at all."""
    layout, message_count, line_count = layout_of(feed), 0, 0
    in_batch: int | None = None
    for lines in _grouped(stream):
        line_count, name = lines.line_number, lines.name()
        if name in _ENVELOPE:
            fault = _batch_fault(lines.texts[0], in_batch) if name == "BTS" else None
            in_batch = 0 if name == "BHS" else None if name == "BTS" else in_batch
            if fault is not None and not layout.events:
                yield _row(lines.line_number, lines.texts, fault)
            continue
        message_count += name == "MSH"
        in_batch = None if in_batch is None else in_batch + (name == "MSH")
        for one in _merges(lines):
            row = _message_row(layout, one)
            if row is not None:
                yield row
    if line_count and not message_count:
        raise FileUnreadable("no line of it begins a message with MSH; ask for HL7 v2 with bars", line_count)


def layout_of(feed: Feed) -> Hl7v2:
    """How is the feed's file written?"""
    assert isinstance(feed.format, Hl7v2)
    return feed.format


# --- from bytes to the lines of a message ---------------------------------------------------------------------------


def _grouped(stream: IO[bytes]) -> Iterator[_Lines]:
    """Yield what belongs together, in the file's order."""
    current: _Lines | None = None
    for line_number, text in _numbered(stream):
        name = text[:3]
        if current is None or name in _ENVELOPE or name == "MSH" or current.name() in _ENVELOPE:
            if current is not None:
                yield current
            current = _Lines(line_number)
        current.add(text, line_number)
    if current is not None:
        yield current


def _merges(lines: _Lines) -> list[_Lines]:
    """Which rows is a message? One; one that merges several patients is one for each of them, by the line of its PID.

    Each has what stands before the first PID, then its own PID, MRG and what goes with them (HL7 v2.9, 3.3.40).
    """
    event = Message(lines.texts).at(parse_path(_HEADER["event"]))
    starts = [place for place, text in enumerate(lines.texts) if text.startswith("PID")]
    if event not in NEEDS_MRG or not starts or lines.is_too_long:
        return [lines]
    found = []
    for start, end in pairwise([*starts, len(lines.texts)]):
        texts = [*lines.texts[: starts[0]], *lines.texts[start:end]]
        found.append(_Lines(lines.numbers[start], texts, lines.numbers[start:end]))
    is_whole = all([*named_segments(one.texts)].count("MRG") == 1 for one in found)
    return found if is_whole else [lines]


def _numbered(stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of what is not blank, whatever ends the lines; of an endless line its beginning."""
    text = io.TextIOWrapper(stream, encoding="latin-1", newline=None)
    line_number, is_rest = 1, False
    try:
        while piece := text.readline(LONGEST_MESSAGE + 1):
            bare = piece.rstrip("\n").removeprefix(_MARK).strip(_BLOCK_CHARACTERS).removeprefix(_MARK)
            if bare.strip() and not is_rest:
                yield line_number, bare
            is_rest = not piece.endswith("\n")
            line_number += not is_rest
    finally:
        text.detach()  # the stream is its opener's to close


# --- from lines to a row --------------------------------------------------------------------------------------------


def _message_row(layout: Hl7v2, lines: _Lines) -> Row | None:
    """Which row is a message? None where it is one of another feed."""
    raw = Message(lines.texts)
    header = {name: raw.at(parse_path(path)) or "" for name, path in _HEADER.items()}
    if layout.events and header["event"] not in layout.events:
        return None
    encoding = CHARSETS.get(header["charset"].upper(), layout.encoding)
    try:
        segments = [text.encode("latin-1").decode(encoding) for text in lines.texts]
        fault = _fault(layout, lines, header)
    except UnicodeError:
        segments = [text.encode("latin-1").decode(encoding, errors="replace") for text in lines.texts]
        what = "the message holds bytes that its encoding does not have; ask which encoding the agency wrote"
        fault = RowFault.ENCODING, what
    return _row(lines.line_number, segments, fault)


def _row(line_number: int, segments: Sequence[str], fault: tuple[RowFault, str] | None) -> Row:
    payload = json.dumps({"segments": list(segments)})
    return Row(line_number, payload, Fault(line_number, *fault) if fault else None)


def _fault(layout: Hl7v2, lines: _Lines, header: dict[str, str]) -> tuple[RowFault, str] | None:
    """What is wrong with a message, if anything? The first fault found is told, without a word of the message."""
    names = list(named_segments(lines.texts))
    if lines.is_too_long:
        return RowFault.TOO_LONG, f"the message is longer than {LONGEST_MESSAGE:,} characters; {_ASK}"
    if lines.name() != "MSH":
        return RowFault.WRONG_SEGMENTS, f"what stands here does not begin with MSH, so it is no message; {_ASK}"
    delimiters = delimiters_of(lines.texts[0])
    if delimiters is None:
        return RowFault.WRONG_SEGMENTS, f"MSH-1 and MSH-2 do not name five different delimiters; {_ASK}"
    if not all(_is_segment(text, delimiters[0]) for text in lines.texts):
        what = "a line of the message is no segment (a line break inside a field, or two messages on one line?)"
        return RowFault.WRONG_SEGMENTS, f"{what}; {_ASK}"
    if len(names) < FEWEST_SEGMENTS:
        few = f"the message has {len(names)} segments where it needs {FEWEST_SEGMENTS}; was it cut off?"
        return RowFault.WRONG_SEGMENTS, f"{few}; {_ASK}"
    return _header_fault(layout, header) or _patient_fault(names, header["event"])


def _is_segment(text: str, field: str) -> bool:
    """Is a line a segment: a name, then a delimiter or nothing, and no sign of a second message?"""
    is_alone = not any(char in text for char in _BLOCK_CHARACTERS)
    return is_alone and _SEGMENT_NAME.fullmatch(text[:3]) is not None and (text[3:4] == field or not text[3:].strip())


def _header_fault(layout: Hl7v2, header: dict[str, str]) -> tuple[RowFault, str] | None:
    if header["version"] not in VERSIONS:
        return RowFault.WRONG_VERSION, f"MSH-12 names no version of HL7 v2 up to 2.9; {_ASK}"
    if header["type"] != layout.message_type:
        return RowFault.WRONG_RESOURCE, f"the message is no {layout.message_type}; it belongs into another file"
    if not EVENT.fullmatch(header["event"]):
        return RowFault.UNKNOWN_CODE, f"MSH-9.2 names no event, as A01 is one; {_ASK}"
    return None


def _patient_fault(names: list[str], event: str) -> tuple[RowFault, str] | None:
    if names.count("PID") != 1:
        what = f"the message has {names.count('PID')} PID segments where it is about one person"
        return RowFault.WRONG_SEGMENTS, f"{what}; ask the agency for a message each"
    if event in NEEDS_MRG and names.count("MRG") != 1:
        what = f"the message merges and has {names.count('MRG')} MRG segments where it needs one"
        return RowFault.WRONG_SEGMENTS, f"{what}; {_ASK}"
    return None


def _batch_fault(trailer: str, in_batch: int | None) -> tuple[RowFault, str] | None:
    """Does a batch say another number of messages than it has? BTS-1 may be left out."""
    told = trailer[4:].partition(trailer[3:4] or "|")[0].strip()
    if in_batch is None or not told.isdecimal() or told.lstrip("0") == str(in_batch or ""):
        return None
    what = f"the batch that ends here has {in_batch} messages and its trailer another number; was part of it lost?"
    return RowFault.WRONG_SEGMENTS, f"{what} {_ASK[0].upper()}{_ASK[1:]}"


# --- from a row to columns ------------------------------------------------------------------------------------------


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a message hold? Those it says nothing of are left out; `""` is blank."""
    layout = layout_of(feed)
    message = message_of(layout, payload)
    found: dict[str, str] = {}
    event = message.at(parse_path(_HEADER["event"])) or ""
    for column, ways in layout.ways_in(event).items():
        said = [text for text in map(message.at, ways) if text is not None]
        if said:
            found[column] = next((text for text in said if text), "").strip()
    return found | dict.fromkeys(layout.takes_back.get(event, ()), "")


def message_of(layout: Hl7v2, payload: dict) -> Message:
    """Which message is a row as delivered?"""
    message = Message(payload["segments"])
    message.encoding = CHARSETS.get((message.at(parse_path(_HEADER["charset"])) or "").upper(), layout.encoding)
    return message


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a message hold, set aside or not, as far as it can be told?"""
    segments = payload.get("segments") if isinstance(payload, dict) else None
    return flatten(feed, {"segments": segments}) if isinstance(segments, list) else {}


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without the messages that begin on these lines? Blank lines stand for them.

    Messages of other feeds go too. Envelopes are blanked with them: they count messages that are no longer there. Of a
    message that merges several patients the rest stays, under its head, as long as it merges any.
    """
    hidden: set[int] = set()
    groups = [*_grouped(BytesIO(content))]
    parts = content.splitlines(keepends=True)
    ends = [*(group.line_number for group in groups[1:]), len(parts) + 1]
    for group, end in zip(groups, ends, strict=True):
        merges = _merges(group)
        gone = [one for one in merges if one.line_number in lines]
        if len(gone) == len(merges) or group.name() in _ENVELOPE:
            hidden.update(range(group.line_number, end))
        else:
            hidden.update(number for one in gone for number in one.numbers)
    return b"".join(
        part[len(part.rstrip(b"\r\n")) :] if number in hidden else part for number, part in enumerate(parts, start=1)
    )
