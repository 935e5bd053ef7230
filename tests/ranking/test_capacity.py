"""Whose team follows up, and is no team and no list ever over-full?"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ranking.capacity import COUNTY, draw_line, teams_of
from tests.ranking.county import booking, call, encounters

AREAS = {"riverton_police": "Riverton", "larkspur_police": "Larkspur"}


def team(*events, city=None):
    persons = pd.DataFrame({"city": [city]}, index=pd.Index(["P-1"], name="person_id"), dtype=object)
    return teams_of(persons, encounters(*events), AREAS)["P-1"]


def test_the_area_of_the_agency_that_met_the_person_last_decides():
    assert team(call("2026-11-01"), call("2026-11-02", agency="larkspur_police")) == "Larkspur"
    assert team(call("2026-11-03"), call("2026-11-02", agency="larkspur_police")) == "Riverton"
    assert team(call("2026-11-03"), booking("2026-11-09"), city="LARKSPUR") == "Riverton"


@pytest.mark.parametrize(
    ("city", "expected"), [("LARKSPUR", "Larkspur"), ("Riverton", "Riverton"), ("DENVER", COUNTY), (None, COUNTY)]
)
def test_else_the_city_decides_and_else_the_county(city, expected):
    assert team(booking("2026-11-09"), city=city) == expected
    assert team(city=city) == expected


TEAMS = st.lists(st.sampled_from(["Riverton", "Larkspur", "County"]), max_size=30)
SIZES = st.dictionaries(st.sampled_from(["Riverton", "Larkspur", "County", "Other"]), st.integers(0, 8))


@given(teams=TEAMS, list_size=st.integers(1, 25), sizes=SIZES)
def test_no_team_and_no_list_is_ever_over_full_and_nobody_is_passed_over(teams, list_size, sizes):
    by_person = pd.Series(teams, index=[f"P-{n}" for n in range(len(teams))], dtype=object)
    chosen = draw_line(by_person, list_size, sizes)
    counts = by_person[chosen].value_counts()
    assert len(chosen) == len(set(chosen)) <= list_size
    assert all(count <= sizes.get(team, list_size) for team, count in counts.items())
    assert chosen == [person for person in by_person.index if person in chosen]
    for position, person in enumerate(by_person.index):
        if person not in chosen:
            before = [other for other in by_person.index[:position] if other in chosen]
            in_team = sum(by_person[other] == by_person[person] for other in before)
            assert len(before) == list_size or in_team == sizes.get(by_person[person], list_size)
