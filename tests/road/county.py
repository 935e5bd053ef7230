"""Small deliveries by hand, in the sample county's layouts: say what matters, the rest is filled in."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline import flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.settings import Settings
from pipeline.store import Store

AS_OF = date(2026, 11, 16)
AT = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)

CALL = {
    "IncidentNo": "26-1",
    "CallReceived": "11/10/2026 10:00",
    "CallCleared": "11/10/2026 11:00",
    "Source": "911",
    "InitialType": "MENTAL HEALTH",
    "FinalType": "MENTAL HEALTH",
    "Priority": "2",
    "Disposition": "CLEARED",
    "Beat": "A1",
    "Address": "12 CEDAR ST",
    "City": "RIVERTON",
    "Zip": "80501",
    "PersonNo": "1",
    "Role": "SUBJECT",
    "PersonName": "QUILL, MARTIN A",
    "DOB": "04/05/1980",
    "Sex": "M",
    "Race": "",
    "Phone": "303-555-0134",
    "MHFlag": "Y",
    "CITResponse": "N",
}
BOOKING = {
    "BOOKING_NO": "B1",
    "NAME_NO": "N1",
    "LAST_NAME": "QUILL",
    "FIRST_NAME": "MARTIN",
    "MIDDLE_NAME": "A",
    "SUFFIX": "",
    "DOB": "19800405",
    "SEX": "M",
    "RACE": "",
    "SSN": "523-11-4321",
    "ADDRESS": "12 CEDAR ST",
    "CITY": "RIVERTON",
    "STATE": "CO",
    "ZIP": "80501",
    "PHONE": "3035550134",
    "BOOK_DT": "20261020",
    "BOOK_TM": "0930",
    "REL_DT": "20261022",
    "REL_TM": "1200",
    "RELEASE_REASON": "BOND",
    "ARREST_AGENCY": "RPD",
    "CHARGE": "TRESPASS",
    "CHARGE_CLASS": "M",
    "HOLD_AGENCY": "",
    "BJMHS_RESULT": "REFER",
    "SUICIDE_WATCH": "N",
    "STATUS": "RELEASED",
}
PERSON = {
    "case_no": "L26-1",
    "person_seq": "1",
    "reported_at": "2026-11-01T12:00",
    "nature": "Welfare Check",
    "final_nature": "Mental Health Call",
    "person_role": "SUBJECT",
    "last_name": "Quill",
    "first_name": "Martin",
    "middle_name": "A",
    "suffix": "",
    "dob": "1980-04-05",
    "ssn_last4": "4321",
    "sex": "M",
    "phone": "303-555-0134",
    "street": "12 Cedar St",
    "city": "Riverton",
    "state": "CO",
    "zip": "80501",
    "mental_health_related": "1",
    "disposition": "Cleared",
}
RESPONSE = {
    "response_id": "R1",
    "occurred_at": "2026-11-02T14:00:00-07:00",
    "agency": "RPD",
    "requested_by": "officer",
    "response_model": "primary",
    "team": "North",
    "clinician_id": "C01",
    "first_name": "Martin",
    "last_name": "Quill",
    "dob": "1980-04-05",
    "phone": "303-555-0134",
    "location": "12 Cedar St, Riverton CO 80501",
    "mental_health_factor": "Y",
    "substance_factor": "N",
    "outcome": "resolved_on_scene",
    "level_of_care": "none",
    "follow_up_requested": "Y",
    "safety_note": "Prefers to meet outside.",
}
REFERRAL = {
    "referral_id": "F1",
    "referred_at": "2026-11-03T09:00",
    "partner": "Harvest Shelter",
    "first_name": "Martin",
    "last_name": "Quill",
    "dob": "1980-04-05",
    "phone": "303-555-0134",
    "address": "12 Cedar St, Riverton, CO 80501",
    "reason": "Worried about mood.",
    "urgency": "urgent",
    "consent": "Y",
    "consent_expires": "2027-01-01",
}

Rows = Iterable[Mapping[str, str]]


def _write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def _delimited(model: Mapping[str, str], rows: Rows, path: Path, **style) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=style.pop("encoding", "utf-8"), newline="") as stream:
        writer = csv.DictWriter(stream, list(model), lineterminator=style.pop("lineterminator", "\r\n"), **style)
        writer.writeheader()
        writer.writerows({**model, **row} for row in rows)


def calls(folder: Path, *rows: Mapping[str, str], name: str = "cad_20261115.csv") -> Path:
    """Write calls for service; each row says only what differs from CALL."""
    path = folder / "riverton_police" / name
    _delimited(CALL, rows, path, encoding="utf-8-sig")
    return path


def bookings(folder: Path, *rows: Mapping[str, str], name: str = "bookings_20261115.csv") -> Path:
    """Write bookings; each row says only what differs from BOOKING."""
    path = folder / "riverton_county_jail" / name
    _delimited(BOOKING, rows, path, quoting=csv.QUOTE_ALL)
    return path


def persons(folder: Path, *rows: Mapping[str, str], name: str = "rms_persons_2026-11-15.txt") -> Path:
    """Write people named in cases; each row says only what differs from PERSON."""
    lines = ["|".join(PERSON) + "|", *("|".join({**PERSON, **row}.values()) + "|" for row in rows)]
    return _write(folder / "larkspur_police" / name, "\r\n".join(lines) + "\r\n", "cp1252")


def responses(folder: Path, *rows: Mapping[str, str], name: str = "coresponse_2026-11.csv") -> Path:
    """Write co-responder responses; each row says only what differs from RESPONSE."""
    path = folder / "co_responder_team" / name
    _delimited(RESPONSE, rows, path)
    return path


def referrals(folder: Path, *rows: Mapping[str, str], name: str = "referrals_2026w46.csv") -> Path:
    """Write partners' referrals; each row says only what differs from REFERRAL."""
    path = folder / "community_partners" / name
    _delimited(REFERRAL, rows, path)
    return path


