"""Has what an agency sent drifted? Keeps what files look like, holds them against their feed's history, tells it.

The rim of `pipeline.drift`: it reads and writes, and decides nothing. Profiles are kept of files that could be read,
whatever became of them; only those taken in are history.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline import audit, expect, receive
from pipeline.audit import Act
from pipeline.contract.codes import DeliveryStatus, Drift, RowFault
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import SettingError
from pipeline.contract.feed_history import FeedHistory, FileHistory, Finding
from pipeline.drift import findings, header_drift, profile
from pipeline.drift.findings import LONGEST_HISTORY, Delivered, Passed
from pipeline.drift.profile import Profiler
from pipeline.store import Store, Work

SHOWN_FILES = 26
"""Files of a feed that are told: half a year of weekly ones."""

ROWS_AT_ONCE = 100_000
"""Rows in memory while a file is looked at again."""

HIGHEST_ID = 2**63 - 1
"""Beyond every delivery: no file is from it on."""

LET_IN = "It was not taken in; if it is as it should be, let it in with `outreach agency let-in` and a reason."


class Profiles:
    """What do the files of one feed look like? Told from their rows, batch by batch, and kept."""

    def __init__(self, agency: Agency, feed: Feed, files: pd.DataFrame) -> None:
        """Begin with nothing counted of files: delivery_id, business_date, received_at."""
        zone = ZoneInfo(agency.zone)
        self._profilers = {
            int(file.delivery_id): Profiler(feed, agency.zone, _day(file.business_date), _local(file.received_at, zone))
            for file in files.itertuples()
        }

    def add(self, rows: pd.DataFrame, payloads: pd.Series) -> None:
        """Count in these rows, of any of the files: as `expect.flat_rows` gives them, and their JSON texts."""
        for delivery_id, places in rows.groupby("delivery_id", sort=False).indices.items():
            self._profilers[int(delivery_id)].add(rows.iloc[places], payloads.iloc[places].tolist())

    def keep(self, work: Work) -> None:
        """Write down what the files look like, instead of what was known of them before."""
        work.run("forget_profiles", delivery_ids=list(self._profilers))
        kept = [
            (delivery_id, json.dumps(profile.to_json(profiler.profile())))
            for delivery_id, profiler in self._profilers.items()
            if profiler.row_count
        ]
        work.copy("raw.file_profile", pd.DataFrame(kept, columns=["delivery_id", "profile"]))


def _day(found: object) -> date | None:
    return found if isinstance(found, date) and not pd.isna(found) else None


def _local(at: pd.Timestamp, zone: ZoneInfo) -> date:
    return at.tz_convert(zone).date()


# --- what is kept -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of one file, and for what were files before it let in?"""

    delivery_id: int
    status: str
    file: Delivered
    passed: Passed


def _kept(work: Work, agency: Agency, feed: Feed, *, from_delivery_id: int = HIGHEST_ID) -> list[Kept]:
    """What is kept of a feed's latest files, and of all from this one on? The oldest first."""
    of_feed = {"agency": agency.name, "feed": feed.name}
    rows = work.read(
        "profiles_of_feed", **of_feed, most=SHOWN_FILES + LONGEST_HISTORY, from_delivery_id=from_delivery_id
    )
    let_ins = work.read("let_ins_of_feed", **of_feed)
    return [
        Kept(
            delivery_id=int(row.delivery_id),
            status=str(row.status),
            file=Delivered(
                file=str(row.file_name),
                business_date=_day(row.business_date),
                profile=profile.from_json(row.profile),
                is_let_in=bool(row.is_let_in),
            ),
            passed=_passed(let_ins[let_ins["delivery_id"] < row.delivery_id]["findings"]),
        )
        for row in rows.itertuples()
    ]


def _passed(let_in: Iterable[list]) -> Passed:
    return frozenset((kind, tuple(columns)) for kept in let_in for kind, columns in kept)


