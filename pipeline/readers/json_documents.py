"""How is a JSON document read that holds its rows in a list? Object by object, one in memory at a time.

A row is known by its place in the list, counted from 1. The file is read twice: the first time tells whether it is
whole, so that no row is taken in of one that was cut off. Numbers are kept as they are written.
"""

import json
from collections.abc import Iterator, Set
from io import BytesIO
from typing import IO

import ijson

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, JsonDocument
from pipeline.readers import json_lines
from pipeline.readers.reading import NOT_UTF8, About, Fault, FileUnreadable, Row

_MARK = b"\xef\xbb\xbf"
_NO_OBJECT = RowFault.NOT_JSON, "the list holds something that is no object here; ask the agency to export it again"
_TWICE = RowFault.WRONG_SHAPE, "the object says the same thing twice; ask the agency to export it again"
_SHAPE = RowFault.WRONG_SHAPE, "a declared column holds an object where a value belongs; ask what changed"
_TOO_DEEP = RowFault.NOT_JSON, "the object is nested too deeply; correct it at the agency"


class _Map(dict):
    """An object that remembers whether a name came twice."""

    is_twice = False

    def __setitem__(self, name: str, value: object) -> None:
        self.is_twice |= name in self
        super().__setitem__(name, value)


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the objects of the declared list. Raises FileUnreadable where the file is no such document, or cut off."""
    layout, seen, number = layout_of(feed), set(), 0
    begins = len(_MARK) if stream.read(len(_MARK)) == _MARK else 0
    stream.seek(begins)
    _check_whole(layout, stream)
    stream.seek(begins)
    for number, found in enumerate(ijson.items(stream, f"{_place(layout)}item", map_type=_Map), start=1):
        if found == {}:  # a row that was taken out
            continue
        row, columns = _row(feed, layout, number, found)
        seen |= columns
        yield row
    if number:
        about.missing_required = tuple(c.name for c in feed.columns if c.is_required and c.name not in seen)


def layout_of(feed: Feed) -> JsonDocument:
    """How is the feed's file written?"""
    assert isinstance(feed.format, JsonDocument)
    return feed.format


def _place(layout: JsonDocument) -> str:
    return f"{layout.rows}." if layout.rows else ""


def _check_whole(layout: JsonDocument, stream: IO[bytes]) -> None:
    wanted, is_there = (layout.rows or "", "start_array"), False
    try:
        for prefix, event, _ in ijson.parse(stream):
            is_there |= (prefix, event) == wanted
    except (ijson.JSONError, UnicodeError):
        raise FileUnreadable("it is no JSON document, or was cut off; ask the agency to send it again", 0) from None
    if not is_there:
        where = f"under [{layout.rows}]" if layout.rows else "at its top"
        raise FileUnreadable(f"the document has no list of rows {where}; ask which layout the agency sent", 0)


def _row(feed: Feed, layout: JsonDocument, number: int, found: object) -> tuple[Row, set[str]]:
    """Which row is an element of the list, and which declared columns has it?"""
    fault, columns = None, {}
    try:
        said = as_written(found)
        json.dumps(said, ensure_ascii=False).encode("utf-8")
        if not isinstance(said, dict):
            fault = _NO_OBJECT
        elif _says_twice(found):
            fault = _TWICE
        else:
            columns = json_lines.columns_of(feed, layout.paths, said)
    except UnicodeError:
        said, fault = json.dumps(said), NOT_UTF8
    except RecursionError:
        said, fault = "", _TOO_DEEP
    except (TypeError, ValueError):
        fault = _SHAPE
    if fault is None:
        return Row(number, json.dumps(said)), set(columns)
    text = said if isinstance(said, str) else json.dumps(said)
    return Row(number, json.dumps({"text": text}), Fault(number, *fault)), set()


def as_written(value: object) -> object:
    """What does JSON hold, its numbers as texts? An id is no quantity, and 1.10 would be lost."""
    if isinstance(value, dict):
        return {name: as_written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_written(one) for one in value]
    return value if value is None or isinstance(value, bool | str) else str(value)


def _says_twice(value: object) -> bool:
    if isinstance(value, _Map):
        return value.is_twice or any(map(_says_twice, value.values()))
    return isinstance(value, list) and any(map(_says_twice, value))


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    found = json_lines.columns_of(feed, layout_of(feed).paths, payload)
    return {name: value.strip() for name, value in found.items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does an object hold, as far as it can be told?"""
    return json_lines.salvaged(feed, layout_of(feed).paths, payload)


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the document look without these objects? Empty ones stand for them; what stands beside the list goes.

    What a document says beside its rows may be about one of them: a name that was searched for, a last row read.
    """
    layout = layout_of(feed)
    _check_whole(layout, BytesIO(content.removeprefix(_MARK)))
    rows = ijson.items(BytesIO(content.removeprefix(_MARK)), f"{_place(layout)}item")
    return document(layout, [{} if number in lines else as_written(row) for number, row in enumerate(rows, start=1)])


def document(layout: JsonDocument, rows: list) -> bytes:
    """Which bytes hold these objects, the other way round? Nothing stands beside their list."""
    content: object = rows
    for name in reversed(layout.rows.split(".")) if layout.rows else ():
        content = {name: content}
    return json.dumps(content).encode("utf-8")
