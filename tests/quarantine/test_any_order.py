"""Whatever is broken and however declarations change, in any order: does the account add up, is the end the same?"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import quarantine
from pipeline.rereading import Outcome
from pipeline.store import Store
from tests.quarantine.corrections import AMERICAN_TOO, DATES_ONLY, JAIL, Town, with_columns
from tests.road import county

FORMATS = (DATES_ONLY, AMERICAN_TOO, ("%m/%d/%Y",))
declarations = st.builds(
    lambda booked, born, statuses: with_columns(
        JAIL, BOOK_DT={"formats": booked}, DOB={"formats": born}, SEX={"aliases": statuses}
    ),
    st.sampled_from(FORMATS),
    st.sampled_from(FORMATS),
    st.sampled_from(((), ("GENDER",))),
)
DAYS = ("20261020", "10/21/2026", "20261350", "")
rows = st.fixed_dictionaries(
    {
        "BOOKING_NO": st.sampled_from(("B1", "B2", "B3", "")),
        "BOOK_DT": st.sampled_from(DAYS),
        "DOB": st.sampled_from(("19800405", "04/06/1981", "x")),
        "STATUS": st.sampled_from(("RELEASED", "MISTAKEN")),
    }
)
files = st.lists(st.lists(rows, min_size=1, max_size=3), min_size=1, max_size=2)
steps = st.lists(st.sampled_from(("take in", "retry", "accept")), max_size=4)


def said(town: Town) -> list[str]:
    """Everything that counts now, but for the numbers of readings."""
    with town.store.transaction() as work:
        tables = [
            work.read("usable_person_records", as_of=county.AS_OF, until=county.AT, taken_in_number=None),
            work.read("usable_encounters", as_of=county.AS_OF, until=county.AT, taken_in_number=None),
            work.read("quarantined_rows"),
        ]
    plain = (table.drop(columns="from_number", errors="ignore").astype(str) for table in tables)
    return [json.dumps(sorted(map(list, table.itertuples(index=False)))) for table in plain]


def adds_up(town: Town) -> bool:
    delivered, accepted, quarantined, retracted = town.counts(JAIL)
    return delivered == accepted + quarantined + retracted


@given(files=files, changes=st.lists(declarations, min_size=5, max_size=5), steps=steps, last=declarations)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_order_ends_where_the_last_declaration_would_have_begun(
    new_store, tmp_path_factory, files, changes, steps, last
):
    root = tmp_path_factory.mktemp("town")
    town = Town(new_store(), root)
    for number, content in enumerate(files):
        county.bookings(town.folder, *content, name=f"bookings_2026111{number}.csv")
    town.take_in(changes[0])
    for declared, step in zip(changes[1:], steps, strict=False):
        if step == "take in":
            town.take_in(declared)
        elif step == "retry":
            town.retry(declared)
        else:
            with town.store.transaction() as work:
                quarantine.accept(work, town.act(), agency=JAIL.name, because="sent again")
        assert adds_up(town)
    town.retry(last, is_every_file=True)
    assert adds_up(town)
    corrected = said(town)
    assert {one.outcome for one in town.retry(last, is_every_file=True)} == {Outcome.UNCHANGED}
    assert said(town) == corrected
    straight = Town(new_store(), root)
    straight.root = root / "straight"
    straight.folder.parent.mkdir()
    straight.folder.symlink_to(root / "in")
    straight.take_in(last)
    assert said(straight) == corrected


KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.store import Store
from tests.quarantine.corrections import AMERICAN_TOO, JAIL, Town, with_columns
town = Town(Store(sys.argv[1]), Path(sys.argv[2]), day=5)
corrected = with_columns(JAIL, BOOK_DT={"formats": AMERICAN_TOO})
town.retry(corrected, progress=lambda share: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_retry_that_is_killed_between_two_files_is_done_again(store: Store, tmp_path: Path):
    town = Town(store, tmp_path)
    for number in (1, 2, 3):
        row = {"BOOKING_NO": f"B{number}", "BOOK_DT": "10/21/2026"}
        county.bookings(town.folder, row, {"BOOKING_NO": f"C{number}"}, name=f"bookings_2026111{number}.csv")
    town.take_in(with_columns(JAIL, BOOK_DT={"formats": DATES_ONLY}))
    assert town.counts(JAIL) == (6, 3, 3, 0)
    words = [sys.executable, "-c", KILLED, store._url, str(tmp_path)]
    done = subprocess.run(words, env=os.environ, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL
    assert town.counts(JAIL) == (6, 4, 2, 0)
    told = town.retry(with_columns(JAIL, BOOK_DT={"formats": AMERICAN_TOO}))
    assert [one.left_quarantine for one in told] == [1, 1]
    assert town.counts(JAIL) == (6, 6, 0, 0)
