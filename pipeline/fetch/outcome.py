"""What came of a fetch? Counts of files, and what a person has to know."""

from dataclasses import dataclass, replace
from typing import Self

from pipeline.contract.errors import SourceProblem


@dataclass(frozen=True)
class Outcome:
    """How many files are new, not whole yet, fetched before, not to be had, and none of the agency's?

    Attributes:
        problems: why files are not to be had; each counts in `failed`.
        notes: what went well and should be known all the same.
    """

    fetched: int = 0
    waiting: int = 0
    known: int = 0
    failed: int = 0
    other: int = 0
    problems: tuple[SourceProblem, ...] = ()
    notes: tuple[str, ...] = ()

    def plus(
        self,
        *,
        fetched: int = 0,
        waiting: int = 0,
        known: int = 0,
        failed: int = 0,
        problems: tuple[SourceProblem, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Self:
        """What came of it, with this on top?"""
        return replace(
            self,
            fetched=self.fetched + fetched,
            waiting=self.waiting + waiting,
            known=self.known + known,
            failed=self.failed + failed,
            problems=(*self.problems, *problems),
            notes=(*self.notes, *notes),
        )

    def then(self, later: Self) -> Self:
        """What came of two looks, the later of which saw what the first had fetched as known?"""
        return replace(later, fetched=self.fetched + later.fetched, known=later.known - self.fetched)
