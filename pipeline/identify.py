"""Which records are one person, and under which id? Reads what may be used, links it, writes who is who."""

import json
from dataclasses import dataclass
from typing import cast

import pandas as pd

from linkage import Linked, Model
from linkage.scoring import weight_of
from pipeline import audit, queueing, registry, resolve, sender_merges
from pipeline.audit import Act
from pipeline.code_version import code_version
from pipeline.contract.errors import NothingToPublish, TableBroken
from pipeline.plan import ListPlan
from pipeline.registry import Assignment, Registry
from pipeline.sender_merges import Merges
from pipeline.store import Store, Work


@dataclass(frozen=True)
class Knowledge:
    """What does a run know, and after which run does it come?

    Attributes:
        taken_in_number, decision_number: of the last file and the last decision known.
        after_run: the run whose registry it starts from; 0 for the first.
        is_look_back: for an earlier day, or knowing less than the registry already does: it changes nobody's id.
    """

    taken_in_number: int
    decision_number: int
    after_run: int
    is_look_back: bool


@dataclass(frozen=True)
class Links:
    """Which records say who somebody is, which of them are one person, and which did the sender merge away?"""

    records: pd.DataFrame
    linked: Linked
    merges: Merges


@dataclass(frozen=True)
class Identified:
    """Who is who in a run, and how did it come about?"""

    records: pd.DataFrame
    linked: Linked
    assignment: Assignment
    registry: Registry
    merges: Merges


def resolve_persons(
    store: Store, act: Act, plan: ListPlan, progress: resolve.Progress | None = None
) -> dict[str, object]:
    """Who is who among all records that may be used? Writes the run, and what it changed in the registry.

    Returns:
        Counts: records, persons, new persons; the run's number and the model's id.

    Raises:
        NothingToPublish: no record may be used.
    """
    with store.transaction() as work:
        return resolve_in(work, act, plan, knowledge_of(work, plan), progress)


def resolve_in(
    work: Work,
    act: Act,
    plan: ListPlan,
    knowledge: Knowledge,
    progress: resolve.Progress | None = None,
    model: Model | None = None,
) -> dict[str, object]:
    """The same inside a transaction, with this knowledge and, where a list is replayed, this model."""
    found = identify(work, act, plan, knowledge, progress, model)
    _check_persons(found.assignment.links)
    queue = queueing.find_queue(work, plan, found, knowledge.decision_number)
    run_number = _write_run(work, act, plan, knowledge, found.linked, queueing.notes_of(queue))
    _write_persons(work, found.assignment, run_number)
    work.copy("core.merged_record", found.merges.table().assign(run_number=run_number))
    if knowledge.is_look_back:
        links = found.assignment.links[["record_id", "person_id"]]
        work.copy("core.look_back_link", links.assign(run_number=run_number))
    else:
        _write_registry(work, found, run_number, knowledge)
    queueing.write_queue(work, queue, run_number)
    counts = {
        "records": len(found.records),
        "persons": int(found.assignment.links["person_id"].nunique()),
        "new_persons": len(found.assignment.persons),
        "merged_by_sender": len(found.merges.into),
        "merges_contradicted": found.merges.contradicted_count,
    }
    told = {"run_number": run_number, "model_id": found.linked.model.model_id}
    audit.record(work, act, "persons_resolved", as_of=str(plan.as_of), **told, **counts)
    return counts | told


def knowledge_of(work: Work, plan: ListPlan) -> Knowledge:
    """What may this plan's run know, and does it look back?"""
    known = work.read("known_by", known_at=plan.known_at).iloc[0]
    marks = {name: int(known[name]) for name in ("taken_in_number", "decision_number")}
    newest = work.read("newest_run")
    if newest.empty:
        return Knowledge(**marks, after_run=0, is_look_back=False)
    last = newest.iloc[0]
    is_look_back = plan.as_of < last["as_of"] or any(marks[name] < int(last[name]) for name in marks)
    before = work.read("last_run", **marks) if is_look_back else newest
    after_run = int(before["run_number"].iloc[0]) if len(before) else 0
    return Knowledge(**marks, after_run=after_run, is_look_back=bool(is_look_back))


def identify(
    work: Work,
    act: Act,
    plan: ListPlan,
    knowledge: Knowledge,
    progress: resolve.Progress | None = None,
    model: Model | None = None,
) -> Identified:
    """Who is who, by what is known? Writes nothing."""
    links = link_known(work, plan, knowledge, progress, model)
    records, linked = links.records, links.linked
    before = read_registry(work, knowledge.after_run)
    key = plan.settings.id_key.get_secret_value()
    assignment = registry.assign_person_ids(linked.clusters, before, key, act.at)
    return Identified(records, linked, assignment, before, links.merges)


