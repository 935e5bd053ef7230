"""How does an agency's delivery get in? Receive → expect → standardize, each step one call, each re-run safe.

The rim between the stages (which know no database) and the store: a step reads what the step before it left, hands it
to its stage, and writes what comes back, in one transaction with its audit event. Only ids and counts come out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import IO

import pandas as pd

from pipeline import audit, batches, disk, drifting, expect, readers, receive, rosters, row_versions, tombstones
from pipeline.audit import Act
from pipeline.behind import one_behind
from pipeline.contract import tables
from pipeline.contract.codes import DeliveryStatus, RowFault
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeliveryRefused, TableBroken
from pipeline.standardize import Standardized, standardize
from pipeline.store import Store, Work

WHOLE_FILE = 0
"""Line number of the fault that stands for all rows of a refused file."""


@dataclass(frozen=True)
class Received:
    """What came in? `delivery_ids` are new or not yet taken in; `repeated` and `unknown` count files left alone."""

    delivery_ids: tuple[int, ...]
    repeated: int
    unknown: int


# --- receive --------------------------------------------------------------------------------


def receive_agency(store: Store, act: Act, agency: Agency, deliveries: Path, vault: Path, id_key: str) -> Received:
    """Which files of the agency are new? Each is kept as it came and its rows go to raw.

    Rows of sealed records, known by the tombstones made with `id_key`, go nowhere and are kept nowhere. A file that
    cannot be read at all is marked and refused by the next step, so that all its fellows are received too.
    """
    found = receive.find_files(agency, deliveries)
    with disk.told_plainly(vault):
        disk.sweep(vault)
    outcomes = [_receive_file(store, act, agency, file, vault, id_key) for file in found.files]
    delivery_ids = tuple(dict.fromkeys(outcome for outcome in outcomes if outcome is not None))
    return Received(delivery_ids, len(outcomes) - len(delivery_ids), found.unknown_count)


def _receive_file(
    store: Store, act: Act, agency: Agency, file: receive.FoundFile, vault: Path, id_key: str
) -> int | None:
    """Take in one file. Answers its delivery id, or None where the same bytes were taken in before."""
    sha256, byte_count = receive.fingerprint(agency, file)
    with store.transaction() as work:
        known = work.read("delivery_by_checksum", agency=agency.name, feed=file.feed.name, sha256=sha256)
        if not known.empty and file.name != known["file_name"].iloc[0]:
            work.run("insert_repeated_file", delivery_id=int(known["delivery_id"].iloc[0]), file_name=file.name)
        if not known.empty and known["status"].iloc[0] == DeliveryStatus.ACCEPTED:
            rosters.tell_days(work, act, agency, file.feed, [int(known["delivery_id"].iloc[0])])
            if known["kept_sha256"].iloc[0] == sha256:  # put back where somebody removed it
                _keep(agency, file, frozenset(), sha256, vault)
            return None
        opened = partial(receive.opened, agency, file)
        sealed_lines = tombstones.sealed_lines(work, act, agency, file.feed, file.name, opened, id_key)
        kept_sha256 = _keep(agency, file, sealed_lines, sha256, vault)
        if known.empty:
            delivery_id = _register(work, act, agency, file, sha256, byte_count)
        else:
            delivery_id = int(known["delivery_id"].iloc[0])
        work.run("forget_rows_of_delivery", delivery_id=delivery_id)
        work.run("mark_kept_file", sha256=sha256, kept_sha256=kept_sha256)
        with disk.opened(kept_sha256, vault) as stream:
            row_count = _read_rows(work, file.feed, delivery_id, stream, file.place.fault)
        audit.record(work, act, "delivery_received", agency=agency.name, feed=file.feed.name, delivery_id=delivery_id)
        if sealed_lines and not row_count:  # nothing but sealed rows: no fault of the agency, so no refusal
            work.run("mark_deliveries_accepted", delivery_ids=[delivery_id], taken_in_at=act.at)
            return None
    return delivery_id


def _keep(agency: Agency, file: receive.FoundFile, sealed_lines: frozenset[int], sha256: str, vault: Path) -> str:
    """Keep a file's bytes without these lines, before the database names them: it never names what is not there.

    Answers their hash. Raises DeliveryRefused where the file is no longer the one that was looked at.
    """
    with receive.opened(agency, file) as stream, disk.told_plainly(vault):
        if not sealed_lines:
            if not disk.keep_stream(stream, sha256, vault):
                raise receive.still_arriving(agency, file)
            return sha256
        content = stream.read()
        if disk.checksum(content) != sha256:
            raise receive.still_arriving(agency, file)
        return disk.keep(readers.blanked(file.feed, content, sealed_lines), vault)


def _register(work: Work, act: Act, agency: Agency, file: receive.FoundFile, sha256: str, byte_count: int) -> int:
    answer = work.ask(
        "insert_delivery",
        agency=agency.name,
        feed=file.feed.name,
        file_name=file.name,
        sha256=sha256,
        byte_count=byte_count,
        business_date=receive.business_date(file.feed, file.name),
        received_at=act.at,
    )
    return int(str(answer))


def _read_rows(work: Work, feed: Feed, delivery_id: int, stream: IO[bytes], why_not: str | None) -> int:
    """Put the rows of a file into raw, some megabytes in memory at a time; none where it may not be read. How many?"""
    about, faults, row_count = readers.About(), [], 0
    try:
        if why_not:
            raise readers.FileUnreadable(why_not, 0)
        with one_behind() as writing:
            for rows in batches.some_megabytes(readers.rows_of(feed, stream, about)):
                row_count += len(rows)
                found = ((row.line_number, row.fault) for row in rows if row.fault is not None)
                faults += [(delivery_id, line, 1, None, fault.fault_code, fault.message) for line, fault in found]
                placed = [(delivery_id, row.line_number, row.payload) for row in rows]
                writing.do(partial(work.copy_json_rows, "raw.delivered_row", placed))
        missing, other_lines = ", ".join(about.missing_required), about.other_encoding_lines
    except readers.FileUnreadable as fault:
        row_count, missing, other_lines = fault.line_count, "", 0
        code = RowFault.WHOLE_DELIVERY if why_not else RowFault.UNREADABLE
        faults = [(delivery_id, WHOLE_FILE, row_count, None, code, str(fault))]
        work.run("forget_rows_of_delivery", delivery_id=delivery_id)
    if row_count > batches.BATCH_ROWS:
        work.run("analyze_raw")
    _insert_faults(work, faults)
    told = {"missing_columns": missing, "other_encoding_lines": other_lines}
    work.run("mark_delivery_read", delivery_id=delivery_id, row_count=row_count, **told)
    return row_count


def _insert_faults(work: Work, faults: Sequence[tuple]) -> None:
    work.copy("raw.row_fault", pd.DataFrame(faults, columns=list(tables.ROW_FAULT)))


# --- expect --------------------------------------------------------------------------------


def expect_agency(store: Store, act: Act, agency: Agency, delivery_ids: Sequence[int]) -> dict[str, int]:
    """Do the deliveries hold what the agency declared? Sets rows aside, or stops the agency.

    Returns:
        Counts: rows checked, rows set aside, values left out.

    Raises:
        DeliveryRefused: a file cannot be taken in. None of the agency's new files is; what it sent before stays in use.
    """
    counts = {"rows": 0, "quarantined": 0, "dropped_values": 0}
    with store.transaction() as work:
        deliveries = _open_deliveries(work, delivery_ids)
        ids = [int(number) for number in deliveries["delivery_id"]]
        work.run("forget_findings", delivery_ids=ids)
        for feed in agency.feeds:
            for name, count in _expect_rows(work, agency, feed, deliveries[deliveries["feed"] == feed.name]).items():
                counts[name] += count
        refused = _refusals(work, agency, ids)
        stopping = set(refused) - _replaced(work, ids, refused)
        _set_aside_files(work, ids if stopping else list(refused), refused)
        if not stopping:
            checked = [number for number in ids if number not in refused]
            work.run("mark_deliveries", delivery_ids=checked, status=DeliveryStatus.CHECKED.value)
        audit.record(work, act, "deliveries_checked", agency=agency.name, refused=len(refused), **counts)
    if stopping:
        first, *others = refused.values()
        first.others = tuple(others)
        raise first
    return counts


def _open_deliveries(work: Work, delivery_ids: Sequence[int]) -> pd.DataFrame:
    """Which of these files are not taken in yet? Those that are stay as they are, however often the step is run."""
    deliveries = work.read("deliveries_by_id", delivery_ids=list(delivery_ids))
    return deliveries[deliveries["status"] != DeliveryStatus.ACCEPTED]


def _replaced(work: Work, delivery_ids: list[int], refused: Mapping[int, DeliveryRefused]) -> set[int]:
    """Which refused files were corrected: followed by a readable one of the same feed and business date?

    They are refused all the same, but what they should have brought is there, so they need not stop their agency.
    """
    readable = [number for number in delivery_ids if number not in refused]
    found = work.read("replaced_deliveries", refused_ids=list(refused), readable_ids=readable)
    return {int(number) for number in found["delivery_id"]}


def _expect_rows(work: Work, agency: Agency, feed: Feed, deliveries: pd.DataFrame) -> dict[str, int]:
    """Check the rows of one feed; write down rows to set aside, values to leave out, and what the files look like."""
    counts = {"rows": 0, "quarantined": 0, "dropped_values": 0}
    profiles = drifting.Profiles(agency, feed, deliveries)
    for rows, payloads in batches.rows_and_texts_at_once(work, feed, deliveries):
        profiles.add(rows, payloads)
        critical, dropped = expect.faults_of(feed, rows)
        work.copy("raw.row_fault", critical[list(tables.ROW_FAULT)])
        work.copy("raw.dropped_value", dropped[["delivery_id", "line_number", "column_name", "fault_code"]])
        counts["rows"] += len(rows)
        counts["quarantined"] += len(critical)
        counts["dropped_values"] += len(dropped)
    profiles.keep(work)
    return counts


def _refusals(work: Work, agency: Agency, delivery_ids: Sequence[int]) -> dict[int, DeliveryRefused]:
    """Which files cannot be taken in at all? By delivery id, in order."""
    deliveries = work.read("deliveries_by_id", delivery_ids=list(delivery_ids))
    unreadable = work.read("unreadable_deliveries", delivery_ids=list(delivery_ids))
    reasons = {int(row.delivery_id): (row.fault_code, row.message) for row in unreadable.itertuples()}
    readable = deliveries[~deliveries["delivery_id"].isin(list(reasons))]
    for feed in agency.feeds:
        of_feed = readable[readable["feed"] == feed.name]
        if feed.refusals:
            for rows in batches.rows_at_once(work, feed, of_feed):
                reasons |= expect.unfit(feed, rows)
        reasons |= expect.refusals(feed, of_feed)
        reasons |= drifting.refusals(work, agency, feed, of_feed, reasons)
    files = deliveries.set_index("delivery_id")
    return {
        delivery_id: DeliveryRefused(agency.name, files["feed"][delivery_id], files["file_name"][delivery_id], *reason)
        for delivery_id, reason in sorted(reasons.items())
    }


WAITING = (
    "held back because another file of its agency was refused; it is taken in once that one is corrected or removed"
)


def _set_aside_files(work: Work, delivery_ids: list[int], refused: Mapping[int, DeliveryRefused]) -> None:
    """Take none of these files in: refused ones for their reason, others held back; every row is accounted for."""
    deliveries = work.read("deliveries_by_id", delivery_ids=delivery_ids)
    for row in deliveries.itertuples():
        delivery_id, row_count = int(row.delivery_id), int(row.row_count)
        refusal = refused.get(delivery_id)
        status = DeliveryStatus.REFUSED if refusal else DeliveryStatus.HELD_BACK
        code = refusal.reason_code if refusal else RowFault.AGENCY_STOPPED.value
        message = str(refusal) if refusal else WAITING
        why = {"fault_code": code, "message": message}
        work.run("forget_faults_of_delivery", delivery_id=delivery_id)
        work.run("refuse_delivery", delivery_id=delivery_id, status=status.value, row_count=row_count, **why)
        _insert_faults(work, [(delivery_id, WHOLE_FILE, row_count, None, code, message)])


def refusal_lines(store: Store, delivery_ids: Sequence[int]) -> list[str]:
    """Which of these files were refused, and why? One clear line each, those that stopped nobody among them."""
    return list(store.read("refusals_of_deliveries", delivery_ids=list(delivery_ids))["refused_message"])


# --- standardize --------------------------------------------------------------------------------


def standardize_agency(store: Store, act: Act, agency: Agency, delivery_ids: Sequence[int]) -> dict[str, int]:
    """What do the checked deliveries say, in our words? Writes it to core and accepts the deliveries.

    Returns:
        Counts: rows accepted, person records, encounters, told ends, conditions, consents.
    """
    counts = dict.fromkeys(("accepted_rows", *tables.SAID), 0)
    with store.transaction() as work:
        deliveries = work.read("deliveries_by_id", delivery_ids=list(delivery_ids))
        checked = deliveries[deliveries["status"] == DeliveryStatus.CHECKED]
        for feed in agency.feeds:
            files = checked[checked["feed"] == feed.name]
            written = _standardize_rows(work, agency, feed, files)
            counts = {name: count + written[name] for name, count in counts.items()}
            rosters.tell(work, act, agency, feed, files["delivery_id"].tolist())
        taken_in = [int(n) for n in checked["delivery_id"]]
        work.run("mark_deliveries_accepted", delivery_ids=taken_in, taken_in_at=act.at)
        work.run("analyze_core")
        audit.record(work, act, "deliveries_standardized", agency=agency.name, **counts)
    return counts


def _standardize_rows(work: Work, agency: Agency, feed: Feed, files: pd.DataFrame) -> dict[str, int]:
    """Write to core what the rows of one feed say. How many rows did each table get?

    Tables are looked at, and the next batch is made, while the database takes them in: what is found undoes the step.
    """
    counts = dict.fromkeys(_TARGETS, 0)
    with one_behind() as writing:
        for rows in batches.rows_left_at_once(work, feed, files):
            if feed.is_cumulative:  # filled up with what the rows before told, which is read back from core
                writing.finish()
            said = standardize(agency, feed, _as_told(work, agency, feed, rows))
            writing.do(partial(_write, work, said))
            _check_tables(agency, feed, said)
            counts = {name: count + len(getattr(said, name)) for name, count in counts.items()}
    return counts


def _check_tables(agency: Agency, feed: Feed, said: Standardized) -> None:
    """Do our own tables hold what they promise? Raises TableBroken, a mistake of ours."""
    from expectations.encounter import check_encounters
    from expectations.person_record import check_person_records

    for check, table in ((check_person_records, said.person_records), (check_encounters, said.encounters)):
        broken = check(table, is_every_version=True).critical
        if broken:
            rows = sum(finding.row_count for finding in broken)
            raise TableBroken(f"[{agency.name}] [{feed.name}]: {broken[0].message} ({rows} rows)")


def _as_told(
    work: Work, agency: Agency, feed: Feed, rows: pd.DataFrame, reread_id: int | None = None, from_number: int = 0
) -> pd.DataFrame:
    """What do rows say, those of a cumulative feed with what was told of their records before?

    Of a file that is read anew (`reread_id`, by the reading of `from_number`) the files that came before it count.
    """
    if not feed.is_cumulative:
        return rows
    keys = sorted(set(row_versions.record_keys(feed, rows)))
    reading = {"reread_id": reread_id, "from_number": from_number}
    stored = work.read("rows_told_before", agency=agency.name, feed=feed.name, record_keys=keys, **reading)
    before = expect.flat_rows(feed, stored, stored["payload"].tolist()) if len(stored) else stored
    if len(before):
        before = batches.without_dropped(work, feed, before)
    return row_versions.told_so_far(feed, agency.zone, rows, before)


_TARGETS = {
    "accepted_rows": "core.accepted_row",
    "person_records": "core.person_record",
    "encounters": "core.encounter",
    "told_ends": "core.told_end",
    "conditions": "core.condition",
    "consents": "core.consent",
    "sender_merges": "core.sender_merge",
}
"""Where each table that `standardize` makes is kept."""


def _write(work: Work, said: Standardized) -> None:
    for name, target in _TARGETS.items():
        work.copy(target, getattr(said, name))


# --- read anew: for `rereading`, when a declaration was corrected ---------------------------------


def receive_anew(work: Work, feed: Feed, delivery_id: int, stream: IO[bytes]) -> int:
    """Put the rows of a file into raw in the place of those an earlier reading found. Answers how many there are."""
    work.run("forget_rows_of_delivery", delivery_id=delivery_id)
    return _read_rows(work, feed, delivery_id, stream, None)


def take_in_anew(work: Work, agency: Agency, feed: Feed, delivery_id: int, from_number: int) -> DeliveryRefused | None:
    """Check and standardize a file that was received anew; what its rows say counts from this number on.

    Returns:
        Why the file would now be refused as a whole; then nothing of it was written to core.
    """
    files = work.read("deliveries_by_id", delivery_ids=[delivery_id])
    _expect_rows(work, agency, feed, files)
    refused = _refusals(work, agency, [delivery_id]).get(delivery_id)
    if refused is None:
        for rows in batches.rows_left_at_once(work, feed, files):
            told = _as_told(work, agency, feed, rows, delivery_id, from_number)
            said = standardize(agency, feed, told)
            numbered = {one.name: getattr(said, one.name).assign(from_number=from_number) for one in fields(said)}
            _check_tables(agency, feed, said)
            _write(work, replace(said, **numbered))
    return refused
