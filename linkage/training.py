"""What do these records teach about agreement, without anybody labelling a pair?

u comes from counting: how often values agree by chance. m, and the household shares of household fields, come from
expectation-maximisation (EM) over the histogram of agreement patterns, never over single pairs. Pairs that no rule
brought together count as chance, so the shares are shares of all pairs and no field is favoured for being blocked on.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from linkage.codes import MISSING
from linkage.comparisons import COMPARISONS, LEVEL_SLOTS, compare_pairs, levels_of
from linkage.encoding import EncodedTable
from linkage.model import (
    HOUSEHOLD_COMPARISONS,
    PERSON_COMPARISONS,
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

HOPELESS_SHARE = 1e-7
HOPELESS_AFTER_ROUND = 5
"""Share of a pattern's pairs that are not chance, below which it is left out after the first rounds of EM."""

SIGNIFICANT_DIGITS = 8
"""Digits kept of each share, so that the last bits of a sum cannot change the model's name."""

EXCHANGED_LEVEL = COMPARISONS[0].labels.index("exchanged with last name")

Parameters = dict[str, ComparisonParameters]


@dataclass(frozen=True)
class PatternHistogram:
    """How often was each agreement pattern seen? `patterns` ascending, `counts` of pairs; pairs of the table in all."""

    patterns: np.ndarray
    counts: np.ndarray
    pair_count_of_all: float


def pattern_histogram(patterns: np.ndarray, counts: np.ndarray, node_count: int) -> PatternHistogram:
    """Which histogram do these patterns and counts make, among all pairs of this many nodes?"""
    return PatternHistogram(patterns, counts.astype(np.float64), max(node_count * (node_count - 1) / 2, 1.0))


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
    counts = np.bincount(codes[codes != MISSING]).astype(np.float64)
    total = counts.sum()
    pairs = total * (total - 1) / 2
    return (float((counts * (counts - 1) / 2).sum() / pairs), pairs) if pairs else (0.0, 0.0)


def _equal_share(table: EncodedTable, name: str, start: float) -> float:
    """How often are two values of this comparison equal by chance?

    Birth dates by the product of year and day of the year, which repeats of one person's records hardly change.
    """
    if name == "birth_date":
        date = table.dates
        known = date.day != 0
        parts = (date.year.astype(np.int64), date.month.astype(np.int64) * 32 + date.day)
        shares = [_agreement_share(part[known]) for part in parts]
        share, pairs = float(np.prod([share for share, _ in shares])), shares[0][1]
    else:
        share, pairs = _agreement_share(table.codes("postcode" if name == "place" else name).astype(np.int64))
    share = (share * pairs + start * U_PRIOR_PAIRS) / (pairs + U_PRIOR_PAIRS)
    return min(share, LARGEST_IDENTIFIER_U.get(name, 1.0))


def estimate_u(table: EncodedTable) -> dict[str, tuple[float, ...]]:
    """How often is each level reached by chance? Partial levels from random pairs, equality from counts of values."""
    levels = levels_of(compare_pairs(table, *_random_pairs(table.size)))
    answer = {}
    for column, (name, start) in enumerate(starting_parameters().items()):
        believed = np.array(start.u)
        seen = np.bincount(levels[:, column] + 1, minlength=len(believed) + 1)[1:].astype(np.float64)
        share = (seen + U_PRIOR_PAIRS * believed) / (seen.sum() + U_PRIOR_PAIRS)
        share[-1] = _equal_share(table, name, believed[-1])
        if name == "first_name":
            share[EXCHANGED_LEVEL] = share[-1]  # given that one name agrees crosswise, the other does by chance
        share[1:] = np.maximum(share[1:], LOWEST_U_OF_START * believed[1:])
        share[0] = max(1.0 - share[1:].sum(), 0.01)
        answer[name] = tuple((share / share.sum()).tolist())
    return answer


@njit(cache=True, nogil=True, error_model="numpy")
def _expect(patterns, counts, shares, m, h, u, match_sums, household_sums, responsible):
    """How often is each level reached by matches and by household pairs? One round over all patterns, into the sums.

    m, h, u: what each level is worth, LEVEL_SLOTS per comparison, flat; missing is worth 1. responsible: gets the
    share of each pattern that is not chance.
    """
    comparisons = len(m) // 16
    matches, households = 0.0, 0.0
    for p in range(len(patterns)):
        pattern = patterns[p]
        match, household, chance = shares[0], shares[1], shares[2]
        for c in range(comparisons):
            place = c * 16 + ((pattern >> (4 * c)) & 15)
            match *= m[place]
            household *= h[place]
            chance *= u[place]
        total = match + household + chance
        match, household = match / total, household / total
        responsible[p] = match + household
        match *= counts[p]
        household *= counts[p]
        matches += match
        households += household
        for c in range(comparisons):
            place = c * 16 + ((pattern >> (4 * c)) & 15)
            match_sums[place] += match
            household_sums[place] += household
    return matches, households


