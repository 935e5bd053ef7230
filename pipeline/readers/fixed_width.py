"""How is fixed-width text read? By the declared places; a line of another width is never read shifted."""

import json

from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import FixedWidth
from pipeline.readers.reading import Fault, FileUnreadable, Reading, is_undecodable


def read(layout: FixedWidth, content: bytes) -> Reading:
    """Which rows does the file hold? Raises FileUnreadable where no line of a non-empty file fits the layout.

    A line may be shorter than the layout by blanks that were trimmed at its end; the last line of a file that ends
    without a line end may not, because it may have been cut off.
    """
    encoding = "utf-8-sig" if layout.encoding.replace("_", "-").startswith("utf-8") else layout.encoding
    *whole, rest = content.decode(encoding, errors="surrogateescape").split("\n")
    reading = Reading()
    for line_number, line in enumerate((*whole, rest), start=1):
        text = line.rstrip("\r")
        if text.strip():
            _add(reading, layout, line_number, text, may_be_cut_off=line_number > len(whole))
    if reading.row_count and len(reading.faults) == reading.row_count:
        line_count = reading.row_count
        raise FileUnreadable("no line of it fits the declared places; ask which layout the agency sent", line_count)
    return reading


def _add(reading: Reading, layout: FixedWidth, line_number: int, text: str, *, may_be_cut_off: bool) -> None:
    fault = _fault(layout, text, may_be_cut_off=may_be_cut_off)
    reading.row_count += 1
    if fault is not None:
        reading.faults.append(Fault(line_number, *fault))
    payload = flatten_text(layout, text) if fault is None else {"text": text}
    reading.rows.append((line_number, json.dumps(payload)))


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


def salvage(layout: FixedWidth, text: str) -> dict[str, str]:
    """What does a line hold that was set aside, as far as it can be told?"""
    return {name: value.strip() for name, value in flatten_text(layout, text).items()}
