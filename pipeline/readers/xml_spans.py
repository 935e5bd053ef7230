"""Which bytes of an XML document belong to which row? Takes rows out of a document and leaves the others to the byte.

What stays: the rows that stay, what they refer to, and the tags around both. Everything else is blank, whatever it
says: an alias or an address that stands beside a sealed row is about the same person.
"""

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from xml.parsers import expat

LONGEST_DECLARATION = 1_000
"""Bytes at the beginning of a document among which its encoding is named."""

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_REFERENCE = re.compile(r"[^}]*/(?:structures|lexs/library)/[^}]*\}ref")
_ID = re.compile(r"[^}]*/structures/[^}]*\}id")
_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s[^>]*\?>")
_NAMED = re.compile(rb"""<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""", re.ASCII)
_NOT_LINE_END = re.compile(rb"[^\n]+")


def reference_of(attributes: Mapping[str, str]) -> str | None:
    """Which id does an element refer to, by the `ref` of any version of NIEM or of LEXS? None where it does not."""
    return next((value for name, value in attributes.items() if _REFERENCE.fullmatch(str(name))), None)


def id_of(attributes: Mapping[str, str]) -> str | None:
    """Which id does an element have? None where it has none."""
    return next((value for name, value in attributes.items() if _ID.fullmatch(str(name))), None)


def encoding_of(content: bytes) -> str | None:
    """In which encoding is a document written, by its first bytes? As Python calls it; None for one nobody knows."""
    named = _NAMED.match(content.removeprefix(b"\xef\xbb\xbf"))
    name = _MARKS.get(content[:2]) or (named[1].decode() if named else "utf-8")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


@dataclass
class _Piece:
    """A row, or an element with an id outside of rows: from which byte to which, and what it names."""

    is_row: bool
    start: int
    end: int
    ids: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Frame:
    """An element around pieces: its two tags, and the numbers of the pieces in it, the last not included."""

    tags: tuple[tuple[int, int], tuple[int, int]]
    first: int
    beyond: int


class _Walk:
    """Where does everything stand in a document? Goes through it once, as `xml_documents` does."""

    def __init__(self, content: bytes, row_name: str) -> None:
        self.content, self.row_name = content, row_name.removeprefix("{")
        self.pieces: list[_Piece] = []
        self.frames: list[_Frame] = []
        self._open: list[tuple[int, int]] = []  # where each open element begins, and how many pieces came before
        self._piece: _Piece | None = None
        self._piece_depth = 0
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.Parse(content, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        reference, own_id = reference_of(attributes), id_of(attributes)
        is_row = name == self.row_name and reference is None and not (self._piece and self._piece.is_row)
        if is_row or (self._piece is None and self._open and own_id):
            self._piece, self._piece_depth = _Piece(is_row, at, at), len(self._open)
        if self._piece is not None:
            self._piece.ids += [own_id] if own_id else []
            self._piece.references += [reference] if reference else []
        self._open.append((at, len(self.pieces)))

    def _end(self, name: str) -> None:
        start, first = self._open.pop()
        opening = _span_of_tag(self.content, start)
        is_empty = self.content[opening[1] - 2 : opening[1]] == b"/>"
        closing = opening if is_empty else _span_of_tag(self.content, self._parser.CurrentByteIndex)
        if self._piece is None:
            self.frames.append(_Frame((opening, closing), first, len(self.pieces)))
        elif self._piece_depth == len(self._open):
            self._piece.end = closing[1]
            self.pieces.append(self._piece)
            self._piece = None


def _span_of_tag(content: bytes, start: int) -> tuple[int, int]:
    found = _TAG.match(content, start)
    assert found is not None  # expat has read it
    return found.span()


def without(content: bytes, row_name: str, staying: Set[int]) -> bytes:
    """How does a document look in which only these rows stay, counted from 0? Lines keep their numbers.

    A document that is not in UTF-8 becomes one.
    """
    encoding = encoding_of(content)
    if encoding not in (None, "utf-8", "ascii"):
        text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
        content = re.sub(r"\A<\?xml\s[^>]*\?>", lambda found: "\n" * found[0].count("\n"), text).encode("utf-8")
    declaration = _DECLARATION.match(content)
    spans = [declaration.span()] if declaration else []
    walk = _Walk(content, row_name)
    kept = _kept(walk.pieces, staying)
    spans += [(walk.pieces[number].start, walk.pieces[number].end) for number in kept]
    for frame in walk.frames:
        place = bisect_left(kept, frame.first)
        if place < len(kept) and kept[place] < frame.beyond:
            spans += frame.tags
    return b"".join(_with_line_ends_between(content, sorted(spans)))


def _kept(pieces: list[_Piece], staying: Set[int]) -> list[int]:
    """Which pieces stay: these rows, and whatever they refer to, directly or not?"""
    rows = [number for number, piece in enumerate(pieces) if piece.is_row]
    homes = {name: number for number, piece in enumerate(pieces) if not piece.is_row for name in piece.ids}
    kept: set[int] = set()
    wanted = [number for order, number in enumerate(rows) if order in staying]
    while wanted:
        number = wanted.pop()
        if number not in kept:
            kept.add(number)
            wanted += [homes[name] for name in pieces[number].references if name in homes]
    return sorted(kept)


def _with_line_ends_between(content: bytes, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    position = 0
    for start, end in spans:
        yield line_ends(content[position:start])
        yield content[start:end]
        position = end
    yield line_ends(content[position:])


def line_ends(content: bytes) -> bytes:
    """What is left of bytes when only their line ends stay?"""
    return _NOT_LINE_END.sub(b"", content)
