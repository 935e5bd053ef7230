"""What can a factor count? Each measure turns facts inside a window into an amount per person.

Facts are the tables that `Facts` holds; bookings in them are told once per stay. A measure answers a table indexed by
`person_id` with `amount` (whole number, above 0), `latest_at` (moment of the latest thing counted) and `agencies`
(sorted tuple of those it is known from).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from pipeline.contract.codes import Condition, EncounterKind, Release, Screen, Setting
from pipeline.ranking import stays

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True)
class Window:
    """Which stretch of time counts? From `start` (included) to `end` (not included), in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Facts:
    """What is known of everybody by the end of the list's day?

    Attributes:
        encounters: person_id, agency, kind, occurred_at, ended_at, flags and codes; nothing after `until`.
            `last_seen_at` says until when a stay without a told end is certain; missing where no roster tells of it.
            `last_told_at` is when a file last had it, or when it began.
        conditions: person_id, agency, condition_code, recorded_at.
        until: the end of the list's day.
    """

    encounters: pd.DataFrame
    conditions: pd.DataFrame
    until: datetime


Measure = Callable[[Facts, Window], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Where:
    """Which encounters are meant? Every attribute that is set has to fit."""

    kind: EncounterKind | None = None
    is_crisis: bool | None = None
    is_follow_up_requested: bool | None = None
    is_suicide_watch: bool | None = None
    release_code: str | None = None
    screen_code: str | None = None
    urgency_code: str | None = None

    def rows(self, encounters: pd.DataFrame) -> pd.DataFrame:
        """Which of these encounters fit?"""
        for name, wanted in vars(self).items():
            if wanted is not None:
                encounters = encounters.loc[encounters[name] == wanted]
        return encounters


def _within(frame: pd.DataFrame, moment: str, window: Window) -> pd.DataFrame:
    return frame[(frame[moment] >= window.start) & (frame[moment] < window.end)]


def _by_person(frame: pd.DataFrame, moment: str, amount: pd.Series | None = None) -> pd.DataFrame:
    """How much per person: rows counted, or `amount` added up?"""
    grouped = frame.assign(amount=1 if amount is None else amount).groupby("person_id", sort=True)
    table = pd.DataFrame({"amount": grouped["amount"].sum(), "latest_at": grouped[moment].max()})
    table["agencies"] = grouped["agency"].agg(lambda names: tuple(sorted(set(names))))
    return table[table["amount"] > 0]


def count(where: Where, moment: str = "occurred_at") -> Measure:
    """How many such encounters began (or, with `moment="ended_at"`, ended) in the window?"""

    def measure(facts: Facts, window: Window) -> pd.DataFrame:
        return _by_person(_within(where.rows(facts.encounters), moment, window), moment)

    return measure


def emergency_or_crisis_visits(facts: Facts, window: Window) -> pd.DataFrame:
    """How many visits to an emergency department or a crisis service began in the window?"""
    visits = Where(kind=EncounterKind.VISIT).rows(facts.encounters)
    is_meant = visits["setting_code"].isin([Setting.EMERGENCY, Setting.CRISIS_CENTER]) | visits["is_crisis"]
    return _by_person(_within(visits[is_meant], "occurred_at", window), "occurred_at")


def jail_days(facts: Facts, window: Window) -> pd.DataFrame:
    """How many whole days of the window did the person spend in jail? Stays are cut at the window's ends."""
    table = stays.jail_stays(facts.encounters, facts.until)
    table["occurred_at"] = table["occurred_at"].clip(lower=pd.Timestamp(window.start))
    table["ended_at"] = table["ended_at"].clip(upper=pd.Timestamp(window.end))
    table = table[table["ended_at"] > table["occurred_at"]]
    minutes = ((table["ended_at"] - table["occurred_at"]) // timedelta(minutes=1)).astype("int64")
    by_person = _by_person(table, "ended_at", minutes)
    by_person["amount"] = by_person["amount"] // MINUTES_PER_DAY
    by_person["latest_at"] = by_person["latest_at"] - timedelta(
        minutes=1
    )  # the window's end is the next day's midnight
    return by_person[by_person["amount"] > 0]


def positive_screens_without_visit(facts: Facts, window: Window) -> pd.DataFrame:
    """How many bookings with a positive mental health screen were followed by no visit to a provider to this day?"""
    screens = Where(kind=EncounterKind.BOOKING, screen_code=Screen.POSITIVE).rows(facts.encounters)
    screens = _within(screens, "occurred_at", window)
    known_by_then = facts.encounters[facts.encounters["occurred_at"] < window.end]
    visits = Where(kind=EncounterKind.VISIT).rows(known_by_then)
    last_visit = screens["person_id"].map(visits.groupby("person_id")["occurred_at"].max())
    return _by_person(screens[~(last_visit > screens["occurred_at"])], "occurred_at")


def known(condition: Condition) -> Measure:
    """Does a provider know of this lasting condition? Amount 1 for those of whom it is known.

    A condition without a date stands at the window's start.
    """

    def measure(facts: Facts, window: Window) -> pd.DataFrame:
        rows = facts.conditions[facts.conditions["condition_code"] == condition]
        table = _by_person(
            rows.assign(recorded_at=rows["recorded_at"].fillna(pd.Timestamp(window.start))), "recorded_at"
        )
        table["amount"] = 1
        return table

    return measure


RELEASED = Where(kind=EncounterKind.BOOKING, release_code=Release.COMMUNITY)
"""A stay in jail that ended with a release to the community (not a transfer, not a death)."""
