"""What becomes of lists that rested on a record that never was? Their content goes; the next list takes their place.

A list cannot be called back from paper. What can be done is done: no stored content, no file of ours, no current list
holds the record, the lists that later ones are compared with are ranked anew without it, and a notice says so.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline import audit, disk, gating, listing
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.contract.declaration import Agency
from pipeline.plan import ListPlan
from pipeline.publish import files, notice, shelf
from pipeline.ranking.rank import Calendar
from pipeline.settings import Settings
from pipeline.store import Store, Work


def current_day(work: Work) -> date | None:
    """For which day is the current list? None where there is none."""
    current = work.read("current_list")
    return None if current.empty else current["as_of"].iloc[0]


def withdraw(
    work: Work, act: Act, cause: SealingCause, record_ids: Sequence[str], first_taken_in: int, record_count: int
) -> int:
    """Call back every list with an entry that rested on these records, if its run knew the rows that go.

    Answers how many lists.
    """
    found = work.read("lists_that_rested", record_ids=list(record_ids), first_taken_in=first_taken_in)
    list_ids = found["list_id"].tolist()
    if not list_ids:
        return 0
    work.run("withdraw_lists", list_ids=list_ids, at=act.at, cause=cause.value, record_count=record_count)
    work.run("forget_entries", list_ids=list_ids)
    work.run("forget_artifacts", list_ids=list_ids)
    for list_id in list_ids:
        audit.record(work, act, "list_withdrawn", list_id=list_id, cause=cause.value)
    return len(list_ids)


def remove_files(store: Store, published: Path, out: Path) -> None:
    """Remove our files of withdrawn lists: those kept by their hash, and those in the folder people look into.

    Begins from what the database says, so that a sealing that was broken off is finished by the next one.
    """
    list_ids = store.read("withdrawn_lists")["list_id"].tolist()
    named = set(store.read("artifact_hashes")["sha256"])
    with disk.told_plainly(published):
        for sha256 in disk.hashes(published) - named:
            disk.forget(sha256, published)
    shelf.take_down(list_ids, files.NAMES, out)


def day_to_fill(work: Work) -> date | None:
    """For which day is a list missing, because the current one was withdrawn and none took its place yet?"""
    if current_day(work) is not None:
        return None
    withdrawn = work.read("withdrawn_lists")
    days = withdrawn.loc[withdrawn["was_published"].astype(bool), "as_of"]
    return None if days.empty else days.max()


def tell_lists_again(
    work: Work, act: Act, settings: Settings, agencies: tuple[Agency, ...], first_taken_in: int
) -> None:
    """Rank anew the lists that the next ones are compared with: who is new, and who stood where.

    Nobody is shown them. They rest on the runs of then, without what was sealed.
    """
    found = work.read("lists_to_tell_again", first_taken_in=first_taken_in)
    for row in found.itertuples():
        decided = {name: value for name, value in row.settings.items() if name in Settings.model_fields}
        then = settings.model_copy(update=decided)
        plan = ListPlan(Calendar(row.as_of, then.zone), then)
        told = listing.rank_in(work, act, plan, agencies, int(row.run_number))
        if told.list_id == row.list_id:
            continue
        gating.measure_instead(work, told, row.list_id)
        audit.record(work, act, "list_told_again", list_id=told.list_id, instead_of=row.list_id)
        work.run("insert_publication", list_id=told.list_id, published_at=row.published_at.to_pydatetime())
        work.run("mark_told_again", list_id=told.list_id, at=act.at)
    work.run("forget_measures_of_withdrawn")


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


def write_notice(work: Work, list_id: str, as_of: date, out: Path) -> list[Path]:
    """Leave a notice beside the files of the list that took the place of others. None where nobody was shown any."""
    called_back = notices(work)
    if not called_back:
        return []
    content = notice.render(list_id, as_of.isoformat(), called_back)
    return files.write_all({notice.file_name(list_id): content}, out)
