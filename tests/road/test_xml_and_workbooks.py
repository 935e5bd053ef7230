"""Do agencies that send XML documents and workbooks go the whole road, and can their records be sealed?"""

from pathlib import Path

import pytest

from pipeline import flow, sealing
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from pipeline.store import Store
from tests.readers.niem import SHERIFF, booking, document, person, report
from tests.readers.workbooks import ANN, BEN, OFFICE, book, one_sheet, table
from tests.road import county

ACT = Act("test", county.AT)
QUILL = {"first": "Ben", "last": "Quill", "born": "1975-12-24"}
NOBODY = {"first": "Cora", "last": "Hill", "born": "1988-08-08"}


def documents(folder: Path) -> None:
    """Reports with a dangling reference among them, single documents of which one is no XML, and shared persons."""
    folder.mkdir(parents=True)
    astray = report("B3").replace('s:id="P1"', 's:id="P9"')
    (folder / "reports_20261103.xml").write_bytes(document(report(), report("B2", of="P2", **QUILL), astray))
    (folder / "documents_20261103_1.xml").write_bytes(document(report("D1")))
    (folder / "documents_20261103_2.xml").write_bytes(document(report("D2"), head="<!-- x --><?xml version='1.0'?>"))
    shared = document(person(), booking("S1"), booking("S2"), booking("S3", of="P3"), person("P3", **NOBODY))
    (folder / "shared_20261103.xml").write_bytes(shared)


def workbooks(folder: Path) -> None:
    """Permits, one with an id that became a number, and a sheet with a title."""
    folder.mkdir(parents=True)
    (folder / "sheets_20261101.xlsx").write_bytes(one_sheet(ANN, ("1.23E+12", "Hill", "Cora"), BEN))
    titled = book(("Permits", {"A1": "Cora Hill and others", **table(("T1", "Hill", "Cora"), ANN, first=3)}, False))
    (folder / "titled_20261101.xlsx").write_bytes(titled)


LAYOUTS = {
    "xml": (SHERIFF, documents, (8, 6, 2), {"B1", "B2", "D1", "S1", "S2", "S3"}),
    "workbooks": (OFFICE, workbooks, (5, 4, 1), {"P1", "P2", "T1"}),
}
GONE = {
    "xml": (("reports/B3", "documents/D2", "shared/S3", "reports/B2"), (b"B3", b"D2", b"S3", b"Hill", b"Quill"), b"S2"),
    "workbooks": (("sheets/1.23E+12", "titled/T1"), (), b""),
}


def take_in(store: Store, root: Path, name: str) -> Settings:
    agency, write, _, _ = LAYOUTS[name]
    settings = Settings(home=root / "home")
    write(root / "in" / agency.name)
    flow.take_in_agency(store, ACT, agency, root / "in", settings, lambda step, share: None)
    return settings


@pytest.mark.parametrize("name", LAYOUTS)
def test_rows_are_accounted_for_and_told_of(store: Store, tmp_path: Path, name):
    agency, _, expected, keys = LAYOUTS[name]
    take_in(store, tmp_path, name)
    counts = county.accounting(store)[agency.name]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == expected
    records = store.read("usable_person_records", **flow.plan_for(county.AS_OF, Settings()).bounds(None))
    assert {record.rpartition("/")[2] for record in records["record_id"]} == keys
    assert set(records["last_name"].str.upper()) <= {"LEE", "QUILL", "HILL"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_was_sealed_is_gone_from_rows_and_kept_files(store: Store, tmp_path: Path, name):
    agency, _, (delivered, _, _), _ = LAYOUTS[name]
    records, texts, stays = GONE[name]
    settings = take_in(store, tmp_path, name)
    order = Order(
        parse_records(tuple(f"{agency.name}/{one}" for one in records), (agency,)), SealingCause.SEALED, "order 26-114"
    )
    vault = flow.vault_of(settings)
    with store.run_lock():
        sealed = sealing.seal(store, ACT, order, (agency,), settings, vault)
    assert sealed.row_count == len(records)
    kept = b"\n".join(path.read_bytes() for path in vault.rglob("*") if path.is_file())
    assert stays in kept
    assert not any(text in kept for text in texts)
    counts = county.accounting(store)[agency.name]
    assert counts["delivered"] == counts["accepted"] + counts["quarantined"] == delivered - len(records)


AGAIN = {
    "xml": ("reports_20261110.xml", document(report(), report("B2", of="P2", **QUILL))),
    "workbooks": ("sheets_20261110.xlsx", one_sheet(ANN, ("1.23E+12", "Hill", "Cora"))),
}


@pytest.mark.parametrize("name", AGAIN)
def test_a_sealed_record_does_not_come_in_again(store: Store, tmp_path: Path, name):
    agency, _, _, _ = LAYOUTS[name]
    settings = take_in(store, tmp_path, name)
    records = parse_records(tuple(f"{agency.name}/{one}" for one in GONE[name][0]), (agency,))
    with store.run_lock():
        sealing.seal(store, ACT, Order(records, SealingCause.SEALED, "x"), (agency,), settings, flow.vault_of(settings))
    before = county.accounting(store)[agency.name]["delivered"]
    file_name, content = AGAIN[name]
    (tmp_path / "in" / agency.name / file_name).write_bytes(content)
    flow.take_in_agency(store, ACT, agency, tmp_path / "in", settings, lambda step, share: None)
    assert county.accounting(store)[agency.name]["delivered"] == before + 1
