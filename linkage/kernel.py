"""How is a pair of records compared in a hundred nanoseconds? The compiled loops, and nothing else.

A node is one row of 16 words of 64 bits (linkage.encoding). The nodes of a block are copied side by side,
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

FIRST, MIDDLE, LAST, SUFFIX, BIRTH, SEX, SSN, PHONE, EMAIL, STREET, PLACE = range(11)
COMPARISON_COUNT = 11
"""Places of the comparisons in a pattern, as in linkage.comparisons.COMPARISONS."""

# Without reference counting ("_nrt"), handing arrays to small functions costs nothing; they may make none then.
_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
_INLINED = {**_COMPILED, "forceinline": True}
"""What the loop calls for every pair is written into it."""

_U0, _U1, _U6, _U12, _U32 = (np.uint64(n) for n in (0, 1, 6, 12, 32))
_LOW32, _SYMBOL = np.uint64(0xFFFFFFFF), np.uint64(63)
_PACKED_LENGTH_AT, _PACKED_TEXT, _HASHED = np.uint64(60), np.uint64((1 << 60) - 1), 15
_LAST_FOUR_DIGITS = 4
_FOUR_SYMBOLS = np.uint64((1 << 24) - 1)
_LAST_LETTER, _DELIVERY_POINT = np.uint64(26), np.uint64((1 << 18) - 1)


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


@njit(**_INLINED)
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
    is_long_enough = min(length_a, length_b) >= SHORTEST_EDITED_NAME
    return 2 if is_long_enough and is_one_edit(symbols, start_a, length_a, start_b, length_b) else 1


@njit(**_COMPILED)
def similarity(symbols, starts, lengths, code_a, code_b, positions):
    """How similar are two texts of the vocabulary (0 to 1)?"""
    return jaro_winkler(symbols, starts[code_a], lengths[code_a], starts[code_b], lengths[code_b], positions)


@njit(**_INLINED)
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


@njit(**_INLINED)
def ssn_level(a, b):
    """How well do two packed SSNs agree? Level + 1; 0 where one is missing."""
    if a == _U0 or b == _U0:
        return 0
    length_a, length_b = np.int64(a >> _PACKED_LENGTH_AT), np.int64(b >> _PACKED_LENGTH_AT)
    is_last_four = length_a == _LAST_FOUR_DIGITS or length_b == _LAST_FOUR_DIGITS
    if is_last_four:
        return 2 if a & _FOUR_SYMBOLS == b & _FOUR_SYMBOLS else 1
    if a == b:
        return 4
    return 3 if is_one_packed_edit(a, b) else 1


@njit(**_INLINED)
def may_reach(overlap, mask_a, mask_b, prefix, length_a, length_b):
    """Can two words with these letters and this common beginning be as similar as the table asks?"""
    return count_ones(mask_a & mask_b) >= overlap[(prefix * 64 + length_a) * 64 + length_b]


@njit(**_INLINED)
def nodes_share_token(one, one_rows, node_a, other, other_rows, node_b):
    """Do a name of one node and a name of another share a token?"""
    return shares_token(one, one_rows[node_a], other, other_rows[node_b])


@njit(**_INLINED)
def name_code(word):
    """Which vocabulary code stands in the lower half of this word?"""
    return np.int64(word & _LOW32)


@njit(**_INLINED)
def upper_code(word):
    """Which vocabulary code stands in the upper half of this word?"""
    return np.int64(word >> _U32)


@njit(**_INLINED)
def is_crossed(symbols, starts, lengths, same_a, same_b, rest_a, rest_b, positions):
    """Does one name agree crosswise, and is the other at least similar crosswise?"""
    if same_a != same_b:
        return False
    if rest_a == rest_b:
        return True
    length_a, length_b = lengths[rest_a], lengths[rest_b]
    return (
        length_a > 1 and length_b > 1 and spelling(symbols, starts, rest_a, length_a, rest_b, length_b, positions) > 0
    )


@njit(**_INLINED)
def names_are_exchanged(symbols, starts, lengths, first_a, last_a, first_b, last_b, positions):
    """Do first and last name stand in each other's place?"""
    if first_a == first_b or first_a == 0 or first_b == 0 or last_a == 0 or last_b == 0:
        return False
    return is_crossed(symbols, starts, lengths, first_a, last_b, last_a, first_b, positions) or is_crossed(
        symbols, starts, lengths, last_a, first_b, first_a, last_b, positions
    )


