"""Where do people in the county live, and how are they reached? Streets, towns, ZIP codes, phones, shared addresses."""

from dataclasses import dataclass

from pipeline.synthetic.chance import Chance, Weighted

STATE = "CO"
REST_OF_COUNTY = ("Cedar Gap", "Millbrook", "Pine Hollow")  # made-up towns no agency's area covers
REST_SHARE = 0.6  # people outside every covered area, against 1 for the smallest covered area
SEAT_WEIGHT = 3  # a town that gives its name to one agency more is about three times as large
FIRST_ZIP, ZIPS_PER_TOWN = 80521, 3

_TREES = (
    "Alder Ash Aspen Beech Birch Cedar Cherry Chestnut Cottonwood Cypress Elm Fir Hawthorn Hazel Hickory Juniper Larch"
)
_TREES_2 = "Laurel Linden Locust Magnolia Maple Oak Olive Pine Poplar Redwood Rowan Spruce Sumac Sycamore Walnut Willow"
_PEOPLE = "Adams Bennett Carson Clark Custer Dawson Dillon Evans Franklin Garfield Grant Harrison Jackson Jefferson"
_PEOPLE_2 = "Lincoln Logan Madison McKinley Mead Monroe Otis Palmer Pike Quincy Roosevelt Sheridan Sherman Taft Tyler"
_LAND = "Arroyo Bluff Boulder Canyon Cascade Cliff Creek Eagle Falcon Foothills Fox Granite Hawk Heron Highland Horizon"
_LAND_2 = "Lakeview Mesa Mountain Orchard Overlook Plains Prairie Quarry Ridge River Sage Sunrise Sunset Valley Vista"
_TOWN = "Arapahoe Bridge Broadway Cheyenne Church College Depot Factory Farm Front Garden Gilpin Harvest Kiowa Library"
_TOWN_2 = "Main Market Meadow Mill Mineral Navajo Park Pawnee Pearl Railroad School Shawnee Spring State Ute Washington"
STREET_NAMES = tuple(
    " ".join((_TREES, _TREES_2, _PEOPLE, _PEOPLE_2, _LAND, _LAND_2, _TOWN, _TOWN_2)).split()
    + [f"{n}th" for n in range(4, 21)]
)
STREET_KINDS = Weighted({"St": 40, "Ave": 28, "Dr": 12, "Ln": 6, "Ct": 6, "Rd": 4, "Way": 3, "Blvd": 2, "Cir": 2})
APARTMENT_SHARE = 0.3  # addresses with a unit, as in the American Community Survey's share of multi-unit housing
AREA_CODES = Weighted({"970": 60, "303": 25, "720": 15})
MAIL_HOSTS = Weighted({"example.com": 5, "example.org": 3, "example.net": 2})  # reserved names: no real mailbox


SHELTERS = ("Harvest Ave", "Depot St", "Mission Way")  # shared by many people without a home of their own
PUBLIC_PLACES = 60  # shops, parks and stations where calls come from; shared by many records
ELSEWHERE_SHARE = 0.12  # people travel within the county, so neighbouring departments meet the same person


@dataclass(frozen=True)
class Address:
    """Where is a place? `town` is also the area whose agencies cover it, if any do."""

    street: str
    town: str
    postcode: str
    state: str = STATE

    @property
    def one_line(self) -> str:
        """How is it written in one line?"""
        place = f"{self.town}, {self.state} {self.postcode}".strip() if self.town else self.postcode
        return ", ".join(part for part in (self.street, place) if part)


class Places:
    """Which towns does the county have, how large are they, and which addresses and phones are shared by many?"""

    def __init__(self, areas: tuple[tuple[str, int], ...], chance: Chance) -> None:
        """Builds the map.

        Args:
            areas: covered areas, each with the number of agencies that carry its name (the seat carries most).
            chance: the stream for places.
        """
        weights = {area: float(SEAT_WEIGHT ** max(mentions - 1, 0)) for area, mentions in areas}
        self.covered = Weighted(weights) if weights else None
        rest = {town: REST_SHARE / len(REST_OF_COUNTY) for town in REST_OF_COUNTY if town not in weights}
        self.towns = Weighted({**weights, **rest})
        self._zips = {town: FIRST_ZIP + n * ZIPS_PER_TOWN for n, town in enumerate(self.towns.items)}
        seat = max(weights, key=lambda area: weights[area]) if weights else REST_OF_COUNTY[0]
        self.shelters = tuple(
            Address(f"{chance.whole(100, 900)} {street}", seat, self._zip(seat, 0)) for street in SHELTERS
        )
        self.shelter_phones = tuple(phone(chance) for _ in self.shelters)
        self.jail = Address(f"{chance.whole(1000, 2000)} Justice Center Rd", seat, self._zip(seat, 1))
        self.public_places = tuple(self.address(chance) for _ in range(PUBLIC_PLACES))

    def _zip(self, town: str, n: int) -> str:
        return str(self._zips[town] + n)

    def address(self, chance: Chance, town: str | None = None) -> Address:
        """Where does a household live, in that town or anywhere?"""
        town = town or chance.draw(self.towns)
        street = f"{chance.whole(100, 4999)} {chance.pick(STREET_NAMES)} {chance.draw(STREET_KINDS)}"
        if chance.happens(APARTMENT_SHARE):
            street += f" Apt {chance.whole(1, 48)}" if chance.happens(0.6) else f" #{chance.whole(1, 320)}"
        return Address(street, town, self._zip(town, chance.whole(0, ZIPS_PER_TOWN - 1)))

    def area_of_event(self, chance: Chance, home: str) -> str:
        """In which area do things happen to a person who lives there? Mostly at home, if an agency covers it."""
        if self.covered is None:
            return home
        is_covered = home in self.covered
        if is_covered and not chance.happens(ELSEWHERE_SHARE):
            return home
        return chance.draw(self.covered)


def phone(chance: Chance) -> str:
    """Which phone number, as ten digits? Valid by the North American plan: exchanges run from 200, never x11 or 555."""
    exchange = chance.whole(200, 999)
    while exchange % 100 == 11 or exchange == 555:
        exchange = chance.whole(200, 999)
    return f"{chance.draw(AREA_CODES)}{exchange}{chance.digits(4)}"


def social_security_number(chance: Chance) -> str:
    """Which social security number, as nine digits? By the SSA's rules: area never 000, 666, 9xx; no part all zeros."""
    area = chance.whole(1, 899)
    area = 665 if area == 666 else area
    return f"{area:03d}{chance.whole(1, 99):02d}{chance.whole(1, 9999):04d}"
