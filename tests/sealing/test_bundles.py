"""Are sealed resources gone from a Bundle that several feeds read, and from one that brings them again?"""

from dataclasses import replace

import pytest

from pipeline import flow, sealing
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from tests.readers.bundles import CLINIC, bundle
from tests.road import county

ACT = Act("test", county.AT)
OTHER_PATTERN = r"bundle_(?P<date>[0-9]{8})\.jso[n]"


UNLIKE = replace(
    CLINIC, feeds=(*CLINIC.feeds[:1], *(replace(feed, file_pattern=OTHER_PATTERN) for feed in CLINIC.feeds[1:]))
)


@pytest.mark.parametrize("clinic", [CLINIC, UNLIKE], ids=["one pattern", "unlike patterns of the same files"])
def test_a_sealed_patient_is_gone_from_the_bundle_and_does_not_come_in_again(store, tmp_path, clinic):
    settings, folder = Settings(home=tmp_path / "home"), tmp_path / "in" / CLINIC.name
    folder.mkdir(parents=True)
    vault = flow.vault_of(settings)
    content = bundle(county.patient("sealed-1"), county.patient("kept-2"), county.visit("visit-3", "sealed-1"))

    def kept():
        return b"\n".join(path.read_bytes() for path in vault.rglob("*") if path.is_file())

    def take_in(name, content):
        (folder / name).write_bytes(content)
        flow.take_in_agency(store, ACT, clinic, tmp_path / "in", settings, lambda step, share: None)

    take_in("bundle_20261101.json", content)
    assert b"sealed-1" in kept()
    order = Order(parse_records(("bundle_clinic/patients/sealed-1",), (clinic,)), SealingCause.SEALED, "order 26-114")
    with store.run_lock():
        sealed = sealing.seal(store, ACT, order, (clinic,), settings, vault)
    assert sealed.row_count == 2  # the patient and the visit
    (folder / "bundle_20261101.json").unlink()
    take_in("bundle_20261108.json", content.replace(b"Martin", b"Martyn"))
    assert b"kept-2" in kept()
    assert not any(mark in kept() for mark in (b"sealed-1", b"visit-3"))
    counts = county.accounting(store)[CLINIC.name]
    assert (counts["delivered"], counts["accepted"], counts["retracted"]) == (2, 1, 1)
