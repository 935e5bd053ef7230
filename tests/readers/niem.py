"""What do NIEM documents look like? Short ones of our own making, with the public names of NIEM 3 and N-DEx."""

from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import (
    Agency,
    Column,
    EncounterRule,
    Feed,
    Kind,
    OneOf,
    PersonFields,
    PersonRule,
    When,
    Xml,
    needed,
)

NAMESPACES = {
    "nc": "http://release.niem.gov/niem/niem-core/3.0/",
    "j": "http://release.niem.gov/niem/domains/jxdm/5.1/",
    "s": "http://release.niem.gov/niem/structures/3.0/",
    "ext": "http://example.org/jail/exchange/1.0/",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
NIL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'

PERSON_PATH = "j:Booking/j:BookingSubject/nc:RoleOfPerson"
PATHS = {
    "booking": "j:Booking/j:BookingAgencyRecordIdentification/nc:IdentificationID",
    "booked_at": "j:Booking/nc:ActivityDate/*",
    "status": "j:Booking/ext:BookingStatusCode",
    "sent_at": "nc:DocumentCreationDate/nc:DateTime",
    "first": f"{PERSON_PATH}/nc:PersonName/nc:PersonGivenName",
    "last": f"{PERSON_PATH}/nc:PersonName/nc:PersonSurName",
    "born": f"{PERSON_PATH}/nc:PersonBirthDate/nc:Date",
    "charges": "j:Booking/j:Arrest/j:ArrestCharge/j:ChargeDescriptionText",
}
COLUMNS = (
    needed("booking", "Number of the booking."),
    needed("booked_at", "When the person was booked.", kind=Kind.MOMENT, formats=("iso",)),
    Column(name="status", meaning="Where it stands.", kind=Kind.CODE, codes=("Active", "Released", "Mistaken")),
    Column(name="sent_at", meaning="When it was sent.", kind=Kind.MOMENT, formats=("iso",)),
    Column(name="first", meaning="Given name.", is_personal=True),
    Column(name="last", meaning="Surname.", is_personal=True),
    Column(name="born", meaning="Birth date.", kind=Kind.DATE, formats=("iso",), is_personal=True),
    Column(name="charges", meaning="What the person is charged with."),
)


def feed(name, layout):
    return Feed(
        name=name,
        row_is="one version of one booking",
        file_pattern=rf"{name}_(?P<date>\d{{8}})\w*\.xml",
        date_format="%Y%m%d",
        format=layout,
        key=("booking",),
        version_column="sent_at",
        columns=COLUMNS,
        never_happened=OneOf("status", ("Mistaken",)),
        person=PersonRule(fields=PersonFields(first_name="first", last_name="last", birth_date="born")),
        encounters=(EncounterRule(kind=EncounterKind.BOOKING, occurred_at=When("booked_at")),),
    )


REPORT = {"row": "ext:BookingReport", "paths": PATHS, "namespaces": NAMESPACES}
REPORTS = feed("reports", Xml(**REPORT))
DOCUMENTS = feed("documents", Xml(**REPORT, has_one_row=True))
SHARED = feed(
    "shared",
    Xml(
        row="j:Booking",
        paths={name: path.removeprefix("j:Booking/") for name, path in PATHS.items()} | {"sent_at": "@ext:sentAt"},
        namespaces=NAMESPACES,
    ),
)
"""Bookings that share persons: these stand beside them, and are reached by their ids."""

SHERIFF = Agency(
    name="cedar_county_jail",
    title="Cedar County Jail",
    zone="America/Denver",
    owner="jail records manager",
    feeds=(REPORTS, DOCUMENTS, SHARED),
)


def person(name="P1", first="Ann", last="Lee", born="1990-01-31"):
    return f"""<nc:Person s:id="{name}">
      <nc:PersonBirthDate><nc:Date>{born}</nc:Date></nc:PersonBirthDate>
      <nc:PersonName><nc:PersonGivenName>{first}</nc:PersonGivenName>
        <nc:PersonSurName>{last}</nc:PersonSurName></nc:PersonName>
    </nc:Person>"""


def booking(number="B1", of="P1", status="Active", attributes="", more=""):
    identified = f"""<j:BookingAgencyRecordIdentification>
        <nc:IdentificationID>{number}</nc:IdentificationID></j:BookingAgencyRecordIdentification>"""
    return f"""<j:Booking{attributes}>
      <nc:ActivityDate><nc:DateTime>2026-11-02T21:15:00Z</nc:DateTime></nc:ActivityDate>
      {identified if number else ""}
      <j:BookingSubject><nc:RoleOfPerson s:ref="{of}"/></j:BookingSubject>{more}
      <ext:BookingStatusCode>{status}</ext:BookingStatusCode>
    </j:Booking>"""


def report(number="B1", of="P1", sent="2026-11-02T22:00:00Z", status="Active", more="", **about):
    return f"""  <ext:BookingReport {DECLARED}>
    <nc:DocumentCreationDate><nc:DateTime>{sent}</nc:DateTime></nc:DocumentCreationDate>
    {booking(number, of, status, more=more)}
    {person(of, **about)}
  </ext:BookingReport>
"""


def document(*parts, head='<?xml version="1.0" encoding="UTF-8"?>\n', around="ext:BookingReports"):
    return f"{head}<{around} {DECLARED}>\n{''.join(parts)}</{around}>\n".encode()


ANN = {
    "booking": "B1",
    "booked_at": "2026-11-02T21:15:00Z",
    "status": "Active",
    "sent_at": "2026-11-02T22:00:00Z",
    "first": "Ann",
    "last": "Lee",
    "born": "1990-01-31",
}

EVALUATIONS = Feed(
    name="evaluations",
    row_is="one evaluation of one person",
    file_pattern=r"evaluations\.xml",
    format=Xml(
        row="nc:ActivityPersonAssociation",
        namespaces=NAMESPACES,
        paths={
            "patient": "nc:Person/ext:PersonPatientIdentification/nc:IdentificationID",
            "on": "nc:Activity/nc:ActivityDate/nc:Date",
            "last": "nc:Person/nc:PersonName/nc:PersonSurName",
            "diagnosis": "nc:Activity/j:EvaluationDiagnosisDescriptionText",
        },
    ),
    key=("patient", "on"),
    columns=(
        needed("patient", "Its number."),
        needed("on", "When.", kind=Kind.DATE, formats=("iso",)),
        Column(name="last", meaning="Surname.", is_personal=True),
        Column(name="diagnosis", meaning="What was found."),
    ),
)

EVALUATION = f"""<ext:BehavioralHealthEvaluationRecord {DECLARED}>
  <ext:BehavioralHealthEvaluation s:id="E1"><nc:ActivityDate><nc:Date>2026-10-30</nc:Date></nc:ActivityDate>
    <j:EvaluationDiagnosisDescriptionText>Bipolar disorder</j:EvaluationDiagnosisDescriptionText>
  </ext:BehavioralHealthEvaluation>
  <nc:Person s:id="Patient1"><nc:PersonName><nc:PersonSurName>Quill</nc:PersonSurName></nc:PersonName>
    <ext:PersonPatientIdentification><nc:IdentificationID>R77</nc:IdentificationID></ext:PersonPatientIdentification>
  </nc:Person>
  <nc:ActivityPersonAssociation><nc:Activity s:ref="E1"/><nc:Person s:ref="Patient1"/></nc:ActivityPersonAssociation>
</ext:BehavioralHealthEvaluationRecord>
"""

NDEX = {
    "nc": "http://niem.gov/niem/niem-core/2.0",
    "s": "http://niem.gov/niem/structures/2.0",
    "digest": "http://usdoj.gov/leisp/lexs/digest/3.1",
    "lexslib": "http://usdoj.gov/leisp/lexs/library/3.1",
    "ndexia": "http://fbi.gov/cjis/N-DEx/IncidentArrest/2.1",
}
CALLS = Feed(
    name="calls",
    row_is="one person a call for service was about",
    file_pattern=r"calls\.xml",
    format=Xml(
        row="digest:IncidentSubjectPersonAssociation",
        namespaces=NDEX,
        paths={
            "call": "nc:ActivityReference/nc:ActivityIdentification/nc:IdentificationID",
            "person": "nc:PersonReference/@s:id",
            "nature": "nc:ActivityReference/nc:ActivityDescriptionText",
            "last": "nc:PersonReference/nc:PersonName/nc:PersonSurName",
        },
    ),
    key=("call", "person"),
    columns=(
        needed("call", "Its number."),
        needed("person", "The person's number in the document."),
        Column(name="nature", meaning="What it was about."),
        Column(name="last", meaning="Surname.", is_personal=True),
    ),
)
"""N-DEx: one element for each role, so a victim or a witness is no row."""

_ACTIVITY = "<nc:ActivityReference s:ref='A1'/>"
CALL = f"""<lexs {" ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NDEX.items())}>
  <digest:EntityActivity><nc:Activity s:id="A1">
    <nc:ActivityIdentification><nc:IdentificationID>26-9</nc:IdentificationID></nc:ActivityIdentification>
    <nc:ActivityDescriptionText>SUICIDAL SUBJECT</nc:ActivityDescriptionText></nc:Activity></digest:EntityActivity>
  <digest:EntityPerson><digest:Person s:id="S1">
    <nc:PersonName><nc:PersonSurName>Quill</nc:PersonSurName></nc:PersonName></digest:Person></digest:EntityPerson>
  <digest:EntityPerson><digest:Person s:id="V1">
    <nc:PersonName><nc:PersonSurName>Hill</nc:PersonSurName></nc:PersonName></digest:Person></digest:EntityPerson>
  <digest:Associations>
    <digest:IncidentSubjectPersonAssociation>{_ACTIVITY}<nc:PersonReference s:ref="S1"/>
    </digest:IncidentSubjectPersonAssociation>
    <digest:IncidentVictimPersonAssociation>{_ACTIVITY}<nc:PersonReference s:ref="V1"/>
    </digest:IncidentVictimPersonAssociation>
  </digest:Associations>
  <ndexia:IncidentReport><ndexia:ServiceCall><ndexia:ActivityAugmentation>
    <lexslib:SameAsDigestReference lexslib:ref="A1"/></ndexia:ActivityAugmentation>
  </ndexia:ServiceCall></ndexia:IncidentReport>
</lexs>
"""
