"""Which person records are one person? Knows names, dates, numbers and places; usable alone.

>>> import linkage
>>> linked = linkage.dedupe(records)          # doctest: +SKIP
>>> linked.clusters                           # doctest: +SKIP

With recordlinkage's own Index, Compare and classifiers: linkage.toolkit.
"""

from linkage.blocking import BLOCKING_RULES, BlockingRule, rule_on
from linkage.evaluation import Evaluation, evaluate_clusters
from linkage.explain import Explanation, explain_pair, make_explainer
from linkage.flow import DEFAULT_THRESHOLD, Linked, dedupe
from linkage.model import Model
from linkage.normalize import FIELDS, normalize_records, normalize_table

__all__ = [
    "BLOCKING_RULES",
    "DEFAULT_THRESHOLD",
    "FIELDS",
    "BlockingRule",
    "Evaluation",
    "Explanation",
    "Linked",
    "Model",
    "dedupe",
    "evaluate_clusters",
    "explain_pair",
    "make_explainer",
    "normalize_records",
    "normalize_table",
    "rule_on",
]
