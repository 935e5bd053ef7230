"""Is fixed-width text read by its places, and never shifted?"""

from dataclasses import replace

import pytest

from pipeline.readers import FileUnreadable, read
from pipeline.synthetic.writers import file_bytes
from tests.readers.other_layouts import FIXED, cards, line
from tests.readers.samples import columns, faults

ANN = {"permit": "P1", "last": "LEE", "first": "ANN", "born": "19900131"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("last_line_end", ["", "\n", "\r\n\r\n"])
def test_columns_stand_at_their_places_whatever_ends_the_lines(line_end, last_line_end):
    content = cards(line(), line("P2", "ÖZDEMİR".replace("İ", "I"), ""), line_end=line_end, last_line_end=last_line_end)
    assert columns(FIXED, content) == [ANN, ANN | {"permit": "P2", "last": "ÖZDEMIR", "first": ""}]


def test_blanks_trimmed_at_the_end_are_no_fault():
    assert columns(FIXED, cards(line(born="").rstrip(), line("P2"))) == [ANN | {"born": ""}, ANN | {"permit": "P2"}]
    assert columns(FIXED, cards(line() + "   ")) == [ANN]


def test_a_row_that_is_too_wide_is_set_aside_not_read_shifted():
    content = cards(line(), line("P2", "LEE", "ANN")[:20] + "X" + line()[20:], line("P3"))
    assert faults(read(FIXED, content)) == [(2, "wrong_width")]
    assert [row["permit"] for row in columns(FIXED, content)] == ["P1", "P3"]


def test_a_file_that_breaks_off_loses_no_row_silently():
    content = cards(line(), line("P2"))
    assert faults(read(FIXED, content[:-9])) == [(2, "wrong_width")]
    assert faults(read(FIXED, content)) == []


def test_bytes_that_the_encoding_lacks_are_named():
    content = cards(line(), line("P2")).replace(b"LEE", b"L\x81E", 1)
    assert faults(read(FIXED, content)) == [(1, "wrong_encoding")]


def test_a_line_in_the_other_encoding_is_read_at_the_same_places_and_counted():
    both = replace(FIXED, format=replace(FIXED.format, encoding="utf-8", other_encoding="cp1252"))
    first, second = (line(number, "ÖZDEMI", "ANN") + "\n" for number in ("P1", "P2"))
    reading = read(both, first.encode("utf-8") + second.encode("cp1252"))
    assert (reading.faults, reading.other_encoding_lines) == ([], 1)
    assert [row["last"] for row in columns(both, first.encode("utf-8") + second.encode("cp1252"))] == ["ÖZDEMI"] * 2


def test_a_file_of_another_layout_is_refused_as_a_whole():
    with pytest.raises(FileUnreadable, match="no line of it fits"):
        read(FIXED, b"permit,last,first,born,and,many,more,columns\nP1,LEE,ANN,19900131,and,many,more,values\n")
    assert read(FIXED, b"").row_count == 0


def test_what_is_written_is_read_back():
    rows = [ANN, ANN | {"permit": "P2", "born": ""}]
    assert columns(FIXED, file_bytes(FIXED, rows, {})) == rows
    assert file_bytes(FIXED, rows, {}) == cards(line(), line("P2", born=""))
