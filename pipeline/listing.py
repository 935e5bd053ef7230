"""Who, this week, first, and why? Reads what is known of everybody, ranks it, keeps the list for publishing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from pipeline import audit, queueing, resolve
from pipeline.audit import Act
from pipeline.code_version import code_version
from pipeline.contract.codes import AgencyStatus, Exclusion
from pipeline.contract.declaration import Agency
from pipeline.contract.outreach_list import (
    AgencyState,
    Entry,
    OutreachList,
    Reason,
    figures_to_json,
    from_json,
    to_json,
)
from pipeline.figures import run_figures
from pipeline.plan import ListPlan
from pipeline.publish import list_json
from pipeline.ranking import exclusions, held_over, rank, stays
from pipeline.ranking.measures import Facts
from pipeline.registry import records_by_person
from pipeline.review import ranges
from pipeline.store import Store, Work

OF_AN_AGENCY = ["person_id", "agency"]


@dataclass(frozen=True)
class Known:
    """What is known by the end of the list's day, by person?

    Attributes:
        facts: encounters and conditions. records: every linked record with its person_id.
        deaths: is_dead and death_date of every record, those that a sender merged into another among them.
        persons: indexed by person_id: best values, address in one line, alias_count, known_since (when first linked).
    """

    facts: Facts
    records: pd.DataFrame
    deaths: pd.DataFrame
    persons: pd.DataFrame


@dataclass(frozen=True)
class Standing:
    """Who has how many points and why, who is excluded and why, who gets an entry, and who keeps older points?"""

    points: pd.DataFrame
    excluded: pd.Series
    line: rank.Line
    reasons: Mapping[str, tuple[Reason, ...]]
    held: Mapping[str, held_over.Held]


@dataclass(frozen=True)
class Basis:
    """What does a list rest on?

    Attributes:
        run_number: of the run that found who is who. taken_in_number: of the last file it knew.
        model_id: that decided. previous_list_id: the list before, if any.
        ids_as_of_run: people on the list before are called what they were called after this run.
    """

    run_number: int
    taken_in_number: int
    model_id: str
    previous_list_id: str | None
    ids_as_of_run: int


def basis_of(work: Work, plan: ListPlan, run_number: int) -> Basis:
    """What does the list of this run rest on?"""
    run = work.read("run_by_number", run_number=run_number).iloc[0]
    previous = work.ask("previous_list", as_of=plan.as_of, known_at=plan.known_at)
    before = str(previous) if previous else None
    return Basis(run_number, int(run["taken_in_number"]), str(run["model_id"]), before, ids_as_of_run=run_number)


def read_known(work: Work, plan: ListPlan, basis: Basis) -> Known:
    """What did this run know of everybody that may be used for the list?"""
    links = work.read_many("links_of_run", run_number=basis.run_number).set_index("record_id")

    def of_persons(query: str) -> pd.DataFrame:
        table = work.read_many(query, **plan.bounds(basis.taken_in_number))
        return table.assign(person_id=table["record_id"].map(links["person_id"])).dropna(subset=["person_id"])

    facts = Facts(of_persons("usable_encounters"), of_persons("usable_conditions"), plan.calendar.until())
    merged = work.read("merged_of_run", run_number=basis.run_number)["record_id"]
    records = of_persons("usable_person_records")
    deaths = records[["person_id", "is_dead", "death_date"]]
    records = records[~records["record_id"].isin(merged)].reset_index(drop=True)
    known_since = links.drop_duplicates("person_id").set_index("person_id")["first_seen_at"]
    return Known(facts, records, deaths, persons_of(records, known_since))


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


def stand(
    known: Known,
    plan: ListPlan,
    agencies: tuple[Agency, ...],
    last: OutreachList | None = None,
    sources: tuple[AgencyState, ...] = (),
) -> Standing:
    """In which order do people stand, and where is the line? `last` is the last published list of an earlier day."""
    areas = {agency.name: agency.area for agency in agencies if agency.area}
    people = exclusions.People(known.persons, known.deaths, known.facts.encounters, plan.as_of, plan.calendar.until())
    excluded = exclusions.excluded(people)
    titles = titles_of(agencies)
    points = rank.points_by_factor(known.facts, plan.calendar)
    reasons = held_over.with_consent_told(rank.reasons_of(points, titles, plan.calendar), _under_consent(known.facts))
    person_of_record = known.records.set_index("record_id")["person_id"].to_dict()
    held = held_over.hold(last, sources, reasons, person_of_record)
    points = held_over.points_with(points, held)
    order = rank.standings(points, excluded.index, known.persons["known_since"])
    sizes = plan.settings.list_size, plan.settings.teams
    line = rank.draw_line(order, known.persons, known.facts, areas, *sizes)
    return Standing(points, excluded, line, reasons | {person: what.reasons for person, what in held.items()}, held)


def _under_consent(facts: Facts) -> set[tuple[str, str]]:
    """Of whom does which agency have rows under 42 CFR Part 2 that count? (person id, agency)."""
    frames = (frame.loc[frame["is_part2"].astype(bool), OF_AN_AGENCY] for frame in (facts.encounters, facts.conditions))
    return {tuple(row) for frame in frames for row in frame.itertuples(index=False)}


def rank_persons(store: Store, act: Act, plan: ListPlan, agencies: tuple[Agency, ...], run_number: int) -> str:
    """Who, this week, first, and why? Keeps the list for publishing and answers its id; the same list is kept once."""
    with store.transaction() as work:
        return rank_in(work, act, plan, agencies, run_number).list_id


def rank_in(work: Work, act: Act, plan: ListPlan, agencies: tuple[Agency, ...], run_number: int) -> OutreachList:
    """The same inside a transaction; answers the whole list."""
    basis = basis_of(work, plan, run_number)
    known = read_known(work, plan, basis)
    sources = agency_states(work, plan, agencies, basis.taken_in_number)
    standing = stand(known, plan, agencies, last_list(work, basis), sources)
    weigh_queue(work, plan, agencies, known, standing, basis)
    made = make_list(work, plan, known, standing, basis, sources, titles_of(agencies))
    forgotten = stays.forgotten_counts(known.facts.encounters, plan.calendar.until())
    _keep_list(work, act, agencies, made, standing, basis, forgotten)
    return made


def weigh_queue(
    work: Work, plan: ListPlan, agencies: tuple[Agency, ...], known: Known, standing: Standing, basis: Basis
) -> None:
    """What would answers to the run's open questions change on its list? Kept for entries and for reviewers."""
    queueing.weigh_queue(work, plan, queueing.Ranked(agencies, known, standing, basis, persons_of))


