"""How does what is known become a published list? Resolve → rank → publish, each step one call, each re-run safe.

The rim between those stages (which know no database) and the store, like `intake.py` for the way in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from linkage.scoring import weight_of
from pipeline import audit, resolve
from pipeline.audit import Act
from pipeline.code_version import code_version
from pipeline.contract import tables
from pipeline.contract.codes import AgencyStatus, Exclusion
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import NothingToPublish, TableBroken
from pipeline.contract.outreach_list import (
    AgencyCounts,
    AgencyState,
    OutreachList,
    RunFigures,
    from_json,
    to_json,
)
from pipeline.publish import files, list_json
from pipeline.ranking import exclusions, rank
from pipeline.ranking.measures import Facts
from pipeline.settings import Settings
from pipeline.store import Store, Work


@dataclass(frozen=True)
class ListPlan:
    """For which day is a list made, and within which bounds?"""

    calendar: rank.Calendar
    settings: Settings

    @property
    def as_of(self) -> date:
        """The list's day."""
        return self.calendar.as_of

    def bounds(self) -> dict[str, object]:
        """The parameters of every query on what may be used for the list."""
        return {"as_of": self.as_of, "until": self.calendar.until()}


# --- resolve --------------------------------------------------------------------------------


def resolve_persons(
    store: Store, act: Act, plan: ListPlan, progress: resolve.Progress | None = None
) -> dict[str, object]:
    """Who is who among all records that may be used? Writes links, persons and their best values.

    Returns:
        Counts: records, persons, new persons; and the model's id.

    Raises:
        NothingToPublish: no record may be used.
    """
    with store.transaction() as work:
        records = work.read("usable_person_records", **plan.bounds())
        if records.empty:
            raise NothingToPublish(f"no agency has delivered a record that may be used by this day [{plan.as_of}]")
        linked = resolve.link(records, plan.settings.match_threshold, progress)
        known = work.read("known_links").set_index("record_id")["person_id"]
        highest = int(str(work.ask("highest_person_number")))
        links = resolve.assign_person_ids(linked.clusters, known.to_dict(), highest)
        _check_persons(links)
        new_persons = _write_persons(work, act, links, highest)
        _write_links(work, links)
        _write_best_values(work, records.merge(links[["record_id", "person_id"]], on="record_id"))
        _write_pairs_and_model(work, act, plan, linked)
        work.run("analyze_links")
        counts = {"records": len(records), "persons": links["person_id"].nunique(), "new_persons": new_persons}
        audit.record(work, act, "persons_resolved", as_of=str(plan.as_of), model_id=linked.model.model_id, **counts)
    return counts | {"model_id": linked.model.model_id}


def _check_persons(links: pd.DataFrame) -> None:
    """Is everybody linked to one person? Raises TableBroken, a mistake of ours, before anything is written."""
    from expectations.person import check_persons

    broken = check_persons(links).critical
    if broken:
        raise TableBroken(broken[0].message)


def _write_persons(work: Work, act: Act, links: pd.DataFrame, highest: int) -> int:
    numbers = links["person_id"].drop_duplicates().str.removeprefix("P-").astype("int64")
    fresh = numbers[numbers > highest].sort_values()
    return work.copy("core.person", pd.DataFrame({"person_number": fresh, "first_seen_at": act.at}))


def _write_links(work: Work, links: pd.DataFrame) -> None:
    work.run("retire_links")
    work.run("clear_links", record_ids=links["record_id"].tolist())
    work.copy("core.link", links[list(tables.LINK)].assign(is_current=True))


def _write_best_values(work: Work, records: pd.DataFrame) -> None:
    work.run("clear_person_fields")
    work.copy("core.person_field", resolve.best_values(records))


