"""Which person records are one person? Knows names, dates, numbers and places; usable alone.

>>> import linkage
>>> linked = linkage.dedupe(records)          # doctest: +SKIP
>>> linked.clusters                           # doctest: +SKIP
"""

from linkage.classifier import HouseholdClassifier
from linkage.evaluation import Evaluation, evaluate_clusters
from linkage.explain import Explanation, explain_pair
from linkage.flow import DEFAULT_THRESHOLD, Linked, dedupe
from linkage.model import Model
from linkage.normalize import FIELDS, normalize_records

__all__ = [
    "DEFAULT_THRESHOLD",
    "FIELDS",
    "Evaluation",
    "Explanation",
    "HouseholdClassifier",
    "Linked",
    "Model",
    "dedupe",
    "evaluate_clusters",
    "explain_pair",
    "normalize_records",
]
