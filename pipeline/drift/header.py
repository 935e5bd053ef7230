"""What are the columns of a file called? Names that could be anything are told by their place.

A file that lost its header, or whose header ran into its first row, has people's values where names of columns should
stand. So the name of a column that is not declared is told only where it is made of words that headers are made of.
"""

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.contract.declaration import Delimited, Excel, Feed

LISTED = Path(__file__).with_name("header_words.csv")
"""Words that names of columns are made of in police, jail and health exports, and which of them are surnames too: these
are told beside another one only. None is a given name (US census of 1990)."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CELL_BESIDE = re.compile(r"column [A-Z]+")
LONGEST_NAME = 40
"""Characters of a column's name that is told."""
MOST_DIGITS = 2
"""Digits in a row that a told name may have (`Phone2`): a number of three digits could be a value."""


@dataclass(frozen=True)
class Place:
    """Which column stands at a place of the header? `name` is None for one that is not declared and is not told."""

    number: int
    name: str | None
    is_declared: bool
    as_written: str


def header_of(feed: Feed, payload: str) -> tuple[Place, ...]:
    """Which columns has the file, in its order? Read off its first row; empty where its format has no header."""
    if not isinstance(feed.format, Delimited | Excel):
        return ()
    declared = {column.name for column in feed.columns}
    known = _words_of(feed)
    return tuple(
        Place(number, name if name in declared or is_told(name, known) else None, name in declared, name)
        for number, name in enumerate(json.loads(payload), start=1)
        if name in declared or not is_unnamed(feed.format, name)
    )


def is_unnamed(layout: Delimited | Excel, name: str) -> bool:
    """Is this what a cell is called above which no name stands? Notes beside a table come and go with its rows."""
    return isinstance(layout, Excel) and _CELL_BESIDE.fullmatch(name) is not None


def is_told(name: str, known: frozenset[str]) -> bool:
    """Is this the name of a column and of nothing else? Where in doubt it is not."""
    words = _WORD.findall(name)
    is_made_of_words = "".join(words) == re.sub(r"[ _.]", "", name)
    plain = [word.lower() for word in words if not word.isdigit()]
    return (
        is_made_of_words
        and len(name) <= LONGEST_NAME
        and all(len(word) <= MOST_DIGITS for word in words if word.isdigit())
        and all(word in known or word in listed_words()[True] for word in plain)
        and any(word in known for word in plain)
    )


@cache
def listed_words() -> dict[bool, frozenset[str]]:
    """Which words are listed, by whether they are surnames too?"""
    with LISTED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        is_surname: frozenset(row["word"] for row in rows if (row["is_surname_too"] == "yes") == is_surname)
        for is_surname in (False, True)
    }


def _words_of(feed: Feed) -> frozenset[str]:
    """Which words may a told name be made of? Those of headers, and of what this feed's columns are called."""
    names = [name for column in feed.columns for name in (column.name, *column.aliases)]
    return listed_words()[False] | {
        word.lower() for name in names for word in _WORD.findall(name) if not word.isdigit()
    }
