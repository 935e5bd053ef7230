"""Do ends told elsewhere hold beside everything else: rosters, consents, sealing, corrections, lists made before?

More tests of the dirty input 22; how an end joins its stay is in test_told_ends.
"""

from dataclasses import replace

import pytest

from pipeline import flow, replay, rereading, seal_run, sealing
from pipeline.contract.codes import SealingCause
from pipeline.contract.declaration import Agency, Coded, EndRule, Feed, When
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from tests.cases import rosters
from tests.cases.releases import (
    ABOUT,
    BOOKING,
    BOOKINGS,
    CONSENTS,
    JAIL,
    LABELLED,
    OF_MANY_JAILS,
    OF_PERSONS,
    OPEN,
    OUT,
    PEOPLE,
    RELEASE,
    RELEASES,
    act_at,
    bookings,
    ends,
    publish,
    releases,
    take_in,
    write,
)
from tests.cases.rosters import november
from tests.quarantine.tables import tables
from tests.road import county

WHO = {"person_no": "N1", "status": "HOLDS", "last_name": "QUILL", "first_name": "MARTIN", "dob": "1980-04-05"}


def accounted(store):
    row = county.accounting(store)[JAIL.name]
    assert row["delivered"] == row["accepted"] + row["quarantined"] + row["retracted"]
    return row["delivered"], row["accepted"], row["quarantined"]


# --- beside a roster --------------------------------------------------------------------------------------------------

LET_OUT = Feed(
    name="releases",
    row_is=RELEASES.row_is,
    file_pattern=RELEASES.file_pattern,
    date_format=RELEASES.date_format,
    format=RELEASES.format,
    key=("release_no",),
    columns=(RELEASES.columns[0], *rosters.JAIL.feed("roster").columns[:2], *RELEASES.columns[2:4]),
    ends=(
        EndRule(
            encounter_feed="roster",
            is_about=("person_no", "admitted_at"),
            ended_at=When("released_at"),
            release_code=Coded("reason", {"BOND": "community"}),
        ),
    ),
)
ROSTERED = Agency(feeds=(rosters.JAIL.feed("roster"), LET_OUT), **ABOUT)
"""A jail that sends a daily roster, and beside it who was let out."""


def stay_after(store, root, released_at):
    """What is known of a man on the rosters of the 2nd and 4th, not on that of the 6th, and let out at this moment?"""
    for day, numbers in ((2, (1, 2)), (4, (1, 2, 3)), (6, (2, 3))):
        rosters.roster(root / "in", day, *(rosters.listed(number) for number in numbers))
    row = {"release_no": "R1", "person_no": "N1", "admitted_at": november(1), "reason": "BOND"}
    write(root / "in", LET_OUT, 7, row | {"released_at": released_at})
    take_in(store, root, ROSTERED)
    return rosters.stays(store)[f"N1|{november(1)}"]


def test_case_22_a_release_list_says_when_and_how_somebody_left_who_is_missing_from_a_roster(store, tmp_path):
    assert stay_after(store, tmp_path, november(5, "17:00")) == (None, "11-05 17:00", "community")


def test_case_22_a_roster_that_lists_somebody_later_knows_better_than_a_release(store, tmp_path):
    seen, ended, why = stay_after(store, tmp_path, november(3, "17:00"))
    assert (seen[:5], ended[:5], why) == ("11-04", "11-06", "left_unknown")


# --- a key of several columns -----------------------------------------------------------------------------------------


def test_case_22_jails_that_count_each_for_itself_do_not_end_each_others_bookings(store, tmp_path):
    site, other = {"site": "EAST"}, {"site": "WEST"}
    bookings(tmp_path / "in", site, other, feed=OF_MANY_JAILS.feed("bookings"))
    releases(tmp_path / "in", site, feed=OF_MANY_JAILS.feed("releases"))
    take_in(store, tmp_path, OF_MANY_JAILS)
    assert ends(store) == {"EAST|B1": OUT, "WEST|B1": OPEN}


# --- consent ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "is_signed", "known"), [("", False, OUT), ("ETH", False, OPEN), ("R ETH", True, OUT)]
)
def test_case_22_an_end_that_needs_a_consent_is_told_of_only_with_it(store, tmp_path, labels, is_signed, known):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {"labels": labels}, feed=LABELLED.feed("releases"))
    if is_signed:
        write(tmp_path / "in", CONSENTS, 11, {"form_no": "F1", "booking_no": "B1", "status": "HOLDS"})
    take_in(store, tmp_path, LABELLED)
    assert ends(store) == {"B1": known}


