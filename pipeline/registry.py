"""Which person is each cluster, and does everybody keep the id that was shown before? Pure: tables in, tables out.

A person goes where most of its known records went, those in use last time before others. A cluster that several
persons went to keeps the one known longest; the others live on as aliases. A cluster nobody went to is a new person,
named after its founder: the record known here longest. An id is made from its founder alone, so it does not depend on
who else is known.
"""

import hashlib
import hmac
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

ID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without I, L, O and U, which are misread or misheard (Crockford's base 32)."""
ID_LENGTH = 8
"""Letters after `P-`: 40 bits, so that of a million people hardly two ask for the same id, and short enough to say."""
BITS_PER_LETTER = 5

NEW, MERGED, SPLIT, MOVED, RETURNED = "new", "merged", "split", "moved", "returned"
"""Why a record came to a person: never linked before; its person was found to be another; part of a person taken apart;
went to another person by itself; could not be used for a while and is back."""


@dataclass(frozen=True)
class Registry:
    """Who was who after an earlier run?

    Attributes:
        known: one row per record ever linked: record_id, person_id (after all aliases), is_current (not so while the
            record may not be used), first_seen_at (when it was first linked).
        first_seen_at: of every person_id ever given out, indexed by person_id.
    """

    known: pd.DataFrame
    first_seen_at: pd.Series


@dataclass(frozen=True)
class Assignment:
    """Who is who now, and what changed?

    Attributes:
        links: record_id, cluster_id, person_id; sorted by record_id.
        persons: the new ones: person_id, founder_record_id, first_seen_at, split_from (person_id or None); sorted.
        aliases: persons found to be another: person_id, into_person_id; sorted.
        changes: records whose person changed: record_id, person_id (None: may not be used for now), cause; sorted.
    """

    links: pd.DataFrame
    persons: pd.DataFrame
    aliases: pd.DataFrame
    changes: pd.DataFrame


def person_id_of(founder: str, key: str, taken: Container[str]) -> str:
    """Which id does the person founded by this record get? The first not yet taken of a row that the key decides."""
    attempt = 0
    while (found := _candidate(founder, key, attempt)) in taken:
        attempt += 1
    return found


def _candidate(founder: str, key: str, attempt: int) -> str:
    digest = hmac.new(key.encode(), f"{attempt} {founder}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    letters = (ID_LETTERS[number >> BITS_PER_LETTER * place & 31] for place in range(ID_LENGTH))
    return "P-" + "".join(letters)


def assign_person_ids(clusters: pd.DataFrame, registry: Registry, key: str, at: datetime) -> Assignment:
    """Which person is each cluster? Whoever is not affected by new data keeps the id.

    Args:
        clusters: record_id, cluster_id (the smallest record_id of the cluster).
        registry: who was who so far.
        key: secret that ids are made with, so that nobody can compute an id from a booking number.
        at: the moment of the run, for records never linked before.
    """
    known = registry.known.rename(columns={"person_id": "before"})
    table = clusters.merge(known, on="record_id", how="left").sort_values("record_id").reset_index(drop=True)
    table["first_seen_at"] = table["first_seen_at"].fillna(pd.Timestamp(at))
    kept = _kept(table, registry.first_seen_at)
    persons = _new_persons(table[~table["cluster_id"].isin(kept.index)], key, set(registry.first_seen_at.index))
    person_of = pd.concat([kept, persons.set_index("cluster_id")["person_id"]])
    table["person_id"] = table["cluster_id"].map(person_of)
    persons = persons.assign(split_from=persons["split_from"].astype(object).where(persons["split_from"].notna(), None))
    aliases = _aliases(table)
    return Assignment(
        links=table[["record_id", "cluster_id", "person_id"]],
        persons=persons[["person_id", "founder_record_id", "first_seen_at", "split_from"]]
        .sort_values("person_id")
        .reset_index(drop=True),
        aliases=aliases,
        changes=_changes(table, registry.known, aliases, persons),
    )


def _kept(table: pd.DataFrame, first_seen_at: pd.Series) -> pd.Series:
    """Which clusters keep which known person? Person ids, indexed by cluster_id."""
    before = table.dropna(subset=["before"])
    before = before.assign(current=before["is_current"].eq(True).astype(int))
    grouped = before.groupby(["before", "cluster_id"], sort=False)["current"]
    # a record that could not be used last time, and is back, leads nobody away from the records that stayed
    shared = grouped.agg(current="sum", shared="size").reset_index()
    order = shared.sort_values(["current", "shared", "cluster_id"], ascending=[False, False, True])
    went_to = order.drop_duplicates("before")
    went_to = went_to.assign(first_seen_at=went_to["before"].map(first_seen_at))
    order = went_to.sort_values(["first_seen_at", "shared", "before"], ascending=[True, False, True])
    oldest = order.drop_duplicates("cluster_id")
    return oldest.set_index("cluster_id")["before"].rename("person_id")


def _new_persons(rest: pd.DataFrame, key: str, taken: set[str]) -> pd.DataFrame:
    """Which persons do clusters become that nobody went to? One row per cluster, in the order the ids are given."""
    founders = rest.sort_values(["first_seen_at", "record_id"]).drop_duplicates("cluster_id")
    founders = founders.rename(columns={"record_id": "founder_record_id"})
    ids = []
    for founder in founders["founder_record_id"]:
        ids.append(person_id_of(founder, key, taken))
        taken.add(ids[-1])
    came_from = rest.dropna(subset=["before"]).groupby(["cluster_id", "before"], sort=True).size().rename("shared")
    largest = came_from.reset_index().sort_values(["shared", "before"], ascending=[False, True])
    split_from = largest.drop_duplicates("cluster_id").set_index("cluster_id")["before"]
    return founders.assign(person_id=ids, split_from=founders["cluster_id"].map(split_from))


def _aliases(table: pd.DataFrame) -> pd.DataFrame:
    """Which persons have records here and yet no cluster of their own? Each with the person most of them went to."""
    gone = table.dropna(subset=["before"])
    gone = gone[~gone["before"].isin(set(table["person_id"]))]
    shared = gone.groupby(["before", "cluster_id", "person_id"], sort=False).size().rename("shared").reset_index()
    most = shared.sort_values(["shared", "cluster_id"], ascending=[False, True]).drop_duplicates("before")
    renamed = most.rename(columns={"before": "person_id", "person_id": "into_person_id"})
    return renamed[["person_id", "into_person_id"]].sort_values("person_id").reset_index(drop=True)


def _changes(table: pd.DataFrame, known: pd.DataFrame, aliases: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Which records came to a person, and why, and which can no longer be used?"""
    was_current = table["is_current"].eq(True)
    changed = table[~was_current | (table["before"] != table["person_id"])]
    into = changed["before"].map(aliases.set_index("person_id")["into_person_id"])
    split_from = changed["person_id"].map(persons.set_index("person_id")["split_from"])
    cause = pd.Series(MOVED, index=changed.index, dtype=object)
    cause[split_from.notna() & (split_from == changed["before"])] = SPLIT
    cause[into == changed["person_id"]] = MERGED
    cause[changed["before"] == changed["person_id"]] = RETURNED
    cause[changed["before"].isna()] = NEW
    arrived = changed.assign(cause=cause)[["record_id", "person_id", "cause"]]
    gone = known.loc[known["is_current"] & ~known["record_id"].isin(table["record_id"]), ["record_id"]]
    left = gone.assign(person_id=None, cause=None)
    return pd.concat([arrived, left]).astype(object).sort_values("record_id").reset_index(drop=True)


def records_by_person(links: pd.DataFrame) -> dict[str, list[str]]:
    """Which records is each person? person_id → record ids, sorted.

    >>> records_by_person(pd.DataFrame({"record_id": ["b", "a", "c"], "person_id": ["P", "P", "Q"]}))
    {'P': ['a', 'b'], 'Q': ['c']}
    """
    ordered = links.sort_values("record_id")
    found: dict[str, list[str]] = {}
    for person_id, record_id in zip(ordered["person_id"], ordered["record_id"], strict=True):
        found.setdefault(person_id, []).append(record_id)
    return found


def follow(person_ids: pd.Series, into: pd.Series) -> pd.Series:
    """Which persons are these, once every alias is followed to its end? `into` is indexed by the alias."""
    found = person_ids
    while (leads_on := found.isin(into.index)).any():
        found = found.where(~leads_on, found.map(into))
    return found


def reasons_of(
    arrived: pd.DataFrame, links: pd.DataFrame, pairs: pd.DataFrame, decisions: pd.DataFrame
) -> pd.DataFrame:
    """Why did each of these records come to its person? By the strongest pair with another record of that person.

    Args:
        arrived: record_id, person_id, cause.
        links: record_id, person_id of everybody.
        pairs: record_id_l, record_id_r, blocking_rule, match_weight.
        decisions: of people, in force: record_id_l, record_id_r, verdict, decision_number.

    Returns:
        `arrived` with because_record_id, blocking_rule, match_weight (bits) and decision_number; None where a record
        is alone, or repeats another in every field.
    """
    person_of = links.set_index("record_id")["person_id"]
    wanted = arrived["record_id"]
    decided = decisions[["record_id_l", "record_id_r", "decision_number"]]
    near = pairs[pairs["record_id_l"].isin(wanted) | pairs["record_id_r"].isin(wanted)]
    near = near.merge(decided, on=["record_id_l", "record_id_r"], how="outer")
    near = near[near["record_id_l"].map(person_of).eq(near["record_id_r"].map(person_of))]
    there = near.rename(columns={"record_id_l": "record_id", "record_id_r": "because_record_id"})
    back = near.rename(columns={"record_id_r": "record_id", "record_id_l": "because_record_id"})
    columns = ["record_id", "because_record_id", "blocking_rule", "match_weight", "decision_number"]
    both = pd.concat([there[columns], back[columns]])
    order = both.sort_values(
        ["record_id", "decision_number", "match_weight", "because_record_id"], ascending=[True, False, False, True]
    )
    told = arrived.merge(order.drop_duplicates("record_id"), on="record_id", how="left")
    told["decision_number"] = told["decision_number"].astype("Int64")
    return told
