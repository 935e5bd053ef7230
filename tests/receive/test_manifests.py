"""Does an export that says of itself that it is not complete stop its agency?"""

import json

import pytest

from pipeline import receive
from pipeline.agencies import agency_named
from tests.road import county

PROVIDER = agency_named("riverbend_behavioral_health")
CANARY = "Zzyzxcanary"
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": CANARY}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}, {"severity": "warning"}]}


def manifest(*types, error=(), **more):
    output = [{"type": kind, "url": f"https://fhir.example/{kind}.000.ndjson"} for kind in types]
    return {"transactionTime": "2026-11-15T00:00:00Z", "output": output, "error": list(error)} | more


def faults(tmp_path, files):
    folder = tmp_path / PROVIDER.name
    county.resources(tmp_path, county.patient(), county.visit())
    for name, found in files.items():
        text = found if isinstance(found, str) else json.dumps(found)
        (folder / name).write_text(text, encoding="utf-8")
    found = receive.find_files(PROVIDER, tmp_path)
    assert found.unknown_count == 0
    return [file.place.fault for file in found.files if file.place.fault]


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.json": manifest("Patient", "Encounter")},
        {"manifest.json": manifest("Patient", "Encounter", "Observation")},  # of a type that no feed asks for
        {"manifest.json": {"name": "something else"}},
        {"manifest.json": "no JSON"},
        {"manifest.json": json.dumps({"output": [3, {"type": ["Patient"]}], "error": []})},
        {"manifest.json": "[]", "error.000.ndjson": json.dumps(WARNING)},
        {"OperationOutcome.ndjson": ""},
    ],
    ids=["whole", "more than asked for", "another manifest", "no JSON", "an odd manifest", "warnings", "no errors"],
)
def test_a_whole_export_stops_nobody(tmp_path, files):
    assert faults(tmp_path, files) == []


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            {"manifest.json": manifest("Patient", error=[{"type": "OperationOutcome", "url": CANARY}])},
            "1 file(s) of errors",
        ),
        ({"manifest.json": manifest("Patient", "Encounter", "Condition")}, "not here (Condition)"),
        ({"error.000.ndjson": f"{json.dumps(WARNING)}\n{json.dumps(ERROR)}\n"}, "1 error(s) of its server"),
        ({"OperationOutcome.1.ndjson": json.dumps(ERROR)}, "1 error(s) of its server"),
    ],
    ids=["errors named", "a type missing", "a file of errors", "an outcome"],
)
def test_an_export_that_is_not_complete_stands_for_its_feed_with_its_fault(tmp_path, files, says):
    [fault] = faults(tmp_path, files)
    assert says in fault
    assert "ask the agency for a whole export" in fault
    assert CANARY not in fault
