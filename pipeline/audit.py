"""What was done, when and by whom? Every write names an event; if it cannot be written, the act fails with it.

Events are a chain: each carries the hash of the one before it, so whoever changes, removes or adds one breaks the
chain there. The database fills the hashes in and refuses changes; `verify` recomputes them without its help.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pandas as pd

from pipeline import log
from pipeline.store import Work

logger = logging.getLogger(__name__)

BEFORE_THE_FIRST = "0" * 64
"""What stands for the hash before the first event."""
EVENTS_AT_A_TIME = 5_000
"""Events in memory at once while a chain is verified: some megabytes."""


@dataclass(frozen=True)
class Act:
    """Who acts, and when? `at` is the moment the run counts as happening, given from outside."""

    actor: str
    at: datetime


def record(
    work: Work, act: Act, name: str, why: str | None = None, *, because: str | None = None, **facts: object
) -> None:
    """Write down what was done, in the transaction that does it. `facts` are counts and ids; nothing else passes.

    `why` is a reason's code or the id of a request, such as `request-17`: never a sentence, because sentences name
    people. `because` is a sentence that somebody typed to answer for an act: it is kept as a fact and reaches no log.

    Raises:
        PersonalValueRefused: a fact or the reason could hold a person's value.
        StoreError: the event cannot be written; the caller's transaction is undone.
    """
    log.event(logger, name, **facts, **({} if why is None else {"why": why}))
    told = facts if because is None else facts | {"because": because}
    work.run("insert_event", at=act.at, actor=act.actor, act=name, facts=json.dumps(told), why=why)


# --- is the chain whole? --------------------------------------------------------------------------------------------


class ChainFault(StrEnum):
    """What is wrong with a chain of events?"""

    CHANGED = "changed"
    MISSING = "missing"
    OUT_OF_ORDER = "out of order"
    ADDED = "added"
    CUT_OFF = "cut off at the end"
    HEAD_CHANGED = "head changed"


@dataclass(frozen=True)
class Verdict:
    """Is the chain whole?

    Attributes:
        event_count: events looked at, up to the first broken one. head: hash of the last event that holds.
        event_id: of the first broken event. fault: what is wrong with it. sentence: the same for a person to read.
    """

    event_count: int
    head: str
    sentence: str
    event_id: int | None = None
    fault: ChainFault | None = None

    @property
    def is_whole(self) -> bool:
        """Was nothing changed, removed or added?"""
        return self.fault is None


def canonical(event_id: int, moment: str, actor: str, act: str, facts: str, why: str | None, previous: str) -> bytes:
    """Which bytes is an event's hash made of? One line per column; lengths in bytes stand before free text.

    >>> canonical(1, "2026-11-17T06:00:00.000000Z", "ann", "list_made", "{}", None, "00").decode().splitlines()[3:]
    ['actor=3 ann', 'act=9 list_made', 'facts=2 {}', 'why=-', 'previous_hash=00']
    """

    def measured(text: str | None) -> str:
        return "-" if text is None else f"{len(text.encode())} {text}"

    lines = [
        "outreach audit 1",
        f"event_id={event_id}",
        f"at={moment}",
        f"actor={measured(actor)}",
        f"act={measured(act)}",
        f"facts={measured(facts)}",
        f"why={measured(why)}",
        f"previous_hash={previous}",
    ]
    return ("\n".join(lines) + "\n").encode()


@dataclass
class _Chain:
    """How far has the chain been followed? Holds a count and one hash, however long the chain is."""

    work: Work
    last_id: int | None = None
    head: str = BEFORE_THE_FIRST
    count: int = 0

    def broken(self, fault: ChainFault, event_id: int | None, sentence: str) -> Verdict:
        """How is a fault told?"""
        return Verdict(self.count, self.head, sentence, event_id or self.last_id or 0, fault)

    def has(self, digest: object) -> bool:
        """Has any event of the database this hash?"""
        return self.work.ask("event_of_hash", hash=digest) is not None


def verify(
    work: Work, expected_head: str | None = None, progress: Callable[[float], None] = lambda share: None
) -> Verdict:
    """Is the audit trail as it was written? Recomputes every hash here, and asks the database for columns only.

    Args:
        work: any transaction; events that are added meanwhile are looked at too.
        expected_head: a head noted earlier and kept elsewhere; it has to be in the chain.
        progress: told the share that is done.
    """
    chain = _Chain(work)
    while True:
        # the head is read before the events, so an event added in between is one event more and not one too many
        head = work.read("audit_head")
        chunk = work.read("chained_events", after=chain.last_id, at_most=EVENTS_AT_A_TIME)
        if chunk.empty:
            break
        for event in chunk.astype(object).where(chunk.notna(), None).itertuples(index=False):
            fault = _fault_of_event(chain, event)
            if fault:
                return fault
            chain.last_id, chain.head, chain.count = int(event.event_id), str(event.hash), chain.count + 1
        if chain.count >= EVENTS_AT_A_TIME:  # a short chain is verified before a bar is read
            progress(chain.count / max([chain.count, *head["event_count"]]))
    return (
        _fault_of_head(chain, head)
        or _fault_of_witnesses(chain, expected_head)
        or Verdict(chain.count, chain.head, f"the chain is whole [{chain.count} events, head {chain.head}]")
    )


def _fault_of_event(chain: _Chain, event) -> Verdict | None:
    """Does the next event say what its hash says, and does it follow the one before?"""
    number = int(event.event_id)
    texts = [str(text) for text in (event.moment, event.actor, event.act, event.facts)]
    content = canonical(number, *texts, event.why, str(event.previous_hash))
    if hashlib.sha256(content).hexdigest() != event.hash:
        return chain.broken(ChainFault.CHANGED, number, f"event {number} was changed after it was written")
    if event.previous_hash == chain.head:
        return None
    after = "the first event" if chain.last_id is None else f"event {chain.last_id}"
    if chain.has(event.previous_hash) or event.previous_hash == BEFORE_THE_FIRST:
        told = f"event {number} does not follow {after}, which is before it: events were added or put in another order"
        return chain.broken(ChainFault.OUT_OF_ORDER, number, told)
    told = f"what was written before event {number} and after {after} is missing"
    return chain.broken(ChainFault.MISSING, number, told)


def _fault_of_head(chain: _Chain, head: pd.DataFrame) -> Verdict | None:
    """Is the last event the one that the database keeps as the head?"""
    if head.empty:
        return chain.broken(ChainFault.HEAD_CHANGED, None, "the row that keeps the chain's head is gone")
    kept = head.iloc[0]
    last = chain.last_id or 0
    if kept["hash"] == chain.head:
        if (int(kept["event_id"]), int(kept["event_count"])) == (last, chain.count):
            return None
        told = f"the row that keeps the chain's head was changed; the events up to {last} hold"
        return chain.broken(ChainFault.HEAD_CHANGED, last, told)
    if chain.has(kept["hash"]) or kept["hash"] == BEFORE_THE_FIRST:
        told = f"event {last} was added past the database's own way of adding events"
        return chain.broken(ChainFault.ADDED, last, told)
    told = f"events after {last} were cut off at the end [{int(kept['event_count'])} written, {chain.count} there]"
    return chain.broken(ChainFault.CUT_OFF, int(kept["event_id"]), told)


def _fault_of_witnesses(chain: _Chain, expected_head: str | None) -> Verdict | None:
    """Are the heads that publications, and whoever asks, have kept still in the chain?"""
    lists = chain.work.read("unchained_publications")["list_id"]
    witnesses = [f"list {list_id} was published with" for list_id in lists]
    if expected_head and not chain.has(expected_head):
        witnesses.append("was asked for")
    if not witnesses:
        return None
    told = f"the head that {witnesses[0]} is not in the chain: it was cut off after event {chain.last_id}, or rewritten"
    return chain.broken(ChainFault.CUT_OFF, chain.last_id, told)
