"""Airflow in a process of its own: parse the DAGs, or run them all with `dag.test()`, and leave what was seen as JSON.

Started by the tests beside it, because importing Airflow changes the process it is imported into.
"""

import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.dags import deliveries
from tests.fetch.local_web import Answer, Asked, serving

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "great_expectations", "numpy", "recordlinkage", "psycopg", "reportlab")

FIRST_RUN = datetime(2026, 3, 2, 18, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 3, 4, 3, tzinfo=UTC)
"""Still the third of March where the county is."""
LONG_AFTER = datetime(2026, 6, 1, 18, tzinfo=UTC)
"""Nobody has sent anything for three months."""


def main() -> None:
    """Do what the first argument says, with the folder of the second, and write `seen.json` there."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    os.environ |= {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "OUTREACH_HOME": str(folder / "home"),
        "OUTREACH_DELIVERIES": str(folder / "first"),
        "OUTREACH_OUT": str(folder / "out"),
        "OUTREACH_LOG_LEVEL": "DEBUG",
        "OUTREACH_SOURCES": str(folder / "sources.toml"),
        "AIRFLOW_CONN_COUNTY_WEB": json.dumps({"conn_type": "http", "password": deliveries.TOKEN}),
    }
    seen = {"parse": parse, "run": run}[what](folder)
    (folder / "seen.json").write_text(json.dumps(seen))


def bag_of_dags():
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT / "dags"))


def parse(_: Path) -> dict:
    """What is in the DAG files, what does parsing import, and how long does it take?"""
    import airflow.dag_processing.dagbag  # noqa: F401 -- Airflow's own import time is not the files'

    began = time.monotonic()
    bag = bag_of_dags()
    seconds = time.monotonic() - began
    dags = {
        dag.dag_id: {
            "doc_md": dag.doc_md,
            "owner": dag.owner,
            "tags": sorted(dag.tags),
            "tasks": [task.task_id for task in dag.topological_sort()],
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "params": sorted(dag.params),
            "schedule": type(dag.timetable).__name__,
            "retries": sorted({(task.retries, task.retry_policy is not None) for task in dag.tasks}),
        }
        for dag in bag.dags.values()
    }
    heavy = [name for name in HEAVY if name in sys.modules]
    return {"import_errors": bag.import_errors, "seconds": seconds, "heavy": heavy, "dags": dags}


# --- running them ----------------------------------------------------------------------------------------------------


def run(folder: Path) -> dict:
    """Run every DAG with one agency's files on a web server, and nowhere else at first."""
    there = folder / "there"
    (folder / "first" / deliveries.FETCHED).rename(there)
    with serving(lambda asked: of_folder(there, asked)) as web:
        (folder / "sources.toml").write_text(
            f'[{deliveries.FETCHED}]\nkind = "https"\nindex = "{web.url}/"\nsettle_seconds = 0\n'
            'token = { connection = "county_web" }\n'
        )
        return run_all(folder) | {"asked_without_token": sum(not has_token(asked) for asked in web.asked)}


def has_token(asked: Asked) -> bool:
    return asked.headers.get("Authorization") == f"Bearer {deliveries.TOKEN}"


def of_folder(there: Path, asked: Asked) -> Answer:
    """What does a web server answer that shows a folder to whoever has the token?"""
    if not has_token(asked):
        return Answer(401)
    if asked.path == "/":
        return Answer(body="".join(f'<a href="{path.name}">' for path in sorted(there.iterdir())).encode())
    return Answer(body=(there / asked.path[1:]).read_bytes(), headers={"ETag": '"1"'})


def run_all(folder: Path) -> dict:
    """Run every DAG in the order of the asset graph on good files, then again on one bad and one new file."""
    logging.getLogger("airflow").setLevel(logging.INFO)
    from airflow.utils.db import initdb

    began = time.monotonic()
    initdb()
    migrated = time.monotonic()
    dags = in_asset_order(bag_of_dags().dags.values())
    dags_again = in_asset_order(bag_of_dags().dags.values())  # `dag.test()` leaves a run's parameters in its DAG
    day = {"as_of": "2026-03-02", "out": str(folder / "out_of_dags")}
    first = [run_dag(dag, FIRST_RUN, params_of(dag, day)) for dag in dags]
    ran = time.monotonic()
    later = {"deliveries": str(folder / "later")}
    second = [run_dag(dag, NEXT_MORNING, params_of(dag, later)) for dag in dags_again]
    too_late = in_asset_order(bag_of_dags().dags.values())[-1]
    held_back = run_dag(too_late, LONG_AFTER, {"as_of": "2026-06-01", "out": str(folder / "out_of_summer")})
    return {
        "held_back": held_back,
        "order": [dag.dag_id for dag in dags],
        "first": first,
        "second": second,
        "xcoms": xcoms(),
        "asset_events": asset_events(),
        "raw_rows": raw_rows(),
        "seconds": {"migrate": migrated - began, "first": ran - migrated, "second": time.monotonic() - ran},
    }


def in_asset_order(dags) -> list:
    """In which order must DAGs run, so that every asset is made before it is asked for? Read from the asset graph."""
    makes = {dag.dag_id: {a.name for task in dag.tasks for a in task.outlets} for dag in dags}
    needs = {dag.dag_id: names_in(getattr(dag.timetable, "asset_condition", None)) for dag in dags}
    by_id = {dag.dag_id: dag for dag in dags}
    made_by_any = set().union(*makes.values())
    order, made = [], set()
    while len(order) < len(by_id):
        ready = [name for name in sorted(by_id) if name not in order and needs[name] & made_by_any <= made]
        assert ready, "the DAGs wait for one another"
        order += ready
        made |= set().union(*(makes[name] for name in ready))
    return [by_id[name] for name in order]


def names_in(condition) -> set[str]:
    if condition is None:
        return set()
    if hasattr(condition, "objects"):
        return set().union(*(names_in(part) for part in condition.objects))
    return {condition.name}


def params_of(dag, wanted: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if name in dag.params}


def run_dag(dag, moment: datetime, conf: dict[str, str]) -> dict:
    """How did a run of this DAG end?"""
    ended = dag.test(logical_date=moment, run_after=moment, run_conf=conf)
    tasks = {ti.task_id: [str(ti.state), ti.try_number] for ti in ended.get_task_instances()}
    return {"dag_id": dag.dag_id, "state": str(ended.state), "tasks": tasks}


def xcoms() -> list[list]:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.execute(select(XComModel.dag_id, XComModel.task_id, XComModel.key, XComModel.value))
        return [list(row) for row in rows]


def asset_events() -> list[str]:
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(AssetModel.name).join(AssetEvent, AssetEvent.asset_id == AssetModel.id)
        return sorted(session.execute(query).scalars())


def raw_rows() -> list[str]:
    """What does the outreach database hold as delivered? For the control: the canaries did come in."""
    import sqlalchemy as sa

    from pipeline.settings import read_settings
    from pipeline.store import DATABASE, embedded_server_url

    url = sa.make_url(embedded_server_url(read_settings().home / "postgresql")).set(database=DATABASE)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.text("select payload::text from raw.delivered_row")).scalars())


if __name__ == "__main__":
    main()