def _worth(parameters: Parameters, kind: str) -> np.ndarray:
    """What is each level worth? LEVEL_SLOTS per comparison, flat; missing is worth 1."""
    answer = np.ones((len(COMPARISONS), LEVEL_SLOTS))
    for column, comparison in enumerate(COMPARISONS):
        shares = getattr(parameters[comparison.name], kind)
        answer[column, 1 : len(shares) + 1] = shares
    return answer.ravel()


def _held_to(seen: np.ndarray, believed: tuple[float, ...]) -> tuple[float, ...]:
    """How often is each level reached, given these sums and what was believed before?"""
    seen = seen[1 : len(believed) + 1]
    share = (seen + M_PRIOR_PAIRS * np.array(believed)) / (seen.sum() + M_PRIOR_PAIRS)
    return tuple(share.tolist())


def _improve(histogram: PatternHistogram, model: Model, start: Parameters) -> tuple[Model, np.ndarray]:
    """Which model fits better, given how likely the present one finds each pattern to be a match? One round of EM."""
    chance_share = 1.0 - model.match_share - model.household_share
    shares = np.array([model.match_share, model.household_share, chance_share])
    sums = np.zeros((2, len(COMPARISONS) * LEVEL_SLOTS))
    responsible = np.empty(len(histogram.patterns))
    matches, households = _expect(
        histogram.patterns, histogram.counts, shares, *(_worth(model.parameters, kind) for kind in "mhu"),
        sums[0], sums[1], responsible,
    )  # fmt: skip
    match_sums, household_sums = sums.reshape(2, len(COMPARISONS), LEVEL_SLOTS)
    parameters = {}
    for column, comparison in enumerate(COMPARISONS):
        name, now = comparison.name, model.parameters[comparison.name]
        m, h = _held_to(match_sums[column], start[name].m), now.h
        if name in HOUSEHOLD_COMPARISONS:
            h = _held_to(household_sums[column], start[name].h)
        elif name in PERSON_COMPARISONS:
            h = household_shares(name, m, now.u)
        parameters[name] = replace(now, m=m, h=h)
    match_share = max(matches, 0.5) / histogram.pair_count_of_all
    household_share = households / histogram.pair_count_of_all
    return replace(model, parameters=parameters, match_share=match_share, household_share=household_share), responsible


def _without_hopeless(histogram: PatternHistogram, responsible: np.ndarray) -> PatternHistogram:
    """Which patterns still matter? Those that are chance for certain teach nothing, since u is fixed."""
    kept = responsible > HOPELESS_SHARE
    return replace(histogram, patterns=histogram.patterns[kept], counts=histogram.counts[kept])


def _fit(histogram: PatternHistogram, model: Model) -> Model:
    """Which model do the patterns lead to? EM from the given model until it stands still."""
    start = model.parameters
    for number in range(EM_ROUNDS):
        improved, responsible = _improve(histogram, model, start)
        change = abs(improved.match_share - model.match_share) / model.match_share
        model = improved
        if change < EM_TOLERANCE:
            break
        if number == HOPELESS_AFTER_ROUND:
            histogram = _without_hopeless(histogram, responsible)
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
        learned = model.parameters[name]
        m, refused = rising_m(learned, start[name], match_pairs)
        h = household_shares(name, m, learned.u) if name in PERSON_COMPARISONS else learned.h
        parameters[name] = replace(learned, m=m, h=h)
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
        name: replace(p, u=u[name], h=household_shares(name, p.m, u[name]) if name in PERSON_COMPARISONS else p.h)
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
        return _round_model(replace(model, trained_on=node_count, pair_count=int(histogram.counts.sum()))), notes + more
    model, notes = refuse_falling_weights(fitted, start, match_pairs)
    return _round_model(replace(model, trained_on=node_count, pair_count=int(histogram.counts.sum()))), notes


def train_model(table: EncodedTable, patterns: np.ndarray, counts: np.ndarray) -> tuple[Model, tuple[str, ...]]:
    """Which model do these records teach?

    Args:
        table: the nodes.
        patterns: the patterns of their candidate pairs, ascending.
        counts: pairs of each pattern.

    Returns:
        The model, and notes on what was refused. A table too small to learn from gives the starting model.
    """
    if table.size < FEWEST_RECORDS_TO_LEARN:
        note = f"{table.size} distinct records are too few to learn from; the starting values were used"
        return _round_model(starting_model(table.size)), (note,)
    return learn_from_patterns(pattern_histogram(patterns, counts, table.size), estimate_u(table), table.size)
