"""Which records are one person, and what are they called from week to week? Linkage, steady ids, best values."""

from collections.abc import Callable, Mapping

import pandas as pd

import linkage
from linkage.normalize import comparable_name
from pipeline.contract import tables

Progress = Callable[[str, float], None]


def link(records: pd.DataFrame, threshold: float | None, progress: Progress | None = None) -> linkage.Linked:
    """Which person records are one person? `records` as `tables.PERSON_RECORD`; trains on them without labels."""
    people = records[["record_id", *tables.EVIDENCE]].assign(source=records["agency"] + "." + records["feed"])
    return linkage.dedupe(people, threshold=threshold or linkage.DEFAULT_THRESHOLD, progress=progress)


def assign_person_ids(clusters: pd.DataFrame, known: Mapping[str, str], highest_number: int) -> pd.DataFrame:
    """Which person is each cluster? Ids are kept where the records are the same.

    A person goes where most of its known records went (of equal parts, to the cluster named first). A cluster that
    several persons went to keeps the one known longest; one that nobody went to gets the next number.

    Args:
        clusters: record_id, cluster_id.
        known: record_id → person_id as of the last time.
        highest_number: of the person ids given out so far.

    Returns:
        record_id, cluster_id, person_id, sorted by record_id. New numbers follow the order of cluster ids.
    """
    table = clusters.sort_values("record_id").reset_index(drop=True)
    before = table.assign(person_id=table["record_id"].map(dict(known))).dropna(subset=["person_id"])
    shared = before.groupby(["person_id", "cluster_id"]).size().rename("shared").reset_index()
    shared["number"] = [person_number(person_id) for person_id in shared["person_id"]]
    went_to = shared.sort_values(["shared", "cluster_id"], ascending=[False, True]).drop_duplicates("person_id")
    oldest = went_to.sort_values("number").drop_duplicates("cluster_id").set_index("cluster_id")["person_id"]
    fresh = sorted(set(table["cluster_id"]) - set(oldest.index))
    person_of = oldest.to_dict() | {name: f"P-{highest_number + n}" for n, name in enumerate(fresh, start=1)}
    return table.assign(person_id=table["cluster_id"].map(person_of))


def person_number(person_id: str) -> int:
    """Which number does an id like P-4711 carry? The lower it is, the longer the person has been known here."""
    return int(person_id.removeprefix("P-"))


MOST_OFTEN = ("display_name", "first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn")
"""Fields that a person keeps: the value most records agree on is the best one."""
MOST_RECENT = ("phone", "email", "street_address", "city", "state", "postcode")
"""Fields that change: the latest value is the best one."""


def best_values(records: pd.DataFrame) -> pd.DataFrame:
    """What is the best value of each field of each person, and which record is it from?

    Args:
        records: `tables.PERSON_RECORD` with `person_id`.

    Returns:
        person_id, field, value, from_record_id; sorted. A whole birth date or SSN beats a partial one; otherwise the
        most frequent value (lasting fields) or the latest (changing ones); ties go to the later, then the first record.
    """
    recorded = records["recorded_at"].fillna(pd.Timestamp(0, tz="UTC"))
    ordered = records.assign(recorded_at=recorded).sort_values(["recorded_at", "record_id"], ascending=[False, True])
    parts = [_best(ordered, field, is_lasting=field in MOST_OFTEN) for field in (*MOST_OFTEN, *MOST_RECENT)]
    return pd.concat(parts, ignore_index=True).sort_values(["person_id", "field"]).reset_index(drop=True)


def _best(ordered: pd.DataFrame, field: str, *, is_lasting: bool) -> pd.DataFrame:
    """Pick one value per person from records in the order latest first."""
    table = ordered.loc[ordered[field].notna(), ["person_id", "record_id", field]].rename(columns={field: "value"})
    table = table.assign(latest=range(len(table)))
    if is_lasting:
        table["often"] = table.groupby(["person_id", "value"])["latest"].transform("size")
        is_partial = field in ("birth_date", "ssn")
        table["whole"] = table["value"].str.len() if is_partial else 0
        table = table.sort_values(["whole", "often", "latest"], ascending=[False, False, True])
    best = table.drop_duplicates("person_id").rename(columns={"record_id": "from_record_id"})
    return best.assign(field=field)[["person_id", "field", "value", "from_record_id"]]


def alias_counts(records: pd.DataFrame) -> pd.Series:
    """How many other names do each person's records carry? By person_id; case and middle names do not count."""
    names = records["first_name"].fillna("") + " " + records["last_name"].fillna("")
    plain = names.map({name: comparable_name(name) for name in names.unique()})
    return plain.groupby(records["person_id"]).nunique().sub(1).clip(lower=0)
