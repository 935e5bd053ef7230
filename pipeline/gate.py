"""Is a new list fit to become the current one? Compares what it was measured by with the last published list.

Pure: numbers in, checks out. The first list ever has nothing to be compared with: it passes the comparisons and says
so. Every limit is set where chance alone practically never reaches it, and small numbers are not compared at all: a
gate that cries wolf is soon opened by habit. What was far off on the last published list already, because somebody
looked and published it or because an agency always writes late, is not held against the next one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from pipeline.contract.outreach_list import LONGEST_HOLD_DAYS, AgencyState, Check
from pipeline.publish.view import agency_text, count_of, day_text, is_reliable, plain

FEWEST_SHARE = 1 / 4
"""Share of what is expected below which there is far too little. A holiday or a storm halves a week, no more."""
MOST_TIMES = 4.0
"""Times what is expected above which there is far too much: months sent again under new keys, or another county's."""
LEAST_EXPECTED = 20
"""Rows, records or people expected below which nothing is compared. Where 20 are expected, chance alone gives fewer
than a quarter of them once in 59,000 times (Poisson): a hundred looks a week raise a false alarm once in ten years."""
LEAST_WEEKS = 4
"""Earlier weeks with a row, below which it is not known what is usual."""
LEAST_NEW_RECORDS = 50
"""Newly taken-in records below which a difference of shares is not looked at: 50 tell a share to ± 7 points."""
FILL_DRIFT = 0.30
"""Difference between shares of filled fields (1 = all): four times what 50 records leave to chance."""
LEAST_LINKED_RECORDS = 200
"""Records of the county below which the linkage of two runs is not compared: a few people would decide."""
RECORDS_PER_PERSON_DRIFT = 0.10
"""Relative difference from what the last list and the records new since let expect; none on the made-up county."""
LINKED_SHARE_DRIFT = 0.05
"""Difference of the share of records linked to another one from what is to be expected in the same way."""
LARGEST_PERSON_RECORDS = 1000
"""Records of one person: one for every day of nearly three years. Beyond that they are of several people."""
LARGEST_GROWTH_TIMES, LARGEST_GROWTH_RECORDS = 1.5, 50
"""Times and records by which the person with the most records may have more than at the last list. Nobody is met fifty
times in a week: beyond both of them, people were joined."""
MOST_TIED_SHARE = 1.0
"""People with exactly the points of the last entry, for each entry on the list. With more, the order of ties decides
who is on the list, and not points."""
CHURN = 0.6
"""Share of entries that are new, or of the last list's that are gone, beyond what a change of the list's size explains.
A usual week changes a sixth of the made-up county's list: the windows of the factors are 14 to 365 days."""
LEAST_ENTRIES = 10
"""Entries on both lists below which churn is not compared."""
LONGEST_COMPARED_DAYS = 28
"""Days between two lists after which a turned-over list is no surprise, the shortest windows having passed."""

ASK = "Ask the agency what it sent and compare with the files; if all is well, publish by hand."
LOOK = "Look at the largest persons and the run report; if all is well, publish by hand."
FIRST = "the first list, nothing to compare with"


@dataclass(frozen=True, kw_only=True)
class Volume:
    """How many rows of one kind fall on the latest week of a feed's data, and on each of the weeks before?"""

    agency: str
    feed: str
    what: str
    latest: int
    earlier: tuple[int, ...]

    def usual(self) -> float:
        """How many does a week usually have? The median, which one odd week does not move."""
        return median(self.earlier) if self.earlier else 0.0


