"""Which parts has a normalised street line or e-mail address? A whole column at a time."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_UNIT_WORD = "(?:(?:APT|UNIT|STE|LOT|RM|SPC|TRLR|FL|BLDG) |# ?)"
_UNIT = f"{_UNIT_WORD}(?:[A-Z]{{0,2}}[0-9][A-Z0-9/-]*|[A-Z])"
_UNIT_AT_END = f"^(?P<rest>.*?)(?:^| )(?P<unit>{_UNIT}(?: {_UNIT})*)$"
_UNIT_AT_START = f"^(?P<unit>{_UNIT}(?: {_UNIT})*) (?P<rest>.+)$"

_NUMBER = "[0-9]+[A-Z]?(?:[-/][0-9]+[A-Z]?)*"
_TWO_NUMBERS = f"{_NUMBER}(?: {_NUMBER})?"
_NUMBER_AT_START = f"^(?P<number>{_TWO_NUMBERS}) (?P<name>[^ ]+ .+|[A-Z]{{5,}})$"
# A second number belongs to the house if a name is left behind it: 42 ST is a street, five letters are no street type.
_ONLY_NUMBER_AT_START = f"^(?P<number>{_NUMBER})(?: (?P<name>.+))?$"
_NUMBER_AT_END = f"^(?P<name>.+?) (?P<number>{_TWO_NUMBERS})$"
_NUMBERED_ROAD = (
    f"(?:^| )(?:HWY|ROUTE|RTE|RT|SR|CR|US|FM|I|INTERSTATE|LOOP|(?:COUNTY|CO|STATE|TOWNSHIP|FARM|RANCH) RD) {_NUMBER}$"
)
"""Roads whose number is their name."""

_NOTHING = pa.scalar(None, pa.string())


def _extracted(texts: pa.Array, pattern: str) -> dict[str, pa.Array]:
    """What do the named groups of the pattern hold? Null where the text does not match or a group is empty."""
    is_match = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    found = pc.extract_regex(texts.filter(is_match), pattern)
    groups = {}
    for name in (field.name for field in found.type):
        values = pc.struct_field(found, name)
        values = pc.if_else(pc.equal(values, ""), _NOTHING, values)
        groups[name] = pc.replace_with_mask(pa.nulls(len(texts), pa.string()), is_match, values)
    return groups


def _without_unit(street: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Which line is left without its unit, and which unit is that?"""
    rest, unit = street, pa.nulls(len(street), pa.string())
    for pattern in (_UNIT_AT_END, _UNIT_AT_START):
        found = _extracted(rest, pattern)
        is_new = pc.and_(found["unit"].is_valid(), unit.is_null())
        unit = pc.if_else(is_new, found["unit"], unit)
        rest = pc.if_else(is_new, found["rest"], rest)
    value = pc.replace_substring_regex(unit, f"(^| ){_UNIT_WORD}", " ")
    return rest, pc.utf8_trim(value, " ")


def street_parts(street: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Which house number, street name and unit has each of these normalised street lines?

    The name is the same wherever the number stands. A range is written with a hyphen. Without a number the whole line
    is the name; a road's own number (HWY 50) is part of its name.

    Args:
        street: lines as normalize_street_address writes them; distinct ones are enough. Missing stays missing.

    Returns:
        number, name, unit: each as long as street.

    >>> lines = pa.array(["123 N MAIN ST APT 4", "PO BOX 12", "RUA AUGUSTA 12A", "FLATS HILL FARM", "12 14 HIGH ST"])
    >>> for part in street_parts(lines):
    ...     print(part.to_pylist())
    ['123', '12', '12A', None, '12-14']
    ['N MAIN ST', 'PO BOX', 'RUA AUGUSTA', 'FLATS HILL FARM', 'HIGH ST']
    ['4', None, None, None, None]
    """
    rest, unit = _without_unit(street)
    number = pa.nulls(len(street), pa.string())
    name = rest
    is_road = pc.fill_null(pc.match_substring_regex(rest, _NUMBERED_ROAD), False)
    for pattern in (_NUMBER_AT_START, _ONLY_NUMBER_AT_START, _NUMBER_AT_END):
        is_open = number.is_null()
        if pattern is _NUMBER_AT_END:
            is_open = pc.and_not(is_open, is_road)
        found = _extracted(pc.if_else(is_open, rest, _NOTHING), pattern)
        is_new = found["number"].is_valid()
        number = pc.if_else(is_new, found["number"], number)
        name = pc.if_else(is_new, found["name"], name)
    return pc.replace_substring(number, " ", "-"), name, unit


def email_local(email: pa.Array) -> pa.Array:
    """What stands before the @ of each of these normalised e-mail addresses? Missing stays missing.

    >>> email_local(pa.array(["ann@example.org", None])).to_pylist()
    ['ann', None]
    """
    return pc.replace_substring_regex(email, "@.*$", "")
