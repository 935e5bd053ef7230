"""How does a whole table of person records look in comparable form?

One row is one person record, before and after. Work is done once per distinct value, never once per row, and most of it
a column at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.normalize import bulk
from linkage.normalize.columns import plain_texts, rewritten, text_codes
from linkage.normalize.dates import read_birth_date
from linkage.normalize.facts import STRICT, TableFacts, facts_of
from linkage.normalize.names import (
    PLACEHOLDER_PAIRS,
    SUFFIX_WORDS_IN_A_NAME,
    TITLES,
    normalize_middle_name,
    normalize_suffix,
    real_name_words,
    split_first_name,
    split_middle_name,
    split_name,
)
from linkage.normalize.numbers import (
    normalize_any_phone,
    normalize_email,
    normalize_identifier,
    normalize_phone,
    normalize_sex,
    normalize_ssn,
    whole_number,
)
from linkage.normalize.places import (
    normalize_any_postcode,
    normalize_city,
    normalize_postcode,
    normalize_state,
    normalize_street_address,
)

FIELDS = (
    "first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "email",
    "street_address", "city", "state", "postcode", "other_last_names",
)  # fmt: skip
"""The columns of a person record that are evidence of who somebody is."""

Normalizer = Callable[[object], str | None]

SSN_DIGITS = 9

Columns = dict[str, pa.DictionaryArray]


@dataclass(frozen=True)
class Reader:
    """How is a column read? `function` answers for one value; `bulk` for many at once, as far as it can."""

    function: Normalizer
    bulk: bulk.Bulk | None = None

    def answers(self, texts: pa.Array) -> pa.Array:
        """What does each of these texts become? The same array if nothing changes."""
        if self.bulk is None:
            return pa.array([self.function(text) for text in texts.to_pylist()], pa.string())
        found = self.bulk(texts)
        is_open = found.is_null()
        if pc.any(is_open).as_py():
            asked = [self.function(text) for text in texts.filter(is_open).to_pylist()]
            found = pc.replace_with_mask(found, is_open, pa.array(asked, pa.string()))
        return texts if found.equals(texts) else found


def _other_last_names(text: object) -> str | None:
    """Which other surnames does this field list? Words of each, sorted, joined by '|'."""
    if not isinstance(text, str):
        return None
    names = sorted({name for name in map(real_name_words, text.split("|")) if name})
    return "|".join(names) or None


def _ssn(text: object) -> str | None:
    """Which SSN is this? 9xx is accepted here: whether a feed uses it was decided where the feed was read."""
    return normalize_ssn(whole_number(text), accepts_9xx=True)


def _ssn_without_zeros(text: object) -> str | None:
    """Which SSN is this, in a column that lost its leading zeros?"""
    number = whole_number(text)
    is_short = isinstance(number, str) and number.isdigit() and SSN_DIGITS - 2 <= len(number) < SSN_DIGITS
    return _ssn(str(number).zfill(SSN_DIGITS) if is_short else number)


def _phone(text: object) -> str | None:
    """Which North American number is this?"""
    return normalize_phone(whole_number(text))


PLAIN_READERS = {
    "first_name": Reader(real_name_words, bulk.names),
    "middle_name": Reader(normalize_middle_name, bulk.middle_names),
    "last_name": Reader(real_name_words, bulk.names),
    "suffix": Reader(normalize_suffix),
    "sex": Reader(normalize_sex),
    "email": Reader(normalize_email, bulk.emails),
    "street_address": Reader(normalize_street_address, bulk.street_lines),
    "city": Reader(normalize_city),
    "state": Reader(normalize_state),
    "other_last_names": Reader(_other_last_names),
}
"""How columns are read whatever the table is like."""

SSN_READERS = {
    "ssn": Reader(_ssn, bulk.social_security_numbers),
    "ssn_without_zeros": Reader(_ssn_without_zeros, bulk.social_security_numbers),
    "other": Reader(normalize_identifier),
}
PHONE_READERS = {"us": Reader(_phone, bulk.phones), "other": Reader(normalize_any_phone)}
POSTCODE_READERS = {"us": Reader(normalize_postcode), "other": Reader(normalize_any_postcode)}


def readers_of(facts: TableFacts, as_of: date | None = None) -> dict[str, Reader]:
    """How is each column of a table with these facts read?"""
    return {
        **PLAIN_READERS,
        "birth_date": Reader(lambda text: read_birth_date(whole_number(text), facts.dates, as_of)),
        "ssn": SSN_READERS[facts.identifiers],
        "phone": PHONE_READERS[facts.phones],
        "postcode": POSTCODE_READERS[facts.postcodes],
    }


_HIDING_PLACES = (
    ("last_name", split_name, ""),
    ("first_name", split_first_name, f"^({'|'.join(sorted(TITLES))}) |"),
    ("middle_name", split_middle_name, f"^({'|'.join(sorted(SUFFIX_WORDS_IN_A_NAME))})$|"),
)
"""Where a suffix may stand that belongs to its own column, who takes it out, and which names to ask about beside those
that end with one. The first column that has one decides."""

_ENDS_WITH_SUFFIX = f" ({'|'.join(sorted(SUFFIX_WORDS_IN_A_NAME))})$"


def _take_out_suffixes(columns: Columns) -> None:
    """Which suffixes (and titles) stand in a name? Suffixes move, in place, to their own column where that is empty."""
    hidden: list[pa.Array] = []
    for field, split, also in _HIDING_PLACES:
        if field not in columns:
            continue
        names = columns[field].dictionary
        is_asked = pc.match_substring_regex(names, also + _ENDS_WITH_SUFFIX)
        if not pc.any(is_asked).as_py():
            continue
        parts = [split(name) for name in names.filter(is_asked).to_pylist()]
        kept, suffixes = (pa.array([part[place] for part in parts], pa.string()) for place in (0, 1))
        if suffixes.null_count < len(suffixes):
            by_name = pc.replace_with_mask(pa.nulls(len(names), pa.string()), is_asked, suffixes)
            hidden.append(pc.take(by_name, columns[field].indices))
        columns[field] = rewritten(columns[field], pc.replace_with_mask(names, is_asked, kept))
    if hidden:
        own = [columns["suffix"].dictionary_decode()] if "suffix" in columns else []
        columns["suffix"] = pc.coalesce(*own, *hidden).dictionary_encode()


def _holds(column: pa.DictionaryArray, text: str) -> np.ndarray:
    """Which rows hold this text?"""
    return pc.fill_null(pc.equal(column.indices, pc.index(column.dictionary, text)), False).to_numpy(False)


def _blank_placeholder_pairs(columns: Columns) -> None:
    """Which first and last names together mean "not known"? Both become missing, in place."""
    first, last = columns["first_name"], columns["last_name"]
    is_pair = np.zeros(len(first), dtype=bool)
    for one, other in sorted(PLACEHOLDER_PAIRS):
        is_pair |= _holds(first, one) & _holds(last, other)
    if is_pair.any():
        for field in ("first_name", "last_name"):
            texts = columns[field].dictionary_decode()
            columns[field] = pc.if_else(pa.array(is_pair), pa.scalar(None, pa.string()), texts).dictionary_encode()


def _normalized(given: Columns, facts: TableFacts, as_of: date | None) -> Columns:
    """What do these columns say, in comparable form?"""
    readers = readers_of(facts, as_of)
    columns = {field: rewritten(column, readers[field].answers(column.dictionary)) for field, column in given.items()}
    _take_out_suffixes(columns)
    if "first_name" in columns and "last_name" in columns:
        _blank_placeholder_pairs(columns)
    return {field: columns[field] for field in FIELDS if field in columns}


def table_facts(records: pd.DataFrame | pa.Table) -> TableFacts:
    """How are the columns of this table to be read? See facts.py."""
    names = set(map(str, records.columns if isinstance(records, pd.DataFrame) else records.column_names))
    told = ("ssn", "phone", "postcode", "birth_date")
    return facts_of({field: text_codes(records[field]).dictionary for field in told if field in names})


def normalize_table(
    records: pd.DataFrame | pa.Table, as_of: date | None = None, facts: TableFacts | None = None
) -> pa.Table:
    """What do these person records say, in comparable form, ready to be compared by code?

    Args:
        records: one row per person record; record_id and any subset of FIELDS, values of any type.
        as_of: the day the records describe; bounds birth dates (see normalize_birth_date).
        facts: how the columns are to be read; without them the table itself tells (see facts.py).

    Returns:
        The same rows in the same order: `record_id` as text, if there is one, and every column of FIELDS there is, in
        that order, as a dictionary of distinct texts and int32 codes, null where missing, in one chunk. Every text of a
        dictionary occurs in its column. A column `suffix` is added where a name holds one. Nothing raises on odd
        values.
    """
    names = [str(name) for name in (records.columns if isinstance(records, pd.DataFrame) else records.column_names)]
    given = {field: text_codes(records[field]) for field in FIELDS if field in names}
    if facts is None:
        facts = facts_of({field: column.dictionary for field, column in given.items()})
    ids: dict[str, pa.Array] = {"record_id": plain_texts(records["record_id"])} if "record_id" in names else {}
    return pa.table({**ids, **_normalized(given, facts, as_of)})


def texts_of_rows(column: pa.ChunkedArray) -> np.ndarray:
    """Which text does each row of a dictionary column hold? Objects; None where missing."""
    codes = column.combine_chunks()
    texts = np.array([*codes.dictionary.to_pylist(), None], dtype=object)
    return texts[codes.indices.fill_null(len(texts) - 1).to_numpy()]


def normalize_records(records: pd.DataFrame, as_of: date | None = None, facts: TableFacts = STRICT) -> pd.DataFrame:
    """What do these person records say, in comparable form, as a data frame?

    Args:
        records: one row per person record; any subset of FIELDS, other columns pass through unchanged.
        as_of: the day the records describe; bounds birth dates (see normalize_birth_date).
        facts: how the columns are to be read: strictly, unless told otherwise, so that a value means the same in every
            table.

    Returns:
        A new table of the same rows in the same order. Names keep one space between words so that parts of a compound
        name can be found. Applying it twice changes nothing.
    """
    normal = normalize_table(records[[field for field in FIELDS if field in records]], as_of, facts)
    columns = {name: texts_of_rows(normal[name]) for name in normal.column_names}
    return records.assign(**{name: pd.Series(texts, records.index, dtype=object) for name, texts in columns.items()})
