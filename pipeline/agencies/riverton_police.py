"""What does the Riverton Police Department send? Calls for service from its dispatch system, one file per extract.

Natures are modelled on the real call types of five cities (Vera Institute of Justice and Two Sigma Data Clinic).
"""

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
    FullName,
    Kind,
    Matches,
    OneOf,
    PersonFields,
    PersonRule,
    When,
    needed,
)

NATURES = {
    "TRAFFIC STOP": 150,
    "DISTURBANCE": 90,
    "TRESPASS": 70,
    "WELFARE CHECK": 80,
    "SUSPICIOUS PERSON": 80,
    "DOMESTIC DISTURBANCE": 45,
    "THEFT": 60,
    "SHOPLIFTING": 30,
    "INTOXICATED PERSON": 30,
    "NOISE COMPLAINT": 35,
    "ASSIST PUBLIC": 40,
    "OVERDOSE": 10,
    "MENTAL HEALTH": 40,
    "SUICIDAL SUBJECT": 20,
    "PSYCHIATRIC EMERGENCY": 10,
    "EDP - EMOTIONALLY DISTURBED PERSON": 8,
    "TEST CALL": 2,
    "VOID": 2,
    "DUPLICATE": 3,
}
NEVER_HAPPENED = r"^\s*(?:TEST(?:ING)?|VOID(?:ED)?|DUPLICATE)\b"
"""Natures of calls that were none: tries of the system, however they go on (`Test incident`), voids, duplicates."""

UNNAMED, UNNAMED_OR_BLANK = r"^_BLANK$", r"^(?:_BLANK)?$"
"""`_Blank` is what the system writes for an event that was opened and never filled in."""

_OWN_LOG = (
    r"ADMIN\w*|MEAL|LUNCH|BREAK|BRIEFING|ROLL CALL|TRAINING|REPORT WRITING|PAPERWORK|OUT OF SERVICE|FUEL"
    r"|COURT APPEARANCE|VEHICLE MAINTENANCE|STATION DUTY|SPECIAL DETAIL|(?:DIRECTED|EXTRA|FOOT) PATROL"
    r"|(?:AREA|BUILDING|BUSINESS|PROPERTY|SECURITY) CHECK"
)
OFFICERS_OWN, OFFICERS_OWN_OR_BLANK = rf"^(?:{_OWN_LOG})$", rf"^(?:_BLANK|{_OWN_LOG})?$"
"""Natures of an officer's own log. ONVIEW alone says nothing: what an officer comes upon is as real as a call."""

_UNFLAGGED = Matches("MHFlag", r"^N?$")

_CALLS = Feed(
    name="calls",
    row_is="one person named on one call for service",
    file_pattern=r"cad_(?P<date>\d{8})\w*\.csv",
    date_format="%Y%m%d",
    format=Delimited(encoding="utf-8-sig", line_end="\r\n"),
    key=("IncidentNo", "PersonNo"),
    law=(LawTag.CJIS,),
    columns=(
        needed("IncidentNo", "Number of the call."),
        needed("CallReceived", "When the call came in, local time.", kind=Kind.MOMENT, formats=("%m/%d/%Y %H:%M",)),
        Column(name="CallCleared", meaning="When the call was cleared.", kind=Kind.MOMENT, formats=("%m/%d/%Y %H:%M",)),
        Column(
            name="Source",
            meaning="How the call came in.",
            kind=Kind.CODE,
            codes=("911", "TELEPHONE", "ONVIEW", "RETRO"),
            typical={"911": 50, "TELEPHONE": 30, "ONVIEW": 18, "RETRO": 2},
        ),
        Column(name="InitialType", meaning="Nature of the call as first taken.", is_required=True, typical=NATURES),
        Column(name="FinalType", meaning="Nature of the call as closed.", is_required=True, typical=NATURES),
        Column(name="Priority", meaning="Dispatch priority.", typical={"1": 20, "2": 50, "3": 30}),
        Column(
            name="Disposition",
            meaning="How the call was closed.",
            typical={
                "ASSISTANCE RENDERED": 40,
                "REPORT WRITTEN": 20,
                "GONE ON ARRIVAL": 15,
                "ARREST": 10,
                "CLEARED": 15,
            },
        ),
        Column(name="Beat", meaning="Patrol beat.", typical={"A1": 3, "A2": 3, "B1": 2, "B2": 2}),
        Column(name="Address", meaning="Where the call led.", is_personal=True),
        Column(name="City", meaning="City of the address.", is_personal=True),
        Column(name="Zip", meaning="ZIP code of the address.", is_personal=True),
        needed("PersonNo", "Number of the person within the call."),
        needed(
            "Role",
            "What the person had to do with the call.",
            kind=Kind.CODE,
            codes=("SUBJECT", "CALLER", "VICTIM", "WITNESS", "OFFICER", "MISSING"),
            typical={"SUBJECT": 70, "CALLER": 16, "VICTIM": 6, "WITNESS": 4, "OFFICER": 3, "MISSING": 1},
        ),
        Column(name="PersonName", meaning="LAST, FIRST MIDDLE SUFFIX.", is_required=True, is_personal=True),
        Column(name="DOB", meaning="Date of birth.", kind=Kind.DATE, formats=("%m/%d/%Y",), is_personal=True),
        Column(name="Sex", meaning="Sex as the officer put it.", is_personal=True),
        Column(
            name="Race", meaning="Race as the officer put it; read by no factor.", is_personal=True, typical={"": 1}
        ),
        Column(name="Phone", meaning="Phone of the person.", is_personal=True),
        Column(
            name="MHFlag",
            meaning="Whether mental health was a factor.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"N": 60, "": 40, "Y": 10},
        ),
        Column(
            name="CITResponse",
            meaning="Whether a crisis-intervention trained officer went.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"N": 90, "Y": 10},
        ),
    ),
    never_happened=AnyOf(
        (
            Matches("InitialType", NEVER_HAPPENED),
            Matches("FinalType", NEVER_HAPPENED),
            AllOf((Matches("InitialType", UNNAMED), Matches("FinalType", UNNAMED_OR_BLANK), _UNFLAGGED)),
            AllOf((Matches("InitialType", UNNAMED_OR_BLANK), Matches("FinalType", UNNAMED), _UNFLAGGED)),
            AllOf(
                (
                    OneOf("Source", ("ONVIEW",)),
                    Matches("InitialType", OFFICERS_OWN_OR_BLANK),
                    Matches("FinalType", OFFICERS_OWN_OR_BLANK),
                    AnyOf((Matches("InitialType", OFFICERS_OWN), Matches("FinalType", OFFICERS_OWN))),
                    _UNFLAGGED,
                )
            ),
        )
    ),
    person=PersonRule(
        about=OneOf("Role", ("SUBJECT", "MISSING")),
        fields=PersonFields(
            full_name=FullName("PersonName", "last_first"),
            birth_date="DOB",
            sex="Sex",
            phone="Phone",
            street_address="Address",
            city="City",
            postcode="Zip",
        ),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.CALL_FOR_SERVICE,
            occurred_at=When("CallReceived"),
            ended_at=When("CallCleared"),
            only_if=OneOf("Role", ("SUBJECT", "MISSING")),
            is_crisis=AnyOf(
                (Matches("InitialType", CRISIS_NATURE), Matches("FinalType", CRISIS_NATURE), OneOf("MHFlag", ("Y",)))
            ),
        ),
    ),
)

AGENCY = Agency(
    name="riverton_police",
    title="Riverton Police Department",
    zone="America/Denver",
    owner="police records manager",
    area="Riverton",
    feeds=(_CALLS,),
)
