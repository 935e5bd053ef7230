"""Whose names stand where, among the paths that are reached from a row? Told by the names of elements alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.drafting import words
from pipeline.drafting.xml_sights import Path, is_below, local

GENERIC = ("IdentificationID", "ID", "Date", "DateTime", "Value", "Text", "Amount")
"""Last elements of a path that say nothing; the one above does."""

_OTHERS = re.compile(
    r"Emergency|Employ|Official|Officer|Guardian|Alternate|Alias|Soundex|NextOfKin|Effective|Expiration|Image|Victim"
)
"""Parts of a name below a person that speak of somebody or something else."""

SUBJECT = re.compile(r"Subject|Suspect|Defendant|Patient|Client")
"""Parts of a path that speak of whom the record is about."""

BYSTANDER = re.compile(
    r"Victim|Witness|Offic|Author|Contributor|Reporting|Complainant|Associat(?!ion)|Identity|Guardian|Attorney|Judge"
)
"""Parts of a path that speak of somebody who was there, or wrote it down."""

_SURE = ("birth_date", "ssn", "sex")
"""Fields of which one at least is known of whom a record is about, and none of an officer."""

_WEAK = "name"
"""A word that names a person in a table, and anything in a document: a court has a name too."""


@dataclass(frozen=True)
class Person:
    """Who is named below one path?

    Attributes:
        above: the path of the person; () for the row itself.
        fields: field of a person → path.
        is_sure: more is known than a name.
    """

    above: Path
    fields: dict[str, Path]
    is_sure: bool


def telling(path: Path) -> list[str]:
    """Which parts of a path say something, its last one at the end?

    >>> telling(("{n}Booking", "{n}ActivityDate", "{n}DateTime")), telling(("@no",))
    (['Booking', 'ActivityDate'], ['no'])
    """
    names = [local(step) for step in path]
    while len(names) > 1 and names[-1] in GENERIC:
        names.pop()
    return names


def people_in(paths: Iterable[Path]) -> list[Person]:
    """Who is named at these paths, each person once?"""
    known = [(path, field) for path in paths if (field := _field_of(path))]
    above = dict.fromkeys(_person_above(path) for path, field in known if field in ("last_name", "full_name"))
    found = []
    for one in above:
        nested = [other for other in above if other != one and is_below(other, one)]
        own = [(path, field) for path, field in known if is_below(path, one)]
        own = [(path, field) for path, field in own if not any(is_below(path, other) for other in nested)]
        fields: dict[str, Path] = {}
        for path, field in sorted(own, key=lambda each: len(each[0])):
            if not any(_OTHERS.search(local(step)) for step in path[len(one) :]) and not _is_of_birth(path, field):
                fields.setdefault(field, path)
        is_sure = any(field in fields for field in _SURE)
        is_whole = {"first_name", "last_name"} <= set(fields) or "full_name" in fields
        is_weak = is_whole and "last_name" not in fields and telling(fields["full_name"])[-1].lower() == _WEAK
        if is_whole and (is_sure or not is_weak):
            found.append(Person(one, fields, is_sure))
    return found


def _field_of(path: Path) -> str | None:
    return words.field_of(telling(path)[-1])


def _person_above(path: Path) -> Path:
    """Below which element stands the person whose name this is? Not below the name itself."""
    above = path[:-1]
    return above[:-1] if above and local(above[-1]).endswith("Name") else above


def _is_of_birth(path: Path, field: str) -> bool:
    """Is it a place of birth, where a home is looked for?"""
    return field != "birth_date" and any("Birth" in local(step) for step in path)
