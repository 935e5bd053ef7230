"""What does the run report draw, and how does one read it? Five pictures, each from a run's counts alone.

A picture comes with a caption that says how to read it, and with the same facts in words for those who do not see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from pipeline.contract.outreach_list import RunFigures
from pipeline.publish import charts, view

MOST_BARS = 9  # of quarantine; what is left goes into one more bar
MOST_BINS = 36  # columns of 8 units are the narrowest that still look like columns

# Records per person from here on share a column: (lowest, highest, what is written under it).
_WIDE_SIZES = ((5, 9, "5–9"), (10, 19, "10–19"), (20, 49, "20–49"), (50, None, "50+"))


@dataclass(frozen=True)
class Picture:
    """What is one picture of the report? `caption` says how to read it, `svg` is ready to stand in a page."""

    name: str
    title: str
    caption: str
    svg: str


def pictures_of(figures: RunFigures, titles: Mapping[str, str]) -> tuple[Picture, ...]:
    """What does the report draw? In the order of the road a record walks.

    Args:
        figures: what the run counted.
        titles: agency → what people call it; an agency without one is called by its name.
    """
    return (
        _road(figures.stages),
        _quarantine(figures.quarantine, titles),
        _weights(figures),
        _cluster_sizes(figures.cluster_sizes),
        _points(figures.points, figures.line_points),
    )


def _road(stages: Mapping[str, int]) -> Picture:
    rows = [(view.sentence_case(view.plain(stage)), number) for stage, number in stages.items()]
    return picture_of(
        "road",
        "The road: how many are left after each step",
        "Read from top to bottom: each bar is what is left after that step, drawn to one scale.",
        rows,
        charts.bars("road", rows),
    )


def _quarantine(quarantine: tuple[tuple[str, str, str, int], ...], titles: Mapping[str, str]) -> Picture:
    rows = [
        (f"{titles.get(agency, view.plain(agency))}, {view.plain(feed)}: {view.plain(fault)}", number)
        for agency, feed, fault, number in quarantine
    ]
    shown, rest = rows[:MOST_BARS], rows[MOST_BARS:]
    if rest:
        shown = [*shown, (f"{len(rest)} further kinds together", sum(number for _, number in rest))]
    return picture_of(
        "quarantine",
        "Rows set aside: where they came from, and why",
        "Each bar is the number of rows of one feed set aside for one reason; nothing in them was used."
        if rows
        else "No row was set aside in this run.",
        shown,
        charts.bars("quarantine", shown or [("Rows set aside", 0)]),
    )


def _weights(figures: RunFigures) -> Picture:
    cut = figures.threshold_weight
    apart = sum(count for _, high, count in figures.weight_histogram if high <= cut)
    linked = sum(count for low, _, count in figures.weight_histogram if low >= cut)
    crossed = sum(count for _, _, count in figures.weight_histogram) - apart - linked
    # Rounded down, so that a threshold just short of certainty never reads as 100 %.
    percent = int(figures.threshold_probability * 1000) / 10
    return picture_of(
        "weights",
        "Match weights: which pairs of records count as one person",
        f"Pairs right of the line, at {cut:.1f} bits (a match probability of {percent:g} %), are linked: the further "
        "left a pair, the surer it is two people, and each step up the side is ten times more pairs.",
        [("Pairs below the line", apart), ("in the bar it crosses", crossed), ("above it", linked)],
        charts.histogram(
            "weights",
            figures.weight_histogram,
            (cut, f"linked from\n{cut:.1f} bits"),
            "Match weight, in bits",
            "Pairs of records",
            is_log=True,
        ),
    )


def _cluster_sizes(sizes: Mapping[int, int]) -> Picture:
    rows = _size_groups(sizes)
    return picture_of(
        "clusters",
        "Records per person",
        "Each column is the number of people known through that many records; a few people with very many records can "
        "mean that records of different people were joined.",
        rows,
        charts.columns("clusters", rows, "Records per person", "People"),
    )


def _size_groups(sizes: Mapping[int, int]) -> list[tuple[str, int]]:
    """How many people have 1 to 4, 5–9, 10–19, 20–49 and 50+ records? Up to the largest group that has anyone."""
    groups = [(str(size), sizes.get(size, 0)) for size in range(1, 5)]
    for low, high, label in _WIDE_SIZES:
        groups.append((label, sum(n for size, n in sizes.items() if size >= low and (high is None or size <= high))))
    last = max((place for place, (_, number) in enumerate(groups) if number), default=0)
    return groups[: last + 1]


def _points(points: Mapping[int, int], line: int | None) -> Picture:
    bins = _point_bins(points, line)
    on_side = sum(number for worth, number in points.items() if line is not None and worth >= line)
    people = sum(points.values())
    return picture_of(
        "points",
        "Points of everyone who has any",
        f"People right of the line have at least the {view.count_of(line, 'point', 'points')} of the last entry on the "
        "list; some of them wait all the same when their team has no room left."
        if line is not None
        else "The list is empty, so no line is drawn.",
        [("People below the line", people - on_side), ("people at or above it", on_side)],
        charts.histogram(
            "points",
            bins,
            (line - 0.5, f"last entry:\n{view.count_of(line, 'point', 'points')}") if line is not None else None,
            "Points",
            "People",
        ),
    )


def _point_bins(points: Mapping[int, int], line: int | None) -> list[tuple[float, float, int]]:
    """How are points grouped into columns? As many to a column as it takes, none of them astride the line.

    Returns:
        (low, high, people), each half a point below its first whole number to half a point below the next one's.
    """
    if not points:
        return []
    width = -(-(max(points) - min(points) + 1) // MOST_BINS)
    anchor = line if line is not None else min(points)
    counts: dict[int, int] = {}
    for worth, number in points.items():
        start = anchor + (worth - anchor) // width * width
        counts[start] = counts.get(start, 0) + number
    return [(start - 0.5, start + width - 0.5, counts[start]) for start in sorted(counts)]


def picture_of(name: str, title: str, caption: str, facts: Iterable[tuple[str, int]], svg: str) -> Picture:
    """How does a picture speak to those who do not see it? With its title, and its numbers as a sentence."""
    words = "; ".join(f"{label}: {number:,}" for label, number in facts)
    opening = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" data-picture="{name}" viewBox='
    inside = f'><title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(words)}.</desc>'
    spoken = svg.replace("<svg viewBox=", opening, 1).replace(">", inside, 1)
    return Picture(name, title, caption, spoken)
