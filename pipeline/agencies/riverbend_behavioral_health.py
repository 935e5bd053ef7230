"""What does Riverbend Behavioral Health send? A FHIR R4 bulk export: patients, encounters, conditions, consents."""

from pipeline.contract.codes import Condition, EncounterKind, LawTag, Setting
from pipeline.contract.declaration import (
    Agency,
    AnyOf,
    Coded,
    Column,
    ConditionRule,
    ConsentRule,
    Death,
    EncounterRule,
    Feed,
    FhirNdjson,
    Kind,
    Matches,
    OneOf,
    OnFault,
    PersonFields,
    PersonRule,
    When,
    needed,
)

SERIOUS_MENTAL_ILLNESS = (
    # ICD-10-CM chapter F: schizophrenia spectrum and other psychoses (F20, F22-F25, F28, F29), manic episode and
    # bipolar disorder (F30, F31), severe or recurrent major depression (F32.2, F32.3, F33).
    r"icd-10-cm\|F(2[02345]|28|29|30|31|33|32\.?[23])"
    # SNOMED CT: schizophrenia, schizoaffective disorder, bipolar disorder (mixed, type I), psychotic disorder, reactive
    # depressive psychosis, major depressive disorder and its single, recurrent, severe and psychotic forms.
    r"|snomed\.info/sct\|(58214004|68890003|13746004|69322001|370143000|36923009|450714000|251000119105|191676002"
    r"|66344007|73867007|28475009|15639000|16506000|371596008)(?!\d)"
)
"""Diagnoses that SAMHSA's definition of serious mental illness usually means: schizophrenia spectrum, bipolar, and
major depression. Source: SAMHSA, "Serious Mental Illness" (2023); ICD-10-CM FY2026 chapter F; SNOMED CT US edition."""

SUBSTANCE_USE = (
    r"icd-10-cm\|F1[0-9]"
    r"|snomed\.info/sct\|(66214007|6525002|191816009|7200002|15167005|5602001|75544000|361055000|231477003"
    r"|1119303003|78267003|426873000|425533007|427205009)(?!\d)"
)
"""Substance use disorders: ICD-10-CM F10-F19; SNOMED CT abuse of or dependence on drugs or alcohol."""

CRISIS_SERVICE = r"\|(H2011|S9484|S9485|90839|90840)(?!\d)"
"""Types of a crisis service: HCPCS H2011, S9484, S9485; CPT 90839, 90840."""

CRISIS_WORD = r"\bcrisis\b"
"""What the names of such types say where they carry none of these codes: crisis center, crisis stabilization."""

PART2_LABELS = ("42CFRPart2", "ETH")
"""HL7 security labels of 42 CFR Part 2 records (v3-ActCode 42CFRPart2; ETH: substance abuse information)."""


def _key() -> Column:
    return needed("id", "Logical id of the resource.")


def _common() -> tuple[Column, ...]:
    return (
        _key(),
        Column(name="last_updated", meaning="When the resource last changed."),
        Column(name="security_labels", meaning="Codes of its security labels, joined by blanks."),
    )


def _patient_id() -> Column:
    return needed("patient_id", "Logical id of the patient it is about.")


