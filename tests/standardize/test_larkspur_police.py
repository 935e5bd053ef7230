"""What do rows of the Larkspur Police Department's records say?"""

from tests.standardize.rows import by_key, moment, table_said

PERSONS = "larkspur_police.persons"
CASE = {
    "case_no": "26-1",
    "reported_at": "2026-11-06T21:15",
    "nature": "Disturbance",
    "final_nature": "Disturbance",
    "last_name": "Lee",
    "first_name": "Ann",
}


def test_only_whom_a_case_is_about_becomes_a_person_record():
    found = table_said(
        PERSONS,
        """
        person_seq | person_role
        1          | SUBJECT
        2          | SUSPECT
        3          | CALLER
        4          | REPORTING PARTY
        5          | VICTIM
        6          | OFFICER
        7          | MISSING
        8          | WITNESS
        """,
        **CASE,
    )
    assert list(found.person_records["record_key"]) == ["26-1|1", "26-1|2", "26-1|7"]
    assert list(found.encounters["record_key"]) == ["26-1|1", "26-1|2", "26-1|7"]


def test_a_case_is_a_crisis_by_its_first_or_last_nature_or_its_mark():
    found = table_said(
        PERSONS,
        """
        person_seq | nature             | final_nature    | mental_health_related
        1          | Disturbance        | Disturbance     | 0
        2          | Mental Health Call | Disturbance     | 0
        3          | Welfare Check      | Suicidal Party  | 0
        4          | Disturbance        | Disturbance     | 1
        5          | M1 Hold            | Theft           |
        6          | Departmental Aid   | Parked, ATM1 hold-up | 0
        """,
        **{k: v for k, v in CASE.items() if "nature" not in k},
        person_role="SUBJECT",
    )
    assert [key[-1] for key, is_crisis in by_key(found.encounters, "is_crisis").items() if is_crisis] == list("2345")


def test_tests_voids_and_duplicates_never_happened():
    found = table_said(
        PERSONS,
        """
        person_seq | nature    | final_nature
        1          | Test Call | Theft
        2          | Theft     | Void
        3          | Duplicate |
        4          | Theft     | Theft
        """,
        **{k: v for k, v in CASE.items() if "nature" not in k},
        person_role="SUBJECT",
    )
    assert found.accepted_rows["is_never_happened"].tolist() == [True, True, True, False]
    assert moment(found.encounters) == {"26-1|4": "2026-11-07 04:15"}


def test_names_suffixes_numbers_and_places_are_made_comparable():
    found = table_said(
        PERSONS,
        """
        person_seq | last_name | first_name | middle_name | suffix | ssn_last4 | sex | city      | state    | zip
        1          | Schröter  | José       | NMN         | rS     | 1234      | F   | St. Louis | colorado | 5845
        2          | Lee Jr    | Ann        | Q.          |        | 0000      | ?   | UNKNOWN   | CO       | 80901-1234
        """,
        **{k: v for k, v in CASE.items() if "name" not in k},
        person_role="SUBJECT",
    )
    columns = ("last_name", "first_name", "middle_name", "suffix", "ssn", "sex", "city", "state", "postcode")
    assert list(by_key(found.person_records, *columns).values()) == [
        ("SCHROTER", "JOSE", None, "SR", "1234", "F", "ST LOUIS", "CO", "05845"),
        ("LEE", "ANN", "Q", "JR", None, None, None, "CO", "80901"),
    ]
    assert list(by_key(found.person_records, "display_name").values()) == ["Schröter, José NMN rS", "Lee Jr, Ann Q."]


def test_a_phone_that_cannot_be_called_is_missing():
    found = table_said(
        PERSONS,
        """
        person_seq | phone
        1          | (719) 630-0142 x12
        2          | 000-000-0000
        3          | 630-0142
        """,
        **CASE,
        person_role="SUBJECT",
    )
    assert list(by_key(found.person_records, "phone").values()) == ["7196300142", None, None]
