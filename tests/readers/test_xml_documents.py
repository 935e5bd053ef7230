"""Are XML documents read by declared paths, references followed, and is nothing expanded, fetched or repaired?"""

import json
import re
import time
from dataclasses import replace

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.readers import About, FileUnreadable, blanked, flatten, read, rows_of, salvage
from pipeline.readers.xml_documents import DEEPEST, MOST_ELEMENTS
from pipeline.synthetic.writers import file_bytes
from tests.readers.niem import (
    ANN,
    CALL,
    CALLS,
    COLUMNS,
    DOCUMENTS,
    EVALUATION,
    EVALUATIONS,
    NIL,
    PATHS,
    REPORTS,
    SHARED,
    booking,
    document,
    person,
    report,
)
from tests.readers.samples import columns, faults

BEN = {"first": "Ben", "last": "Quill", "born": "1975-12-24"}
CANARY = "CANARYNAME"
MANY = 6_000


def test_a_booking_reaches_its_person_by_reference():
    content = document(report(), report("B2", of="P2", **BEN))
    assert columns(REPORTS, content) == [ANN, ANN | BEN | {"booking": "B2"}]
    assert [line for line, _ in read(REPORTS, content).rows] == [3, 18]


def test_a_reference_is_nil_itself_as_niem_wants_it_and_says_nothing_about_the_person():
    nil = report().replace('<nc:RoleOfPerson s:ref="P1"/>', f'<nc:RoleOfPerson s:ref="P1" {NIL}/>')
    assert columns(REPORTS, document(nil)) == [ANN]


def test_an_element_with_content_of_its_own_is_what_it_says_whatever_it_refers_to():
    both = (
        report()
        .replace("<j:Booking>", '<j:Booking s:ref="add">')
        .replace("<j:BookingSubject>", '<j:BookingSubject s:ref="add">')
    )
    assert columns(REPORTS, document(both)) == [ANN]


def test_ids_are_those_of_the_row_first_because_every_report_counts_its_own_persons():
    content = document(report(of="P1"), report("B2", of="P1", **BEN))
    assert [row["first"] for row in columns(REPORTS, content)] == ["Ann", "Ben"]


def test_an_id_of_the_row_itself_comes_before_the_same_id_outside_of_rows():
    content = document(person("P1", **BEN), report(of="P1"), person("P1", **BEN))
    assert [row["first"] for row in columns(REPORTS, content)] == ["Ann"]


def test_a_person_within_another_row_is_not_reached():
    inside = booking("B1").replace('<nc:RoleOfPerson s:ref="P1"/>', f"<nc:RoleOfPerson>{person()}</nc:RoleOfPerson>")
    content = document(inside, booking("B2", of="P1"))
    assert [fault for _, fault in faults(read(SHARED, content))] == ["no_such_id"]


def test_bookings_may_share_a_person_who_stands_before_or_after_them():
    content = document(person("P2", **BEN), booking(), booking("B2", of="P2"), booking("B3", of="P2"), person("P1"))
    assert [(row["booking"], row["first"]) for row in columns(SHARED, content)] == [
        ("B1", "Ann"),
        ("B2", "Ben"),
        ("B3", "Ben"),
    ]


def test_a_person_written_in_place_is_read_as_one_that_is_referred_to():
    inside = person().replace("nc:Person s:id", "nc:RoleOfPerson s:id").replace("</nc:Person>", "</nc:RoleOfPerson>")
    assert columns(REPORTS, document(report().replace('<nc:RoleOfPerson s:ref="P1"/>', inside))) == [ANN]


def test_prefixes_are_the_files_own_and_only_the_namespace_counts():
    other = document(report())
    for ours, theirs in ((b"nc", b"core"), (b"s", b"structures")):
        other = re.sub(rb"(?<![\w:])%b:(?!/)" % ours, theirs + b":", other).replace(b":%b=" % ours, b":%b=" % theirs)
    assert columns(REPORTS, other) == [ANN]
    assert b"<nc:" not in other
    with pytest.raises(FileUnreadable, match=r"no element \[ext:BookingReport\] of the declared namespace"):
        read(REPORTS, document(report()).replace(b"exchange/1.0", b"exchange/2.0"))


