"""What do these records teach about agreement, without anybody labelling a pair?

u comes from counting: how often values agree by chance. m, and the household shares of household fields, come from
expectation-maximisation (EM) over the histogram of agreement patterns, never over single pairs. Pairs that no rule
brought together count as chance, so the shares are shares of all pairs and no field is favoured for being blocked on.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from linkage.comparisons import COMPARISONS, LEVEL_COUNTS, compare_pairs
from linkage.encoding import MISSING, EncodedTable
from linkage.model import (
    HOUSEHOLD_COMPARISONS,
    ComparisonParameters,
    Model,
    household_shares,
    starting_model,
    starting_parameters,
)

FEWEST_RECORDS_TO_LEARN = 200
"""Distinct records. With fewer, the starting values are nearer the truth than anything that could be learned."""

FEWEST_MATCHES_TO_LEARN = 30.0
"""Expected matching pairs. With fewer, m keeps its starting values."""

FEWEST_MATCHES_AT_LEVEL = 5.0
"""Expected matching pairs that must reach a level before its weight is learned."""

SAMPLED_PAIRS = 200_000
"""Random pairs looked at for the chance of partial agreement: a level of 1 in 10,000 is then seen about 20 times."""

U_PRIOR_PAIRS = 500.0
M_PRIOR_PAIRS = 50.0
"""Pairs that the starting values weigh against what is seen, for u and for m and h."""

LOWEST_U_OF_START = 0.3
"""Share of the starting u below which a level's u never falls: not seeing a rare coincidence does not exclude it."""

LARGEST_IDENTIFIER_U = {"ssn": 1e-6, "email": 1e-5, "phone": 2e-4, "street_address": 5e-4}
"""Chance agreement of identifiers. Counted repeats are mostly one person's records, so the count is only a bound."""

EM_ROUNDS = 300
EM_TOLERANCE = 1e-7
"""Rounds at most; change of the expected share of matches, relative, at which EM stops."""

SIGNIFICANT_DIGITS = 8
"""Digits kept of each share, so that the last bits of a sum cannot change the model's name."""

Parameters = dict[str, ComparisonParameters]


@dataclass(frozen=True)
class PatternHistogram:
    """How often was each agreement pattern seen? `levels`: patterns x comparisons; `counts`: pairs per pattern."""

    levels: np.ndarray
    counts: np.ndarray
    pair_count_of_all: float


def pattern_histogram(levels: np.ndarray, node_count: int) -> PatternHistogram:
    """Which patterns do these pairs show, how often? Patterns are sorted, so the order of the pairs does not matter."""
    packed = np.zeros(len(levels), dtype=np.int64)
    for column, count in enumerate(LEVEL_COUNTS):
        packed = packed * (count + 1) + (levels[:, column].astype(np.int64) + 1)
    _, first, counts = np.unique(packed, return_index=True, return_counts=True)
    return PatternHistogram(levels[first], counts.astype(np.float64), max(node_count * (node_count - 1) / 2, 1.0))


