"""What becomes of dates, numbers and addresses as they come in the wild? One test for each of the inputs 41 to 59."""

import pandas as pd
import pytest

import linkage
from expectations.feeds import check_rows
from pipeline.agencies import load_agencies
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Kind
from pipeline.contract.moments import parse_date, parse_moment, parse_time
from pipeline.dry_run import check_files
from pipeline.review.items import find_items
from tests.cases.people import (
    BOOKING,
    BOOKINGS,
    CALL,
    CALLS,
    RESPONSES,
    compared,
    how_many_people,
    people_of_bookings,
    people_of_calls,
    people_of_cases,
    people_of_patients,
    told,
    weight,
)
from tests.linkage.households import made_up_town
from tests.review.drawn import asked, evidence
from tests.road import county
from tests.standardize.rows import FEEDS, by_key, moment, said

DAY_FORMATS = {
    f"{agency.name}.{feed.name}.{column.name}": column.formats
    for agency in load_agencies()
    for feed in agency.feeds
    for column in feed.columns
    if column.kind is Kind.DATE
}
AGENCIES = {agency.name: agency for agency in load_agencies()}
HOME = {"ADDRESS": "12 CEDAR ST", "CITY": "RIVERTON", "STATE": "CO", "ZIP": "80501", "SEX": "M"}


def births_in_calls(*texts):
    return told(people_of_calls(*({"DOB": text} for text in texts)), "birth_date")


def births_in_cases(*texts):
    return told(people_of_cases(*({"dob": text} for text in texts)), "birth_date")


def births_of_patients(*texts):
    return told(people_of_patients(*({"birthDate": text} for text in texts)), "birth_date")


def test_case_41_a_placeholder_for_a_birth_date_is_missing_and_never_agreed_on():
    assert births_in_calls("01/01/1900", "01/01/1901", "01/02/1907", "11/07/1911") == [None, None, None, "1911-11-07"]
    assert births_in_cases("1900-01-01", "123.0") == [None, None]
    nobody_knows = HOME | {"DOB": "19000101"}
    two = people_of_bookings(nobody_knows, nobody_knows | {"MIDDLE_NAME": "A"})
    assert compared("birth_date", two) is None
    assert weight(two) < weight(people_of_bookings(HOME, HOME | {"MIDDLE_NAME": "A"}))


def test_case_42_a_partial_birth_date_is_compared_on_the_parts_that_are_known():
    assert births_of_patients("1964-10", "1964", "1982-02-XX", "19XX") == ["1964-10", "1964", None, None]
    whole, month, year, other = ({"birthDate": text} for text in ("1964-10-12", "1964-10", "1964", "1971"))
    assert compared("birth_date", people_of_patients(whole, month)) == "day and month exchanged, or day not known"
    assert compared("birth_date", people_of_patients(whole, year)) == "year agrees, rest not known"
    assert compared("birth_date", people_of_patients(whole, other)) == "different"


IMPOSSIBLE = ("Missing, but age 23", "19X65-09-01", "172-0826", "11/11/1897", "11-7-2153", "11/07/2153")


def test_case_43_an_impossible_birth_date_costs_the_value_and_not_the_row(store, tmp_path):
    rows = [{"IncidentNo": f"26-{number}", "DOB": text} for number, text in enumerate(IMPOSSIBLE)]
    county.calls(tmp_path / "in", {"IncidentNo": "26-9"}, *rows)
    county.run(store, tmp_path / "in", tmp_path / "out")
    counts = county.accounting(store)["riverton_police"]
    assert (counts["accepted"], counts["quarantined"], counts["dropped_values"]) == (7, 0, 4)
    assert births_in_calls(*IMPOSSIBLE) == [None] * len(IMPOSSIBLE)


