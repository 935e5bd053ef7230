"""Do the sample county's agencies declare exactly the layouts that are agreed with them?"""

import sys
from dataclasses import dataclass

import pytest

from pipeline import agencies
from pipeline.contract import fhir_r4
from pipeline.contract.declaration import Agency, FhirNdjson, FullName, Kind
from pipeline.contract.errors import DeclarationError

LAYOUTS = {
    "riverton_police.calls": """
        IncidentNo CallReceived CallCleared Source InitialType FinalType Priority Disposition Beat Address City Zip
        PersonNo Role PersonName DOB Sex Race Phone MHFlag CITResponse""",
    "larkspur_police.persons": """
        case_no person_seq reported_at nature final_nature person_role last_name first_name middle_name suffix dob
        ssn_last4 sex phone street city state zip mental_health_related disposition""",
    "riverton_county_jail.bookings": """
        BOOKING_NO NAME_NO LAST_NAME FIRST_NAME MIDDLE_NAME SUFFIX DOB SEX RACE SSN ADDRESS CITY STATE ZIP PHONE
        BOOK_DT BOOK_TM REL_DT REL_TM RELEASE_REASON ARREST_AGENCY CHARGE CHARGE_CLASS HOLD_AGENCY BJMHS_RESULT
        SUICIDE_WATCH STATUS""",
    "co_responder_team.responses": """
        response_id occurred_at agency requested_by response_model team clinician_id first_name last_name dob phone
        location mental_health_factor substance_factor outcome level_of_care follow_up_requested safety_note""",
    "community_partners.referrals": """
        referral_id referred_at partner first_name last_name dob phone address reason urgency consent
        consent_expires""",
}
"""The agreed column names, to the letter and in order."""

KEYS = {
    "riverton_police.calls": ("IncidentNo", "PersonNo"),
    "larkspur_police.persons": ("case_no", "person_seq"),
    "riverton_county_jail.bookings": ("BOOKING_NO",),
    "riverbend_behavioral_health.patients": ("id",),
    "riverbend_behavioral_health.encounters": ("id",),
    "riverbend_behavioral_health.conditions": ("id",),
    "riverbend_behavioral_health.consents": ("id",),
    "co_responder_team.responses": ("response_id",),
    "community_partners.referrals": ("referral_id",),
}
WRITTEN = {
    "riverton_police.calls": (",", "utf-8-sig", False, False),
    "larkspur_police.persons": ("|", "cp1252", True, False),
    "riverton_county_jail.bookings": (",", "utf-8", False, True),
    "co_responder_team.responses": (",", "utf-8", False, False),
    "community_partners.referrals": (",", "utf-8", False, False),
}
FEEDS = {f"{agency.name}.{feed.name}": feed for agency in agencies.load_agencies() for feed in agency.feeds}


def test_six_agencies_are_declared_and_sorted():
    assert [agency.name for agency in agencies.load_agencies()] == [
        "co_responder_team",
        "community_partners",
        "larkspur_police",
        "riverbend_behavioral_health",
        "riverton_county_jail",
        "riverton_police",
    ]


def test_every_feed_has_the_agreed_key():
    assert {name: feed.key for name, feed in FEEDS.items()} == KEYS


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_delimited_layout_is_the_agreed_one_to_the_letter(name):
    feed = FEEDS[name]
    assert [column.name for column in feed.columns] == LAYOUTS[name].split()
    layout = feed.format
    assert (layout.delimiter, layout.encoding, layout.has_trailing_delimiter, layout.is_fully_quoted) == WRITTEN[name]


def test_the_provider_sends_the_flat_columns_of_its_resources():
    for feed in FEEDS.values():
        if isinstance(feed.format, FhirNdjson):
            columns = set(fhir_r4.FLAT_COLUMNS[feed.format.resource_type]) - {"is_deleted"}  # of Bundles alone
            assert {c.name for c in feed.columns} == columns


def test_whatever_says_who_somebody_is_is_marked_as_personal():
    for feed in FEEDS.values():
        fields = feed.person.fields.columns() if feed.person else ()
        assert set(fields) <= set(feed.personal_columns())


def test_free_text_is_never_copied_on():
    for feed in FEEDS.values():
        free = {column.name for column in feed.columns if column.kind is Kind.FREE_TEXT}
        assert free.isdisjoint(feed._mentioned())


def test_the_order_of_a_whole_name_is_declared():
    assert FEEDS["riverton_police.calls"].person.fields.full_name == FullName("PersonName", "last_first")


def test_an_agency_is_found_by_name_and_an_unknown_one_is_named_in_brackets():
    assert agencies.agency_named("riverton_police").title == "Riverton Police Department"
    with pytest.raises(DeclarationError, match=r"\[smallville_police\]"):
        agencies.agency_named("smallville_police")


@dataclass
class NamedOtherwise:
    """A module whose AGENCY is not named like its file."""

    AGENCY: Agency


def test_a_file_whose_agency_is_named_otherwise_is_refused(monkeypatch):
    name = "riverton_police"
    other = NamedOtherwise(agencies.agency_named("larkspur_police"))
    monkeypatch.setitem(sys.modules, f"pipeline.agencies.{name}", other)
    with pytest.raises(DeclarationError, match=rf"\[{name}\]"):
        agencies.load_agencies()
