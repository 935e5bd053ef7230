"""Decisions of people, drawn as text: `a=b` says same, `a/b` different, `a?b` that nobody could tell; in this order."""

import math

import pandas as pd

from pipeline.contract import tables
from pipeline.contract.codes import Verdict
from pipeline.review.items import Evidence

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


KEY = "a key of the tests"
THRESHOLD = 0.7
PAIR = ["record_id_l", "record_id_r"]


def evidence(persons, pairs="", decisions="", told=None, refused="", unsure=(), key=KEY):
    """What a run found out: `"abc d"` are two persons of one letter per record, `"a-b:.9 c-d:.5"` their scored pairs.

    `told` has fields of records: {"a": {"ssn": "523114321"}}; without it every record says something of its own.
    """
    rows = [
        {"record_id": letter, "person_id": f"P-{word[0]}"}
        | dict.fromkeys(tables.EVIDENCE)
        | {"first_name": letter}
        | (told or {}).get(letter, {})
        for word in persons.split()
        for letter in word
    ]
    scored = []
    for word in pairs.split():
        ends, _, share = word.partition(":")
        probability = float(share)
        scored.append((*sorted(ends.split("-")), math.log2(probability / (1 - probability)), probability))
    reason = [(*sorted(word.split("-")), "all pairs speak against it") for word in refused.split()]
    return Evidence(
        records=pd.DataFrame(rows).astype(object),
        pairs=pd.DataFrame(scored, columns=[*PAIR, "match_weight", "match_probability"]),
        refusals=pd.DataFrame(reason, columns=[*PAIR, "reason"]),
        decisions=in_force(decisions),
        unsure=pd.DataFrame(list(unsure), columns=[*PAIR, "match_weight", "evidence_hash"]),
        threshold=THRESHOLD,
        key=key,
    )


def asked(found):
    """What is asked, in order: (kind, pair, who would part)."""
    return [
        (item.kind.value, f"{item.record_id_l}-{item.record_id_r}", "".join(item.parted_record_ids))
        for item in found.items
    ]
