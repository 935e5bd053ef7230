"""Which list of a JSON document holds the rows? Told by its first objects; a document may be cut off behind them."""

from collections import Counter
from io import BytesIO
from itertools import islice

import ijson

from pipeline.contract.formats import JsonDocument
from pipeline.readers.json_documents import as_written

LOOKED_AT_EVENTS = 200_000
"""Parts of a document by which its list is found: objects, names and values."""

LOOKED_AT_OBJECTS = 1_000
"""Objects of the list by which its columns are found."""


def list_in(content: bytes) -> tuple[JsonDocument, list[dict]] | None:
    """Where do the rows stand, and which are the first? None where the content is no document with a list of objects.

    Of several lists the one with the most objects; lists within rows are none.
    """
    begun: Counter[str] = Counter()
    try:
        for prefix, event, _ in islice(ijson.parse(BytesIO(content)), LOOKED_AT_EVENTS):
            *above, last = prefix.split(".")
            if event == "start_map" and last == "item" and "item" not in above:
                begun[".".join(above)] += 1
    except (ijson.JSONError, UnicodeError):
        pass  # what stands before a break is enough to look at
    if not begun:
        return None
    rows = begun.most_common(1)[0][0]
    found: list[dict] = []
    try:
        for one in islice(ijson.items(BytesIO(content), f"{rows}.item" if rows else "item"), LOOKED_AT_OBJECTS):
            row = as_written(one)
            found += [row] if isinstance(row, dict) else []
    except (ijson.JSONError, UnicodeError):
        pass
    return (JsonDocument(rows=rows or None), found) if found else None