@pytest.mark.parametrize("text", ["08-MAY-67", "9-10-2015", "04-28-19", "12/1417", "1967", "May 8, 1967", "1967-5-8"])
def test_case_44_a_day_not_written_as_agreed_is_missing_in_every_feed(text):
    partial = {name for name, formats in DAY_FORMATS.items() if "%Y" in formats}
    read = {name for name, formats in DAY_FORMATS.items() if parse_date(text, formats) is not None}
    assert read == (partial if text == "1967" else set())
    assert births_in_calls(text) == [None]


@pytest.mark.parametrize("text", ["12/1417", "4/34/17", "02/34/17", "02/30/2026", "1990", "NA"])
def test_case_45_a_day_the_calendar_lacks_is_rejected_and_never_invented(text):
    _, feed = FEEDS[CALLS]
    rows = pd.DataFrame([CALL | {"CallReceived": f"{text} 10:00", "row_id": 7}, CALL | {"row_id": 8}])
    [fault] = [found for found in check_rows(feed, rows).findings if found.column == "CallReceived"]
    assert (fault.fault_code, fault.row_ids, fault.severity) == (RowFault.BAD_DATE, (7,), "critical")
    assert said(CALLS, CALL | {"CallReceived": f"{text} 10:00"}).encounters.empty


def test_case_46_day_and_month_exchanged_agree_in_part_and_are_not_equal():
    booked, called = people_of_bookings({"DOB": "19800405"} | HOME), people_of_calls({"DOB": "05/04/1980"})
    right = people_of_calls({"DOB": "04/05/1980"})
    assert compared("birth_date", booked, called) == "day and month exchanged, or day not known"
    assert compared("birth_date", booked, right) == "equal"
    assert how_many_people(booked, called) == 1


def test_case_47_a_birth_date_on_the_rows_own_day_is_missing():
    assert births_in_calls("11/06/2026", "11/05/2026") == [None, "2026-11-05"]


def test_case_48_a_local_time_and_one_with_an_offset_are_one_moment_and_the_text_is_kept():
    texts = ("2026-11-06T21:15:00-07:00", "2026-11-07T04:15:00Z", "2026-11-06T21:15")
    met = {"first_name": "Martin", "last_name": "Quill"}
    found = said(RESPONSES, *(met | {"response_id": text, "occurred_at": text} for text in texts)).encounters
    assert moment(found) == dict.fromkeys(texts, "2026-11-07 04:15")
    assert by_key(found, "occurred_text") == {text: text for text in texts}


def test_case_49_a_time_told_twice_or_skipped_by_the_clocks_is_decided_one_way():
    texts = ("11/01/2026 01:30", "03/08/2026 02:30")
    found = said(CALLS, *(CALL | {"PersonNo": text, "CallReceived": text} for text in texts)).encounters
    assert list(moment(found).values()) == ["2026-11-01 07:30", "2026-03-08 09:30"]
    assert list(by_key(found, "occurred_text").values()) == list(texts)
    offsets = {"+02:15": True, "+14:00": True, "+14:01": False, "-19:00": False, "+02:75": False}
    read = {one: parse_moment(f"2026-11-06T21:15{one}", ("iso",), "America/Denver") is not None for one in offsets}
    assert read == offsets


def test_case_50_day_and_time_in_two_columns_are_joined_and_a_filler_is_missing():
    times = {"2215": "05:15", "0005": "07:05", "333333": "07:00", "2875": "07:00", "10:30a": "07:00", "": "07:00"}
    rows = (BOOKING | {"BOOKING_NO": text, "BOOK_DT": "20261106", "BOOK_TM": text} for text in times)
    found = moment(said(BOOKINGS, *rows).encounters)
    assert {text: at[-5:] for text, at in found.items()} == times
    assert found["2215"] == "2026-11-07 05:15"
    read = {text: parse_time(text, ("%H:%M %p",)) for text in ("22:15 PM", "28:15 PM")}
    assert [bool(at) for at in read.values()] == [True, False]


