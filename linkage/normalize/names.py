"""What is a person's name, written so that two spellings of it can be compared?

Every function takes text (or None) and gives text or None; none raises on any text. Names become upper case ASCII
letters; digits, punctuation and accents go. A name without any Latin letter keeps the letters of its own script. A word
that stands for "not known" becomes None.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nameparser import HumanName

PLACEHOLDER_WORDS = frozenset(
    [
        "UNKNOWN",
        "UNK",
        "UNKN",
        "UNKNWN",
        "UNKNOW",
        "UNKOWN",
        "UNNAMED",
        "UNIDENTIFIED",
        "ANONYMOUS",
        "ANON",
        "REFUSED",
        "REFUSE",
        "REFUSAL",
        "DECLINED",
        "NULL",
        "NONE",
        "NA",
        "NAN",
        "NOTAVAILABLE",
        "NOTGIVEN",
        "NOTPROVIDED",
        "NOTKNOWN",
        "NOTSTATED",
        "NONAME",
        "NOLASTNAME",
        "NOFIRSTNAME",
        "NONAMEGIVEN",
        "FNU",
        "LNU",
        "MNU",
        "TEST",
        "TESTING",
        "TESTPATIENT",
        "TESTPERSON",
        "DUMMY",
        "XXX",
        "XXXX",
        "XXXXX",
        "BLANK",
        "PENDING",
        "TBD",
        "NFN",
        "NLN",
        "FIRSTNAME",
        "LASTNAME",
        "BABY",
        "BABYBOY",
        "BABYGIRL",
        "BOYBABY",
        "GIRLBABY",
        "NEWBORN",
        "INFANT",
        "BB",
        "BG",
        "MALE",
        "FEMALE",
        "UNKNOWNMALE",
        "UNKNOWNFEMALE",
        "JOHNDOE",
        "JANEDOE",
    ]
)
"""Words that stand for "not known" wherever a first or last name is expected (dirty-input tables of public feeds)."""

PLACEHOLDER_PAIRS = frozenset({("JOHN", "DOE"), ("JANE", "DOE"), ("JON", "DOE"), ("BABY", "DOE"), ("JOHNNY", "DOE")})
"""First and last names that only together stand for "not known"; Doe alone is a real surname."""

NO_MIDDLE_NAME = frozenset({"NMN", "NMI", "NMNI", "NOMIDDLENAME", "NOMIDDLE"}) | PLACEHOLDER_WORDS
"""What clerks write where there is no middle name."""

SUFFIXES = {
    "JR": "JR", "JNR": "JR", "JUNIOR": "JR", "RJ": "JR", "J R": "JR",
    "SR": "SR", "SNR": "SR", "SENIOR": "SR", "RS": "SR", "S R": "SR",
    "I": "I", "1ST": "I", "II": "II", "2ND": "II", "LL": "II", "2": "II",
    "III": "III", "3RD": "III", "LLL": "III", "3": "III",
    "IV": "IV", "4TH": "IV", "LV": "IV", "4": "IV", "V": "V", "5TH": "V", "VI": "VI",
}  # fmt: skip
"""Spellings of a generation suffix, with the damage seen in files: letters l for I, and reversed 'rS'."""

SUFFIX_WORDS_IN_A_NAME = frozenset({"JR", "SR", "JNR", "SNR", "JUNIOR", "SENIOR", "II", "III", "IV", "LLL"})
# Word forms safe to lift out of a surname column. A lone I or V is more often a middle initial.

TITLES = frozenset({"MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "HON", "SIR", "DAME", "LORD", "LADY", "CAPT"})
"""Words of address before a first name. Words that are also names (DON, MASTER, SENORA) are left alone."""

_SUFFIX_ALONE = frozenset({"JR", "SR", "JNR", "SNR", "II", "III", "IV"})
# What a middle name column may hold by itself and can only be a suffix; Junior and Senior are also given names.

_LATIN_LETTERS = str.maketrans({"ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D",
                                "đ": "d", "Þ": "Th", "þ": "th", "Œ": "OE", "œ": "oe", "ı": "i", "’": "'"})  # fmt: skip
_DIGEST = re.compile(r"(?=.*[0-9])[0-9a-f]{32,128}", re.IGNORECASE)
# A hash in hexadecimal digits, from MD5 to SHA-512: where names are hashed, equal ones prove nothing to us.
_NOT_A_LETTER = re.compile(r"[^A-Z]+")
_DROPPED_INSIDE_A_WORD = re.compile(r"['`.´0-9]+")
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]+")
# Accents, Hebrew and Arabic vowel points and the Arabic stretch mark: what people leave out when they type.


@dataclass(frozen=True)
class PersonName:
    """What are the parts of one person's name? Each part as written, or None."""

    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None


