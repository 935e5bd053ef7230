"""Which values can be normalised a million at a time? Those whose answer a pattern can vouch for.

Every function takes distinct texts and gives, per text, the answer of the function for one value, or null where that
function has to be asked. A test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from linkage.normalize.names import NO_MIDDLE_NAME, PLACEHOLDER_WORDS
from linkage.normalize.numbers import NO_EMAIL, PHONE_PLACEHOLDER_TAILS, PLACEHOLDER_SSNS, PLAIN_EMAIL
from linkage.normalize.places import NO_FIXED_ADDRESS, STREET_WORDS

Bulk = Callable[[pa.Array], pa.Array]

_NAME = "^[A-Z]+( [A-Z]+)*$"
_NINE_DIGITS = "^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$"
_IMPOSSIBLE_SSN = "^(000|666)|^.{3}00|0000$"
_NANP = r"^(\+?1)?[ .-]?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}$"
_STREET_END = "^ +| +$"
_ODD_BOX = "^(P O|POST OFFICE|PO) ?BOX"
_TIDY_STREET = "^[A-Z0-9/]+( [A-Z0-9/]+)*$"
_UNTIDY_WORD = f"(^| )({'|'.join(STREET_WORDS)})( |$)|APT APT|{_ODD_BOX}"
_PHONE_KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager",
                "uan", "voicemail")  # fmt: skip


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(texts, pattern)


def _only(texts: pa.Array, *conditions: pa.Array) -> pa.Array:
    """What is left of these texts where all conditions hold? The others are null."""
    kept = conditions[0]
    for condition in conditions[1:]:
        kept = pc.and_(kept, condition)
    return pc.if_else(kept, texts, pa.scalar(None, pa.string()))


def _is_none_of(texts: pa.Array, words: frozenset[str]) -> pa.Array:
    return pc.invert(pc.is_in(texts, value_set=pa.array(sorted(words))))


def _names(texts: pa.Array, refused: frozenset[str]) -> pa.Array:
    """Which names are words of plain letters, and none that stands for "not known"?"""
    upper = pc.ascii_upper(texts)
    letters = pc.replace_substring(upper, " ", "")
    is_placeholder = _matches(letters, "^(UNKNOWN|XXX+$)")
    return _only(upper, _matches(upper, _NAME), _is_none_of(letters, refused), pc.invert(is_placeholder))


def names(texts: pa.Array) -> pa.Array:
    """Which first and last names are plain?"""
    return _names(texts, PLACEHOLDER_WORDS)


def middle_names(texts: pa.Array) -> pa.Array:
    """Which middle names are plain?"""
    return _names(texts, NO_MIDDLE_NAME)


def social_security_numbers(texts: pa.Array) -> pa.Array:
    """Which numbers have nine digits and can have been issued, 9xx included?"""
    digits = pc.replace_substring(texts, "-", "")
    one_digit_only = frozenset(str(digit) * 9 for digit in range(10))
    return _only(
        digits,
        _matches(texts, _NINE_DIGITS),
        pc.invert(_matches(digits, _IMPOSSIBLE_SSN)),
        _is_none_of(digits, PLACEHOLDER_SSNS | one_digit_only),
    )


@lru_cache(maxsize=1)
def nanp_pattern() -> str:
    """Which ten digits are a number in service in North America, by phonenumbers' own patterns?"""
    found = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[1]:
        plan = PhoneMetadata.metadata_for_region(region)
        kinds = [getattr(plan, kind) for kind in _PHONE_KINDS]
        found |= {kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern}
    return "^(" + "|".join(sorted(found)) + ")$"


def phones(texts: pa.Array) -> pa.Array:
    """Which texts are a North American number in service, with or without separators and country code?"""
    digits = pc.utf8_slice_codeunits(pc.replace_substring_regex(texts, "[^0-9]+", ""), start=-10)
    exchange = pc.binary_join_element_wise(pc.utf8_slice_codeunits(digits, 0, 6), "0142", "")
    tail = pc.utf8_slice_codeunits(digits, 3)
    return _only(
        digits,
        _matches(texts, _NANP),
        _matches(digits, nanp_pattern()),
        _matches(exchange, nanp_pattern()),
        _is_none_of(tail, PHONE_PLACEHOLDER_TAILS),
    )


def emails(texts: pa.Array) -> pa.Array:
    """Which texts are an address without ornament?"""
    lower = pc.ascii_lower(texts)
    return _only(lower, _matches(lower, f"^({PLAIN_EMAIL})$"), pc.invert(_matches(lower, f"^{NO_EMAIL}")))


def _short_words(lines: pa.Array) -> pa.Array:
    """How are these lines written with every word in its postal short form?"""
    words = pc.split_pattern(lines, " ")
    codes = words.flatten().dictionary_encode()
    short = pa.array([STREET_WORDS.get(word, word) for word in codes.dictionary.to_pylist()], pa.string())
    offsets, shortened = words.offsets, pc.take(short, codes.indices)
    return pc.binary_join(pa.ListArray.from_arrays(offsets, shortened), " ")


def _tidied(texts: pa.Array) -> pa.Array:
    """How are these street lines written in upper case, without punctuation, in postal short form?"""
    line = pc.replace_substring_regex(pc.ascii_upper(texts), "[.']+", "")
    line = pc.replace_substring_regex(pc.replace_substring(line, "#", " APT "), "[^A-Z0-9/]+", " ")
    line = pc.replace_substring_regex(line, _STREET_END, "")
    is_refused = pc.or_(_matches(line, NO_FIXED_ADDRESS.pattern), _matches(line, _ODD_BOX))
    short = pc.replace_substring(_short_words(line), "APT APT", "APT")
    return _only(short, pc.invert(is_refused), pc.string_is_ascii(texts))


def street_lines(texts: pa.Array) -> pa.Array:
    """Which street lines are plain ASCII and have an address in them? Those that are tidy already are left alone."""
    is_tidy = pc.and_not(_matches(texts, _TIDY_STREET), _matches(texts, _UNTIDY_WORD))
    is_open = pc.invert(is_tidy)
    lines = pc.replace_with_mask(texts, is_open, _tidied(texts.filter(is_open)))
    is_address = pc.and_not(_matches(lines, "[^0 /]"), _matches(lines, NO_FIXED_ADDRESS.pattern))
    return _only(lines, pc.fill_null(is_address, False))
