"""What kind of numbers and dates does a table hold? Told by a column as a whole, where one value could not tell.

Each fact follows from the distinct values of one column, so neither the order of the rows nor how often a value comes
matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from linkage.normalize.dates import DateOrder

FEWEST_OF_ITS_KIND = 0.5
"""Share of a column's distinct values. If fewer look like the American kind, the column is of another kind."""

LOST_ZEROS_SHARE = 0.05
"""Share of seven and eight-digit values among SSNs from which a program took the leading zeros away. About one number
in eight begins with zero; slips of the pen that drop a digit are rarer."""

IdentifierKind = Literal["ssn", "ssn_without_zeros", "other"]
AreaKind = Literal["us", "other"]

_SSN = r"^\s*(\d{3}[- ]?\d{2}[- ]?\d{4}|\d{4}|[Xx*#]{3}-?[Xx*#]{2}-?\d{4})(\.0)?\s*$"
_SSN_THAT_LOST_ZEROS = r"^\s*\d{7,8}(\.0)?\s*$"
_SSN_WITH_A_ZERO = r"^\s*0\d{2}[- ]?\d{2}[- ]?\d{4}\s*$"
_ZIP = r"^\s*(\d{3,5}(\.0)?|\d{5}[- ]?\d{4})\s*$"
_NANP = r"^\D*1?\D*[2-9]\d{2}\D*[2-9]\d{2}\D*\d{4}(\.0)?\s*((?i:x|ext\.?|extension|#)\s*\d+)?\s*$"
_MADE_UP_AREA = r"^\D*1?\D*555"
_DAY_FIRST = r"^\s*(1[3-9]|2\d|3[01])[-/.](0?[1-9]|1[0-2])[-/.]\d{4}\b"
_MONTH_FIRST = r"^\s*(0?[1-9]|1[0-2])[-/.](1[3-9]|2\d|3[01])[-/.]\d{4}\b"


@dataclass(frozen=True)
class TableFacts:
    """How are the columns of a table to be read? Without arguments: strictly, as American values in ISO form.

    Attributes:
        identifiers: what the column ssn holds: Social Security numbers, the same without their leading zeros, or the
            identifiers of another registry.
        phones: whether the telephone numbers are North American.
        postcodes: whether the postcodes are three to five digits or ZIP+4.
        dates: how birth dates are written.
    """

    identifiers: IdentifierKind = "ssn"
    phones: AreaKind = "us"
    postcodes: AreaKind = "us"
    dates: DateOrder = "iso"


STRICT = TableFacts()
"""Nothing is concluded from the table: the same value always gives the same answer."""


def _count(texts: pa.Array, pattern: str) -> int:
    """How many of these texts match?"""
    return pc.sum(pc.match_substring_regex(texts, pattern)).as_py() or 0


def _is_american(texts: pa.Array, count: int) -> bool:
    """Are enough of the texts of the American kind?"""
    return count >= FEWEST_OF_ITS_KIND * len(texts)


def identifier_kind(texts: pa.Array) -> IdentifierKind:
    """What does a column of identifiers hold?

    >>> identifier_kind(pa.array(["5304218", "4068610"])), identifier_kind(pa.array(["512-34-1234", "5304218"]))
    ('other', 'ssn_without_zeros')
    """
    numbers, shortened = _count(texts, _SSN), _count(texts, _SSN_THAT_LOST_ZEROS)
    if not _is_american(texts, numbers):
        return "other"
    has_lost = shortened > LOST_ZEROS_SHARE * len(texts) and not _count(texts, _SSN_WITH_A_ZERO)
    return "ssn_without_zeros" if has_lost else "ssn"


def phone_kind(texts: pa.Array) -> AreaKind:
    """Are these North American numbers? Area code 555 is not: nobody has it, but made-up tables do.

    >>> phone_kind(pa.array(["(913) 829-1234", "x"])), phone_kind(pa.array(["0412 345 678", "+256712300633"]))
    ('us', 'other')
    """
    return "us" if _is_american(texts, _count(texts, _NANP) - _count(texts, _MADE_UP_AREA)) else "other"


def postcode_kind(texts: pa.Array) -> AreaKind:
    """Are these American postcodes? Four digits count: zeros put before all of them change nothing.

    >>> postcode_kind(pa.array(["66061", "2600"])), postcode_kind(pa.array(["TQ13 8DF", "01310-100"]))
    ('us', 'other')
    """
    return "us" if _is_american(texts, _count(texts, _ZIP)) else "other"


def date_order(texts: pa.Array) -> DateOrder:
    """Which comes first in dates that end with the year? Told by numbers above twelve; month first without any.

    >>> date_order(pa.array(["25/12/1950", "03/04/1950"])), date_order(pa.array(["03/04/1950"]))
    ('day_first', 'month_first')
    """
    return "day_first" if _count(texts, _DAY_FIRST) > _count(texts, _MONTH_FIRST) else "month_first"


def facts_of(texts: Mapping[str, pa.Array]) -> TableFacts:
    """How are the columns of this table to be read?

    Args:
        texts: by field, the distinct texts of the column, none missing. Fields that are absent say nothing.
    """
    nothing = pa.array([], pa.string())
    return TableFacts(
        identifiers=identifier_kind(texts.get("ssn", nothing)),
        phones=phone_kind(texts.get("phone", nothing)),
        postcodes=postcode_kind(texts.get("postcode", nothing)),
        dates=date_order(texts.get("birth_date", nothing)),
    )
