"""How often is the linkage right, and how often are its peers? Every set of `benchmarks/panel`, all asked in one go.

    python -m benchmarks.accuracy [--only SET …] [--methods METHOD …] [--panel FOLDER] [--json | --markdown]

Ours is asked through its command line with no flags; Splink at several thresholds, its best shown beside the usual .95,
although nobody without the truth could know which is best; recordlinkage once. Each runs in a process of its own, on a
file without the truth. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from benchmarks.panel import LABELLED, SETS, NotAtHand
from benchmarks.peers.splink_peer import THRESHOLDS
from linkage.evaluation import evaluate_clusters

USUAL = "0.95"
"""The threshold of Splink that its tutorials cluster at."""

COMMANDS = {
    "ours": ("linkage.cli", "dedupe"),
    "splink": ("benchmarks.peers.splink_peer",),
    "recordlinkage": ("benchmarks.peers.recordlinkage_peer",),
}
"""Method → the module asked, and what comes before the file of people."""

Figures = dict[str, float | int]
Told = Callable[[str], None]


# --- one set ---------------------------------------------------------------------------------------------------------


def measure(name: str, methods: Iterable[str], folder: Path, tell: Told) -> dict[str, object]:
    """How right is each method on this set? Raises NotAtHand where the set is not on this machine."""
    records = panel_set(name, folder)
    people = folder / "people" / f"{name}.parquet"
    people.parent.mkdir(parents=True, exist_ok=True)
    records.drop(columns="person_truth", errors="ignore").to_parquet(people, index=False)
    labels = LABELLED[name]() if name in LABELLED else None
    answer: dict[str, object] = {"set": name, "records": len(records)}
    if labels is None:
        sizes = records["person_truth"].value_counts()
        answer |= {"persons": len(sizes), "largest_true": int(sizes.max())}
    for method in methods:
        tell(f"{name}: {method}")
        out = folder / "clusters" / f"{name}.{method}.parquet"
        cost = ask(method, people, out)
        clusters = pd.read_parquet(out) if out.is_file() else None
        answer[method] = {"cost": cost, "at": figures_by_threshold(clusters, records, labels)}
    return answer


def panel_set(name: str, folder: Path) -> pd.DataFrame:
    """Which records does this set hold? Made once per folder."""
    path = folder / f"{name}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        SETS[name]().to_parquet(path, index=False)
    return pd.read_parquet(path)


def ask(method: str, people: Path, out: Path) -> dict[str, object]:
    """What does it cost to have these people linked? Leaves the clusters in `out`, or no file."""
    module, *before = COMMANDS[method]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    began = time.perf_counter()
    log = out.with_suffix(".log")
    with log.open("wb") as said:
        command = [sys.executable, "-m", module, *before, str(people), "--out", str(out)]
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "exit_code": child.returncode,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
    }


def figures_by_threshold(
    clusters: pd.DataFrame | None, records: pd.DataFrame, labels: pd.DataFrame | None
) -> dict[str, Figures]:
    """How right are these clusters, by threshold? One entry without a name where the method has one answer only."""
    if clusters is None:
        return {}
    found = {}
    for column in clusters.columns.drop("record_id"):
        one = clusters[["record_id", column]].rename(columns={column: "cluster_id"})
        threshold = column.removeprefix("cluster_id").removeprefix("_")
        found[threshold] = figures_of(one, records) if labels is None else labelled_figures(one, labels)
    return found


def figures_of(clusters: pd.DataFrame, records: pd.DataFrame) -> Figures:
    """How right are these clusters, measured against the true persons?"""
    return evaluate_clusters(clusters, records[["record_id", "person_truth"]]).to_dict()


def labelled_figures(clusters: pd.DataFrame, labels: pd.DataFrame) -> Figures:
    """How right are these clusters on the labelled pairs? Linked is who is in one cluster."""
    cluster = clusters.astype({"record_id": str}).set_index("record_id")["cluster_id"]
    linked = labels["record_id_l"].map(cluster).to_numpy() == labels["record_id_r"].map(cluster).to_numpy()
    is_match = (labels["label"] == "match").to_numpy()
    common = int((linked & is_match).sum())
    precision = common / linked.sum() if linked.any() else 1.0
    recall = common / is_match.sum() if is_match.any() else 1.0
    f1 = 2 * precision * recall / (precision + recall) if common else 0.0
    largest = int(cluster.value_counts().max())
    return {"precision": float(precision), "recall": float(recall), "f1": float(f1), "largest_cluster": largest}


# --- the tables ------------------------------------------------------------------------------------------------------


def best_of(at: dict[str, Figures], figure: str) -> tuple[str, Figures] | None:
    """At which threshold is this figure highest? Of equals the first."""
    known = [(threshold, figures) for threshold, figures in at.items() if figure in figures]
    return max(known, key=lambda pair: pair[1][figure]) if known else None


def _at(result: dict, method: str) -> dict[str, Figures]:
    return result.get(method, {}).get("at", {})


def _shown(figures: Figures | None, figure: str) -> str:
    return f"{figures[figure]:.4f}" if figures and figure in figures else "–"


def winner(result: dict, figure: str) -> str:
    """Whose figure is highest, each method at its best? Equal to four decimals is shared."""
    found = {method: best_of(_at(result, method), figure) for method in COMMANDS}
    rounded = {method: round(best[1][figure], 4) for method, best in found.items() if best}
    highest = max(rounded.values(), default=None)
    return ", ".join(method for method, value in rounded.items() if value == highest) or "–"


PAIR_HEADER = (
    *("set", "records", "persons", "ours P", "ours R", "ours F1", "largest / true"),
    *(f"Splink {USUAL}", "Splink best", "recordlinkage", "best F1"),
)
PERSON_HEADER = (
    *("set", "persons", "ours P", "ours R", "ours F1"),
    *(f"Splink {USUAL}", "Splink best", "recordlinkage", "best F1"),
)


def _peers(result: dict, figure: str) -> list[str]:
    """What do the peers reach? Splink at the usual threshold, at its best (named), and recordlinkage."""
    splink = _at(result, "splink")
    best = best_of(splink, figure)
    return [
        _shown(splink.get(USUAL), figure),
        f"{_shown(best[1], figure)} at {best[0]}" if best else "–",
        _shown(_at(result, "recordlinkage").get(""), figure),
        winner(result, figure),
    ]


def pair_rows(results: list[dict]) -> list[list[str]]:
    """How right is each method about pairs of records? One row per set, as PAIR_HEADER."""
    rows = []
    for result in results:
        ours = _at(result, "ours").get("")
        largest = f"{ours['largest_cluster'] if ours else '–'} / {result.get('largest_true', '–')}"
        three = [_shown(ours, figure) for figure in ("precision", "recall", "f1")]
        counts = [f"{result['records']:,}", f"{result['persons']:,}" if "persons" in result else "labelled pairs"]
        rows.append([result["set"], *counts, *three, largest, *_peers(result, "f1")])
    return rows


def person_rows(results: list[dict]) -> list[list[str]]:
    """How many persons does each method get exactly right? One row per set whose persons are known."""
    rows = []
    for result in results:
        if "persons" in result:
            ours = _at(result, "ours").get("")
            three = [_shown(ours, f"person_{figure}") for figure in ("precision", "recall", "f1")]
            rows.append([result["set"], f"{result['persons']:,}", *three, *_peers(result, "person_f1")])
    return rows


def as_text(header: Iterable[str], rows: list[list[str]], *, markdown: bool) -> str:
    """How does a table look, for a terminal or as Markdown? Names to the left, figures to the right."""
    table = [list(header), *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    is_name = [place in (0, len(widths) - 1) for place in range(len(widths))]
    lines = [
        [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(row, widths, is_name, strict=True)
        ]
        for row in table
    ]
    if not markdown:
        return "\n".join("  ".join(line).rstrip() for line in lines)
    rule = [("-" * width) if left else "-" * (width - 1) + ":" for width, left in zip(widths, is_name, strict=True)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def report(results: list[dict], *, markdown: bool) -> str:
    """What was measured? Both tables, each under a line that says what it shows."""
    pairs = as_text(PAIR_HEADER, pair_rows(results), markdown=markdown)
    persons = as_text(PERSON_HEADER, person_rows(results), markdown=markdown)
    return f"Pairs of records (precision, recall, F1)\n\n{pairs}\n\nPersons found exactly\n\n{persons}"


# --- the run ---------------------------------------------------------------------------------------------------------


def measure_all(names: list[str], methods: list[str], folder: Path, tell: Told) -> list[dict]:
    """How right is each method on each set? Sets that are not at hand are named and left out."""
    results = []
    for name in names:
        try:
            results.append(measure(name, methods, folder, tell))
        except NotAtHand as absent:
            tell(f"{name}: skipped, {absent}")
    return results


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS), metavar="SET", help=", ".join(SETS))
    parser.add_argument("--methods", nargs="+", choices=COMMANDS, default=list(COMMANDS), metavar="METHOD")
    parser.add_argument("--panel", type=Path, help="folder to keep sets and clusters in, and to find sets made before")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outreach-accuracy-") as name:
        results = measure_all(
            told.only, told.methods, told.panel or Path(name), lambda line: print(line, file=sys.stderr)
        )
    if told.json:
        print(json.dumps({"splink_thresholds": THRESHOLDS, "sets": results}, indent=1))
    else:
        print(report(results, markdown=told.markdown))


if __name__ == "__main__":
    main()
