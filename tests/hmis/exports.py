"""What does an HMIS export look like? Made-up ones, in the layouts of FY2024 and FY2026 with every column they have.

Source: HUD, HMIS CSV Format Specifications FY2024 and FY2026 (Client, Enrollment, Exit, Export).
"""

import csv
import io
import zipfile
from pathlib import Path

from pipeline.contract.declaration import Agency
from tests.docs.pages import code_block

_NAMES = "PersonalID FirstName MiddleName LastName NameSuffix NameDataQuality SSN SSNDataQuality DOB DOBDataQuality"
_RACE_2024 = (
    "AmIndAKNative Asian BlackAfAmerican HispanicLatinaeo MidEastNAfrican NativeHIPacific White RaceNone"
    " AdditionalRaceEthnicity"
)
_GENDER = (
    "Woman Man NonBinary CulturallySpecific Transgender Questioning DifferentIdentity GenderNone DifferentIdentityText"
)
_VETERAN = (
    "VeteranStatus YearEnteredService YearSeparated WorldWarII KoreanWar VietnamWar DesertStorm AfghanistanOEF IraqOIF"
    " IraqOND OtherTheater MilitaryBranch DischargeStatus"
)
_ENTRY = (
    "EnrollmentID PersonalID ProjectID EntryDate HouseholdID RelationshipToHoH EnrollmentCoC LivingSituation"
    " RentalSubsidyType LengthOfStay LOSUnderThreshold PreviousStreetESSH DateToStreetESSH TimesHomelessPastThreeYears"
    " MonthsHomelessPastThreeYears DisablingCondition DateOfEngagement MoveInDate DateOfPATHStatus"
    " ClientEnrolledInPATH ReasonNotEnrolled PercentAMI ReferralSource CountOutreachReferralApproaches DateOfBCPStatus"
    " EligibleForRHY ReasonNoServices RunawayYouth"
)
_YOUTH = (
    "FormerWardChildWelfare ChildWelfareYears ChildWelfareMonths FormerWardJuvenileJustice JuvenileJusticeYears"
    " JuvenileJusticeMonths UnemploymentFam MentalHealthDisorderFam PhysicalDisabilityFam AlcoholDrugUseDisorderFam"
    " InsufficientIncome IncarceratedParent VAMCStation TargetScreenReqd TimeToHousingLoss AnnualPercentAMI"
    " LiteralHomelessHistory ClientLeaseholder HOHLeaseholder SubsidyAtRisk EvictionHistory CriminalRecord"
    " IncarceratedAdult PrisonDischarge SexOffender DisabledHoH CurrentPregnant SingleParent DependentUnder6 HH5Plus"
    " CoCPrioritized HPScreeningScore ThresholdScore"
)
_EXIT = (
    "ExitID EnrollmentID PersonalID ExitDate Destination DestinationSubsidyType OtherDestination HousingAssessment"
    " SubsidyInformation ProjectCompletionStatus EarlyExitReason ExchangeForSex ExchangeForSexPastThreeMonths"
    " CountOfExchangeForSex AskedOrForcedToExchangeForSex AskedOrForcedToExchangeForSexPastThreeMonths"
    " WorkplaceViolenceThreats WorkplacePromiseDifference CoercedToContinueWork LaborExploitPastThreeMonths"
    " CounselingReceived IndividualCounseling FamilyCounseling GroupCounseling SessionCountAtExit"
    " PostExitCounselingPlan SessionsInPlan DestinationSafeClient DestinationSafeWorker PosAdultConnections"
    " PosPeerConnections PosCommunityConnections AftercareDate AftercareProvided EmailSocialMedia Telephone"
    " InPersonIndividual InPersonGroup CMExitReason"
)
_EXPORT = (
    "ExportID SourceType SourceID SourceName SourceContactFirst SourceContactLast SourceContactPhone"
    " SourceContactExtension SourceContactEmail ExportDate ExportStartDate ExportEndDate SoftwareName SoftwareVersion"
    " CSVVersion ExportPeriodType ExportDirective HashStatus ImplementationID"
)
_END = "DateCreated DateUpdated UserID DateDeleted ExportID"
_LANGUAGE = "TranslationNeeded PreferredLanguage PreferredLanguageDifferent"

