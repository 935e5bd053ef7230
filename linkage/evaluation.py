"""How good are the clusters, where the truth is known?"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Evaluation:
    """How well do clusters reproduce true persons? Shares from 0 to 1; a share of nothing counts as 1.

    Attributes:
        record_count: records compared. true_person_count, cluster_count: how many persons there are, and were found.
        precision, recall, f1: of pairs of records.
        person_precision: share of clusters that are exactly one true person.
        person_recall: share of true persons reproduced exactly. person_f1: their harmonic mean.
        largest_cluster, largest_true_person: in records.
    """

    record_count: int
    true_person_count: int
    cluster_count: int
    true_pair_count: int
    found_pair_count: int
    common_pair_count: int
    precision: float
    recall: float
    f1: float
    person_precision: float
    person_recall: float
    person_f1: float
    largest_cluster: int
    largest_true_person: int

    def to_dict(self) -> dict[str, float | int]:
        """What are the figures, by name?"""
        return asdict(self)


def _pair_count(sizes: np.ndarray) -> int:
    """How many pairs lie within groups of these sizes?"""
    sizes = sizes.astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    """Which share of the whole is the part? 1 where there is no whole."""
    return part / whole if whole else 1.0


def _harmonic(a: float, b: float) -> float:
    """What is the harmonic mean of two shares?"""
    return 2 * a * b / (a + b) if a + b else 0.0


def _check_columns(name: str, table: pd.DataFrame, column: str) -> None:
    """Does this table say one thing about each record? Raises ValueError if not."""
    absent = [wanted for wanted in ("record_id", column) if wanted not in table]
    if absent:
        raise ValueError(f"the {name} have no column [{absent[0]}]")
    if table["record_id"].duplicated().any():
        raise ValueError(f"the {name} repeat a record_id")


def evaluate_clusters(clusters: pd.DataFrame, truth: pd.DataFrame) -> Evaluation:
    """How well do these clusters reproduce the true persons?

    Args:
        clusters: record_id, cluster_id.
        truth: record_id, person_truth. Only records in both, with a known person, count.

    Raises:
        ValueError: a column is missing, or ids repeat.
    """
    _check_columns("clusters", clusters, "cluster_id")
    _check_columns("truth", truth, "person_truth")
    known = truth[truth["person_truth"].notna()]
    both = pd.DataFrame({"record_id": clusters["record_id"].astype(str), "cluster_id": clusters["cluster_id"]}).merge(
        known[["record_id", "person_truth"]].astype({"record_id": str}), on="record_id"
    )
    found = np.bincount(pd.factorize(both["cluster_id"])[0]) if len(both) else np.zeros(0, dtype=np.int64)
    true = np.bincount(pd.factorize(both["person_truth"])[0]) if len(both) else np.zeros(0, dtype=np.int64)
    cells = both.groupby(["cluster_id", "person_truth"], sort=False).size().rename("common").reset_index()
    cells["found"] = cells.groupby("cluster_id")["common"].transform("sum")
    cells["true"] = cells.groupby("person_truth")["common"].transform("sum")
    exact = int(((cells["common"] == cells["found"]) & (cells["common"] == cells["true"])).sum())
    common = _pair_count(cells["common"].to_numpy())
    precision, recall = _share(common, _pair_count(found)), _share(common, _pair_count(true))
    person_precision, person_recall = _share(exact, len(found)), _share(exact, len(true))
    return Evaluation(
        record_count=len(both),
        true_person_count=len(true),
        cluster_count=len(found),
        true_pair_count=_pair_count(true),
        found_pair_count=_pair_count(found),
        common_pair_count=common,
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
        person_precision=person_precision,
        person_recall=person_recall,
        person_f1=_harmonic(person_precision, person_recall),
        largest_cluster=int(found.max(initial=0)),
        largest_true_person=int(true.max(initial=0)),
    )


@dataclass(frozen=True)
class PairEvaluation:
    """How well do clusters agree with pairs that somebody labelled? Shares from 0 to 1; a share of nothing counts as 1.

    Attributes:
        labelled_pair_count: pairs whose records are both in the clusters. unknown_pair_count: the other ones.
        match_count: labelled pairs that are one person. found_pair_count: those that are in one cluster.
        common_pair_count: those that are both.
        precision, recall, f1: of the labelled pairs; how precise the clusters are elsewhere, they do not tell.
    """

    labelled_pair_count: int
    unknown_pair_count: int
    match_count: int
    found_pair_count: int
    common_pair_count: int
    precision: float
    recall: float
    f1: float

    def to_dict(self) -> dict[str, float | int]:
        """What are the figures, by name?"""
        return asdict(self)


def evaluate_pairs(clusters: pd.DataFrame, labels: pd.DataFrame) -> PairEvaluation:
    """How well do these clusters agree with labelled pairs?

    Args:
        clusters: record_id, cluster_id.
        labels: record_id_l, record_id_r, is_match (bool).

    Raises:
        ValueError: a column is missing, or ids repeat.
    """
    _check_columns("clusters", clusters, "cluster_id")
    place = pd.Index(clusters["record_id"].astype(str))
    left, right = (place.get_indexer(labels[column].astype(str)) for column in ("record_id_l", "record_id_r"))
    is_known = (left >= 0) & (right >= 0)
    codes = pd.factorize(clusters["cluster_id"])[0]
    is_found = codes[left[is_known]] == codes[right[is_known]]
    is_match = labels["is_match"].to_numpy(dtype=bool)[is_known]
    common, found, matches = (int(which.sum()) for which in (is_found & is_match, is_found, is_match))
    precision, recall = _share(common, found), _share(common, matches)
    return PairEvaluation(
        labelled_pair_count=int(is_known.sum()),
        unknown_pair_count=int((~is_known).sum()),
        match_count=matches,
        found_pair_count=found,
        common_pair_count=common,
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
    )
