"""May the list just made become the current one? Measures it in the database, examines it, keeps what was found.

The rim of `gate`: it reads and writes, and decides nothing. What a list was measured by is kept with it, so that the
next one is compared with the list that was last published, however long ago, and never with one that was held back.
"""

import json
from dataclasses import asdict
from datetime import date, timedelta
from itertools import groupby

import pandas as pd

from pipeline import audit, gate
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish
from pipeline.contract.outreach_list import Check, OutreachList, Stale
from pipeline.ranking.rank import Calendar
from pipeline.store import Work

WEEK_DAYS = 7
COMPARED_WEEKS = 12
"""Weeks before the latest one that say what is usual: a quarter of a year, within which a season hardly turns."""
LOOKED_BACK_DAYS = 182
"""Days before the list's day that are counted: the compared weeks of an agency that is as late as it may be."""
OF_A_FEED = ["agency", "feed"]
SHOWN_REASONS = 3
"""Failed checks that a banner tells; the rest are counted, and told in the run report."""


def hold_back_reasons(work: Work, act: Act, made: OutreachList) -> tuple[Check, ...]:
    """Why may the list not become the current one? The checks that failed; empty where it may.

    A list that was published already is not looked at again, and neither is one that looks back, which does not become
    current.
    """
    if looks_back(work, made) or len(work.read("artifacts_of_list", list_id=made.list_id)):
        return ()
    current = work.read("current_list")
    if not current.empty:
        is_current = current["list_id"].iloc[0] == made.list_id
        if is_current or current["as_of"].iloc[0] > date.fromisoformat(made.as_of):
            return ()
    return tuple(check for check in check_list(work, act, made) if not check.is_passed)


def looks_back(work: Work, made: OutreachList) -> bool:
    """Is the list for an earlier day, or of less knowledge, than was linked before? Such a one is never current."""
    return bool(work.read("run_of_list", list_id=made.list_id)["is_look_back"].any())


def check_list(work: Work, act: Act, made: OutreachList) -> tuple[Check, ...]:
    """What do the checks of a list find, as the database is now? Kept with the list."""
    before = work.ask("measures_of_list", list_id=_compared_with(work, made))
    known = gate.measured_from_json(before["measured"]) if isinstance(before, dict) else None
    measured, marks = measure(work, made, before)
    checks = gate.examine(measured, known)
    _keep_measures(work, made, measured, marks)
    work.run("forget_checks", list_id=made.list_id)
    columns = ["check_name", "agency", "is_passed", "measured", "limit_value", "found", "advice"]
    rows = [(c.name, c.agency, c.is_passed, c.measured, c.limit, c.found, c.advice) for c in checks]
    table = pd.DataFrame(rows, columns=columns).assign(list_id=made.list_id, position=range(1, len(rows) + 1))
    work.copy("outreach.gate_check", table.astype({"measured": float, "limit_value": float}))
    failed = sum(not check.is_passed for check in checks)
    audit.record(work, act, "list_checked", list_id=made.list_id, checks=len(checks), failed=failed)
    return checks


def _compared_with(work: Work, made: OutreachList) -> object:
    """Which list is it compared with? The current one; where that was withdrawn, the last one of an earlier day."""
    current = work.read("current_list")
    if not current.empty:
        return current["list_id"].iloc[0]
    return work.ask("previous_list", as_of=date.fromisoformat(made.as_of), known_at=None)


def measure_instead(work: Work, made: OutreachList, instead_of: str) -> None:
    """Measure a list that takes the place of an earlier one, for the next to be compared with: as of that one's files.

    Nothing is kept where the earlier one was published by hand, or by a version that measured nothing.
    """
    earlier = work.ask("measures_of_list", list_id=instead_of)
    if not isinstance(earlier, dict):
        return
    previous = work.read("run_of_list", list_id=made.list_id)["previous_list_id"].iloc[0]
    measured, _ = measure(work, made, work.ask("measures_of_list", list_id=previous))
    _keep_measures(work, made, measured, {name: earlier[name] for name in ("up_to", "open_ids")})


def _keep_measures(work: Work, made: OutreachList, measured: gate.Measured, marks: dict[str, object]) -> None:
    work.run("keep_measures", list_id=made.list_id, measures=json.dumps({"measured": asdict(measured), **marks}))


def checks_of(work: Work, list_id: str) -> tuple[Check, ...]:
    """What did the checks of this list find? Empty for a list that was never looked at."""
    frame = work.read("checks_of_list", list_id=list_id)
    rows = frame.astype(object).where(frame.notna(), None)
    return tuple(
        Check(
            name=row.check_name,
            agency=row.agency,
            is_passed=bool(row.is_passed),
            measured=row.measured,
            limit=row.limit_value,
            found=row.found,
            advice=row.advice,
        )
        for row in rows.itertuples(index=False)
    )


def latest_checked(work: Work) -> str:
    """Which list was looked at last? Raises NothingToPublish where none ever was."""
    frame = work.read("latest_checked_list")
    if frame.empty:
        raise NothingToPublish("no list has been looked at yet; start with `outreach run`")
    return str(frame["list_id"].iloc[0])


def because_of(failed: tuple[Check, ...]) -> str:
    """What does a banner say of the failed checks? What was found, without the advice."""
    told = " ".join(check.found for check in failed[:SHOWN_REASONS])
    more = len(failed) - SHOWN_REASONS
    return told + (f" And {more} more." if more > 0 else "")


def stale_of_current(work: Work) -> Stale | None:
    """Is the current list stale: was a newer one held back?"""
    current = work.read("current_list")
    if current.empty or pd.isna(current["stale_since"].iloc[0]):
        return None
    since = pd.Timestamp(current["stale_since"].iloc[0]).tz_convert("UTC").isoformat(timespec="seconds")
    return Stale(since=since, because=current["stale_because"].iloc[0])


