"""How is a pair of records compared in a hundred nanoseconds? The compiled loops, and nothing else.

A node is one row of 16 words of 64 bits (linkage.encoding.pack_rows). The nodes of a block are copied side by side,
every pair of them is compared where it lies, and the levels it reaches are packed into one number, its pattern: four
bits per comparison, level + 1, 0 where a side is missing. Texts are read from their vocabularies only where the cheap
words leave the question open. All loops release the interpreter lock, and only ever meet arrays of one type, so that
what was compiled once is found again on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

BITS_PER_LEVEL = 4
"""Bits of a pattern per comparison: up to 15 levels and "missing"."""

ROW_WORDS = 16
LONGEST_COMPARED = 63
"""Symbols of a text that are compared for similarity; what follows only counts for equality."""

LONGEST_PACKED = 10
"""Symbols of an identifier that fit into one word of six bits each; longer ones are equal or different."""

CLOSE_SPELLING = 0.92
"""Jaro-Winkler. At and above it two names are almost always one name misspelt (Splink's and Winkler's usual cut)."""

SIMILAR_SPELLING = 0.80
"""Jaro-Winkler. Below it, names have no more in common than names have by chance."""

SIMILAR_STREET = 0.80
CLOSE_STREET = 0.90
"""Jaro-Winkler of street names at one house number."""

CLOSE_TEXT = 0.92
"""Jaro-Winkler of cities, of e-mail names, and of addresses without a house number."""

SHORTEST_EDITED_NAME = 4
"""Letters. In shorter names one edit makes another name (ANA, IAN, JAN)."""

BOOST_FROM = 0.7
PREFIX_COUNTED = 4
PREFIX_BOOST = 0.1
"""Winkler's constants: a common beginning of up to four letters lifts a Jaro similarity above 0.7."""

(FIRST, MIDDLE, LAST, SUFFIX, BIRTH, SEX, SSN, PHONE, EMAIL, STREET, PLACE) = range(11)
"""Places of the comparisons in a pattern, as in linkage.comparisons.COMPARISONS."""

_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy", "boundscheck": False}
_U0, _U1, _U6, _U12, _U32 = (np.uint64(n) for n in (0, 1, 6, 12, 32))
_LOW32, _SYMBOL, _LAST_FOUR = np.uint64(0xFFFFFFFF), np.uint64(63), np.uint64((1 << 24) - 1)
_PACKED_LENGTH_AT, _PACKED_TEXT, _HASHED = np.uint64(60), np.uint64((1 << 60) - 1), 15
_SSN_DIGITS, _LAST_FOUR_DIGITS = 9, 4


@intrinsic
def count_ones(typing, word):
    """How many bits of this word are set?"""

    def code(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), code


@intrinsic
def lowest_one(typing, word):
    """At which place is the lowest set bit of this word? 64 where none is."""

    def code(context, builder, signature, arguments):
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.int64(types.uint64), code


def _overlap_needed(cut: float) -> np.ndarray:
    """How many letters must two words share for a Jaro-Winkler similarity of `cut`? By prefix, length and length.

    An upper bound of the similarity with that many shared letters is below the cut for anything less, so nothing that
    reaches the cut is lost. int8, [5, 64, 64], flat.
    """
    prefix, one, other, shared = np.ogrid[0 : PREFIX_COUNTED + 1, 0:64, 0:64, 0:65]
    jaro = np.where(shared > 0, (shared / np.maximum(one, 1) + shared / np.maximum(other, 1) + 1) / 3, 0.0)
    bound = np.where(jaro > BOOST_FROM, jaro + PREFIX_BOOST * prefix * (1 - jaro), jaro)
    is_enough = (bound >= cut - 1e-9) & (shared <= np.minimum(one, other))
    return np.where(is_enough.any(axis=-1), is_enough.argmax(axis=-1), 99).astype(np.int8).ravel()


OVERLAP_SIMILAR = _overlap_needed(SIMILAR_SPELLING)
OVERLAP_CLOSE = _overlap_needed(CLOSE_TEXT)


