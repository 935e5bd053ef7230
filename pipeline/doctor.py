"""Is everything set up? What `outreach doctor` tells: settings, database, programs, counts. Never a secret."""

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version

from pydantic import SecretStr

from pipeline.code_version import code_version
from pipeline.settings import Settings
from pipeline.store import Store

LIBRARIES = ("apache-airflow", "great-expectations", "pandas", "recordlinkage", "sqlalchemy", "psycopg", "reportlab")
LATEST_EVENTS = 5
"""Entries of the audit trail that are shown."""
LOW_ROOM = 1_000_000_000
"""Bytes. With less room than this a run's database and kept files may not fit."""


def examine(store: Store, settings: Settings) -> dict[str, list[dict[str, object]]]:
    """What is set up, and with what? Tables by title, each a list of rows."""
    events = store.read("told_events", since=None, act=None, at_most=LATEST_EVENTS)
    return {
        "settings": _settings(settings),
        "programs": [{"what": "outreach", "version": code_version()}, *_libraries()],
        "database": [{"what": name, "value": value} for name, value in {**store.describe(), **_room(settings)}.items()],
        "counts": [{"what": name, "count": int(count)} for name, count in store.read("counts_of_rows").iloc[0].items()],
        "latest": [
            {"at": f"{row.at:%Y-%m-%d %H:%M} UTC", "who": row.actor, "act": row.act} for row in events.itertuples()
        ],
    }


def _settings(settings: Settings) -> list[dict[str, object]]:
    def shown(value: object, default: object) -> object:
        if value is None:
            return "(not set)"
        if isinstance(value, SecretStr):  # a default that everybody can read keeps no secret
            return "(no secret yet: set your own)" if value == default else "(set, secret)"
        return str(value)

    return [
        {
            "variable": f"OUTREACH_{name.upper()}",
            "in force": shown(getattr(settings, name), field.default),
            "what it is": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]


def _libraries() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [{"what": "python", "version": platform.python_version()}]
    for name in LIBRARIES:
        try:
            rows.append({"what": name, "version": version(name)})
        except PackageNotFoundError:
            rows.append({"what": name, "version": "missing: run `make setup`"})
    return rows


def _room(settings: Settings) -> dict[str, str]:
    """How much room is left where the data lie?"""
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return {"free room": f"{free / 1e9:,.1f} GB" + (" (too little: make room)" if free < LOW_ROOM else "")}
