"""How does a list become the one that is read? Renders its files, flips the pointer, tells of the run."""

from pathlib import Path

import pandas as pd

from pipeline import audit
from pipeline.audit import Act
from pipeline.contract.errors import NothingToPublish
from pipeline.contract.outreach_list import (
    AgencyCounts,
    OutreachList,
    RunFigures,
    from_json,
)
from pipeline.publish import files
from pipeline.store import Store, Work


def publish_list(store: Store, act: Act, list_id: str, out: Path) -> list[Path]:
    """Make the list current and leave its files in `out`. Files are made first; one transaction flips the list.

    A list for an earlier day than the current one gets its files and becomes no news: the current one stays.
    """
    with store.transaction() as work:
        made = list_named(work, list_id)
        made_at = work.read("list_content", list_id=list_id)["made_at"].iloc[0].to_pydatetime()
        _check_entries(made)
        rendered = files.render_all(made, run_figures(work, made), act.actor, made_at)
        paths = files.write_all(rendered, out)
        work.run("insert_publication", list_id=list_id, published_at=act.at)
        work.run("flip_current_list", list_id=list_id, published_at=act.at)
        audit.record(work, act, "list_published", list_id=list_id, entries=len(made.entries))
    return paths


def list_named(work: Work, list_id: str) -> OutreachList:
    """Which list has this id? It was made by `rank_persons`."""
    content = work.read("list_content", list_id=list_id)["content"].iloc[0]
    if content is None:
        raise NothingToPublish(f"the list was withdrawn, so there is nothing left of it to publish [{list_id}]")
    return from_json(content)


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
    resolution = work.read("run_of_list", list_id=made.list_id)["figures"].iloc[0]
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
