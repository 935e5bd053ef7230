import traceback
from datetime import UTC, datetime

import pytest

from pipeline.contract.codes import AgencyStatus, Exclusion
from pipeline.contract.outreach_list import AgencyState
from pipeline.publish import view
from tests.publish.example_lists import entry, example_list


@pytest.mark.parametrize(
    ("rank", "previous", "is_new", "words"),
    [
        (4, None, True, "new"),
        (4, 7, False, "up 3"),
        (4, 2, False, "down 2"),
        (4, 4, False, "carried over"),
        (4, None, False, "carried over"),
    ],
)
def test_movement(rank, previous, is_new, words):
    assert view.movement(entry(rank, previous_rank=previous, is_new=is_new)) == words


@pytest.mark.parametrize(
    ("status", "until", "words"),
    [
        ("complete", "2026-11-16", "complete to 16 Nov 2026"),
        ("late", "2026-11-09", "late, last data 9 Nov 2026"),
        ("late", None, "late, last data not known"),
        ("stopped", "2026-11-08", "stopped, newest delivery refused, last data 8 Nov 2026"),
        ("missing", None, "nothing received yet"),
    ],
)
def test_how_far_an_agency_is_complete(status, until, words):
    assert view.agency_text(AgencyState(agency="a", title="A", complete_to=until, status=status)) == words


def test_every_status_and_every_exclusion_has_words_of_its_own():
    states = [AgencyState(agency="a", title="A", complete_to="2026-11-08", status=status) for status in AgencyStatus]
    assert len({view.agency_text(state) for state in states}) == len(AgencyStatus)
    assert len({view.exclusion_text(code) for code in Exclusion}) == len(Exclusion)
    with pytest.raises(ValueError, match="asleep"):
        view.agency_text(AgencyState(agency="a", title="A", complete_to=None, status="asleep"))


def test_the_warning_counts_the_agencies_that_are_behind():
    sources = example_list().sources
    assert view.banner_warning(sources) == "3 of 4 agencies are behind: recent events may be missing."
    assert view.banner_warning(sources[1:2]) == "Every agency's data is complete."


def test_shown_reasons_add_up_to_the_points_even_when_some_are_folded():
    for made in example_list().entries:
        assert sum(int(line.split("  ")[0]) for line in view.top_reasons(made)) == made.points
        assert len(view.top_reasons(made)) <= 4
    assert view.sum_text(entry(1)) == "9 + 6 + 5 + 2 + 1 = 23 points"


def test_a_birth_date_that_cannot_be_read_is_named_by_the_person_s_id_alone():
    made = entry(1, birth_date="1 Feb 1903")  # on a line of its own: a traceback quotes the line that called
    with pytest.raises(view.BirthDateUnreadable, match=r"\[P-000001\]") as raised:
        view.birth_text(made)
    assert "1903" not in "".join(traceback.format_exception(raised.value))


def test_days_and_moments_do_not_depend_on_this_machine():
    assert view.day_text("2026-03-01") == "1 Mar 2026"
    assert view.moment_text(datetime(2026, 11, 17, 3, 5, tzinfo=UTC), "America/Denver") == "16 Nov 2026, 20:05 MST"


def test_exclusions_come_in_the_order_in_which_they_are_asked():
    counts = {"zzz": 1, "minor": 1, "in_custody": 1, "deceased": 1, "aaa": 1}
    assert [code for code, _ in view.in_asked_order(counts)] == ["deceased", "in_custody", "minor", "aaa", "zzz"]


def test_what_cannot_be_shown_is_taken_out_and_nothing_else():
    assert view.showable("a\x00b\x1b\ud800c\u202ed\r\ne\tž😀") == "abcd\ne\tž😀"
    assert view.one_line("  a\n\tb\x07 ") == "a b"
