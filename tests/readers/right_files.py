"""What is a right file of every format? One of a few rows for each, to be spoilt."""

from dataclasses import replace

from tests.readers.bundles import PATIENTS, bundle
from tests.readers.hl7_messages import file_of, hospital, message, mrg, pid, pv1
from tests.readers.niem import DOCUMENTS, REPORTS, SHARED, booking, document, person, report
from tests.readers.other_layouts import FIXED, LISTED, OBJECTS, cards, line
from tests.readers.samples import (
    ENCOUNTER,
    FEEDS,
    PATIENT,
    PERSONS,
    REFERRALS,
    RESOURCES,
    ndjson,
    provider_feed,
    referrals,
    row,
)
from tests.readers.workbooks import ANN, BEN, SHEETS, one_sheet

PERMITS = '{"permit": "P1", "name": {"family": "Lee", "given": "Ann"}, "birthDate": "19900131"}'


def blank_rows(feed, count):
    """A file of rows that hold nothing but their numbers."""
    delimiter = feed.format.delimiter
    rows = [delimiter.join([str(n)] * len(feed.columns)) for n in range(count)]
    return "\r\n".join([delimiter.join(column.name for column in feed.columns), *rows, ""]).encode()


FOUR = (message("A01"), message("A31"), message("A40", pid(), mrg()), message("A03", pid(), pv1(ended="20261102")))
MESSAGES = b"BHS|^~\\&|EHR\n" + file_of(*FOUR, line_end="\n") + b"BTS|4\n"

RIGHT = {
    "delimited by commas": (REFERRALS, referrals(row(1), row(2, reason='"Worried, too"'), row(3))),
    "delimited by pipes, in Windows-1252": (PERSONS, blank_rows(PERSONS, 4)),
    "delimited, in two encodings": (
        replace(REFERRALS, format=replace(REFERRALS.format, encoding="utf-8", other_encoding="cp1252")),
        referrals(row(1, last_name="Núñez"), row(2, last_name="Núñez").encode("cp1252"), row(3)),
    ),
    "fully quoted": (FEEDS["riverton_county_jail.bookings"], blank_rows(FEEDS["riverton_county_jail.bookings"], 4)),
    "fixed width": (FIXED, cards(line(), line("P2"), line("P3"))),
    "XML": (REPORTS, document(report(), report("B2"), report("B3"))),
    "XML, one row a file": (DOCUMENTS, document(report())),
    "XML with shared persons": (SHARED, document(person(), booking(), booking("B2", of="P2"), person("P2"))),
    "workbook": (SHEETS, one_sheet(ANN, BEN, *[(f"P{n}", "Lee", "Ann") for n in range(3, 30)])),
    "JSON lines": (OBJECTS, ndjson(PERMITS, PERMITS.replace("P1", "P2"))),
    "JSON document": (LISTED, f'{{"data": {{"permits": [{PERMITS}, {PERMITS.replace("P1", "P2")}]}}}}'.encode()),
    "FHIR Bundles": (PATIENTS, bundle(PATIENT, ENCOUNTER, PATIENT) + b"\n" + bundle(PATIENT)),
} | {f"FHIR {name}": (provider_feed(name), ndjson(one, one)) for name, one in RESOURCES.items()}
RIGHT |= {f"HL7 v2 {feed.name}": (feed, MESSAGES) for feed in hospital().feeds}
"""Name of the format → its feed, and a right file of it."""
