"""How does a match weight come about, line by line? Levels in words, bits, and the running sum as a bar."""

from dataclasses import dataclass

from linkage import Explanation

BAR_BITS = 20
"""Bits that fill half of a bar: a factor of a million; more is cut."""
BAR_CELLS = 10
"""Signs of half a bar."""


@dataclass(frozen=True)
class Line:
    """What does one comparison contribute? Bits for (+) or against (-) one person; `total` is the sum so far."""

    comparison: str
    level: str
    bits: float
    total: float

    @property
    def bar(self) -> str:
        """Where does the sum stand? Against one person to the left of the middle, for it to the right."""
        cells = min(BAR_CELLS, round(abs(self.total) / BAR_BITS * BAR_CELLS))
        against, forth = ("-" * cells, "") if self.total < 0 else ("", "+" * cells)
        return f"{against:>{BAR_CELLS}}|{forth:<{BAR_CELLS}}"


def lines_of(found: Explanation) -> list[Line]:
    """Which lines add up to the match weight? What contributes nothing is left out."""
    steps = [("any two records", "before anything is compared", found.prior_bits)]
    steps += [(step.comparison.replace("_", " "), step.label, step.bits) for step in found.steps]
    steps.append(("household", "two people of one household would explain it as well", found.household_bits))
    steps.append(("contradictions", "; ".join(found.conflicts), found.conflict_bits))
    lines, total = [], 0.0
    for comparison, level, bits in steps:
        total += bits
        if abs(bits) >= 0.05 or comparison == steps[0][0]:
            lines.append(Line(comparison, level, round(bits, 1), round(total, 1)))
    return lines
