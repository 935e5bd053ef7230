"""Which records are one person, and what are the best values of their fields?"""

from collections.abc import Callable

import pandas as pd

import linkage
from linkage.normalize import comparable_name
from pipeline.contract import tables

Progress = Callable[[str, float], None]


def link(
    records: pd.DataFrame,
    threshold: float | None,
    decisions: pd.DataFrame,
    progress: Progress | None = None,
    model: linkage.Model | None = None,
) -> linkage.Linked:
    """Which person records are one person? Trains on them without labels where no model is given.

    Args:
        records: as `tables.PERSON_RECORD`.
        threshold: match probability from which a pair is linked; None for the linkage's own.
        decisions: of people, in force: record_id_l, record_id_r, verdict. Those on records not here wait.
        progress: told how far the linkage is.
        model: decides; None learns one.
    """
    people = records[["record_id", *tables.EVIDENCE]].assign(source=records["agency"] + "." + records["feed"])
    here = set(records["record_id"])
    usable = decisions[decisions["record_id_l"].isin(here) & decisions["record_id_r"].isin(here)]

    def pairs(verdict: str) -> list[tuple[str, str]]:
        chosen = usable[usable["verdict"] == verdict]
        return list(zip(chosen["record_id_l"], chosen["record_id_r"], strict=True))

    return linkage.dedupe(
        people,
        model=model,
        threshold=threshold or linkage.DEFAULT_THRESHOLD,
        must_link=pairs("same"),
        must_not_link=pairs("different"),
        progress=progress,
    )


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
