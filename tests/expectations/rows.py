"""Which rows would an agency that makes no mistake send?"""

import pandas as pd

from pipeline.agencies import load_agencies
from pipeline.contract.declaration import Column, Feed, Kind

FEEDS = {f"{agency.name}.{feed.name}": feed for agency in load_agencies() for feed in agency.feeds}
COLUMNS = [(name, column.name) for name, feed in FEEDS.items() for column in feed.columns]
WRITTEN = {
    "iso": "2026-01-05T10:00:00-07:00",
    "%Y-%m-%d": "2026-01-05",
    "%Y%m%d": "20260105",
    "%m/%d/%Y": "01/05/2026",
    "%m/%d/%Y %H:%M": "01/05/2026 10:00",
    "%Y-%m-%dT%H:%M": "2026-01-05T10:00",
    "%Y-%m": "2026-01",
    "%Y": "2026",
    "%H%M": "0005",
}


def good_value(column: Column, number: int) -> str:
    if column.codes:
        code = column.codes[number % len(column.codes)]
        return (code, f" {code.lower()} ")[number % 2]
    if column.formats:
        return WRITTEN[column.formats[number % len(column.formats)]]
    if column.kind is Kind.FREE_TEXT:
        return "two\nlines"
    return f"{column.name}\t{number}" if not column.may_be_empty or number % 2 else ""


def good_rows(feed: Feed, row_count: int = 4) -> pd.DataFrame:
    rows = {column.name: [good_value(column, n) for n in range(row_count)] for column in feed.columns}
    return pd.DataFrame(rows, dtype=object).assign(row_id=range(100, 100 + row_count))


def rows_with(feed: Feed, column_name: str, value: str) -> pd.DataFrame:
    """Good rows, but for this value in row 102."""
    rows = good_rows(feed)
    rows.loc[2, column_name] = value
    return rows
