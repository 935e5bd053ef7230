"""How often is a place asked again that does not answer, and how long is waited between?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipeline.contract.errors import SourceUnavailable

ATTEMPTS = 4
"""Times that a place is asked, in all: what is not back after half a minute is left for the next fetch."""

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2, 30
"""Between attempts; each pause is twice the one before."""

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """Where do moments and pauses come from? From whoever calls: nothing below the command line looks at the clock."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def again_while_down(ask: Callable[[], T], clock: Clock) -> T:
    """What does a place answer? Asked again while it does not, with growing pauses.

    Raises:
        SourceUnavailable: it did not answer at the last attempt either.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(SourceUnavailable),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS),
        sleep=clock.sleep,
        reraise=True,
    )
    return retrying(ask)
