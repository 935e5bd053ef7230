"""How do users of recordlinkage use this linkage? As parts of its Index, its Compare and its classifiers.

>>> import recordlinkage
>>> from linkage.toolkit import HouseholdClassifier, PersonCompare, person_blocks, person_levels
>>> index = recordlinkage.Index(person_blocks())
>>> compare = PersonCompare(person_levels(), rarity=True)
>>> vectors = compare.compute(index.index(people), people)           # doctest: +SKIP
>>> same_people = HouseholdClassifier(records=people).fit_predict(vectors)  # doctest: +SKIP

Blocks, levels and weights are those of linkage.dedupe, from the same compiled loops. Every part stands alone and mixes
with recordlinkage's own. What dedupe does beyond pairs, weighing the groups that links form, is not part of it.

Importing this package imports recordlinkage, which takes seconds; nothing else in linkage does.
"""

from linkage.toolkit.blocks import PersonBlock, person_blocks
from linkage.toolkit.classifier import HouseholdClassifier
from linkage.toolkit.compare import PersonCompare
from linkage.toolkit.levels import PersonLevel, person_levels

__all__ = ["HouseholdClassifier", "PersonBlock", "PersonCompare", "PersonLevel", "person_blocks", "person_levels"]
