"""From deliveries to a published list, on a real database."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import answers, flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish, RunInProgress, SettingError
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county


def test_one_man_met_by_six_agencies_is_one_entry_with_a_sentence_for_each_reason(store: Store, tmp_path: Path):
    county.whole_county(tmp_path / "in")
    county.run(store, tmp_path / "in", tmp_path / "out")
    made = county.published(tmp_path / "out")
    [entry] = made["entries"]
    assert entry["record_keys"] == [
        "co_responder_team/responses/R1",
        "community_partners/referrals/F1",
        "larkspur_police/persons/L26-1|1",
        "riverbend_behavioral_health/patients/p1",
        "riverton_county_jail/bookings/B1",
        "riverton_police/calls/26-1|1",
    ]
    reasons = {reason["factor"]: reason for reason in entry["reasons"]}
    assert entry["points"] == sum(reason["points"] for reason in entry["reasons"])
    assert reasons["crisis_calls_past_30_days"]["sentence"] == (
        "2 behavioral-health crisis calls in the past 30 days, the latest on 10 Nov 2026 "
        "(Larkspur Police Department and Riverton Police Department)."
    )
    assert set(reasons) == {
        "bookings_past_365_days",
        "calls_past_90_days",
        "crisis_calls_past_30_days",
        "crisis_calls_past_365_days",
        "emergency_or_crisis_visits_past_90_days",
        "follow_ups_requested_past_90_days",
        "serious_mental_illness_known",
        "urgent_referrals_past_90_days",
    }
    assert entry["is_new"] is True
    assert [state["status"] for state in made["sources"]] == ["complete"] * 6
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "current",
        "lists",
        "outreach_list.json",
        "outreach_list.pdf",
        "outreach_list.xlsx",
        "run_report.html",
    ]


def test_a_second_run_publishes_the_same_bytes(store: Store, tmp_path: Path):
    county.whole_county(tmp_path / "in")
    county.run(store, tmp_path / "in", tmp_path / "out")
    county.run(store, tmp_path / "in", tmp_path / "again")
    for path in (tmp_path / "out").rglob("*.*"):
        assert (tmp_path / "again" / path.relative_to(tmp_path / "out")).read_bytes() == path.read_bytes(), path.name


def test_a_booking_sent_again_replaces_its_older_version_and_both_stay_in_raw(store: Store, tmp_path: Path):
    county.bookings(tmp_path / "in", {"REL_DT": "", "REL_TM": "", "STATUS": "ACTIVE"}, name="bookings_20261101.csv")
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert county.published(tmp_path / "out")["excluded_counts"]["in_custody"] == 1
    county.bookings(tmp_path / "in", {"REL_DT": "20261110"}, name="bookings_20261115.csv")
    county.run(store, tmp_path / "in", tmp_path / "out")
    made = county.published(tmp_path / "out")
    assert made["excluded_counts"]["in_custody"] == 0
    assert "releases_past_14_days" in {reason["factor"] for reason in made["entries"][0]["reasons"]}
    counts = county.accounting(store)["riverton_county_jail"]
    assert (counts["delivered"], counts["accepted"], counts["retracted"]) == (2, 1, 1)
    with store.transaction() as work:
        assert work.read("counts_of_rows")["delivered_rows"].iloc[0] == 2


def test_the_newest_version_counts_whatever_the_order_of_arrival(store: Store, tmp_path: Path):
    county.bookings(tmp_path / "late", {"REL_DT": "20261110"}, name="bookings_20261115.csv")
    county.run(store, tmp_path / "late", tmp_path / "out")
    county.bookings(tmp_path / "late", {"REL_DT": "", "STATUS": "ACTIVE"}, name="bookings_20261101.csv")
    county.run(store, tmp_path / "late", tmp_path / "out")
    assert county.published(tmp_path / "out")["excluded_counts"]["in_custody"] == 0


def test_a_mistaken_booking_never_happened(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.bookings(tmp_path / "in", {"STATUS": "MISTAKEN"})
    county.run(store, tmp_path / "in", tmp_path / "out")
    [entry] = county.published(tmp_path / "out")["entries"]
    assert entry["record_keys"] == ["riverton_police/calls/26-1|1"]
    assert county.accounting(store)["riverton_county_jail"]["retracted"] == 1


def test_the_same_bytes_under_another_name_are_one_delivery(store: Store, tmp_path: Path):
    first = county.calls(tmp_path / "in", {})
    (first.parent / "cad_20261116.csv").write_bytes(first.read_bytes())
    county.run(store, tmp_path / "in", tmp_path / "out")
    county.run(store, tmp_path / "in", tmp_path / "out")
    counts = county.accounting(store)["riverton_police"]
    assert (counts["files"], counts["files_repeated"], counts["delivered"]) == (1, 1, 1)


def test_a_person_keeps_the_id_from_week_to_week_and_is_new_only_once(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallReceived": "11/05/2026 10:00"})
    county.run(store, tmp_path / "in", tmp_path / "out", as_of=county.AS_OF - timedelta(days=7))
    [before] = county.published(tmp_path / "out")["entries"]
    other = {
        "IncidentNo": "26-9",
        "PersonName": "ABBOTT, ROSE",
        "DOB": "07/08/1990",
        "Sex": "F",
        "Phone": "",
        "Address": "9 ELM ST",
    }
    county.calls(tmp_path / "in", other, {"IncidentNo": "26-2"}, name="cad_20261116.csv")
    county.run(store, tmp_path / "in", tmp_path / "out")
    after = {entry["person_id"]: entry for entry in county.published(tmp_path / "out")["entries"]}
    assert after[before["person_id"]]["is_new"] is False
    assert len(after[before["person_id"]]["record_keys"]) == 2
    assert [entry["is_new"] for person_id, entry in after.items() if person_id != before["person_id"]] == [True]


def test_nothing_after_the_lists_day_counts(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {}, {"IncidentNo": "26-2", "CallReceived": "11/17/2026 00:00"})
    county.run(store, tmp_path / "in", tmp_path / "out")
    [entry] = county.published(tmp_path / "out")["entries"]
    assert entry["record_keys"] == ["riverton_police/calls/26-1|1"]


@pytest.mark.parametrize(
    ("change", "is_used"),
    [
        ({}, True),
        ({"consent": "N"}, False),
        ({"consent": ""}, False),
        ({"consent_expires": "2026-11-15"}, False),
        ({"consent_expires": "2026-11-16"}, True),
        ({"consent_expires": ""}, True),
    ],
)
def test_a_referral_counts_only_under_consent(store: Store, tmp_path: Path, change: dict, is_used: bool):
    county.calls(tmp_path / "in", {})
    county.referrals(tmp_path / "in", change)
    county.run(store, tmp_path / "in", tmp_path / "out")
    made = county.published(tmp_path / "out")
    assert ("community_partners/referrals/F1" in made["entries"][0]["record_keys"]) is is_used
    assert made["excluded_counts"]["no_consent_basis"] == (0 if is_used else 1)
    assert county.accounting(store)["community_partners"]["accepted"] == 1


PART2 = {"meta": {"security": [{"code": "42CFRPart2"}]}}


def consent(**provision: object) -> dict:
    period = {"start": "2026-01-01", "end": "2026-12-31"}
    return {
        "resourceType": "Consent",
        "id": "k1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "provision": {"type": "permit", "period": period, **provision},
    }


@pytest.mark.parametrize(
    ("agreed", "is_used"),
    [
        (None, False),
        (consent(), True),
        (consent(type="deny"), False),
        (consent(period={"start": "2026-01-01", "end": "2026-11-15"}), False),
        (consent(period={"start": "2026-11-17"}), False),
        ({**consent(), "status": "inactive"}, False),
        ({**consent(), "patient": {"reference": "Patient/p2"}}, False),
    ],
)
def test_a_part_2_visit_counts_only_under_a_matching_unexpired_consent(
    store: Store, tmp_path: Path, agreed: dict, is_used: bool
):
    county.calls(tmp_path / "in", {})
    county.resources(tmp_path / "in", county.patient(), county.visit(**PART2), *([agreed] if agreed else []))
    county.run(store, tmp_path / "in", tmp_path / "out")
    [entry] = county.published(tmp_path / "out")["entries"]
    factors = {reason["factor"] for reason in entry["reasons"]}
    assert ("emergency_or_crisis_visits_past_90_days" in factors) is is_used


def test_a_dead_man_is_not_shown(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.resources(tmp_path / "in", county.patient(deceasedDateTime="2026-11-12T08:00:00-07:00"))
    county.run(store, tmp_path / "in", tmp_path / "out")
    made = county.published(tmp_path / "out")
    assert (made["entries"], made["excluded_counts"]["deceased"]) == ([], 1)


def test_one_run_at_a_time(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    with store.run_lock(), pytest.raises(RunInProgress, match="another run holds this database"):
        county.run(store, tmp_path / "in", tmp_path / "out")


def test_without_anything_delivered_nothing_is_published(store: Store, tmp_path: Path):
    (tmp_path / "in").mkdir()
    with pytest.raises(NothingToPublish):
        county.run(store, tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with store.transaction() as work, pytest.raises(NothingToPublish):
        answers.current_list(work)


def test_without_a_folder_of_deliveries_the_message_says_so(store: Store, tmp_path: Path):
    with pytest.raises(SettingError, match="--deliveries"):
        county.run(store, tmp_path / "nowhere", tmp_path / "out")


def test_why_answers_for_people_on_the_list_below_the_line_and_excluded(store: Store, tmp_path: Path):
    below = {
        "IncidentNo": "26-2",
        "PersonName": "ABBOTT, ROSE",
        "DOB": "07/08/1990",
        "Sex": "F",
        "Phone": "",
        "Address": "9 ELM ST",
    }
    below |= {"InitialType": "TRESPASS", "FinalType": "TRESPASS", "MHFlag": ""}
    young = below | {"IncidentNo": "26-3", "PersonName": "STONE, KIM", "DOB": "07/08/2012", "Address": "3 OAK ST"}
    county.calls(tmp_path / "in", {}, below, young)
    county.run(store, tmp_path / "in", tmp_path / "out", list_size=1)
    with store.transaction() as work:
        links = work.read("links").set_index("record_key")["person_id"]
        ids = [links[key] for key in sorted(links.index)]
        told = [answers.tell_why(work, person_id)["answer"] for person_id in ids]
    assert told[0].startswith(f"{ids[0]} is number 1 on the current list with ")
    assert told[1].endswith("number 2 in line with 1 points, 10 fewer than the last entry.")
    assert told[2] == f"{ids[2]} is not on the current list: minor."


def test_an_agency_without_news_is_late_and_one_that_never_sent_is_missing(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out", as_of=date(2026, 12, 24))
    states = {state["agency"]: state for state in county.published(tmp_path / "out")["sources"]}
    assert states["riverton_police"] == {"agency": "riverton_police", "complete_to": "2026-11-15", "status": "late"}
    assert states["larkspur_police"]["status"] == "missing"


def test_the_report_shows_that_every_row_is_accounted_for(store: Store, tmp_path: Path):
    county.whole_county(tmp_path / "in")
    county.calls(
        tmp_path / "in",
        {"IncidentNo": "26-5", "CallReceived": "11/31/2026 10:00"},
        {"IncidentNo": "26-6"},
        name="cad_20261116.csv",
    )
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    told = answers.tell(store, result)
    for row in told["accounting"]:
        assert row["accepted"] + row["quarantined"] + row["retracted"] == row["delivered"], row["agency"]
    assert sum(row["quarantined"] for row in told["accounting"]) == 1
    json.dumps(told)
    report = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert report.count("adds up") >= 6


def test_a_list_for_an_earlier_day_leaves_its_files_and_the_current_list_alone(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallReceived": "11/01/2026 10:00"})
    county.run(store, tmp_path / "in", tmp_path / "out")
    before = county.published(tmp_path / "out")
    earlier = county.run(store, tmp_path / "in", tmp_path / "out", as_of=date(2026, 11, 9))
    with store.transaction() as work:
        assert answers.current_list(work).as_of == "2026-11-16"
    told = answers.tell(store, earlier)
    assert (told["as_of"], told["is_current"]) == ("2026-11-09", False)
    assert [path.parent for path in earlier.paths] == [tmp_path / "out" / "lists" / earlier.list_id] * 4
    assert json.loads(earlier.paths[0].read_text(encoding="utf-8"))["as_of"] == "2026-11-09"
    assert county.published(tmp_path / "out") == before


def test_every_step_is_told_from_its_beginning_to_its_end(store, tmp_path):
    county.calls(tmp_path / "in", {})
    told: dict[str, list[float]] = {}
    flow.run(
        store,
        Act("test", county.AT),
        load_agencies(),
        Settings(home=tmp_path / "home"),
        deliveries=tmp_path / "in",
        as_of=county.AS_OF,
        out=tmp_path / "out",
        progress=lambda step, share: told.setdefault(step, []).append(share),
    )
    assert {"find who is who", "rank", "publish"} < told.keys()
    assert all(shares == sorted(shares) and shares[-1] == 1 for shares in told.values())
