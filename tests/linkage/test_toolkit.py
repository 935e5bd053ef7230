"""Do blocking rules, comparisons and model work as parts of recordlinkage, and give what dedupe gives?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from hypothesis import given, settings
from hypothesis import strategies as st
from recordlinkage.compare import String
from recordlinkage.index import Block

import linkage
from linkage import rule_on
from linkage.blocking import make_blocks
from linkage.comparisons import COMPARISONS, patterns_of
from linkage.model import starting_model
from linkage.nodes import collapse_records
from linkage.scoring import pattern_weights
from linkage.toolkit import HouseholdClassifier, PersonBlock, PersonCompare, PersonLevel, person_blocks, person_levels
from tests.docs.pages import code_block
from tests.linkage.households import made_up_town

ALL_LEVELS = [f"{comparison.name}_level" for comparison in COMPARISONS]
FIELDS = [
    "first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "street_address",
    "postcode",
]  # fmt: skip
SMALL = made_up_town(400, seed=3)
MODEL = starting_model(400)


def with_repeats(town: pd.DataFrame) -> pd.DataFrame:
    """A town in which forty records were sent three times."""
    again = [town.iloc[:40].assign(record_id=[f"{prefix}{n:03d}" for n in range(40)]) for prefix in ("A", "Z")]
    return pd.concat([town, *again], ignore_index=True)


@pytest.fixture(scope="module")
def town() -> pd.DataFrame:
    return with_repeats(made_up_town(1500, seed=9)).sample(frac=1, random_state=5).reset_index(drop=True)


@pytest.fixture(scope="module")
def people(town) -> pd.DataFrame:
    return town.set_index("record_id")


@pytest.fixture(scope="module")
def pairs(people) -> pd.MultiIndex:
    return recordlinkage.Index(person_blocks()).index(people)


@pytest.fixture(scope="module")
def vectors(people, pairs) -> pd.DataFrame:
    return PersonCompare(person_levels(), rarity=True).compute(pairs, people)


def by_record_ids(values: pd.Series) -> pd.Series:
    """The same values, the smaller record id first, in order."""
    one, other = (values.index.get_level_values(side).astype(str) for side in (0, 1))
    index = pd.MultiIndex.from_arrays([np.where(one < other, one, other), np.where(one < other, other, one)])
    return pd.Series(values.to_numpy(), index=index).sort_index()


def between_representatives(weights: pd.Series, records: pd.DataFrame) -> pd.Series:
    """Weights of the pairs that dedupe compares: of equal records it takes the smallest record id."""
    nodes = collapse_records(records, set())
    shown = nodes.record_ids[nodes.first_record]
    found = by_record_ids(weights)
    return found[found.index.get_level_values(0).isin(shown) & found.index.get_level_values(1).isin(shown)]


def assert_same_as_dedupe(weights: pd.Series, linked: linkage.Linked, records: pd.DataFrame) -> None:
    """Every pair of one side is on the other, with the same weight to the last bit."""
    found = between_representatives(weights, records)
    assert len(found) == linked.candidate_pair_count
    listed = linked.pairs.set_index(["record_id_l", "record_id_r"])["match_weight"].sort_index()
    likely = found[found >= np.log2(0.01 / 0.99)]
    assert likely.index.tolist() == listed.index.tolist()
    np.testing.assert_array_equal(likely.to_numpy(), listed.to_numpy())


def test_weights_and_pairs_are_those_of_dedupe_for_a_learned_model(town, people, vectors) -> None:
    linked = linkage.dedupe(town)
    classifier = HouseholdClassifier(records=people)
    predicted = classifier.fit_predict(vectors)
    assert classifier.model == linked.model
    assert_same_as_dedupe(classifier.weights(vectors), linked, town)
    truth = people["person_truth"]
    is_true = truth.loc[predicted.get_level_values(0)].to_numpy() == truth.loc[predicted.get_level_values(1)].to_numpy()
    assert is_true.mean() > 0.97


def test_weights_are_those_of_dedupe_for_a_given_model(town, vectors) -> None:
    model = linkage.dedupe(made_up_town(2500, seed=5)).model
    classifier = HouseholdClassifier(model)
    assert_same_as_dedupe(classifier.weights(vectors), linkage.dedupe(town, model=model), town)
    probability = classifier.prob(vectors)
    linked = linkage.dedupe(town, model=model).pairs
    np.testing.assert_array_equal(np.sort(between_representatives(probability, town))[-len(linked) :],
                                  np.sort(linked["match_probability"]))  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(FIELDS), min_size=1), st.randoms(use_true_random=False))
def test_any_fields_in_any_order_of_rows_weigh_as_in_dedupe(fields: set[str], random) -> None:
    rows = list(range(len(SMALL)))
    random.shuffle(rows)
    columns = [*fields, "record_id"]
    random.shuffle(columns)
    records = SMALL[columns].iloc[rows]
    labelled = records.set_index("record_id")
    found = PersonBlock()._dedup_index(labelled)
    vectors = PersonCompare(person_levels(), rarity=True).compute(found, labelled)
    linked = linkage.dedupe(records, model=MODEL)
    assert_same_as_dedupe(HouseholdClassifier(MODEL).weights(vectors), linked, records)


def test_without_rarity_every_value_weighs_the_same(vectors) -> None:
    levels = vectors[ALL_LEVELS]
    weights = HouseholdClassifier(MODEL).weights(levels)
    np.testing.assert_array_equal(weights.to_numpy(), pattern_weights(MODEL, patterns_of(levels.to_numpy())))
    assert (weights != HouseholdClassifier(MODEL).weights(vectors)).mean() > 0.5


def test_without_records_a_model_is_learned_with_the_starting_u(vectors, people) -> None:
    classifier = HouseholdClassifier()
    assert len(classifier.fit_predict(vectors)) > 0
    assert classifier.model.trained_on == len(people)
    assert classifier.model.parameters["ssn"].u == pytest.approx(MODEL.parameters["ssn"].u)


def test_rules_mix_with_recordlinkages_own(people) -> None:
    mixed = recordlinkage.Index()
    mixed.add([PersonBlock(rule_on("ssn")), Block("postcode")])
    alone = recordlinkage.Index([Block("postcode")]).index(people)
    found = mixed.index(people)
    by_ssn = PersonBlock(rule_on("ssn")).index(people)
    assert len(found) == len(alone.union(by_ssn)) == len(by_record_ids(pd.Series(0, index=found)).index.unique())
    assert found.names == ["record_id_1", "record_id_2"]
    ssn = people["ssn"]
    one, other = (ssn.loc[by_ssn.get_level_values(side)].to_numpy() for side in (0, 1))
    assert len(by_ssn) > 0
    assert (one == other).all()


def test_a_pair_of_several_rules_comes_once_and_equal_records_are_paired(people, pairs) -> None:
    assert not pairs.duplicated().any()
    seen = set(by_record_ids(pd.Series(0, index=pairs)).index)
    assert {(f"A{n:03d}", f"Z{n:03d}") for n in range(40) if pd.notna(people.loc[f"A{n:03d}", "birth_date"])} <= seen


def test_features_mix_and_keep_the_order_of_adding(people, pairs) -> None:
    few = pairs[::40]
    street = lambda: String("street_address", "street_address", method="jarowinkler", label="street")  # noqa: E731
    unnamed = lambda: String("phone", "phone")  # noqa: E731
    compare = PersonCompare()
    compare.add([PersonLevel("first_name"), street(), PersonLevel("ssn", label="number"), unnamed()])
    fast = compare.compute(few, people)
    present = people.columns
    plain = recordlinkage.Compare(
        [PersonLevel("first_name", present), street(), PersonLevel("ssn", label="number"), unnamed()]
    )
    pd.testing.assert_frame_equal(fast, plain.compute(few, people))
    assert fast.columns.tolist() == ["first_name_level", "street", "number", 3]


def test_recordlinkages_own_compare_gives_the_same_levels(people, pairs, vectors) -> None:
    lacking = people.drop(columns=["phone", "suffix", "middle_name"])
    plain = recordlinkage.Compare(person_levels(lacking)).compute(pairs, lacking)
    pd.testing.assert_frame_equal(plain, PersonCompare(person_levels()).compute(pairs, lacking))
    assert (plain[["phone_level", "email_level", "middle_name_level"]] == -1).all(axis=None)
    assert (plain["birth_date_level"] == vectors["birth_date_level"]).all()
    for level in person_levels():
        alone = level.compute(pairs, lacking)
        pd.testing.assert_series_equal(alone, plain[level.label])


def test_a_suffix_within_a_name_is_seen_by_every_road() -> None:
    raw = pd.DataFrame({"last_name": ["Smith Jr", "SMITH SR.", "smith"], "first_name": ["Al", "AL", "al"]})
    pairs = recordlinkage.index.Full().index(raw)
    for compare in (recordlinkage.Compare(person_levels(raw)), PersonCompare(person_levels())):
        levels = compare.compute(pairs, raw)
        assert levels.loc[(1, 0), ["last_name_level", "suffix_level"]].tolist() == [4, 0]
        assert levels.loc[(2, 0), "suffix_level"] == -1


@pytest.mark.parametrize("made", [str, int, pd.Timestamp])
def test_any_index_will_do(people, made) -> None:
    relabelled = people.set_axis(pd.Index([made(7 * n) for n in range(len(people))][::-1], name="key"))
    found = recordlinkage.Index(person_blocks()).index(relabelled)
    assert found.names == ["key_1", "key_2"]
    by_label = pd.MultiIndex.from_arrays(
        [people.index[relabelled.index.get_indexer(found.get_level_values(side))] for side in (0, 1)]
    )
    assert by_label.sort_values().equals(PersonBlock().index(people).rename([None, None]).sort_values())
    levels = [
        PersonCompare([PersonLevel("ssn")]).compute(*asked) for asked in ((found, relabelled), (by_label, people))
    ]
    np.testing.assert_array_equal(levels[0].to_numpy(), levels[1].to_numpy())


def test_two_frames_are_linked_as_they_would_be_in_one(town) -> None:
    left, right = town.iloc[:700].set_index("record_id"), town.iloc[700:].set_index("record_id")
    across = recordlinkage.Index(person_blocks()).index(left, right)
    vectors = PersonCompare(person_levels(), rarity=True).compute(across, left, right)
    weights = between_representatives(HouseholdClassifier(MODEL).weights(vectors), town)
    listed = linkage.dedupe(town, model=MODEL).pairs.set_index(["record_id_l", "record_id_r"])["match_weight"]
    sides = [listed.index.get_level_values(side).isin(left.index) for side in (0, 1)]
    listed = listed[sides[0] != sides[1]].sort_index()
    np.testing.assert_array_equal(weights[listed.index].to_numpy(), listed.to_numpy())
    classifier = HouseholdClassifier(records=left, records_link=right)
    predicted = classifier.fit_predict(vectors)
    truth = town.set_index("record_id")["person_truth"]
    is_true = truth.loc[predicted.get_level_values(0)].to_numpy() == truth.loc[predicted.get_level_values(1)].to_numpy()
    assert is_true.mean() > 0.97
    plain = recordlinkage.Compare(person_levels(left, right)).compute(across, left, right)
    pd.testing.assert_frame_equal(plain, vectors[ALL_LEVELS])


def test_recordlinkages_own_classifier_takes_our_levels(people, vectors) -> None:
    levels = vectors[["first_name_level", "last_name_level", "birth_date_level", "ssn_level"]]
    is_close = (levels >= 3).astype(int)
    predicted = recordlinkage.ECMClassifier().fit_predict(is_close)
    truth = people["person_truth"]
    is_true = truth.loc[predicted.get_level_values(0)].to_numpy() == truth.loc[predicted.get_level_values(1)].to_numpy()
    assert is_true.mean() > 0.9
    assert len(predicted) > 500


def test_the_form_of_the_answer_is_recordlinkages_option(vectors) -> None:
    with recordlinkage.option_context("classification.return_type", "series"):
        said = HouseholdClassifier(MODEL).predict(vectors)
    assert set(said) == {0, 1}
    assert said.index.equals(vectors.index)


@pytest.mark.long
def test_processes_give_what_threads_give(people, pairs) -> None:
    few = pairs[:200]
    compare = PersonCompare([PersonLevel("ssn"), String("ssn", "ssn", label="text")], n_jobs=2, rarity=True)
    alone = PersonCompare([PersonLevel("ssn"), String("ssn", "ssn", label="text")], rarity=True)
    filled = people.fillna({"ssn": ""})
    pd.testing.assert_frame_equal(compare.compute(few, filled), alone.compute(few, filled))


@pytest.mark.parametrize("size", [0, 1])
def test_hardly_any_records_make_no_pairs(size: int) -> None:
    few = SMALL.iloc[:size]
    found = recordlinkage.index.Full().index(few)[:0] if size else PersonBlock()._dedup_index(few)
    assert len(PersonBlock()._dedup_index(few)) == len(PersonBlock()._link_index(few, few.iloc[:0])) == 0
    vectors = PersonCompare(person_levels(), rarity=True).compute(found, few)
    assert vectors.shape == (0, 11 + 17)
    assert len(HouseholdClassifier(records=few).fit_predict(vectors)) == 0


WRONG = {
    "no levels": (lambda v: HouseholdClassifier(MODEL).predict(pd.DataFrame({"street": [0.5]})), "none of the columns"),
    "no vectors": (lambda v: HouseholdClassifier(MODEL).predict(v.to_numpy()), "pandas.DataFrame"),
    "similarities": (lambda v: HouseholdClassifier(MODEL).prob(v.assign(ssn_level=0.5)), r"\[ssn_level\]"),
    "not fitted": (lambda v: HouseholdClassifier().prob(v), "call fit first"),
    "no pairs": (lambda v: HouseholdClassifier().fit(v.reset_index(drop=True)), "pairs as their index"),
    "other records": (
        lambda v: HouseholdClassifier(records=SMALL.iloc[:5].set_index("record_id")).fit(v),
        "pairs name a record",
    ),
    "no probability": (lambda v: HouseholdClassifier(threshold=1.0), r"threshold \[1.0\]"),
    "only the second frame": (lambda v: HouseholdClassifier(records_link=SMALL), "first one as records"),
    "no evidence": (lambda v: PersonBlock().index(pd.DataFrame({"colour": ["red"]})), "none of the columns"),
    "nothing to compare": (
        lambda v: PersonCompare(person_levels()).compute(v.index, pd.DataFrame({"colour": ["red"]})),
        "none of the columns",
    ),
    "labels that repeat": (
        lambda v: PersonCompare(person_levels()).compute(v.index, pd.concat([SMALL, SMALL])),
        "each once",
    ),
    "pairs of three": (
        lambda v: PersonLevel("ssn").compute(pd.MultiIndex.from_tuples([(1, 2, 3)]), SMALL),
        "one level of labels per side",
    ),
    "no such comparison": (lambda v: PersonLevel("shoe_size"), r"\[shoe_size\]"),
    "no rule": (lambda v: PersonBlock("ssn"), r"rule_on makes them, not a \[str\]"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_use_is_refused_with_what_to_do(wrong: str, vectors) -> None:
    use, message = WRONG[wrong]
    with pytest.raises(ValueError, match=message):
        use(vectors)


def test_blocks_hold_every_pair_once_and_large_ones_are_counted() -> None:
    found = make_blocks([np.array([1, -1, 1, 2, 1, -1, 2])])
    assert (found.order.tolist(), found.starts.tolist()) == ([0, 2, 4, 3, 6], [0, 3, 5])
    large = make_blocks([np.repeat([0, 1], [301, 3])])
    assert (large.pair_counts.tolist(), large.purged_block_count, large.purged_record_count) == ([3], 1, 301)


def test_recordlinkage_is_imported_by_nobody_else_in_linkage() -> None:
    code = "import sys, linkage, linkage.flow, linkage.cli; sys.exit('recordlinkage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_the_how_to_works_as_it_stands_on_the_page(people, vectors) -> None:
    shown = {"people": people}
    for block in ("whole", "mixed"):
        exec(code_block("how-to/link-with-recordlinkage.md", block), shown)
    pd.testing.assert_frame_equal(shown["vectors"], vectors)
    assert len(shown["same_people"]) == (shown["weights"] >= np.log2(0.7 / 0.3)).sum() > 500
    assert shown["mixed"].columns.tolist() == ["first_name_level", "birth_date_level", "street"]
