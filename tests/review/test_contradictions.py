"""Do decisions that cannot all be true come to light?"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.decisions import contradictions, usable
from tests.review.drawn import decided, in_force


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("a=b b=c", []),
        ("a/b b=c", []),
        ("a=b b=c a/c", [("a", "c", (1, 2, 3))]),
        ("a/c c=b b=a", [("a", "c", (1, 2, 3))]),
        ("a=b b=c c=d d=e e/a", [("a", "e", (1, 2, 3, 4, 5))]),
        ("a=b b=c a=d d=e e=c a/c", [("a", "c", (1, 2, 6))]),
        ("a=b b=c a/c d=e e=f d/f", [("a", "c", (1, 2, 3)), ("d", "f", (4, 5, 6))]),
        ("a=b b?c a/c", []),
        ("a=b b=c a/c a=c", []),
        ("a=b a/b", []),
    ],
)
def test_a_contradiction_names_the_decisions_that_chain_it(text, found):
    told = [(one.record_id_l, one.record_id_r, one.decision_numbers) for one in contradictions(in_force(text))]
    assert told == found


def test_a_decision_on_a_record_that_is_not_here_waits():
    told = decided("a=b b=c a/c")
    assert contradictions(usable(told, pd.Index(["a", "c"]))) == []
    assert len(contradictions(usable(told, pd.Index(["a", "b", "c"])))) == 1


WORDS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("=/?"), st.sampled_from("abcdef")).filter(
        lambda w: w[0] != w[2]
    ),
    max_size=14,
)


def groups(same):
    """Which records are one person by these decisions? The plain way: again and again until nothing changes."""
    group = {record: record for record in "abcdef"}
    for _ in group:
        for row in same.itertuples():
            smaller, larger = sorted((group[row.record_id_l], group[row.record_id_r]))
            group = {record: smaller if own == larger else own for record, own in group.items()}
    return group


@given(words=WORDS, order=st.randoms(use_true_random=False))
def test_a_contradiction_is_found_exactly_where_a_different_pair_is_chained_and_taking_one_back_settles_it(
    words, order
):
    told = in_force(" ".join("".join(word) for word in words))
    group = groups(told[told["verdict"] == "same"])
    wanted = [
        (row.record_id_l, row.record_id_r)
        for row in told.sort_values(["record_id_l", "record_id_r"]).itertuples()
        if row.verdict == "different" and group[row.record_id_l] == group[row.record_id_r]
    ]
    found = contradictions(told)
    assert [(one.record_id_l, one.record_id_r) for one in found] == wanted
    mixed = told.iloc[order.sample(range(len(told)), len(told))]
    assert contradictions(mixed) == found
    for one in found:
        for number in one.decision_numbers:
            rest = contradictions(
                told[told["decision_number"].isin(one.decision_numbers) & (told["decision_number"] != number)]
            )
            assert rest == []
