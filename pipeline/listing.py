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
    Reason,
    from_json,
    to_json,
)
from pipeline.plan import ListPlan
from pipeline.publish import list_json
from pipeline.ranking import exclusions, held_over, rank
from pipeline.ranking.measures import Facts
from pipeline.store import Store, Work

OF_AN_AGENCY = ["person_id", "agency"]


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
    """Who has how many points and why, who is excluded and why, who gets an entry, and who keeps older points?"""

    points: pd.DataFrame
    excluded: pd.Series
    line: rank.Line
    reasons: Mapping[str, tuple[Reason, ...]]
    held: Mapping[str, held_over.Held]


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


def stand(
    known: Known,
    plan: ListPlan,
    agencies: tuple[Agency, ...],
    last: OutreachList | None = None,
    sources: tuple[AgencyState, ...] = (),
) -> Standing:
    """In which order do people stand, and where is the line? `last` is the last published list of an earlier day."""
    areas = {agency.name: agency.area for agency in agencies if agency.area}
    people = exclusions.People(known.persons, known.records, known.facts.encounters, plan.as_of, plan.calendar.until())
    excluded = exclusions.excluded(people)
    titles = {agency.name: agency.title for agency in agencies}
    points = rank.points_by_factor(known.facts, plan.calendar)
    reasons = held_over.with_consent_told(rank.reasons_of(points, titles, plan.calendar), _under_consent(known.facts))
    person_of_record = known.records.set_index("record_id")["person_id"].to_dict()
    held = held_over.hold(last, sources, reasons, person_of_record)
    points = held_over.points_with(points, held)
    order = rank.standings(points, excluded.index)
    sizes = plan.settings.list_size, plan.settings.teams
    line = rank.draw_line(order, known.persons, known.facts, areas, *sizes)
    return Standing(points, excluded, line, reasons | {person: what.reasons for person, what in held.items()}, held)


def _under_consent(facts: Facts) -> set[tuple[str, str]]:
    """Of whom does which agency have rows under 42 CFR Part 2 that count? (person id, agency)."""
    frames = (frame.loc[frame["is_part2"].astype(bool), OF_AN_AGENCY] for frame in (facts.encounters, facts.conditions))
    return {tuple(row) for frame in frames for row in frame.itertuples(index=False)}


def rank_persons(store: Store, act: Act, plan: ListPlan, agencies: tuple[Agency, ...]) -> str:
    """Who, this week, first, and why? Keeps the list for publishing and answers its id; the same list is kept once."""
    titles = {agency.name: agency.title for agency in agencies}
    with store.transaction() as work:
        known = read_known(work, plan)
        sources = agency_states(work, plan, agencies)
        standing = stand(known, plan, agencies, _last_list(work, plan), sources)
        line = standing.line
        shown = _shown(work, plan, known, rank.last_met(known.facts.encounters, titles, plan.calendar))
        made = OutreachList(
            list_id="",
            as_of=plan.as_of.isoformat(),
            zone=plan.calendar.zone,
            code_version=code_version(),
            model_id=_model_id(work, plan),
            sources=sources,
            entries=held_over.told(rank.entries(line, standing.reasons, shown), standing.held),
            excluded_counts=_excluded_counts(work, plan, standing.excluded),
            below_line_count=len(line.standings) - len(line.chosen),
        )
        made = replace(made, list_id=list_json.list_id_of(made))
        _keep_list(work, act, made, line, standing.excluded)
    return made.list_id


def _last_list(work: Work, plan: ListPlan) -> OutreachList | None:
    """Which list of an earlier day was published last?"""
    previous = work.read("previous_list", as_of=plan.as_of)
    return None if previous.empty else from_json(previous["content"].iloc[0])


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
    overdue = max((plan.as_of - complete_to).days - patience, 0) if complete_to else 0
    return AgencyState(
        agency=agency.name, title=agency.title, complete_to=shown, status=status.value, overdue_days=overdue
    )


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
    standing = line.standings.reset_index()[["person_id", "points"]].assign(
        position=range(1, len(line.standings) + 1), **own
    )
    work.copy("outreach.standing", standing)
    audit.record(work, act, "list_made", list_id=made.list_id, entries=len(entries))
