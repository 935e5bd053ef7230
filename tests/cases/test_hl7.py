"""Dirty inputs 24 and 25, and what several messages of one visit come to: HL7 v2 on the whole road."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import batches, flow, rereading, sealing
from pipeline.audit import Act
from pipeline.contract.codes import Condition, SealingCause
from pipeline.dry_run import check_files
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from pipeline.store import Store
from tests.readers.hl7_messages import file_of, hospital, message, mrg, pid, pv1
from tests.road import county

HOSPITAL = hospital().name
ACT = Act("test", county.AT)


def deliver(folder: Path, *messages: str, name: str = "adt_1.hl7", line_end: str = "\r") -> None:
    target = folder / HOSPITAL
    target.mkdir(parents=True, exist_ok=True)
    (target / name).write_bytes(file_of(*messages, line_end=line_end))


def take_in(store: Store, root: Path) -> Settings:
    settings = Settings(home=root / "home")
    flow.take_in_agency(store, ACT, hospital(), root / "in", settings, lambda step, share: None)
    return settings


def run(store: Store, root: Path, as_of: date = county.AS_OF) -> dict:
    settings = Settings(home=root / "home")
    told = {"deliveries": root / "in", "as_of": as_of, "out": root / "out"}
    flow.run(store, ACT, (hospital(),), settings, **told)
    return county.published(root / "out")


def known(store: Store, query: str) -> pd.DataFrame:
    return store.read(query, **flow.plan_for(county.AS_OF, Settings()).bounds(None))


def visits(store: Store) -> dict[str, tuple]:
    """Which visits count? By number: patient, when it began and ended (UTC), where."""
    found = known(store, "usable_encounters")
    return {
        row.encounter_id.removeprefix(f"{HOSPITAL}/visits/").removesuffix("#visit"): (
            row.record_id.removeprefix(f"{HOSPITAL}/patients/"),
            *(None if pd.isna(at) else at.strftime("%m-%d %H:%M") for at in (row.occurred_at, row.ended_at)),
            row.setting_code,
        )
        for row in found.itertuples()
    }


def patients(store: Store) -> dict[str, tuple]:
    found = known(store, "usable_person_records").astype(object).where(lambda table: table.notna(), None)
    return {row.record_key: (row.first_name, row.last_name, row.phone, row.is_dead) for row in found.itertuples()}


def sent(hour: int) -> dict[str, str]:
    return {"sent_at": f"20261101{hour:02}0000-0700"}


ADMITTED = message("A01", pid(), pv1(), **sent(10))
DISCHARGED = message("A03", pid(), pv1(began="", kind="", ended="20261101110000-0700"), **sent(11))


# --- 24: a message is whole, whatever ends its lines ----------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_case_24_messages_are_read_whatever_ends_their_lines_and_broken_ones_are_set_aside(
    store: Store, tmp_path: Path, line_end: str
):
    strange = "ZZZ|1\rhello"
    deliver(tmp_path / "in", strange, ADMITTED, message("A01", pv1(), "PV2|"), message("A99"), line_end=line_end)
    take_in(store, tmp_path)
    counts = county.accounting(store)[HOSPITAL]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (4 + 2, 2, 4)
    aside = store.read("quarantined_rows")
    told = aside.loc[aside["feed"] == "patients", ["line", "reason"]].to_numpy().tolist()
    assert told == [[1, "wrong_segments"], [7, "wrong_segments"], [11, "unknown_code"]]
    assert patients(store) == {"P1": ("ANN", "LEE", "3035550134", False)}


def test_case_24_a_dry_run_tells_each_feeds_share_beforehand(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", "hello", ADMITTED, message("A40", pid(), mrg("P2")), DISCHARGED, message("A99"))
    told = list(check_files(hospital(), [tmp_path / "in" / HOSPITAL / "adt_1.hl7"]))
    take_in(store, tmp_path)
    counts = county.accounting(store)[HOSPITAL]
    assert [(one.feed, one.rows) for one in told] == [("patients", 5), ("visits", 2), ("merges", 1)]
    assert counts["delivered"] == sum(one.rows for one in told)
    for name in ("accepted", "quarantined", "retracted"):
        assert counts[name] == sum(getattr(one, name) for one in told)
    said = dict(next(one for one in told if one.feed == "visits").said)
    assert said["encounters"] == 2  # both versions: the second filled up with the first


# --- several messages of one visit ----------------------------------------------------------------------------------


def test_a_discharge_that_does_not_repeat_the_admission_ends_the_visit_that_began(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", ADMITTED, DISCHARGED)
    take_in(store, tmp_path)
    assert visits(store) == {"V1": ("P1", "11-01 16:30", "11-01 18:00", "emergency")}
    counts = county.accounting(store)[HOSPITAL]
    assert (counts["delivered"], counts["accepted"], counts["retracted"]) == (4, 2, 2)


ENDED = pv1(kind="", began="", ended="20261101130000-0700")
THE_SAME_STAY = (
    ADMITTED,
    message("A02", pid(phone=""), pv1(kind="I", began=""), **sent(11)),
    message("A08", pid(phone="303-555-0199", name="LEE^ANNA"), pv1(kind="", began="", service='""'), **sent(12)),
    message("A03", pid(name="", phone="", died="20261101", is_dead="Y"), ENDED, **sent(13)),
)


@pytest.mark.parametrize("order", ["0123", "3210", "1302", "2031"])
def test_files_may_arrive_in_any_order_one_by_one(store: Store, tmp_path: Path, order: str):
    for arrival, number in enumerate(order):
        deliver(tmp_path / "in", THE_SAME_STAY[int(number)], name=f"adt_{arrival}.hl7")
        take_in(store, tmp_path)
    assert visits(store) == {"V1": ("P1", "11-01 16:30", "11-01 20:00", "inpatient")}
    assert patients(store) == {"P1": ("ANNA", "LEE", "3035550199", True)}


def test_what_was_known_before_a_file_came_stays_as_it_was(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", DISCHARGED, name="adt_2.hl7")
    take_in(store, tmp_path)
    deliver(tmp_path / "in", ADMITTED, name="adt_1.hl7")
    take_in(store, tmp_path)
    bounds = flow.plan_for(county.AS_OF, Settings()).bounds(None)
    assert len(visits(store)) == 1
    first_three_feeds = bounds | {"taken_in_number": 3}
    assert store.read("usable_encounters", **first_three_feeds).empty  # a discharge alone tells of no beginning


def test_a_cancelled_admission_never_was_and_an_admission_anew_is(store: Store, tmp_path: Path):
    cancelled = message("A11", pid(), pv1(), **sent(11))
    deliver(tmp_path / "in", ADMITTED, cancelled)
    take_in(store, tmp_path)
    assert (visits(store), list(patients(store))) == ({}, ["P1"])
    deliver(tmp_path / "in", message("A01", pid(), pv1(began="20261101150000-0700"), **sent(15)), name="adt_2.hl7")
    take_in(store, tmp_path)
    assert visits(store)["V1"][1] == "11-01 22:00"


def test_a_cancelled_discharge_leaves_the_visit_open(store: Store, tmp_path: Path):
    opened_again = message("A13", pid(), pv1(began="", ended="20261101110000-0700"), **sent(12))
    deliver(tmp_path / "in", ADMITTED, DISCHARGED, opened_again)
    take_in(store, tmp_path)
    assert visits(store)["V1"][2] is None


def test_a_message_about_the_patient_alone_is_no_visit(store: Store, tmp_path: Path):
    deliver(
        tmp_path / "in",
        message("A28", pid()),
        message("A31", pid("P2"), pv1("V2")),
        message("A05", pid("P3"), pv1("V3")),
    )
    take_in(store, tmp_path)
    assert (visits(store), sorted(patients(store))) == ({}, ["P1", "P2", "P3"])


def test_a_patient_taken_back_is_nobody(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", message("A28", pid()), message("A28", pid("P2")), message("A29", pid(), **sent(12)))
    take_in(store, tmp_path)
    assert list(patients(store)) == ["P2"]


def test_a_visit_is_the_patients_to_whom_it_was_moved(store: Store, tmp_path: Path):
    moved = message("A45", pid("P2", "QUILL^BEN"), "MRG|P1^^^CEDAR^MR||||V1", pv1(began=""), **sent(12))
    deliver(tmp_path / "in", ADMITTED, moved)
    take_in(store, tmp_path)
    assert visits(store)["V1"][:2] == ("P2", "11-01 16:30")


def test_what_a_message_tells_holds_for_those_of_the_next_batches(new_store, tmp_path, monkeypatch):
    changes = [message("A08", pid(), pv1(began="", kind=""), **sent(12 + n)) for n in range(4)]
    deliver(tmp_path / "in", ADMITTED, DISCHARGED, *changes)
    found = []
    for rows in (batches.BATCH_ROWS, 1, 2):
        monkeypatch.setattr(batches, "BATCH_ROWS", rows)
        store = new_store()
        take_in(store, tmp_path)
        found.append(visits(store))
    assert found[0] == found[1] == found[2]
    [(_, began, ended, _)] = found[0].values()
    assert (began, ended) == ("11-01 16:30", "11-01 18:00")


# --- 25: a merge after both numbers were used -----------------------------------------------------------------------


OTHER = {"name": "OKAFOR^INES", "born": "19710203", "phone": "303-555-0166"}
BOTH_USED = (
    ADMITTED,
    message("A04", pid("P2", **OTHER).replace("523-11-4321", "").replace("523114321", ""), pv1("V2"), **sent(10)),
)


def person_of(store: Store) -> dict[str, str]:
    links = store.read("links")
    return dict(zip(links["feed"] + "/" + links["record_key"], links["person_id"], strict=True))


def merged_by_sender(store: Store) -> int:
    """How many merges does the log say that the last run followed?"""
    told = store.read("told_events", since=None, act="persons_resolved", at_most=1)
    return told["facts"].iloc[0]["merged_by_sender"]


@pytest.mark.parametrize("event", ["A34", "A36", "A40", "A47"])
def test_case_25_a_merge_re_points_the_old_number_and_the_log_says_so(store: Store, tmp_path: Path, event: str):
    deliver(tmp_path / "in", *BOTH_USED)
    before = run(store, tmp_path)["entries"]
    apart = person_of(store)
    assert apart["patients/P1"] != apart["patients/P2"]
    deliver(tmp_path / "in", message(event, pid(), mrg("P2"), **sent(12)), name="adt_2.hl7")
    [entry] = run(store, tmp_path)["entries"]
    merged = person_of(store)
    assert merged["patients/P1"] == merged["patients/P2"] == entry["person_id"]
    assert entry["record_keys"] == [f"{HOSPITAL}/patients/P1"]  # the old number says no more who somebody is
    assert entry["points"] == 2 * before[0]["points"] > 0  # but its visit counts
    old = store.read("person_by_id", person_id=apart["patients/P2"]).iloc[0]
    assert old["person_now"] == entry["person_id"]
    assert merged_by_sender(store) == 1


def test_case_25_a_later_message_about_the_patient_does_not_end_the_merge(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", *BOTH_USED, message("A40", pid(), mrg("P2"), **sent(12)))
    run(store, tmp_path)
    deliver(tmp_path / "in", message("A08", pid(), pv1(), **sent(13)), name="adt_2.hl7")
    run(store, tmp_path)
    merged = person_of(store)
    assert merged["patients/P1"] == merged["patients/P2"]


GROUPS = (pid("P1"), mrg("P2"), pid("P3", "STONE^KIM"), mrg("P4"))


def test_case_25_a_message_that_merges_twice_is_two_rows_and_re_points_both(store: Store, tmp_path: Path):
    used = (message("A04", pid(f"P{n}", f"NAME{'ABCD'[n - 1]}^KIM"), pv1(f"V{n}"), **sent(10)) for n in range(1, 5))
    deliver(tmp_path / "in", *used, message("A40", *GROUPS, **sent(12)))
    run(store, tmp_path)
    merged = person_of(store)
    assert merged["patients/P1"] == merged["patients/P2"]
    assert merged["patients/P3"] == merged["patients/P4"]
    assert merged_by_sender(store) == 2
    assert county.accounting(store)[HOSPITAL]["quarantined"] == 0


def test_one_half_of_a_message_that_merges_twice_is_sealed_and_the_other_stays(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", message("A40", *GROUPS, **sent(12)))
    settings = take_in(store, tmp_path)
    order = Order(parse_records([f"{HOSPITAL}/patients/P1"], (hospital(),)), SealingCause.SEALED, "order 26-114")
    with store.run_lock():
        sealing.seal(store, ACT, order, (hospital(),), settings, flow.vault_of(settings))
        vault, key = flow.vault_of(settings), settings.id_key.get_secret_value()
        told = rereading.retry(store, ACT, (hospital(),), vault, key, is_every_file=True)
    assert {one.outcome for one in told} == {rereading.Outcome.UNCHANGED}, told
    kept = b"".join(path.read_bytes() for path in vault.rglob("*") if path.is_file())
    assert (b"|P1^" in kept, b"|P2^" in kept, b"|P3^" in kept, b"|P4^" in kept) == (False, False, True, True)
    counts = county.accounting(store)[HOSPITAL]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (2, 2, 0)


def test_a_merge_of_visits_ends_the_visit_of_the_old_number(store: Store, tmp_path: Path):
    merged = message("A42", pid(), "MRG|P1^^^CEDAR^MR||||V2", pv1("V1", began=""), **sent(12))
    deliver(tmp_path / "in", ADMITTED, message("A04", pid(), pv1("V2"), **sent(10)), merged)
    take_in(store, tmp_path)
    assert list(visits(store)) == ["V1"]


def test_a_merge_of_accounts_is_nobodys_merge(store: Store, tmp_path: Path):
    deliver(tmp_path / "in", *BOTH_USED, message("A41", pid(), "MRG|P2^^^CEDAR^MR||ACC9", pv1(), **sent(12)))
    run(store, tmp_path)
    apart = person_of(store)
    assert apart["patients/P1"] != apart["patients/P2"]


def test_a_diagnosis_of_a_visit_is_a_lasting_condition_of_the_patient(store: Store, tmp_path: Path):
    told = ("DG1|1||I21.4^Infarction^I10", "DG1|2||F25.0^Schizoaffective disorder^I10")
    deliver(tmp_path / "in", message("A01", pid(), pv1(), *told, **sent(10)), DISCHARGED)
    take_in(store, tmp_path)
    found = known(store, "usable_conditions")[["record_id", "condition_code"]].to_numpy().tolist()
    assert found == [[f"{HOSPITAL}/patients/P1", Condition.SERIOUS_MENTAL_ILLNESS]]


# --- sealing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", ["patients/P1", "visits/V1", "patients/P2"])
def test_a_sealed_record_is_in_no_feed_of_its_files(store: Store, tmp_path: Path, sealed: str):
    broken = message("A01", pid("P1"), "PV2|", "x")
    alone = message("A31", pid("P1"))
    deliver(tmp_path / "in", *BOTH_USED, message("A40", pid("P1"), mrg("P2"), **sent(12)), broken, alone)
    settings = take_in(store, tmp_path)
    order = Order(parse_records([f"{HOSPITAL}/{sealed}"], (hospital(),)), SealingCause.SEALED, "order 26-114")
    with store.run_lock():
        sealing.seal(store, ACT, order, (hospital(),), settings, flow.vault_of(settings))
    number = sealed.partition("/")[2].encode()
    deliver(tmp_path / "in", *BOTH_USED, broken, alone, message("A04", pid("P4"), pv1("V4")), name="adt_2.hl7")
    take_in(store, tmp_path)
    kept = b"\n".join(path.read_bytes() for path in flow.vault_of(settings).rglob("*") if path.is_file())
    assert b"|P4^" in kept
    assert b"|" + number not in kept
    raw = store.read("rows_that_may_hold", agency=HOSPITAL, spellings=[f"|{number.decode()}"])
    assert raw.empty
    for row in county.accounting(store).values():
        assert row["delivered"] == row["accepted"] + row["quarantined"] + row["retracted"] > 0
