"""Which aspects of two person records are compared, and which degrees of agreement are told apart?

A Comparison is a recordlinkage feature, so it can be added to `recordlinkage.Compare()`; the same code answers there
and inside `dedupe`. Level MISSING (-1) says that one side has no value, 0 is plain disagreement, the highest is
equality.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from recordlinkage.base import BaseCompareFeature

from linkage import agreement as agree
from linkage.encoding import MISSING, EncodedTable, encode_table
from linkage.nicknames import nickname_code_pairs

CLOSE_SPELLING = 0.92
"""Jaro-Winkler. At and above it two names are almost always one name misspelt (Splink's and Winkler's usual cut)."""

SIMILAR_SPELLING = 0.80
"""Jaro-Winkler. Below it, names have no more in common than names have by chance."""

CLOSE_ADDRESS = 0.95
SIMILAR_ADDRESS = 0.88
"""Jaro-Winkler of street lines. Higher than for names: lines share numbers and words such as ST and AVE by chance."""

SIMILAR_EMAIL = 0.92
"""Jaro-Winkler of e-mail addresses."""

SHORTEST_EDITED_NAME = 4
"""Letters. In shorter names one edit makes another name (ANA, IAN, JAN)."""

SSN_DIGITS = 9
LevelFunction = Callable[[EncodedTable, np.ndarray, np.ndarray], np.ndarray]


def _fill(levels: np.ndarray, level: int, where: np.ndarray) -> None:
    """Which pairs reach this level? Raised in place, never lowered, and only where both sides have a value."""
    levels[where & (levels != MISSING) & (levels < level)] = level


def _spelling_levels(
    table: EncodedTable, left: np.ndarray, right: np.ndarray, similar: int, close: int, best: int
) -> np.ndarray:
    """How well do two columns of name codes agree in spelling? Codes index the name vocabulary."""
    names = table.names
    is_both = agree.has_both(left, right)
    levels = np.where(is_both, 0, MISSING).astype(np.int8)
    is_unequal = is_both & (left != right)
    long_enough = (names.lengths[left] > 1) & (names.lengths[right] > 1)
    score = agree.similarity_where(names.vocabulary, left, right, is_unequal & long_enough, SIMILAR_SPELLING)
    _fill(levels, similar, score >= SIMILAR_SPELLING)
    _fill(levels, close, score >= CLOSE_SPELLING)
    shorter = np.minimum(names.lengths[left], names.lengths[right])
    maybe_edited = np.flatnonzero(
        (score >= SIMILAR_SPELLING) & (score < CLOSE_SPELLING) & (shorter >= SHORTEST_EDITED_NAME)
    )
    is_edited = np.zeros(len(left), dtype=bool)
    is_edited[maybe_edited] = agree.is_one_edit(names.vocabulary, left[maybe_edited], right[maybe_edited])
    _fill(levels, close, is_edited)
    _fill(levels, best, is_both & (left == right))
    return levels


def _same_initial(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which pairs of name codes have one side that is only the initial of the other?"""
    names = table.names
    is_initial = (names.lengths[left] == 1) | (names.lengths[right] == 1)
    return is_initial & (names.initials[left] == names.initials[right])


def first_name_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the first names agree?"""
    names = table.names
    first_l, first_r = names.codes["first_name"][left], names.codes["first_name"][right]
    middle_l, middle_r = names.codes["middle_name"][left], names.codes["middle_name"][right]
    levels = _spelling_levels(table, first_l, first_r, similar=1, close=4, best=6)
    _fill(levels, 2, _same_initial(table, first_l, first_r))
    keys = nickname_code_pairs(names.vocabulary)
    uses_middle = ((first_l == middle_r) | (middle_l == first_r)) & (names.lengths[first_l] > 1)
    has_part = agree.share_a_part(names.parts["first_name"][left], names.parts["first_name"][right])
    is_known = agree.is_nickname(keys, len(names.vocabulary), first_l, first_r)
    _fill(levels, 3, uses_middle | has_part | is_known)
    _fill(levels, 5, agree.is_exchanged(table, left, right))
    return levels


def middle_name_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the middle names agree?"""
    codes = table.names.codes["middle_name"]
    levels = _spelling_levels(table, codes[left], codes[right], similar=0, close=2, best=3)
    _fill(levels, 1, _same_initial(table, codes[left], codes[right]))
    return levels


