"""What differs in a file from those of its feed before it? One finding each, for a records clerk to act on.

Pure: profiles in, findings out. The history of a file is what the feed brought before it and was taken in, from the
last file on that a person let in: what somebody looked at is usual from then on. Where the gate looks at the same thing
after the linkage (rows of a week, filled fields of person records), its limits are taken over from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from pipeline.contract.codes import Drift
from pipeline.contract.declaration import Delimited, Feed, FixedWidth
from pipeline.contract.feed_history import Finding
from pipeline.drift import column_drift, header_drift
from pipeline.drift.profile import FEWEST_ROWS, FileProfile
from pipeline.gate import FEWEST_SHARE, LEAST_EXPECTED, LEAST_WEEKS, MOST_TIMES

LONGEST_HISTORY = 12
"""Files before it with which one is compared: what has lasted for half of them is the usual by then."""

LEAST_FILES = LEAST_WEEKS
"""Files of `FEWEST_ROWS` rows or more, below which it is not known what is usual."""

FAR_TOO_FEW_SHARE = 1 / 10
"""Share of the rows to be expected below which the file is cut off. A storm or a holiday never takes nine of ten."""

LEAST_EXPECTED_IN_FILE = 50
"""Rows expected below which a file is not refused for having few. Where 50 are, chance gives fewer than five of them
less than once in a hundred thousand million times (Poisson)."""

LEAST_ROWS_A_DAY = 10
"""Rows a day below which the day of the name is not held against the days inside: with ten, a day without any comes by
chance once in 22,000 files."""

LEAST_TEXTS = 20
"""Texts with a letter beyond ASCII, below which nothing is said of the encoding."""

OTHER_ENCODING_SHARE = 0.5
"""Share of such texts that look like UTF-8: the bytes of one letter rarely look so by accident."""


WITHOUT_HISTORY = (Drift.BIRTHS_ARE_EVENTS, Drift.BIRTHS_TOO_YOUNG)
"""Findings that need no file before: so a person who lets a file in for them does it for the later ones too."""

Passed = frozenset[tuple[str, tuple[str, ...]]]
"""For what a person let earlier files of the feed in: (kind of finding, columns)."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What is held against each other: a file, its day, what it looks like?

    Attributes:
        file: its name. business_date: the day in it. profile: what it looks like.
        is_let_in: whether a person let it in, whatever was found.
    """

    file: str
    business_date: date | None
    profile: FileProfile
    is_let_in: bool = False


def since_let_in(before: Sequence[Delivered]) -> list[Delivered]:
    """Which files before count as history? From the last one on that a person let in; so many at most."""
    let_in = [place for place, one in enumerate(before) if one.is_let_in]
    return list(before[let_in[-1] if let_in else 0 :])[-LONGEST_HISTORY:]


def known(before: Sequence[Delivered]) -> list[FileProfile]:
    """By which of the files before is it known what a column looks like? Empty where they are too few, or too small."""
    looked_at = [one.profile for one in since_let_in(before) if one.profile.row_count >= FEWEST_ROWS]
    return looked_at if len(looked_at) >= LEAST_FILES else []


def refusing(feed: Feed, now: Delivered, before: Sequence[Delivered], passed: Passed = frozenset()) -> list[str]:
    """Why is a file refused, in sentences? Empty where it is not, or where a person let it in."""
    return [one.sentence for one in find(feed, now, before, passed) if one.is_refusing and not now.is_let_in]


def find(feed: Feed, now: Delivered, before: Sequence[Delivered], passed: Passed = frozenset()) -> tuple[Finding, ...]:
    """What differs in a file from the files before it, the oldest first? What refuses it comes first.

    What is judged without a history, and what a person let an earlier file in for (`passed`), is not told again. All
    else is held against the files since then: what was let in is usual, and what comes back is seen.
    """
    history = since_let_in(before)
    last = history[-1].profile if history else None
    usual = known(before)
    found = [
        *_rows(feed, now, history, before),
        *header_drift.find(feed, now.profile, last, usual),
        *column_drift.find(feed, now.profile, usual),
        *_encoding(feed, now.profile, last),
        *_day(now, [one for one in history if one.profile.row_count >= FEWEST_ROWS]),
    ]
    told = [one for one in found if one.kind not in WITHOUT_HISTORY or (one.kind, one.columns) not in passed]
    return tuple(sorted(told, key=lambda one: (not one.is_refusing, one.kind == Drift.REORDERED)))


# --- the file as a whole ---------------------------------------------------------------------------------------------


def _rows(feed: Feed, now: Delivered, history: Sequence[Delivered], before: Sequence[Delivered]) -> Iterator[Finding]:
    """Does the file have as many rows as the days since the file before it let expect?

    Rosters have as many as there are people, however many days lie between: their own rule judges them
    (`SnapshotRule.smallest_share`), against the rosters around them.
    """
    if feed.snapshot or not _names_a_day(feed):
        return
    a_day = [rows / days for one, days in _spans(history) if (rows := one.profile.row_count)]
    days = _days_since(now, before[-1] if before else None)
    if len(a_day) < LEAST_FILES or not days:
        return
    expected, rows = median(a_day) * days, now.profile.row_count
    found = f"{rows:,} rows, where the feed's usual pace gives about {expected:,.0f} in {days} days"
    if expected >= LEAST_EXPECTED_IN_FILE and rows < expected * FAR_TOO_FEW_SHARE:
        ask = "The file seems to be cut off. Ask the agency for the whole one."
        yield Finding(kind=Drift.FAR_TOO_FEW_ROWS, columns=(), sentence=f"{found}. {ask}", is_refusing=True)
    elif expected >= LEAST_EXPECTED and rows < expected * FEWEST_SHARE:
        yield Finding(kind=Drift.FEW_ROWS, columns=(), sentence=f"{found}. Ask the agency whether it sent everything.")
    elif rows > max(expected, LEAST_EXPECTED) * MOST_TIMES:
        ask = "Ask the agency whether it sent earlier rows again, perhaps under new numbers."
        yield Finding(kind=Drift.MANY_ROWS, columns=(), sentence=f"{found}. {ask}")


def _names_a_day(feed: Feed) -> bool:
    """Do the feed's files name a day? A file named by month or week may still grow, and says nothing of its end."""
    return feed.date_format is not None and any(mark in feed.date_format for mark in ("%d", "%j"))


