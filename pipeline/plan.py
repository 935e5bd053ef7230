"""For which day is a list made, and within which bounds? What resolve, rank and publish agree on."""

from dataclasses import dataclass
from datetime import date

from pipeline.ranking import rank
from pipeline.settings import Settings


@dataclass(frozen=True)
class ListPlan:
    """For which day is a list made, and within which bounds?"""

    calendar: rank.Calendar
    settings: Settings

    @property
    def as_of(self) -> date:
        """The list's day."""
        return self.calendar.as_of

    def bounds(self) -> dict[str, object]:
        """The parameters of every query on what may be used for the list."""
        return {"as_of": self.as_of, "until": self.calendar.until()}
