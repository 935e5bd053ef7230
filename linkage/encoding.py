"""How are records held so that a million pairs of them can be compared quickly?

Every text becomes a code: its place in a sorted vocabulary, -1 where missing. Because vocabularies are sorted, the
order of the codes is the order of the texts, whatever order the records came in. One row of an EncodedTable is one
node: one distinct set of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

MISSING = -1
"""The code of a missing value."""

NAME_FIELDS = ("first_name", "middle_name", "last_name")
PARTS_KEPT = 4
"""Words kept of one name; longer names are rare and lose only their last words."""

SHORTEST_PART = 3
"""Letters. Shorter parts of a name (DE, LA, initials) are shared by too many people to tell them apart."""

Codes = np.ndarray


@dataclass(frozen=True)
class TextColumn:
    """Which text does each node hold? `vocabulary` is sorted and distinct; `codes` index it, MISSING where none."""

    vocabulary: np.ndarray
    codes: Codes

    def texts(self, nodes: np.ndarray) -> list[str]:
        """What are the texts of these nodes? Only for nodes that hold one."""
        return self.vocabulary[self.codes[nodes]].tolist()


def encode_texts(column: pd.Series) -> TextColumn:
    """Which sorted vocabulary and codes stand for this column?"""
    codes, distinct = pd.factorize(column, sort=True, use_na_sentinel=True)
    return TextColumn(np.asarray(distinct, dtype=object), codes.astype(np.int32))


def combine_codes(*columns: Codes) -> Codes:
    """Which code stands for these codes together? MISSING where any is; codes follow the order of the parts."""
    is_present = np.all([codes != MISSING for codes in columns], axis=0)
    combined = np.full(len(columns[0]), MISSING, dtype=np.int64)
    key = np.zeros(int(is_present.sum()), dtype=np.int64)
    for codes in columns:
        part = codes[is_present].astype(np.int64)
        key = key * (int(part.max(initial=0)) + 1) + part
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    combined[is_present] = key
    return combined


@dataclass(frozen=True)
class NameColumns:
    """Which names do the nodes bear, in one vocabulary for all kinds of name?

    Attributes:
        vocabulary: sorted distinct names without spaces: whole names and their parts.
        codes: per kind of name, the code of the whole name of each node.
        parts: per kind of name, nodes x PARTS_KEPT codes of its words (for last names also of other surnames).
        other: nodes x PARTS_KEPT codes of the whole other surnames.
    """

    vocabulary: np.ndarray
    codes: dict[str, Codes]
    parts: dict[str, np.ndarray]

    @cached_property
    def initials(self) -> np.ndarray:
        """What is the first letter of each name of the vocabulary, as a small number?"""
        return np.array([ord(name[0]) for name in self.vocabulary] + [MISSING], dtype=np.int16)

    @cached_property
    def lengths(self) -> np.ndarray:
        """How many letters has each name of the vocabulary?"""
        return np.array([len(name) for name in self.vocabulary] + [0], dtype=np.int16)


def _words_of(kind: str, text: str) -> list[str]:
    """Which words of this name can stand for the person alone? For other surnames, also the whole names."""
    whole = [name.replace(" ", "") for name in text.split("|")]
    words = [word for name in text.split("|") for word in name.split() if len(word) >= SHORTEST_PART]
    found = (whole if kind == "other_last_names" else []) + words
    return list(dict.fromkeys(found))[:PARTS_KEPT]


def encode_names(table: pd.DataFrame) -> NameColumns:
    """Which name codes stand for these records? Columns that are absent are all missing."""
    kinds = (*NAME_FIELDS, "other_last_names")
    columns = {kind: encode_texts(table[kind]) for kind in kinds if kind in table}
    names = {
        name.replace(" ", "") for kind, column in columns.items() if kind in NAME_FIELDS for name in column.vocabulary
    }
    words = {kind: [_words_of(kind, text) for text in column.vocabulary] for kind, column in columns.items()}
    names.update(word for lists in words.values() for found in lists for word in found)
    vocabulary = np.array(sorted(names), dtype=object)
    code_of = {name: code for code, name in enumerate(vocabulary)}
    missing = np.full(len(table), MISSING, dtype=np.int32)
    codes, parts = {}, {}
    for kind in kinds:
        if kind not in columns:
            codes[kind], parts[kind] = missing, np.full((len(table), PARTS_KEPT), MISSING, dtype=np.int32)
            continue
        whole = [code_of.get(text.replace(" ", ""), MISSING) for text in columns[kind].vocabulary]
        codes[kind] = np.array([*whole, MISSING], dtype=np.int32)[columns[kind].codes]
        padded = np.full((len(words[kind]) + 1, PARTS_KEPT), MISSING, dtype=np.int32)
        for row, found in enumerate(words[kind]):
            padded[row, : len(found)] = [code_of[word] for word in found]
        parts[kind] = padded[columns[kind].codes]
    return NameColumns(vocabulary, codes, parts)


@dataclass(frozen=True)
class DateColumns:
    """Which birth dates do the nodes hold? Year, month, day as numbers, 0 where not known; `text` as written."""

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    text: TextColumn


def encode_dates(column: pd.Series) -> DateColumns:
    """Which numbers stand for these ISO dates?"""
    text = encode_texts(column)
    split = [([*str(value).split("-"), "0", "0"])[:3] for value in text.vocabulary]
    numbers = np.array([[int(part) for part in parts] for parts in split] + [[0, 0, 0]], dtype=np.int16)
    by_node = numbers[text.codes]
    return DateColumns(by_node[:, 0], by_node[:, 1], by_node[:, 2], text)


@dataclass(frozen=True)
class EncodedTable:
    """What do the nodes hold, in comparable codes? One row is one node; `fields` are the columns the records had."""

    size: int
    fields: frozenset[str]
    names: NameColumns
    birth_date: DateColumns
    columns: dict[str, TextColumn] = field(default_factory=dict)

    def codes(self, name: str) -> Codes:
        """Which codes does this field hold?"""
        if name in self.names.codes:
            return self.names.codes[name]
        return self.birth_date.text.codes if name == "birth_date" else self.columns[name].codes


TEXT_FIELDS = ("suffix", "sex", "ssn", "phone", "email", "street_address", "city", "state", "postcode")


def encode_table(table: pd.DataFrame) -> EncodedTable:
    """Which codes stand for these normalised records? One row in, one node out, in the same order."""
    nothing = pd.Series([None] * len(table), index=table.index, dtype=object)
    columns = {name: encode_texts(table.get(name, nothing)) for name in TEXT_FIELDS}
    dates = encode_dates(table.get("birth_date", nothing))
    is_used = {name for name in table.columns if name in (*TEXT_FIELDS, *NAME_FIELDS, "birth_date", "other_last_names")}
    return EncodedTable(
        len(table), frozenset(n for n in is_used if bool(table[n].notna().any())), encode_names(table), dates, columns
    )
