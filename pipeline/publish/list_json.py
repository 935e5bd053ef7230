"""What does a program read of a list? `outreach_list.json`: always the same bytes, no name, birth date, phone, address.

The list's id is a hash of this file's content but for the id itself and `stale`, and `documents_hash` in it covers what
the sheet and the workbook show besides: equal ids mean equal documents, and whoever holds the file can check its id.
`stale` tells that a newer list was held back: that says nothing about this one.
"""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from pipeline.contract.outreach_list import AgencyState, Entry, OutreachList, Reason, to_json

ID_LENGTH = 16  # hex digits, so 64 bits: short enough to read out on the phone, long enough that no two lists share one


def content_hash(outreach_list: OutreachList) -> str:
    """Which content is this? SHA-256 (64 hex digits) over everything published but the list's own id and its stamp."""
    return _hash_of_content(published(outreach_list))


def documents_hash(outreach_list: OutreachList) -> str:
    """Which documents are these? SHA-256 (64 hex digits) over all that a list holds, names and phones among it."""
    return _hash_of_content(to_json(outreach_list))


def _hash_of_content(content: dict[str, Any]) -> str:
    others = {name: value for name, value in content.items() if name not in ("list_id", "stale")}
    canonical = json.dumps(others, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def list_id_of(outreach_list: OutreachList) -> str:
    """Which id does a list with this content bear? Whatever stands in `list_id` so far is not looked at."""
    return content_hash(outreach_list)[:ID_LENGTH]


def render(outreach_list: OutreachList) -> bytes:
    """What stands in `outreach_list.json`? UTF-8, keys sorted, a line end at the end; equal lists give equal bytes."""
    text = json.dumps(published(outreach_list), sort_keys=True, ensure_ascii=False, indent=1)
    # Half a surrogate pair has no UTF-8 form; written as \udXXX it stays the same text for whoever parses the JSON.
    return (text + "\n").encode("utf-8", "backslashreplace")


def published(outreach_list: OutreachList) -> dict[str, Any]:
    """Which parts of a list are published? Named one by one: a field added to the contract stays out until listed."""
    return {
        "list_id": outreach_list.list_id,
        "as_of": outreach_list.as_of,
        "code_version": outreach_list.code_version,
        "model_id": outreach_list.model_id,
        "sources": [_source(state) for state in outreach_list.sources],
        "entries": [_entry(entry) for entry in outreach_list.entries],
        "excluded_counts": dict(outreach_list.excluded_counts),
        "documents_hash": documents_hash(outreach_list),
        "stale": asdict(outreach_list.stale) if outreach_list.stale else None,
    }


def _source(state: AgencyState) -> dict[str, Any]:
    return {"agency": state.agency, "complete_to": state.complete_to, "status": str(state.status)}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "person_id": entry.person_id,
        "team": entry.team,
        "points": entry.points,
        "reasons": [_reason(reason) for reason in entry.reasons],
        "is_new": entry.is_new,
        "held_over": entry.held_over,
        "record_keys": list(entry.record_keys),
    } | _open_answers(entry)


def _open_answers(entry: Entry) -> dict[str, Any]:
    return {
        "points_low": entry.points_low,
        "points_high": entry.points_high,
        "rank_best": entry.rank_best,
        "rank_worst": entry.rank_worst,
        "rests_on_unreviewed_link": entry.rests_on_unreviewed_link,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "factor": reason.factor,
        "points": reason.points,
        "sentence": reason.sentence,
        "latest_at": reason.latest_at,
    }
