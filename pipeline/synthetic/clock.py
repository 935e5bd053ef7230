"""When do things happen in the county? Seasons, hours of the day, and the zone in which days begin."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pipeline.synthetic.chance import Chance, Weighted

SEASON = (0.90, 0.88, 0.95, 1.0, 1.05, 1.1, 1.15, 1.12, 1.05, 1.0, 0.92, 0.9)  # January first: summers are busier
HOURS = Weighted(dict(enumerate((6, 5, 4, 3, 2, 2, 3, 5, 6, 8, 9, 9, 10, 10, 10, 11, 11, 11, 11, 10, 10, 9, 9, 8))))
"""How busy is each hour of the day? Calls are fewest before dawn and most in the afternoon and evening."""


@dataclass(frozen=True)
class Clock:
    """From when until when does the county's story run?

    Attributes:
        first_day: first day of the story.
        as_of: last day; whatever happens up to its end in every zone counts.
        zones: the zones of the agencies; the first one is where people live.
    """

    first_day: date
    as_of: date
    zones: tuple[str, ...]

    @cached_property
    def zone(self) -> ZoneInfo:
        """In which zone do people live?"""
        return ZoneInfo(self.zones[0])

    @property
    def years(self) -> float:
        """How many years does the story last?"""
        return (self.as_of - self.first_day).days / 365.25

    @cached_property
    def start(self) -> datetime:
        """When does the story begin (UTC)? When the first day has begun in every zone."""
        return max(_midnight(self.first_day, ZoneInfo(zone)) for zone in self.zones)

    @cached_property
    def end(self) -> datetime:
        """When does it end (UTC)? Before the last day ends in any zone, so that no file tells of a later day."""
        return min(_midnight(self.as_of + timedelta(days=1), ZoneInfo(zone)) for zone in self.zones) - timedelta(
            minutes=1
        )

    def start_of(self, day: date) -> datetime:
        """When does a day begin (UTC) where people live?"""
        return _midnight(day, self.zone)

    def moment(self, chance: Chance) -> datetime:
        """At which moment (UTC) of the story does something happen, by season and hour? Whole minutes."""
        days = (self.as_of - self.first_day).days
        while True:
            day = self.first_day + timedelta(days=chance.whole(0, days))
            if not chance.happens(SEASON[day.month - 1] / max(SEASON)):
                continue
            local = datetime.combine(day, time(chance.draw(HOURS), chance.whole(0, 59)), tzinfo=self.zone)
            if self.start <= (moment := local.astimezone(UTC)) < self.end:
                return moment


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
