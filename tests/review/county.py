"""A small county with one uncertain link, one uncertain difference, and a line that either would move.

Two have an entry. Alma Torres has hers only because two of her records are held to be one person.
"""

from datetime import date
from pathlib import Path

from pipeline import queueing
from pipeline.audit import Act
from pipeline.reviewing import Why
from pipeline.store import Store
from tests.road import county

ACT = Act("test", county.AT)
WHY = Why("A. Reviewer", "their birth dates on the two papers")
LIST_SIZE = 2
CANARIES = ("TORRES", "STONEY", "BRANDT", "HARLOW", "1962", "1971", "CEDAR", "ELM ST", "ALMA", "GORDON")
"""Values that nothing may tell but what a person asked to see by name."""

BRANDT = {"PersonName": "BRANDT, WALTER", "DOB": "03/09/1955", "Phone": "", "Address": "7 OAK ST"}
TORRES = {"PersonName": "TORRES, ALMA", "DOB": "04/05/1962", "Phone": "", "Address": "12 CEDAR ST", "Sex": "F"}
TORRES_TOO = (
    TORRES
    | {"PersonName": "TORRES, A", "DOB": "04/06/1962", "Address": "88 ELM ST", "Sex": ""}
    | {
        "City": "LARKSPUR",
        "Zip": "80620",
    }
)
STONEY = {"PersonName": "STONEY, GORDON", "DOB": "04/05/1971", "Phone": "", "Address": "31 PINE ST"}
STONEY_TOO = STONEY | {"DOB": "04/16/1972", "Address": "90 BIRCH ST"}
HARLOW = {"PersonName": "HARLOW, JUNE", "DOB": "12/01/1949", "Phone": "", "Address": "5 LAKE ST", "Sex": "F"}
PLAIN = {"InitialType": "TRESPASS", "FinalType": "TRESPASS", "MHFlag": ""}

LEFT, RIGHT = "riverton_police/calls/26-21|1", "riverton_police/calls/26-22|1"
"""The records of the uncertain link."""
ONE, OTHER = "riverton_police/calls/26-31|1", "riverton_police/calls/26-32|1"
"""The records of the uncertain difference."""


def deliver(folder: Path) -> None:
    """Write the calls of this county: points 33, 22 (11 each apart), 12, 11 and 11."""
    brandt = [BRANDT | {"IncidentNo": f"26-1{n}", "CallReceived": f"11/0{n}/2026 10:00"} for n in (1, 2, 3)]
    harlow = [HARLOW | {"IncidentNo": "26-41"}, HARLOW | PLAIN | {"IncidentNo": "26-42"}]
    torres = [TORRES | {"IncidentNo": "26-21"}, TORRES_TOO | {"IncidentNo": "26-22"}]
    stoney = [STONEY | {"IncidentNo": "26-31"}, STONEY_TOO | {"IncidentNo": "26-32"}]
    stoney = [row | {"CallReceived": "11/12/2026 10:00"} for row in stoney]
    county.calls(folder, *brandt, *torres, *stoney, *harlow)


def run(store: Store, folder: Path, as_of: date = county.AS_OF, **settings: object) -> dict:
    """Run the whole road on what lies in `folder`/in; what is published."""
    out = folder / "out"
    county.run(store, folder / "in", out, as_of, **{"list_size": LIST_SIZE} | settings)
    return county.published(out)


def queue(store: Store) -> list[dict]:
    """The open items, in order."""
    with store.transaction() as work:
        return queueing.open_items(work)


def item_on(store: Store, left: str, right: str) -> dict | None:
    """The open item that asks about this pair, if any."""
    found = (item for item in queue(store) if (item["record_id_l"], item["record_id_r"]) == (left, right))
    return next(found, None)


def people(store: Store) -> dict[str, str]:
    """Record → person, now."""
    links = store.read("links")
    ids = links["agency"] + "/" + links["feed"] + "/" + links["record_key"]
    return dict(zip(ids, links["person_id"], strict=True))


FIRST, LAST = (
    "ADA BEN CARA DAN EVE FINN GAIL HUGH IRIS JACK KATE LIAM MONA NED OLGA",
    "ABBOTT BELLAMY CORRIGAN DUNMORE ELDRIDGE FAIRBANKS GARRISON HOLLOWAY INGRAM JESSUP",
)


def crowd() -> list[dict[str, str]]:
    """300 calls about 150 other people, two each: enough for the linkage to learn a model of its own."""
    rows = []
    for number, name in enumerate(f"{last}, {first}" for last in LAST.split() for first in FIRST.split()):
        born = f"{1 + number % 12:02}/{1 + number % 28:02}/{1940 + number % 60}"
        about = {"PersonName": name, "DOB": born, "Phone": "", "Address": f"{100 + number} MAPLE ST"} | PLAIN
        rows += [about | {"IncidentNo": f"27-{number}"}, about | {"IncidentNo": f"28-{number}", "Address": "9 MAIN ST"}]
    return rows
