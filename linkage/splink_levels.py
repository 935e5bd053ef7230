"""How are the levels of linkage.kernel said in SQL? One list of conditions per comparison, for Splink on two engines.

Conditions are tried from the top, as Splink does; the columns they read are those of linkage.splink_export. A condition
on a missing value is null and so does not hold; what is negated is therefore never null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from linkage.codes import MISSING
from linkage.kernel import (
    CLOSE_SPELLING,
    CLOSE_STREET,
    CLOSE_TEXT,
    LONGEST_PACKED,
    SHORTEST_EDITED_NAME,
    SIMILAR_SPELLING,
    SIMILAR_STREET,
)

ELSE = "ELSE"
"""What Splink calls the condition of the level that is left over."""


@dataclass(frozen=True)
class Dialect:
    """What does this engine call the functions we need? Of two texts, two texts and two lists."""

    name: str
    similarity: str
    edits: str
    overlap: str

    def is_similar(self, one: str, other: str, cut: float | str) -> str:
        """Are two texts this similar (Jaro-Winkler)?"""
        return f"{self.similarity}({one}, {other}) >= {cut}"

    def is_one_edit(self, one: str, other: str) -> str:
        """Do two texts differ by one wrong, missing, added or two exchanged letters?"""
        return f"{self.edits}({one}, {other}) = 1"

    def overlaps(self, column: str) -> str:
        """Do two lists share an element?"""
        return f"{self.overlap}({column}_l, {column}_r)"


DIALECTS = {
    "duckdb": Dialect("duckdb", "jaro_winkler_similarity", "damerau_levenshtein", "list_has_any"),
    "spark": Dialect("spark", "jaro_winkler", "damerau_levenshtein", "arrays_overlap"),
}
"""Spark's two similarities come from the jar inside Splink's wheel."""


@dataclass(frozen=True)
class Level:
    """Which condition stands for which level of linkage.comparisons? `has_terms`: the value's frequency counts."""

    level: int
    sql: str
    has_terms: bool = False


Levels = list[Level]


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _is_missing(column: str) -> Level:
    return Level(MISSING, f"{column}_l is null or {column}_r is null")


def _all(*conditions: str) -> str:
    return " and ".join(f"({condition})" for condition in conditions)


def _any(*conditions: str) -> str:
    return " or ".join(f"({condition})" for condition in conditions)


def _are_words(one: str, other: str) -> str:
    """Are both more than an initial?"""
    return f"length({one}) > 1 and length({other}) > 1"


def _is_an_initial(column: str) -> str:
    """Is one an initial, and of the other?"""
    return f"(length({column}_l) = 1 or length({column}_r) = 1) and left({column}_l, 1) = left({column}_r, 1)"


def _similar_words(engine: Dialect, one: str, other: str) -> str:
    return _all(_are_words(one, other), engine.is_similar(one, other, SIMILAR_SPELLING))


def _close_words(engine: Dialect, column: str) -> str:
    """Is it almost certainly one name, misspelt?"""
    one, other = f"{column}_l", f"{column}_r"
    long_enough = f"length({one}) >= {SHORTEST_EDITED_NAME} and length({other}) >= {SHORTEST_EDITED_NAME}"
    edited = _all(long_enough, engine.is_one_edit(one, other), engine.is_similar(one, other, SIMILAR_SPELLING))
    return _all(_are_words(one, other), _any(engine.is_similar(one, other, CLOSE_SPELLING), edited))


def _exchanged(engine: Dialect) -> str:
    """Does one record's first name stand in the other's surname, and the other way round at least nearly?"""
    one_way = _all(
        "first_name_l = last_name_r",
        _any("last_name_l = first_name_r", _similar_words(engine, "last_name_l", "first_name_r")),
    )
    other_way = _all("last_name_l = first_name_r", _similar_words(engine, "first_name_l", "last_name_r"))
    return _all("first_name_l <> first_name_r", _any(one_way, other_way))


def _first_name(engine: Dialect) -> Levels:
    exchanged = _exchanged(engine)
    straight = f"not coalesce({exchanged}, false)"
    another = _any(
        "first_name_l = middle_name_r and length(first_name_l) > 1",
        "middle_name_l = first_name_r and length(first_name_r) > 1",
        engine.overlaps("first_name_tokens"),
    )
    return [
        _is_missing("first_name"),
        Level(6, _equal("first_name"), has_terms=True),
        Level(5, _all(_close_words(engine, "first_name"), straight)),
        Level(4, _all(another, straight)),
        Level(3, _all(_is_an_initial("first_name"), straight)),
        Level(2, exchanged),
        Level(1, _all(_similar_words(engine, "first_name_l", "first_name_r"), straight)),
        Level(0, ELSE),
    ]


def _middle_name(engine: Dialect) -> Levels:
    same_letter = "left(middle_name_l, 1) = left(middle_name_r, 1)"
    return [
        _is_missing("middle_name"),
        Level(3, _equal("middle_name"), has_terms=True),
        Level(2, _all(same_letter, _close_words(engine, "middle_name"))),
        Level(1, _is_an_initial("middle_name")),
        Level(0, ELSE),
    ]


