"""Which pairs are asked about, and which are not?"""

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.codes import ReviewKind
from pipeline.review import items
from pipeline.review.items import LARGE_PERSON_RECORDS, NEW_EVIDENCE_BITS, find_items, item_id_of
from tests.review.drawn import KEY, asked, evidence

LINK, DIFFERENCE, CONFLICT = "uncertain link", "uncertain difference", "conflicting identifiers"


@pytest.mark.parametrize(
    ("persons", "pairs", "found"),
    [
        ("ab", "a-b:.99", []),
        ("ab", "a-b:.8", [(LINK, "a-b", "b")]),
        ("abc", "a-b:.99 b-c:.8", [(LINK, "b-c", "c")]),
        ("abc", "a-b:.99 b-c:.8 a-c:.97", []),
        ("abc", "a-b:.8 b-c:.99 a-c:.4", [(LINK, "a-b", "bc")]),
        ("abcd", "a-b:.99 b-c:.8 c-d:.99", [(LINK, "b-c", "cd")]),
        ("abcd", "a-b:.75 b-c:.99 c-d:.9", [(LINK, "a-b", "bcd"), (LINK, "c-d", "d")]),
        ("a b", "a-b:.6", [(DIFFERENCE, "a-b", "")]),
        ("a b", "a-b:.2", []),
        ("ab c", "a-b:.99 a-c:.4 b-c:.6", [(DIFFERENCE, "b-c", "")]),
        ("a b c", "a-b:.6 b-c:.5", [(DIFFERENCE, "a-b", ""), (DIFFERENCE, "b-c", "")]),
        ("", "", []),
    ],
)
def test_uncertain_links_and_differences_drawn(persons, pairs, found):
    if not persons:
        assert asked(find_items(evidence("a"))) == []
        return
    assert asked(find_items(evidence(persons, pairs))) == found


def test_a_link_that_was_not_followed_is_asked_about_with_its_reason():
    [item] = find_items(evidence("a b", "a-b:.9", refused="a-b")).items
    assert (item.kind.value, item.reason) == (DIFFERENCE, "all pairs speak against it")
    assert (item.person_id_l, item.person_id_r) == ("P-a", "P-b")


@pytest.mark.parametrize(
    ("persons", "pairs", "decisions"),
    [
        ("ab", "a-b:.8", "a=b"),
        ("abc", "a-b:.8 b-c:.99", "a=c"),
        ("a b", "a-b:.6", "a/b"),
        ("ab cd", "a-b:.99 c-d:.99 b-c:.6", "a/d"),
        ("a b", "a-b:.6", "a?b"),
    ],
)
def test_what_is_decided_is_not_asked(persons, pairs, decisions):
    unsure = [("a", "b", math.log2(1.5), "")] if "?" in decisions else []
    assert asked(find_items(evidence(persons, pairs, decisions, unsure=unsure))) == []


def test_a_decision_that_was_taken_back_lets_the_question_return():
    assert asked(find_items(evidence("ab", "a-b:.8", ""))) == [(LINK, "a-b", "b")]


def test_what_nobody_could_tell_is_asked_again_only_with_new_evidence():
    [first] = find_items(evidence("ab c", "a-b:.8")).items
    weight, seen = first.match_weight, first.evidence_hash
    moved = 1 / (1 + 2 ** -(weight - NEW_EVIDENCE_BITS - 0.01))
    unsure = [("a", "b", weight, seen)]
    assert asked(find_items(evidence("ab c", "a-b:.8", "a?b", unsure=unsure))) == []
    assert asked(find_items(evidence("ab c", "a-b:.85", "a?b", unsure=unsure))) == []
    assert asked(find_items(evidence("ab c", f"a-b:{moved}", "a?b", unsure=unsure))) == [(LINK, "a-b", "b")]
    joined = find_items(evidence("abc", "a-b:.8 b-c:.99", "a?b", unsure=unsure))
    assert asked(joined) == [(LINK, "a-b", "bc")], "another record joined the person"


def test_what_nobody_could_tell_of_two_persons_is_not_asked_again_on_another_pair_of_theirs():
    [first] = find_items(evidence("ab c", "a-b:.99 a-c:.5 b-c:.6")).items
    unsure = [(first.record_id_l, first.record_id_r, first.match_weight, first.evidence_hash)]
    assert asked(find_items(evidence("ab c", "a-b:.99 a-c:.65 b-c:.6", "b?c", unsure=unsure))) == []


@pytest.mark.parametrize(
    ("one", "other", "is_asked"),
    [
        ({"ssn": "523114321"}, {"ssn": "523114329"}, True),
        ({"ssn": "523114321"}, {"ssn": "4321"}, False),
        ({"ssn": "523114321"}, {"ssn": None}, False),
        ({"birth_date": "1980-04-05"}, {"birth_date": "1980-04-06"}, False),
        ({"birth_date": "1980-04-05"}, {"birth_date": "1980-05-04"}, True),
        ({"birth_date": "1980-04-05"}, {"birth_date": "1980"}, False),
    ],
)
def test_two_identifiers_that_can_hardly_both_be_right_are_asked_about(one, other, is_asked):
    found = asked(find_items(evidence("abc", "a-b:.99 b-c:.98", told={"a": one, "c": other})))
    assert found == ([(CONFLICT, "a-c", "c")] if is_asked else [])


