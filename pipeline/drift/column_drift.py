"""Does each column hold what it always held, or is it swapped, another one, emptied, or no longer known?"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import median

from pipeline.contract.codes import Drift
from pipeline.contract.declaration import Feed
from pipeline.contract.feed_history import Finding
from pipeline.drift.likeness import Likeness
from pipeline.drift.profile import FEWEST_ROWS, FileProfile, SameDay, event_columns
from pipeline.drift.shapes import YOUNG_YEARS, young_count
from pipeline.gate import FILL_DRIFT

FEWEST_BIRTHS = 20
"""Birth dates below which a share of them proves nothing: 20 children in a row do not come by chance."""

MOST_WRONG_BIRTHS = 0.5
"""Share of birth dates that are the day of the event, or too young, from which on the column holds something else. A
birth on the very day of a call or a booking is a slip of the pen; more than half of them are another column."""

SAME_DAY_DRIFT = 0.5
"""Difference of the share of rows with the same day in two columns, from which on one of them holds the other."""

SPREADS = 6.0
"""Times the usual spread (median absolute deviation) of a share that it may lie off its median: for a bell curve, four
standard deviations, one file in 16,000."""

LEAST_DIFFERENT = 10
"""Different values a column usually has, from which on a single one in all rows is a stand-in."""

LEAST_UNKNOWN = 5
"""Values unknown to the declaration that are told where there were none before: fewer are slips of the pen, which the
quarantine tells one by one."""

_ASK = "Ask the agency what changed in its export."


def find(feed: Feed, now: FileProfile, known: Sequence[FileProfile]) -> Iterator[Finding]:
    """What differs in the columns' content? `known` is empty where too little is known to say what is usual."""
    wrong_births = list(_births(feed, now))
    yield from wrong_births
    if not known or now.row_count < FEWEST_ROWS:
        return
    likeness = Likeness(feed, now, known)
    swapped = list(_swapped(feed, likeness))
    yield from swapped
    told = {name for finding in (*wrong_births, *swapped) for name in finding.columns}
    yield from _holding_another(likeness, now, known, told)
    for column in feed.columns:
        if now.column(column.name) and any(profile.column(column.name) for profile in known):
            yield from _filled(column.name, now, known)
            yield from _one_value(column.name, now, known)
            yield from _unknown(column.name, now, known)


# --- birth dates -----------------------------------------------------------------------------------------------------


def _births(feed: Feed, now: FileProfile) -> Iterator[Finding]:
    """Are the birth dates those of events, or of small children? Judged without a history too."""
    name = feed.person.fields.birth_date if feed.person else None
    if name is None:
        return
    events = {column.name for column in event_columns(feed)}
    for pair in now.same_days:
        [other] = set(pair.columns) - {name} if name in pair.columns else [None]
        if other in events and _share(pair) > MOST_WRONG_BIRTHS and pair.both >= FEWEST_BIRTHS:
            yield Finding(
                kind=Drift.BIRTHS_ARE_EVENTS,
                columns=(name, str(other)),
                sentence=f"{pair.same:,} of {pair.both:,} birth dates in [{name}] are the day in [{other}] of the same "
                "row, so the export puts another column there. Ask the agency to send it again.",
                is_refusing=True,
            )
            return
    column = now.column(name)
    births = sum(column.ages.values()) if column else 0
    young = young_count(column.ages) if column else 0
    if births >= FEWEST_BIRTHS and young > births * MOST_WRONG_BIRTHS:
        yield Finding(
            kind=Drift.BIRTHS_TOO_YOUNG,
            columns=(name,),
            sentence=f"{young:,} of {births:,} people would be younger than {YOUNG_YEARS} by [{name}], so it holds "
            "other days than birth dates. Ask the agency to send it again.",
            is_refusing=True,
        )


# --- columns that changed places --------------------------------------------------------------------------------------


def _swapped(feed: Feed, likeness: Likeness) -> Iterator[Finding]:
    """Which two columns each look like the other?"""
    who = set(_who_columns(feed))
    for one, other in combinations(likeness.now, 2):
        if likeness.are_swapped(one, other):
            is_refusing = not who.isdisjoint((one, other))
            cost = "It would tell wrongly who people are: ask" if is_refusing else "Ask"
            yield Finding(
                kind=Drift.SWAPPED_COLUMNS,
                columns=(one, other),
                sentence=f"[{one}] looks as [{other}] always did, and [{other}] as [{one}]: the two seem to be "
                f"swapped. {cost} the agency to send it again.",
                is_refusing=is_refusing,
            )


