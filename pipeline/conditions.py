"""For which rows does a condition of a declaration hold, and which code of ours do they say? Pure."""

import re
from collections.abc import Callable
from functools import reduce
from typing import Any

import pandas as pd

from pipeline.contract.declaration import AnyOf, Coded, Condition, Matches, OneOf
from pipeline.distinct import Distinct


def over_distinct(column: pd.Series, function: Callable[[Any], Any]) -> pd.Series:
    """What does the function make of each value? It is asked once per distinct value; the result holds objects."""
    return pd.Series(Distinct.of(column).map(function).to_numpy(), index=column.index, dtype=object)


def holds(condition: Condition | None, rows: pd.DataFrame, *, otherwise: bool) -> pd.Series:
    """For which rows does the condition hold? `otherwise` answers where there is no condition."""
    if condition is None:
        return pd.Series(otherwise, index=rows.index)
    if isinstance(condition, AnyOf):
        parts = [holds(part, rows, otherwise=False) for part in condition.conditions]
        return reduce(lambda left, right: left | right, parts)
    if isinstance(condition, OneOf):
        wanted = {value.upper() for value in condition.values}
        return over_distinct(rows[condition.column], lambda text: text.upper() in wanted).astype(bool)
    assert isinstance(condition, Matches)
    pattern = re.compile(condition.pattern, re.IGNORECASE)
    return over_distinct(rows[condition.column], lambda text: pattern.search(text) is not None).astype(bool)


def coded(rule: Coded | None, rows: pd.DataFrame) -> pd.Series:
    """Which code of ours stands for each row's value? None where it is blank or unknown."""
    if rule is None:
        return pd.Series(None, index=rows.index, dtype=object)
    return over_distinct(
        rows[rule.column], lambda text: rule.mapping.get(text.upper(), rule.otherwise) if text else None
    )