def last_name_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the surnames agree, other surnames of either side included?

    Says nothing where first and last name are exchanged: the first name's level then stands for both.
    """
    names = table.names
    codes = names.codes["last_name"]
    levels = _spelling_levels(table, codes[left], codes[right], similar=1, close=3, best=4)
    parts = np.concatenate([names.parts["last_name"], names.parts["other_last_names"], codes[:, None]], axis=1)
    is_open = np.flatnonzero((levels >= 0) & (levels < 2))
    has_part = np.zeros(len(left), dtype=bool)
    has_part[is_open] = agree.share_a_part(parts[left[is_open]], parts[right[is_open]])
    _fill(levels, 2, has_part)
    levels[agree.is_exchanged(table, left, right)] = MISSING
    return levels


def equality_levels(field: str) -> LevelFunction:
    """Which function tells only equal from different for this field?"""

    def levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Are the two values equal?"""
        codes_l, codes_r = table.codes(field)[left], table.codes(field)[right]
        return np.where(agree.has_both(codes_l, codes_r), codes_l == codes_r, MISSING).astype(np.int8)

    return levels


def birth_date_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the birth dates agree? Partial dates agree on the parts both sides know."""
    date = table.birth_date
    same_year = date.year[left] == date.year[right]
    same_month, same_day = date.month[left] == date.month[right], date.day[left] == date.day[right]
    is_full = (date.day[left] != 0) & (date.day[right] != 0)
    knows_month = (date.month[left] != 0) & (date.month[right] != 0)
    is_both = agree.has_both(date.text.codes[left], date.text.codes[right])
    levels = np.where(is_both, 0, MISSING).astype(np.int8)
    agreeing = same_year.astype(np.int8) + same_month + same_day
    _fill(levels, 1, is_full & (agreeing == 2))
    _fill(levels, 2, ~knows_month & same_year)
    _fill(levels, 3, agree.is_one_edit_where(date.text, left, right, is_full & (agreeing < 3) & is_both))
    swapped = (date.month[left] == date.day[right]) & (date.day[left] == date.month[right])
    _fill(levels, 4, is_full & same_year & swapped)
    _fill(levels, 4, ~is_full & knows_month & same_year & same_month)
    _fill(levels, 5, is_full & (agreeing == 3))
    return levels


def ssn_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the SSNs agree? A side with only its last four digits is compared on those."""
    column = table.columns["ssn"]
    lengths = np.array([len(text) for text in column.vocabulary] + [0])
    last_four = np.array([int(text[-4:]) for text in column.vocabulary] + [MISSING])
    codes_l, codes_r = column.codes[left], column.codes[right]
    is_both = agree.has_both(codes_l, codes_r)
    is_full = (lengths[codes_l] == SSN_DIGITS) & (lengths[codes_r] == SSN_DIGITS)
    levels = np.where(is_both, 0, MISSING).astype(np.int8)
    _fill(levels, 1, ~is_full & (last_four[codes_l] == last_four[codes_r]))
    _fill(levels, 2, agree.is_one_edit_where(column, left, right, is_both & is_full & (codes_l != codes_r)))
    _fill(levels, 3, is_full & (codes_l == codes_r))
    return levels


def phone_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do the telephone numbers agree?"""
    column = table.columns["phone"]
    levels = equality_levels("phone")(table, left, right) * np.int8(2)
    levels[levels < 0] = MISSING
    _fill(levels, 1, agree.is_one_edit_where(column, left, right, levels == 0))
    return levels


def _text_levels(field: str, cuts: tuple[float, ...]) -> LevelFunction:
    """Which function grades this field by similarity? One level per cut, then equality."""

    def levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """How similar are the two texts?"""
        column = table.columns[field]
        codes_l, codes_r = column.codes[left], column.codes[right]
        is_both = agree.has_both(codes_l, codes_r)
        answer = np.where(is_both, 0, MISSING).astype(np.int8)
        is_unequal = is_both & (codes_l != codes_r)
        score = agree.similarity_where(column.vocabulary, codes_l, codes_r, is_unequal, cuts[0])
        for level, cut in enumerate(cuts, start=1):
            _fill(answer, level, score >= cut)
        _fill(answer, len(cuts) + 1, is_both & ~is_unequal)
        return answer

    return levels


def place_levels(table: EncodedTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How well do state, city and postcode agree, taken together because each follows from the next?"""
    same = {}
    levels = np.full(len(left), MISSING, dtype=np.int8)
    for field in ("state", "city", "postcode"):
        codes_l, codes_r = table.columns[field].codes[left], table.columns[field].codes[right]
        is_both = agree.has_both(codes_l, codes_r)
        levels[is_both] = 0
        same[field] = is_both & (codes_l == codes_r)
    postcode = table.columns["postcode"]
    is_unequal = agree.has_both(postcode.codes[left], postcode.codes[right]) & ~same["postcode"]
    _fill(levels, 1, same["state"])
    _fill(levels, 2, same["city"] | agree.is_one_edit_where(postcode, left, right, is_unequal))
    _fill(levels, 3, same["postcode"])
    return levels