def _who_columns(feed: Feed) -> Iterator[str]:
    """Which columns say who somebody is: names, birth date, social security number?"""
    if feed.person:
        fields = feed.person.fields
        yield from (fields.full_name.column,) if fields.full_name else ()
        yield from (name for name in (fields.first_name, fields.last_name, fields.birth_date, fields.ssn) if name)


def _holding_another(
    likeness: Likeness, now: FileProfile, known: Sequence[FileProfile], told: set[str]
) -> Iterator[Finding]:
    """Which column looks like another one, which still looks like itself; or has its days?"""
    for pair in now.same_days:
        before = [same for profile in known for same in profile.same_days if same.columns == pair.columns and same.both]
        usual = median(map(_share, before)) if before else 1.0
        if pair.both >= FEWEST_ROWS and _share(pair) - usual > SAME_DAY_DRIFT and told.isdisjoint(pair.columns):
            told |= set(pair.columns)
            sentence = (
                f"[{pair.columns[0]}] and [{pair.columns[1]}] have the same day in {_share(pair):.0%} of the rows"
            )
            sentence += f", usually in {usual:.0%}: one of them seems to hold the other. {_ASK}"
            yield Finding(kind=Drift.HOLDS_ANOTHER, columns=pair.columns, sentence=sentence)
    for name in likeness.now:
        others = [other for other in likeness.now if other != name and likeness.is_now(name, other)]
        if others and name not in told:
            other = min(others, key=lambda one: likeness.from_usual(likeness.now[name], one))
            sentence = f"[{name}] looks as [{other}] always did and no longer as itself. {_ASK}"
            yield Finding(kind=Drift.HOLDS_ANOTHER, columns=(name, other), sentence=sentence)


def _share(pair: SameDay) -> float:
    return pair.same / pair.both if pair.both else 0.0


# --- single columns ---------------------------------------------------------------------------------------------------


def _filled(name: str, now: FileProfile, known: Sequence[FileProfile]) -> Iterator[Finding]:
    """Is a column filled as often as it was, within what it usually varies by?"""
    shares = [profile.share_filled(name) for profile in known]
    usual, share = median(shares), now.share_filled(name)
    spread = median(abs(one - usual) for one in shares)
    if abs(share - usual) <= max(FILL_DRIFT, SPREADS * spread):
        return
    kind = Drift.FILLED_LESS if share < usual else Drift.FILLED_MORE
    sentence = f"[{name}] is filled in {share:.0%} of {now.row_count:,} rows, usually in {usual:.0%}. {_ASK}"
    yield Finding(kind=kind, columns=(name,), sentence=sentence)


def _one_value(name: str, now: FileProfile, known: Sequence[FileProfile]) -> Iterator[Finding]:
    """Does a column hold one and the same value in all rows, where it held many?"""
    column = now.column(name)
    different = [found.different for profile in known if (found := profile.column(name)) and found.filled]
    if column and column.different == 1 and column.filled >= FEWEST_ROWS and different:
        usual = median(different)
        if usual >= LEAST_DIFFERENT:
            sentence = (
                f"[{name}] holds one and the same value in {column.filled:,} rows, usually {usual:,.0f} different"
            )
            yield Finding(kind=Drift.ONE_VALUE, columns=(name,), sentence=f"{sentence} ones. {_ASK}")


def _unknown(name: str, now: FileProfile, known: Sequence[FileProfile]) -> Iterator[Finding]:
    """Does a column hold codes or dates that the declaration does not know, where it never did?"""
    column = now.column(name)
    before = sum(found.unknown for profile in known if (found := profile.column(name)))
    if column and not before and column.unknown >= LEAST_UNKNOWN:
        sentence = (
            f"{column.unknown:,} values of [{name}] are not known to the declaration; in the files before, all were."
        )
        ask = "Ask what they mean, and add them in the agency's file."
        yield Finding(kind=Drift.UNKNOWN_VALUES, columns=(name,), sentence=f"{sentence} {ask}")
