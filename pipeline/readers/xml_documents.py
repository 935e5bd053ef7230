"""How are XML documents read? One row an element, columns by declared paths, references followed as NIEM means them.

A document is read twice: once to see that it is whole and harmless and to keep what rows may refer to, then for its
rows. No entity is expanded, no DTD read, nothing fetched, nothing repaired. In memory are one row, and the elements
with an id (`structures:id`) that stand in no row. A reference leads to an id of the same row, else to one of those.
Source: NIEM Naming and Design Rules 3.0, sections 12.2 and 12.3 (references and ids mean what they refer to).
"""

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, TypeAlias

from lxml import etree

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, Xml
from pipeline.contract.xml_paths import XmlPath, expanded, parse_path
from pipeline.readers import xml_spans
from pipeline.readers.reading import About, Fault, FileUnreadable, Row
from pipeline.readers.xml_spans import id_of, reference_of

DEEPEST = 100
"""Elements inside of each other. Exchanged documents have about ten; a thousand is an attack on whoever reads them."""

MOST_ELEMENTS = 20_000
"""Elements of a row, or of what rows refer to. A booking with all its charges has some hundreds; with more of them, the
declared row is the whole document."""

MOST_REFERRED_TO = 200_000
"""Elements with an id outside of rows. They are kept in memory, at about a kilobyte each."""

MOST_REFERENCES_IN_TURN = 10
"""References that lead to references; NIEM needs one. More of them go in a circle."""

MOST_TEXT_SET_ASIDE = 100_000
"""Characters of a document that is no XML, kept with its row; the whole file is kept anyway."""

ROWS_THAT_TELL = 20
"""Rows. An element that fewer of them lack was left out, which costs them alone; one that all of so many lack is called
otherwise now."""

Element: TypeAlias = etree._Element
"""What a document is made of; whoever looks at one need not know the library."""

IS_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SAFELY = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
_NO_ENCODING = "it names an encoding that nobody knows; ask in which one the agency writes"
_PLAIN = {"remove_comments": True, "remove_pis": True}


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the rows of a document, which must be a file that can be read twice.

    Raises:
        FileUnreadable: it is not well-formed, or not harmless, or holds no element of the declared name.
    """
    layout = layout_of(feed)
    if _is_blank(stream):  # what is left of a document whose rows were all sealed
        return
    stream.seek(0)
    try:
        referred = _look_through(layout, stream)
    except FileUnreadable as fault:
        if not layout.has_one_row:
            raise
        stream.seek(0)
        yield _set_aside(stream, str(fault))
        return
    stream.seek(0)
    namespaces, row_count, line_number, seen = dict(layout.namespaces), 0, 0, set[str]()
    for is_row, element in _pieces(layout, stream):
        if is_row:
            line_number = max(line_number + 1, element.sourceline)
            columns, fault = _columns(feed, _Row(layout, namespaces, element, referred))
            seen |= columns.keys()
            said = {"columns": columns, "xml": etree.tostring(element, encoding="unicode", with_tail=False)}
            yield Row(line_number, json.dumps(said), Fault(line_number, *fault) if fault else None)
            row_count += 1
    if row_count >= ROWS_THAT_TELL:
        about.missing_required = tuple(c.name for c in feed.columns if c.is_required and c.name not in seen)


def layout_of(feed: Feed) -> Xml:
    """How is the feed's file written?"""
    assert isinstance(feed.format, Xml)
    return feed.format


def _is_blank(stream: IO[bytes]) -> bool:
    return all(not piece.strip() for piece in iter(lambda: stream.read(1 << 16), b""))


def _set_aside(stream: IO[bytes], message: str) -> Row:
    text = stream.read(MOST_TEXT_SET_ASIDE).decode("utf-8", errors="replace").replace("\0", "\ufffd")
    return Row(1, json.dumps({"text": text}), Fault(1, RowFault.NOT_XML, message))


# --- from bytes to elements ----------------------------------------------------------------------------------------


