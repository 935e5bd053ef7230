"""How does a linkage look at a glance? One page that asks no other host, the same bytes for the same records.

It shows counts, ids of records, levels and weights; no value of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from linkage.evaluation import Evaluation, PairEvaluation
from linkage.explain import explainer_of
from linkage.files import Truth
from linkage.linked import Linked
from linkage.nodes import Pairs, Records
from linkage.normalize import FIELDS
from linkage.report import pictures
from linkage.report.examples import examples_of
from linkage.report.pictures import Picture, plain, short_id
from linkage.sweep import reopen, threshold_curve

REFUSALS_SHOWN = 5
"""Examples per reason."""

SHARE_OF_CURVE = 0.5
"""Share of the report's work that the threshold curve is, for the progress bar."""

FIGURES = (
    ("precision", "of pairs in one cluster, share that is one person"),
    ("recall", "of pairs that are one person, share in one cluster"),
    ("f1", "both together"),
    ("person_precision", "of the clusters, share that is exactly one person"),
    ("person_recall", "of the people, share that is exactly one cluster"),
    ("person_f1", "both together"),
)


def render_report(
    linked: Linked,
    records: Records,
    truth: Truth | None = None,
    decided: tuple[Pairs, Pairs] = ((), ()),
    tell: Callable[[float], None] = lambda share: None,
) -> str:
    """Which page shows this linkage?

    Args:
        linked: what dedupe gave.
        records: what dedupe was given.
        truth: who is who, where that is known; adds figures and the threshold curve.
        decided: the must-link and must-not-link pairs dedupe was given.
        tell: told the share of the work done.
    """
    tell(0.0)
    reopened = reopen(linked, records, *decided)
    measured, curve = None, None
    if truth is not None:
        measured = truth.measure(linked.clusters)
        curve = threshold_curve(reopened, linked.threshold, truth.measure, lambda done: tell(SHARE_OF_CURVE * done))
    chosen, absent = examples_of(linked, reopened)
    explain = explainer_of(reopened.nodes, reopened.scorer)
    waterfalls = [
        pictures.waterfall_picture(number, example, explain(example.record_id_l, example.record_id_r), linked.threshold)
        for number, example in enumerate(chosen, start=1)
    ]
    overview = [pictures.weights_picture(linked), pictures.sizes_picture(linked)]
    if curve is not None:
        overview.append(pictures.curve_picture(curve, linked.threshold))
    page = _template().render(
        linked=linked,
        headline=_headline(linked, measured),
        facts=_facts(linked),
        measured=_measured(measured),
        curve=None if curve is None else list(curve.itertuples()),
        overview=_marked(overview),
        waterfalls=_marked(waterfalls),
        absent=absent,
        levels=_marked(pictures.level_pictures(linked.model)),
        shares=pictures.shares_rows(linked.model),
        rules=_rules(linked),
        missing=_missing(linked),
        refusals=_refusals(linked.refusals),
    )
    tell(1.0)
    return page


def _marked(drawn: Sequence[Picture]) -> list[tuple[Picture, Markup]]:
    """Which pictures go into the page as they are?"""
    return [(picture, Markup(picture.svg)) for picture in drawn]


def _headline(linked: Linked, measured: Evaluation | PairEvaluation | None) -> list[tuple[str, str]]:
    """Which numbers come first? (number, what it is)."""
    rows = [
        (f"{len(linked.clusters):,}", "records"),
        (f"{linked.clusters['cluster_id'].nunique():,}", "persons"),
        (f"{linked.candidate_pair_count:,}", "pairs compared"),
        (f"{len(linked.refusals):,}", "links not followed"),
    ]
    return [*rows, (f"{measured.f1:.4f}", "F1 against the truth")] if measured else rows


def _facts(linked: Linked) -> list[tuple[str, str]]:
    """What else identifies this linkage? (name, value)."""
    missing = dict(linked.fields.itertuples(index=False))
    empty = [field for field, count in missing.items() if count == len(linked.clusters)]
    compared = [field for field in missing if field not in empty]
    absent = [field for field in FIELDS if field not in missing]
    model = linked.model
    origin = f"{model.trained_on:,} distinct records and {model.pair_count:,} compared pairs"
    rows = [
        ("Threshold", f"{linked.threshold:g} match probability"),
        ("Model", model.model_id),
        ("Learned from", origin if model.trained_on else "nothing: the starting values"),
        ("Fields compared", ", ".join(map(plain, compared)) or "none"),
        ("Without any value", ", ".join(map(plain, empty))),
        ("Not in the table", ", ".join(map(plain, absent))),
    ]
    return [(name, value) for name, value in rows if value]


def _measured(measured: Evaluation | PairEvaluation | None) -> list[tuple[str, str, str]]:
    """How are the figures of an evaluation shown? (name, figure, what it is)."""
    if measured is None:
        return []
    figures = measured.to_dict()
    shown = [(name, what) for name, what in FIGURES if name in figures]
    return [(plain(name).replace("f1", "F1"), f"{figures[name]:.4f}", what) for name, what in shown]


def _rules(linked: Linked) -> list[dict]:
    """How is the yield of each rule shown? With its share of the largest yield, for a bar."""
    most = max(linked.blocking["pair_count"].max() if len(linked.blocking) else 0, 1)
    return [{**row, "share": 100 * row["pair_count"] / most} for row in linked.blocking.to_dict(orient="records")]


def _missing(linked: Linked) -> list[tuple[str, int, float]]:
    """How many records have no value in each field? (field, records, per cent)."""
    records = max(len(linked.clusters), 1)
    return [(plain(field), count, 100 * count / records) for field, count in linked.fields.itertuples(index=False)]


def _refusals(refusals: pd.DataFrame) -> list[tuple[str, int, list[tuple[str, str, float, float]]]]:
    """Which links were not followed? (reason, count, the strongest of them), the most frequent reason first."""
    found = []
    for reason, rows in refusals.groupby("reason", sort=True):
        strongest = rows.sort_values("match_weight", ascending=False, kind="stable").head(REFUSALS_SHOWN)
        examples = [
            (short_id(row.record_id_l), short_id(row.record_id_r), row.match_weight, row.average_weight)
            for row in strongest.itertuples()
        ]
        found.append((str(reason), len(rows), examples))
    return sorted(found, key=lambda group: (-group[1], group[0]))


@cache
def _template() -> Template:
    """Which page is filled in? A name the page asks for and nobody gives is an error, not a blank."""
    pages = Environment(
        loader=PackageLoader("linkage.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["number"] = lambda value: f"{value:,}"
    pages.filters["sentence_case"] = lambda text: text[:1].upper() + text[1:]
    return pages.get_template("report.html.j2")
