"""What did people decide about pairs of records? Decisions are added and taken back, never changed or removed.

A decision takes effect with the next run and every run after it: the linkage reads those in force, whatever model it
has learned. A decision on a record that is not here (retracted, held) waits, and counts again when the record is back.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline import audit
from pipeline.audit import Act
from pipeline.contract.codes import ReviewKind, Verdict
from pipeline.contract.errors import ReviewRefused, SettingError
from pipeline.review.decisions import Contradiction, contradictions, usable
from pipeline.store import Work

LONGEST_BECAUSE = 500
"""Characters. A reason is a sentence or two: what does not fit belongs into the person's own file, not here."""
EVERY_DECISION = 2**62
"""A number no decision has: all of them are meant."""


@dataclass(frozen=True)
class Why:
    """Who decides, and for which reason? Stays in core.decision; no log, event or error repeats the reason.

    Raises:
        SettingError: nobody is named, there is no reason, or it is too long.
    """

    by: str
    because: str

    def __post_init__(self) -> None:
        if not self.by.strip():
            raise SettingError("a decision is somebody's: name the person with --by")
        if not self.because.strip():
            raise SettingError(
                "a decision has a reason: give it with --because, without more about a person than needed"
            )
        if len(self.because) > LONGEST_BECAUSE:
            raise SettingError(
                f"the reason is longer than {LONGEST_BECAUSE} characters [{len(self.because)}]; shorten it"
            )


@dataclass(frozen=True)
class Decided:
    """What was written down: the decision's number, and the contradictions it is part of, if any."""

    decision_number: int
    contradictions: tuple[Contradiction, ...]


def decide(work: Work, act: Act, item_id: str, verdict: Verdict, why: Why) -> Decided:
    """Write down what a person decided about an item of the newest queue.

    Raises:
        ReviewRefused: the queue has no such item, it is decided already, or it is a contradiction, which only taking
            back one of its decisions settles.
    """
    work.run("lock_decisions")
    found = work.read("queue_item", item_id=item_id)
    if found.empty:
        raise ReviewRefused(f"the newest queue has no item of that id; see `outreach review next` {_shown(item_id)}")
    item = found.iloc[0]
    if item["kind"] == ReviewKind.CONTRADICTION:
        numbers = ", ".join(map(str, item["decision_numbers"]))
        raise ReviewRefused(f"{item_id} is a contradiction: undo one of the decisions [{numbers}]")
    _check_undecided(work, item)
    pair = {"record_id_l": item["record_id_l"], "record_id_r": item["record_id_r"]}
    asked = {"item_id": item_id, "run_number": int(item["run_number"])}
    number = _write(work, act, why, verdict=verdict.value, undoes=None, **pair, **asked)
    return Decided(number, contradictions_with(work, number))


def _check_undecided(work: Work, item: pd.Series) -> None:
    """Is the pair of this item still open? One decided before the queue was made is in it because of new evidence."""
    on_pair = work.read("decision_on_pair", record_id_l=item["record_id_l"], record_id_r=item["record_id_r"])
    if on_pair.empty or int(on_pair["decision_number"].iloc[0]) <= int(item["known_decision_number"]):
        return
    number, verdict = int(on_pair["decision_number"].iloc[0]), plain(on_pair["verdict"].iloc[0])
    raise ReviewRefused(
        f"{item['item_id']} was decided already: number {number}, {verdict}; "
        f"`outreach review undo {number}` takes it back"
    )


def undo(work: Work, act: Act, decision_number: int, why: Why) -> Decided:
    """Take a decision back: it stays on record, and the decision on the pair before it counts again.

    Raises:
        ReviewRefused: there is no such decision, it was taken back already, or takes one back itself.
    """
    work.run("lock_decisions")
    found = work.read("decision_by_number", decision_number=decision_number)
    if found.empty:
        raise ReviewRefused(f"there is no decision of that number; see `outreach review history` [{decision_number}]")
    old = found.iloc[0]
    if old["verdict"] == Verdict.UNDONE:
        raise ReviewRefused(f"[{decision_number}] takes a decision back; to bring that one back, decide again")
    if pd.notna(old["undone_by"]):
        raise ReviewRefused(f"[{decision_number}] was taken back already, by number {int(old['undone_by'])}")
    pair = {"record_id_l": old["record_id_l"], "record_id_r": old["record_id_r"]}
    asked = {"item_id": old["item_id"], "run_number": None if pd.isna(old["run_number"]) else int(old["run_number"])}
    number = _write(work, act, why, verdict=Verdict.UNDONE.value, undoes=decision_number, **pair, **asked)
    return Decided(number, ())


def _write(work: Work, act: Act, why: Why, **decision: object) -> int:
    """Add a row to core.decision and the event that tells of it, by ids alone. Answers the decision's number."""
    told = {"decided_at": act.at, "decided_by": why.by.strip(), "because": why.because.strip()}
    number = int(str(work.ask("insert_decision", **told, **decision)))
    facts = {name: decision[name] for name in ("item_id", "verdict", "undoes")}
    audit.record(work, act, "review_decided", decision_number=number, **facts)
    return number


def contradictions_with(work: Work, decision_number: int) -> tuple[Contradiction, ...]:
    """Which contradictions is this decision part of, as decisions stand now?"""
    decided = work.read("decisions_in_force", decision_number=EVERY_DECISION)
    here = pd.Index(work.read("records_here")["record_id"])
    found = contradictions(usable(decided, here))
    return tuple(one for one in found if decision_number in one.decision_numbers)


def history(work: Work, about: str | None = None) -> list[dict[str, object]]:
    """What was decided, oldest first, in all or about an item, a person or a record? Raises ReviewRefused."""
    if about is not None and not work.ask("is_known_to_review", about=about):
        raise ReviewRefused(f"no item, person or record of that id was ever known here {_shown(about)}")
    table = work.read("decision_history", about=about)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    for row in rows:
        for name in ("undoes", "undone_by"):
            row[name] = None if row[name] is None else int(row[name])
    return rows


def plain(word: str) -> str:
    """How is a code word read aloud? `cannot_tell` becomes `cannot tell`."""
    return str(word).replace("_", " ")


def _shown(typed: str) -> str:
    """May what was typed be repeated? Only where it has the form of an id: it could be a name."""
    is_id = typed[:2] in ("R-", "P-") and typed[2:].isalnum() and typed.isascii() and len(typed) <= 12
    return f"[{typed}]" if is_id else "[not an id]"
