"""What do the resources of Riverbend Behavioral Health say?"""

import pytest

from tests.readers.samples import CONDITION, CONSENT, ENCOUNTER, PATIENT
from tests.standardize.rows import by_key, moment, resources_said

PATIENTS, ENCOUNTERS = "riverbend_behavioral_health.patients", "riverbend_behavioral_health.encounters"
CONDITIONS, CONSENTS = "riverbend_behavioral_health.conditions", "riverbend_behavioral_health.consents"
SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"


def coded(*codings):
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


def test_a_patient_is_a_person_record():
    found = resources_said(PATIENTS, PATIENT | {"name": [*PATIENT["name"], {"use": "maiden", "family": "Ortiz-Díaz"}]})
    person = found.person_records.iloc[0]
    assert person["record_id"] == "riverbend_behavioral_health/patients/p1"
    assert (person["first_name"], person["middle_name"], person["last_name"]) == ("ANN", "Q", "LEE")
    assert (person["suffix"], person["sex"], person["birth_date"]) == ("JR", "F", "1990-01-31")
    assert person["other_last_names"] == "ORTIZ DIAZ"
    assert found.encounters.empty


@pytest.mark.parametrize(("told", "kept"), [("1990", "1990"), ("1990-01", "1990-01"), ("1990-01-31", "1990-01-31")])
def test_a_birth_date_stays_as_partial_as_it_is(told, kept):
    assert resources_said(PATIENTS, PATIENT | {"birthDate": told}).person_records["birth_date"].tolist() == [kept]


def test_the_providers_test_numbers_are_a_fact_of_its_feed():
    numbers = [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"}]
    assert resources_said(PATIENTS, PATIENT | {"identifier": numbers}).person_records["ssn"].tolist() == ["999123456"]
    placeholder = [numbers[0] | {"value": "999-99-9999"}]
    assert resources_said(PATIENTS, PATIENT | {"identifier": placeholder}).person_records["ssn"].tolist() == [None]


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ({}, (False, None)),
        ({"deceasedBoolean": False}, (False, None)),
        ({"deceasedBoolean": True}, (True, None)),
        ({"deceasedDateTime": "2026-11-02T01:00:00Z"}, (True, "2026-11-01")),
        ({"deceasedDateTime": "2026-10"}, (True, "2026-10-01")),
    ],
    ids=["alive", "said to be alive", "died", "died on a day", "died in a month"],
)
def test_a_death(death, told):
    assert by_key(resources_said(PATIENTS, PATIENT | death).person_records, "is_dead", "death_date") == {"p1": told}


def test_only_an_encounter_that_took_place_is_a_visit():
    took_place = ("arrived", "in-progress", "finished")
    others = ("noshow", "cancelled", "planned", "triaged", "onleave", "entered-in-error", "unknown")
    found = resources_said(ENCOUNTERS, *(ENCOUNTER | {"id": s, "status": s} for s in (*took_place, *others)))
    assert tuple(found.encounters["record_key"]) == took_place
    assert set(found.encounters["record_id"]) == {"riverbend_behavioral_health/patients/p1"}
    assert moment(found.encounters)["finished"] == "2026-11-02 17:00"


@pytest.mark.parametrize(
    ("class_code", "setting"),
    [("EMER", "emergency"), ("IMP", "inpatient"), ("AMB", "outpatient"), ("VR", "outpatient"), ("FLD", "other")],
)
def test_where_care_was_given(class_code, setting):
    found = resources_said(ENCOUNTERS, ENCOUNTER | {"class": {"code": class_code}})
    assert found.encounters["setting_code"].tolist() == [setting]


@pytest.mark.parametrize(
    ("system", "code", "is_crisis"),
    [
        ("http://www.cms.gov/hcpcs", "H2011", True),
        ("http://www.cms.gov/hcpcs", "S9485", True),
        ("http://www.ama-assn.org/go/cpt", "90839", True),
        ("http://www.ama-assn.org/go/cpt", "90840", True),
        (SNOMED, "225337009", False),  # a suicide risk assessment is no visit to a crisis service
        ("http://www.ama-assn.org/go/cpt", "90837", False),
        ("http://www.cms.gov/hcpcs", "H20110", False),
        (SNOMED, "185347001", False),
    ],
)
def test_a_crisis_service_is_told_by_its_type(system, code, is_crisis):
    found = resources_said(ENCOUNTERS, ENCOUNTER | {"type": [coded((SNOMED, "1")), coded((system, code))]})
    assert found.encounters["is_crisis"].tolist() == [is_crisis]


