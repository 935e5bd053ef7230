"""Which pairs are one person? The household model as a classifier of recordlinkage: fit, predict, prob."""

from __future__ import annotations

import numpy as np
import pandas as pd
from recordlinkage.base import BaseClassifier

from linkage.codes import MISSING
from linkage.comparisons import COMPARISONS, LEVEL_COUNTS
from linkage.flow import DEFAULT_THRESHOLD
from linkage.kernel import BITS_PER_LEVEL
from linkage.model import Model, starting_model, starting_parameters
from linkage.scoring import Weigher, probability_of, weight_of
from linkage.toolkit.frames import Frames, read_frames
from linkage.toolkit.levels import level_label
from linkage.toolkit.rarity import pair_terms
from linkage.training import (
    FEWEST_RECORDS_TO_LEARN,
    PatternHistogram,
    estimate_u,
    learn_from_patterns,
    pattern_histogram,
    train_model,
)

LEVEL_LABELS = tuple(level_label(comparison.name) for comparison in COMPARISONS)


def vector_patterns(vectors: pd.DataFrame) -> np.ndarray:
    """Which pattern does each of these comparison vectors show? Comparisons without a column count as missing.

    Raises:
        ValueError: no column is one of PersonLevel, or one holds something else than levels.
    """
    if not isinstance(vectors, pd.DataFrame):
        raise ValueError(f"expected comparison vectors as a pandas.DataFrame, not a [{type(vectors).__name__}]")
    if not set(LEVEL_LABELS) & set(vectors.columns):
        raise ValueError(f"the comparison vectors have none of the columns of PersonLevel: {', '.join(LEVEL_LABELS)}")
    patterns = np.zeros(len(vectors), dtype=np.int64)
    for column, (label, count) in enumerate(zip(LEVEL_LABELS, LEVEL_COUNTS, strict=True)):
        if label not in vectors:
            continue
        levels = vectors[label].to_numpy()
        if levels.ndim != 1 or not np.isin(levels, np.arange(MISSING, count)).all():
            raise ValueError(f"the column [{label}] holds something else than levels from {MISSING} to {count - 1}")
        patterns |= (levels.astype(np.int64) - MISSING) << (column * BITS_PER_LEVEL)
    return patterns


def _distinct_pairs(frames: Frames, pairs: pd.MultiIndex) -> np.ndarray:
    """Which of these pairs teach? Each two nodes once; within one frame, equal records are one and teach nothing."""
    left, right = (side.astype(np.int64) for side in frames.nodes_of(pairs))
    if not frames.is_link:
        left, right = np.minimum(left, right), np.maximum(left, right)
    key = left * frames.table.size + right
    is_taught = (left >= 0) & (right >= 0) & ((left != right) | frames.is_link)
    _, first = np.unique(key, return_index=True)
    return first[is_taught[first]]


def _model_between(frames: Frames, patterns: np.ndarray, counts: np.ndarray) -> tuple[Model, tuple[str, ...]]:
    """Which model do pairs between two frames teach? Shares are shares of all pairs across, not of those within."""
    size = frames.table.size
    if size < FEWEST_RECORDS_TO_LEARN:
        return starting_model(size), (
            f"{size} distinct records are too few to learn from; the starting values were used",
        )
    across = len(np.unique(frames.left)) * len(np.unique(frames.right))
    histogram = PatternHistogram(patterns, counts.astype(np.float64), float(max(across, 1)))
    return learn_from_patterns(histogram, estimate_u(frames.table), size)


