"""What does the report of a linkage show, and what does it never show?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import linkage
from linkage.evaluation import evaluate_clusters
from linkage.files import Truth
from linkage.flow import Linked
from linkage.report import render_report
from linkage.report.charts import waterfall
from linkage.report.examples import examples_of
from linkage.report.pictures import waterfall_steps
from linkage.scoring import weight_of
from linkage.sweep import reopen, threshold_curve
from tests.linkage.households import made_up_town

PEOPLE = made_up_town(1500, seed=4).replace({"last_name": {"PERSON": "PERSSON"}})  # a word of the page
TRUTH = Truth(PEOPLE[["record_id", "person_truth"]])
VALUE_FIELDS = ("first_name", "last_name", "birth_date", "ssn", "phone", "street_address")


@pytest.fixture(scope="module")
def linked() -> Linked:
    return linkage.dedupe(PEOPLE)


@pytest.fixture(scope="module")
def page(linked: Linked) -> str:
    return render_report(linked, PEOPLE, TRUTH)


class Tags(HTMLParser):
    """Which elements does a page have, and are all of them closed?"""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "path", "use"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"path", "use"}:
            return
        assert self.open.pop() == tag


def test_the_page_stands_alone(page: str) -> None:
    tags = Tags(page)
    assert tags.open == []
    assert not {"script", "img", "iframe", "object"} & {tag for tag, _ in tags.seen}
    addresses = [value for _, attrs in tags.seen for name, value in attrs.items() if name in ("src", "href")]
    assert [address for address in addresses if not address.startswith(("#", "data:,"))] == []
    assert "url(http" not in page
    assert "@import" not in page
    ids = [attrs["id"] for _, attrs in tags.seen if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_picture_speaks_to_those_who_do_not_see_it(page: str) -> None:
    pictures = [attrs for tag, attrs in Tags(page).seen if tag == "svg"]
    assert len(pictures) == 3 + 6 + 11  # overview, pairs, comparisons
    for attrs in pictures:
        title, words = attrs["aria-labelledby"].split()
        assert re.search(rf'<title id="{title}">[^<]+</title>', page)
        assert re.search(rf'<desc id="{words}">[^<]+\.</desc>', page)


def test_no_value_of_a_record_is_shown(page: str) -> None:
    text = page.upper()
    values = {str(value).upper() for field in VALUE_FIELDS for value in PEOPLE[field].dropna()}
    words = set(re.findall(r"[\w'-]+", re.sub(r"<STYLE.*?</STYLE>|<[^>]+>", " ", text, flags=re.DOTALL)))
    shown = {value for value in values if (value in text if len(value) > 6 else value in words)}
    assert shown == set()
    assert PEOPLE["record_id"].str.upper().isin(words).sum() >= 10  # the examples are named by id


def test_the_same_records_give_the_same_bytes(linked: Linked, page: str) -> None:
    shuffled = PEOPLE.sample(frac=1, random_state=3)
    truth = Truth(shuffled[["record_id", "person_truth"]])
    assert render_report(linkage.dedupe(shuffled), shuffled, truth) == page


def test_without_truth_it_says_what_would_be_needed(linked: Linked) -> None:
    page = render_report(linked, PEOPLE)
    assert "If the threshold were another" not in page
    assert "record_id_l, record_id_r, is_match" in page


def test_labelled_pairs_draw_the_curve_too(linked: Linked) -> None:
    labels = linked.pairs[["record_id_l", "record_id_r"]].head(200).assign(is_match=[True, False] * 100)
    page = render_report(linked, PEOPLE, Truth(labels))
    assert "If the threshold were another" in page
    assert "Person precision" not in page


@pytest.mark.parametrize("count", [0, 5])
def test_a_table_of_a_few_records_has_a_report(count: int) -> None:
    records = PEOPLE.head(count)
    page = render_report(linkage.dedupe(records), records, Truth(records[["record_id", "person_truth"]]))
    assert Tags(page).open == []
    assert "No pair was likely enough" in page or "Why: some pairs" in page


def test_ids_are_written_as_text_and_not_without_end() -> None:
    hostile = [f"<script>alert({i})</script>" + "x" * 10_000 for i in range(2)]
    same = {"first_name": "ANA", "last_name": "LOPEZ", "birth_date": "1984-03-05", "ssn": "512341234"}
    records = pd.DataFrame([same, {**same, "first_name": "ANNA"}]).assign(record_id=hostile)
    page = render_report(linkage.dedupe(records), records)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(0)" in page
    assert len(page) < 400_000


# --- the threshold curve ---------------------------------------------------------------------------------------------


def test_the_curve_says_what_linking_again_would_give(linked: Linked) -> None:
    told: list[float] = []
    curve = threshold_curve(reopen(linked, PEOPLE), linked.threshold, TRUTH.measure, told.append)
    assert told[-1] == 1.0
    assert curve["threshold"].is_monotonic_increasing
    for threshold in (0.3, 0.7, 0.99):
        again = linkage.dedupe(PEOPLE, model=linked.model, threshold=threshold)
        figures = evaluate_clusters(again.clusters, TRUTH.table)
        row = curve[curve["threshold"] == threshold].iloc[0]
        assert row["cluster_count"] == again.clusters["cluster_id"].nunique()
        assert (row["precision"], row["recall"], row["f1"]) == (figures.precision, figures.recall, figures.f1)


def test_decisions_of_people_hold_at_every_threshold(linked: Linked) -> None:
    ids = linked.clusters.drop_duplicates("cluster_id")["record_id"].head(2).tolist()
    twice = linked.clusters[linked.clusters["cluster_id"].duplicated(keep=False)].groupby("cluster_id").first()
    pair = (twice.index[0], twice["record_id"].iloc[0])
    pair = tuple(linked.clusters[linked.clusters["cluster_id"] == pair[0]]["record_id"].head(2))
    decided = linkage.dedupe(PEOPLE, must_link=[tuple(ids)], must_not_link=[pair])
    reopened = reopen(decided, PEOPLE, [tuple(ids)], [pair])
    for threshold in (0.05, 0.999):
        cluster = reopened.clusters_at(threshold).set_index("record_id")["cluster_id"]
        assert cluster[ids[0]] == cluster[ids[1]]
        assert cluster[pair[0]] != cluster[pair[1]]


# --- the examples ----------------------------------------------------------------------------------------------------


def test_the_examples_are_what_they_are_called(linked: Linked) -> None:
    found, absent = examples_of(linked, reopen(linked, PEOPLE))
    by_title = {example.title: example for example in found}
    explain = linkage.make_explainer(PEOPLE, linked.model)
    weight = {title: explain(pair.record_id_l, pair.record_id_r).total_bits for title, pair in by_title.items()}
    cut, weights = weight_of(linked.threshold), linked.pairs["match_weight"]
    assert weight["A sure link"] == pytest.approx(weights.max())
    assert weight["Just above the threshold"] == pytest.approx(weights[weights >= cut].min())
    assert weight["Just below the threshold"] == pytest.approx(weights[weights < cut].max())
    household = by_title["Perhaps one household"]
    assert explain(household.record_id_l, household.record_id_r).household_bits < -1
    against = by_title["A contradiction"]
    assert explain(against.record_id_l, against.record_id_r).conflicts
    cluster = linked.clusters.set_index("record_id")["cluster_id"]
    refused = by_title["A link not followed"]
    assert cluster[refused.record_id_l] != cluster[refused.record_id_r]
    assert absent == []


def test_a_waterfall_adds_up(linked: Linked) -> None:
    explain = linkage.make_explainer(PEOPLE, linked.model)
    for pair in linked.pairs.sample(30, random_state=1).itertuples():
        found = explain(pair.record_id_l, pair.record_id_r)
        steps = waterfall_steps(found)
        assert np.isclose(sum(bits for _, bits in steps), found.total_bits, atol=0.01)
        assert found.total_bits == pytest.approx(pair.match_weight)
    svg = waterfall("pair", steps, found.total_bits, 1.2)
    assert all(re.search(rf">\{bits:+.1f}<", svg) for _, bits in steps)
