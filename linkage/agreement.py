"""How well do two values agree? Numpy over arrays of pairs; the inner loop of comparing.

Every function takes an EncodedTable and two arrays of node numbers, `left` and `right`, one element per pair, and
answers one element per pair. All are symmetric: the two sides are put in the order of their codes before a similarity
is taken.
"""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from linkage.encoding import MISSING, EncodedTable, TextColumn

SMALLEST_PARALLEL = 20_000
"""Pairs. Below this, starting threads costs more than it saves."""


def _in_order(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which code of each pair comes first? Jaro-Winkler is not symmetric, so its sides are given in this order."""
    return np.minimum(left, right), np.maximum(left, right)


def similarity(vocabulary: np.ndarray, left: np.ndarray, right: np.ndarray, cutoff: float) -> np.ndarray:
    """How similar are these texts (Jaro-Winkler, 0 to 1)? 0 below the cutoff; no code may be missing."""
    low, high = _in_order(left, right)
    workers = -1 if len(low) >= SMALLEST_PARALLEL else 1
    texts = vocabulary[low].tolist(), vocabulary[high].tolist()
    return cpdist(*texts, scorer=JaroWinkler.similarity, score_cutoff=cutoff, dtype=np.float32, workers=workers)


def is_one_edit(vocabulary: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Do these texts differ by at most one typing error: a wrong, missing, added or two exchanged characters?"""
    low, high = _in_order(left, right)
    workers = -1 if len(low) >= SMALLEST_PARALLEL else 1
    texts = vocabulary[low].tolist(), vocabulary[high].tolist()
    return cpdist(*texts, scorer=OSA.distance, score_cutoff=1, dtype=np.int32, workers=workers) <= 1


def is_one_edit_where(column: TextColumn, left: np.ndarray, right: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Which pairs differ by one typing error? Looked at only `where`; False elsewhere."""
    answer = np.zeros(len(left), dtype=bool)
    chosen = np.flatnonzero(where)
    answer[chosen] = is_one_edit(column.vocabulary, column.codes[left[chosen]], column.codes[right[chosen]])
    return answer


def similarity_where(
    vocabulary: np.ndarray, left: np.ndarray, right: np.ndarray, where: np.ndarray, cutoff: float
) -> np.ndarray:
    """How similar are these codes' texts? Looked at only `where`; 0 elsewhere."""
    answer = np.zeros(len(left), dtype=np.float32)
    chosen = np.flatnonzero(where)
    answer[chosen] = similarity(vocabulary, left[chosen], right[chosen], cutoff)
    return answer


def has_both(left_codes: np.ndarray, right_codes: np.ndarray) -> np.ndarray:
    """Which pairs have a value on both sides?"""
    return (left_codes != MISSING) & (right_codes != MISSING)


def share_a_part(left_parts: np.ndarray, right_parts: np.ndarray) -> np.ndarray:
    """Which pairs have a word in common? Both are pairs x words arrays of codes."""
    answer = np.zeros(len(left_parts), dtype=bool)
    for i in range(left_parts.shape[1]):
        for j in range(right_parts.shape[1]):
            answer |= (left_parts[:, i] == right_parts[:, j]) & (left_parts[:, i] != MISSING)
    return answer


def is_exchanged(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which pairs have first and last name exchanged? Names that are the same both ways do not count."""
    first, last = table.names.codes["first_name"], table.names.codes["last_name"]
    crossed = (first[left] == last[right]) & (last[left] == first[right])
    return crossed & (first[left] != MISSING) & (last[left] != MISSING) & (first[left] != first[right])


def is_nickname(keys: np.ndarray, vocabulary_size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which pairs of name codes are nicknames? `keys` as nickname_code_pairs gives them."""
    if not len(keys):
        return np.zeros(len(left), dtype=bool)
    low, high = _in_order(left.astype(np.int64), right.astype(np.int64))
    wanted = low * vocabulary_size + high
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return keys[place] == wanted
