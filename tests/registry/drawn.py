"""Who is who, week by week, drawn as text: one word per cluster, one letter per record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pandas as pd

from pipeline.registry import Assignment, Registry, assign_person_ids, follow

KEY = "a key of the tests"
FIRST_WEEK = datetime(2026, 1, 5, 7, tzinfo=UTC)


def clusters(text):
    """`"ab c"` is two clusters: one of the records a and b, one of c. A cluster is called by its first record."""
    rows = [(record, min(word)) for word in text.split() for record in word]
    return pd.DataFrame(rows, columns=["record_id", "cluster_id"]).astype(object)


def nobody() -> Registry:
    """Who was who before the first run?"""
    known = pd.DataFrame({"record_id": [], "person_id": []}, dtype=object)
    moments = pd.Series(dtype="datetime64[ns, UTC]")
    return Registry(known.assign(is_current=pd.Series(dtype=bool), first_seen_at=moments), moments)


def after(registry: Registry, told: Assignment, at: datetime) -> Registry:
    """Who is who after this run? What the database keeps, in two tables."""
    first = registry.known.set_index("record_id")["first_seen_at"].to_dict()
    into = told.aliases.set_index("person_id")["into_person_id"]
    before = registry.known.assign(person_id=follow(registry.known["person_id"], into), is_current=False)
    now = told.links[["record_id", "person_id"]].assign(is_current=True)
    now["first_seen_at"] = [first.get(record, pd.Timestamp(at)) for record in now["record_id"]]
    gone = before[~before["record_id"].isin(now["record_id"])]
    known = pd.concat([now, gone]) if len(gone) else now
    seen = told.persons.set_index("person_id")["first_seen_at"]
    since = pd.concat([registry.first_seen_at, seen]) if len(registry.first_seen_at) else seen
    return Registry(known.reset_index(drop=True), since)


@dataclass
class County:
    """A county that is linked again every week."""

    registry: Registry = field(default_factory=nobody)
    weeks: int = 0
    told: Assignment | None = None
    aliases: dict = field(default_factory=dict)

    def week(self, text: str) -> dict:
        """Which person is each record, if this week's linkage finds these clusters?"""
        at = FIRST_WEEK + timedelta(weeks=self.weeks)
        self.told = assign_person_ids(clusters(text), self.registry, KEY, at)
        self.registry = after(self.registry, self.told, at)
        self.weeks += 1
        self.aliases |= dict(self.told.aliases.itertuples(index=False, name=None))
        return dict(zip(self.told.links["record_id"], self.told.links["person_id"], strict=True))

    def causes(self) -> dict:
        """Why did each record come to its person this week? None: it may not be used for now."""
        return dict(zip(self.told.changes["record_id"], self.told.changes["cause"], strict=True))
