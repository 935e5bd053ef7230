"""How strongly does the evidence speak for one person?

match weight = log2 of match : not match, the prior included. Not matching means household or chance, whichever explains
the pair better. A rare value lifts a pair against chance only: a household shares its rare surname as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.comparisons import COMPARISONS, LEVEL_COUNTS
from linkage.encoding import MISSING, EncodedTable
from linkage.model import CONFLICTS, HOUSEHOLD_COMPARISONS, HOUSEHOLD_SURPLUS, Conflict, Model
from linkage.training import log_shares, pattern_bits

TERM_PRIOR_RECORDS = 1000.0
"""Records that the average frequency weighs against a value's own count, so that in small tables no value looks common
only because the table is small."""

PLAUSIBLE_REPEATS = 5.0
"""Distinct records of one person or family that may share an SSN or e-mail address before it counts as a shared
value."""

LOWEST_FREQUENCY = {"ssn": 1e-6, "email": 1e-6, "phone": 5e-6, "street_address": 1e-5}
LOWEST_NAME_FREQUENCY = 1e-5
"""Frequency below which a value counts as no rarer: counts that small are accidents of the table."""

IDENTIFIERS = frozenset({"ssn", "email"})
COLUMN_OF = {comparison.name: column for column, comparison in enumerate(COMPARISONS)}


def term_bits(table: EncodedTable, model: Model) -> dict[str, np.ndarray]:
    """How much more common than average is each value, in bits, per comparison that counts frequencies?

    Returns:
        Per comparison, one element per code of its term field: log2(frequency / u of equality). Positive: common.
    """
    answer = {}
    for comparison in COMPARISONS:
        if comparison.term_field is None:
            continue
        codes = table.codes(comparison.term_field)
        counts = np.bincount(codes[codes != MISSING]).astype(np.float64)
        average = model.parameters[comparison.name].u[-1]
        total = counts.sum()
        if comparison.name in IDENTIFIERS:
            counts = np.maximum(counts - PLAUSIBLE_REPEATS, 0.0)
        frequency = (counts + TERM_PRIOR_RECORDS * average) / (total + TERM_PRIOR_RECORDS)
        lowest = LOWEST_FREQUENCY.get(comparison.name, LOWEST_NAME_FREQUENCY)
        answer[comparison.name] = np.log2(np.maximum(frequency, lowest)) - np.log2(average)
    return answer


def pair_term_bits(
    table: EncodedTable, terms: dict[str, np.ndarray], levels: np.ndarray, left: np.ndarray
) -> dict[str, np.ndarray]:
    """How much more common than average is the value each pair agrees on? 0 where it does not agree fully."""
    answer = {}
    for name, bits in terms.items():
        column = COLUMN_OF[name]
        is_equal = levels[:, column] == LEVEL_COUNTS[column] - 1
        chosen = np.zeros(len(left))
        field = COMPARISONS[column].term_field
        assert field is not None
        chosen[is_equal] = bits[table.codes(field)[left[is_equal]]]
        answer[name] = chosen
    return answer


def _household_term_bits(name: str, model: Model, bits: np.ndarray) -> np.ndarray:
    """What does a common value change for household pairs? Only the part of a person's field that is chance grows."""
    if name in HOUSEHOLD_COMPARISONS:
        return np.zeros(len(bits))
    surplus = HOUSEHOLD_SURPLUS[name]
    u = model.parameters[name].u[-1] * (1 - surplus)
    return np.log2((u * np.exp2(bits) + surplus) / (u + surplus))


def holds(conflict: Conflict, levels: np.ndarray) -> np.ndarray:
    """Which pairs show this contradiction?"""
    answer = np.ones(len(levels), dtype=bool)
    for name, (low, high) in conflict.levels.items():
        level = levels[:, COLUMN_OF[name]]
        answer &= (level >= low) & (level <= high)
    return answer


def conflict_bits(levels: np.ndarray, favours_household: bool) -> np.ndarray:
    """How many bits do contradictions of this kind weigh for each pair? 0 where there is none."""
    bits = np.zeros(len(levels))
    for conflict in CONFLICTS:
        if conflict.favours_household == favours_household:
            bits[holds(conflict, levels)] += conflict.bits
    return bits


def is_contradicted(levels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Which pairs show a contradiction that the rest of their evidence does not outweigh?"""
    has_conflict = (conflict_bits(levels, True) + conflict_bits(levels, False)) > 0
    return has_conflict & (weights < 0)


def level_weights(model: Model, levels: np.ndarray, rarity: dict[str, np.ndarray] | None = None) -> np.ndarray:
    """What is the match weight of pairs with these levels, in bits?

    Args:
        model: the shares of the levels.
        levels: pairs x comparisons.
        rarity: per comparison, bits by which the value each pair agrees on is more common than average.
    """
    parameters = model.parameters
    match = np.log2(model.match_share) + pattern_bits(levels, log_shares(parameters, "m"))
    household = np.log2(max(model.household_share, 1e-300)) + pattern_bits(levels, log_shares(parameters, "h"))
    chance = np.log2(1 - model.match_share - model.household_share) + pattern_bits(levels, log_shares(parameters, "u"))
    for name, bits in (rarity or {}).items():
        chance += bits
        household += _household_term_bits(name, model, bits)
    household += conflict_bits(levels, favours_household=True)
    return match - np.logaddexp2(household, chance) - conflict_bits(levels, favours_household=False)


@dataclass(frozen=True)
class Scorer:
    """How are pairs of this table weighed with this model? Holds the frequencies of the table's values."""

    table: EncodedTable
    model: Model
    terms: dict[str, np.ndarray]

    def weights(self, levels: np.ndarray, left: np.ndarray) -> np.ndarray:
        """What is the match weight of each pair, in bits? `left` gives one node of each pair."""
        return level_weights(self.model, levels, pair_term_bits(self.table, self.terms, levels, left))


def make_scorer(table: EncodedTable, model: Model) -> Scorer:
    """Which scorer weighs pairs of this table with this model?"""
    return Scorer(table, model, term_bits(table, model))


def probability_of(weights: np.ndarray) -> np.ndarray:
    """Which match probability does each match weight stand for?"""
    return 1.0 / (1.0 + np.exp2(-np.clip(weights, -1000.0, 1000.0)))


def weight_of(probability: float) -> float:
    """Which match weight does this match probability stand for? Bits; the probability lies strictly between 0 and 1."""
    return float(np.log2(probability) - np.log2(1 - probability))
