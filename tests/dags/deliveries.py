"""Small deliveries of the made-up county, with canaries: values that must turn up in the raw rows and nowhere else."""

import csv
import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

from pipeline.agencies import load_agencies
from pipeline.contract.declaration import Delimited, Feed, FhirNdjson, Kind

AS_OF = date(2026, 3, 2)
PERSONS = 150
CANARY = "Quokkaby"
CANARY_DAY = date(1931, 7, 9)
BROKEN, SECOND = "riverton_police", "riverton_county_jail"
"""Which agency sends a file that cannot be taken in, and which sends a good one on the same day?"""
FETCHED = "co_responder_team"
"""Whose files does Airflow fetch from a web server?"""
TOKEN = "Quokkaby-token"
"""What the web server asks for; Airflow keeps it in a connection."""


def write(folder: Path) -> tuple[Path, Path]:
    """What is delivered first, and what lies there the next day? All of the first, a bad file and a good new one."""
    from pipeline.synthetic import synthesize  # brings pandas, and parsing DAGs is watched for that

    made = folder / "made"
    synthesize(load_agencies(), persons=PERSONS, years=1, seed=11, as_of=AS_OF, out=made)
    for agency in load_agencies():
        for feed in agency.feeds:
            plant(feed, newest(feed, made / agency.name))
    first, later = folder / "first", folder / "later"
    shutil.copytree(made, later)
    held_back = newest(load_feed(SECOND), later / SECOND)
    shutil.copytree(made, first)
    (first / SECOND / held_back.name).unlink()
    spoil(newest(load_feed(BROKEN), later / BROKEN))
    return first, later


def load_feed(agency_name: str) -> Feed:
    return next(agency for agency in load_agencies() if agency.name == agency_name).feeds[0]


def newest(feed: Feed, folder: Path) -> Path:
    return max(path for path in folder.iterdir() if re.fullmatch(feed.file_pattern, path.name))


def spoil(path: Path) -> None:
    """Add a file to the agency's folder that lacks its required columns but not its people."""
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = text.splitlines()
    path.with_name("cad_20260303.csv").write_text("\n".join([header.replace("IncidentNo", "Other"), *rows]))


# --- canaries --------------------------------------------------------------------------------------------------------


def canary(feed: Feed, column_name: str) -> str:
    """Which value stands in a personal column? One that reads right, and can be found again."""
    column = feed.column(column_name)
    if column.kind is Kind.DATE:
        style = column.formats[0]
        return CANARY_DAY.isoformat() if style == "iso" else CANARY_DAY.strftime(style)
    return f"{CANARY}, {CANARY}"


def plant(feed: Feed, path: Path) -> None:
    """Put canaries into every personal column of two rows: right ones in one, one text everywhere in the other."""
    if isinstance(feed.format, FhirNdjson):
        plant_resource(path)
    elif isinstance(feed.format, Delimited):
        plant_rows(feed, feed.format, path)


def plant_rows(feed: Feed, form: Delimited, path: Path) -> None:
    lines = path.read_bytes().decode(form.encoding)
    rows = list(csv.reader(io.StringIO(lines, newline=""), delimiter=form.delimiter))
    header = [name.upper() for name in rows[0]]
    for name in feed.personal_columns():
        place = header.index(name.upper())
        rows[-1][place] = CANARY
        rows[1][place] = canary(feed, name)  # in a file of one row, that one reads right
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if form.is_fully_quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=form.delimiter, quoting=quoting, lineterminator=form.line_end).writerows(rows)
    path.write_bytes(out.getvalue().encode(form.encoding))


def plant_resource(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    resource = json.loads(lines[0])
    if resource["resourceType"] == "Patient":
        resource["name"] = [{"use": "official", "family": CANARY, "given": [CANARY]}]
        resource["birthDate"] = CANARY_DAY.isoformat()
        resource["telecom"] = [{"system": system, "value": CANARY} for system in ("phone", "email")]
        resource["address"] = [{"line": [CANARY], "city": CANARY, "state": CANARY, "postalCode": CANARY}]
        resource["identifier"] = [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": CANARY}]
    path.write_text("\n".join([json.dumps(resource), *lines[1:]]) + "\n", encoding="utf-8")


def canaries() -> set[str]:
    """Which texts give a person away? The canary and its day as any feed writes it."""
    days = {
        canary(feed, column.name)
        for agency in load_agencies()
        for feed in agency.feeds
        for column in feed.columns
        if column.is_personal and column.kind is Kind.DATE
    }
    return {CANARY, *days}
