"""What should people look at after a run, and what would their answers change? Finds the queue, weighs it, reads it.

Finding needs what the linkage compared, so it happens where a run resolves; weighing needs the points, so it happens
where the run ranks. Both happen for runs that look back as well, so that a list made again has the same ranges; the
queue people see is that of the newest run that does not look back.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pandas as pd

from pipeline.contract import tables
from pipeline.contract.codes import ReviewKind
from pipeline.contract.declaration import Agency
from pipeline.plan import ListPlan
from pipeline.ranking import capacity, exclusions, rank
from pipeline.ranking.measures import Facts
from pipeline.registry import records_by_person
from pipeline.review.alternatives import Part, Registered, parts_of
from pipeline.review.effects import Line, Weighed
from pipeline.review.items import MOST_ITEMS, Evidence, Found, Item, find_items
from pipeline.sender_merges import decisions_about_the_living
from pipeline.store import Work

if TYPE_CHECKING:
    from pipeline.identify import Identified
    from pipeline.listing import Basis, Known, Standing

PAIR = ["record_id_l", "record_id_r"]


# --- where a run resolves --------------------------------------------------------------------------------------------


def find_queue(work: Work, plan: ListPlan, found: "Identified", decision_number: int) -> Found:
    """Which pairs should people look at, by what this run found out? Writes nothing."""
    records = found.records[["record_id", *tables.EVIDENCE]].merge(
        found.assignment.links[["record_id", "person_id"]], on="record_id"
    )
    return find_items(
        Evidence(
            records=records,
            pairs=found.linked.pairs[[*PAIR, "match_weight", "match_probability"]],
            refusals=found.linked.refusals[[*PAIR, "reason"]],
            decisions=decisions_about_the_living(
                work.read("decisions_in_force", decision_number=decision_number), found.merges
            ),
            unsure=work.read("unsure_decisions", decision_number=decision_number),
            threshold=found.linked.threshold,
            key=plan.settings.id_key.get_secret_value(),
        ),
        MOST_ITEMS,
    )


def notes_of(found: Found) -> list[str]:
    """What should a reader of the run know about its queue? Counts only."""
    notes = [f"pairs and persons for review: {len(found.items)}"] if found.items else []
    if found.left_out:
        notes.append(f"pairs and persons for review left out, as there are too many to weigh: {found.left_out}")
    return notes


def write_queue(work: Work, found: Found, run_number: int) -> None:
    """Keep the items of a run; what their answers would change is not known yet."""
    columns = ("item_id", "kind", "person_id_l", "person_id_r", *PAIR, "match_weight", "match_probability", "reason")
    rows = [
        {name: getattr(item, name) for name in (*columns, "evidence_hash")}
        | {name: json.dumps(getattr(item, name)) for name in ("parted_record_ids", "decision_numbers")}
        for item in found.items
    ]
    if rows:
        table = pd.DataFrame(rows).astype({"match_weight": "float64", "match_probability": "float64"})
        work.copy("core.review_item", table.assign(kind=table["kind"].map(str), run_number=run_number))


# --- where a run ranks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """How did the run rank? What listing knows, handed over in one piece.

    Attributes:
        persons_of: what is shown of each person, from their records and since when they are known.
    """

    agencies: tuple[Agency, ...]
    known: "Known"
    standing: "Standing"
    basis: "Basis"
    persons_of: Callable[[pd.DataFrame, pd.Series], pd.DataFrame]


def weigh_queue(work: Work, plan: ListPlan, ranked: Ranked) -> None:
    """What would the answer to each item change on the list? Writes it, and the order of the queue.

    The pairs whose decision would move somebody across the line come first, then those that change points most.
    """
    run_number = ranked.basis.run_number
    items = {item.item_id: item for item in _items_of(work, run_number)}
    who = _registered(work, plan, ranked)
    parts = {item_id: parts_of(item, who) for item_id, item in items.items()}
    line = line_of(plan, ranked, [part for own in parts.values() for part in own])
    weighed = {item_id: line.weigh(own, touched_by(items[item_id])) for item_id, own in parts.items() if own}
    threshold = float(
        cast(Mapping, work.read("run_by_number", run_number=run_number)["figures"].iloc[0])["threshold_probability"]
    )
    order = sorted(items, key=lambda item_id: _effect_order(items[item_id], weighed.get(item_id), threshold))
    _write_effects(work, run_number, order, weighed)


def touched_by(item: Item) -> list[str]:
    """Which persons does an item ask about?"""
    return [item.person_id_l] if item.person_id_r is None else [item.person_id_l, item.person_id_r]


def _effect_order(item: Item, weighed: Weighed | None, threshold: float) -> tuple:
    """Which item comes first? Of answers that change the same, the one that is hardest to guess."""
    distance = 1.0 if item.match_probability is None else abs(item.match_probability - threshold)
    if weighed is None:
        return True, 0, distance, item.item_id
    return not weighed.is_crossing, -weighed.points_change, distance, item.item_id


def _items_of(work: Work, run_number: int) -> list[Item]:
    names = list(Item.__dataclass_fields__)
    table = work.read("review_items_of_run", run_number=run_number)[names]
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [
        Item(
            **row
            | {"kind": ReviewKind(row["kind"])}
            | {n: tuple(row[n]) for n in ("parted_record_ids", "decision_numbers")}
        )
        for row in rows
    ]


def _registered(work: Work, plan: ListPlan, ranked: Ranked) -> Registered:
    """Who is who in this run, and since when? Of a record first linked by this very run, since the run itself."""
    run_number, known_run = ranked.basis.run_number, ranked.basis.ids_as_of_run
    links = work.read_many("links_of_run", run_number=run_number)
    linked = work.read_many("registry_records", run_number=known_run).set_index("record_id")["first_seen_at"]
    at = work.read("run_by_number", run_number=run_number)["at"].iloc[0]
    first = linked.reindex(links["record_id"]).fillna(pd.Timestamp(at))
    merged = work.read("merged_of_run", run_number=run_number).set_index("record_id")["into_record_id"]
    return Registered(
        records=records_by_person(links),
        first_linked=first.to_dict(),
        known_since=links.drop_duplicates("person_id").set_index("person_id")["first_seen_at"].to_dict(),
        taken=set(work.read_many("registry_persons", run_number=known_run)["person_id"]),
        key=plan.settings.id_key.get_secret_value(),
        merged_into=merged.to_dict(),
    )


def line_of(plan: ListPlan, ranked: Ranked, parts: Sequence[Part]) -> Line:
    """Where does everybody stand, the hypothetical persons among them? Ranked by the very rules of the list."""
    standing, known = ranked.standing, ranked.known
    points, excluded, since = standing.points, standing.excluded.index, known.persons["known_since"]
    teams = standing.line.teams
    if parts:
        imagined = _imagined(known, parts, ranked.persons_of)
        people = exclusions.People(
            imagined.persons, imagined.records, imagined.facts.encounters, plan.as_of, plan.calendar.until()
        )
        more = rank.points_by_factor(imagined.facts, plan.calendar)
        points = pd.concat([points, more], ignore_index=True) if len(more) else points
        excluded = excluded.append(exclusions.excluded(people).index)
        since = pd.concat([since, imagined.persons["known_since"]])
        areas = {agency.name: agency.area for agency in ranked.agencies if agency.area}
        own = capacity.teams_of(imagined.persons, imagined.facts.encounters, areas)
        teams = pd.concat([teams, own])
    order = rank.standings(points, excluded, since)
    sizes = plan.settings.list_size, plan.settings.teams

    def draw(people: Sequence[str]) -> list[str]:
        return capacity.draw_line(teams.reindex(list(people)), *sizes)

    total = points.groupby("person_id")["points"].sum().astype(int).to_dict()
    keys = {part.key for part in parts}
    return Line(order.index.tolist(), keys, total, standing.line.chosen, plan.settings.list_size, draw)


def _imagined(known: "Known", parts: Sequence[Part], persons_of: Callable) -> "Known":
    """What would be known of the hypothetical persons? The same facts and records, under their keys."""
    rows = [(record, part.key) for part in parts for record in part.record_ids]
    keys = pd.DataFrame(rows, columns=["record_id", "person_id"])

    def of_parts(table: pd.DataFrame) -> pd.DataFrame:
        return table.drop(columns="person_id").merge(keys, on="record_id")

    facts = Facts(of_parts(known.facts.encounters), of_parts(known.facts.conditions), known.facts.until)
    records = of_parts(known.records)
    since = pd.Series({part.key: part.known_since for part in parts}, name="known_since")
    return replace(known, facts=facts, records=records, persons=persons_of(records, since))


def _write_effects(work: Work, run_number: int, order: Sequence[str], weighed: Mapping[str, Weighed]) -> None:
    """Write what each answer changes, and the order; a run ranked again writes the same again."""
    work.run("forget_review_effects", run_number=run_number)
    nothing = Weighed((), None, False, 0)
    found = [weighed.get(item_id, nothing) for item_id in order]
    work.run(
        "order_review_items",
        run_number=run_number,
        item_ids=list(order),
        are_crossing=[one.is_crossing for one in found],
        crossing_person_ids=[one.crossing_person_id for one in found],
        points_changes=[one.points_change for one in found],
    )
    rows = [row for item_id, one in zip(order, found, strict=True) for row in _effect_rows(item_id, one)]
    if rows:
        whole = dict.fromkeys(("points_now", "place_now", "points_then", "place_then"), "Int64")
        work.copy("core.review_effect", pd.DataFrame(rows).astype(whole).assign(run_number=run_number))


def _effect_rows(item_id: str, weighed: Weighed) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for effect in weighed.effects:
        place = sum(row["role"] == effect.role for row in rows)
        row: dict[str, object] = {"item_id": item_id, "role": effect.role, "place_in_role": place}
        row["person_id"] = effect.person_id
        for when, stand in (("now", effect.now), ("then", effect.then)):
            row[f"points_{when}"] = stand.points if stand else None
            row[f"place_{when}"] = stand.place if stand else None
            row[f"is_listed_{when}"] = bool(stand and stand.is_listed)
        rows.append(row)
    return rows


# --- what people see -------------------------------------------------------------------------------------------------


def open_items(work: Work, kind: ReviewKind | None = None) -> list[dict]:
    """Which items of the newest queue are not answered yet, the one to begin with first? Ids, counts and weights only.

    Each has `effects`: what the other answer would change, per person.
    """
    table = work.read("review_queue", kind=kind.value if kind else None)
    items = _plain_rows(table)
    if not items:
        return []
    effects: dict[str, list[dict]] = {}
    for row in _plain_rows(work.read("review_effects_of_run", run_number=items[0]["run_number"])):
        effects.setdefault(row["item_id"], []).append(
            {n: v for n, v in row.items() if n not in ("item_id", "kind", "run_number")}
        )
    return [item | {"effects": effects.get(item["item_id"], [])} for item in items]


def _plain_rows(table: pd.DataFrame) -> list[dict]:
    """Rows as plain values: whole numbers are whole, missing is None."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    whole = ("points", "place", "position", "run_number")
    return [{n: int(v) if v is not None and n.startswith(whole) else v for n, v in row.items()} for row in rows]
