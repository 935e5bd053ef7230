"""Which FHIR R4 resource says what a flat row says? The reader's flat columns, turned back into US Core-like resources.

Sources: HL7 FHIR R4 (http://hl7.org/fhir/R4/), US Core 6.1 for identifiers, and HL7 DS4P for security labels.
"""

from typing import Any

from pipeline.synthetic.rows import Row

Resource = dict[str, Any]

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION_STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"


def resource(resource_type: str, row: Row) -> Resource:
    """Which resource of that type holds the row's values? Blank columns leave their element out, as FHIR asks."""
    body = {"Patient": patient, "Encounter": encounter, "Condition": condition, "Consent": consent}[resource_type](row)
    return {"resourceType": resource_type, "id": row["id"], "meta": _meta(resource_type, row), **_filled(body)}


def _filled(body: Resource) -> Resource:
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}


def _meta(resource_type: str, row: Row) -> Resource:
    profile = [] if resource_type == "Consent" else [US_CORE + resource_type.lower()]
    labels = [{"system": ACT_CODE, "code": code} for code in row.get("security_labels", "").split()]
    return _filled({"lastUpdated": row.get("last_updated", ""), "profile": profile, "security": labels})


def patient(row: Row) -> Resource:
    """What does a Patient hold? All names with their use, the number, contact, address, death."""
    get = row.get
    given = [name for name in (get("given", ""), get("middle", "")) if name]
    official = _filled(
        {"use": "official", "family": get("family"), "given": given, "suffix": [s for s in [get("suffix")] if s]}
    )
    others = [name for name in get("other_families", "").split("|") if name]
    uses = ("maiden", "old", "usual")
    further = [_filled({"use": uses[min(n, 2)], "family": name, "given": given}) for n, name in enumerate(others)]
    short = [{"use": "nickname", "given": [row["nickname"]]}] if get("nickname") else []
    telecom = [{"system": system, "value": get(system), "use": "home"} for system in ("phone", "email") if get(system)]
    address = _filled(
        {
            "line": [line for line in [get("address_line")] if line],
            "city": get("city"),
            "state": get("state"),
            "postalCode": get("postal_code"),
        }
    )
    return {
        "identifier": [{"system": SSN_SYSTEM, "value": get("ssn")}] if get("ssn") else [],
        "name": [official, *further, *short],
        "telecom": telecom,
        "gender": get("gender"),
        "birthDate": get("birth_date"),
        "deceasedDateTime": get("deceased_at"),
        "deceasedBoolean": True if get("is_deceased") == "true" and not get("deceased_at") else None,
        "address": [{"use": "home", **address}] if address else [],
    }


def encounter(row: Row) -> Resource:
    """What does an Encounter hold? Status, class, types, whose it is, and its period."""
    return {
        "status": row["status"],
        "class": {"system": ACT_CODE, "code": row.get("class_code") or "AMB"},
        "type": [
            *({"coding": [coding]} for coding in _codings(row.get("type_codes", ""))),
            *({"text": text} for text in (row.get("type_text"),) if text),
        ],
        "subject": _subject(row),
        "period": _period(row),
    }


def condition(row: Row) -> Resource:
    """What does a Condition hold? Its status, its codes, whose it is, and when it was noted and over."""
    codings = _codings(row.get("codes", ""))
    return {
        "clinicalStatus": _concept(CLINICAL_STATUS, row.get("clinical_status", "")),
        "verificationStatus": _concept(VERIFICATION_STATUS, row.get("verification_status", "")),
        "category": [_concept("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
        "code": {"coding": codings} if codings else {},
        "subject": _subject(row),
        "onsetDateTime": row.get("onset_at"),
        "abatementDateTime": row.get("abatement_at"),
        "recordedDate": row.get("recorded_at"),
    }


def consent(row: Row) -> Resource:
    """What does a Consent hold? Whose it is, its status, and what it permits from when until when."""
    return {
        "status": row["status"],
        "scope": _concept(CONSENT_SCOPE, "patient-privacy"),
        "category": [_concept(LOINC, "59284-0")],
        "patient": _subject(row),
        "policyRule": _concept(ACT_CODE, "42CFRPart2"),
        "provision": _filled({"type": row.get("provision_type"), "period": _period(row)}),
    }


def _subject(row: Row) -> Resource:
    return {"reference": f"Patient/{row['patient_id']}"}


def _period(row: Row) -> Resource:
    return _filled({"start": row.get("period_start"), "end": row.get("period_end")})


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]} if code else {}


def _codings(text: str) -> list[Resource]:
    """Which codings stand in `system|code` parts joined by blanks?"""
    parts = (part.rpartition("|") for part in text.split())
    return [{"system": system, "code": code} for system, _, code in parts]
