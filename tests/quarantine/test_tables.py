"""After a retry, do the tables hold what a first run with the corrected declaration would have left in them?"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rereading import Outcome
from tests.cases import rosters
from tests.quarantine.corrections import JAIL, Town, with_columns
from tests.quarantine.feeds import KINDS
from tests.quarantine.tables import tables
from tests.road import county

DOTTED = "%m.%d.%Y %H:%M"
NARROW = rosters.JAIL
WIDER = with_columns(rosters.JAIL, admitted_at={"formats": ("%Y-%m-%d %H:%M", DOTTED)})


def as_at_first(new_store, folder, declared) -> dict[str, list[str]]:
    """What stands in the tables of somebody who always had this declaration?"""
    straight = Town(new_store(), folder.parent / "straight")
    straight.root.mkdir(exist_ok=True)
    if not straight.folder.exists():
        straight.folder.symlink_to(folder)
    straight.take_in(declared)
    return tables(straight.store)


WHOLE_ROAD = settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def of_any_declarations(new_store, tmp_path_factory, one, data):
    town = Town(new_store(), tmp_path_factory.mktemp("town"))
    first, second, last = (data.draw(one.declarations) for _ in range(3))
    one.write(town.folder, data.draw(one.files))
    town.take_in(first)
    town.retry(second, is_every_file=True)
    told = town.retry(last, is_every_file=True)
    left = tables(town.store)
    if all(file.outcome is not Outcome.LEFT_AS_IT_WAS for file in told):
        assert left == as_at_first(new_store, town.folder, last)


@pytest.mark.parametrize("kind", KINDS)
@WHOLE_ROAD
@given(data=st.data())
def test_a_retry_of_every_file_leaves_what_a_first_run_would_have(new_store, tmp_path_factory, kind, data):
    of_any_declarations(new_store, tmp_path_factory, KINDS[kind], data)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@settings(WHOLE_ROAD, max_examples=60)
@given(data=st.data())
def test_so_do_many_more_of_them(new_store, tmp_path_factory, kind, data):
    of_any_declarations(new_store, tmp_path_factory, KINDS[kind], data)


def test_a_roster_row_that_can_be_read_again_names_nobody_who_is_missing(new_store, tmp_path):
    town = Town(new_store(), tmp_path)
    both = (rosters.listed(0), rosters.listed(1))
    rosters.roster(town.folder, 9, *both)
    rosters.roster(town.folder, 10, rosters.listed(1), rosters.listed(2, "11.02.2026 09:00"))
    town.take_in(NARROW)
    assert rosters.stays(town.store)["N0|2026-11-01 08:00"][1:] == ("11-10 23:59", "left_unknown")
    before = int(town.store.read("known_by", known_at=None)["taken_in_number"].iloc[0])
    [told] = town.retry(WIDER)
    assert (told.outcome, told.left_quarantine) == (Outcome.CHANGED, 1)
    assert tables(town.store)["unread"] == []
    assert rosters.stays(town.store)["N2|11.02.2026 09:00"][1:] == (None, None)
    assert "N2|11.02.2026 09:00" not in rosters.stays(town.store, taken_in_number=before)


def test_a_roster_whose_newest_admission_can_be_read_now_is_of_the_next_day_from_then_on(new_store, tmp_path):
    town = Town(new_store(), tmp_path)
    rosters.roster(town.folder, 9, rosters.listed(0), rosters.listed(1))
    rosters.roster(town.folder, 10, rosters.listed(1), rosters.listed(2, "11.11.2026 00:20"))
    town.take_in(NARROW)
    before = int(town.store.read("known_by", known_at=None)["taken_in_number"].iloc[0])
    town.retry(WIDER)
    missing = "N0|2026-11-01 08:00"
    assert rosters.stays(town.store)[missing][1:] == ("11-11 23:59", "left_unknown")
    assert rosters.stays(town.store, taken_in_number=before)[missing][1:] == ("11-10 23:59", "left_unknown")
    assert {told.outcome for told in town.retry(WIDER, is_every_file=True)} == {Outcome.UNCHANGED}


def test_a_column_that_is_declared_later_is_told_in_what_the_file_looks_like(new_store, tmp_path):
    [feed] = JAIL.feeds
    others = tuple(column for column in feed.columns if column.name != "CHARGE_CLASS")
    without = replace(JAIL, feeds=(replace(feed, columns=others),))
    town = Town(new_store(), tmp_path)
    county.bookings(town.folder, {}, {"BOOKING_NO": "B2"})
    town.take_in(without)
    known = town.store.read("known_by", known_at=None)
    [told] = town.retry(JAIL, is_every_file=True)
    assert (told.outcome, told.changed) == (Outcome.TOLD_ANEW, 0)
    assert town.store.read("known_by", known_at=None).equals(known)
    left = tables(town.store)
    assert left == as_at_first(new_store, town.folder, JAIL)
