"""Which links are uncertain, and which persons suspicious? One item is one question about one pair of records."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.contract import tables
from pipeline.contract.codes import ReviewKind, Verdict
from pipeline.registry import BITS_PER_LETTER, ID_LETTERS, records_by_person
from pipeline.review.decisions import contradictions, usable
from pipeline.review.forest import DECIDED, SCORED, Edge, Forest, grow

UNCERTAIN_LINK_BELOW = 0.95
"""Match probability of the pair that holds a person together, below which one looks: one in twenty is wrong."""
UNCERTAIN_DIFFERENCE_ABOVE = 0.3
"""Match probability of the best pair of two persons, above which one looks: nearly every third is one person."""
LARGE_PERSON_RECORDS = 50
"""Records that say different things of one person, above which one looks: nobody moves and errs that often."""
NEW_EVIDENCE_BITS = 3.0
"""A pair that nobody could tell is asked about again when its weight has changed by more: its odds are eight times
higher or lower. A model learned afresh moves a pair by less."""
MOST_ITEMS = 2_000
"""Items kept of one run, so many are weighed: years of work for the people who review, seconds for the program."""
ITEM_ID_LETTERS = 10
"""Letters after `R-`: 50 bits, so that two of the items of a run hardly ever share an id."""
WHOLE = {"ssn": 9, "birth_date": len("YYYY-MM-DD")}
"""Field of which a person has one value → characters of a value of which every part is known."""


@dataclass(frozen=True)
class Item:
    """What is asked about which pair?

    Attributes:
        item_id: made of kind and records, so the same question keeps it from run to run.
        person_id_l, person_id_r: whom the two records are; the second is None where both are one person.
        match_weight: in bits, of the pair (for a suspicious person: of the weakest pair between the two records).
        reason: why a link was not followed, in the linkage's words.
        evidence_hash: of all records of the persons asked about.
        parted_record_ids: what would leave the person together with record_id_r; empty between two persons.
        decision_numbers: of a contradiction.
    """

    item_id: str
    kind: ReviewKind
    person_id_l: str
    person_id_r: str | None
    record_id_l: str
    record_id_r: str
    match_weight: float | None = None
    match_probability: float | None = None
    reason: str | None = None
    evidence_hash: str = ""
    parted_record_ids: tuple[str, ...] = ()
    decision_numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What did a run find out about who is who?

    Attributes:
        records: record_id, person_id and `tables.EVIDENCE` of every linked record.
        pairs: scored pairs: record_id_l, record_id_r, match_weight, match_probability.
        refusals: links not followed: record_id_l, record_id_r, reason.
        decisions: in force: record_id_l, record_id_r, verdict, decision_number.
        unsure: of those that say "cannot tell", what was known: record_id_l, record_id_r, match_weight, evidence_hash.
        threshold: match probability from which a pair was a link.
        key: what item ids are made with, so that nobody can compute one from a booking number.
    """

    records: pd.DataFrame
    pairs: pd.DataFrame
    refusals: pd.DataFrame
    decisions: pd.DataFrame
    unsure: pd.DataFrame
    threshold: float
    key: str


@dataclass(frozen=True)
class Found:
    """Which items did a run find, the most uncertain first, and how many were left out?"""

    items: tuple[Item, ...]
    left_out: int


def item_id_of(kind: ReviewKind, record_id_l: str, record_id_r: str, key: str) -> str:
    """Which id does the question about this pair have?"""
    asked = "\n".join((kind.value, record_id_l, record_id_r))
    number = int.from_bytes(hmac.new(key.encode(), asked.encode(), hashlib.sha256).digest(), "big")
    return "R-" + "".join(ID_LETTERS[number >> BITS_PER_LETTER * place & 31] for place in range(ITEM_ID_LETTERS))


