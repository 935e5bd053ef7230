"""What do the agencies' files look like? Small made-up ones, in which each test spoils one thing."""

import json

from pipeline.agencies import load_agencies
from pipeline.readers import flatten, read

FEEDS = {f"{agency.name}.{feed.name}": feed for agency in load_agencies() for feed in agency.feeds}
REFERRALS = FEEDS["community_partners.referrals"]
PERSONS = FEEDS["larkspur_police.persons"]
BOOKINGS = FEEDS["riverton_county_jail.bookings"]
CALLS = FEEDS["riverton_police.calls"]

HEADER = "referral_id,referred_at,partner,first_name,last_name,dob,phone,address,reason,urgency,consent,consent_expires"
ROW = "R1,2026-11-02T10:00,Library,Ann,Lee,1990-01-31,,12 Main St,Worried.,soon,Y,"


def row(number=1, **changes):
    """A right row of the referrals, with some fields written otherwise."""
    fields = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {"referral_id": f"R{number}"} | changes
    return ",".join(fields.values())


def referrals(*lines, header=HEADER, line_end="\n", last_line_end="\n"):
    """A file of referrals; lines are given as text or bytes."""
    parts = [line if isinstance(line, bytes) else line.encode() for line in (header, *lines)]
    return line_end.encode().join(parts) + last_line_end.encode()


def read_referrals(*lines, **how):
    return read(REFERRALS, referrals(*lines, **how))


def columns(feed, content):
    """What do the rows that are not set aside hold? One dictionary of text a row."""
    reading = read(feed, content)
    faulty = {fault.line_number for fault in reading.faults}
    return [flatten(feed, json.loads(payload)) for line, payload in reading.rows if line not in faulty]


def faults(reading):
    return [(fault.line_number, fault.fault_code.value) for fault in reading.faults]


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"lastUpdated": "2026-11-01T00:00:00Z"},
    "name": [{"use": "official", "family": "Lee", "given": ["Ann", "Q."], "suffix": ["Jr"]}],
    "birthDate": "1990-01-31",
    "gender": "female",
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p1"},
    "period": {"start": "2026-11-02T10:00:00-07:00"},
}
CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "58214004"}]},
    "subject": {"reference": "Patient/p1"},
}
CONSENT = {
    "resourceType": "Consent",
    "id": "k1",
    "status": "active",
    "patient": {"reference": "Patient/p1"},
    "provision": {"type": "permit", "period": {"start": "2026-01-01", "end": "2026-12-31"}},
}
RESOURCES = {"patients": PATIENT, "encounters": ENCOUNTER, "conditions": CONDITION, "consents": CONSENT}


def provider_feed(name):
    return FEEDS[f"riverbend_behavioral_health.{name}"]


def feed_of(resource):
    return provider_feed({"Patient": "patients"}.get(resource["resourceType"], resource["resourceType"].lower() + "s"))


def ndjson(*resources):
    """A bulk export; a resource is given as a dictionary, text or bytes."""
    lines = [json.dumps(r) if isinstance(r, dict) else r for r in resources]
    return b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)


def read_patients(*resources):
    return read(provider_feed("patients"), ndjson(*resources))


def flat(resource):
    """What does the one resource of a file say in flat columns?"""
    return columns(feed_of(resource), ndjson(resource))[0]
