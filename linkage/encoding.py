"""How are records held so that a million pairs of them can be compared quickly?

Every text becomes a code: its place among the distinct values of its field, MISSING where there is none. One row of an
EncodedTable is one node: one distinct set of evidence. For the compiled loops each node is also packed into one row of
words (linkage.kernel), and all texts that are compared for similarity stand in one vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.codes import MISSING, Codes, Column, Dates, column_of, empty_column, encode_dates
from linkage.kernel import ROW_WORDS
from linkage.normalize import FIELDS, email_local, street_parts
from linkage.texts import Texts, Tokens, encode_texts, name_tokens, pack_identifiers, street_tokens

SUFFIXES = ("JR", "SR", "I", "II", "III", "IV", "V", "VI")
SEXES = ("F", "M")
IDENTIFYING = ("ssn", "phone", "email", "street_address")
MOST_HOLDERS = 300
"""Nodes that may hold one such value. One that more hold is a shelter's, a hospital's or a form's: it says nothing of
who somebody is, and if it counted, those who hold it would look like one family to the training."""

MOST_STATES = 1023
"""States that are told apart; a table has fifty."""


def _without_spaces(values: pa.Array) -> pa.Array:
    """How are these names written in one word?"""
    return pc.replace_substring(values, " ", "")


@dataclass(frozen=True)
class EncodedTable:
    """What do the nodes hold, in comparable codes? One row is one node; `fields` are the columns that hold anything.

    Attributes:
        shared_counts: per field of IDENTIFYING, how many nodes hold a value that was left out since too many hold it.
        columns: per field of linkage.FIELDS, and per derived field (DERIVED), its column.
        dates: the birth dates.  texts: the vocabulary.  names: per kind of name, the vocabulary code, 0 for none.
        first_tokens, last_tokens, other_tokens, street_tokens: of the values of their columns.
    """

    size: int
    fields: frozenset[str]
    columns: dict[str, Column]
    dates: Dates
    texts: Texts
    first_tokens: Tokens
    last_tokens: Tokens
    other_tokens: Tokens
    street_tokens: Tokens
    shared_counts: dict[str, int]

    def codes(self, name: str) -> Codes:
        """Which codes does this field hold? MISSING where there is none."""
        return self.columns[name].codes

    def text_codes(self, name: str) -> np.ndarray:
        """Which vocabulary code has each node in this field? 0 where there is none; names without their spaces."""
        return self.columns[name].by_value(self.texts.codes[name])

    @cached_property
    def rows(self) -> np.ndarray:
        """How are the nodes packed for the kernel? uint64, nodes x ROW_WORDS."""
        return _pack_rows(self)


DERIVED = ("email_local", "house_number", "street_name")
COMPARED_TEXTS = ("first_name", "middle_name", "last_name", "email_local", "street_name", "city")


def _without_shared(column: Column) -> Column:
    """Which column is this without the values that too many nodes hold?"""
    counts = np.bincount(column.codes[column.codes != MISSING], minlength=len(column.values))
    if not (counts > MOST_HOLDERS).any():
        return column
    return Column(column.values, np.where(column.by_value(counts) > MOST_HOLDERS, MISSING, column.codes))


def _choices(column: Column, choices: tuple[str, ...]) -> np.ndarray:
    """Which number from 1 has each node's value in this list? 0 for none; other values count as different from all."""
    number = {value: place for place, value in enumerate(choices, start=1)}
    return column.by_value(
        np.array([number.get(value, len(choices) + 1) for value in column.values.to_pylist()], dtype=np.uint64)
    )


def _bounded_codes(column: Column, most: int) -> np.ndarray:
    """Which number from 1 to `most` has each node's value? Beyond, values share numbers."""
    return column.by_value(np.arange(len(column.values), dtype=np.uint64) % np.uint64(most) + np.uint64(1))


