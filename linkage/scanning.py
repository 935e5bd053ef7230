"""How are all candidate pairs compared without ever being held? Chunk by chunk of blocks, over threads.

What a chunk is follows from the blocks alone, and chunks are gathered in their order, so that the number of threads
changes nothing. Memory grows with records and kept pairs, never with candidate pairs.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from linkage.blocking import BlockingPlan
from linkage.comparisons import NO_BITS, kernel_arrays, scratch
from linkage.encoding import EncodedTable
from linkage.grouping import count_words
from linkage.kernel import compare_blocks

T = TypeVar("T")

CHUNK_PAIRS = 250_000
"""Pairs of a chunk, about: 30 ms of work, 4 MB of patterns."""

CHUNKS_AHEAD = 2
"""Chunks per thread that are begun before the oldest is asked for."""


@dataclass(frozen=True)
class Chunk:
    """Which blocks of which rule are compared together? `count`: pairs at most."""

    rule: int
    first: int
    last: int
    count: int


@dataclass(frozen=True)
class ComparedPairs:
    """Which pairs of how many were found? left < right; `pattern` as linkage.comparisons packs levels."""

    left: np.ndarray
    right: np.ndarray
    pattern: np.ndarray
    rule: int
    compared_count: int


def thread_count() -> int:
    """How many threads are of use here?"""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunks_of(plan: BlockingPlan) -> list[Chunk]:
    """Which chunks make up all blocks of all rules?"""
    answer = []
    for rule, blocks in enumerate(plan.blocks):
        total = np.cumsum(blocks.pair_counts)
        if not len(total):
            continue
        cuts = np.searchsorted(total, np.arange(CHUNK_PAIRS, total[-1], CHUNK_PAIRS)) + 1
        edges = np.unique(np.concatenate([[0], cuts, [len(total)]]))
        counts = np.diff(np.concatenate([[0], total[edges[1:] - 1]]))
        answer += [Chunk(rule, int(a), int(b), int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)]
    return answer


def _compare_chunk(
    table: EncodedTable, plan: BlockingPlan, chunk: Chunk, bits: np.ndarray, cut: float
) -> ComparedPairs:
    """Which pairs of this chunk may weigh at least `cut`?"""
    blocks = plan.blocks[chunk.rule]
    left, right = np.empty(chunk.count, dtype=np.int32), np.empty(chunk.count, dtype=np.int32)
    pattern = np.empty(chunk.count, dtype=np.int64)
    largest = int(np.diff(blocks.starts[chunk.first : chunk.last + 1]).max(initial=0))
    count, compared = compare_blocks(
        table.rows, plan.keys, chunk.rule, blocks.order, blocks.starts, chunk.first, chunk.last,
        *kernel_arrays(table), *scratch(largest, chunk.rule), bits, cut, left, right, pattern,
    )  # fmt: skip
    return ComparedPairs(left[:count], right[:count], pattern[:count], chunk.rule, compared)


def _in_order(work: list[Callable[[], object]], threads: int) -> Iterator:
    """What does each piece of work give, in order, done by this many threads?"""
    if threads == 1:
        yield from (piece() for piece in work)
        return
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for piece in work:
            waiting.append(pool.submit(piece))
            if len(waiting) >= threads * CHUNKS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def scan(
    table: EncodedTable,
    plan: BlockingPlan,
    bits: np.ndarray,
    cut: float,
    finish: Callable[[ComparedPairs], T],
    tell: Callable[[float], None],
    threads: int | None = None,
) -> Iterator[T]:
    """What does `finish` make of the pairs of each chunk that may weigh at least `cut`? In the order of the chunks.

    Args:
        table: the nodes.
        plan: the blocks whose pairs are compared.
        bits: what each level adds at most, LEVEL_SLOTS per comparison.
        cut: bits; pairs that cannot reach it are dropped.
        finish: works on one chunk's pairs, in a thread of its own.
        tell: told the share of pairs done, 0 to 1.
        threads: how many; all cores by default.
    """
    chunks = chunks_of(plan)
    work = [lambda chunk=chunk: finish(_compare_chunk(table, plan, chunk, bits, cut)) for chunk in chunks]
    total, done = max(sum(chunk.count for chunk in chunks), 1), 0
    for chunk, answer in zip(chunks, _in_order(work, threads or thread_count()), strict=True):
        done += chunk.count
        tell(done / total)
        yield answer


def sampled_plan(plan: BlockingPlan, every: int) -> BlockingPlan:
    """Which of these blocks stay if one in `every` is looked at? Chosen by their first node, so not by their order."""
    if every <= 1:
        return plan
    kept = []
    for rule, blocks in enumerate(plan.blocks):
        sizes = np.diff(blocks.starts)
        first = blocks.order[blocks.starts[:-1]].astype(np.uint64)
        is_kept = _spread(first + np.uint64(rule << 32)) % np.uint64(every) == 0
        order = blocks.order[np.repeat(is_kept, sizes)]
        starts = np.concatenate([[0], np.cumsum(sizes[is_kept])]).astype(np.int64)
        kept.append(type(blocks)(order, starts, blocks.key, blocks.purged_block_count, blocks.purged_record_count))
    return BlockingPlan(plan.rules, tuple(kept), plan.keys)


def _spread(nodes: np.ndarray) -> np.ndarray:
    """Which well-spread number stands for each node?"""
    word = nodes * np.uint64(0x9E3779B97F4A7C15)
    return (word ^ (word >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(20)


def count_patterns(
    table: EncodedTable, plan: BlockingPlan, tell: Callable[[float], None], threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Which patterns do the candidate pairs show, and how often? Sorted, so the order of the pairs does not matter."""

    def finish(found: ComparedPairs) -> tuple[np.ndarray, np.ndarray]:
        return count_words(found.pattern)

    parts = list(scan(table, plan, NO_BITS, -np.inf, finish, tell, threads))
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    patterns, inverse = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    counts = np.zeros(len(patterns), dtype=np.int64)
    np.add.at(counts, inverse, np.concatenate([part[1] for part in parts]))
    return patterns, counts
