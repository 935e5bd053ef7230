"""How do rows of a database become a file of a feed? In the feed's format, one at a time; same rows, same bytes."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipeline.contract.declaration import Column, Delimited, Feed, FixedWidth, JsonLines, Kind
from pipeline.contract.errors import SourceRefused
from pipeline.contract.moments import ISO
from pipeline.readers import delimited, json_lines

Row = Mapping[str, object]
"""Column of the feed → what the database holds; columns that the query does not give are missing."""


def header_of(feed: Feed, names: Sequence[str]) -> bytes:
    """With which bytes does the file begin?"""
    if not isinstance(feed.format, Delimited):
        return b""
    titles = feed.format.line_end * (feed.format.header_line - 1)
    return (titles + _delimited(feed.format, names)).encode(feed.format.encoding)


def writer_of(feed: Feed, names: Sequence[str], zone: str) -> Callable[[Row], bytes]:
    """How is a row written? A function: row → its bytes.

    Moments with a zone are written in `zone`, the agency's own, unless their format tells the offset.
    """
    columns = [feed.column(name) for name in names]
    local = ZoneInfo(zone)
    encoding = getattr(feed.format, "encoding", "utf-8").replace(
        "utf-8-sig", "utf-8"
    )  # the mark stands before the header

    def write(row: Row) -> bytes:
        values = {column.name: _text(column, row.get(column.name), local) for column in columns}
        try:
            return _line(feed, names, values).encode(encoding)
        except UnicodeEncodeError:
            raise SourceRefused(
                f"a row holds letters that the feed's encoding does not have; declare another one [{encoding}]"
            ) from None

    return write


def _line(feed: Feed, names: Sequence[str], values: Mapping[str, str]) -> str:
    layout = feed.format
    if isinstance(layout, JsonLines):
        return json.dumps(json_lines.nested(layout, values), ensure_ascii=False) + "\n"
    if isinstance(layout, FixedWidth):
        return _fixed(layout, values)
    assert isinstance(layout, Delimited)
    return _delimited(layout, [values[name] for name in names])


def _delimited(layout: Delimited, values: Sequence[str]) -> str:
    text = io.StringIO()
    delimited.writer(layout, text).writerow([*values, ""] if layout.has_trailing_delimiter else values)
    return text.getvalue()


def _fixed(layout: FixedWidth, values: Mapping[str, str]) -> str:
    line = [" "] * layout.width()
    for name, (first, last) in layout.places.items():
        value, width = values.get(name, ""), last - first + 1
        if len(value) > width or "\n" in value or "\r" in value:
            raise SourceRefused(f"a value does not fit its place; shorten it in the SELECT [{name}]")
        line[first - 1 : last] = value.ljust(width)
    return "".join(line) + layout.line_end


def _text(column: Column, value: object, local: ZoneInfo) -> str:
    """How is a value of the database written? Dates and moments by the column's first format."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):  # before int, which it also is
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return _time(column, value, local)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return str(value)
    raise SourceRefused(f"a column holds neither text, number nor time; cast it in the SELECT [{column.name}]")


def _time(column: Column, value: datetime | date | time, local: ZoneInfo) -> str:
    style = column.formats[0] if column.formats else ISO
    if isinstance(value, datetime) and value.tzinfo and (style == ISO or "%z" not in style):
        value = value.astimezone(local)
    if isinstance(value, datetime) and column.kind is Kind.DATE:
        value = value.date()
    return value.isoformat() if style == ISO else value.strftime(style)