# --- sealing ----------------------------------------------------------------------------------------------------------


def kept(root):
    return b"".join(path.read_bytes() for path in (root / "home" / "deliveries").rglob("*") if path.is_file())


def test_case_22_who_is_sealed_takes_releases_along_that_name_a_booking_alone_also_later_ones(store, tmp_path):
    stay = {name: BOOKING[name] for name in ("booking_no", "booked_at", "status")}
    write(tmp_path / "in", PEOPLE, 1, WHO, WHO | {"person_no": "N2", "last_name": "STONE"})
    others = stay | {"booking_no": "B2", "person_no": "N2"}
    write(tmp_path / "in", OF_PERSONS.feed("bookings"), 1, stay | {"person_no": "N1"}, others)
    publish(store, tmp_path, agency=OF_PERSONS)
    records = parse_records((f"{JAIL.name}/people/N1",), (OF_PERSONS,))
    order = Order(records, SealingCause.SEALED, "order 26-114")
    told = Settings(home=tmp_path / "home"), tmp_path / "out"
    seal_run.seal_and_run(store, act_at(2), order, (OF_PERSONS,), *told)
    assert list(ends(store)) == ["B2"]
    releases(tmp_path / "in", {}, {"release_no": "R2", "booking_no": "B2"})
    publish(store, tmp_path, hours=3, agency=OF_PERSONS)
    assert ends(store) == {"B2": OUT}
    assert b"R2,B2" in kept(tmp_path)
    assert b"B1" not in kept(tmp_path)
    assert accounted(store) == (3, 3, 0)
    with store.run_lock():
        assert sealing.lift(store, act_at(4), records, "order 26-115", told[0]) == 1
    releases(tmp_path / "in", {}, day=12)
    publish(store, tmp_path, hours=5, agency=OF_PERSONS)
    assert b"R1,B1" in kept(tmp_path)


# --- corrections, and lists made before -------------------------------------------------------------------------------

AMERICAN = replace(
    JAIL,
    feeds=(
        BOOKINGS,
        replace(
            RELEASES,
            columns=tuple(
                replace(column, formats=("%m/%d/%Y %H:%M",)) if column.name == "released_at" else column
                for column in RELEASES.columns
            ),
        ),
    ),
)
"""The same jail, were the moment of its releases declared as it is not written."""


def test_case_22_a_corrected_declaration_reads_the_ends_of_kept_files_anew(store, tmp_path, new_store):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {})
    take_in(store, tmp_path, AMERICAN)
    assert (ends(store), accounted(store)) == ({"B1": OPEN}, (2, 2, 0))
    settings = Settings(home=tmp_path / "home")
    with store.run_lock():
        key = settings.id_key.get_secret_value()
        rereading.retry(store, act_at(1), (JAIL,), flow.vault_of(settings), key, is_every_file=True)
    assert (ends(store), accounted(store)) == ({"B1": OUT}, (2, 2, 0))
    corrected = tables(store)
    straight = new_store()  # the first is gone from here on
    take_in(straight, tmp_path / "straight")
    (tmp_path / "straight").mkdir()
    (tmp_path / "straight" / "in").symlink_to(tmp_path / "in")
    take_in(straight, tmp_path / "straight")
    assert corrected == tables(straight)
    assert corrected["told_end"]


def test_case_22_lists_made_before_and_after_a_release_come_out_again_byte_for_byte(store, tmp_path):
    bookings(tmp_path / "in", {})
    first = publish(store, tmp_path)["list_id"]
    releases(tmp_path / "in", {})
    second = publish(store, tmp_path, hours=1)["list_id"]
    assert first != second
    for list_id in (first, second):
        again = replay.replay(store, Settings(home=tmp_path / "home"), (JAIL,), list_id)
        assert (again.is_same, again.differences) == (True, ()), again


def test_case_22_a_release_list_that_dries_up_counts_by_the_week_as_bookings_do(store, tmp_path):
    bookings(tmp_path / "in", {})
    releases(tmp_path / "in", {}, RELEASE | {"release_no": "R2", "released_at": "2026-11-03 10:00"})
    take_in(store, tmp_path)
    days = store.read("gate_volumes", zone="America/Denver", since=county.AT.replace(year=2025), until=county.AT)
    of_releases = days[days["feed"] == "releases"]
    assert of_releases[["what", "row_count"]].to_dict("tight")["data"] == [["ends", 1], ["ends", 1]]
