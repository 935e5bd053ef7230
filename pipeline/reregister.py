"""How does the registry become as if a record had never been? Reads its history, has it told again, writes it back."""

import pandas as pd

from pipeline import identify, retelling
from pipeline.audit import Act
from pipeline.contract import tables
from pipeline.contract.errors import NothingToPublish
from pipeline.plan import ListPlan
from pipeline.ranking.rank import Calendar
from pipeline.retelling import Retold
from pipeline.settings import Settings
from pipeline.store import Work

TOLD_WHY = ("because_record_id", "blocking_rule", "match_weight", "decision_number")
"""What a membership says about the pair that brought the record to its person."""


def tell_again(
    work: Work, act: Act, settings: Settings, sealed: list[str], told_of: list[str], first_taken_in: int
) -> None:
    """Tell the registry's history again without these records. Their rows are gone already.

    Args:
        work: the transaction of the sealing.
        act: who seals, and when.
        settings: in force.
        sealed: record ids that never were.
        told_of: those, and the person records that rows now gone were about.
        first_taken_in: number of the first file that held one of the rows.
    """
    history = work.read("history_of_people", record_ids=sealed)
    standing_of = set(history.loc[history["record_id"].isin(told_of), "person_id"])
    standing_of |= set(work.read("history_of_people", record_ids=told_of)["person_id"]) if len(told_of) else set()
    touched = {"person_ids": sorted(standing_of), "first_taken_in": first_taken_in}
    work.run("forget_standings", **touched)
    work.run("forget_review_items", **touched)
    person_ids = sorted(history["person_id"].unique())
    work.run("forget_pairs", record_ids=sealed)
    if history.empty:
        return
    runs = retelling.change_runs(history)
    moments = work.read("moments_of_runs", run_numbers=runs).set_index("run_number")["at"].to_dict()
    persons = work.read("persons_by_id", person_ids=person_ids, is_among=True)
    others = work.read("persons_by_id", person_ids=person_ids, is_among=False)
    links_now = _links_now(work, settings, history, set(sealed))
    taken = others.set_index("person_id")["first_seen_at"]
    key = settings.id_key.get_secret_value()
    retold = retelling.tell_again(history, persons, moments, set(sealed), links_now, key, taken)
    _write(work, act, history, retold, set(sealed))


def _links_now(work: Work, settings: Settings, history: pd.DataFrame, sealed: set[str]) -> dict[str, set[str]]:
    """How does the linkage without the records link everybody concerned? Asked only where it can matter."""
    met = history.loc[history["record_id"].isin(sealed), "person_id"]
    left = set(history.loc[history["person_id"].isin(met), "record_id"]) - sealed
    if len(left) <= 1:
        return {}
    as_of = work.read("newest_run")["as_of"].iloc[0]
    plan = ListPlan(Calendar(as_of, settings.zone), settings)
    knowledge = identify.knowledge_of(work, plan)
    try:
        found = identify.link_known(work, plan, knowledge)
    except NothingToPublish:
        return {}
    decided = work.read("decisions_in_force", decision_number=knowledge.decision_number)
    linked = found.linked
    pairs = linked.pairs[linked.pairs["match_probability"] >= linked.threshold]
    same = decided[decided["verdict"] == "same"]
    told = [(table["record_id_l"], table["record_id_r"]) for table in (pairs, same)]
    told += [(found.merges.table()["record_id"], found.merges.table()["into_record_id"])]
    cluster_of = linked.clusters.set_index("record_id")["cluster_id"].to_dict()
    links: dict[str, set[str]] = {}
    for one, other in [*(pair for sides in told for pair in zip(*sides, strict=True)), *_equal(found.records, left)]:
        if {one, other} <= left and cluster_of.get(one) == cluster_of.get(other):
            links.setdefault(one, set()).add(other)
            links.setdefault(other, set()).add(one)
    return links


def _equal(records: pd.DataFrame, wanted: set[str]) -> list[tuple[str, str]]:
    """Which records say the same in every field? The linkage takes them for one and names pairs of the first alone."""
    mine = records[records["record_id"].isin(wanted)].sort_values("record_id")
    first = mine.groupby(list(tables.EVIDENCE), dropna=False)["record_id"].transform("first")
    return [(one, other) for one, other in zip(mine["record_id"], first, strict=True) if one != other]


def _write(work: Work, act: Act, history: pd.DataFrame, retold: Retold, sealed: set[str]) -> None:
    before = sorted(history["person_id"].unique())
    work.run("forget_history", record_ids=sorted(history["record_id"].unique()), person_ids=before)
    leads = retelling.leads(history, retold, sealed)
    work.run("void_persons", person_ids=leads["person_id"].tolist(), at=act.at)
    persons = retold.persons
    work.run(
        "upsert_persons",
        person_ids=persons["person_id"].tolist(),
        founders=persons["founder_record_id"].tolist(),
        first_seen_ats=[moment.to_pydatetime() for moment in persons["first_seen_at"]],
        split_froms=persons["split_from"].tolist(),
        first_runs=[None if pd.isna(number) else int(number) for number in persons["first_run"]],
    )
    why = history[["record_id", "person_id", "from_run", *TOLD_WHY]]
    why = why[~why["because_record_id"].isin(sealed)].astype({"decision_number": "Int64"})
    memberships = retold.memberships.merge(why, on=["record_id", "person_id", "from_run"], how="left")
    work.copy("core.membership", memberships)
    work.copy("core.alias", retold.aliases)
    work.copy("core.lead", leads.dropna(subset=["into_person_id"]))
