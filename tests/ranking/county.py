"""What happened to the few made-up people of these tests? Local times of the county, one line per encounter."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.contract.codes import EncounterKind
from pipeline.ranking.exclusions import People
from pipeline.ranking.measures import Facts
from pipeline.ranking.rank import Calendar, points_by_factor

ZONE = "America/Denver"
AS_OF = date(2026, 11, 16)
CALENDAR = Calendar(AS_OF, ZONE)
ONE_MINUTE = timedelta(minutes=1)
COLUMNS = (
    *("person_id", "encounter_id", "agency", "kind", "occurred_at", "ended_at", "last_seen_at", "last_told_at"),
    *("is_crisis", "is_follow_up_requested", "is_suicide_watch"),
    *("setting_code", "release_code", "screen_code", "outcome_code", "urgency_code"),
)
FLAGS = {"is_crisis": False, "is_follow_up_requested": False, "is_suicide_watch": False}


def local(text):
    """Which moment is this local time, such as `2026-11-06 21:15`? A day alone is its first minute."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def event(kind, at, until=None, person="P-1", agency="riverton_police", **told):
    """One encounter; `at` and `until` are local time as text, or moments."""
    begin, end = (local(t) if isinstance(t, str) else t for t in (at, until))
    return FLAGS | {"kind": kind, "occurred_at": begin, "ended_at": end, "person_id": person, "agency": agency} | told


def call(at, **told):
    return event(EncounterKind.CALL_FOR_SERVICE, at, **told)


def crisis(at, **told):
    return call(at, is_crisis=True, **told)


def booking(at, until=None, **told):
    return event(EncounterKind.BOOKING, at, until, **{"agency": "riverton_county_jail"} | told)


def released(at, until, **told):
    return booking(at, until, release_code="community", **told)


def visit(at, **told):
    return event(EncounterKind.VISIT, at, **{"agency": "riverbend_behavioral_health"} | told)


def response(at, **told):
    return event(EncounterKind.CO_RESPONSE, at, **{"agency": "co_responder_team"} | told)


def referral(at, urgency="routine", **told):
    return event(EncounterKind.REFERRAL, at, urgency_code=urgency, **{"agency": "community_partners"} | told)


def encounters(*events):
    """The table of these encounters; ids follow the order given."""
    frame = pd.DataFrame([{"encounter_id": f"e{n:03}"} | one for n, one in enumerate(events)], columns=list(COLUMNS))
    for name in ("occurred_at", "ended_at", "last_seen_at", "last_told_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    frame["last_told_at"] = frame["last_told_at"].fillna(frame["occurred_at"])
    return frame.astype(dict.fromkeys(FLAGS, bool))


def conditions(*known):
    """The table of lasting conditions: (condition, local time recorded or None) or with a person as third."""
    rows = [(person[0] if person else "P-1", code, at and local(at)) for code, at, *person in known]
    frame = pd.DataFrame(rows, columns=["person_id", "condition_code", "recorded_at"])
    frame["recorded_at"] = pd.to_datetime(frame["recorded_at"], utc=True)
    return frame.assign(agency="riverbend_behavioral_health")


def facts(*events, known=(), calendar=CALENDAR):
    return Facts(encounters(*events), conditions(*known), calendar.until())


def points(*events, known=(), calendar=CALENDAR):
    """What does each person get for each factor? The table of `points_by_factor`."""
    return points_by_factor(facts(*events, known=known, calendar=calendar), calendar)


def amounts(*events, **how):
    """How much of each factor is counted for P-1?"""
    table = points(*events, **how)
    mine = table[table["person_id"] == "P-1"]
    return dict(zip(mine["factor"], mine["amount"].map(int), strict=True))


def worth(*events, **how):
    """How many points does P-1 get for each factor?"""
    table = points(*events, **how)
    mine = table[table["person_id"] == "P-1"]
    return dict(zip(mine["factor"], mine["points"].map(int), strict=True))


def people(*events, born="1990-01-31", dead=(), as_of=AS_OF):
    """What decides whether P-1 may be shown? `dead` holds a death date per record that reports a death."""
    born_by_person = born if isinstance(born, dict) else {"P-1": born}
    records = [("P-1", False, None), *(("P-1", True, day) for day in dead)]
    return People(
        persons=pd.DataFrame({"birth_date": born_by_person}, dtype=object).rename_axis("person_id"),
        records=pd.DataFrame(records, columns=["person_id", "is_dead", "death_date"]),
        encounters=encounters(*events),
        as_of=as_of,
        until=Calendar(as_of, ZONE).until(),
    )
