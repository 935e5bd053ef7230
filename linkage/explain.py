"""Why are two records held to be one person, or two? The match weight, term by term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from linkage.codes import MISSING
from linkage.comparisons import COLUMN_OF, COMPARISONS, compare_pairs, levels_of
from linkage.model import CONFLICTS, Model
from linkage.nodes import Nodes, Records, collapse_records
from linkage.scoring import EXCHANGED_LEVEL, TERMS, Scorer, holds, make_scorer, probability_of

MISSING_LABEL = "not known on one side"


@dataclass(frozen=True)
class ExplanationStep:
    """What does one comparison contribute? Level -1: a side is missing. Bits speak for (+) or against (-) a match."""

    comparison: str
    level: int
    label: str
    bits: float


@dataclass(frozen=True)
class Explanation:
    """Why is this pair held to be one person, or two? Holds levels and bits, no value of the records.

    prior_bits + the bits of all steps + household_bits + conflict_bits = total_bits.

    Attributes:
        prior_bits: what is believed of any two records.
        steps: one per comparison, against chance agreement, rarity of the shared value included.
        household_bits: taken because two people of one household would explain the agreement as well; 0 or negative.
        conflict_bits: taken for contradictions; 0 or negative.
        conflicts: the sentences of those contradictions.
        probability: the match probability of total_bits.
    """

    record_id_l: str
    record_id_r: str
    prior_bits: float
    steps: tuple[ExplanationStep, ...]
    household_bits: float
    conflict_bits: float
    conflicts: tuple[str, ...]
    total_bits: float
    probability: float


def _steps(scorer: Scorer, levels: np.ndarray, left: int) -> tuple[ExplanationStep, ...]:
    """What does each comparison contribute to this pair, against chance?"""
    steps = []
    is_exchanged = levels[COLUMN_OF["first_name"]] == EXCHANGED_LEVEL
    for column, comparison in enumerate(COMPARISONS):
        level = int(levels[column])
        shares = scorer.weigher.model.parameters[comparison.name]
        if level == MISSING:
            steps.append(ExplanationStep(comparison.name, level, MISSING_LABEL, 0.0))
            continue
        bits = float(np.log2(shares.m[level]) - np.log2(shares.u[level]))
        is_equal = level == len(comparison.labels) - 1
        if is_equal and comparison.name in TERMS and not (comparison.name == "last_name" and is_exchanged):
            bits -= float(scorer.weigher.terms[left, TERMS.index(comparison.name)])
        steps.append(ExplanationStep(comparison.name, level, comparison.labels[level], bits))
    return tuple(steps)


def make_explainer(records: Records, model: Model) -> Callable[[str, str], Explanation]:
    """Which function explains pairs of these records, one after another? See explain_pair."""
    nodes = collapse_records(records, set())
    return explainer_of(nodes, make_scorer(nodes.table, model))


def explainer_of(nodes: Nodes, scorer: Scorer) -> Callable[[str, str], Explanation]:
    """Which function explains pairs of records that are already collapsed into these nodes?"""
    place = {str(record_id): number for number, record_id in enumerate(nodes.record_ids)}

    def explain(record_id_l: str, record_id_r: str) -> Explanation:
        """Why are these two records held to be one person, or two?"""
        ids = sorted((str(record_id_l), str(record_id_r)))
        if ids[0] == ids[1]:
            raise ValueError("a record is not compared with itself")
        absent = [record_id for record_id in ids if record_id not in place]
        if absent:
            raise ValueError(f"record_id [{absent[0]}] is not in the records")
        node = nodes.node_of[[place[record_id] for record_id in ids]]
        if (node < 0).any():
            raise ValueError("one of the records repeats a row that is too frequent to be a person; it is not compared")
        return _explain(scorer, ids, np.sort(node))

    return explain


def explain_pair(records: Records, model: Model, record_id_l: str, record_id_r: str) -> Explanation:
    """Why are these two records held to be one person, or two?

    Args:
        records: the whole table both records come from: how rare a shared value is depends on it.
        model: as used by dedupe.
        record_id_l: one record.
        record_id_r: another record; either order gives the same answer.

    Raises:
        ValueError: an id is not in the records, or both are the same.
    """
    return make_explainer(records, model)(record_id_l, record_id_r)


def _explain(scorer: Scorer, ids: list[str], node: np.ndarray) -> Explanation:
    """How does the weight of these two nodes come about? Two records of one node are a pair like any other."""
    patterns = compare_pairs(scorer.table, node[:1], node[1:])
    levels = levels_of(patterns)[0]
    total = float(scorer.weigher.weigh(patterns, node[:1])[0][0])
    steps = _steps(scorer, levels, int(node[0]))
    held = [conflict for conflict in CONFLICTS if holds(conflict, levels)]
    against = -sum(conflict.bits for conflict in held if not conflict.favours_household)
    prior = scorer.weigher.prior_bits
    household = total - prior - sum(step.bits for step in steps) - against
    return Explanation(
        record_id_l=ids[0],
        record_id_r=ids[1],
        prior_bits=prior,
        steps=steps,
        household_bits=min(household, 0.0),
        conflict_bits=against,
        conflicts=tuple(conflict.sentence for conflict in held),
        total_bits=total,
        probability=float(probability_of(np.array([total]))[0]),
    )
