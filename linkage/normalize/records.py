"""How does a whole table of person records look in comparable form?

One row is one person record, before and after. Work is done once per distinct value, never once per row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from linkage.normalize.dates import normalize_birth_date
from linkage.normalize.names import (
    PLACEHOLDER_PAIRS,
    normalize_middle_name,
    normalize_suffix,
    real_name_words,
    split_suffix,
)
from linkage.normalize.numbers import normalize_email, normalize_phone, normalize_sex, normalize_ssn
from linkage.normalize.places import normalize_city, normalize_postcode, normalize_state, normalize_street_address

FIELDS = (
    "first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "email",
    "street_address", "city", "state", "postcode", "other_last_names",
)  # fmt: skip
"""The columns of a person record that are evidence of who somebody is."""

Normalizer = Callable[[object], str | None]


def _other_last_names(text: object) -> str | None:
    """Which other surnames does this field list? Words of each, sorted, joined by '|'."""
    if not isinstance(text, str):
        return None
    names = sorted({name for name in map(real_name_words, text.split("|")) if name})
    return "|".join(names) or None


def _accepted_ssn(text: object) -> str | None:
    """Which SSN is this? 9xx is accepted here: whether a feed uses it was decided where the feed was read."""
    return normalize_ssn(text, accepts_9xx=True)


NORMALIZERS: dict[str, Normalizer] = {
    "first_name": real_name_words,
    "middle_name": normalize_middle_name,
    "last_name": real_name_words,
    "suffix": normalize_suffix,
    "sex": normalize_sex,
    "ssn": _accepted_ssn,
    "phone": normalize_phone,
    "email": normalize_email,
    "street_address": normalize_street_address,
    "city": normalize_city,
    "state": normalize_state,
    "postcode": normalize_postcode,
    "other_last_names": _other_last_names,
}


def map_distinct(column: pd.Series, function: Normalizer) -> pd.Series:
    """What does the function say of each value of the column, asked once per distinct value? Missing stays missing."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    answers = np.empty(len(distinct) + 1, dtype=object)
    answers[: len(distinct)] = [function(value) for value in distinct]
    answers[-1] = None
    return pd.Series(answers[codes], index=column.index, dtype=object)


def _move_hidden_suffixes(table: pd.DataFrame) -> None:
    """Which suffixes stand at the end of a surname? They move to the suffix column, in place, where that is empty."""
    last_name = table["last_name"]
    hidden = map_distinct(last_name, lambda name: split_suffix(str(name))[1])
    if not hidden.notna().any():
        return
    table["last_name"] = map_distinct(last_name, lambda name: split_suffix(str(name))[0])
    table["suffix"] = table["suffix"].where(table["suffix"].notna(), hidden) if "suffix" in table else hidden


def _blank_placeholder_pairs(table: pd.DataFrame) -> None:
    """Which first and last names together mean "not known"? Both become missing, in place."""
    for first, last in sorted(PLACEHOLDER_PAIRS):
        is_pair = (table["first_name"] == first) & (table["last_name"] == last)
        if is_pair.any():
            table.loc[is_pair, ["first_name", "last_name"]] = None


def normalize_records(records: pd.DataFrame, as_of: date | None = None) -> pd.DataFrame:
    """What do these person records say, in comparable form?

    Args:
        records: one row per person record; any subset of FIELDS, other columns pass through unchanged.
        as_of: the day the records describe; bounds birth dates (see normalize_birth_date).

    Returns:
        A new table of the same rows in the same order. Names keep one space between words so that parts of a compound
        name can be found. Applying it twice changes nothing.
    """
    table = records.copy()
    for field, function in NORMALIZERS.items():
        if field in table:
            table[field] = map_distinct(table[field], function)
    if "birth_date" in table:
        table["birth_date"] = map_distinct(table["birth_date"], lambda text: normalize_birth_date(text, as_of))
    if "last_name" in table:
        _move_hidden_suffixes(table)
    if "first_name" in table and "last_name" in table:
        _blank_placeholder_pairs(table)
    return table
