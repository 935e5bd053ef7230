"""When was each person in custody? Bookings → stays: what several bookings tell of one stay is one.

A stay is told more than once where a person has two booking numbers, is booked by two jails at the same time, or is
handed from one jail to another. Days, bookings, screens and releases are counted by the stay, never by the booking.
"""

from datetime import datetime, timedelta

import pandas as pd

from pipeline.contract.codes import EncounterKind, Release, Screen
from pipeline.contract.declaration import EncounterRule

ONE_STAY = timedelta(days=1)
"""An open booking is the same stay as one that begins so soon after it: intake rows, second charges and hand-overs are
written within the day. Later than that a release was forgotten, and the person was booked anew."""

LONGEST_UNTOLD = timedelta(days=365)
"""How long after it was last told an open stay counts. Local jails hold people who await trial or serve up to a year
(Bureau of Justice Statistics, Census of Jails); past that a release was missed far more often than somebody was kept
without a word, and a window of the factors holds no day of it that anybody vouches for."""

_IN_ORDER = ["person_id", "occurred_at", "ended_at", "encounter_id"]


def told_once(encounters: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """What happened to each person, bookings that tell of one stay being one? Arguments and columns as `stays`."""
    is_booking = encounters["kind"] == EncounterKind.BOOKING
    if not is_booking.any():
        return encounters
    return pd.concat([encounters[~is_booking], stays(encounters[is_booking], until)], ignore_index=True)


def stays(encounters: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """When was each person in custody? One row per stay, in order: the columns of encounters.

    An end at or after `until`, the end of the list's day, is none yet: when somebody will be let out changes nothing.
    It began with the first of its bookings; it was on suicide watch, or screened positive, where any of them says so.
    It has ended where the booking that began last has, at the latest end of any and for the reason given there.
    """
    bookings = encounters[encounters["kind"] == EncounterKind.BOOKING].copy()
    bookings["ended_at"] = bookings["ended_at"].mask(bookings["ended_at"] >= pd.Timestamp(until))
    bookings = bookings.sort_values(_IN_ORDER, na_position="first", ignore_index=True)
    bookings["stay"] = _stay_numbers(bookings)
    by_stay = bookings.groupby("stay")
    table = by_stay.first()
    for flag in EncounterRule.FLAGS:
        table[flag] = by_stay[flag].any()
    is_positive = (bookings["screen_code"] == Screen.POSITIVE).groupby(bookings["stay"]).any()
    table["screen_code"] = table["screen_code"].mask(is_positive, Screen.POSITIVE.value)
    is_open = _last_of_each(bookings)["ended_at"].isna()
    is_other = bookings["release_code"] != Release.COMMUNITY  # of two that ended together, one that was no release
    last_ended = _last_of_each(bookings.assign(is_other=is_other), "ended_at", "is_other")
    table["ended_at"] = last_ended["ended_at"].mask(is_open)
    table["release_code"] = last_ended["release_code"].mask(is_open, None)
    is_from_rosters = bookings["last_seen_at"].notna().groupby(bookings["stay"]).all()
    table["last_seen_at"] = by_stay["last_seen_at"].max().where(is_from_rosters)
    table["last_told_at"] = by_stay["last_told_at"].max()
    return table[list(encounters.columns)].reset_index(drop=True)


def _last_of_each(bookings: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Which is the last booking of each stay, as they stand or in the order of some columns? Indexed by stay."""
    ordered = bookings.sort_values(["stay", *by], na_position="first", kind="stable") if by else bookings
    return ordered.drop_duplicates("stay", keep="last").set_index("stay")


def _stay_numbers(bookings: pd.DataFrame) -> pd.Series:
    """Which bookings are one stay? Those that begin while an earlier one of the same person lasts.

    How long an open booking lasts is not known: it is one with the next where that begins within a day.
    """
    person = bookings["person_id"]
    began, is_open = bookings["occurred_at"], bookings["ended_at"].isna()
    next_began = began.groupby(person).shift(-1)
    reaches_next = is_open & (next_began - began <= ONE_STAY)
    lasts = bookings["ended_at"].clip(lower=began).fillna(began).mask(reaches_next, next_began)
    lasts_so_far = lasts.groupby(person).cummax().groupby(person).shift()
    return (~(began <= lasts_so_far)).cumsum()


def is_forgotten(table: pd.DataFrame, until: datetime) -> pd.Series:
    """Which of these stays never ended, and were last told of too long ago to be custody still?"""
    return table["ended_at"].isna() & (table["last_told_at"] < pd.Timestamp(until) - LONGEST_UNTOLD)


def latest_stays(encounters: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """Which is the latest stay of each person who had one? As `stays`."""
    return stays(encounters, until).groupby("person_id").tail(1)


def forgotten_counts(encounters: pd.DataFrame, until: datetime) -> dict[str, int]:
    """Of how many people does each agency owe the end of the latest stay, told of too long ago? Sorted by agency."""
    latest = latest_stays(encounters, until)
    counted = latest.loc[is_forgotten(latest, until), "agency"].value_counts().sort_index()
    return {str(agency): int(count) for agency, count in counted.items()}


def jail_stays(encounters: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """From when until when was each person in jail, up to `until`? As `stays`, each with an end.

    A stay without an end lasts until the person's next, else until `until`: who is booked again was let out before. One
    that only rosters tell of counts until the person was last seen, and one nobody told of for too long until it was
    last told: the days after it are nobody's knowledge.
    """
    table = stays(encounters, until)
    forgotten = is_forgotten(table, until)
    next_began = table.groupby("person_id")["occurred_at"].shift(-1)
    table["ended_at"] = table["ended_at"].mask(forgotten & next_began.isna(), table["last_told_at"])
    table["ended_at"] = table["ended_at"].fillna(next_began).fillna(pd.Timestamp(until))
    table["ended_at"] = table["ended_at"].mask(table["last_seen_at"] < table["ended_at"], table["last_seen_at"])
    return table
