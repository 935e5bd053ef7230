"""How does a record cease ever to have been? Its rows, what they said, who it was, and the lists that rested on it go.

One transaction, under the lock of a run. What stays: a tombstone that refuses the record, and counts. See
`docs/how-to/seal-or-expunge-a-record.md` for what a person does, decision 0030 for why it is done so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline import audit, disk, drifting, readers, reregister, sealed_rows, withdrawal
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import SettingError
from pipeline.sealed_rows import RecordId, mark_of
from pipeline.settings import Settings
from pipeline.store import Store, Work

LIFTED = "lifted"
"""Cause under which the lifting of tombstones is written down."""


@dataclass(frozen=True)
class Order:
    """What is to be sealed, and by whose word?

    Attributes:
        records: which; never repeated in a log, an event or a message.
        cause: why, of a closed list.
        because: whose word it is: the number of an order or a ticket, never a name.
    """

    records: tuple[RecordId, ...]
    cause: SealingCause
    because: str


@dataclass(frozen=True)
class Sealed:
    """What was sealed? Counts, the lists called back, and what the next steps need.

    Attributes:
        record_count: records named.
        row_count, file_count: rows that never were, and in how many files they came.
        decision_count: decisions of people about the records that are gone.
        unreadable_count: files of these agencies that never could be read: nobody knows what they hold.
        withdrawn_count: lists called back.
        current_as_of: day of the list that was current before; None where there was none.
    """

    record_count: int
    row_count: int
    file_count: int
    decision_count: int
    unreadable_count: int
    withdrawn_count: int
    current_as_of: date | None


def parse_records(texts: Sequence[str], agencies: Sequence[Agency]) -> tuple[RecordId, ...]:
    """Which records are named? Raises SettingError, without repeating any, where one cannot be a record id."""
    declared = {(agency.name, feed.name) for agency in agencies for feed in agency.feeds}
    parsed = [RecordId.parse(text) for text in texts if text.strip()]
    wrong = sum(one is None or (one.agency, one.feed) not in declared for one in parsed)
    if wrong or not parsed:
        raise SettingError(
            f"a record is named agency/feed/key, as in record_keys of outreach_list.json, with a declared agency and "
            f"feed; nothing was done [{wrong} of {len(parsed)} are not]"
        )
    return tuple(dict.fromkeys(one for one in parsed if one))


def seal(store: Store, act: Act, order: Order, agencies: tuple[Agency, ...], settings: Settings, vault: Path) -> Sealed:
    """Seal these records: nothing of them is left but a tombstone each. Needs the lock of a run."""
    ids = sorted(str(record) for record in order.records)
    key = settings.id_key.get_secret_value()
    with store.transaction() as work:
        current_as_of = withdrawal.current_day(work)
        places = _places(work, order.records, agencies)
        at_places = {"delivery_ids": places["delivery_id"].tolist(), "line_numbers": places["line_number"].tolist()}
        files = work.read("rows_at", **at_places)
        stays = _stays(work, order.records, agencies)
        told_of = sorted({*ids, *work.read("records_told_of", **at_places)["record_id"]})
        first = min((int(number) for number in files["taken_in_number"].dropna()), default=0)
        withdrawn = withdrawal.withdraw(work, act, order.cause, told_of, first, len(ids)) if len(places) else 0
        work.run("forget_rows_at", **at_places)
        for row in files.itertuples():
            work.run("lower_row_count", delivery_id=int(row.delivery_id), row_count=int(row.row_count))
        drifting.look_again(work, agencies, [int(number) for number in files["delivery_id"]])
        number = _write_act(work, act, order, files)  # before decisions are taken out: the database asks for it
        decision_count = _forget_decisions(work, ids)
        reregister.tell_again(work, act, settings, ids, told_of, first)
        _write_tombstones(work, act, order, stays, number, key)
        unreadable = int(str(work.ask("count_unreadable", agencies=sorted({r.agency for r in order.records}))))
        sealed = Sealed(len(ids), len(places), len(files), decision_count, unreadable, withdrawn, current_as_of)
        _tell(work, act, order, sealed, number, key)
        if len(places):
            withdrawal.tell_lists_again(work, act, settings, agencies, first)
        _keep_without(work, files, places, agencies, vault)
    remove_what_nobody_names(store, vault)
    return sealed


def lift(store: Store, act: Act, records: Sequence[RecordId], because: str, settings: Settings) -> int:
    """Let these records come in again when they are delivered anew. Answers how many tombstones were lifted."""
    key = settings.id_key.get_secret_value()
    marks = [mark_of(str(record), key) for record in records]
    with store.transaction() as work:
        lifted = work.run("lift_tombstones", marks=marks, at=act.at)
        work.run("lift_tombstones_because_of", marks=marks, at=act.at)
        written = {"because": because, "record_count": lifted, "row_count": 0}
        number = work.ask("insert_sealing", at=act.at, actor=act.actor, cause=LIFTED, **written)
        audit.record(work, act, "tombstones_lifted", sealing=int(str(number)), records=lifted)
    return lifted


# --- what there is of a record ------------------------------------------------------------------------------------


def _places(work: Work, records: Sequence[RecordId], agencies: Sequence[Agency]) -> pd.DataFrame:
    """On which lines of which files do these records stand, every version, set aside or not? And who tells of them?

    Rows that say they are about a sealed person record (its visits, its conditions) are sealed with it.
    """
    ids = {str(record) for record in records}
    found = [work.read("rows_of_records", record_ids=sorted(ids))[["delivery_id", "line_number"]]]
    for agency in agencies:
        of_agency = [record for record in records if record.agency == agency.name]
        if not of_agency:
            continue
        spellings = sorted({text for record in of_agency for text in record.spellings()})
        rows = work.read("rows_that_may_hold", agency=agency.name, spellings=spellings)
        declared = {feed.name for feed in agency.feeds}
        read_from = {
            (feed, name): agency.feeds_of(name) or (agency.feed(feed),)
            for feed, name in set(zip(rows["feed"], rows["file_name"], strict=True))
            if feed in declared
        }
        holds = [
            feed in declared and not ids.isdisjoint(sealed_rows.record_ids_of(agency, read_from[feed, name], payload))
            for feed, name, payload in zip(rows["feed"], rows["file_name"], rows["payload"], strict=True)
        ]
        found.append(rows.loc[holds, ["delivery_id", "line_number"]])
    parts = [part for part in found if len(part)]
    table = pd.concat(parts) if parts else found[0]
    return table.drop_duplicates().astype(int).sort_values(["delivery_id", "line_number"]).reset_index(drop=True)


def _forget_decisions(work: Work, ids: list[str]) -> int:
    """Take back what people decided about the records. Answers how many decisions."""
    work.run("forget_reasons_of_decisions", record_ids=ids)
    count = work.run("forget_decisions", record_ids=ids)
    if count:
        work.run("lower_decisions_known")
    return count


def _keep_without(
    work: Work, files: pd.DataFrame, places: pd.DataFrame, agencies: Sequence[Agency], vault: Path
) -> None:
    """Keep the delivered files without these rows, under the hashes of what is left."""
    by_name = {agency.name: agency for agency in agencies}
    for sha256, of_bytes in files.groupby("sha256"):
        content = disk.kept(str(of_bytes["kept_sha256"].iloc[0]), vault)
        if content is None:
            continue
        for row in of_bytes.itertuples():
            lines = places.loc[places["delivery_id"] == row.delivery_id, "line_number"]
            feed = by_name[row.agency].feed(row.feed)
            content = readers.blanked(feed, content, {int(line) for line in lines})
        with disk.told_plainly(vault):
            work.run("mark_kept_file", sha256=sha256, kept_sha256=disk.keep(content, vault))


def remove_what_nobody_names(store: Store, vault: Path) -> None:
    """Remove the kept files that were replaced, once the database no longer names them; also what a crash left."""
    named = set(store.read("kept_files")["sha256"])
    with disk.told_plainly(vault):
        for sha256 in disk.hashes(vault) - named:
            disk.forget(sha256, vault)


# --- what stays ---------------------------------------------------------------------------------------------------


def _write_act(work: Work, act: Act, order: Order, files: pd.DataFrame) -> int:
    """Write down why, and how many rows of which files. Answers the number of the act."""
    cause = order.cause.value
    counts = {"record_count": len(order.records), "row_count": int(files["row_count"].sum())}
    asked = work.ask("insert_sealing", at=act.at, actor=act.actor, cause=cause, because=order.because, **counts)
    number = int(str(asked))
    work.copy("core.sealed_rows", files[["delivery_id", "row_count"]].assign(sealing_number=number))
    return number


def _stays(work: Work, records: Sequence[RecordId], agencies: Sequence[Agency]) -> dict[RecordId, RecordId]:
    """Which stays, whose ends come in rows that name nobody, are sealed with which person record? Stay → record."""
    ended = {(agency.name, rule.encounter_feed) for agency in agencies for feed in agency.feeds for rule in feed.ends}
    named = {str(record): record for record in records}
    found = work.read("encounters_about", record_ids=sorted(named)) if ended else pd.DataFrame()
    return {
        RecordId(row.agency, row.feed, row.record_key): named[row.record_id]
        for row in found.itertuples()
        if (row.agency, row.feed) in ended
    }


def _write_tombstones(
    work: Work, act: Act, order: Order, stays: Mapping[RecordId, RecordId], number: int, key: str
) -> None:
    because_of = {stay: mark_of(str(record), key) for stay, record in stays.items()}
    for record in dict.fromkeys((*order.records, *stays)):
        why = {"because_of": None if record in order.records else because_of[record], "cause": order.cause.value}
        own = {"mark": mark_of(str(record), key), "agency": record.agency, "feed": record.feed}
        work.run("insert_tombstone", **own, **why, at=act.at, sealing_number=number)


def _tell(work: Work, act: Act, order: Order, sealed: Sealed, number: int, key: str) -> None:
    """Write down what was done: counts, and one keyed hash over all the records named."""
    named = json.dumps(sorted(str(record) for record in order.records))
    audit.record(
        work,
        act,
        "records_sealed",
        sealing=number,
        cause=order.cause.value,
        records=sealed.record_count,
        rows=sealed.row_count,
        files=sealed.file_count,
        decisions=sealed.decision_count,
        lists=sealed.withdrawn_count,
        mark=mark_of(named, key),
    )