def titles_of(agencies: tuple[Agency, ...]) -> dict[str, str]:
    """What is each agency called in sentences? By its name."""
    return {agency.name: agency.title for agency in agencies}


def last_list(work: Work, basis: Basis) -> OutreachList | None:
    """What did the list before say?"""
    if basis.previous_list_id is None:
        return None
    return from_json(work.read("list_content", list_id=basis.previous_list_id)["content"].iloc[0])


def make_list(
    work: Work,
    plan: ListPlan,
    known: Known,
    standing: Standing,
    basis: Basis,
    sources: tuple[AgencyState, ...],
    titles: Mapping[str, str],
) -> OutreachList:
    """Which list follows from what the run knew, how people stand and how far agencies (`titles`) had told?"""
    line = standing.line
    last_met = rank.last_met(known.facts.encounters, titles, plan.calendar)
    shown = _shown(known, last_met, _previous_ranks(work, basis))
    made = OutreachList(
        list_id="",
        as_of=plan.as_of.isoformat(),
        zone=plan.calendar.zone,
        code_version=code_version(),
        model_id=basis.model_id,
        sources=sources,
        entries=_with_ranges(work, held_over.told(rank.entries(line, standing.reasons, shown), standing.held), basis),
        excluded_counts=_excluded_counts(work, plan.bounds(basis.taken_in_number), standing.excluded),
        below_line_count=len(line.standings) - len(line.chosen),
    )
    return replace(made, list_id=list_json.list_id_of(made))


def _with_ranges(work: Work, entries: tuple[Entry, ...], basis: Basis) -> tuple[Entry, ...]:
    """What do open answers about records leave uncertain in these entries?"""
    return ranges.with_ranges(entries, work.read("review_effects_of_run", run_number=basis.run_number))


def _previous_ranks(work: Work, basis: Basis) -> dict[str, int]:
    """Who stood where on the list before, by the ids of today?"""
    table = work.read("previous_list_ranks", list_id=basis.previous_list_id, run_number=basis.ids_as_of_run)
    return {row.person_id: int(row.rank) for row in table.itertuples()}


def _shown(known: Known, last_met: Mapping[str, str], previous: Mapping[str, int]) -> rank.Shown:
    keys = {person: tuple(records) for person, records in records_by_person(known.records).items()}
    return rank.Shown(known.persons, keys, last_met, previous)


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
    overdue = max((plan.as_of - complete_to).days - patience, 0) if complete_to else 0
    return AgencyState(
        agency=agency.name, title=agency.title, complete_to=shown, status=status.value, overdue_days=overdue
    )


def _keep_list(
    work: Work,
    act: Act,
    agencies: tuple[Agency, ...],
    made: OutreachList,
    standing: Standing,
    basis: Basis,
    forgotten: Mapping[str, int],
) -> None:
    """Write a list and all that its files show. One that was made before is found, and stays as it was made."""
    line, excluded = standing.line, standing.excluded
    content = json.dumps(to_json(made))
    is_new = work.run(
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
    if not is_new:
        return
    own = {"list_id": made.list_id}
    entry_columns = ("rank", "person_id", "team", "points", "is_new", "held_over")
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
    figures = figures_to_json(run_figures(work, made, agencies, forgotten))
    work.run("insert_making", list_id=made.list_id, made_by=act.actor, figures=json.dumps(figures))
    audit.record(work, act, "list_made", list_id=made.list_id, entries=len(entries))
