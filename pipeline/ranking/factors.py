"""What counts, and how much? One row per factor; adding a row is all it takes to add a factor.

Points are whole numbers and add up exactly to a person's points. A factor's `cap` keeps any one kind of event from
drowning the others: the list is for people whom several systems keep meeting, not for the single longest record.
Race, ethnicity and which agency reports are read by no factor, and neither is having been on the list before.
"""

from dataclasses import dataclass

from pipeline.contract.codes import Condition, EncounterKind, Urgency
from pipeline.ranking import measures
from pipeline.ranking.measures import RELEASED, Measure, Where

MONTH, QUARTER, YEAR = 30, 90, 365
"""Days of the windows in use."""
JUST_RELEASED = 14
"""Days after a release in which people are likeliest to be lost: the programmes aim at outreach within two weeks."""
EVER = 36_500
"""Days: as good as always, for lasting conditions."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """What is one thing counted, and what is it worth?

    Attributes:
        name: what it counts and over which window, spelled out.
        measure: how it is counted.
        window_days: whole days up to and including the list's day.
        points: for each unit counted.
        cap: most points it can give.
        per: units that make one award (ten jail days, one call).
        one, many: the noun phrase in the sentence, for one and for several.
        why: why it is there.
    """

    name: str
    measure: Measure
    window_days: int
    points: int
    cap: int
    one: str
    many: str
    why: str
    per: int = 1

    def worth(self, amount: int) -> int:
        """How many points is this amount worth?

        >>> Factor(name="x", measure=None, window_days=30, points=3, cap=8, one="", many="", why="", per=2).worth(5)
        6
        """
        return min(self.cap, amount // self.per * self.points)


FACTORS: tuple[Factor, ...] = (
    Factor(
        name="crisis_calls_past_30_days",
        measure=measures.count(Where(kind=EncounterKind.CALL_FOR_SERVICE, is_crisis=True)),
        window_days=MONTH,
        points=8,
        cap=40,
        one="behavioral-health crisis call",
        many="behavioral-health crisis calls",
        why="A crisis now is the best sign of the next one, and the reason the teams exist.",
    ),
    Factor(
        name="crisis_calls_past_365_days",
        measure=measures.count(Where(kind=EncounterKind.CALL_FOR_SERVICE, is_crisis=True)),
        window_days=YEAR,
        points=2,
        cap=24,
        one="behavioral-health crisis call",
        many="behavioral-health crisis calls",
        why="Crises that return over a year show that no treatment holds.",
    ),
    Factor(
        name="calls_past_90_days",
        measure=measures.count(Where(kind=EncounterKind.CALL_FOR_SERVICE)),
        window_days=QUARTER,
        points=1,
        cap=10,
        one="call for service",
        many="calls for service",
        why="Calls of any nature show how often the police meet the person.",
    ),
    Factor(
        name="bookings_past_365_days",
        measure=measures.count(Where(kind=EncounterKind.BOOKING)),
        window_days=YEAR,
        points=4,
        cap=24,
        one="booking into jail",
        many="bookings into jail",
        why="Fewer bookings is the first thing the programmes are measured by.",
    ),
    Factor(
        name="jail_days_past_365_days",
        measure=measures.jail_days,
        window_days=YEAR,
        points=1,
        cap=10,
        per=10,
        one="day in jail",
        many="days in jail",
        why="Time in jail interrupts treatment, medication and housing; one point for every ten days.",
    ),
    Factor(
        name="releases_past_14_days",
        measure=measures.count(RELEASED, moment="ended_at"),
        window_days=JUST_RELEASED,
        points=12,
        cap=12,
        one="release from jail",
        many="releases from jail",
        why="The two weeks after a release are when people are lost, and when they can be met.",
    ),
    Factor(
        name="follow_ups_requested_past_90_days",
        measure=measures.count(Where(kind=EncounterKind.CO_RESPONSE, is_follow_up_requested=True)),
        window_days=QUARTER,
        points=10,
        cap=20,
        one="co-responder response with a follow-up asked for",
        many="co-responder responses with a follow-up asked for",
        why="A clinician who met the person asks for it.",
    ),
    Factor(
        name="emergency_or_crisis_visits_past_90_days",
        measure=measures.emergency_or_crisis_visits,
        window_days=QUARTER,
        points=5,
        cap=20,
        one="visit to an emergency department or crisis center",
        many="visits to an emergency department or crisis center",
        why="Emergency rooms are where unmet need arrives when nothing else holds.",
    ),
    Factor(
        name="positive_screens_without_visit_past_365_days",
        measure=measures.positive_screens_without_visit,
        window_days=YEAR,
        points=10,
        cap=10,
        one="positive mental health screen in jail with no visit to a provider since",
        many="positive mental health screens in jail with no visit to a provider since",
        why="The jail saw the need and the connection to treatment never came about.",
    ),
    Factor(
        name="suicide_watches_past_365_days",
        measure=measures.count(Where(kind=EncounterKind.BOOKING, is_suicide_watch=True)),
        window_days=YEAR,
        points=6,
        cap=12,
        one="stay in jail on suicide watch",
        many="stays in jail on suicide watch",
        why="Danger to life weighs more than frequency.",
    ),
    Factor(
        name="serious_mental_illness_known",
        measure=measures.known(Condition.SERIOUS_MENTAL_ILLNESS),
        window_days=EVER,
        points=8,
        cap=8,
        one="serious mental illness known to a provider",
        many="serious mental illness known to a provider",
        why="Treatment exists for it, and connection to treatment is what the programmes are for.",
    ),
    Factor(
        name="urgent_referrals_past_90_days",
        measure=measures.count(Where(kind=EncounterKind.REFERRAL, urgency_code=Urgency.URGENT)),
        window_days=QUARTER,
        points=15,
        cap=15,
        one="urgent referral by a community partner",
        many="urgent referrals by community partners",
        why="Somebody who knows the person says it cannot wait.",
    ),
    Factor(
        name="soon_referrals_past_90_days",
        measure=measures.count(Where(kind=EncounterKind.REFERRAL, urgency_code=Urgency.SOON)),
        window_days=QUARTER,
        points=8,
        cap=8,
        one="referral by a community partner to be seen soon",
        many="referrals by community partners to be seen soon",
        why="Somebody who knows the person asks for outreach before long.",
    ),
    Factor(
        name="routine_referrals_past_90_days",
        measure=measures.count(Where(kind=EncounterKind.REFERRAL, urgency_code=Urgency.ROUTINE)),
        window_days=QUARTER,
        points=4,
        cap=4,
        one="routine referral by a community partner",
        many="routine referrals by community partners",
        why="Somebody who knows the person asks for outreach.",
    ),
)