@njit(**_INLINED)
def first_name_level(symbols, starts, tokens, token_rows, near, i, j, node_a, node_b, is_exchanged, positions):
    """How well do the first names agree? Level + 1; 0 where one is missing."""
    first_a, first_b = name_code(near[i, 0]), name_code(near[j, 0])
    if first_a == 0 or first_b == 0:
        return 0
    if first_a == first_b:
        return 7
    if is_exchanged:
        return 3
    place = 1
    length_a, length_b = upper_code(near[i, 1]) & 63, upper_code(near[j, 1]) & 63
    prefixes = near[i, 11] ^ near[j, 11]
    if length_a == 1 or length_b == 1:
        place = 4 if prefixes & _SYMBOL == _U0 else 1
    elif may_reach(OVERLAP_SIMILAR, near[i, 2], near[j, 2], min(lowest_one(prefixes) // 6, 4), length_a, length_b):
        close = spelling(symbols, starts, first_a, length_a, first_b, length_b, positions)
        place = 1 if close == 0 else (2 if close == 1 else 6)
    if place >= 5:
        return place
    is_middle = (first_a == name_code(near[j, 1]) and length_a > 1) or (
        first_b == name_code(near[i, 1]) and length_b > 1
    )
    if is_middle or (
        near[i, 12] & near[j, 12] != _U0 and nodes_share_token(tokens, token_rows, node_a, tokens, token_rows, node_b)
    ):
        return 5
    return place


@njit(**_INLINED)
def surnames_share_token(tokens, token_rows, other, other_rows, node_a, node_b):
    """Do any surnames of two nodes, other surnames included, share a token?"""
    return (
        nodes_share_token(tokens, token_rows, node_a, tokens, token_rows, node_b)
        or nodes_share_token(tokens, token_rows, node_a, other, other_rows, node_b)
        or nodes_share_token(other, other_rows, node_a, tokens, token_rows, node_b)
        or nodes_share_token(other, other_rows, node_a, other, other_rows, node_b)
    )


@njit(**_INLINED)
def last_name_level(
    symbols, starts, tokens, token_rows, other, other_rows, near, i, j, node_a, node_b, is_exchanged, positions
):
    """How well do the surnames agree, other surnames of either side included? Level + 1; 0 where one is missing.

    Exchanged with the first name, the surname counts as equal: the first name's level says the rest.
    """
    last_a, last_b = upper_code(near[i, 0]), upper_code(near[j, 0])
    if last_a == 0 or last_b == 0:
        return 0
    if last_a == last_b or is_exchanged:
        return 5
    place = 1
    length_a, length_b = (upper_code(near[i, 1]) >> 6) & 63, (upper_code(near[j, 1]) >> 6) & 63
    if length_a > 1 and length_b > 1:
        prefix = min(lowest_one(((near[i, 11] ^ near[j, 11]) >> np.uint64(24)) & _FOUR_SYMBOLS) // 6, 4)
        if may_reach(OVERLAP_SIMILAR, near[i, 3], near[j, 3], prefix, length_a, length_b):
            close = spelling(symbols, starts, last_a, length_a, last_b, length_b, positions)
            place = 1 if close == 0 else (2 if close == 1 else 4)
    if (
        place < 3
        and near[i, 13] & near[j, 13] != _U0
        and surnames_share_token(tokens, token_rows, other, other_rows, node_a, node_b)
    ):
        return 3
    return place


@njit(**_INLINED)
def middle_name_level(symbols, starts, lengths, word_a, word_b, positions):
    """How well do the middle names agree? Level + 1; 0 where one is missing."""
    middle_a, middle_b = name_code(word_a), name_code(word_b)
    if middle_a == 0 or middle_b == 0:
        return 0
    if middle_a == middle_b:
        return 4
    if symbols[starts[middle_a]] != symbols[starts[middle_b]]:
        return 1
    length_a, length_b = lengths[middle_a], lengths[middle_b]
    if length_a == 1 or length_b == 1:
        return 2
    return 3 if spelling(symbols, starts, middle_a, length_a, middle_b, length_b, positions) == 2 else 1


@njit(**_INLINED)
def choice_level(a, b):
    """Are two choices from a list the same? Level + 1; 0 where one is missing."""
    if a == 0 or b == 0:
        return 0
    return 2 if a == b else 1


@njit(**_INLINED)
def phone_level(a, b):
    """How well do two packed telephone numbers agree? Level + 1; 0 where one is missing."""
    if a == _U0 or b == _U0:
        return 0
    if a == b:
        return 3
    return 2 if is_one_packed_edit(a, b) else 1


@njit(**_INLINED)
def texts_are_close(symbols, starts, lengths, code_a, code_b, mask_a, mask_b, positions):
    """Are two texts of the vocabulary spelt closely?"""
    length_a, length_b = lengths[code_a], lengths[code_b]
    if not may_reach(OVERLAP_CLOSE, mask_a, mask_b, PREFIX_COUNTED, length_a, length_b):
        return False
    return similarity(symbols, starts, lengths, code_a, code_b, positions) >= CLOSE_TEXT


@njit(**_INLINED)
def email_level(symbols, starts, lengths, masks, a, b, positions):
    """How well do two e-mail addresses agree? Level + 1; 0 where one is missing."""
    if name_code(a) == 0 or name_code(b) == 0:
        return 0
    if name_code(a) == name_code(b):
        return 3
    before_a, before_b = upper_code(a), upper_code(b)
    if before_a == before_b:
        return 2
    return (
        2
        if texts_are_close(symbols, starts, lengths, before_a, before_b, masks[before_a], masks[before_b], positions)
        else 1
    )


@njit(**_INLINED)
def street_level(symbols, starts, lengths, tokens, token_rows, near, i, j, node_a, node_b, positions):
    """How well do the street addresses agree? Level + 1; 0 where one is missing."""
    if name_code(near[i, 9]) == 0 or name_code(near[j, 9]) == 0:
        return 0
    if name_code(near[i, 9]) == name_code(near[j, 9]):
        return 4
    street_a, street_b = upper_code(near[i, 9]), upper_code(near[j, 9])
    if street_a == 0 or street_b == 0:
        return 1
    shares_word = street_a == street_b or (
        near[i, 14] & near[j, 14] != _U0 and nodes_share_token(tokens, token_rows, node_a, tokens, token_rows, node_b)
    )
    number_a, number_b = name_code(near[i, 10]), name_code(near[j, 10])
    if number_a != number_b:
        return 2 if shares_word else 1
    if street_a == street_b or (shares_word and number_a != 0):
        return 3
    score = similarity(symbols, starts, lengths, street_a, street_b, positions)
    if number_a == 0:
        return 3 if score >= CLOSE_TEXT else (2 if shares_word else 1)
    return 3 if score >= CLOSE_STREET else (2 if score >= SIMILAR_STREET else 1)


@njit(**_INLINED)
def is_one_district(a, b):
    """Do two packed postcodes that end in a letter differ only in their last three symbols (AB8 3QZ, AB8 6BN)?"""
    are_lettered = a & _SYMBOL <= _LAST_LETTER and b & _SYMBOL <= _LAST_LETTER
    are_as_long = a >> _PACKED_LENGTH_AT == b >> _PACKED_LENGTH_AT
    return are_lettered and are_as_long and (a ^ b) & _PACKED_TEXT <= _DELIVERY_POINT


@njit(**_INLINED)
def place_level(symbols, starts, lengths, near, i, j, positions):
    """How well do state, city and postcode agree, taken together because each follows from the next? Level + 1."""
    place = 0
    postcode_a, postcode_b = near[i, 7], near[j, 7]
    if postcode_a != _U0 and postcode_b != _U0:
        if postcode_a == postcode_b:
            return 4
        if is_one_packed_edit(postcode_a, postcode_b) or is_one_district(postcode_a, postcode_b):
            return 3
        place = 1
    city_a, city_b = upper_code(near[i, 10]), upper_code(near[j, 10])
    if city_a != 0 and city_b != 0:
        if city_a == city_b or texts_are_close(
            symbols, starts, lengths, city_a, city_b, near[i, 15], near[j, 15], positions
        ):
            return 3
        place = 1
    state_a, state_b = near[i, 11] >> np.uint64(48), near[j, 11] >> np.uint64(48)
    if state_a != _U0 and state_b != _U0:
        return 2 if state_a == state_b else 1
    return place


@njit(**_INLINED)
def is_earlier_pair(keys, i, j, rule):
    """Does a rule before this one bring these two together?"""
    found = False
    for earlier in range(rule):
        found |= keys[i, earlier] == keys[j, earlier]
    return found


@njit(**_INLINED)
def gather(rows, keys, rule, order, begin, end, near, near_keys):
    """Where do the nodes of one block lie side by side? Copied into near and near_keys."""
    for k in range(end - begin):
        node = order[begin + k]
        for word in range(ROW_WORDS):
            near[k, word] = rows[node, word]
        for earlier in range(rule):
            near_keys[k, earlier] = keys[node, earlier]


@njit(**_INLINED)
def compare_two(
    near, i, j, node_a, node_b, symbols, starts, lengths, masks, first_tokens, first_rows, last_tokens, last_rows,
    other_tokens, other_rows, street_tokens, street_rows, positions,
):  # fmt: skip
    """Which pattern do two nodes of a gathered block show? Four bits per comparison, level + 1."""
    first_a, last_a, choices_a = name_code(near[i, 0]), upper_code(near[i, 0]), upper_code(near[i, 1])
    first_b, last_b, choices_b = name_code(near[j, 0]), upper_code(near[j, 0]), upper_code(near[j, 1])
    is_exchanged = names_are_exchanged(symbols, starts, lengths, first_a, last_a, first_b, last_b, positions)
    first_name = first_name_level(
        symbols, starts, first_tokens, first_rows, near, i, j, node_a, node_b, is_exchanged, positions
    )
    last_name = last_name_level(
        symbols, starts, last_tokens, last_rows, other_tokens, other_rows, near, i, j, node_a, node_b, is_exchanged,
        positions,
    )  # fmt: skip
    street = street_level(symbols, starts, lengths, street_tokens, street_rows, near, i, j, node_a, node_b, positions)
    return (
        first_name
        | middle_name_level(symbols, starts, lengths, near[i, 1], near[j, 1], positions) << 4
        | last_name << 8
        | choice_level((choices_a >> 20) & 15, (choices_b >> 20) & 15) << 12
        | birth_date_level(near[i, 4], near[j, 4]) << 16
        | choice_level((choices_a >> 18) & 3, (choices_b >> 18) & 3) << 20
        | ssn_level(near[i, 5], near[j, 5]) << 24
        | phone_level(near[i, 6], near[j, 6]) << 28
        | email_level(symbols, starts, lengths, masks, near[i, 8], near[j, 8], positions) << 32
        | street << 36
        | place_level(symbols, starts, lengths, near, i, j, positions) << 40
    )


@njit(**_INLINED)
def most_bits(bits, pattern):
    """What do the levels of this pattern add at most?"""
    total = 0.0
    for comparison in range(COMPARISON_COUNT):
        total += bits[16 * comparison + ((pattern >> (4 * comparison)) & 15)]
    return total


@njit(**_COMPILED)
def compare_blocks(
    rows, keys, rule, order, block_starts, first, last, symbols, starts, lengths, masks, first_tokens, first_rows,
    last_tokens, last_rows, other_tokens, other_rows, street_tokens, street_rows, near, near_keys, positions, bits, cut,
    out_left, out_right, out_pattern,
):  # fmt: skip
    """Which pairs of the blocks from first to last - 1 may weigh at least `cut` bits?

    Args:
        rows: nodes x ROW_WORDS, as linkage.encoding packs them.
        keys: nodes x rules, the block of each node under each rule; nodes in no block have a number of their own.
        rule: only pairs that no rule before this one brings together are compared.
        order: nodes, block after block; block_starts: where each block begins, and where the last one ends.
        symbols, starts, lengths, masks: the vocabulary of texts, as linkage.texts makes it.
        *_tokens, *_rows: lists of tokens that end with -1, and the list of each node, -1 for none.
        near, near_keys, positions: room for the nodes of the largest block and their keys, and 64 words of zeros.
        bits: 16 per comparison, flat: what each level adds at most; pairs that cannot reach `cut` are not given.
        out_left, out_right, out_pattern: get the smaller and the larger node of each pair, and its levels.

    Returns:
        How many pairs were given, and how many were compared.
    """
    count, compared = 0, 0
    for block in range(first, last):
        begin, end = block_starts[block], block_starts[block + 1]
        gather(rows, keys, rule, order, begin, end, near, near_keys)
        for i in range(end - begin - 1):
            node_a = order[begin + i]
            for j in range(i + 1, end - begin):
                if is_earlier_pair(near_keys, i, j, rule):
                    continue
                compared += 1
                node_b = order[begin + j]
                pattern = compare_two(
                    near, i, j, node_a, node_b, symbols, starts, lengths, masks, first_tokens, first_rows, last_tokens,
                    last_rows, other_tokens, other_rows, street_tokens, street_rows, positions,
                )  # fmt: skip
                if most_bits(bits, pattern) >= cut:
                    out_left[count], out_right[count] = min(node_a, node_b), max(node_a, node_b)
                    out_pattern[count] = pattern
                    count += 1
    return count, compared
