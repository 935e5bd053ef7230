"""Who is who, week by week, drawn as text: one word per cluster, one letter per record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pandas as pd

from pipeline.registry import Assignment, Registry, assign_person_ids, follow
from pipeline.retelling import Retold, tell_again

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


def read(retold: Retold, moments: dict) -> Registry:
    """Who was who after the last run told? Read from the memberships, as the database's queries do."""
    first = retold.memberships.drop_duplicates("record_id").set_index("record_id")["from_run"].map(moments)
    last = retold.memberships.drop_duplicates("record_id", keep="last").reset_index(drop=True)
    known = last.assign(
        person_id=follow(last["person_id"], retold.aliases.set_index("person_id")["into_person_id"]),
        is_current=last["until_run"].isna(),
        first_seen_at=pd.to_datetime(last["record_id"].map(first), utc=True),
    )[["record_id", "person_id", "is_current", "first_seen_at"]]
    return Registry(known, pd.to_datetime(retold.persons.set_index("person_id")["first_seen_at"], utc=True))


@dataclass
class County:
    """A county that is linked again every week."""

    registry: Registry = field(default_factory=nobody)
    weeks: int = 0
    told: Assignment | None = None
    aliases: dict = field(default_factory=dict)
    memberships: list = field(default_factory=list)
    persons: list = field(default_factory=list)

    def week(self, text: str) -> dict:
        """Which person is each record, if this week's linkage finds these clusters?"""
        at = FIRST_WEEK + timedelta(weeks=self.weeks)
        self.told = assign_person_ids(clusters(text), self.registry, KEY, at)
        self.registry = after(self.registry, self.told, at)
        self.weeks += 1
        self._remember()
        self.aliases |= dict(self.told.aliases.itertuples(index=False, name=None))
        return dict(zip(self.told.links["record_id"], self.told.links["person_id"], strict=True))

    def _remember(self) -> None:
        """Keep what changed this week, as the database does: [record, person, from week, until week, cause]."""
        for row in self.told.changes.itertuples():
            for kept in self.memberships:
                if kept[0] == row.record_id and kept[3] is None:
                    kept[3] = self.weeks
            if row.person_id is not None:
                self.memberships.append([row.record_id, row.person_id, self.weeks, None, row.cause])
        self.persons += self.told.persons.itertuples(index=False, name=None)

    def history(self):
        """Who was who from week to week (the first is week 1)?"""
        table = pd.DataFrame(self.memberships, columns=["record_id", "person_id", "from_run", "until_run", "cause"])
        return table.astype({"until_run": "Int64"})

    def seal(self, sealed: str, now) -> Retold:
        """Tell the county's history again without these records, if these pairs of the others are linked now."""
        history = self.history()
        moments = {week + 1: pd.Timestamp(FIRST_WEEK + timedelta(weeks=week)) for week in range(self.weeks)}
        persons = pd.DataFrame(
            [p[:3] for p in self.persons], columns=["person_id", "founder_record_id", "first_seen_at"]
        )
        links: dict = {}
        for one, other in now:
            links.setdefault(one, set()).add(other)
            links.setdefault(other, set()).add(one)
        retold = tell_again(history, persons, moments, set(sealed), links, KEY, pd.Series(dtype=object))
        self.registry = read(retold, moments)
        self.aliases = dict(zip(retold.aliases["person_id"], retold.aliases["into_person_id"], strict=True))
        self.memberships = retold.memberships.astype(object).where(retold.memberships.notna(), None).to_numpy().tolist()
        self.persons = [tuple(row)[:4] for row in retold.persons.itertuples(index=False, name=None)]
        return retold

    def causes(self) -> dict:
        """Why did each record come to its person this week? None: it may not be used for now."""
        return dict(zip(self.told.changes["record_id"], self.told.changes["cause"], strict=True))
