"""What does the Riverton County Jail send? Bookings; one is sent again when it changes, the newest version counts."""

from pipeline.contract.codes import EncounterKind, LawTag, Release, Screen
from pipeline.contract.declaration import (
    Agency,
    AnyOf,
    Coded,
    Column,
    Death,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    Matches,
    OneOf,
    OnFault,
    PersonFields,
    PersonRule,
    When,
    needed,
)

RELEASES = {
    "BOND": Release.COMMUNITY,
    "PR": Release.COMMUNITY,
    "TIME SERVED": Release.COMMUNITY,
    **dict.fromkeys(("BAIL", "CASH BOND", "SURETY BOND", "OWN RECOGNIZANCE", "ROR", "PRETRIAL"), Release.COMMUNITY),
    **dict.fromkeys(("SENTENCE SERVED", "SENTENCE COMPLETE", "PAROLE", "PROBATION", "WEEKENDER"), Release.COMMUNITY),
    **dict.fromkeys(("CHARGES DROPPED", "CHARGES DISMISSED", "DISMISSED", "NO CHARGES FILED"), Release.COMMUNITY),
    **dict.fromkeys(("ACQUITTED", "COURT ORDER", "CITE AND RELEASE"), Release.COMMUNITY),
    "TRANSFER": Release.ELSEWHERE,
    "OTHER AGENCY": Release.ELSEWHERE,
    "PRISON": Release.ELSEWHERE,
    "HOSPITAL": Release.ELSEWHERE,
    "DEATH": Release.DEATH,
}
"""A reason not named here says that the stay is over and no more: no word that we do not know is called a release."""

OTHER_CUSTODY = (
    r"FURLOUGH|\bTO COURT\b|HOSPITAL|MEDICAL TRANSPORT|TRANSFER|EXTRADIT|\bPRISON|\bD\.?O\.?C\b|DETAINER|MARSHAL"
    r"|\bUSMS\b|\bICE\b|IMMIGRATION|\bCBP\b|\bFEDERAL\b|\bFBI\b|(?:OTHER|OUTSIDE) (?:AGENCY|COUNTY|JURISDICTION|STATE)"
    r"|OUT OF (?:COUNTY|STATE)|(?:AGENCY|COUNTY|STATE) HOLD|HOLD (?:FOR|BY)\b|\bON WRIT\b"
)
"""Words of a release reason that speak of other custody or a ward: the stay goes on somewhere else."""

HELD_BY_OTHERS = r"^(?!\s*(?:NO|NONE|N/?A|-+|UNK(?:NOWN)?)?\s*$)"
"""A hold by anybody. Who is let go on bond with one is handed over to whoever holds, not sent home."""

