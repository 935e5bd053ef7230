"""A question is not put again of a value that was found fit: does every batch get the answers it would get alone?"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import check as checking
from expectations.engine import Severity, expect, run, suite_of
from expectations.known_fit import MOST_OF_A_QUESTION, KnownFit, identity
from pipeline.contract.codes import RowFault

VALUES = st.none() | st.sampled_from(["M", "F", "x", "", "M\0", True, False, 1, 0, 1.0])
BATCHES = st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=2, max_size=3)


def suite():
    def rule(kind, column, **arguments):
        return expect(kind, RowFault.UNKNOWN_CODE, Severity.CRITICAL, "It is wrong.", column=column, **arguments)

    return suite_of(
        "codes",
        [
            *(rule("ExpectColumnValuesToBeInSet", name, value_set=["M", "F"]) for name in ("sex", "other")),
            rule("ExpectColumnValuesToBeInSet", "sex", value_set=["M", "F", True]),
            rule("ExpectColumnValuesToNotBeNull", "other"),
        ],
    )


def findings(values):
    frame = pd.DataFrame({"sex": values, "other": values[::-1], "row_id": range(len(values))}, dtype=object)
    return checking.check(suite(), frame, "row_id").findings


@given(BATCHES)
@settings(max_examples=10)
def test_the_batches_before_change_no_answer(batches):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "_KNOWN_FIT", KnownFit())
        one_after_the_other = [findings(values) for values in batches]
        for values, found in zip(batches, one_after_the_other, strict=True):
            patch.setattr(checking, "_KNOWN_FIT", KnownFit())
            assert findings(values) == found


def test_the_engine_is_asked_of_new_values_and_of_those_that_broke_a_rule(monkeypatch):
    asked = []

    def listened(name, expectations, frame):
        asked.append(frame["question 0"].dropna().tolist())
        return run(name, expectations, frame)

    monkeypatch.setattr(checking, "run", listened)
    monkeypatch.setattr(checking, "_KNOWN_FIT", KnownFit())
    assert findings(["M", "F"]) == ()
    assert findings(["F", "M"]) == ()
    assert [finding.row_ids for finding in findings(["F", "x"])] == [(1,), (0,), (1,)]
    findings(["x", "F"])
    assert asked == [["M", "F"], ["x"], ["x"]]


def test_what_is_the_same_to_python_is_not_the_same_value():
    known = KnownFit()
    known.add("is it true?", [True], set())
    assert known.unknown("is it true?", [True, 1, 1.0, "1", 1]) == [1, 1.0, "1"]


def test_what_breaks_a_rule_and_what_is_too_much_is_not_remembered():
    known = KnownFit()
    known.add("is it short?", ["long"], {identity("long")})
    known.add("is it short?", range(MOST_OF_A_QUESTION + 1), set())
    assert known.unknown("is it short?", ["long", 0, MOST_OF_A_QUESTION]) == ["long", MOST_OF_A_QUESTION]
