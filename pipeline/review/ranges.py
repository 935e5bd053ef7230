"""How much of an entry hangs on answers nobody has given yet? The range of points and of rank, one answer at a time.

Each open item alone is answered the other way, and everything else stays; combinations of answers are not tried, so two
open items that both take points away may together take more than the range says.
"""

from dataclasses import replace

import pandas as pd

from pipeline.contract.codes import ReviewKind
from pipeline.contract.outreach_list import Entry
from pipeline.review.effects import JOINS, STAYS

LINKS = (ReviewKind.UNCERTAIN_LINK, ReviewKind.CONFLICTING_IDENTIFIERS, ReviewKind.LARGE_PERSON)
"""Kinds that ask whether records held to be one person are one."""


def with_ranges(entries: tuple[Entry, ...], effects: pd.DataFrame) -> tuple[Entry, ...]:
    """What do open answers leave uncertain in these entries?

    Args:
        entries: by rank.
        effects: kind, role, person_id, points_now, is_listed_now, points_then, place_then, is_listed_then of the items
            of the same run. A person asked about who joins another becomes that one.
    """
    asked = effects[effects["role"].isin([STAYS, JOINS]) & effects["person_id"].isin({e.person_id for e in entries})]
    of_person = dict(iter(asked.groupby("person_id")))
    return tuple(_with_range(entry, of_person.get(entry.person_id)) for entry in entries)


def _with_range(entry: Entry, effects: pd.DataFrame | None) -> Entry:
    """What do the answers about one person leave uncertain? Who would be kept off the list has no place in line."""
    if effects is None:
        return entry
    points = [entry.points, *effects["points_then"].map(int)]
    places = [entry.rank, *effects["place_then"].dropna().map(int)]
    is_rested = effects["kind"].isin(LINKS) & ~effects["is_listed_then"].astype(bool)
    return replace(
        entry,
        points_low=min(points),
        points_high=max(points),
        rank_best=min(places),
        rank_worst=max(places),
        rests_on_unreviewed_link=bool(is_rested.any()),
    )
