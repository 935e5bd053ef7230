"""What becomes of files that are not what they were? One test for each of the inputs 1, 2, 3, 5, 7, 10 and 47."""

import pytest
import sqlalchemy as sa

from pipeline import drifting, readers
from pipeline.audit import Act
from pipeline.contract.errors import SettingError
from tests.drift import road
from tests.drift.months import BOOKINGS, CALLS, POLICE, found, kinds, renamed, unchanged, without, written
from tests.gate import weeks
from tests.road import county


def in_capitals(rows):
    return [{name.upper(): value for name, value in row.items()} for row in rows]


def turned_round(rows):
    return [dict(reversed(row.items())) for row in rows]


def half_written(rows):
    return rows[: len(rows) // 20]


def the_calls_day(rows):
    """The fault: the export writes the day of the call where the birth date belongs."""
    return [row | {"DOB": row["CallReceived"][:10]} for row in rows]


ACT = Act("test", road.AT)
TABLES = ("core.accepted_row", "core.person_record", "core.encounter")


def facts(store):
    """Everything that was taken in, table by table."""
    engine = sa.create_engine(store._url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [sorted(connection.execute(sa.text(f"table {table}")).fetchall(), key=str) for table in TABLES]


def test_case_1_names_of_columns_match_in_any_case_and_a_renamed_one_is_told(bookings, calls):
    assert found(CALLS, calls, in_capitals) == []
    [told] = found(BOOKINGS, bookings, renamed("RELEASE_REASON", "DISCHARGE_REASON"))
    assert (told.kind, told.is_refusing) == ("renamed_column", False)
    assert "[RELEASE_REASON] is missing, and the column number 20 [DISCHARGE_REASON] looks like it" in told.sentence
    assert kinds(found(BOOKINGS, bookings, without("RELEASE_REASON"))) == [("missing_column", ("RELEASE_REASON",))]


def test_case_1_a_required_column_that_is_missing_stops_its_agency_alone_and_the_one_like_it_is_named(
    store, tmp_path, bookings, calls
):
    folder = tmp_path / "in"
    for month in bookings[:-1]:
        road.deliver(folder, BOOKINGS, month)
    assert road.take_in(store, folder, BOOKINGS) == []
    road.deliver(folder, BOOKINGS, bookings[-1], renamed("REL_DT", "RELEASED_ON"))
    road.deliver(folder, CALLS, calls[-1])
    [line] = road.take_in(store, folder, BOOKINGS)
    assert "(missing: [REL_DT]). The column [REL_DT] is missing, and the column number 18 [RELEASED_ON] looks" in line
    assert road.take_in(store, folder, CALLS) == []
    states = store.read("agency_accounting").set_index("agency")
    assert states["files_refused"].to_dict() == {"riverton_county_jail": 1, "riverton_police": 0}


def test_case_2_columns_in_another_order_are_read_by_name(new_store, tmp_path, bookings):
    said = []
    for number, change in enumerate((unchanged, turned_round)):
        store, folder = new_store(), tmp_path / str(number) / "in"
        road.deliver(folder, BOOKINGS, bookings[0])
        road.deliver(folder, BOOKINGS, bookings[1], change)
        assert road.take_in(store, folder, BOOKINGS) == []
        said.append(facts(store))
        told = kinds(road.history(store, BOOKINGS)[-1].findings)
        assert told == ([("reordered", ())] if change is turned_round else [])
    assert said[0] == said[1]
    assert all(said[0])


def test_case_3_the_same_bytes_under_a_later_day_are_no_news_and_are_told(store, tmp_path, bookings):
    folder = tmp_path / "in"
    road.deliver(folder, BOOKINGS, bookings[0])
    road.take_in(store, folder, BOOKINGS)
    before = facts(store)
    road.deliver(folder, BOOKINGS, bookings[0], name="bookings_20260301.csv")
    road.take_in(store, folder, BOOKINGS)
    [only] = road.history(store, BOOKINGS)
    [told] = only.findings
    assert told.kind == "same_bytes"
    assert f"[bookings_20260301.csv] is [{bookings[0].name}] again, byte for byte" in told.sentence
    assert facts(store) == before
    road.deliver(folder, BOOKINGS, bookings[3])
    road.take_in(store, folder, BOOKINGS)
    assert [file.findings for file in road.history(store, BOOKINGS)] == [(), ()], "a newer file came"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cad_20261101.csv", []),
        ("cad_20261031.csv", ["that of the latest row, usually 1 day after"]),
        ("cad_20261102.csv", ["2 days after the latest row, usually 1 day after"]),
        ("cad_20261025.csv", ["6 days before the latest row, usually 1 day after"]),
    ],
)
def test_case_5_a_file_whose_name_is_off_by_a_day_is_told(calls, name, told):
    sentences = [one.sentence for one in found(CALLS, calls, unchanged, name=name)]
    assert len(sentences) == len(told)
    assert all(words in sentence for words, sentence in zip(told, sentences, strict=True))