def find_items(evidence: Evidence, most: int = MOST_ITEMS) -> Found:
    """Which pairs should a person look at? Contradictions first, then those nearest to the threshold, at most `most`.

    What is decided is not asked; what nobody could tell is asked again once there is new evidence.
    """
    persons = _Persons(evidence)
    within = _within(evidence, persons)
    found = [
        *_contradictions(evidence, persons),
        *_uncertain_links(within),
        *_uncertain_differences(evidence, persons),
        *_conflicting(evidence, within),
        *_large(within),
    ]
    named = {one.item_id: one for one in persons.named(found)}
    open_items = [one for one in named.values() if not persons.is_unsure_still(one)]
    order = sorted(open_items, key=lambda one: _urgency(one, evidence.threshold))
    return Found(tuple(order[:most]), len(order) - len(order[:most]))


def _urgency(item: Item, threshold: float) -> tuple[bool, float, str]:
    distance = 0.0 if item.match_probability is None else abs(item.match_probability - threshold)
    return item.kind != ReviewKind.CONTRADICTION, distance, item.item_id


class _Persons:
    """Who is who in this evidence, and what could nobody tell?"""

    def __init__(self, evidence: Evidence) -> None:
        ids = evidence.records["record_id"].astype(str)
        self.of_record = dict(zip(ids, evidence.records["person_id"], strict=True))
        self._evidence = evidence
        self._unsure: dict[tuple[str, ...], tuple[float | None, str]] = {}
        for row in evidence.unsure.itertuples():
            weight = None if pd.isna(row.match_weight) else float(row.match_weight)
            told = (weight, row.evidence_hash)
            self._unsure[row.record_id_l, row.record_id_r] = told
            between = self._between(row.record_id_l, row.record_id_r)
            if between is not None:
                self._unsure[between] = told

    def _between(self, left: str, right: str) -> tuple[str, ...] | None:
        """Which two persons are these records? None where they are one, or not here."""
        found = {self.of_record.get(left), self.of_record.get(right)}
        return None if len(found) < 2 or None in found else ("persons", *sorted(map(str, found)))

    def named(self, items: list[Item]) -> Iterator[Item]:
        """Yield the items with their ids and with what is known of their persons filled in."""
        asked = {person for item in items for person in (item.person_id_l, item.person_id_r)}
        everybody = self._evidence.records
        records = records_by_person(everybody[everybody["person_id"].isin(asked)])
        for item in items:
            people = sorted({item.person_id_l, item.person_id_r or item.person_id_l})
            known = "\n".join(record for person in people for record in records[person])
            yield replace(
                item,
                item_id=item_id_of(item.kind, item.record_id_l, item.record_id_r, self._evidence.key),
                evidence_hash=hashlib.sha256(known.encode()).hexdigest()[:16],
            )

    def is_unsure_still(self, item: Item) -> bool:
        """Could nobody tell, and is there no new evidence since?"""
        if item.kind == ReviewKind.CONTRADICTION:
            return False
        pair = (item.record_id_l, item.record_id_r)
        told = self._unsure.get(pair) or self._unsure.get(self._between(*pair) or ())
        if told is None:
            return False
        weight, evidence_hash = told
        moved = 0.0 if weight is None or item.match_weight is None else abs(item.match_weight - weight)
        return evidence_hash in ("", item.evidence_hash) and moved <= NEW_EVIDENCE_BITS


def _contradictions(evidence: Evidence, persons: _Persons) -> Iterator[Item]:
    """Yield an item per pair whose decisions contradict each other."""
    for one in contradictions(usable(evidence.decisions, pd.Index(evidence.records["record_id"]))):
        left, right = persons.of_record[one.record_id_l], persons.of_record[one.record_id_r]
        other = None if left == right else right
        pair = (one.record_id_l, one.record_id_r)
        yield Item("", ReviewKind.CONTRADICTION, left, other, *pair, decision_numbers=one.decision_numbers)


