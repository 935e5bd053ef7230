"""Which files are taken for which feed, of which day, and are their bytes kept as they came?"""

from datetime import date

import pytest

from pipeline import receive
from pipeline.agencies import agency_named, load_agencies
from pipeline.archives import Place
from pipeline.contract.errors import DeliveryRefused, SettingError

FEEDS = {f"{agency.name}.{feed.name}": feed for agency in load_agencies() for feed in agency.feeds}
CALLS, PERSONS = FEEDS["riverton_police.calls"], FEEDS["larkspur_police.persons"]
RESPONSES, REFERRALS = FEEDS["co_responder_team.responses"], FEEDS["community_partners.referrals"]


def deliver(folder, agency_name, *names):
    for name in names:
        path = folder / agency_name / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("content")


def names_found(agency_name, folder):
    found = receive.find_files(agency_named(agency_name), folder)
    return [(file.feed.name, file.name) for file in found.files], found.unknown_count


def test_files_are_found_by_name_in_any_case_and_with_the_suffixes_agencies_add(tmp_path):
    names = ("cad_20261102.csv", "CAD_20261103.CSV", "cad_20261102_resent.csv")
    deliver(tmp_path, "riverton_police", *names, "cad_2026.csv", "notes.txt", "cad_20261104.csv.part")
    found, unknown_count = names_found("riverton_police", tmp_path)
    assert found == [("calls", name) for name in sorted(names)]
    assert unknown_count == 3


def test_an_export_of_several_parts_comes_by_feed_and_its_companions_are_no_unknown_files(tmp_path):
    parts = ("Patient.000.ndjson", "Patient.001.ndjson", "Encounter.ndjson", "Condition.a-b.ndjson", "Consent.0.ndjson")
    companions = ("log.ndjson", "manifest.json", ".hidden", "LOG.NDJSON")
    deliver(tmp_path, "riverbend_behavioral_health", *parts, *companions, "Observation.000.ndjson")
    (tmp_path / "riverbend_behavioral_health" / "Patient.folder.ndjson").mkdir()
    found, unknown_count = names_found("riverbend_behavioral_health", tmp_path)
    assert found == [
        ("patients", "Patient.000.ndjson"),
        ("patients", "Patient.001.ndjson"),
        ("encounters", "Encounter.ndjson"),
        ("conditions", "Condition.a-b.ndjson"),
        ("consents", "Consent.0.ndjson"),
    ]
    assert unknown_count == 1


def test_an_agency_without_a_folder_has_sent_nothing(tmp_path):
    assert names_found("riverton_police", tmp_path) == ([], 0)


def test_folders_of_nobody_are_counted_and_a_missing_folder_of_deliveries_is_told(tmp_path):
    deliver(tmp_path, "smallville_police", "cad_20261102.csv")
    deliver(tmp_path, "riverton_police", "cad_20261102.csv")
    (tmp_path / "readme.txt").write_text("not a folder")
    assert receive.unknown_folders(tmp_path, load_agencies()) == 1
    receive.check_folder(tmp_path)
    with pytest.raises(SettingError, match=r"--deliveries \[.*nowhere\]"):
        receive.check_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("feed", "name", "day"),
    [
        (CALLS, "cad_20261102.csv", date(2026, 11, 2)),
        (CALLS, "CAD_20261102_v2.CSV", date(2026, 11, 2)),
        (CALLS, "cad_20261302.csv", None),
        (CALLS, "cad_2026-11-02.csv", None),
        (CALLS, "old_cad_20261102.csv", None),
        (PERSONS, "rms_persons_2026-11-02.txt", date(2026, 11, 2)),
        (RESPONSES, "coresponse_2026-11.csv", date(2026, 11, 1)),
        (REFERRALS, "referrals_20261102.csv", None),
    ],
)
def test_the_day_a_file_speaks_of(feed, name, day):
    assert receive.business_date(feed, name) == day


def test_a_file_that_cannot_be_opened_is_refused_in_one_line(tmp_path):
    gone = receive.FoundFile(CALLS, Place("cad_20261115.csv", tmp_path / "cad_20261115.csv"))
    with pytest.raises(DeliveryRefused, match="cannot be opened"):
        receive.fingerprint(agency_named("riverton_police"), gone)