@njit(**_COMPILED)
def is_before(symbols, start_a, start_b, length):
    """Which of two texts of one length comes first? So that a similarity does not depend on who is left."""
    for k in range(length):
        if symbols[start_a + k] != symbols[start_b + k]:
            return symbols[start_a + k] < symbols[start_b + k]
    return True


@njit(**_COMPILED)
def jaro_winkler(symbols, start_a, length_a, start_b, length_b, positions):
    """How similar are two texts (0 to 1)? `positions`: 64 words of zeros, given back as zeros."""
    if length_a == 0 or length_b == 0:
        return 0.0
    if length_a > length_b or (length_a == length_b and not is_before(symbols, start_a, start_b, length_a)):
        start_a, start_b = start_b, start_a
        length_a, length_b = length_b, length_a
    for k in range(length_a):
        positions[symbols[start_a + k]] |= _U1 << np.uint64(k)
    reach = max(length_b // 2 - 1, 0)
    window = (_U1 << np.uint64(min(reach + 1, 63))) - _U1
    taken, matched = _U0, _U0
    for k in range(length_b):
        found = positions[symbols[start_b + k]] & window & ~taken
        if found != _U0:
            taken |= found & (~found + _U1)
            matched |= _U1 << np.uint64(k)
        window = (window << _U1) | _U1 if k < reach else window << _U1
    common = count_ones(taken)
    exchanged = 0
    rest = taken
    while matched != _U0:
        k = lowest_one(matched)
        matched &= matched - _U1
        place = rest & (~rest + _U1)
        rest ^= place
        if positions[symbols[start_b + k]] & place == _U0:
            exchanged += 1
    for k in range(length_a):
        positions[symbols[start_a + k]] = _U0
    if common == 0:
        return 0.0
    jaro = (common / length_a + common / length_b + (common - exchanged // 2) / common) / 3.0
    if jaro <= BOOST_FROM:
        return jaro
    prefix = 0
    while prefix < min(length_a, PREFIX_COUNTED) and symbols[start_a + prefix] == symbols[start_b + prefix]:
        prefix += 1
    return jaro + PREFIX_BOOST * prefix * (1.0 - jaro)


@njit(**_COMPILED)
def is_one_edit(symbols, start_a, length_a, start_b, length_b):
    """Do two different texts differ by one wrong, missing, added or two exchanged symbols?"""
    if length_a > length_b:
        start_a, start_b = start_b, start_a
        length_a, length_b = length_b, length_a
    if length_b - length_a > 1:
        return False
    k = 0
    while k < length_a and symbols[start_a + k] == symbols[start_b + k]:
        k += 1
    tail = 0
    while tail < length_a - k and symbols[start_a + length_a - 1 - tail] == symbols[start_b + length_b - 1 - tail]:
        tail += 1
    if length_a < length_b:
        return k + tail >= length_a
    if k + tail >= length_a - 1:
        return True
    return (
        k + tail == length_a - 2
        and symbols[start_a + k] == symbols[start_b + k + 1]
        and symbols[start_a + k + 1] == symbols[start_b + k]
    )


@njit(**_COMPILED)
def is_one_packed_edit(a, b):
    """Do two different packed identifiers differ by one edit? Last symbol in the lowest six bits, length on top."""
    length_a, length_b = np.int64(a >> _PACKED_LENGTH_AT), np.int64(b >> _PACKED_LENGTH_AT)
    if length_a == _HASHED or length_b == _HASHED:
        return False
    text_a, text_b = a & _PACKED_TEXT, b & _PACKED_TEXT
    if length_a == length_b:
        apart = text_a ^ text_b
        place = np.uint64(lowest_one(apart) // 6 * 6)
        wrong = apart >> place
        if wrong <= _SYMBOL:
            return True
        if wrong >> _U12 != _U0:
            return False
        pair_a, pair_b = (text_a >> place) & np.uint64(4095), (text_b >> place) & np.uint64(4095)
        return pair_a == (((pair_b & _SYMBOL) << _U6) | (pair_b >> _U6))
    if length_a > length_b:
        text_a, text_b = text_b, text_a
        length_a, length_b = length_b, length_a
    if length_b - length_a != 1:
        return False
    place = np.uint64(lowest_one(text_a ^ text_b) // 6 * 6)
    return text_a >> place == text_b >> (place + _U6)


@njit(**_COMPILED)
def shares_token(table_a, row_a, table_b, row_b):
    """Do two lists of tokens share one? Lists end with -1; row -1 is an empty list."""
    if row_a < 0 or row_b < 0:
        return False
    width_a, width_b = table_a.shape[1], table_b.shape[1]
    for k in range(width_a):
        token = table_a[row_a, k]
        if token < 0:
            return False
        for q in range(width_b):
            if table_b[row_b, q] < 0:
                break
            if table_b[row_b, q] == token:
                return True
    return False


@njit(**_COMPILED)
def spelling(symbols, starts, code_a, length_a, code_b, length_b, positions):
    """How close is the spelling of two different names: 0 not, 1 similar, 2 close?"""
    start_a, start_b = starts[code_a], starts[code_b]
    score = jaro_winkler(symbols, start_a, length_a, start_b, length_b, positions)
    if score < SIMILAR_SPELLING:
        return 0
    if score >= CLOSE_SPELLING:
        return 2
    long_enough = min(length_a, length_b) >= SHORTEST_EDITED_NAME
    return 2 if long_enough and is_one_edit(symbols, start_a, length_a, start_b, length_b) else 1


@njit(**_COMPILED)
def birth_date_level(a, b):
    """How well do two packed birth dates agree? Level + 1; 0 where one is missing.

    Low half: year << 9 | month << 5 | day, 0 where not known. High half: the eight digits, four bits each.
    """
    date_a, date_b = a & _LOW32, b & _LOW32
    if date_a == _U0 or date_b == _U0:
        return 0
    day_a, day_b = date_a & np.uint64(31), date_b & np.uint64(31)
    if date_a == date_b and day_a != _U0:
        return 6
    apart = date_a ^ date_b
    same_day = apart & np.uint64(31) == _U0
    same_month = apart & np.uint64(15 << 5) == _U0
    same_year = apart >> np.uint64(9) == _U0
    month_a, month_b = (date_a >> np.uint64(5)) & np.uint64(15), (date_b >> np.uint64(5)) & np.uint64(15)
    if day_a == _U0 or day_b == _U0:
        if not same_year:
            is_near = np.int64(date_a >> np.uint64(9)) - np.int64(date_b >> np.uint64(9))
            return 2 if abs(is_near) == 1 and (month_a == _U0 or month_b == _U0) else 1
        if month_a == _U0 or month_b == _U0:
            return 3
        return 5 if same_month else 1
    if same_year and month_a == day_b and day_a == month_b:
        return 5
    digits = (a >> _U32) ^ (b >> _U32)
    place = np.uint64(lowest_one(digits) // 4 * 4)
    wrong = digits >> place
    if wrong < np.uint64(16):
        return 4
    if wrong < np.uint64(256):
        pair_a, pair_b = (a >> (place + _U32)) & np.uint64(255), (b >> (place + _U32)) & np.uint64(255)
        if pair_a == (((pair_b & np.uint64(15)) << np.uint64(4)) | (pair_b >> np.uint64(4))):
            return 4
    return 2 if np.int64(same_year) + np.int64(same_month) + np.int64(same_day) == 2 else 1


@njit(**_COMPILED)
def ssn_level(a, b):
    """How well do two packed SSNs agree? Level + 1; 0 where one is missing."""
    if a == _U0 or b == _U0:
        return 0
    length_a, length_b = np.int64(a >> _PACKED_LENGTH_AT), np.int64(b >> _PACKED_LENGTH_AT)
    is_last_four = length_a == _LAST_FOUR_DIGITS or length_b == _LAST_FOUR_DIGITS
    if is_last_four:
        return 2 if a & _LAST_FOUR == b & _LAST_FOUR else 1
    if a == b:
        return 4
    return 3 if is_one_packed_edit(a, b) else 1


@njit(**_COMPILED)
def text_is_close(symbols, starts, lengths, code_a, code_b, cut, positions):
    """Are two texts of one vocabulary this similar?"""
    length_a, length_b = np.int64(lengths[code_a]), np.int64(lengths[code_b])
    return jaro_winkler(symbols, starts[code_a], length_a, starts[code_b], length_b, positions) >= cut


@njit(**_COMPILED)
def compare_blocks(
    rows, keys, rule, order, starts, first, last,
    symbols, text_starts, text_lengths, text_masks, first_tokens, last_tokens, other_tokens, street_tokens,
    first_rows, last_rows, other_rows, street_rows,
    bits, cut, out_left, out_right, out_pattern,
):  # fmt: skip
    """Which pairs of the blocks first..last-1 may weigh at least `cut` bits? Fills the out arrays; gives how many, and
    how many were compared.

    Args:
        rows: nodes x ROW_WORDS, as pack_rows makes them.
        keys: nodes x rules, the block of each node under each rule; nodes in no block have a number of their own.
        rule: only pairs that no rule before this one brings together are compared.
        order: nodes, block after block.  starts: where each block begins in order, and where the last one ends.
        first, last: the blocks to compare.
        symbols, text_starts, text_lengths, text_masks: the vocabulary of all texts.
        first_tokens, last_tokens, other_tokens, street_tokens: tokens of each first, last and other surname, and street.
        first_rows, last_rows, other_rows, street_rows: the token row of each node, -1 for none.
        bits: 16 x comparisons, flat: what each level adds at most.
        cut: pairs that cannot reach it are not given.
        out_left, out_right, out_pattern: as long as the blocks have pairs.
    """
    largest = 0
    for b in range(first, last):
        largest = max(largest, starts[b + 1] - starts[b])
    near = np.empty((largest, ROW_WORDS), dtype=np.uint64)
    near_keys = np.empty((largest, max(rule, 1)), dtype=np.int32)
    positions = np.zeros(64, dtype=np.uint64)
    low6, low10, low24 = np.int64(63), np.uint64(1023), np.uint64((1 << 24) - 1)
    count, compared = 0, 0
    for b in range(first, last):
        begin = starts[b]
        size = starts[b + 1] - begin
        for k in range(size):
            node = order[begin + k]
            for w in range(ROW_WORDS):
                near[k, w] = rows[node, w]
            for q in range(rule):
                near_keys[k, q] = keys[node, q]
        for i in range(size - 1):
            a0, a1, a2, a3, a4, a5, a6, a7 = (
                near[i, 0], near[i, 1], near[i, 2], near[i, 3], near[i, 4], near[i, 5], near[i, 6], near[i, 7]
            )  # fmt: skip
            a8, a9, a10, a11, a12, a13, a14, a15 = (
                near[i, 8], near[i, 9], near[i, 10], near[i, 11], near[i, 12], near[i, 13], near[i, 14], near[i, 15]
            )  # fmt: skip
            node_a = order[begin + i]
            first_a, last_a, middle_a = np.int64(a0 & _LOW32), np.int64(a0 >> _U32), np.int64(a1 & _LOW32)
            lengths_a = np.int64(a1 >> _U32)
            first_length_a, last_length_a = lengths_a & low6, (lengths_a >> 6) & low6
            middle_length_a = (lengths_a >> 12) & low6
            sex_a, suffix_a = (lengths_a >> 18) & 3, (lengths_a >> 20) & 15
            for j in range(i + 1, size):
                is_earlier = False
                for q in range(rule):
                    is_earlier |= near_keys[i, q] == near_keys[j, q]
                if is_earlier:
                    continue
                compared += 1
                b0, b1 = near[j, 0], near[j, 1]
                first_b, last_b, middle_b = np.int64(b0 & _LOW32), np.int64(b0 >> _U32), np.int64(b1 & _LOW32)
                lengths_b = np.int64(b1 >> _U32)
                first_length_b, last_length_b = lengths_b & low6, (lengths_b >> 6) & low6
                middle_length_b = (lengths_b >> 12) & low6
                prefixes = a11 ^ near[j, 11]

                birth = birth_date_level(a4, near[j, 4])
                ssn = ssn_level(a5, near[j, 5])

                b6 = near[j, 6]
                phone = 0
                if a6 != _U0 and b6 != _U0:
                    phone = 3 if a6 == b6 else (2 if is_one_packed_edit(a6, b6) else 1)

                sex_b, suffix_b = (lengths_b >> 18) & 3, (lengths_b >> 20) & 15
                sex = 0 if sex_a == 0 or sex_b == 0 else (2 if sex_a == sex_b else 1)
                suffix = 0 if suffix_a == 0 or suffix_b == 0 else (2 if suffix_a == suffix_b else 1)

                # first and last name
                is_exchanged = False
                if first_a != first_b and first_a != 0 and first_b != 0 and last_a != 0 and last_b != 0:
                    if first_a == last_b:
                        is_exchanged = last_a == first_b or (
                            last_length_a > 1 and first_length_b > 1 and spelling(
                                symbols, text_starts, last_a, last_length_a, first_b, first_length_b, positions
                            ) >= 1
                        )  # fmt: skip
                    elif last_a == first_b:
                        is_exchanged = (
                            first_length_a > 1 and last_length_b > 1 and spelling(
                                symbols, text_starts, first_a, first_length_a, last_b, last_length_b, positions
                            ) >= 1
                        )  # fmt: skip
                first_level = 0
                if first_a != 0 and first_b != 0:
                    if first_a == first_b:
                        first_level = 7
                    elif is_exchanged:
                        first_level = 2
                    else:
                        first_level = 1
                        if first_length_a == 1 or first_length_b == 1:
                            if prefixes & _SYMBOL == _U0:
                                first_level = 4
                        else:
                            shared = count_ones(a2 & near[j, 2])
                            same = min(lowest_one(prefixes) // 6, 4)
                            if shared >= OVERLAP_SIMILAR[(same * 64 + first_length_a) * 64 + first_length_b]:
                                close = spelling(
                                    symbols, text_starts, first_a, first_length_a, first_b, first_length_b, positions
                                )
                                first_level = 1 if close == 0 else (3 if close == 1 else 6)
                        if first_level < 5:
                            if (first_a == middle_b and first_length_a > 1) or (
                                middle_a == first_b and first_length_b > 1
                            ):
                                first_level = 5
                            elif a12 & near[j, 12] != _U0 and shares_token(
                                first_tokens, first_rows[node_a], first_tokens, first_rows[order[begin + j]]
                            ):
                                first_level = 5
                last_level = 0
                if last_a != 0 and last_b != 0:
                    if last_a == last_b or is_exchanged:
                        last_level = 5
                    else:
                        last_level = 1
                        if last_length_a > 1 and last_length_b > 1:
                            shared = count_ones(a3 & near[j, 3])
                            same = min(lowest_one((prefixes >> np.uint64(24)) & low24) // 6, 4)
                            if shared >= OVERLAP_SIMILAR[(same * 64 + last_length_a) * 64 + last_length_b]:
                                close = spelling(
                                    symbols, text_starts, last_a, last_length_a, last_b, last_length_b, positions
                                )
                                last_level = 1 if close == 0 else (2 if close == 1 else 4)
                        if last_level < 3 and a13 & near[j, 13] != _U0:
                            node_b = order[begin + j]
                            la, lb, oa, ob = last_rows[node_a], last_rows[node_b], other_rows[node_a], other_rows[node_b]
                            if (
                                shares_token(last_tokens, la, last_tokens, lb)
                                or shares_token(last_tokens, la, other_tokens, ob)
                                or shares_token(other_tokens, oa, last_tokens, lb)
                                or shares_token(other_tokens, oa, other_tokens, ob)
                            ):
                                last_level = 3

                middle_level = 0
                if middle_a != 0 and middle_b != 0:
                    if middle_a == middle_b:
                        middle_level = 4
                    else:
                        middle_level = 1
                        sa, sb = text_starts[middle_a], text_starts[middle_b]
                        if middle_length_a == 1 or middle_length_b == 1:
                            if symbols[sa] == symbols[sb]:
                                middle_level = 2
                        elif symbols[sa] == symbols[sb] and (
                            spelling(symbols, text_starts, middle_a, middle_length_a, middle_b, middle_length_b, positions)
                            == 2
                        ):
                            middle_level = 3

                b8 = near[j, 8]
                email = 0
                if a8 & _LOW32 != _U0 and b8 & _LOW32 != _U0:
                    if (a8 ^ b8) & _LOW32 == _U0:
                        email = 3
                    elif (a8 ^ b8) >> _U32 == _U0:
                        email = 2
                    else:
                        email = 1
                        local_a, local_b = np.int64(a8 >> _U32), np.int64(b8 >> _U32)
                        length_a, length_b = np.int64(text_lengths[local_a]), np.int64(text_lengths[local_b])
                        if count_ones(text_masks[local_a] & text_masks[local_b]) >= OVERLAP_CLOSE[(256 + length_a) * 64 + length_b]:
                            if text_is_close(symbols, text_starts, text_lengths, local_a, local_b, CLOSE_TEXT, positions):
                                email = 2

                b9, b10 = near[j, 9], near[j, 10]
                street = 0
                if a9 & _LOW32 != _U0 and b9 & _LOW32 != _U0:
                    if (a9 ^ b9) & _LOW32 == _U0:
                        street = 4
                    else:
                        name_a, name_b = np.int64(a9 >> _U32), np.int64(b9 >> _U32)
                        number_a, number_b = a10 & _LOW32, b10 & _LOW32
                        street = 1
                        if name_a != 0 and name_b != 0:
                            shares_word = name_a == name_b or (a14 & near[j, 14] != _U0 and shares_token(
                                street_tokens, street_rows[node_a], street_tokens, street_rows[order[begin + j]]
                            ))  # fmt: skip
                            if number_a != number_b:
                                street = 2 if shares_word else 1
                            elif name_a == name_b or (shares_word and number_a != _U0):
                                street = 3
                            else:
                                score = jaro_winkler(
                                    symbols, text_starts[name_a], np.int64(text_lengths[name_a]),
                                    text_starts[name_b], np.int64(text_lengths[name_b]), positions,
                                )  # fmt: skip
                                if number_a == _U0:
                                    street = 3 if score >= CLOSE_TEXT else (2 if shares_word else 1)
                                else:
                                    street = 3 if score >= CLOSE_STREET else (2 if score >= SIMILAR_STREET else 1)

                b7 = near[j, 7]
                place = 0
                if a7 != _U0 and b7 != _U0:
                    if a7 == b7:
                        place = 4
                    else:
                        place = 3 if is_one_packed_edit(a7, b7) else 1
                if place < 3:
                    city_a, city_b = np.int64(a10 >> _U32), np.int64(b10 >> _U32)
                    if city_a != 0 and city_b != 0:
                        place = max(place, 1)
                        if city_a == city_b:
                            place = 3
                        else:
                            length_a, length_b = np.int64(text_lengths[city_a]), np.int64(text_lengths[city_b])
                            if count_ones(a15 & near[j, 15]) >= OVERLAP_CLOSE[(256 + length_a) * 64 + length_b]:
                                if text_is_close(
                                    symbols, text_starts, text_lengths, city_a, city_b, CLOSE_TEXT, positions
                                ):
                                    place = 3
                    if place < 2:
                        state_a, state_b = (a11 >> np.uint64(48)) & low10, (near[j, 11] >> np.uint64(48)) & low10
                        if state_a != _U0 and state_b != _U0:
                            place = 2 if state_a == state_b else 1

                weight = (
                    bits[first_level] + bits[16 + middle_level] + bits[32 + last_level] + bits[48 + suffix]
                    + bits[64 + birth] + bits[80 + sex] + bits[96 + ssn] + bits[112 + phone] + bits[128 + email]
                    + bits[144 + street] + bits[160 + place]
                )  # fmt: skip
                if weight >= cut:
                    node_b = order[begin + j]
                    out_left[count] = min(node_a, node_b)
                    out_right[count] = max(node_a, node_b)
                    out_pattern[count] = (
                        first_level | middle_level << 4 | last_level << 8 | suffix << 12 | birth << 16 | sex << 20
                        | ssn << 24 | phone << 28 | email << 32 | street << 36 | place << 40
                    )  # fmt: skip
                    count += 1
    return count, compared
