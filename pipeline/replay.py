"""Can a published list be made again, to its hash? From the files, decisions, registry, model and settings of its run.

Everything happens in one transaction that is undone at its end: a replay leaves nothing behind.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import pandas as pd

from linkage import Model
from pipeline import disk, identify, listing, publication
from pipeline.audit import Act
from pipeline.code_version import code_version
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import OutreachError
from pipeline.contract.outreach_list import OutreachList
from pipeline.identify import Knowledge
from pipeline.listing import Basis
from pipeline.plan import ListPlan
from pipeline.ranking.rank import Calendar
from pipeline.settings import Settings
from pipeline.store import Store, Work

MOST_DIFFERENCES = 20
"""Lines about entries that differ: enough to see what kind of thing happened."""


class UnknownList(OutreachError):
    """No list of that id was ever made here, or an older version made it and did not keep what it knew."""


@dataclass(frozen=True)
class Replayed:
    """Did the same list come out again?

    Attributes:
        list_id: that was asked for. rebuilt_id: that came out, by the code that runs now.
        is_same: the same bytes, the files' hashes included.
        differences: what is not the same, in plain sentences with ids and counts; empty when it is the same.
    """

    list_id: str
    rebuilt_id: str
    is_same: bool
    differences: tuple[str, ...]


def replay(store: Store, settings: Settings, agencies: tuple[Agency, ...], list_id: str) -> Replayed:
    """Does this list come out again? Raises UnknownList where it was never made."""
    with store.rehearsal() as work:
        found = work.read("run_of_list", list_id=list_id)
        if found.empty:
            raise UnknownList(f"no list of that id was made here, or what it knew was not kept [{list_id}]")
        made = publication.read_made(work, list_id)
        rebuilt = _make_again(work, settings, agencies, made.outreach_list, found.iloc[0])
        differences = list(_differences(made.outreach_list, rebuilt))
        again = publication.derive(replace(made, outreach_list=replace(rebuilt, list_id=list_id)))
        for name, sha256 in sorted(made.hashes.items()):
            if disk.checksum(again[name]) != sha256:
                differences.append(f"{name} has other bytes than the one published")
        known = {"taken_in_number": int(found["taken_in_number"].iloc[0]), "made_at": made.made_at}
        sealed_count = int(str(work.ask("count_rows_sealed_since", **known))) if differences else 0
        if sealed_count:
            differences.insert(0, f"{sealed_count} rows that it knew were sealed since")
    return Replayed(list_id, rebuilt.list_id, rebuilt.list_id == list_id and not differences, tuple(differences))


def _make_again(
    work: Work, settings: Settings, agencies: tuple[Agency, ...], kept: OutreachList, run: pd.Series
) -> OutreachList:
    """Which list comes from what that run knew? How far agencies were is an observation of then, and taken over."""
    chosen = dict(run["settings"])
    plan = ListPlan(Calendar(run["as_of"], chosen.pop("zone")), settings.model_copy(update=chosen))
    after_run = int(str(work.ask("run_before", run_number=int(run["run_number"]))))
    knowledge = Knowledge(int(run["taken_in_number"]), int(run["decision_number"]), after_run, is_look_back=True)
    model = Model.from_json(json.dumps(work.ask("model_by_id", model_id=run["model_id"])))
    act = Act(str(run["actor"]), run["at"].to_pydatetime())
    told = identify.resolve_in(work, act, plan, knowledge, model=model)
    basis = Basis(
        run_number=int(str(told["run_number"])),
        taken_in_number=knowledge.taken_in_number,
        model_id=str(told["model_id"]),
        previous_list_id=run["previous_list_id"],
        ids_as_of_run=int(run["run_number"]),
    )
    known = listing.read_known(work, plan, basis)
    standing = listing.stand(known, plan, agencies, listing.last_list(work, basis), kept.sources)
    listing.weigh_queue(work, plan, agencies, known, standing, basis)
    return listing.make_list(work, plan, known, standing, basis, kept.sources, listing.titles_of(agencies))


def _differences(kept: OutreachList, rebuilt: OutreachList) -> Iterator[str]:
    """What is not as it was? Ids and counts only."""
    if kept.code_version != code_version():
        yield f"it was made by code [{kept.code_version}], and this is [{code_version()}]"
    if kept.model_id != rebuilt.model_id:
        yield f"the linkage model is another [{kept.model_id}] [{rebuilt.model_id}]"
    if dict(kept.excluded_counts) != dict(rebuilt.excluded_counts):
        yield "other numbers of people are excluded"
    if kept.below_line_count != rebuilt.below_line_count:
        yield f"below the line stood {kept.below_line_count} people and stand {rebuilt.below_line_count}"
    yield from list(_differing_entries(kept, rebuilt))[:MOST_DIFFERENCES]


def _differing_entries(kept: OutreachList, rebuilt: OutreachList) -> Iterator[str]:
    before = {entry.person_id: asdict(entry) for entry in kept.entries}
    now = {entry.person_id: asdict(entry) for entry in rebuilt.entries}
    for person_id, entry in before.items():
        if person_id not in now:
            yield f"{person_id} was number {entry['rank']} and does not come out"
        elif entry != now[person_id]:
            fields = [name for name, value in entry.items() if value != now[person_id][name]]
            yield f"{person_id} has another {', '.join(fields)}"
    for person_id in now.keys() - before.keys():
        yield f"{person_id} comes out as number {now[person_id]['rank']} and was not on it"
