"""When was somebody born, as an agency's rows say it, and can that be?"""

from datetime import date, timedelta

import pandas as pd

from linkage import normalize
from pipeline.contract.moments import born_before, has_day, parse_date
from pipeline.distinct import Distinct

_MONTHS = ("%m", "%-m", "%b", "%B")


def births(texts: pd.Series, formats: tuple[str, ...], known_by: pd.Series) -> pd.Series:
    """Which birth dates do a column's texts say, as ISO text?

    Args:
        texts: as delivered.
        formats: as declared; a year of two digits is read by the day the row was known, and missing without one.
        known_by: the local day by which the agency knew of each person.
    """
    if not any("%y" in pattern for pattern in formats):
        told = Distinct.of(texts).map(lambda text: birth_date_text(text, formats, None)).to_numpy()
    else:
        days = (None if pd.isna(day) else day for day in known_by)
        told = [birth_date_text(text, formats, day) for text, day in zip(texts, days, strict=True)]
    return pd.Series(told, index=texts.index, dtype=object)


def birth_date_text(text: str, formats: tuple[str, ...], known_by: date | None) -> str | None:
    """Which birth date does a text say, as ISO text? A year or a month alone stays as short as it was."""
    for pattern in formats:
        day = parse_date(text, (pattern,))
        if day is not None and "%y" in pattern:
            day = born_before(day, known_by) if known_by else None
        if day is not None:
            return day.isoformat()[: _said_by(pattern)]
    return None


def _said_by(pattern: str) -> int:
    """How many characters of an ISO day does a format say: all, those of the month, those of the year?"""
    if has_day(pattern):
        return 10
    return 7 if any(month in pattern for month in _MONTHS) else 4


def possible_births(birth_dates: pd.Series, known_by: pd.Series) -> pd.Series:
    """Whose birth date is possible? One after the day before, or 115 years before, is a slip and goes missing.

    The day itself is one too: it comes of another column written into that of births, and the gate sees them go.
    """
    bounds = Distinct.of(known_by).map(lambda day: normalize.birth_date_bounds(day - timedelta(days=1))).to_numpy()
    possible = [
        text if isinstance(text, str) and (bound is None or normalize.is_within(text, bound)) else None
        for text, bound in zip(birth_dates, bounds, strict=True)
    ]
    return pd.Series(possible, index=birth_dates.index, dtype=object)
