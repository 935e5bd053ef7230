"""Which distinct texts does a column hold, and which row holds which? Any kind of column in, text out; nothing raises.

Work that follows is done once per distinct text: a column of codes stays as it is while its dictionary is rewritten.
"""

from __future__ import annotations

import math
import numbers
from datetime import date
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

AnyColumn = pd.Series | pa.Array | pa.ChunkedArray

_NOT_CONVERTIBLE = (ValueError, TypeError, NotImplementedError, OverflowError)
"""What pyarrow raises for columns it has no type for, mixed values, and text that is no Unicode."""

ISO_DAY_LENGTH = 10
LARGEST_EXACT_FLOAT = 2.0**53
"""Whole numbers above it are not told apart by a 64-bit float."""


def text_of(value: object) -> str | None:
    """Which text stands for this value? None where it is missing or no single value.

    >>> text_of(66061.0), text_of(date(1984, 3, 5)), text_of(float("nan")), text_of(["a"])
    ('66061', '1984-03-05', None, None)
    """
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, bytes):
        return value.decode("utf-8", "ignore")
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (date, np.datetime64)):
        text = value.isoformat() if isinstance(value, date) else str(value)
        return None if text == "NaT" else text[:ISO_DAY_LENGTH]
    if isinstance(value, (float, np.floating)):
        return _float_text(float(value))
    return str(value) if isinstance(value, (numbers.Number, np.bool_, UUID)) else None


def _float_text(value: float) -> str | None:
    """How is this number written? Whole numbers without a point."""
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < LARGEST_EXACT_FLOAT else repr(value)


def _texts_of(values: list) -> pa.Array:
    """Which texts stand for these values?"""
    return pa.array([text_of(value) for value in values], pa.string())


def _arrow_column(column: AnyColumn) -> pa.Array | pa.ChunkedArray:
    """What is this column in Arrow? Values of several kinds, or text that is no Unicode, become text one by one."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column
    try:
        return pa.array(column, from_pandas=True)
    except _NOT_CONVERTIBLE:
        return _texts_of(column.tolist())


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _as_text(values: pa.Array) -> pa.Array:
    """Which text stands for each of these values? Days become YYYY-MM-DD."""
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if _is_text(kind) or pa.types.is_integer(kind):
        return values.cast(pa.string())
    if pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None):
        return values.cast(pa.date32(), safe=False).cast(pa.string())
    return _texts_of(values.to_pylist())


def _one_chunk(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """What is this column in one piece?"""
    if isinstance(column, pa.Array):
        return column
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else whole.chunk(0)


def _is_exact(column: pa.DictionaryArray) -> bool:
    """Does this dictionary hold each value of its column once, and no other?"""
    values = column.dictionary
    if not pa.types.is_int32(column.indices.type) or values.null_count or not pa.types.is_string(values.type):
        return False
    is_used = pc.count_distinct(column.indices, mode="only_valid").as_py() == len(values)
    return is_used and pc.count_distinct(values).as_py() == len(values)


def _dictionary_of(column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Which distinct values does this column hold? A column of lists or records holds none."""
    if pa.types.is_dictionary(column.type):
        whole = _one_chunk(column)
        if _is_exact(whole):
            return whole
        column = whole.cast(column.type.value_type)
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()  # ten times faster than one dictionary per chunk, made one afterwards
    try:
        return _one_chunk(column.dictionary_encode())
    except _NOT_CONVERTIBLE:
        return _texts_of(column.to_pylist()).dictionary_encode()


def rewritten(column: pa.DictionaryArray, texts: pa.Array) -> pa.DictionaryArray:
    """What does the column become when each text of its dictionary is replaced by the one at the same place?

    Texts may repeat or be missing; the dictionary of the answer holds each once and none that is missing.
    """
    if texts is column.dictionary:
        return column
    codes = texts.dictionary_encode()
    if len(codes.dictionary) == len(texts):
        return pa.DictionaryArray.from_arrays(column.indices, texts)
    return pa.DictionaryArray.from_arrays(pc.take(codes.indices, column.indices), codes.dictionary)


def text_codes(column: AnyColumn) -> pa.DictionaryArray:
    """Which distinct texts does this column hold, and which row holds which?

    Returns:
        One row per row, int32 codes, texts in order of first appearance, none missing among them; missing is a null
        code. Texts are told apart to the last character, a NUL included.

    >>> text_codes(pa.array([66061, None, 66061])).to_pylist()
    ['66061', None, '66061']
    """
    encoded = _dictionary_of(_arrow_column(column))
    return rewritten(encoded, _as_text(encoded.dictionary))


def count_repeats(texts: pa.Array) -> int:
    """How many of these texts stand in the array before? By sorting, which takes a tenth of what counting takes."""
    ordered = texts.take(pc.sort_indices(texts))
    return pc.sum(pc.equal(ordered[1:], ordered[:-1])).as_py() or 0


def plain_texts(column: AnyColumn) -> pa.Array:
    """Which text does each row hold, as one column of strings?"""
    arrow = _arrow_column(column)
    if pa.types.is_string(arrow.type):
        return _one_chunk(arrow)
    return text_codes(arrow).dictionary_decode()
