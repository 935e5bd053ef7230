"""Does a FHIR export give every resource, and does a spoilt one cost no other?"""

import json

import pytest

from pipeline.readers import FileUnreadable, read
from tests.readers.samples import (
    CONDITION,
    CONSENT,
    ENCOUNTER,
    PATIENT,
    RESOURCES,
    faults,
    feed_of,
    flat,
    ndjson,
    provider_feed,
    read_patients,
)


@pytest.mark.parametrize("name", RESOURCES)
def test_a_right_resource_has_no_fault(name):
    reading = read(provider_feed(name), ndjson(RESOURCES[name]))
    assert (reading.row_count, faults(reading)) == (1, [])


SPOILT = {
    "another resource": (PATIENT | {"resourceType": "Person"}, "wrong_resource"),
    "an element R4 does not have": (PATIENT | {"nickname": "Annie"}, "unknown_element"),
    "an element of another version": (PATIENT | {"animal": {"species": "dog"}}, "unknown_element"),
    "an element its name does not have": (PATIENT | {"name": [{"surname": "Lee"}]}, "unknown_element"),
    "empty text": (PATIENT | {"gender": ""}, "empty_text"),
    "empty text inside": (PATIENT | {"name": [{"family": ""}]}, "empty_text"),
    "a moment without a zone": (PATIENT | {"deceasedDateTime": "2026-11-01T10:00:00"}, "bad_date"),
    "a date in words": (PATIENT | {"birthDate": "31 Jan 1990"}, "bad_date"),
    "a date that is a number": (PATIENT | {"birthDate": 19900131}, "bad_date"),
    "a list, not a resource": ("[1, 2]", "not_json"),
    "half a line": (json.dumps(PATIENT)[:40], "not_json"),
    "not a number, which JSON has not": ('{"resourceType": "Patient", "id": NaN}', "not_json"),
    "a number of 5,000 digits": ('{"resourceType": "Patient", "id": ' + "1" * 5_000 + "}", "not_json"),
    "brackets without end": ("[" * 100_000, "not_json"),
    "bytes that are not UTF-8": (json.dumps(PATIENT).encode().replace(b"Ann", b"Ren\xe9"), "wrong_encoding"),
    "half a character": (json.dumps(PATIENT).replace("Ann", "\\ud800"), "wrong_encoding"),
    "a name that is text": (PATIENT | {"name": "Ann Lee"}, "unknown_element"),
    "a label that is text": (PATIENT | {"meta": {"security": ["ETH"]}}, "wrong_shape"),
    "a given name that is an object": (PATIENT | {"name": [{"given": [{"value": "Ann"}]}]}, "wrong_shape"),
    "an id that is a number": (PATIENT | {"id": 7}, "wrong_shape"),
    "a death in words": (PATIENT | {"deceasedBoolean": "false"}, "wrong_shape"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_resource_is_set_aside_alone_and_its_values_are_not_told(spoilt):
    resource, fault_code = SPOILT[spoilt]
    reading = read_patients(PATIENT, resource, PATIENT | {"id": "p3"})
    assert (reading.row_count, faults(reading)) == (3, [(2, fault_code)])
    assert "Lee" not in reading.faults[0].message


def test_an_odd_element_name_is_not_repeated():
    message = read_patients(PATIENT | {"Ann Lee, 31 Jan 1990": 1}).faults[0].message
    assert "[Patient]" in message


def test_a_file_without_a_line_of_json_is_unreadable_and_an_empty_one_has_no_rows():
    with pytest.raises(FileUnreadable) as refused:
        read_patients("a,b", "1,2")
    assert refused.value.line_count == 2
    with pytest.raises(FileUnreadable):
        read_patients(json.dumps(PATIENT).encode("utf-16"))
    assert read_patients("").row_count == 0


def test_a_byte_order_mark_and_blank_lines_do_not_count():
    reading = read_patients(b"\xef\xbb\xbf" + json.dumps(PATIENT).encode() + b"\r", "", PATIENT | {"id": "p2"})
    assert ([line for line, _ in reading.rows], faults(reading)) == ([1, 3], [])


def test_the_official_name_counts_and_all_others_are_kept_as_other_surnames():
    names = [
        {"use": "maiden", "family": "Ortiz", "given": ["Ann"]},
        {"use": "official", "family": "Lee", "given": ["Ann", "Maria"], "suffix": ["Jr"]},
        {"use": "old", "family": "Baker"},
        {"use": "usual", "family": "Lee", "given": ["Annie"]},
    ]
    said = flat(PATIENT | {"name": names})
    assert (said["family"], said["given"], said["middle"], said["suffix"]) == ("Lee", "Ann", "Maria", "Jr")
    assert said["other_families"] == "Baker|Ortiz"


def test_without_an_official_name_the_first_counts_and_without_any_there_is_none():
    assert flat(PATIENT | {"name": [{"family": "Lee"}, {"family": "Kim"}]})["family"] == "Lee"
    assert "family" not in flat({"resourceType": "Patient", "id": "p1"})


def test_contact_number_and_address_are_the_first_of_their_kind():
    said = flat(
        PATIENT
        | {
            "telecom": [{"system": "email", "value": "ann@example.org"}, {"system": "phone", "value": "719-555-0100"}],
            "address": [{"line": ["12 Main St", "Apt 4"], "city": "Riverton", "state": "CO", "postalCode": "80901"}],
            "identifier": [
                {"system": "urn:other", "value": "77"},
                {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"},
            ],
        }
    )
    assert (said["phone"], said["email"], said["ssn"]) == ("719-555-0100", "ann@example.org", "999-12-3456")
    assert (said["address_line"], said["postal_code"]) == ("12 Main St, Apt 4", "80901")


@pytest.mark.parametrize(
    ("death", "said"),
    [
        ({}, (None, None)),
        ({"deceasedBoolean": False}, (None, None)),
        ({"deceasedBoolean": True}, ("true", None)),
        ({"deceasedDateTime": "2026-10-01"}, ("true", "2026-10-01")),
    ],
)
def test_a_death_is_told_by_a_date_or_by_yes(death, said):
    found = flat(PATIENT | death)
    assert (found.get("is_deceased"), found.get("deceased_at")) == said


def test_security_labels_are_joined_by_blanks():
    labels = {"security": [{"code": "42CFRPart2"}, {"code": "R"}]}
    assert flat(PATIENT | {"meta": labels})["security_labels"] == "42CFRPart2 R"


@pytest.mark.parametrize(
    "reference",
    ["Patient/p1", "urn:uuid:p1", "https://example.org/fhir/Patient/p1", "Patient/p1/_history/2"],
)
def test_a_reference_points_to_the_id_however_it_is_written(reference):
    assert flat(ENCOUNTER | {"subject": {"reference": reference}})["patient_id"] == "p1"


def test_an_encounter_tells_status_class_types_and_period():
    types = [{"coding": [{"system": "http://snomed.info/sct", "code": "225337009"}]}, {"coding": [{"code": "H2011"}]}]
    said = flat(ENCOUNTER | {"type": types})
    assert said["type_codes"] == "http://snomed.info/sct|225337009 |H2011"
    assert (said["status"], said["class_code"]) == ("finished", "AMB")
    assert said["period_start"] == "2026-11-02T10:00:00-07:00"


def test_a_condition_was_recorded_when_it_says_so_or_else_when_it_began():
    assert flat(CONDITION | {"onsetDateTime": "2020-02", "recordedDate": "2021"})["recorded_at"] == "2021"
    assert flat(CONDITION | {"onsetPeriod": {"start": "2020-02"}})["recorded_at"] == "2020-02"
    assert flat(CONDITION | {"abatementPeriod": {"end": "2022"}})["abatement_at"] == "2022"
    assert flat(CONDITION)["codes"] == "http://snomed.info/sct|58214004"


def test_a_consent_tells_its_provision():
    said = flat(CONSENT)
    assert (said["status"], said["provision_type"], said["patient_id"]) == ("active", "permit", "p1")
    assert (said["period_start"], said["period_end"]) == ("2026-01-01", "2026-12-31")
    assert feed_of(CONSENT).name == "consents"
