"""How do users of recordlinkage use this model? As one of the toolkit's classifiers: fit, predict, prob.

Index with the rules of linkage.blocking, compare with linkage.comparisons, then classify:

>>> from linkage.classifier import HouseholdClassifier
>>> classifier = HouseholdClassifier(record_count=5000)
>>> classifier.fit(vectors)                    # doctest: +SKIP
>>> classifier.prob(vectors)                   # doctest: +SKIP

Comparison vectors hold no values, so rare and common names weigh the same here; dedupe tells them apart.
"""

from __future__ import annotations

import numpy as np
from recordlinkage.base import BaseClassifier

from linkage.comparisons import COMPARISONS
from linkage.flow import DEFAULT_THRESHOLD
from linkage.model import Model, starting_parameters
from linkage.scoring import level_weights, probability_of
from linkage.training import learn_from_patterns, pattern_histogram


class HouseholdClassifier(BaseClassifier):
    """Which pairs are one person, by their comparison vectors?

    A vector holds one level per comparison of linkage.comparisons.COMPARISONS, in that order; -1 means missing.

    Args:
        record_count: number of records the pairs come from: how likely any two are one person depends on it.
        threshold: match probability from which predict says 1.
        model: decides without fitting.
    """

    def __init__(self, record_count: int, threshold: float = DEFAULT_THRESHOLD, model: Model | None = None) -> None:
        self.record_count, self.threshold, self.model = record_count, threshold, model
        self.notes: tuple[str, ...] = ()

    def _levels(self, vectors: np.ndarray) -> np.ndarray:
        """Are these comparison vectors? Gives them as small numbers; raises ValueError for another shape."""
        if vectors.ndim != 2 or vectors.shape[1] != len(COMPARISONS):
            raise ValueError(f"comparison vectors need {len(COMPARISONS)} columns, one per comparison")
        return vectors.astype(np.int8)

    def _fit(self, vectors: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Which model do these vectors teach? Labels are not used; u keeps its starting values."""
        u = {name: parameters.u for name, parameters in starting_parameters().items()}
        histogram = pattern_histogram(self._levels(vectors), self.record_count)
        self.model, self.notes = learn_from_patterns(histogram, u, self.record_count)

    def _prob_match(self, vectors: np.ndarray) -> np.ndarray:
        """How likely is each pair one person?"""
        if self.model is None:
            raise ValueError("the classifier has no model; call fit first")
        return probability_of(level_weights(self.model, self._levels(vectors)))

    def _predict(self, vectors: np.ndarray) -> np.ndarray:
        """Which pairs are one person (1), which are not (0)?"""
        return (self._prob_match(vectors) >= self.threshold).astype(np.int64)
