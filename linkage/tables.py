"""How is a table of person records read from a file and written to one? Called by the command line only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from linkage.normalize import FIELDS

KNOWN_COLUMNS = ("record_id", *FIELDS, "source", "person_truth")


class TableError(ValueError):
    """A file cannot be used. The message is one line for the person at the terminal and holds no value of a record."""


def read_table(path: Path) -> pd.DataFrame:
    """Which table does this file hold? CSV (UTF-8, with or without byte order mark) or Parquet; every value as text.

    Raises:
        TableError: no such file, another format, or another encoding.
    """
    if not path.is_file():
        raise TableError(f"no such file: {path}")
    try:
        if path.suffix.lower() == ".parquet":
            return _as_text(pd.read_parquet(path))
        if path.suffix.lower() == ".csv":
            return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except UnicodeDecodeError:
        raise TableError(f"{path.name} is not UTF-8; convert it, for example with iconv -f cp1252 -t utf-8") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError, ValueError) as error:
        raise TableError(f"{path.name} cannot be read as a table ({type(error).__name__})") from None
    raise TableError(f"{path.name}: only .csv and .parquet are read")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """How does this table look with every value as text? Dates become YYYY-MM-DD."""
    answer = table.copy()
    for name in answer.columns:
        column = answer[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.dt.strftime("%Y-%m-%d")
        answer[name] = column.astype(object).map(str, na_action="ignore").where(column.notna(), None)
    return answer


def rename_columns(table: pd.DataFrame, mappings: list[str]) -> pd.DataFrame:
    """How does the table look with `column=field` applied? Raises TableError for what is not there."""
    names: dict[str, str] = {}
    for mapping in mappings:
        column, separator, field = mapping.partition("=")
        if not separator:
            raise TableError(f"--map [{mapping}] is not of the form column=field")
        if column not in table:
            raise TableError(f"--map names a column [{column}] that the table does not have")
        if field not in KNOWN_COLUMNS:
            raise TableError(f"--map names a field [{field}] that is not one of: {', '.join(KNOWN_COLUMNS)}")
        names[column] = field
    kept = table.drop(columns=[field for field in names.values() if field in table and field not in names])
    renamed = kept.rename(columns=names)
    if renamed.columns.duplicated().any():
        raise TableError("--map gives two columns the same field")
    return renamed


def read_records(path: Path, mappings: list[str]) -> pd.DataFrame:
    """Which person records does this file hold? Only known columns are kept.

    Raises:
        TableError: as read_table; or there is no record_id, or no column of evidence.
    """
    table = rename_columns(read_table(path), mappings)
    if "record_id" not in table:
        raise TableError(f"{path.name} has no column [record_id]; name it with --map column=record_id")
    known = table[[name for name in KNOWN_COLUMNS if name in table]]
    if not set(FIELDS) & set(known.columns):
        raise TableError(f"{path.name} has none of the columns that tell who somebody is: {', '.join(FIELDS)}")
    return known


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Where is the table written? CSV or Parquet by the ending of the name; folders are made."""
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise TableError(f"{path.name}: only .csv and .parquet are written")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, lineterminator="\n")
