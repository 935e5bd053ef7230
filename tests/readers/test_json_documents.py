"""Is a JSON document read object by object, from the declared list, and never by half?"""

import json
from dataclasses import replace
from io import BytesIO

import pytest

from pipeline.contract.declaration import JsonDocument
from pipeline.readers import About, FileUnreadable, blanked, read, rows_of
from tests.readers.other_layouts import LISTED, PATHS
from tests.readers.samples import columns, faults

ANN = {"permit": "P1", "name": {"family": "Lee", "given": "Ann"}, "birthDate": "19900131"}
BEN = {"permit": 2, "name": {"family": "Okafor", "given": "Ben"}, "birthDate": None}
AT_TOP = replace(LISTED, format=JsonDocument(paths=PATHS))


def listed(*rows, beside="{}"):
    return f'{{"total": 2, "last": {beside}, "data": {{"permits": {json.dumps(rows)}}}}}'.encode()


@pytest.mark.parametrize(
    ("feed", "content"),
    [
        (LISTED, listed(ANN, BEN)),
        (LISTED, b"\xef\xbb\xbf" + listed(ANN, BEN)),
        (AT_TOP, json.dumps([ANN, BEN], indent=2).encode()),
    ],
    ids=["a list below", "with a byte order mark", "the document itself"],
)
def test_each_object_of_the_list_is_a_row(feed, content):
    assert columns(feed, content) == [
        {"permit": "P1", "last": "Lee", "first": "Ann", "born": "19900131"},
        {"permit": "2", "last": "Okafor", "first": "Ben", "born": ""},
    ]
    assert [line for line, _ in read(feed, content).rows] == [1, 2]


def test_numbers_stay_as_they_are_written():
    content = b'{"data": {"permits": [{"permit": 1.10, "birthDate": 12345678901234567890}]}}'
    assert columns(LISTED, content) == [{"permit": "1.10", "born": "12345678901234567890"}]


def test_a_faulty_object_is_set_aside_and_the_others_go_on():
    twice = '{"permit": "P3", "permit": "CANARY"}'
    content = f'{{"data": {{"permits": [{json.dumps(ANN)}, 7, {twice}, {{"permit": {{"a": 1}}}}, {json.dumps(BEN)}]}}}}'
    reading = read(LISTED, content.encode())
    assert (reading.row_count, [line for line, _ in faults(reading)]) == (5, [2, 3, 4])
    assert "CANARY" not in " ".join(fault.message for fault in reading.faults)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (listed(ANN, BEN)[:-9], "cut off"),
        (b'{"data": {"people": []}}', r"no list of rows under \[data.permits\]"),
        (b'{"data": {"permits": {"permit": "P1"}}}', "no list of rows"),
        (json.dumps(ANN).encode() + b"\n" + json.dumps(BEN).encode(), "no JSON document"),
        (b"", "no JSON document"),
    ],
    ids=["cut off", "another name", "no list", "JSON lines", "empty"],
)
def test_what_is_no_such_document_is_refused_before_a_row_is_read(content, said):
    with pytest.raises(FileUnreadable, match=said):
        next(rows_of(LISTED, BytesIO(content), About()))


def test_a_sealed_object_is_taken_out_with_what_stands_beside_the_list_and_the_others_keep_their_places():
    content = listed(dict(ANN, permit="CANARY"), BEN, beside='{"seen": "CANARY"}')
    without = blanked(LISTED, content, {1})
    assert b"CANARY" not in without
    assert [line for line, _ in read(LISTED, without).rows] == [2]
    assert columns(LISTED, without) == columns(LISTED, content)[1:]


def test_a_document_without_a_needed_column_says_which():
    assert read(LISTED, listed({"name": {}})).missing_required == ("permit",)