class HouseholdClassifier(BaseClassifier):
    """Which pairs are one person, by their comparison vectors? A classifier of recordlinkage that needs no labels.

    It reads the columns of PersonLevel and ignores others; comparisons that are not there count as missing. Where
    PersonCompare(rarity=True) made the vectors, weights are those of linkage.dedupe for the same records and model, to
    the last bit. Without columns of rarity, all values weigh the same, however common they are.

    Args:
        model: decides without being fitted.
        records: the person records the pairs come from, for fit: chance agreement (u) is then counted in them, and
            equal records teach once. The model is the one dedupe would learn. Without them, u keeps its starting
            values.
        records_link: the second frame, where two are linked.
        threshold: match probability from which predict says 1, strictly between 0 and 1.
        notes: after fit, what was refused while learning.
    """

    def __init__(
        self,
        model: Model | None = None,
        *,
        records: pd.DataFrame | None = None,
        records_link: pd.DataFrame | None = None,
        threshold: float = DEFAULT_THRESHOLD,
    ) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f"the threshold [{threshold}] is not strictly between 0 and 1")
        if records is None and records_link is not None:
            raise ValueError("records_link is the second frame: give the first one as records")
        self.model, self.threshold = model, threshold
        self.frames = None if records is None else read_frames(records, records_link)
        self.notes: tuple[str, ...] = ()
        self._record_count = 0

    def fit(self, comparison_vectors: pd.DataFrame, match_index: pd.MultiIndex | None = None) -> None:
        """Which model do these vectors teach, without labels? recordlinkage's older `learn` also predicts.

        Args:
            comparison_vectors: of all candidate pairs, likely and unlikely: how rare matches are is learned as well.
            match_index: not used; recordlinkage's interface has it.

        Raises:
            ValueError: the vectors hold no levels, or are of other records.
        """
        patterns, pairs = vector_patterns(comparison_vectors), comparison_vectors.index
        if self.frames is not None:
            patterns = patterns[_distinct_pairs(self.frames, pairs)]
        elif not isinstance(pairs, pd.MultiIndex):
            raise ValueError("the vectors need the pairs as their index: how many records there are is told by it")
        else:
            self._record_count = len(set().union(*(pairs.unique(side) for side in (0, 1))))
        super().fit(pd.DataFrame({"pattern": patterns}))

    def _fit(self, patterns: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Which model do these patterns teach? Called by recordlinkage, with a row per vector."""
        patterns, counts = np.unique(patterns[:, 0], return_counts=True)
        if self.frames is None:
            u = {name: parameters.u for name, parameters in starting_parameters().items()}
            histogram = pattern_histogram(patterns, counts, self._record_count)
            self.model, self.notes = learn_from_patterns(histogram, u, self._record_count)
        elif self.frames.is_link:
            self.model, self.notes = _model_between(self.frames, patterns, counts)
        else:
            self.model, self.notes = train_model(self.frames.table, patterns, counts)

    def predict(self, comparison_vectors: pd.DataFrame, **kwargs) -> pd.MultiIndex | pd.Series | np.ndarray:
        """Which pairs are one person?

        Args:
            comparison_vectors: as PersonCompare gives them.
            kwargs: as recordlinkage's classifiers take them.

        Returns:
            As recordlinkage's option `classification.return_type` says; the pairs that are, if nothing was set.
        """
        return super().predict(self.weights(comparison_vectors).to_frame(), **kwargs)

    def _predict(self, weights: np.ndarray) -> np.ndarray:
        """Which pairs are one person (1), which are not (0)? Called by recordlinkage, with a row per vector."""
        return (weights[:, 0] >= weight_of(self.threshold)).astype(np.int64)

    def prob(self, comparison_vectors: pd.DataFrame, return_type: str | None = None) -> pd.Series:
        """How likely is each pair one person? Arguments as predict."""
        return super().prob(self.weights(comparison_vectors).to_frame(), return_type)

    def _prob_match(self, weights: np.ndarray) -> np.ndarray:
        """How likely is each pair one person? Called by recordlinkage, with a row per vector."""
        return probability_of(weights[:, 0])

    def weights(self, comparison_vectors: pd.DataFrame) -> pd.Series:
        """What is the match weight of each pair, in bits, prior included? Arguments as predict.

        Raises:
            ValueError: there is no model yet, or the vectors hold no levels.
        """
        patterns = vector_patterns(comparison_vectors)
        if self.model is None:
            raise ValueError("the classifier has no model: call fit first, or give it one")
        terms = pair_terms(comparison_vectors, self.model)
        weights, _ = Weigher(self.model, terms).weigh(patterns, np.arange(len(patterns)))
        return pd.Series(weights, index=comparison_vectors.index, name="match_weight")
