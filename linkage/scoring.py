"""How strongly does the evidence speak for one person?

match weight = log2 of match : not match, the prior included. Not matching means household or chance, whichever explains
the pair better. A rare value lifts a pair against chance only: a household shares its rare surname as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from linkage.codes import MISSING
from linkage.comparisons import COLUMN_OF, COMPARISONS, LEVEL_COUNTS, LEVEL_SLOTS, compare_pairs
from linkage.encoding import EncodedTable
from linkage.kernel import FIRST, LAST
from linkage.model import CONFLICTS, HOUSEHOLD_COMPARISONS, HOUSEHOLD_SURPLUS, Conflict, Model

TERM_PRIOR_RECORDS = 1000.0
"""Records that the average frequency weighs against a value's own count, so that in small tables no value looks common
only because the table is small."""

PLAUSIBLE_REPEATS = 5.0
"""Distinct records of one person or family that may share an SSN or e-mail address before it counts as a shared
value."""

LOWEST_FREQUENCY = {"ssn": 1e-6, "email": 1e-6, "phone": 5e-6, "street_address": 1e-5, "birth_date": 1e-6}
LOWEST_NAME_FREQUENCY = 1e-5
"""Frequency below which a value counts as no rarer: counts that small are accidents of the table."""

IDENTIFIERS = frozenset({"ssn", "email"})
NAMES = frozenset({"first_name", "middle_name", "last_name"})
TERMS = tuple(comparison.name for comparison in COMPARISONS if comparison.term_field is not None)
"""Comparisons whose value's frequency counts, in order."""

EXCHANGED_LEVEL = 2
"""Level of the first name where first and last name are exchanged; the last name then counts as equal."""

IMPOSSIBLE_BITS = -1000.0
"""Bits of a class that has no share at all."""


def term_codes(table: EncodedTable, name: str) -> np.ndarray:
    """Which code has the value each node holds in a comparison whose frequency counts?"""
    if name in NAMES:
        return table.text_codes(name).astype(np.int64) - 1
    field = COMPARISONS[COLUMN_OF[name]].term_field
    assert field is not None
    return table.codes(field).astype(np.int64)


def frequency_bits(name: str, counts: np.ndarray, total: float, average: float) -> np.ndarray:
    """How much more common than average are values with these counts, in bits?

    Args:
        name: of the comparison.
        counts: nodes that hold each value.
        total: nodes that hold any value.
        average: chance that two nodes share a value: the comparison's u at equality. Frequencies are held towards it.
    """
    if name in IDENTIFIERS:
        counts = np.maximum(counts - PLAUSIBLE_REPEATS, 0.0)
    frequency = (counts + TERM_PRIOR_RECORDS * average) / (total + TERM_PRIOR_RECORDS)
    lowest = LOWEST_FREQUENCY.get(name, LOWEST_NAME_FREQUENCY)
    return np.log2(np.maximum(frequency, lowest)) - np.log2(average)


def birth_date_bits(table: EncodedTable) -> np.ndarray:
    """How much more common than average is each node's birth date, in bits?

    By its year and by its day of the year, which one person's repeated records hardly change: the first of January,
    written for "not known", is found out that way.
    """
    dates = table.dates
    is_known = dates.day != 0
    answer = np.zeros(table.size)
    for part in (dates.year.astype(np.int64), dates.month.astype(np.int64) * 32 + dates.day):
        codes = np.where(is_known, part, MISSING)
        counts = np.bincount(codes[is_known]).astype(np.float64)
        total = counts.sum()
        if not total:
            continue
        average = float((counts**2).sum() / total**2)
        frequency = (counts + TERM_PRIOR_RECORDS * average) / (total + TERM_PRIOR_RECORDS)
        answer[is_known] += np.log2(frequency[codes[is_known]]) - np.log2(average)
    return answer


def term_bits(table: EncodedTable, model: Model) -> np.ndarray:
    """How much more common than average is the value of each node, in bits? float32, nodes x TERMS; 0 if missing."""
    answer = np.zeros((table.size, len(TERMS)), dtype=np.float32)
    for column, name in enumerate(TERMS):
        if name == "birth_date":
            answer[:, column] = birth_date_bits(table)
            continue
        codes = term_codes(table, name)
        if not (codes != MISSING).any():
            continue
        counts = np.bincount(codes[codes != MISSING]).astype(np.float64)
        bits = frequency_bits(name, counts, counts.sum(), model.parameters[name].u[-1])
        answer[:, column] = np.append(bits, 0.0)[codes]
    return answer


