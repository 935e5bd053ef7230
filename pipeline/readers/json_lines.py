"""How are JSON lines read? One object a line, columns by name or path, numbers as they are written."""

import json
import re

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, JsonLines
from pipeline.readers.reading import NOT_JSON, NOT_UTF8, Fault, FileUnreadable, Reading, load_json, numbered_lines


class _SaysTwice(ValueError):
    """An object holds the same name twice: which one counts is anybody's guess."""


def read(feed: Feed, layout: JsonLines, content: bytes) -> Reading:
    """Which objects does the file hold? Raises FileUnreadable where no line of a non-empty file is one."""
    reading, seen = Reading(), set()
    for line_number, line in numbered_lines(content):
        seen |= _add(reading, feed, layout, line_number, line)
    if reading.row_count and len(reading.faults) == reading.row_count:
        raise FileUnreadable(
            "no line of it is a JSON object of this layout; ask what the agency sent", reading.row_count
        )
    missing = tuple(column.name for column in feed.columns if column.is_required and column.name not in seen)
    reading.missing_required = missing if reading.row_count else ()
    return reading


def _add(reading: Reading, feed: Feed, layout: JsonLines, line_number: int, line: bytes) -> set[str]:
    """Add one line. Answers which declared columns it has."""
    reading.row_count += 1
    found, fault = _parsed(line)
    if fault is None:
        try:
            names = set(_columns(feed, layout, found))
        except (TypeError, ValueError):
            fault = RowFault.WRONG_SHAPE, "a declared column holds an object where a value belongs; ask what changed"
        else:
            reading.rows.append((line_number, json.dumps(found)))
            return names
    reading.faults.append(Fault(line_number, *fault))
    reading.rows.append((line_number, json.dumps({"text": line.decode("utf-8", errors="replace")})))
    return set()


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


def _columns(feed: Feed, layout: JsonLines, found: dict) -> dict[str, str]:
    """Which declared columns does an object have? Raises TypeError where one holds an object, or lists of lists."""
    columns: dict[str, str] = {}
    for column in feed.columns:
        for path in (layout.paths.get(column.name, column.name), *column.aliases):
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


def flatten(feed: Feed, layout: JsonLines, payload: dict) -> dict[str, str]:
    """Which declared columns does a row as delivered hold? Values as text, blanks trimmed; absent ones are left out."""
    return {name: value.strip() for name, value in _columns(feed, layout, payload).items()}


def salvage(feed: Feed, layout: JsonLines, text: str) -> dict[str, str]:
    """What does a line hold that was set aside, as far as it can be told? The first value after each column's name."""
    found = {}
    for column in feed.columns:
        leaf = layout.paths.get(column.name, column.name).rpartition(".")[2]
        match = re.search(rf'"{re.escape(leaf)}"\s*:\s*(?:"([^"]*)"|([^",\s}}\]]+))', text, re.IGNORECASE)
        if match:
            found[column.name] = (match[1] or match[2] or "").strip()
    return found
