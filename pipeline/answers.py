"""What do the commands answer? Questions to the store about the current list, a run, a person: ids and counts only."""

from dataclasses import asdict, replace
from datetime import date

import pandas as pd

from pipeline import gating, listing, publication, resolve, withdrawal
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import NothingToPublish, UnknownPerson
from pipeline.contract.outreach_list import AgencyState, OutreachList, from_json
from pipeline.figures import run_figures
from pipeline.flow import RunResult, plan_for
from pipeline.publish import list_json, notice
from pipeline.settings import Settings
from pipeline.store import Store, Work


def current_list(work: Work) -> OutreachList:
    """Which list is current, and is it stale? Raises NothingToPublish where none was ever published."""
    current = work.read("current_list")
    if current.empty and not work.read("notices").empty:
        raise NothingToPublish("the last list was withdrawn and none took its place yet; start `outreach run`")
    if current.empty:
        raise NothingToPublish("no list has been published yet; start with `outreach run`")
    return replace(from_json(current["content"].iloc[0]), stale=gating.stale_of_current(work))


def notice_lines(work: Work) -> list[str]:
    """Which lists were called back that the current one stands for? One sentence each; empty as a rule."""
    return [notice.sentence(one) for one in withdrawal.notices(work)]


def current_as_of(work: Work) -> date:
    """For which day is the current list?"""
    return date.fromisoformat(current_list(work).as_of)


def states_now(work: Work, settings: Settings, agencies: tuple[Agency, ...], as_of: date) -> tuple[AgencyState, ...]:
    """How far do the agencies' data reach on this day?"""
    return listing.agency_states(work, plan_for(as_of, settings), agencies)


def tell(store: Store, result: RunResult) -> dict:
    """What did the run do? Counts per stage and agency, the list as published, the files: ids and counts only."""
    with store.transaction() as work:
        made = publication.list_named(work, result.list_id)
        is_current = current_list(work).list_id == made.list_id
        figures = run_figures(work, made)
        reported = publication.read_made(work, result.list_id).figures
    return {
        "list_id": made.list_id,
        "as_of": made.as_of,
        "is_current": is_current,
        "is_report_of_earlier_run": figures != replace(reported, checks=(), feeds=()),
        "stages": dict(figures.stages),
        "accounting": [asdict(counts) for counts in figures.counts],
        "entries": list_json.published(made)["entries"],
        "excluded_counts": dict(made.excluded_counts),
        "sources": [asdict(state) for state in made.sources],
        "refusals": result.refusals,
        "drift": result.drift,
        "unknown_files": result.unknown_files,
        "unknown_folders": result.unknown_folders,
        "files": [str(path) for path in result.paths],
    }


def tell_why(work: Work, person_id: str) -> dict:
    """Why is a person on the current list, or why not? Raises UnknownPerson for an id that was never given out."""
    person_id, shown_as = living_person(work, person_id), person_id
    reasons = work.read("reasons_of_person", person_id=person_id)
    records = work.read("records_of_person", person_id=person_id)
    best = resolve.best_values(work.read("person_records_of_person", person_id=person_id))
    return {
        "person_id": person_id,
        "asked_for": shown_as,
        "answer": _also_known(shown_as, person_id) + _answer(work, person_id, reasons, has_records=not records.empty),
        "reasons": [{"points": int(row.points), "sentence": row.sentence} for row in reasons.itertuples()],
        "records": [
            {"record_id": row.record_id, "strongest_weight": _rounded(row.strongest_weight)}
            for row in records.itertuples()
        ],
        "fields": best[["field", "from_record_id"]].to_dict("records"),
    }


def living_person(work: Work, person_id: str) -> str:
    """Which person is this id now? Raises UnknownPerson for an id that was never given out."""
    found = work.read("person_by_id", person_id=person_id)
    if found.empty:
        raise UnknownPerson("no person of that id was ever known here; ids look like P-7K3QM2XD")
    return str(found["person_now"].iloc[0])


def _also_known(shown_as: str, person_id: str) -> str:
    return "" if shown_as == person_id else f"{shown_as} was found to be the same person as {person_id}. "


def tell_gate(work: Work) -> dict:
    """What did the checks of the latest list find, and did it become current? Raises NothingToPublish before any."""
    list_id = gating.latest_checked(work)
    current = work.read("current_list")
    stale = gating.stale_of_current(work)
    return {
        "list_id": list_id,
        "as_of": publication.list_named(work, list_id).as_of,
        "is_current": not current.empty and current["list_id"].iloc[0] == list_id,
        "stale": asdict(stale) if stale else None,
        "checks": [asdict(check) for check in gating.checks_of(work, list_id)],
    }


def _rounded(weight: float | None) -> float | None:
    """How is a match weight shown? Bits with one decimal; None for a record that repeats another in every field."""
    return None if weight is None or pd.isna(weight) else round(float(weight), 1)


def _answer(work: Work, person_id: str, reasons: pd.DataFrame, *, has_records: bool) -> str:
    """In one sentence: where does the person stand?"""
    if not reasons.empty:
        rank, team, points = int(reasons["rank"].iloc[0]), reasons["team"].iloc[0], int(reasons["points"].sum())
        held_over = reasons["held_over"].iloc[0]
        answer = f"{person_id} is number {rank} on the current list with {points} points; the {team} team follows up."
        return f"{answer} {held_over}" if held_over else answer
    exclusion = work.ask("exclusion_of_person", person_id=person_id)
    if exclusion:
        return f"{person_id} is not on the current list: {str(exclusion).replace('_', ' ')}."
    standing = work.read("points_of_person", person_id=person_id)
    if not standing.empty:
        row = standing.iloc[0]
        short = max(int(row["line_points"]) - int(row["points"]), 0)
        return (
            f"{person_id} is not on the current list: number {int(row['position'])} in line "
            f"with {int(row['points'])} points, {short} fewer than the last entry."
        )
    if not has_records:
        return f"{person_id} is not on the current list: no record is linked to this id any more."
    return f"{person_id} is not on the current list: nothing in the counted windows gives points."