def test_case_51_what_lies_ahead_or_long_ago_counts_for_nothing(store, tmp_path):
    days = ("11/10/2026", "12/24/2026", "01/01/2153", "06/01/1968")
    rows = [{"IncidentNo": f"26-{n}", "CallReceived": f"{day} 10:00"} for n, day in enumerate(days)]
    county.calls(tmp_path / "in", *rows)
    county.run(store, tmp_path / "in", tmp_path / "out")
    [entry] = county.published(tmp_path / "out")["entries"]
    counted = {reason["factor"]: reason["points"] for reason in entry["reasons"]}
    assert counted == {"crisis_calls_past_30_days": 8, "crisis_calls_past_365_days": 2, "calls_past_90_days": 1}
    assert all("on 10 Nov 2026" in reason["sentence"] for reason in entry["reasons"])


NUMBERS = {
    "523-11-4321": "523114321",
    "540-12- 2324": "540122324",
    "4321": "4321",
    "XXXXX1234": "1234",
    **dict.fromkeys(("999-99-9999", "123-45-6789", "000-12-3456", "912-34-5678", "888888"), None),
    **dict.fromkeys(("xxx021232", "4i18-72-0917", "9f86d081884c7d659a2feaa0c55ad015"), None),
}


def test_case_52_a_social_security_number_is_whole_partial_or_missing():
    found = people_of_bookings(*({"SSN": text} for text in NUMBERS))
    assert dict(zip(NUMBERS, told(found, "ssn"), strict=True)) == NUMBERS
    numbers = ("523 11 4321", "XXX-XX-4321", "611-22-3344")
    same, partial, other = (people_of_bookings(HOME | {"SSN": text}) for text in numbers)
    whole = people_of_bookings(HOME | {"SSN": "523-11-4321", "PHONE": "3035550134"})
    assert compared("ssn", whole, partial) == "last four digits agree"
    assert weight(whole, same) > weight(whole, partial) > weight(whole, other)


def test_case_53_a_shared_number_alone_links_nobody_and_a_conflict_is_asked_about():
    shared = {"SSN": "523-11-4321"}
    neighbour = shared | {"FIRST_NAME": "HAROLD", "LAST_NAME": "ABBOTT", "DOB": "19551130"}
    assert how_many_people(people_of_bookings(shared, neighbour)) == 2
    two_numbers = {"a": {"ssn": "523114321"}, "b": {"ssn": "611223344"}}
    assert asked(find_items(evidence("ab", "a-b:.99", told=two_numbers))) == [("conflicting identifiers", "a-b", "b")]


def test_case_54_the_senders_own_number_for_a_person_joins_and_parts_nobody():
    reused = {"FIRST_NAME": "HAROLD", "LAST_NAME": "ABBOTT", "DOB": "19551130", "NAME_NO": "N1"}
    assert how_many_people(people_of_bookings({"NAME_NO": "N1"}, reused)) == 2
    assert how_many_people(people_of_bookings(HOME | {"NAME_NO": "N1"}, HOME | {"NAME_NO": "N2"})) == 1


PHONES = {
    "303-555-0134 x12": "3035550134",
    "1 (303) 555-0134": "3035550134",
    "303-555-0134 / 303-555-0199": None,
    "555-0134": None,
    "000-000-0000": None,
}


def test_case_55_a_phone_nobody_can_call_is_missing_and_one_that_many_give_says_little():
    found = people_of_bookings(*({"PHONE": text} for text in PHONES))
    assert dict(zip(PHONES, told(found, "phone"), strict=True)) == PHONES
    town = made_up_town(2000, seed=5)
    seen_once = town.drop_duplicates("person_truth").tail(120)
    guests = seen_once.assign(phone="3035550100", street_address=None, ssn=None, record_id="X" + seen_once["record_id"])
    others = town[~town["person_truth"].isin(guests["person_truth"])]
    found = linkage.dedupe(pd.concat([others, guests]).drop(columns="person_truth")).clusters
    clusters = found[found["record_id"].str.startswith("X")]["cluster_id"]
    assert len(clusters) - clusters.nunique() <= 1


