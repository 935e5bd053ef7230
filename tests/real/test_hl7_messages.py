"""HL7 v2 messages that nobody here wrote: each is accounted for, says what its own text says, and reaches a list.

What is expected is read from the messages by a few lines of this file, which know nothing of `pipeline/`.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hl7apy.parser import parse_segment

from pipeline import flow
from pipeline.audit import Act
from pipeline.contract.hl7_paths import parse_path
from pipeline.readers.er7 import Message
from pipeline.settings import Settings
from pipeline.store import Store
from tests.readers.hl7_messages import hospital
from tests.road import county

HOSPITAL = hospital().name
VISIT_EVENTS = {"A01", "A02", "A03", "A04", "A06", "A07", "A08", "A09", "A10", "A11", "A12", "A13", "A23", "A45"}
AFTER_A_VISIT = date(2019, 5, 10)
"""Some days after the one visit of an adult who is alive."""

SOMEBODY = (
    ("QUILL^MARTIN", "19800405"),
    ("OKAFOR^INES", "19710203"),
    ("BAKKE^TORDIS", "19630917"),
    ("VIEIRA^RUI", "19941130"),
)
"""Made-up people whom no comparison would take for each other: name, birth date."""


class Said:
    """What does one message say, read by nothing of ours?"""

    def __init__(self, content: bytes) -> None:
        lines = [line.split("|") for line in re.split(r"[\r\n]+", content.decode("utf-8-sig")) if line.strip()]
        self.message_count = sum(fields[0] == "MSH" for fields in lines)
        self._segments = {fields[0]: fields for fields in reversed(lines)}
        self.event = self.field("MSH", 8).split("^")[1]
        self.sent_at = datetime.fromisoformat(self.field("MSH", 6)[:8] + "T" + self.field("MSH", 6)[8:]).astimezone(UTC)
        self.number = _typed(self.field("PID", 3), 4, "MR").split("^")[0]
        self.visit = self.field("PV1", 19).split("^")[0]
        self.began = self.field("PV1", 44)
        self.old_number = _typed(self.field("MRG", 1), 4, "MR").split("^")[0]
        last, first = [*_typed(self.field("PID", 5), 6, "L").split("^"), ""][:2]
        self.last_name, self.first_name = last.partition("&")[0].upper(), first.upper()
        self.born = self.field("PID", 7)[:8]
        self.is_dead = self.field("PID", 30) == "Y"

    def field(self, segment: str, number: int) -> str:
        fields = self._segments.get(segment, [])
        return fields[number].strip() if number < len(fields) else ""


def _typed(field: str, component: int, wanted: str) -> str:
    """The repetition whose component says so, else the first."""
    repetitions = field.split("~")
    return next((one for one in repetitions if [*one.split("^"), *[""] * 9][component] == wanted), repetitions[0])


@pytest.fixture
def messages(real_data: Path) -> dict[str, Said]:
    """File name → what its message says."""
    folder = real_data / "hl7v2"
    if not folder.is_dir():
        pytest.skip("the HL7 v2 messages nobody here wrote are not on this machine")
    found = {f"adt_{path.name}": Said(path.read_bytes()) for path in sorted(folder.glob("*.hl7"))}
    assert len(found) > 30
    assert {said.message_count for said in found.values()} == {1}
    return found


def deliver(real_data: Path, root: Path) -> Path:
    target = root / "in" / HOSPITAL
    target.mkdir(parents=True)
    for path in (real_data / "hl7v2").glob("*.hl7"):
        (target / f"adt_{path.name}").symlink_to(path)
    return target


def run(store: Store, root: Path, as_of: date) -> dict:
    settings = Settings(home=root / "home")
    told = {"deliveries": root / "in", "as_of": as_of, "out": root / "out"}
    result = flow.run(store, Act("test", county.AT), (hospital(),), settings, **told)
    assert result.refusals == []
    return county.published(root / "out")


def newest(messages: dict[str, Said]) -> dict[str, Said]:
    """Which message about each patient counts? The newest; of two of one moment the one that is taken in later."""
    return {one.number: one for _, one in sorted(messages.items(), key=lambda item: (item[1].sent_at, item[0]))}


def test_every_message_is_accounted_for(messages: dict[str, Said], real_data: Path, store: Store, tmp_path: Path):
    deliver(real_data, tmp_path)
    run(store, tmp_path, AFTER_A_VISIT)
    of_visits = [name for name, said in messages.items() if said.event in VISIT_EVENTS]
    merging = [name for name, said in messages.items() if said.event in ("A40", "A47")]
    nameless = [name for name in of_visits if not messages[name].visit and not messages[name].began]
    counts = county.accounting(store)[HOSPITAL]
    assert counts["delivered"] == len(messages) + len(of_visits) + len(merging)
    assert counts["delivered"] == counts["accepted"] + counts["quarantined"] + counts["retracted"]
    aside = store.read("quarantined_rows")
    assert aside[["feed", "file", "reason"]].to_numpy().tolist() == [["visits", name, "empty_key"] for name in nameless]


def test_hl7apy_takes_every_patient_visit_and_merge_apart_the_same_way(messages: dict[str, Said], real_data: Path):
    """Field by field, but for fields that the message's version has withdrawn: those it does not give a name."""
    compared, unnamed = 0, 0
    for name in messages:
        text = (real_data / "hl7v2" / name.removeprefix("adt_")).read_text(encoding="utf-8-sig")
        ours = Message([line for line in re.split(r"[\r\n]+", text) if line.strip()])
        version = ours.at(parse_path("MSH-12"))
        for line in (line for line in ours.segments if line[:3] in ("PID", "PV1", "MRG")):
            [fields] = ours.named(line[:3])
            theirs: dict[str, list[str]] = {}
            for child in parse_segment(line, version=version).children or ():
                theirs.setdefault(child.name, []).append(child.to_er7().strip())
            for number, field in enumerate(fields[1:], start=1):
                said = theirs.get(f"{line[:3]}_{number}")
                if said is not None:
                    assert said == [repetition.strip().rstrip("^&") for repetition in field.split("~")]
                    compared += 1
                unnamed += said is None and bool(field.strip())
    assert compared > 1_000
    assert unnamed < compared / 20


