"""What of a value is sure, where its agency says that it knows it in part or not at all? Pure: tables in and out."""

import pandas as pd

from pipeline.contract.declaration import PersonFields, Quality

NAMES = ("first_name", "middle_name", "last_name", "suffix", "other_last_names")
YEAR_LENGTH = 4
"""Characters of an ISO date that are its year."""
LAST_FOUR = 4
"""Digits at the end of a social security number, which people know when they do not know the others."""


def only_what_is_sure(fields: PersonFields, evidence: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """What may be compared? Values not known go missing; of those known in part only what is sure stays.

    A name known in part is a street name, a code name or half of one: it speaks neither for nor against a link.

    Args:
        fields: which column says what, and how well it is known.
        evidence: one row per row: text in the columns of `tables.EVIDENCE`, or None.
        rows: as delivered, with the same index.
    """
    sure = dict.fromkeys(NAMES, (fields.name_quality, None))
    sure |= {
        "birth_date": (fields.birth_date_quality, lambda text: text[:YEAR_LENGTH]),
        "ssn": (fields.ssn_quality, lambda text: text[-LAST_FOUR:]),
    }
    kept = {}
    for name, (quality, part_of) in sure.items():
        if quality is not None:
            in_part = evidence[name].map(part_of, na_action="ignore") if part_of else None
            values = evidence[name].mask(_says(quality, quality.in_part, rows), in_part)
            kept[name] = values.mask(_says(quality, quality.not_known, rows), None)
    return evidence.assign(**kept)


def _says(quality: Quality, words: tuple[str, ...], rows: pd.DataFrame) -> pd.Series:
    return rows[quality.column].str.strip().str.upper().isin([word.upper() for word in words])
