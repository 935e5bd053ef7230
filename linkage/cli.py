"""Which of these records are one person? The commands a data engineer types; the only place that reads and writes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from linkage.blocking import BLOCKING_RULES, BlockingRule, rule_on
from linkage.evaluation import Evaluation, evaluate_clusters
from linkage.explain import Explanation, explain_pair
from linkage.flow import DEFAULT_THRESHOLD, Linked, dedupe
from linkage.model import Model
from linkage.tables import TableError, read_people, read_table, write_table

HELP = (
    "Which records of a table are one person? Learns from the table itself, without labelled examples.\n\n"
    "Start with `linkage dedupe people.csv --out clusters.csv`; it reads record_id and any of the columns first_name, "
    "middle_name, last_name, suffix, birth_date, sex, ssn, phone, email, street_address, city, state, postcode."
)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)

BAR_WIDTH_BITS = 20.0
"""Bits that fill the bar of a waterfall line; more is cut."""

BAR_CELLS = 20

Mapping = Annotated[list[str], typer.Option("--map", help="Use a column as a field: column=field. Repeatable.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
BlockOn = Annotated[
    list[str], typer.Option(help="Compare records that share all of these: last_name,birth_date. Repeatable.")
]
ModelFile = Annotated[Path | None, typer.Option("--model", help="Decide with this model; nothing is learned.")]
RecordsFile = Annotated[Path, typer.Argument(help="Person records, .csv or .parquet, with a column record_id.")]


def _read_model(path: Path | None) -> Model | None:
    """Which model does this file hold, if one was named?"""
    if path is None:
        return None
    if not path.is_file():
        raise TableError(f"no such file: {path}")
    try:
        return Model.from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TableError(f"{path.name}: {error}") from None


def _write_text(text: str, path: Path) -> None:
    """Where is this text written? Folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class StageClock:
    """How many CPU seconds does each stage take? Told of every step of the work."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._stage, self._since = "start", 0.0

    def tell(self, stage: str) -> None:
        """Which stage is at work now?"""
        if stage != self._stage:
            now = time.process_time()
            self.stages[self._stage] = round(now - self._since, 3)
            self._stage, self._since = stage, now


def _with_progress(clock: StageClock, work: Callable[[Callable[[str, float], None]], Linked]) -> Linked:
    """What does this work give, with a progress bar per stage on stderr while it runs?"""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, share: float) -> None:
            clock.tell(stage)
            if stage not in tasks:
                for task in tasks.values():
                    bar.update(task, completed=1.0)
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        return work(tell)


def _rules_of(block_on: list[str]) -> tuple[BlockingRule, ...]:
    """Which blocking rules were asked for? The default ones if none was."""
    return tuple(rule_on(*(part.strip() for part in rule.split(","))) for rule in block_on) or BLOCKING_RULES


def _truth_of(records: pa.Table, linked: Linked) -> Evaluation | None:
    """How good are the clusters, if the records say who they are?"""
    if "person_truth" not in records.column_names:
        return None
    return evaluate_clusters(linked.clusters, records.select(["record_id", "person_truth"]).to_pandas())


def _summary(linked: Linked, evaluation: Evaluation | None, clock: StageClock) -> dict[str, object]:
    """What is there to say about this linkage, in counts?"""
    return {
        "records": len(linked.clusters),
        "clusters": int(linked.clusters["cluster_id"].nunique()),
        "candidate_pairs": linked.candidate_pair_count,
        "model_id": linked.model.model_id,
        "threshold": linked.threshold,
        "notes": list(linked.notes),
        "evaluation": evaluation.to_dict() if evaluation else None,
        "stages": clock.stages,
    }


def _print_summary(summary: dict[str, object], as_json: bool) -> None:
    """How is the summary told: as JSON, or as sentences?"""
    if as_json:
        typer.echo(json.dumps(summary, sort_keys=True))
        return
    typer.echo(f"{summary['records']} records are {summary['clusters']} persons (model {summary['model_id']}).")
    for note in summary["notes"]:  # type: ignore[union-attr]
        typer.echo(f"note: {note}")
    evaluation = summary["evaluation"]
    if isinstance(evaluation, dict):
        figures = (f"{name} {evaluation[name]:.4f}" for name in ("precision", "recall", "f1", "person_f1"))
        typer.echo("against person_truth: " + ", ".join(figures))


@app.command("dedupe")
def dedupe_command(
    people: RecordsFile,
    out: Annotated[Path, typer.Option(help="Where the clusters go: record_id, cluster_id. .csv or .parquet.")],
    pairs: Annotated[Path | None, typer.Option(help="Where the scored candidate pairs go.")] = None,
    model: ModelFile = None,
    save_model: Annotated[Path | None, typer.Option(help="Where the learned model goes, as JSON.")] = None,
    mapping: Mapping = [],  # noqa: B006  typer reads the default, nobody changes it
    block_on: BlockOn = [],  # noqa: B006
    threshold: Annotated[
        float, typer.Option(help="Match probability from which a pair is a link.")
    ] = DEFAULT_THRESHOLD,
    report: Annotated[Path | None, typer.Option(help="Folder for report.html.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide which records are one person, and write record_id, cluster_id."""
    rules = _rules_of(block_on)
    records = read_people(people, mapping)
    known = _read_model(model)
    clock = StageClock()
    linked = _with_progress(
        clock, lambda tell: dedupe(records, model=known, threshold=threshold, rules=rules, progress=tell)
    )
    evaluation = _truth_of(records, linked)
    write_table(linked.clusters, out)
    if pairs is not None:
        write_table(linked.pairs, pairs)
    if save_model is not None:
        _write_text(linked.model.to_json(), save_model)
    if report is not None:
        from linkage.report import render_report  # matplotlib takes a second to import

        _write_text(render_report(linked, records, evaluation), report / "report.html")
    clock.tell("end")
    _print_summary(_summary(linked, evaluation, clock), as_json)


