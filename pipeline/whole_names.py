"""Who is meant by a name written in one field? What clerks put there beside a name is told apart from it."""

import re

from linkage import normalize
from pipeline.contract.declaration import FullName

_ALSO_KNOWN_AS = re.compile(r"(?<=\w)[\s,(]+A(?:KA|/K/A|\.K\.A\.?):?\s+(?=\w)", re.IGNORECASE)
"""What stands between a name and an alias in one field. Aka alone, or before a comma, is a surname."""

_ORGANISATION = re.compile(
    r"\w\W+(?:LLC|INC)\.?$|\b(?:CITY|STATE|TOWN|COUNTY|DEPT\.?|DEPARTMENT) OF\b|\bSTORE #?\d"
    r"|\b(?:SCHOOL DISTRICT|POLICE DEPT|POLICE DEPARTMENT|SHERIFF'?S OFFICE|COUNTY JAIL)\b",
    re.IGNORECASE,
)
"""Words that no person's name holds (Corp is a surname). Shops and offices without them pass: a person who is taken for
a shop would be hidden."""

PARTS = ("first_name", "middle_name", "last_name", "suffix")


def read_whole_name(text: str, full_name: FullName) -> dict[str, str | None]:
    """What are the parts of this name, and which other surnames does it tell?

    The name before "AKA" is the person's own; of an alias only the surname counts, and beside the own one. John Doe
    stands for nobody also where the clerk wrote it in an order that is not the feed's.

    >>> read_whole_name("JONES, JACK A/K/A SMITH, JOHN", FullName("Name", "last_first"))["other_last_names"]
    'SMITH'
    >>> read_whole_name("JOHN DOE #2", FullName("Name", "last_first"))["last_name"] is None
    True
    """
    own, *others = (normalize.parse_full_name(part, full_name.order) for part in _ALSO_KNOWN_AS.split(text))
    is_nobody = _is_stand_in_pair(own.last_name, own.first_name)
    aliases = sorted({other.last_name for other in others if other.last_name})
    return {name: None if is_nobody else getattr(own, name) for name in PARTS} | {
        "other_last_names": "|".join(aliases) or None
    }


def is_organisation(text: str) -> bool:
    """Is this the name of a shop, an office or a place rather than of a person?

    >>> [is_organisation(text) for text in ("STATE OF COLORADO", "Harvest Foods, Inc.", "STATEN, INCA", "John Corp")]
    [True, True, False, False]
    """
    return _ORGANISATION.search(text.strip()) is not None


def _is_stand_in_pair(first: str | None, last: str | None) -> bool:
    """Do the two names only together stand for nobody?"""
    is_alone = normalize.is_placeholder_name(first, None) or normalize.is_placeholder_name(last, None)
    return normalize.is_placeholder_name(first, last) and not is_alone