@dataclass(frozen=True, kw_only=True)
class Fill:
    """How many records of a feed have a value in a field, of those taken in since the last list and of those before?"""

    agency: str
    feed: str
    field: str
    new_records: int
    new_filled: int
    earlier_records: int
    earlier_filled: int

    def new_share(self) -> float:
        """Which share of the newly taken-in records has a value?"""
        return self.new_filled / self.new_records if self.new_records else 0.0

    def earlier_share(self) -> float:
        """Which share of the records before had one?"""
        return self.earlier_filled / self.earlier_records if self.earlier_records else 0.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is a list measured by? Counts and ids only.

    Attributes:
        as_of: the list's day. sources: how far each agency's data reach.
        volumes, fills: per feed, see there.
        records, persons, linked_records: linked in this run; those that share their person with another one.
        recent_records: records later than their agency's data reached on the last published list; 0 without one.
        largest_records, largest_person: the person with the most records. largest_agency: who sent most of them.
        entries: person ids on the list. ties: people with exactly the last entry's points, it among them.
        below_line: people with points and no entry.
    """

    as_of: str
    sources: tuple[AgencyState, ...]
    volumes: tuple[Volume, ...]
    fills: tuple[Fill, ...]
    records: int
    persons: int
    linked_records: int
    recent_records: int
    largest_records: int
    largest_person: str | None
    largest_agency: str | None
    entries: tuple[str, ...]
    ties: int
    below_line: int


def measured_from_json(content: Mapping) -> Measured:
    """What was kept as `dataclasses.asdict` made it? The inverse of that."""
    parts = {"sources": AgencyState, "volumes": Volume, "fills": Fill}
    read = {name: tuple(kind(**_tupled(part)) for part in content[name]) for name, kind in parts.items()}
    return Measured(**{**content, **read, "entries": tuple(content["entries"])})


def _tupled(part: Mapping) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}


def examine(now: Measured, before: Measured | None) -> tuple[Check, ...]:
    """May the list go out? `before` is what the last published list was measured by, None where there is none."""
    return (
        *_freshness(now, before),
        *_volume_drift(now, before),
        *_fill_drift(now, before),
        *_linkage_drift(now, before),
        *_largest_person(now, before),
        _ties(now),
        *_churn(now, before),
    )


# --- do the data reach far enough, and is as much of them there as usual? -------------------------------------


def _freshness(now: Measured, before: Measured | None) -> Iterator[Check]:
    """How far do the agencies' data reach? Too late is an agency that is so for the first time, or if all of them are.

    One that was as late on the last published list, or before the first one, takes nothing away that was there.
    """
    known = {state.agency: state for state in before.sources} if before else {}
    nobody_sends = all(state.complete_to is None for state in now.sources)
    nobody_is_near = all(state.complete_to is None or _is_over(state) for state in now.sources)
    for state in now.sources:
        is_news = state.agency in known and not _is_over(known[state.agency])
        is_known = state.complete_to is not None or nobody_sends
        told = "."
        if _is_over(state):
            told = f", {count_of(state.overdue_days, 'day', 'days')} later than it may be."
        elif state.complete_to and not is_reliable(state):
            told = "; people keep the points they had from it."
        yield _check(
            "freshness",
            state.agency,
            fails=(_is_over(state) and is_news) or (nobody_is_near and is_known),
            numbers=(state.overdue_days, LONGEST_HOLD_DAYS),
            found=f"{state.title}: {agency_text(state)}{told}",
            advice="Ask the agency for the files that are missing; if it sends no more, take its declaration out.",
        )


def _is_over(state: AgencyState) -> bool:
    return state.overdue_days > LONGEST_HOLD_DAYS


def _volume_drift(now: Measured, before: Measured | None) -> Iterator[Check]:
    titles = _titles(now)
    known = {(v.agency, v.feed, v.what): v for v in before.volumes} if before else {}
    for volume in now.volumes:
        title = f"{titles.get(volume.agency, volume.agency)}, {plain(volume.feed)}"
        found = f"{title}: {volume.latest:,} {volume.what} in the latest week, {volume.usual():,.0f} in a usual one"
        last = known.get((volume.agency, volume.feed, volume.what))
        usual, is_few, is_many = volume.usual(), _is_few(volume, volume), _is_many(volume, volume)
        if before is None:
            yield _passed("volume", volume.agency, f"{found} ({FIRST}).")
        elif sum(week > 0 for week in volume.earlier) < LEAST_WEEKS:
            yield _passed("volume", volume.agency, f"{found} (too few earlier weeks to compare).")
        elif (is_few and not (last and _is_few(last, volume))) or (is_many and not (last and _is_many(last, volume))):
            limit = usual * FEWEST_SHARE if is_few else max(usual, LEAST_EXPECTED) * MOST_TIMES
            far = "far fewer than usual" if is_few else "far more than usual"
            yield _check("volume", volume.agency, True, (volume.latest, limit), f"{found}: {far}.", ASK)
        else:
            yield _check("volume", volume.agency, False, (volume.latest, usual * FEWEST_SHARE), f"{found}.", "")


def _is_few(volume: Volume, usual_of: Volume) -> bool:
    return usual_of.usual() >= LEAST_EXPECTED and volume.latest < usual_of.usual() * FEWEST_SHARE


def _is_many(volume: Volume, usual_of: Volume) -> bool:
    return volume.latest > max(usual_of.usual(), LEAST_EXPECTED) * MOST_TIMES


def _fill_drift(now: Measured, before: Measured | None) -> Iterator[Check]:
    """One check per feed: every field that drifted is named, else the one that moved most."""
    titles = _titles(now)
    known = {(f.agency, f.feed, f.field): f for f in before.fills} if before else {}
    for agency, feed in dict.fromkeys((f.agency, f.feed) for f in now.fills):
        fields = [f for f in now.fills if (f.agency, f.feed) == (agency, feed)]
        title, new = f"{titles.get(agency, agency)}, {plain(feed)}", fields[0].new_records
        drifted = [f for f in fields if _has_drifted(f) and not _drifted_alike(f, known.get((agency, feed, f.field)))]
        if before is None:
            yield _passed("filled fields", agency, f"{title}: {count_of(new, 'record', 'records')} ({FIRST}).")
            continue
        moved = max(fields, key=lambda f: abs(f.new_share() - f.earlier_share()))
        told = " and ".join(
            f"{plain(f.field)} in {f.new_share():.0%} of {f.new_records:,} new records, {f.earlier_share():.0%} before"
            for f in (drifted or ([moved] if moved.new_records else []))
        )
        numbers = (abs(moved.new_share() - moved.earlier_share()), FILL_DRIFT) if new else (None, None)
        yield _check("filled fields", agency, bool(drifted), numbers, f"{title}: {told or 'no new records'}.", ASK)


def _has_drifted(fill: Fill) -> bool:
    """Is a field filled far less or far more often than before?"""
    if fill.earlier_records < LEAST_NEW_RECORDS:
        return False
    expected = fill.earlier_share() * fill.new_records
    is_few = expected >= LEAST_EXPECTED and fill.new_filled < expected * FEWEST_SHARE
    is_far = abs(fill.new_share() - fill.earlier_share()) >= FILL_DRIFT
    return is_few or (is_far and fill.new_records >= LEAST_NEW_RECORDS)


def _drifted_alike(fill: Fill, last: Fill | None) -> bool:
    """Was it off in the same direction on the last published list, so that somebody knows of it?"""
    if last is None or not _has_drifted(last):
        return False
    return (fill.new_share() > fill.earlier_share()) == (last.new_share() > last.earlier_share())


# --- is who is who decided as it was? -------------------------------------------------------------------------


def _linkage_drift(now: Measured, before: Measured | None) -> Iterator[Check]:
    """Do as many records go to a person as did? What is newly recorded may be of people known, or of others.

    So a range is to be expected. Each record later than what the last list knew belongs to somebody known, which gives
    the most records per person and may tie one more that stood alone, or to somebody new, which gives the fewest.
    Records of earlier days that come only now, and links that changed, lie outside of it.
    """
    per_person, share = now.records / max(now.persons, 1), now.linked_records / max(now.records, 1)
    found = f"{per_person:.2f} records per person", f"{share:.1%} of records linked to another one"
    if before is None or min(now.records, before.records) < LEAST_LINKED_RECORDS:
        why = FIRST if before is None else "too few records to compare"
        yield _passed("records per person", None, f"{found[0]} ({why}).")
        yield _passed("linked records", None, f"{found[1]} ({why}).")
        return
    added = min(now.recent_records, max(now.records - before.records, 0))
    expected = before.records + added
    fewest, most = expected / (before.persons + added), expected / before.persons
    change = max(per_person / most, fewest / max(per_person, 1e-9)) - 1
    yield _check(
        "records per person",
        None,
        fails=change > RECORDS_PER_PERSON_DRIFT,
        numbers=(max(change, 0), RECORDS_PER_PERSON_DRIFT),
        found=f"{found[0]}, {before.records / before.persons:.2f} on the last list.",
        advice=LOOK,
    )
    least = before.linked_records / expected
    greatest = min((before.linked_records + 2 * added) / expected, 1)
    change = max(share - greatest, least - share)
    yield _check(
        "linked records",
        None,
        fails=change > LINKED_SHARE_DRIFT,
        numbers=(max(change, 0), LINKED_SHARE_DRIFT),
        found=f"{found[1]}, {before.linked_records / before.records:.1%} on the last list.",
        advice=LOOK,
    )


def _largest_person(now: Measured, before: Measured | None) -> Iterator[Check]:
    title = _titles(now).get(now.largest_agency or "", now.largest_agency)
    found = f"The person with the most records has {now.largest_records:,}"
    found += f", most of them from {title}" if title else ""
    advice = f"See `outreach why {now.largest_person}` whether they are one person's; if so, publish by hand."
    yield _check(
        "largest person",
        now.largest_agency,
        fails=now.largest_records > LARGEST_PERSON_RECORDS,
        numbers=(now.largest_records, LARGEST_PERSON_RECORDS),
        found=f"{found}.",
        advice=advice,
    )
    if before is None:
        yield _passed("largest person's growth", None, f"{found} ({FIRST}).")
        return
    limit = max(before.largest_records * LARGEST_GROWTH_TIMES, before.largest_records + LARGEST_GROWTH_RECORDS)
    yield _check(
        "largest person's growth",
        now.largest_agency,
        fails=now.largest_records > limit,
        numbers=(now.largest_records, limit),
        found=f"{found}; on the last list the most was {before.largest_records:,}.",
        advice=advice,
    )


# --- does the list tell people apart, and does it follow from the last one? -----------------------------------


def _ties(now: Measured) -> Check:
    share = now.ties / len(now.entries) if now.entries else 0.0
    return _check(
        "ties at the line",
        None,
        fails=bool(now.below_line) and now.ties >= LEAST_EXPECTED and share > MOST_TIED_SHARE,
        numbers=(share, MOST_TIED_SHARE),
        found=f"{count_of(now.ties, 'person has', 'people have')} exactly the points of the last entry, on a list of "
        f"{len(now.entries):,}.",
        advice="See in the run report whether an agency's data or a factor is lost; else change the list's size.",
    )


def _churn(now: Measured, before: Measured | None) -> Iterator[Check]:
    if before is None:
        yield _passed("new entries", None, f"{count_of(len(now.entries), 'entry', 'entries')} ({FIRST}).")
        return
    came, went = len(set(now.entries) - set(before.entries)), len(set(before.entries) - set(now.entries))
    growth = len(now.entries) - len(before.entries)
    days = (date.fromisoformat(now.as_of) - date.fromisoformat(before.as_of)).days
    is_compared = min(len(now.entries), len(before.entries)) >= LEAST_ENTRIES and days <= LONGEST_COMPARED_DAYS
    sides = (
        ("new entries", came, growth, len(now.entries), f"were not on the last list, of {day_text(before.as_of)}"),
        (
            "entries gone",
            went,
            -growth,
            len(before.entries),
            f"of the last list, of {day_text(before.as_of)}, are gone",
        ),
    )
    for name, count, explained, of, what in sides:
        found = f"{count:,} of {of:,} entries {what}"
        share = (count - max(explained, 0)) / of if of else 0.0
        yield _check(
            name,
            None,
            fails=is_compared and share > CHURN,
            numbers=(share, CHURN) if is_compared else (None, None),
            found=f"{found}." if is_compared else f"{found} (too few, or too long ago, to compare).",
            advice=LOOK,
        )


def _titles(now: Measured) -> dict[str, str]:
    return {state.agency: state.title for state in now.sources}


def _passed(name: str, agency: str | None, found: str) -> Check:
    return Check(name=name, agency=agency, is_passed=True, measured=None, limit=None, found=found)


def _check(
    name: str,
    agency: str | None,
    fails: bool,
    numbers: tuple[float | None, float | None],
    found: str,
    advice: str,
) -> Check:
    measured, limit = numbers
    return Check(
        name=name,
        agency=agency,
        is_passed=not fails,
        measured=None if measured is None else round(float(measured), 4),
        limit=None if limit is None else round(float(limit), 4),
        found=found,
        advice=advice if fails else "",
    )
