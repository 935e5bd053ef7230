"""What do HL7 v2 messages look like? Small made-up ones, and the hospital that the how-to declares."""

from functools import cache

from tests.docs.pages import code_block

ENDS = "\r"


@cache
def hospital():
    """The agency of the page, as it stands there."""
    said = {}
    exec(compile(code_block("how-to/read-hl7-messages.md", "agency=cedar_hospital"), "cedar_hospital.py", "exec"), said)
    return said["AGENCY"]


def feed(name):
    return hospital().feed(name)


def msh(event="A01", sent_at="20261101100000-0700", version="2.5.1", charset="", kind="ADT"):
    return rf"MSH|^~\&|EHR|CEDAR|HUB|COUNTY|{sent_at}||{kind}^{event}^{kind}_{event}|M1|P|{version}||||||{charset}"


def pid(number="P1", name="LEE^ANN^Q", born="19900131", died="", is_dead="", phone="303-555-0134"):
    address = "12 CEDAR ST^^RIVERTON^CO^80501"
    first = f"PID|1||{number}^^^CEDAR^MR~523-11-4321^^^USSSA^SS||{name}||{born}|F|||{address}||{phone}||||||523114321"
    return first + "|" * 10 + f"{died}|{is_dead}"


def pv1(visit="V1", kind="E", began="20261101093000-0700", ended="", service="MED"):
    return f"PV1|1|{kind}||||||||{service}|||||||||{visit}" + "|" * 25 + f"{began}|{ended}"


def mrg(number="P2"):
    return f"MRG|{number}^^^CEDAR^MR"


def message(event="A01", *segments, **header):
    """A message of these segments after MSH and EVN; PID and PV1 as they are where none are given."""
    return ENDS.join((msh(event, **header), f"EVN|{event}|20261101100000-0700", *(segments or (pid(), pv1()))))


def file_of(*messages, line_end=ENDS):
    return "".join(f"{one}{ENDS}" for one in messages).replace(ENDS, line_end).encode()
