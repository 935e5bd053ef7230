"""Which distinct values does a column hold, and which row holds which? Work is done once per distinct value.

Most values repeat: a code has five, a day occurs a thousand times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

NO_VALUE = -1
"""Slot of a row that holds nothing."""

NUMBERS = "biufM"
"""Kinds of columns whose values are numbers of one size: flags, whole, unsigned and broken numbers, moments."""


@dataclass(frozen=True)
class Distinct:
    """What does a column hold?

    Attributes:
        values: each value once, in the order in which they come.
        slot_of_row: which of them stands in each row; NO_VALUE for none.
    """

    values: list[Any]
    slot_of_row: np.ndarray

    @classmethod
    def of(cls, column: pd.Series) -> "Distinct":
        """Which values does this column hold? Raises TypeError for lists and other values that cannot be told apart.

        Arrow and not pandas' factorize, which takes two texts for one that differ only after a NUL character. What is
        no text, or holds half a character, is numbered by a dict; numbers, flags and moments by pandas.
        """
        if column.dtype.kind in NUMBERS:
            slots, different = pd.factorize(column)
            return cls(list(different), slots.astype(np.int64))
        objects = column.to_numpy(dtype=object)
        try:
            array = pa.array(objects, from_pandas=True)
        except (pa.ArrowException, UnicodeError, TypeError):
            array = None
        if array is None or not (pa.types.is_string(array.type) or pa.types.is_boolean(array.type)):
            return cls._of_anything(column)
        encoded = array.dictionary_encode()
        slots = encoded.indices.fill_null(NO_VALUE).to_numpy(zero_copy_only=False)
        return cls(encoded.dictionary.to_pylist(), slots.astype(np.int64))

    @classmethod
    def _of_anything(cls, column: pd.Series) -> "Distinct":
        numbers: dict[Any, int] = {}
        is_missing = column.isna().to_numpy()
        slots = [
            NO_VALUE if gone else numbers.setdefault(value, len(numbers))
            for value, gone in zip(column.tolist(), is_missing, strict=True)
        ]
        return cls(list(numbers), np.asarray(slots, dtype=np.int64))

    def map(self, function: Callable[[Any], Any]) -> "Distinct":
        """What does the function make of each value? Rows stay where they are; two values may become one."""
        return Distinct([function(value) for value in self.values], self.slot_of_row)

    def folded(self) -> "Distinct":
        """What does the column hold, each value once again, where a function made one value of two?"""
        numbers: dict[Any, int] = {}
        slots = [numbers.setdefault(value, len(numbers)) for value in self.values]
        return Distinct(list(numbers), np.asarray([*slots, NO_VALUE], dtype=np.int64)[self.slot_of_row])

    def to_numpy(self) -> np.ndarray:
        """What stands in each row, as objects? None where a row holds nothing."""
        told = np.empty(len(self.values) + 1, dtype=object)
        told[:-1] = np.fromiter(self.values, dtype=object, count=len(self.values))
        return told[self.slot_of_row]  # NO_VALUE is the last place, which is None