@dataclass(frozen=True)
class _Within:
    """What holds the persons together of whom something could be asked?"""

    records: pd.DataFrame
    forest: Forest
    person_of: dict[str, str]

    def item(self, kind: ReviewKind, left: str, right: str, edge: Edge) -> Item:
        """Which item asks about this pair, if the person would fall apart at this edge?"""
        ends = (edge.record_id_l, edge.record_id_r)
        far_end = next(end for end in ends if right in self.forest.side(edge, end))
        return Item(
            *("", kind, self.person_of[left], None, left, right),
            match_weight=edge.match_weight,
            match_probability=edge.match_probability,
            parted_record_ids=self.forest.side(edge, far_end),
        )


def _within(evidence: Evidence, persons: _Persons) -> _Within:
    size = evidence.records.groupby("person_id")["record_id"].transform("size")
    several = evidence.records[size > 1]
    same = evidence.decisions[evidence.decisions["verdict"] == Verdict.SAME]
    pairs, same = _inside(evidence.pairs, several), _inside(same, several)
    firm = pairs[pairs["match_probability"] >= UNCERTAIN_LINK_BELOW]
    asked = several[several["person_id"].isin(_doubtful(several, firm) | _self_contradicting(several) | _many(several))]
    forest = grow(asked, tables.EVIDENCE, _inside(pairs, asked), _inside(same, asked))
    return _Within(asked, forest, persons.of_record)


