"""What does a run tell about itself? Counts only, read from what it left in the database."""

from pipeline.contract.outreach_list import AgencyCounts, OutreachList, RunFigures
from pipeline.store import Work


def run_figures(work: Work, made: OutreachList) -> RunFigures:
    """What does the run tell about itself? Counts only."""
    run = work.read("run_of_list", list_id=made.list_id).iloc[0]
    resolution = run["figures"]
    counts = tuple(AgencyCounts(**row) for row in accounting(work))
    sizes = work.read("cluster_sizes", run_number=int(run["run_number"]))
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
        worked=tuple(work.read("worked_by_reason").itertuples(index=False, name=None)),
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