def level_bits(model: Model, kind: str) -> np.ndarray:
    """What is the log2 of each level's share for this kind of pair (m, u or h)? LEVEL_SLOTS per comparison, flat."""
    answer = np.zeros((len(COMPARISONS), LEVEL_SLOTS))
    for column, comparison in enumerate(COMPARISONS):
        shares = np.array(getattr(model.parameters[comparison.name], kind))
        answer[column, 1 : len(shares) + 1] = np.log2(shares)
    return answer.ravel()


@dataclass(frozen=True)
class Contradictions:
    """Which contradictions are looked for? One row per conflict: lowest and highest level per comparison, and bits."""

    lowest: np.ndarray
    highest: np.ndarray
    bits: np.ndarray
    favours_household: np.ndarray
    separates: np.ndarray


def contradictions() -> Contradictions:
    """Which numbers stand for linkage.model.CONFLICTS?"""
    shape = (len(CONFLICTS), len(COMPARISONS))
    lowest, highest = np.full(shape, MISSING, dtype=np.int64), np.full(shape, LEVEL_SLOTS, dtype=np.int64)
    for row, conflict in enumerate(CONFLICTS):
        for name, (low, high) in conflict.levels.items():
            lowest[row, COLUMN_OF[name]], highest[row, COLUMN_OF[name]] = low, high
    bits = np.array([conflict.bits for conflict in CONFLICTS])
    kinds = (
        np.array([getattr(conflict, kind) for conflict in CONFLICTS]) for kind in ("favours_household", "separates")
    )
    return Contradictions(lowest, highest, bits, *kinds)


@njit(cache=True, nogil=True, error_model="numpy")
def _log2_sum(a, b):
    """What is log2(2^a + 2^b)?"""
    return max(a, b) + np.log2(1.0 + np.exp2(-abs(a - b)))


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh(
    patterns, left, terms, prior, match_bits, household_bits, chance_bits, term_column, equal_level, u_equal,
    surplus, m_equal, is_household, lowest, highest, conflict_bits, favours_household, separates, weights,
    is_contradicted,
):  # fmt: skip
    """What is the match weight of each pattern, in bits? The one place where weights are added up."""
    comparisons = len(term_column)
    slots = len(match_bits) // comparisons
    levels = np.empty(comparisons, dtype=np.int64)
    has_terms = len(terms) > 0
    for pair in range(len(patterns)):
        pattern = patterns[pair]
        match, household, chance = prior[0], prior[1], prior[2]
        for c in range(comparisons):
            place = (pattern >> (4 * c)) & 15
            levels[c] = place - 1
            match += match_bits[c * slots + place]
            household += household_bits[c * slots + place]
            chance += chance_bits[c * slots + place]
            is_crossed = c == LAST and levels[FIRST] == EXCHANGED_LEVEL  # whose surname it is depends on who is left
            if has_terms and term_column[c] >= 0 and place - 1 == equal_level[c] and not is_crossed:
                bits = np.float64(terms[left[pair], term_column[c]])
                chance += bits
                if not is_household[c]:
                    share = u_equal[c] * (1.0 - surplus[c])
                    same = surplus[c] * m_equal[c]
                    household += np.log2((share * np.exp2(bits) + same) / (share + same))
        against, found = 0.0, False
        for k in range(len(conflict_bits)):
            holds = True
            for c in range(comparisons):
                if levels[c] < lowest[k, c] or levels[c] > highest[k, c]:
                    holds = False
                    break
            if holds:
                found |= separates[k]
                if favours_household[k]:
                    household += conflict_bits[k]
                else:
                    against += conflict_bits[k]
        weights[pair] = match - _log2_sum(household, chance) - against
        is_contradicted[pair] = found and weights[pair] < 0.0


