"""How is a FHIR R4 bulk export read? One resource a line; a faulty resource is set aside, never the whole file.

Checks what the reading relies on: the resource type, the names of elements (top level and the data types looked
into), no empty text, moments with a zone. Source: http://hl7.org/fhir/R4/json.html and /datatypes.html.
"""

import json
import re
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from io import BytesIO
from typing import IO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, FhirNdjson
from pipeline.contract.fhir_r4 import DATA_TYPES, ELEMENTS, TYPE_OF
from pipeline.readers.reading import (
    NOT_JSON,
    NOT_UTF8,
    About,
    Fault,
    FileUnreadable,
    Row,
    blanked_lines,
    load_json,
    numbered_lines,
)

SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
_DATE_TIME = re.compile(
    r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?",
)
_ID = re.compile(r'"id"\s*:\s*"([^"]*)"')
_PATIENT = re.compile(r'"reference"\s*:\s*"Patient/([^"/]+)')
_MOMENT_ELEMENTS = {
    "start",
    "end",
    "deceasedDateTime",
    "onsetDateTime",
    "abatementDateTime",
    "recordedDate",
    "birthDate",
}
_NOT_LOOKED_INTO = ("extension", "text", "contained")


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the resources of the file. Raises FileUnreadable where no line of a non-empty file is JSON."""
    resource_type, row_count, not_json = layout_of(feed).resource_type, 0, 0
    for line_number, line in numbered_lines(stream):
        row = _row(resource_type, line_number, line)
        row_count += 1
        not_json += row.fault is not None and row.fault.fault_code in (RowFault.NOT_JSON, RowFault.ENCODING)
        yield row
    if row_count and not_json == row_count:
        raise FileUnreadable("no line of it is JSON; ask the agency for a FHIR bulk export (NDJSON)", row_count)


def layout_of(feed: Feed) -> FhirNdjson:
    """Which resources does the feed's file hold?"""
    assert isinstance(feed.format, FhirNdjson)
    return feed.format


def _row(resource_type: str, line_number: int, line: bytes) -> Row:
    fault = None
    try:
        text = line.decode("utf-8")
        resource = load_json(text)
        fault = fault_of(resource_type, resource)
    except UnicodeError:
        text = line.decode("utf-8", errors="replace")
        fault = NOT_UTF8
    except (ValueError, RecursionError):
        fault = NOT_JSON
    if fault is not None and fault[0] in (RowFault.NOT_JSON, RowFault.ENCODING):
        text = json.dumps({"text": text})
    return Row(line_number, text, Fault(line_number, *fault) if fault else None)


def fault_of(resource_type: str, resource: object) -> tuple[RowFault, str] | None:
    """What is wrong with a resource, if anything? The first fault found is told."""
    return _fault(resource_type, resource) or _shape_fault(resource_type, resource)


def _fault(resource_type: str, resource: object) -> tuple[RowFault, str] | None:
    if not isinstance(resource, dict):
        return RowFault.NOT_JSON, "the line is JSON but no resource; ask the agency to export it again"
    if resource.get("resourceType") != resource_type:
        return RowFault.WRONG_RESOURCE, f"the resource is no {resource_type}; it belongs into another file"
    place = next(_unknown_elements(resource_type, resource), None)
    if place is not None:  # the name itself came with the delivery, so it could be anything: its place is told
        return RowFault.UNKNOWN_ELEMENT, f"FHIR R4 has no element of a name in [{place}]; another FHIR version?"
    fault = _leaf_fault(resource, "")
    if fault is RowFault.EMPTY_TEXT:
        return fault, "an element holds empty text, which FHIR forbids; leave the element out"
    if fault is RowFault.BAD_DATE:
        return fault, "a date or moment is malformed or has no time zone; write it as FHIR dateTime"
    return None


