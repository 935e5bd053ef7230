"""Which files does a command read and write beside the person records? Called by the command line only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset

from linkage.blocking import KEY_PARTS, BlockingRule, rule_on
from linkage.evaluation import Evaluation, PairEvaluation, evaluate_clusters, evaluate_pairs
from linkage.model import Model
from linkage.tables import TableError, read_table, write_table

PAIR_COLUMNS = ["record_id_l", "record_id_r"]
SIDES = (("record_id_l", "record_id_r"), ("unique_id_l", "unique_id_r"))
"""What the two records of a pair may be called: as we write them, or as Splink does by itself."""

LABEL_COLUMNS = [*PAIR_COLUMNS, "is_match"]
TRUTH_COLUMNS = ["record_id", "person_truth"]

YES = frozenset({"1", "true", "t", "yes", "y", "1.0"})
NO = frozenset({"0", "false", "f", "no", "n", "0.0"})
"""How people write whether a pair is one person."""


@dataclass(frozen=True)
class Truth:
    """What is known of who is who? `table` holds TRUTH_COLUMNS, or LABEL_COLUMNS where pairs were labelled."""

    table: pd.DataFrame

    @property
    def is_labelled_pairs(self) -> bool:
        """Were pairs labelled, rather than persons named?"""
        return "is_match" in self.table

    def measure(self, clusters: pd.DataFrame) -> Evaluation | PairEvaluation:
        """How good are these clusters?"""
        try:
            return (evaluate_pairs if self.is_labelled_pairs else evaluate_clusters)(clusters, self.table)
        except ValueError as error:
            raise TableError(str(error)) from None


# --- reading ---------------------------------------------------------------------------------------------------------


def read_model(path: Path) -> Model:
    """Which model does this file hold? Raises TableError where it holds none."""
    if not path.is_file():
        raise TableError(f"no such file: {path}")
    try:
        return Model.from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        what = "not a linkage model (not UTF-8)" if isinstance(error, UnicodeError) else str(error)
        raise TableError(f"{path.name}: {what}; `linkage train` writes one") from None


def _with_plain_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Which table is this without white space around its record ids, as the records are read?"""
    ids = [name for name in ("record_id", *PAIR_COLUMNS) if name in table]
    return table.assign(**{name: table[name].str.strip() for name in ids})


def read_truth(path: Path, record_ids: Iterable[str]) -> Truth:
    """What does this file say about who is who among these records?

    Raises:
        TableError: the columns of neither form are there, or say nothing about these records.
    """
    table = _with_plain_ids(read_table(path))
    forms = [columns for columns in (TRUTH_COLUMNS, LABEL_COLUMNS) if set(columns) <= set(table)]
    if not forms:
        raise TableError(
            f"{path.name} has neither the columns {', '.join(TRUTH_COLUMNS)} nor {', '.join(LABEL_COLUMNS)}; "
            "name them so"
        )
    table = table[forms[0]]
    known = pd.Index(record_ids)
    if not np.logical_and.reduce([known.isin(table[name]).any() for name in table if name.startswith("record_id")]):
        raise TableError(f"{path.name} names no record_id of these records; are the ids written alike?")
    if forms[0] is TRUTH_COLUMNS:
        if table["record_id"].duplicated().any():
            raise TableError(f"{path.name} repeats a record_id; say once who each record is")
        return Truth(table)
    said = table["is_match"].fillna("").str.strip().str.lower()
    unclear = int((~said.isin(YES | NO)).sum())
    if unclear:
        raise TableError(f"{path.name}: {unclear} rows of is_match say neither 1 nor 0 (or true, false, yes, no)")
    return Truth(table.assign(is_match=said.isin(YES)))


def truth_in(records: pa.Table) -> Truth | None:
    """What do the records themselves say about who is who, if they do?"""
    if "person_truth" not in records.column_names:
        return None
    table = records.select(TRUTH_COLUMNS).to_pandas()
    return Truth(table) if table["person_truth"].notna().any() else None


