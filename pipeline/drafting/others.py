"""Which files have no draft, and what is to be done about each? Told by how they begin."""

import re

OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\xd0\xcf\x11\xe0"),
        "it is an old workbook (.xls) or locked with a password; have it saved as .xlsx without one",
    ),
    (
        re.compile(rb"PK\x03\x04"),
        "it is a ZIP inside of another, or a document packed like one; ask for the files themselves",
    ),
    (re.compile(rb"\x1f\x8b"), "it is packed with gzip; unpack it first, and ask for it unpacked"),
    (re.compile(rb"%PDF"), "it is a PDF, which is for reading; ask for delimited text or a workbook"),
    (re.compile(rb"\{\\rtf"), "it is a letter (RTF); ask for delimited text or a workbook"),
    (
        re.compile(rb"<(?:!doctype\s+html|html|table|head|meta)\b", re.IGNORECASE),
        "it is a web page, whatever its name says; ask for delimited text or a workbook (.xlsx)",
    ),
)
"""How a file without a draft begins, byte order mark and blanks left off → what it is and what to do."""


def why_not(content: bytes) -> str | None:
    """Why is there no draft of a file that begins so? None where there may be one."""
    beginning = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((told for shape, told in OTHERS if shape.match(beginning)), None)