@pytest.mark.parametrize(("text", "is_crisis"), [("Crisis center visit", True), ("Follow-up visit", False)])
def test_a_crisis_service_is_told_by_the_name_of_its_type(text, is_crisis):
    found = resources_said(ENCOUNTERS, ENCOUNTER | {"type": [{"text": text}]})
    assert found.encounters["is_crisis"].tolist() == [is_crisis]


SERIOUS, SUBSTANCE = "serious_mental_illness", "substance_use"


@pytest.mark.parametrize(
    ("what", "system", "code", "conditions"),
    [
        ("schizophrenia", SNOMED, "58214004", [SERIOUS]),
        ("paranoid schizophrenia", ICD, "F20.0", [SERIOUS]),
        ("schizoaffective disorder", ICD, "F25.9", [SERIOUS]),
        ("bipolar disorder", ICD, "F31.9", [SERIOUS]),
        ("severe single depression", ICD, "F32.2", [SERIOUS]),
        ("recurrent depression", ICD, "F33.1", [SERIOUS]),
        ("major depressive disorder", SNOMED, "370143000", [SERIOUS]),
        ("bipolar I disorder", SNOMED, "371596008", [SERIOUS]),
        ("opioid dependence", ICD, "F11.20", [SUBSTANCE]),
        ("alcohol abuse", SNOMED, "15167005", [SUBSTANCE]),
        ("mild single depression", ICD, "F32.0", []),
        ("depression, not specified", ICD, "F32.A", []),
        ("depressive disorder, not specified", SNOMED, "35489007", []),
        ("mixed anxiety and depressive disorder", SNOMED, "231504006", []),
        ("Alzheimer's disease", SNOMED, "26929004", []),
        ("smokes tobacco daily", SNOMED, "449868002", []),
        ("anxiety", ICD, "F41.1", []),
        ("hypertension", SNOMED, "38341003", []),
        ("a longer code that begins alike", SNOMED, "582140041", []),
        ("the same digits in another system", "urn:local", "58214004", []),
    ],
)
def test_which_diagnoses_are_lasting_conditions(what, system, code, conditions):
    found = resources_said(CONDITIONS, CONDITION | {"code": coded((system, code))})
    assert found.conditions["condition_code"].tolist() == conditions, what


def test_a_refuted_diagnosis_is_no_condition():
    refuted = CONDITION | {"verificationStatus": coded(("urn:v", "refuted"))}
    assert resources_said(CONDITIONS, refuted).conditions.empty
    entered = CONDITION | {"verificationStatus": coded(("urn:v", "entered-in-error"))}
    assert resources_said(CONDITIONS, entered).conditions.empty


def test_when_a_condition_was_recorded_and_over():
    found = resources_said(CONDITIONS, CONDITION | {"recordedDate": "2020-02-03", "abatementDateTime": "2024"})
    assert moment(found.conditions, "recorded_at") == {"c1": "2020-02-03 07:00"}
    assert moment(found.conditions, "ended_at") == {"c1": "2024-01-01 07:00"}
    assert moment(resources_said(CONDITIONS, CONDITION).conditions, "recorded_at") == {"c1": None}


@pytest.mark.parametrize(
    ("labels", "is_part2"), [([], False), (["42CFRPart2"], True), (["R", "ETH"], True), (["ETHX"], False)]
)
def test_a_part_2_label_marks_whatever_carries_it(labels, is_part2):
    meta = {"meta": {"security": [{"code": label} for label in labels]}}
    assert resources_said(PATIENTS, PATIENT | meta).person_records["is_part2"].tolist() == [is_part2]
    assert resources_said(ENCOUNTERS, ENCOUNTER | meta).encounters["is_part2"].tolist() == [is_part2]
    assert resources_said(CONDITIONS, CONDITION | meta).conditions["is_part2"].tolist() == [is_part2]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, (True, "2026-01-01", "2026-12-31")),
        ({"status": "inactive"}, (False, "2026-01-01", "2026-12-31")),
        ({"provision": {"type": "deny", "period": {"end": "2026-12-31"}}}, (False, None, "2026-12-31")),
        ({"provision": {"type": "permit", "period": {"start": "2026-01-01"}}}, (True, "2026-01-01", None)),
        ({"provision": {"type": "permit"}}, (False, None, None)),
        ({"provision": {"type": "permit", "period": {"end": "2026-07-01T03:00:00Z"}}}, (True, None, "2026-06-30")),
    ],
    ids=["permitted", "no longer active", "denied", "open end", "no period", "ends at a moment"],
)
def test_a_consent(changes, told):
    found = resources_said(CONSENTS, CONSENT | changes)
    assert by_key(found.consents, "is_granted", "starts_date", "ends_date") == {"k1": told}
    assert found.consents["record_id"].tolist() == ["riverbend_behavioral_health/patients/p1"]
