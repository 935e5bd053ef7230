"""What does the Larkspur Police Department send? People named in its records, pipe-delimited, in Windows-1252."""

from pipeline.contract.call_types import CRISIS_NATURE
from pipeline.contract.codes import EncounterKind, LawTag
from pipeline.contract.declaration import (
    Agency,
    AllOf,
    AnyOf,
    Column,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    Matches,
    OneOf,
    PersonFields,
    PersonRule,
    When,
    needed,
)

NATURES = {
    "Disturbance": 60,
    "Welfare Check": 50,
    "Suspicious Person": 40,
    "Trespass": 40,
    "Family Disturbance": 25,
    "Theft": 30,
    "Assist Other Agency": 15,
    "Liquor Violation": 15,
    "Mental Health Call": 25,
    "Suicidal Party": 12,
    "M1 Hold": 6,
    "Test Call": 1,
    "Void": 1,
}
ABOUT_PERSON = ("SUBJECT", "SUSPECT", "ARRESTEE", "CONTACTED", "PATIENT", "MISSING")
OTHERS = ("CALLER", "REPORTING PARTY", "COMPLAINANT", "VICTIM", "WITNESS", "OFFICER", "OTHER")
NEVER_HAPPENED = r"^\s*(?:TEST(?:ING)?|VOID(?:ED)?|DUPLICATE)\b"
"""Natures of calls that were none: tries of the system, however they go on (`Test incident`), voids, duplicates."""

UNNAMED, UNNAMED_OR_BLANK = r"^_BLANK$", r"^(?:_BLANK)?$"
"""`_Blank` is what the system writes for an event that was opened and never filled in."""

_UNFLAGGED = Matches("mental_health_related", r"^0?$")

_PERSONS = Feed(
    name="persons",
    row_is="one person named in one case",
    file_pattern=r"rms_persons_(?P<date>\d{4}-\d{2}-\d{2})\w*\.txt",
    date_format="%Y-%m-%d",
    format=Delimited(delimiter="|", encoding="cp1252", has_trailing_delimiter=True, line_end="\r\n"),
    key=("case_no", "person_seq"),
    law=(LawTag.CJIS,),
    columns=(
        needed("case_no", "Number of the case."),
        needed("person_seq", "Number of the person within the case."),
        needed("reported_at", "When it was reported, local time.", kind=Kind.MOMENT, formats=("%Y-%m-%dT%H:%M",)),
        Column(name="nature", meaning="Nature as first taken.", is_required=True, typical=NATURES),
        Column(name="final_nature", meaning="Nature as closed.", is_required=True, typical=NATURES),
        needed(
            "person_role",
            "What the person had to do with the case.",
            kind=Kind.CODE,
            codes=(*ABOUT_PERSON, *OTHERS),
            typical={"SUBJECT": 75, "CALLER": 12, "VICTIM": 6, "WITNESS": 4, "OFFICER": 2, "MISSING": 1},
        ),
        Column(name="last_name", meaning="Surname.", is_required=True, is_personal=True),
        Column(name="first_name", meaning="Given name.", is_required=True, is_personal=True),
        Column(name="middle_name", meaning="Middle name or initial.", is_personal=True),
        Column(name="suffix", meaning="Jr, Sr, II and the like.", is_personal=True),
        Column(name="dob", meaning="Date of birth.", kind=Kind.DATE, formats=("%Y-%m-%d",), is_personal=True),
        Column(name="ssn_last4", meaning="Last four digits of the social security number.", is_personal=True),
        Column(name="sex", meaning="Sex.", is_personal=True),
        Column(name="phone", meaning="Phone of the person.", is_personal=True),
        Column(name="street", meaning="Street address.", is_personal=True),
        Column(name="city", meaning="City of the address.", is_personal=True),
        Column(name="state", meaning="State of the address.", is_personal=True),
        Column(name="zip", meaning="ZIP code of the address.", is_personal=True),
        Column(
            name="mental_health_related",
            meaning="Whether the case was related to mental health.",
            kind=Kind.CODE,
            codes=("1", "0"),
            typical={"0": 88, "1": 12},
        ),
        Column(
            name="disposition",
            meaning="How the case was closed.",
            typical={"Cleared": 40, "Report": 30, "Arrest": 10, "Unfounded": 10, "Referred": 10},
        ),
    ),
    never_happened=AnyOf(
        (
            Matches("nature", NEVER_HAPPENED),
            Matches("final_nature", NEVER_HAPPENED),
            AllOf((Matches("nature", UNNAMED), Matches("final_nature", UNNAMED_OR_BLANK), _UNFLAGGED)),
            AllOf((Matches("nature", UNNAMED_OR_BLANK), Matches("final_nature", UNNAMED), _UNFLAGGED)),
        )
    ),
    person=PersonRule(
        about=OneOf("person_role", ABOUT_PERSON),
        fields=PersonFields(
            first_name="first_name",
            middle_name="middle_name",
            last_name="last_name",
            suffix="suffix",
            birth_date="dob",
            sex="sex",
            ssn="ssn_last4",
            phone="phone",
            street_address="street",
            city="city",
            state="state",
            postcode="zip",
        ),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.CALL_FOR_SERVICE,
            occurred_at=When("reported_at"),
            only_if=OneOf("person_role", ABOUT_PERSON),
            is_crisis=AnyOf(
                (
                    Matches("nature", CRISIS_NATURE),
                    Matches("final_nature", CRISIS_NATURE),
                    OneOf("mental_health_related", ("1",)),
                )
            ),
        ),
    ),
)

AGENCY = Agency(
    name="larkspur_police",
    title="Larkspur Police Department",
    zone="America/Denver",
    owner="police records manager",
    area="Larkspur",
    feeds=(_PERSONS,),
)
