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
from numba import njit

from linkage.kernel import BITS_PER_LEVEL, LONGEST_COMPARED, LONGEST_PACKED, ROW_WORDS
from linkage.nicknames import nickname_groups
from linkage.normalize import FIELDS, email_local, street_parts
from linkage.normalize.places import STREET_WORDS

MISSING = -1
"""The code of a missing value."""

SHORTEST_PART = 3
"""Letters. Shorter parts of a name (DE, LA, initials) are shared by too many people to tell them apart."""

SHORTEST_STREET_WORD = 4
STREET_KINDS = frozenset(STREET_WORDS.values())
"""Letters; and words that stand in the name of many streets."""

TOKENS_KEPT = 12
"""Tokens kept of one name: its words, and the groups of nicknames it is in. Longer names are rare and lose the last."""

HASHED_LENGTH = 15
"""What stands where the length would: this identifier is longer than LONGEST_PACKED, and packed as a hash."""

LARGEST_NEW_YEAR_SHARE = 0.015
FEWEST_NEW_YEARS = 10
"""Share, and number, of birth dates on the first of January above which that day stands for "only the year is known":
five times what chance gives (1 in 365)."""

SUFFIXES = ("JR", "SR", "I", "II", "III", "IV", "V", "VI")
SEXES = ("F", "M")
SSN_DIGITS = 9
MOST_STATES = 1023

Codes = np.ndarray


@dataclass(frozen=True)
class Column:
    """Which text does each node hold? `values` are distinct; `codes` index them, int32, MISSING where there is none."""

    values: pa.Array
    codes: Codes

    def at(self, rows: np.ndarray) -> Column:
        """What do these rows hold?"""
        return Column(self.values, self.codes[rows])

    def by_value(self, answers: np.ndarray, otherwise: int = 0) -> np.ndarray:
        """What does each node get, if each value gets one of these answers, and no value gets `otherwise`?"""
        return np.append(answers, np.array([otherwise], dtype=answers.dtype))[self.codes]


def empty_column(size: int) -> Column:
    """Which column holds nothing?"""
    return Column(pa.array([], pa.string()), np.full(size, MISSING, dtype=np.int32))


def column_of(values: pa.DictionaryArray) -> Column:
    """Which column is this dictionary array?"""
    codes = pc.fill_null(values.indices.cast(pa.int32()), MISSING)
    return Column(values.dictionary, codes.to_numpy(zero_copy_only=False))


_SYMBOL_OF = np.array([37 + code % 27 for code in range(256)], dtype=np.uint8)
_SYMBOL_OF[ord("A") : ord("Z") + 1] = np.arange(1, 27)
_SYMBOL_OF[ord("a") : ord("z") + 1] = np.arange(1, 27)
_SYMBOL_OF[ord("0") : ord("9") + 1] = np.arange(27, 37)


@dataclass(frozen=True)
class Symbols:
    """How are these texts written in symbols from 1 to 63? One text after another; letters 1-26, digits 27-36.

    Other characters share the rest, so texts in other scripts are compared nearly, and equal texts exactly by code.
    """

    symbols: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


def symbols_of(values: pa.Array) -> Symbols:
    """Which symbols stand for these texts? Texts are not shortened; lengths are those of the whole text."""
    lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
    points = np.frombuffer("".join(values.to_pylist()).encode("utf-32-le"), dtype=np.uint32)
    symbols = np.where(points < 256, _SYMBOL_OF[points & 255], 37 + points % 27).astype(np.uint8)
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return Symbols(symbols, starts, lengths)


