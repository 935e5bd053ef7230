"""What do community partners send? Referrals of people they are worried about, with their consent or without."""

from pipeline.contract.codes import EncounterKind, LawTag, Urgency
from pipeline.contract.declaration import (
    Agency,
    Coded,
    Column,
    ConsentRule,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    OneOf,
    OnFault,
    PersonFields,
    PersonRule,
    When,
    needed,
)

URGENCIES = {urgency.value: urgency for urgency in Urgency}

_REFERRALS = Feed(
    name="referrals",
    row_is="one referral of one person",
    file_pattern=r"referrals_.*\.csv",
    format=Delimited(),
    key=("referral_id",),
    law=(LawTag.HIPAA,),
    late_after_days=40,  # partners write when they are worried, not by the calendar
    columns=(
        needed("referral_id", "Number of the referral."),
        needed(
            "referred_at",
            "When the partner referred the person, local time.",
            kind=Kind.MOMENT,
            formats=("%Y-%m-%dT%H:%M",),
        ),
        Column(
            name="partner",
            meaning="Who refers.",
            typical={"Harvest Shelter": 4, "County Library": 2, "Open Door Clinic": 3, "School District": 1},
        ),
        Column(name="first_name", meaning="Given name.", is_required=True, is_personal=True),
        Column(name="last_name", meaning="Surname.", is_required=True, is_personal=True),
        Column(name="dob", meaning="Date of birth.", kind=Kind.DATE, formats=("%Y-%m-%d",), is_personal=True),
        Column(name="phone", meaning="Phone of the person.", is_personal=True),
        Column(name="address", meaning="Address in one line.", is_personal=True),
        Column(
            name="reason",
            meaning="Why the partner is worried, in its own words.",
            kind=Kind.FREE_TEXT,
            is_personal=True,
            typical={"Worried about mood.": 4, "Stopped coming.": 3, "Sleeping outside.": 3},
        ),
        Column(
            name="urgency",
            meaning="How soon the partner asks for outreach.",
            kind=Kind.CODE,
            codes=tuple(URGENCIES),
            typical={"routine": 50, "soon": 30, "urgent": 20},
        ),
        Column(
            name="consent",
            meaning="Whether the person agreed to be referred.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            is_required=True,
            typical={"Y": 80, "N": 20},
        ),
        Column(
            name="consent_expires",
            meaning="Last day of that consent.",
            kind=Kind.DATE,
            formats=("%Y-%m-%d",),
            on_fault=OnFault.QUARANTINE_ROW,  # a consent whose end cannot be read is no consent we may rely on
        ),
    ),
    consent=ConsentRule(granted=(OneOf("consent", ("Y",)),), ends="consent_expires"),
    person=PersonRule(
        fields=PersonFields(
            first_name="first_name", last_name="last_name", birth_date="dob", phone="phone", address_line="address"
        ),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.REFERRAL,
            occurred_at=When("referred_at"),
            urgency_code=Coded("urgency", URGENCIES, otherwise=Urgency.ROUTINE),
        ),
    ),
)

AGENCY = Agency(
    name="community_partners",
    title="Community partners",
    zone="America/Denver",
    owner="partnership coordinator",
    feeds=(_REFERRALS,),
)
