"""Which pairs of records are worth comparing?

A blocking rule names what two records must share. Several rules together bring almost every true pair together; a pair
belongs to the first rule that yields it. Blocks too large to tell people apart are left out, and counted. Pairs are
never listed here: a rule gives blocks, and linkage.scanning walks through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jellyfish
import numpy as np

from linkage.codes import MISSING, Codes
from linkage.encoding import EncodedTable
from linkage.grouping import group_by, rows_by_group
from linkage.normalize import FIELDS

LARGEST_BLOCK = 300
"""Nodes. A value shared by more (a shelter's telephone) gives 45,000 pairs and hardly tells people apart."""

PAIRS_PER_NODE = 30
NODES_AT_FULL_BUDGET = 100_000
PAIRS_PER_FURTHER_NODE = 5
"""Pairs per node that one of the default rules may yield; fewer per node in larger tables, where a value that many
share tells people apart less. Above it, the rule's largest blocks go first until it keeps the budget."""


FULL_DATE = len("YYYY-MM-DD")
SSN_DIGITS = 9


def _sounds(table: EncodedTable, name: str) -> Codes:
    """How does each name sound (soundex), as a number that is the same in every column?"""
    column = table.columns[name]
    sounds = [jellyfish.soundex(text.replace(" ", "")) for text in column.values.to_pylist()]
    return column.by_value(np.array([_sound_number(sound) for sound in sounds], dtype=np.int64), MISSING)


def _sound_number(sound: str) -> int:
    """Which number stands for this sound? Letter and three digits; letters of other scripts by their code point."""
    return ord(sound[0]) * 1000 + int(sound[1:4]) if sound[1:4].isdigit() else MISSING


def _sound(table: EncodedTable) -> Codes:
    """How does each surname sound?"""
    return _sounds(table, "last_name")


def _sound_set(table: EncodedTable) -> Codes:
    """How do first and last name sound, in whichever order?"""
    first, last = _sounds(table, "first_name"), _sounds(table, "last_name")
    pair = np.minimum(first, last) << 32 | np.maximum(first, last)
    return np.where((first == MISSING) | (last == MISSING), MISSING, pair)


def _text(name: str) -> Callable[[EncodedTable], Codes]:
    """Which function gives the code of each node's name, written in one word?"""
    return lambda table: table.text_codes(name).astype(np.int64) - np.int64(1)


def _initial(table: EncodedTable) -> Codes:
    """With which letter does each first name begin?"""
    prefix = table.texts.prefixes[table.text_codes("first_name")] & np.uint64(63)
    return prefix.astype(np.int64) - 1


def _known(part: np.ndarray) -> Codes:
    """Which code stands for this part of a date? 0 means not known."""
    return np.where(part == 0, MISSING, part).astype(np.int64)


def _full_birth_date(table: EncodedTable) -> Codes:
    """Which code stands for each birth date, where all of it is known?"""
    column = table.columns["birth_date"]
    is_full = np.array([len(text) == FULL_DATE for text in column.values.to_pylist()], dtype=bool)
    return np.where(column.by_value(is_full), column.codes, MISSING).astype(np.int64)


def _full_ssn(table: EncodedTable) -> Codes:
    """Which code stands for each SSN that is more than its last four digits?"""
    column = table.columns["ssn"]
    is_full = np.array([len(text) != 4 for text in column.values.to_pylist()], dtype=bool)
    return np.where(column.by_value(is_full), column.codes, MISSING).astype(np.int64)


def _last_four(table: EncodedTable) -> Codes:
    """Which last four digits has each SSN?"""
    column = table.columns["ssn"]
    tails = [int(text[-4:]) if text[-4:].isdigit() and len(text) in (4, SSN_DIGITS) else MISSING
             for text in column.values.to_pylist()]  # fmt: skip
    return column.by_value(np.array(tails, dtype=np.int64), MISSING)


def _name_set(table: EncodedTable) -> Codes:
    """Which two names, in whichever order, does each record bear?"""
    first, last = (table.text_codes(name).astype(np.int64) for name in ("first_name", "last_name"))
    pair = np.minimum(first, last) << 32 | np.maximum(first, last)
    return np.where((first == 0) | (last == 0), MISSING, pair)


@dataclass(frozen=True)
class KeyPart:
    """What is one thing two records must share? `codes` gives one code per node, MISSING where it is not known."""

    sentence: str
    needs: tuple[str, ...]
    codes: Callable[[EncodedTable], Codes]


def _field(name: str) -> KeyPart:
    """Which part asks for the same value of this field?"""
    return KeyPart(name.replace("_", " "), (name,), lambda table: table.codes(name).astype(np.int64))


def _derived(sentence: str, field: str, name: str) -> KeyPart:
    """Which part asks for the same value of something derived from this field?"""
    return KeyPart(sentence, (field,), lambda table: table.codes(name).astype(np.int64))


KEY_PARTS: dict[str, KeyPart] = {name: _field(name) for name in FIELDS} | {
    "ssn": KeyPart("SSN", ("ssn",), _full_ssn),
    "birth_date": KeyPart("birth date", ("birth_date",), _full_birth_date),
    "first_name": KeyPart("first name", ("first_name",), _text("first_name")),
    "middle_name": KeyPart("middle name", ("middle_name",), _text("middle_name")),
    "last_name": KeyPart("surname", ("last_name",), _text("last_name")),
    "names": KeyPart("first and last name, in either order", ("first_name", "last_name"), _name_set),
    "initial": KeyPart("first initial", ("first_name",), _initial),
    "sound": KeyPart("sound of the surname", ("last_name",), _sound),
    "sounds": KeyPart("sound of first and last name, in either order", ("first_name", "last_name"), _sound_set),
    "birth_year": KeyPart("birth year", ("birth_date",), lambda table: _known(table.dates.year)),
    "birth_month": KeyPart("birth month", ("birth_date",), lambda table: _known(table.dates.month)),
    "birth_day": KeyPart("birth day of the month", ("birth_date",), lambda table: _known(table.dates.day)),
    "house_number": _derived("house number", "street_address", "house_number"),
    "street_name": _derived("street", "street_address", "street_name"),
    "email_local": _derived("e-mail name before the @", "email", "email_local"),
    "last_four": KeyPart("last four digits of the SSN", ("ssn",), _last_four),
}
"""What a blocking rule may ask for, by name: every field, and what follows from fields."""


@dataclass(frozen=True)
class BlockingRule:
    """What must two records share to be compared? All of `parts`, names of KEY_PARTS."""

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        """Are these parts known?"""
        unknown = [part for part in self.parts if part not in KEY_PARTS]
        if unknown or not self.parts:
            raise ValueError(f"a blocking rule cannot ask for [{', '.join(unknown)}]; known: {', '.join(KEY_PARTS)}")

    @property
    def name(self) -> str:
        """What is the rule called in results?"""
        return "+".join(self.parts)

    @property
    def sentence(self) -> str:
        """What must two records share, for a reader?"""
        return "same " + ", ".join(KEY_PARTS[part].sentence for part in self.parts)

    @property
    def needs(self) -> frozenset[str]:
        """Which fields must hold values for the rule to be of use?"""
        return frozenset(field for part in self.parts for field in KEY_PARTS[part].needs)

    def applies_to(self, table: EncodedTable) -> bool:
        """Does the table have the fields this rule needs?"""
        return self.needs <= table.fields


def rule_on(*parts: str) -> BlockingRule:
    """Which rule asks for all of these to be the same?

    >>> rule_on("last_name", "birth_date").sentence
    'same surname, birth date'
    """
    return BlockingRule(parts)


BLOCKING_RULES = (
    rule_on("ssn"),
    rule_on("birth_date"),
    rule_on("names"),
    rule_on("phone"),
    rule_on("email_local"),
    rule_on("street_address"),
    rule_on("sound", "birth_year", "initial"),
    rule_on("sound", "birth_year", "birth_month"),
    rule_on("sound", "birth_month", "birth_day"),
    rule_on("first_name", "birth_month", "birth_day"),
    rule_on("first_name", "birth_year", "birth_month"),
    rule_on("sounds"),
    rule_on("house_number", "street_name"),
    rule_on("house_number", "postcode"),
    rule_on("last_name", "postcode"),
    rule_on("last_name", "initial", "postcode"),
    rule_on("last_name", "initial", "city"),
    rule_on("first_name", "postcode"),
    rule_on("first_name", "postcode", "birth_year"),
    rule_on("sound", "birth_year"),
    rule_on("sound", "city"),
    rule_on("first_name", "birth_year"),
    rule_on("first_name", "city"),
    rule_on("last_four", "birth_year"),
    rule_on("last_four", "sound"),
)
"""All rules, in the order in which they own pairs. Those whose fields a table lacks are not used."""


@dataclass(frozen=True)
class Blocks:
    """Which blocks does one rule make, and what was left out?

    Attributes:
        order: nodes, block after block, ascending in each.  starts: where each block begins, and where the last ends.
        key: per node the number of its block; nodes in no block have a negative number of their own.
        largest_kept: nodes of the largest block that was kept.
    """

    order: np.ndarray
    starts: np.ndarray
    key: np.ndarray
    purged_block_count: int
    purged_record_count: int

    @property
    def pair_counts(self) -> np.ndarray:
        """How many pairs has each block?"""
        sizes = np.diff(self.starts)
        return sizes * (sizes - 1) // 2


def pair_budget(node_count: int) -> int:
    """How many pairs may one of the default rules yield in a table of this size?"""
    further = max(node_count - NODES_AT_FULL_BUDGET, 0)
    return PAIRS_PER_NODE * min(max(node_count, LARGEST_BLOCK), NODES_AT_FULL_BUDGET) + PAIRS_PER_FURTHER_NODE * further


def _largest_affordable(sizes: np.ndarray, budget: int | None) -> int:
    """Which is the largest block that may stay? LARGEST_BLOCK, or less where the pairs would exceed the budget."""
    by_size = np.sort(sizes[sizes <= LARGEST_BLOCK]).astype(np.int64)
    total = np.cumsum(by_size * (by_size - 1) // 2)
    over = np.flatnonzero(total > (np.inf if budget is None else budget))
    return int(by_size[over[0]]) - 1 if len(over) else LARGEST_BLOCK


def make_blocks(columns: list[Codes], budget: int | None = None) -> Blocks:
    """Which nodes share the codes of all these columns? Blocks that are too large are purged and counted.

    Args:
        columns: codes of the nodes, MISSING where there is none.
        budget: pairs at most; None for as many as there are.
    """
    group, count = group_by(columns, missing_counts=False)
    sizes = np.bincount(group[group >= 0], minlength=count).astype(np.int64)
    limit = _largest_affordable(sizes, budget)
    is_purged = sizes > limit
    is_kept = ~is_purged & (sizes > 1)
    order, starts = rows_by_group(group, count, is_kept)
    is_member = np.append(is_kept, False)[group]
    key = np.where(is_member, group, -1 - np.arange(len(group))).astype(np.int32)
    used = np.append(is_kept, True)
    return Blocks(order, starts[used], key, int(is_purged.sum()), int(sizes[is_purged].sum()))


@dataclass(frozen=True)
class BlockingPlan:
    """Which rules are used on this table, and which blocks do they make?

    Attributes:
        keys: nodes x rules, the block of each node under each rule; equal numbers only within one block.
    """

    rules: tuple[BlockingRule, ...]
    blocks: tuple[Blocks, ...]
    keys: np.ndarray

    @property
    def pair_count(self) -> int:
        """How many pairs have all blocks together? Pairs of several rules count several times."""
        return int(sum(blocks.pair_counts.sum() for blocks in self.blocks))


def plan_blocks(table: EncodedTable, rules: tuple[BlockingRule, ...] | None = None) -> BlockingPlan:
    """Which blocks do these rules make of this table? Rules whose fields the table lacks are left out.

    Args:
        table: the nodes.
        rules: asked for by name, so that they yield all they find but blocks above LARGEST_BLOCK; without them,
            BLOCKING_RULES, each held to its pair_budget.
    """
    used = tuple(rule for rule in (rules or BLOCKING_RULES) if rule.applies_to(table))
    budget = None if rules else pair_budget(table.size)
    parts = {part: KEY_PARTS[part].codes(table) for rule in used for part in rule.parts}
    blocks = tuple(make_blocks([parts[part] for part in rule.parts], budget) for rule in used)
    keys = np.stack([found.key for found in blocks], axis=1) if blocks else np.zeros((table.size, 1), dtype=np.int32)
    return BlockingPlan(used, blocks, np.ascontiguousarray(keys))
