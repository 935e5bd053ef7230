"""Does a list that was kept come back as the list that was made?"""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.outreach_list import (
    AgencyState,
    Entry,
    OutreachList,
    Reason,
    Stale,
    figures_from_json,
    figures_to_json,
    from_json,
    to_json,
)
from tests.publish.example_lists import example_figures

TEXT = st.text(max_size=8)
POINTS = st.integers(1, 40)
NAMES = st.lists(TEXT, max_size=2).map(tuple)
REASONS = st.builds(
    Reason, factor=TEXT, points=POINTS, sentence=TEXT, latest_at=TEXT, agencies=NAMES, is_under_consent=st.booleans()
)
ENTRIES = st.builds(
    Entry,
    rank=POINTS,
    person_id=TEXT,
    team=TEXT,
    points=POINTS,
    reasons=st.lists(REASONS, max_size=2).map(tuple),
    is_new=st.booleans(),
    previous_rank=st.none() | POINTS,
    record_keys=st.lists(TEXT, max_size=2).map(tuple),
    display_name=TEXT,
    birth_date=st.none() | TEXT,
    alias_count=POINTS,
    phone=st.none() | TEXT,
    address=st.none() | TEXT,
    last_contact=TEXT,
    held_over=st.none() | TEXT,
    points_as_of=st.none() | TEXT,
)
STATES = st.builds(
    AgencyState, agency=TEXT, title=TEXT, complete_to=st.none() | TEXT, status=TEXT, overdue_days=st.integers(0, 99)
)
LISTS = st.builds(
    OutreachList,
    list_id=TEXT,
    as_of=TEXT,
    zone=TEXT,
    code_version=TEXT,
    model_id=TEXT,
    sources=st.lists(STATES, max_size=2).map(tuple),
    entries=st.lists(ENTRIES, max_size=2).map(tuple),
    excluded_counts=st.dictionaries(TEXT, POINTS, max_size=2),
    below_line_count=POINTS,
    stale=st.none() | st.builds(Stale, since=TEXT, because=TEXT),
)


@given(LISTS)
def test_a_kept_list_comes_back_as_it_was_made(made):
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_kept_figures_come_back_as_they_were():
    figures = example_figures()
    assert figures_from_json(json.loads(json.dumps(figures_to_json(figures)))) == figures
