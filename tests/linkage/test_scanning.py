"""Are exactly the candidate pairs compared, each once, whatever the threads and chunks?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

import jellyfish
import numpy as np
import pandas as pd
import pytest

from linkage import blocking, scanning, scoring
from linkage.blocking import BLOCKING_RULES, BlockingPlan, make_blocks, plan_blocks, rule_on
from linkage.comparisons import NO_BITS
from linkage.encoding import EncodedTable, encode_table
from linkage.flow import score_candidates
from linkage.model import starting_model
from linkage.normalize import normalize_table
from linkage.scanning import count_patterns, sampled_plan, scan
from linkage.scoring import make_scorer
from tests.linkage import reference
from tests.linkage.reference import Row, joined, normal_rows
from tests.linkage.test_kernel import rich_town

TOWN = rich_town(1200, 8)
ROWS = normal_rows(TOWN)
TABLE = encode_table(normalize_table(TOWN))
PLAN = plan_blocks(TABLE)

Found = dict[tuple[int, int], tuple[int, int]]
"""By pair of nodes: rule and pattern."""


def quiet(share: float) -> None:
    assert 0.0 <= share <= 1.0


def sound(name: str | None) -> str | None:
    return jellyfish.soundex(joined(name)) if name else None


def either_order(one: str | None, other: str | None) -> tuple | None:
    return tuple(sorted((one, other))) if one and other else None


def part_of_date(row: Row, part: int) -> str | None:
    parts = (row["birth_date"] or "").split("-")
    return parts[part] if len(parts) > part and parts[part] else None


READ: dict[str, Callable[[Row], object]] = {
    "ssn": lambda row: row["ssn"] if row["ssn"] and len(row["ssn"]) != 4 else None,
    "birth_date": lambda row: row["birth_date"] if row["birth_date"] and len(row["birth_date"]) == 10 else None,
    "first_name": lambda row: joined(row["first_name"]),
    "middle_name": lambda row: joined(row["middle_name"]),
    "last_name": lambda row: joined(row["last_name"]),
    "names": lambda row: either_order(joined(row["first_name"]), joined(row["last_name"])),
    "initial": lambda row: row["first_name"][0] if row["first_name"] else None,
    "sound": lambda row: sound(row["last_name"]),
    "sounds": lambda row: either_order(sound(row["first_name"]), sound(row["last_name"])),
    "birth_year": lambda row: part_of_date(row, 0),
    "birth_month": lambda row: part_of_date(row, 1),
    "birth_day": lambda row: part_of_date(row, 2),
    "email_local": lambda row: row["email"].split("@")[0] if row["email"] else None,
    "last_four": lambda row: row["ssn"][-4:] if row["ssn"] else None,
}
"""What two records must share, from their texts; fields not named here stand for themselves."""


def key_of(row: Row, part: str) -> object:
    return READ[part](row) if part in READ else row[part]


def blocks_of(rows: list[Row], rule: blocking.BlockingRule) -> list[list[int]]:
    """Which rows share what the rule asks for?"""
    blocks: dict[tuple, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        key = tuple(key_of(row, part) for part in rule.parts)
        if None not in key:
            blocks[key].append(place)
    return list(blocks.values())


def purged(blocks: list[list[int]], budget: int | None) -> list[list[int]]:
    """Which blocks are too large, or go because the rule yields too many pairs?"""
    small = [block for block in blocks if len(block) <= blocking.LARGEST_BLOCK]
    while budget is not None and sum(len(block) * (len(block) - 1) // 2 for block in small) > budget:
        largest = max(map(len, small))
        small = [block for block in small if len(block) < largest]
    return [block for block in blocks if block not in small]


def owned_by_brute_force(rows: list[Row], plan: BlockingPlan, budget: int | None) -> dict[tuple[int, int], int]:
    """Which rule brings each pair first? All pairs of all blocks, rule after rule."""
    owner: dict[tuple[int, int], int] = {}
    for number, rule in enumerate(plan.rules):
        blocks = blocks_of(rows, rule)
        gone = purged(blocks, budget)
        for block in blocks:
            if block not in gone:
                for pair in itertools.combinations(block, 2):
                    owner.setdefault(pair, number)
    return owner


def compared(table: EncodedTable, plan: BlockingPlan, threads: int | None = None) -> Iterator[tuple]:
    """Which pairs are compared, in the order in which they come: left, right, rule, pattern."""
    for chunk in scan(table, plan, NO_BITS, -np.inf, lambda found: found, quiet, threads):
        assert len(chunk.left) == chunk.compared_count
        for left, right, pattern in zip(chunk.left, chunk.right, chunk.pattern, strict=True):
            yield int(left), int(right), chunk.rule, int(pattern)


@pytest.fixture(scope="module")
def pairs() -> list[tuple]:
    return list(compared(TABLE, PLAN, 1))


def test_every_candidate_pair_is_compared_once_by_the_first_rule_that_brings_it(pairs: list[tuple]) -> None:
    expected = owned_by_brute_force(ROWS, PLAN, blocking.pair_budget(len(ROWS)))
    assert len({pair[:2] for pair in pairs}) == len(pairs)
    assert all(left < right for left, right, *_ in pairs)
    assert {pair[:2]: pair[2] for pair in pairs} == expected
    assert {rule.name for rule in PLAN.rules} == {rule.name for rule in BLOCKING_RULES}


def test_a_budget_takes_the_largest_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "PAIRS_PER_NODE", 1)
    monkeypatch.setattr(blocking, "LARGEST_BLOCK", 40)
    plan = plan_blocks(TABLE)
    budget = blocking.pair_budget(len(ROWS))
    assert {pair[:2]: pair[2] for pair in compared(TABLE, plan)} == owned_by_brute_force(ROWS, plan, budget)
    counted = [(blocks.purged_block_count, blocks.purged_record_count) for blocks in plan.blocks]
    gone = [purged(blocks_of(ROWS, rule), budget) for rule in plan.rules]
    assert counted == [(len(blocks), sum(map(len, blocks))) for blocks in gone]
    assert sum(count for count, _ in counted) > 10
    assert all(blocks.pair_counts.sum() <= budget for blocks in plan.blocks)


def test_rules_asked_for_by_name_have_no_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "PAIRS_PER_NODE", 0)
    plan = plan_blocks(TABLE, (rule_on("postcode"), rule_on("sound")))
    assert {pair[:2]: pair[2] for pair in compared(TABLE, plan)} == owned_by_brute_force(ROWS, plan, None)


def test_blocks_that_are_too_large_are_counted() -> None:
    found = make_blocks([np.repeat([0, 1, -1, 2], [301, 3, 400, 1])])
    assert (found.purged_block_count, found.purged_record_count, found.pair_counts.tolist()) == (1, 301, [3])
    assert found.order.tolist() == [301, 302, 303]
    assert len(set(found.key.tolist())) == len(found.key) - 2


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("chunk_pairs", [1, 997, 40_000])
def test_threads_and_chunks_change_nothing(
    threads: int, chunk_pairs: int, pairs: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_blocks(TABLE, (rule_on("postcode"), rule_on("birth_date"), rule_on("sound", "birth_year"))) \
        if chunk_pairs == 1 else PLAN  # fmt: skip
    expected = list(compared(TABLE, plan, 1)) if chunk_pairs == 1 else pairs
    monkeypatch.setattr(scanning, "CHUNK_PAIRS", chunk_pairs)
    assert len(scanning.chunks_of(plan)) > 2
    assert list(compared(TABLE, plan, threads)) == expected


def test_chunks_are_blocks_in_a_row() -> None:
    for rule, chunks in itertools.groupby(scanning.chunks_of(PLAN), key=lambda chunk: chunk.rule):
        listed = list(chunks)
        counts = PLAN.blocks[rule].pair_counts
        assert [chunk.first for chunk in listed] == [0, *(chunk.last for chunk in listed[:-1])]
        assert listed[-1].last == len(counts)
        assert [chunk.count for chunk in listed] == [counts[chunk.first : chunk.last].sum() for chunk in listed]


def test_a_table_without_candidate_pairs_is_scanned() -> None:
    alone = encode_table(normalize_table(TOWN.iloc[:1]))
    assert list(compared(alone, plan_blocks(alone))) == []
    assert [len(part) for part in count_patterns(alone, plan_blocks(alone), quiet)] == [0, 0]


@pytest.mark.parametrize("lowest", [-20.0, -6.6, 0.0, 1.2, 9.0, 15.0])
@pytest.mark.parametrize("households", [True, False])
def test_the_cut_loses_no_pair(
    households: bool, lowest: float, pairs: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without households nothing holds back a pair that a rare value lifts: the bound is as tight as it gets."""
    model = starting_model(TABLE.size)
    if not households:
        monkeypatch.setattr(scoring, "TERM_PRIOR_RECORDS", 1.0)
        model = replace(model, household_share=0.0)
    scorer = make_scorer(TABLE, model)
    left, right, rule, pattern = (np.array(values) for values in zip(*pairs, strict=True))
    weights = scorer.weigher.weigh(pattern, left)[0]
    kept = np.flatnonzero(weights >= lowest)
    kept = kept[np.lexsort((right[kept], left[kept]))]
    found = score_candidates(scorer, PLAN, lowest, quiet, 2)
    for name, values in {"left": left, "right": right, "rule": rule, "pattern": pattern, "weight": weights}.items():
        np.testing.assert_array_equal(getattr(found, name), values[kept], err_msg=name)
    np.testing.assert_array_equal(found.compared_by_rule, np.bincount(rule, minlength=len(PLAN.rules)))
    assert len(kept) > 100


