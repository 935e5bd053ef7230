"""What was done, when and by whom? Every write names an event; if it cannot be written, the act fails with it."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from pipeline import log
from pipeline.store import Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Act:
    """Who acts, and when? `at` is the moment the run counts as happening, given from outside."""

    actor: str
    at: datetime


def record(work: Work, act: Act, name: str, *, because: str | None = None, **facts: object) -> None:
    """Write down what was done, in the transaction that does it. `facts` are counts and ids; nothing else passes.

    `because` is a reason that somebody typed: it is written down as a fact, and reaches no log.
    """
    log.event(logger, name, **facts)
    told = facts if because is None else facts | {"because": because}
    work.run("insert_event", at=act.at, actor=act.actor, act=name, facts=json.dumps(told))
