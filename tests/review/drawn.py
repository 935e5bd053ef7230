"""Decisions of people, drawn as text: `a=b` says same, `a/b` different, `a?b` that nobody could tell; in this order."""

import pandas as pd

from pipeline.contract.codes import Verdict

SIGNS = {"=": Verdict.SAME, "/": Verdict.DIFFERENT, "?": Verdict.CANNOT_TELL}


def decided(text):
    """`"a=b b=c a/c"`: decisions 1, 2 and 3."""
    rows = [
        (*sorted((word[0], word[2])), SIGNS[word[1]].value, number) for number, word in enumerate(text.split(), start=1)
    ]
    return pd.DataFrame(rows, columns=["record_id_l", "record_id_r", "verdict", "decision_number"])


def in_force(text):
    """The newest decision on each pair."""
    return decided(text).drop_duplicates(["record_id_l", "record_id_r"], keep="last")
