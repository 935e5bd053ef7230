"""How does a list become the one that is read? Renders its files, flips the pointer, tells of the run.

Between the list made and the flip stands the gate: a list that does not pass it is kept and held back, and the last
good one stays current and says so.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline import audit, gating
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish, PublishHeldBack, SettingError
from pipeline.contract.outreach_list import (
    AgencyCounts,
    Check,
    OutreachList,
    RunFigures,
    from_json,
)
from pipeline.publish import files
from pipeline.store import Store, Work

LONGEST_REASON = 500
"""Characters of a reason for publishing by force: some sentences, and no letter."""


def publish_list(store: Store, act: Act, list_id: str, out: Path) -> list[Path]:
    """Make the list current and leave its files in `out`. Files are made first; one transaction flips the list.

    A list for an earlier day than the current one gets its files and becomes no news: the current one stays.

    Raises:
        PublishHeldBack: the list did not pass its gate. The last good list stays current, and its files say so.
    """
    with store.transaction() as work:
        made = list_named(work, list_id)
        _check_entries(made)
        failed = gating.hold_back_reasons(work, act, made)
        if failed:
            _hold_back(work, act, made, failed)
        else:
            return publish_now(work, act, made, out)
    last_good = publish_stale(store, act, list_id, out)
    raise PublishHeldBack(list_id, tuple(check.message for check in failed), last_good)


def publish_now(work: Work, act: Act, made: OutreachList, out: Path) -> list[Path]:
    """Leave the list's files in `out`, then flip. A list that is current already stays as stale as it is."""
    current, looked_at = work.read("current_list"), made.list_id
    if not current.empty and current["list_id"].iloc[0] == made.list_id:
        made = replace(made, stale=gating.stale_of_current(work))
        looked_at = gating.latest_checked(work) if made.stale else made.list_id
    paths = files.write_all(_rendered(work, act, made, checks_of=looked_at), out)
    work.run("insert_publication", list_id=made.list_id, published_at=act.at)
    if made.stale is None:
        work.run("flip_current_list", list_id=made.list_id, published_at=act.at)
    audit.record(work, act, "list_published", list_id=made.list_id, entries=len(made.entries))
    return paths


def publish_by_hand(
    store: Store, act: Act, list_id: str | None, out: Path, *, because: str | None, is_forced: bool
) -> list[Path]:
    """Publish a list that was held back: by force with a reason, or, without, where its checks pass by now.

    Args:
        store: what is kept.
        act: who publishes, and when.
        list_id: which list; None for the latest one that was made. Only that one can be checked again.
        out: folder for the files.
        because: why it is right to publish it although a check fails. Needed by force, and kept in the audit trail.
        is_forced: whether it is published whatever its checks say.

    Raises:
        SettingError: the reason is missing or unreadable, there is no such list, or it cannot become current.
        PublishHeldBack: not by force, and a check fails still.
    """
    reason = _reason(because) if is_forced else None
    with store.transaction() as work:
        latest = work.ask("latest_made_list")
        chosen = list_id or latest
        if chosen is None or work.read("list_content", list_id=chosen).empty:
            raise SettingError(f"there is no list of that id; `outreach gate` shows the latest one's [{chosen}]")
        made, current = list_named(work, str(chosen)), work.read("current_list")
        if not current.empty and current["as_of"].iloc[0] > date.fromisoformat(made.as_of):
            raise SettingError(f"a list for a later day is current, so this one cannot become it [{chosen}]")
        if is_forced:
            return _publish_by_force(work, act, made, out, str(reason))
    if chosen != latest:
        raise SettingError(f"only the latest list can be checked again; publish this one with --force [{chosen}]")
    return publish_list(store, act, str(chosen), out)


def _reason(because: str | None) -> str:
    """Which reason was typed? Raises SettingError for none, and for one with line ends or other control characters."""
    reason = (because or "").strip()
    if not reason:
        raise SettingError('--force needs a reason, which is kept: --because "…"; no name of a person belongs in it')
    if not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise SettingError(f"--because is one line of at most {LONGEST_REASON} characters, without control characters")
    return reason


def _publish_by_force(work: Work, act: Act, made: OutreachList, out: Path, reason: str) -> list[Path]:
    """Publish whatever the checks say. They are kept with the list, and its run report shows them."""
    _check_entries(made)
    checks = gating.checks_of(work, made.list_id) or gating.check_list(work, act, made)
    failed = sum(not check.is_passed for check in checks)
    audit.record(work, act, "list_published_by_force", list_id=made.list_id, failed=failed, because=reason)
    work.run("clear_stale")
    return publish_now(work, act, made, out)


