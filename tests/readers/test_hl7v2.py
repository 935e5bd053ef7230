"""Are HL7 v2 messages read by their own delimiters, whatever ends their lines, and is nothing guessed?"""

import json
import time
from io import BytesIO

import pytest
from hl7apy.parser import parse_segment
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.hl7_paths import parse_path
from pipeline.readers import About, FileUnreadable, blanked, flatten, hl7v2, read, rows_of, salvage
from pipeline.readers.er7 import Message, unescaped
from pipeline.synthetic.writers import file_bytes
from tests.readers.hl7_messages import feed, file_of, message, mrg, msh, pid, pv1
from tests.readers.samples import columns, faults

PATIENTS, VISITS, MERGES = (feed(name) for name in ("patients", "visits", "merges"))
TWO = file_of(message("A04"), message("A03", pid(), pv1(ended="20261101120000-0700")))


def patient(*segments, **header):
    """What does the one message of a file say of a patient?"""
    return columns(PATIENTS, file_of(message("A31", *segments, **header)))[0]


# --- what a file may look like --------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_segments_may_end_in_cr_lf_or_both_and_a_byte_order_mark_may_stand_first(line_end, mark):
    content = mark + TWO.replace(b"\r", line_end.encode())
    reading = read(PATIENTS, content)
    assert ([line for line, _ in reading.rows], reading.faults) == ([1, 5], [])
    assert [row["event"] for row in columns(PATIENTS, content)] == ["A04", "A03"]


def test_block_characters_of_mllp_and_blank_lines_are_no_part_of_a_message():
    blocks = b"".join(b"\x0b" + file_of(one) + b"\x1c\r" for one in (message("A04"), message("A03")))
    assert [line for line, _ in read(PATIENTS, b"\r\n" + blocks).rows] == [2, 7]
    assert columns(PATIENTS, blocks) == columns(PATIENTS, file_of(message("A04"), message("A03")))


def test_envelopes_of_a_batch_are_no_messages():
    batch = b"FHS|^~\\&|EHR\rBHS|^~\\&|EHR\r" + TWO + b"BTS|2\rFTS|1\r"
    assert read(PATIENTS, batch).rows == [(line + 2, payload) for line, payload in read(PATIENTS, TWO).rows]


@pytest.mark.parametrize(
    ("told", "is_right"), [("2", True), ("02", True), ("", True), ("two", True), ("3", False), ("9" * 5_000, False)]
)
def test_a_batch_that_lost_a_message_says_so(told, is_right):
    batch = b"BHS|^~\\&|EHR\r" + TWO + f"BTS|{told}\r".encode()
    assert faults(read(PATIENTS, batch)) == ([] if is_right else [(10, "wrong_segments")])
    assert faults(read(VISITS, batch)) == []


def test_a_file_without_one_message_is_refused_as_a_whole():
    for content in (b"PID|1||P1\rPV1|1|E\r", b"last,first\nLEE,ANN\n", b"<ADT_A01/>"):
        with pytest.raises(FileUnreadable, match="no line of it begins a message"):
            read(PATIENTS, content)
    assert read(PATIENTS, b"\r\n\r\n").row_count == 0


# --- case 24: what a message must have ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("\r".join((msh("A01"), pid())), "wrong_segments"),
        (message("A01", pv1(), "PV2||"), "wrong_segments"),
        (message("A01", pid(), pid("P2"), pv1()), "wrong_segments"),
        (message("A40", pid(), pv1()), "wrong_segments"),
        (message("A01", pid(name="LEE^ANN\rQ"), pv1()), "wrong_segments"),
        (message("A01") + "\x1c\x0b" + msh("A03"), "wrong_segments"),
        (message("A01").replace(r"|^~\&|", "|^^^^|"), "wrong_segments"),
        (message("A01").replace(r"|^~\&|", "|^~|"), "wrong_segments"),
        (message("A01", version="3.0"), "wrong_version"),
        (message("A01", version=""), "wrong_version"),
        (message("A01", kind="ORU"), "wrong_resource"),
        (message(""), "unknown_code"),
        (message("A01", charset="UNICODE UTF-8").replace("ANN", "ANN\udcff"), "wrong_encoding"),
    ],
    ids=[
        "two segments", "no PID", "two PID", "a merge without MRG", "a line break in a name", "two on a line",
        "delimiters that are one", "delimiters missing", "unknown version", "no version", "no ADT", "no event",
        "bytes of no character",
    ],
)  # fmt: skip
def test_a_broken_message_is_set_aside_and_the_others_stay(broken, fault):
    first, last = message("A04"), message("A03")
    content = "\r".join((first, broken, last, "")).encode(errors="surrogateescape")
    assert faults(read(PATIENTS, content)) == [(5, fault)]
    assert [row["event"] for row in columns(PATIENTS, content)] == ["A04", "A03"]


