"""How is fixed-width text read? By the declared places; a line of another width is never read shifted."""

import json
from collections.abc import Iterator, Set
from io import BytesIO
from typing import IO

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Feed, FixedWidth
from pipeline.readers.reading import About, Fault, FileUnreadable, Row, blanked_lines, is_undecodable, text_lines


def read(feed: Feed, stream: IO[bytes], about: About) -> Iterator[Row]:
    """Yield the rows of the file. Raises FileUnreadable where no line of a non-empty file fits the layout.

    A line may be shorter than the layout by blanks that were trimmed at its end; the last line of a file that ends
    without a line end may not, because it may have been cut off.
    """
    layout, row_count, fault_count = layout_of(feed), 0, 0
    for line_number, line, is_ended in _lines(stream, layout, about):
        text = line.rstrip("\r")
        if text.strip():
            fault = _fault(layout, text, may_be_cut_off=not is_ended)
            row_count, fault_count = row_count + 1, fault_count + (fault is not None)
            payload = flatten_text(layout, text) if fault is None else {"text": text}
            yield Row(line_number, json.dumps(payload), Fault(line_number, *fault) if fault else None)
    if row_count and fault_count == row_count:
        raise FileUnreadable("no line of it fits the declared places; ask which layout the agency sent", row_count)


def layout_of(feed: Feed) -> FixedWidth:
    """How is the feed's file written?"""
    assert isinstance(feed.format, FixedWidth)
    return feed.format


def _lines(stream: IO[bytes], layout: FixedWidth, about: About) -> Iterator[tuple[int, str, bool]]:
    """Yield (line number, line, whether a line end follows it)."""
    lines = enumerate(text_lines(stream, layout, about, is_keeping_ends=True), start=1)
    yield from ((line_number, line.removesuffix("\n"), line.endswith("\n")) for line_number, line in lines)


def _fault(layout: FixedWidth, text: str, *, may_be_cut_off: bool) -> tuple[RowFault, str] | None:
    width = len(text.rstrip())
    if width > layout.width():
        wide = f"the row is {width} characters wide where the layout has {layout.width()}"
        return RowFault.WIDTH, f"{wide}; correct it at the agency"
    if may_be_cut_off and len(text) < layout.width():
        return RowFault.WIDTH, "the file ends within this row; ask the agency to send the whole file"
    if is_undecodable(text):
        return (
            RowFault.ENCODING,
            "the row holds bytes that the declared encoding does not have; ask which encoding the agency wrote",
        )
    return None


def flatten_text(layout: FixedWidth, text: str) -> dict[str, str]:
    """What stands at the declared places? Padding and all; blank beyond the end of the line."""
    return {name: text[first - 1 : last] for name, (first, last) in layout.places.items()}


def flatten(feed: Feed, payload: dict) -> dict[str, str]:
    """Which columns does a row as delivered hold?"""
    return {name: value.strip() for name, value in payload.items()}


def salvage(feed: Feed, payload: object) -> dict[str, str]:
    """What does a row hold, set aside or not, as far as it can be told?"""
    if not isinstance(payload, dict):
        return {}
    is_aside = set(payload) == {"text"}
    return flatten(feed, flatten_text(layout_of(feed), str(payload["text"])) if is_aside else payload)


def blanked(feed: Feed, content: bytes, lines: Set[int]) -> bytes:
    """How does the file look without the rows that begin on these lines?"""
    return blanked_lines(read(feed, BytesIO(content), About()), content, lines, layout_of(feed).encoding)
