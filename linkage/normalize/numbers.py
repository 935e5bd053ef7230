"""Which numbers and codes tell people apart: SSN, phone, e-mail, sex?

Text in, text or None out; nothing raises. A number that cannot be real, or that stands for "not known", becomes None.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from linkage.normalize.names import plain_text

PLACEHOLDER_SSNS = frozenset(
    {"123456789", "987654321", "012345678", "123123123", "078051120", "219099999", "457555462", "111223333"}
)
"""Numbers printed in advertisements and typed to satisfy a form (Social Security Administration, history of the
SSN)."""

SEX_WORDS = {
    "F": "F", "FEMALE": "F", "WOMAN": "F", "GIRL": "F", "2": "F",
    "M": "M", "MALE": "M", "MAN": "M", "BOY": "M", "1": "M",
}  # fmt: skip
"""Spellings of sex in feeds, with the codes of ISO/IEC 5218. Anything else is "not known", never a disagreement."""

PHONE_PLACEHOLDER_TAILS = frozenset({"0000000", "1111111", "9999999", "1234567", "2222222", "8888888"})
"""Last seven digits that are typed to satisfy a form."""

PLAIN_EMAIL = r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9-]+(\.[a-z0-9-]+)+"
"""What an e-mail address in lower case consists of."""

NO_EMAIL = r"(no|none|na|noemail|unknown|refused|declined|test|noreply|no-reply)@"
"""How an address begins that was typed to satisfy a form."""

NANP_DIGITS = 10
"""Digits of a North American number without the country code."""

FEWEST_PHONE_DIGITS, PHONE_DIGITS_COMPARED = 6, 9
"""Digits of a number outside of North America. The last nine are the same with and without the country code or the
leading zero: +256 712 300 633, 0712 300633 and 712300633 are one number."""

SHORTEST_IDENTIFIER, LONGEST_IDENTIFIER = 4, 20
"""Letters and digits of another registry's identifier."""

NO_IDENTIFIER = frozenset(
    {"UNKNOWN", "NONE", "NULL", "NOTKNOWN", "NOTAVAILABLE", "NOTGIVEN", "NOTPROVIDED", "REFUSED", "DECLINED",
     "MISSING", "BLANK", "PENDING", "TEST", "TEMP", "NOID", "NOSSN", "NONUMBER"}
)  # fmt: skip
"""Words that stand for "not known" in a column of identifiers; shorter ones are too short to be one."""

_COUNTING_DIGITS = ("01234567890123456789", "12345678901234567890")
_DECIMALS = re.compile(r"\s*(\d+)\.0\s*", re.ASCII)
_NOT_IDENTIFIER = re.compile(r"[^A-Z0-9]+")
_NOT_DIGIT = re.compile(r"\D+")
_MASKED_SSN = re.compile(r"[X*#]{3}-?[X*#]{2}-?(\d{4})")
_EMAIL = re.compile(PLAIN_EMAIL)
_NO_EMAIL = re.compile(NO_EMAIL)
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|#)\s*\d+\s*$", re.IGNORECASE)


def normalize_sex(text: object) -> str | None:
    """Which sex does the record state: 'F', 'M' or not known?

    >>> normalize_sex("female"), normalize_sex("M"), normalize_sex("U")
    ('F', 'M', None)
    """
    plain = plain_text(text)
    return SEX_WORDS.get(plain.upper()) if plain else None


def normalize_ssn(text: object, accepts_9xx: bool = False) -> str | None:
    """Which Social Security number does this text hold: nine digits, the last four, or none?

    Args:
        text: the number with or without separators; last four alone, or behind a mask (XXX-XX-1234), are kept as four.
        accepts_9xx: whether numbers that begin with 9 count. They are never issued, but some made-up sets use them, so
            this is a fact of the feed.

    Source: Social Security Administration, numbers never issued (area 000, 666, 9xx; group 00; serial 0000).

    >>> normalize_ssn("078-05-1121"), normalize_ssn("XXX-XX-1234"), normalize_ssn("999-99-9999")
    ('078051121', '1234', None)
    >>> normalize_ssn("4i18-72-0917") is None
    True
    """
    plain = plain_text(text)
    if plain is None:
        return None
    masked = _MASKED_SSN.fullmatch(plain.upper())
    if masked:
        return None if masked[1] == "0000" else masked[1]
    digits = plain.replace("-", "").replace(" ", "")
    if not digits.isdigit():
        return None
    if len(digits) == 4:
        return None if digits in {"0000", "9999"} else digits
    return digits if len(digits) == 9 and _is_possible_ssn(digits, accepts_9xx) else None