def read_decisions(path: Path | None, records: pa.Table) -> list[tuple[str, str]]:
    """Which pairs of records did a person decide about? None if no file was named.

    Raises:
        TableError: a column is missing, or pairs name records that are not there.
    """
    if path is None:
        return []
    table = _with_plain_ids(read_table(path))
    absent = [column for column in PAIR_COLUMNS if column not in table]
    if absent:
        raise TableError(f"{path.name} has no column [{absent[0]}]; a pair of records is {', '.join(PAIR_COLUMNS)}")
    place = pd.Index(records["record_id"].to_pandas())
    is_known = (place.get_indexer(table["record_id_l"]) >= 0) & (place.get_indexer(table["record_id_r"]) >= 0)
    if not is_known.all():
        raise TableError(
            f"{path.name}: {int((~is_known).sum())} of {len(table)} pairs name a record_id that is not in the records"
        )
    return list(zip(table["record_id_l"], table["record_id_r"], strict=True))


def read_clusters(path: Path) -> pd.DataFrame:
    """Which cluster is each record in? Raises TableError where the file does not say."""
    table = _with_plain_ids(read_table(path))
    absent = [column for column in ("record_id", "cluster_id") if column not in table]
    if absent:
        raise TableError(f"{path.name} has no column [{absent[0]}]; `linkage dedupe` writes record_id, cluster_id")
    return table


def read_scored_pairs(path: Path) -> pa.Table | pd.DataFrame:
    """Which pairs did another program bring together? A folder of Parquet files is one table.

    Raises:
        TableError: the file cannot be read, or names no two records.
    """
    if path.suffix.lower() == ".csv" or not path.exists():
        return _with_plain_ids(read_table(path))
    try:
        dataset = pyarrow.dataset.dataset(path, format="parquet")
        sides = next((list(pair) for pair in SIDES if set(pair) <= set(dataset.schema.names)), None)
        if sides is None:
            raise TableError(f"{path.name} has no columns {', '.join(SIDES[0])} (or {', '.join(SIDES[1])})")
        return dataset.to_table(columns=sides)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path.name} cannot be read as a table ({type(error).__name__})") from None


def asked_rules(block_on: list[str]) -> tuple[BlockingRule, ...]:
    """Which blocking rules were asked for by name? Raises TableError that lists what can be asked for."""
    rules = []
    for asked in block_on:
        parts = [part.strip() for part in asked.split(",")]
        unknown = [part for part in parts if part not in KEY_PARTS]
        if unknown:
            raise TableError(f"--block-on asks for [{unknown[0]}], which is none of: {', '.join(KEY_PARTS)}")
        rules.append(rule_on(*parts))
    return tuple(rules)


# --- writing ---------------------------------------------------------------------------------------------------------


def check_targets(tables: Sequence[Path | None], others: Sequence[Path | None]) -> None:
    """Can all of this be written later? Asked before the work, not after it.

    Raises:
        TableError: an ending that is not written, two results in one file, or a folder that cannot be written to.
    """
    named = [path for path in (*tables, *others) if path is not None]
    if len({path.absolute() for path in named}) < len(named):
        raise TableError("two results cannot go into one file; name another one")
    for path in tables:
        if path is not None and path.suffix.lower() not in (".csv", ".parquet"):
            raise TableError(f"{path.name}: only .csv and .parquet are written")
    for path in named:
        if path.is_dir():
            raise TableError(f"{path} is a folder; name a file in it")
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise TableError(f"{path} cannot be written: no right to write into {folder}")


def _write(path: Path, write: Callable[[Path], None]) -> None:
    """Where is this written? All of it or nothing: a file of this name is replaced once the new one is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem[:200]}.unfinished{path.suffix}")
    try:
        write(unfinished)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise TableError(f"{path.name} cannot be written ({error.strerror or type(error).__name__})") from None


def save_table(table: pd.DataFrame, path: Path | None) -> None:
    """Where is this table written, if anywhere? CSV or Parquet by the ending of the name."""
    if path is not None:
        _write(path, lambda unfinished: write_table(table, unfinished))


def save_text(text: str, path: Path | None) -> None:
    """Where is this text written, if anywhere?"""
    if path is not None:
        _write(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8", errors="backslashreplace"))
