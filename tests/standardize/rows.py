"""What do an agency's rows say? Small tables in the agency's own columns go in, what we make of them comes out."""

import json

import pandas as pd

from pipeline import readers
from pipeline.agencies import load_agencies
from pipeline.standardize import standardize

AGENCIES = {agency.name: agency for agency in load_agencies()}
FEEDS = {f"{agency.name}.{feed.name}": (agency, feed) for agency in AGENCIES.values() for feed in agency.feeds}
PLACE = {"delivery_id": 1, "business_date": None}


def said(name, *rows):
    """What does standardizing make of these rows? Each row is a dictionary of columns as delivered."""
    agency, feed = FEEDS[name]
    table = pd.DataFrame(rows, dtype=object).fillna("")
    return standardize(agency, feed, table.assign(line_number=range(2, len(rows) + 2), **PLACE))


def table_said(name, text, **always):
    """The same for a table drawn with bars, as a person would write it down: a header line, then a line per row."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    header, *rows = lines
    return said(name, *(always | dict(zip(header, row, strict=True)) for row in rows))


def resources_said(name, *resources):
    """The same for FHIR resources, through the reader's flat columns."""
    _, feed = FEEDS[name]
    return said(name, *(readers.flatten(feed, json.loads(json.dumps(resource))) for resource in resources))


def by_key(frame, *columns):
    """Which values stand in these columns, per record key?"""
    frame = frame.astype(object).where(frame.notna(), None)
    rows = frame[["record_key", *columns]].itertuples(index=False, name=None)
    return {key: values[0] if len(columns) == 1 else tuple(values) for key, *values in rows}


def moment(frame, column="occurred_at"):
    """Per record key: the moment in UTC, as text to the minute, or None."""
    return {key: at and at.strftime("%Y-%m-%d %H:%M") for key, at in by_key(frame, column).items()}