def test_the_cut_saves_work() -> None:
    scorer = make_scorer(TABLE, starting_model(TABLE.size))
    bits, cut = scorer.weigher.highest_bits, 0.0 - scorer.weigher.prior_bits
    kept = sum(len(chunk.left) for chunk in scan(TABLE, PLAN, bits, cut, lambda found: found, quiet))
    assert kept < 0.2 * sum(1 for _ in compared(TABLE, PLAN))


def test_patterns_are_counted_as_they_come(pairs: list[tuple]) -> None:
    expected, counts = np.unique([pair[3] for pair in pairs], return_counts=True)
    for threads in (1, 3):
        found = count_patterns(TABLE, PLAN, quiet, threads)
        np.testing.assert_array_equal(found[0], expected)
        np.testing.assert_array_equal(found[1], counts)


@pytest.mark.parametrize("every", [2, 5])
def test_a_sample_of_blocks_is_even_and_always_the_same(every: int, pairs: list[tuple]) -> None:
    sample, again = sampled_plan(PLAN, every), sampled_plan(plan_blocks(TABLE), every)
    for one, other in zip(sample.blocks, again.blocks, strict=True):
        np.testing.assert_array_equal(one.order, other.order)
        np.testing.assert_array_equal(one.starts, other.starts)
    found = list(compared(TABLE, sample))
    assert set(found) < set(pairs)
    assert 0.6 / every < sample.pair_count / PLAN.pair_count < 1.5 / every
    blocks = sum(len(blocks.starts) - 1 for blocks in PLAN.blocks)
    assert sum(len(blocks.starts) - 1 for blocks in sample.blocks) / blocks == pytest.approx(1 / every, rel=0.2)
    whole = {tuple(b.order[s:e]) for b in PLAN.blocks for s, e in itertools.pairwise(b.starts)}
    assert {tuple(b.order[s:e]) for b in sample.blocks for s, e in itertools.pairwise(b.starts)} <= whole
    shares = pd.Series([p[3] >> 16 & 15 for p in found]).value_counts(normalize=True)
    expected = pd.Series([p[3] >> 16 & 15 for p in pairs]).value_counts(normalize=True)
    assert (shares - expected).abs().max() < 0.08  # birth dates agree as often in the sample as in all


def test_a_sample_of_all_is_all() -> None:
    assert sampled_plan(PLAN, 1) is PLAN


def test_slow_and_compiled_code_agree_on_what_was_scanned(pairs: list[tuple]) -> None:
    for left, right, _, pattern in pairs[:: max(len(pairs) // 3000, 1)]:
        expected = sum((compare(ROWS[left], ROWS[right]) + 1) << 4 * place
                       for place, compare in enumerate(reference.REFERENCE))  # fmt: skip
        assert pattern == expected
