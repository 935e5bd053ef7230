"""What do the community partners' referrals say, and which may be used?"""

from tests.standardize.rows import by_key, moment, table_said

REFERRALS = "community_partners.referrals"
NAMES = {"first_name": "Ann", "last_name": "Lee"}


def test_without_consent_a_row_is_held_and_its_end_is_kept():
    found = table_said(
        REFERRALS,
        """
        referral_id | consent | consent_expires
        1           | Y       |
        2           | N       | 2027-01-31
        3           |         |
        4           | y       | 2027-01-31
        """,
        **NAMES,
        referred_at="2026-11-02T10:00",
    )
    held = {"1": False, "2": True, "3": True, "4": False}
    assert by_key(found.person_records, "is_held") == held
    assert by_key(found.encounters, "is_held") == held
    assert by_key(found.accepted_rows, "is_held") == held
    until = {"1": None, "2": "2027-01-31", "3": None, "4": "2027-01-31"}
    assert by_key(found.person_records, "consent_until") == until
    assert by_key(found.encounters, "consent_until") == until
    assert found.consents.empty


def test_urgency_is_routine_where_the_word_is_another_and_missing_where_there_is_none():
    found = table_said(
        REFERRALS,
        """
        referral_id | urgency
        1           | urgent
        2           | SOON
        3           | routine
        4           | whenever
        5           |
        """,
        **NAMES,
        referred_at="2026-07-02T10:00",
        consent="Y",
    )
    assert list(by_key(found.encounters, "urgency_code").values()) == ["urgent", "soon", "routine", "routine", None]
    assert set(moment(found.encounters).values()) == {"2026-07-02 16:00"}


def test_an_address_in_one_line_is_taken_apart_unless_it_says_no_fixed_place():
    found = table_said(
        REFERRALS,
        """
        referral_id | address
        1           | 12 Main St, Riverton, CO 80901
        2           | HOMELESS
        3           | General Delivery, Riverton CO
        4           |
        """,
        **NAMES,
        referred_at="2026-11-02T10:00",
        consent="Y",
    )
    columns = ("street_address", "city", "state", "postcode")
    nowhere = (None, None, None, None)
    assert list(by_key(found.person_records, *columns).values()) == [
        ("12 MAIN ST", "RIVERTON", "CO", "80901"),
        nowhere,
        nowhere,
        nowhere,
    ]
