"""What did a run do? `run_report.html`: one page of pictures and counts that names nobody and asks no other host.

Only counts, agencies, ids of lists and models, and lines that are safe to log go in; entries are counted, not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.contract.outreach_list import AgencyCounts, AgencyState, Check, OutreachList, RunFigures
from pipeline.publish import view
from pipeline.publish.feed_pictures import feeds_shown
from pipeline.publish.pictures import pictures_of


@dataclass(frozen=True)
class Account:
    """Where did the rows of one agency (or of all) go, and does it add up?"""

    title: str
    delivered: int
    accepted: int
    quarantined: int
    retracted: int
    check: str
    is_right: bool


def render(outreach_list: OutreachList, figures: RunFigures) -> bytes:
    """What stands in `run_report.html`? A page in UTF-8, for a screen, a phone or paper; equal input, equal bytes."""
    titles = {state.agency: state.title for state in outreach_list.sources}
    page = _template().render(
        as_of=view.day_text(outreach_list.as_of),
        outreach_list=outreach_list,
        headline=headline(outreach_list),
        stale=view.stale_text(outreach_list),
        warning=view.banner_warning(outreach_list.sources),
        banner=[_banner_line(state) for state in outreach_list.sources],
        figures=figures,
        pictures=[(picture, Markup(picture.svg)) for picture in pictures_of(figures, titles)],
        feeds=[(feed, Markup(feed.picture.svg)) for feed in feeds_shown(figures.feeds, titles)],
        accounts=accounts(figures.counts, titles),
        set_aside=set_aside(figures, titles),
        inside=[(titles.get(c.agency, view.plain(c.agency)), c) for c in figures.counts],
        checks=[(check, titles.get(check.agency or "", "The county")) for check in failed_first(figures.checks)],
        exclusions=[(view.exclusion_text(code), n) for code, n in view.in_asked_order(outreach_list.excluded_counts)],
    )
    return page.encode("utf-8", "replace")


@dataclass(frozen=True)
class SetAside:
    """How many rows of one feed are set aside for one reason: still open, and accepted as such by somebody?"""

    title: str
    feed: str
    reason: str
    open_count: int
    worked_count: int


def set_aside(figures: RunFigures, titles: dict[str, str]) -> tuple[SetAside, ...]:
    """Which rows are in quarantine, and who still has to look? By agency, feed and reason."""
    worked = {(agency, feed, reason): number for agency, feed, reason, number in figures.worked}
    found = [(one[:3], one[3], worked.get(one[:3], 0)) for one in figures.quarantine]
    return tuple(
        SetAside(titles.get(agency, view.plain(agency)), view.plain(feed), view.plain(reason), number - done, done)
        for (agency, feed, reason), number, done in sorted(found)
    )


def headline(outreach_list: OutreachList) -> tuple[tuple[str, str], ...]:
    """Which four numbers come first? (number, what it is)."""
    entries = outreach_list.entries
    return (
        (f"{len(entries):,}", "on the list"),
        (f"{sum(entry.is_new for entry in entries):,}", "of them new"),
        (f"{outreach_list.below_line_count:,}", "next in line"),
        (f"{sum(outreach_list.excluded_counts.values()):,}", "not shown, with a reason"),
    )


def failed_first(checks: Sequence[Check]) -> list[Check]:
    """In which order are checks shown? Those that failed come first, else as they were told."""
    return sorted(checks, key=lambda check: check.is_passed)


def accounts(counts: Sequence[AgencyCounts], titles: dict[str, str]) -> tuple[Account, ...]:
    """Where did every delivered row go? One account per agency, then one for all of them together."""
    each = tuple(_account(titles.get(c.agency, view.plain(c.agency)), (c,)) for c in counts)
    return (*each, _account("All agencies", counts))


def _account(title: str, counts: Sequence[AgencyCounts]) -> Account:
    delivered, accepted, quarantined, retracted = (
        sum(getattr(c, part) for c in counts) for part in ("delivered", "accepted", "quarantined", "retracted")
    )
    # Agency by agency: one row too many here and one too few there must not pass as right.
    missing = sum(abs(c.delivered - c.accepted - c.quarantined - c.retracted) for c in counts)
    check = "adds up" if missing == 0 else f"off by {view.count_of(missing, 'row', 'rows')}"
    return Account(title, delivered, accepted, quarantined, retracted, check, missing == 0)


def _banner_line(state: AgencyState) -> tuple[str, str, bool]:
    return state.title, view.agency_text(state), view.is_reliable(state)


@cache
def _template() -> Template:
    """Which page is filled in? A name the page asks for and nobody gives is an error, not a blank."""
    pages = Environment(
        loader=PackageLoader("pipeline.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["number"] = lambda value: f"{value:,}"
    pages.filters["sentence_case"] = view.sentence_case
    pages.filters["plain"] = view.plain
    pages.filters["check_text"] = view.check_text
    return pages.get_template("run_report.html.j2")
