"""How does a list become the one that is read? Its files are made and kept, then one transaction flips the pointer.

So a crash anywhere leaves the old list or the new one, whole, and a plain re-run goes on from there:

1. the four files are made in memory, from what was kept when the list was made: they can be made again at any time;
2. their bytes are kept under their hashes in `published`, beside the database;
3. one transaction writes the hashes down and makes the list current;
4. the folder that people look into follows, by one rename.

Before all that stands the gate: a list that does not pass it is kept and held back; the last good one stays current,
and the files people look at are made again with a banner that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from pipeline import audit, disk, gating
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish, OutreachError, PublishHeldBack, SettingError
from pipeline.contract.outreach_list import Check, OutreachList, RunFigures, figures_from_json, from_json
from pipeline.publish import files, shelf
from pipeline.store import Store, Work

LONGEST_REASON = 500
"""Characters of a reason for publishing by force: some sentences, and no letter."""


class PublishedFileLost(OutreachError):
    """A published file's bytes are gone, and what can be made again is not the same. A back-up has them."""


@dataclass(frozen=True)
class Made:
    """What is kept of a list from which its files follow?

    Attributes:
        outreach_list: its content. figures: what the run that first made it told about itself.
        made_by, made_at: who first made it, and when: printed on the sheet.
        hashes: file name → SHA-256 of its files, empty until it is published for the first time.
    """

    outreach_list: OutreachList
    figures: RunFigures
    made_by: str
    made_at: datetime
    hashes: Mapping[str, str]


def publish_list(store: Store, act: Act, list_id: str, published: Path, out: Path) -> list[Path]:
    """Make the list current and leave its files in `out`; answers their paths.

    A list for an earlier day than the current one gets its files, in a folder of its own, and becomes no news: the
    current one stays. A list that was published before keeps the files it had, byte for byte.

    Args:
        store: where the list was made by `rank_persons`.
        act: who publishes, and when.
        list_id: which list.
        published: folder in which the files of every published list are kept under their hashes.
        out: folder that people look into; see `pipeline.publish.shelf`.

    Raises:
        NothingToPublish: the list fails its own checks.
        PublishHeldBack: it did not pass its gate. The last good list stays current, and its files say so.
        CannotWriteFiles: a folder cannot be written. The pointer is flipped only after the files are kept.
        PublishedFileLost: bytes of an earlier publication are gone and cannot be made again.
    """
    with store.transaction() as work:
        made = list_named(work, list_id)
        check_entries(made)
        failed = gating.hold_back_reasons(work, act, made)
        if failed:
            _hold_back(work, act, made, failed)
    if failed:
        last_good = turn_to_current(store, published, out)
        raise PublishHeldBack(list_id, tuple(check.message for check in failed), last_good)
    return publish_now(store, act, list_id, published, out)


def publish_now(store: Store, act: Act, list_id: str, published: Path, out: Path) -> list[Path]:
    """Keep the list's files, flip, and let `out` follow. A list that is current already stays as stale as it is."""
    with store.transaction() as work:
        made = read_made(work, list_id)
    with disk.told_plainly(published):
        disk.sweep(published)
    contents = contents_of(made, published)
    with store.transaction() as work:
        for name, content in contents.items() if not made.hashes else ():
            hashed = {"sha256": disk.checksum(content), "byte_count": len(content)}
            work.run("insert_artifact", list_id=list_id, file_name=name, **hashed)
        if work.ask("current_list") != list_id:
            work.run("flip_current_list", list_id=list_id, published_at=act.at)
        audit.record(work, act, "list_published", list_id=list_id, entries=len(made.outreach_list.entries))
        work.run("insert_publication", list_id=list_id, published_at=act.at)  # after the event, so that it is kept too
        is_current = work.ask("current_list") == list_id
    shelf.sweep(list(contents), out)
    paths = shelf.put(contents, list_id, out)
    if is_current or shelf.turned_to(
        out
    ):  # a folder that shows no list yet is not shown another one than was asked for
        turn_to_current(store, published, out)
    return [out / path.name for path in paths] if is_current else paths


def turn_to_current(store: Store, published: Path, out: Path) -> str | None:
    """Bring the folder that people look into to where the database is. Answers the current list's day, if there is one.

    A list that is stale is shown with its banner, from a folder of its own: the files that were published stay.
    """
    with store.transaction() as work:
        current = work.read("current_list")
        if current.empty:
            return None
        list_id, day = str(current["list_id"].iloc[0]), current["as_of"].iloc[0].isoformat()
        stale = gating.stale_of_current(work)
        if stale is None and shelf.turned_to(out) == list_id:
            return day
        made = read_made(work, list_id)
        checks = gating.checks_of(work, gating.latest_checked(work)) if stale else ()
    if stale is None:
        contents, folder = contents_of(made, published), list_id
    else:
        stamped = replace(made.outreach_list, stale=stale)
        contents = derive(replace(made, outreach_list=stamped, figures=replace(made.figures, checks=checks)))
        folder = f"{list_id}-stale-{disk.checksum(contents[files.LIST_JSON])[:8]}"
    shelf.put(contents, folder, out)
    shelf.turn_to(contents, folder, out)
    return day