LAYOUTS = {
    2024: {
        "Client": f"{_NAMES} {_RACE_2024} {_GENDER} {_VETERAN} {_END}",
        "Enrollment": f"{_ENTRY} SexualOrientation SexualOrientationOther {_YOUTH} {_LANGUAGE} {_END}",
        "Exit": f"{_EXIT} {_END}",
        "Export": _EXPORT,
    },
    2026: {
        "Client": f"{_NAMES} Sex {_RACE_2024.replace('Latinaeo', 'Latinao')} {_VETERAN} {_END}",
        "Enrollment": f"{_ENTRY} {_YOUTH} MentalHealthConsultation {_END}",
        "Exit": f"{_EXIT} {_END}",
        "Export": _EXPORT,
    },
}
"""Year → file → its columns, in order."""

MARTIN = {
    "PersonalID": "P1",
    "FirstName": "Martin",
    "MiddleName": "A",
    "LastName": "Quill",
    "NameDataQuality": "1",
    "SSN": "523114321",
    "SSNDataQuality": "1",
    "DOB": "1980-04-05",
    "DOBDataQuality": "1",
    "DateUpdated": "2026-10-30 09:00:00",
}
"""The man whom the sample county's files by hand are about, as a client."""
NADIA = {
    "PersonalID": "P2",
    "FirstName": "Nadia",
    "MiddleName": "",
    "LastName": "Brandt",
    "NameDataQuality": "1",
    "SSN": "523225678",
    "SSNDataQuality": "1",
    "DOB": "1991-08-17",
    "DOBDataQuality": "1",
    "DateUpdated": "2026-10-30 09:00:00",
}
STAY = {"EnrollmentID": "E1", "PersonalID": "P1", "EntryDate": "2026-10-05", "DateUpdated": "2026-10-05 20:00:00"}
DEATH = {
    "ExitID": "X1",
    "EnrollmentID": "E1",
    "PersonalID": "P1",
    "ExitDate": "2026-10-28",
    "Destination": "24",
    "DateUpdated": "2026-10-29 08:00:00",
}
DELTA, FULL, OTHERWISE = "1", "2", "3"


def agency() -> Agency:
    """The agency of the how-to, as the page has it."""
    space: dict = {}
    exec(compile(code_block("how-to/read-an-hmis-export.md", "agency=harbor_county_coc"), "page", "exec"), space)
    return space["AGENCY"]


def table(year: int, name: str, rows) -> str:
    """How is one file of an export written? Every column of its layout, blank where a row says nothing of it."""
    columns = LAYOUTS[year][name].split()
    assert len(columns) == len(set(columns))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", extrasaction="raise", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def files(year=2026, clients=(MARTIN,), enrollments=(STAY,), exits=(), directive=FULL, hash_status="1") -> dict:
    """Which files does an export hold? Name → text."""
    about = {"ExportID": "1", "ExportPeriodType": "3", "ExportDirective": directive, "HashStatus": hash_status}
    rows = {"Client": clients, "Enrollment": enrollments, "Exit": exits, "Export": [about]}
    others = {"Project.csv": "ProjectID,ProjectName\r\n1,Harvest Shelter\r\n"}
    return {f"{name}.csv": table(year, name, found) for name, found in rows.items()} | others


def deliver(folder: Path, day="20261101", **what) -> Path:
    """Lay an export as a ZIP where the agency's deliveries lie."""
    path = folder / "harbor_county_coc" / f"hmis_{day}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files(**what).items():
            archive.writestr(name, text)
    return path
