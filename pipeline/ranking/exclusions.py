"""Who is not to be shown, and why? Each rule answers person ids; the first rule that holds is the reason given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from pipeline.contract.codes import Exclusion, Release
from pipeline.ranking.stays import is_forgotten, latest_stays

ADULT_AGE = 18
"""Years. Outreach to younger people needs a guardian and another team."""


@dataclass(frozen=True)
class People:
    """What is known of everybody that decides whether they may be shown?

    Attributes:
        persons: one row per person, indexed by person_id: birth_date (ISO text, maybe partial, or None).
        records: person_id, is_dead, death_date of every linked record.
        encounters: as in `measures.Facts`.
        as_of: the list's day. until: its end.
    """

    persons: pd.DataFrame
    records: pd.DataFrame
    encounters: pd.DataFrame
    as_of: date
    until: datetime


def deceased(people: People) -> pd.Index:
    """Who is known by any record to have died by the list's day?"""
    dead = people.records[people.records["is_dead"].astype(bool)]
    has_died = dead["death_date"].map(lambda day: day is None or pd.isna(day) or day <= people.as_of)
    return pd.Index(dead.loc[has_died.astype(bool), "person_id"].unique())


def in_custody(people: People) -> pd.Index:
    """Whose latest stay has not ended, as far as it was told of lately? They are met in jail, not at a door."""
    latest = latest_stays(people.encounters, people.until)
    is_open = latest["ended_at"].isna() & ~is_forgotten(latest, people.until)
    return pd.Index(latest.loc[is_open, "person_id"])


def transferred_elsewhere(people: People) -> pd.Index:
    """Whose latest stay ended with a transfer, and who has been met by nobody since?"""
    latest = latest_stays(people.encounters, people.until)
    transferred = latest[latest["release_code"] == Release.ELSEWHERE].set_index("person_id")["ended_at"]
    last_met = people.encounters.groupby("person_id")["occurred_at"].max().reindex(transferred.index)
    return transferred.index[~(last_met > transferred)]


def minor(people: People) -> pd.Index:
    """Who is younger than 18, or could be by what is known of the birth date?"""
    youngest = people.persons["birth_date"].dropna().map(_latest_day)
    return youngest.index[youngest > _years_before(people.as_of, ADULT_AGE)]


def _latest_day(iso_text: str) -> str:
    """Which is the latest day that a partial date can mean?

    >>> _latest_day("2008"), _latest_day("2008-02"), _latest_day("2008-02-03")
    ('2008-12-31', '2008-02-31', '2008-02-03')
    """
    return iso_text + "YYYY-12-31"[len(iso_text) :]


def _years_before(day: date, years: int) -> str:
    """Which ISO day lies this many years before? Born after it means younger; 29 February counts as 28.

    >>> _years_before(date(2026, 11, 16), 18)
    '2008-11-16'
    """
    return f"{day.year - years:04}-{day.month:02}-{day.day:02}"


def age_unknown(people: People) -> pd.Index:
    """Of whom is no birth date known? They may be minors: for review, not for the list."""
    return people.persons.index[people.persons["birth_date"].isna()]


RULES: tuple[tuple[Exclusion, Callable[[People], pd.Index]], ...] = (
    (Exclusion.DECEASED, deceased),
    (Exclusion.IN_CUSTODY, in_custody),
    (Exclusion.TRANSFERRED_ELSEWHERE, transferred_elsewhere),
    (Exclusion.MINOR, minor),
    (Exclusion.AGE_UNKNOWN, age_unknown),
)
"""Asked in this order. `no_consent_basis` is no rule: records without consent are never linked to anybody."""


def excluded(people: People) -> pd.Series:
    """Who is excluded and why? Indexed by person_id, each person once, with the first reason that holds."""
    reasons: dict[str, str] = {}
    for exclusion, rule in RULES:
        for person_id in rule(people):
            reasons.setdefault(person_id, exclusion.value)
    return pd.Series(reasons, dtype=object).sort_index()
