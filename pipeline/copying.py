"""How does a table look to PostgreSQL's COPY, and the other way round? Pure: bytes and DataFrames, no database.

Arrow is imported where it is used: it costs a third of a second, and most commands copy nothing.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pandas as pd

from pipeline.contract.errors import OutreachError


class TableNotCopied(OutreachError):
    """A table cannot be written or read as CSV: a mistake of ours. Arrow's words quote values, so they stay here."""


@contextmanager
def _without_values() -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except pa.ArrowException as fault:
        raise TableNotCopied(f"a table could not be copied [{type(fault).__name__}]; please report this line") from None


ARROW_TYPES = {16: "bool", 20: "int64", 23: "int32", 25: "string", 701: "double", 1082: "date32", 1184: "moment"}
"""PostgreSQL's numbers of the types that are read by COPY, and what Arrow calls them (`moment` is ours)."""


def as_csv(frame: pd.DataFrame) -> bytes:
    """How does PostgreSQL's COPY want the frame? Text quoted, missing values blank and unquoted."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    sink = io.BytesIO()
    with _without_values():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pa_csv.write_csv(table, sink, pa_csv.WriteOptions(include_header=False))
    return sink.getvalue()


def from_csv(blocks: Iterable[bytes | memoryview], types: Mapping[str, int]) -> pd.DataFrame:
    """What does PostgreSQL's COPY say? Missing values are blank and unquoted; moments in UTC, to the nanosecond.

    Args:
        blocks: CSV as it comes.
        types: column → PostgreSQL's number of its type, one of `ARROW_TYPES`; in order.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    content = pa.BufferOutputStream()
    for block in blocks:
        content.write(block)
    moment = pa.timestamp("us", tz="UTC")
    names = {column: ARROW_TYPES[number] for column, number in types.items()}
    arrow = {column: moment if name == "moment" else pa.type_for_alias(name) for column, name in names.items()}
    convert = pa_csv.ConvertOptions(
        column_types=arrow,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    if content.tell():
        reading = pa_csv.ReadOptions(column_names=list(types)), pa_csv.ParseOptions(newlines_in_values=True)
        with _without_values():
            table = pa_csv.read_csv(pa.BufferReader(content.getvalue()), *reading, convert)
    else:  # there is no CSV of no rows
        table = pa.schema(arrow).empty_table()
    return table.to_pandas(coerce_temporal_nanoseconds=True)
