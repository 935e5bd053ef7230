"""How are JSON lines read? One object a line, columns by name or path, numbers as they are written."""

import json
import re
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from io import BytesIO
from typing import IO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, JsonDocument, JsonLines
from pipeline.readers.reading import (
    NOT_JSON,
    NOT_UTF8,
    About,
    Fault,
    FileUnreadable,
    Row,
    blanked_lines,
    load_json,
    numbered_lines,
)


class _SaysTwice(ValueError):
    """An object holds the same name twice: which one counts is anybody's guess."""


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the objects of the file. Raises FileUnreadable where no line of a non-empty file is one."""
    layout, seen, row_count, fault_count = layout_of(feed), set(), 0, 0
    for line_number, line in numbered_lines(stream):
        found, fault = _parsed(line)
        if fault is None:
            try:
                seen |= columns_of(feed, layout.paths, found).keys()
            except (TypeError, ValueError):
                what = "a declared column holds an object where a value belongs; ask what changed"
                fault = RowFault.WRONG_SHAPE, what
        row_count, fault_count = row_count + 1, fault_count + (fault is not None)
        said = {"text": line.decode("utf-8", errors="replace")} if fault else found
        yield Row(line_number, json.dumps(said), Fault(line_number, *fault) if fault else None)
    if row_count and fault_count == row_count:
        raise FileUnreadable("no line of it is a JSON object of this layout; ask what the agency sent", row_count)
    if row_count:
        about.missing_required = tuple(c.name for c in feed.columns if c.is_required and c.name not in seen)


def layout_of(feed: Feed) -> JsonLines:
    """How is the feed's file written?"""
    assert isinstance(feed.format, JsonLines)
    return feed.format


def _parsed(line: bytes) -> tuple[dict, tuple[RowFault, str] | None]:
    """What does a line say? Numbers stay as they are written: an id is no quantity, and 0123 or 1.10 would be lost."""
    try:
        found = load_json(line.decode("utf-8"), parse_int=str, parse_float=str, object_pairs_hook=_once_each)
    except UnicodeError:
        return {}, NOT_UTF8
    except _SaysTwice:
        return {}, (RowFault.WRONG_SHAPE, "the line says the same thing twice; ask the agency to export it again")
    except (ValueError, RecursionError):
        return {}, NOT_JSON
    if not isinstance(found, dict):
        return {}, (RowFault.NOT_JSON, "the line is JSON but no object; ask the agency to export it again")
    return found, None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _SaysTwice
    return found


def columns_of(feed: Feed, paths: Mapping[str, str], found: dict) -> dict[str, str]:
    """Which declared columns does an object have? Raises TypeError where one holds an object, or lists of lists."""
    columns: dict[str, str] = {}
    for column in feed.columns:
        for path in (paths.get(column.name, column.name), *column.aliases):
            is_there, value = _at(found, path)
            if is_there:
                columns[column.name] = _text(value)
                break
    return columns


def _at(found: object, path: str) -> tuple[bool, object]:
    """What stands at a path? Names match without regard to case, as headers do."""
    for name in path.split("."):
        if not isinstance(found, dict):
            return False, None
        key = name if name in found else next((key for key in found if key.upper() == name.upper()), None)
        if key is None:
            return False, None
        found = found[key]
    return True, found


def _text(value: object) -> str:
    """How is a value written in a column? Yes and no as JSON writes them, lists joined by blanks, nothing as blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(part, list) for part in value):
        return " ".join(_text(part) for part in value)
    if not isinstance(value, str):
        raise TypeError
    return value


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    return _trimmed(columns_of(feed, layout_of(feed).paths, payload))


def _trimmed(columns: dict[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in columns.items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a line hold, as far as it can be told? Set aside: the first value after each column's name."""
    return salvaged(feed, layout_of(feed).paths, payload)


def salvaged(feed: Feed, paths: Mapping[str, str], payload: object) -> dict[str, str]:
    """What does an object or its text hold, as far as it can be told?"""
    is_aside = isinstance(payload, dict) and set(payload) == {"text"}
    if isinstance(payload, dict) and not is_aside:
        with suppress(TypeError, ValueError):
            return _trimmed(columns_of(feed, paths, payload))
    text = str(payload["text"]) if isinstance(payload, dict) and is_aside else json.dumps(payload)
    found = {}
    for column in feed.columns:
        leaf = paths.get(column.name, column.name).rpartition(".")[2]
        match = re.search(rf'"{re.escape(leaf)}"\s*:\s*(?:"([^"]*)"|([^",\s}}\]]+))', text, re.IGNORECASE)
        if match:
            found[column.name] = (match[1] or match[2] or "").strip()
    return found


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without the objects on these lines?"""
    return blanked_lines(read(feed, BytesIO(content), About()), content, lines)


def nested(layout: JsonLines | JsonDocument, row: Mapping[str, str]) -> dict:
    """How is a row written as an object, the other way round? Blank columns are left out."""
    found: dict = {}
    for name, value in row.items():
        *above, leaf = layout.paths.get(name, name).split(".")
        place = found
        for step in above:
            place = place.setdefault(step, {})
        if value:
            place[leaf] = value
    return found
