"""Which distinct sets of evidence do the records hold? Records that say the same of one person are compared once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.codes import MISSING, Column, column_of
from linkage.encoding import MOST_HOLDERS, EncodedTable, encode_columns
from linkage.grouping import group_by
from linkage.normalize import FIELDS, normalize_table

MOST_RECORDS_OF_ONE_PERSON = 10_000
"""Records. A row repeated more often is the default of some system, not a person: each stays by itself."""

IDENTITY_FIELDS = ("first_name", "last_name", "birth_date")

Pairs = Iterable[tuple[str, str]]
Records = pd.DataFrame | pa.Table


@dataclass(frozen=True)
class Nodes:
    """Which distinct sets of evidence do the records hold?

    Attributes:
        record_ids: of all records, sorted.
        node_of: the node of each record; -1 for records that are left out.
        first_record: the smallest record of each node, as a place in record_ids; ascending.
        table: the nodes, encoded, in the same order.
        missing_counts: per field the records hold, how many of them have no value.
        notes: counts of what was collapsed and left out.
    """

    record_ids: np.ndarray
    node_of: np.ndarray
    first_record: np.ndarray
    table: EncodedTable
    missing_counts: dict[str, int]
    notes: tuple[str, ...]


def _as_table(records: Records) -> pa.Table:
    """Which Arrow table of normalised evidence do these records make? Raises ValueError if they cannot be linked."""
    names = records.column_names if isinstance(records, pa.Table) else list(records.columns)
    if "record_id" not in names:
        raise ValueError("the records have no column [record_id]")
    table = normalize_table(records)
    ids = table.column("record_id")
    if ids.null_count:
        raise ValueError(f"{ids.null_count} records have no record_id")
    return table


def _sorted_columns(table: pa.Table) -> tuple[np.ndarray, dict[str, Column]]:
    """Which record ids and columns does this table hold, sorted by record id? Raises ValueError if an id repeats."""
    ids = table.column("record_id").combine_chunks()
    order = pc.sort_indices(ids)
    ids = ids.take(order)
    repeated = pc.sum(pc.equal(ids[1:], ids[:-1])).as_py() or 0
    if repeated:
        raise ValueError(f"record_id is not unique: {repeated} rows repeat an id; give each one of its own")
    columns = {
        name: column_of(_one_chunk(table.column(name))).at(order.to_numpy())
        for name in FIELDS
        if name in table.column_names
    }
    return ids.to_numpy(zero_copy_only=False), columns


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Which one array is this dictionary column?"""
    found = column.unify_dictionaries().combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


def _is_identified(columns: dict[str, Column], size: int) -> np.ndarray:
    """Which records bear a first name, a last name and a full birth date?"""
    if not set(IDENTITY_FIELDS) <= set(columns):
        return np.zeros(size, dtype=bool)
    dates = columns["birth_date"]
    is_full = np.array([len(text) == len("YYYY-MM-DD") for text in dates.values.to_pylist()], dtype=bool)
    return dates.by_value(is_full) & (columns["first_name"].codes >= 0) & (columns["last_name"].codes >= 0)


def collapse_records(records: Records, kept_single: set[str]) -> Nodes:
    """Which nodes do these records form?

    Records equal in every field become one node if they bear a full name and birth date. Those in kept_single (somebody
    decided about them one by one) stay single. Rows repeated more than MOST_RECORDS_OF_ONE_PERSON times are left out.
    """
    ids, columns = _sorted_columns(_as_table(records))
    group = np.zeros(len(ids), dtype=np.int64)
    if columns and len(ids):
        group = group_by([column.codes for column in columns.values()], missing_counts=True)[0].astype(np.int64)
    sizes = np.bincount(group)[group] if len(group) else group
    is_left_out = sizes > MOST_RECORDS_OF_ONE_PERSON
    is_single = ~_is_identified(columns, len(ids))
    if kept_single:
        is_single |= np.isin(ids.astype(object), np.array(sorted(kept_single), dtype=object))
    key = np.where(is_single, np.arange(len(ids)) + len(ids), group)
    kept = np.flatnonzero(~is_left_out)
    grouped, count = group_by([key[kept]], missing_counts=False) if len(kept) else (kept, 0)
    first = np.full(count, len(ids), dtype=np.int64)
    np.minimum.at(first, grouped, np.arange(len(kept)))
    node_of = np.full(len(ids), MISSING, dtype=np.int64)
    node_of[kept] = grouped
    first_record = kept[first]
    notes = []
    if len(kept) > len(first_record):
        notes.append(f"{len(kept) - len(first_record)} of the records repeat another one in every field")
    if is_left_out.any():
        notes.append(f"{int(is_left_out.sum())} records repeat one row too often to be a person; each stays by itself")
    table = encode_columns({name: column.at(first_record) for name, column in columns.items()}, len(first_record))
    notes += [
        f"{count} records hold a {name} that more than {MOST_HOLDERS} share; it is left out"
        for name, count in table.shared_counts.items()
        if count
    ]
    missing = {name: int((column.codes < 0).sum()) for name, column in columns.items()}
    return Nodes(ids, node_of, first_record, table, missing, tuple(notes))


def node_pairs(nodes: Nodes, pairs: Pairs, name: str) -> list[tuple[int, int]]:
    """Which nodes do these decisions on record ids speak of? Sorted; raises ValueError for ids that are not there."""
    wanted = [(str(a), str(b)) for a, b in pairs]
    if not wanted:
        return []
    place = pd.Index(nodes.record_ids)
    found = place.get_indexer([record for pair in wanted for record in pair]).reshape(-1, 2)
    if (found < 0).any():
        raise ValueError(
            f"{name}: {int((found < 0).any(axis=1).sum())} pairs name a record_id that is not in the records"
        )
    numbered = nodes.node_of[found]
    numbered = numbered[(numbered >= 0).all(axis=1) & (numbered[:, 0] != numbered[:, 1])]
    return sorted({(int(min(pair)), int(max(pair))) for pair in numbered})
