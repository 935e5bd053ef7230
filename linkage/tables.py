"""How is a table of person records read from a file and written to one? Called by the command line only."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.delimited import TableError, check_names, csv_columns, read_csv
from linkage.normalize import FIELDS
from linkage.normalize.columns import count_repeats, plain_texts, text_codes

KNOWN_COLUMNS = ("record_id", *FIELDS, "source", "person_truth")

LIKELY_NAMES = {
    "record_id": ("id", "rec_id", "recid", "unique_id", "uid", "uuid", "patient_id", "person_id", "client_id",
                  "row_id"),
    "first_name": ("given_name", "givenname", "forename", "fname", "first", "firstname"),
    "middle_name": ("middle", "middlename", "second_name", "middle_initial", "mname"),
    "last_name": ("surname", "family_name", "familyname", "lname", "last", "lastname", "family"),
    "suffix": ("name_suffix", "generation"),
    "birth_date": ("dob", "date_of_birth", "birthdate", "birth_dt", "dateofbirth", "birthday"),
    "sex": ("gender",),
    "ssn": ("soc_sec_id", "social_security_number", "ssn9", "national_id", "ssid"),
    "phone": ("phone_number", "telephone", "mobile", "cell", "tel"),
    "email": ("email_address", "mail", "e_mail"),
    "street_address": ("address", "address_1", "address1", "street", "addr", "street_name"),
    "city": ("town", "suburb", "birth_place", "municipality"),
    "state": ("province", "region"),
    "postcode": ("zip", "zipcode", "zip_code", "postal_code"),
    "other_last_names": ("maiden_name", "maiden", "aliases"),
    "person_truth": ("cluster", "true_id", "ground_truth"),
}  # fmt: skip
"""By field, what other tables call it. Only offered to the person at the terminal, never assumed."""

# --- reading files ---------------------------------------------------------------------------------------------------


def _parquet_columns(path: Path) -> list[str]:
    """Which columns does this Parquet file have?"""
    try:
        names = pq.read_schema(path).names
    except (pa.ArrowException, ValueError) as error:
        raise TableError(f"{path.name} cannot be read as a table: it is no Parquet ({type(error).__name__})") from None
    check_names(path, names)
    return names


def _read_parquet(path: Path, wanted: list[str], coded: list[str]) -> pa.Table:
    """What do these columns hold? Values as they are; one column after another, so that few are held at length."""
    try:
        columns = {}
        for name in wanted:
            column = pq.read_table(path, columns=[name]).column(0)
            columns[name] = text_codes(column) if name in coded else column
        return pa.table(columns) if columns else pq.read_table(path, columns=[])
    except (pa.ArrowException, ValueError) as error:
        raise TableError(f"{path.name} cannot be read as a table: it is damaged ({type(error).__name__})") from None


def _columns(path: Path) -> list[str]:
    """Which columns does the table in this file have? Raises TableError where it is no table."""
    if path.is_dir():
        raise TableError(f"{path.name} is a folder; name one .csv or .parquet file in it")
    if not path.is_file():
        raise TableError(f"no such file: {path}")
    reader = {".csv": csv_columns, ".parquet": _parquet_columns}.get(path.suffix.lower())
    if reader is None:
        raise TableError(f"{path.name}: only .csv and .parquet are read; save the table as one of them")
    try:
        return reader(path)
    except OSError as error:
        raise TableError(f"{path.name} cannot be read ({type(error).__name__})") from None


def _read(path: Path, wanted: list[str], coded: list[str]) -> pa.Table:
    """What do these columns of a file hold, those in `coded` by code? Raises TableError where it cannot be read."""
    try:
        reader = read_csv if path.suffix.lower() == ".csv" else _read_parquet
        return reader(path, wanted, coded)
    except OSError as error:
        raise TableError(f"{path.name} cannot be read ({type(error).__name__})") from None


# --- naming columns --------------------------------------------------------------------------------------------------


def _column_named(name: str, columns: list[str]) -> str | None:
    """Which column is meant? One of exactly this name, or the only one that differs in upper and lower case."""
    if name in columns:
        return name
    alike = [column for column in columns if column.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def _field_columns(columns: list[str], mappings: list[str]) -> dict[str, str]:
    """Which column holds each field? What is mapped goes before what bears the field's name.

    Raises:
        TableError: a mapping cannot be read, names what is not there, or names a column or field twice.
    """
    found: dict[str, str] = {}
    for mapping in mappings:
        given, separator, field = (part.strip() for part in mapping.rpartition("="))
        if not separator:
            raise TableError(f"--map [{mapping}] is not of the form column=field")
        column = _column_named(given, columns)
        if column is None:
            raise TableError(f"--map names a column [{given}] that the table does not have")
        if field not in KNOWN_COLUMNS:
            raise TableError(f"--map names a field [{field}] that is not one of: {', '.join(KNOWN_COLUMNS)}")
        if field in found:
            raise TableError(f"--map gives two columns the same field [{field}]; keep one of them")
        if column in found.values():
            raise TableError(f"--map names the column [{given}] twice; keep one of them")
        found[field] = column
    left = [column for column in columns if column not in found.values()]
    own = {field: _column_named(field, left) for field in KNOWN_COLUMNS if field not in found}
    found |= {field: column for field, column in own.items() if column}
    return {field: found[field] for field in KNOWN_COLUMNS if field in found}


def _same_words(name: str) -> str:
    """How is a column's name written without what people vary?"""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def suggested_mappings(columns: list[str], fields: tuple[str, ...] = KNOWN_COLUMNS) -> list[str]:
    """Which columns of other names probably hold these fields? As column=field, ready for --map.

    Fields that a column already bears the name of are left out.

    >>> suggested_mappings(["rec_id", "surname", "Date of Birth", "sex"])
    ['rec_id=record_id', 'surname=last_name', 'Date of Birth=birth_date']
    """
    by_words = {_same_words(column): column for column in reversed(columns)}
    found = []
    for field in fields:
        if _column_named(field, columns) is None:
            likely = (by_words[name] for name in (field, *LIKELY_NAMES.get(field, ())) if name in by_words)
            found += [f"{column}={field}" for column in list(likely)[:1]]
    return found


