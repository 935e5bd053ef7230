"""Which rows and which single values of a delivery are set aside? Pure: tables in, tables out."""

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json as pa_json

from pipeline import readers, snapshots
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Condition, Delimited, Feed, FixedWidth
from pipeline.distinct import Distinct
from pipeline.readers import Reading
from pipeline.row_values import holds

PLACE = ["delivery_id", "line_number"]
"""What names a row as delivered."""


def flat_rows(feed: Feed, places: pd.DataFrame, payloads: Sequence[str]) -> pd.DataFrame:
    """What do rows as delivered hold? Text columns as declared, blank for missing; those that no row has are left out.

    In a cumulative feed, which tells what is left out from what is blank, missing is None.

    Args:
        feed: the declaration.
        places: delivery_id, line_number, business_date of each row; its index is kept.
        payloads: JSON texts of the rows as delivered, in the same order.
    """
    names = [column.name for column in feed.columns]
    flat = texts_by_column(names, payloads) if isinstance(feed.format, Delimited | FixedWidth) else None
    if flat is None:
        rows = [readers.flatten(feed, json.loads(payload)) for payload in payloads]
        missing = None if feed.is_cumulative else ""
        flat = {name: [row.get(name, missing) for row in rows] for name in names if any(name in row for row in rows)}
    else:
        flat |= _as_declared(feed, flat)
    columns = {name: pd.Series(texts, index=places.index, dtype=object) for name, texts in flat.items()}
    return places[[*PLACE, "business_date"]].assign(**columns)


def _as_declared(feed: Feed, flat: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What do these columns say, by the declaration? Those only in which a text may stand for another one."""
    said = {}
    for column in readers.spelled_otherwise(feed):
        if column.name in flat:
            texts = Distinct.of(pd.Series(flat[column.name], dtype=object))
            said[column.name] = texts.map(partial(readers.as_declared, feed, column)).to_numpy()
    return said


def texts_by_column(names: Sequence[str], payloads: Sequence[str]) -> dict[str, np.ndarray] | None:
    """What do rows of plain texts hold, column by column, trimmed? By Arrow, in a tenth of the time.

    None where a text is one that Arrow does not read, such as half a character.
    """
    content = "\n".join(payloads)
    try:
        schema = pa.schema([(name, pa.string()) for name in names])
        options = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        block = pa_json.ReadOptions(use_threads=False, block_size=max(len(content) * 4, 1))
        table = pa_json.read_json(pa.BufferReader(content.encode()), block, options)
    except (pa.ArrowException, UnicodeError):
        return None
    found = {name: table.column(name) for name in names}
    return {name: _trimmed(column) for name, column in found.items() if column.null_count < len(column)}


def _trimmed(column: pa.ChunkedArray) -> np.ndarray:
    encoded = column.combine_chunks().fill_null("").dictionary_encode()
    texts = np.array([text.strip() for text in encoded.dictionary.to_pylist()], dtype=object)
    return texts[encoded.indices.to_numpy()]


def rows_read(feed: Feed, reading: Reading, delivery_id: int, business_date: object) -> pd.DataFrame:
    """What do the rows of a file hold that reading did not set aside? As `flat_rows`."""
    faulty = {fault.line_number for fault in reading.faults}
    rows = [(line, payload) for line, payload in reading.rows if line not in faulty]
    places = pd.DataFrame({"line_number": [line for line, _ in rows]}, dtype="int64")
    places = places.assign(delivery_id=delivery_id, business_date=business_date)
    return flat_rows(feed, places, [payload for _, payload in rows])


def faults_of(feed: Feed, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which rows have to be set aside, and which single values of the others are left out?

    Args:
        feed: the declaration.
        rows: as `flat_rows` gives them. One that takes back what it names needs no more than its key.

    Returns:
        Two tables, the first with at most one row per row, the second with one per row and column: delivery_id,
        line_number, column_name, fault_code, message, row_count (1).
    """
    from expectations.feeds import check_rows  # Great Expectations costs seconds to import

    numbered = rows.assign(row_id=range(len(rows)))
    found = [
        (row_id, finding.column, finding.fault_code, finding.message, finding.severity)
        for finding in check_rows(feed, numbered).findings
        for row_id in finding.row_ids
    ]
    too_late = numbered.loc[snapshots.admitted_too_late(feed, numbered), "row_id"]
    found += [(row_id, *snapshots.fault_of_late_admission(feed), "critical") for row_id in too_late]
    faults = pd.DataFrame(found, columns=["row_id", "column_name", "fault_code", "message", "severity"])
    faults = faults.merge(numbered[["row_id", *PLACE]], on="row_id").assign(row_count=1)
    needs_nothing = faults["row_id"].isin(numbered.loc[_says(feed.never_happened, rows), "row_id"])
    faults = faults[~(needs_nothing & (faults["fault_code"] == RowFault.MISSING_VALUE))]
    critical = faults[faults["severity"] == "critical"].drop_duplicates("row_id")
    dropped = faults[~faults["row_id"].isin(critical["row_id"])].drop_duplicates(["row_id", "column_name"])
    columns = [*PLACE, "column_name", "fault_code", "message", "row_count"]
    return critical[columns], dropped[columns]


def without_values(feed: Feed, rows: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    """What is left of rows once single values (delivery_id, line_number, column_name) are missing?"""
    place, missing = pd.MultiIndex.from_frame(rows[PLACE]), None if feed.is_cumulative else ""
    blanked = {
        str(column): rows[column].mask(place.isin(pd.MultiIndex.from_frame(of_column[PLACE])), missing)
        for column, of_column in dropped.groupby("column_name")
    }
    return rows.assign(**blanked)


def unfit(feed: Feed, rows: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Which files may not be taken in by what their rows say? delivery_id → (fault code, message)."""
    found: dict[int, tuple[str, str]] = {}
    for refusal in feed.refusals:
        said = rows.loc[_says(refusal.when, rows), "delivery_id"]
        found |= {int(delivery_id): (RowFault.FILE_REFUSED.value, refusal.why) for delivery_id in said.unique()}
    return found


def _says(condition: Condition | None, rows: pd.DataFrame) -> pd.Series:
    """Which rows say so? Columns that no row has are blank."""
    columns = list(dict.fromkeys(condition.columns())) if condition else []
    return holds(condition, rows.reindex(columns=columns, fill_value=""), otherwise=False)


def refusals(feed: Feed, files: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Which files have to be refused as a whole, and why? delivery_id → (fault code, message).

    Args:
        feed: the declaration.
        files: delivery_id, row_count (all its rows), usual_row_count (that of its neighbours, missing where it has
            none), business_date, wrong_width_count, quarantined_count, and missing_columns: names of required columns
            it does not have, joined by commas; blank for none.
    """
    from expectations.feeds import check_deliveries

    if files.empty:
        return {}
    missing = dict(zip(files["delivery_id"], files["missing_columns"], strict=True))
    counts = [len(names.split(", ")) if names else 0 for names in missing.values()]
    found: dict[int, tuple[str, str]] = {}
    for finding in check_deliveries(feed, files.assign(missing_required_count=counts)).findings:
        for delivery_id in finding.row_ids:
            named = f" (missing: [{missing[delivery_id]}])" if missing[delivery_id] else ""
            found.setdefault(int(delivery_id), (finding.fault_code, finding.message + named))
    return found