def _hold_back(work: Work, act: Act, made: OutreachList, failed: tuple[Check, ...]) -> None:
    """Keep the list from becoming current; the one that is stays it and is stamped stale."""
    work.run("stamp_stale", at=act.at, because=gating.because_of(failed))
    audit.record(work, act, "list_held_back", list_id=made.list_id, failed=len(failed))


def publish_stale(store: Store, act: Act, held_back_id: str, out: Path) -> str | None:
    """Leave the files of the last good list in `out` once more, with a banner. Answers its day; None where none is."""
    with store.transaction() as work:
        current = work.read("current_list")
        if current.empty:
            return None
        good = replace(from_json(current["content"].iloc[0]), stale=gating.stale_of_current(work))
        files.write_all(_rendered(work, act, good, checks_of=held_back_id), out)
    return good.as_of


def _rendered(work: Work, act: Act, made: OutreachList, *, checks_of: str) -> dict[str, bytes]:
    """What do the list's files hold? The checks shown are those of the list that was looked at last."""
    made_at = work.read("list_content", list_id=made.list_id)["made_at"].iloc[0].to_pydatetime()
    figures = replace(run_figures(work, made), checks=gating.checks_of(work, checks_of))
    return files.render_all(made, figures, act.actor, made_at)


def list_named(work: Work, list_id: str) -> OutreachList:
    """Which list has this id? It was made by `rank_persons`."""
    return from_json(work.read("list_content", list_id=list_id)["content"].iloc[0])


def _check_entries(made: OutreachList) -> None:
    """Is the list what a list has to be? Raises NothingToPublish where its own suite fails."""
    from expectations.outreach_list import check_list_entries

    frame = pd.DataFrame(
        [
            (e.rank, e.person_id, e.team, e.points, sum(r.points for r in e.reasons), len(e.reasons))
            for e in made.entries
        ],
        columns=["rank", "person_id", "team", "points", "reason_points_sum", "reason_count"],
    )
    broken = [finding.message for finding in check_list_entries(frame).findings] if len(frame) else []
    if broken:
        raise NothingToPublish(
            f"the list fails its own checks, so the last one stays current [{made.list_id}]: {broken[0]}"
        )


def run_figures(work: Work, made: OutreachList) -> RunFigures:
    """What does the run tell about itself? Counts only."""
    resolution = work.read("resolution_of_day", as_of=made.as_of)["figures"].iloc[0]
    counts = tuple(AgencyCounts(**row) for row in accounting(work))
    sizes = work.read("cluster_sizes")
    standing = work.read("points_of_standings", list_id=made.list_id)
    stages = {
        "rows delivered": sum(c.delivered for c in counts),
        "rows accepted": sum(c.accepted for c in counts),
        "person records linked": int((sizes["record_count"] * sizes["person_count"]).sum()),
        "persons": int(sizes["person_count"].sum()),
        "people with points": int(standing["person_count"].sum()),
        "entries on the list": len(made.entries),
    }
    refusals = work.read("refusals")
    return RunFigures(
        counts=counts,
        stages=stages,
        quarantine=tuple(work.read("quarantine_by_reason").itertuples(index=False, name=None)),
        refusals=tuple(refusals["refused_message"]),
        weight_histogram=tuple((low, high, int(count)) for low, high, count in resolution["weight_histogram"]),
        threshold_weight=resolution["threshold_weight"],
        threshold_probability=resolution["threshold_probability"],
        cluster_sizes=dict(zip(sizes["record_count"].map(int), sizes["person_count"].map(int), strict=True)),
        blocking=tuple(
            (rule, sentence, int(pairs), int(purged)) for rule, sentence, pairs, purged in resolution["blocking"]
        ),
        points=dict(zip(standing["points"].map(int), standing["person_count"].map(int), strict=True)),
        line_points=made.entries[-1].points if made.entries else None,
        notes=tuple(resolution["notes"]),
    )


def accounting(work: Work) -> list[dict[str, object]]:
    """Where did every delivered row go, per agency? delivered = accepted + quarantined + retracted."""
    frame = work.read("agency_accounting")
    return [
        {name: value if name == "agency" else int(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