def _pack_rows(table: EncodedTable) -> np.ndarray:
    """Which words does the kernel read of each node?"""
    u = np.uint64
    columns = table.columns

    def of_text(name: str, answers: np.ndarray) -> np.ndarray:
        """What does each node get, if each text of the vocabulary gets one of these answers?"""
        return columns[name].by_value(answers[table.texts.codes[name]], answers[0])

    def number(name: str) -> np.ndarray:
        """Which number from 1 has each node's value in its column? 0 for none."""
        return (columns[name].codes + np.int32(1)).astype(np.uint64)

    texts = table.texts
    code, length = np.arange(len(texts.lengths), dtype=np.uint64), texts.lengths.astype(np.uint64)
    rows = np.empty((table.size, ROW_WORDS), dtype=np.uint64)
    rows[:, 0] = of_text("first_name", code) | of_text("last_name", code << u(32))
    rows[:, 1] = of_text("middle_name", code | length << u(44))
    rows[:, 1] |= of_text("first_name", length << u(32)) | of_text("last_name", length << u(38))
    rows[:, 1] |= _choices(columns["sex"], SEXES) << u(50) | _choices(columns["suffix"], SUFFIXES) << u(52)
    rows[:, 2] = of_text("first_name", texts.masks)
    rows[:, 3] = of_text("last_name", texts.masks)
    rows[:, 4] = table.dates.packed
    for word, name in ((5, "ssn"), (6, "phone"), (7, "postcode")):
        rows[:, word] = pack_identifiers(columns[name])
    rows[:, 8] = number("email") | of_text("email_local", code << u(32))
    rows[:, 9] = number("street_address") | of_text("street_name", code << u(32))
    rows[:, 10] = number("house_number") | of_text("city", code << u(32))
    rows[:, 11] = of_text("first_name", texts.prefixes) | of_text("last_name", texts.prefixes << u(24))
    rows[:, 11] |= _bounded_codes(columns["state"], MOST_STATES) << u(48)
    rows[:, 12] = columns["first_name"].by_value(table.first_tokens.signature)
    rows[:, 13] = columns["last_name"].by_value(table.last_tokens.signature)
    rows[:, 13] |= columns["other_last_names"].by_value(table.other_tokens.signature)
    rows[:, 14] = columns["street_name"].by_value(table.street_tokens.signature)
    rows[:, 15] = of_text("city", texts.masks)
    return rows


def encode_columns(columns: dict[str, Column], size: int) -> EncodedTable:
    """Which encoded table do these columns make? Fields that are not there are empty."""
    everything = {name: columns.get(name, empty_column(size)) for name in FIELDS}
    kept = {name: _without_shared(everything[name]) for name in IDENTIFYING}
    shared = {name: int((kept[name].codes != everything[name].codes).sum()) for name in IDENTIFYING}
    everything |= kept
    street, email = everything["street_address"], everything["email"]
    number, street_name, _ = street_parts(street.values)
    for name, source, values in (
        ("email_local", email, email_local(email.values)),
        ("house_number", street, number),
        ("street_name", street, street_name),
    ):
        encoded = column_of(values.cast(pa.string()).dictionary_encode())
        everything[name] = Column(encoded.values, source.by_value(encoded.codes, MISSING))
    texts = encode_texts(
        {
            name: _without_spaces(everything[name].values) if name in COMPARED_TEXTS[:3] else everything[name].values
            for name in COMPARED_TEXTS
        }
    )
    names = name_tokens(*(everything[name].values for name in ("first_name", "last_name", "other_last_names")))
    tokens = (*names, street_tokens(everything["street_name"].values))
    fields = frozenset(name for name in FIELDS if bool((everything[name].codes != MISSING).any()))
    return EncodedTable(size, fields, everything, encode_dates(everything["birth_date"]), texts, *tokens, shared)


def encode_table(table: pa.Table) -> EncodedTable:
    """Which encoded table do these normalised records make? One row in, one node out, in the same order.

    Args:
        table: as linkage.normalize.normalize_table gives it: fields as dictionary columns.
    """
    columns = {name: column_of(table.column(name).combine_chunks()) for name in FIELDS if name in table.column_names}
    return encode_columns(columns, table.num_rows)
