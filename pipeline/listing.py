"""Who, this week, first, and why? Reads what is known of everybody, ranks it, keeps the list for publishing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from pipeline import audit, resolve
from pipeline.audit import Act
from pipeline.code_version import code_version
from pipeline.contract.codes import AgencyStatus, Exclusion
from pipeline.contract.declaration import Agency
from pipeline.contract.outreach_list import (
    AgencyState,
    OutreachList,
    to_json,
)
from pipeline.plan import ListPlan
from pipeline.publish import list_json
from pipeline.ranking import exclusions, rank
from pipeline.ranking.measures import Facts
from pipeline.store import Store, Work


@dataclass(frozen=True)
class Known:
    """What is known by the end of the list's day, by person?

    Attributes:
        facts: encounters and conditions. records: every linked record with its person_id.
        persons: indexed by person_id: best values, address in one line, alias_count, known_since (when first linked).
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


@dataclass(frozen=True)
class Basis:
    """What does a list rest on? The run that found who is who, the last file it knew, its model, the list before."""

    run_number: int
    taken_in_number: int
    model_id: str
    previous_list_id: str | None


def basis_of(work: Work, plan: ListPlan, run_number: int) -> Basis:
    """What does the list of this run rest on?"""
    run = work.read("run_by_number", run_number=run_number).iloc[0]
    previous = work.ask("previous_list", as_of=plan.as_of, known_at=plan.known_at)
    return Basis(run_number, int(run["taken_in_number"]), str(run["model_id"]), str(previous) if previous else None)


def read_known(work: Work, plan: ListPlan, basis: Basis) -> Known:
    """What did this run know of everybody that may be used for the list?"""
    links = work.read("links_of_run", run_number=basis.run_number).set_index("record_id")

    def of_persons(query: str) -> pd.DataFrame:
        table = work.read(query, **plan.bounds(basis.taken_in_number))
        return table.assign(person_id=table["record_id"].map(links["person_id"])).dropna(subset=["person_id"])

    facts = Facts(of_persons("usable_encounters"), of_persons("usable_conditions"), plan.calendar.until())
    merged = work.read("merged_of_run", run_number=basis.run_number)["record_id"]
    records = of_persons("usable_person_records")
    records = records[~records["record_id"].isin(merged)].reset_index(drop=True)
    known_since = links.drop_duplicates("person_id").set_index("person_id")["first_seen_at"]
    return Known(facts, records, persons_of(records, known_since))


def persons_of(records: pd.DataFrame, known_since: pd.Series) -> pd.DataFrame:
    """What is shown of each person? Indexed by person_id, sorted; see `Known.persons`."""
    best = resolve.best_values(records).pivot(index="person_id", columns="field", values="value")
    wanted = [*resolve.MOST_OFTEN, *resolve.MOST_RECENT]
    persons = best.reindex(index=sorted(records["person_id"].unique()), columns=wanted).astype(object)
    persons = persons.where(persons.notna(), None)
    parts = persons[["street_address", "city", "state", "postcode"]]
    lines = [", ".join(filter(None, row)) or None for row in parts.itertuples(index=False)]
    return persons.assign(
        address=lines,
        alias_count=resolve.alias_counts(records).reindex(persons.index).fillna(0),
        known_since=known_since.reindex(persons.index),
    )


def stand(known: Known, plan: ListPlan, agencies: tuple[Agency, ...]) -> Standing:
    """In which order do people stand, and where is the line?"""
    areas = {agency.name: agency.area for agency in agencies if agency.area}
    people = exclusions.People(known.persons, known.records, known.facts.encounters, plan.as_of, plan.calendar.until())
    excluded = exclusions.excluded(people)
    points = rank.points_by_factor(known.facts, plan.calendar)
    order = rank.standings(points, excluded.index, known.persons["known_since"])
    sizes = plan.settings.list_size, plan.settings.teams
    return Standing(points, excluded, rank.draw_line(order, known.persons, known.facts, areas, *sizes))


