"""What do the co-responder teams send? Their own on-scene responses, one file a month."""

from pipeline.contract.codes import EncounterKind, LawTag, Outcome
from pipeline.contract.declaration import (
    Agency,
    Coded,
    Column,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    OneOf,
    PersonFields,
    PersonRule,
    When,
    needed,
)

OUTCOMES = {outcome.value: outcome for outcome in Outcome}

_RESPONSES = Feed(
    name="responses",
    row_is="one person met at one response",
    file_pattern=r"coresponse_(?P<date>\d{4}-\d{2})[\w-]*\.csv",
    date_format="%Y-%m",
    format=Delimited(),
    key=("response_id",),
    law=(LawTag.HIPAA,),
    late_after_days=40,  # the file comes once a month
    columns=(
        needed("response_id", "Number of the response."),
        needed("occurred_at", "When the team met the person, with offset.", kind=Kind.MOMENT, formats=("iso",)),
        Column(
            name="agency", meaning="Police department the team rode with.", typical={"RPD": 60, "LPD": 25, "RCSO": 15}
        ),
        Column(
            name="requested_by",
            meaning="Who asked for the team.",
            kind=Kind.CODE,
            codes=("officer", "dispatch", "self_staged"),
            typical={"officer": 50, "dispatch": 35, "self_staged": 15},
        ),
        Column(
            name="response_model",
            meaning="One car for the shift (primary) or meeting at the scene (secondary).",
            kind=Kind.CODE,
            codes=("primary", "secondary"),
            typical={"primary": 60, "secondary": 40},
        ),
        Column(name="team", meaning="Name of the team.", typical={"North": 3, "South": 2}),
        Column(
            name="clinician_id",
            meaning="Number of the clinician.",
            kind=Kind.ID,
            typical={"C01": 2, "C02": 2, "C03": 1},
        ),
        Column(name="first_name", meaning="Given name.", is_required=True, is_personal=True),
        Column(name="last_name", meaning="Surname.", is_required=True, is_personal=True),
        Column(name="dob", meaning="Date of birth.", kind=Kind.DATE, formats=("%Y-%m-%d",), is_personal=True),
        Column(name="phone", meaning="Phone of the person.", is_personal=True),
        Column(name="location", meaning="Where the team met the person, one line.", is_personal=True),
        Column(
            name="mental_health_factor",
            meaning="Whether mental health was a factor.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"Y": 80, "N": 20},
        ),
        Column(
            name="substance_factor",
            meaning="Whether substance use was a factor.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"Y": 35, "N": 65},
        ),
        Column(
            name="outcome",
            meaning="How the response ended.",
            kind=Kind.CODE,
            codes=tuple(OUTCOMES),
            typical={
                "resolved_on_scene": 45,
                "referral": 15,
                "emergency_department": 12,
                "crisis_center": 10,
                "refused": 8,
                "hospital": 5,
                "jail": 5,
            },
        ),
        Column(
            name="level_of_care", meaning="Level of care reached.", typical={"none": 4, "outpatient": 3, "inpatient": 1}
        ),
        Column(
            name="follow_up_requested",
            meaning="Whether the clinician asks for a follow-up.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"Y": 40, "N": 60},
        ),
        Column(
            name="safety_note",
            meaning="What the next clinician should know; never leaves the person page.",
            kind=Kind.FREE_TEXT,
            is_personal=True,
            typical={"": 8, "Prefers to meet outside.": 1, "Dog in the yard, call ahead.": 1},
        ),
    ),
    person=PersonRule(
        fields=PersonFields(
            first_name="first_name", last_name="last_name", birth_date="dob", phone="phone", address_line="location"
        ),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.CO_RESPONSE,
            occurred_at=When("occurred_at"),
            is_crisis=OneOf("mental_health_factor", ("Y",)),
            is_follow_up_requested=OneOf("follow_up_requested", ("Y",)),
            outcome_code=Coded("outcome", OUTCOMES),
        ),
    ),
)

AGENCY = Agency(
    name="co_responder_team",
    title="Co-responder teams",
    zone="America/Denver",
    owner="clinical supervisor",
    feeds=(_RESPONSES,),
)