def _as_options(mappings: list[str]) -> str:
    """How are these mappings typed at a terminal?"""
    return " ".join(
        f"--map '{mapping}'" if re.search(r"[^\w=.-]", mapping) else f"--map {mapping}" for mapping in mappings
    )


def _check_columns(path: Path, columns: list[str], found: dict[str, str]) -> None:
    """Is there a record_id and any evidence? Raises TableError that says which options would help."""
    if "record_id" not in found:
        likely = suggested_mappings(columns, ("record_id",)) or ["column=record_id"]
        others = [option for option in suggested_mappings(columns, FIELDS) if option.partition("=")[0] not in found]
        raise TableError(
            f"{path.name} has no column [record_id]; name the one that tells records apart: "
            f"{_as_options(likely + others)}"
        )
    if not set(FIELDS) & set(found):
        likely = suggested_mappings(columns, FIELDS)
        help_text = f"try {_as_options(likely)}" if likely else "name some with --map column=field"
        raise TableError(
            f"{path.name} has none of the columns that tell who somebody is ({', '.join(FIELDS)}); {help_text}"
        )


def _check_ids(path: Path, ids: pa.Array) -> None:
    """Has every record an id of its own? Raises TableError with counts."""
    nameless = pc.sum(pc.equal(pc.utf8_trim_whitespace(ids.fill_null("")), "")).as_py() or 0
    if nameless:
        raise TableError(f"{path.name}: {nameless} records have no record_id; give each one of its own")
    repeated = count_repeats(ids)
    if repeated:
        raise TableError(
            f"{path.name}: record_id is not unique: {repeated} rows repeat an id; give each one of its own"
        )


def read_people(path: Path, mappings: list[str]) -> pa.Table:
    """Which person records does this file hold?

    Columns are found by name, exactly first, then whatever their upper and lower case; white space around names and
    ids is dropped.

    Args:
        path: a .csv (UTF-8, or UTF-16 with its mark; values parted by comma, semicolon, tab or bar) or a .parquet.
        mappings: column=field, for columns that bear another name.

    Returns:
        One row per record in the order of the file: record_id and what there is of KNOWN_COLUMNS, in that order, every
        value as text, missing is null. Evidence as dictionary columns, which take a quarter of the memory.

    Raises:
        TableError: the file cannot be read, or there is no record_id of its own for each record, or no evidence.
    """
    columns = _columns(path)
    found = _field_columns(columns, mappings)
    _check_columns(path, columns, found)
    evidence = [column for field, column in found.items() if field in FIELDS]
    table = _read(path, list(found.values()), evidence)
    people = {
        field: text_codes(table[column]) if field in FIELDS else plain_texts(table[column])
        for field, column in found.items()
    }
    people["record_id"] = pc.utf8_trim_whitespace(people["record_id"])
    _check_ids(path, people["record_id"])
    return pa.table(people)


def _as_frame(table: pa.Table) -> pd.DataFrame:
    """How does this table look in pandas, every value as text, None where missing?"""
    columns = {name: plain_texts(table[name]).to_numpy(zero_copy_only=False) for name in table.column_names}
    return pd.DataFrame(columns, columns=table.column_names, dtype=object)


def read_table(path: Path) -> pd.DataFrame:
    """Which table does this file hold, whatever its columns? Every value as text.

    Raises:
        TableError: no such file, another format, or another encoding.
    """
    return _as_frame(_read(path, _columns(path), []))


def read_records(path: Path, mappings: list[str]) -> pd.DataFrame:
    """Which person records does this file hold, as a data frame? See read_people."""
    return _as_frame(read_people(path, mappings))


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Where is the table written? CSV or Parquet by the ending of the name; folders are made."""
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise TableError(f"{path.name}: only .csv and .parquet are written")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, lineterminator="\n")
