"""How is a linkage drawn? Waterfalls, levels, histograms and curves as small SVG pictures. Matplotlib lives here alone.

Each picture is about as wide as a phone, so that its letters stay readable there, and is the same bytes for the same
numbers. Letters stay letters (not outlines): small files, and the reader's own font. No value of a record comes here.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 4.0  # inches: 288 units, so that 10-unit letters are 12 px on a phone 390 px wide
UNITS = 72 * WIDTH
INK, MUTED, LINE, RULE = "#1A1F26", "#4A5563", "#B3420D", "#D5DBE3"
BLUE, GREY, BETWEEN, ORANGE, DARK = "#2B6CB0", "#A9B4C2", "#7A98BC", "#C05621", "#1F3A5F"
LABEL_LETTERS = 36
"""Letters of 10 units beside which a number still fits into the width."""

_LOOKS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "linkage",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
}


def waterfall(name: str, steps: Sequence[tuple[str, float]], total: float, cut: float) -> str:
    """How do terms add up to a match weight? One bar per term, each beginning where the one before it ends.

    Args:
        name: a word for the picture, unique on its page.
        steps: (what speaks, its bits), from top to bottom.
        total: the match weight, drawn as the last bar; bits.
        cut: the weight from which a pair is a link, drawn as a line; bits.
    """
    rows = [*steps, ("match weight", total)]
    labels = [textwrap.wrap(label, LABEL_LETTERS) for label, _ in rows]
    starts = [0.0]
    for _, bits in steps:
        starts.append(starts[-1] + bits)
    reached = [*starts, total, cut, 0.0]
    room = (max(reached) - min(reached)) * 0.04 or 1.0
    with _drawing():
        depth = sum(_depth(lines) + 20 for lines in labels)
        axes, save = _panel(name, depth, bottom=38, top=6)
        axes.set_ylim(depth, 0)
        axes.set_xlim(min(reached) - room, max(reached) + room)
        axes.axvline(0, color=MUTED, linewidth=0.8, zorder=0)
        axes.axvline(cut, color=LINE, linewidth=1.5, linestyle=(0, (4, 2)), zorder=0)
        y = 0.0
        for place, ((_, bits), lines) in enumerate(zip(rows, labels, strict=True)):
            is_total = place == len(steps)
            text_top, y = y, y + _depth(lines)
            _over(axes, 0.0, text_top + 1, "\n".join(lines), "left", "bold" if is_total else "normal")
            _over(axes, 1.0, text_top + 1, f"{bits:+.1f}", "right", "bold")
            start = 0.0 if is_total else starts[place]
            colour = DARK if is_total else BLUE if bits > 0 else ORANGE
            axes.barh(y + 6.5, bits, left=start, height=10, color=colour, zorder=2)
            if place < len(steps) - 1:
                next_top = y + 20 + _depth(labels[place + 1]) + 2
                axes.plot([starts[place + 1]] * 2, [y + 6.5, next_top], color=GREY, linewidth=0.8, zorder=1)
            y += 20
        axes.set_yticks([])
        axes.spines.left.set_visible(False)
        axes.set_xlabel(f"bits; broken line: linked from {cut:+.1f}")
        return save()


def levels(name: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """How often is each level reached? Per level the shares among one person, by chance and in a household.

    Args:
        name: a word for the picture, unique on its page.
        rows: (level, m, u, household), from top to bottom.
    """
    labels = [textwrap.wrap(label, LABEL_LETTERS) for label, *_ in rows]
    with _drawing():
        depth = sum(_depth(lines) + 22 for lines in labels)
        axes, save = _panel(name, depth, bottom=24, top=6, side=12)
        axes.set_ylim(depth, 0)
        lowest = min((min(shares) for _, *shares in rows), default=1e-3)
        axes.set_xscale("log")
        low = 10.0 ** math.floor(math.log10(lowest) - 0.2)
        axes.set_xlim(low, 1.35)
        y = 0.0
        for lines, (_, m, u, h) in zip(labels, rows, strict=True):
            bits = math.log2(m / u)
            _over(axes, 0.0, y + 1, "\n".join(lines), "left", "normal")
            _over(axes, 1.0, y + 1, f"{bits:+.1f} bits", "right", "bold")
            y += _depth(lines) + 7.5
            axes.plot([low, 1.35], [y, y], color=RULE, linewidth=1, zorder=0)
            axes.plot([m, u], [y, y], color=BLUE if bits > 0 else ORANGE, linewidth=3, alpha=0.45, zorder=1)
            axes.plot([h], [y], marker="^", color=ORANGE, markersize=7, zorder=2, clip_on=False)
            axes.plot([u], [y], marker="s", color=MUTED, markersize=6, zorder=3, clip_on=False)
            axes.plot([m], [y], marker="o", color=BLUE, markersize=7, zorder=4, clip_on=False)
            y += 14.5
        axes.set_yticks([])
        axes.spines.left.set_visible(False)
        span = round(-math.log10(low))
        ticks = [10.0**-power for power in range(0, span + 1, 1 if span < 4 else 2)]
        axes.set_xticks(ticks, [_share_words(tick) for tick in ticks])
        axes.get_xticklabels()[0].set_ha("right")
        if ticks[-1] <= low * 3:
            axes.get_xticklabels()[-1].set_ha("left")
        axes.minorticks_off()
        return save()


def histogram(name: str, bins: Sequence[tuple[float, float, int]], cut: float) -> str:
    """How are match weights spread, and where is the cut? Bars of pairs that are no links grey, the others blue.

    Args:
        name: a word for the picture, unique on its page.
        bins: (low, high, pairs).
        cut: bits from which a pair is a link.
    """
    with _drawing():
        axes, save = _panel(name, 190, bottom=38, top=26, side=40)
        for low, high, count in bins:
            colour = BLUE if low >= cut else GREY if high <= cut else BETWEEN
            axes.bar(low, count, width=high - low, align="edge", color=colour, edgecolor="white", linewidth=0.4)
        top = max((count for *_, count in bins), default=0) or 1
        axes.set_yscale("log")
        axes.set_ylim(0.5, top * 8)  # from a half, so that a single pair still shows
        axes.yaxis.set_major_formatter(lambda value, _: _short(value))
        axes.minorticks_off()
        axes.set_xlabel("match weight, in bits")
        axes.set_title("pairs (each step ten times more)", loc="left", fontsize=10, pad=8)
        axes.axvline(cut, color=LINE, linewidth=2)
        low, high = axes.get_xlim()
        is_left = cut > (low + high) / 2
        axes.annotate(f"linked from\n{cut:+.1f} bits", (cut, 1), xycoords=("data", "axes fraction"),
                      xytext=(-5 if is_left else 5, -2), textcoords="offset points", ha="right" if is_left else "left",
                      va="top", color=LINE, weight="bold")  # fmt: skip
        return save()


def columns(name: str, rows: Sequence[tuple[str, int]], x_label: str, y_label: str) -> str:
    """How are things spread over a few ordered groups? One column each, its number on top."""
    with _drawing():
        axes, save = _panel(name, 170, bottom=38, top=26, side=10)
        drawn = axes.bar(range(len(rows)), [number for _, number in rows], width=0.8, color=BLUE)
        axes.bar_label(drawn, labels=[_short(number) for _, number in rows], fontsize=9.5, padding=2)
        axes.set_xticks(range(len(rows)), [group for group, _ in rows], fontsize=10)
        axes.set_ylim(0, max((number for _, number in rows), default=0) * 1.12 or 1)
        axes.set_yticks([])
        axes.spines.left.set_visible(False)
        axes.set_xlabel(x_label)
        axes.set_title(y_label, loc="left", fontsize=10, pad=8)
        return save()


def curve(name: str, labels: Sequence[str], lines: Sequence[tuple[str, Sequence[float]]], chosen: int) -> str:
    """How do shares change from one setting to the next? One line each, its name above the picture.

    Args:
        name: a word for the picture, unique on its page.
        labels: of the settings, evenly spread from left to right.
        lines: (name, share at each setting).
        chosen: the place of the setting in use.
    """
    looks = zip(lines, (BLUE, ORANGE, INK), "os^", strict=True)
    lowest = min(min(shares) for _, shares in lines)
    with _drawing():
        axes, save = _panel(name, 200, bottom=58, top=30, side=44)
        axes.axvspan(chosen - 0.4, chosen + 0.4, color=RULE, alpha=0.6, zorder=0)
        for (word, shares), colour, marker in looks:
            axes.plot(range(len(labels)), shares, color=colour, marker=marker, markersize=5, label=word, clip_on=False)
        axes.set_xticks(range(len(labels)), labels, fontsize=9)
        axes.tick_params(axis="x", rotation=45, length=3)
        axes.set_xlabel("threshold (match probability)")
        step = 0.01 if lowest > 0.95 else 0.05 if lowest > 0.75 else 0.2
        axes.set_ylim(math.floor(lowest / step - 1e-9) * step, 1.0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.1%}" if step < 0.02 else f"{value:.0%}")
        axes.grid(axis="y", color=RULE, linewidth=0.8)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.16, 1.0), ncols=3, frameon=False, fontsize=10,
                    handlelength=1.6, columnspacing=1.2)  # fmt: skip
        return save()


def _short(number: float) -> str:
    """How is a count written in little room?

    >>> [_short(number) for number in (950, 12_400, 3_000_000)]
    ['950', '12.4k', '3M']
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / min(size, 1e3 if letter == 'k' else size):.3g}{letter}"
    return f"{number:,.0f}"


