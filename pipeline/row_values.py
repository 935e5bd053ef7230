"""What does a column say of each row, in our words: does a condition hold, which code, which moment, which day?

Pure: tables of text in, one value per row out. Each distinct text is read once.
"""

import re
from datetime import datetime, time
from functools import reduce
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.contract.declaration import Agency, AllOf, AnyOf, Coded, Column, Condition, Feed, Matches, OneOf, When
from pipeline.contract.moments import in_utc, parse_date, parse_moment, parse_time
from pipeline.distinct import Distinct


def over_distinct(column: pd.Series, function) -> pd.Series:
    """What does the function make of each value? It is asked once per distinct value; the result holds objects."""
    return pd.Series(Distinct.of(column).map(function).to_numpy(), index=column.index, dtype=object)


def holds(condition: Condition | None, rows: pd.DataFrame, *, otherwise: bool) -> pd.Series:
    """For which rows does the condition hold? `otherwise` answers where there is no condition."""
    if condition is None:
        return pd.Series(otherwise, index=rows.index)
    if isinstance(condition, AnyOf):
        parts = [holds(part, rows, otherwise=False) for part in condition.conditions]
        return reduce(lambda left, right: left | right, parts)
    if isinstance(condition, AllOf):
        parts = [holds(part, rows, otherwise=False) for part in condition.conditions]
        return reduce(lambda left, right: left & right, parts)
    if isinstance(condition, OneOf):
        wanted = {value.upper() for value in condition.values}
        return over_distinct(rows[condition.column], lambda text: text.upper() in wanted).astype(bool)
    assert isinstance(condition, Matches)
    pattern = re.compile(condition.pattern, re.IGNORECASE)
    return over_distinct(rows[condition.column], lambda text: pattern.search(text) is not None).astype(bool)


def coded(rule: Coded | None, rows: pd.DataFrame) -> pd.Series:
    """Which code of ours stands for each row's value? None where it is blank or unknown."""
    if rule is None:
        return pd.Series(None, index=rows.index, dtype=object)
    return over_distinct(
        rows[rule.column], lambda text: rule.mapping.get(text.upper(), rule.otherwise) if text else None
    )


def moments(when: When | None, agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """At which moment (UTC) was it? Missing where the row does not say."""
    if when is None:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    column = feed.column(when.column)
    if when.time_column is None:
        found = over_distinct(rows[column.name], lambda text: parse_moment(text, column.formats, agency.zone))
    else:
        times = feed.column(when.time_column)
        both = rows[column.name] + "\t" + rows[times.name]
        found = over_distinct(both, lambda text: _join_date_and_time(text, column, times, agency.zone))
    return pd.to_datetime(found, utc=True).astype("datetime64[us, UTC]")


def _join_date_and_time(text: str, dates: Column, times: Column, zone: str) -> datetime | None:
    """Which moment do a day and a time of day in two columns mean? Without a readable time, the day's beginning."""
    day_text, _, time_text = text.partition("\t")
    day = parse_date(day_text, dates.formats)
    if day is None:
        return None
    return in_utc(datetime.combine(day, parse_time(time_text, times.formats) or time(0)), zone)


def days(name: str | None, agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which ISO day does a date or moment column say, in the agency's zone? None where it does not say."""
    if name is None:
        return pd.Series(None, index=rows.index, dtype=object)
    column = feed.column(name)
    zone = ZoneInfo(agency.zone)

    def day_of(text: str) -> str | None:
        moment = parse_moment(text, column.formats, agency.zone)
        return moment.astimezone(zone).date().isoformat() if moment else None

    return over_distinct(rows[name], day_of)
