"""Are the DAG files what Airflow and their readers need? Parsed once, by real Airflow in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.agencies import load_agencies

pytestmark = pytest.mark.airflow

PROCESS = Path(__file__).with_name("airflow_process.py")
LONGEST_PARSE_SECONDS = 10.0
"""Airflow gives up on a file after 50 s; ours take 0.1 s once Airflow is imported, and this machine may be busy."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("parse")
    ended = subprocess.run([sys.executable, str(PROCESS), "parse", str(folder)], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads((folder / "seen.json").read_text())


def test_every_file_imports(seen):
    assert seen["import_errors"] == {}


def test_one_dag_per_agency_and_one_for_the_list(seen):
    wanted = {f"deliveries_{agency.name}" for agency in load_agencies()} | {"outreach_list"}
    assert set(seen["dags"]) == wanted


def test_parsing_imports_nothing_heavy_and_is_quick(seen, record_property):
    record_property("parse_seconds", seen["seconds"])
    assert seen["heavy"] == []
    assert seen["seconds"] < LONGEST_PARSE_SECONDS


def test_every_dag_says_what_it_is_and_who_answers_for_it(seen):
    for dag_id, dag in seen["dags"].items():
        assert "**When it fails**" in dag["doc_md"], dag_id
        assert dag["owner"] not in ("", "airflow"), dag_id
        assert dag["tags"], dag_id
        assert (dag["catchup"], dag["max_active_runs"]) == (False, 1), dag_id
        assert all(has_policy and retries > 0 for retries, has_policy in dag["retries"]), dag_id


def test_the_page_of_an_agency_follows_from_its_declaration(seen):
    for agency in load_agencies():
        dag = seen["dags"][f"deliveries_{agency.name}"]
        assert dag["tasks"] == ["fetch", "receive", "expect", "standardize"]
        assert dag["params"] == ["deliveries"]
        assert dag["owner"] == agency.owner
        assert agency.title in dag["doc_md"]
        for feed in agency.feeds:
            assert feed.row_is in dag["doc_md"]
            assert set(feed.law) <= set(dag["tags"])


def test_the_list_has_three_steps_and_its_parameters(seen):
    dag = seen["dags"]["outreach_list"]
    assert dag["tasks"] == ["resolve", "rank", "publish"]
    assert dag["params"] == ["as_of", "out"]
    assert dag["schedule"] == "AssetOrTimeSchedule"
