"""What do all tasks share? Which agency is which asset, how a failed step is tried again, and how it reaches the data.

Airflow parses the DAG files every half minute, so nothing heavy is imported here at the top: a task opens the store
inside itself, holds the run lock while it works, and hands on ids, counts and hashes, never a row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule, get_current_context

from pipeline.agencies import load_agencies
from pipeline.contract import errors

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pipeline.audit import Act
    from pipeline.fetch.sources import Secret
    from pipeline.fetch.trying import Clock
    from pipeline.settings import Settings
    from pipeline.store import Store

ACTOR = "airflow"
"""Who acts, in the audit trail, when a task writes."""

TRIES = 40
"""How often a step may be tried again while another one holds the database: 40 × 15 s is ten minutes."""

PATIENCE_SECONDS = 60
"""How long a step waits for another to end before it is tried again: most steps take less."""

WHILE_LOCKED = timedelta(seconds=15)
"""One step of one agency takes seconds, so the database is free again soon."""

WHILE_UNAVAILABLE = timedelta(minutes=1)
"""A database server that restarts is back within minutes."""

AGENCIES = load_agencies()
TAKEN_IN = {agency.name: Asset(name=agency.name, uri=f"outreach://taken-in/{agency.name}") for agency in AGENCIES}
"""The asset of each agency: all it has sent so far is taken in. Updated even where nothing new had come."""

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            errors.RunInProgress, RetryAction.RETRY, WHILE_LOCKED, reason="another step or run holds the database"
        ),
        RetryRule(
            errors.StoreUnavailable, RetryAction.RETRY, WHILE_UNAVAILABLE, reason="the database cannot be reached"
        ),
        RetryRule(
            errors.SourceUnavailable,
            RetryAction.RETRY,
            WHILE_UNAVAILABLE,
            reason="the place an agency leaves its files at is down",
        ),
        RetryRule(errors.SourceRefused, RetryAction.FAIL, reason="something has to be corrected there or here"),
        RetryRule(errors.DeliveryRefused, RetryAction.FAIL, reason="the agency has to send the file again"),
        RetryRule(
            errors.PublishHeldBack, RetryAction.FAIL, reason="a person has to look at the list that was held back"
        ),
        RetryRule(errors.DeclarationError, RetryAction.FAIL, reason="the agency's declaration has to be corrected"),
        RetryRule(errors.SettingError, RetryAction.FAIL, reason="a setting or parameter has to be corrected"),
    ],
    # anything else is a fault of ours or of the machine: it would be the same the next time, so say so at once
    default=RetryAction.FAIL,
)

TASK_DEFAULTS = {"retries": TRIES, "retry_policy": RETRY_POLICY, "retry_delay": WHILE_UNAVAILABLE}


@dataclass(frozen=True)
class Hold:
    """What does a step work with, while no other step may?"""

    store: "Store"
    act: "Act"
    settings: "Settings"

    def folder(self, name: str) -> Path:
        """Which folder is meant: the run's parameter of that name or, where it is blank, the setting?"""
        return folder_of(name, self.settings)

    def as_of(self) -> date:
        """For which day is the list: the run's parameter or, where it is blank, the local day the run stands for?"""
        given = _of_run("params").get("as_of")
        return date.fromisoformat(given) if given else local_day(moment_of_run(), self.settings.zone)


def folder_of(name: str, settings: "Settings") -> Path:
    """Which folder is meant: the run's parameter of that name or, where it is blank, the setting?"""
    given = _of_run("params").get(name)
    return Path(given).expanduser().absolute() if given else getattr(settings, name)


@contextmanager
def hold() -> Iterator[Hold]:
    """Open the store of the settings and hold it for one step.

    Raises:
        RunInProgress: another step or an `outreach run` holds it.
        StoreUnavailable: the database cannot be reached.
        SettingError: a setting cannot be used.
    """
    from pipeline import log
    from pipeline.audit import Act
    from pipeline.settings import read_settings
    from pipeline.store import Store

    settings = read_settings()
    log.set_up(settings.log_level)
    store = Store.open(settings)
    try:
        with store.run_lock(PATIENCE_SECONDS):
            yield Hold(store, Act(ACTOR, started_at()), settings)
    finally:
        store.close()


def secret_of(reference: "Secret") -> "SecretStr":
    """What is a secret that a source names: the password of a connection, or what the environment holds?

    Raises:
        SourceRefused: there is no such connection, or it has no password.
        SettingError: the environment variable is not set.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from pydantic import SecretStr

    from pipeline.fetch.secrets import from_environment

    if reference.connection is None:
        return from_environment(reference)
    try:
        password = Connection.get(reference.connection).password
    except AirflowNotFoundException:
        password = None
    if not password:
        raise errors.SourceRefused(
            f"no connection of that id has a password; set it under Admin, Connections [{reference.connection}]"
        )
    return SecretStr(password)


def clock() -> "Clock":
    """What tells a task moments and makes its pauses?"""
    import time

    from pipeline.fetch.trying import Clock

    return Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)


def started_at() -> datetime:
    """When did this attempt of the task begin? The audit trail's moment, also when a past day is made again."""
    return _of_run("ti").start_date


def moment_of_run() -> datetime:
    """Which moment does the run stand for? The same at every retry; runs that assets set off have no logical date."""
    run = _of_run("dag_run")
    return run.data_interval_end or run.logical_date or run.run_after


def _of_run(name: str) -> Any:
    return cast("dict[str, Any]", get_current_context())[name]


def local_day(moment: datetime, zone: str) -> date:
    """Which day is it there at this moment?"""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(zone)).date()
