"""How are texts written so that the compiled loops can compare them? Symbols, letters, and tokens of each.

All texts that are compared for similarity stand in one vocabulary; identifiers are packed into one word each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from linkage.codes import Column
from linkage.kernel import LONGEST_COMPARED, LONGEST_PACKED
from linkage.nicknames import nickname_groups
from linkage.normalize.places import STREET_WORDS

SHORTEST_PART = 3
"""Letters. Shorter parts of a name (DE, LA, initials) are shared by too many people to tell them apart."""

SHORTEST_STREET_WORD = 4
STREET_KINDS = frozenset(STREET_WORDS.values())
"""Letters; and words that stand in the name of many streets."""

TOKENS_KEPT = 12
"""Tokens kept of one name: its words, and the groups of nicknames it is in. Longer names are rare and lose the last."""

HASHED_LENGTH = 15
"""What stands where the length would: this identifier is longer than LONGEST_PACKED, and packed as a hash."""

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


def street_tokens(values: pa.Array) -> Tokens:
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


def name_tokens(first: pa.Array, last: pa.Array, other: pa.Array) -> tuple[Tokens, Tokens, Tokens]:
    """Which tokens have these first names, surnames and other surnames? The same word is the same token in all."""
    groups, group_count = nickname_groups()
    numbers = {f"group {number}": number for number in range(group_count)}
    return (
        _name_tokens(first, numbers, groups),
        _name_tokens(last, numbers, {}),
        _name_tokens(other, numbers, {}),
    )
