"""Bundles of people with sensitive diagnoses, which nobody here wrote: is nothing told of what they did not agree to?

The bundles and the value sets of sensitive codes are those of the SHIFT Task Force. The files are batches of PUT
requests, each resource with its own security labels; the labels of the Bundle are those of its entries together.
"""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from pipeline import flow
from pipeline.agencies.riverbend_behavioral_health import SUBSTANCE_USE
from pipeline.audit import Act
from pipeline.settings import Settings
from tests.readers.bundles import CLINIC, bundle, deletion
from tests.road import county

AS_OF = date(2026, 11, 16)
NAMES = ("1Asample", "1Bsample", "1Csample", "2Asample")
CARL = "CarlFrederickson"
OPIOID_USE = "CarlFredericksonOUD"
_CODE = re.compile(r"^\s*\*\s*compose\.include\[=\]\.concept\[\+\]\.code\s*=\s*#(\S+)", re.MULTILINE)


@pytest.fixture
def bundles(real_data: Path) -> dict[str, dict]:
    """What do the bundles hold, read by nothing of ours?"""
    folder = real_data / "fhir_shift"
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}


@pytest.fixture
def run(store, tmp_path):
    """Take in the bundles in this order, a day each, and make a list."""

    def go(*contents: bytes):
        folder = tmp_path / "in" / CLINIC.name
        folder.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(contents, start=1):
            (folder / f"bundle_202611{number:02}.json").write_bytes(content)
        told = {"deliveries": tmp_path / "in", "as_of": AS_OF, "out": tmp_path / "out"}
        flow.run(store, Act("test", county.AT), (CLINIC,), Settings(home=tmp_path / "home"), **told)
        return county.published(tmp_path / "out")

    return go


def contents(bundles):
    return [json.dumps(bundles[name]).encode() for name in NAMES]


def of_type(bundles, kind):
    found = [entry["resource"] for one in bundles.values() for entry in one["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def known_conditions(store):
    """Which conditions may be used, as (record key, code of ours)?"""
    plan = flow.plan_for(AS_OF, Settings())
    table = store.read("usable_conditions", **plan.bounds(None))
    return {(row.condition_id.split("/")[-1].split("#")[0], row.condition_code) for row in table.itertuples()}


def consent(patient=CARL, **elements):
    period = {"start": "2026-01-01", "end": "2027-01-01"}
    return {
        "resourceType": "Consent",
        "id": "agreed",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "provision": {"type": "permit", "period": period},
        **elements,
    }


def test_every_entry_of_the_types_asked_for_is_accepted_or_set_aside_with_a_reason(store, bundles, run):
    run(*contents(bundles))
    counts = county.accounting(store)[CLINIC.name]
    asked_for = sum(len(of_type(bundles, kind)) for kind in ("Patient", "Encounter", "Condition", "Consent"))
    assert counts["delivered"] == asked_for
    assert counts["accepted"] + counts["quarantined"] + counts["retracted"] == asked_for
    assert counts["accepted"] >= len(of_type(bundles, "Patient")) == 4
    people = store.read("usable_person_records", **flow.plan_for(AS_OF, Settings()).bounds(None))
    assert set(people["record_key"]) == {resource["id"] for resource in of_type(bundles, "Patient")}


def test_a_labelled_condition_of_a_sensitive_value_set_is_told_only_under_consent(store, real_data, bundles, run):
    text = (real_data / "fhir_shift" / "sls_valuesets" / "SensitiveKindCodes.fsh").read_text(encoding="utf-8")
    sensitive = set(_CODE.findall(text))
    labelled = {
        resource["id"]
        for resource in of_type(bundles, "Condition")
        if "42CFRPart2" in {label["code"] for label in resource.get("meta", {}).get("security", [])}
    }
    coded = {
        resource["id"]: {coding["code"] for coding in resource["code"]["coding"]}
        for resource in of_type(bundles, "Condition")
    }
    assert labelled == {OPIOID_USE}
    assert coded[OPIOID_USE] & sensitive
    assert any(re.search(SUBSTANCE_USE, f"http://snomed.info/sct|{code}") for code in coded[OPIOID_USE])

    made = run(*contents(bundles))
    assert not labelled & {key for key, _ in known_conditions(store)}
    assert "substance_use" not in json.dumps(made)
    made = run(*contents(bundles), bundle(consent()))
    assert (OPIOID_USE, "substance_use") in known_conditions(store)
    run(*contents(bundles), bundle(consent()), bundle(consent(status="inactive")))
    assert not labelled & {key for key, _ in known_conditions(store)}
    assert (f"{CARL}MDD", "serious_mental_illness") in known_conditions(store)


def test_an_entry_that_deletes_takes_the_resource_back(store, bundles, run):
    run(*contents(bundles), bundle(consent()))
    before = known_conditions(store)
    run(*contents(bundles), bundle(consent()), bundle(deletion("Condition", f"{CARL}MDD"), type="transaction"))
    assert before - known_conditions(store) == {(f"{CARL}MDD", "serious_mental_illness")}
    assert county.accounting(store)[CLINIC.name]["retracted"] == 2  # the row it takes back, and itself