def _random_pairs(node_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs stand for all pairs? All of them in a small table, else a sample fixed by the size of the table."""
    if node_count * (node_count - 1) // 2 <= SAMPLED_PAIRS:
        return np.triu_indices(node_count, k=1)
    random = np.random.default_rng(node_count)
    left = random.integers(0, node_count, SAMPLED_PAIRS)
    right = (left + 1 + random.integers(0, node_count - 1, SAMPLED_PAIRS)) % node_count
    return left, right


def _agreement_share(codes: np.ndarray) -> tuple[float, float]:
    """How often do two values agree by chance, and how many pairs is that seen on?"""
    counts = np.unique(codes[codes != MISSING], return_counts=True)[1].astype(np.float64)
    total = counts.sum()
    pairs = total * (total - 1) / 2
    return (float((counts * (counts - 1) / 2).sum() / pairs), pairs) if pairs else (0.0, 0.0)


def _equal_share(table: EncodedTable, name: str, start: float) -> float:
    """How often are two values of this comparison equal by chance?

    Birth dates by the product of year, month and day, which repeats of one person's records hardly change.
    """
    if name == "birth_date":
        date = table.birth_date
        known = date.day != 0
        shares = [_agreement_share(part[known].astype(np.int64)) for part in (date.year, date.month, date.day)]
        share, pairs = float(np.prod([share for share, _ in shares])), shares[0][1]
    else:
        share, pairs = _agreement_share(table.codes("postcode" if name == "place" else name))
    share = (share * pairs + start * U_PRIOR_PAIRS) / (pairs + U_PRIOR_PAIRS)
    return min(share, LARGEST_IDENTIFIER_U.get(name, 1.0))


def estimate_u(table: EncodedTable) -> dict[str, tuple[float, ...]]:
    """How often is each level reached by chance? Partial levels from random pairs, equality from counts of values."""
    levels = compare_pairs(table, *_random_pairs(table.size))
    answer = {}
    for column, (name, start) in enumerate(starting_parameters().items()):
        believed = np.array(start.u)
        seen = np.bincount(levels[:, column] + 1, minlength=len(believed) + 1)[1:].astype(np.float64)
        share = (seen + U_PRIOR_PAIRS * believed) / (seen.sum() + U_PRIOR_PAIRS)
        share[-1] = _equal_share(table, name, believed[-1])
        share[1:] = np.maximum(share[1:], LOWEST_U_OF_START * believed[1:])
        share[0] = max(1.0 - share[1:].sum(), 0.01)
        answer[name] = tuple((share / share.sum()).tolist())
    return answer


def log_shares(parameters: Parameters, kind: str) -> list[np.ndarray]:
    """What is the log2 of each level's share, per comparison? The first element, 0, stands for a missing value."""
    return [np.concatenate([[0.0], np.log2(getattr(parameters[c.name], kind))]) for c in COMPARISONS]


def pattern_bits(levels: np.ndarray, logs: list[np.ndarray]) -> np.ndarray:
    """What is the log2 probability of each pattern? Added up in the fixed order of the comparisons."""
    bits = np.zeros(len(levels))
    for column, table in enumerate(logs):
        bits += table[levels[:, column].astype(np.intp) + 1]
    return bits


def class_shares(histogram: PatternHistogram, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """How likely is each pattern a match, and how likely a household pair?"""
    chance_share = 1.0 - model.match_share - model.household_share
    shares = (model.match_share, max(model.household_share, 1e-300), chance_share)
    bits = [
        np.log2(share) + pattern_bits(histogram.levels, log_shares(model.parameters, kind))
        for share, kind in zip(shares, ("m", "h", "u"), strict=True)
    ]
    total = np.logaddexp2(np.logaddexp2(bits[0], bits[1]), bits[2])
    return np.exp2(bits[0] - total), np.exp2(bits[1] - total)


def _weighted_shares(levels: np.ndarray, weights: np.ndarray, believed: tuple[float, ...]) -> tuple[float, ...]:
    """How often is each level of one comparison reached, given these weights and what was believed before?"""
    seen = np.bincount(levels.astype(np.intp) + 1, weights=weights, minlength=len(believed) + 1)[1:]
    share = (seen + M_PRIOR_PAIRS * np.array(believed)) / (seen.sum() + M_PRIOR_PAIRS)
    return tuple(share.tolist())


def _maximise(histogram: PatternHistogram, model: Model, start: Parameters) -> Model:
    """Which model fits best, given how likely the present one finds each pattern to be a match? One round of EM."""
    match, household = class_shares(histogram, model)
    match_pairs, household_pairs = match * histogram.counts, household * histogram.counts
    parameters = {}
    for column, comparison in enumerate(COMPARISONS):
        name, now = comparison.name, model.parameters[comparison.name]
        m = _weighted_shares(histogram.levels[:, column], match_pairs, start[name].m)
        h = now.h
        if name in HOUSEHOLD_COMPARISONS:
            h = _weighted_shares(histogram.levels[:, column], household_pairs, start[name].h)
        parameters[name] = replace(now, m=m, h=h)
    match_share = max(match_pairs.sum(), 0.5) / histogram.pair_count_of_all
    household_share = household_pairs.sum() / histogram.pair_count_of_all
    return replace(model, parameters=parameters, match_share=match_share, household_share=household_share)


def _fit(histogram: PatternHistogram, model: Model) -> Model:
    """Which model do the patterns lead to? EM from the given model until it stands still."""
    start = model.parameters
    for _ in range(EM_ROUNDS):
        improved = _maximise(histogram, model, start)
        change = abs(improved.match_share - model.match_share) / model.match_share
        model = improved
        if change < EM_TOLERANCE:
            break
    return model


def rising_m(
    learned: ComparisonParameters, start: ComparisonParameters, match_pairs: float
) -> tuple[tuple[float, ...], list[int]]:
    """Which m gives weights that rise with the level, and which levels had to be refused?

    Levels that hardly any match reached have taught nothing and keep their starting weight. Where a better level has a
    lower weight (log2 m/u) than a worse one, the one fewer matches support is refused: it goes back to its starting
    weight as well. Both are held between their neighbours' weights.
    """
    weights = np.log2(learned.m) - np.log2(learned.u)
    believed = np.log2(start.m) - np.log2(start.u)
    is_learned = np.array(learned.m) * match_pairs >= FEWEST_MATCHES_AT_LEVEL
    trusted = is_learned.copy()
    while True:
        kept = np.flatnonzero(trusted)
        falls = [(a, b) for a, b in itertools.pairwise(kept) if weights[a] > weights[b]]
        if not falls:
            break
        worse, better = falls[0]
        trusted[worse if learned.m[worse] <= learned.m[better] else better] = False
    kept = np.flatnonzero(trusted)
    for level in np.flatnonzero(~trusted):
        below, above = kept[kept < level], kept[kept > level]
        low = weights[below[-1]] if len(below) else -np.inf
        high = weights[above[0]] if len(above) else np.inf
        weights[level] = min(max(believed[level], low), high)
    weights = np.maximum.accumulate(weights)
    m = np.minimum(np.exp2(weights) * np.array(learned.u), 1.0)
    return tuple(m.tolist()), np.flatnonzero(is_learned & ~trusted).tolist()


def refuse_falling_weights(model: Model, start: Parameters, match_pairs: float) -> tuple[Model, tuple[str, ...]]:
    """Which model has only rising weights, and which levels were refused? One note per comparison."""
    parameters, notes = {}, []
    for comparison in COMPARISONS:
        name = comparison.name
        m, refused = rising_m(model.parameters[name], start[name], match_pairs)
        parameters[name] = replace(model.parameters[name], m=m)
        if refused:
            labels = ", ".join(f"[{comparison.labels[level]}]" for level in refused)
            notes.append(f"{name}: weights did not rise with the level; set back to the starting values: {labels}")
    return replace(model, parameters=parameters), tuple(notes)


def _rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    """What are these shares, to the digits that are kept?"""
    return tuple(float(f"{max(value, 1e-12):.{SIGNIFICANT_DIGITS}g}") for value in values)


def _round_model(model: Model) -> Model:
    """Which model is this, to the digits that are kept?"""
    parameters = {
        name: ComparisonParameters(_rounded(p.m), _rounded(p.u), _rounded(p.h)) for name, p in model.parameters.items()
    }
    match_share, household_share = _rounded((model.match_share, model.household_share))
    return replace(model, parameters=parameters, match_share=match_share, household_share=household_share)


def learn_from_patterns(
    histogram: PatternHistogram, u: dict[str, tuple[float, ...]], node_count: int
) -> tuple[Model, tuple[str, ...]]:
    """Which model do these patterns teach, and what was refused?"""
    start = starting_parameters()
    with_u = {
        name: replace(
            p, u=u[name], h=household_shares(name, u[name]) if name not in HOUSEHOLD_COMPARISONS | {"suffix"} else p.h
        )
        for name, p in start.items()
    }
    believed = replace(starting_model(node_count), parameters=with_u)
    fitted = _fit(histogram, believed)
    match_pairs = fitted.match_share * histogram.pair_count_of_all
    if match_pairs < FEWEST_MATCHES_TO_LEARN:
        household_share = max(fitted.household_share, fitted.match_share / 2)  # as believed before any record is seen
        believed = replace(believed, match_share=fitted.match_share, household_share=household_share)
        model, notes = (
            believed,
            (f"only about {match_pairs:.0f} matching pairs to learn from; m keeps the starting values",),
        )
        # nothing was learned of m, but u was counted: what is believed of m keeps its say against this table's u
        model, more = refuse_falling_weights(model, with_u, match_pairs)
        return _round_model(replace(model, trained_on=node_count)), notes + more
    model, notes = refuse_falling_weights(fitted, start, match_pairs)
    return _round_model(replace(model, trained_on=node_count)), notes


def train_model(table: EncodedTable, levels: np.ndarray) -> tuple[Model, tuple[str, ...]]:
    """Which model do these records teach?

    Args:
        table: the nodes.
        levels: levels of their candidate pairs, as compare_pairs gives them.

    Returns:
        The model, and notes on what was refused. A table too small to learn from gives the starting model.
    """
    if table.size < FEWEST_RECORDS_TO_LEARN:
        note = f"{table.size} distinct records are too few to learn from; the starting values were used"
        return _round_model(starting_model(table.size)), (note,)
    return learn_from_patterns(pattern_histogram(levels, table.size), estimate_u(table), table.size)
