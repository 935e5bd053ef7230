"""What is told of a list that was called back? Days, ids, counts and the cause; never who or which record.

In a file of its own: the four files of a list stay what they would be had the record never been.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CAUSE_WORDS = {
    "sealed": "sealed",
    "expunged": "expunged",
    "mistaken": "found to be mistaken",
    "retracted": "taken back by its sender",
}


@dataclass(frozen=True)
class CalledBack:
    """Which list was called back, for which day was it, and why?"""

    list_id: str
    as_of: str
    withdrawn_on: str
    cause: str
    record_count: int


def file_name(list_id: str) -> str:
    """Under which name does the notice of a list lie beside its files?"""
    return f"notice_{list_id}.txt"


def sentence(one: CalledBack) -> str:
    """What is told of one list that was called back?"""
    records = "1 record was" if one.record_count == 1 else f"{one.record_count:,} records were"
    return (
        f"The list of {one.as_of} (list {one.list_id}) was withdrawn on {one.withdrawn_on}: {records} "
        f"{CAUSE_WORDS[one.cause]}. Destroy printed copies of it."
    )


def render(new_list_id: str, new_as_of: str, called_back: Sequence[CalledBack]) -> bytes:
    """What stands in the notice beside a list that replaces others? UTF-8 text, one list a line."""
    head = f"The list of {new_as_of} (list {new_list_id}) stands in the place of what was withdrawn."
    return ("\n".join([head, *map(sentence, called_back)]) + "\n").encode("utf-8")
