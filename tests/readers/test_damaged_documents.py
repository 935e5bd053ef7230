"""Whatever markup stands in a document, and whatever in a part of a workbook: is every row accounted for?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.right_files import RIGHT
from tests.readers.test_any_bytes import check_every_row_is_accounted_for
from tests.readers.workbooks import SHEETS, with_part

XML = {name: RIGHT[name] for name in RIGHT if name.startswith("XML")}
MARKUP = ("<", ">", "</", "/>", '"', "&", "&#0;", "&#xD800;", "&x;", "<!DOCTYPE x []>", "<?xml?>", "<![CDATA[", "<a>")
JUNK = st.binary(max_size=8) | st.sampled_from([text.encode() for text in MARKUP])


@pytest.mark.parametrize("name", XML)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_bytes_put_anywhere_into_an_xml_document(name, data):
    feed, content = XML[name]
    place = data.draw(st.integers(0, len(content)))
    beyond = place + data.draw(st.integers(0, 12))
    check_every_row_is_accounted_for(feed, content[:place] + data.draw(JUNK) + content[beyond:])


_, BOOK = RIGHT["workbook"]
PARTS = ("workbook.xml", "_rels/workbook.xml.rels", "worksheets/sheet1.xml", "styles.xml", "sharedStrings.xml")


@pytest.mark.parametrize("name", PARTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_bytes_within_a_part_whose_zip_is_whole(name, data):
    def spoil(part):
        place = data.draw(st.integers(0, len(part)))
        junk = data.draw(st.binary(max_size=8) | st.sampled_from([b"<", b"</", b'"', b"&", b"9" * 30, b"-1", b"x"]))
        return part[:place] + junk + part[place + data.draw(st.integers(0, 12)) :]

    check_every_row_is_accounted_for(SHEETS, with_part(BOOK, f"xl/{name}", spoil))
