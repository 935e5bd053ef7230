"""Synthea's CSV files, which nobody here wrote, go the whole road through an agency declared here."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from linkage.evaluation import evaluate_clusters
from pipeline import flow, synthetic
from pipeline.agencies import agency_named
from pipeline.audit import Act
from pipeline.contract import codes
from pipeline.contract.codes import EncounterKind, LawTag, Setting
from pipeline.contract.declaration import (
    Agency,
    Coded,
    Column,
    ConditionRule,
    Death,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    PersonFields,
    PersonRule,
    When,
    needed,
)
from pipeline.evaluate import read_truth
from pipeline.settings import Settings
from tests.road import county

AS_OF = date(2026, 11, 16)
DAY = {"kind": Kind.DATE, "formats": ("%Y-%m-%d",)}
MOMENT = {"kind": Kind.MOMENT, "formats": ("iso",)}
PATIENT = needed("PATIENT", "Id of the patient.")


def personal(name, meaning, **more):
    return Column(name=name, meaning=meaning, is_personal=True, **more)


PATIENTS = Feed(
    name="patients",
    row_is="one patient",
    file_pattern=r"patients\.csv",
    format=Delimited(),
    key=("Id",),
    law=(LawTag.HIPAA,),
    columns=(
        needed("Id", "Id of the patient."),
        personal("BIRTHDATE", "Date of birth.", **DAY),
        personal("DEATHDATE", "Date of death.", **DAY),
        personal("SSN", "Social security number.", accepts_9xx=True),  # Synthea numbers everybody from 999 on
        personal("FIRST", "Given name."),
        personal("LAST", "Surname."),
        personal("SUFFIX", "Suffix."),
        personal("MAIDEN", "Surname before marriage."),
        personal("GENDER", "Sex.", kind=Kind.CODE, codes=("F", "M")),
        personal("ADDRESS", "Street."),
        personal("CITY", "City."),
        personal("STATE", "State."),
        personal("ZIP", "ZIP code."),
    ),
    person=PersonRule(
        fields=PersonFields(
            first_name="FIRST",
            last_name="LAST",
            suffix="SUFFIX",
            other_last_names="MAIDEN",
            birth_date="BIRTHDATE",
            sex="GENDER",
            ssn="SSN",
            street_address="ADDRESS",
            city="CITY",
            state="STATE",
            postcode="ZIP",
        ),
        death=Death(date="DEATHDATE"),
    ),
)
ENCOUNTERS = Feed(
    name="encounters",
    row_is="one encounter",
    file_pattern=r"encounters\.csv",
    format=Delimited(),
    key=("Id",),
    columns=(
        needed("Id", "Id of the encounter."),
        needed("START", "When it began.", **MOMENT),
        Column(name="STOP", meaning="When it ended.", **MOMENT),
        PATIENT,
        Column(name="ENCOUNTERCLASS", meaning="Its class."),
    ),
    encounters=(
        EncounterRule(
            kind=EncounterKind.VISIT,
            occurred_at=When("START"),
            ended_at=When("STOP"),
            setting_code=Coded(
                "ENCOUNTERCLASS",
                {"emergency": Setting.EMERGENCY, "inpatient": Setting.INPATIENT},
                otherwise=Setting.OUTPATIENT,
            ),
            is_about="PATIENT",
            person_feed="patients",
        ),
    ),
)
CONDITIONS = Feed(
    name="conditions",
    row_is="one condition of one patient",
    file_pattern=r"conditions\.csv",
    format=Delimited(),
    key=("START", "PATIENT", "ENCOUNTER", "CODE"),
    columns=(
        needed("START", "When it began.", **DAY),
        Column(name="STOP", meaning="When it was over.", **DAY),
        PATIENT,
        needed("ENCOUNTER", "Id of the encounter."),
        needed("CODE", "SNOMED CT code."),
    ),
    conditions=(
        ConditionRule(
            patterns={codes.Condition.SERIOUS_MENTAL_ILLNESS: r"\A(370143000|58214004|68890003)\Z"},
            code_column="CODE",
            recorded_at=When("START"),
            ended_at=When("STOP"),
            is_about="PATIENT",
            person_feed="patients",
        ),
    ),
)
CLINIC = Agency(
    name="synthea_clinic",
    title="Synthea Clinic",
    zone="America/New_York",
    owner="clerk",
    feeds=(PATIENTS, ENCOUNTERS, CONDITIONS),
)
OTHERS = tuple(agency_named(name) for name in ("riverton_police", "larkspur_police", "riverton_county_jail"))


@pytest.fixture
def rows(real_data: Path, tmp_path: Path):
    """What do the files hold, read by nothing of ours? They are laid where the deliveries lie."""
    folder = tmp_path / "in" / CLINIC.name
    folder.mkdir(parents=True)
    found = {}
    for feed in CLINIC.feeds:
        path = real_data / "synthea_csv" / f"{feed.name}.csv"
        (folder / path.name).symlink_to(path)
        found[feed.name] = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return found


@pytest.fixture
def run(store, tmp_path):
    """Run the road over everything in `in`."""

    def go(as_of):
        told = {"deliveries": tmp_path / "in", "as_of": as_of, "out": tmp_path / "out"}
        settings = Settings(home=tmp_path / "home")
        return flow.run(store, Act("test", county.AT), (CLINIC, *OTHERS), settings, **told)

    return go


def test_every_row_is_accounted_for_and_the_dead_are_not_shown(store, tmp_path, rows, run):
    latest = max(row["START"] for row in rows["encounters"])[:10]
    result = run(date.fromisoformat(latest))
    counts = county.accounting(store)[CLINIC.name]
    assert counts["delivered"] == sum(len(found) for found in rows.values())
    assert (counts["accepted"], counts["quarantined"], counts["retracted"]) == (counts["delivered"], 0, 0)
    assert result.refusals == []
    made = county.published(tmp_path / "out")
    assert made["excluded_counts"]["deceased"] == sum(len(row["DEATHDATE"]) > 0 for row in rows["patients"])
    assert set(store.read("links")["record_key"]) == {row["Id"] for row in rows["patients"]}
    known = store.read("usable_encounters", **flow.plan_for(date.fromisoformat(latest), Settings()).bounds(None))
    assert set(known["encounter_id"]) == {f"{CLINIC.name}/encounters/{row['Id']}#visit" for row in rows["encounters"]}


def test_the_patients_are_found_again_in_police_and_jail_records(store, tmp_path, rows, run):
    patients = pd.DataFrame(rows["patients"]).replace("", None)
    people = pd.DataFrame(
        {
            "person_truth": patients["Id"],
            "first_name": patients["FIRST"],
            "middle_name": None,
            "last_name": patients["LAST"],
            "suffix": None,
            "maiden_name": patients["MAIDEN"].fillna(""),
            "birth_date": patients["BIRTHDATE"],
            "death_date": patients["DEATHDATE"],
            "sex": patients["GENDER"],
            "ssn": patients["SSN"].str.replace("-", ""),
            "phone": None,
            "street_address": patients["ADDRESS"],
            "city": patients["CITY"],
            "state": patients["STATE"],
            "postcode": patients["ZIP"],
        }
    )
    projected = synthetic.project(OTHERS, people, seed=7, as_of=AS_OF, out=tmp_path / "in")
    run(AS_OF)
    links = store.read("links")
    ids = links["agency"] + "/" + links["feed"] + "/" + links["record_key"]
    clusters = pd.DataFrame({"record_id": ids, "cluster_id": links["person_id"]})
    own = pd.DataFrame({"record_id": f"{CLINIC.name}/patients/" + patients["Id"], "person_truth": patients["Id"]})
    truth = pd.concat([read_truth(projected.truth), own])
    truth = truth[truth["record_id"].isin(ids)]
    assert len(truth) > len(own)  # the police and the jail met some of them
    found = evaluate_clusters(clusters, truth)
    assert found.precision >= 0.99
    assert found.f1 >= 0.9  # of 27 people a single record left alone costs five hundredths
