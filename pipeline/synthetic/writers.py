"""How do rows become a delivered file? Text to the letter of the layout, messages, objects or FHIR resources."""

import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from pipeline.contract.declaration import (
    Delimited,
    Excel,
    Feed,
    FhirBundle,
    FhirNdjson,
    FixedWidth,
    Hl7v2,
    JsonDocument,
    JsonLines,
    Xml,
)
from pipeline.readers import delimited, json_documents, json_lines
from pipeline.readers.excel_writing import workbook
from pipeline.synthetic import hl7
from pipeline.synthetic.fhir import resource
from pipeline.synthetic.noise import without_accents
from pipeline.synthetic.rows import Row
from pipeline.synthetic.witness import find_text_matching, text_matching
from pipeline.synthetic.xml_writing import document


def file_name(feed: Feed, dated: date) -> str:
    """Under which name does a file of that date come? Raises DeclarationError where no name fits the pattern."""
    if feed.date_format:
        text = dated.strftime(feed.date_format)
        for spelled in (text, text.upper()):  # strptime reads APR and Apr alike, a pattern may not
            if found := find_text_matching(feed.file_pattern, named={"date": spelled}):
                return found
    return text_matching(feed.file_pattern, stamp=dated.strftime("%Y%m%d"))


def file_bytes(feed: Feed, rows: list[Row], padded: dict[str, int]) -> bytes:
    """Which bytes does a file hold? `padded` gives the width of columns the agency fills up with blanks."""
    if isinstance(feed.format, FhirNdjson):
        lines = (json.dumps(resource(feed.format.resource_type, row), ensure_ascii=False) for row in rows)
        return "".join(f"{line}\n" for line in lines).encode()
    if isinstance(feed.format, FhirBundle):
        entries = [{"resource": resource(feed.format.resource_type, row)} for row in rows]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        return json.dumps(bundle, ensure_ascii=False).encode()
    if isinstance(feed.format, JsonDocument):
        return json_documents.document(feed.format, [json_lines.nested(feed.format, row) for row in rows])
    if isinstance(feed.format, JsonLines):
        return "".join(
            f"{json.dumps(json_lines.nested(feed.format, row), ensure_ascii=False)}\n" for row in rows
        ).encode()
    if isinstance(feed.format, FixedWidth):
        return _encoded(_fixed_width(feed.format, rows), feed.format.encoding)
    if isinstance(feed.format, Hl7v2):
        layout = feed.format
        messages = (hl7.message(layout, row, number) for number, row in enumerate(rows, start=1))
        return _encoded("".join(messages), layout.encoding)
    if isinstance(feed.format, Xml):
        return document(feed.format, rows)
    if isinstance(feed.format, Excel):
        return workbook(feed.format.sheet, *_table(feed, feed.format, rows))
    return _encoded(_delimited(feed, feed.format, rows, padded), feed.format.encoding)


def _table(feed: Feed, layout: Excel, rows: list[Row]) -> tuple[list[tuple[int, Row]], list[str]]:
    """Which rows of a sheet hold the header and the rows, and in which order do the columns stand?"""
    names = [column.name for column in feed.columns]
    numbered = enumerate((dict(zip(names, names, strict=True)), *rows), start=layout.header_row)
    return list(numbered), names


def _fixed_width(layout: FixedWidth, rows: list[Row]) -> str:
    """How are rows written at the declared places? What is too long for its place is cut, as such systems do."""
    lines = []
    for row in rows:
        line = [" "] * layout.width()
        for name, (first, last) in layout.places.items():
            width = last - first + 1
            line[first - 1 : last] = row[name][:width].ljust(width)
        lines.append("".join(line) + layout.line_end)
    return "".join(lines)


def _delimited(feed: Feed, layout: Delimited, rows: list[Row], padded: dict[str, int]) -> str:
    names = [column.name for column in feed.columns]
    widths = [padded.get(name, 0) for name in names]
    last = [""] if layout.has_trailing_delimiter else []
    text = io.StringIO()
    text.write(layout.line_end * (layout.header_line - 1))
    writer = delimited.writer(layout, text)
    writer.writerow(names + last)
    if padded:
        writer.writerows(
            [row[name].ljust(width) for name, width in zip(names, widths, strict=True)] + last for row in rows
        )
    else:
        writer.writerows([row[name] for name in names] + last for row in rows)
    return text.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    """Which bytes stand for a text? Letters an encoding lacks lose their accents, as they do in such systems."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return without_accents(text).encode(encoding, errors="replace")


def export_log(exports: list[tuple[datetime, dict[str, int]]]) -> bytes:
    """What does the log of a bulk export say? One kickoff and one completion for each export, as smart-fetch writes it.

    Args:
        exports: local moment of each export, and file name → number of resources.
    """
    lines = []
    for number, (moment, files) in enumerate(exports, start=1):
        export_id = str(UUID(int=number))
        at = moment.isoformat()
        done = (moment + timedelta(seconds=40)).isoformat()
        resources = sum(files.values())
        events: list[tuple[str, str, dict[str, object]]] = [
            ("kickoff", at, {"exportUrl": "https://example.org/fhir/Group/county/$export"}),
            ("status_complete", at, {"transactionTime": at}),
            (
                "manifest_complete",
                at,
                {
                    "transactionTime": at,
                    "totalOutputFileCount": len(files),
                    "totalDeletedFileCount": 0,
                    "totalErrorFileCount": 0,
                    "totalManifests": 1,
                },
            ),
            (
                "export_complete",
                done,
                {"files": len(files), "resources": resources, "attachments": None, "duration": 40},
            ),
        ]
        for event, timestamp, detail in events:
            lines.append(
                json.dumps({"exportId": export_id, "timestamp": timestamp, "eventId": event, "eventDetail": detail})
            )
    return "".join(f"{line}\n" for line in lines).encode()


def write(path: Path, content: bytes) -> None:
    """Puts bytes into a file, making its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