@njit(cache=True, nogil=True)
def _letter_masks(symbols, starts, lengths):
    """Which letters, how often, has each text? Bits whose common count is at least that of the shared letters."""
    masks = np.zeros(len(lengths), dtype=np.uint64)
    counts = np.zeros(64, dtype=np.int64)
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    for text in range(len(lengths)):
        counts[:] = 0
        mask = np.uint64(0)
        for k in range(starts[text], starts[text] + lengths[text]):
            symbol = np.int64(symbols[k])
            counts[symbol] += 1
            if symbol > 26 or counts[symbol] > 3:
                mask = full  # digits, or a letter four times: the bits cannot tell, so nothing is ruled out by them
                break
            place = symbol - 1 + 26 * (counts[symbol] - 1) if counts[symbol] < 3 else 52 + symbol % 12
            bit = np.uint64(1) << np.uint64(place)
            if mask & bit != np.uint64(0):
                mask = full
                break
            mask |= bit
        masks[text] = mask
    return masks


@njit(cache=True, nogil=True)
def _pack(symbols, starts, lengths, longest, hashed):
    """How is each identifier written in one word? Last symbol in the lowest six bits; its length on top."""
    words = np.zeros(len(lengths), dtype=np.uint64)
    for text in range(len(lengths)):
        word = np.uint64(14695981039346656037)
        if lengths[text] <= longest:
            word = np.uint64(0)
            for k in range(starts[text], starts[text] + lengths[text]):
                word = (word << np.uint64(6)) | np.uint64(symbols[k])
            words[text] = word | np.uint64(lengths[text]) << np.uint64(60)
        else:
            for k in range(starts[text], starts[text] + lengths[text]):
                word = (word ^ np.uint64(symbols[k])) * np.uint64(1099511628211)
            words[text] = (word >> np.uint64(4)) | np.uint64(hashed) << np.uint64(60)
    return words


def pack_identifiers(column: Column) -> np.ndarray:
    """Which word stands for the identifier of each node? 0 where there is none."""
    text = symbols_of(column.values)
    words = _pack(text.symbols, text.starts[:-1], text.lengths, LONGEST_PACKED, HASHED_LENGTH)
    return column.by_value(words)


@dataclass(frozen=True)
class Dates:
    """Which birth dates do the nodes hold? Year, month and day as numbers, 0 where not known; `packed` for kernels.

    new_year_means_unknown: whether the first of January stands for "day not known" in this table.
    """

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    packed: np.ndarray
    new_year_means_unknown: bool


def _new_year_means_unknown(month: np.ndarray, day: np.ndarray, weights: np.ndarray) -> bool:
    """Is the first of January so frequent among these dates that it must stand for "day not known"?"""
    full = weights[day > 0].sum()
    return bool(weights[(month == 1) & (day == 1)].sum() > max(LARGEST_NEW_YEAR_SHARE * full, FEWEST_NEW_YEARS))


