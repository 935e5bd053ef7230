"""Who is not to be shown, and is the first reason that holds the one given?"""

from datetime import date

import pytest

from pipeline.contract.codes import Exclusion
from pipeline.ranking.exclusions import RULES, excluded
from tests.ranking.county import AS_OF, booking, call, local, people, released


def why(*events, **known):
    """Why is P-1 not shown? None where nothing stands against it."""
    return excluded(people(*events, **known)).get("P-1")


def test_an_adult_at_home_is_shown():
    assert why(call("2026-11-01")) is None
    assert why() is None


DEATHS = [
    ([None], "deceased"),
    ([date(2026, 11, 16)], "deceased"),
    ([date(2026, 11, 17)], None),
    ([date(2026, 11, 17), date(2026, 1, 1)], "deceased"),
]


@pytest.mark.parametrize(("deaths", "reason"), DEATHS, ids=["day unknown", "today", "tomorrow", "records differ"])
def test_whoever_any_record_says_has_died(deaths, reason):
    assert why(dead=deaths) == reason


STAYS = {
    "no release date": ([booking("2026-11-01")], "in_custody"),
    "a release that lies ahead": ([released("2026-11-01", "2026-11-17")], "in_custody"),
    "released in the day's last minute": ([released("2026-11-01", "2026-11-16 23:59")], None),
    "an older booking left open": ([booking("2026-03-01"), released("2026-05-01", "2026-05-02")], None),
    "an older one closed, the latest open": (
        [released("2026-03-01", "2026-03-02"), booking("2026-05-01")],
        "in_custody",
    ),
    "called upon while the booking is open": ([booking("2026-11-01"), call("2026-11-10")], "in_custody"),
    "open for a year to the minute": ([booking("2025-11-17")], "in_custody"),
    "open for longer, and told of no more": ([booking("2025-11-16 23:59")], None),
    "open for longer, and told of lately": ([booking("2023-01-01", last_told_at=local("2026-11-10"))], "in_custody"),
}


@pytest.mark.parametrize("stay", STAYS)
def test_the_latest_booking_says_who_is_in_custody(stay):
    events, reason = STAYS[stay]
    assert why(*events) == reason


TRANSFERRED = booking("2026-10-01", "2026-10-09 12:00", release_code="elsewhere")
TRANSFERS = {
    "never met again": ([TRANSFERRED], "transferred_elsewhere"),
    "met before": ([call("2026-09-30"), TRANSFERRED], "transferred_elsewhere"),
    "met in the same minute": ([TRANSFERRED, call("2026-10-09 12:00")], "transferred_elsewhere"),
    "met a minute later": ([TRANSFERRED, call("2026-10-09 12:01")], None),
    "booked and released again": ([TRANSFERRED, released("2026-10-20", "2026-10-21")], None),
    "an older transfer, released since": (
        [booking("2026-01-01", "2026-01-02", release_code="elsewhere"), released("2026-02-01", "2026-02-02")],
        None,
    ),
    "somebody else was met": ([TRANSFERRED, call("2026-10-20", person="P-2")], "transferred_elsewhere"),
}


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_a_transfer_is_not_a_release_until_the_person_is_met_again(transfer):
    events, reason = TRANSFERS[transfer]
    assert why(*events) == reason


BIRTHS = [
    ("2008-11-16", AS_OF, None),
    ("2008-11-17", AS_OF, "minor"),
    ("2009", AS_OF, "minor"),
    ("2008", AS_OF, "minor"),
    ("2007", AS_OF, None),
    ("2008-11", AS_OF, "minor"),
    ("2008-10", AS_OF, None),
    ("2008-02-29", date(2026, 2, 28), "minor"),
    ("2008-02-29", date(2026, 3, 1), None),
    ("2010-02-28", date(2028, 2, 29), None),
    ("2010-03-01", date(2028, 2, 29), "minor"),
    (None, AS_OF, "age_unknown"),
]


@pytest.mark.parametrize(("born", "as_of", "reason"), BIRTHS)
def test_whoever_is_or_could_be_younger_than_18(born, as_of, reason):
    assert why(born=born, as_of=as_of) == reason


def test_the_first_reason_that_holds_is_the_one_given():
    assert [exclusion for exclusion, _ in RULES] == [e for e in Exclusion if e is not Exclusion.NO_CONSENT_BASIS]
    open_stay, transfer = booking("2026-11-01"), TRANSFERRED
    assert why(open_stay, born="2015-01-01", dead=[None]) == "deceased"
    assert why(open_stay, born="2015-01-01") == "in_custody"
    assert why(booking("2026-11-01", release_code="elsewhere")) == "in_custody"
    assert why(transfer, born="2015-01-01") == "transferred_elsewhere"
    assert why(transfer, born=None) == "transferred_elsewhere"


def test_each_person_is_excluded_once_and_in_order():
    ages = {"P-3": None, "P-2": "2015-01-01", "P-1": "1990-01-31", "P-4": "1980"}
    known = people(booking("2026-11-01", person="P-4"), booking("2026-11-01", person="P-2"), born=ages)
    assert excluded(known).to_dict() == {"P-2": "in_custody", "P-3": "age_unknown", "P-4": "in_custody"}
