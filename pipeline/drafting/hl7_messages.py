"""Which feeds read these HL7 v2 messages? Patients, their visits and merges, with the fields that the sample fills.

What the paths mean stands in docs/how-to/read-hl7-messages.md; where a value stands, HL7 v2.9, chapter 3.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import islice

from pipeline.contract.codes import EncounterKind, LawTag, Setting
from pipeline.contract.columns import AnyOf, Coded, Column, Kind, Matches, OneOf, When, needed
from pipeline.contract.declaration import Feed
from pipeline.contract.formats import Hl7v2
from pipeline.contract.hl7_paths import parse_path
from pipeline.contract.rules import Death, EncounterRule, PersonFields, PersonRule
from pipeline.drafting.kinds import HL7, bare
from pipeline.drafting.known import Known
from pipeline.drafting.wire import Wire, encoding_of
from pipeline.readers import About, FileUnreadable, hl7v2
from pipeline.readers.er7 import Message

LOOKED_AT_MESSAGES = 20_000
"""Messages by which the fields that are filled and the events are found."""

MESSAGE_TYPE = "ADT"
VISIT_EVENTS = ("A01", "A02", "A03", "A04", "A06", "A07", "A08", "A09", "A10", "A11", "A12", "A13", "A23", "A42", "A45")
"""A visit began, changed, ended, never was, or was another one."""
MERGE_EVENTS = ("A34", "A36", "A40", "A47")
"""The number of a patient is another by now."""

MEDICAL_RECORD = "PID-3[5=MR,1].1"
FACILITY = "MSH-4"

Paths = Mapping[str, str | tuple[str, ...]]

_EVERY: Paths = {"event": "MSH-9.2", "sent_at": "MSH-7"}
_OF_PATIENTS: Paths = {
    **_EVERY,
    "patient_id": MEDICAL_RECORD,
    "last_name": "PID-5[7=L,1].1.1",
    "first_name": "PID-5[7=L,1].2",
    "middle_name": "PID-5[7=L,1].3",
    "suffix": "PID-5[7=L,1].4",
    "other_last_names": "PID-5[*|].1.1",
    "birth_date": "PID-7",
    "sex": "PID-8",
    "street": "PID-11.1",
    "city": "PID-11.3",
    "state": "PID-11.4",
    "postcode": "PID-11.5",
    "phone": ("PID-13.1", "PID-13.6 PID-13.7", "PID-13.12"),
    "ssn": ("PID-19", "PID-3[5=SS].1"),
    "died_at": "PID-29",
    "is_dead": "PID-30",
}
_OF_VISITS: Paths = {
    **_EVERY,
    "visit_id": ("PV1-19.1", f"{MEDICAL_RECORD}|PV1-44"),
    "patient_id": MEDICAL_RECORD,
    "patient_class": "PV1-2",
    "service": "PV1-10",
    "began_at": "PV1-44",
    "ended_at": "PV1-45",
    "diagnoses": "DG1-3[*].1",
}
_OF_MERGES: Paths = {**_EVERY, "old_patient_id": "MRG-1[5=MR,1].1", "patient_id": MEDICAL_RECORD}

_ALWAYS = frozenset(
    (
        *(*_EVERY, "patient_id", "last_name", "first_name", "died_at", "is_dead"),
        *("visit_id", "began_at", "ended_at", "patient_class", "old_patient_id"),
    )
)
"""Columns that are declared whether the sample fills them or not: without them a feed says nothing."""


def look_hl7(contents: Sequence[bytes]) -> tuple[Wire, ...]:
    """Are they HL7 v2 messages, and which feeds read them? Empty where they are none.

    Raises:
        FileUnreadable: there is no whole ADT message among them.
    """
    if not HL7.match(bare(contents[0])):
        return ()
    encoding, told = encoding_of(b"".join(contents))
    if "\r".encode(encoding) != b"\r":  # a guess that no segment could end in
        encoding = "cp1252"
    layout = Hl7v2(paths=_EVERY, encoding=encoding, line_end=_line_end(contents[0]))
    messages = list(islice(_messages(layout, contents), LOOKED_AT_MESSAGES))
    events = Counter(message.at(parse_path("MSH-9.2")) or "" for message in messages)
    if not messages:
        what = f"it holds no message that is a whole {MESSAGE_TYPE}, by which patients and visits are told"
        raise FileUnreadable(f"{what}; ask for the hospital's {MESSAGE_TYPE} feed", 0)
    facilities = len({message.at(parse_path(FACILITY)) or "" for message in messages})
    seen = ", ".join(f"{event} ({count})" for event, count in sorted(events.items()))
    decisions = (
        *told,
        f"events: the sample has {seen}; which others does the hospital send?",
        f"{FACILITY}: {facilities} sending facilities are named; is each of them this agency's?",
    )
    wires = [_wire(_PATIENTS, _OF_PATIENTS, layout, (), messages, decisions)]
    if events.keys() & set(VISIT_EVENTS):
        wires.append(_wire(_VISITS, _OF_VISITS, layout, VISIT_EVENTS, messages))
    if events.keys() & set(MERGE_EVENTS):
        wires.append(_wire(_MERGES, _OF_MERGES, layout, MERGE_EVENTS, messages))
    return tuple(wires)


def _line_end(content: bytes) -> str:
    return "\r\n" if b"\r\n" in content else "\n" if b"\n" in content else "\r"


def _messages(layout: Hl7v2, contents: Sequence[bytes]) -> Iterator[Message]:
    """Yield the messages that the reader takes."""
    columns = tuple(needed(name, "A column.") for name in layout.paths)
    feed = Feed(name="sample", row_is="one row", file_pattern=".*", format=layout, key=("event",), columns=columns)
    for content in contents:
        with suppress(FileUnreadable):  # of no message at all it is told once, by whoever asks for them
            for row in hl7v2.read(feed, BytesIO(content), About()):
                if row.fault is None:
                    yield hl7v2.message_of(layout, json.loads(row.payload))


def _wire(
    known: Known,
    paths: Paths,
    layout: Hl7v2,
    events: tuple[str, ...],
    messages: Sequence[Message],
    decisions: tuple[str, ...] = (),
) -> Wire:
    """Which columns of a feed does the sample fill, and how is it declared with these?"""
    own = [message for message in messages if not events or message.at(parse_path("MSH-9.2")) in events]
    filled = {name: path for name, path in paths.items() if name in _ALWAYS or _is_filled(path, own)}
    found = Hl7v2(
        paths=filled,
        events=events,
        takes_back={"A13": ("ended_at",)} if "ended_at" in filled else {},
        of_events={"A42": {"visit_id": "MRG-5.1"}} if "visit_id" in filled else {},
        encoding=layout.encoding,
        line_end=layout.line_end,
    )
    left = known.only_with(filled)
    return Wire(found, tuple(filled), decisions, name=known.name, known=left)


def _is_filled(path: str | tuple[str, ...], messages: Sequence[Message]) -> bool:
    ways = (path,) if isinstance(path, str) else path
    return any(message.at(parse_path(way)) for message in messages for way in ways)


# --- the feeds -------------------------------------------------------------------------------------------------------

_SAID_BY_EVERY_MESSAGE = (
    needed("event", "What happened.", kind=Kind.TEXT),
    needed("sent_at", "When the message was made.", kind=Kind.MOMENT, formats=("hl7",)),
)
_EVERY_MESSAGE: dict[str, object] = {"law": (LawTag.HIPAA,), "version_column": "sent_at"}
_LAW = "is one of the programs under 42 CFR Part 2?"
_PARTLY_KNOWN = ("hl7", "%Y%m", "%Y")

_PATIENTS = Known(
    name="patients",
    row_is="one message about a patient",
    key=("patient_id",),
    columns=(
        *_SAID_BY_EVERY_MESSAGE,
        needed("patient_id", "The hospital's number of the patient."),
        Column(name="last_name", meaning="Surname.", is_personal=True),
        Column(name="first_name", meaning="Given name.", is_personal=True),
        Column(name="middle_name", meaning="Further given names.", is_personal=True),
        Column(name="suffix", meaning="Jr, Sr, II and the like.", is_personal=True),
        Column(name="other_last_names", meaning="Surnames of all names told.", is_personal=True),
        Column(name="birth_date", meaning="Date of birth.", kind=Kind.DATE, formats=_PARTLY_KNOWN, is_personal=True),
        Column(name="sex", meaning="Administrative sex.", is_personal=True),
        Column(name="street", meaning="Street lines of the first address.", is_personal=True),
        Column(name="city", meaning="City.", is_personal=True),
        Column(name="state", meaning="State.", is_personal=True),
        Column(name="postcode", meaning="ZIP code.", is_personal=True),
        Column(name="phone", meaning="First phone.", is_personal=True),
        Column(name="ssn", meaning="Social security number.", is_personal=True),
        Column(
            name="died_at", meaning="When the patient died.", kind=Kind.MOMENT, formats=("hl7", "%Y"), is_personal=True
        ),
        Column(name="is_dead", meaning="Whether the patient died.", kind=Kind.CODE, codes=("Y", "N")),
    ),
    rules={
        **_EVERY_MESSAGE,
        "is_cumulative": True,
        "never_happened": OneOf("event", ("A29",)),
        "person": PersonRule(
            fields=PersonFields(
                first_name="first_name",
                middle_name="middle_name",
                last_name="last_name",
                suffix="suffix",
                other_last_names="other_last_names",
                birth_date="birth_date",
                sex="sex",
                ssn="ssn",
                phone="phone",
                street_address="street",
                city="city",
                state="state",
                postcode="postcode",
            ),
            death=Death(when=AnyOf((OneOf("is_dead", ("Y",)), Matches("died_at", "[0-9]"))), date="died_at"),
        ),
    },
    decisions={
        "key": "is PID-3 of type MR the hospital's own number of a patient, for good?",
        "law": _LAW,
        "is_cumulative": "does a message leave out what has not changed?",
        "person": "is the first name in PID-5, or that of type L, the legal one?",
    },
)

_VISITS = Known(
    name="visits",
    row_is="one message about a visit",
    key=("visit_id",),
    columns=(
        *_SAID_BY_EVERY_MESSAGE,
        needed("visit_id", "The hospital's number of the visit; where it has none, the patient and when it began."),
        needed("patient_id", "The hospital's number of the patient."),
        Column(name="patient_class", meaning="What kind of visit it is."),
        Column(name="service", meaning="Service the patient is treated by."),
        Column(name="began_at", meaning="When the visit began.", kind=Kind.MOMENT, formats=("hl7",)),
        Column(name="ended_at", meaning="When the visit ended.", kind=Kind.MOMENT, formats=("hl7",)),
        Column(name="diagnoses", meaning="Codes of all diagnoses, joined by blanks.", is_personal=True),
    ),
    rules={
        **_EVERY_MESSAGE,
        "is_cumulative": True,
        "fewest_rows": 0,
        "never_happened": OneOf("event", ("A11", "A23", "A42")),
        "encounters": (
            EncounterRule(
                kind=EncounterKind.VISIT,
                occurred_at=When("began_at"),
                ended_at=When("ended_at"),
                setting_code=Coded(
                    "patient_class",
                    {"E": Setting.EMERGENCY, "I": Setting.INPATIENT, "O": Setting.OUTPATIENT},
                    otherwise=Setting.OTHER,
                ),
                is_about="patient_id",
                person_feed="patients",
            ),
        ),
    },
    decisions={
        "key": "is PV1-19 the hospital's own number of a visit?",
        "law": _LAW,
        "encounters": "which codes of PV1-2 mean emergency, inpatient, outpatient, and which of PV1-10 a crisis?",
        "conditions": "which code system has DG1-3, and which of its codes are lasting conditions?",
    },
)

_MERGES = Known(
    name="merges",
    row_is="one message by which a patient's number became another",
    key=("old_patient_id",),
    columns=(
        *_SAID_BY_EVERY_MESSAGE,
        needed("old_patient_id", "The number that is no longer used."),
        needed("patient_id", "The patient's number from now on."),
    ),
    rules={**_EVERY_MESSAGE, "fewest_rows": 0, "merges_of": "patients", "merged_into": "patient_id"},
    decisions={"law": _LAW},
)
