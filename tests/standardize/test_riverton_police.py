"""What do rows of the Riverton Police Department's calls for service say?"""

import pytest

from tests.standardize.rows import by_key, moment, said, table_said

CALLS = "riverton_police.calls"
CALL = {
    "IncidentNo": "26-1",
    "PersonNo": "1",
    "CallReceived": "11/06/2026 21:15",
    "InitialType": "DISTURBANCE",
    "FinalType": "DISTURBANCE",
    "Role": "SUBJECT",
    "PersonName": "LEE, ANN",
    "DOB": "01/31/1990",
}


def test_only_whom_a_call_is_about_becomes_a_person_record_and_an_encounter():
    found = table_said(
        CALLS,
        """
        PersonNo | Role
        1        | SUBJECT
        2        | CALLER
        3        | VICTIM
        4        | WITNESS
        5        | OFFICER
        6        | MISSING
        7        | subject
        """,
        **{k: v for k, v in CALL.items() if k not in ("PersonNo", "Role")},
    )
    about = ["26-1|1", "26-1|6", "26-1|7"]
    assert list(found.person_records["record_key"]) == about
    assert list(found.encounters["record_key"]) == about
    assert len(found.accepted_rows) == 7
    assert found.accepted_rows["is_about_person"].sum() == 3


@pytest.mark.parametrize("never", ["TEST CALL", "VOID", "DUPLICATE", "Test Call"])
@pytest.mark.parametrize("column", ["InitialType", "FinalType"])
def test_a_test_a_void_and_a_duplicate_never_happened(never, column):
    found = said(CALLS, CALL | {column: never})
    assert found.accepted_rows["is_never_happened"].tolist() == [True]
    assert found.person_records.empty
    assert found.encounters.empty


def test_a_call_is_a_crisis_by_its_first_or_last_nature_or_the_officers_flag():
    found = table_said(
        CALLS,
        """
        PersonNo | InitialType       | FinalType                          | MHFlag
        1        | DISTURBANCE       | DISTURBANCE                        | N
        2        | SUICIDAL SUBJECT  | DISTURBANCE                        | N
        3        | WELFARE CHECK     | EDP - EMOTIONALLY DISTURBED PERSON | N
        4        | WELFARE CHECK     | WELFARE CHECK                      | Y
        5        | WELFARE CHECK     | WELFARE CHECK                      |
        6        | mental health     | theft                              |
        7        | M1 HOLD           | ASSIST PUBLIC                      | N
        8        | DEPARTMENTAL AID  | ENVIRONMENTAL HAZARD               | N
        """,
        **{k: v for k, v in CALL.items() if k not in ("PersonNo", "InitialType", "FinalType")},
    )
    crises = {key[-1] for key, is_crisis in by_key(found.encounters, "is_crisis").items() if is_crisis}
    assert crises == {"2", "3", "4", "6", "7"}


def test_local_times_are_moments_also_when_clocks_change():
    found = table_said(
        CALLS,
        """
        PersonNo | CallReceived
        summer   | 07/01/2026 21:15
        winter   | 12/01/2026 21:15
        twice    | 11/01/2026 01:30
        skipped  | 03/08/2026 02:30
        """,
        **{k: v for k, v in CALL.items() if k not in ("PersonNo", "CallReceived")},
    )
    assert moment(found.encounters) == {
        "26-1|summer": "2026-07-02 03:15",
        "26-1|winter": "2026-12-02 04:15",
        "26-1|twice": "2026-11-01 07:30",  # the first of the two
        "26-1|skipped": "2026-03-08 09:30",  # moved on by the hour that was skipped
    }
    assert by_key(found.encounters, "occurred_text")["26-1|twice"] == "11/01/2026 01:30"


def test_a_whole_name_is_taken_apart_in_the_feeds_order():
    found = table_said(
        CALLS,
        """
        PersonNo | PersonName
        1        | LEE, ANN MARIA
        2        | SMITH, JOHN Q JR
        3        | SMITH JR, JOHN Q
        4        | SMITH, JOHN Q, JR
        5        | DE LA CRUZ, JOSE
        6        | UNK, UNK
        7        | DOE, JOHN
        8        |
        """,
        **{k: v for k, v in CALL.items() if k not in ("PersonNo", "PersonName")},
    )
    names = by_key(found.person_records, "first_name", "middle_name", "last_name", "suffix")
    smith = ("JOHN", "Q", "SMITH", "JR")
    assert list(names.values()) == [
        ("ANN", "MARIA", "LEE", None),
        smith,
        smith,
        smith,
        ("JOSE", None, "DE LA CRUZ", None),
        (None, None, None, None),
        (None, None, None, None),
        (None, None, None, None),
    ]
    assert by_key(found.person_records, "display_name")["26-1|6"] == "UNK, UNK"
    assert by_key(found.person_records, "display_name")["26-1|8"] is None


def test_a_birth_date_after_the_call_is_a_slip_and_goes_missing():
    found = table_said(
        CALLS,
        """
        PersonNo | DOB
        1        | 01/31/1990
        2        | 11/06/2027
        3        | 01/01/1900
        4        |
        """,
        **{k: v for k, v in CALL.items() if k not in ("PersonNo", "DOB")},
    )
    assert list(by_key(found.person_records, "birth_date").values()) == ["1990-01-31", None, None, None]


def test_a_file_without_its_optional_columns_says_as_much_as_it_can():
    found = said(CALLS, CALL)
    person = found.person_records.iloc[0]
    assert (person["record_id"], person["phone"], person["city"]) == ("riverton_police/calls/26-1|1", None, None)
    assert found.encounters["ended_at"].isna().all()
