"""What are the columns of an XML document called? By the last parts of their paths that say something."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.contract.columns import RESERVED
from pipeline.drafting.xml_people import telling
from pipeline.drafting.xml_sights import Path

_LEANS = re.compile(
    r"(?:Activity|Status|Organization|Measure|Amount|Category|Description|Identification|Full).*|.{1,3}"
)
"""Parts that say something only with the one above them: of every activity there is an ActivityDate."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def names_of(paths: Sequence[Path], given: Mapping[Path, str]) -> dict[Path, str]:
    """What is the column of each path called? `given` has names for some; the others keep clear of them.

    >>> list(names_of([("Booking", "ActivityDate", "Date"), ("Arrest", "ActivityDate", "Date")], {}).values())
    ['booking_activity_date', 'arrest_activity_date']
    """
    parts = {path: telling(path) for path in paths if path not in given}
    lengths = {
        path: 1 + bool(len(all_parts) > 1 and _LEANS.fullmatch(all_parts[-1])) for path, all_parts in parts.items()
    }
    taken = {*given.values(), *RESERVED}
    while True:
        called = {path: snake(all_parts[-lengths[path] :]) for path, all_parts in parts.items()}
        counts = Counter(called.values())
        unclear = [path for path, name in called.items() if counts[name] > 1 or name in taken]
        longer = [path for path in unclear if lengths[path] < len(parts[path])]
        if not longer:
            break
        for path in longer:
            lengths[path] += 1
    return {path: given.get(path) or name for path, name in _numbered(paths, called, taken).items()}


def _numbered(paths: Sequence[Path], called: Mapping[Path, str], taken: set[str]) -> dict[Path, str]:
    found: dict[Path, str] = {}
    used = set(taken)
    for path in paths:
        base = name = called.get(path, "")
        number = 1
        while base and name in used:
            number += 1
            name = f"{base}_{number}"
        used |= {name}
        found[path] = name
    return found


def snake(parts: Sequence[str]) -> str:
    """How are parts of a path written as a name? A part that begins with the one before it stands for both.

    >>> snake(["Booking", "BookingAgencyRecordIdentification"]), snake(["PersonName", "PersonSurName"]), snake(["DOB"])
    ('booking_agency_record_id', 'person_name_person_sur_name', 'dob')
    >>> snake(["SupervisionStatus", "StatusDescriptionText"])
    'supervision_status_description'
    """
    parts = [part.removesuffix("Reference") or part for part in parts]
    kept = [part for part, after in zip(parts, [*parts[1:], ""], strict=True) if not after.startswith(part)]
    found = [word.lower() for part in kept for word in _WORD.findall(part)]
    found = ["id" if word == "identification" else word for word in found]
    if len(found) > 1 and found[-1] == "text":
        found.pop()
    name = "_".join(word for word, after in zip(found, [*found[1:], ""], strict=True) if word != after) or "column"
    return name if name[0].isalpha() else f"column_{name}"
