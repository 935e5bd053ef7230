"""What do kept files say, now that a declaration was corrected? Reads them anew; rows that pass now are taken in.

The bytes come from the vault, so a file need not lie in its folder any more. What the new reading says counts from its
own number in the order of taking in: every list made before comes out again. Decision 0032 says why it is done so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import pandas as pd

from pipeline import audit, disk, intake, readers, rosters, sealing, tombstones
from pipeline.audit import Act
from pipeline.contract.codes import DeliveryStatus
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeliveryRefused
from pipeline.store import Store, Work

Progress = Callable[[float], None]
"""Told the share of the files that is read."""


class Outcome(StrEnum):
    """What became of a file that was read anew?"""

    TAKEN_IN = "taken in"  # it had been refused or held back
    CHANGED = "rows changed"
    TOLD_ANEW = "its rows stay, what is known of the file changed"  # its roster's day, or what its columns look like
    UNCHANGED = "nothing changed"
    STILL_ASIDE = "still not taken in"
    LEFT_AS_IT_WAS = "left as it was"  # as it reads now it would be refused as a whole
    BYTES_GONE = "kept bytes are gone"
    NOT_DECLARED = "its feed is no longer declared"


@dataclass(frozen=True, kw_only=True)
class FileReread:
    """What did reading a file anew do? Counts only.

    Attributes:
        agency, feed, file, delivery_id: which file.
        outcome: what became of it.
        left_quarantine: rows that were set aside and are taken in now.
        set_aside: rows that had been taken in and no longer pass.
        changed: rows that were taken in before and now say something else.
        quarantined: rows of it that are set aside now.
        message: what is wrong with the file, and what to do; empty where nothing is.
    """

    agency: str
    feed: str
    file: str
    delivery_id: int
    outcome: Outcome
    left_quarantine: int = 0
    set_aside: int = 0
    changed: int = 0
    quarantined: int = 0
    message: str = ""


@dataclass(frozen=True)
class _Kept:
    """Which file is to be read anew, by which declaration, and which bytes are kept of it?"""

    agency: Agency
    feed: Feed
    delivery_id: int
    file_name: str
    sha256: str
    kept_sha256: str


class _Undone(Exception):
    """Reading this file anew is to leave nothing behind: its transaction is undone."""

    def __init__(self, told: FileReread) -> None:
        self.told = told
        super().__init__()


def retry(
    store: Store,
    act: Act,
    agencies: Sequence[Agency],
    vault: Path,
    id_key: str,
    *,
    file_name: str | None = None,
    is_every_file: bool = False,
    progress: Progress = lambda share: None,
) -> list[FileReread]:
    """Read the kept files of these agencies anew, each in a transaction of its own. Needs the lock of a run.

    Args:
        store: where everything is kept.
        act: who acts, and when: rows that pass now are known from then on.
        agencies: by their declarations of today.
        vault: where delivered bytes are kept.
        id_key: by which rows of sealed records are known; they stay out.
        file_name: only files of this name.
        is_every_file: also files of which nothing was set aside or left out.
        progress: told how far it is.
    """
    by_name = {agency.name: agency for agency in agencies}
    files = _files(store, by_name, file_name, is_every_file=is_every_file)
    told: list[FileReread] = []
    for _, batch in files.groupby(["agency", _batch_of(files)], sort=False):
        told += _retry_batch(store, act, by_name[str(batch["agency"].iloc[0])], batch, vault, id_key)
        progress(len(told) / len(files))
    with disk.told_plainly(vault):
        sealing.remove_what_nobody_names(store, vault)
    return told


def _files(store: Store, agencies: Mapping[str, Agency], file_name: str | None, *, is_every_file: bool) -> pd.DataFrame:
    """Which files are read anew? Of a feed whose rows are filled up with those before, also what came after them."""
    names = sorted(agencies)
    asked = store.read("deliveries_to_reread", agencies=names, file_name=file_name, is_every_file=is_every_file)
    every = store.read("deliveries_to_reread", agencies=names, file_name=None, is_every_file=True)
    cumulative = {(one.name, feed.name) for one in agencies.values() for feed in one.feeds if feed.is_cumulative}
    first = asked.groupby(["agency", "feed"])["delivery_id"].min()
    follows = [
        (agency, feed) in cumulative and delivery_id > first.get((agency, feed), delivery_id)
        for agency, feed, delivery_id in zip(every["agency"], every["feed"], every["delivery_id"], strict=True)
    ]
    is_later = (every["status"] == DeliveryStatus.ACCEPTED) & pd.Series(follows, index=every.index, dtype=bool)
    return every[every["delivery_id"].isin(asked["delivery_id"]) | is_later].reset_index(drop=True)


def _batch_of(files: pd.DataFrame) -> pd.Series:
    """Which files are tried together? Those that came in one run and were not taken in: a delivery is never halved."""
    is_waiting = files["status"] != DeliveryStatus.ACCEPTED
    return files["received_at"].astype(str).where(is_waiting, files["delivery_id"].astype(str))


def _retry_batch(
    store: Store, act: Act, agency: Agency, batch: pd.DataFrame, vault: Path, id_key: str
) -> Iterator[FileReread]:
    found = [_kept(agency, row, vault) for row in batch.itertuples()]
    if missing := [one for one in found if isinstance(one, FileReread)]:
        yield from missing
        return
    kept = [one for one in found if isinstance(one, _Kept)]
    if batch["status"].iloc[0] == DeliveryStatus.ACCEPTED:
        for file in kept:
            yield _reread(store, act, file, vault, id_key)
    else:
        yield from _retry_waiting(store, act, agency, kept, vault, id_key)


def _kept(agency: Agency, row, vault: Path) -> _Kept | FileReread:
    """Which bytes are kept of a file, and which declaration reads them?"""
    named = {"agency": agency.name, "feed": row.feed, "file": row.file_name, "delivery_id": int(row.delivery_id)}
    feed = next((feed for feed in agency.feeds if feed.name == row.feed), None)
    if feed is None:
        why = "no declared feed of the agency has its name; nothing was done to it"
        return FileReread(**named, outcome=Outcome.NOT_DECLARED, message=why)
    if not disk.is_kept(row.kept_sha256, vault):
        why = "its bytes are not kept here any more; put the file into the agency's folder and run"
        return FileReread(**named, outcome=Outcome.BYTES_GONE, message=why)
    return _Kept(agency, feed, int(row.delivery_id), row.file_name, row.sha256, row.kept_sha256)


def _receive(work: Work, act: Act, file: _Kept, vault: Path, id_key: str) -> tuple[int, int]:
    """Read the kept bytes by the declaration of today. Answers how many rows it has, and how many sealed ones."""
    kept_sha256 = file.kept_sha256
    opened = partial(disk.opened, kept_sha256, vault)
    sealed_lines = tombstones.sealed_lines(work, act, file.agency, file.feed, file.file_name, opened, id_key)
    if sealed_lines:
        with disk.opened(kept_sha256, vault) as stream, disk.told_plainly(vault):
            kept_sha256 = disk.keep(readers.blanked(file.feed, stream.read(), sealed_lines), vault)
        work.run("mark_kept_file", sha256=file.sha256, kept_sha256=kept_sha256)
    with disk.opened(kept_sha256, vault) as stream:
        return intake.receive_anew(work, file.feed, file.delivery_id, stream), len(sealed_lines)


def _named(file: _Kept) -> dict:
    return {
        "agency": file.agency.name,
        "feed": file.feed.name,
        "file": file.file_name,
        "delivery_id": file.delivery_id,
    }


# --- files that were taken in ---------------------------------------------------------------------------------------


def _reread(store: Store, act: Act, file: _Kept, vault: Path, id_key: str) -> FileReread:
    """Read a file that was taken in anew. Where it says the same, nothing is written at all."""
    try:
        with store.transaction() as work:
            return _reread_in(work, act, file, vault, id_key)
    except _Undone as undone:
        return undone.told


def _reread_in(work: Work, act: Act, file: _Kept, vault: Path, id_key: str) -> FileReread:
    own = {"delivery_id": file.delivery_id}
    before, profile = work.read("findings_of_delivery", **own), work.ask("profile_of_file", **own)
    number = int(str(work.ask("next_taken_in_number")))
    row_count, sealed_count = _receive(work, act, file, vault, id_key)
    if row_count or not sealed_count:
        refused = intake.take_in_anew(work, file.agency, file.feed, file.delivery_id, number)
    else:  # nothing but sealed rows: no fault of the agency
        refused = None
    if refused:
        kept = {"quarantined": int(before["row_count"].sum()), "message": str(refused)}
        raise _Undone(FileReread(**_named(file), outcome=Outcome.LEFT_AS_IT_WAS, **kept))
    work.run("mark_delivery_reread", **own)
    if sealed_count:
        gone = [int(line) for line in work.read("lines_gone", **own)["line_number"]]
        work.run("forget_rows_at", delivery_ids=[file.delivery_id] * len(gone), line_numbers=gone)
    changed = _keep_what_differs(work, file.delivery_id, number)
    is_roster_new = rosters.tell_anew(work, act, file.agency, file.feed, file.delivery_id, number)
    if changed or is_roster_new:
        written = {"taken_in_number": number, "taken_in_at": act.at, "row_count": len(changed)}
        work.run("insert_rereading", delivery_id=file.delivery_id, **written)
    is_new = is_roster_new or work.ask("profile_of_file", **own) != profile
    told = _told(file, before, work.read("findings_of_delivery", **own), changed, is_new=is_new)
    if told.outcome is Outcome.UNCHANGED and not sealed_count:
        raise _Undone(told)
    counts = {name: getattr(told, name) for name in ("left_quarantine", "set_aside", "changed", "quarantined")}
    named = {"agency": told.agency, "feed": told.feed, **own}
    audit.record(work, act, "delivery_reread", **named, **counts)
    return told


def _keep_what_differs(work: Work, delivery_id: int, number: int) -> set[int]:
    """Let the new reading count where it says something else, and nowhere else. Answers on which lines it does."""
    this = {"delivery_id": delivery_id, "from_number": number}
    lines = [int(line) for line in work.read("differing_lines", **this)["line_number"]]
    work.run("end_readings", **this, line_numbers=lines)
    work.run("forget_readings_but", **this, line_numbers=lines)
    return set(lines)


def _told(file: _Kept, before: pd.DataFrame, after: pd.DataFrame, changed: set[int], *, is_new: bool) -> FileReread:
    """What is said of a file read anew? `is_new`: its roster's day or what it looks like, for one, is another now."""
    was, now = ({int(line) for line in found.loc[found["is_row"], "line_number"]} for found in (before, after))
    is_same = not changed and before.equals(after)
    return FileReread(
        **_named(file),
        outcome=(Outcome.TOLD_ANEW if is_new else Outcome.UNCHANGED) if is_same else Outcome.CHANGED,
        left_quarantine=len((was - now) & changed),
        set_aside=len((now - was) & changed),
        changed=len(changed - (was ^ now)),
        quarantined=int(after["row_count"].sum()),
    )


