"""Who, this week, first, and why? Facts → points → order → line → entries. Pure: tables in, a list out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.contract.codes import EncounterKind
from pipeline.contract.outreach_list import Entry, Reason
from pipeline.ranking import capacity, stays
from pipeline.ranking.factors import EVER, FACTORS, Factor
from pipeline.ranking.measures import Facts, Window

KIND_WORDS = {
    EncounterKind.CALL_FOR_SERVICE: "Call for service",
    EncounterKind.BOOKING: "Booking into jail",
    EncounterKind.VISIT: "Visit to a provider",
    EncounterKind.CO_RESPONSE: "Co-responder response",
    EncounterKind.REFERRAL: "Referral by a partner",
    EncounterKind.HOUSING_SERVICE: "Shelter or housing service",
}


@dataclass(frozen=True)
class Calendar:
    """Which day is the list's, and where does it end? The day counts to its last minute in the county's zone."""

    as_of: date
    zone: str

    def until(self) -> datetime:
        """When does the list's day end (UTC)?"""
        return self._midnight_after(self.as_of)

    def window(self, window_days: int) -> Window:
        """Which stretch do the last so many days make, the list's day included?"""
        return Window(self._midnight_after(self.as_of - timedelta(days=window_days)), self.until())

    def day(self, moment: datetime) -> date:
        """On which local day was it?"""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _midnight_after(self, day: date) -> datetime:
        local = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(self.zone))
        return local.astimezone(UTC)


def points_by_factor(facts: Facts, calendar: Calendar, factors: tuple[Factor, ...] = FACTORS) -> pd.DataFrame:
    """What did each person get for each factor?

    Returns:
        One row per person and factor with points: person_id, factor, points, amount, latest_at, agencies.
    """
    facts = replace(facts, encounters=stays.told_once(facts.encounters, facts.until))
    parts = []
    for factor in factors:
        table = factor.measure(facts, calendar.window(factor.window_days)).reset_index()
        table["points"] = [factor.worth(int(amount)) for amount in table["amount"]]
        parts.append(table[table["points"] > 0].assign(factor=factor.name))
    columns = ["person_id", "factor", "points", "amount", "latest_at", "agencies"]
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def standings(points: pd.DataFrame, excluded: pd.Index, known_since: pd.Series) -> pd.DataFrame:
    """In which order do people stand? Indexed by person_id, best first, with `points` and `latest_at`.

    Ties: who was met more recently comes first; of two met at the same moment, who has been known here longer
    (`known_since`, by person_id); of two known equally long, the lower id, so that the order is always the same.
    """
    shown = points[~points["person_id"].isin(excluded)]
    table = shown.groupby("person_id").agg(points=("points", "sum"), latest_at=("latest_at", "max")).reset_index()
    table["known_since"] = table["person_id"].map(known_since)
    order = table.sort_values(["points", "latest_at", "known_since", "person_id"], ascending=[False, False, True, True])
    return order.set_index("person_id")[["points", "latest_at"]]


@dataclass(frozen=True)
class Line:
    """Who is on the list and who is not?

    Attributes:
        standings: everyone with points who is not excluded, in order.
        teams: team of each of them.
        chosen: the person ids that got an entry, in order.
    """

    standings: pd.DataFrame
    teams: pd.Series
    chosen: list[str]


def draw_line(
    order: pd.DataFrame,
    persons: pd.DataFrame,
    facts: Facts,
    area_of_agency: Mapping[str, str],
    list_size: int,
    team_sizes: Mapping[str, int],
) -> Line:
    """Who gets an entry this week? `persons` as in `capacity.teams_of`, `order` from `standings`."""
    teams = capacity.teams_of(persons.reindex(order.index), facts.encounters, area_of_agency)
    return Line(order, teams, capacity.draw_line(teams, list_size, team_sizes))