def _share_words(share: float) -> str:
    """How is a share that is a power of ten written?"""
    if share >= 0.01:
        return f"{share:.0%}"
    return f"1 in {_short(1 / share)}"


def _depth(lines: Sequence[str]) -> float:
    """How many units deep are these lines of a label?"""
    return 11.0 * len(lines) + 3


def _over(axes: Axes, x: float, y: float, text: str, side: str, weight: str) -> None:
    """Write text at a share of the width and so many units below the top; lines behind it are broken."""
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), ha=side, va="top", fontsize=10, weight=weight,
              linespacing=1.1, bbox=ground, zorder=3)  # fmt: skip


def _panel(name: str, depth: float, *, bottom: float, top: float, side: float = 4):
    """What is drawn on, and how is it saved? Axes `depth` units deep, so many units from the edges."""
    height = depth + bottom + top
    figure = Figure(figsize=(WIDTH, height / 72))
    axes = figure.add_axes((side / UNITS, bottom / height, 1 - (side + 8) / UNITS, depth / height))
    axes.tick_params(length=3)
    return axes, lambda: _svg(figure, name)


@contextmanager
def _drawing() -> Iterator[None]:
    """How are pictures drawn the same way everywhere? With our settings, which are put back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # so that nobody's own settings file changes a report
        matplotlib.rcParams.update(_LOOKS)
        yield


def _svg(figure: Figure, name: str) -> str:
    """How does a picture get into a page? As one `<svg>` element with ids of its own and no outside host."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)  # speaks of every element of the page it is put in
    svg = re.sub(r'\s*<svg [^>]*viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1">', svg, count=1)
    svg = svg.replace("font-family: 'DejaVu Sans', sans-serif; ", "")  # the page's own font
    used = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg)
    return re.sub(r'(href="|url\()#', rf"\1#{name}-", svg).strip()