def test_what_stands_before_the_first_message_is_set_aside_as_one_row():
    reading = read(PATIENTS, b"ZZZ|1\rhello\r" + TWO)
    assert (faults(reading), reading.row_count) == ([(1, "wrong_segments")], 3)


def test_a_fault_tells_nothing_of_the_person():
    reading = read(PATIENTS, file_of(message("A01", pid("CANARY1", "CANARY2^ANN"), "CANARY3")))
    assert reading.faults
    assert "CANARY" not in repr(reading.faults)


# --- what a message says --------------------------------------------------------------------------------------------


def test_a_message_says_who_the_patient_is():
    assert patient() == {
        "event": "A31",
        "sent_at": "20261101100000-0700",
        "patient_id": "P1",
        "last_name": "LEE",
        "first_name": "ANN",
        "middle_name": "Q",
        "suffix": "",
        "other_last_names": "LEE",
        "birth_date": "19900131",
        "sex": "F",
        "street": "12 CEDAR ST",
        "city": "RIVERTON",
        "state": "CO",
        "postcode": "80501",
        "phone": "303-555-0134",
        "ssn": "523114321",
    }


def test_the_legal_name_counts_wherever_it_stands_and_no_name_is_mixed_of_two():
    said = patient(pid(name="ANNIE&&&&LEE^ANN^Q^JR^^^D~QUILL^BEA^^^^^L"), pv1())
    assert (said["last_name"], said["first_name"], said["middle_name"]) == ("QUILL", "BEA", "")
    assert said["other_last_names"] == "ANNIE|QUILL"


def test_a_phone_in_parts_is_put_together():
    assert patient(pid(phone="^PRN^PH^^^303^5550134"), pv1())["phone"] == "303 5550134"


def test_delimiters_are_those_that_the_message_names():
    usual = message("A31", pid(name="LEE^ANN^Q"), pv1())
    odd = usual.replace("~", "@").replace("\\", "~").replace("^", "!").replace("|", "*")
    assert columns(PATIENTS, file_of(odd)) == columns(PATIENTS, file_of(usual))


def test_what_is_left_out_is_told_apart_from_what_is_gone():
    assert "phone" not in patient(pid(phone=""), pv1())
    assert patient(pid(phone='""'), pv1())["phone"] == ""


def test_msh_18_counts_more_than_the_declared_encoding():
    name = "MUÑOZ^ZOË"
    for charset, encoding in (("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("", "utf-8")):
        content = message("A31", pid(name=name), pv1(), charset=charset).encode(encoding)
        assert columns(PATIENTS, content)[0]["last_name"] == "MUÑOZ"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"A\F\B\S\C\T\D\R\E\E\F", "A|B^C&D~E\\F"),
        (r"\X41C3A9\ ", "Aé "),
        (r"one\.br\two \H\loud\N\ ", "one two loud "),
        (r"\Zlocal\ C:\dir", "\\Zlocal\\ C:\\dir"),
        (r"\X4\ \XZZ\ ", r"\X4\ \XZZ\ "),
        ("no escape", "no escape"),
    ],
)
def test_escape_sequences_are_undone_and_others_stay(written, meant):
    assert unescaped(written) == meant


def test_an_escaped_delimiter_in_a_name_takes_nothing_apart():
    assert patient(pid(name=r"LEE\T\SONS\S\X^ANN"), pv1())["last_name"] == "LEE&SONS^X"


def test_a_feed_of_some_events_reads_those_alone():
    content = file_of(message("A04"), message("A31"), message("A40", pid(), mrg()), message("A03"))
    assert [line for line, _ in read(PATIENTS, content).rows] == [1, 5, 11, 13]
    assert [line for line, _ in read(VISITS, content).rows] == [1, 13]
    assert columns(MERGES, content) == [
        {"event": "A40", "sent_at": "20261101100000-0700", "old_patient_id": "P2", "patient_id": "P1"}
    ]