def _spans(history: Sequence[Delivered]) -> Iterator[tuple[Delivered, int]]:
    """Yield files with the days that passed since the file before, where any did."""
    for earlier, one in pairwise(history):
        days = _days_since(one, earlier)
        if days:
            yield one, days


def _days_since(now: Delivered, earlier: Delivered | None) -> int:
    if earlier is None or now.business_date is None or earlier.business_date is None:
        return 0
    return max((now.business_date - earlier.business_date).days, 0)


def _encoding(feed: Feed, now: FileProfile, last: FileProfile | None) -> Iterator[Finding]:
    """Does the file seem to be UTF-8 where another encoding is declared? Told anew for each such file."""
    if not isinstance(feed.format, Delimited | FixedWidth) or now.beyond_ascii < LEAST_TEXTS:
        return
    if now.as_utf8 > now.beyond_ascii * OTHER_ENCODING_SHARE:
        since = "" if last is None or last.as_utf8 else " The file before was not."
        yield Finding(
            kind=Drift.OTHER_ENCODING,
            columns=(),
            sentence=f"{now.as_utf8:,} of {now.beyond_ascii:,} texts with accents look like UTF-8, where "
            f"[{feed.format.encoding}] is declared, so names are read wrongly.{since} Ask which encoding is written.",
        )


def _day(now: Delivered, history: Sequence[Delivered]) -> Iterator[Finding]:
    """Is the day of the name as far from what is inside as it always was, to a day?"""
    behind = [one.profile.days_behind for one in history if one.profile.days_behind is not None]
    pace = [one.profile.row_count / days for one, days in _spans(history)]
    found = now.profile.days_behind
    if found is None or len(behind) < LEAST_FILES or not pace or median(pace) < LEAST_ROWS_A_DAY:
        return
    if max(behind) - min(behind) > 1 or min(behind) <= found <= max(behind):
        return
    usual = f"usually {_lag(max(behind))}"
    yield Finding(
        kind=Drift.OTHER_DAY,
        columns=(),
        sentence=f"The day in the file's name is {_lag(found)}, {usual}. Ask whether the file bears the right day, and "
        "whether its last days are missing.",
    )


def _lag(days: int) -> str:
    """How is the distance of a name's day from the latest day inside said?"""
    if days == 0:
        return "that of the latest row"
    count = f"{abs(days)} {'day' if abs(days) == 1 else 'days'}"
    return f"{count} {'after' if days > 0 else 'before'} the latest row"