def test_a_conflict_is_settled_by_a_decision_on_any_two_records_that_hold_the_two_values():
    told = {"a": {"ssn": "523114321"}, "b": {"ssn": "523114321"}, "c": {"ssn": "523114329"}}
    pairs = "a-b:.99 b-c:.98"
    assert asked(find_items(evidence("abc", pairs, told=told))) == [(CONFLICT, "a-c", "c")]
    assert asked(find_items(evidence("abc", pairs, "b=c", told=told))) == []


def test_records_that_repeat_another_go_with_it():
    told = {letter: {"first_name": "x"} for letter in "bde"}
    assert asked(find_items(evidence("abcde", "a-b:.8 b-c:.99", told=told))) == [(LINK, "a-b", "bcde")]


def test_a_person_of_too_many_different_records_is_asked_about_where_it_would_fall_apart():
    letters = [chr(0x4E00 + number) for number in range(LARGE_PERSON_RECORDS + 1)]
    chain = [f"{a}-{b}:{0.97 if a == letters[20] else 0.99}" for a, b in itertools.pairwise(letters)]
    [item] = find_items(evidence("".join(letters), " ".join(chain))).items
    assert item.kind == ReviewKind.LARGE_PERSON
    assert len(item.parted_record_ids) == LARGE_PERSON_RECORDS + 1 - 21
    assert find_items(evidence("".join(letters[:-1]), " ".join(chain[:-1]))).items == ()


def test_a_contradiction_comes_first_and_names_its_decisions():
    found = find_items(evidence("ab c d e", "d-e:.69", "a=b b=c a/c"))
    assert asked(found)[0][:2] == ("contradiction", "a-c")
    assert found.items[0].decision_numbers == (1, 2, 3)
    assert asked(found)[1][:2] == (DIFFERENCE, "d-e")


def test_too_many_items_are_counted_and_those_nearest_to_the_threshold_kept():
    found = find_items(evidence("a b c d e f", "a-b:.4 c-d:.69 e-f:.5"), most=2)
    assert [pair for _, pair, _ in asked(found)] == ["c-d", "e-f"]
    assert found.left_out == 1


def test_an_items_id_is_steady_short_and_tells_no_record():
    [first] = find_items(evidence("ab c", "a-b:.8")).items
    [later] = find_items(evidence("ab cd", "a-b:.9 c-d:.99")).items
    assert first.item_id == later.item_id
    assert re.fullmatch(r"R-[0-9A-HJKMNP-TV-Z]{10}", first.item_id)
    assert first.item_id != item_id_of(ReviewKind.LARGE_PERSON, "a", "b", KEY)
    assert first.item_id != find_items(evidence("ab c", "a-b:.8", key="another")).items[0].item_id


LETTERS = "abcdefgh"


@given(
    group=st.lists(st.integers(0, 3), min_size=8, max_size=8),
    shares=st.dictionaries(
        st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS)).filter(lambda p: p[0] < p[1]),
        st.sampled_from([0.2, 0.4, 0.6, 0.75, 0.9, 0.96, 0.99]),
    ),
    chance=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing_and_every_split_leaves_two_sides(group, shares, chance):
    words = [
        "".join(letter for letter, own in zip(LETTERS, group, strict=True) if own == number) for number in range(4)
    ]
    drawn = evidence(" ".join(filter(None, words)), " ".join(f"{a}-{b}:{share}" for (a, b), share in shares.items()))
    found = find_items(drawn)
    mixed = type(drawn)(
        **{
            name: part.iloc[chance.sample(range(len(part)), len(part))] if hasattr(part, "iloc") else part
            for name, part in vars(drawn).items()
        }
    )
    assert find_items(mixed) == found
    people = dict(zip(drawn.records["record_id"], drawn.records["person_id"], strict=True))
    for item in found.items:
        away = set(item.parted_record_ids)
        if item.person_id_r is None:
            mine = {record for record, person in people.items() if person == item.person_id_l}
            assert away < mine
            assert item.record_id_r in away
            assert item.record_id_l not in away
        else:
            assert people[item.record_id_l] != people[item.record_id_r]
            assert not away
    assert len({item.item_id for item in found.items}) == len(found.items)


LETTERS = "abcdefgh"
WEIGHTS = st.sampled_from(["", ":.2", ":.5", ":.8", ":.94", ":.96", ":.99"])


@given(data=st.data())
def test_whom_nothing_is_asked_about_is_left_out_of_the_trees_and_nobody_else(data):
    groups = data.draw(st.lists(st.integers(0, 3), min_size=len(LETTERS), max_size=len(LETTERS)))
    persons = ["".join(a for a, own in zip(LETTERS, groups, strict=True) if own == number) for number in range(4)]
    ends = [f"{a}-{b}" for a, b in itertools.combinations(LETTERS, 2)]
    weights = {pair: data.draw(WEIGHTS) for pair in data.draw(st.lists(st.sampled_from(ends), unique=True, max_size=9))}
    said = st.sampled_from([{}, {"first_name": "x"}, {"ssn": "523114321"}, {"ssn": "523114329"}])
    told = {letter: data.draw(said) for letter in LETTERS}
    decisions = " ".join(data.draw(st.lists(st.sampled_from(["a=b", "b=c", "a/c", "d=e"]), unique=True)))
    pairs = " ".join(pair + weight for pair, weight in weights.items() if weight)
    known = evidence(" ".join(filter(None, persons)), pairs, decisions, told=told)
    found = find_items(known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "_doubtful", lambda records, firm: set(records["person_id"]))
        assert found == find_items(known)