def test_a_visit_without_a_number_is_known_by_its_patient_and_beginning():
    [said] = columns(VISITS, file_of(message("A04", pid(), pv1(visit=""))))
    assert said["visit_id"] == "P1|20261101093000-0700"


def test_a13_makes_the_discharge_blank_whatever_it_says():
    [said] = columns(VISITS, file_of(message("A13", pid(), pv1(ended="20261101120000-0700"))))
    assert said["ended_at"] == ""


# --- written and read back ------------------------------------------------------------------------------------------


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters='"'), max_size=12)


@given(data=st.data())
def test_what_is_written_is_read_back(data):
    once = [column.name for column in PATIENTS.columns if column.name != "other_last_names"]
    rows = [{column.name: "" for column in PATIENTS.columns} | {name: data.draw(TEXTS) for name in once} for _ in "12"]
    rows = [
        row | {"event": "A31", "sent_at": "20261101100000-0700", "patient_id": f"P{n}"} for n, row in enumerate(rows)
    ]
    content = file_bytes(PATIENTS, rows, {})
    assert [{name: row.get(name, "") for name in once} for row in columns(PATIENTS, content)] == [
        {name: row[name] for name in once} for row in rows
    ]


# --- sealing --------------------------------------------------------------------------------------------------------


def test_a_message_taken_out_leaves_the_others_on_their_lines():
    content = b"BHS|^~\\&|EHR\r\n" + TWO.replace(b"\r", b"\r\n") + b"BTS|2\r\n"
    left = blanked(PATIENTS, content, {2})
    assert read(PATIENTS, left).rows == read(PATIENTS, content).rows[1:]
    assert (left.count(b"A04"), len(left.splitlines())) == (0, len(content.splitlines()))
    assert read(PATIENTS, left).faults == []


def test_a_message_set_aside_still_says_whose_it_is():
    [(_, payload)] = read(PATIENTS, file_of(message("A01", pid(), "PID2"))).rows
    assert salvage(PATIENTS, json.loads(payload))["patient_id"] == "P1"


# --- bounded --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", ["|", "^", "~", "&", "\\", "\r", "A", '"', "\\X41"])
def test_a_hostile_message_takes_no_time_to_speak_of(char):
    content = file_of(message("A01", pid(name=char * (500_000 // len(char))), pv1()))
    started = time.perf_counter()
    for _, payload in read(PATIENTS, content).rows:
        flatten(PATIENTS, json.loads(payload))
    assert time.perf_counter() - started < 5


def test_a_message_beyond_all_bounds_is_set_aside_and_not_held(monkeypatch):
    monkeypatch.setattr(hl7v2, "LONGEST_MESSAGE", 2_000)
    endless = file_of(
        message("A01", pid(), "OBX|1|ED|" + "A" * 9_000), message("A01", pid(), *["NTE|1"] * 900), message("A03")
    )
    rows = list(rows_of(PATIENTS, BytesIO(endless), About()))
    found = [(row.line_number, row.fault and row.fault.fault_code.value) for row in rows]
    assert found == [(1, "too_long"), (5, "too_long"), (908, None)]
    assert all(len(row.payload) < 12_000 for row in rows)


# --- against hl7apy -------------------------------------------------------------------------------------------------

PARTS = st.text(st.characters(codec="latin-1", exclude_characters='|^~\\&"', categories=("L", "N", "P")), max_size=6)
NAMES = st.lists(st.tuples(*[PARTS] * 4), min_size=1, max_size=3)


@given(names=NAMES)
def test_hl7apy_takes_a_segment_apart_the_same_way(names):
    line = "PID|1||P1||" + "~".join("^".join(parts) for parts in names) + "||19900131"
    theirs = parse_segment(line, version="2.5.1")
    ours = Message([msh(), line])
    for number, _ in enumerate(names, start=1):
        for component in (1, 2, 3, 4):
            said = ours.at(parse_path(f"PID-5[{number}].{component}")) or ""
            found = getattr(getattr(theirs, "pid_5")[number - 1], f"xpn_{component}")  # noqa: B009 -- made at run time
            assert said == (found.to_er7() if len(found) else "").strip()
