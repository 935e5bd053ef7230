"""FHIR exports that nobody here wrote go through the road in full, with police and jail made up around their people."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from linkage.evaluation import evaluate_clusters
from pipeline import readers, synthetic
from pipeline.agencies import agency_named
from pipeline.evaluate import read_truth
from pipeline.readers import fhir_ndjson
from pipeline.store import Store
from tests.road import county

AS_OF = date(2026, 11, 16)
PROVIDER = "riverbend_behavioral_health"
OTHERS = ("riverton_police", "larkspur_police", "riverton_county_jail")


def resources(path: Path) -> Iterator[dict]:
    """Yield what the export holds, read by nothing of ours."""
    yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def people_of(path: Path) -> pd.DataFrame:
    """Who are the patients, in the columns that `synthetic.project` asks for?"""
    flat = pd.DataFrame([fhir_ndjson._patient(resource) | {"id": resource["id"]} for resource in resources(path)])
    return pd.DataFrame(
        {
            "person_truth": flat["id"],
            "first_name": flat["given"],
            "middle_name": flat["middle"],
            "last_name": flat["family"],
            "suffix": None,
            "maiden_name": flat["other_families"],
            "birth_date": flat["birth_date"],
            "death_date": flat["deceased_at"].str[:10],
            "sex": flat["gender"].map({"female": "F", "male": "M"}),
            "ssn": flat["ssn"].str.replace("-", ""),
            "phone": flat["phone"],
            "street_address": flat["address_line"],
            "city": flat["city"],
            "state": flat["state"],
            "postcode": flat["postal_code"],
        }
    )


def deliver(export: Path, folder: Path) -> None:
    """Lay the export's files where the provider's deliveries lie."""
    target = folder / PROVIDER
    target.mkdir(parents=True)
    for path in export.glob("*.ndjson"):
        (target / path.name).symlink_to(path)


def test_the_export_of_ten_patients_loads_with_encounters_and_conditions(store: Store, real_data: Path, tmp_path: Path):
    export = real_data / "fhir_bulk" / "10-patients"
    deliver(export, tmp_path / "in")
    after_the_latest_visit = date(2023, 4, 1)
    result = county.run(store, tmp_path / "in", tmp_path / "out", as_of=after_the_latest_visit)
    rows = sum(1 for kind in ("Patient", "Encounter", "Condition") for _ in resources(export / f"{kind}.000.ndjson"))
    counts = county.accounting(store)[PROVIDER]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (rows, rows, 0)
    assert result.unknown_files == 3  # organizations and practitioners belong to no declared feed
    dead = sum("deceasedDateTime" in resource for resource in resources(export / "Patient.000.ndjson"))
    assert county.published(tmp_path / "out")["excluded_counts"]["deceased"] == dead


def test_a_thousand_patients_are_found_again_in_police_and_jail_records(store: Store, real_data: Path, tmp_path: Path):
    export = real_data / "fhir_bulk" / "1000-patients"
    people = people_of(export / "Patient.000.ndjson")
    agencies = tuple(agency_named(name) for name in OTHERS)
    projected = synthetic.project(agencies, people, seed=7, as_of=AS_OF, out=tmp_path / "in")
    deliver(export, tmp_path / "in")
    county.run(store, tmp_path / "in", tmp_path / "out", as_of=AS_OF)

    counts = county.accounting(store)[PROVIDER]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (1144, 1144, 0)
    for agency, row in county.accounting(store).items():
        assert row["accepted"] + row["quarantined"] + row["retracted"] == row["delivered"], agency
    dead = people["death_date"].notna().sum()
    assert county.published(tmp_path / "out")["excluded_counts"]["deceased"] == dead == 144

    links = store.read("links")
    ids = links["agency"] + "/" + links["feed"] + "/" + links["record_key"]
    clusters = pd.DataFrame({"record_id": ids, "cluster_id": links["person_id"]})
    patients = pd.DataFrame(
        {"record_id": f"{PROVIDER}/patients/" + people["person_truth"], "person_truth": people["person_truth"]}
    )
    truth = pd.concat([read_truth(projected.truth), patients])
    found = evaluate_clusters(clusters, truth[truth["record_id"].isin(ids)])
    assert found.precision >= 0.99
    assert found.f1 >= 0.95


def test_a_maiden_name_brings_a_woman_and_her_old_booking_together(store: Store, real_data: Path, tmp_path: Path):
    people = people_of(real_data / "fhir_bulk" / "1000-patients" / "Patient.000.ndjson")
    woman = people[(people["maiden_name"] != "") & people["death_date"].isna()].iloc[0]
    booking = {
        "LAST_NAME": woman["maiden_name"],
        "FIRST_NAME": woman["first_name"],
        "MIDDLE_NAME": "",
        "SSN": "",
        "SEX": "F",
        "DOB": woman["birth_date"].replace("-", ""),
        "ADDRESS": woman["street_address"],
        "CITY": woman["city"],
        "STATE": woman["state"],
        "ZIP": "",
        "PHONE": "",
    }
    deliver(real_data / "fhir_bulk" / "1000-patients", tmp_path / "in")
    county.bookings(tmp_path / "in", booking)
    county.run(store, tmp_path / "in", tmp_path / "out", as_of=AS_OF)
    links = store.read("links")
    person = links.loc[links["record_key"] == "B1", "person_id"].iloc[0]
    assert woman["person_truth"] in set(links.loc[links["person_id"] == person, "record_key"])


@pytest.mark.parametrize("name", ["10-patients", "100-patients", "1000-patients"])
def test_every_patient_is_accepted_or_set_aside_with_a_reason(real_data: Path, name: str):
    path = real_data / "fhir_bulk" / name / "Patient.000.ndjson"
    feed = agency_named(PROVIDER).feed("patients")
    reading = readers.read(feed, path.read_bytes())
    assert reading.row_count == len(list(resources(path)))
    assert reading.faults == []
