"""What does the report draw, and how does one read it? Each picture with a caption, and the same facts in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from linkage.codes import MISSING
from linkage.comparisons import COMPARISONS
from linkage.explain import Explanation
from linkage.linked import Linked
from linkage.model import Model
from linkage.report import charts
from linkage.report.examples import Example
from linkage.scoring import probability_of, weight_of

MOST_BINS = 60
"""Columns that still look like columns; where weights are spread wider, a column takes several bits."""

LEAST_BITS_SHOWN = 0.005
"""Bits below which a term of a waterfall would be drawn as nothing."""

SIZE_GROUPS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 9), (10, 19), (20, 49), (50, None))
"""Records per person that share a column: lowest and highest."""

LONGEST_ID_SHOWN = 60
"""Characters of a record id."""


@dataclass(frozen=True)
class Picture:
    """What is one picture of the report? `svg` is ready to stand in a page."""

    title: str
    caption: str
    svg: str


def plain(name: str) -> str:
    """How is a name of a column or comparison read? SSN stays in capitals."""
    return "SSN" if name == "ssn" else name.replace("_", " ")


def short_id(record_id: object) -> str:
    """How is a record id shown, however long it is?"""
    text = str(record_id)
    return text if len(text) <= LONGEST_ID_SHOWN else f"{text[:LONGEST_ID_SHOWN]}…"


def _picture(name: str, title: str, caption: str, facts: str, svg: str) -> Picture:
    """How does a picture speak to those who do not see it? With its title, and its facts as a sentence."""
    opening = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" data-picture="{name}" viewBox='
    inside = f'><title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(facts)}</desc>'
    return Picture(title, caption, svg.replace("<svg viewBox=", opening, 1).replace(">", inside, 1))


# --- the whole linkage -----------------------------------------------------------------------------------------------


def weights_picture(linked: Linked) -> Picture:
    """How are the match weights of the candidate pairs spread, and where is the threshold?"""
    cut = weight_of(linked.threshold)
    bins = _wide_bins(linked.weight_histogram)
    apart = sum(count for _, high, count in bins if high <= cut)
    linking = sum(count for low, _, count in bins if low >= cut)
    crossed = sum(count for *_, count in bins) - apart - linking
    facts = f"Pairs below the line: {apart:,}; in the column it crosses: {crossed:,}; above it: {linking:,}."
    return _picture(
        "weights",
        "Match weights of the compared pairs",
        f"Pairs right of the line, at {cut:+.1f} bits (a match probability of {linked.threshold:g}), are links. The "
        "deeper the valley around the line, the less it matters where exactly it stands. How rare a shared value is "
        "does not count here.",
        facts,
        charts.histogram("weights", bins, cut),
    )


def _wide_bins(histogram: pd.DataFrame) -> list[tuple[float, float, int]]:
    """Which columns show this histogram, at most about MOST_BINS of them? (low, high, pairs); empty ones left out."""
    if histogram.empty:
        return []
    low = histogram["bin_low"].to_numpy()
    width = max(1, -(-len(low) // MOST_BINS))
    group = np.floor(low / width)
    groups, place = np.unique(group, return_inverse=True)
    counts = np.bincount(place, weights=histogram["pair_count"]).astype(np.int64)
    return [(float(g * width), float((g + 1) * width), int(n)) for g, n in zip(groups, counts, strict=True) if n]


def sizes_picture(linked: Linked) -> Picture:
    """How many people have how many records?"""
    sizes = linked.clusters["cluster_id"].value_counts().to_numpy()
    rows = []
    for low, high in SIZE_GROUPS:
        label = str(low) if low == high else f"{low}–{high}" if high else f"{low}+"
        rows.append((label, int(((sizes >= low) & (sizes <= (high or np.inf))).sum())))
    while len(rows) > 1 and not rows[-1][1]:
        rows.pop()
    facts = "; ".join(f"{label} records: {number:,} people" for label, number in rows) + "."
    largest = int(sizes.max(initial=0))
    return _picture(
        "sizes",
        "Records per person",
        f"Each column is the number of people with that many records. The most records of one person: {largest:,}.",
        facts,
        charts.columns("sizes", rows, "records per person", "people"),
    )


def curve_picture(curve: pd.DataFrame, threshold: float) -> Picture:
    """How good would the clusters be at other thresholds?"""
    labels = [f"{value:g}".removeprefix("0") for value in curve["threshold"]]
    lines = [(name, curve[name].tolist()) for name in ("precision", "recall")]
    lines.append(("F1", curve["f1"].tolist()))
    best = curve.loc[curve["f1"].idxmax()]
    facts = "; ".join(
        f"at {row.threshold:g} precision {row.precision:.4f}, recall {row.recall:.4f}, F1 {row.f1:.4f}"
        for row in curve.itertuples()
    )
    return _picture(
        "curve",
        "If the threshold were another",
        "Precision: share of the pairs in one cluster that are truly one person. Recall: share of the true pairs that "
        f"are in one cluster. F1 balances both. Shaded: the threshold in use, {threshold:g}. Best F1: {best['f1']:.4f} "
        f"at {best['threshold']:g}.",
        f"{facts}.",
        charts.curve("curve", labels, lines, curve["threshold"].tolist().index(threshold)),
    )


def level_pictures(model: Model) -> list[Picture]:
    """What does each level of each comparison say?"""
    pictures = []
    for comparison in COMPARISONS:
        shares = model.parameters[comparison.name]
        rows = list(zip(comparison.labels, shares.m, shares.u, shares.h, strict=True))[::-1]
        name = comparison.name.replace("_", "-")
        facts = "; ".join(
            f"{label}: one person {m:.3g}, chance {u:.3g}, household {h:.3g}, {np.log2(m / u):+.1f} bits"
            for label, m, u, h in rows
        )
        pictures.append(
            _picture(f"level-{name}", plain(comparison.name).capitalize() if comparison.name != "ssn" else "SSN", "",
                     f"{facts}.", charts.levels(f"level-{name}", rows))
        )  # fmt: skip
    return pictures


# --- one pair --------------------------------------------------------------------------------------------------------


def waterfall_picture(number: int, example: Example, found: Explanation, threshold: float) -> Picture:
    """How does the match weight of this pair come about?"""
    steps = waterfall_steps(found)
    missing = [plain(step.comparison) for step in found.steps if step.level == MISSING]
    caption = [
        f"Records {short_id(found.record_id_l)} and {short_id(found.record_id_r)}: {example.what}. "
        f"Match probability {_probability_words(found.total_bits)}."
    ]
    if missing:
        caption.append(f"Not known on one side: {', '.join(missing)}.")
    caption += [f"Contradiction: {sentence}." for sentence in found.conflicts]
    facts = "; ".join(f"{label} {bits:+.1f}" for label, bits in steps)
    return _picture(
        f"pair-{number}",
        example.title,
        " ".join(caption),
        f"{facts}; together {found.total_bits:+.1f} bits.",
        charts.waterfall(f"pair-{number}", steps, found.total_bits, weight_of(threshold)),
    )


def waterfall_steps(found: Explanation) -> list[tuple[str, float]]:
    """Which terms add up to this match weight? (what speaks, bits); what is missing on a side says nothing."""
    steps = [("any two records", found.prior_bits)]
    steps += [(f"{plain(step.comparison)}: {step.label}", step.bits) for step in found.steps if step.level != MISSING]
    rest = (("one household instead?", found.household_bits), ("contradictions", found.conflict_bits))
    return steps + [(label, bits) for label, bits in rest if abs(bits) >= LEAST_BITS_SHOWN]


def _probability_words(bits: float) -> str:
    """How is the probability of this weight written, never rounded to certainty?"""
    probability = float(probability_of(np.array([bits]))[0])
    if probability > 0.9999:
        return "above 0.9999"
    return "below 0.0001" if probability < 0.0001 else f"{probability:.4f}"


def shares_rows(model: Model) -> Sequence[tuple[str, str, float, float, float, float, float]]:
    """Which numbers stand behind the level pictures? Comparison, level, m, u, household, and the two weights."""
    return [
        (plain(c.name), label, m, u, h, float(np.log2(m / u)), float(np.log2(m / h)))
        for c in COMPARISONS
        for label, m, u, h in zip(c.labels, *(getattr(model.parameters[c.name], kind) for kind in "muh"), strict=True)
    ]