def _inside(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Which pairs lie within one person of these?"""
    place, person = pd.Index(records["record_id"]), records["person_id"].to_numpy()
    left, right = place.get_indexer(pairs["record_id_l"]), place.get_indexer(pairs["record_id_r"])
    here = (left >= 0) & (right >= 0)
    here[here] = person[left[here]] == person[right[here]]
    return pairs[here]


# Of most persons nothing can be asked; who these are is found in whole columns, before any tree is grown.


def _doubtful(records: pd.DataFrame, firm: pd.DataFrame) -> set[str]:
    """Which persons do firm pairs alone not hold together?"""
    place = pd.Index(records["record_id"])
    ends = place.get_indexer(firm["record_id_l"]), place.get_indexer(firm["record_id_r"])
    joined = coo_array((np.ones(len(firm), dtype=np.int8), ends), shape=(len(place), len(place)))
    parts = pd.DataFrame({"person_id": records["person_id"].to_numpy(), "part": connected_components(joined)[1]})
    parts = parts.drop_duplicates()
    return set(parts.loc[parts["person_id"].duplicated(), "person_id"])


def _self_contradicting(records: pd.DataFrame) -> set[str]:
    """Which persons have several whole values where there can be one?"""
    found: set[str] = set()
    for field, size in WHOLE.items():
        told = records.loc[records[field].str.len() == size, ["person_id", field]].drop_duplicates()
        found.update(told.loc[told["person_id"].duplicated(), "person_id"])
    return found


def _many(records: pd.DataFrame) -> set[str]:
    """Which persons have too many records?"""
    counts = records["person_id"].value_counts()
    return set(counts[counts > LARGE_PERSON_RECORDS].index)


def _uncertain_links(within: _Within) -> Iterator[Item]:
    """Yield an item per edge that holds a person together and is not certain enough."""
    for edge in within.forest.edges:
        if edge.origin == SCORED and edge.match_probability < UNCERTAIN_LINK_BELOW:  # type: ignore[operator]
            yield within.item(ReviewKind.UNCERTAIN_LINK, edge.record_id_l, edge.record_id_r, edge)


def _uncertain_differences(evidence: Evidence, persons: _Persons) -> Iterator[Item]:
    """Yield an item per two persons whose best pair is nearly a link, or is one that was not followed."""
    near = evidence.pairs[evidence.pairs["match_probability"] >= UNCERTAIN_DIFFERENCE_ABOVE]
    left, right = near["record_id_l"].map(persons.of_record), near["record_id_r"].map(persons.of_record)
    near = near.assign(person_l=left, person_r=right)[(left != right) & left.notna() & right.notna()]
    apart = evidence.decisions[evidence.decisions["verdict"].isin([Verdict.DIFFERENT, Verdict.SAME])]
    decided = {
        frozenset((persons.of_record.get(row.record_id_l), persons.of_record.get(row.record_id_r)))
        for row in apart.itertuples()
    }
    reason_of = evidence.refusals.set_index(["record_id_l", "record_id_r"])["reason"].to_dict()
    order = near.sort_values(["match_weight", "record_id_l", "record_id_r"], ascending=[False, True, True])
    seen: set[frozenset] = set()
    for row in order.itertuples():
        people = frozenset((row.person_l, row.person_r))
        if people not in seen and people not in decided:
            pair = (row.record_id_l, row.record_id_r)
            yield Item(
                *("", ReviewKind.UNCERTAIN_DIFFERENCE, row.person_l, row.person_r, *pair),
                match_weight=float(row.match_weight),
                match_probability=float(row.match_probability),
                reason=reason_of.get(pair),
            )
        seen.add(people)


def _conflicting(evidence: Evidence, within: _Within) -> Iterator[Item]:
    """Yield an item per two values of one person that can hardly both be right, on the first records that hold them."""
    same = evidence.decisions[evidence.decisions["verdict"] == Verdict.SAME]
    settled = set(zip(same["record_id_l"], same["record_id_r"], strict=True))
    for field, size in WHOLE.items():
        whole = within.records[within.records[field].str.len() == size].sort_values("record_id")
        several = whole.groupby("person_id")[field].transform("nunique") > 1
        holders: dict[str, dict[str, list[str]]] = {}
        for person_id, value, record_id in _rows(whole.loc[several, ["person_id", field, "record_id"]]):
            holders.setdefault(person_id, {}).setdefault(value, []).append(record_id)
        for person_id in sorted(holders):
            yield from _conflicts_of(field, holders[person_id], settled, within)


def _rows(table: pd.DataFrame) -> Iterator[tuple]:
    return table.itertuples(index=False, name=None)


def _conflicts_of(
    field: str, holders: dict[str, list[str]], settled: set[tuple[str, str]], within: _Within
) -> Iterator[Item]:
    values = sorted(holders)
    for place, one in enumerate(values):
        for other in values[place + 1 :]:
            if field == "birth_date" and not _differ_widely(one, other):
                continue
            if any(tuple(sorted((a, b))) in settled for a in holders[one] for b in holders[other]):
                continue
            left, right = sorted((holders[one][0], holders[other][0]))
            weakest = _weakest(within.forest.path(left, right))
            if weakest is not None:
                yield within.item(ReviewKind.CONFLICTING_IDENTIFIERS, left, right, weakest)


def _differ_widely(one: str, other: str) -> bool:
    """Do two birth dates differ in more than one part? One wrong part is a slip.

    >>> _differ_widely("1980-04-05", "1980-04-06"), _differ_widely("1980-04-05", "1981-04-06")
    (False, True)
    """
    return sum(a != b for a, b in zip(one.split("-"), other.split("-"), strict=True)) > 1


def _weakest(path: list[Edge]) -> Edge | None:
    """Where would these records fall apart? None where nothing joins them, or only what people decided."""
    scored = [edge for edge in path if edge.origin == SCORED]
    if scored:
        return min(scored, key=lambda edge: (edge.match_weight, edge.record_id_l, edge.record_id_r))
    return next((edge for edge in path if edge.origin != DECIDED), None)


def _large(within: _Within) -> Iterator[Item]:
    """Yield an item per person whose records say too many different things: on the weakest edge that holds it."""
    told = within.records[["person_id", *tables.EVIDENCE]].drop_duplicates()
    counts = told.groupby("person_id").size()
    large = set(counts[counts > LARGE_PERSON_RECORDS].index)
    if not large:
        return
    of_person: dict[str, list[Edge]] = {}
    for edge in within.forest.edges:
        person_id = within.person_of[edge.record_id_l]
        if person_id in large:
            of_person.setdefault(person_id, []).append(edge)
    for person_id in sorted(of_person):
        weakest = _weakest(of_person[person_id])
        if weakest is not None:
            yield within.item(ReviewKind.LARGE_PERSON, weakest.record_id_l, weakest.record_id_r, weakest)