def test_several_values_are_joined_by_blanks_through_two_references():
    more = '<j:Arrest s:ref="A1"/><j:Arrest s:ref="A2"/>'
    charge = "<j:Charge s:id='C{0}'><j:ChargeDescriptionText>{1}</j:ChargeDescriptionText></j:Charge>"
    arrests = "".join(f"<j:Arrest s:id='A{n}'><j:ArrestCharge s:ref='C{n}'/></j:Arrest>" for n in (1, 2))
    charges = charge.format(1, "Trespass") + charge.format(2, "Theft")
    content = document(report(more=more).replace("</ext:BookingReport>", arrests + charges + "</ext:BookingReport>"))
    assert [row["charges"] for row in columns(REPORTS, content)] == ["Trespass Theft"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("<nc:PersonGivenName>\n\t Ann \n  Marie\n</nc:PersonGivenName>", "Ann Marie"),
        ("<nc:PersonGivenName><![CDATA[A & B]]></nc:PersonGivenName>", "A & B"),
        ("<nc:PersonGivenName>A&amp;B &#233;</nc:PersonGivenName>", "A&B é"),
        ("<nc:PersonGivenName>An<!-- not said -->n</nc:PersonGivenName>", "Ann"),
        ("<nc:PersonGivenName/>", ""),
        (f"<nc:PersonGivenName {NIL}/>", ""),
        ("", None),
    ],
)
def test_values_are_trimmed_and_nil_is_nothing(written, read_as):
    [row] = columns(REPORTS, document(report().replace("<nc:PersonGivenName>Ann</nc:PersonGivenName>", written)))
    assert row.get("first") == read_as


def test_an_evaluation_reaches_its_person_over_the_association_of_both():
    assert columns(EVALUATIONS, EVALUATION.encode()) == [
        {"patient": "R77", "on": "2026-10-30", "last": "Quill", "diagnosis": "Bipolar disorder"}
    ]


def test_a_call_of_n_dex_is_about_its_subject_and_never_about_its_victim():
    found = {"call": "26-9", "person": "S1", "nature": "SUICIDAL SUBJECT", "last": "Quill"}
    assert columns(CALLS, CALL.encode()) == [found]
    path = "ndexia:ActivityAugmentation/lexslib:SameAsDigestReference/nc:ActivityDescriptionText"
    layout = replace(CALLS.format, row="ndexia:ServiceCall", paths=dict.fromkeys(CALLS.format.paths, path))
    assert {*columns(replace(CALLS, format=layout), CALL.encode())[0].values()} == {"SUICIDAL SUBJECT"}


def test_a_condition_picks_one_of_several():
    layout = replace(REPORTS.format, paths=PATHS | {"first": "nc:Person[@s:id='P2']/nc:PersonName/nc:PersonGivenName"})
    both = report().replace("</ext:BookingReport>", person("P2", **BEN) + "</ext:BookingReport>")
    assert [row["first"] for row in columns(replace(REPORTS, format=layout), document(both))] == ["Ben"]


def test_a_reference_to_nobody_sets_the_row_aside_and_the_others_stay():
    content = document(report(), report("B2").replace('s:id="P1"', 's:id="P9"'), report("B3"))
    assert [fault for _, fault in faults(read(REPORTS, content))] == ["no_such_id"]
    assert [row["booking"] for row in columns(REPORTS, content)] == ["B1", "B3"]


@pytest.mark.parametrize(("count", "missing"), [(19, ()), (20, ("booking",))])
def test_an_element_that_all_of_many_rows_lack_is_missing_from_the_document(count, missing):
    assert read(REPORTS, document(*[report(number="")] * count)).missing_required == missing


def test_references_in_a_circle_end():
    circle = "<nc:Person s:id='P1' s:ref='P2'/><nc:Person s:id='P2' s:ref='P1'/>"
    assert [fault for _, fault in faults(read(SHARED, document(booking(), circle)))] == ["no_such_id"]


