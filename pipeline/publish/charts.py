"""How is a row of numbers drawn? Bars, columns and histograms as small SVG pictures. Matplotlib lives here alone.

Each picture is about as wide as a phone, so its letters stay readable there, and is the same bytes for the same
numbers. Letters stay letters (not outlines): small files, and the reader's own font. Matplotlib takes about a second
to import, so it is imported when the first picture is drawn.
"""

import importlib.util
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.0  # inches: 288 units, so that 10-unit letters are 12 px on a phone 390 px wide
INK, MUTED, LINE = "#1A1F26", "#4A5563", "#B3420D"
BLUE, GREY, BETWEEN = "#2B6CB0", "#A9B4C2", "#7A98BC"
LABEL_LETTERS = 46  # of 10 units each, as many as fit the width

_LOOKS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "outreach",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.5,
    "text.parse_math": False,  # a `$` in a label is a dollar sign
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
}


def font_file(name: str) -> str:
    """Where does a font that matplotlib carries lie? Found without importing matplotlib.

    Raises:
        FileNotFoundError: if matplotlib or the font is not installed.
    """
    found = importlib.util.find_spec("matplotlib")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "mpl-data" / "fonts" / "ttf" / name
        if path.is_file():
            return str(path)
    raise FileNotFoundError(f"The font [{name}] is not among matplotlib's: install matplotlib again.")


def bars(name: str, rows: Sequence[tuple[str, int]]) -> str:
    """How do a few named numbers compare? One flat bar each, its name above it and its number at the end.

    Args:
        name: a word for the picture, unique on its page.
        rows: (name, number), drawn from top to bottom.
    """
    labels = ["\n".join(textwrap.wrap(label, LABEL_LETTERS)) for label, _ in rows]
    tops: list[float] = []
    depth = 0.0
    for label in labels:
        depth += 0.55 + 0.62 * (label.count("\n") + 1)
        tops.append(depth)
        depth += 0.5
    with _drawing():
        figure, axes = _canvas(max(0.3 * depth, 0.6))
        most = max((number for _, number in rows), default=0) or 1
        for label, (_, number), top in zip(labels, rows, tops, strict=True):
            axes.barh(top, number, height=0.72, color=BLUE)
            axes.text(0, top - 0.46, label, va="bottom", ha="left", fontsize=10, linespacing=1.15)
            axes.text(number + most * 0.015, top, f"{number:,}", va="center", ha="left", fontsize=11, weight="bold")
        axes.set_xlim(0, most * 1.24)
        axes.set_ylim(depth or 1, 0)
        axes.set_axis_off()
        return _svg(figure, name)


def columns(name: str, rows: Sequence[tuple[str, int]], x_label: str, y_label: str) -> str:
    """How are things spread over a few ordered groups? One column each, its number on top.

    Args:
        name: a word for the picture, unique on its page.
        rows: (group, number), drawn from left to right.
        x_label: what the groups are.
        y_label: what the numbers count.
    """
    with _drawing():
        figure, axes = _canvas(2.9)
        drawn = axes.bar(range(len(rows)), [number for _, number in rows], width=0.8, color=BLUE)
        axes.bar_label(drawn, labels=[f"{number:,}" for _, number in rows], fontsize=9.5, padding=2)
        axes.set_xticks(range(len(rows)), [group for group, _ in rows], fontsize=10)
        axes.set_ylim(0, max((number for _, number in rows), default=0) * 1.12 or 1)
        axes.set_yticks([])  # every column bears its number
        axes.spines.left.set_visible(False)
        _label(axes, x_label, y_label)
        return _svg(figure, name)


def histogram(
    name: str,
    bins: Sequence[tuple[float, float, int]],
    line: tuple[float, str] | None,
    x_label: str,
    y_label: str,
    *,
    is_log: bool = False,
) -> str:
    """How is a number spread, and where is it cut? Bars left of the line grey, those right of it blue.

    Args:
        name: a word for the picture, unique on its page.
        bins: (low, high, count).
        line: where to cut and what to write there; None draws no line and paints all bars grey.
        x_label: what is spread.
        y_label: what is counted.
        is_log: whether each step up the side is ten times more.
    """
    from matplotlib.ticker import MaxNLocator, NullFormatter

    cut = line[0] if line else float("inf")
    with _drawing():
        figure, axes = _canvas(3.1)
        for low, high, count in bins:
            colour = BLUE if low >= cut else GREY if high <= cut else BETWEEN
            axes.bar(low, count, width=high - low, align="edge", color=colour, edgecolor="white", linewidth=0.5)
        top = max((count for _, _, count in bins), default=0) or 1
        if is_log:
            axes.set_yscale("log")
            axes.set_ylim(0.5, top * 6)  # from a half, so that a single one still shows
            axes.yaxis.set_minor_formatter(NullFormatter())  # between few steps it would write powers
        else:
            axes.set_ylim(0, top * 1.22)
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))  # there are no halves of people
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _label(axes, x_label, y_label)
        if line:
            _draw_line(axes, line[0], line[1])
        return _svg(figure, name)


