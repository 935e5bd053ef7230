"""Small files are looked at together: what one looks like is its own, whoever stands beside it."""

from datetime import date

import pandas as pd

from pipeline.drift.profile import Profiler
from tests.readers.hl7_messages import hospital

[PATIENTS, *_] = hospital().feeds


def looks(**columns: str):
    day = date(2026, 11, 16)
    rows = pd.DataFrame({"delivery_id": [1], "line_number": [1], "business_date": [day], "sent_at": ["20261116"]})
    profiler = Profiler(PATIENTS, "America/Denver", day, day)
    profiler.add(rows.assign(**columns), ["{}"])
    return profiler.profile()


def test_a_day_that_only_other_files_tell_is_no_part_of_what_this_one_looks_like():
    assert looks(birth_date="") == looks()
    assert looks(birth_date="19800504") != looks()
