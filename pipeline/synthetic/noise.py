"""How do the values in a record differ from the truth? Typing slips, short names, old addresses, placeholders, blanks.

Each rate is the share of records in which that thing happens. They are chosen near what is reported for hand-keyed
administrative data (Christen, *Data Matching*, 2012, chapters 3 and 7); `HARSHER` raises them all alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from unicodedata import combining, normalize

from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.people import Person
from pipeline.synthetic.places import Address, Places, phone

HARSHER = 2.5  # a county where twice to three times as much goes wrong, to see how far a method bends
HIGHEST = 0.9  # no rate goes beyond this, however harsh

TYPO = 0.025  # per name part: keyed by hand, under stress, from hearsay
NICKNAME = 0.25  # of people who go by a short name: it is what they answer when asked
INITIAL_ONLY = 0.45  # middle names are mostly noted as a letter
NO_MIDDLE = 0.35
NO_SUFFIX = 0.4  # Jr and Sr get lost more often than not told
ALIAS = 0.2  # of people who have another name at all
FORMER_NAME = 0.25  # of people who married: systems keep the name first noted
SWAPPED_NAMES = 0.006  # surname keyed into the field of the given name
HALF_OF_HYPHENATED = 0.3  # one half of a double surname
ACCENTS_LOST = 0.7  # most keyboards and systems of record drop them
OTHER_CASE = 0.03  # a record in the other case than the feed's habit
PADDED = 0.01  # blanks around a value
NO_BIRTH_DATE = 0.05
DAY_MONTH_SWAP = 0.008  # where both orders are dates
BIRTH_DIGIT_SLIP = 0.012
NO_SSN = 0.3  # rarely asked on a street, often at a counter
SSN_DIGIT_SLIP = 0.012
NO_PHONE = 0.25
OTHER_PHONE = 0.12  # a number of before: people change phones every few years
PHONE_DIGIT_SLIP = 0.01
OLD_ADDRESS = 0.2  # of people who moved
NO_ADDRESS = 0.06
STREET_TYPO = 0.03
NO_FIXED_ADDRESS = 0.5  # of people without a home: TRANSIENT rather than the shelter
NO_EMAIL = 0.3
SEX_WRONG = 0.003
SEX_UNKNOWN = 0.02
PLACEHOLDER_NAME = 0.004  # nobody knows who it was
PLACEHOLDER_VALUE = 0.01  # a form that would not let the field stay empty
PLACEHOLDER_MIDDLE = 0.05  # of people without a middle name: "no middle name" keyed in as if it were one
COPIED_FORWARD = 0.35  # records that take over what the same agency noted last time

PLACEHOLDER_NAMES = (("John", "Doe"), ("Jane", "Doe"), ("Unknown", "Unknown"), ("Unk", "Unk"), ("", "Unknown"))
NO_MIDDLE_NAME = ("NMN", "NMI")
PLACEHOLDER_BIRTH_DATES = Weighted({date(1900, 1, 1): 8, date(1901, 1, 1): 2})
PLACEHOLDER_SSNS = Weighted({"999999999": 5, "000000000": 4, "123456789": 1})
PLACEHOLDER_PHONES = Weighted({"0000000000": 5, "9999999999": 2})
NO_FIXED_ADDRESSES = Weighted({"TRANSIENT": 5, "HOMELESS": 4, "NO FIXED ADDRESS": 1, "GENERAL DELIVERY": 1})
NEIGHBOURS = (
    {"q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl"}
    | {"p": "ol", "a": "qsz", "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy", "j": "hku", "k": "jli"}
    | {"l": "ko", "z": "xa", "x": "zcs", "c": "xvd", "v": "cbf", "b": "vng", "n": "bmh", "m": "nk"}
)
"""Which keys lie next to each on a US keyboard?"""


@dataclass
class Seen:
    """What does a record say of a person? Plain values, before any feed's layout; empty text means not said."""

    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    birth_date: date | None
    sex: str
    ssn: str
    phone: str
    email: str
    address: Address
    other_last_names: tuple[str, ...] = ()
    nickname: str = ""


