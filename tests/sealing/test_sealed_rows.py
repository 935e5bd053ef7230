"""Are a sealed record's rows found in any file, and is nothing else touched?"""

import json
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import readers
from pipeline.readers import blanked
from pipeline.sealed_rows import RecordId, mark_of, record_ids_of, sealed_lines
from tests.readers.samples import ENCOUNTER, PATIENT, ndjson, referrals, row
from tests.standardize.rows import FEEDS

PARTNERS, REFERRALS = FEEDS["community_partners.referrals"]
PROVIDER, PATIENTS = FEEDS["riverbend_behavioral_health.patients"]
_, VISITS = FEEDS["riverbend_behavioral_health.encounters"]
LONG_NOTE = row(2).replace("Worried.", '"Worried, and\r\nsays so\r\nat length."')


def referral(number):
    return f"community_partners/referrals/R{number}"


def without(feed_name, content, *record_ids):
    agency, feed = FEEDS[feed_name]
    lines = sealed_lines(agency, feed, (feed,), BytesIO(content), lambda one: one in record_ids)
    return lines, blanked(feed, content, lines)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_row_over_several_lines_goes_whole_and_the_others_keep_their_lines(line_end):
    content = referrals(row(1), LONG_NOTE, row(3), line_end=line_end)
    lines, left = without("community_partners.referrals", content, referral(2))
    assert lines == {3}
    before, after = readers.read(REFERRALS, content).rows, readers.read(REFERRALS, left).rows
    assert after == [before[0], before[2]]
    assert b"at length" not in left
    assert left.count(b"\n") == content.count(b"\n")


def test_the_last_row_goes_to_the_end_of_the_file():
    content = referrals(row(1), LONG_NOTE, last_line_end="")
    _, left = without("community_partners.referrals", content, referral(2))
    assert readers.read(REFERRALS, left).rows == readers.read(REFERRALS, content).rows[:1]
    assert b"says so" not in left


SET_ASIDE = {
    "too wide": row(2) + ",one,more",
    "too narrow": "R2,2026-11-02T10:00,Library",
    "an open quote": row(2).replace("Worried.", '"Worried.'),
}


@pytest.mark.parametrize("spoilt", SET_ASIDE)
def test_a_row_that_was_set_aside_is_found_by_the_place_of_its_key(spoilt):
    content = referrals(row(1), SET_ASIDE[spoilt], row(3))
    assert readers.read(REFERRALS, content).faults
    lines, left = without("community_partners.referrals", content, referral(2))
    assert lines == {3}
    assert b"R2" not in left


@pytest.mark.parametrize(
    "line", [PATIENT, PATIENT | {"nickname": "A"}, PATIENT | {"name": "Ann"}, json.dumps(PATIENT)[:60]], ids=str
)
def test_a_resource_is_found_however_it_is_spoilt(line):
    content = ndjson(line, PATIENT | {"id": "p2"})
    lines, left = without("riverbend_behavioral_health.patients", content, "riverbend_behavioral_health/patients/p1")
    assert lines == {1}
    assert b"p1" not in left


def test_a_row_about_a_sealed_patient_goes_with_the_patient():
    about = record_ids_of(PROVIDER, (VISITS,), ENCOUNTER)
    assert about == {"riverbend_behavioral_health/encounters/e1", "riverbend_behavioral_health/patients/p1"}


def test_a_file_that_cannot_be_read_stays_as_it_came():
    assert without("riverbend_behavioral_health.patients", b"a,b\n1,2\n", "x") == (frozenset(), b"a,b\n1,2\n")
    assert blanked(PATIENTS, b"a,b\n1,2\n", {2}) == b"a,b\n1,2\n"


def test_a_mark_tells_nothing_without_the_key():
    one = mark_of(referral(1), "key")
    assert len(one) == 64
    assert one != mark_of(referral(1), "another key") != mark_of(referral(2), "another key")


def test_a_record_id_may_hold_slashes_in_its_key():
    assert RecordId.parse(" a/b/c/d ") == RecordId("a", "b", "c/d")
    assert RecordId.parse("a/b") is RecordId.parse("a//c") is None


@given(count=st.integers(1, 6), sealed=st.sets(st.integers(1, 6)), note=st.text(max_size=20))
@settings(max_examples=60)
def test_whatever_stands_in_the_rows_the_others_stay_and_the_sealed_ones_are_gone(count, sealed, note):
    quoted = '"' + note.replace('"', '""') + '"'
    lines = [row(number).replace("Worried.", quoted) for number in range(1, count + 1)]
    content = referrals(*lines)
    before = readers.read(REFERRALS, content)
    found, left = without("community_partners.referrals", content, *map(referral, sealed))
    kept = [one for one in before.rows if one[0] not in found]
    assert readers.read(REFERRALS, left).rows == kept
    ids = (
        set().union(*(record_ids_of(PARTNERS, (REFERRALS,), json.loads(payload)) for _, payload in kept))
        if kept
        else set()
    )
    assert ids.isdisjoint(map(referral, sealed))