def _is_possible_ssn(digits: str, accepts_9xx: bool) -> bool:
    """Could these nine digits have been issued to somebody?"""
    if digits in PLACEHOLDER_SSNS or len(set(digits)) == 1:
        return False
    if digits[0] == "9" and not accepts_9xx:
        return False
    return digits[:3] not in {"000", "666"} and digits[3:5] != "00" and digits[5:] != "0000"


def normalize_phone(text: object, region: str = "US") -> str | None:
    """Which telephone number does this text hold? Ten digits for +1, otherwise E.164.

    Only numbers that phonenumbers calls valid are kept. So numbers with area code 555, which made-up sets use, are
    missing; 913-555-0123 (a real area code) is valid and kept. An extension is dropped.

    >>> normalize_phone("(913) 829-1234 x12"), normalize_phone("712 300633", "UG"), normalize_phone("000-000-0000")
    ('9138291234', '+256712300633', None)
    """
    plain = plain_text(text)
    if plain is None:
        return None
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", plain))
    if region == "US" and "+" not in plain:
        if len(digits) == NANP_DIGITS + 1 and digits[0] == "1":
            digits = digits[1:]
        return digits if len(digits) == NANP_DIGITS and _is_valid_nanp(digits) else None
    return _parse_any_phone(plain, region)


def _is_valid_nanp(digits: str) -> bool:
    """Is this ten-digit number in service in North America? Decided by its first six digits and known fillers."""
    return digits[3:] not in PHONE_PLACEHOLDER_TAILS and _is_valid_exchange(digits[:6])


@lru_cache(maxsize=65536)
def _is_valid_exchange(area_and_exchange: str) -> bool:
    """Does this area code have this exchange? phonenumbers' plan for +1 looks at these six digits only."""
    return _parse_any_phone(f"+1{area_and_exchange}0142", "US") is not None


def _parse_any_phone(text: str, region: str) -> str | None:
    """What does phonenumbers make of this text?"""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if number.country_code == 1:
        return str(number.national_number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalize_email(text: object) -> str | None:
    """Which e-mail address does this text hold? Lower case, or None.

    >>> normalize_email(" Ann@Example.org "), normalize_email("none"), normalize_email("noemail@x.org")
    ('ann@example.org', None, None)
    """
    plain = plain_text(text)
    if plain is None:
        return None
    address = plain.lower().removeprefix("mailto:")
    return address if _EMAIL.fullmatch(address) and not _NO_EMAIL.match(address) else None


def whole_number(text: object) -> object:
    """What is a number that was read as a decimal fraction? Other values stay as they are.

    >>> whole_number("512341234.0"), whole_number("5.5")
    ('512341234', '5.5')
    """
    found = _DECIMALS.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else text


def _is_filler(characters: str) -> bool:
    """Was this typed to satisfy a form: one character repeated, or counting 12345…?"""
    return len(set(characters)) == 1 or any(counting.startswith(characters) for counting in _COUNTING_DIGITS)


def normalize_identifier(text: object) -> str | None:
    """Which identifier of a registry other than Social Security does this text hold? Upper case letters and digits.

    >>> normalize_identifier("ab-1234 x"), normalize_identifier("123456"), normalize_identifier("unknown")
    ('AB1234X', None, None)
    """
    plain = plain_text(whole_number(text))
    letters = _NOT_IDENTIFIER.sub("", plain.upper()) if plain else ""
    if not SHORTEST_IDENTIFIER <= len(letters) <= LONGEST_IDENTIFIER:
        return None
    return None if _is_filler(letters) or letters in NO_IDENTIFIER else letters


def normalize_any_phone(text: object) -> str | None:
    """Which telephone number of any country does this text hold? Its last PHONE_DIGITS_COMPARED digits.

    >>> normalize_any_phone("+256 712 300633"), normalize_any_phone("0712300633"), normalize_any_phone("000000")
    ('712300633', '712300633', None)
    """
    plain = plain_text(whole_number(text))
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", plain)).lstrip("0") if plain else ""
    compared = digits[-PHONE_DIGITS_COMPARED:].lstrip("0")
    return compared if len(compared) >= FEWEST_PHONE_DIGITS and not _is_filler(compared) else None
