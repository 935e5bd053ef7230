"""When is the list made? When every agency is taken in, and once a week whatever became of any of them.

resolve → rank → publish: the second half of `pipeline.flow.run`, one task each. The clock is there because an agency
whose file was refused updates no asset: the others' list must not wait for it.
"""

from functools import reduce
from operator import and_
from pathlib import Path

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, task

from dags.steps import AGENCIES, TAKEN_IN, TASK_DEFAULTS, hold
from pipeline.contract.declaration import Agency

WEEKLY = "0 7 * * 1"
"""Monday at seven, two hours after the deliveries of the day: the list is there when the teams' week begins."""

OWNER = "outreach coordinator"

PUBLISHED = Asset(name="outreach_list", uri="outreach://published/outreach_list")

HELP = """### Outreach list

Decides which records are one person, ranks, and publishes the list, its workbook, its document and the run report.
Runs when all agencies have been taken in, and every Monday morning with what is there.

Parameters: `as_of` (the list's day; blank: the local day the run stands for) and `out` (folder for the files).

**When it fails** the last list stays current.

- `NothingToPublish`: no agency has delivered anything usable by that day, or the list fails its own checks; look at
  the deliveries DAGs, then clear the task.
- `PublishHeldBack`: the list failed a check, named in the log. The last good list stays current and its files say so.
  Look with `outreach gate`; then ask the agency and clear *resolve*, or publish with `outreach publish --force`.
- `SettingError`, `CannotWriteFiles`: correct the setting or the folder, then clear the task.
- `RunInProgress`, `StoreUnavailable`: tries again by itself.
- Clearing *resolve* with all that follows makes the same list again: the same data gives the same list id.
"""


@task(multiple_outputs=False)
def resolve() -> dict[str, object]:
    """Who is who among all records? Hands on counts and the model's id."""
    from pipeline import flow, identify

    with hold() as held:
        counts = identify.resolve_persons(held.store, held.act, flow.plan_for(held.as_of(), held.settings))
    return {name: count if isinstance(count, str) else int(str(count)) for name, count in counts.items()}


@task
def rank(found: dict[str, object]) -> str:
    """Who comes first, and why, by what the run found? Hands on the list's id."""
    from pipeline import flow, listing

    with hold() as held:
        plan = flow.plan_for(held.as_of(), held.settings)
        return listing.rank_persons(held.store, held.act, plan, AGENCIES, int(str(found["run_number"])))


@task(multiple_outputs=False, outlets=[PUBLISHED])
def publish(list_id: str) -> dict[str, str]:
    """Which files were left behind? Makes the list current; hands on the SHA-256 of each file by its name.

    Fails with PublishHeldBack where the list does not pass its gate; the last good list stays current.
    """
    from pipeline import flow, publication

    with hold() as held:
        published = flow.published_of(held.settings)
        paths = publication.publish_list(held.store, held.act, list_id, published, held.folder("out"))
    return {path.name: _sha256(path) for path in paths}


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def zone_of(agencies: tuple[Agency, ...]) -> str:
    """By whose clock is it Monday morning? By that of most agencies."""
    zones = [agency.zone for agency in agencies]
    return max(zones, key=zones.count)


@dag(
    dag_display_name="Outreach list",
    description="Make and publish the list: resolve → rank → publish",
    doc_md=HELP,
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable(WEEKLY, timezone=zone_of(AGENCIES)),
        assets=reduce(and_, TAKEN_IN.values()),
    ),
    catchup=False,
    max_active_runs=1,
    tags=["outreach_list"],
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Day of the list",
            description="YYYY-MM-DD. Blank: the local day the run stands for.",
        ),
        "out": Param(
            None,
            type=["null", "string"],
            title="Folder for the published files",
            description="Blank: the setting OUTREACH_OUT.",
        ),
    },
    default_args=TASK_DEFAULTS | {"owner": OWNER},
)
def outreach_list() -> None:
    """Make and publish the list."""
    publish(rank(resolve()))


outreach_list()
