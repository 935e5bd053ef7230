"""Which values make a row say what it should? The conditions of a declaration, read backwards.

A translation asks "does this value mean a crisis?"; here the question is "which value, as often as the agency really
uses it, means one?". Several demands may fall on one column; only values that meet all of them are drawn.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.contract.declaration import AllOf, AnyOf, Coded, Column, Condition, Feed, Kind, Matches, OneOf
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.witness import find_text_matching

RARELY = 1e-6  # weight of a value the declaration allows but does not call typical: drawn only where nothing else fits
UNNAMED = "OTHER"  # a value no mapping names, for codes that stand for "anything else"


@dataclass(frozen=True)
class NoneOf:
    """Does the column hold something, and none of these values?"""

    column: str
    values: tuple[str, ...]


Leaf = OneOf | Matches | NoneOf
Demand = tuple[Condition | NoneOf, bool]
"""A condition, and whether it must hold (True) or must not (False)."""


def holds(leaf: Leaf, value: str) -> bool:
    """Does a value meet a condition on its column? Trimmed and without regard to case, as declared."""
    text = value.strip()
    if isinstance(leaf, Matches):
        return re.search(leaf.pattern, text, re.IGNORECASE) is not None
    is_named = text.upper() in {named.upper() for named in leaf.values}
    return is_named if isinstance(leaf, OneOf) else bool(text) and not is_named


def coded_as(coded: Coded, code: str | None) -> Condition | NoneOf | None:
    """What must a column hold to be translated into a code of ours? None where the mapping has no way to say it."""
    if code is None:
        return OneOf(coded.column, ("",))
    names = tuple(name for name, ours in coded.mapping.items() if ours == code)
    if names:
        return OneOf(coded.column, names)
    return NoneOf(coded.column, tuple(coded.mapping)) if coded.otherwise == code else None


def leaves_of(condition: Condition | NoneOf) -> Iterator[Leaf]:
    """Which plain tests is a condition made of, each of which alone may decide?

    None of an `AllOf`: made-up rows meet one where it is demanded by itself, and never inside an either-or.
    """
    if isinstance(condition, AllOf):
        return
    if isinstance(condition, AnyOf):
        for part in condition.conditions:
            yield from leaves_of(part)
    else:
        yield condition


class Choices:
    """Which values can each column of a feed hold, and which of them meet what is asked?"""

    def __init__(self, feed: Feed) -> None:
        self._values = {column.name: _possible_values(column, feed) for column in feed.columns}
        self._found: dict[tuple[str, tuple[tuple[Leaf, bool], ...]], Weighted[str] | None] = {}
        self._solved: dict[tuple[Demand, ...], tuple[dict[str, tuple[tuple[Leaf, bool], ...]], list[Condition]]] = {}

    def table(self, column: str, demands: tuple[tuple[Leaf, bool], ...] = ()) -> Weighted[str] | None:
        """Which values of a column meet all demands, as often as is typical? None where none does."""
        place = (column, demands)
        if place not in self._found:
            fitting = {
                value: weight
                for value, weight in self._values[column].items()
                if all(holds(leaf, value) is truth for leaf, truth in demands)
            }
            self._found[place] = Weighted(fitting) if fitting else None
        return self._found[place]

    def about_share(self, condition: Condition) -> float:
        """Which share of typical rows meets a condition? Between 0 and 1; of one column for a plain condition."""
        shares = []
        for leaf in leaves_of(condition):
            everything, fitting = self.table(leaf.column), self.table(leaf.column, ((leaf, True),))
            shares.append(fitting.total / everything.total if fitting and everything else 0.0)
        return min(sum(shares), 1.0)

    def solve(self, demands: tuple[Demand, ...], chance: Chance) -> dict[str, Weighted[str]]:
        """From which values may each column be drawn so that the demands are met?

        Demands that contradict each other are settled in their order: an earlier one is never given up for a later.
        """
        if demands not in self._solved:
            self._solved[demands] = self._firm(demands)
        firm, either = self._solved[demands]
        if either:
            firm = dict(firm)
            for condition in either:
                self._choose_one(condition, firm, chance)
        tables = ((column, self.table(column, leaves)) for column, leaves in firm.items())
        return {column: table for column, table in tables if table is not None}

    def _firm(self, demands: tuple[Demand, ...]) -> tuple[dict[str, tuple[tuple[Leaf, bool], ...]], list[Condition]]:
        """Which demands leave no choice of column, by column, and which leave one?"""
        firm: dict[str, tuple[tuple[Leaf, bool], ...]] = {}
        either: list[Condition] = []
        whole = ((part, True) for condition, truth in demands if truth for part in _parts_of_all(condition))
        for condition, truth in (*demands, *whole):
            if truth and isinstance(condition, AnyOf):
                either.append(condition)
                continue
            for leaf in leaves_of(condition):
                wanted = (*firm.get(leaf.column, ()), (leaf, truth))
                if self.table(leaf.column, wanted) is not None:
                    firm[leaf.column] = wanted
        return firm, either

    def _choose_one(self, condition: Condition, firm: dict[str, tuple[tuple[Leaf, bool], ...]], chance: Chance) -> None:
        """Through which column does an either-or come true? As often as that column says so in typical rows."""
        options: dict[Leaf, float] = {}
        for leaf in leaves_of(condition):
            before = firm.get(leaf.column, ())
            fitting, everything = self.table(leaf.column, (*before, (leaf, True))), self.table(leaf.column, before)
            if fitting is not None and everything is not None:
                options[leaf] = fitting.total / everything.total
        if options:
            chosen = chance.draw(Weighted(options))
            firm[chosen.column] = (*firm.get(chosen.column, ()), (chosen, True))


def _parts_of_all(condition: Condition | NoneOf) -> tuple[Condition, ...]:
    """Which conditions must hold together, where all must?"""
    return condition.conditions if isinstance(condition, AllOf) else ()


def _possible_values(column: Column, feed: Feed) -> dict[str, float]:
    """Which values may a column hold, and how often? Typical ones first, then whatever the rules mention."""
    values: dict[str, float] = {value: float(weight) for value, weight in column.typical.items()}
    known = {value.upper() for value in values}

    def add(value: str) -> None:
        is_allowed = not column.codes or value in column.codes or value == ""
        if is_allowed and value.upper() not in known:
            known.add(value.upper())
            values[value] = RARELY

    for code in column.codes:
        add(code)
    for leaf in _leaves_on(feed, column.name):
        if isinstance(leaf, Matches):
            add((find_text_matching(leaf.pattern) or "").strip())  # where none is found, typical values must do
        else:
            for value in leaf.values:
                add(value if value in column.codes else _spelled(value, column))
    if column.kind in (Kind.TEXT, Kind.CODE):
        add(UNNAMED)
    if column.may_be_empty:
        add("")
    if not column.typical and column.codes:  # nothing is known to be typical: each code alike
        values = {value: 1.0 for value in values if value} or values
        if column.may_be_empty:
            values[""] = RARELY
    return values or {"": RARELY}


def _spelled(value: str, column: Column) -> str:
    """How does the column spell a value that a mapping names in capitals?"""
    return next((code for code in column.codes if code.upper() == value.upper()), value)


def _leaves_on(feed: Feed, column: str) -> Iterator[Leaf]:
    """Which plain tests does a feed make on a column, anywhere?"""
    conditions: list[Condition | NoneOf | None] = [feed.never_happened]
    if feed.person:
        conditions += [feed.person.about, feed.person.death and feed.person.death.when]
    for rule in feed.encounters:
        conditions += [getattr(rule, name) for name in rule.CONDITIONS]
        mapped = (getattr(rule, attribute) for attribute in rule.CODE_LISTS)
        conditions += [OneOf(coded.column, tuple(coded.mapping)) for coded in mapped if coded]
    for rule in feed.ends:
        conditions += [rule.only_if, rule.held_elsewhere]
        conditions += [OneOf(rule.release_code.column, tuple(rule.release_code.mapping))] if rule.release_code else []
    for rule in feed.conditions:
        conditions += [rule.only_if, *(Matches(rule.code_column, pattern) for pattern in rule.patterns.values())]
    if feed.consent:
        conditions += list(feed.consent.granted)
    conditions += [part for condition in conditions if condition for part in _parts_of_all(condition)]
    for condition in conditions:
        if condition is not None:
            yield from (leaf for leaf in leaves_of(condition) if leaf.column == column)
