"""What happens in a run, in which order? Read this first: one plain call per step.

    for each agency:   receive → expect → standardize        (a bad file stops its agency, the others go on)
    for the county:    resolve → rank → publish

`outreach run` calls `run`; the DAGs in `dags/` call the same steps one by one. Time is an argument everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipeline import drifting, identify, intake, listing, publication, receive
from pipeline.audit import Act
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import DeliveryRefused, PublishHeldBack
from pipeline.plan import ListPlan
from pipeline.ranking.rank import Calendar
from pipeline.settings import Settings
from pipeline.store import Store

Progress = Callable[[str, float], None]
"""Told the name of a step and the share of it that is done, from 0 to 1."""


@dataclass(frozen=True)
class RunResult:
    """What did a run leave behind?

    Attributes:
        list_id: of the list made for the day; the current one, unless that is for a later day.
        paths: the files written.
        refusals: clear lines for agencies that were stopped.
        drift: clear lines on new files that differ from those before them, or came again.
        unknown_files: files that match no declared feed. unknown_folders: folders of no declared agency.
    """

    list_id: str
    paths: list[Path]
    refusals: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    unknown_files: int = 0
    unknown_folders: int = 0


def plan_for(as_of: date, settings: Settings, known_at: datetime | None = None) -> ListPlan:
    """For which day, with what was known by which moment (None: now), and within which bounds is a list made?"""
    return ListPlan(Calendar(as_of, settings.zone), settings, known_at)


def vault_of(settings: Settings) -> Path:
    """Where are delivered bytes kept as they came?"""
    return settings.home / "deliveries"


def published_of(settings: Settings) -> Path:
    """Where are the files of every published list kept, under their hashes?"""
    return settings.home / "published"


def take_in_agency(
    store: Store, act: Act, agency: Agency, deliveries: Path, settings: Settings, progress: Progress
) -> intake.Received:
    """Take in what one agency delivered. Raises DeliveryRefused where a file of it cannot be taken in."""
    step = f"take in {agency.title}"
    vault, id_key = vault_of(settings), settings.id_key.get_secret_value()
    try:
        received = intake.receive_agency(store, act, agency, deliveries, vault, id_key)
        progress(step, 1 / 3)
        if received.delivery_ids:
            intake.expect_agency(store, act, agency, received.delivery_ids)
            progress(step, 2 / 3)
            intake.standardize_agency(store, act, agency, received.delivery_ids)
    finally:
        progress(step, 1)
    return received


def run(
    store: Store,
    act: Act,
    agencies: tuple[Agency, ...],
    settings: Settings,
    *,
    deliveries: Path,
    as_of: date,
    out: Path,
    known_at: datetime | None = None,
    progress: Progress = lambda step, share: None,
) -> RunResult:
    """Make and publish the list of a day from everything delivered, or from what was known by a moment.

    Raises:
        RunInProgress: another run holds the database.
        NothingToPublish: nothing that was ever delivered may be used; the last list stays current.
        PublishHeldBack: the list did not pass its gate; the last good one stays current and says so.
        SettingError: there is no folder of deliveries.
    """
    receive.check_folder(deliveries)
    plan = plan_for(as_of, settings, known_at)
    refusals, drift, unknown_files = [], [], 0
    with store.run_lock():
        for agency in agencies:
            try:
                received = take_in_agency(store, act, agency, deliveries, settings, progress)
            except DeliveryRefused as refusal:
                refusals += refusal.lines()
            else:
                refusals += intake.refusal_lines(store, received.delivery_ids)
                drift += drifting.lines(store, agency, received.delivery_ids)
                unknown_files += received.unknown
        try:
            list_id, paths = make_and_publish(store, act, agencies, plan, out, progress)
        except PublishHeldBack as held_back:
            held_back.refusals = tuple(refusals)
            raise
    return RunResult(list_id, paths, refusals, drift, unknown_files, receive.unknown_folders(deliveries, agencies))


def make_and_publish(
    store: Store, act: Act, agencies: tuple[Agency, ...], plan: ListPlan, out: Path, progress: Progress
) -> tuple[str, list[Path]]:
    """Resolve, rank, publish, from what was taken in. Answers the list's id and its files; needs the lock of a run."""
    found = identify.resolve_persons(store, act, plan, lambda _, share: progress("find who is who", share))
    progress("find who is who", 1)
    progress("rank", 0)
    list_id = listing.rank_persons(store, act, plan, agencies, int(str(found["run_number"])))
    progress("rank", 1)
    progress("publish", 0)
    paths = publication.publish_list(store, act, list_id, published_of(plan.settings), out)
    progress("publish", 1)
    return list_id, paths
