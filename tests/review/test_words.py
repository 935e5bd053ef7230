"""Are items said in plain sentences, and records shown so that nobody needs colours to see where they differ?"""

import pandas as pd
import pytest

from linkage import Explanation
from linkage.explain import ExplanationStep
from pipeline.contract.tables import EVIDENCE
from pipeline.review import side_by_side, waterfall, words

TWO, ONE = {"person_id_r": "P-2"}, {"person_id_r": None}
NOTHING = "nothing changes on the list."


def effect(role, person_id, now=None, then=None):
    """(points, place, is listed) now and then."""
    row = {"role": role, "person_id": person_id}
    for when, stand in (("now", now), ("then", then)):
        points, place, is_listed = stand or (None, None, False)
        row |= {f"points_{when}": points, f"place_{when}": place, f"is_listed_{when}": is_listed}
    return row


@pytest.mark.parametrize(
    ("item", "effects", "same", "different"),
    [
        (
            TWO,
            [
                effect("stays", "P-1", (22, 30, False), (37, 14, True)),
                effect("joins", "P-2", (15, 40, False), (37, 14, True)),
            ],
            "P-1 would enter the list at rank 14 with 37 points (now 22); P-2 would be found to be P-1.",
            NOTHING,
        ),
        (
            ONE,
            [
                effect("stays", "P-1", (22, 2, True), (11, 4, False)),
                effect("parts", None, None, (11, 5, False)),
                effect("enters", "P-9", (12, 3, False), (12, 2, True)),
            ],
            NOTHING,
            "P-1 would leave the list with 11 points (now rank 2 with 22); a new person would part from the records, "
            "below the line at place 5 with 11 points; P-9 would enter the list at rank 2.",
        ),
        (
            TWO,
            [effect("stays", "P-1", (3, 2, True), (4, 1, True)), effect("leaves", "P-3", (1, 3, True), (1, 4, False))],
            "P-1 would be at rank 1 with 4 points (now rank 2 with 3); P-3 would leave the list.",
            NOTHING,
        ),
        (
            ONE,
            [effect("stays", "P-1", (1, 9, False), (1, None, False))],
            NOTHING,
            "P-1 would be not in line with 1 point (now 1).",
        ),
        (
            TWO,
            [effect("stays", "P-1", (108, None, False), (98, 6, True))],
            "P-1 would enter the list at rank 6 with 98 points (now 108, not in line).",
            NOTHING,
        ),
        (ONE, [], NOTHING, NOTHING),
    ],
)
def test_what_each_answer_changes_is_said_in_a_sentence(item, effects, same, different):
    assert words.answers(item, effects) == (
        f"If they are the same person: {same}",
        f"If they are different people: {different}",
    )


def records(**people):
    rows = [
        dict.fromkeys(EVIDENCE) | {"record_id": name, "person_id": "P-1"} | fields for name, fields in people.items()
    ]
    return pd.DataFrame(rows).astype(object)


PAIR = {
    "record_id_l": "b",
    "record_id_r": "c",
    "person_id_l": "P-1",
    "person_id_r": None,
    "parted_record_ids": ["c", "d"],
}


def test_the_pair_comes_first_and_records_that_repeat_another_are_counted_with_it():
    told = records(a={"first_name": "x"}, b={"first_name": "x"}, c={"sex": "F"}, d={"sex": "F"}, e={"sex": "M"})
    columns = side_by_side.columns_of(told, PAIR)
    assert [(column.record_id, column.side, column.repeats) for column in columns] == [
        ("b", "A", 1),
        ("c", "B", 1),
        ("e", "A", 0),
    ]


def test_two_persons_are_two_sides():
    told = records(b={}, c={"person_id": "P-2"})
    columns = side_by_side.columns_of(told, PAIR | {"person_id_r": "P-2", "parted_record_ids": []})
    assert [(column.person_id, column.side) for column in columns] == [("P-1", "A"), ("P-2", "B")]


def test_each_row_says_by_a_sign_whether_its_values_differ_and_missing_is_a_word():
    told = records(b={"first_name": "x", "sex": "F", "city": "q"}, c={"first_name": "y", "sex": "F"})
    rows = side_by_side.cells_of(side_by_side.columns_of(told, PAIR))
    assert [(field, mark.value, [(cell.text, cell.mark.value) for cell in cells]) for field, mark, cells in rows] == [
        ("first name", "≠", [("x", "="), ("y", "≠")]),
        ("sex", "=", [("F", "="), ("F", "=")]),
        ("city", "·", [("q", "="), ("not known", "·")]),
    ]


def test_the_waterfall_adds_up_and_its_bar_leans_to_the_side_the_sum_speaks_for():
    steps = (ExplanationStep("first_name", 6, "equal", 7.0), ExplanationStep("sex", -1, "not known on one side", 0.0))
    found = Explanation("a", "b", -10.0, steps, -1.0, -4.0, ("twins",), -8.0, 0.004)
    lines = waterfall.lines_of(found)
    assert [(one.comparison, one.bits, one.total) for one in lines] == [
        ("any two records", -10.0, -10.0),
        ("first name", 7.0, -3.0),
        ("household", -1.0, -4.0),
        ("contradictions", -4.0, -8.0),
    ]
    assert [one.bar for one in lines][:2] == ["     -----|          ", "        --|          "]
    assert waterfall.Line("x", "y", 1.0, 90.0).bar == "          |++++++++++"
