"""What does a row seem to say that happened? Told by how a table's columns are called; a person decides."""

import re
from collections.abc import Mapping, Sequence

from pipeline.contract.codes import EncounterKind
from pipeline.contract.columns import RESERVED, Kind, When
from pipeline.contract.rules import EncounterRule, EndRule
from pipeline.drafting.columns import Judged
from pipeline.drafting.words import OF_BOOKINGS, OF_CALLS, plain

TABLES: tuple[tuple[EncounterKind, re.Pattern[str], re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        EncounterKind.BOOKING,
        OF_BOOKINGS,
        re.compile(r"book|admi[ts]|intake|jailentry|commit|custodystart"),
        re.compile(r"releas|^rel|discharg|exit|custodyend"),
    ),
    (
        EncounterKind.CALL_FOR_SERVICE,
        OF_CALLS,
        re.compile(r"call(ed|rec|dat|time|start|create)|receiv|incident|^event|queued|^creat"),
        None,
    ),
)
"""What a table is of → words of which one stands in some header of it, in the header of when it was, and of its end.
Without the first nothing is drafted. The first kind that has a day or moment counts. Compared as by `plain`."""

_OF_DAY = re.compile(r"date|dt|day")
_OF_TIME = re.compile(r"time|tm|hour")


def event_of(columns: Sequence[Judged]) -> EncounterRule | None:
    """Which encounter could a row of these columns be? None where no header says so.

    Nor where one is a name of the program's own: it will be called otherwise in the declaration.
    """
    if RESERVED & {one.name for one in columns}:
        return None
    headers = [plain(one.name) for one in columns]
    dated = [one for one in columns if one.kind in (Kind.DATE, Kind.MOMENT) and one.field is None]
    for kind, of_table, of_begin, of_end in TABLES:
        began = _when(of_begin, of_end, dated, columns)
        if began and any(of_table.search(header) for header in headers):
            ended = _when(of_end, None, [one for one in dated if one.name != began.column], columns) if of_end else None
            return EncounterRule(kind=kind, occurred_at=began, ended_at=ended)
    return None


def end_of(columns: Sequence[Judged], of_others: Mapping[str, tuple[str, EncounterRule]]) -> EndRule | None:
    """Of which other feed's encounters could a row tell the end, by the number it gives? None where no header says so.

    `of_others`: feed → the column that is its key, and the encounter that its rows are.
    """
    dated = [one for one in columns if one.kind in (Kind.DATE, Kind.MOMENT) and one.field is None]
    numbers = {plain(one.name): one.name for one in columns if one.is_never_blank}
    ends = {kind: of_end for kind, _, _, of_end in TABLES if of_end}
    for feed, (key, rule) in of_others.items():
        ended = _when(ends[rule.kind], None, dated, columns) if rule.kind in ends else None
        is_of_others = event_of(columns) is None and not RESERVED & {one.name for one in columns}
        if ended and plain(key) in numbers and is_of_others:
            about = (numbers[plain(key)],)
            return EndRule(encounter_feed=feed, is_about=about, kind=rule.kind, ended_at=ended)
    return None


def _when(
    wanted: re.Pattern[str], other: re.Pattern[str] | None, dated: Sequence[Judged], columns: Sequence[Judged]
) -> When | None:
    """When was it, by the first column that is called so and not otherwise? With the time of day beside it."""
    for one in dated:
        name = plain(one.name)
        if wanted.search(name) and not (other and other.search(name)):
            return When(one.name, _time_beside(one, columns) if one.kind is Kind.DATE else None)
    return None


def _time_beside(day: Judged, columns: Sequence[Judged]) -> str | None:
    """Which column has the time of this day? The one of the same name, but for the word for a day."""
    stem = _OF_DAY.sub("", plain(day.name))
    times = [one.name for one in columns if one.kind is Kind.TIME and _OF_TIME.sub("", plain(one.name)) == stem]
    return times[0] if times else None