def plain_text(text: object) -> str | None:
    """What ASCII text does this value hold, if any?

    Accents are dropped, control characters become spaces, runs of white space become one space. Numbers, NA and other
    objects that are not text give None.

    >>> plain_text("  José  Núñez ")
    'Jose Nunez'
    """
    if not isinstance(text, str):
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_LATIN_LETTERS).encode("ascii", "ignore").decode("ascii")
    words = text.replace("\x7f", " ").replace("\x00", " ").split()
    return " ".join(words) or None


def own_script(text: str, kinds: str = "LM") -> str | None:
    """How is text without Latin letters written, so that two spellings of it can be compared?

    Upper case where the script has it, accents and vowel points dropped, one form of each letter (Unicode NFKC), all
    but letters (or the given Unicode kinds) replaced by spaces.

    >>> own_script("Иванов-Петрова"), own_script("王芳"), own_script("१२")
    ('ИВАНОВ ПЕТРОВА', '王芳', None)
    """
    letters = unicodedata.normalize("NFKC", _ACCENT.sub("", unicodedata.normalize("NFKD", text.upper())).upper())
    kept = "".join(letter if unicodedata.category(letter)[0] in kinds else " " for letter in letters)
    return " ".join(kept.split()) or None


def name_words(text: object) -> str | None:
    """What are the words of this name? Upper case letters, one space between words, hyphens split. A hash has none.

    >>> name_words("O'Brien-Smith 995"), name_words("Иванов")
    ('OBRIEN SMITH', 'ИВАНОВ')
    >>> name_words("9f86d081884c7d659a2feaa0c55ad015") is None
    True
    """
    plain = plain_text(text)
    if plain and _DIGEST.fullmatch(plain):
        return None
    words = _NOT_A_LETTER.sub(" ", _DROPPED_INSIDE_A_WORD.sub("", plain.upper())).split() if plain else []
    if not words and isinstance(text, str) and not text.isascii():
        return own_script(text)
    return " ".join(words) or None


def comparable_name(text: object) -> str | None:
    """Which letters of this name are compared? Upper case ASCII letters, or those of its own script.

    >>> comparable_name("Goldner995"), comparable_name("de la Cruz"), comparable_name("12")
    ('GOLDNER', 'DELACRUZ', None)
    """
    words = name_words(text)
    return words.replace(" ", "") if words else None


def normalize_suffix(text: object) -> str | None:
    """Which generation does this suffix name: JR, SR, I, II, III, IV, V or VI?

    >>> normalize_suffix("Jr."), normalize_suffix("lll"), normalize_suffix("rS"), normalize_suffix("MD")
    ('JR', 'III', 'SR', None)
    """
    plain = plain_text(text)
    return SUFFIXES.get(plain.upper().replace(".", "").replace(",", "").strip()) if plain else None


def is_placeholder_word(text: object) -> bool:
    """Does this one name stand for "not known"?

    >>> is_placeholder_word("Unk."), is_placeholder_word("Baby Boy"), is_placeholder_word("Boyd")
    (True, True, False)
    """
    letters = comparable_name(text)
    if letters is None:
        return False
    return letters in PLACEHOLDER_WORDS or letters.startswith("UNKNOWN") or (len(letters) > 2 and set(letters) == {"X"})


def is_placeholder_name(first: object, last: object) -> bool:
    """Does this name, or a part of it, stand for "not known"?

    True as soon as one part is a placeholder, or both together are (John Doe). Missing parts are no placeholder.

    >>> is_placeholder_name("John", "Doe"), is_placeholder_name("Maria", "Doe"), is_placeholder_name("FNU", "LNU")
    (True, False, True)
    >>> is_placeholder_name("Baby Boy", "Nash"), is_placeholder_name(None, None)
    (True, False)
    """
    pair = (comparable_name(first) or "", comparable_name(last) or "")
    return pair in PLACEHOLDER_PAIRS or is_placeholder_word(first) or is_placeholder_word(last)


def real_name_words(text: object) -> str | None:
    """What are the words of this name, unless it stands for "not known"?

    >>> real_name_words("Mary-Ann"), real_name_words("REFUSED")
    ('MARY ANN', None)
    """
    return None if is_placeholder_word(text) else name_words(text)