def files_over_time(
    name: str,
    rows: Sequence[int],
    marks: Sequence[str],
    cells: Sequence[tuple[str, Sequence[float | None]]],
    drifted: set,
) -> str:
    """How did the files of a feed look, one after another? A column of rows each; below, how full its columns were.

    Args:
        name: a word for the picture, unique on its page.
        rows: number of rows, file by file.
        marks: what stands above each file's column; blank for nothing.
        cells: (column, share filled in each file); None where the file lacks the column.
        drifted: (place of the column among `cells`, place of the file) that are framed.
    """
    with _drawing():
        figure, _ = _canvas(1.5 + 0.235 * len(cells))
        figure.clear()
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.15, 0.235 * max(len(cells), 1)])
        upper.bar(range(len(rows)), rows, width=0.84, color=[LINE if mark else BLUE for mark in marks])
        for place, mark in enumerate(marks):
            upper.text(place, rows[place], mark, ha="center", va="bottom", fontsize=9, color=LINE, weight="bold")
        top = max(rows, default=0) or 1
        upper.set_ylim(0, top * 1.3)
        upper.set_yticks([0, top], ["0", f"{top:,}"], fontsize=10)
        upper.set_title("Rows of each file", loc="left", fontsize=10, color=INK, pad=6)
        upper.tick_params(axis="x", length=0)
        _draw_cells(lower, cells, drifted)
        lower.set_xlim(-0.5, len(rows) - 0.5)
        lower.set_xticks([])
        lower.set_xlabel("earlier  →  latest file", fontsize=9)
        return _svg(figure, name)


def _draw_cells(axes: "Axes", cells: Sequence[tuple[str, Sequence[float | None]]], drifted: set) -> None:
    """How full was each column? The darker the fuller; a dash where it was missing; a frame where it drifted."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex
    from matplotlib.patches import Rectangle

    shade = LinearSegmentedColormap.from_list("filled", ["#EEF2F7", BLUE])
    for line, (_, shares) in enumerate(cells):
        for place, share in enumerate(shares):
            if share is None:
                axes.text(place, line, "–", ha="center", va="center", fontsize=9, color=LINE, weight="bold")
                continue
            axes.add_patch(
                Rectangle((place - 0.46, line - 0.42), 0.92, 0.84, facecolor=to_hex(shade(share)), linewidth=0)
            )
        for _, place in sorted(one for one in drifted if one[0] == line):
            frame = {"fill": False, "edgecolor": LINE, "linewidth": 1.6}
            axes.add_patch(Rectangle((place - 0.48, line - 0.46), 0.96, 0.92, **frame))
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.set_yticks(range(len(cells)), [column for column, _ in cells], fontsize=10)
    axes.tick_params(axis="y", length=0)
    axes.set_title("How full its columns are", loc="left", fontsize=10, color=INK, pad=6)
    for side in axes.spines.values():
        side.set_visible(False)


def _draw_line(axes: "Axes", at: float, words: str) -> None:
    """Where is the cut? A dark line from top to bottom, its words on the side with more room."""
    axes.axvline(at, color=LINE, linewidth=2)
    low, high = axes.get_xlim()
    is_left = at > (low + high) / 2
    axes.annotate(
        words,
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if is_left else 5, -2),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="top",
        color=LINE,
        weight="bold",
    )


def _label(axes: "Axes", x_label: str, y_label: str) -> None:
    """How are the sides named? The left one above the picture, so that nobody has to tilt their head."""
    axes.set_xlabel(x_label)
    axes.set_title(y_label, loc="left", fontsize=10.5, color=INK, pad=8)
    axes.tick_params(length=3)


@contextmanager
def _drawing() -> Iterator[None]:
    """How are pictures drawn the same way everywhere? With our settings, which are put back afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # so that nobody's own settings file changes a published picture
        matplotlib.rcParams.update(_LOOKS)
        yield


def _canvas(height: float) -> tuple["Figure", "Axes"]:
    """What is drawn on? A figure of our width and the given height (inches), and its one pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: "Figure", name: str) -> str:
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
