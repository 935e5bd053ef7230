"""Where does this person live, written so that two spellings of it can be compared?

Text in, text or None out; nothing raises. Words that stand for having no fixed address become None: an address shared
for lack of another says nothing about who somebody is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import usaddress

from linkage.normalize.names import own_script, plain_text
from linkage.normalize.numbers import whole_number

NO_FIXED_ADDRESS = re.compile(
    r"\b(TRANSIENT|HOMELESS|UNHOUSED|UNSHELTERED|NFA|NO FIXED (ADDRESS|ABODE)|NO PERMANENT ADDRESS|NO ADDRESS|"
    r"GENERAL DELIVERY|GEN DEL|STREETS? OF|LIVES? ON (THE )?STREETS?|AT LARGE|SHELTER)\b"
    r"|^(UNKNOWN|UNK|NONE|NA|N A|REFUSED|NULL|TBD|XX+|HOTEL|MOTEL|VEHICLE|CAR|STREET|SAME|ANYWHERE USA)$"
)
"""Housing words seen in address fields."""

STREET_WORDS = {
    "ALLEY": "ALY", "AV": "AVE", "AVENUE": "AVE", "AVEN": "AVE", "BOULEVARD": "BLVD", "BOUL": "BLVD", "BEND": "BND",
    "BRIDGE": "BRG", "CAUSEWAY": "CSWY", "CENTER": "CTR", "CENTRE": "CTR", "CIRCLE": "CIR", "CIRC": "CIR",
    "COURT": "CT", "COVE": "CV", "CREEK": "CRK", "CRESCENT": "CRES", "CROSSING": "XING", "DRIVE": "DR", "DRV": "DR",
    "ESTATE": "EST", "ESTATES": "ESTS", "EXPRESSWAY": "EXPY", "EXTENSION": "EXT", "FREEWAY": "FWY", "GARDENS": "GDNS",
    "GROVE": "GRV", "HEIGHTS": "HTS", "HIGHWAY": "HWY", "HIWAY": "HWY", "HILL": "HL", "HILLS": "HLS", "ISLAND": "IS",
    "JUNCTION": "JCT", "KNOLL": "KNL", "LAKE": "LK", "LANDING": "LNDG", "LANE": "LN", "MANOR": "MNR", "MEADOWS": "MDWS",
    "MOUNT": "MT", "MOUNTAIN": "MTN", "PARKWAY": "PKWY", "PARKWY": "PKWY", "PLACE": "PL", "PLAZA": "PLZ",
    "POINT": "PT", "RIDGE": "RDG", "ROAD": "RD", "SQUARE": "SQ", "STATION": "STA", "STREET": "ST", "STR": "ST",
    "STRT": "ST", "TERRACE": "TER", "TERR": "TER", "TRACE": "TRCE", "TRAIL": "TRL", "TURNPIKE": "TPKE",
    "VALLEY": "VLY", "VIEW": "VW", "VILLAGE": "VLG", "VISTA": "VIS",
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
    "APARTMENT": "APT", "BUILDING": "BLDG", "FLOOR": "FL", "SUITE": "STE", "ROOM": "RM", "TRAILER": "TRLR",
    "SPACE": "SPC", "NUMBER": "APT", "NO": "APT",
}  # fmt: skip
"""Words of a street line and their postal short form (United States Postal Service, Publication 28, appendices B and
C)."""

STATES = {
    "ALABAMA": "AL", "ALASKA": "AK", "ARIZONA": "AZ", "ARKANSAS": "AR", "CALIFORNIA": "CA", "COLORADO": "CO",
    "CONNECTICUT": "CT", "DELAWARE": "DE", "DISTRICT OF COLUMBIA": "DC", "FLORIDA": "FL", "GEORGIA": "GA",
    "HAWAII": "HI", "IDAHO": "ID", "ILLINOIS": "IL", "INDIANA": "IN", "IOWA": "IA", "KANSAS": "KS", "KENTUCKY": "KY",
    "LOUISIANA": "LA", "MAINE": "ME", "MARYLAND": "MD", "MASSACHUSETTS": "MA", "MICHIGAN": "MI", "MINNESOTA": "MN",
    "MISSISSIPPI": "MS", "MISSOURI": "MO", "MONTANA": "MT", "NEBRASKA": "NE", "NEVADA": "NV", "NEW HAMPSHIRE": "NH",
    "NEW JERSEY": "NJ", "NEW MEXICO": "NM", "NEW YORK": "NY", "NORTH CAROLINA": "NC", "NORTH DAKOTA": "ND",
    "OHIO": "OH", "OKLAHOMA": "OK", "OREGON": "OR", "PENNSYLVANIA": "PA", "PUERTO RICO": "PR", "RHODE ISLAND": "RI",
    "SOUTH CAROLINA": "SC", "SOUTH DAKOTA": "SD", "TENNESSEE": "TN", "TEXAS": "TX", "UTAH": "UT", "VERMONT": "VT",
    "VIRGINIA": "VA", "WASHINGTON": "WA", "WEST VIRGINIA": "WV", "WISCONSIN": "WI", "WYOMING": "WY",
}  # fmt: skip
"""Names of the states and their postal codes."""

NO_PLACE = frozenset({"UNKNOWN", "UNK", "NONE", "NA", "N A", "NULL", "REFUSED", "TRANSIENT", "HOMELESS", "NFA", "TBD"})
"""Words in a city or state field that say no place."""

POSTCODE_DIGITS = 5

SHORTEST_POSTCODE, LONGEST_POSTCODE = 2, 10
"""Letters and digits of a postcode of any country."""

_LATIN_LETTER = re.compile("[A-Za-z]")
_NOT_ADDRESS = re.compile(r"[^A-Z0-9/]+")
_POSTCODE = re.compile(r"(\d{3,5})(?:\.0)?(?:[- ]?\d{4})?")
_PO_BOX = re.compile(r"^(P O|PO|POST OFFICE|P\.O\.) ?BOX\b")


@dataclass(frozen=True)
class Address:
    """What are the parts of one address line? Each normalised, or None."""

    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    postcode: str | None = None


def normalize_street_address(text: object) -> str | None:
    """Which street line is this, in postal short form? None for housing words such as TRANSIENT.

    >>> normalize_street_address("123 North Main Street, Apt. #4"), normalize_street_address("GENERAL DELIVERY")
    ('123 N MAIN ST APT 4', None)
    """
    plain = plain_text(text)
    if isinstance(text, str) and not text.isascii() and not _LATIN_LETTER.search(plain or ""):
        line = own_script(text, "LMN")
        if line and not line.isascii():
            return line
    if plain is None:
        return None
    upper = plain.upper().replace(".", "").replace("'", "").replace("#", " APT ")
    words = _NOT_ADDRESS.sub(" ", upper).split()
    line = " ".join(words)
    if not line or NO_FIXED_ADDRESS.search(line):
        return None
    line = _PO_BOX.sub("PO BOX", line)
    short = " ".join(STREET_WORDS.get(word, word) for word in line.split()).replace("APT APT", "APT")
    return short if any(character not in "0 /" for character in short) else None


def normalize_city(text: object) -> str | None:
    """Which city is this? Upper case words, in its own script if none is Latin; numbers in the city field are no city.

    >>> normalize_city("St. Louis "), normalize_city("66061"), normalize_city("unknown")
    ('ST LOUIS', None, None)
    """
    plain = plain_text(text)
    city = " ".join(re.sub(r"[^A-Z]+", " ", plain.upper().replace("'", "")).split()) if plain else ""
    if not city and isinstance(text, str) and not text.isascii():
        return own_script(text)
    city = re.sub(r"^SAINT ", "ST ", city)
    return None if not city or city in NO_PLACE else city


def normalize_state(text: object) -> str | None:
    """Which state is this? Its postal code where the name is known, other upper case letters as they stand.

    >>> normalize_state("Kansas"), normalize_state("ks"), normalize_state("??")
    ('KS', 'KS', None)
    """
    city = normalize_city(text)
    return STATES.get(city, city) if city else None


def normalize_postcode(text: object) -> str | None:
    """Which five-digit postcode is this? Leading zeros a spreadsheet removed are put back; the +4 part is dropped.

    >>> normalize_postcode("5845"), normalize_postcode("66061-1234"), normalize_postcode("00000")
    ('05845', '66061', None)
    """
    plain = plain_text(text)
    found = _POSTCODE.fullmatch(plain) if plain else None
    if found is None:
        return None
    postcode = found[1].zfill(POSTCODE_DIGITS)
    return None if postcode in {"00000", "99999"} else postcode


def normalize_any_postcode(text: object) -> str | None:
    """Which postcode of any country is this? Upper case letters and digits in one form, without spaces.

    >>> normalize_any_postcode("tq13 8df"), normalize_any_postcode("01310-100"), normalize_any_postcode("unknown")
    ('TQ138DF', '01310100', None)
    """
    plain = plain_text(whole_number(text))
    letters = _NOT_ADDRESS.sub("", plain.upper()).replace("/", "") if plain else ""
    is_filler = set(letters) in ({"0"}, {"9"}, {"X"}) or letters in NO_PLACE
    return letters if SHORTEST_POSTCODE <= len(letters) <= LONGEST_POSTCODE and not is_filler else None


def parse_address_line(text: object) -> Address:
    """What are the parts of an address written in one line? Parsed by usaddress; unreadable parts are None.

    >>> parse_address_line("123 N Main St Apt 4, Olathe, KS 66061")
    Address(street_address='123 N MAIN ST APT 4', city='OLATHE', state='KS', postcode='66061')
    """
    plain = plain_text(text)
    if plain is None or NO_FIXED_ADDRESS.search(plain.upper()):
        return Address()
    parts: dict[str, list[str]] = {"PlaceName": [], "StateName": [], "ZipCode": [], "street": []}
    for word, label in usaddress.parse(plain):
        parts[label if label in parts else "street"].append(word)
    return Address(
        street_address=normalize_street_address(" ".join(parts["street"])),
        city=normalize_city(" ".join(parts["PlaceName"])),
        state=normalize_state(" ".join(parts["StateName"])),
        postcode=normalize_postcode(" ".join(parts["ZipCode"]).strip(" ,.")),
    )
