"""Which few pairs show how this linkage decides? Chosen by their weights and levels, never by their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from linkage.comparisons import COMPARISONS
from linkage.kernel import BITS_PER_LEVEL
from linkage.linked import Linked
from linkage.model import CONFLICTS
from linkage.scoring import weight_of
from linkage.sweep import Reopened

LEAST_HOUSEHOLD_BITS = 1.0
"""Bits that "two people of one household" must take from a pair before it is shown as an example of that."""


@dataclass(frozen=True)
class Example:
    """Which two records, and what do they show?"""

    title: str
    what: str
    record_id_l: str
    record_id_r: str


def _patterns(linked: Linked) -> np.ndarray:
    """Which pattern does each kept pair show?"""
    answer = np.zeros(len(linked.pairs), dtype=np.int64)
    for column, comparison in enumerate(COMPARISONS):
        level = linked.pairs[f"{comparison.name}_level"].to_numpy(dtype=np.int64)
        answer |= (level + 1) << (BITS_PER_LEVEL * column)
    return answer


def _household_bits(linked: Linked, reopened: Reopened) -> np.ndarray:
    """How much does "two people of one household" take from each kept pair? Bits, 0 or more."""
    weigher = reopened.scorer.weigher
    without = replace(weigher, model=replace(weigher.model, household_share=0.0))
    return without.weigh(_patterns(linked), reopened.links.left)[0] - reopened.links.weights


def _is_contradicted(linked: Linked) -> np.ndarray:
    """Which kept pairs show one of the contradictions of linkage.model?"""
    found = np.zeros(len(linked.pairs), dtype=bool)
    for conflict in CONFLICTS:
        holds = np.ones(len(linked.pairs), dtype=bool)
        for name, (low, high) in conflict.levels.items():
            level = linked.pairs[f"{name}_level"].to_numpy()
            holds &= (level >= low) & (level <= high)
        found |= holds
    return found


def _wanted(linked: Linked, reopened: Reopened) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield (title, what it shows, worth of each kept pair as an example of it; -inf is none)."""
    weights = reopened.links.weights
    is_link = weights >= weight_of(linked.threshold)
    household = _household_bits(linked, reopened)
    is_another = (linked.pairs["first_name_level"] == 0) | (linked.pairs["birth_date_level"] == 0)

    def among(chosen: np.ndarray, worth: np.ndarray) -> np.ndarray:
        return np.where(chosen, worth, -np.inf)

    yield "A sure link", "the highest match weight of all", among(is_link, weights)
    yield "Just above the threshold", "the weakest link", among(is_link, -weights)
    yield "Just below the threshold", "the strongest pair that is no link", among(~is_link, weights)
    yield (
        "Perhaps one household",
        "first name or birth date differ, and two people of one household would explain what agrees",
        among(is_another.to_numpy() & (household > LEAST_HOUSEHOLD_BITS), household),
    )
    yield (
        "A contradiction",
        "together, some of its fields say two people",
        among(_is_contradicted(linked), weights),
    )


def examples_of(linked: Linked, reopened: Reopened) -> tuple[list[Example], list[str]]:
    """Which pairs are shown, and of which kinds is there none? No pair is shown twice; ties go to smaller ids."""
    found, absent = [], []
    is_free = np.ones(len(linked.pairs), dtype=bool)
    for title, what, worth in _wanted(linked, reopened):
        left = np.where(is_free, worth, -np.inf)
        if not len(left) or left.max() == -np.inf:
            absent.append(title)
            continue
        place = int(left.argmax())
        is_free[place] = False
        pair = linked.pairs.iloc[place]
        found.append(Example(title, what, pair["record_id_l"], pair["record_id_r"]))
    if linked.refusals.empty:
        return found, [*absent, "A link not followed"]
    pair = linked.refusals.sort_values("match_weight", ascending=False, kind="stable").iloc[0]
    what = f"linked by itself, yet in two clusters: {pair['reason']}"
    return [*found, Example("A link not followed", what, pair["record_id_l"], pair["record_id_r"])], absent
