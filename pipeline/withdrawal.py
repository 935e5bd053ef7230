"""What becomes of lists that rested on a record that never was? Their content goes; the next list takes their place.

A list cannot be called back from paper. What can be done is done: no stored content, no file of ours, no current list
holds the record, the lists that later ones are compared with are ranked anew without it, and a notice says so.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline import audit, listing
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.contract.declaration import Agency
from pipeline.plan import ListPlan
from pipeline.publish import files, notice
from pipeline.ranking.rank import Calendar
from pipeline.settings import Settings
from pipeline.store import Store, Work


@dataclass(frozen=True)
class Withdrawn:
    """Which list was called back? `was_published` and `was_current` tell how far it had come."""

    list_id: str
    as_of: date
    was_published: bool
    was_current: bool


def current_day(work: Work) -> date | None:
    """For which day is the current list? None where there is none."""
    current = work.read("current_list")
    return None if current.empty else current["as_of"].iloc[0]


def withdraw(
    work: Work, act: Act, cause: SealingCause, record_ids: Sequence[str], first_taken_in: int, record_count: int
) -> tuple[Withdrawn, ...]:
    """Call back every list with an entry that rested on these records, if its run knew the rows that go."""
    found = work.read("lists_that_rested", record_ids=list(record_ids), first_taken_in=first_taken_in)
    list_ids = found["list_id"].tolist()
    if not list_ids:
        return ()
    work.run("withdraw_lists", list_ids=list_ids, at=act.at, cause=cause.value, record_count=record_count)
    work.run("forget_entries", list_ids=list_ids)
    for list_id in list_ids:
        audit.record(work, act, "list_withdrawn", list_id=list_id, cause=cause.value)
    return tuple(
        Withdrawn(row.list_id, row.as_of, bool(pd.notna(row.published_at)), bool(row.was_current))
        for row in found.itertuples()
    )


def forget_files(store: Store, withdrawn: Sequence[Withdrawn], published: Path, out: Path) -> None:
    """Remove our files of lists called back: those kept by their hash, and those in the folder people look into."""
    list_ids = [one.list_id for one in withdrawn]
    with store.transaction() as work:
        if list_ids and work.ask("keeps_artifacts"):
            for sha256 in work.read("forget_artifacts", list_ids=list_ids)["sha256"]:
                (published / sha256[:2] / sha256).unlink(missing_ok=True)
    with contextlib.suppress(OSError, ValueError):  # no list there, or none of ours: nothing to remove
        if json.loads((out / files.LIST_JSON).read_text(encoding="utf-8")).get("list_id") in list_ids:
            for name in (files.LIST_JSON, files.LIST_WORKBOOK, files.LIST_DOCUMENT, files.RUN_REPORT):
                (out / name).unlink(missing_ok=True)


def tell_lists_again(
    store: Store, act: Act, settings: Settings, agencies: tuple[Agency, ...], first_taken_in: int
) -> int:
    """Rank anew the lists that the next ones are compared with: who is new, and who stood where. Answers how many.

    Nobody is shown them. They rest on the runs of then, without what was sealed.
    """
    found = store.read("lists_to_tell_again", first_taken_in=first_taken_in)
    for row in found.itertuples():
        decided = {name: value for name, value in row.settings.items() if name in Settings.model_fields}
        then = settings.model_copy(update=decided)
        plan = ListPlan(Calendar(row.as_of, then.zone), then)
        list_id = listing.rank_persons(store, act, plan, agencies, int(row.run_number))
        with store.transaction() as work:
            told = {"published_at": row.published_at.to_pydatetime(), "instead_of": row.list_id}
            work.run("mark_told_again", list_id=list_id, at=act.at, **told)
            audit.record(work, act, "list_told_again", list_id=list_id, instead_of=row.list_id)
    return len(found)


def notices(work: Work) -> list[notice.CalledBack]:
    """Which lists were called back that the current one stands for, or nobody yet?"""
    return [
        notice.CalledBack(
            row.list_id,
            row.as_of.isoformat(),
            row.withdrawn_at.date().isoformat(),
            row.withdrawn_because,
            int(row.withdrawn_record_count),
        )
        for row in work.read("notices").itertuples()
    ]


def write_notice(work: Work, list_id: str, as_of: date, withdrawn: Sequence[Withdrawn], out: Path) -> list[Path]:
    """Leave a notice beside the files of the list that took the place of others. None where none was published."""
    shown = {one.list_id for one in withdrawn if one.was_published}
    called_back = [one for one in notices(work) if one.list_id in shown]
    if not called_back:
        return []
    content = notice.render(list_id, as_of.isoformat(), called_back)
    return files.write_all({notice.file_name(list_id): content}, out)