@app.command("train")
def train_command(
    people: RecordsFile,
    out: Annotated[Path, typer.Option(help="Where the model goes, as JSON.")],
    mapping: Mapping = [],  # noqa: B006  typer reads the default, nobody changes it
    as_json: AsJson = False,
) -> None:
    """Learn a model from these records, without labels, and write it as JSON."""
    records = read_people(people, mapping)
    clock = StageClock()
    linked = _with_progress(clock, lambda tell: dedupe(records, progress=tell))
    _write_text(linked.model.to_json(), out)
    clock.tell("end")
    _print_summary(_summary(linked, None, clock), as_json)


def _waterfall_line(name: str, label: str, bits: float) -> str:
    """How does one line of the waterfall look?"""
    cells = min(BAR_CELLS, round(abs(bits) / BAR_WIDTH_BITS * BAR_CELLS))
    bar = ("+" if bits > 0 else "-") * cells
    return f"{name:<16}{bits:>+8.2f}  {bar:<{BAR_CELLS}}  {label}"


def waterfall(found: Explanation) -> str:
    """How does the explanation look in a terminal? One line per comparison, bits added up at the end."""
    lines = [_waterfall_line("any two records", "prior", found.prior_bits)]
    lines += [_waterfall_line(step.comparison, step.label, step.bits) for step in found.steps]
    lines.append(_waterfall_line("household", "two people of one household instead?", found.household_bits))
    lines.append(_waterfall_line("contradictions", "; ".join(found.conflicts) or "none", found.conflict_bits))
    lines.append(_waterfall_line("match weight", f"match probability {found.probability:.6f}", found.total_bits))
    return "\n".join(lines)


@app.command("explain")
def explain_command(
    record_id_l: Annotated[str, typer.Argument(metavar="A", help="record_id of one record.")],
    record_id_r: Annotated[str, typer.Argument(metavar="B", help="record_id of the other.")],
    records: Annotated[Path, typer.Option(help="The table both come from.")],
    model: Annotated[Path, typer.Option(help="The model that decided, as JSON.")],
    mapping: Mapping = [],  # noqa: B006  typer reads the default, nobody changes it
    as_json: AsJson = False,
) -> None:
    """Draw how the match weight of two records comes about."""
    known = _read_model(model)
    assert known is not None
    found = explain_pair(read_people(records, mapping), known, record_id_l, record_id_r)
    if as_json:
        steps = [vars(step) for step in found.steps]
        typer.echo(json.dumps({**vars(found), "steps": steps}, sort_keys=True))
    else:
        typer.echo(waterfall(found))


@app.command("evaluate")
def evaluate_command(
    clusters: Annotated[Path, typer.Argument(help="record_id, cluster_id; .csv or .parquet.")],
    truth: Annotated[Path, typer.Option(help="record_id, person_truth; .csv or .parquet.")],
    as_json: AsJson = False,
) -> None:
    """Measure clusters against the truth."""
    figures = evaluate_clusters(read_table(clusters), read_table(truth)).to_dict()
    if as_json:
        typer.echo(json.dumps(figures, sort_keys=True))
        return
    for name, value in figures.items():
        typer.echo(f"{name:<20}{value:.4f}" if isinstance(value, float) else f"{name:<20}{value}")


def main() -> None:
    """What happens on the command line? One line and exit code 2 when the input cannot be used, never a traceback."""
    try:
        app()
    except (TableError, ValueError) as error:
        typer.echo(f"linkage: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        typer.echo(f"linkage: cannot read or write ({error.strerror})", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
