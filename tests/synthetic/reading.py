"""How would a stranger read the deliveries, with nothing but the declaration and the standard library?

Deliberately simple and apart from `pipeline/`: what the tests compare must not come from the code under test.
"""

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.contract.declaration import Agency, AllOf, AnyOf, Delimited, Feed, OneOf, When

RESOURCE_PATHS = {
    "Encounter": lambda r: {
        "status": r["status"],
        "class_code": r["class"]["code"],
        "type_codes": " ".join(f"{c['system']}|{c['code']}" for t in r.get("type", []) for c in t.get("coding", [])),
        "type_text": "; ".join(t["text"] for t in r.get("type", []) if "text" in t),
        "patient_id": r["subject"]["reference"].removeprefix("Patient/"),
        "period_start": r["period"]["start"],
        "period_end": r["period"].get("end", ""),
    },
    "Patient": lambda r: {
        "family": r["name"][0].get("family", ""),
        "deceased_at": r.get("deceasedDateTime", ""),
        "is_deceased": "true" if r.get("deceasedBoolean") else "",
    },
    "Condition": lambda r: {
        "codes": " ".join(f"{c['system']}|{c['code']}" for c in r["code"]["coding"]),
        "patient_id": r["subject"]["reference"].removeprefix("Patient/"),
        "recorded_at": r["recordedDate"],
    },
    "Consent": lambda r: {
        "status": r["status"],
        "provision_type": r["provision"].get("type", ""),
        "patient_id": r["patient"]["reference"].removeprefix("Patient/"),
        "period_end": r["provision"]["period"]["end"],
    },
}


def files_of(out: Path, agency: Agency, feed: Feed) -> list[Path]:
    """Which delivered files belong to a feed? In the order of their names."""
    return [p for p in sorted((out / agency.name).iterdir()) if re.fullmatch(feed.file_pattern, p.name)]


SPOILT = "??"
"""What stands where a row was entered wrongly on purpose."""


def rows_in(path: Path, feed: Feed) -> list[dict[str, str]]:
    """Which usable rows does a file hold, every value stripped?"""
    return [row for row in all_rows_in(path, feed) if SPOILT not in row.values()]


def all_rows_in(path: Path, feed: Feed) -> list[dict[str, str]]:
    """Which rows does a file hold, spoilt ones among them?"""
    if not isinstance(feed.format, Delimited):
        resources = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [{"id": r["id"], **RESOURCE_PATHS[r["resourceType"]](r)} for r in resources]
    text = path.read_bytes().decode(feed.format.encoding)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=feed.format.delimiter)
    return [{name: value.strip() for name, value in row.items() if name} for row in rows]


def key_of(row: dict[str, str], feed: Feed) -> str:
    return "|".join(row[name] for name in feed.key)


def newest_rows(out: Path, agency: Agency, feed: Feed) -> dict[str, dict[str, str]]:
    """What does the newest version of each row say? By record key; later files are newer."""
    return {key_of(row, feed): row for path in files_of(out, agency, feed) for row in rows_in(path, feed)}


def does_hold(condition: object, row: dict[str, str]) -> bool:
    """Does a row meet a condition?"""
    if isinstance(condition, AllOf):
        return all(does_hold(part, row) for part in condition.conditions)
    if isinstance(condition, AnyOf):
        return any(does_hold(part, row) for part in condition.conditions)
    if isinstance(condition, OneOf):
        return row[condition.column].upper() in {value.upper() for value in condition.values}
    return re.search(condition.pattern, row[condition.column], re.IGNORECASE) is not None


def moment(when: When, row: dict[str, str], feed: Feed, zone: str) -> datetime | None:
    """Which moment do a row's columns name (UTC)? None where they are blank."""
    names = list(when.columns())
    text = " ".join(row[name] for name in names)
    if not text.strip():
        return None
    for formats in ([f] for f in feed.column(names[0]).formats):
        if formats == ["iso"]:
            return datetime.fromisoformat(text).astimezone(UTC)
        pattern = " ".join(formats + [feed.column(name).formats[0] for name in names[1:]])
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except ValueError:
            continue
    raise ValueError(f"no format of {names} fits")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
