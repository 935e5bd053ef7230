"""What is known of a feed before its rows are looked at, because a standard says it?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.contract.columns import Column
from pipeline.contract.rules import FullName, PersonRule, Quality
from pipeline.drafting.columns import Judged


@dataclass(frozen=True, kw_only=True)
class Known:
    """What does a standard say of a feed?

    Attributes:
        name, row_is, key: as `Feed` has them.
        columns: that are read, in their order.
        rules: attribute of `Feed` → what it says: its law, who a row is about, what happened.
        decisions: attribute of `Feed`, whether in `rules` or not → what a person has to decide about it.
    """

    name: str
    row_is: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: Mapping[str, object] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)

    def only_with(self, present: Iterable[str]) -> "Known":
        """What is left of it where a sample has these columns only?"""
        there = set(present)
        left = {name: _left_of(name, rule, there) for name, rule in self.rules.items()}
        rules = {name: rule for name, rule in left.items() if rule is not None and rule != ()}
        return replace(self, columns=tuple(one for one in self.columns if one.name in there), rules=rules)

    def judged(self) -> tuple[Judged, ...]:
        """What is told of its columns, as of others that were judged by their values?"""
        return tuple(
            Judged(name=one.name, kind=one.kind, formats=one.formats, codes=one.codes, is_personal=one.is_personal)
            for one in self.columns
        )


_NAMES_A_COLUMN = ("version_column", "part2_column", "merged_into", "merged_from")
"""Attributes of `Feed` that are the name of a column."""


def _left_of(name: str, rule: object, there: set[str]) -> object:
    """What is left of a rule where only these columns are there? None where nothing is."""
    if name in _NAMES_A_COLUMN:
        return rule if rule in there else None
    if isinstance(rule, str):
        return rule
    if isinstance(rule, tuple):
        return tuple(left for one in rule if (left := _left_of("", one, there)) is not None)
    if isinstance(rule, PersonRule):
        gone = {field: None for field, value in vars(rule.fields).items() if _read_by(value) - there}
        if gone.keys() & {"first_name", "last_name", "full_name"}:
            return None
        rule = replace(rule, fields=replace(rule.fields, **gone))
    return None if _read_by(rule) - there else rule


def _read_by(rule: object) -> set[str]:
    """Which columns does a rule, or a field of a person, read?"""
    if isinstance(rule, str):
        return {rule}
    if isinstance(rule, Quality | FullName):
        return {rule.column}
    columns = getattr(rule, "columns", None)
    return set(columns()) if callable(columns) else set()
