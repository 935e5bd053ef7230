"""Do the DAGs make the list that the plain run makes, and hand nobody's data to Airflow?

Every DAG is run by real Airflow in a process of its own, in the order of the asset graph: first on good deliveries,
then on the next day's, in which one agency sends a file that cannot be taken in. The canaries in the deliveries are
values that may stand in the outreach database and in nothing that Airflow keeps.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.agencies import load_agencies
from tests.dags import deliveries

pytestmark = pytest.mark.airflow

PROCESS = Path(__file__).with_name("airflow_process.py")
OUTREACH = Path(sys.executable).with_name("outreach")
MINUTES = 10 * 60
PLAIN = re.compile(r"[a-z_.]{1,40}|[0-9a-f]{8,64}")
"""A name of a count or a file, or a hash."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Both roads: one `outreach run` on a fresh database, and the DAGs under Airflow on another."""
    folder = tmp_path_factory.mktemp("dags")
    first, _ = deliveries.write(folder)
    where = ["--deliveries", str(first), "--as-of", str(deliveries.AS_OF), "--out", str(folder / "out_of_flow")]
    start(folder / "flow.out", [str(OUTREACH), "run", *where], OUTREACH_HOME=str(folder / "other_home"))
    start(folder / "airflow.out", [sys.executable, str(PROCESS), "run", str(folder)])
    return folder


def start(log_file: Path, command: list[str], **settings: str) -> None:
    """Run a command to its end, everything it says going to a file."""
    with log_file.open("w") as log:
        ended = subprocess.run(command, stdout=log, stderr=log, timeout=MINUTES, env=os.environ | settings, check=False)
    assert ended.returncode == 0, log_file.read_text()[-3000:]


@pytest.fixture(scope="module")
def seen(folder) -> dict:
    return json.loads((folder / "seen.json").read_text())


def by_dag(runs: list[dict]) -> dict[str, dict]:
    return {run["dag_id"]: run for run in runs}


def test_the_list_runs_after_all_agencies(seen):
    assert seen["order"][-1] == "outreach_list"
    assert len(seen["order"]) == len(load_agencies()) + 1


def test_every_dag_succeeds_on_good_deliveries_at_the_first_try(seen, record_property):
    record_property("seconds", seen["seconds"])
    for run in seen["first"]:
        assert run["state"] == "success", run
        is_fetched = run["dag_id"] == f"deliveries_{deliveries.FETCHED}"
        fetch = run["tasks"].pop("fetch", ["skipped"])
        assert fetch == ["success", 1] if is_fetched else fetch[0] == "skipped"
        assert all(task == ["success", 1] for task in run["tasks"].values()), run


def test_files_are_fetched_with_the_secret_of_a_connection(seen):
    found = [value for *step, value in seen["xcoms"] if step[:2] == [f"deliveries_{deliveries.FETCHED}", "fetch"]]
    assert found[0]["fetched"] > 0
    assert seen["asked_without_token"] == 0


def test_the_list_is_that_of_the_plain_run_byte_for_byte(folder):
    of_dags = (folder / "out_of_dags" / "outreach_list.json").read_bytes()
    assert json.loads(of_dags)["entries"], "an empty list would prove nothing"
    assert of_dags == (folder / "out_of_flow" / "outreach_list.json").read_bytes()


def test_every_success_updates_the_asset(seen):
    events = seen["asset_events"]
    assert all(
        events.count(agency.name) == (1 if agency.name == deliveries.BROKEN else 2) for agency in load_agencies()
    )
    assert events.count("outreach_list") == 2


# --- a bad file ----------------------------------------------------------------------------------------------------


def test_a_bad_file_fails_its_agency_at_once(seen):
    run = by_dag(seen["second"])[f"deliveries_{deliveries.BROKEN}"]
    assert run["state"] == "failed"
    assert run["tasks"]["receive"] == ["success", 1]
    assert run["tasks"]["expect"] == ["failed", 1], "no retry: the agency has to send the file again"
    assert run["tasks"]["standardize"][0] == "upstream_failed"


def test_the_others_and_the_list_go_on(seen, folder):
    rest = {name: run for name, run in by_dag(seen["second"]).items() if name != f"deliveries_{deliveries.BROKEN}"}
    assert {run["state"] for run in rest.values()} == {"success"}
    sources = json.loads((folder / "out" / "outreach_list.json").read_text())["sources"]
    status = {source["agency"]: source["status"] for source in sources}
    assert status.pop(deliveries.BROKEN) == "stopped"
    assert "stopped" not in status.values()
    taken_in = [
        value for *step, value in seen["xcoms"] if step[:2] == [f"deliveries_{deliveries.SECOND}", "standardize"]
    ]
    assert taken_in[-1]["accepted_rows"] > 0, "the other agency's new file is used"


def test_the_day_of_a_list_is_the_local_day_of_its_run(folder):
    assert json.loads((folder / "out" / "outreach_list.json").read_text())["as_of"] == "2026-03-03"


# --- a list that is held back --------------------------------------------------------------------------------------


def test_a_list_that_is_held_back_fails_at_once_and_the_last_good_one_says_so(seen, folder):
    assert seen["held_back"]["state"] == "failed"
    assert seen["held_back"]["tasks"]["publish"] == ["failed", 1], "no retry: a person has to look"
    left = json.loads((folder / "out_of_summer" / "outreach_list.json").read_text())
    assert left["as_of"] == "2026-03-03", "the last good list"
    assert "later than it may be" in left["stale"]["because"]
    assert "PublishHeldBack" in (folder / "airflow.out").read_text()


# --- nobody's data -------------------------------------------------------------------------------------------------


def is_plain(value: object) -> bool:
    """Is it an id, a count, a hash, or a list or mapping of those?"""
    if isinstance(value, dict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(is_plain(part) for part in value)
    return isinstance(value, bool | int) or (isinstance(value, str) and PLAIN.fullmatch(value) is not None)


def test_plain_means_plain():
    assert is_plain({"delivery_ids": [1, 2], "outreach_list.json": "0f" * 32})
    assert not is_plain(["Quokkaby, Quokkaby"])
    assert not is_plain({"name": "1931-07-09"})


def test_tasks_hand_on_ids_counts_and_hashes_only(seen):
    assert {(dag_id, task_id) for dag_id, task_id, _, _ in seen["xcoms"]} >= {("outreach_list", "publish")}
    for dag_id, task_id, key, value in seen["xcoms"]:
        assert key == "return_value"
        assert is_plain(value), f"{dag_id}.{task_id} hands on something else"


def holds_canary(text: str) -> bool:
    return any(canary in text for canary in deliveries.canaries())


def test_the_canaries_came_in(seen):
    """The control: were they not in the raw rows, finding them nowhere would mean nothing."""
    found = {canary for canary in deliveries.canaries() if any(canary in row for row in seen["raw_rows"])}
    assert found == deliveries.canaries()


def test_no_canary_is_in_anything_airflow_keeps(folder):
    kept = [path for path in (folder / "airflow").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    assert not [path.name for path in kept if holds_canary(path.read_bytes().decode("utf-8", "replace"))]


def test_no_canary_is_in_any_log_line(folder):
    log = (folder / "airflow.out").read_text()
    assert "delivery_received" in log
    assert "DeliveryRefused" in log
    assert not holds_canary(log)
