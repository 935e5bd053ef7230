"""How rare is the value that two records share? Columns that carry it in comparison vectors, whatever the model is.

How much rarity weighs depends on the whole table and on u of the model. The vectors carry the part that follows from
the table alone; together with a model it gives linkage.scoring.term_bits again, to the last bit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from linkage.codes import MISSING
from linkage.encoding import EncodedTable
from linkage.model import Model
from linkage.scoring import TERMS, birth_date_bits, frequency_bits, term_codes

BIRTH_DATE = "birth_date"


def rarity_labels(comparison: str) -> tuple[str, ...]:
    """Which columns carry how rare a value of this comparison is?

    `<comparison>_value_count`: records that hold the value the pair shares, 0 if it shares none.
    `<comparison>_known_count`: records that hold any value. Equal records count once.
    `birth_date_rarity_bits`: how much more common than average the shared day is.
    """
    if comparison not in TERMS:
        return ()
    if comparison == BIRTH_DATE:
        return (f"{comparison}_rarity_bits",)
    return f"{comparison}_value_count", f"{comparison}_known_count"


def rarity_columns(table: EncodedTable, comparison: str, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, ...]:
    """How rare is the value that each pair of nodes shares? One array per label of rarity_labels."""
    if comparison not in TERMS:
        return ()
    codes = np.append(term_codes(table, comparison), MISSING)
    is_shared = (codes[left] == codes[right]) & (codes[left] != MISSING)
    if comparison == BIRTH_DATE:
        bits = np.append(birth_date_bits(table), 0.0).astype(np.float32)
        return (np.where(is_shared, bits[left], np.float32(0)),)
    counts = np.bincount(codes[codes != MISSING], minlength=1).astype(np.int32)
    shared = np.where(is_shared, counts[np.where(is_shared, codes[left], 0)], np.int32(0))
    return shared, np.full(len(left), counts.sum(), dtype=np.int32)


def pair_terms(vectors: pd.DataFrame, model: Model) -> np.ndarray:
    """How much more common than average is the value each pair shares, in bits? float32, pairs x TERMS.

    Args:
        vectors: comparison vectors; comparisons without columns of rarity get 0 bits.
        model: its u is the average.
    """
    answer = np.zeros((len(vectors), len(TERMS)), dtype=np.float32)
    for column, name in enumerate(TERMS):
        labels = rarity_labels(name)
        if not set(labels) <= set(vectors.columns):
            continue
        found = [vectors[label].to_numpy(dtype=np.float64) for label in labels]
        if name == BIRTH_DATE:
            answer[:, column] = found[0]
        else:
            bits = frequency_bits(name, found[0], found[1], model.parameters[name].u[-1])
            answer[:, column] = np.where(found[0] > 0, bits, 0.0)
    return answer