def normalize_middle_name(text: object) -> str | None:
    """What is the middle name, if there is one?

    >>> normalize_middle_name("NMN"), normalize_middle_name("q.")
    (None, 'Q')
    """
    words = name_words(text)
    return None if words is None or words.replace(" ", "") in NO_MIDDLE_NAME else words


def split_suffix(words: str | None) -> tuple[str | None, str | None]:
    """Which suffix is hidden at the end of this surname? Gives (surname, suffix).

    >>> split_suffix("SMITH JR"), split_suffix("JUNIOR"), split_suffix("SMITH")
    (('SMITH', 'JR'), ('JUNIOR', None), ('SMITH', None))
    """
    if words is None or " " not in words:
        return words, None
    name, _, last_word = words.rpartition(" ")
    if last_word not in SUFFIX_WORDS_IN_A_NAME:
        return words, None
    return name, SUFFIXES[last_word]


def split_name(words: str | None) -> tuple[str | None, str | None]:
    """Which name is this without the suffixes at its end, and which generation does the last of them say?

    >>> split_name("SMITH JR III"), split_name("UNKNOWN JR"), split_name("JUNIOR")
    (('SMITH', 'III'), (None, 'JR'), ('JUNIOR', None))
    """
    name, suffix = split_suffix(words)
    while name and split_suffix(name)[1]:
        name = split_suffix(name)[0]
    return (real_name_words(name) if suffix else name), suffix


def split_first_name(words: str | None) -> tuple[str | None, str | None]:
    """Which first name is this without titles before it, and which suffix stands behind it?

    >>> split_first_name("DR JOHN JR"), split_first_name("MRS ANN"), split_first_name("MISS")
    (('JOHN', 'JR'), ('ANN', None), ('MISS', None))
    """
    name, suffix = split_name(words)
    while name and " " in name and name.partition(" ")[0] in TITLES:
        name = name.partition(" ")[2]
    return (name if name == words else real_name_words(name)), suffix


def split_middle_name(words: str | None) -> tuple[str | None, str | None]:
    """Which middle name is this without the suffix in it? A lone suffix leaves none.

    >>> split_middle_name("III"), split_middle_name("LEE JR"), split_middle_name("JUNIOR")
    ((None, 'III'), ('LEE', 'JR'), ('JUNIOR', None))
    """
    name, suffix = split_suffix(words)
    while name and (name in _SUFFIX_ALONE or split_suffix(name)[1]):
        suffix = suffix or SUFFIXES[name]
        name = None if name in _SUFFIX_ALONE else split_suffix(name)[0]
    return (normalize_middle_name(name) if suffix else name), suffix


def _reverse_to_first_last(text: str) -> str:
    """How does "LAST FIRST MIDDLE", without its comma, read with a comma? The first word is taken as the surname."""
    if "," in text:
        return text
    last, _, rest = text.partition(" ")
    return f"{last}, {rest}" if rest else text


def parse_full_name(text: object, order: Literal["last_first", "first_last"]) -> PersonName:
    """What are the parts of a name written in one field?

    Args:
        text: the whole name as written.
        order: which part comes first where there is no comma. This is a fact of the feed, declared, never guessed.

    Returns:
        The parts, upper case ASCII, suffix normalised. All None where nothing can be read. A name of one word is a
        last name when the order is last_first. Parsing by nameparser.

    >>> parse_full_name("SMITH JR, JOHN Q", "last_first")
    PersonName(first_name='JOHN', middle_name='Q', last_name='SMITH', suffix='JR')
    >>> parse_full_name("SMITH, JOHN Q, JR", "last_first") == parse_full_name("Smith, John Q. Jr", "last_first")
    True
    """
    plain = plain_text(text)
    if plain is None:
        return PersonName()
    return _parse_plain_name(plain.upper(), order)


@lru_cache(maxsize=65536)
def _parse_plain_name(text: str, order: str) -> PersonName:
    """What are the parts of this upper case ASCII name? Cached: the same names come again and again."""
    ordered = _reverse_to_first_last(text) if order == "last_first" else text
    parsed = HumanName(ordered)
    first = parsed.first or parsed.title
    last = parsed.last
    if order == "last_first" and first and not last and "," not in ordered:
        first, last = "", first
    surname, hidden = split_suffix(name_words(last))
    suffix = next((s for s in map(normalize_suffix, parsed.suffix.split(",")) if s), None)
    return PersonName(name_words(first), normalize_middle_name(parsed.middle), surname, suffix or hidden)