def test_case_7_a_half_written_file_is_refused_until_a_person_lets_it_in(store, tmp_path, calls):
    folder = tmp_path / "in"
    for month in calls[:-1]:
        road.deliver(folder, CALLS, month)
    road.take_in(store, folder, CALLS)
    before = facts(store)
    path = road.deliver(folder, CALLS, calls[-1], half_written)
    [line] = road.take_in(store, folder, CALLS)
    assert "26 rows, where the feed's usual pace gives about 468 in 31 days. The file seems to be cut off." in line
    assert facts(store) == before
    with pytest.raises(SettingError, match="was refused because it drifted"):
        drifting.let_in(store, ACT, POLICE, calls[0].name, "a reason")
    drifting.let_in(store, ACT, POLICE, path.name, "The dispatch system was down for a month")
    assert road.take_in(store, folder, CALLS) == []
    assert len(facts(store)[0]) == len(before[0]) + 26
    [event] = store.read("told_events", since=None, act="drifted_file_let_in", at_most=9)["facts"]
    assert event["because"] == "The dispatch system was down for a month"
    counts = county.accounting(store)[POLICE.name]
    assert counts["delivered"] == counts["accepted"] + counts["quarantined"] + counts["retracted"]
    assert [file.is_let_in for file in road.history(store, CALLS)][-2:] == [False, True]


def test_case_7_an_empty_file_or_one_of_a_header_alone_is_refused(store, tmp_path, calls):
    folder = tmp_path / "in"
    path = road.deliver(folder, CALLS, calls[0])
    header = path.read_bytes().split(b"\r\n")[0] + b"\r\n"
    for content in (b"", header, header[: len(header) // 2]):
        path.write_bytes(content)
        assert len(road.take_in(store, folder, CALLS)) == 1
        assert facts(store) == [[], [], []]


@pytest.mark.parametrize(("delimiter", "called"), [(";", "a semicolon"), ("\t", "a tab"), ("|", "a bar")])
def test_case_10_a_file_with_another_delimiter_is_refused_and_it_is_said_which(bookings, delimiter, called):
    content = written(BOOKINGS, bookings[0].rows, delimiter=delimiter)
    with pytest.raises(readers.FileUnreadable, match=f"parted by {called} where a comma is declared"):
        readers.read(BOOKINGS, content)


def test_case_10_a_trailing_delimiter_is_no_drift(bookings):
    lines = written(BOOKINGS, bookings[0].rows).decode().splitlines()
    content = "".join(f"{line},\r\n" for line in lines).encode()
    one, other = (readers.read(BOOKINGS, text) for text in (content, written(BOOKINGS, bookings[0].rows)))
    assert one.rows == other.rows
    assert one.faults == []


def test_case_47_birth_dates_that_are_the_day_of_the_event_stop_the_agency(store, tmp_path):
    weeks.send_history(tmp_path / "in")
    weeks.run(store, tmp_path / "in", tmp_path / "out", weeks.LAST_WEEK)
    weeks.send_week(tmp_path / "in", weeks.THIS_WEEK, calls=the_calls_day)
    result = weeks.run(store, tmp_path / "in", tmp_path / "out", weeks.THIS_WEEK)
    [line] = result.refusals
    assert "[riverton_police]" in line
    assert "32 of 32 birth dates in [DOB] are the day in [CallReceived] of the same row" in line
    states = {state["agency"]: state["status"] for state in county.published(tmp_path / "out")["sources"]}
    assert (states["riverton_police"], states["riverton_county_jail"]) == ("stopped", "complete")
    report = (tmp_path / "out" / "run_report.html").read_text(encoding="utf-8")
    assert "[DOB] are the day in [CallReceived]" in report


def test_case_47_days_that_are_in_no_other_column_are_told_by_how_young_people_would_be(bookings):
    told = found(
        BOOKINGS, bookings, lambda rows: [row | {"DOB": f"202609{1 + n % 28:02}"} for n, row in enumerate(rows)]
    )
    assert [(one.kind, one.is_refusing) for one in told if one.is_refusing] == [("births_too_young", True)]