def rank_persons(store: Store, act: Act, plan: ListPlan, agencies: tuple[Agency, ...], run_number: int) -> str:
    """Who, this week, first, and why? Keeps the list for publishing and answers its id; the same list is kept once."""
    with store.transaction() as work:
        basis = basis_of(work, plan, run_number)
        known = read_known(work, plan, basis)
        standing = stand(known, plan, agencies)
        made = make_list(work, plan, agencies, known, standing, basis)
        _keep_list(work, act, made, standing, basis)
    return made.list_id


def make_list(
    work: Work, plan: ListPlan, agencies: tuple[Agency, ...], known: Known, standing: Standing, basis: Basis
) -> OutreachList:
    """Which list follows from what the run knew and how people stand?"""
    titles = {agency.name: agency.title for agency in agencies}
    line = standing.line
    chosen_points = standing.points[standing.points["person_id"].isin(line.chosen)]
    last_met = rank.last_met(known.facts.encounters, titles, plan.calendar)
    shown = _shown(known, last_met, _previous_ranks(work, basis))
    made = OutreachList(
        list_id="",
        as_of=plan.as_of.isoformat(),
        zone=plan.calendar.zone,
        code_version=code_version(),
        model_id=basis.model_id,
        sources=agency_states(work, plan, agencies, basis.taken_in_number),
        entries=rank.entries(line, rank.reasons_of(chosen_points, titles, plan.calendar), shown),
        excluded_counts=_excluded_counts(work, plan.bounds(basis.taken_in_number), standing.excluded),
        below_line_count=len(line.standings) - len(line.chosen),
    )
    return replace(made, list_id=list_json.list_id_of(made))


def _previous_ranks(work: Work, basis: Basis) -> dict[str, int]:
    """Who stood where on the list before, by the ids of today?"""
    table = work.read("previous_list_ranks", list_id=basis.previous_list_id, run_number=basis.run_number)
    return {row.person_id: int(row.rank) for row in table.itertuples()}


def _shown(known: Known, last_met: Mapping[str, str], previous: Mapping[str, int]) -> rank.Shown:
    keys = known.records.groupby("person_id")["record_id"].agg(lambda ids: tuple(sorted(ids)))
    return rank.Shown(known.persons, keys.to_dict(), last_met, previous)


def _excluded_counts(work: Work, bounds: Mapping[str, object], excluded: pd.Series) -> dict[str, int]:
    """How many people does each exclusion keep off the list? Records without consent are counted, not who they are."""
    counts = {exclusion.value: int((excluded == exclusion.value).sum()) for exclusion in Exclusion}
    held = int(str(work.ask("count_held_records", **bounds)))
    return counts | {Exclusion.NO_CONSENT_BASIS.value: held}


def agency_states(
    work: Work, plan: ListPlan, agencies: tuple[Agency, ...], taken_in_number: int | None = None
) -> tuple[AgencyState, ...]:
    """How far is each agency's data complete, with the files taken in up to a number? Sorted by name."""
    known = {"taken_in_number": taken_in_number}
    freshness = work.read("agency_freshness", until=plan.calendar.until(), **known)
    accepted = work.read("agency_files", as_of=plan.as_of, **known)
    stopped = set(work.read("agencies_stopped", known_at=plan.known_at)["agency"])
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


def _keep_list(work: Work, act: Act, made: OutreachList, standing: Standing, basis: Basis) -> None:
    line, excluded = standing.line, standing.excluded
    content = json.dumps(to_json(made))
    if work.run("update_list", list_id=made.list_id, content=content):
        return
    work.run(
        "insert_list",
        list_id=made.list_id,
        as_of=made.as_of,
        run_number=basis.run_number,
        previous_list_id=basis.previous_list_id,
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
    positions = range(1, len(line.standings) + 1)
    table = line.standings.reset_index()[["person_id", "points"]].assign(position=positions, **own)
    work.copy("outreach.standing", table)
    audit.record(work, act, "list_made", list_id=made.list_id, entries=len(entries))
