"""Does an agency that sends fixed width and JSON lines go the whole road, and can its records be sealed?"""

from pathlib import Path

from pipeline import flow, sealing
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from pipeline.store import Store
from tests.readers.other_layouts import OFFICE, cards, line
from tests.road import county

ANN = '{"permit": "J1", "name": {"family": "Lee", "given": "Ann"}, "birthDate": "19900131"}'
BEN = '{"permit": "J2", "name": {"family": "Quill", "given": "Ben"}, "birthDate": "19751224"}'
ACT = Act("test", county.AT)


def take_in(store: Store, root: Path) -> Settings:
    """Two cards and two objects, one of each set aside."""
    folder, settings = root / "in" / OFFICE.name, Settings(home=root / "home")
    folder.mkdir(parents=True)
    (folder / "cards_20261101.txt").write_bytes(cards(line(), line("P2") + "X", line("P3", "QUILL", "BEN", "19751224")))
    (folder / "permits_20261101.txt").write_text(f'{ANN}\n{BEN}\n{{"permit": "J3"\n', encoding="utf-8")
    flow.take_in_agency(store, ACT, OFFICE, root / "in", settings, lambda step, share: None)
    return settings


def test_rows_of_both_layouts_are_accounted_for_and_linked(store: Store, tmp_path: Path):
    take_in(store, tmp_path)
    counts = county.accounting(store)[OFFICE.name]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (6, 4, 2)
    records = store.read("usable_person_records", **flow.plan_for(county.AS_OF, Settings()).bounds(None))
    said = dict(zip(records["record_id"], records["last_name"] + ", " + records["first_name"], strict=True))
    assert {record.removeprefix("permit_office/"): name.upper() for record, name in said.items()} == {
        "cards/P1": "LEE, ANN",
        "cards/P3": "QUILL, BEN",
        "permits/J1": "LEE, ANN",
        "permits/J2": "QUILL, BEN",
    }


def test_what_was_set_aside_is_found_when_it_is_sealed(store: Store, tmp_path: Path):
    settings = take_in(store, tmp_path)
    records = ("permit_office/cards/P2", "permit_office/permits/J3", "permit_office/permits/J2")
    order = Order(parse_records(records, (OFFICE,)), SealingCause.SEALED, "order 26-114")
    vault = flow.vault_of(settings)
    with store.run_lock():
        sealed = sealing.seal(store, ACT, order, (OFFICE,), settings, vault)
    assert (sealed.row_count, sealed.file_count) == (3, 2)
    kept = b"\n".join(path.read_bytes() for path in vault.rglob("*") if path.is_file())
    assert b"P1" in kept
    assert not any(key in kept for key in (b"P2", b"J2", b"J3"))
    counts = county.accounting(store)[OFFICE.name]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (3, 3, 0)