def test_patients_are_who_their_newest_message_says(
    messages: dict[str, Said], real_data: Path, store: Store, tmp_path: Path
):
    deliver(real_data, tmp_path)
    run(store, tmp_path, AFTER_A_VISIT)
    found = store.read("usable_person_records", **flow.plan_for(AFTER_A_VISIT, Settings()).bounds(None))
    records = {row.record_key: row for row in found.itertuples()}
    expected = newest(messages)
    assert set(records) == set(expected)
    for number, said in expected.items():
        row = records[number]
        assert row.birth_date == f"{said.born[:4]}-{said.born[4:6]}-{said.born[6:]}"
        delivered = [part.strip().upper() for part in row.display_name.split(",")]
        assert (delivered[0], delivered[1].split()[0]) == (said.last_name, said.first_name)
        assert row.is_dead == said.is_dead
    dead = sum(said.is_dead for said in expected.values())
    assert county.published(tmp_path / "out")["excluded_counts"]["deceased"] == dead == 1


def test_case_25_numbers_that_were_merged_are_re_pointed_and_the_log_says_so(
    messages: dict[str, Said], real_data: Path, store: Store, tmp_path: Path
):
    """Both numbers of each merge are used first: in messages made of the real ones, about somebody else."""
    merging = {name: said for name, said in messages.items() if said.old_number}
    assert {said.event for said in merging.values()} == {"A40", "A47"}
    target = tmp_path / "in" / HOSPITAL
    target.mkdir(parents=True)
    somebody = iter(SOMEBODY)
    for name in merging:
        text = (real_data / "hl7v2" / name.removeprefix("adt_")).read_text(encoding="utf-8-sig")
        numbers = (merging[name].number, merging[name].old_number)
        both = "".join(_admitted(text, number, next(somebody)) for number in numbers)
        (target / f"adt_before_{name}").write_text(both, encoding="utf-8")
    run(store, tmp_path, AFTER_A_VISIT)
    before = _people(store)
    assert len(set(before.values())) == 2 * len(merging)
    for name in merging:
        (target / name).symlink_to(real_data / "hl7v2" / name.removeprefix("adt_"))
    run(store, tmp_path, AFTER_A_VISIT)
    after = _people(store)
    for said in merging.values():
        assert after[said.old_number] == after[said.number]
        [old] = store.read("person_by_id", person_id=before[said.old_number]).itertuples()
        assert old.person_now == after[said.number]
    [event] = store.read("told_events", since=None, act="persons_resolved", at_most=1)["facts"]
    assert event["merged_by_sender"] == len(merging)


def _admitted(merge: str, number: str, somebody: tuple[str, str]) -> str:
    """A visit of a made-up patient under a number, with the header of a real message."""
    header = (
        re.split(r"[\r\n]+", merge)[0]
        .replace("|ADT^A40^ADT_A40|", "|ADT^A04|")
        .replace("|ADT^A47^ADT_A47|", "|ADT^A04|")
    )
    name, born = somebody
    visit = "PV1|1|E" + "|" * 17 + f"V{number}" + "|" * 25 + "20190501"
    return f"{header}\rEVN|A04\rPID|1||{number}^^^^MR||{name}||{born}\r{visit}\r"


def _people(store: Store) -> dict[str, str]:
    links = store.read("links")
    return dict(zip(links["record_key"], links["person_id"], strict=True))


def test_the_one_adult_seen_that_spring_is_on_the_list(
    messages: dict[str, Said], real_data: Path, store: Store, tmp_path: Path
):
    deliver(real_data, tmp_path)
    [entry] = run(store, tmp_path, AFTER_A_VISIT)["entries"]
    seen = {said.number for said in messages.values() if said.began[:6] == "201905"}
    assert entry["record_keys"] == [f"{HOSPITAL}/patients/{number}" for number in seen]