# --- judge ------------------------------------------------------------------------------------------------------------


def refusals(
    work: Work, agency: Agency, feed: Feed, files: pd.DataFrame, known: Mapping[int, tuple[str, str]]
) -> dict[int, tuple[str, str]]:
    """Which of these files have drifted so far that they are refused? delivery_id → (fault code, message).

    Args:
        work: the transaction that checks them.
        agency: who sent them.
        feed: their feed.
        files: delivery_id and missing_columns: names of required columns, joined by commas.
        known: what refuses some of them already. Where a column is missing, the one that looks like it is named.
    """
    if files.empty:
        return {}
    missing = dict(zip(files["delivery_id"].map(int), files["missing_columns"], strict=True))
    found: dict[int, tuple[str, str]] = {}
    before: list[Delivered] = []
    for one in _kept(work, agency, feed, from_delivery_id=min(missing)):
        if one.delivery_id not in missing:
            before += [one.file] if one.status == DeliveryStatus.ACCEPTED else []
        elif one.delivery_id in known:
            code, message = known[one.delivery_id]
            hints = header_drift.hints(
                feed, one.file.profile, findings.known(before), missing[one.delivery_id].split(", ")
            )
            found[one.delivery_id] = (code, " ".join([f"{message}.", *hints]) if hints else message)
        elif drifted := findings.refusing(feed, one.file, before, one.passed):
            found[one.delivery_id] = (RowFault.DRIFTED.value, f"{' '.join(drifted)} {LET_IN}")
        else:
            before.append(one.file)
    return found


def let_in(store: Store, act: Act, agency: Agency, file_name: str, because: str) -> str:
    """Let a file in that was refused because it had drifted. Answers the feed's name; the next run takes it in.

    Raises:
        SettingError: no file of that name was refused for it.
    """
    with store.transaction() as work:
        refused = work.read("drifted_files", agency=agency.name, file_name=file_name)
        if refused.empty:
            raise SettingError(f"no file of that name of [{agency.name}] was refused because it drifted [{file_name}]")
        delivery_id, feed = int(refused["delivery_id"].iloc[0]), agency.feed(str(refused["feed"].iloc[0]))
        told = [one for file in _told(feed, _kept(work, agency, feed), {delivery_id}) for one in file.findings]
        passed = [(one.kind, one.columns) for one in told if one.is_refusing]
        work.run("insert_let_in", delivery_id=delivery_id, at=act.at, actor=act.actor, findings=json.dumps(passed))
        facts = {"agency": agency.name, "feed": feed.name, "delivery_id": delivery_id, "findings": len(passed)}
        audit.record(work, act, "drifted_file_let_in", because=because, **facts)
    return feed.name


# --- tell -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of one kept file?"""

    kept: Kept
    findings: tuple[Finding, ...]


def histories(work: Work, agencies: Sequence[Agency]) -> tuple[FeedHistory, ...]:
    """What is told of every feed over time? In declared order; feeds that sent nothing yet are left out."""
    found = []
    for agency in agencies:
        for feed in agency.feeds:
            kept = _kept(work, agency, feed)
            shown = {one.delivery_id for one in kept[-SHOWN_FILES:]}
            files = [_history_of(feed, one) for one in _told(feed, kept, shown)]
            columns = tuple(column.name for column in feed.columns)
            if files:
                files[-1] = replace(files[-1], findings=(*files[-1].findings, *_repeated(work, agency, feed)))
                found.append(FeedHistory(agency=agency.name, feed=feed.name, columns=columns, files=tuple(files)))
    return tuple(found)


def lines(store: Store, agency: Agency, delivery_ids: Sequence[int]) -> list[str]:
    """What differs in these files from those before them, or came again? One clear line each."""
    found = []
    with store.transaction() as work:
        for feed in agency.feeds:
            for one in _told(feed, _kept(work, agency, feed), set(delivery_ids)):
                about = f"[{agency.name}] [{feed.name}] [{one.kept.file.file}]"
                found += [f"{about}: {told.sentence}" for told in one.findings]
            found += [f"[{agency.name}] [{feed.name}]: {told.sentence}" for told in _repeated(work, agency, feed)]
    return found


