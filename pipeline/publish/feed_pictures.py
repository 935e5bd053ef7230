"""What does the run report draw of each feed over time, and what is said of it? From a run's counts alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.contract.feed_history import FeedHistory, FileHistory
from pipeline.publish import charts, view
from pipeline.publish.pictures import Picture, picture_of

MOST_COLUMNS = 12
"""Columns of a feed that are drawn: those that drifted, then those that vary most. The rest are as they always were."""

MOST_LINES = 8
"""Findings of a feed that are told in words, the latest first; each file with more has its mark in the picture."""

DRIFTED, REFUSED = "▲", "✗"


@dataclass(frozen=True)
class Line:
    """What is said of one file? `became` is blank, or says that it was refused or let in."""

    mark: str
    file: str
    became: str
    sentence: str


@dataclass(frozen=True)
class FeedShown:
    """What does the report show of one feed?"""

    picture: Picture
    lines: tuple[Line, ...]
    further: str


def feeds_shown(feeds: Sequence[FeedHistory], titles: Mapping[str, str]) -> tuple[FeedShown, ...]:
    """What does the report show of each feed? `titles` says what people call the agencies."""
    return tuple(_shown(feed, titles, number) for number, feed in enumerate(feeds, start=1))


def _shown(feed: FeedHistory, titles: Mapping[str, str], number: int) -> FeedShown:
    lines = [line for file in reversed(feed.files) for line in _lines(file)]
    left = len(lines) - MOST_LINES
    further = f"{view.count_of(left, 'earlier finding', 'earlier findings')} more: see the marks." if left > 0 else ""
    return FeedShown(_picture(feed, titles, number), tuple(lines[:MOST_LINES]), further)


def _lines(file: FileHistory) -> Iterator[Line]:
    for finding in file.findings:
        became = ""
        if finding.is_refusing:
            became = " (let in by a person)" if file.is_let_in else " (not taken in)" if file.is_refused else ""
        yield Line(_mark(file), file.file, became, finding.sentence)


def _mark(file: FileHistory) -> str:
    return REFUSED if file.is_refused else DRIFTED if file.findings else ""


def _picture(feed: FeedHistory, titles: Mapping[str, str], number: int) -> Picture:
    name = f"feed{number}"
    shown = _columns(feed)
    cells = [(feed.columns[place], [file.filled[place] for file in feed.files]) for place in shown]
    drifted = {
        (line, place)
        for place, file in enumerate(feed.files)
        for finding in file.findings
        for line, column in enumerate(shown)
        if feed.columns[column] in finding.columns
    }
    rows = [file.row_count for file in feed.files]
    found = sum(bool(file.findings) for file in feed.files)
    left = len(feed.columns) - len(shown)
    caption = (
        "Files stand side by side, the latest on the right: the darker a square, the more rows are filled there"
        + (f"; {view.count_of(left, 'further column', 'further columns')} vary less." if left else ".")
    )
    return picture_of(
        name,
        f"{titles.get(feed.agency, view.plain(feed.agency))}, {view.plain(feed.feed)}",
        caption,
        [
            ("Files", len(rows)),
            ("files with something to ask about", found),
            ("files not taken in", sum(file.is_refused for file in feed.files)),
            ("rows of the latest file", rows[-1]),
            ("rows of a usual one", round(median(rows))),
        ],
        charts.files_over_time(name, rows, [_mark(file) for file in feed.files], cells, drifted),
    )


def _columns(feed: FeedHistory) -> list[int]:
    """Which columns are drawn, in declared order? By place."""
    told = {name for file in feed.files for finding in file.findings for name in finding.columns}

    def interest(place: int) -> tuple[bool, float]:
        shares = [file.filled[place] or 0.0 for file in feed.files]
        return feed.columns[place] in told, max(shares) - min(shares)

    by_interest = sorted(range(len(feed.columns)), key=interest, reverse=True)
    return sorted(by_interest[:MOST_COLUMNS])
