"""What do the co-responder teams' responses say?"""

from tests.standardize.rows import by_key, moment, said, table_said

RESPONSES = "co_responder_team.responses"
NAMES = {"first_name": "Ann", "last_name": "Lee"}


def test_a_response_tells_crisis_follow_up_and_outcome():
    found = table_said(
        RESPONSES,
        """
        response_id | mental_health_factor | substance_factor | follow_up_requested | outcome
        1           | Y                    | N                | Y                   | crisis_center
        2           | N                    | Y                | N                   | jail
        3           |                      |                  |                     | refused
        4           | y                    |                  | y                   | Resolved_On_Scene
        """,
        **NAMES,
        occurred_at="2026-11-06T21:15:00-07:00",
    )
    assert by_key(found.encounters, "is_crisis", "is_follow_up_requested", "outcome_code") == {
        "1": (True, True, "crisis_center"),
        "2": (False, False, "jail"),
        "3": (False, False, "refused"),
        "4": (True, True, "resolved_on_scene"),
    }


def test_the_offset_a_moment_names_counts_and_without_one_the_agencys_zone_does():
    found = table_said(
        RESPONSES,
        """
        response_id | occurred_at
        1           | 2026-11-06T21:15:00-07:00
        2           | 2026-11-07T04:15:00Z
        3           | 2026-11-06T21:15
        """,
        **NAMES,
    )
    assert set(moment(found.encounters).values()) == {"2026-11-07 04:15"}


def test_where_the_team_met_somebody_is_taken_apart_and_the_safety_note_goes_nowhere():
    note = "CANARY keeps a dog in the yard"
    location = "12 North Main Street Apt. 4, Riverton, CO 80901"
    row = NAMES | {"response_id": "1", "occurred_at": "2026-11-06T21:15Z", "location": location, "safety_note": note}
    found = said(RESPONSES, row)
    columns = ("street_address", "city", "state", "postcode")
    assert by_key(found.person_records, *columns) == {"1": ("12 N MAIN ST APT 4", "RIVERTON", "CO", "80901")}
    for table in vars(found).values():
        assert "CANARY" not in table.to_csv()