class Noise:
    """How does a person look in one record? Built once per feed; `harsher` raises every rate."""

    def __init__(self, places: Places, chance: Chance, *, harsher: bool = False) -> None:
        self.places, self.chance = places, chance
        self._times = HARSHER if harsher else 1.0
        self._last_seen: dict[int, Seen] = {}

    def _slips(self, rate: float) -> bool:
        return self.chance.number() < min(rate * self._times, HIGHEST)

    def see(self, person: Person, day: date, elsewhere: float = 0.0) -> Seen:
        """What does a record of that day say of the person?

        Args:
            person: who it is about.
            day: when the record was made.
            elsewhere: share of records that carry the place of the event rather than a home.
        """
        before = self._last_seen.get(person.index)
        if before is not None and self.chance.happens(COPIED_FORWARD):
            return before
        seen = self._fresh(person, day)
        if self.chance.happens(elsewhere):
            seen.address = self.chance.pick(self.places.public_places)
        self._last_seen[person.index] = seen
        return seen

    def _fresh(self, person: Person, day: date) -> Seen:
        first, last = self._names(person, day)
        seen = Seen(
            first_name=first,
            middle_name=self._middle(person),
            last_name=last,
            suffix="" if self._slips(NO_SUFFIX) else person.suffix,
            birth_date=self._birth_date(person.birth),
            sex=self._sex(person.sex),
            ssn=self._ssn(person.ssn),
            phone=self._phone(person, day),
            email="" if self._slips(NO_EMAIL) else person.email,
            address=self._address(person, day),
            other_last_names=self._other_last_names(person, last, day),
            nickname=person.nickname,
        )
        if self._slips(PLACEHOLDER_NAME):
            first, last = self.chance.pick(PLACEHOLDER_NAMES)
            return replace(
                seen, first_name=first, last_name=last, middle_name="", suffix="", other_last_names=(), nickname=""
            )
        return seen

    # --- names ---------------------------------------------------------------------------------------------------

    def _names(self, person: Person, day: date) -> tuple[str, str]:
        first, last = person.first, person.last_on(day)
        if person.birth_name and day >= person.married_on and self._slips(FORMER_NAME):
            last = person.birth_name
        if person.nickname and self._slips(NICKNAME):
            first = person.nickname
        if person.aliases and self._slips(ALIAS):
            first, last = self.chance.pick(person.aliases)
        if "-" in last and self._slips(HALF_OF_HYPHENATED):
            last = self.chance.pick(last.split("-")) if self.chance.happens(0.7) else last.replace("-", " ")
        first, last = self._typed(first), self._typed(last)
        return (last, first) if self._slips(SWAPPED_NAMES) else (first, last)

    def _typed(self, name: str) -> str:
        """What does a name look like once keyed in?"""
        if not name.isascii() and self._slips(ACCENTS_LOST):
            name = without_accents(name)
        if len(name) > 3 and self._slips(TYPO):
            name = typo(name, self.chance)
        if self._slips(PADDED):
            name = f" {name}" if self.chance.happens(0.3) else f"{name} "
        return name

    def _middle(self, person: Person) -> str:
        if not person.middle and self._slips(PLACEHOLDER_MIDDLE):
            return self.chance.pick(NO_MIDDLE_NAME)
        if not person.middle or self._slips(NO_MIDDLE):
            return ""
        if self._slips(INITIAL_ONLY):
            return person.middle[0]
        return self._typed(person.middle)

    def _other_last_names(self, person: Person, last: str, day: date) -> tuple[str, ...]:
        """Which other surnames does a careful record list? Names given up by that day, and other names in use."""
        others = [person.birth_name] if person.birth_name and day >= person.married_on else []
        others += [alias_last for _, alias_last in person.aliases]
        return tuple(name for name in dict.fromkeys(others) if name and name != last)

    # --- dates and numbers ---------------------------------------------------------------------------------------

    def _birth_date(self, birth: date) -> date | None:
        if self._slips(NO_BIRTH_DATE):
            return None
        if self._slips(PLACEHOLDER_VALUE):
            return self.chance.draw(PLACEHOLDER_BIRTH_DATES)
        if birth.day <= 12 and self._slips(DAY_MONTH_SWAP):
            return date(birth.year, birth.day, birth.month)
        if self._slips(BIRTH_DIGIT_SLIP):
            return self.chance.pick(
                (birth - timedelta(days=1), birth + timedelta(days=10), _in_year(birth, -1), _in_year(birth, -10))
            )
        return birth

    def _ssn(self, ssn: str) -> str:
        if self._slips(PLACEHOLDER_VALUE):
            return self.chance.draw(PLACEHOLDER_SSNS)
        if not ssn or self._slips(NO_SSN):
            return ""
        return digit_slip(ssn, self.chance) if self._slips(SSN_DIGIT_SLIP) else ssn

    def _phone(self, person: Person, day: date) -> str:
        if self._slips(NO_PHONE):
            return self.chance.draw(PLACEHOLDER_PHONES) if self._slips(PLACEHOLDER_VALUE * 4) else ""
        number = phone(self.chance) if self._slips(OTHER_PHONE) else person.residence_on(day).phone
        return digit_slip(number, self.chance) if number and self._slips(PHONE_DIGIT_SLIP) else number

    def _sex(self, sex: str) -> str:
        if self._slips(SEX_UNKNOWN):
            return ""
        return {"M": "F", "F": "M"}.get(sex, sex) if self._slips(SEX_WRONG) else sex

    def _address(self, person: Person, day: date) -> Address:
        here = person.residence_on(day).address
        if person.is_unhoused and self._slips(NO_FIXED_ADDRESS):
            return Address(self.chance.draw(NO_FIXED_ADDRESSES), here.town, "", here.state)
        if self._slips(NO_ADDRESS):
            return Address("", "", "")
        if len(person.residences) > 1 and self._slips(OLD_ADDRESS):
            here = self.chance.pick(
                [home for home in person.residences if home.since <= day] or person.residences
            ).address
        return replace(here, street=typo(here.street, self.chance)) if self._slips(STREET_TYPO) else here


