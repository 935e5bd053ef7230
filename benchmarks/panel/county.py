"""Which person records do the agencies of the made-up county deliver? Made up, and taken in as any delivery is."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

AS_OF = date(2026, 11, 16)
SEED = 7
PERSONS = 20_000
YEARS = 2


def county(persons: int = PERSONS, *, seed: int = SEED, harsher: bool = False) -> pd.DataFrame:
    """Which records stand in the county's store once everything is taken in, and who is who?"""
    with tempfile.TemporaryDirectory(prefix="outreach-panel-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # the embedded PostgreSQL runs as a user of its own when started by root
        return _made_and_taken_in(Path(name), persons, seed, harsher)


def _made_and_taken_in(folder: Path, persons: int, seed: int, harsher: bool) -> pd.DataFrame:
    from pipeline import flow
    from pipeline.agencies import load_agencies
    from pipeline.audit import Act
    from pipeline.contract import tables
    from pipeline.evaluate import read_truth
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.synthetic import synthesize

    agencies, settings = load_agencies(), Settings(database_url=None, home=folder / "home")
    made = synthesize(
        agencies, persons=persons, years=YEARS, seed=seed, as_of=AS_OF, out=folder / "county", harsher=harsher
    )
    store = Store.open(settings)
    try:
        act = Act("panel", datetime(2026, 11, 16, tzinfo=UTC))
        for agency in agencies:
            flow.take_in_agency(store, act, agency, made.deliveries, settings, lambda step, share: None)
        records = store.read("usable_person_records", **flow.plan_for(AS_OF, settings).bounds())
    finally:
        store.close()
    people = records[["record_id", *tables.EVIDENCE]].assign(source=records["agency"] + "." + records["feed"])
    return people.merge(read_truth(made.truth), on="record_id")