NO_HOME = ("TRANSIENT", "HOMELESS", "NFA", "GENERAL DELIVERY", "HARVEST SHELTER", "no fixed address")


def test_case_56_words_for_no_home_are_no_shared_address():
    found = people_of_bookings(*(HOME | {"ADDRESS": text} for text in NO_HOME))
    assert told(found, "street_address") == [None] * len(NO_HOME)
    two = people_of_bookings(HOME | {"ADDRESS": "TRANSIENT"}, HOME | {"ADDRESS": "TRANSIENT", "DOB": ""})
    assert compared("street_address", two) is None
    lines = ("PO BOX 12", "P.O. Box 12", "Post Office Box 12")
    assert told(people_of_bookings(*({"ADDRESS": text} for text in lines)), "street_address") == ["PO BOX 12"] * 3


def test_case_57_a_misspelt_place_is_no_other_real_place():
    spelt = {"Saint Louis": "ST LOUIS", "ST. LOUIS ": "ST LOUIS", "80501": None, "UNKNOWN": None}
    found = people_of_bookings(*({"CITY": text} for text in spelt))
    assert told(found, "city") == list(spelt.values())
    olathe, platte = (people_of_bookings(HOME | {"CITY": city, "ZIP": ""}) for city in ("OLATHE", "PLATTE"))
    assert compared("place", olathe, platte) == "only the state agrees"
    cut = people_of_bookings(HOME | {"STATE": "C"})
    assert compared("place", people_of_bookings(HOME | {"DOB": ""}), cut) == "postcode agrees"


COORDINATES = {
    "degrees": ("39.7392", "-104.9903"),
    "integers": ("397392001", "-1049903001"),
    "no sign": ("39.7392", "104.9903"),
    "nowhere": ("0.0", "0.0"),
    "blank": ("", ""),
    "no number": ("1 MAIN ST", "9" * 400),
}


def test_case_58_coordinates_are_no_evidence_and_change_nothing_whatever_they_hold(store, tmp_path):
    plain, placed = tmp_path / "plain", tmp_path / "placed"
    path = county.calls(plain, *({"IncidentNo": f"26-{number}"} for number in range(len(COORDINATES))))
    header, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    lines = [f"{header},Latitude,LONGITUDE"]
    lines += [",".join((row, *where)) for row, where in zip(rows, COORDINATES.values(), strict=True)]
    target = placed / path.relative_to(plain)
    target.parent.mkdir(parents=True)
    target.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    [told] = check_files(AGENCIES["riverton_police"], [target])
    assert (told.extra_columns, told.accepted, told.reasons) == (2, len(COORDINATES), ())
    entries = []
    for folder in (placed, plain):
        county.run(store, folder, tmp_path / "out")
        entries.append(county.published(tmp_path / "out")["entries"])
    assert entries[0] == entries[1] != []


def test_case_59_race_is_no_evidence_and_a_sex_not_known_is_no_disagreement():
    races = ("WHTE", "?", "W, I", "H", "D/R/N", "")
    marked = people_of_bookings(*({"RACE": text} for text in races))
    blank = people_of_bookings(*({"RACE": ""} for _ in races))
    pd.testing.assert_frame_equal(marked, blank)
    sexes = {"M": "M", "male": "M", "?": None, "U": None, "": None, "F": "F"}
    assert told(people_of_bookings(*({"SEX": text} for text in sexes)), "sex") == list(sexes.values())
    man, unknown, woman = (
        people_of_bookings(HOME | {"SEX": sex, "DOB": dob})
        for sex, dob in (("M", "19800405"), ("?", "19800406"), ("F", "19800406"))
    )
    assert compared("sex", man, unknown) is None
    assert weight(man, unknown) > weight(man, woman)
