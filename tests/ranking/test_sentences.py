"""What is a clinician told, word for word?"""

import pytest

from pipeline.ranking.rank import last_met, reasons_of
from tests.ranking.county import (
    CALENDAR,
    booking,
    call,
    crisis,
    encounters,
    points,
    referral,
    released,
    response,
    visit,
)

TITLES = {
    "riverton_police": "Riverton Police Department",
    "larkspur_police": "Larkspur Police Department",
    "riverton_county_jail": "Riverton County Jail",
    "riverbend_behavioral_health": "Riverbend Behavioral Health",
}
SMI = "serious_mental_illness"


def reasons(*events, known=()):
    return reasons_of(points(*events, known=known), TITLES, CALENDAR)["P-1"]


def told(factor, *events, known=()):
    return next(reason.sentence for reason in reasons(*events, known=known) if reason.factor == factor)


SENTENCES = [
    (
        told("crisis_calls_past_30_days", crisis("2026-11-06 23:30")),
        "1 behavioral-health crisis call in the past 30 days, on 6 Nov 2026 (Riverton Police Department).",
    ),
    (
        told("crisis_calls_past_30_days", crisis("2026-11-06 23:30"), crisis("2026-10-18"), call("2026-11-12")),
        "2 behavioral-health crisis calls in the past 30 days, the latest on 6 Nov 2026 (Riverton Police Department).",
    ),
    (
        told("calls_past_90_days", call("2026-11-01 01:30"), call("2026-10-31", agency="larkspur_police")),
        "2 calls for service in the past 90 days, the latest on 1 Nov 2026"
        " (Larkspur Police Department and Riverton Police Department).",
    ),
    (
        told("bookings_past_365_days", booking("2026-02-03 10:00")),
        "1 booking into jail in the past 365 days, on 3 Feb 2026 (Riverton County Jail).",
    ),
    (
        told("jail_days_past_365_days", booking("2026-05-01", "2026-05-11")),
        "10 days in jail in the past 365 days, up to 10 May 2026 (Riverton County Jail).",
    ),
    (
        told("jail_days_past_365_days", booking("2026-11-01")),
        "16 days in jail in the past 365 days, up to 16 Nov 2026 (Riverton County Jail).",
    ),
    (
        told("releases_past_14_days", released("2026-09-01", "2026-11-12 09:00")),
        "1 release from jail in the past 14 days, on 12 Nov 2026 (Riverton County Jail).",
    ),
    (
        told("follow_ups_requested_past_90_days", response("2026-11-12 09:00", is_follow_up_requested=True)),
        "1 co-responder response with a follow-up asked for in the past 90 days, on 12 Nov 2026 (co_responder_team).",
    ),
    (
        told("positive_screens_without_visit_past_365_days", booking("2026-01-09", screen_code="positive")),
        "1 positive mental health screen in jail with no visit to a provider since in the past 365 days,"
        " on 9 Jan 2026 (Riverton County Jail).",
    ),
    (
        told("urgent_referrals_past_90_days", referral("2026-11-02", "urgent"), referral("2026-11-03", "urgent")),
        "2 urgent referrals by community partners in the past 90 days, the latest on 3 Nov 2026 (community_partners).",
    ),
    (
        told("serious_mental_illness_known", known=[(SMI, "2019-05-04 12:00"), (SMI, "2011-01-01")]),
        "Serious mental illness known to a provider, recorded 4 May 2019 (Riverbend Behavioral Health).",
    ),
    (
        told("serious_mental_illness_known", known=[(SMI, None)]),
        "Serious mental illness known to a provider, no date given (Riverbend Behavioral Health).",
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES)
def test_a_reason_is_told_with_count_window_date_and_where_it_is_known_from(sentence, expected):
    assert sentence == expected


def test_reasons_come_with_most_points_first_and_the_moment_of_the_latest():
    found = reasons(crisis("2026-11-06 23:30"), referral("2026-11-02", "urgent"), known=[(SMI, "2019-05-04")])
    assert [(reason.factor, reason.points) for reason in found] == [
        ("urgent_referrals_past_90_days", 15),
        ("crisis_calls_past_30_days", 8),
        ("serious_mental_illness_known", 8),
        ("crisis_calls_past_365_days", 2),
        ("calls_past_90_days", 1),
    ]
    assert found[1].latest_at == "2026-11-07T06:30:00+00:00"


def test_the_last_encounter_of_any_kind_is_told():
    table = encounters(
        call("2026-11-06 23:30"),
        visit("2026-11-07 00:30"),
        booking("2026-11-01", person="P-2"),
        referral("2026-11-01", person="P-2"),
    )
    assert last_met(table, TITLES, CALENDAR) == {
        "P-1": "Visit to a provider on 7 Nov 2026 (Riverbend Behavioral Health).",
        "P-2": "Referral by a partner on 1 Nov 2026 (community_partners).",
    }