def _write_pairs_and_model(work: Work, act: Act, plan: ListPlan, linked) -> None:
    work.run("clear_scored_pairs")
    columns = ["record_id_l", "record_id_r", "blocking_rule", "match_weight", "match_probability"]
    work.copy("core.scored_pair", linked.pairs[columns])
    model_id = linked.model.model_id
    work.run("insert_model", model_id=model_id, content=linked.model.to_json(), trained_at=act.at)
    figures = {
        "weight_histogram": linked.weight_histogram[["bin_low", "bin_high", "pair_count"]].to_numpy().tolist(),
        "threshold_probability": linked.threshold,
        "threshold_weight": float(weight_of(linked.threshold)),
        "blocking": linked.blocking[["blocking_rule", "sentence", "pair_count", "purged_block_count"]]
        .to_numpy()
        .tolist(),
        "notes": list(linked.notes),
    }
    work.run("upsert_resolution", as_of=plan.as_of, model_id=model_id, figures=json.dumps(figures))


# --- rank --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What is known by the end of the list's day, by person?

    Attributes:
        facts: encounters and conditions. records: every linked record with its person_id.
        persons: indexed by person_id: best values, address in one line, alias_count.
    """

    facts: Facts
    records: pd.DataFrame
    persons: pd.DataFrame


@dataclass(frozen=True)
class Standing:
    """Who has how many points, who is excluded and why, and who gets an entry?"""

    points: pd.DataFrame
    excluded: pd.Series
    line: rank.Line


def read_known(work: Work, plan: ListPlan) -> Known:
    """What is known of everybody that may be used for the list?"""
    facts = Facts(
        encounters=work.read("usable_encounters", **plan.bounds()),
        conditions=work.read("usable_conditions", **plan.bounds()),
        until=plan.calendar.until(),
    )
    records = work.read("linked_records")
    return Known(facts, records, persons_of(work.read("best_values"), records))


def persons_of(best_values: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """What is shown of each person? Indexed by person_id, sorted; see `Known.persons`."""
    best = best_values.pivot(index="person_id", columns="field", values="value")
    wanted = [*resolve.MOST_OFTEN, *resolve.MOST_RECENT]
    persons = best.reindex(index=sorted(records["person_id"].unique()), columns=wanted).astype(object)
    persons = persons.where(persons.notna(), None)
    parts = persons[["street_address", "city", "state", "postcode"]]
    lines = [", ".join(filter(None, row)) or None for row in parts.itertuples(index=False)]
    return persons.assign(address=lines, alias_count=resolve.alias_counts(records).reindex(persons.index).fillna(0))


def stand(known: Known, plan: ListPlan, agencies: tuple[Agency, ...]) -> Standing:
    """In which order do people stand, and where is the line?"""
    areas = {agency.name: agency.area for agency in agencies if agency.area}
    people = exclusions.People(known.persons, known.records, known.facts.encounters, plan.as_of, plan.calendar.until())
    excluded = exclusions.excluded(people)
    points = rank.points_by_factor(known.facts, plan.calendar)
    order = rank.standings(points, excluded.index)
    sizes = plan.settings.list_size, plan.settings.teams
    return Standing(points, excluded, rank.draw_line(order, known.persons, known.facts, areas, *sizes))


def rank_persons(store: Store, act: Act, plan: ListPlan, agencies: tuple[Agency, ...]) -> str:
    """Who, this week, first, and why? Keeps the list for publishing and answers its id; the same list is kept once."""
    titles = {agency.name: agency.title for agency in agencies}
    with store.transaction() as work:
        known = read_known(work, plan)
        standing = stand(known, plan, agencies)
        line = standing.line
        chosen_points = standing.points[standing.points["person_id"].isin(line.chosen)]
        shown = _shown(work, plan, known, rank.last_met(known.facts.encounters, titles, plan.calendar))
        made = OutreachList(
            list_id="",
            as_of=plan.as_of.isoformat(),
            zone=plan.calendar.zone,
            code_version=code_version(),
            model_id=_model_id(work, plan),
            sources=agency_states(work, plan, agencies),
            entries=rank.entries(line, rank.reasons_of(chosen_points, titles, plan.calendar), shown),
            excluded_counts=_excluded_counts(work, plan, standing.excluded),
            below_line_count=len(line.standings) - len(line.chosen),
        )
        made = replace(made, list_id=list_json.list_id_of(made))
        _keep_list(work, act, made, line, standing.excluded)
    return made.list_id


def _model_id(work: Work, plan: ListPlan) -> str:
    return str(work.read("resolution_of_day", as_of=plan.as_of)["model_id"].iloc[0])


def _shown(work: Work, plan: ListPlan, known: Known, last_met: Mapping[str, str]) -> rank.Shown:
    previous = work.read("previous_list_ranks", as_of=plan.as_of).set_index("person_id")["rank"].map(int)
    keys = known.records.groupby("person_id")["record_id"].agg(lambda ids: tuple(sorted(ids)))
    return rank.Shown(known.persons, keys.to_dict(), last_met, previous.to_dict())


def _excluded_counts(work: Work, plan: ListPlan, excluded: pd.Series) -> dict[str, int]:
    """How many people does each exclusion keep off the list? Records without consent are counted, not who they are."""
    counts = {exclusion.value: int((excluded == exclusion.value).sum()) for exclusion in Exclusion}
    held = int(str(work.ask("count_held_records", **plan.bounds())))
    return counts | {Exclusion.NO_CONSENT_BASIS.value: held}


def agency_states(work: Work, plan: ListPlan, agencies: tuple[Agency, ...]) -> tuple[AgencyState, ...]:
    """How far is each agency's data complete? Sorted by name."""
    freshness = work.read("agency_freshness", until=plan.calendar.until())
    accepted = work.read("agency_files", as_of=plan.as_of)
    stopped = set(work.read("agencies_stopped")["agency"])
    return tuple(
        _agency_state(plan, agency, freshness, accepted, agency.name in stopped)
        for agency in sorted(agencies, key=lambda agency: agency.name)
    )


