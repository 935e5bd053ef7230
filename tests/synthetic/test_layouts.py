"""Do the delivered files look to the letter like what agencies send?"""

import json
import re
from datetime import date, datetime

import pytest

from pipeline.contract.declaration import Delimited, FhirNdjson
from tests.synthetic.reading import files_of

HEADERS = {
    "riverton_police": "IncidentNo,CallReceived,CallCleared,Source,InitialType,FinalType,Priority,Disposition,Beat,"
    "Address,City,Zip,PersonNo,Role,PersonName,DOB,Sex,Race,Phone,MHFlag,CITResponse",
    "larkspur_police": "case_no|person_seq|reported_at|nature|final_nature|person_role|last_name|first_name|"
    "middle_name|suffix|dob|ssn_last4|sex|phone|street|city|state|zip|mental_health_related|disposition|",
    "riverton_county_jail": '"BOOKING_NO","NAME_NO","LAST_NAME","FIRST_NAME","MIDDLE_NAME","SUFFIX","DOB","SEX",'
    '"RACE","SSN","ADDRESS","CITY","STATE","ZIP","PHONE","BOOK_DT","BOOK_TM","REL_DT","REL_TM","RELEASE_REASON",'
    '"ARREST_AGENCY","CHARGE","CHARGE_CLASS","HOLD_AGENCY","BJMHS_RESULT","SUICIDE_WATCH","STATUS"',
    "co_responder_team": "response_id,occurred_at,agency,requested_by,response_model,team,clinician_id,first_name,"
    "last_name,dob,phone,location,mental_health_factor,substance_factor,outcome,level_of_care,follow_up_requested,"
    "safety_note",
    "community_partners": "referral_id,referred_at,partner,first_name,last_name,dob,phone,address,reason,urgency,"
    "consent,consent_expires",
}
"""The layouts as agencies document them, typed once more by hand."""


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_header_is_the_documented_one(county, name):
    agency = next(agency for agency in county.agencies if agency.name == name)
    feed = agency.feeds[0]
    for path in files_of(county.out, agency, feed):
        first_line = path.read_bytes().decode(feed.format.encoding).splitlines()[0]
        assert first_line == HEADERS[name]


def test_every_feed_is_delivered_and_every_file_belongs_to_one(county):
    for agency in county.agencies:
        known = {path for feed in agency.feeds for path in files_of(county.out, agency, feed)}
        stray = set((county.out / agency.name).iterdir()) - known
        assert {path.name for path in stray} <= {"log.ndjson"}
    assert all(feed.rows > 0 and feed.files > 0 for feed in county.summary.feeds)


def test_delimited_bytes_follow_the_declaration(county):
    for agency, feed in county.feeds():
        if not isinstance(feed.format, Delimited):
            continue
        for path in files_of(county.out, agency, feed):
            content = path.read_bytes()
            text = content.decode(feed.format.encoding)
            assert content.startswith(b"\xef\xbb\xbf") == (feed.format.encoding == "utf-8-sig")
            lines = text.split(feed.format.line_end)
            assert lines[-1] == ""
            assert not any(c in line for line in lines for c in "\r\n")
            if feed.format.has_trailing_delimiter:
                assert all(line.endswith(feed.format.delimiter) for line in lines[:-1])
            if feed.format.is_fully_quoted:
                assert all(re.fullmatch(r'"[^"]*"(,"[^"]*")*', line) for line in lines[:-1])


def test_codes_are_padded_where_every_field_is_quoted(county):
    text = next((county.out / "riverton_county_jail").iterdir()).read_text(encoding="utf-8")
    assert re.search(r'"[FMO] "', text)
    assert '"RELEASED "' in text


def test_names_keep_their_accents_in_every_encoding(county):
    seen = dict.fromkeys(("utf-8", "utf-8-sig", "cp1252"), "")
    for agency, feed in county.feeds():
        if isinstance(feed.format, Delimited):
            paths = files_of(county.out, agency, feed)
            seen[feed.format.encoding] += "".join(p.read_bytes().decode(feed.format.encoding) for p in paths)
    for encoding, text in seen.items():
        assert re.search("[áéíñóúÁÉÍÑÓÚ]", text), encoding
        assert "\ufffd" not in text


def test_no_file_is_dated_after_the_last_day(county):
    for agency, feed in county.feeds():
        for path in files_of(county.out, agency, feed):
            if feed.date_format:
                dated = datetime.strptime(re.fullmatch(feed.file_pattern, path.name)["date"], feed.date_format)  # noqa: DTZ007
                assert dated.date() <= date(2026, 6, 30)


def test_one_file_a_month(county):
    for feed in county.summary.feeds:
        if feed.feed not in ("consents", "referrals"):  # small feeds may have a month with nothing to say
            assert 23 <= feed.files <= 26, feed


def test_resources_are_valid_fhir_r4(county):
    from fhir.resources.R4B.condition import Condition
    from fhir.resources.R4B.consent import Consent
    from fhir.resources.R4B.encounter import Encounter
    from fhir.resources.R4B.patient import Patient

    models = {"Patient": Patient, "Encounter": Encounter, "Condition": Condition, "Consent": Consent}
    checked = 0
    for agency, feed in county.feeds():
        if isinstance(feed.format, FhirNdjson):
            for path in files_of(county.out, agency, feed)[-3:]:
                for line in path.read_text(encoding="utf-8").splitlines():
                    models[feed.format.resource_type].model_validate_json(line)
                    checked += 1
    assert checked > 100


def test_patients_carry_maiden_and_short_names(county):
    folder = county.out / "riverbend_behavioral_health"
    lines = [json.loads(line) for path in folder.glob("Patient.*") for line in path.read_text("utf-8").splitlines()]
    uses = {name["use"] for patient in lines for name in patient["name"]}
    assert {"official", "maiden", "nickname"} <= uses
    assert any("deceasedDateTime" in patient for patient in lines)


def test_export_log_completes_every_export(county):
    log = (county.out / "riverbend_behavioral_health" / "log.ndjson").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in log]
    started = [event["exportId"] for event in events if event["eventId"] == "kickoff"]
    ended = [event["exportId"] for event in events if event["eventId"] == "export_complete"]
    assert started == ended
    told = sum(event["eventDetail"]["resources"] for event in events if event["eventId"] == "export_complete")
    delivered = sum(feed.rows for feed in county.summary.feeds if feed.agency == "riverbend_behavioral_health")
    assert told == delivered
    assert max(event["timestamp"] for event in events)[:10] <= "2026-07-01"
