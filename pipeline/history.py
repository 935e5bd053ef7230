"""Who was this person at any moment, and why? For any id ever shown: ids, weights and moments, never a value."""

from datetime import datetime

import pandas as pd

from pipeline import answers
from pipeline.store import Work


def person_history(work: Work, person_id: str, at: datetime | None = None) -> dict:
    """Which records did an id hold, from when to when, and why did each come to it?

    Args:
        work: where the registry is.
        person_id: any id that was ever given out, alive or not.
        at: only what held at this moment; None tells everything.

    Returns:
        person_id, person_now (where the id leads today), first_seen_at, split_from; records (record_id, from_at,
        until_at, cause, because_record_id, blocking_rule, match_weight in bits, decision_number, run_number,
        model_id), by run and record; leads (person_id, into_person_id, since_at, run_number); lists (list_id, as_of,
        rank, points, published_at).

    Raises:
        UnknownPerson: the id was never given out.
    """
    person_now = answers.living_person(work, person_id)
    person = work.read("person_by_id", person_id=person_id).iloc[0]
    records = work.read("memberships_of_person", person_id=person_id)
    leads = work.read("leads_of_person", person_id=person_id)
    lists = work.read("lists_of_person", person_id=person_id)
    if at is not None:
        moment = pd.Timestamp(at)
        records = records[(records["from_at"] <= moment) & ~(records["until_at"] <= moment)]
        leads = leads[leads["since_at"] <= moment]
        lists = lists[lists["published_at"] <= moment]
    return {
        "person_id": person_id,
        "person_now": person_now,
        "first_seen_at": person["first_seen_at"].isoformat(),
        "split_from": person["split_from"],
        "records": _told(records),
        "leads": _told(leads),
        "lists": _told(lists),
    }


def _told(table: pd.DataFrame) -> list[dict]:
    """How are rows told to a machine? Moments in ISO 8601, missing values as None."""
    told = table.copy()
    for name in told.columns:
        if name.endswith("_at"):
            told[name] = [None if pd.isna(moment) else moment.isoformat() for moment in told[name]]
        if name == "as_of":
            told[name] = told[name].astype(str)
        if name in ("decision_number", "run_number"):
            told[name] = told[name].astype("Int64")
    return told.astype(object).where(told.notna(), None).to_dict("records")
