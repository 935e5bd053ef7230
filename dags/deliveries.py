"""When is what an agency delivered taken in? One DAG per declared agency: fetch → receive → expect → standardize.

The same steps as `outreach fetch` and `pipeline.flow.take_in_agency`, one task each. A new file in
`pipeline/agencies/` is a new DAG.
"""

from dataclasses import asdict

from airflow.sdk import DAG, CronTriggerTimetable, Param, chain, dag, task

from dags.steps import AGENCIES, TAKEN_IN, TASK_DEFAULTS, clock, folder_of, hold, secret_of
from pipeline.agencies import agency_named
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import SourceRefused, SourceUnavailable

DAILY = "0 5 * * *"
"""Five in the morning where the agency is: after its nightly exports, before the working day."""

UNLESS_FAILED = "none_failed"
"""When is something received: also where there was nothing to fetch, and not where fetching went wrong."""

DELIVERIES = Param(
    None,
    type=["null", "string"],
    title="Folder of deliveries",
    description="Holds one folder per agency. Blank: the setting OUTREACH_DELIVERIES.",
)


@task(multiple_outputs=False)
def fetch(agency_name: str) -> dict[str, int]:
    """Which files are new where the agency leaves them? Skipped where no source is declared; hands on counts.

    Fails with SourceUnavailable or SourceRefused where one is not to be had; those that were are taken in next time.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from pipeline import log
    from pipeline.fetch.fetching import fetch_all
    from pipeline.fetch.sources import read_sources
    from pipeline.settings import read_settings

    settings = read_settings()
    log.set_up(settings.log_level)
    sources = read_sources(settings.sources_file, AGENCIES)
    if agency_name not in sources:
        raise AirflowSkipException("no source is declared: the agency's files are put into its folder")
    deliveries = folder_of("deliveries", settings)
    [told] = fetch_all([agency_named(agency_name)], sources, deliveries, secret_of, clock())
    if told.problems:
        raise (SourceUnavailable if told.is_down else SourceRefused)("; ".join(told.problems))
    return {name: getattr(told, name) for name in ("fetched", "waiting", "known", "failed", "other")}


@task(multiple_outputs=False)
def receive(agency_name: str) -> dict[str, object]:
    """Which files are new? Keeps their bytes and rows. Hands on delivery ids and counts of files left alone."""
    from pipeline import flow, intake
    from pipeline import receive as arrivals

    with hold() as held:
        folder = held.folder("deliveries")
        arrivals.check_folder(folder)
        vault, id_key = flow.vault_of(held.settings), held.settings.id_key.get_secret_value()
        received = intake.receive_agency(held.store, held.act, agency_named(agency_name), folder, vault, id_key)
    return asdict(received) | {"delivery_ids": list(received.delivery_ids)}


@task(multiple_outputs=False)
def expect(agency_name: str, received: dict) -> dict[str, int]:
    """Do the new files hold what was declared? Fails with DeliveryRefused where one cannot be taken in."""
    if not received["delivery_ids"]:
        return {}
    import expectations.feeds  # noqa: F401 -- takes seconds, so before the database is held and others have to wait
    from pipeline import intake

    with hold() as held:
        return intake.expect_agency(held.store, held.act, agency_named(agency_name), received["delivery_ids"])


@task(multiple_outputs=False)
def standardize(agency_name: str, received: dict) -> dict[str, int]:
    """What do the new files say, in our words? Updates the agency's asset, also where nothing new had come."""
    if not received["delivery_ids"]:
        return {}
    from pipeline import intake

    with hold() as held:
        return intake.standardize_agency(held.store, held.act, agency_named(agency_name), received["delivery_ids"])


def help_page(agency: Agency) -> str:
    """What should somebody know who finds this DAG red? Markdown, from the declaration alone."""
    feeds = "\n".join(_feed_line(feed) for feed in agency.feeds)
    return f"""### {agency.title}

Takes in the new files of `DELIVERIES/{agency.name}`, after fetching them there if the file of sources says
from where. Answers for them: **{agency.owner}**. Local times: {agency.zone}.

| feed | one row is | files | key | law |
| --- | --- | --- | --- | --- |
{feeds}

**When it fails**

- *fetch* with `SourceUnavailable`: tries again by itself, for forty minutes; then ask whoever runs the place.
- *fetch* with `SourceRefused`: a login, an address or a file is wrong; the message says what to correct. Then clear the
  task. What lies in the folder already waits with it.
- *receive* or any step with `SettingError`: the folder or a setting is wrong; correct it and clear the task.
- *expect* with `DeliveryRefused`: the file cannot be taken in. The message names file and reason; ask the
  {agency.owner} to send it again, then trigger this DAG. None of the agency's new files is used until then; what it
  sent before stays in use, and the weekly list is published without waiting for it.
- `RunInProgress`, `StoreUnavailable`: tries again by itself.
- A single wrong row or value stops nothing: `outreach quarantine` lists what was set aside.
"""


def _feed_line(feed: Feed) -> str:
    cells = (
        feed.name,
        feed.row_is,
        f"`{feed.file_pattern}`".replace("|", "\\|"),
        ", ".join(feed.key),
        ", ".join(feed.law) or "none",
    )
    return f"| {' | '.join(cells)} |"


def tags_of(agency: Agency) -> list[str]:
    """By which words is the DAG found? What it is, and the laws that tag what it carries."""
    return ["deliveries", *sorted({law.value for feed in agency.feeds for law in feed.law})]


def deliveries_dag(agency: Agency) -> DAG:
    """Which DAG takes in what this agency delivers?"""

    @dag(
        dag_id=f"deliveries_{agency.name}",
        dag_display_name=f"Deliveries: {agency.title}",
        description=f"Take in what {agency.title} delivered: fetch → receive → expect → standardize",
        doc_md=help_page(agency),
        schedule=CronTriggerTimetable(DAILY, timezone=agency.zone),
        catchup=False,
        max_active_runs=1,
        tags=tags_of(agency),
        params={"deliveries": DELIVERIES},
        default_args=TASK_DEFAULTS | {"owner": agency.owner},
    )
    def deliveries() -> None:
        received = receive.override(trigger_rule=UNLESS_FAILED)(agency.name)
        taken_in = standardize.override(outlets=[TAKEN_IN[agency.name]])(agency.name, received)
        chain(fetch(agency.name), received)
        chain(expect(agency.name, received), taken_in)

    return deliveries()


for declared in AGENCIES:
    globals()[f"deliveries_{declared.name}"] = deliveries_dag(declared)
