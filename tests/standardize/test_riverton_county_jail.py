"""What do rows of the Riverton County Jail's bookings say?"""

from tests.standardize.rows import by_key, moment, said, table_said

BOOKINGS = "riverton_county_jail.bookings"
NAMES = {"LAST_NAME": "LEE", "FIRST_NAME": "ANN"}


def test_day_and_time_in_two_columns_are_joined():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | BOOK_DT  | BOOK_TM | REL_DT     | REL_TM
        right      | 20261106 | 2115    | 20261108   | 0005
        untimed    | 20261106 |         | 20261108   |
        bad time   | 20261106 | 2875    |            |
        spelled 2  | 20260701 | 0905    | 07/03/2026 | 1200
        spelled 3  | 20260701 | 0905    | 2026-07-03 | 1200
        twice      | 20261101 | 0130    |            |
        """,
        **NAMES,
    )
    assert moment(found.encounters) == {
        "right": "2026-11-07 04:15",
        "untimed": "2026-11-06 07:00",
        "bad time": "2026-11-06 07:00",
        "spelled 2": "2026-07-01 15:05",
        "spelled 3": "2026-07-01 15:05",
        "twice": "2026-11-01 07:30",
    }
    assert moment(found.encounters, "ended_at") == {
        "right": "2026-11-08 07:05",
        "untimed": "2026-11-08 07:00",
        "bad time": None,
        "spelled 2": "2026-07-03 18:00",
        "spelled 3": "2026-07-03 18:00",
        "twice": None,
    }


def test_how_a_stay_ended():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | REL_DT   | RELEASE_REASON
        1          |          |
        2          | 20261108 | BOND
        3          | 20261108 | PR
        4          | 20261108 | TIME SERVED
        5          | 20261108 | TRANSFER
        6          | 20261108 | Other Agency
        7          | 20261108 | DEATH
        8          | 20261108 | COURT ORDER
        """,
        **NAMES,
        BOOK_DT="20261106",
    )
    community, elsewhere = "community", "elsewhere"
    assert list(by_key(found.encounters, "release_code").values()) == [
        *(None, community, community, community, elsewhere, elsewhere, "death", community)
    ]


def test_a_mistaken_booking_and_one_released_in_error_never_happened():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | STATUS   | RELEASE_REASON
        1          | MISTAKEN |
        2          | RELEASED | ERROR
        3          | RELEASED | WRONG PERSON
        4          | RELEASED | BOND
        5          | mistaken | BOND
        """,
        **NAMES,
        BOOK_DT="20261106",
    )
    assert list(found.person_records["record_key"]) == ["4"]
    assert list(found.encounters["record_key"]) == ["4"]
    assert len(found.accepted_rows) == 5


def test_a_death_in_jail_is_a_death_on_the_day_of_release():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | REL_DT   | RELEASE_REASON
        1          | 20261108 | DEATH
        2          |          | DEATH
        3          | 20261108 | BOND
        """,
        **NAMES,
        BOOK_DT="20261106",
    )
    assert by_key(found.person_records, "is_dead", "death_date") == {
        "1": (True, "2026-11-08"),
        "2": (True, None),
        "3": (False, None),
    }


def test_screen_and_suicide_watch():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | BJMHS_RESULT | SUICIDE_WATCH
        1          | REFER        | Y
        2          | NO           | N
        3          | REFUSED      |
        4          |              | N
        """,
        **NAMES,
        BOOK_DT="20261106",
    )
    screens = by_key(found.encounters, "screen_code", "is_suicide_watch")
    assert screens == {"1": ("positive", True), "2": ("negative", False), "3": ("refused", False), "4": (None, False)}


def test_padded_names_suffixes_and_numbers_that_cannot_be_real():
    found = table_said(
        BOOKINGS,
        """
        BOOKING_NO | LAST_NAME | FIRST_NAME | SUFFIX | SSN         | DOB
        1          | SMITH     | JOHN       | lll    | 078-05-1121 | 19900131
        2          | SMITH SR  | JOHN       |        | 999-12-3456 | 19000101
        3          | SMITH     | JOHN       | MD     | 123-45-6789 | 20261107
        """,
        BOOK_DT="20261106",
    )
    columns = ("last_name", "suffix", "ssn", "birth_date")
    assert list(by_key(found.person_records, *columns).values()) == [
        ("SMITH", "III", "078051121", "1990-01-31"),
        ("SMITH", "SR", None, None),
        ("SMITH", None, None, None),
    ]


def test_a_row_whose_booking_day_cannot_be_read_is_no_encounter():
    assert said(BOOKINGS, NAMES | {"BOOKING_NO": "1", "BOOK_DT": "20261306"}).encounters.empty
