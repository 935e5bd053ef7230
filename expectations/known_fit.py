"""Of which values is the answer known? Those found fit before: the answer depends on the value and the question alone.

Batch after batch of a delivery holds the same codes, flags and forms of text. Only values that keep a rule are
remembered, so what breaks one is looked at every time.
"""

from collections.abc import Iterable, Set
from typing import Any

MOST_OF_A_QUESTION = 20_000
"""Values remembered for one question: texts of a few hundred bytes, so some megabytes at most."""


def identity(value: Any) -> tuple[type, Any]:
    """What tells a value from all others? True, 1 and 1.0 are three, though Python takes them for the same."""
    return type(value), value


class KnownFit:
    """Which values were found to keep which rules, by the text of the question?"""

    def __init__(self) -> None:
        """Begin with knowing nothing."""
        self._fit: dict[str, set[tuple[type, Any]]] = {}

    def unknown(self, question: str, values: Iterable[Any]) -> list[Any]:
        """Of which of these values is the answer not known, each once and in their order?"""
        known = self._fit.get(question, frozenset())
        return [value for one, value in {identity(value): value for value in values}.items() if one not in known]

    def add(self, question: str, values: Iterable[Any], unfit: Set[tuple[type, Any]]) -> None:
        """Remember these values but for the unfit ones, as long as there are not too many."""
        known = self._fit.setdefault(question, set())
        for one in map(identity, values):
            if len(known) >= MOST_OF_A_QUESTION:
                return
            if one not in unfit:
                known.add(one)
