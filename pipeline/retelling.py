"""Who would have been who, had a record never been? Tells the registry's history again without it. Pure.

Ids depend on history: which records were one person in which run. So the history is told again from the first run on,
for everybody whose person ever was, directly or by way of others, the person of a sealed record. Where a group held
such a record, those left of it are grouped as the linkage without it links them now: the record may have been all that
joined them. Ids then come out as they would have, because naming knows nothing but these groups.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

import pandas as pd

from pipeline.registry import Assignment, Registry, assign_person_ids, follow

KNOWN_BEFORE = "known before"
"""Cause of a membership that is older than the registry: it is taken as it stands."""


@dataclass(frozen=True)
class Retold:
    """Who was who, run by run, without the sealed records?

    Attributes:
        memberships: record_id, person_id, from_run, until_run (None: still), cause; sorted.
        persons: person_id, founder_record_id, first_seen_at, split_from, first_run; sorted.
        aliases: person_id, into_person_id, run_number; sorted.
    """

    memberships: pd.DataFrame
    persons: pd.DataFrame
    aliases: pd.DataFrame


class _Teller:
    """Tells run after run; holds who is who so far."""

    def __init__(self, key: str, taken: pd.Series) -> None:
        self.key = key
        self.first_seen = taken.to_dict()
        self.current: dict[str, tuple[str, int, str]] = {}
        self.known: dict[str, tuple[str, pd.Timestamp]] = {}
        self.memberships: list[tuple] = []
        self.persons: list[tuple] = []
        self.aliases: list[tuple] = []

    def registry(self) -> Registry:
        """Who was who after the last run told?"""
        rows = [(record, person, record in self.current, at) for record, (person, at) in self.known.items()]
        known = pd.DataFrame(rows, columns=["record_id", "person_id", "is_current", "first_seen_at"])
        known = known.astype({"record_id": object, "person_id": object, "is_current": bool})
        known["first_seen_at"] = pd.to_datetime(known["first_seen_at"], utc=True)
        seen = pd.Series(self.first_seen, dtype=object)
        return Registry(known, pd.to_datetime(seen, utc=True))

    def take_over(self, rows: pd.DataFrame, persons: pd.DataFrame, at: pd.Timestamp) -> None:
        """Start from memberships that are older than the registry."""
        for row in rows.itertuples():
            self.current[row.record_id] = (row.person_id, int(row.from_run), KNOWN_BEFORE)
            self.known[row.record_id] = (row.person_id, at)
        mine = persons[persons["person_id"].isin(rows["person_id"])]
        for row in mine.itertuples():
            self.first_seen[row.person_id] = row.first_seen_at
            self.persons.append((row.person_id, row.founder_record_id, row.first_seen_at, None, None))

    def tell(self, run_number: int, clusters: pd.DataFrame, at: pd.Timestamp) -> None:
        """What changed in this run, if these were its clusters?"""
        if clusters.empty:
            for record in list(self.current):
                self._end(record, run_number)
            return
        found = assign_person_ids(clusters, self.registry(), self.key, at.to_pydatetime())
        for row in found.changes.itertuples():
            if row.record_id in self.current:
                self._end(row.record_id, run_number)
            if row.person_id is not None:
                self.current[row.record_id] = (row.person_id, run_number, row.cause)
        for row in found.persons.itertuples():
            self.first_seen[row.person_id] = row.first_seen_at
            self.persons.append((row.person_id, row.founder_record_id, row.first_seen_at, row.split_from, run_number))
        self._follow(found, run_number, at)

    def _follow(self, found: Assignment, run_number: int, at: pd.Timestamp) -> None:
        into = dict(found.aliases.itertuples(index=False, name=None))
        self.aliases += [(alias, living, run_number) for alias, living in into.items()]
        self.known = {record: (into.get(person, person), seen) for record, (person, seen) in self.known.items()}
        for row in found.links.itertuples():
            seen = self.known[row.record_id][1] if row.record_id in self.known else at
            self.known[row.record_id] = (row.person_id, seen)

    def _end(self, record: str, run_number: int) -> None:
        person, from_run, cause = self.current.pop(record)
        self.memberships.append((record, person, from_run, run_number, cause))

    def retold(self) -> Retold:
        """What was told, as tables?"""
        still = [(record, person, run, None, cause) for record, (person, run, cause) in self.current.items()]
        memberships = pd.DataFrame(
            sorted([*self.memberships, *still], key=lambda row: (row[0], row[2])),
            columns=["record_id", "person_id", "from_run", "until_run", "cause"],
        )
        columns = ["person_id", "founder_record_id", "first_seen_at", "split_from", "first_run"]
        persons = pd.DataFrame(sorted(self.persons), columns=columns)
        aliases = pd.DataFrame(sorted(self.aliases), columns=["person_id", "into_person_id", "run_number"])
        memberships["until_run"] = memberships["until_run"].astype("Int64")
        persons["first_run"] = persons["first_run"].astype("Int64")
        return Retold(memberships, persons, aliases)


def tell_again(
    history: pd.DataFrame,
    persons: pd.DataFrame,
    moments: Mapping[int, pd.Timestamp],
    sealed: Set[str],
    links_now: Mapping[str, Set[str]],
    key: str,
    taken: pd.Series,
) -> Retold:
    """Who would have been who, had these records never been?

    Args:
        history: memberships of everybody concerned: record_id, person_id, from_run, until_run (missing: still), cause.
        persons: of everybody concerned: person_id, founder_record_id, first_seen_at.
        moments: run number → its moment, of every run in which something of the history changed.
        sealed: records that never were.
        links_now: record_id → the records it is linked with, by the linkage without them.
        key: secret that ids are made with.
        taken: of persons not concerned: first_seen_at, indexed by person_id; their ids are not given again.
    """
    teller = _Teller(key, taken)
    before = history[(history["cause"] == KNOWN_BEFORE) & ~history["record_id"].isin(sealed)]
    if len(before):
        first = int(before["from_run"].min())
        teller.take_over(before, persons, moments[first])
    for run_number in change_runs(history):
        if len(before) and run_number <= first:
            continue
        teller.tell(run_number, groups_of(history, run_number, sealed, links_now), moments[run_number])
    return teller.retold()


def change_runs(history: pd.DataFrame) -> list[int]:
    """In which runs did anybody concerned become somebody else? In order."""
    return sorted({int(n) for n in history["from_run"]} | {int(n) for n in history["until_run"].dropna()})


def groups_of(
    history: pd.DataFrame, run_number: int, sealed: Set[str], links_now: Mapping[str, Set[str]]
) -> pd.DataFrame:
    """Which clusters would this run have found without the sealed records? record_id, cluster_id."""
    until = history["until_run"]
    there = history[(history["from_run"] <= run_number) & (until.isna() | (until > run_number))]
    found: list[tuple[str, str]] = []
    for _, records in there.groupby("person_id")["record_id"]:
        rest = set(records) - sealed
        parts = _linked(rest, links_now) if len(rest) < len(records) else [rest]
        found += [(record, min(part)) for part in parts for record in part]
    return pd.DataFrame(sorted(found), columns=["record_id", "cluster_id"], dtype=object)


def _linked(records: Set[str], links: Mapping[str, Set[str]]) -> list[set[str]]:
    """Which parts do these links make of the records? Only links among themselves count."""
    left, parts = set(records), []
    while left:
        part = {left.pop()}
        waiting = list(part)
        while waiting:
            reached = set(links.get(waiting.pop(), ())) & left
            left -= reached
            part |= reached
            waiting += reached
        parts.append(part)
    return parts


def leads(history: pd.DataFrame, retold: Retold, sealed: Set[str]) -> pd.DataFrame:
    """Where do ids lead that were given only because of a sealed record? To the person most of whose records they were.

    Returns:
        person_id, into_person_id (None: nobody is left of it); sorted by person_id.
    """
    given = set(retold.persons["person_id"])
    void = history[~history["person_id"].isin(given)]
    last = retold.memberships.drop_duplicates("record_id", keep="last").set_index("record_id")["person_id"]
    today = follow(last, retold.aliases.set_index("person_id")["into_person_id"])
    rest = void[~void["record_id"].isin(sealed)].drop_duplicates(["person_id", "record_id"])
    rest = rest.assign(into_person_id=rest["record_id"].map(today)).dropna(subset=["into_person_id"])
    shared = rest.groupby(["person_id", "into_person_id"]).size().rename("shared").reset_index()
    most = shared.sort_values(["shared", "into_person_id"], ascending=[False, True]).drop_duplicates("person_id")
    into = most.set_index("person_id")["into_person_id"].to_dict()
    ids = sorted(void["person_id"].unique())
    return pd.DataFrame({"person_id": ids, "into_person_id": [into.get(i) for i in ids]}, dtype=object)
