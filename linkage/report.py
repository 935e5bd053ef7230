"""How does a linkage look at a glance? One self-contained HTML page with pictures, the same for the same records."""

from __future__ import annotations

import html
import io

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from linkage.comparisons import COMPARISONS
from linkage.evaluation import Evaluation
from linkage.flow import Linked, Records
from linkage.normalize import FIELDS, normalize_table
from linkage.scoring import weight_of

LARGEST_SIZE_SHOWN = 20
"""Records per cluster; larger clusters share the last bar."""

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "svg{max-width:100%;height:auto}table{border-collapse:collapse}"
    "td,th{padding:.2rem .8rem;border-bottom:1px solid #ccc;text-align:left}"
)


def _svg(figure: Figure) -> str:
    """How is this figure written as inline SVG? The same figure always gives the same text."""
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "linkage", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _bars(labels: list[str], values: np.ndarray, title: str, unit: str) -> str:
    """How do these values look as horizontal bars?"""
    figure = Figure(figsize=(8, 0.6 + 0.3 * max(len(labels), 1)))
    axes = figure.subplots()
    axes.barh(labels[::-1], values[::-1], color="#2a6f97")
    axes.set_title(title)
    axes.set_xlabel(unit)
    return _svg(figure)


def _weights_picture(linked: Linked) -> str:
    """How are the match weights of all candidate pairs distributed, and where is the threshold?"""
    figure = Figure(figsize=(8, 3.2))
    axes = figure.subplots()
    table = linked.weight_histogram
    axes.bar(table["bin_low"], table["pair_count"], width=1.0, align="edge", color="#2a6f97")
    axes.axvline(weight_of(linked.threshold), color="#c1121f", label=f"threshold {linked.threshold}")
    axes.set_yscale("symlog")
    axes.set_title("Match weight of all candidate pairs")
    axes.set_xlabel("match weight (bits)")
    axes.set_ylabel("pairs")
    axes.legend()
    return _svg(figure)


def _sizes_picture(linked: Linked) -> str:
    """How many clusters have how many records?"""
    sizes = linked.clusters["cluster_id"].value_counts().clip(upper=LARGEST_SIZE_SHOWN)
    counts = np.bincount(sizes.to_numpy(dtype=np.int64), minlength=2)[1:]
    labels = [str(size) if size < LARGEST_SIZE_SHOWN else f"{size} or more" for size in range(1, len(counts) + 1)]
    return _bars(labels, counts, "Records per cluster", "clusters")


def _levels_picture(linked: Linked) -> str:
    """What does each level weigh?"""
    labels, weights = [], []
    for comparison in COMPARISONS:
        shares = linked.model.parameters[comparison.name]
        labels += [f"{comparison.name}: {label}" for label in comparison.labels]
        weights += list(np.log2(shares.m) - np.log2(shares.u))
    return _bars(labels, np.array(weights), "What each level says, against chance", "log2 m/u (bits)")


def _missing_picture(records: Records) -> str:
    """Which share of each field is missing, placeholders included?"""
    table = normalize_table(records)
    present = [field for field in FIELDS if field in table.column_names]
    shares = np.array([100.0 * table.column(field).null_count / max(table.num_rows, 1) for field in present])
    return _bars(present, shares, "Missing or placeholder", "% of records")


def _table(rows: pd.DataFrame) -> str:
    """How is this table written in HTML?"""
    head = "".join(f"<th scope=col>{html.escape(str(name)).replace('_', ' ')}</th>" for name in rows.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>" for row in rows.to_numpy()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _figures(evaluation: Evaluation) -> pd.DataFrame:
    """How are the figures of an evaluation shown? One row each."""
    rows = [
        (name.replace("_", " "), f"{value:.4f}" if isinstance(value, float) else f"{value:,}")
        for name, value in evaluation.to_dict().items()
    ]
    return pd.DataFrame(rows, columns=["against the truth", "value"])


def render_report(linked: Linked, records: Records, evaluation: Evaluation | None) -> str:
    """Which page shows this linkage? Counts and pictures, no value of any record."""
    clusters = linked.clusters["cluster_id"].nunique()
    parts = [
        f"<p>{len(linked.clusters):,} records, {clusters:,} clusters, model {linked.model.model_id}, "
        f"threshold {linked.threshold}.</p>",
        *(f"<p>{html.escape(note)}.</p>" for note in linked.notes),
    ]
    if evaluation is not None:
        parts.append(_table(_figures(evaluation)))
    rules = linked.blocking
    parts += [
        _weights_picture(linked),
        _sizes_picture(linked),
        _levels_picture(linked),
        _bars(
            rules["sentence"].tolist(),
            rules["pair_count"].to_numpy(),
            "Pairs each blocking rule brought first",
            "pairs",
        ),
        _table(rules),
        _missing_picture(records),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Linkage report</title>'
        f"<style>{STYLE}</style></head><body><h1>Linkage report</h1>{''.join(parts)}</body></html>\n"
    )