def _shape_fault(resource_type: str, resource: object) -> tuple[RowFault, str] | None:
    """Does an element hold another shape (text for a list, a number for text) than the flat columns need?"""
    try:
        flat_of(resource_type, resource)  # type: ignore[arg-type]  # `_fault` found that it is a dictionary
    except (AttributeError, TypeError, KeyError):
        return RowFault.WRONG_SHAPE, "an element has another shape than FHIR R4 gives it; is it another FHIR version?"
    return None


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None


def _unknown_elements(resource_type: str, resource: dict) -> Iterator[str]:
    """Yield where names stand that FHIR R4 does not have: at the top, or in a data type the reading looks into."""
    if any(name.removeprefix("_") not in ELEMENTS[resource_type] for name in resource):
        yield resource_type
    for element, data_type in TYPE_OF[resource_type].items():
        for part in _each(resource.get(element)):
            is_known = isinstance(part, dict) and all(name.removeprefix("_") in DATA_TYPES[data_type] for name in part)
            if not is_known:
                yield f"{resource_type}.{element}"


def _leaf_fault(node: object, name: str) -> RowFault | None:
    """Which fault has the first faulty primitive value below a node? Extensions and narrative are left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _NOT_LOOKED_INTO and (fault := _leaf_fault(value, key)):
                return fault
    elif isinstance(node, list):
        for value in node:
            if fault := _leaf_fault(value, name):
                return fault
    elif node == "":
        return RowFault.EMPTY_TEXT
    elif name in _MOMENT_ELEMENTS and not _is_moment(node):
        return RowFault.BAD_DATE
    return None


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which flat columns (`fhir_r4.FLAT_COLUMNS`) does a resource hold? Text only; absent ones are left out.

    Raises TypeError or AttributeError where an element has another shape than FHIR gives it.
    """
    return flat_of(layout_of(feed).resource_type, payload)


def flat_of(resource_type: str, resource: dict) -> dict[str, str]:
    """Which flat columns does a resource of this type hold? Raises as `flatten` does."""
    flat = {"id": resource.get("id"), **_meta(resource), **_FLATTENERS[resource_type](resource)}
    return {name: str.strip(value) for name, value in flat.items() if value not in (None, "")}


def _meta(resource: dict) -> dict[str, object]:
    meta = resource.get("meta") or {}
    labels = (label.get("code", "") for label in _each(meta.get("security")))
    return {"last_updated": meta.get("lastUpdated"), "security_labels": " ".join(labels)}


def _patient(resource: dict) -> dict[str, object]:
    names = list(_each(resource.get("name")))
    main = next((name for name in names if name.get("use") == "official"), names[0] if names else {})
    given = list(_each(main.get("given")))
    families = {name.get("family") for name in names if name is not main} - {None, main.get("family")}
    address = next(_each(resource.get("address")), {})
    died_at, is_deceased = resource.get("deceasedDateTime"), resource.get("deceasedBoolean", False)
    if not isinstance(is_deceased, bool):
        raise TypeError("deceasedBoolean")
    return {
        "family": main.get("family"),
        "given": given[0] if given else None,
        "middle": " ".join(given[1:]),
        "suffix": " ".join(_each(main.get("suffix"))),
        "other_families": "|".join(sorted(families)),
        "birth_date": resource.get("birthDate"),
        "gender": resource.get("gender"),
        "ssn": next((i.get("value") for i in _each(resource.get("identifier")) if i.get("system") == SSN_SYSTEM), None),
        **{system: _telecom(resource, system) for system in ("phone", "email")},
        "address_line": ", ".join(_each(address.get("line"))),
        "city": address.get("city"),
        "state": address.get("state"),
        "postal_code": address.get("postalCode"),
        "is_deceased": "true" if died_at or is_deceased else None,
        "deceased_at": died_at,
        "replaced_by": " ".join(_linked_patients(resource, "replaced-by")),
        "replaces": " ".join(_linked_patients(resource, "replaces")),
    }


