"""What does a run tell about itself? Counts only, read from what it left in the database."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from pipeline import drifting, full_exports
from pipeline.contract.declaration import Agency
from pipeline.contract.outreach_list import AgencyCounts, OutreachList, RunFigures
from pipeline.ranking.stays import LONGEST_UNTOLD
from pipeline.store import Work

LONGEST_WAIT = timedelta(days=35)
"""How long an end may wait for its booking before somebody should ask. The slowest feeds here send once a month and are
late after as many days: what has not come by then was lost, or belongs to a time before the agency's first file."""


def run_figures(
    work: Work, made: OutreachList, agencies: Sequence[Agency] = (), forgotten: Mapping[str, int] = MappingProxyType({})
) -> RunFigures:
    """What does the run tell about itself, and of the feeds of these agencies over time? Counts only.

    Args:
        work: the transaction of the run.
        made: its list.
        agencies: whose feeds are told of over time.
        forgotten: agency → how many open stays it last told of too long ago.
    """
    run = work.read("run_of_list", list_id=made.list_id).iloc[0]
    resolution = run["figures"]
    counts = tuple(AgencyCounts(**row) for row in accounting(work))
    sizes = work.read("cluster_sizes", run_number=int(run["run_number"]))
    standing = work.read("points_of_standings", list_id=made.list_id)
    stages = {
        "rows delivered": sum(c.delivered for c in counts),
        "rows accepted": sum(c.accepted for c in counts),
        "person records linked": int((sizes["record_count"] * sizes["person_count"]).sum()),
        "persons": int(sizes["person_count"].sum()),
        "people with points": int(standing["person_count"].sum()),
        "entries on the list": len(made.entries),
    }
    refusals = work.read("refusals")
    return RunFigures(
        counts=counts,
        stages=stages,
        quarantine=tuple(work.read("quarantine_by_reason").itertuples(index=False, name=None)),
        worked=tuple(work.read("worked_by_reason").itertuples(index=False, name=None)),
        refusals=tuple(refusals["refused_message"]),
        weight_histogram=tuple((low, high, int(count)) for low, high, count in resolution["weight_histogram"]),
        threshold_weight=resolution["threshold_weight"],
        threshold_probability=resolution["threshold_probability"],
        cluster_sizes=dict(zip(sizes["record_count"].map(int), sizes["person_count"].map(int), strict=True)),
        blocking=tuple(
            (rule, sentence, int(pairs), int(purged)) for rule, sentence, pairs, purged in resolution["blocking"]
        ),
        points=dict(zip(standing["points"].map(int), standing["person_count"].map(int), strict=True)),
        line_points=made.entries[-1].points if made.entries else None,
        notes=(
            *resolution["notes"],
            *_roster_notes(work, made, int(run["taken_in_number"])),
            *_stay_notes(made, forgotten),
            *_encoding_notes(work, made, agencies, int(run["taken_in_number"])),
            *_waiting_notes(work, made, int(run["taken_in_number"])),
            *_missing_notes(work, made, agencies, int(run["taken_in_number"])),
        ),
        feeds=drifting.histories(work, agencies),
    )


def _roster_notes(work: Work, made: OutreachList, taken_in_number: int) -> Iterator[str]:
    """Yield what is to be known of the rosters behind the list: days without one, and names that are a day off."""
    titles = {state.agency: state.title for state in made.sources}
    for row in work.read("roster_gaps", taken_in_number=taken_in_number).to_dict("records"):
        of = f"{titles.get(row['agency'], row['agency'])}, {row['feed']}"
        if row["missing_count"]:
            yield (
                f"{of}: {row['missing_count']} days between its first and its last roster have none, the latest "
                f"{row['latest_missing_on']}; on which of them somebody left is not known"
            )
        if row["renamed_count"]:
            yield f"{of}: {row['renamed_count']} rosters list people admitted on the day after the one in their name"


def _stay_notes(made: OutreachList, forgotten: Mapping[str, int]) -> Iterator[str]:
    """Yield whose open stays do not count as custody any more."""
    titles = {state.agency: state.title for state in made.sources}
    for agency, count in forgotten.items():
        yield (
            f"{titles.get(agency, agency)}: {count} stays have no end and were last told of more than "
            f"{LONGEST_UNTOLD.days} days ago; they count as custody no more: ask the agency for their ends"
        )


def _encoding_notes(work: Work, made: OutreachList, agencies: Sequence[Agency], taken_in_number: int) -> Iterator[str]:
    """Yield which feeds' newest files are written in two encodings."""
    feeds = {(agency.name, feed.name): (agency.title, feed.format) for agency in agencies for feed in agency.feeds}
    for row in work.read("newest_files_in_two_encodings", taken_in_number=taken_in_number).to_dict("records"):
        title, layout = feeds.get((row["agency"], row["feed"]), (row["agency"], None))
        other = getattr(layout, "other_encoding", None) or "another encoding"
        yield (
            f"{title}, {row['feed']}: lines of its newest file that are no UTF-8 and were read as {other}: "
            f"{row['other_encoding_lines']}; ask the agency to write all lines alike"
        )


def _waiting_notes(work: Work, made: OutreachList, taken_in_number: int) -> Iterator[str]:
    """Yield how many ends wait for what they are the end of."""
    titles = {state.agency: state.title for state in made.sources}
    before = date.fromisoformat(made.as_of) - LONGEST_WAIT
    asked = {"taken_in_number": taken_in_number, "zone": made.zone, "before": before}
    for row in work.read("waiting_ends", **asked).to_dict("records"):
        told = (
            f"{titles.get(row['agency'], row['agency'])}, {row['feed']}: ends of what no row of "
            f"{row['encounter_feed']} has told of yet: {row['waiting_count']}; they join when it comes"
        )
        late = f"; more than {LONGEST_WAIT.days} days ago: {row['overdue_count']}, ask the agency for what is missing"
        yield told + (late if row["overdue_count"] else "")


def _missing_notes(work: Work, made: OutreachList, agencies: Sequence[Agency], taken_in_number: int) -> Iterator[str]:
    """Yield how many people full exports leave out."""
    titles = {state.agency: state.title for state in made.sources}
    for one in (found for agency in agencies for found in full_exports.missing(work, agency, taken_in_number)):
        yield (
            f"{titles.get(one.agency, one.agency)}, {one.feed}: {one.count} known here are missing from the full "
            f"export {one.export}; they still count: ask the agency whether they were removed"
        )


def accounting(work: Work) -> list[dict[str, object]]:
    """Where did every delivered row go, per agency? delivered = accepted + quarantined + retracted."""
    frame = work.read("agency_accounting")
    return [
        {name: value if name == "agency" else int(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
