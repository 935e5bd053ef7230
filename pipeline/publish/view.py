"""How is a list said in words? Pure functions from what a list holds to the text that every form of it shows.

The workbook, the print sheet and the report say the same thing the same way because they all ask here. Nothing here
depends on the locale of the machine: month names and digits are our own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipeline.contract.codes import AgencyStatus, Exclusion
from pipeline.contract.errors import OutreachError
from pipeline.contract.outreach_list import AgencyState, Check, Entry, OutreachList, Reason

LIST_TITLE = "Outreach list: people with frequent crisis or jail contact"

CONFIDENTIAL = (
    "Confidential. Health and criminal justice information, for the follow-up team it names and no one else. "
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records. Do not copy, forward or leave unattended."
)

# The contract carries no contact history yet, so a list that was just made knows only this one status (U6).
FIRST_STATUS = "not yet attempted"

OUTCOMES = ("reached", "attempted, not reached", "declined", "connected to service", "other")

TOP_REASONS = 3  # U1: what a person reads in a minute; the print sheet shows them all

HOW_POINTS_WORK = (
    "Each reason is one thing counted, and is worth whole points. An entry's points are the sum of its reasons, "
    "nothing else. More points means a higher place. Points say how often and how lately crisis, jail and care "
    "services met a person. They do not say what the person will do."
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_EXCLUSIONS = {
    Exclusion.DECEASED: "has died",
    Exclusion.IN_CUSTODY: "in jail on the day of the list",
    Exclusion.TRANSFERRED_ELSEWHERE: "transferred elsewhere, not known to be back",
    Exclusion.MINOR: "a minor",
    Exclusion.AGE_UNKNOWN: "age not known, so perhaps a minor",
    Exclusion.NO_CONSENT_BASIS: "known only through records that need a consent and have none",
}

# Control characters, half surrogate pairs and the two non-characters, which XML (and so a workbook) cannot hold, and
# the marks that reverse the direction of text, with which one name can be made to look like another.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class BirthDateUnreadable(OutreachError):
    """An entry's birth date is not the ISO day that the contract promises."""


def showable(text: str) -> str:
    """What is left of a text when everything that cannot be shown is taken out? Tabs and line ends stay."""
    return _UNSHOWABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """How does a text read when it may not break the line? Every run of blank space becomes one blank."""
    return " ".join(showable(text).split())


def plain(code: str) -> str:
    """How is a code word read aloud? `bad_date` becomes `bad date`."""
    return code.replace("_", " ")


def sentence_case(text: str) -> str:
    """How does a text start a line? With a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def count_of(number: int, one: str, many: str) -> str:
    """How is a number of things said? `1 person`, `1,204 people`."""
    return f"{number:,} {one if number == 1 else many}"


def day_text(iso_day: str) -> str:
    """How is an ISO day shown? `2026-11-16` becomes `16 Nov 2026`.

    Raises:
        ValueError: if it is no ISO day.
    """
    day = date.fromisoformat(iso_day)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_text(moment: datetime, zone: str) -> str:
    """How is a moment shown to people in a zone? `23 Nov 2026, 07:08 MST`. The moment must carry its own zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date().isoformat())}, {local.hour:02}:{local.minute:02} {local.tzname()}"


def movement(entry: Entry) -> str:
    """Where was the entry on the list before? `new`, `up 3`, `down 2` or `carried over`."""
    if entry.is_new:
        return "new"
    if entry.previous_rank is None or entry.previous_rank == entry.rank:
        return "carried over"
    places = entry.previous_rank - entry.rank
    return f"up {places}" if places > 0 else f"down {-places}"


def birth_text(entry: Entry) -> str:
    """When was the person born, as far as anyone knows?

    Raises:
        BirthDateUnreadable: if it is no ISO day; Python's own message would repeat the date.
    """
    if not entry.birth_date:
        return "birth date not known"
    try:
        return f"born {day_text(entry.birth_date)}"
    except ValueError:
        raise BirthDateUnreadable(f"[{entry.person_id}]: the birth date is not written as YYYY-MM-DD.") from None


def alias_text(entry: Entry) -> str:
    """How many other names do the person's records carry?"""
    return count_of(entry.alias_count, "other name", "other names") if entry.alias_count else "no other names"


def reason_text(reason: Reason) -> str:
    """What is one reason, with its worth in front? `+4  3 crisis calls in the past 90 days, ...`."""
    return f"+{reason.points}  {one_line(reason.sentence)}"


