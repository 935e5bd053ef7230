"""Which records were put together? Drawn as text: one word per cluster, one letter per record."""

import pandas as pd

from pipeline.contract import tables
from pipeline.resolve import assign_person_ids


def clusters(text):
    """`"ab c"` is two clusters: one of the records a and b, one of c. A cluster is called by its first record."""
    rows = [(record, word[0]) for word in text.split() for record in word]
    return pd.DataFrame(rows, columns=["record_id", "cluster_id"])


def persons(text, known=None, highest=0):
    """Which person is each record, after `known` was so before?"""
    links = assign_person_ids(clusters(text), known or {}, highest)
    return dict(zip(links["record_id"], links["person_id"], strict=True))


def person_records(*rows):
    """Person records with these fields; `at` is the day of the record, ids follow the order given."""
    frame = pd.DataFrame([{"record_id": f"r{n}"} | row for n, row in enumerate(rows, start=1)])
    frame = frame.reindex(columns=["person_id", "at", *tables.PERSON_RECORD]).astype(object)
    frame["record_id"] = [row.get("record_id", f"r{n}") for n, row in enumerate(rows, start=1)]
    frame["person_id"] = frame["person_id"].where(frame["person_id"].notna(), "P-1")
    frame["recorded_at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.where(frame.notna(), None).assign(recorded_at=frame["recorded_at"])