@dataclass(frozen=True)
class Weigher:
    """Which numbers turn a pattern into a match weight?

    Attributes:
        model: decides.
        terms: how much more common than average each node's values are, as term_bits gives it; without rows, the
            frequency of values does not count.
    """

    model: Model
    terms: np.ndarray

    @cached_property
    def _numbers(self) -> tuple:
        """What else does the loop read?"""
        model = self.model
        shares = (model.match_share, model.household_share, 1.0 - model.match_share - model.household_share)
        prior = np.array([np.log2(share) if share > 0 else IMPOSSIBLE_BITS for share in shares])
        found = contradictions()
        return (
            prior,
            level_bits(model, "m"),
            level_bits(model, "h"),
            level_bits(model, "u"),
            np.array([TERMS.index(c.name) if c.name in TERMS else -1 for c in COMPARISONS], dtype=np.int64),
            np.array(LEVEL_COUNTS, dtype=np.int64) - 1,
            np.array([model.parameters[c.name].u[-1] for c in COMPARISONS]),
            np.array([HOUSEHOLD_SURPLUS.get(c.name, 0.0) for c in COMPARISONS]),
            np.array([model.parameters[c.name].m[-1] for c in COMPARISONS]),
            np.array([c.name in HOUSEHOLD_COMPARISONS for c in COMPARISONS]),
            found.lowest,
            found.highest,
            found.bits,
            found.favours_household,
            found.separates,
        )

    def weigh(self, patterns: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is the match weight of each pair in bits, and is it contradicted?

        Args:
            patterns: int64, as linkage.comparisons packs levels.
            left: one node of each pair; it matters only where the two are equal.

        Returns:
            The weights, and which pairs show a contradiction that the rest of their evidence does not outweigh.
        """
        weights, is_contradicted = np.empty(len(patterns)), np.empty(len(patterns), dtype=np.bool_)
        patterns = np.ascontiguousarray(patterns, dtype=np.int64)
        left = np.ascontiguousarray(left, dtype=np.int32)
        _weigh(patterns, left, self.terms, *self._numbers, weights, is_contradicted)
        return weights, is_contradicted

    @cached_property
    def highest_bits(self) -> np.ndarray:
        """What does each level add at most, prior left out? LEVEL_SLOTS per comparison, flat; for the kernel's cut.

        The household class and contradictions can only lower a weight, so match against chance is a bound; the rarest
        value of the table lifts equality most.
        """
        bits = (level_bits(self.model, "m") - level_bits(self.model, "u")).reshape(len(COMPARISONS), LEVEL_SLOTS)
        for column, comparison in enumerate(COMPARISONS):
            if comparison.name in TERMS and len(self.terms):
                rarest = float(self.terms[:, TERMS.index(comparison.name)].min(initial=0.0))
                bits[column, LEVEL_COUNTS[column]] -= rarest
        return bits.ravel()

    @property
    def prior_bits(self) -> float:
        """What is believed of any two records, match against chance?"""
        model = self.model
        return float(np.log2(model.match_share) - np.log2(1.0 - model.match_share - model.household_share))


NO_TERMS = np.zeros((0, len(TERMS)), dtype=np.float32)


def pattern_weights(model: Model, patterns: np.ndarray) -> np.ndarray:
    """What is the match weight of these patterns, in bits, where the values themselves are not known?"""
    return Weigher(model, NO_TERMS).weigh(patterns, np.zeros(len(patterns), dtype=np.int32))[0]


@dataclass(frozen=True)
class Scorer:
    """How are pairs of this table weighed with this model?"""

    table: EncodedTable
    weigher: Weigher

    def score(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is the match weight of these pairs of nodes, and which of them are contradicted?"""
        return self.weigher.weigh(compare_pairs(self.table, left, right), left)


def make_scorer(table: EncodedTable, model: Model) -> Scorer:
    """Which scorer weighs pairs of this table with this model?"""
    return Scorer(table, Weigher(model, term_bits(table, model)))


def holds(conflict: Conflict, levels: np.ndarray) -> bool:
    """Does one pair of these levels show this contradiction?"""
    return all(low <= levels[COLUMN_OF[name]] <= high for name, (low, high) in conflict.levels.items())


def probability_of(weights: np.ndarray) -> np.ndarray:
    """Which match probability does each match weight stand for?"""
    return 1.0 / (1.0 + np.exp2(-np.clip(weights, -1000.0, 1000.0)))


def weight_of(probability: float) -> float:
    """Which match weight does this match probability stand for? Bits; the probability lies strictly between 0 and 1."""
    return float(np.log2(probability) - np.log2(1 - probability))
