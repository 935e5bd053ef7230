"""Which element of an XML document is one row? The one that repeats and leads to one person and a moment.

Elements are judged by what is reached from them, never by a vocabulary: documents of any version, and of any vendor.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.drafting.xml_people import SUBJECT, people_in, telling
from pipeline.drafting.xml_sights import Document, Sight, local
from pipeline.readers.xml_documents import Element

LOOKED_AT_OF_A_NAME = 5
"""Elements of one name by which it is judged."""

MOST_NAMES = 400
"""Names of elements that are judged: the most frequent ones."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?|\d{8}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?:\s.*)?")
_NO_EVENT = re.compile(r"Birth|DOB|Expiration|Effective|DocumentCreation", re.IGNORECASE)
"""Days that say nothing of what happened."""

_OF_A_PERSON = re.compile(r"Person|Identity|.*Name|.*Address", re.IGNORECASE)
"""Elements that are somebody, not something that happened to somebody: rows only where nothing else is."""

_ASSOCIATION = re.compile(r".*PersonAssociation")
"""Elements that say who was there when something happened: rows, even where one comes alone."""

MOST_OF_A_LIST = 0.8
"""Share of the children of the document's element that are of one name, where it is a list of them."""


@dataclass(frozen=True)
class Candidate:
    """What speaks for an element as a row?

    Attributes:
        tag: its name, as a parser has it.
        depth, order: how deep it stands, and as which of all names.
        count: most of them in one document; 1 where none repeats.
        is_root: it is the document's own element.
        has_person, has_moment: exactly one is reached from each.
        is_listed: the document's element is a list of them.
    """

    tag: str
    depth: int
    order: int
    count: int
    is_root: bool
    has_person: bool
    has_moment: bool
    is_listed: bool

    def rank(self) -> tuple:
        """How likely is it the row? The smallest rank wins."""
        name = local(self.tag)
        repeats, is_of_a_person = self.count > 1, _OF_A_PERSON.fullmatch(name) is not None
        reasons = (
            repeats and self.has_person and self.has_moment and not is_of_a_person,
            _ASSOCIATION.fullmatch(name) is not None and self.has_person,
            self.is_root and self.has_person and self.has_moment,
            repeats and self.has_person and self.has_moment,
            self.is_listed and self.has_person,
            self.is_root and self.has_person,
            repeats and self.has_person,
            self.is_listed and self.has_moment,
            self.is_root,
            True,
        )
        return reasons.index(True), SUBJECT.search(name) is None, self.depth, -self.count, self.order


def rows_of(documents: Sequence[Document]) -> tuple[str, bool, list[str]]:
    """Which element is a row, is it the whole document, and which others lead to a person and a moment too?"""
    names = dict.fromkeys(tag for one in documents for tag in one.holders)
    counts = {tag: max(len(one.holders.get(tag, ())) for one in documents) for tag in names}
    root, is_wrapper = _inside_of_wrappers(documents)
    orders = {tag: order for order, tag in enumerate(names)}
    looked_at = sorted(names, key=lambda tag: (tag != root.tag, -counts[tag]))[:MOST_NAMES]
    people = {tag: _sights(documents, tag) for tag in looked_at}
    has_sure = any(one.is_sure for sights in people.values() for sight in sights for one in people_in(sight.found))
    found = [
        Candidate(
            tag=tag,
            depth=min(len([*rows[0].iterancestors()]) for one in documents if (rows := one.holders.get(tag))),
            order=orders[tag],
            count=counts[tag],
            is_root=tag == root.tag,
            has_person=_has_person(sights, is_sure=has_sure),
            has_moment=_has_moment(sights),
            is_listed=_is_listed(root, tag),
        )
        for tag, sights in people.items()
    ]
    best, *rest = sorted(found, key=Candidate.rank)
    others = [one.tag for one in rest if one.has_person and one.has_moment and not one.is_root]
    return best.tag, best.is_root and not is_wrapper, others


def _inside_of_wrappers(documents: Sequence[Document]) -> tuple[Element, bool]:
    """Which element holds all, and is it inside of others that hold nothing else, as in an envelope?"""
    root = documents[0].root
    element = root
    while len(element) == 1 and len(element[0]) and not (element.text or "").strip():
        element = element[0]
    shared = all(element.tag in one.holders for one in documents)
    return (element, element is not root) if shared else (root, False)


def _sights(documents: Sequence[Document], tag: str) -> list[Sight]:
    """What is seen from the first elements of a name?"""
    found: list[Sight] = []
    for one in documents:
        rows = one.holders.get(tag, ())[: LOOKED_AT_OF_A_NAME - len(found)]
        found += [one.seen_from(row) for row in rows]
    return found


def _has_person(sights: Sequence[Sight], *, is_sure: bool) -> bool:
    """Is there one person in some, at a path where none has two?"""
    several = {path for sight in sights for path in sight.several()}
    alone = dict.fromkeys(path for sight in sights for path in sight.found if path not in several)
    return any(one.is_sure or not is_sure for one in people_in(alone))


def _has_moment(sights: Sequence[Sight]) -> bool:
    """Does one day of something that happened stand in some of them?"""
    return any(
        _DAY.fullmatch(leaves[0][1])
        for sight in sights
        for several in [sight.several()]
        for path, leaves in sight.found.items()
        if path not in several and not any(_NO_EVENT.search(part) for part in telling(path))
    )


def _is_listed(root: Element, tag: str) -> bool:
    alike = sum(one.tag == tag for one in root)
    return alike > 1 and alike >= MOST_OF_A_LIST * len(root)
