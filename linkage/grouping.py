"""Which rows share a key? Compiled hash tables over numbers of 64 bits; the same rows always give the same groups."""

from __future__ import annotations

import numpy as np
from numba import njit

_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy", "boundscheck": False}


@njit(**_COMPILED)
def mix(word, other):
    """Which well-spread word stands for these two together? (splitmix64's finalizer)"""
    word = (word ^ other) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@njit(**_COMPILED)
def mix_codes(words, codes, is_member, missing_counts):
    """How do these codes change the words? In place; rows without a code are no members, unless missing counts."""
    for row in range(len(words)):
        code = np.int64(codes[row])
        if code < 0 and not missing_counts:
            is_member[row] = False
        words[row] = mix(words[row], np.uint64(code + 2))


@njit(**_COMPILED)
def group_rows(words, is_member):
    """Which group is each row in: rows of one word? Numbered as they first occur; -1 for rows that are no members."""
    slots = 16
    while slots < 2 * len(words):
        slots *= 2
    mask = np.uint64(slots - 1)
    owner = np.full(slots, -1, dtype=np.int32)
    group = np.full(len(words), -1, dtype=np.int32)
    count = 0
    for row in range(len(words)):
        if not is_member[row]:
            continue
        place = words[row] & mask
        while True:
            first = owner[place]
            if first < 0:
                owner[place] = row
                group[row] = count
                count += 1
                break
            if words[first] == words[row]:
                group[row] = group[first]
                break
            place = (place + np.uint64(1)) & mask
    return group, count


@njit(**_COMPILED)
def rows_by_group(group, count, is_kept):
    """Which rows has each kept group, in ascending order? Gives the rows, group after group, and where each begins."""
    sizes = np.zeros(count + 1, dtype=np.int64)
    for row in range(len(group)):
        if group[row] >= 0 and is_kept[group[row]]:
            sizes[group[row] + 1] += 1
    at = np.cumsum(sizes)
    order = np.empty(at[-1], dtype=np.int32)
    place = at[:-1].copy()
    for row in range(len(group)):
        if group[row] >= 0 and is_kept[group[row]]:
            order[place[group[row]]] = row
            place[group[row]] += 1
    return order, at


@njit(**_COMPILED)
def count_words(words):
    """Which distinct words are there, and how often does each occur? In no particular order."""
    slots = 16
    while slots < 2 * len(words):
        slots *= 2
    mask = np.uint64(slots - 1)
    found = np.empty(slots, dtype=np.int64)
    times = np.zeros(slots, dtype=np.int64)
    for row in range(len(words)):
        place = mix(np.uint64(words[row]), np.uint64(0)) & mask
        while times[place] != 0 and found[place] != words[row]:
            place = (place + np.uint64(1)) & mask
        found[place] = words[row]
        times[place] += 1
    is_used = times > 0
    return found[is_used], times[is_used]


def group_by(columns: list[np.ndarray], missing_counts: bool) -> tuple[np.ndarray, int]:
    """Which rows hold the same codes in all these columns? A group number per row, and how many groups there are.

    Two rows of different codes fall into one group with a probability of about rows² / 2^65: 1 in 40 million tables of
    a million rows.
    """
    size = len(columns[0])
    words, is_member = np.zeros(size, dtype=np.uint64), np.ones(size, dtype=np.bool_)
    for codes in columns:
        mix_codes(words, np.ascontiguousarray(codes, dtype=np.int64), is_member, missing_counts)
    return group_rows(words, is_member)
