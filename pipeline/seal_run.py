"""What happens when a record is sealed, in which order? Seal → tell lists again → resolve → rank → publish → notice.

As one act, under one lock, so that no list that held the record stays current.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline import flow, sealing, withdrawal
from pipeline.audit import Act
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import NothingToPublish, PublishHeldBack
from pipeline.publish import notice
from pipeline.sealed_rows import RecordId
from pipeline.sealing import Order, Sealed
from pipeline.settings import Settings
from pipeline.store import Store

PATIENCE_SECONDS = 60
"""How long to wait for a run that holds the database: a sealing is not to be lost to the nightly run."""


def seal_and_run(
    store: Store,
    act: Act,
    order: Order,
    agencies: tuple[Agency, ...],
    settings: Settings,
    out: Path,
    *,
    with_run: bool = True,
) -> dict:
    """Seal, and publish a list without the records for the day of the current one. Answers counts and notices.

    Raises:
        RunInProgress: a run holds the database and does not end in time; nothing was done.
    """
    with store.run_lock(PATIENCE_SECONDS):
        sealed = sealing.seal(store, act, order, agencies, settings, flow.vault_of(settings))
        withdrawal.remove_files(store, flow.published_of(settings), out)
        list_id, why_none = _publish(store, act, sealed, agencies, settings, out) if with_run else (None, [])
    with store.transaction() as work:
        lines = [notice.sentence(one) for one in withdrawal.notices(work)]
    return {"counts": _counts(sealed), "list_id": list_id, "notices": [*lines, *why_none, *_remarks(sealed)]}


def lift_in_run(store: Store, act: Act, records: Sequence[RecordId], because: str, settings: Settings) -> dict:
    """Lift tombstones while no run is going on. Answers counts and what comes next."""
    with store.run_lock(PATIENCE_SECONDS):
        lifted = sealing.lift(store, act, records, because, settings)
    after = "They come in again when their agency delivers them in a new file; what was removed does not come back."
    return {"counts": {"tombstones_lifted": lifted}, "list_id": None, "notices": [after]}


def _publish(
    store: Store, act: Act, sealed: Sealed, agencies: tuple[Agency, ...], settings: Settings, out: Path
) -> tuple[str | None, list[str]]:
    """Publish the list of the current list's day anew. Answers its id, or, where none became current, why."""
    with store.transaction() as work:
        day = sealed.current_as_of if sealed.row_count else withdrawal.day_to_fill(work)
    if day is None:
        return None, []
    plan = flow.plan_for(day, settings)
    try:
        list_id, _ = flow.make_and_publish(store, act, agencies, plan, out, lambda step, share: None)
    except (NothingToPublish, PublishHeldBack) as reason:
        return None, ["No new list was published.", *reason.lines()]
    with store.transaction() as work:
        withdrawal.write_notice(work, list_id, day, out)
    return list_id, []


def _counts(sealed: Sealed) -> dict[str, int]:
    return {
        "records": sealed.record_count,
        "rows_removed": sealed.row_count,
        "files_they_came_in": sealed.file_count,
        "decisions_removed": sealed.decision_count,
        "lists_withdrawn": sealed.withdrawn_count,
    }


def _remarks(sealed: Sealed) -> list[str]:
    """What does the person who sealed have to know besides?"""
    remarks = []
    if not sealed.row_count:
        remarks.append("Nothing of these records was here; a tombstone refuses them if they come.")
    if sealed.unreadable_count:
        remarks.append(
            f"{sealed.unreadable_count} files of these agencies could never be read and are kept as they came: "
            "look into them by hand."
        )
    return remarks
