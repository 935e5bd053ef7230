"""Who would be who, if an item were answered the other way? The persons that a merge or a split would leave.

Ids and ages follow the registry's own rule: of two persons the one known longer stays; of two sides the one with more
records stays and the other becomes a new person, named after its founder.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.registry import person_id_of
from pipeline.review.items import Item


@dataclass(frozen=True)
class Part:
    """Which person would there be?

    Attributes:
        item_id: under the other answer to this item.
        key: names this person among all hypothetical ones; sorts where the id it would get sorts.
        person_id: the id that stays; None for a person that would be new.
        joined: the person that would be found to be this one, if any.
        record_ids: all records it would have.
        known_since: since when it would be known.
    """

    item_id: str
    key: str
    person_id: str | None
    joined: str | None
    record_ids: tuple[str, ...]
    known_since: pd.Timestamp


@dataclass(frozen=True)
class Registered:
    """Who is who, and since when?

    Attributes:
        records: person_id → its record ids.
        first_linked: record_id → when it was first linked.
        known_since: person_id → when it was first known.
        taken: every id ever given out.
        key: what ids are made with.
        merged_into: record that its sender merged away → the record it is now, with which it goes.
    """

    records: Mapping[str, list[str]]
    first_linked: Mapping[str, pd.Timestamp]
    known_since: Mapping[str, pd.Timestamp]
    taken: Container[str]
    key: str
    merged_into: Mapping[str, str] = field(default_factory=dict)


def parts_of(item: Item, who: Registered) -> list[Part]:
    """Which persons would the other answer leave? None where it would leave everybody as they are."""
    if item.person_id_r is not None:
        return [_merged(item, item.person_id_l, item.person_id_r, who)]
    mine, parted = set(who.records[item.person_id_l]), set(item.parted_record_ids)
    away = {record for record in mine if who.merged_into.get(record, record) in parted}
    return _split(item, sorted(mine - away), sorted(away), who) if away and mine != away else []


def _merged(item: Item, one: str, other: str, who: Registered) -> Part:
    def age(person_id: str) -> tuple:
        return who.known_since[person_id], -len(who.records[person_id]), person_id

    stays, joins = sorted((one, other), key=age)
    records = tuple(sorted((*who.records[one], *who.records[other])))
    return Part(item.item_id, f"{stays} {item.item_id}", stays, joins, records, who.known_since[stays])


def _split(item: Item, one: list[str], other: list[str], who: Registered) -> list[Part]:
    stays, leaves = sorted((one, other), key=lambda side: (-len(side), side[0]))
    founder = min(leaves, key=lambda record: (who.first_linked[record], record))
    own, new = item.person_id_l, person_id_of(founder, who.key, who.taken)
    return [
        Part(item.item_id, f"{own} {item.item_id}", own, None, tuple(stays), who.known_since[own]),
        Part(item.item_id, f"{new} {item.item_id}", None, None, tuple(leaves), who.first_linked[founder]),
    ]
