"""What can happen to a made-up person? The facts a delivery later reports, free of any agency's layout.

All moments are in UTC. Codes are those of `pipeline.contract.codes`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.contract.codes import Condition, EncounterKind


@dataclass(slots=True)
class Fact:
    """What happened between a person and some agency?

    Attributes:
        kind: what happened.
        person: index of the person it is about.
        at: when it began.
        ended_at: when it ended; may lie after the county's last day, where nobody knows of it yet.
        area: where it happened; decides which agency reports it.
        event: facts with one number happened in one event (two people on one call).
        is_crisis, wants_follow_up, on_suicide_watch: what the flags of an encounter say.
        setting, release, screen, outcome, urgency: one of our codes, or None where it says nothing.
        is_kept: False for an appointment that was missed or cancelled.
        is_void: True for a test, a mistake, a duplicate: it never happened.
        is_part2: told by a substance use programme, under 42 CFR Part 2.
        is_consented, consent_ends: whether the person agreed to be referred, and until when (None: no end named).
    """

    kind: EncounterKind
    person: int
    at: datetime
    area: str
    ended_at: datetime | None = None
    event: int = 0
    is_crisis: bool = False
    wants_follow_up: bool = False
    on_suicide_watch: bool = False
    setting: str | None = None
    release: str | None = None
    screen: str | None = None
    outcome: str | None = None
    urgency: str | None = None
    is_kept: bool = True
    is_void: bool = False
    is_part2: bool = False
    is_consented: bool = True
    consent_ends: date | None = None


@dataclass(slots=True)
class LastingFact:
    """Which diagnosis does a provider know of? `condition` is None for one that is neither of our conditions."""

    person: int
    condition: Condition | None
    at: datetime
    ended_at: datetime | None = None
    is_part2: bool = False


@dataclass(slots=True)
class ConsentFact:
    """What did a person agree to? `starts` and `ends` are days, both included."""

    person: int
    at: datetime
    is_granted: bool
    starts: date
    ends: date


@dataclass
class History:
    """What happened in the county? Each list in order of time."""

    facts: list[Fact]
    lasting: list[LastingFact]
    consents: list[ConsentFact]