def sentence(factor: Factor, amount: int, latest_at: datetime, agencies: tuple[str, ...], calendar: Calendar) -> str:
    """What is a clinician told of one reason? Count, window, latest date and where it is known from."""
    noun = factor.one if amount == 1 else factor.many
    day = day_text(calendar.day(latest_at))
    known_from = " and ".join(agencies)
    if factor.window_days == EVER:
        is_dated = latest_at > calendar.window(EVER).start  # a measure puts what has no date at the window's start
        return f"{noun[0].upper()}{noun[1:]}, {f'recorded {day}' if is_dated else 'no date given'} ({known_from})."
    latest = "on" if amount == 1 else "the latest on"
    if factor.per > 1:
        latest = "up to"
    return f"{amount} {noun} in the past {factor.window_days} days, {latest} {day} ({known_from})."


def day_text(day: date) -> str:
    """How is a day written for people? The month as a word, so that no two countries read it differently.

    >>> day_text(date(2026, 11, 6))
    '6 Nov 2026'
    """
    return f"{day.day} {day:%b %Y}"


def reasons_of(points: pd.DataFrame, titles: Mapping[str, str], calendar: Calendar) -> dict[str, tuple[Reason, ...]]:
    """Why does each person have points? Person id → reasons, most points first, then in the factors' order."""
    by_name = {factor.name: factor for factor in FACTORS}
    order = {name: position for position, name in enumerate(by_name)}
    found: dict[str, list[Reason]] = {}
    for row in points.itertuples(index=False):
        agencies = tuple(sorted(titles.get(name, name) for name in row.agencies))
        found.setdefault(row.person_id, []).append(
            Reason(
                factor=row.factor,
                points=int(row.points),
                sentence=sentence(by_name[row.factor], int(row.amount), row.latest_at, agencies, calendar),
                latest_at=row.latest_at.astimezone(UTC).isoformat(timespec="seconds"),
                agencies=tuple(sorted(row.agencies)),
            )
        )
    return {
        person_id: tuple(sorted(reasons, key=lambda reason: (-reason.points, order[reason.factor])))
        for person_id, reasons in found.items()
    }


def last_met(encounters: pd.DataFrame, titles: Mapping[str, str], calendar: Calendar) -> dict[str, str]:
    """When was each person last met, by whom? Person id → sentence."""
    latest = encounters.sort_values(["occurred_at", "encounter_id"]).groupby("person_id").tail(1)
    return {
        row.person_id: f"{KIND_WORDS[EncounterKind(row.kind)]} on {day_text(calendar.day(row.occurred_at))}"
        f" ({titles.get(row.agency, row.agency)})."
        for row in latest.itertuples(index=False)
    }


@dataclass(frozen=True)
class Shown:
    """What do the documents show of a person besides the reasons?

    Attributes:
        persons: indexed by person_id: display_name, birth_date, alias_count, phone, address.
        record_keys: person_id → every record of the person, sorted.
        last_met: person_id → sentence.
        previous_ranks: person_id → rank on the list before.
    """

    persons: pd.DataFrame
    record_keys: Mapping[str, tuple[str, ...]]
    last_met: Mapping[str, str]
    previous_ranks: Mapping[str, int]


def entries(line: Line, reasons: Mapping[str, tuple[Reason, ...]], shown: Shown) -> tuple[Entry, ...]:
    """What does the list say of everyone on it? In order, ranks from 1 without gaps."""
    return tuple(_entry(rank, person_id, line, reasons, shown) for rank, person_id in enumerate(line.chosen, start=1))


def _entry(rank: int, person_id: str, line: Line, reasons: Mapping[str, tuple[Reason, ...]], shown: Shown) -> Entry:
    person = shown.persons.loc[person_id]
    return Entry(
        rank=rank,
        person_id=person_id,
        team=str(line.teams[person_id]),
        points=int(line.standings["points"][person_id]),
        reasons=reasons[person_id],
        is_new=person_id not in shown.previous_ranks,
        previous_rank=shown.previous_ranks.get(person_id),
        record_keys=shown.record_keys[person_id],
        display_name=person["display_name"] or "Name not known",
        birth_date=person["birth_date"],
        alias_count=int(person["alias_count"]),
        phone=person["phone"],
        address=person["address"],
        last_contact=shown.last_met.get(person_id, "Nothing on record."),
        points_low=int(line.standings["points"][person_id]),
        points_high=int(line.standings["points"][person_id]),
        rank_best=rank,
        rank_worst=rank,
        rests_on_unreviewed_link=False,
    )
