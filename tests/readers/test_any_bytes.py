"""Whatever bytes arrive: is every row accounted for, and is nothing but FileUnreadable ever raised?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.declaration import Delimited
from pipeline.contract.fhir_r4 import ELEMENTS
from pipeline.readers import FileUnreadable, flatten, read
from tests.readers.broken import JUNK
from tests.readers.bundles import PATIENTS, bundle
from tests.readers.other_layouts import FIXED, OBJECTS, cards, line
from tests.readers.samples import FEEDS, PATIENT, REFERRALS, RESOURCES, ndjson, provider_feed, referrals, row

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


ALL_FEEDS = FEEDS | {"fixed width": FIXED, "JSON lines": OBJECTS, "Bundles": PATIENTS}


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


@settings(max_examples=150)
@given(entries=st.lists(VALUES | st.just({"resource": PATIENT}), max_size=4))
def test_any_shape_of_an_entry(entries):
    check_every_row_is_accounted_for(PATIENTS, bundle(*entries, {"resource": PATIENT}))


@settings(max_examples=100)
@given(junk=JUNK, place=st.integers(0, 300))
def test_bytes_put_anywhere_into_a_bundle(junk, place):
    content = bundle(PATIENT, PATIENT)
    check_every_row_is_accounted_for(PATIENTS, content[:place] + junk + content[place:])