def resources(folder: Path, *found: dict, name: str = "000") -> None:
    """Write FHIR resources, one file per resource type."""
    for kind in sorted({resource["resourceType"] for resource in found}):
        lines = [json.dumps(resource) for resource in found if resource["resourceType"] == kind]
        _write(folder / "riverbend_behavioral_health" / f"{kind}.{name}.ndjson", "\n".join(lines) + "\n")


def patient(patient_id: str = "p1", **elements: object) -> dict:
    """Make a Patient; `elements` add to it or replace what it has."""
    return {
        "resourceType": "Patient",
        "id": patient_id,
        "name": [{"use": "official", "family": "Quill", "given": ["Martin", "A"]}],
        "birthDate": "1980-04-05",
        "gender": "male",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "523-11-4321"}],
        "telecom": [{"system": "phone", "value": "303-555-0134"}],
        "address": [{"line": ["12 Cedar St"], "city": "Riverton", "state": "CO", "postalCode": "80501"}],
        **elements,
    }


def visit(
    visit_id: str = "v1", patient_id: str = "p1", start: str = "2026-11-05T10:00:00-07:00", **elements: object
) -> dict:
    """Make an Encounter in an emergency department."""
    return {
        "resourceType": "Encounter",
        "id": visit_id,
        "status": "finished",
        "class": {"code": "EMER"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "period": {"start": start},
        **elements,
    }


def whole_county(folder: Path) -> None:
    """Write one row of every feed, all about the same made-up man."""
    calls(folder, {})
    bookings(folder, {})
    persons(folder, {})
    responses(folder, {})
    referrals(folder, {})
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "58214004"}]},
        "recordedDate": "2020-01-01",
    }
    resources(folder, patient(), visit(), condition)


def run(
    store: Store,
    folder: Path,
    out: Path,
    as_of: date = AS_OF,
    at: datetime = AT,
    known_at: datetime | None = None,
    **settings: object,
) -> flow.RunResult:
    """Run the whole road on these deliveries."""
    chosen = Settings(home=out.parent / "home", **settings)
    act = Act("test", at)
    told = {"deliveries": folder, "as_of": as_of, "out": out, "known_at": known_at}
    return flow.run(store, act, load_agencies(), chosen, **told)


def published(out: Path) -> dict:
    """What does the published list say?"""
    return json.loads((out / "outreach_list.json").read_text(encoding="utf-8"))


def accounting(store: Store) -> dict[str, dict[str, int]]:
    """Where did every row go, by agency?"""
    return {row.pop("agency"): row for row in store.read("agency_accounting").to_dict("records")}
