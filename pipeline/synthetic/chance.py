"""Where do the dice come from? One steady stream of numbers per purpose, so that the same seed gives the same county.

Each purpose (people, histories, one feed) has a stream of its own, named by words: dropping in a new agency does not
change what the others deliver beyond the facts it takes over.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar
from zlib import crc32

import numpy as np

T = TypeVar("T")

BLOCK = 8192  # numbers drawn at once: a single numpy draw costs as much as a hundred of these


class Weighted(Generic[T]):
    """Which of several things, each as often as its weight says? Weights are relative and above 0."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.items = tuple(weights)
        self._upto = tuple(accumulate(weights.values()))
        self.total = self._upto[-1] if self._upto else 0.0
        self._known = frozenset(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self._known

    def at(self, share: float) -> T:
        """Which item lies at this share (0 to 1) of the total weight?"""
        place = bisect_right(self._upto, share * self.total)
        return self.items[min(place, len(self.items) - 1)]


class Chance:
    """What does chance say? A stream of numbers that follows from a seed and a purpose."""

    def __init__(self, seed: int, *purpose: str) -> None:
        self._source = np.random.default_rng([seed, *(crc32(word.encode()) for word in purpose)])
        self._ready: list[float] = []

    def number(self) -> float:
        """Which number from 0 up to (not including) 1 comes next?"""
        if not self._ready:
            self._ready = self._source.random(BLOCK).tolist()
        return self._ready.pop()

    def happens(self, rate: float) -> bool:
        """Does something happen that happens at this rate (0 to 1)?"""
        return self.number() < rate

    def whole(self, low: int, high: int) -> int:
        """Which whole number from low to high, both included?"""
        return low + int(self.number() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        """Which number from low to high, all equally likely?"""
        return low + self.number() * (high - low)

    def pick(self, items: Sequence[T]) -> T:
        """Which item, all equally likely?"""
        return items[int(self.number() * len(items))]

    def draw(self, table: Weighted[T]) -> T:
        """Which item, by the table's weights?"""
        return table.at(self.number())

    def waiting(self, mean: float) -> float:
        """How long until the next of things that come independently, `mean` apart?"""
        return -math.log(1.0 - self.number()) * mean

    def count(self, mean: float) -> int:
        """How many of things that come independently, `mean` on average (Poisson)? Meant for means below 50."""
        limit, product, found = math.exp(-mean), self.number(), 0
        while product > limit:
            product *= self.number()
            found += 1
        return found

    def digits(self, count: int) -> str:
        """Which text of so many digits?"""
        return f"{int(self.number() * 10**count):0{count}d}"

    def some(self, items: Iterable[T], rate: float) -> list[T]:
        """Which of the items, each kept at this rate?"""
        return [item for item in items if self.happens(rate)]
