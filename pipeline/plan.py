"""For which day is a list made, with what knowledge, within which bounds? What resolve, rank and publish agree on."""

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.ranking.rank import Calendar
from pipeline.settings import Settings


@dataclass(frozen=True)
class ListPlan:
    """For which day is a list made, and what is allowed to be known?

    Two times are kept apart: what had happened by the end of `as_of`, and what had been received by `known_at`.

    Attributes:
        calendar: the list's day and its zone.
        settings: in force.
        known_at: files taken in and decisions made after this moment are not known; None knows everything.
    """

    calendar: Calendar
    settings: Settings
    known_at: datetime | None = None

    @property
    def as_of(self) -> date:
        """The list's day."""
        return self.calendar.as_of

    def bounds(self, taken_in_number: int | None) -> dict[str, object]:
        """The parameters of every query on what may be used; the number is of the last file known, None knows all."""
        return {"as_of": self.as_of, "until": self.calendar.until(), "taken_in_number": taken_in_number}

    def settings_that_decide(self) -> dict[str, object]:
        """Which settings decide what is on the list? Kept with the run, so that it can be replayed."""
        chosen = self.settings
        return {
            "zone": self.calendar.zone,
            "list_size": chosen.list_size,
            "teams": dict(chosen.teams),
            "match_threshold": chosen.match_threshold,
        }