def tree_of(content: bytes) -> Element:
    """Which elements does a document hold, all of them in memory? For a sample, not for a delivery.

    Raises:
        FileUnreadable: it is not well-formed, or not harmless; says where, and never what stands there.
    """
    if xml_spans.encoding_of(content) is None:
        raise FileUnreadable(_NO_ENCODING, 0)
    try:
        root = etree.fromstring(content, etree.XMLParser(**_SAFELY, **_PLAIN))
        _refuse_harm(root, 1, 0)
    except _Harmful as fault:
        raise FileUnreadable(f"{fault}; it was not read on, ask what the agency sent", 0) from None
    except etree.XMLSyntaxError as fault:
        raise FileUnreadable(_where_broken(fault), 0) from None
    return root


def _where_broken(fault: etree.XMLSyntaxError) -> str:
    line, column = fault.position
    where = f"it is not well-formed XML at line {line}, column {column}"
    return f"{where}; correct it at the agency and have it sent again"


def _look_through(layout: Xml, stream: IO[bytes]) -> dict[str, bytes]:
    """Is the document whole and harmless? Answers id → element, for what stands outside of rows.

    Raises:
        FileUnreadable: it is not; says where, and never what stands there.
    """
    referred: dict[str, bytes] = {}
    row_count = 0
    if xml_spans.encoding_of(stream.read(xml_spans.LONGEST_DECLARATION)) is None:
        raise FileUnreadable(_NO_ENCODING, 1)
    stream.seek(0)
    try:
        for is_row, element in _pieces(layout, stream):
            row_count += is_row
            if not is_row:
                named = ((id_of(inner.attrib), inner) for inner in element.iter())
                referred |= {name: etree.tostring(inner, with_tail=False) for name, inner in named if name}
            if len(referred) > MOST_REFERRED_TO:
                raise _Harmful(f"more than {MOST_REFERRED_TO:,} elements have an id and stand in no row")
    except _Harmful as fault:
        raise FileUnreadable(f"{fault}; it was not read on, ask what the agency sent", row_count + 1) from None
    except etree.XMLSyntaxError as fault:
        raise FileUnreadable(_where_broken(fault), row_count + 1) from None
    if not row_count:
        what = f"it holds no element [{layout.row}] of the declared namespace"
        raise FileUnreadable(f"{what}; ask which document the agency sent", 1)
    return referred


class _Harmful(Exception):
    """The document has what none that is exchanged in earnest has."""


def _pieces(layout: Xml, stream: IO[bytes]) -> Iterator[tuple[bool, etree._Element]]:
    """Yield (is it a row, element) for each row, and for each element with an id outside of rows, once it is whole.

    What was yielded or is of no use is forgotten. Raises XMLSyntaxError, or _Harmful.
    """
    row_name = expanded(layout.row, layout.namespaces)
    piece, is_row, depth, size = None, False, 0, 0
    for event, element in etree.iterparse(stream, events=("start", "end"), **_SAFELY, **_PLAIN):
        if event == "start":
            depth, size = depth + 1, size + 1
            _refuse_harm(element, depth, size if piece is not None else 0)
            begins_row = not is_row and element.tag == row_name and reference_of(element.attrib) is None
            if begins_row or (piece is None and depth > 1 and id_of(element.attrib)):
                piece, is_row, size = element, begins_row, 0
            continue
        depth -= 1
        if element is piece:
            yield is_row, element
            piece, is_row = None, False
        if piece is None:
            _forget(element)


def _refuse_harm(element: etree._Element, depth: int, size: int) -> None:
    """Raise _Harmful for a document type, and for elements too deep or too many."""
    if depth == 1 and element.getroottree().docinfo.internalDTD is not None:
        raise _Harmful("it declares a document type (DTD), with which entities can be smuggled in")
    if depth > DEEPEST:
        raise _Harmful(f"its elements are more than {DEEPEST} deep")
    if size > MOST_ELEMENTS:
        raise _Harmful(f"a row, or what rows refer to, has more than {MOST_ELEMENTS:,} elements")


