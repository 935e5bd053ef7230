"""Person records written short, for tests of best values."""

import pandas as pd

from pipeline.contract import tables


def person_records(*rows):
    """Person records with these fields; `at` is the day of the record, ids follow the order given."""
    frame = pd.DataFrame([{"record_id": f"r{n}"} | row for n, row in enumerate(rows, start=1)])
    frame = frame.reindex(columns=["person_id", "at", *tables.PERSON_RECORD]).astype(object)
    frame["record_id"] = [row.get("record_id", f"r{n}") for n, row in enumerate(rows, start=1)]
    frame["person_id"] = frame["person_id"].where(frame["person_id"].notna(), "P-1")
    frame["recorded_at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.where(frame.notna(), None).assign(recorded_at=frame["recorded_at"])
