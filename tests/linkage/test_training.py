"""Is what EM learns what the records were made with?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import linkage
from linkage.comparisons import COLUMN_OF, COMPARISONS, LEVEL_COUNTS, patterns_of
from linkage.encoding import encode_table
from linkage.model import HOUSEHOLD_COMPARISONS, starting_parameters
from linkage.normalize import normalize_table
from linkage.training import (
    FEWEST_MATCHES_TO_LEARN,
    FEWEST_RECORDS_TO_LEARN,
    PatternHistogram,
    estimate_u,
    learn_from_patterns,
    pattern_histogram,
    train_model,
)
from tests.linkage.households import made_up_town

NODES = 1_500
ALL_PAIRS = NODES * (NODES - 1) // 2
START = starting_parameters()
SHARE_MISSING = 0.2

TRUE_M = {name: start.m for name, start in START.items()} | {
    "first_name": (0.05, 0.04, 0.009, 0.05, 0.10, 0.15, 0.60),
    "last_name": (0.10, 0.05, 0.04, 0.14, 0.67),
    "birth_date": (0.04, 0.07, 0.01, 0.10, 0.05, 0.73),
    "phone": (0.25, 0.08, 0.67),
    "street_address": (0.60, 0.05, 0.05, 0.30),
}
"""Unlike the starting values, so that repeating them would be seen."""

TRUE_H = {name: start.h for name, start in START.items()} | {
    "last_name": (0.05, 0.05, 0.05, 0.05, 0.80),
    "street_address": (0.10, 0.05, 0.15, 0.70),
}


def drawn(random: np.random.Generator, shares: Mapping[str, tuple[float, ...]], count: int) -> np.ndarray:
    """Which levels do this many pairs reach, drawn with these shares? A fifth of the values is missing."""
    levels = np.empty((count, len(COMPARISONS)), dtype=np.int64)
    for column, comparison in enumerate(COMPARISONS):
        weights = np.array(shares[comparison.name])
        levels[:, column] = random.choice(len(weights), count, p=weights / weights.sum())
    levels[random.random(levels.shape) < SHARE_MISSING] = -1
    return levels


def simulated(matches: int, households: int, m: Mapping = TRUE_M, h: Mapping = TRUE_H) -> PatternHistogram:
    """Which histogram do all pairs of NODES records show, if they follow this model?"""
    random = np.random.default_rng(matches + households)
    u = {name: start.u for name, start in START.items()}
    kinds = ((m, matches), (h, households), (u, ALL_PAIRS - matches - households))
    levels = np.concatenate([drawn(random, shares, count) for shares, count in kinds])
    return pattern_histogram(*np.unique(patterns_of(levels), return_counts=True), NODES)


U = {name: start.u for name, start in START.items()}


@pytest.fixture(scope="module")
def families() -> PatternHistogram:
    return simulated(6_000, 8_000)


def test_em_finds_the_shares_the_pairs_were_drawn_with(families: PatternHistogram) -> None:
    model, notes = learn_from_patterns(families, U, NODES)
    for name, shares in TRUE_M.items():
        np.testing.assert_allclose(model.parameters[name].m, shares, atol=0.03, err_msg=f"{name}: {notes}")
    for name in HOUSEHOLD_COMPARISONS:
        np.testing.assert_allclose(model.parameters[name].h, TRUE_H[name], atol=0.04, err_msg=name)
    assert model.match_share * ALL_PAIRS == pytest.approx(6_000, rel=0.03)
    assert model.household_share * ALL_PAIRS == pytest.approx(8_000, rel=0.1)
    assert (model.trained_on, model.pair_count) == (NODES, ALL_PAIRS)


def test_where_there_are_no_households_the_class_stays_empty() -> None:
    model, _ = learn_from_patterns(simulated(6_000, 0), U, NODES)
    assert model.match_share * ALL_PAIRS == pytest.approx(6_000, rel=0.03)
    assert model.household_share < 0.05 * model.match_share


def test_a_table_that_is_only_chance_teaches_nothing_about_matches() -> None:
    model, notes = learn_from_patterns(simulated(0, 0), U, NODES)
    assert any("matching pairs to learn from" in note for note in notes)
    assert model.match_share * ALL_PAIRS < FEWEST_MATCHES_TO_LEARN
    assert model.household_share > 0


def test_pairs_no_rule_brought_together_count_as_chance(families: PatternHistogram) -> None:
    """Leaving out pairs that are chance for certain changes hardly anything: shares are shares of all pairs."""
    agrees = ((families.patterns >> 4 * COLUMN_OF["birth_date"]) & 15) > 1
    agrees |= ((families.patterns >> 4 * COLUMN_OF["last_name"]) & 15) > 1
    blocked = pattern_histogram(families.patterns[agrees], families.counts[agrees], NODES)
    assert blocked.counts.sum() < 0.2 * families.counts.sum()
    part, whole = (learn_from_patterns(histogram, U, NODES)[0] for histogram in (blocked, families))
    assert part.match_share == pytest.approx(whole.match_share, rel=0.15)
    np.testing.assert_allclose(part.parameters["phone"].m, whole.parameters["phone"].m, atol=0.03)


def test_a_level_whose_weight_falls_is_refused_by_name(families: PatternHistogram) -> None:
    odd = TRUE_M | {"phone": (0.05, 0.90, 0.05), "sex": (0.75, 0.25)}
    close_numbers = U | {"phone": (0.9, 0.05, 0.05)}
    model, notes = learn_from_patterns(simulated(6_000, 0, m=odd), close_numbers, NODES)
    named = {note.split(":")[0]: note for note in notes}
    assert "sex" in named
    assert "[equal]" in named["sex"] or "[different]" in named["sex"]
    assert "phone" in named
    assert "first_name" not in named
    for shares in model.parameters.values():
        assert (np.diff(np.log2(shares.m) - np.log2(shares.u)) >= -1e-6).all()


def test_nothing_depends_on_the_order_of_the_patterns(families: PatternHistogram) -> None:
    order = np.random.default_rng(0).permutation(len(families.patterns))
    mixed = pattern_histogram(families.patterns[order], families.counts[order], NODES)
    one, other = (learn_from_patterns(histogram, U, NODES)[0] for histogram in (mixed, families))
    for name, shares in one.parameters.items():
        np.testing.assert_allclose(shares.m, other.parameters[name].m, rtol=1e-5)


def test_too_few_records_keep_the_starting_values() -> None:
    town = encode_table(normalize_table(made_up_town(FEWEST_RECORDS_TO_LEARN - 1)))
    model, notes = train_model(town, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert "too few to learn from" in notes[0]
    assert model.trained_on == 0


def test_chance_agreement_is_what_counting_all_pairs_gives() -> None:
    town = made_up_town(600, seed=12).drop(columns="person_truth")
    u = estimate_u(encode_table(normalize_table(town)))
    for (name, shares), count in zip(u.items(), LEVEL_COUNTS, strict=True):
        assert len(shares) == count
        assert sum(shares) == pytest.approx(1.0)
        assert min(shares) > 0, name
    for name in ("first_name", "last_name"):
        shares = town[name].dropna().value_counts(normalize=True)
        pairs = len(town[name].dropna()) ** 2 / 2
        expected = (float((shares**2).sum()) * pairs + START[name].u[-1] * 500) / (pairs + 500)
        assert u[name][-1] == pytest.approx(expected, rel=0.15)
    assert u["sex"][-1] == pytest.approx(0.5, abs=0.03)
    assert u["ssn"][-1] <= 1e-6  # repeats of one person's number are no chance


@pytest.fixture(scope="module")
def town_model() -> linkage.Model:
    return linkage.dedupe(made_up_town(3_000, seed=21)).model


def test_households_are_found_where_people_share_homes(town_model: linkage.Model) -> None:
    assert town_model.household_share > 0.1 * town_model.match_share
    surname = town_model.parameters["last_name"]
    assert surname.h[-1] > 10 * surname.u[-1]


def test_households_are_not_found_where_everybody_lives_alone() -> None:
    town = made_up_town(3_000, seed=21)
    first = town.groupby(["street_address", "last_name"])["person_truth"].transform("min")
    alone = town[(town["person_truth"] == first) | town["street_address"].isna()]
    alone = alone.assign(street_address=None, phone=None)
    model = linkage.dedupe(alone.reset_index(drop=True)).model
    assert model.household_share < 0.5 * model.match_share


def test_what_a_town_teaches_rises_with_the_level(town_model: linkage.Model) -> None:
    for name, shares in town_model.parameters.items():
        assert (np.diff(np.log2(shares.m) - np.log2(shares.u)) >= -1e-6).all(), name
        assert sum(shares.u) == pytest.approx(1.0, abs=1e-6)
        assert sum(shares.h) == pytest.approx(1.0, abs=1e-3)
