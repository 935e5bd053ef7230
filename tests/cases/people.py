"""What do the cases need again and again? Rows in the agencies' own columns, and who is held to be who."""

import pandas as pd

import linkage
from linkage.comparisons import COLUMN_OF, COMPARISONS
from pipeline.contract import tables
from tests.road import county
from tests.standardize.rows import resources_said, said

CALLS = "riverton_police.calls"
BOOKINGS = "riverton_county_jail.bookings"
PERSONS = "larkspur_police.persons"
RESPONSES = "co_responder_team.responses"
REFERRALS = "community_partners.referrals"
PATIENTS = "riverbend_behavioral_health.patients"

CALL = {
    "IncidentNo": "26-1",
    "PersonNo": "1",
    "CallReceived": "11/06/2026 21:15",
    "InitialType": "DISTURBANCE",
    "FinalType": "DISTURBANCE",
    "Role": "SUBJECT",
    "PersonName": "QUILL, MARTIN A",
    "DOB": "04/05/1980",
}
BOOKING = {
    "BOOKING_NO": "B1",
    "LAST_NAME": "QUILL",
    "FIRST_NAME": "MARTIN",
    "DOB": "19800405",
    "BOOK_DT": "20261020",
    "BOOK_TM": "0930",
    "STATUS": "RELEASED",
}
CASE = {
    "case_no": "L26-1",
    "person_seq": "1",
    "reported_at": "2026-11-01T12:00",
    "person_role": "SUBJECT",
    "last_name": "Quill",
    "first_name": "Martin",
    "dob": "1980-04-05",
}


def people_of_calls(*changes):
    """The person records of calls that differ from CALL in this, in the order given."""
    rows = [CALL | {"PersonNo": str(number)} | change for number, change in enumerate(changes, start=1)]
    return said(CALLS, *rows).person_records


def people_of_bookings(*changes):
    """The person records of bookings that differ from BOOKING in this, in the order given."""
    rows = [BOOKING | {"BOOKING_NO": f"B{number}"} | change for number, change in enumerate(changes, start=1)]
    return said(BOOKINGS, *rows).person_records


def people_of_cases(*changes):
    """The person records of cases that differ from CASE in this, in the order given."""
    rows = [CASE | {"person_seq": str(number)} | change for number, change in enumerate(changes, start=1)]
    return said(PERSONS, *rows).person_records


def people_of_patients(*changes):
    """The person records of patients that differ from county.patient in these elements, in the order given."""
    patients = (county.patient(f"p{number}", **change) for number, change in enumerate(changes, start=1))
    return resources_said(PATIENTS, *patients).person_records


def told(records, *columns):
    """What stands in these columns, row by row? A column's values, or tuples of several columns' values."""
    rows = records[list(columns)].astype(object).where(records[list(columns)].notna(), None)
    return rows[columns[0]].tolist() if len(columns) == 1 else list(rows.itertuples(index=False, name=None))


def how_many_people(*records):
    """How many people are these person records held to be about?"""
    return linkage.dedupe(_evidence(*records)).clusters["cluster_id"].nunique()


def compared(name, *records):
    """How well do two person records agree in one comparison, in words? None where one of them does not say."""
    [level] = linkage.dedupe(_evidence(*records)).pairs[f"{name}_level"]
    return COMPARISONS[COLUMN_OF[name]].labels[level] if level >= 0 else None


def weight(*records):
    """How much speaks for two person records being about one person, in bits?"""
    [bits] = linkage.dedupe(_evidence(*records)).pairs["match_weight"]
    return bits


def _evidence(*records):
    table = pd.concat(records, ignore_index=True)[list(tables.EVIDENCE)]
    return table.assign(record_id=[str(number) for number in table.index])
