"""Do blocking rules, comparisons and model work as parts of recordlinkage?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import recordlinkage

import linkage
from linkage.blocking import BLOCKING_RULES, candidate_pairs, pairs_within_blocks
from linkage.comparisons import COMPARISONS, compare_pairs
from linkage.encoding import encode_table
from tests.linkage.households import made_up_town


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    town = linkage.normalize_records(made_up_town(1500, seed=9)).set_index("record_id")
    return town.assign(email=None, other_last_names=None)


def test_the_toolkit_path_gives_the_same_levels_and_good_answers(table: pd.DataFrame) -> None:
    index = recordlinkage.Index()
    index.add([rule for rule in BLOCKING_RULES if rule.needs != ("email",)])
    pairs = index.index(table)
    vectors = recordlinkage.Compare(list(COMPARISONS)).compute(pairs, table)
    left, right = table.index.get_indexer(pairs.get_level_values(0)), table.index.get_indexer(pairs.get_level_values(1))
    np.testing.assert_array_equal(vectors.to_numpy(), compare_pairs(encode_table(table), left, right))
    classifier = linkage.HouseholdClassifier(record_count=len(table))
    predicted = classifier.fit_predict(vectors)
    truth = table["person_truth"]
    correct = truth.loc[predicted.get_level_values(0)].to_numpy() == truth.loc[predicted.get_level_values(1)].to_numpy()
    assert correct.mean() > 0.97
    assert classifier.prob(vectors).between(0, 1).all()


def test_a_classifier_without_a_model_or_with_other_vectors_is_refused() -> None:
    with pytest.raises(ValueError, match="call fit"):
        linkage.HouseholdClassifier(10).prob(pd.DataFrame(np.zeros((1, len(COMPARISONS)))))
    with pytest.raises(ValueError, match="columns"):
        linkage.HouseholdClassifier(10).fit(pd.DataFrame(np.zeros((1, 2))))


def test_two_tables_can_be_linked(table: pd.DataFrame) -> None:
    left, right = table.iloc[:700], table.iloc[700:]
    pairs = BLOCKING_RULES[0].index(left, right)
    assert len(pairs)
    assert (
        left.loc[pairs.get_level_values(0), "ssn"].to_numpy() == right.loc[pairs.get_level_values(1), "ssn"].to_numpy()
    ).all()


def test_a_pair_belongs_to_the_first_rule_that_yields_it(table: pd.DataFrame) -> None:
    found = candidate_pairs(encode_table(table.reset_index()))
    keys = found.left * len(table) + found.right
    assert len(np.unique(keys)) == len(keys) == found.report["pair_count"].sum()
    assert (found.left < found.right).all()
    assert "email" not in set(found.report["blocking_rule"])


def test_blocks_hold_every_pair_once_and_large_ones_are_counted() -> None:
    found = pairs_within_blocks(np.array([1, -1, 1, 2, 1, -1, 2]))
    assert sorted(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 2), (0, 4), (2, 4), (3, 6)]
    large = pairs_within_blocks(np.repeat([0, 1], [301, 3]))
    assert (len(large.left), large.purged_block_count, large.purged_record_count) == (3, 1, 301)
