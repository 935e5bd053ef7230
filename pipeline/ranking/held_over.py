"""Who keeps last list's points because an agency is down? A late agency must never read as improvement.

While an agency is late or stopped, what it would have told is missing, and the points that rest on it run out as its
windows move on. So whoever was on the last list with reasons from it keeps the reasons of that list where they are
worth more than those of now, and the entry says so. It ends when the agency's data are complete again, and by itself
when they are so late that the list is held back altogether (`LONGEST_HOLD_DAYS`). Nobody is held who is excluded now,
or whose records of then are not all there any more: split, taken back, or no longer under a consent. A reason that
rests on rows under 42 CFR Part 2 is as good as their consent today, so it is always taken as it is now.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from pipeline.contract.codes import AgencyStatus
from pipeline.contract.outreach_list import LONGEST_HOLD_DAYS, AgencyState, Entry, OutreachList, Reason
from pipeline.ranking.rank import day_text

IS_DOWN = {
    AgencyStatus.LATE: "{} is late",
    AgencyStatus.STOPPED: "the newest delivery of {} was refused",
}
"""Status → why an entry is held. An agency that never sent anything has no reasons on any list."""


@dataclass(frozen=True)
class Held:
    """Which points does a person keep?

    Attributes:
        reasons: as they were told on `points_as_of`, most points first.
        points_as_of: ISO day of the list on which these reasons were first told.
        sentence: what is shown with the entry.
    """

    reasons: tuple[Reason, ...]
    points_as_of: str
    sentence: str


def hold(
    last: OutreachList | None,
    sources: Collection[AgencyState],
    reasons_now: Mapping[str, tuple[Reason, ...]],
    person_of_record: Mapping[str, str],
) -> dict[str, Held]:
    """Who keeps the points of the last list, person id → what?

    Args:
        last: the last published list of an earlier day, or None.
        sources: how far each agency's data reach now.
        reasons_now: person id → why each person has points now.
        person_of_record: record → person, of every record that may be used now.
    """
    down = {state.agency: state for state in sources if _is_down(state)}
    held: dict[str, Held] = {}
    for entry in last.entries if last and down else ():
        persons = {person_of_record.get(record) for record in entry.record_keys}
        person_id = persons.pop() if len(persons) == 1 else None
        behind = sorted({name for r in entry.reasons if not r.is_under_consent for name in r.agencies} & set(down))
        if last is None or person_id is None or not behind:
            continue
        now = reasons_now.get(person_id, ())
        kept = _kept(entry.reasons, now)
        is_most = person_id not in held or worth(kept) > worth(held[person_id].reasons)  # two of then may be one now
        if worth(kept) > worth(now) and is_most:
            day = entry.points_as_of or last.as_of
            held[person_id] = Held(kept, day, _sentence(day, [down[name] for name in behind]))
    return held


def _is_down(state: AgencyState) -> bool:
    return AgencyStatus(state.status) in IS_DOWN and state.overdue_days <= LONGEST_HOLD_DAYS


def _kept(then: tuple[Reason, ...], now: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Which reasons are kept? Those of then; what rested on a consent is taken as it is now."""
    of_now = {reason.factor: reason for reason in now}
    kept = [of_now.get(reason.factor) if reason.is_under_consent else reason for reason in then]
    return tuple(sorted((reason for reason in kept if reason), key=lambda reason: -reason.points))


def _sentence(day: str, down: list[AgencyState]) -> str:
    """What is a clinician told? Whose data are missing, and from which day the points are."""
    why = " and ".join(IS_DOWN[AgencyStatus(state.status)].format(state.title) for state in down)
    return f"Points as of {day_text(date.fromisoformat(day))}: {why}."


def worth(reasons: Collection[Reason]) -> int:
    """How many points are these reasons worth together?"""
    return sum(reason.points for reason in reasons)


def points_with(points: pd.DataFrame, held: Mapping[str, Held]) -> pd.DataFrame:
    """What does each person get for each factor, with what is held in the place of what would be?

    `points` as `rank.points_by_factor` answers it; a held reason has no amount, which is told in its sentence.
    """
    if not held:
        return points
    rows = [
        (person_id, reason.factor, reason.points, 0, pd.Timestamp(reason.latest_at), reason.agencies)
        for person_id, what in held.items()
        for reason in what.reasons
    ]
    kept = pd.DataFrame(rows, columns=["person_id", "factor", "points", "amount", "latest_at", "agencies"])
    others = points[~points["person_id"].isin(list(held))]
    return pd.concat([others, kept], ignore_index=True) if len(others) else kept


def told(entries: tuple[Entry, ...], held: Mapping[str, Held]) -> tuple[Entry, ...]:
    """What do the entries say when those that are held over say so?"""
    return tuple(
        replace(entry, held_over=held[entry.person_id].sentence, points_as_of=held[entry.person_id].points_as_of)
        if entry.person_id in held
        else entry
        for entry in entries
    )


def with_consent_told(
    reasons: Mapping[str, tuple[Reason, ...]], under_consent: Collection[tuple[str, str]]
) -> dict[str, tuple[Reason, ...]]:
    """Which reasons rest on rows that need a consent? `under_consent` holds (person id, agency) of all such rows."""

    def is_told(person_id: str, reason: Reason) -> bool:
        return any((person_id, agency) in under_consent for agency in reason.agencies)

    return {
        person_id: tuple(replace(reason, is_under_consent=is_told(person_id, reason)) for reason in told)
        for person_id, told in reasons.items()
    }
