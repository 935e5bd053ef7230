import re
from datetime import datetime
from io import BytesIO

import pypdf
import pytest

from pipeline.contract.errors import SettingError
from pipeline.contract.outreach_list import OutreachList
from pipeline.publish import document
from tests.publish.example_lists import CANARIES, NAMES, PRINTED_AT, REASONS, entry, example_list


def _pages(outreach_list: OutreachList) -> list[str]:
    """What do the pages of the sheet say? Each on one line, since where a line breaks says nothing."""
    content = document.render(outreach_list, "C. Example", PRINTED_AT)
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(content)).pages]


def test_every_page_says_which_list_who_printed_it_when_and_that_it_is_confidential():
    pages = _pages(example_list())
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Outreach list 0123456789abcdef, as of 16 Nov 2026" in text
        assert "Printed by C. Example, 17 Nov 2026, 07:08 MST" in text
        assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in text


def test_every_entry_has_its_name_reasons_and_boxes():
    text = " ".join(_pages(example_list()))
    for name in NAMES:
        assert name in text
    for _, points, sentence in REASONS:
        assert f"+{points} {sentence}" in text
    assert "9 + 6 + 5 + 2 + 1 = 23 points" in text
    assert "Team 2" in text
    for box in ("□ reached", "□ attempted, not reached", "□ declined", "□ connected to service ___", "□ other ___"):
        assert text.count(box) == len(example_list().entries)
    assert len(re.findall(r"date _+ initials _+", text)) == len(example_list().entries)


def test_those_who_reach_out_hold_what_they_need_to_reach():
    """Also the positive control of the canaries: the same look that finds none elsewhere finds them here."""
    text = " ".join(_pages(example_list()))
    assert [canary for canary in CANARIES if canary not in text] == ["1903-02-01"]  # shown as 1 Feb 1903


def test_the_banner_stands_before_the_first_entry():
    first = _pages(example_list())[0]
    late = first.index("Larkspur Police: late, last data 9 Nov 2026")
    assert late < first.index("CANARYNAME")
    assert "Community Partners: nothing received yet" in first


def test_the_font_is_carried_inside():
    reader = pypdf.PdfReader(BytesIO(document.render(example_list(), "C. Example", PRINTED_AT)))
    fonts = {font for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    embedded = [f.get_object() for f in fonts if "DejaVu" in f.get_object()["/BaseFont"]]
    assert embedded
    assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)


def test_equal_input_gives_the_same_bytes():
    assert document.render(example_list(), "A", PRINTED_AT) == document.render(example_list(), "A", PRINTED_AT)


def test_the_sheet_itself_knows_when_it_was_printed():
    content = document.render(example_list(), "A", PRINTED_AT)
    assert pypdf.PdfReader(BytesIO(content)).metadata.creation_date == PRINTED_AT


def test_signs_that_cannot_be_printed_leave_a_mark():
    assert "AB � CD" in _pages(example_list(entry(1, display_name="AB 😀 CD")))[0]


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(SettingError, match="time zone"):
        document.render(example_list(), "A", datetime(2026, 11, 17, 14, 8))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    "name",
    ["<b>&amp;", "</para><img src='file:///etc/hosts'/>", "A" * 9_000, "😀 李\x00\ud800\u202e", "e\u0301", " "],
)
def test_no_name_however_odd_stops_the_sheet(name):
    pages = _pages(example_list(entry(1, display_name=name), entry(2)))
    assert "Žáková" in " ".join(pages)


def test_markup_in_a_name_is_shown_not_obeyed():
    assert "<b>O'BRIEN</b> & CO" in _pages(example_list(entry(2, display_name="<b>O'BRIEN</b> & CO")))[0]