def top_reasons(entry: Entry, most: int = TOP_REASONS) -> tuple[str, ...]:
    """Which reasons weigh most? The first few, then one line for the worth of the rest, so that all adds up."""
    shown, rest = entry.reasons[:most], entry.reasons[most:]
    lines = tuple(reason_text(reason) for reason in shown)
    if not rest:
        return lines
    return (*lines, f"+{sum(r.points for r in rest)}  {count_of(len(rest), 'more reason', 'more reasons')}")


def sum_text(entry: Entry) -> str:
    """How do the reasons add up? `4 + 3 + 2 = 9 points`."""
    total = count_of(entry.points, "point", "points")
    return f"{' + '.join(str(r.points) for r in entry.reasons)} = {total}" if len(entry.reasons) > 1 else total


def open_answers_text(entry: Entry) -> str | None:
    """What is said of records that nobody has reviewed yet? One sentence; None where no answer is open.

    No probability is shown: a range of points and places is what an answer can change.
    """
    if entry.rests_on_unreviewed_link:
        return "On the list only because of a link between records that nobody has reviewed yet."
    if entry.points_low == entry.points_high and entry.rank_best == entry.rank_worst:
        return None
    low, high = f"{entry.points_low:,}", count_of(entry.points_high, "point", "points")
    shown = high if entry.points_low == entry.points_high else f"{low} to {high}"
    places = f"place {entry.rank_best}"
    if entry.rank_best != entry.rank_worst:
        places = f"places {entry.rank_best} to {entry.rank_worst}"
    return f"Some links between records are not reviewed yet: {shown}, {places}, by the answer."


def agency_text(state: AgencyState) -> str:
    """How far can the list rely on an agency's data? One clause: `complete to 16 Nov 2026`, `nothing received yet`...

    Raises:
        ValueError: if the status is none of `AgencyStatus`.
    """
    until = day_text(state.complete_to) if state.complete_to else "not known"
    match AgencyStatus(state.status):
        case AgencyStatus.COMPLETE:
            return f"complete to {until}"
        case AgencyStatus.LATE:
            return f"late, last data {until}"
        case AgencyStatus.STOPPED:
            return f"stopped, newest delivery refused, last data {until}"
        case AgencyStatus.MISSING:
            return "nothing received yet"


def is_reliable(state: AgencyState) -> bool:
    """Is an agency's data as complete as the list wants it?"""
    return state.status == AgencyStatus.COMPLETE


def banner_warning(sources: Sequence[AgencyState]) -> str:
    """What should a reader know before the first entry? One sentence on how many agencies are behind."""
    behind = sum(not is_reliable(state) for state in sources)
    if not behind:
        return "Every agency's data is complete."
    verb = "is" if behind == 1 else "are"
    return f"{behind} of {count_of(len(sources), 'agency', 'agencies')} {verb} behind: recent events may be missing."


def stale_text(outreach_list: OutreachList) -> str | None:
    """What must a reader know of a list that is not the newest? One line, before anything else; None for the newest."""
    if outreach_list.stale is None:
        return None
    day, because = day_text(outreach_list.as_of), one_line(outreach_list.stale.because)
    return f"This list is from {day}. A newer one was held back: {because}"


def in_asked_order(excluded_counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Which exclusions come first? Those that are asked first; any that is not ours yet comes last, by name."""
    known = [str(exclusion) for exclusion in Exclusion]
    return sorted(excluded_counts.items(), key=lambda item: (known.index(item[0]) if item[0] in known else 99, item[0]))


def check_text(check: Check) -> str:
    """How did a check end? In a sign and a word, so that it reads without colour: `✓ passed` or `✗ failed`."""
    return "✓ passed" if check.is_passed else "✗ failed"


def exclusion_text(code: str) -> str:
    """Why are people not shown, in plain words? A reason that is not ours yet is read aloud as it stands."""
    return _EXCLUSIONS[Exclusion(code)] if code in set(Exclusion) else plain(code)


def phone_text(phone: str | None) -> str | None:
    """How is a phone number written for people? Ten digits in groups; any other as it is.

    >>> phone_text("3035550134"), phone_text("+442071838750"), phone_text(None)
    ('303-555-0134', '+442071838750', None)
    """
    is_american = phone is not None and len(phone) == 10 and phone.isdigit()
    return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}" if phone is not None and is_american else phone
