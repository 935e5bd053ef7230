"""How does the command line tell what it did? In sentences, in counts, and in bars while it works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from linkage.blocking import BLOCKING_RULES, BlockingRule
from linkage.explain import Explanation
from linkage.linked import Linked
from linkage.normalize import FIELDS

BAR_WIDTH_BITS = 20.0
"""Bits that fill the bar of a waterfall line; more is cut."""

BAR_CELLS = 20

Tell = Callable[[str, float], None]


class StageClock:
    """How many CPU seconds does each stage take? Told of every step of the work."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._stage, self._since = "start", 0.0

    def tell(self, stage: str) -> None:
        """Which stage is at work now?"""
        if stage != self._stage:
            now = time.process_time()
            self.stages[self._stage] = round(self.stages.get(self._stage, 0.0) + now - self._since, 3)
            self._stage, self._since = stage, now


@contextmanager
def progress_bars(clock: StageClock) -> Iterator[Tell]:
    """Show one bar per stage on standard error while it works; none where no terminal is there."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bars: dict[str, TaskID] = {}

        def tell(stage: str, share: float) -> None:
            clock.tell(stage)
            if stage not in bars:
                for bar in bars.values():
                    progress.update(bar, total=1.0, completed=1.0)
                bars[stage] = progress.add_task(stage, total=None)
            progress.update(bars[stage], total=1.0 if share else None, completed=share)

        yield tell


# --- what was compared -----------------------------------------------------------------------------------------------


def field_facts(missing_counts: dict[str, int], record_count: int) -> dict[str, list[str]]:
    """Which fields were compared, which hold no value at all, and which are not there?"""
    empty = [field for field, missing in missing_counts.items() if missing == record_count]
    return {
        "fields_compared": [field for field in missing_counts if field not in empty],
        "fields_all_missing": empty,
        "fields_absent": [field for field in FIELDS if field not in missing_counts],
    }


def rule_facts(used: Sequence[str], asked: Sequence[BlockingRule]) -> dict[str, list[str]]:
    """Which blocking rules were used, and which not, because the records lack a field they need?"""
    return {
        "rules_used": list(used),
        "rules_not_used": [rule.name for rule in asked or BLOCKING_RULES if rule.name not in used],
    }


def linked_facts(linked: Linked, asked: Sequence[BlockingRule]) -> dict[str, object]:
    """What is there to say about this linkage, in counts and names of columns?"""
    return {
        "records": len(linked.clusters),
        "clusters": int(linked.clusters["cluster_id"].nunique()),
        "candidate_pairs": linked.candidate_pair_count,
        "refused_links": len(linked.refusals),
        "model_id": linked.model.model_id,
        "threshold": linked.threshold,
        **field_facts(dict(linked.fields.itertuples(index=False)), len(linked.clusters)),
        **rule_facts(linked.blocking["blocking_rule"].tolist(), asked),
        "notes": list(linked.notes),
    }


def field_lines(facts: dict) -> Iterator[str]:
    """Yield what was compared, as sentences."""
    yield f"fields compared: {', '.join(facts['fields_compared']) or 'none'}"
    if facts["fields_all_missing"]:
        yield f"without any value: {', '.join(facts['fields_all_missing'])}"
    if facts["fields_absent"]:
        yield f"not in the table: {', '.join(facts['fields_absent'])}"


def rule_lines(facts: dict, is_named: bool = True) -> Iterator[str]:
    """Yield which rules brought pairs together, as sentences."""
    used, others = facts["rules_used"], facts["rules_not_used"]
    names = f" ({', '.join(used)})" if used and is_named else "" if used else " (nothing was compared)"
    yield f"blocking rules used: {len(used)} of {len(used) + len(others)}{names}"
    if others:
        yield f"blocking rules that need a field the table lacks: {', '.join(others)}"


def figure_lines(figures: dict[str, float | int]) -> Iterator[str]:
    """Yield the figures of an evaluation, one a line."""
    for name, value in figures.items():
        yield f"{name:<22}{value:.4f}" if isinstance(value, float) else f"{name:<22}{value}"


def summary_lines(facts: dict) -> Iterator[str]:
    """Yield what a linkage gave, as sentences."""
    yield (
        f"{facts['records']} records are {facts['clusters']} persons "
        f"(model {facts['model_id']}, threshold {facts['threshold']})"
    )
    yield from field_lines(facts)
    yield from rule_lines(facts)
    if facts["records"] > 1 and not facts["candidate_pairs"]:
        yield "no rule brought two records together; `linkage rules PEOPLE` tells why, --block-on asks for others"
    yield from (f"note: {note}" for note in facts["notes"])
    if facts["evaluation"]:
        shown = ("precision", "recall", "f1", "person_f1")
        told = (f"{name} {facts['evaluation'][name]:.4f}" for name in shown if name in facts["evaluation"])
        yield "against the truth: " + ", ".join(told)


def rules_table_lines(table: pd.DataFrame) -> Iterator[str]:
    """Yield one line per blocking rule: pairs, left-out blocks and the sentence."""
    yield f"{'pairs':>12}  {'new pairs':>12}  {'left out':>22}  two records share"
    for row in table.itertuples():
        left_out = f"{row.purged_block_count} blocks, {row.purged_record_count} rec." if row.purged_block_count else ""
        sentence = row.sentence.removeprefix("same ")
        yield f"{row.block_pair_count:>12,}  {row.pair_count:>12,}  {left_out:>22}  {sentence}  [{row.blocking_rule}]"


# --- one pair --------------------------------------------------------------------------------------------------------


def _waterfall_line(name: str, label: str, bits: float) -> str:
    """How does one line of the waterfall look?"""
    cells = min(BAR_CELLS, round(abs(bits) / BAR_WIDTH_BITS * BAR_CELLS))
    bar = ("+" if bits > 0 else "-") * cells
    return f"{name:<16}{bits:>+8.2f}  {bar:<{BAR_CELLS}}  {label}"


def waterfall_lines(found: Explanation) -> Iterator[str]:
    """Yield the explanation of a pair: one line per comparison, bits added up at the end."""
    yield _waterfall_line("any two records", "prior", found.prior_bits)
    for step in found.steps:
        yield _waterfall_line(step.comparison, step.label, step.bits)
    yield _waterfall_line("household", "two people of one household instead?", found.household_bits)
    yield _waterfall_line("contradictions", "; ".join(found.conflicts) or "none", found.conflict_bits)
    yield _waterfall_line("match weight", f"match probability {found.probability:.6f}", found.total_bits)