# --- files that were refused or held back -----------------------------------------------------------------------------


def _retry_waiting(
    store: Store, act: Act, agency: Agency, files: list[_Kept], vault: Path, id_key: str
) -> Iterator[FileReread]:
    """Take a delivery in that was refused, by the steps of a run. Files of which nothing is left come in empty."""
    for file in files:
        with store.transaction() as work:
            row_count, sealed_count = _receive(work, act, file, vault, id_key)
            if sealed_count and not row_count:
                work.run("mark_deliveries_accepted", delivery_ids=[file.delivery_id], taken_in_at=act.at)
            named = {"agency": agency.name, "feed": file.feed.name, "delivery_id": file.delivery_id}
            audit.record(work, act, "delivery_received_anew", **named)
    ids = [file.delivery_id for file in files]
    with suppress(DeliveryRefused):  # why stands with each file, and is told below
        intake.expect_agency(store, act, agency, ids)
        intake.standardize_agency(store, act, agency, ids)
    with store.transaction() as work:
        states = work.read("deliveries_by_id", delivery_ids=ids).set_index("delivery_id")
        findings = {number: work.read("findings_of_delivery", delivery_id=number) for number in ids}
    for file in files:
        state, found = states.loc[file.delivery_id], findings[file.delivery_id]
        quarantined = int(found["row_count"].sum())
        if state["status"] == DeliveryStatus.ACCEPTED:
            took = {"left_quarantine": int(state["row_count"]) - quarantined, "quarantined": quarantined}
            yield FileReread(**_named(file), outcome=Outcome.TAKEN_IN, **took)
        else:
            aside = {"quarantined": quarantined, "message": str(found["message"].iloc[0])}
            yield FileReread(**_named(file), outcome=Outcome.STILL_ASIDE, **aside)