def encode_dates(column: Column) -> Dates:
    """Which numbers stand for these ISO dates, whole or in part?"""
    split = [([int(part) for part in text.split("-")] + [0, 0])[:3] for text in column.values.to_pylist()]
    numbers = np.array(split, dtype=np.int64).reshape(-1, 3)
    year, month, day = numbers[:, 0], numbers[:, 1], numbers[:, 2]
    found = column.codes[column.codes != MISSING]
    is_filler = _new_year_means_unknown(month, day, np.bincount(found, minlength=len(numbers)))
    if is_filler:
        month, day = (np.where((month == 1) & (day == 1), 0, part) for part in (month, day))
    low = (year << 9) | (month << 5) | day
    digits = np.zeros(len(numbers), dtype=np.int64)
    for part, width in ((year, 4), (month, 2), (day, 2)):
        for place in range(width - 1, -1, -1):
            digits = (digits << 4) | (part // 10**place % 10)
    packed = low.astype(np.uint64) | digits.astype(np.uint64) << np.uint64(32)
    parts = [column.by_value(part.astype(np.int16)) for part in (year, month, day)]
    return Dates(*parts, column.by_value(packed), is_filler)


@dataclass(frozen=True)
class Tokens:
    """Which tokens has each value of a name column?

    Attributes:
        table: values x TOKENS_KEPT, -1 after the last.
        signature: one bit per token, so that names without a common bit share none.
    """

    table: np.ndarray
    signature: np.ndarray


def _street_words(street: str) -> list[str]:
    """Which words of this street tell it from other streets?"""
    return [word for word in street.split(" ") if len(word) >= SHORTEST_STREET_WORD and word not in STREET_KINDS]


def _words_of(name: str) -> list[str]:
    """Which words of this name can stand for the person alone? All of it, too."""
    words = name.split(" ")
    return [name.replace(" ", ""), *(w for w in words if len(w) >= SHORTEST_PART)] if len(words) > 1 else [name]


def _name_tokens(values: pa.Array, numbers: dict[str, int], groups: dict[str, tuple[int, ...]]) -> Tokens:
    """Which tokens have these names: their words, and the groups of nicknames they are in?

    `numbers` gives each word its number, and grows; it begins with as many entries as there are groups.
    """
    found = []
    for text in values.to_pylist():
        words = [word for name in text.split("|") for word in _words_of(name)]
        found.append([numbers.setdefault(word, len(numbers)) for word in words] + list(groups.get(words[0], ())))
    return _tokens(found)


def _street_tokens(values: pa.Array) -> Tokens:
    """Which tokens have these street names: the words that tell them apart?"""
    numbers: dict[str, int] = {}
    streets = values.to_pylist()
    return _tokens([[numbers.setdefault(word, len(numbers)) for word in _street_words(text)] for text in streets])


def _tokens(found: list[list[int]]) -> Tokens:
    """How are these lists of tokens written for the kernel?"""
    table = np.full((len(found), TOKENS_KEPT), -1, dtype=np.int32)
    for row, tokens in enumerate(found):
        kept = list(dict.fromkeys(tokens))[:TOKENS_KEPT]
        table[row, : len(kept)] = kept
    spread = (table.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58)
    bits = np.where(table >= 0, np.uint64(1) << spread, np.uint64(0))
    return Tokens(table, np.bitwise_or.reduce(bits, axis=1) if len(found) else np.zeros(0, dtype=np.uint64))


@dataclass(frozen=True)
class Texts:
    """Which texts are compared for similarity, and which of them does each node hold? Code 0 of the vocabulary: none.

    Attributes:
        symbols, starts, lengths: the vocabulary; lengths at most LONGEST_COMPARED, as the loops use them.
        masks: which letters, how often.  prefixes: the first four symbols, six bits each, first one lowest.
        codes: per kind of text, the vocabulary code of each value of its column.
    """

    symbols: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    masks: np.ndarray
    prefixes: np.ndarray
    codes: dict[str, np.ndarray]


def _prefixes(symbols: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Which are the first four symbols of each text? Six bits each, 0 where the text is shorter."""
    answer = np.zeros(len(lengths), dtype=np.uint64)
    padded = np.append(symbols, np.zeros(4, dtype=np.uint8)).astype(np.uint64)
    for place in range(4):
        symbol = np.where(lengths > place, padded[np.minimum(starts + place, len(padded) - 1)], 0).astype(np.uint64)
        answer |= symbol << np.uint64(6 * place)
    return answer


def encode_texts(kinds: dict[str, pa.Array]) -> Texts:
    """Which one vocabulary holds all these texts? One array of values per kind of text."""
    everything = pa.concat_arrays(
        [pa.array([""], pa.string()), *(values.cast(pa.string()) for values in kinds.values())]
    )
    encoded = everything.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    ends = np.cumsum([1, *(len(values) for values in kinds.values())])
    text = symbols_of(encoded.dictionary)
    lengths = np.minimum(text.lengths, LONGEST_COMPARED)
    starts = text.starts[:-1]
    return Texts(
        np.append(text.symbols, np.zeros(1, dtype=np.uint8)),
        starts,
        lengths,
        _letter_masks(text.symbols, starts, lengths),
        _prefixes(text.symbols, starts, lengths),
        {kind: codes[ends[place] : ends[place + 1]] for place, kind in enumerate(kinds)},
    )


def _without_spaces(values: pa.Array) -> pa.Array:
    """How are these names written in one word?"""
    return pc.replace_substring(values, " ", "")


@dataclass(frozen=True)
class EncodedTable:
    """What do the nodes hold, in comparable codes? One row is one node; `fields` are the columns that hold anything.

    Attributes:
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
    texts, columns = table.texts, table.columns
    code = {name: table.text_codes(name).astype(np.int64) for name in COMPARED_TEXTS}
    length = {name: texts.lengths[code[name]].astype(np.uint64) for name in COMPARED_TEXTS}
    wide = {name: found.astype(np.uint64) for name, found in code.items()}
    email, street, number = (
        (columns[name].codes.astype(np.int64) + 1).astype(np.uint64)
        for name in ("email", "street_address", "house_number")
    )
    small = length["first_name"] | length["last_name"] << u(6) | length["middle_name"] << u(12)
    small |= _choices(columns["sex"], SEXES) << u(18) | _choices(columns["suffix"], SUFFIXES) << u(20)
    prefixes = texts.prefixes[code["first_name"]] | texts.prefixes[code["last_name"]] << u(24)
    other = columns["other_last_names"]
    rows = np.empty((table.size, ROW_WORDS), dtype=np.uint64)
    rows[:, 0] = wide["first_name"] | wide["last_name"] << u(32)
    rows[:, 1] = wide["middle_name"] | small << u(32)
    rows[:, 2] = texts.masks[code["first_name"]]
    rows[:, 3] = texts.masks[code["last_name"]]
    rows[:, 4] = table.dates.packed
    for word, name in ((5, "ssn"), (6, "phone"), (7, "postcode")):
        rows[:, word] = pack_identifiers(columns[name])
    rows[:, 8] = email | wide["email_local"] << u(32)
    rows[:, 9] = street | wide["street_name"] << u(32)
    rows[:, 10] = number | wide["city"] << u(32)
    rows[:, 11] = prefixes | _bounded_codes(columns["state"], MOST_STATES) << u(48)
    rows[:, 12] = columns["first_name"].by_value(table.first_tokens.signature)
    rows[:, 13] = columns["last_name"].by_value(table.last_tokens.signature)
    rows[:, 13] |= other.by_value(table.other_tokens.signature)
    rows[:, 14] = columns["street_name"].by_value(table.street_tokens.signature)
    rows[:, 15] = texts.masks[code["city"]]
    return rows


def encode_columns(columns: dict[str, Column], size: int) -> EncodedTable:
    """Which encoded table do these columns make? Fields that are not there are empty."""
    everything = {name: columns.get(name, empty_column(size)) for name in FIELDS}
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
    numbers: dict[str, int] = {}
    groups, group_count = nickname_groups()
    numbers.update({f"group {number}": number for number in range(group_count)})
    tokens = [
        _name_tokens(everything[name].values, numbers, groups if name == "first_name" else {})
        for name in ("first_name", "last_name", "other_last_names")
    ]
    tokens.append(_street_tokens(everything["street_name"].values))
    fields = frozenset(name for name in FIELDS if bool((everything[name].codes != MISSING).any()))
    return EncodedTable(size, fields, everything, encode_dates(everything["birth_date"]), texts, *tokens)


def encode_table(table: pa.Table) -> EncodedTable:
    """Which encoded table do these normalised records make? One row in, one node out, in the same order.

    Args:
        table: as linkage.normalize.normalize_table gives it: fields as dictionary columns.
    """
    columns = {name: column_of(table.column(name).combine_chunks()) for name in FIELDS if name in table.column_names}
    return encode_columns(columns, table.num_rows)


LEVEL_MASK = (1 << BITS_PER_LEVEL) - 1