_PATIENTS = Feed(
    name="patients",
    row_is="one patient",
    file_pattern=r"Patient(\..+)?\.ndjson",
    format=FhirNdjson("Patient"),
    key=("id",),
    law=(LawTag.HIPAA,),
    version_column="last_updated",
    part2_column="security_labels",
    part2_labels=PART2_LABELS,
    merged_into="replaced_by",
    merged_from="replaces",
    columns=(
        *_common(),
        Column(name="family", meaning="Surname of the official name.", is_personal=True),
        Column(name="given", meaning="First given name.", is_personal=True),
        Column(name="middle", meaning="Further given names.", is_personal=True),
        Column(name="suffix", meaning="Jr, Sr, II and the like.", is_personal=True),
        Column(name="other_families", meaning="Surnames of all other names: maiden, old, usual.", is_personal=True),
        Column(
            name="birth_date",
            meaning="Date of birth.",
            kind=Kind.DATE,
            formats=("%Y-%m-%d", "%Y-%m", "%Y"),
            is_personal=True,
        ),
        Column(name="gender", meaning="Administrative gender.", is_personal=True),
        Column(
            name="ssn",
            meaning="Social security number.",
            is_personal=True,
            accepts_9xx=True,  # its test exports number people from 999 on; a real placeholder is 999-99-9999 alone
        ),
        Column(name="phone", meaning="First phone.", is_personal=True),
        Column(name="email", meaning="First e-mail address.", is_personal=True),
        Column(name="address_line", meaning="Street lines of the current address.", is_personal=True),
        Column(name="city", meaning="City.", is_personal=True),
        Column(name="state", meaning="State.", is_personal=True),
        Column(name="postal_code", meaning="ZIP code.", is_personal=True),
        Column(
            name="is_deceased",
            meaning="Whether the patient is known to have died.",
            kind=Kind.CODE,
            codes=("true", "false"),
        ),
        Column(
            name="deceased_at",
            meaning="When the patient died.",
            kind=Kind.MOMENT,
            formats=("iso", "%Y-%m", "%Y"),
            is_personal=True,
        ),
        Column(name="replaced_by", meaning="Patient this one was found to be; its own resource says nothing more."),
        Column(name="replaces", meaning="Patients found to be this one, joined by blanks."),
    ),
    person=PersonRule(
        death=Death(when=OneOf("is_deceased", ("true",)), date="deceased_at"),
        fields=PersonFields(
            first_name="given",
            middle_name="middle",
            last_name="family",
            suffix="suffix",
            other_last_names="other_families",
            birth_date="birth_date",
            sex="gender",
            ssn="ssn",
            phone="phone",
            email="email",
            street_address="address_line",
            city="city",
            state="state",
            postcode="postal_code",
        ),
    ),
)

_ENCOUNTERS = Feed(
    name="encounters",
    row_is="one encounter with the provider",
    file_pattern=r"Encounter(\..+)?\.ndjson",
    format=FhirNdjson("Encounter"),
    key=("id",),
    law=(LawTag.HIPAA,),
    fewest_rows=0,
    version_column="last_updated",
    part2_column="security_labels",
    part2_labels=PART2_LABELS,
    columns=(
        *_common(),
        _patient_id(),
        Column(
            name="status",
            meaning="Where the encounter stands.",
            is_required=True,
            typical={"finished": 80, "arrived": 2, "in-progress": 3, "noshow": 10, "cancelled": 5},
        ),
        Column(
            name="class_code",
            meaning="Class of the encounter (v3-ActCode).",
            typical={"AMB": 60, "EMER": 20, "IMP": 5, "VR": 10, "HH": 5},
        ),
        Column(
            name="type_codes",
            meaning="Types of the encounter, as system|code joined by blanks.",
            typical={
                "http://snomed.info/sct|185347001": 6,
                "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets|S9485": 1,
                "http://snomed.info/sct|50849002": 2,
            },
        ),
        Column(name="type_text", meaning="Names of the types, joined by semicolons.", typical={"": 1}),
        needed("period_start", "When it began.", kind=Kind.MOMENT, formats=("iso",)),
        Column(name="period_end", meaning="When it ended.", kind=Kind.MOMENT, formats=("iso",)),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.VISIT,
            occurred_at=When("period_start"),
            ended_at=When("period_end"),
            only_if=OneOf("status", ("arrived", "in-progress", "finished")),
            is_crisis=AnyOf((Matches("type_codes", CRISIS_SERVICE), Matches("type_text", CRISIS_WORD))),
            setting_code=Coded(
                "class_code",
                {
                    "EMER": Setting.EMERGENCY,
                    "IMP": Setting.INPATIENT,
                    "ACUTE": Setting.INPATIENT,
                    "NONAC": Setting.INPATIENT,
                    "OBSENC": Setting.INPATIENT,
                    "AMB": Setting.OUTPATIENT,
                    "VR": Setting.OUTPATIENT,
                    "HH": Setting.OUTPATIENT,
                },
                otherwise=Setting.OTHER,
            ),
            is_about="patient_id",
            person_feed="patients",
        ),
    ),
)

