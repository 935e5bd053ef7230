"""How are many pairs compared in recordlinkage without copying every column once per pair?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import recordlinkage
from recordlinkage.base import BaseCompareFeature

from linkage.toolkit.frames import patterns_between, read_frames
from linkage.toolkit.levels import PersonLevel, level_in
from linkage.toolkit.rarity import rarity_columns, rarity_labels


class _Known(BaseCompareFeature):
    """Which answer is known already? Stands in recordlinkage's Compare for a feature computed before."""

    def __init__(self, answer: np.ndarray, label: object) -> None:
        super().__init__(None, None, label=label)
        self.answer = answer

    def _compute(self, left_on: tuple, right_on: tuple) -> np.ndarray:
        """What was computed?"""
        return self.answer


class PersonCompare(recordlinkage.Compare):
    """How well do the records of each pair agree? recordlinkage's Compare, with a fast road for PersonLevel.

    All PersonLevels are answered at once by the compiled comparison of linkage.dedupe, from records read once; columns
    that a frame lacks mean missing. Other features are computed by recordlinkage as ever. The columns come in the order
    in which features were added.

    Args:
        features: PersonLevels, and any features of recordlinkage.
        rarity: whether columns follow that say how rare the shared values are (see linkage.toolkit.rarity), for
            HouseholdClassifier to weigh. Leave them out for classifiers that take every column as evidence.
        n_jobs: processes. Our levels use threads of their own and gain nothing from more than 1.
        kwargs: as recordlinkage.Compare takes them.
    """

    def __init__(
        self, features: list[BaseCompareFeature] | None = None, *, rarity: bool = False, n_jobs: int = 1, **kwargs
    ) -> None:
        super().__init__(list(features or []), n_jobs=n_jobs, **kwargs)
        self.rarity = rarity

    def _rarities(self, table, left: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
        """Which columns of rarity follow, for the comparisons that were added?"""
        answer = {}
        for feature in self.features if self.rarity else ():
            if isinstance(feature, PersonLevel):
                columns = rarity_columns(table, feature.comparison, left, right)
                answer |= dict(zip(rarity_labels(feature.comparison), columns, strict=True))
        return answer

    def _compute(self, pairs: pd.MultiIndex, x: pd.DataFrame, x_link: pd.DataFrame | None = None) -> pd.DataFrame:
        """Which vectors do these pairs show? Called by compute, which has looked at the arguments."""
        is_ours = [isinstance(feature, PersonLevel) for feature in self.features]
        if not any(is_ours):
            return super()._compute(pairs, x, x_link)
        frames = read_frames(x, x_link)
        left, right = frames.nodes_of(pairs)
        patterns = patterns_between(frames.table, left, right)
        rarities = self._rarities(frames.table, left, right)
        if all(is_ours):
            return _vectors([(f.label, level_in(patterns, f.comparison)) for f in self.features], rarities, pairs)
        features = [
            _Known(level_in(patterns, feature.comparison), feature.label) if ours else feature
            for feature, ours in zip(self.features, is_ours, strict=True)
        ]
        vectors = recordlinkage.Compare(features)._compute(pairs, x, x_link)
        return _vectors([(label, vectors.iloc[:, place]) for place, label in enumerate(vectors)], rarities, pairs)


def _vectors(columns: list[tuple], rarities: dict[str, np.ndarray], pairs: pd.MultiIndex) -> pd.DataFrame:
    """Which frame do these columns make? The index is the given one, not one built anew."""
    every = [*columns, *rarities.items()]
    answer = pd.DataFrame(
        {place: np.asarray(values) for place, (_, values) in enumerate(every)}, index=pairs, copy=False
    )
    answer.columns = [label for label, _ in every]
    return answer
