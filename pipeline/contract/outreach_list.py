"""What does a published list hold, and what does a run tell about itself?

Frozen dataclasses handed from `ranking` to `publish`. `as_published` parts go into `outreach_list.json`; the rest
(names, phone) only ever reaches the documents that clinicians hold.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from pipeline.contract.feed_history import FeedHistory, feed_history_from_json

LONGEST_HOLD_DAYS = 28
"""Days beyond what an agency's feeds may be late: so long do people keep the points they had from it; after that no
new list goes out without somebody deciding it. Four weekly lists: longer than a liaison's leave or a failed export, and
no longer than the shortest window of a crisis (30 days), so that no crisis call counts for more than twice its time."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why does an entry have some of its points?

    Attributes:
        factor: name of the factor.
        points: whole points, above 0; the reasons of an entry add up to its points.
        sentence: plain and dated, with count, window, latest date and where it is known from.
        latest_at: ISO 8601 moment (UTC) of the latest thing counted.
        agencies: names of those it is known from, sorted. Not published: the sentence tells their titles.
        is_under_consent: whether any of it may rest on rows under 42 CFR Part 2. Never published.
    """

    factor: str
    points: int
    sentence: str
    latest_at: str
    agencies: tuple[str, ...] = ()
    is_under_consent: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What does the list say of one person?

    Attributes:
        rank: 1 is first.
        person_id: steady from week to week.
        team: who follows up.
        points: sum of the reasons' points.
        reasons: most points first.
        is_new: not on the list before this one.
        previous_rank: rank on the list before, if any.
        record_keys: every record linked to the person, as agency/feed/key, sorted.
        display_name: best name, "LAST, First Middle Suffix". Personal.
        birth_date: ISO day or None. Personal.
        alias_count: how many other names the person's records carry.
        phone: best phone or None. Personal.
        address: best address in one line or None. Personal.
        last_contact: sentence on the latest encounter of any kind.
        held_over: sentence that says that the points are those of an earlier list, because an agency is down; or None.
        points_as_of: ISO day of that earlier list, or None. Not published: the sentence tells it.
        points_low, points_high: fewest and most points under the answers still open about this person's records, one
            at a time; both equal points where nothing is open.
        rank_best, rank_worst: the same for the rank; beyond the list it is the place in line.
        rests_on_unreviewed_link: an answer still open would take the person off the list, because some of the records
            would be somebody else's.
    """

    rank: int
    person_id: str
    team: str
    points: int
    reasons: tuple[Reason, ...]
    is_new: bool
    previous_rank: int | None
    record_keys: tuple[str, ...]
    display_name: str
    birth_date: str | None
    alias_count: int
    phone: str | None
    address: str | None
    last_contact: str
    points_low: int
    points_high: int
    rank_best: int
    rank_worst: int
    rests_on_unreviewed_link: bool
    held_over: str | None = None
    points_as_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class AgencyState:
    """How far is an agency's data complete?

    Attributes:
        agency, title: its name and how people call it.
        complete_to: ISO day, or None where no day is known.
        status: an `AgencyStatus` value.
        overdue_days: days by which the data are older than its feeds allow; 0 while they are not, or no day is known.
    """

    agency: str
    title: str
    complete_to: str | None
    status: str
    overdue_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Why is a list still the current one although a newer one was made?

    Attributes:
        since: ISO 8601 moment (UTC) at which a newer list was first held back.
        because: why the newest one was; counts and names of agencies only.
    """

    since: str
    because: str


@dataclass(frozen=True, kw_only=True)
class OutreachList:
    """Who, this week, first, and why?

    Attributes:
        list_id: hash of everything published and everything its documents show; the same inputs give the same id.
        as_of: ISO day; everything that happened up to the end of that day counts.
        zone: IANA zone in which the day ends and dates are shown.
        code_version, model_id: what made it.
        sources: every declared agency, sorted by name.
        entries: by rank.
        excluded_counts: exclusion → number of people.
        below_line_count: people with points who did not fit into the teams' capacity.
        stale: set only in the documents of a list that stayed current because a newer one was held back. It is no part
            of what the list says, nor of its id.
    """

    list_id: str
    as_of: str
    zone: str
    code_version: str
    model_id: str
    sources: tuple[AgencyState, ...]
    entries: tuple[Entry, ...]
    excluded_counts: Mapping[str, int]
    below_line_count: int
    stale: Stale | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """What did one look at a new list find, before it may become the current one?

    Attributes:
        name: which look it was.
        agency: whom it is about, or None for the county.
        is_passed: whether the list may go out as far as this look can tell.
        measured, limit: the number found and the one it is held against; None where there was nothing to compare.
        found: for a person: what was found, with the agency's title. One sentence, counts only.
        advice: what to do about it; empty for a check that is passed.
    """

    name: str
    agency: str | None
    is_passed: bool
    measured: float | None
    limit: float | None
    found: str
    advice: str = ""

    @property
    def message(self) -> str:
        """What is a person told: what was found, and what to do?"""
        return f"{self.found} {self.advice}".strip()


@dataclass(frozen=True, kw_only=True)
class AgencyCounts:
    """Where did an agency's delivered rows go? accepted + quarantined + retracted = delivered, always.

    Attributes:
        delivered: rows in all distinct files delivered so far.
        accepted: rows taken in and current (held and not-about-a-person rows among them).
        quarantined: rows set aside with a reason, those of refused files included.
        retracted: rows replaced by a newer version, or that say they never happened.
        held: of the accepted, rows without consent, used for nothing.
        not_about_person: of the accepted, rows about callers, victims, officers and the like.
        files, files_refused, files_repeated: distinct files; those refused; deliveries of bytes already known.
        dropped_values: single values that could not be right and became missing.
    """

    agency: str
    delivered: int
    accepted: int
    quarantined: int
    retracted: int
    held: int
    not_about_person: int
    files: int
    files_refused: int
    files_repeated: int
    dropped_values: int


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """What can a run report show without naming anyone? Counts only.

    Attributes:
        counts: per agency, sorted by name.
        stages: stage → number of things after it, in the order of the road.
        quarantine: (agency, feed, fault code, row count), most rows first.
        worked: the same, of those rows that somebody accepted as set aside for good.
        refusals: clear lines for refused files, one each.
        weight_histogram: (bin low, bin high, pair count), match weights in bits.
        threshold_weight: the match weight (bits) at the threshold.
        threshold_probability: the same as a match probability.
        cluster_sizes: records per person → number of persons.
        blocking: (rule, sentence, pair count, purged blocks).
        points: points → number of people, everyone with points.
        line_points: points of the last entry on the list, or None for an empty one.
        notes: remarks of the linkage (counts only).
        checks: what was looked at before the newest list could become current.
        feeds: what each feed's files looked like over time.
    """

    counts: tuple[AgencyCounts, ...]
    stages: Mapping[str, int]
    quarantine: tuple[tuple[str, str, str, int], ...]
    refusals: tuple[str, ...]
    weight_histogram: tuple[tuple[float, float, int], ...]
    threshold_weight: float
    threshold_probability: float
    cluster_sizes: Mapping[int, int]
    blocking: tuple[tuple[str, str, int, int], ...]
    points: Mapping[int, int]
    line_points: int | None
    notes: tuple[str, ...] = field(default=())
    checks: tuple[Check, ...] = field(default=())
    feeds: tuple[FeedHistory, ...] = field(default=())
    worked: tuple[tuple[str, str, str, int], ...] = field(default=())


def _certain(points: int, rank: int) -> dict:
    """What does an entry say of which nothing is open? So read lists made before open answers were told."""
    ranges = {"points_low": points, "points_high": points, "rank_best": rank, "rank_worst": rank}
    return ranges | {"rests_on_unreviewed_link": False}


def to_json(made: OutreachList) -> dict:
    """How is a list kept in the database? As plain lists and dictionaries; `from_json` makes it again."""
    return asdict(made) | {"excluded_counts": dict(made.excluded_counts)}


def from_json(content: dict) -> OutreachList:
    """Which list was kept? The inverse of `to_json`."""
    entries = tuple(
        Entry(
            **_certain(entry["points"], entry["rank"])
            | entry
            | {"reasons": tuple(map(_reason, entry["reasons"])), "record_keys": tuple(entry["record_keys"])}
        )
        for entry in content["entries"]
    )
    sources = tuple(AgencyState(**state) for state in content["sources"])
    stale = Stale(**content["stale"]) if content.get("stale") else None
    return OutreachList(**content | {"entries": entries, "sources": sources, "stale": stale})


def _reason(content: dict) -> Reason:
    return Reason(**content | {"agencies": tuple(content.get("agencies", ()))})


def figures_to_json(figures: RunFigures) -> dict:
    """How are a run's figures kept in the database? As plain lists and dictionaries; `figures_from_json` inverts it."""
    by_number = {name: sorted(getattr(figures, name).items()) for name in ("cluster_sizes", "points")}
    return asdict(figures) | {"stages": list(figures.stages.items())} | by_number


def figures_from_json(kept: dict) -> RunFigures:
    """Which figures were kept? The inverse of `figures_to_json`."""
    tables = ("quarantine", "worked", "weight_histogram", "blocking")
    rows = {name: tuple(tuple(row) for row in kept.get(name, ())) for name in tables}
    lines = {name: tuple(kept[name]) for name in ("refusals", "notes")}
    mappings = {name: dict(kept[name]) for name in ("stages", "cluster_sizes", "points")}
    counts = tuple(AgencyCounts(**agency) for agency in kept["counts"])
    checks = tuple(Check(**check) for check in kept.get("checks", ()))
    feeds = tuple(map(feed_history_from_json, kept.get("feeds", ())))
    return RunFigures(**kept | rows | lines | mappings | {"counts": counts, "checks": checks, "feeds": feeds})