_CONDITIONS = Feed(
    name="conditions",
    row_is="one condition of one patient",
    file_pattern=r"Condition(\..+)?\.ndjson",
    format=FhirNdjson("Condition"),
    key=("id",),
    law=(LawTag.HIPAA,),
    fewest_rows=0,
    version_column="last_updated",
    part2_column="security_labels",
    part2_labels=PART2_LABELS,
    columns=(
        *_common(),
        _patient_id(),
        Column(name="clinical_status", meaning="Whether it is active.", typical={"active": 9, "resolved": 1}),
        Column(name="verification_status", meaning="Whether it is confirmed.", typical={"confirmed": 1}),
        Column(
            name="codes",
            meaning="Diagnosis codes, as system|code joined by blanks.",
            is_personal=True,
            typical={
                "http://snomed.info/sct|58214004": 2,
                "http://hl7.org/fhir/sid/icd-10-cm|F31.9": 2,
                "http://snomed.info/sct|370143000": 3,
                "http://snomed.info/sct|66214007": 3,
                "http://snomed.info/sct|38341003": 6,
            },
        ),
        Column(name="onset_at", meaning="When it began.", kind=Kind.MOMENT, formats=("iso", "%Y-%m", "%Y")),
        Column(name="abatement_at", meaning="When it was over.", kind=Kind.MOMENT, formats=("iso", "%Y-%m", "%Y")),
        Column(name="recorded_at", meaning="When it was recorded.", kind=Kind.MOMENT, formats=("iso", "%Y-%m", "%Y")),
    ),
    conditions=(
        ConditionRule(
            patterns={
                Condition.SERIOUS_MENTAL_ILLNESS: SERIOUS_MENTAL_ILLNESS,
                Condition.SUBSTANCE_USE: SUBSTANCE_USE,
            },
            code_column="codes",
            only_if=OneOf("verification_status", ("confirmed", "provisional", "differential", "unconfirmed", "")),
            recorded_at=When("recorded_at"),
            ended_at=When("abatement_at"),
            is_about="patient_id",
            person_feed="patients",
        ),
    ),
)

_CONSENTS = Feed(
    name="consents",
    row_is="one consent of one patient",
    file_pattern=r"Consent(\..+)?\.ndjson",
    format=FhirNdjson("Consent"),
    key=("id",),
    law=(LawTag.HIPAA, LawTag.PART2),
    fewest_rows=0,
    version_column="last_updated",
    columns=(
        *_common(),
        _patient_id(),
        Column(name="status", meaning="Where the consent stands.", typical={"active": 8, "inactive": 1, "rejected": 1}),
        Column(name="provision_type", meaning="permit or deny.", typical={"permit": 9, "deny": 1}),
        Column(
            name="period_start", meaning="First day of the consent.", kind=Kind.MOMENT, formats=("iso", "%Y-%m", "%Y")
        ),
        Column(
            name="period_end",
            meaning="Last day of the consent.",
            kind=Kind.MOMENT,
            formats=("iso", "%Y-%m", "%Y"),
            on_fault=OnFault.QUARANTINE_ROW,  # a consent whose end cannot be read is no consent we may rely on
        ),
    ),
    consent=ConsentRule(
        granted=(OneOf("status", ("active",)), OneOf("provision_type", ("permit",))),
        starts="period_start",
        ends="period_end",
        needs_period=True,
        is_about="patient_id",
        person_feed="patients",
    ),
)

AGENCY = Agency(
    name="riverbend_behavioral_health",
    title="Riverbend Behavioral Health",
    zone="America/Denver",
    owner="provider data steward",
    feeds=(_PATIENTS, _ENCOUNTERS, _CONDITIONS, _CONSENTS),
)
