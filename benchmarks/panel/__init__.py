"""On which sets is the linkage measured? Tables of person records whose truth is known; all people are made up.

Nobody tunes for one set and is measured on it alone: the sets differ in fields, in dirt, and in who made them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from benchmarks.panel import given
from benchmarks.panel.county import county
from benchmarks.panel.fake import fake
from benchmarks.panel.figures import figures
from benchmarks.panel.given import NotAtHand
from benchmarks.panel.harsh import harsh, names_dates, names_dates_places

SETS: dict[str, Callable[[], pd.DataFrame]] = {
    **{f"febrl{number}": partial(given.febrl, number) for number in (1, 2, 3, 4)},
    "opencr": given.opencr,
    "cdc": given.cdc,
    "county": county,
    "county_harsher": partial(county, harsher=True),
    "harsh": harsh,
    "names_dates": names_dates,
    "names_dates_places": names_dates_places,
    "figures": figures,
    "fake_1000": fake,
    "fake_20000": partial(fake, 20_000, seed=42),
    "pseudopeople": given.pseudopeople,
}
"""Name → the call that answers record_id, evidence, and person_truth; it may raise NotAtHand."""

LABELLED: dict[str, Callable[[], pd.DataFrame]] = {"cdc": given.cdc_pairs}
"""Sets without person_truth → their labelled pairs: record_id_l, record_id_r, label (match or no_match)."""

__all__ = ["LABELLED", "SETS", "NotAtHand"]