def test_any_encoding_that_the_document_names_is_read():
    text = document(report(first="Zoë")).decode()
    for encoding in ("windows-1252", "UTF-16", "ISO-8859-1"):
        content = text.replace("UTF-8", encoding).encode(encoding)
        assert [row["first"] for row in columns(REPORTS, content)] == ["Zoë"]


# --- what is no XML, or no harmless one ----------------------------------------------------------------------------


def lol(levels=9, each=10):
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * each if n else CANARY}">' for n in range(levels + 1)
    )  # 10^9 times
    return f"<!DOCTYPE x [{entities}]>\n"


def whole(head, text="&l9;"):
    return document(report(first=text), head=head)


def quadratic():
    return whole(f'<!DOCTYPE x [<!ENTITY l9 "{"x" * 100_000}">]>', "&l9;" * 10_000)


HARMFUL = {
    "a billion laughs": lambda: whole(lol()),
    "a billion laughs in an attribute": lambda: (
        whole(lol(), "Ann").replace(b'of="P1"', b"").replace(b"<nc:Person ", b'<nc:Person ext:note="&l9;" ')
    ),
    "a quadratic blowup": quadratic,
    "a file read as an entity": lambda: whole(f'<!DOCTYPE x [<!ENTITY l9 SYSTEM "{CANARY}">]>'),
    "a host asked for an entity": lambda: whole('<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>'),
    "a parameter entity": lambda: whole('<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>', "Ann"),
    "a DTD elsewhere": lambda: whole('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "Ann"),
    "elements too deep": lambda: document("<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1), report()),
    "elements far too deep": lambda: document("<a>" * 100_000 + "</a>" * 100_000, report()),
    "a row without end": lambda: document(report(more="<j:X/>" * (MOST_ELEMENTS + 1))),
    "a person without end": lambda: document(
        report(), f"<nc:Person s:id='P9'>{'<j:X/>' * (MOST_ELEMENTS + 1)}</nc:Person>"
    ),
    "a name of 20 million letters": lambda: document(report(first="x" * 20_000_000)),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_a_harmful_document_is_refused_in_one_line_soon_and_in_little_memory(what, tmp_path, monkeypatch):
    (tmp_path / CANARY).write_text(f"<secret>{CANARY}</secret>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    content = HARMFUL[what]()
    began = time.monotonic()
    with pytest.raises(FileUnreadable) as refused:
        read(REPORTS, content)
    assert time.monotonic() - began < 5
    assert "ask" in str(refused.value) or "sent again" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


BROKEN = {
    "a comment before the declaration": (document(report(first=CANARY), head="<!-- x --><?xml version='1.0'?>\n"), 1),
    "cut off": (document(report(first=CANARY), report("B2"))[:-200], 28),
    "an end that does not fit": (document(report(first=CANARY)).replace(b"</nc:Person>", b"</nc:Persona>"), 16),
    "an ampersand": (document(report(first=f"{CANARY} & Co")), 14),
    "two documents": (document(report(first=CANARY)) * 2, 19),
    "a control character": (document(report(first=f"{CANARY}\x01")), 14),
    "a prefix of no namespace": (document(report(first=CANARY)).replace(b"<j:Booking>", b"<k:Booking>", 1), 5),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_document_that_is_no_xml_is_refused_with_its_place_and_without_a_value(what):
    content, line = BROKEN[what]
    with pytest.raises(FileUnreadable, match=f"not well-formed XML at line {line}, column") as refused:
        read(REPORTS, content)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("what", BROKEN)
def test_where_a_file_is_one_row_it_is_set_aside_as_that_row_and_still_found(what):
    content, line = BROKEN[what]
    reading = read(DOCUMENTS, content)
    [(at, code)] = faults(reading)
    assert (reading.row_count, at, code) == (1, 1, "not_xml")
    assert f"line {line}" in reading.faults[0].message
    assert CANARY not in reading.faults[0].message
    found = salvage(DOCUMENTS, json.loads(reading.rows[0][1]))
    assert found["booking"] == "B1"
    assert blanked(DOCUMENTS, content, {1}).strip() == b""


# --- rows taken out, written, streamed -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "windows-1252"])
def test_a_row_taken_out_leaves_the_others_and_their_lines(encoding):
    text = document(report(), report("B2", of="P2", **BEN), report("B3", first="Zoë")).decode()
    content = text.replace("UTF-8", encoding).encode(encoding)
    before = read(REPORTS, content).rows
    left = blanked(REPORTS, content, {before[1][0]})
    after = read(REPORTS, left).rows
    assert [line for line, _ in after] == [before[0][0], before[2][0]]
    assert [flatten(REPORTS, json.loads(payload)) for _, payload in after] == [
        flatten(REPORTS, json.loads(payload)) for _, payload in (before[0], before[2])
    ]
    assert b"Quill" not in left
    assert b"B2" not in left


def test_a_person_goes_with_her_last_booking_and_stays_with_another():
    alias = "<nc:Identity s:id='I1'><nc:PersonSurName>Alias</nc:PersonSurName></nc:Identity>"
    content = document(person("P1"), person("P2", **BEN), alias, booking(), booking("B2", of="P2"), booking("B3", "P2"))
    lines = [line for line, _ in read(SHARED, content).rows]
    without_one = blanked(SHARED, content, {lines[1]})
    assert [row["booking"] for row in columns(SHARED, without_one)] == ["B1", "B3"]
    assert b"Quill" in without_one
    without_both = blanked(SHARED, content, {lines[1], lines[2]})
    assert [row["first"] for row in columns(SHARED, without_both)] == ["Ann"]
    assert b"Quill" not in without_both
    assert b"Alias" not in without_both


def test_of_a_document_without_its_last_row_only_lines_are_left():
    content = document(report(), report("B2"))
    left = blanked(REPORTS, content, {line for line, _ in read(REPORTS, content).rows})
    assert left == b"\n" * content.count(b"\n")
    assert read(REPORTS, left).rows == []


NAMES = st.text("abc<>&\"' é\u2028", min_size=1, max_size=8)
MADE_UP = st.lists(st.fixed_dictionaries({column.name: NAMES for column in COLUMNS}), min_size=1, max_size=4)


@given(rows=MADE_UP)
def test_what_is_written_is_read_again(rows):
    collapsed = [{name: " ".join(text.split()) for name, text in row.items()} for row in rows]
    expected = [{name: text for name, text in row.items() if text} for row in collapsed]
    assert columns(REPORTS, file_bytes(REPORTS, collapsed, {})) == expected


@settings(max_examples=60)
@given(data=st.data())
def test_whichever_rows_are_taken_out_the_others_stay_to_the_letter(data):
    of = data.draw(st.lists(st.sampled_from(["P1", "P2", "P3"]), min_size=1, max_size=6))
    parts = [booking(f"B{n}", of=name) for n, name in enumerate(of)]
    parts += [person(name, first=f"First{name}") for name in ("P1", "P2", "P3")]
    content = document(*data.draw(st.permutations(parts)))
    rows = read(SHARED, content).rows
    gone = data.draw(st.sets(st.sampled_from([line for line, _ in rows])))
    left = blanked(SHARED, content, gone)
    assert read(SHARED, left).rows == [row for row in rows if row[0] not in gone]
    told = {flatten(SHARED, json.loads(payload))["first"] for line, payload in rows if line not in gone}
    assert all((name.encode() in left) == (name in told or not gone) for name in ("FirstP1", "FirstP2", "FirstP3"))


class Endless:
    """A document of so many bookings, made while it is read: it is nowhere as a whole."""

    def __init__(self, count):
        self.parts, self.count, self.at = document(report()).partition(report().encode()), count, 0

    def tell(self):
        return self.at

    def seek(self, place):
        self.at = place

    def read(self, size=-1):
        self.at += 1
        before, row, after = self.parts
        if self.at == 1:
            return before
        return row if self.at <= self.count + 1 else after if self.at == self.count + 2 else b""


def test_memory_does_not_grow_with_the_document():
    """A tree of all of them would be some 100 MB; libxml2 keeps it where tracemalloc does not look."""
    process = psutil.Process()
    sizes = [process.memory_info().rss for count in (50, MANY) for _ in rows_of(REPORTS, Endless(count), About())]
    assert len(sizes) == 50 + MANY
    assert max(sizes) - sizes[49] < 10_000_000