def without_accents(text: str) -> str:
    """Which plain letters does a text have without its accents? Núñez gives Nunez."""
    return "".join(c for c in normalize("NFKD", text) if not combining(c))


def typo(text: str, chance: Chance) -> str:
    """What comes out when one keystroke goes wrong? A neighbouring key, two keys swapped, one left out, one doubled."""
    place = chance.whole(1, max(len(text) - 2, 1))
    kind = chance.whole(0, 3)
    before, letter, after = text[:place], text[place], text[place + 1 :]
    if kind == 0:
        near = chance.pick(NEIGHBOURS.get(letter.lower(), letter))
        return before + (near.upper() if letter.isupper() else near) + after
    if kind == 1:
        return text[: place - 1] + letter + text[place - 1] + after
    if kind == 2:
        return before + after
    return before + letter + letter + after


def digit_slip(digits: str, chance: Chance) -> str:
    """Which number comes out when one digit is wrong or two are swapped?"""
    place = chance.whole(0, len(digits) - 2)
    if chance.happens(0.5):
        return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    return digits[:place] + str((int(digits[place]) + chance.whole(1, 9)) % 10) + digits[place + 1 :]


def _in_year(birth: date, years: int) -> date:
    return date(birth.year + years, birth.month, min(birth.day, 28))


CaseHabit = Callable[[str], str]


def in_case(text: str, habit: CaseHabit, chance: Chance) -> str:
    """How is a text cased where the feed has that habit? Now and then a record breaks it."""
    if chance.happens(OTHER_CASE):
        return text.lower() if chance.happens(0.4) else text.upper()
    return habit(text)


def address_parts(address: Address) -> dict[str, str]:
    """Which plain fields does an address fill? No state where no town is given."""
    return {
        "street_address": address.street,
        "city": address.town,
        "state": address.state if address.town else "",
        "postcode": address.postcode,
        "address_line": address.one_line,
    }
