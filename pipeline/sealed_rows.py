"""Which rows of a file are those of a sealed record? Pure: bytes in, line numbers out.

A record is known by its tombstone alone: a hash of its id, made with the secret that person ids are made with. A row is
a sealed record's where its own record id has a tombstone, or the id of the person record it is about, or that of the
row whose encounter it tells the end of.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from pipeline import readers
from pipeline.contract import tables
from pipeline.contract.declaration import Agency, Feed


def mark_of(record_id: str, key: str) -> str:
    """What stands on the tombstone of a record? HMAC-SHA256 of its id: nobody without the key can try ids out."""
    return hmac.new(key.encode(), f"tombstone {record_id}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class RecordId:
    """What is a record id made of?"""

    agency: str
    feed: str
    record_key: str

    @classmethod
    def parse(cls, text: str) -> "RecordId | None":
        """Which record does `agency/feed/key` name? None where the text has another form."""
        parts = text.strip().split(tables.RECORD_ID_SEPARATOR, 2)
        return cls(*parts) if len(parts) == len(cls.__dataclass_fields__) and all(parts) else None

    def __str__(self) -> str:
        return tables.RECORD_ID_SEPARATOR.join((self.agency, self.feed, self.record_key))

    def spellings(self) -> tuple[str, ...]:
        """Which texts, as JSON may write them, does every row of the record contain one of?

        A number may have been delivered without the zeros at its front (`Column.digits`).
        """
        longest = max(self.record_key.split(tables.KEY_SEPARATOR), key=len)
        written = {longest, longest.lstrip("0") or longest}
        return tuple({json.dumps(one, ensure_ascii=plain)[1:-1] for one in written for plain in (True, False)})


def record_ids_of(agency: Agency, feeds: Sequence[Feed], payload: object) -> set[str]:
    """Which records is a row as delivered a row of? Itself, and the records it says it is about.

    Where several feeds are read from its file (the messages of a provider tell of a patient and of a visit), it is all
    that any of them makes of the row.
    """
    return {str(record) for one in feeds for record in _named_by(agency, one, payload)}


def _named_by(agency: Agency, feed: Feed, payload: object) -> Iterator[RecordId]:
    flat = readers.salvage(feed, payload)
    own = tables.KEY_SEPARATOR.join(flat.get(name, "") for name in feed.key)
    yield RecordId(agency.name, feed.name, own)
    if feed.merges_of:
        yield RecordId(agency.name, feed.merges_of, own)
    for rule in feed.rules_about_others():
        if rule.is_about and flat.get(rule.is_about):
            yield RecordId(agency.name, str(rule.person_feed), flat[rule.is_about])
    for rule in feed.ends:
        about = tables.KEY_SEPARATOR.join(flat.get(name, "") for name in rule.is_about)
        yield RecordId(agency.name, rule.encounter_feed, about)


def sealed_lines(
    agency: Agency, feed: Feed, feeds: Sequence[Feed], stream: IO[bytes], is_sealed: Callable[[str], bool]
) -> frozenset[int]:
    """On which lines of a file does a row of a sealed record begin? None where the file cannot be read at all.

    Args:
        agency: who sent it.
        feed: whose rows are looked at.
        feeds: all that are read from the file.
        stream: its bytes.
        is_sealed: of a record id.
    """
    known: dict[str, bool] = {}

    def asked(record_id: str) -> bool:
        if record_id not in known:
            known[record_id] = is_sealed(record_id)
        return known[record_id]

    try:
        return frozenset(
            row.line_number
            for row in readers.rows_of(feed, stream, readers.About())
            if any(asked(record_id) for record_id in record_ids_of(agency, feeds, json.loads(row.payload)))
        )
    except readers.FileUnreadable:
        return frozenset()