def link_known(
    work: Work,
    plan: ListPlan,
    knowledge: Knowledge,
    progress: resolve.Progress | None = None,
    model: Model | None = None,
) -> Links:
    """Which records may be used, and which of them are one person? Raises NothingToPublish where there are none."""
    records = work.read_many("usable_person_records", **plan.bounds(knowledge.taken_in_number))
    if records.empty:
        raise NothingToPublish(f"no agency has delivered a record that may be used by this day [{plan.as_of}]")
    decided = work.read("decisions_in_force", decision_number=knowledge.decision_number)
    told = work.read("sender_merges", taken_in_number=knowledge.taken_in_number)
    merges = sender_merges.in_force(told, decided, set(records["record_id"]))
    living = records[~records["record_id"].isin(list(merges.into))] if merges.into else records
    about_living = sender_merges.decisions_about_the_living(decided, merges)
    linked = resolve.link(living, plan.settings.match_threshold, about_living, progress, model)
    return Links(living, sender_merges.with_merged(linked, merges), merges)


def read_registry(work: Work, after_run: int) -> Registry:
    """Who was who after this run?"""
    known = work.read_many("registry_records", run_number=after_run)
    aliases = work.read("registry_aliases", run_number=after_run)
    persons = work.read_many("registry_persons", run_number=after_run).set_index("person_id")
    into = aliases.set_index("person_id")["into_person_id"]
    known["person_id"] = registry.follow(known["person_id"], into)
    known["is_current"] = known["is_current"].astype(bool)
    return Registry(known, cast(pd.Series, persons["first_seen_at"]))


def _check_persons(links: pd.DataFrame) -> None:
    """Is everybody linked to one person? Raises TableBroken, a mistake of ours, before anything is written."""
    from expectations.person import check_persons

    broken = check_persons(links).critical
    if broken:
        raise TableBroken(broken[0].message)


def _write_run(
    work: Work, act: Act, plan: ListPlan, knowledge: Knowledge, linked: Linked, more_notes: list[str]
) -> int:
    model_id = linked.model.model_id
    work.run("insert_model", model_id=model_id, content=linked.model.to_json(), trained_at=act.at)
    figures = {
        "weight_histogram": linked.weight_histogram[["bin_low", "bin_high", "pair_count"]].to_numpy().tolist(),
        "threshold_probability": linked.threshold,
        "threshold_weight": float(weight_of(linked.threshold)),
        "blocking": linked.blocking[["blocking_rule", "sentence", "pair_count", "purged_block_count"]]
        .to_numpy()
        .tolist(),
        "notes": [*linked.notes, *more_notes],
    }
    number = work.ask(
        "insert_run",
        as_of=plan.as_of,
        taken_in_number=knowledge.taken_in_number,
        decision_number=knowledge.decision_number,
        after_run=knowledge.after_run or None,
        is_look_back=knowledge.is_look_back,
        model_id=model_id,
        settings=json.dumps(plan.settings_that_decide(), sort_keys=True),
        code_version=code_version(),
        at=act.at,
        actor=act.actor,
        figures=json.dumps(figures),
    )
    return int(str(number))


def _write_persons(work: Work, assignment: Assignment, run_number: int) -> None:
    persons = assignment.persons
    work.run(
        "insert_persons",
        run_number=run_number,
        person_ids=persons["person_id"].tolist(),
        founders=persons["founder_record_id"].tolist(),
        first_seen_ats=[moment.to_pydatetime() for moment in persons["first_seen_at"]],
        split_froms=persons["split_from"].tolist(),
    )


def _write_registry(work: Work, found: Identified, run_number: int, knowledge: Knowledge) -> None:
    """Write what changed: who is who from this run on, and why."""
    changes = found.assignment.changes
    work.run("end_memberships", run_number=run_number, record_ids=changes["record_id"].tolist())
    arrived = changes[changes["person_id"].notna()]
    decisions = work.read("decisions_in_force", decision_number=knowledge.decision_number)
    told = registry.reasons_of(arrived, found.assignment.links, found.linked.pairs, decisions)
    work.copy("core.membership", told.assign(from_run=run_number))
    work.copy("core.alias", found.assignment.aliases.assign(run_number=run_number))
    work.run("clear_scored_pairs")
    columns = ["record_id_l", "record_id_r", "blocking_rule", "match_weight", "match_probability"]
    work.copy("core.scored_pair", found.linked.pairs[columns])
    work.run("analyze_links")