def _encounter(resource: dict) -> dict[str, object]:
    return {
        "patient_id": _reference_id(resource.get("subject")),
        "status": resource.get("status"),
        "class_code": (resource.get("class") or {}).get("code"),
        "type_codes": _codes(_each(resource.get("type"))),
        "type_text": "; ".join(_words(_each(resource.get("type")))),
        **_period(resource),
    }


def _condition(resource: dict) -> dict[str, object]:
    onset = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    ended = resource.get("abatementDateTime") or (resource.get("abatementPeriod") or {}).get("end")
    return {
        "patient_id": _reference_id(resource.get("subject")),
        "clinical_status": _first_code(resource.get("clinicalStatus")),
        "verification_status": _first_code(resource.get("verificationStatus")),
        "codes": _codes(_each(resource.get("code"))),
        "onset_at": onset,
        "abatement_at": ended,
        "recorded_at": resource.get("recordedDate") or onset,
    }


def _consent(resource: dict) -> dict[str, object]:
    provision = resource.get("provision") or {}
    return {
        "patient_id": _reference_id(resource.get("patient")),
        "status": resource.get("status"),
        "provision_type": provision.get("type"),
        **_period(provision),
    }


_FLATTENERS = {"Patient": _patient, "Encounter": _encounter, "Condition": _condition, "Consent": _consent}


def _each(node: object) -> Iterator:
    """Yield the members of a list, a lone member as if it stood in one, and nothing for nothing."""
    if isinstance(node, list):
        yield from node
    elif node is not None:
        yield node


def _telecom(resource: dict, system: str) -> str | None:
    return next((t.get("value") for t in _each(resource.get("telecom")) if t.get("system") == system), None)


def _reference_id(reference: dict | None) -> str | None:
    """Which logical id does `Patient/123`, `Patient/123/_history/2` or `urn:uuid:123` point to?"""
    text = ((reference or {}).get("reference") or "").partition("/_history/")[0]
    return re.split(r"[/:]", text)[-1] or None


def _linked_patients(resource: dict, link_type: str) -> list[str]:
    """Which patients does a Patient name by links of this type? Their logical ids, sorted."""
    others = [link.get("other") or {} for link in _each(resource.get("link")) if link.get("type") == link_type]
    patients = [other for other in others if not (other.get("reference") or "").startswith("RelatedPerson/")]
    return sorted({found for found in map(_reference_id, patients) if found})


def _codes(concepts: Iterable[dict]) -> str:
    return " ".join(
        f"{coding.get('system', '')}|{coding.get('code', '')}"
        for concept in concepts
        for coding in _each(concept.get("coding"))
    )


def _words(concepts: Iterable[dict]) -> Iterator[str]:
    """Yield how concepts are called: their text and the names of their codes."""
    for concept in concepts:
        yield from (
            text for text in (concept.get("text"), *(c.get("display") for c in _each(concept.get("coding")))) if text
        )


def _first_code(concept: dict | None) -> str | None:
    return next((coding.get("code") for coding in _each((concept or {}).get("coding"))), None)


def _period(holder: dict) -> dict[str, object]:
    period = holder.get("period") or {}
    return {"period_start": period.get("start"), "period_end": period.get("end")}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """Which columns does a resource hold, set aside or not, as far as it can be told? At least its id and patient."""
    is_aside = isinstance(payload, dict) and set(payload) == {"text"}
    if isinstance(payload, dict) and not is_aside:
        with suppress(AttributeError, TypeError, KeyError, ValueError):
            return flatten(feed, payload)
    text = str(payload["text"]) if isinstance(payload, dict) and is_aside else json.dumps(payload, ensure_ascii=False)
    found = {"id": _ID.search(text), "patient_id": _PATIENT.search(text)}
    return {name: match[1] for name, match in found.items() if match}


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without the resources on these lines?"""
    return blanked_lines(read(feed, BytesIO(content), About()), content, lines)