# --- measuring -----------------------------------------------------------------------------------------------------


def measure(work: Work, made: OutreachList, before: object) -> tuple[gate.Measured, dict[str, object]]:
    """What is the list measured by, as the database is now? Counts and ids, and up to where deliveries are known.

    `before` is what was kept with the last published list, or None.
    """
    days, fills = _rows_by_day(work, made), _fills(work, before)
    marks = work.read("gate_deliveries").iloc[0]
    run_number = int(work.read("run_of_list", list_id=made.list_id)["run_number"].iloc[0])
    largest = work.read("largest_person", run_number=run_number)
    sizes = work.read("cluster_sizes", run_number=run_number)
    standing = work.read("points_of_standings", list_id=made.list_id)
    records = int((sizes["record_count"] * sizes["person_count"]).sum())
    line_points = made.entries[-1].points if made.entries else 0
    measured = gate.Measured(
        as_of=made.as_of,
        sources=made.sources,
        volumes=_volumes(work, made, days),
        fills=fills,
        records=records,
        persons=int(sizes["person_count"].sum()),
        linked_records=records - int(sizes.loc[sizes["record_count"] == 1, "person_count"].sum()),
        recent_records=_recent(days, fills, before),
        largest_records=int(largest["record_count"].sum()),
        largest_person=None if largest.empty else largest["person_id"].iloc[0],
        largest_agency=None if largest.empty else largest["agency"].iloc[0],
        entries=tuple(entry.person_id for entry in made.entries),
        ties=int(standing.loc[standing["points"] == line_points, "person_count"].sum()),
        below_line=made.below_line_count,
    )
    return measured, {"up_to": int(marks["up_to"]), "open_ids": [int(number) for number in marks["open_ids"]]}


def _rows_by_day(work: Work, made: OutreachList) -> pd.DataFrame:
    """How many person records, encounters and ends of each feed fall on each local day? `gate_volumes`."""
    until = Calendar(date.fromisoformat(made.as_of), made.zone).until()
    return work.read("gate_volumes", zone=made.zone, since=until - timedelta(days=LOOKED_BACK_DAYS), until=until)


def _recent(days: pd.DataFrame, fills: tuple[gate.Fill, ...], before: object) -> int:
    """How many person records are new since the last list by their own date: later than its agency's data reached?

    So an agency that was down and is back, or that sends for the first time, brings what was to be expected of it.
    """
    if not isinstance(before, dict):
        return 0
    last = gate.measured_from_json(before["measured"])
    reached = {state.agency: state.complete_to for state in last.sources if state.complete_to}
    of_feed = {(fill.agency, fill.feed): fill.new_records + fill.earlier_records for fill in fills}
    first_time = sum(count for (agency, _), count in of_feed.items() if agency not in reached)
    records = days[days["what"] == "person records"]
    since = records["agency"].map(lambda agency: date.fromisoformat(reached.get(agency, "9999-12-31")))
    return first_time + int(records.loc[records["day"] > since, "row_count"].sum())


def _volumes(work: Work, made: OutreachList, days: pd.DataFrame) -> tuple[gate.Volume, ...]:
    """How many rows fall on each week of each feed? Weeks are counted back from the feed's own last day.

    Its last day is that of its newest row, or the date of its newest file where that is later: a file of which half is
    missing ends too early, and the week that it should have told of counts as empty.
    """
    files = work.read("agency_files", as_of=date.fromisoformat(made.as_of), taken_in_number=None).set_index(OF_A_FEED)
    files = files["latest_business_date"].dropna().to_dict()
    last_row = days.groupby(OF_A_FEED)["day"].max().to_dict()
    found = []
    for key, of_kind in days.groupby([*OF_A_FEED, "what"]):
        agency, feed, what = map(str, key)
        last_day = max(last_row[agency, feed], files.get((agency, feed), last_row[agency, feed]))
        ages = of_kind["day"].map(lambda day, last=last_day: (last - day).days // WEEK_DAYS)
        counts = of_kind.groupby(ages)["row_count"].sum()
        weeks = [int(counts.get(age, 0)) for age in range(COMPARED_WEEKS + 1)]
        found.append(gate.Volume(agency=agency, feed=feed, what=what, latest=weeks[0], earlier=_since_first(weeks[1:])))
    return tuple(found)


def _since_first(weeks: list[int]) -> tuple[int, ...]:
    """Which of the earlier weeks count? Those since the feed's first row: before it, nothing was usual."""
    filled = [place for place, count in enumerate(weeks) if count]
    return tuple(weeks[: filled[-1] + 1]) if filled else ()


def _fills(work: Work, before: object) -> tuple[gate.Fill, ...]:
    """How often is each field filled, in what was taken in since the last published list and before?"""
    marks = before if isinstance(before, dict) else {"up_to": 0, "open_ids": []}
    table = work.read("gate_fills", up_to=marks["up_to"], open_ids=marks["open_ids"])
    fields = [name for name in table.columns if name not in (*OF_A_FEED, "is_new", "record_count")]
    nothing = dict.fromkeys(["record_count", *fields], 0)
    found = []
    for (agency, feed), rows in groupby(table.to_dict("records"), key=lambda row: (row["agency"], row["feed"])):
        by_age = {bool(row["is_new"]): row for row in rows}
        new, earlier = by_age.get(True, nothing), by_age.get(False, nothing)
        found += [
            gate.Fill(
                agency=agency,
                feed=feed,
                field=name,
                new_records=int(new["record_count"]),
                new_filled=int(new[name]),
                earlier_records=int(earlier["record_count"]),
                earlier_filled=int(earlier[name]),
            )
            for name in fields
        ]
    return tuple(found)