def _agency_state(
    plan: ListPlan, agency: Agency, freshness: pd.DataFrame, accepted: pd.DataFrame, is_stopped: bool
) -> AgencyState:
    """How far is one agency's data complete? To its latest row, or the newest business date of a file taken in."""
    mine = accepted[(accepted["agency"] == agency.name) & (accepted["accepted_files"] > 0)]
    latest = freshness.loc[freshness["agency"] == agency.name, "latest_at"].dropna()
    days = [plan.calendar.day(moment) for moment in latest] + [
        day for day in mine["latest_business_date"] if day is not None
    ]
    complete_to = max(days, default=None)
    patience = max(feed.late_after_days for feed in agency.feeds)
    if mine.empty:
        status = AgencyStatus.STOPPED if is_stopped else AgencyStatus.MISSING
    elif is_stopped:
        status = AgencyStatus.STOPPED
    elif complete_to is None or (plan.as_of - complete_to).days > patience:
        status = AgencyStatus.LATE
    else:
        status = AgencyStatus.COMPLETE
    shown = complete_to.isoformat() if complete_to else None
    return AgencyState(agency=agency.name, title=agency.title, complete_to=shown, status=status.value)


def _keep_list(work: Work, act: Act, made: OutreachList, line: rank.Line, excluded: pd.Series) -> None:
    content = json.dumps(to_json(made))
    if work.run("update_list", list_id=made.list_id, content=content):
        return
    work.run(
        "insert_list",
        list_id=made.list_id,
        as_of=made.as_of,
        code_version=made.code_version,
        model_id=made.model_id,
        content=content,
        made_at=act.at,
    )
    own = {"list_id": made.list_id}
    entry_columns = ("rank", "person_id", "team", "points", "is_new")
    entries = pd.DataFrame([[getattr(e, n) for n in entry_columns] for e in made.entries], columns=list(entry_columns))
    work.copy("outreach.entry", entries.assign(**own))
    reasons = [(e.person_id, r.factor, r.points, r.sentence, r.latest_at) for e in made.entries for r in e.reasons]
    reason_columns = ["person_id", "factor", "points", "sentence", "latest_at"]
    work.copy("outreach.reason", pd.DataFrame(reasons, columns=reason_columns).assign(**own))
    work.copy(
        "outreach.exclusion",
        pd.DataFrame({"person_id": excluded.index, "exclusion": excluded.to_numpy()}).assign(**own),
    )
    standing = line.standings.reset_index()[["person_id", "points"]].assign(
        position=range(1, len(line.standings) + 1), **own
    )
    work.copy("outreach.standing", standing)
    audit.record(work, act, "list_made", list_id=made.list_id, entries=len(entries))