def check_against(work: Work, agency: Agency, feed: Feed, file: Delivered) -> tuple[Finding, ...]:
    """What would be found in a file that is not delivered, held against the history of its feed?"""
    kept = _kept(work, agency, feed)
    before = [one.file for one in kept if one.status == DeliveryStatus.ACCEPTED]
    let_ins = work.read("let_ins_of_feed", agency=agency.name, feed=feed.name)["findings"]
    return findings.find(feed, file, before, _passed(let_ins))


def _told(feed: Feed, kept: Sequence[Kept], wanted: Set[int]) -> list[Told]:
    """What is found in those of the kept files that are wanted, held against all before that were taken in?"""
    told, before = [], []
    for one in kept:
        if one.delivery_id in wanted:
            told.append(Told(kept=one, findings=findings.find(feed, one.file, before, one.passed)))
        before += [one.file] if one.status == DeliveryStatus.ACCEPTED else []
    return told


def _history_of(feed: Feed, told: Told) -> FileHistory:
    file = told.kept.file
    shares = tuple(
        None if file.profile.lacks(column.name) else round(file.profile.share_filled(column.name), 3)
        for column in feed.columns
    )
    return FileHistory(
        file=file.file,
        business_date=file.business_date.isoformat() if file.business_date else None,
        row_count=file.profile.row_count,
        filled=shares,
        findings=told.findings,
        is_refused=told.kept.status in (DeliveryStatus.REFUSED, DeliveryStatus.HELD_BACK),
        is_let_in=file.is_let_in,
    )


def _repeated(work: Work, agency: Agency, feed: Feed) -> Iterator[Finding]:
    """Yield that the newest file came again under the name of a later day: nothing is known of that day."""
    for row in work.read("repeated_files", agency=agency.name, feed=feed.name).itertuples():
        day, first = receive.business_date(feed, str(row.file_name)), _day(row.business_date)
        if day is None or first is None or day > first:
            sentence = (
                f"[{row.file_name}] is [{row.first_name}] again, byte for byte: it tells nothing new. Ask the agency "
            )
            yield Finding(kind=Drift.SAME_BYTES, columns=(), sentence=f"{sentence}for the file of that day.")


# --- look again -------------------------------------------------------------------------------------------------------


def look_again(work: Work, agencies: Sequence[Agency], delivery_ids: Sequence[int]) -> None:
    """Tell afresh what files look like of which rows are gone. What was refused is not looked at again: it goes."""
    work.run("forget_profiles", delivery_ids=list(delivery_ids))
    files = work.read("deliveries_by_id", delivery_ids=list(delivery_ids))
    files = files[files["status"] == DeliveryStatus.ACCEPTED]
    for agency in agencies:
        for feed in agency.feeds:
            of_feed = files[(files["agency"] == agency.name) & (files["feed"] == feed.name)]
            profiles = Profiles(agency, feed, of_feed)
            for delivery_id in of_feed["delivery_id"]:
                for rows, payloads in _rows_read(work, feed, int(delivery_id)):
                    profiles.add(rows, payloads)
            profiles.keep(work)


def _rows_read(work: Work, feed: Feed, delivery_id: int) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """Yield what the rows of a file hold that reading did not set aside, some thousands at a time."""
    after_line = -1
    while True:
        where = {"delivery_id": delivery_id, "after_line": after_line, "row_limit": ROWS_AT_ONCE}
        stored = work.read("rows_read", **where)
        if len(stored):
            yield expect.flat_rows(feed, stored, stored["payload"].tolist()), stored["payload"]
        if len(stored) < ROWS_AT_ONCE:
            return
        after_line = int(stored["line_number"].iloc[-1])