_BOOKINGS = Feed(
    name="bookings",
    row_is="one version of one booking",
    file_pattern=r"bookings_(?P<date>\d{8})\w*\.csv",
    date_format="%Y%m%d",
    format=Delimited(is_fully_quoted=True, line_end="\r\n"),
    key=("BOOKING_NO",),
    law=(LawTag.CJIS,),
    columns=(
        needed("BOOKING_NO", "Number of the booking."),
        Column(name="NAME_NO", meaning="The jail's own number of the person.", kind=Kind.ID, is_personal=True),
        Column(name="LAST_NAME", meaning="Surname.", is_required=True, is_personal=True),
        Column(name="FIRST_NAME", meaning="Given name.", is_required=True, is_personal=True),
        Column(name="MIDDLE_NAME", meaning="Middle name or initial.", is_personal=True),
        Column(name="SUFFIX", meaning="Jr, Sr, II and the like.", is_personal=True),
        Column(name="DOB", meaning="Date of birth.", kind=Kind.DATE, formats=("%Y%m%d",), is_personal=True),
        Column(name="SEX", meaning="Sex.", is_personal=True),
        Column(name="RACE", meaning="Race; read by no factor.", is_personal=True, typical={"": 1}),
        Column(name="SSN", meaning="Social security number.", is_personal=True),
        Column(name="ADDRESS", meaning="Street address given at booking.", is_personal=True),
        Column(name="CITY", meaning="City of the address.", is_personal=True),
        Column(name="STATE", meaning="State of the address.", is_personal=True),
        Column(name="ZIP", meaning="ZIP code of the address.", is_personal=True),
        Column(name="PHONE", meaning="Phone of the person.", is_personal=True),
        needed("BOOK_DT", "Day of booking.", kind=Kind.DATE, formats=("%Y%m%d",)),
        Column(name="BOOK_TM", meaning="Time of booking, local.", kind=Kind.TIME, formats=("%H%M",)),
        Column(
            name="REL_DT",
            meaning="Day of release; blank while in custody.",
            kind=Kind.DATE,
            formats=("%Y%m%d", "%m/%d/%Y", "%Y-%m-%d"),
            is_required=True,
            on_fault=OnFault.QUARANTINE_ROW,  # a release date that cannot be read would read as "still in custody"
        ),
        Column(name="REL_TM", meaning="Time of release, local.", kind=Kind.TIME, formats=("%H%M",)),
        Column(
            name="RELEASE_REASON",
            meaning="Why the stay ended.",
            typical={"BOND": 40, "PR": 30, "TIME SERVED": 22, "TRANSFER": 4, "OTHER AGENCY": 2, "DEATH": 1, "ERROR": 1},
        ),
        Column(name="ARREST_AGENCY", meaning="Who brought the person in.", typical={"RPD": 60, "LPD": 25, "RCSO": 15}),
        Column(
            name="CHARGE",
            meaning="Most serious charge.",
            typical={"TRESPASS": 30, "DISORDERLY CONDUCT": 20, "FTA": 25, "THEFT": 15, "ASSAULT": 10},
        ),
        Column(
            name="CHARGE_CLASS",
            meaning="F, M or O.",
            kind=Kind.CODE,
            codes=("F", "M", "O"),
            typical={"M": 60, "F": 25, "O": 15},
        ),
        Column(name="HOLD_AGENCY", meaning="Who else holds the person.", typical={"": 95, "DOC": 5}),
        Column(
            name="BJMHS_RESULT",
            meaning="Result of the Brief Jail Mental Health Screen.",
            kind=Kind.CODE,
            codes=("REFER", "NO", "REFUSED"),
            typical={"NO": 60, "REFER": 15, "REFUSED": 10, "": 15},
        ),
        Column(
            name="SUICIDE_WATCH",
            meaning="Whether the person was put on suicide watch.",
            kind=Kind.CODE,
            codes=("Y", "N"),
            typical={"N": 95, "Y": 5},
        ),
        Column(
            name="STATUS",
            meaning="Where the booking stands.",
            kind=Kind.CODE,
            codes=("ACTIVE", "RELEASED", "MISTAKEN"),
            is_required=True,
            on_fault=OnFault.QUARANTINE_ROW,
            typical={"RELEASED": 90, "ACTIVE": 9, "MISTAKEN": 1},
        ),
    ),
    never_happened=AnyOf((OneOf("STATUS", ("MISTAKEN",)), OneOf("RELEASE_REASON", ("ERROR", "WRONG PERSON")))),
    person=PersonRule(
        death=Death(when=OneOf("RELEASE_REASON", ("DEATH",)), date="REL_DT"),
        fields=PersonFields(
            first_name="FIRST_NAME",
            middle_name="MIDDLE_NAME",
            last_name="LAST_NAME",
            suffix="SUFFIX",
            birth_date="DOB",
            sex="SEX",
            ssn="SSN",
            phone="PHONE",
            street_address="ADDRESS",
            city="CITY",
            state="STATE",
            postcode="ZIP",
        ),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.BOOKING,
            occurred_at=When("BOOK_DT", "BOOK_TM"),
            ended_at=When("REL_DT", "REL_TM"),
            is_suicide_watch=OneOf("SUICIDE_WATCH", ("Y",)),
            held_elsewhere=AnyOf((Matches("HOLD_AGENCY", HELD_BY_OTHERS), Matches("RELEASE_REASON", OTHER_CUSTODY))),
            release_code=Coded("RELEASE_REASON", RELEASES, otherwise=Release.LEFT_UNKNOWN),
            screen_code=Coded(
                "BJMHS_RESULT", {"REFER": Screen.POSITIVE, "NO": Screen.NEGATIVE, "REFUSED": Screen.REFUSED}
            ),
        ),
    ),
)

AGENCY = Agency(
    name="riverton_county_jail",
    title="Riverton County Jail",
    zone="America/Denver",
    owner="jail records manager",
    feeds=(_BOOKINGS,),
)
