"""What does a program read of a list? `outreach_list.json`: always the same bytes, no name, birth date, phone, address.

The list's id is a hash of this file's content: equal ids mean equal lists, and whoever holds the file can check it.
"""

import hashlib
import json
from typing import Any

from pipeline.contract.outreach_list import AgencyState, Entry, OutreachList, Reason

ID_LENGTH = 16  # hex digits, so 64 bits: short enough to read out on the phone, long enough that no two lists share one


def content_hash(outreach_list: OutreachList) -> str:
    """Which content is this? SHA-256 (64 hex digits) over everything published except the list's own id."""
    content = published(outreach_list)
    del content["list_id"]
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
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