def publish_by_hand(
    store: Store, act: Act, list_id: str | None, published: Path, out: Path, *, because: str | None, is_forced: bool
) -> list[Path]:
    """Publish a list that was held back: by force with a reason, or, without, where its checks pass by now.

    Args:
        store: what is kept.
        act: who publishes, and when.
        list_id: which list; None for the latest one that was made. Only that one can be checked again.
        published: folder in which the files of every published list are kept.
        out: folder that people look into.
        because: why it is right to publish it although a check fails. Needed by force, and kept in the audit trail.
        is_forced: whether it is published whatever its checks say.

    Raises:
        SettingError: the reason is missing or unreadable, there is no such list, or it cannot become current.
        PublishHeldBack: not by force, and a check fails still.
    """
    reason = reason_of(because) if is_forced else None
    with store.transaction() as work:
        latest = work.ask("latest_made_list")
        chosen = list_id or latest
        if chosen is None or work.read("list_content", list_id=chosen).empty:
            raise SettingError(f"there is no list of that id; `outreach gate` shows the latest one's [{chosen}]")
        made, current = list_named(work, str(chosen)), work.read("current_list")
        if gating.looks_back(work, made):
            raise SettingError(f"this list looks back, so it cannot become the current one [{chosen}]")
        if not current.empty and current["as_of"].iloc[0] > date.fromisoformat(made.as_of):
            raise SettingError(f"a list for a later day is current, so this one cannot become it [{chosen}]")
        if is_forced:
            _force(work, act, made, str(reason))
    if is_forced:
        return publish_now(store, act, str(chosen), published, out)
    if chosen != latest:
        raise SettingError(f"only the latest list can be checked again; publish this one with --force [{chosen}]")
    return publish_list(store, act, str(chosen), published, out)


def reason_of(because: str | None) -> str:
    """Which reason was typed? Raises SettingError for none, and for one with line ends or other control characters."""
    reason = (because or "").strip()
    if not reason:
        raise SettingError('this needs a reason, which is kept: --because "…"; no name of a person belongs in it')
    if not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise SettingError(f"--because is one line of at most {LONGEST_REASON} characters, without control characters")
    return reason


def _force(work: Work, act: Act, made: OutreachList, reason: str) -> None:
    """Let a list through whatever its checks say. They are kept with the list, and its run report shows them."""
    check_entries(made)
    checks = gating.checks_of(work, made.list_id) or gating.check_list(work, act, made)
    failed = sum(not check.is_passed for check in checks)
    audit.record(work, act, "list_published_by_force", list_id=made.list_id, failed=failed, because=reason)
    work.run("clear_stale")


def _hold_back(work: Work, act: Act, made: OutreachList, failed: tuple[Check, ...]) -> None:
    """Keep the list from becoming current; the one that is stays it and is stamped stale."""
    work.run("stamp_stale", at=act.at, because=gating.because_of(failed))
    audit.record(work, act, "list_held_back", list_id=made.list_id, failed=len(failed))


def read_made(work: Work, list_id: str) -> Made:
    """What is kept of the list with this id? Raises NothingToPublish for one that was withdrawn, or is too old."""
    row = _content_of(work, list_id)
    if row["figures"] is None:
        raise NothingToPublish(f"this list was made by an older version; run again to make it anew [{list_id}]")
    hashes = work.read("artifacts_of_list", list_id=list_id)
    return Made(
        outreach_list=from_json(row["content"]),
        figures=replace(figures_from_json(row["figures"]), checks=gating.checks_of(work, list_id)),
        made_by=row["made_by"],
        made_at=row["made_at"].to_pydatetime(),
        hashes=dict(zip(hashes["file_name"], hashes["sha256"], strict=True)),
    )


def list_named(work: Work, list_id: str) -> OutreachList:
    """Which list has this id? It was made by `rank_persons`."""
    return from_json(_content_of(work, list_id)["content"])


def _content_of(work: Work, list_id: str) -> pd.Series:
    """What is kept of this list? Raises NothingToPublish where it was withdrawn: nothing is."""
    row = work.read("list_content", list_id=list_id).iloc[0]
    if row["content"] is None:
        raise NothingToPublish(f"the list was withdrawn, so nothing is left of it [{list_id}]")
    return row


def derive(made: Made) -> dict[str, bytes]:
    """What are a list's files? File name → content, made again from what is kept of it."""
    return files.render_all(made.outreach_list, made.figures, made.made_by, made.made_at)


def contents_of(made: Made, published: Path) -> dict[str, bytes]:
    """Which bytes are a list's files? Those kept; any that are missing are made again and kept.

    Raises:
        PublishedFileLost: they were published, are gone, and what is made again is not the same.
        CannotWriteFiles: the folder cannot be written.
    """
    with disk.told_plainly(published):
        found = {name: disk.kept(made.hashes[name], published) for name in files.NAMES if name in made.hashes}
    whole = {name: content for name, content in found.items() if content is not None}
    if len(whole) == len(files.NAMES):
        return whole
    again = derive(made)
    if any(disk.checksum(again[name]) != made.hashes[name] for name in found.keys() - whole.keys()):
        raise PublishedFileLost(
            f"the list [{made.outreach_list.list_id}] was published with other bytes than this version makes, and "
            f"those are gone: put the folder back from a back-up [{published}]"
        )
    contents = again | whole
    with disk.told_plainly(published):
        for content in contents.values():
            disk.keep(content, published)
    return contents


def check_entries(made: OutreachList) -> None:
    """Is the list what a list has to be? Raises NothingToPublish where its own suite fails."""
    from expectations.outreach_list import check_list_entries

    frame = pd.DataFrame(
        [
            (e.rank, e.person_id, e.team, e.points, sum(r.points for r in e.reasons), len(e.reasons))
            for e in made.entries
        ],
        columns=["rank", "person_id", "team", "points", "reason_points_sum", "reason_count"],
    )
    broken = [finding.message for finding in check_list_entries(frame).findings] if len(frame) else []
    if broken:
        raise NothingToPublish(
            f"the list fails its own checks, so the last one stays current [{made.list_id}]: {broken[0]}"
        )
