"""Whatever bytes arrive: is every row accounted for, and is nothing but FileUnreadable ever raised?"""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.declaration import Delimited
from pipeline.contract.fhir_r4 import ELEMENTS
from pipeline.readers import FileUnreadable, blanked, flatten, read
from tests.readers.broken import JUNK
from tests.readers.bundles import PATIENTS, bundle
from tests.readers.hl7_messages import hospital
from tests.readers.niem import DOCUMENTS, REPORTS, SHARED
from tests.readers.other_layouts import FIXED, OBJECTS, cards, line
from tests.readers.right_files import MESSAGES
from tests.readers.samples import FEEDS, PATIENT, REFERRALS, RESOURCES, ndjson, provider_feed, referrals, row
from tests.readers.workbooks import SHEETS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["2026-01-01", "Patient/p1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["coding", "code", "start", "value", "reference", "family", "given"]), inner)
    ),
    max_leaves=8,
)


def refuse_constant(name):
    raise ValueError(name)


def check_every_row_is_accounted_for(feed, content):
    try:
        reading = read(feed, content)
    except FileUnreadable:
        return
    lines = [line for line, _ in reading.rows]
    faulty = [fault.line_number for fault in reading.faults]
    assert reading.row_count == len(lines) == len(set(lines))
    assert lines == sorted(lines)
    assert len(set(faulty)) == len(faulty)
    assert set(faulty) <= set(lines)
    accepted = [payload for line, payload in reading.rows if line not in faulty]
    assert len(accepted) + len(faulty) == reading.row_count
    for payload in accepted:
        assert all(isinstance(text, str) for text in flatten(feed, json.loads(payload)).values())
    for _, payload in reading.rows:
        json.loads(payload, parse_constant=refuse_constant)
        payload.encode("utf-8")


ALL_FEEDS = FEEDS | {"fixed width": FIXED, "JSON lines": OBJECTS, "XML": REPORTS, "XML, one row a file": DOCUMENTS}
ALL_FEEDS |= {"XML with shared persons": SHARED, "workbook": SHEETS, "Bundles": PATIENTS}
ALL_FEEDS |= {f"HL7 v2 {one.name}": one for one in hospital().feeds}


@pytest.mark.parametrize("name", ALL_FEEDS)
@settings(max_examples=40)
@given(content=st.binary(max_size=400))
def test_any_bytes(name, content):
    check_every_row_is_accounted_for(ALL_FEEDS[name], content)


@settings(max_examples=100)
@given(found=st.dictionaries(st.sampled_from(["permit", "PERMIT", "name", "birthDate", "given_name"]), VALUES))
def test_any_shape_of_an_object(found):
    check_every_row_is_accounted_for(OBJECTS, ndjson(found, {"permit": "P2"}))


@settings(max_examples=100)
@given(junk=JUNK, place=st.integers(0, 120))
def test_bytes_put_anywhere_into_a_fixed_width_file(junk, place):
    content = cards(line(), line("P2"), line("P3"))
    check_every_row_is_accounted_for(FIXED, content[:place] + junk + content[place:])


@pytest.mark.parametrize("name", [name for name, feed in FEEDS.items() if isinstance(feed.format, Delimited)])
@settings(max_examples=60)
@given(junk=st.lists(JUNK, max_size=30))
def test_any_bytes_under_a_right_header(name, junk):
    feed = FEEDS[name]
    header = feed.format.delimiter.join(column.name for column in feed.columns).encode()
    check_every_row_is_accounted_for(feed, header + b"\n" + b"".join(junk))


@settings(max_examples=150)
@given(junk=JUNK, place=st.integers(0, 300))
def test_bytes_put_anywhere_into_a_right_file(junk, place):
    content = referrals(row(1), row(2, reason='"Worried, too"'), row(3))
    check_every_row_is_accounted_for(REFERRALS, content[:place] + junk + content[place:])


@pytest.mark.parametrize("name", RESOURCES)
@settings(max_examples=100)
@given(data=st.data())
def test_any_shape_of_any_element(name, data):
    resource = RESOURCES[name]
    element = data.draw(st.sampled_from(sorted(ELEMENTS[resource["resourceType"]] - {"resourceType"})))
    check_every_row_is_accounted_for(provider_feed(name), ndjson(resource | {element: data.draw(VALUES)}))


@settings(max_examples=100)
@given(junk=JUNK, place=st.integers(0, 300))
def test_bytes_put_anywhere_into_a_resource(junk, place):
    content = ndjson(PATIENT, PATIENT)
    check_every_row_is_accounted_for(provider_feed("patients"), content[:place] + junk + content[place:])


HL7_FILE = MESSAGES.replace(b"\n", b"\r")
SEGMENTS = HL7_FILE.split(b"\r")


def check_every_message_is_accounted_for(content):
    """Each feed accounts for its rows, and the one that takes all has at least one for every MSH."""
    for feed in hospital().feeds:
        check_every_row_is_accounted_for(feed, content)
    begun = [
        line for line, text in enumerate(content.splitlines(), 1) if re.match(rb"(\xef\xbb\xbf|[\x0b\x1c])*MSH", text)
    ]
    rows = [line for line, _ in read(hospital().feed("patients"), content).rows] if begun else []
    for start, following in pairwise([*begun, len(content.splitlines()) + 1]):
        assert any(start <= row < following for row in rows)  # a merge is known by the line of its PID


@settings(max_examples=200)
@given(junk=JUNK, place=st.integers(0, len(HL7_FILE)))
def test_bytes_put_anywhere_into_messages(junk, place):
    check_every_message_is_accounted_for(HL7_FILE[:place] + junk + HL7_FILE[place:])


@settings(max_examples=100)
@given(first=st.integers(0, len(HL7_FILE)), last=st.integers(0, len(HL7_FILE)))
def test_messages_cut_off_anywhere(first, last):
    check_every_message_is_accounted_for(HL7_FILE[first:last])


@settings(max_examples=100)
@given(order=st.permutations(SEGMENTS), line_end=st.sampled_from([b"\r", b"\n", b"\r\n", b"\x1c\r\x0b"]))
def test_segments_in_any_order(order, line_end):
    check_every_message_is_accounted_for(line_end.join(order))


@settings(max_examples=200)
@given(bits=st.lists(st.integers(0, 8 * len(HL7_FILE) - 1), max_size=20))
def test_bits_turned_over_anywhere(bits):
    content = bytearray(HL7_FILE)
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    check_every_message_is_accounted_for(bytes(content))


@settings(max_examples=100)
@given(taken=st.sets(st.integers(1, len(SEGMENTS))), line_end=st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_messages_taken_out_leave_the_others_as_they_were(taken, line_end):
    content, feed = HL7_FILE.replace(b"\r", line_end), hospital().feed("patients")
    rows = read(feed, content).rows
    left = blanked(feed, content, taken)
    assert read(feed, left).rows == [(line, payload) for line, payload in rows if line not in taken]
    assert len(left.splitlines()) == len(content.splitlines())


@settings(max_examples=150)
@given(entries=st.lists(VALUES | st.just({"resource": PATIENT}), max_size=4))
def test_any_shape_of_an_entry(entries):
    check_every_row_is_accounted_for(PATIENTS, bundle(*entries, {"resource": PATIENT}))


@settings(max_examples=100)
@given(junk=JUNK, place=st.integers(0, 300))
def test_bytes_put_anywhere_into_a_bundle(junk, place):
    content = bundle(PATIENT, PATIENT)
    check_every_row_is_accounted_for(PATIENTS, content[:place] + junk + content[place:])
