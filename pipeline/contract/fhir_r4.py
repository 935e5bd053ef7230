"""Which elements may a FHIR R4 (4.0.1) resource have, and which flat columns does the reader make of it?

Source: the resource pages of HL7 FHIR R4, http://hl7.org/fhir/R4/ (Patient, Encounter, Condition, Consent). A test
compares ELEMENTS with the models of the library `fhir.resources`, so the list cannot drift from the standard.
"""

_RESOURCE = ("resourceType", "id", "meta", "implicitRules", "language")
_DOMAIN_RESOURCE = (*_RESOURCE, "text", "contained", "extension", "modifierExtension")

ELEMENTS: dict[str, frozenset[str]] = {
    "Patient": frozenset(
        (
            *_DOMAIN_RESOURCE,
            *("identifier", "active", "name", "telecom", "gender", "birthDate", "deceasedBoolean"),
            *("deceasedDateTime", "address", "maritalStatus", "multipleBirthBoolean", "multipleBirthInteger", "photo"),
            *("contact", "communication", "generalPractitioner", "managingOrganization", "link"),
        )
    ),
    "Encounter": frozenset(
        (
            *_DOMAIN_RESOURCE,
            *("identifier", "status", "statusHistory", "class", "classHistory", "type", "serviceType"),
            *("priority", "subject", "episodeOfCare", "basedOn", "participant", "appointment", "period", "length"),
            *(
                "reasonCode",
                "reasonReference",
                "diagnosis",
                "account",
                "hospitalization",
                "location",
                "serviceProvider",
            ),
            "partOf",
        )
    ),
    "Condition": frozenset(
        (
            *_DOMAIN_RESOURCE,
            *("identifier", "clinicalStatus", "verificationStatus", "category", "severity", "code"),
            *(
                "bodySite",
                "subject",
                "encounter",
                "onsetDateTime",
                "onsetAge",
                "onsetPeriod",
                "onsetRange",
                "onsetString",
            ),
            *("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString"),
            *("recordedDate", "recorder", "asserter", "stage", "evidence", "note"),
        )
    ),
    "Consent": frozenset(
        (
            *_DOMAIN_RESOURCE,
            *("identifier", "status", "scope", "category", "patient", "dateTime", "performer"),
            *(
                "organization",
                "sourceAttachment",
                "sourceReference",
                "policy",
                "policyRule",
                "verification",
                "provision",
            ),
        )
    ),
}
"""Resource type → names of its top-level elements, choice types spelled out. A leading `_` marks an extension."""

TYPE_OF: dict[str, dict[str, str]] = {
    "Patient": {
        "meta": "Meta",
        "name": "HumanName",
        "telecom": "ContactPoint",
        "address": "Address",
        "identifier": "Identifier",
        "link": "PatientLink",
    },
    "Encounter": {
        "meta": "Meta",
        "class": "Coding",
        "type": "CodeableConcept",
        "subject": "Reference",
        "period": "Period",
    },
    "Condition": {
        "meta": "Meta",
        "code": "CodeableConcept",
        "subject": "Reference",
        "clinicalStatus": "CodeableConcept",
        "verificationStatus": "CodeableConcept",
    },
    "Consent": {"meta": "Meta", "patient": "Reference"},
}
"""Resource type → element → data type, for the elements the reader looks into."""

_ELEMENT = ("id", "extension")
DATA_TYPES: dict[str, frozenset[str]] = {
    "Meta": frozenset((*_ELEMENT, "versionId", "lastUpdated", "source", "profile", "security", "tag")),
    "HumanName": frozenset((*_ELEMENT, "use", "text", "family", "given", "prefix", "suffix", "period")),
    "ContactPoint": frozenset((*_ELEMENT, "system", "value", "use", "rank", "period")),
    "Address": frozenset(
        (*_ELEMENT, "use", "type", "text", "line", "city", "district", "state", "postalCode", "country", "period")
    ),
    "Identifier": frozenset((*_ELEMENT, "use", "type", "system", "value", "period", "assigner")),
    "PatientLink": frozenset((*_ELEMENT, "modifierExtension", "other", "type")),
    "Coding": frozenset((*_ELEMENT, "system", "version", "code", "display", "userSelected")),
    "CodeableConcept": frozenset((*_ELEMENT, "coding", "text")),
    "Reference": frozenset((*_ELEMENT, "reference", "type", "identifier", "display")),
    "Period": frozenset((*_ELEMENT, "start", "end")),
}
"""Data type → names of its elements."""

LAST_UPDATED = "last_updated"
"""The column that says when a resource was last changed."""

IS_DELETED = "is_deleted"
"""The column that says whether an entry of a Bundle deletes its resource."""

_COMMON = ("id", LAST_UPDATED, "security_labels", IS_DELETED)

FLAT_COLUMNS: dict[str, tuple[str, ...]] = {
    "Patient": (
        *_COMMON,
        *("family", "given", "middle", "suffix", "other_families", "birth_date", "gender", "ssn", "phone", "email"),
        *("address_line", "city", "state", "postal_code", "is_deceased", "deceased_at"),
        *("replaced_by", "replaces"),
    ),
    "Encounter": (
        *_COMMON,
        "patient_id",
        "status",
        "class_code",
        "type_codes",
        "type_text",
        "period_start",
        "period_end",
    ),
    "Condition": (
        *_COMMON,
        *("patient_id", "clinical_status", "verification_status", "codes", "onset_at", "abatement_at", "recorded_at"),
    ),
    "Consent": (*_COMMON, "patient_id", "status", "provision_type", "period_start", "period_end"),
}
"""Resource type → the text columns `pipeline/readers/fhir.py` makes of one resource.

`is_deleted` is filled by an entry of a Bundle that deletes.
`security_labels` and `type_codes`, `codes` are blank-joined (`codes` and `type_codes` as `system|code`);
`type_text` has the types' names, joined by semicolons; `other_families` is joined by `|`; `family`, `given`, `middle`
come from the official (else first) name. `replaced_by` is the patient that took this one's place; `replaces` are those
whose place it took, joined by blanks (Patient.link, http://hl7.org/fhir/R4/valueset-link-type.html).
"""