def _forget(element: etree._Element) -> None:
    """Give back the memory of an element and of its elder siblings."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


# --- from a row to its columns ---------------------------------------------------------------------------------------


@dataclass
class _Row:
    """What can be reached from a row's element? `has_dead_end`: a reference led nowhere."""

    layout: Xml
    namespaces: dict[str, str]
    element: etree._Element
    referred: dict[str, bytes]
    has_dead_end: bool = False
    _known: dict[str, etree._Element] | None = field(default=None)

    def values(self, path: XmlPath) -> list[str] | None:
        """Which values stand at a path? None where no element stands there."""
        places = [self.element]
        for step in path.steps:
            children = [child for place in places for child in place.iterfind(step, self.namespaces)]
            places = [found for child in children if (found := self._meant(child)) is not None]
        if path.attribute:
            name = expanded(path.attribute, self.namespaces)
            return [place.get(name) for place in places if place.get(name) is not None] or None
        return [_text(place) for place in places] or None

    def _meant(self, element: etree._Element) -> etree._Element | None:
        """Which element does a mere reference mean? Any other means itself; None where the reference leads nowhere."""
        for _ in range(MOST_REFERENCES_IN_TURN):
            reference = reference_of(element.attrib)
            if reference is None or len(element):
                return element
            found = self._by_id(reference)
            if found is None:
                break
            element = found
        self.has_dead_end = True
        return None

    def _by_id(self, name: str) -> etree._Element | None:
        if self._known is None:
            named = ((id_of(inner.attrib), inner) for inner in self.element.iter())
            self._known = {inner_name: inner for inner_name, inner in named if inner_name}
        if name not in self._known and name in self.referred:
            self._known[name] = etree.fromstring(self.referred[name], etree.XMLParser(**_SAFELY))
        return self._known.get(name)


def _text(element: etree._Element) -> str:
    """Which value does an element hold? White space is one blank, as XML Schema's `token` has it; nil is nothing."""
    if element.get(IS_NIL) in ("true", "1"):
        return ""
    return " ".join(" ".join(element.itertext()).split())


def _columns(feed: Feed, row: _Row) -> tuple[dict[str, str], tuple[RowFault, str] | None]:
    """Which declared columns does a row have, and what is wrong with it? The first path that leads somewhere counts."""
    columns: dict[str, str] = {}
    for column in feed.columns:
        for text in (row.layout.paths[column.name], *column.aliases):
            path = parse_path(text)
            assert path is not None  # checked with the declaration
            values = row.values(path)
            if values is not None:
                columns[column.name] = " ".join(value for value in values if value)
                break
    if not row.has_dead_end:
        return columns, None
    what = "the row refers to an id that the document does not hold outside of other rows"
    return columns, (RowFault.NO_SUCH_ID, f"{what}; ask the agency to send the whole document")


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text; absent ones are left out."""
    return {name: value.strip() for name, value in payload["columns"].items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a row hold, as far as it can be told? In what is no XML, the first text after each column's name."""
    if isinstance(payload, dict) and isinstance(payload.get("columns"), dict):
        return flatten(feed, payload)
    text = str(payload.get("text", "")) if isinstance(payload, dict) else ""
    found = {}
    for column, written in layout_of(feed).paths.items():
        path = parse_path(written)
        steps = path.steps[-2:] if path and not path.attribute else ()
        names = [re.escape(step.partition("[")[0].rpartition(":")[2]).replace(r"\*", r"[\w.-]+") for step in steps]
        tags = r"\s*".join(rf"<(?:[\w.-]+:)?{name}(?:\s[^<>]*)?>" for name in names)
        match = re.search(rf"{tags}([^<>]*)<", text) if tags else None
        if match:
            found[column] = " ".join(match[1].split())
    return found


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the document look without the rows that begin on these lines, and without what only they refer to?"""
    starts = [row.line_number for row in read(feed, BytesIO(content), About())]
    staying = {number for number, line in enumerate(starts) if line not in lines}
    if not staying:
        return xml_spans.line_ends(content)
    layout = layout_of(feed)
    return xml_spans.without(content, expanded(layout.row, layout.namespaces), staying)