class Comparison(BaseCompareFeature):
    """How well do two records agree in one aspect? A recordlinkage feature that gives level numbers.

    Args:
        name: of the comparison.
        fields: columns of normalised records it reads; missing columns must be present and empty in Compare().
        labels: of the levels, from disagreement to equality.
        function: gives the levels of pairs of nodes of an EncodedTable.
        term_field: the field whose value's frequency counts when the highest level is reached, or None.
    """

    def __init__(
        self,
        name: str,
        fields: tuple[str, ...],
        labels: tuple[str, ...],
        function: LevelFunction,
        term_field: str | None,
    ) -> None:
        super().__init__(list(fields), list(fields), label=name)
        self.name, self.fields, self.labels = name, fields, labels
        self.levels = function
        self.term_field = term_field

    def _compute_vectorized(self, *columns: pd.Series) -> np.ndarray:
        """Which level does each row reach? First half of the columns is the left side, second half the right."""
        half = len(self.fields)
        sides = [pd.DataFrame(dict(zip(self.fields, side, strict=True))) for side in (columns[:half], columns[half:])]
        table = encode_table(pd.concat([side.reset_index(drop=True) for side in sides], ignore_index=True))
        size = len(columns[0])
        return self.levels(table, np.arange(size), np.arange(size) + size)


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "first_name",
        ("first_name", "middle_name", "last_name"),
        ("different", "somewhat similar", "initial agrees", "nickname, middle name or part agrees", "close spelling",
         "exchanged with last name", "equal"),
        first_name_levels,
        "first_name",
    ),
    Comparison(
        "middle_name",
        ("middle_name",),
        ("different", "initial agrees", "close spelling", "equal"),
        middle_name_levels,
        "middle_name",
    ),
    Comparison(
        "last_name",
        ("last_name", "other_last_names", "first_name"),
        ("different", "somewhat similar", "part or other surname agrees", "close spelling", "equal"),
        last_name_levels,
        "last_name",
    ),
    Comparison("suffix", ("suffix",), ("conflict", "equal"), equality_levels("suffix"), None),
    Comparison(
        "birth_date",
        ("birth_date",),
        ("different", "two of three parts agree", "year agrees, rest not known", "one digit differs",
         "day and month exchanged, or day not known", "equal"),
        birth_date_levels,
        None,
    ),
    Comparison("sex", ("sex",), ("different", "equal"), equality_levels("sex"), None),
    Comparison(
        "ssn", ("ssn",), ("different", "last four digits agree", "one digit differs", "equal"), ssn_levels, "ssn"
    ),
    Comparison("phone", ("phone",), ("different", "one digit differs", "equal"), phone_levels, "phone"),
    Comparison(
        "email", ("email",), ("different", "similar", "equal"), _text_levels("email", (SIMILAR_EMAIL,)), "email"
    ),
    Comparison(
        "street_address",
        ("street_address",),
        ("different", "similar", "close spelling", "equal"),
        _text_levels("street_address", (SIMILAR_ADDRESS, CLOSE_ADDRESS)),
        "street_address",
    ),
    Comparison(
        "place",
        ("state", "city", "postcode"),
        ("different", "only the state agrees", "city agrees or postcode differs by one digit", "postcode agrees"),
        place_levels,
        "postcode",
    ),
)  # fmt: skip
"""All comparisons, in the fixed order in which weights are added up."""

LEVEL_COUNTS = tuple(len(comparison.labels) for comparison in COMPARISONS)


def compare_pairs(table: EncodedTable, left: np.ndarray, right: np.ndarray, chunk: int = 500_000) -> np.ndarray:
    """Which levels do these pairs of nodes reach? int8, one row per pair, one column per comparison."""
    answer = np.empty((len(left), len(COMPARISONS)), dtype=np.int8)
    for start in range(0, len(left), chunk):
        part = slice(start, start + chunk)
        for column, comparison in enumerate(COMPARISONS):
            answer[part, column] = comparison.levels(table, left[part], right[part])
    return answer