# --- publish --------------------------------------------------------------------------------


def publish_list(store: Store, act: Act, list_id: str, out: Path) -> list[Path]:
    """Make the list current and leave its files in `out`. Files are made first; one transaction flips the list.

    A list for an earlier day than the current one gets its files and becomes no news: the current one stays.
    """
    with store.transaction() as work:
        made = list_named(work, list_id)
        made_at = work.read("list_content", list_id=list_id)["made_at"].iloc[0].to_pydatetime()
        _check_entries(made)
        rendered = files.render_all(made, run_figures(work, made), act.actor, made_at)
        paths = files.write_all(rendered, out)
        work.run("insert_publication", list_id=list_id, published_at=act.at)
        work.run("flip_current_list", list_id=list_id, published_at=act.at)
        audit.record(work, act, "list_published", list_id=list_id, entries=len(made.entries))
    return paths


def list_named(work: Work, list_id: str) -> OutreachList:
    """Which list has this id? It was made by `rank_persons`."""
    return from_json(work.read("list_content", list_id=list_id)["content"].iloc[0])


def _check_entries(made: OutreachList) -> None:
    """Is the list what a list has to be? Raises NothingToPublish where its own suite fails."""
    from expectations.outreach_list import check_list_entries

    frame = pd.DataFrame(
        [
            (e.rank, e.person_id, e.team, e.points, sum(r.points for r in e.reasons), len(e.reasons))
            for e in made.entries
        ],
        columns=["rank", "person_id", "team", "points", "reason_points_sum", "reason_count"],
    )
    broken = [finding.message for finding in check_list_entries(frame).findings] if len(frame) else []
    if broken:
        raise NothingToPublish(
            f"the list fails its own checks, so the last one stays current [{made.list_id}]: {broken[0]}"
        )


def run_figures(work: Work, made: OutreachList) -> RunFigures:
    """What does the run tell about itself? Counts only."""
    resolution = work.read("resolution_of_day", as_of=made.as_of)["figures"].iloc[0]
    counts = tuple(AgencyCounts(**row) for row in accounting(work))
    sizes = work.read("cluster_sizes")
    standing = work.read("points_of_standings", list_id=made.list_id)
    stages = {
        "rows delivered": sum(c.delivered for c in counts),
        "rows accepted": sum(c.accepted for c in counts),
        "person records linked": int((sizes["record_count"] * sizes["person_count"]).sum()),
        "persons": int(sizes["person_count"].sum()),
        "people with points": int(standing["person_count"].sum()),
        "entries on the list": len(made.entries),
    }
    refusals = work.read("refusals")
    return RunFigures(
        counts=counts,
        stages=stages,
        quarantine=tuple(work.read("quarantine_by_reason").itertuples(index=False, name=None)),
        refusals=tuple(refusals["refused_message"]),
        weight_histogram=tuple((low, high, int(count)) for low, high, count in resolution["weight_histogram"]),
        threshold_weight=resolution["threshold_weight"],
        threshold_probability=resolution["threshold_probability"],
        cluster_sizes=dict(zip(sizes["record_count"].map(int), sizes["person_count"].map(int), strict=True)),
        blocking=tuple(
            (rule, sentence, int(pairs), int(purged)) for rule, sentence, pairs, purged in resolution["blocking"]
        ),
        points=dict(zip(standing["points"].map(int), standing["person_count"].map(int), strict=True)),
        line_points=made.entries[-1].points if made.entries else None,
        notes=tuple(resolution["notes"]),
    )


def accounting(work: Work) -> list[dict[str, object]]:
    """Where did every delivered row go, per agency? delivered = accepted + quarantined + retracted."""
    frame = work.read("agency_accounting")
    return [
        {name: value if name == "agency" else int(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
