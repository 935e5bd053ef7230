"""Where is Great Expectations started, and kept from talking?

Its import costs seconds, so it happens at the first check and not before. Its results, log lines and exceptions carry
the values it looked at: results are asked for without them, its log is closed, and what it raises is never repeated.
"""

from __future__ import annotations

import gc
import logging
import warnings
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.contract.codes import RowFault
from pipeline.contract.errors import OutreachError

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.expectations.expectation import Expectation

POSITION = "__position"
"""Column that numbers the rows handed to the engine; all it is asked to tell about a row that fails."""

RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [POSITION],
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}
"""Counts and row positions. Every other setting of Great Expectations 1.24 shows values of failing rows."""

_ENGINE_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a check of values it cannot handle may raise, its own errors apart; their texts may quote the value."""


class CheckFailed(OutreachError):
    """A check could not be carried out, so nobody knows whether the data is good. Carries no text of the cause."""


class Severity(StrEnum):
    """What does a broken expectation cost? Critical: the row, file or run. Warning: the value, or only attention."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Outcome:
    """How did one expectation end?

    `column` is the one told to a reader, `checked_column` the one looked at. `positions` are the numbers of failing
    rows; empty for an expectation about a whole table.
    """

    expectation: str
    column: str | None
    checked_column: str | None
    severity: str
    fault_code: str
    message: str
    is_success: bool
    positions: tuple[int, ...]


@lru_cache(maxsize=1)
def load_engine() -> Any:
    """Which module is Great Expectations? Imported at the first call, with its log closed: log lines quote values."""
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside the library and what it imports are not ours to act on
        import great_expectations
        import great_expectations.expectations
    gc.freeze()  # its modules stay as long as the process: looked through for garbage, they cost more than the checks
    return great_expectations


@lru_cache(maxsize=1)
def _batch_definition() -> BatchDefinition:
    """Through which batch definition is every frame checked? One in-memory context per process, without analytics."""
    context = load_engine().get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all rows")


def expect(
    kind: str, fault: RowFault, severity: Severity, note: str, told_as: str | None = None, **arguments: Any
) -> Expectation:
    """How is one expectation written down?

    Args:
        kind: class name in Great Expectations, such as ExpectColumnValuesToBeInSet.
        fault: code under which a failing row is counted.
        severity: what a failure costs.
        note: one sentence for a records clerk: what is wrong and what to do. Never a value.
        told_as: column a reader knows, where the one checked is derived from it.
        arguments: what the class takes.
    """
    meta = {"fault_code": fault.value, "column": told_as or arguments.get("column")}
    return getattr(load_engine().expectations, kind)(severity=severity.value, notes=note, meta=meta, **arguments)


def suite_of(name: str, expectations: list[Expectation]) -> ExpectationSuite:
    """Which suite do these expectations make?"""
    return load_engine().ExpectationSuite(name=name, expectations=expectations)


def run(name: str, expectations: list[Expectation], frame: pd.DataFrame) -> list[Outcome]:
    """How did each expectation end on this frame? Grouped by column, not in the order given.

    Args:
        name: of the suite, for messages.
        expectations: what must be true.
        frame: the columns they name, and POSITION.

    Raises:
        CheckFailed: the engine raised, or lost an expectation. Its own text is dropped: it may quote a value.
    """
    results = _results(name, expectations, frame)
    if results is None or len(results) != len(expectations):
        raise CheckFailed(f"the check stopped half-way: treat its rows as unchecked and report the suite [{name}]")
    return [_outcome(name, result) for result in results]


def _results(name: str, expectations: list[Expectation], frame: pd.DataFrame) -> list[Any] | None:
    """What does the engine answer? None where it raised: the cause is left behind here, so no traceback shows it."""
    engine = load_engine()
    suite = suite_of(name, expectations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, and pandas' about the library's use of it
        try:
            batch = _batch_definition().get_batch({"dataframe": frame})
            return batch.validate(suite, result_format=RESULT_FORMAT).results
        except (engine.exceptions.GreatExpectationsError, *_ENGINE_FAULTS):
            return None


def _outcome(name: str, result: Any) -> Outcome:
    """What may leave the engine's answer? Our own words and row positions."""
    config = result.expectation_config
    column = config.meta["column"]
    if (result.exception_info or {}).get("raised_exception", True) or not isinstance(result.success, bool):
        where = f"[{name}] [{config.type}] [{column}]"
        raise CheckFailed(f"a check could not be carried out: treat its rows as unchecked and report it {where}")
    positions = _positions(result.result.get("unexpected_index_list") or [])
    if "unexpected_count" in result.result and bool(positions) == result.success:
        where = f"[{name}] [{column}]"
        raise CheckFailed(f"a check's answer names no rows: treat its rows as unchecked and report it {where}")
    return Outcome(
        expectation=config.type,
        column=column,
        checked_column=config.kwargs.get("column"),
        severity=str(getattr(config.severity, "value", config.severity)),
        fault_code=config.meta["fault_code"],
        message=config.notes,
        is_success=result.success,
        positions=tuple(positions),
    )


def outcome_of(expectation: Expectation, positions: tuple[int, ...]) -> Outcome:
    """How did an expectation about single values end whose failing rows are known?"""
    assert expectation.meta is not None  # `expect` gives every expectation its own
    return Outcome(
        expectation=expectation.expectation_type,
        column=expectation.meta["column"],
        checked_column=expectation.column,
        severity=str(getattr(expectation.severity, "value", expectation.severity)),
        fault_code=expectation.meta["fault_code"],
        message=str(expectation.notes),
        is_success=not positions,
        positions=positions,
    )


def _positions(index_list: list[dict[str, Any]]) -> list[int]:
    """Which rows does an index list name? Each item holds one position or a list of them."""
    found: list[int] = []
    for item in index_list:
        value = item[POSITION]
        found.extend(int(position) for position in (value if isinstance(value, list) else [value]))
    return sorted(found)
