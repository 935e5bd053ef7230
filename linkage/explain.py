"""Why are two records held to be one person, or two? The match weight, term by term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.comparisons import COMPARISONS, compare_pairs
from linkage.encoding import MISSING
from linkage.flow import check_records, collapse_records
from linkage.model import CONFLICTS, Model
from linkage.scoring import Scorer, conflict_bits, holds, make_scorer, pair_term_bits, probability_of

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


def _steps(scorer: Scorer, levels: np.ndarray, left: np.ndarray) -> tuple[ExplanationStep, ...]:
    """What does each comparison contribute to this pair, against chance?"""
    rarity = pair_term_bits(scorer.table, scorer.terms, levels, left)
    steps = []
    for column, comparison in enumerate(COMPARISONS):
        level = int(levels[0, column])
        shares = scorer.model.parameters[comparison.name]
        if level == MISSING:
            steps.append(ExplanationStep(comparison.name, level, MISSING_LABEL, 0.0))
            continue
        bits = float(np.log2(shares.m[level]) - np.log2(shares.u[level]))
        bits -= float(rarity[comparison.name][0]) if comparison.name in rarity else 0.0
        steps.append(ExplanationStep(comparison.name, level, comparison.labels[level], bits))
    return tuple(steps)


def explain_pair(records: pd.DataFrame, model: Model, record_id_l: str, record_id_r: str) -> Explanation:
    """Why are these two records held to be one person, or two?

    Args:
        records: the whole table both records come from: how rare a shared value is depends on it.
        model: as used by dedupe.
        record_id_l: one record.
        record_id_r: another record; either order gives the same answer.

    Raises:
        ValueError: an id is not in the records, or both are the same.
    """
    check_records(records)
    ids = sorted((str(record_id_l), str(record_id_r)))
    if ids[0] == ids[1]:
        raise ValueError("a record is not compared with itself")
    known = set(records["record_id"].astype(str))
    absent = [record_id for record_id in ids if record_id not in known]
    if absent:
        raise ValueError(f"record_id [{absent[0]}] is not in the records")
    nodes = collapse_records(records, set(ids))
    places = np.searchsorted(nodes.record_ids, ids)
    node = nodes.node_of[places]
    if (node < 0).any():
        raise ValueError("one of the records repeats a row that is too frequent to be a person; it is not compared")
    return _explain(make_scorer(nodes.table, model), ids, np.sort(node))


def _explain(scorer: Scorer, ids: list[str], node: np.ndarray) -> Explanation:
    """How does the weight of these two nodes come about?"""
    left, right = node[:1], node[1:]
    levels = compare_pairs(scorer.table, left, right)
    model = scorer.model
    total = float(scorer.weights(levels, left)[0])
    steps = _steps(scorer, levels, left)
    prior = float(np.log2(model.match_share) - np.log2(1 - model.match_share - model.household_share))
    against = -float(conflict_bits(levels, favours_household=False)[0])
    household = total - prior - sum(step.bits for step in steps) - against
    return Explanation(
        record_id_l=ids[0],
        record_id_r=ids[1],
        prior_bits=prior,
        steps=steps,
        household_bits=min(household, 0.0),
        conflict_bits=against,
        conflicts=tuple(conflict.sentence for conflict in CONFLICTS if holds(conflict, levels)[0]),
        total_bits=total,
        probability=float(probability_of(np.array([total]))[0]),
    )
