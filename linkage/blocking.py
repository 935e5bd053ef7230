"""Which pairs of records are worth comparing?

A blocking rule names what two records must share. Several rules together bring almost every true pair together; a pair
belongs to the first rule that yields it. Blocks too large to tell people apart are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm
from recordlinkage.preprocessing import phonetic

from linkage.encoding import MISSING, Codes, EncodedTable, combine_codes, encode_table

LARGEST_BLOCK = 300
"""Nodes. A value shared by more (a shelter's telephone) gives 45,000 pairs and hardly tells people apart."""

PAIRS_PER_NODE = 30
"""Pairs per node that one rule may yield. Above it, the rule's largest blocks go first until it keeps the budget."""

SSN_DIGITS = 9
KeyFunction = Callable[[EncodedTable], Codes]


@dataclass(frozen=True)
class Blocks:
    """Which pairs did one rule yield, and what was left out?"""

    left: np.ndarray
    right: np.ndarray
    purged_block_count: int
    purged_record_count: int


def _sound(table: EncodedTable) -> Codes:
    """How does each surname sound (soundex), as a code?"""
    sounds = phonetic(pd.Series(table.names.vocabulary, dtype=object), "soundex") if len(table.names.vocabulary) else []
    by_name = np.append(pd.factorize(np.asarray(sounds, dtype=object), sort=True)[0], MISSING)
    return by_name[table.names.codes["last_name"]]


def _initial(table: EncodedTable) -> Codes:
    """With which letter does each first name begin?"""
    return table.names.initials[table.names.codes["first_name"]].astype(np.int64)


def _known(part: np.ndarray) -> Codes:
    """Which code stands for this part of a date? 0 means not known."""
    return np.where(part == 0, MISSING, part).astype(np.int64)


def _full_birth_date(table: EncodedTable) -> Codes:
    """Which code stands for each birth date, where all of it is known?"""
    return np.where(table.birth_date.day == 0, MISSING, table.birth_date.text.codes)


def _full_ssn(table: EncodedTable) -> Codes:
    """Which code stands for each SSN of nine digits?"""
    column = table.columns["ssn"]
    is_full = np.array([len(text) == SSN_DIGITS for text in column.vocabulary] + [False])
    return np.where(is_full[column.codes], column.codes, MISSING)


def _last_four(table: EncodedTable) -> Codes:
    """Which last four digits has each SSN?"""
    column = table.columns["ssn"]
    return np.array([int(text[-4:]) for text in column.vocabulary] + [MISSING])[column.codes]


def _both_names(table: EncodedTable) -> Codes:
    """Which two names, in whichever order, does each record bear?"""
    first, last = table.names.codes["first_name"], table.names.codes["last_name"]
    is_known = (first != MISSING) & (last != MISSING)
    low, high = (
        np.where(is_known, np.minimum(first, last), MISSING),
        np.where(is_known, np.maximum(first, last), MISSING),
    )
    return combine_codes(low, high)


class BlockingRule(BaseIndexAlgorithm):
    """Which records share what this rule asks for? A recordlinkage index algorithm.

    Args:
        name: of the rule, a column value in the results.
        sentence: what two records must share, for a reader.
        needs: fields that must hold values for the rule to be of use.
        key: gives one code per node; nodes of one code form a block, MISSING is in none.
    """

    def __init__(self, name: str, sentence: str, needs: tuple[str, ...], key: KeyFunction) -> None:
        super().__init__()
        self.name, self.sentence, self.needs, self.key = name, sentence, needs, key

    def applies_to(self, table: EncodedTable) -> bool:
        """Does the table have the fields this rule needs?"""
        return set(self.needs) <= table.fields

    def blocks(self, table: EncodedTable) -> Blocks:
        """Which pairs of nodes (left < right) does this rule yield?"""
        return pairs_within_blocks(self.key(table))

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        """Which pairs of normalised records does this rule yield? For recordlinkage.Index."""
        found = self.blocks(encode_table(df_a))
        codes = [found.right.astype(np.intp), found.left.astype(np.intp)]
        return pd.MultiIndex(levels=[df_a.index, df_a.index], codes=codes, verify_integrity=False)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        """Which pairs of one record of each table does this rule yield? For recordlinkage.Index."""
        found = self.blocks(encode_table(pd.concat([df_a, df_b], ignore_index=True)))
        is_across = (found.left < len(df_a)) & (found.right >= len(df_a))
        codes = [found.left[is_across].astype(np.intp), (found.right[is_across] - len(df_a)).astype(np.intp)]
        return pd.MultiIndex(levels=[df_a.index, df_b.index], codes=codes, verify_integrity=False)


BLOCKING_RULES = (
    BlockingRule("ssn", "same SSN", ("ssn",), _full_ssn),
    BlockingRule("birth_date", "same birth date", ("birth_date",), _full_birth_date),
    BlockingRule("name", "same first and last name, in either order", ("first_name", "last_name"), _both_names),
    BlockingRule("phone", "same telephone number", ("phone",), lambda t: t.codes("phone")),
    BlockingRule("email", "same e-mail address", ("email",), lambda t: t.codes("email")),
    BlockingRule("street_address", "same street address", ("street_address",), lambda t: t.codes("street_address")),
    BlockingRule(
        "surname_birth_year",
        "surnames sound alike, same birth year and first initial",
        ("last_name", "first_name", "birth_date"),
        lambda t: combine_codes(_sound(t), _known(t.birth_date.year), _initial(t)),
    ),
    BlockingRule(
        "surname_birth_month",
        "surnames sound alike, same birth year and month",
        ("last_name", "birth_date"),
        lambda t: combine_codes(_sound(t), _known(t.birth_date.year), _known(t.birth_date.month)),
    ),
    BlockingRule(
        "surname_birthday",
        "surnames sound alike, same day and month of birth",
        ("last_name", "birth_date"),
        lambda t: combine_codes(_sound(t), _known(t.birth_date.month), _known(t.birth_date.day)),
    ),
    BlockingRule(
        "first_name_birthday",
        "same first name, same day and month of birth",
        ("first_name", "birth_date"),
        lambda t: combine_codes(t.codes("first_name"), _known(t.birth_date.month), _known(t.birth_date.day)),
    ),
    BlockingRule(
        "first_name_birth_month",
        "same first name, same birth year and month",
        ("first_name", "birth_date"),
        lambda t: combine_codes(t.codes("first_name"), _known(t.birth_date.year), _known(t.birth_date.month)),
    ),
    BlockingRule(
        "first_name_surname_sound",
        "same first name, surnames sound alike",
        ("first_name", "last_name"),
        lambda t: combine_codes(t.codes("first_name"), _sound(t)),
    ),
    BlockingRule(
        "surname_initial_postcode",
        "same surname, first initial and postcode",
        ("last_name", "first_name", "postcode"),
        lambda t: combine_codes(t.codes("last_name"), _initial(t), t.codes("postcode")),
    ),
    BlockingRule(
        "first_name_postcode",
        "same first name, postcode and birth year",
        ("first_name", "postcode", "birth_date"),
        lambda t: combine_codes(t.codes("first_name"), t.codes("postcode"), _known(t.birth_date.year)),
    ),
    BlockingRule(
        "last_four_birth_year",
        "same last four digits of the SSN and same birth year",
        ("ssn", "birth_date"),
        lambda t: combine_codes(_last_four(t), _known(t.birth_date.year)),
    ),
    BlockingRule(
        "last_four_surname",
        "same last four digits of the SSN, surnames sound alike",
        ("ssn", "last_name"),
        lambda t: combine_codes(_last_four(t), _sound(t)),
    ),
)
"""All rules, in the order in which they own pairs. Those whose fields a table lacks are not used."""


def _largest_affordable(sizes: np.ndarray, node_count: int) -> int:
    """Which is the largest block that may stay? LARGEST_BLOCK, or less where the pairs would exceed the budget."""
    by_size = np.sort(sizes[sizes <= LARGEST_BLOCK]).astype(np.int64)
    total = np.cumsum(by_size * (by_size - 1) // 2)
    over = np.flatnonzero(total > PAIRS_PER_NODE * max(node_count, LARGEST_BLOCK))
    return int(by_size[over[0]]) - 1 if len(over) else LARGEST_BLOCK


def pairs_within_blocks(key: Codes) -> Blocks:
    """Which pairs of nodes share a code? left < right; blocks that are too large are purged and counted."""
    nodes = np.flatnonzero(key != MISSING)
    nodes = nodes[np.argsort(key[nodes], kind="stable")]
    _, start, sizes = np.unique(key[nodes], return_index=True, return_counts=True)
    limit = _largest_affordable(sizes, len(key))
    is_purged = sizes > limit
    kept = np.repeat(~is_purged & (sizes > 1), sizes)
    place = np.arange(len(nodes)) - np.repeat(start, sizes)
    later = np.where(kept, np.repeat(sizes, sizes) - 1 - place, 0)
    left_at = np.repeat(np.arange(len(nodes)), later)
    first = np.cumsum(later) - later
    right_at = left_at + 1 + np.arange(len(left_at)) - np.repeat(first, later)
    return Blocks(nodes[left_at], nodes[right_at], int(is_purged.sum()), int(sizes[is_purged].sum()))


@dataclass(frozen=True)
class CandidatePairs:
    """Which pairs are compared? left < right, sorted; `rule` is the place of the owning rule in `rules`.

    Attributes:
        report: one row per rule used: blocking_rule, sentence, pair_count, purged_block_count, purged_record_count.
    """

    left: np.ndarray
    right: np.ndarray
    rule: np.ndarray
    report: pd.DataFrame


def candidate_pairs(table: EncodedTable, rules: tuple[BlockingRule, ...] = BLOCKING_RULES) -> CandidatePairs:
    """Which pairs of nodes do the rules bring together, each pair once?"""
    used = [rule for rule in rules if rule.applies_to(table)]
    keys = np.empty(0, dtype=np.int64)
    owners = np.empty(0, dtype=np.int8)
    rows = []
    for number, rule in enumerate(used):
        found = rule.blocks(table)
        new = found.left.astype(np.int64) * table.size + found.right
        keys = np.concatenate([keys, new])
        owners = np.concatenate([owners, np.full(len(new), number, dtype=np.int8)])
        keys, first = np.unique(keys, return_index=True)
        owners = owners[first]
        rows.append([rule.name, rule.sentence, found.purged_block_count, found.purged_record_count])
    counts = np.bincount(owners, minlength=len(used))[: len(used)]
    report = pd.DataFrame(rows, columns=["blocking_rule", "sentence", "purged_block_count", "purged_record_count"])
    report.insert(2, "pair_count", counts.astype(np.int64))
    size = max(table.size, 1)
    return CandidatePairs((keys // size).astype(np.int64), (keys % size).astype(np.int64), owners, report)