def _last_name(engine: Dialect) -> Levels:
    """How are surnames compared? Exchanged names count as equal, but then no single surname's frequency counts."""
    return [
        _is_missing("last_name"),
        Level(4, _exchanged(engine)),
        Level(4, _equal("last_name"), has_terms=True),
        Level(3, _close_words(engine, "last_name")),
        Level(2, engine.overlaps("last_name_tokens")),
        Level(1, _similar_words(engine, "last_name_l", "last_name_r")),
        Level(0, ELSE),
    ]


def _agreement(column: str) -> Callable[[Dialect], Levels]:
    """Which function compares a column that is equal or not?"""
    return lambda engine: [_is_missing(column), Level(1, _equal(column)), Level(0, ELSE)]


def _birth_date(engine: Dialect) -> Levels:
    year, month, day = (_equal(f"birth_{part}") for part in ("year", "month", "day"))
    no_day = "birth_day_l is null or birth_day_r is null"
    no_month = "birth_month_l is null or birth_month_r is null"
    crosswise = "birth_month_l = birth_day_r and birth_day_l = birth_month_r"
    two_of_three = _any(_all(year, month), _all(year, day), _all(month, day))
    return [
        _is_missing("birth_year"),
        Level(5, _equal("birth_date"), has_terms=True),
        Level(4, _all(year, _any(_all(month, no_day), crosswise))),
        Level(3, engine.is_one_edit("birth_date_l", "birth_date_r")),
        Level(2, _all(year, no_month)),
        Level(1, _any(_all("abs(birth_year_l - birth_year_r) = 1", no_month), two_of_three)),
        Level(0, ELSE),
    ]


def _is_near(engine: Dialect, column: str) -> str:
    """Do two identifiers differ by one edit? Long ones are equal or different."""
    short = f"length({column}_l) <= {LONGEST_PACKED} and length({column}_r) <= {LONGEST_PACKED}"
    return _all(short, engine.is_one_edit(f"{column}_l", f"{column}_r"))


def _ssn(engine: Dialect) -> Levels:
    whole = "length(ssn_l) <> 4 and length(ssn_r) <> 4"
    tail = "(length(ssn_l) = 4 or length(ssn_r) = 4) and right(ssn_l, 4) = right(ssn_r, 4)"
    return [
        _is_missing("ssn"),
        Level(3, _all(_equal("ssn"), whole), has_terms=True),
        Level(2, _all(whole, _is_near(engine, "ssn"))),
        Level(1, tail),
        Level(0, ELSE),
    ]


def _phone(engine: Dialect) -> Levels:
    equal = Level(2, _equal("phone"), has_terms=True)
    return [_is_missing("phone"), equal, Level(1, _is_near(engine, "phone")), Level(0, ELSE)]


def _email(engine: Dialect) -> Levels:
    near = engine.is_similar("email_local_l", "email_local_r", CLOSE_TEXT)
    return [
        _is_missing("email"),
        Level(2, _equal("email"), has_terms=True),
        Level(1, _any(_equal("email_local"), near)),
        Level(0, ELSE),
    ]


def _street_address(engine: Dialect) -> Levels:
    one, other = "street_name_l", "street_name_r"
    same_number = "coalesce(house_number_l, '') = coalesce(house_number_r, '')"
    cut = f"case when house_number_l is null then {CLOSE_TEXT} else {CLOSE_STREET} end"
    same_street = _any(
        _equal("street_name"),
        _all("house_number_l is not null", engine.overlaps("street_tokens")),
        engine.is_similar(one, other, cut),
    )
    similar = _all(_equal("house_number"), engine.is_similar(one, other, SIMILAR_STREET))
    return [
        _is_missing("street_address"),
        Level(3, _equal("street_address"), has_terms=True),
        Level(2, _all(same_number, same_street)),
        Level(1, _any(_equal("street_name"), engine.overlaps("street_tokens"), similar)),
        Level(0, ELSE),
    ]


_ENDS_IN_A_LETTER = "right(postcode_{side}, 1) between 'A' and 'Z'"
_DISTRICT = "left(postcode_{side}, greatest(length(postcode_{side}) - 3, 0))"
_IS_ONE_DISTRICT = _all(
    *(_ENDS_IN_A_LETTER.format(side=side) for side in "lr"),
    f"length(postcode_l) = length(postcode_r) and length(postcode_l) <= {LONGEST_PACKED}",
    f"{_DISTRICT.format(side='l')} = {_DISTRICT.format(side='r')}",
)
"""Do two postcodes that end in a letter differ only in their last three symbols (AB8 3QZ, AB8 6BN)?"""


def _place(engine: Dialect) -> Levels:
    columns = ("postcode", "city", "state")
    neither = _all(*(f"{column}_l is null or {column}_r is null" for column in columns))
    near = (_is_near(engine, "postcode"), _IS_ONE_DISTRICT, engine.is_similar("city_l", "city_r", CLOSE_TEXT))
    return [
        Level(MISSING, neither),
        Level(3, _equal("postcode"), has_terms=True),
        Level(2, _any(_equal("city"), *near)),
        Level(1, _equal("state")),
        Level(0, ELSE),
    ]


LEVELS: dict[str, Callable[[Dialect], Levels]] = {
    "first_name": _first_name,
    "middle_name": _middle_name,
    "last_name": _last_name,
    "suffix": _agreement("suffix"),
    "birth_date": _birth_date,
    "sex": _agreement("sex"),
    "ssn": _ssn,
    "phone": _phone,
    "email": _email,
    "street_address": _street_address,
    "place": _place,
}
"""By comparison, the levels an engine decides, from the top."""
