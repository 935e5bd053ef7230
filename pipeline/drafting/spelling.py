"""How is a part of a declaration written as Python? Any of its dataclasses; what has its usual value is left out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum

from pipeline.contract import codes
from pipeline.contract.columns import Column, Kind, OnFault

LONGEST_LINE = 110
"""Characters; what is longer stands in several lines."""

Inside = list[tuple[str, object]]
"""What stands between two brackets: (`name=`, value)."""

_STRICT = ("is_required", "may_be_empty", "on_fault")
"""What `needed` says of a column by its own name."""


def lines(before: str, value: object, indent: int) -> Iterator[str]:
    """Yield `before` and the value with a comma, in as many lines as it needs."""
    margin = " " * indent
    whole = f"{margin}{before}{spelled(value)},"
    parts = _parts(value)
    if parts is None or len(whole) <= LONGEST_LINE:
        yield whole
        return
    opening, inside, closing = parts
    yield f"{margin}{before}{opening}"
    for name, one in inside:
        yield from lines(name, one, indent + 4)
    yield f"{margin}{closing},"


def spelled(value: object) -> str:
    """How is a value written on one line?

    >>> spelled(("A01",)), spelled(Kind.DATE)
    ('("A01",)', 'Kind.DATE')
    """
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    parts = _parts(value)
    if parts is None:
        return repr(value)
    opening, inside, closing = parts
    comma = "," if isinstance(value, tuple) and len(inside) == 1 else ""
    return f"{opening}{', '.join(name + spelled(one) for name, one in inside)}{comma}{closing}"


def _parts(value: object) -> tuple[str, Inside, str] | None:
    """Which brackets has a value, and what stands in them? None where it has none."""
    if isinstance(value, Column) and _is_needed(value):
        return "needed(", [("", value.name), ("", value.meaning), *_said_by(value, ("name", "meaning", *_STRICT))], ")"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(", _said_by(value), ")"
    if isinstance(value, Mapping):
        return "{", [(f"{spelled(key)}: ", one) for key, one in value.items()], "}"
    if isinstance(value, tuple):
        return "(", [("", one) for one in value], ")"
    return None


def _is_needed(column: Column) -> bool:
    return column.is_required and not column.may_be_empty and column.on_fault is OnFault.QUARANTINE_ROW


def _said_by(value: object, without: tuple[str, ...] = ()) -> Inside:
    """Which fields of a dataclass are not as usual? In a column that is needed an id is usual."""
    found: Inside = []
    for one in fields(value):  # type: ignore[arg-type]  # asked for dataclasses only
        said = getattr(value, one.name)
        usual = Kind.ID if without and one.name == "kind" else _usual(one)
        if one.init and one.name not in without and said != usual:
            found.append((f"{one.name}=", said))
    return found


def _usual(one: Field) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def names_in(value: object) -> Iterator[tuple[bool, str]]:
    """Yield (is it a code list, name) of whatever has to be imported to write a value."""
    if isinstance(value, Enum):
        yield type(value).__module__ == codes.__name__, type(value).__name__
        return
    parts = _parts(value)
    if parts is None:
        return
    if is_dataclass(value):
        yield False, parts[0].removesuffix("(")
    for _, one in parts[1]:
        yield from names_in(one)
    if isinstance(value, Mapping):
        for key in value:
            yield from names_in(key)
