"""How does a list become the one that is read? Its files are made and kept, then one transaction flips the pointer.

So a crash anywhere leaves the old list or the new one, whole, and a plain re-run goes on from there:

1. the four files are made in memory, from what was kept when the list was made: they can be made again at any time;
2. their bytes are kept under their hashes in `published`, beside the database;
3. one transaction writes the hashes down and makes the list current;
4. the folder that people look into follows, by one rename.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from pipeline import audit, disk
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish, OutreachError
from pipeline.contract.outreach_list import OutreachList, RunFigures, figures_from_json, from_json
from pipeline.publish import files, shelf
from pipeline.store import Store, Work


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
        CannotWriteFiles: a folder cannot be written. The pointer is flipped only after the files are kept.
        PublishedFileLost: bytes of an earlier publication are gone and cannot be made again.
    """
    with store.transaction() as work:
        made = read_made(work, list_id)
    _check_entries(made.outreach_list)
    with disk.told_plainly(published):
        disk.sweep(published)
    contents = contents_of(made, published)
    with store.transaction() as work:
        for name, content in contents.items() if not made.hashes else ():
            hashed = {"sha256": disk.checksum(content), "byte_count": len(content)}
            work.run("insert_artifact", list_id=list_id, file_name=name, **hashed)
        work.run("flip_current_list", list_id=list_id, published_at=act.at)
        audit.record(work, act, "list_published", list_id=list_id, entries=len(made.outreach_list.entries))
        work.run("insert_publication", list_id=list_id, published_at=act.at)  # after the event, so that it is kept too
    return _follow(store, list_id, contents, published, out)


def _follow(store: Store, list_id: str, contents: Mapping[str, bytes], published: Path, out: Path) -> list[Path]:
    """Bring the folder that people look into to where the database is."""
    with store.transaction() as work:
        found = work.read("current_list")["list_id"].to_list()
        current_id = str(found[0]) if found else None
        current = read_made(work, current_id) if current_id not in (None, list_id) and shelf.turned_to(out) else None
    shelf.sweep(list(contents), out)
    paths = shelf.put(contents, list_id, out)
    if current_id == list_id:
        return shelf.turn_to(contents, list_id, out)
    if current and shelf.turned_to(out) != current_id:  # a crash came between the flip and the folder
        left_behind = contents_of(current, published)
        shelf.put(left_behind, current_id, out)
        shelf.turn_to(left_behind, current_id, out)
    return paths


def read_made(work: Work, list_id: str) -> Made:
    """What is kept of the list with this id? Raises NothingToPublish for one that an older version made."""
    row = work.read("list_content", list_id=list_id).iloc[0]
    if row["figures"] is None:
        raise NothingToPublish(f"this list was made by an older version; run again to make it anew [{list_id}]")
    hashes = work.read("artifacts_of_list", list_id=list_id)
    return Made(
        outreach_list=from_json(row["content"]),
        figures=figures_from_json(row["figures"]),
        made_by=row["made_by"],
        made_at=row["made_at"].to_pydatetime(),
        hashes=dict(zip(hashes["file_name"], hashes["sha256"], strict=True)),
    )


def list_named(work: Work, list_id: str) -> OutreachList:
    """Which list has this id? It was made by `rank_persons`."""
    return from_json(work.read("list_content", list_id=list_id)["content"].iloc[0])


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


def _check_entries(made: OutreachList) -> None:
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
