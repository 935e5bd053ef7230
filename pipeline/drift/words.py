"""Which words does a declaration know in a column? Its codes, the values its rules look for, and the usual ones."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from pipeline.contract.columns import Coded, Column, OneOf
from pipeline.contract.declaration import Feed


def known_words(feed: Feed) -> dict[str, frozenset[str]]:
    """Which words does the feed's declaration know, column by column? In capitals; columns without any are left out."""
    found: dict[str, set[str]] = {}
    for part in _parts(feed):
        if isinstance(part, Coded):
            found.setdefault(part.column, set()).update(part.mapping)
        elif isinstance(part, OneOf):
            found.setdefault(part.column, set()).update(part.values)
        elif isinstance(part, Column):
            found.setdefault(part.name, set()).update((*part.codes, *part.typical))
    words = {name: frozenset(word.upper() for word in known if word) for name, known in found.items()}
    return {name: known for name, known in words.items() if known}


def _parts(part: object) -> Iterator[object]:
    """Yield a part of a declaration and all its parts."""
    yield part
    inside: object = ()
    if is_dataclass(part):
        inside = [getattr(part, one.name) for one in fields(part)]
    elif isinstance(part, tuple | list):
        inside = part
    elif isinstance(part, Mapping):
        inside = part.values()
    for one in inside if isinstance(inside, list | tuple) else list(inside):
        yield from _parts(one)
