"""Which expectations do the tables we make have in common?

A table is first asked whether it has its columns: where it lacks one, nothing else can be asked, and that is the
finding. A broken expectation here is our own mistake and not an agency's, so the way on is to stop and report it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.check import Checked, Severity, check
from expectations.engine import expect, suite_of
from pipeline.contract.codes import RowFault
from pipeline.contract.tables import RECORD_ID_SEPARATOR
from pipeline.distinct import Distinct

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

RECORD_ID = r"(?s)\A[a-z][a-z0-9_]*/[a-z][a-z0-9_]*/.+\Z"
"""agency/feed/record key; the key is whatever the agency calls its row."""

ID_BEGINNING = "how record_id begins"
"""Derived column: `beginning` of the record id. Thousands of ids begin in a few ways."""

_DIGITS_ALIKE = str.maketrans("123456789", "000000000")

_NO_ID = "no id"
"""Stands in for ids where a whole table is judged and no row is named."""


def ours(table: str, kind: str, fault: RowFault, what: str, **arguments: Any) -> Expectation:
    """Which expectation about our own work is this? Critical unless `severity` says otherwise."""
    severity = arguments.pop("severity", Severity.CRITICAL)
    outcome = "stop before anything is published" if severity is Severity.CRITICAL else "look at these rows"
    return expect(kind, fault, severity, f"{what}: {outcome} and report it [{table}].", **arguments)


def never_missing(table: str, columns: Iterable[str]) -> list[Expectation]:
    """Which expectations say that these columns are filled in every row?"""
    what = "A value is missing that every row has"
    return [
        ours(table, "ExpectColumnValuesToNotBeNull", RowFault.MISSING_VALUE, what, column=column) for column in columns
    ]


def one_of(table: str, column: str, allowed: Iterable[Any]) -> Expectation:
    """Which expectation says that a column holds one of our own codes, or nothing?"""
    what = "A code is not in our closed list"
    values = [getattr(value, "value", value) for value in allowed]
    return ours(table, "ExpectColumnValuesToBeInSet", RowFault.UNKNOWN_CODE, what, column=column, value_set=values)


def matches(
    table: str, column: str, pattern: str, fault: RowFault, what: str, told_as: str | None = None
) -> Expectation:
    """Which expectation says that a column, where filled, matches a pattern from beginning to end?"""
    kind = "ExpectColumnValuesToMatchRegex"
    return ours(table, kind, fault, what, told_as=told_as, column=column, regex=pattern)


def derived(column: pd.Series, function: Callable[[Any], object]) -> pd.Series:
    """What does the function make of each value? Missing stays missing."""
    return pd.Series(Distinct.of(column).map(function).to_numpy(), index=column.index, dtype=object)


def beginning(record_id: object) -> object:
    """How does a record id begin? Up to the first character of the record key: all that its form depends on."""
    if not isinstance(record_id, str):
        return record_id
    agency, feed, key = (*record_id.split(RECORD_ID_SEPARATOR, 2), "", "")[:3]
    return RECORD_ID_SEPARATOR.join((agency, feed, key[:1]))


_BEGINNING = r"(?s)\A([^/]*(?:/[^/]*(?:/.?)?)?).*\z"
"""All of an id that `beginning` keeps, and the rest, for Arrow's regular expressions."""


def beginnings(record_ids: pd.Series) -> pd.Series:
    """How do record ids begin? `beginning` of each, by Arrow in a fifth of the time where it reads their texts."""
    try:
        texts = pa.array(record_ids.to_numpy(dtype=object), pa.string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError):
        return derived(record_ids, beginning)
    found = pc.replace_substring_regex(texts, _BEGINNING, r"\1")
    return pd.Series(found.to_numpy(zero_copy_only=False), index=record_ids.index, dtype=object)


def digits_alike(text: object) -> object:
    """What is left of a text whose digits are all told as 0? Its form."""
    return text.translate(_DIGITS_ALIKE) if isinstance(text, str) else text


def beside(frame: pd.DataFrame, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """What does the table hold with these columns beside, or in the place of, its own? Nothing is copied."""
    own = {str(name): frame[name] for name in frame.columns}
    return pd.DataFrame(own | dict(columns), index=frame.index, copy=False)


def flags(table: str, columns: Iterable[str]) -> list[Expectation]:
    """Which expectations say that the `is_` columns among these are true or false in every row?"""
    names = [column for column in columns if column.startswith("is_")]
    return [*(one_of(table, name, (True, False)) for name in names), *never_missing(table, names)]


def steady_ids(table: str, id_column: str, is_every_version: bool) -> list[Expectation]:
    """Which expectations say that rows have ids of their own, built from agency, feed and record key?

    They run with the derived column ID_BEGINNING.

    Args:
        table: for messages.
        id_column: must name one row, or with `is_every_version` one row of one line of one delivery.
        is_every_version: the table holds replaced versions too.
    """
    what = "Two rows have the same id"
    if is_every_version:
        unique = {"kind": "ExpectCompoundColumnsToBeUnique", "column_list": [id_column, "delivery_id", "line_number"]}
    else:
        unique = {"kind": "ExpectColumnValuesToBeUnique", "column": id_column}
    return [
        *never_missing(table, dict.fromkeys((id_column, "record_id", "agency", "feed", "record_key"))),
        ours(table, fault=RowFault.EMPTY_KEY, what=what, **unique),
        matches(
            table,
            ID_BEGINNING,
            RECORD_ID,
            RowFault.EMPTY_KEY,
            "A record id is not agency/feed/key",
            told_as="record_id",
        ),
    ]


def has_own_id(frame: pd.DataFrame) -> pd.Series:
    """Does a row's record id follow from its agency, feed and record key? Missing where it has no record id."""
    parts = (frame[name].astype(str) for name in ("agency", "feed", "record_key"))
    own = map(RECORD_ID_SEPARATOR.join, zip(*parts, strict=True))
    given = frame["record_id"]
    is_own = [None if record_id is None else record_id == one for record_id, one in zip(given, own, strict=True)]
    return pd.Series(is_own, index=frame.index, dtype=object).mask(given.isna(), None)


def lacks_columns(table: str, frame: pd.DataFrame, columns: tuple[str, ...]) -> Checked | None:
    """Does the frame lack one of its columns? Then this is the whole answer; None where it has them all."""
    missing = [column for column in columns if column not in frame.columns]
    if not missing:
        return None
    what = f"The table lacks the columns {', '.join(missing)}"
    arguments = {"column_set": list(columns), "exact_match": False}
    whole = ours(table, "ExpectTableColumnsToMatchSet", RowFault.MISSING_VALUE, what, **arguments)
    present = frame[[column for column in columns if column in frame.columns]]
    return check(suite_of(table, [whole]), present.assign(**{_NO_ID: ""}), _NO_ID)
