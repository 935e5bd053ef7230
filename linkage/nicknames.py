"""Which given names may be one person's? Robert and Bob, José and Pepe.

English names from the `nicknames` package (carltonnorthern/nicknames, Apache-2.0); Hispanic short forms in common use
from `hispanic_nicknames.csv`, written for this project.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from itertools import combinations

import nicknames


def _hispanic_groups() -> list[set[str]]:
    """Which names of hispanic_nicknames.csv go together? One set per row: the name and its short forms."""
    text = files("linkage").joinpath("hispanic_nicknames.csv").read_text(encoding="utf-8")
    return [{row["name"], *row["nicknames"].split()} for row in csv.DictReader(text.splitlines())]


def _english_groups() -> list[set[str]]:
    """Which English names go together? One set per formal name: itself and its nicknames."""
    groups: dict[str, set[str]] = {}
    for triplet in nicknames.name_triplets():
        formal, nickname = triplet.name1.upper(), triplet.name2.upper()
        groups.setdefault(formal, {formal}).add(nickname)
    return list(groups.values())


@lru_cache(maxsize=1)
def nickname_pairs() -> frozenset[tuple[str, str]]:
    """Which two names may be one person's? Each pair once, in alphabetical order.

    Two short forms of one formal name (Bob and Rob) are a pair as well.
    """
    groups = _hispanic_groups() + _english_groups()
    return frozenset(pair for group in groups for pair in combinations(sorted(group), 2))


@lru_cache(maxsize=1)
def nickname_groups() -> tuple[dict[str, tuple[int, ...]], int]:
    """In which groups of names is each name, and how many groups are there? Names of one group may be one person's."""
    groups = _hispanic_groups() + _english_groups()
    answer: dict[str, tuple[int, ...]] = {}
    for number, names in enumerate(groups):
        for name in names:
            answer[name] = (*answer.get(name, ()), number)
    return answer, len(groups)
