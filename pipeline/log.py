"""How does the program say what it did? In logs that take counts and ids and refuse anything else.

A log line is an event name and named numbers, ids or booleans. Tables, and text that is not a short plain word, are
refused at the call: a person's value cannot slip into a log by way of a helpful message.
"""

import logging
import re

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:/|+\-\[\]]{0,120}")


class PersonalValueRefused(TypeError):
    """Something was about to be logged that is neither a count nor an id."""


def event(logger: logging.Logger, name: str, level: int = logging.INFO, **facts: object) -> None:
    """What happened? `facts` are counts, ids, hashes, names of agencies, feeds and columns.

    Raises:
        PersonalValueRefused: for a table, a mapping, or text longer or odder than an id.
    """
    for key, fact in facts.items():
        is_plain = isinstance(fact, bool | int | float | type(None))
        if not is_plain and not (isinstance(fact, str) and _PLAIN_WORD.fullmatch(fact)):
            raise PersonalValueRefused(f"a log takes counts and ids only [{key}: {type(fact).__name__}]")
    logger.log(level, "%s %s", name, " ".join(f"{key}={fact}" for key, fact in facts.items()))


def set_up(level: str) -> None:
    """Send log lines of this project, and of nobody else, to standard error, at this level and above."""
    ours = logging.getLogger("pipeline")
    ours.setLevel(level.upper())
    if not ours.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        ours.addHandler(handler)
