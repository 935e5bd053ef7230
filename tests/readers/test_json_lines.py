"""Are JSON lines read by name and path, numbers as they are written, and is nothing guessed?"""

import json

import pytest

from pipeline.readers import FileUnreadable, read
from pipeline.synthetic.writers import file_bytes
from tests.readers.other_layouts import OBJECTS
from tests.readers.samples import columns, faults

ANN = {"permit": "P1", "last": "Lee", "first": "Ann", "born": "19900131"}
WRITTEN = '{"permit": "P1", "name": {"family": "Lee", "given": "Ann"}, "birthDate": "19900131"}'


def lines(*texts):
    return "".join(f"{text}\n" for text in texts).encode()


def test_columns_lie_at_their_paths():
    assert columns(OBJECTS, b"\xef\xbb\xbf" + lines(WRITTEN)) == [ANN]
    assert columns(OBJECTS, lines('{"PERMIT": "P1", "NAME": {"FAMILY": "Lee"}}')) == [{"permit": "P1", "last": "Lee"}]


def test_a_name_of_another_year_is_read_too():
    assert columns(OBJECTS, lines('{"permit": "P1", "given_name": "Ann"}')) == [{"permit": "P1", "first": "Ann"}]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("12345678901234567890", "12345678901234567890"),
        ("1.10", "1.10"),
        ("1.23E+12", "1.23E+12"),
        ("true", "true"),
        ("null", ""),
        ('["Ann", "Q."]', "Ann Q."),
        ('" Ann "', "Ann"),
        ('""', ""),
    ],
)
def test_values_are_what_was_written(written, text):
    [row] = columns(OBJECTS, lines(f'{{"permit": "P1", "name": {{"given": {written}}}}}'))
    assert row["first"] == text


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ('{"permit": "P1"', "not_json"),
        ('["P1"]', "not_json"),
        ('{"permit": NaN}', "not_json"),
        ('{"permit": "P1", "permit": "P2"}', "wrong_shape"),
        ('{"permit": {"number": "P1"}}', "wrong_shape"),
        ('{"permit": ' + "[" * 400 + "]" * 400 + "}", "wrong_shape"),
        ('{"permit": "\\ud800"}', "wrong_encoding"),
    ],
)
def test_a_broken_line_is_set_aside_and_the_others_stay(broken, fault):
    content = lines(WRITTEN, broken, WRITTEN.replace("P1", "P3"))
    assert faults(read(OBJECTS, content)) == [(2, fault)]
    assert [row["permit"] for row in columns(OBJECTS, content)] == ["P1", "P3"]


def test_a_required_column_that_no_line_has_is_missing_from_the_file():
    assert read(OBJECTS, lines('{"number": "P1"}', '{"number": "P2"}')).missing_required == ("permit",)
    assert read(OBJECTS, lines('{"number": "P1"}', WRITTEN)).missing_required == ()


def test_a_file_without_one_object_is_refused_as_a_whole():
    with pytest.raises(FileUnreadable, match="no line of it is a JSON object"):
        read(OBJECTS, b"permit,last\nP1,LEE\n")
    with pytest.raises(FileUnreadable):
        read(OBJECTS, b"[" * 100_000)


def test_what_is_written_is_read_back():
    rows = [ANN, ANN | {"permit": "P2", "born": ""}]
    content = file_bytes(OBJECTS, rows, {})
    assert [{name: row.get(name, "") for name in ANN} for row in columns(OBJECTS, content)] == rows
    assert json.loads(content.splitlines()[0]) == json.loads(WRITTEN)
