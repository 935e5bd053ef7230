"""Whose team follows up, and for how many people is there room this week?"""

from collections.abc import Mapping

import pandas as pd

COUNTY = "County"
"""The team for people whom no agency with an area of its own has met and who live in none."""


def teams_of(persons: pd.DataFrame, encounters: pd.DataFrame, area_of_agency: Mapping[str, str]) -> pd.Series:
    """Which team follows up on each person? Indexed like `persons`.

    The area of the agency that met the person last decides; without one, the city where the person lives.

    Args:
        persons: indexed by person_id, with `city` (normalized, or None).
        encounters: person_id, agency, occurred_at, encounter_id.
        area_of_agency: agency → area, for agencies that have one.
    """
    local = encounters.assign(area=encounters["agency"].map(dict(area_of_agency))).dropna(subset=["area"])
    last_met = local.sort_values(["occurred_at", "encounter_id"]).groupby("person_id")["area"].last()
    area_of_city = {area.upper(): area for area in area_of_agency.values()}
    lives_in = persons["city"].map(lambda city: area_of_city.get(str(city).upper()))
    return last_met.reindex(persons.index).fillna(lives_in).fillna(COUNTY)


def draw_line(teams: pd.Series, list_size: int, team_sizes: Mapping[str, int]) -> list[str]:
    """Who gets an entry? Person ids in the order given, until the list or the person's team is full.

    Args:
        teams: team by person_id, best first.
        list_size: entries in all.
        team_sizes: most entries of the teams that have a size of their own.

    >>> draw_line(pd.Series({"P-1": "A", "P-2": "A", "P-3": "B"}), 2, {"A": 1})
    ['P-1', 'P-3']
    """
    chosen: list[str] = []
    room = dict(team_sizes)
    for person_id, team in teams.items():
        if len(chosen) == list_size:
            break
        if room.get(team, list_size) > 0:
            chosen.append(str(person_id))
            room[team] = room.get(team, list_size) - 1
    return chosen
