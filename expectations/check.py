"""Is what we were handed fit to go on? Runs a suite; gives back counts and row ids, never values.

Most values repeat (a code has five, a day occurs a thousand times), so expectations that look at one value at a time
are run on the distinct values of each column and their answers carried back to the rows: the same answer, sooner. Nor
is a question put again of a value that was found fit in an earlier batch. That rows differ is asked of the numbers of
those values. The engine reads and hashes every cell that it is handed, and takes some hundredths of a second to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from expectations.engine import POSITION, CheckFailed, Outcome, Severity, outcome_of, run
from expectations.known_fit import KnownFit, identity
from pipeline.distinct import NO_VALUE, Distinct

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

__all__ = ["CheckFailed", "Checked", "Finding", "Severity", "check", "check_values"]

PRESENCE = "expect_column_values_to_not_be_null"
"""The expectation whose answer depends on nothing but whether there is a value."""


class _AskedOf(Enum):
    """What does the answer of an expectation depend on: single values, which of them are the same, or whole rows?"""

    VALUES = auto()
    SAMENESS = auto()
    ROWS = auto()


_KNOWN_FIT = KnownFit()
"""What was found fit in earlier batches, as long as the process runs."""

_ASKED_OF = {
    PRESENCE: _AskedOf.VALUES,
    "expect_column_values_to_be_in_set": _AskedOf.VALUES,
    "expect_column_values_to_match_regex": _AskedOf.VALUES,
    "expect_column_value_lengths_to_be_between": _AskedOf.VALUES,
    "expect_column_values_to_be_between": _AskedOf.VALUES,
    "expect_column_values_to_be_unique": _AskedOf.SAMENESS,
    "expect_compound_columns_to_be_unique": _AskedOf.SAMENESS,
}
"""Others are asked of the rows as they are."""


@dataclass(frozen=True)
class Finding:
    """Which expectation was broken, and by which rows?

    Attributes:
        expectation: its type.
        column: the column it is about, None for a whole table.
        severity: a `Severity` value.
        fault_code: a `RowFault` value.
        message: what is wrong and what to do, one sentence, no value.
        row_ids: ids of the rows, in their order; empty where the whole table is meant.
        row_count: how many rows.
    """

    expectation: str
    column: str | None
    severity: str
    fault_code: str
    message: str
    row_ids: tuple[int | str, ...]
    row_count: int


@dataclass(frozen=True)
class Checked:
    """How did a suite end? Findings about single values come first; without any, it is a success."""

    suite: str
    row_count: int
    expectation_count: int
    findings: tuple[Finding, ...]

    @property
    def is_success(self) -> bool:
        """Did every expectation hold, warnings included?"""
        return not self.findings

    @property
    def critical(self) -> tuple[Finding, ...]:
        """Which findings cost a row, a file or the run?"""
        return tuple(finding for finding in self.findings if finding.severity == Severity.CRITICAL)


def check(suite: ExpectationSuite, frame: pd.DataFrame, id_column: str) -> Checked:
    """Which rows of the frame break which expectations of the suite?

    Args:
        suite: expectations made by `engine.expect`.
        frame: has every column the suite names. Not changed.
        id_column: holds what names a row to the reader; need not be unique or present in every row.

    Raises:
        CheckFailed: an expectation could not be carried out. Never taken for a success.
    """
    asked: dict[_AskedOf, list[Expectation]] = {asked_of: [] for asked_of in _AskedOf}
    for item in suite.expectations:
        asked[_ASKED_OF.get(item.expectation_type, _AskedOf.ROWS)].append(item)
    compared = asked[_AskedOf.SAMENESS]
    distinct = _distinct_columns(suite.name, [*asked[_AskedOf.VALUES], *compared], frame)
    slots = {column: _slots(distinct[column]) for item in compared for column in _columns_of(item)}
    outcomes = [
        *_run_on_distinct_values(suite.name, asked[_AskedOf.VALUES], distinct),
        *_run_on_rows(suite.name, compared, pd.DataFrame(slots, index=range(len(frame)))),
        *_run_on_rows(suite.name, asked[_AskedOf.ROWS], frame),
    ]
    return _checked(suite, outcomes, frame[id_column])


def check_values(suite: ExpectationSuite, columns: Mapping[str, Distinct], row_ids: pd.Series) -> Checked:
    """The same for a suite that is about single values alone, of columns whose distinct values are known already."""
    return _checked(suite, list(_run_on_distinct_values(suite.name, suite.expectations, columns)), row_ids)


def _checked(suite: ExpectationSuite, outcomes: list[Outcome], row_ids: pd.Series) -> Checked:
    named = row_ids.to_numpy(dtype=object)
    findings = tuple(_finding(outcome, named) for outcome in outcomes if not outcome.is_success)
    return Checked(suite.name, len(named), len(suite.expectations), findings)


def _finding(outcome: Outcome, row_ids: np.ndarray) -> Finding:
    """What is told of a broken expectation?"""
    named = tuple(_plain(row_ids[position]) for position in outcome.positions)
    return Finding(
        expectation=outcome.expectation,
        column=outcome.column,
        severity=outcome.severity,
        fault_code=outcome.fault_code,
        message=outcome.message,
        row_ids=named,
        row_count=len(named),
    )


def _plain(row_id: Any) -> int | str:
    """Which Python int or text is this id? A missing id is an empty text."""
    if pd.isna(row_id):
        return ""
    return int(row_id) if isinstance(row_id, (int, np.integer)) else str(row_id)


def _run_on_rows(name: str, expectations: list[Expectation], frame: pd.DataFrame) -> list[Outcome]:
    """How do expectations end that compare rows or columns with one another?"""
    if not expectations:
        return []
    named = [_columns_of(item) for item in expectations]
    needed = frame.loc[:, frame.columns.isin(list(chain.from_iterable(named)))] if all(named) else frame
    return run(name, expectations, needed.reset_index(drop=True).assign(**{POSITION: np.arange(len(frame))}))


def _columns_of(item: Expectation) -> list[str]:
    """Which columns does an expectation look at? None named where it is about the whole table.

    The engine hashes every column that it is handed, so it is handed no others.
    """
    one = [getattr(item, name, None) for name in ("column", "column_A", "column_B")]
    return [*map(str, filter(None, one)), *(getattr(item, "column_list", None) or [])]


def _distinct_columns(name: str, expectations: list[Expectation], frame: pd.DataFrame) -> dict[str, Distinct]:
    """Which distinct values do the columns hold that are asked about? True for all where only that is asked."""
    columns = list(dict.fromkeys(column for item in expectations for column in _columns_of(item)))
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        raise CheckFailed(f"the table lacks columns its suite is about: add them [{name}] {missing}")
    looked_into = {column for item in expectations if item.expectation_type != PRESENCE for column in _columns_of(item)}
    try:
        return {
            column: Distinct.of(frame[column]) if column in looked_into else _presence(frame[column])
            for column in columns
        }
    except TypeError:
        found = None
    if found is None:
        raise CheckFailed(f"a cell holds a list or table instead of one value: hand over plain values [{name}]")
    return found


def _presence(column: pd.Series) -> Distinct:
    """In which rows is there a value, whichever it is?"""
    return Distinct([True], np.where(column.isna(), NO_VALUE, 0))


def _slots(distinct: Distinct) -> np.ndarray:
    """Which number stands for the value of each row? Missing where it has none."""
    slots = distinct.slot_of_row
    return np.where(slots == NO_VALUE, np.nan, slots) if (slots == NO_VALUE).any() else slots


def _run_on_distinct_values(
    name: str, expectations: list[Expectation], columns: Mapping[str, Distinct]
) -> Iterator[Outcome]:
    """Yield how expectations about single values end. Outcomes name rows, as if every row had been looked at."""
    questions = _questions(expectations)
    values = {question: _KNOWN_FIT.unknown(question, _values(alike, columns)) for question, alike in questions.items()}
    unfit = _unfit(name, {question: alike[0] for question, alike in questions.items() if values[question]}, values)
    for question, alike in questions.items():
        yield from _answers(unfit.get(question, frozenset()), alike, columns)


def _unfit(
    name: str, asked: Mapping[str, Expectation], values: Mapping[str, list[Any]]
) -> dict[str, Set[tuple[type, Any]]]:
    """Which of these values break the expectation asked of them? By question; fit ones are known from now on."""
    if not asked:
        return {}
    items = [item.copy(update={"column": f"question {number}"}) for number, item in enumerate(asked.values())]
    frame = _side_by_side([values[question] for question in asked], items)
    found = {outcome.checked_column: outcome for outcome in run(name, items, frame)}
    unfit = {}
    for question, item in zip(asked, items, strict=True):
        unfit[question] = {identity(values[question][position]) for position in found[str(item.column)].positions}
        _KNOWN_FIT.add(question, values[question], unfit[question])
    return unfit


def _looked_at(item: Expectation, columns: Mapping[str, Distinct]) -> Distinct:
    """What does an expectation look at: values, or merely that there is one (true) or none (missing)?"""
    column = columns[str(item.column)]
    if item.expectation_type != PRESENCE:
        return column
    is_missing = column.slot_of_row == NO_VALUE
    return Distinct([True, None] if is_missing.any() else [True], is_missing.astype(np.int64))


def _values(alike: list[Expectation], columns: Mapping[str, Distinct]) -> list[Any]:
    """Which values are all of these expectations asked of, one after the other?"""
    return [value for item in alike for value in _looked_at(item, columns).values]


def _questions(expectations: list[Expectation]) -> dict[str, list[Expectation]]:
    """Which expectations ask the same of several columns? They are asked once, of all their values: by question."""
    alike: dict[str, list[Expectation]] = {}
    for item in expectations:
        asked = item.dict(exclude={"column", "notes", "meta", "severity", "id", "rendered_content"})
        alike.setdefault(f"{item.expectation_type} {sorted(asked.items(), key=str)}", []).append(item)
    return alike


def _answers(
    unfit: Set[tuple[type, Any]], alike: list[Expectation], columns: Mapping[str, Distinct]
) -> Iterator[Outcome]:
    """Yield how each of the expectations ended that were asked as one: which rows of its column hold an unfit value?"""
    for item in alike:
        distinct = _looked_at(item, columns)
        failing = [slot for slot, value in enumerate(distinct.values) if identity(value) in unfit] if unfit else []
        yield outcome_of(item, _rows_at(distinct.slot_of_row, np.asarray(failing, dtype=np.int64)))


def _side_by_side(values: list[list[Any]], asked: list[Expectation]) -> pd.DataFrame:
    """How do the values of each question stand side by side? Shorter columns go on with what breaks nothing."""
    height = max(map(len, values))
    padded = {}
    for item, column in zip(asked, values, strict=True):
        harmless = True if item.expectation_type == PRESENCE else None
        padded[str(item.column)] = pd.Series([*column, *[harmless] * (height - len(column))], dtype=object)
    return pd.DataFrame(padded | {POSITION: np.arange(height)})


def _rows_at(slot_of_row: np.ndarray, failing: np.ndarray) -> tuple[int, ...]:
    """Which rows hold one of the failing distinct values?"""
    return tuple(np.flatnonzero(np.isin(slot_of_row, failing)).tolist()) if len(failing) else ()
