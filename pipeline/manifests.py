"""Does a FHIR bulk export say of itself that it is not complete? Its manifest and its files of errors tell.

Source: HL7 FHIR Bulk Data Access, Export, response to a complete status request (`output`, `error`), and its files of
OperationOutcome resources.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from pipeline import archives
from pipeline.archives import Place
from pipeline.contract.declaration import Agency, Feed, FhirNdjson

LONGEST_MANIFEST = 16 << 20
"""Bytes read of a manifest or a file of errors: a hundred thousand files, named."""

MANIFEST = re.compile(r"manifest\.json", re.IGNORECASE)
OUTCOMES = re.compile(r"(error|outcome|OperationOutcome)s?(\..+)?\.ndjson", re.IGNORECASE)
_FAILED = ("error", "fatal")


def of_exports(agency: Agency) -> Feed | None:
    """Which feed of the agency stands for its FHIR exports? The first; None where it sends none."""
    return next((feed for feed in agency.feeds if isinstance(feed.format, FhirNdjson)), None)


def incomplete(agency: Agency, places: Iterable[Place], delivered: Iterable[Feed]) -> list[Place]:
    """Which manifests and files of errors say that an export is not complete? With the fault; empty for none.

    Args:
        agency: whose export.
        places: every file that lies there.
        delivered: the feeds that have a file among them.
    """
    if of_exports(agency) is None:
        return []
    types = {feed.format.resource_type for feed in delivered if isinstance(feed.format, FhirNdjson)}
    wanted = {feed.format.resource_type for feed in agency.feeds if isinstance(feed.format, FhirNdjson)}
    found = []
    for place in places:
        name = PurePosixPath(place.name).name
        if place.fault is None and MANIFEST.fullmatch(name):
            fault = _fault_of_manifest(_objects(place)[:1], wanted - types)
        elif place.fault is None and OUTCOMES.fullmatch(name):
            fault = _fault_of_outcomes(_objects(place))
        else:
            continue
        if fault:
            found.append(replace(place, fault=f"{fault}; ask the agency for a whole export"))
    return found


def _objects(place: Place) -> list[dict]:
    """Which JSON objects does a small file hold: one, or one a line? None where it cannot be read."""
    try:
        with archives.opened(place) as stream:
            text = stream.read(LONGEST_MANIFEST).decode("utf-8-sig", errors="replace")
    except (OSError, *archives.DAMAGED_INSIDE):
        return []
    texts = [text] if _loaded(text) is not None else text.splitlines()
    return [found for found in map(_loaded, texts) if isinstance(found, dict)]


def _loaded(text: str) -> object | None:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _fault_of_manifest(manifests: list[dict], missing: set[str]) -> str | None:
    """Why is an export incomplete by its manifest, if so? A JSON file without `output` is no manifest of an export."""
    for manifest in manifests:
        output, errors = manifest.get("output"), manifest.get("error")
        if not isinstance(output, list):
            continue
        if errors:
            count = len(errors) if isinstance(errors, list) else 1
            return f"the manifest of the export names {count} file(s) of errors"
        named = [part.get("type") for part in output if isinstance(part, dict)]
        if lacking := sorted(kind for kind in missing if kind in named):
            return f"the manifest of the export names files that are not here ({', '.join(lacking)})"
    return None


def _fault_of_outcomes(outcomes: list[dict]) -> str | None:
    """How many errors does a file of outcomes tell, if any? Warnings are none."""
    listed = [outcome.get("issue") for outcome in outcomes]
    issues = [issue for issues in listed if isinstance(issues, list) for issue in issues if isinstance(issue, dict)]
    count = sum(issue.get("severity") in _FAILED for issue in issues)
    return f"the export came with {count} error(s) of its server" if count else None
