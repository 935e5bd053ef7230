"""Which records are one person, and under which id? Reads what may be used, links it, writes who is who."""

import json

import pandas as pd

from linkage.scoring import weight_of
from pipeline import audit, resolve
from pipeline.audit import Act
from pipeline.contract import tables
from pipeline.contract.errors import NothingToPublish, TableBroken
from pipeline.plan import ListPlan
from pipeline.store import Store, Work


def resolve_persons(
    store: Store, act: Act, plan: ListPlan, progress: resolve.Progress | None = None
) -> dict[str, object]:
    """Who is who among all records that may be used? Writes links, persons and their best values.

    Returns:
        Counts: records, persons, new persons; and the model's id.

    Raises:
        NothingToPublish: no record may be used.
    """
    with store.transaction() as work:
        records = work.read("usable_person_records", **plan.bounds())
        if records.empty:
            raise NothingToPublish(f"no agency has delivered a record that may be used by this day [{plan.as_of}]")
        linked = resolve.link(records, plan.settings.match_threshold, progress)
        known = work.read("known_links").set_index("record_id")["person_id"]
        highest = int(str(work.ask("highest_person_number")))
        links = resolve.assign_person_ids(linked.clusters, known.to_dict(), highest)
        _check_persons(links)
        new_persons = _write_persons(work, act, links, highest)
        _write_links(work, links)
        _write_best_values(work, records.merge(links[["record_id", "person_id"]], on="record_id"))
        _write_pairs_and_model(work, act, plan, linked)
        work.run("analyze_links")
        counts = {"records": len(records), "persons": links["person_id"].nunique(), "new_persons": new_persons}
        audit.record(work, act, "persons_resolved", as_of=str(plan.as_of), model_id=linked.model.model_id, **counts)
    return counts | {"model_id": linked.model.model_id}


def _check_persons(links: pd.DataFrame) -> None:
    """Is everybody linked to one person? Raises TableBroken, a mistake of ours, before anything is written."""
    from expectations.person import check_persons

    broken = check_persons(links).critical
    if broken:
        raise TableBroken(broken[0].message)


def _write_persons(work: Work, act: Act, links: pd.DataFrame, highest: int) -> int:
    numbers = links["person_id"].drop_duplicates().str.removeprefix("P-").astype("int64")
    fresh = numbers[numbers > highest].sort_values()
    return work.copy("core.person", pd.DataFrame({"person_number": fresh, "first_seen_at": act.at}))


def _write_links(work: Work, links: pd.DataFrame) -> None:
    work.run("retire_links")
    work.run("clear_links", record_ids=links["record_id"].tolist())
    work.copy("core.link", links[list(tables.LINK)].assign(is_current=True))


def _write_best_values(work: Work, records: pd.DataFrame) -> None:
    work.run("clear_person_fields")
    work.copy("core.person_field", resolve.best_values(records))


def _write_pairs_and_model(work: Work, act: Act, plan: ListPlan, linked) -> None:
    work.run("clear_scored_pairs")
    columns = ["record_id_l", "record_id_r", "blocking_rule", "match_weight", "match_probability"]
    work.copy("core.scored_pair", linked.pairs[columns])
    model_id = linked.model.model_id
    work.run("insert_model", model_id=model_id, content=linked.model.to_json(), trained_at=act.at)
    figures = {
        "weight_histogram": linked.weight_histogram[["bin_low", "bin_high", "pair_count"]].to_numpy().tolist(),
        "threshold_probability": linked.threshold,
        "threshold_weight": float(weight_of(linked.threshold)),
        "blocking": linked.blocking[["blocking_rule", "sentence", "pair_count", "purged_block_count"]]
        .to_numpy()
        .tolist(),
        "notes": list(linked.notes),
    }
    work.run("upsert_resolution", as_of=plan.as_of, model_id=model_id, figures=json.dumps(figures))
