"""What is true of the delivered rows? Three tables, written apart from the deliveries."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.contract.declaration import Agency, Feed
from pipeline.synthetic import writers
from pipeline.synthetic.deliver import Told
from pipeline.synthetic.facts import Fact
from pipeline.synthetic.people import Person

TRUTH = ("agency", "feed", "record_key", "person_truth")
TRUTH_PEOPLE = (
    "person_truth",
    "household",
    "is_high_need",
    "birth_date",
    "death_date",
    "sex",
    "town",
    "last_name",
    "first_name",
)
TRUTH_FACTS = (
    *(
        "agency",
        "feed",
        "record_key",
        "person_truth",
        "kind",
        "occurred_at",
        "ended_at",
        "is_crisis",
        "is_follow_up_requested",
    ),
    *("is_suicide_watch", "setting_code", "release_code", "screen_code", "outcome_code", "urgency_code"),
    *("is_kept", "is_void", "is_part2", "is_consented", "consent_ends"),
)


@dataclass
class Truth:
    """What is true of the delivered rows? Lines of the truth files, gathered feed by feed."""

    records: list[tuple[str, ...]] = field(default_factory=list)
    facts: list[tuple[str, ...]] = field(default_factory=list)

    def note(self, agency: Agency, feed: Feed, told: Told, people: list[Person]) -> None:
        """Takes down whom each row of a feed is about, and which fact it tells."""
        for key, person in told.truth.items():
            self.records.append((agency.name, feed.name, key, person.truth))
        for key, fact in told.facts.items():
            if isinstance(fact, Fact):
                self.facts.append((agency.name, feed.name, key, people[fact.person].truth, *_fact_values(fact)))

    def write(self, folder: Path, people: list[Person]) -> None:
        """Writes truth.csv and truth_facts.csv, sorted, and truth_people.csv in the order of the people."""
        tables = (
            ("truth.csv", TRUTH, sorted(self.records)),
            ("truth_people.csv", TRUTH_PEOPLE, map(_person_line, people)),
            ("truth_facts.csv", TRUTH_FACTS, sorted(self.facts)),
        )
        for name, header, lines in tables:
            writers.write(folder / name, _csv(header, lines))


def _fact_values(fact: Fact) -> tuple[str, ...]:
    flags = (fact.is_crisis, fact.wants_follow_up, fact.on_suicide_watch)
    codes = (fact.setting, fact.release, fact.screen, fact.outcome, fact.urgency)
    more = (fact.is_kept, fact.is_void, fact.is_part2, fact.is_consented)
    return (
        *(str(fact.kind), _utc(fact.at), _utc(fact.ended_at)),
        *(_yes(flag) for flag in flags),
        *(str(code or "") for code in codes),
        *(_yes(flag) for flag in more),
        fact.consent_ends.isoformat() if fact.consent_ends else "",
    )


def _yes(flag: bool) -> str:
    return "true" if flag else "false"


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _person_line(person: Person) -> tuple[str, ...]:
    died = person.death.isoformat() if person.death else ""
    town = person.residences[-1].address.town
    base = (person.truth, person.household, _yes(person.is_high_need), person.birth.isoformat(), died, person.sex, town)
    return (*base, person.last, person.first)


def _csv(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
