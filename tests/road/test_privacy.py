"""A planted value in every field of every feed is found nowhere but where it belongs."""

import io
import json
import logging
from pathlib import Path

import pandas as pd
import pytest

from pipeline import answers, log
from pipeline.agencies import load_agencies
from pipeline.contract.declaration import Delimited
from pipeline.contract.errors import OutreachError
from pipeline.store import Store
from tests.road import county

CANARY = "ZQXCANARY"
PUBLIC = ("outreach_list.json", "run_report.html")


CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "58214004"}], "text": CANARY},
    "subject": {"reference": "Patient/p1"},
    "onsetDateTime": "2020-01-01",
    "recordedDate": "2020-01-01",
}
CONSENT = {
    "resourceType": "Consent",
    "id": "k1",
    "status": "active",
    "scope": {"text": CANARY},
    "patient": {"reference": "Patient/p1"},
    "dateTime": "2026-01-01",
    "provision": {"type": "permit", "period": {"start": "2026-01-01", "end": "2026-12-31"}},
}


def spoiled(model: dict[str, str], key: str) -> list[dict[str, str]]:
    """One row per column with the canary in it, and one row with it everywhere; keys stay apart."""
    rows = [{key: f"K{number}", name: f"{CANARY}{number}"} for number, name in enumerate(model) if name != key]
    return [*rows, dict.fromkeys(model, CANARY), {key: f"{CANARY}KEY"}]


def spoil_resource(resource: dict) -> list[dict]:
    """One resource per element with the canary in it, and one line with an element of that name."""
    spoiled_ones = [
        {**resource, "id": f"s{number}", name: CANARY if isinstance(value, str) else [CANARY]}
        for number, (name, value) in enumerate(resource.items())
        if name not in ("resourceType", "id")
    ]
    return [*spoiled_ones, {**resource, "id": "x", CANARY: CANARY}, {**resource, "id": CANARY}]


@pytest.fixture
def deliveries(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    county.calls(folder, {}, *[{}] * 60, *spoiled(county.CALL, "IncidentNo"))
    county.bookings(folder, *[{}] * 60, *spoiled(county.BOOKING, "BOOKING_NO"))
    county.persons(folder, *[{}] * 60, *spoiled(county.PERSON, "case_no"))
    county.responses(folder, *[{}] * 60, *spoiled(county.RESPONSE, "response_id"))
    county.referrals(folder, *[{}] * 60, *spoiled(county.REFERRAL, "referral_id"))
    person, visit = county.patient(name=[{"family": CANARY, "given": [CANARY]}]), county.visit()
    good = (person, visit, CONDITION, CONSENT)
    county.resources(folder, *(found for one in good for found in (*[one] * 30, *spoil_resource(one))))
    return folder


def test_the_canary_stands_in_every_column_of_every_delimited_feed(deliveries: Path):
    for agency in load_agencies():
        for feed in agency.feeds:
            if isinstance(feed.format, Delimited):
                [path] = (deliveries / agency.name).iterdir()
                text = path.read_text(encoding=feed.format.encoding)
                _, *lines = [line.replace('"', "").split(feed.format.delimiter) for line in text.splitlines()]
                filled = [any(CANARY in line[place] for line in lines) for place in range(len(feed.columns))]
                assert all(filled), feed.name


def test_the_canary_stands_in_every_element_of_every_kind_of_resource(deliveries: Path):
    for path in (deliveries / "riverbend_behavioral_health").iterdir():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        elements = {name for line in lines for name in line} - {"resourceType", CANARY}
        filled = {name for line in lines for name, value in line.items() if CANARY in json.dumps(value)}
        assert elements <= filled, path.name


def test_a_planted_value_reaches_no_log_error_report_or_published_list(
    store: Store, deliveries: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
):
    caplog.set_level(logging.DEBUG)
    captured = io.StringIO()
    handler = logging.StreamHandler(captured)
    logging.getLogger().addHandler(handler)
    try:
        result = county.run(store, deliveries, tmp_path / "out")
    finally:
        logging.getLogger().removeHandler(handler)
    with store.transaction() as work:
        told = answers.tell(store, result)
        keys_apart = [{**entry, "record_keys": []} for entry in told["entries"]]  # ids of records are ids, not logs
        why = [answers.tell_why(work, entry["person_id"])["answer"] for entry in told["entries"]]
        quarantine = work.read("quarantined_rows").to_json()
        audit = work.read("told_events", since=None, act=None, at_most=10_000).to_json()
    heard = "\n".join([caplog.text, captured.getvalue(), *capfd.readouterr()])
    assert "deliveries_checked" in heard, "the logs were listened to"
    assert CANARY not in heard
    assert CANARY not in json.dumps({**told, "entries": keys_apart}) + "".join(why)
    assert CANARY not in quarantine + audit
    assert CANARY not in (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert not [path for path in tmp_path.rglob("*") if CANARY in path.name]
    with store.transaction() as work:
        every = list(range(1, 20))
        raw = work.read("rows_of_deliveries", delivery_ids=every, after_line=-1, row_limit=10_000)["payload"]
    assert sum(CANARY in text for text in raw) > 20, "positive control: the canary is in raw"
    assert store.read("quarantined_rows").shape[0] > 20, "positive control: many of its rows were faulty"


@pytest.mark.parametrize("agency", [agency.name for agency in load_agencies()])
def test_a_planted_value_reaches_no_refusal(store: Store, tmp_path: Path, agency: str):
    county.whole_county(tmp_path / "in")
    for path in (tmp_path / "in" / agency).iterdir():
        path.write_text(f"{CANARY}\n{CANARY},{CANARY}\n", encoding="utf-8")
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    assert len(result.refusals) == len(list((tmp_path / "in" / agency).iterdir()))
    assert CANARY not in "".join(result.refusals) + store.read("quarantined_rows").to_json()


def test_a_database_that_refuses_a_row_does_not_quote_it(store: Store):
    with store.transaction() as work, pytest.raises(OutreachError) as fault:
        work.run("insert_event", at=CANARY, actor=CANARY, act=CANARY, facts=CANARY, why=CANARY)
    assert CANARY not in str(fault.value)
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__


def test_the_log_of_the_database_does_not_quote_a_refused_row(store: Store, homes: Path):
    bad = pd.DataFrame({"record_id": [CANARY], "person_id": [CANARY], "from_run": [CANARY], "cause": [CANARY]})
    with pytest.raises(OutreachError), store.transaction() as work:
        work.copy("core.membership", bad)
    logged = (homes / "postgresql" / "log").read_text(encoding="utf-8")
    assert "database system is ready" in logged
    assert CANARY not in logged


def test_a_log_refuses_what_is_no_count_and_no_id():
    logger = logging.getLogger("pipeline.test")
    with pytest.raises(log.PersonalValueRefused) as fault:
        log.event(logger, "something", row={"name": CANARY})
    assert CANARY not in str(fault.value)
