"""Which of these records are one person? The commands a data engineer types; the outermost caller, where errors end."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from linkage import console, files
from linkage.blocking import BlockingRule
from linkage.evaluation import Evaluation, PairEvaluation
from linkage.explain import explain_pair
from linkage.flow import DEFAULT_THRESHOLD, Linked, dedupe
from linkage.model import Model
from linkage.tables import TableError, read_people

MISTYPED, UNEXPECTED, INTERRUPTED = 2, 3, 130

HELP = (
    "Which records of a table are one person? Learns from the table itself, without labelled examples.\n\n"
    "Start with `linkage dedupe people.csv --out clusters.csv --report out`. It reads record_id and any of the columns "
    "first_name, middle_name, last_name, other_last_names, suffix, birth_date, sex, ssn, phone, email, "
    "street_address, city, state, postcode. A column person_truth is never evidence: it only measures the result."
)
app = typer.Typer(
    name="linkage",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=HELP,
)

People = Annotated[
    Path, typer.Argument(metavar="PEOPLE", help="Person records, .csv or .parquet, with a column record_id.")
]
Records = Annotated[Path, typer.Option(help="The person records that are spoken of; .csv or .parquet.")]
GivenModel = Annotated[Path, typer.Option("--model", help="The model that decides, as JSON.")]
MaybeModel = Annotated[Path | None, typer.Option("--model", help="Decide with this model; nothing is learned.")]
Clusters = Annotated[Path, typer.Option(help="Where the clusters go: record_id, cluster_id. .csv or .parquet.")]
Mapping = Annotated[list[str], typer.Option("--map", help="Use a column as a field: column=field. Repeatable.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]
BlockOn = Annotated[
    list[str],
    typer.Option(
        help="Compare records that share all of these: last_name,birth_date. Repeatable; else the default rules."
    ),
]
Threshold = Annotated[float, typer.Option(help="Match probability from which a pair is a link, between 0 and 1.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads that compare (else all cores).", show_default=False)]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day the model is of (else today).")
]
TruthFile = Annotated[
    Path | None,
    typer.Option(help="Who is who, only to measure: record_id, person_truth, or record_id_l, record_id_r, is_match."),
]
NOTHING: list[str] = []
"""The default of repeatable options: typer reads it, nobody changes it."""


# --- what the commands share -----------------------------------------------------------------------------------------


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _say_json(content: object) -> None:
    typer.echo(json.dumps(content, sort_keys=True))


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else datetime.now(UTC).astimezone().date()


def _probability(threshold: float) -> float:
    if not 0 < threshold < 1:
        raise TableError(f"--threshold [{threshold}] is not strictly between 0 and 1")
    return threshold


def _check_rules(linked_rules: list[str], asked: tuple[BlockingRule, ...]) -> None:
    if asked and not linked_rules:
        lacks = ", ".join(sorted({field for rule in asked for field in rule.needs}))
        raise TableError(f"--block-on: none of these rules can be used; they need values in {lacks}")


@contextmanager
def _saying_what_is_wrong():
    """Turn what a function of the linkage says about its arguments into one line for the person at the terminal."""
    try:
        yield
    except ValueError as error:
        raise TableError(str(error)) from None


def _dated(linked: Linked, known: Model | None, day: date, measured: Evaluation | PairEvaluation | None) -> Model:
    """Which model is written down? One that was learned gets its day, and how good it was."""
    return known or replace(linked.model, trained_at=day, evaluation=measured.to_dict() if measured else None)


# --- the commands ----------------------------------------------------------------------------------------------------


@app.command("dedupe")
def dedupe_command(
    people: People,
    out: Clusters,
    pairs: Annotated[Path | None, typer.Option(help="Where the scored candidate pairs go.")] = None,
    refusals: Annotated[Path | None, typer.Option(help="Where the links go that were not followed, and why.")] = None,
    model: MaybeModel = None,
    save_model: Annotated[Path | None, typer.Option(help="Where the model goes, as JSON.")] = None,
    mapping: Mapping = NOTHING,
    block_on: BlockOn = NOTHING,
    must_link: Annotated[Path | None, typer.Option(help="Pairs to join: record_id_l, record_id_r.")] = None,
    must_not_link: Annotated[Path | None, typer.Option(help="Pairs to keep apart; win over --must-link.")] = None,
    truth: TruthFile = None,
    threshold: Threshold = DEFAULT_THRESHOLD,
    threads: Threads = None,
    as_of: AsOf = None,
    report: Annotated[Path | None, typer.Option(help="Folder for report.html: one page of pictures.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide which records are one person, and write record_id, cluster_id.

    Says which fields were compared and which rules brought records together. Columns of other names are told with
    --map; the report shows where the threshold lies and why pairs were linked or not.

    Example: `linkage dedupe people.csv --out clusters.csv --map surname=last_name --report out`
    """
    page = report / "report.html" if report else None
    files.check_targets([out, pairs, refusals], [save_model, page])
    asked, clock = files.asked_rules(block_on), console.StageClock()
    with console.progress_bars(clock) as tell:
        tell("read", 0.0)
        records = read_people(people, mapping)
        known = files.read_model(model) if model else None
        join, part = files.read_decisions(must_link, records), files.read_decisions(must_not_link, records)
        known_truth = files.read_truth(truth, records["record_id"].to_pylist()) if truth else files.truth_in(records)
        linked = dedupe(records, model=known, threshold=_probability(threshold), rules=asked, must_link=join,
                        must_not_link=part, progress=tell, threads=threads)  # fmt: skip
        _check_rules(linked.blocking["blocking_rule"].tolist(), asked)
        measured = known_truth.measure(linked.clusters) if known_truth else None
        tell("write", 0.0)
        for table, path in ((linked.clusters, out), (linked.pairs, pairs), (linked.refusals, refusals)):
            files.save_table(table, path)
        files.save_text(_dated(linked, known, _day(as_of), measured).to_json(), save_model)
        if page:
            from linkage.report import render_report  # matplotlib takes a second to import

            decided = (join, part)
            files.save_text(
                render_report(linked, records, known_truth, decided, lambda done: tell("report", done)), page
            )
        tell("end", 1.0)
    facts = console.linked_facts(linked, asked) | {"evaluation": measured.to_dict() if measured else None}
    if as_json:
        _say_json(facts | {"stages": clock.stages})
    else:
        _say(console.summary_lines(facts))


@app.command("train")
def train_command(
    people: People,
    out: Annotated[Path, typer.Option(help="Where the model goes, as JSON.")],
    mapping: Mapping = NOTHING,
    block_on: BlockOn = NOTHING,
    truth: TruthFile = None,
    threads: Threads = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Learn a model from these records, without labels, and write it as JSON.

    The model tells its day, from how many records and pairs it was learned and, where the truth is known, how good it
    was. `linkage dedupe --model` uses it on other tables.

    Example: `linkage train people.parquet --out model.json --as-of 2026-11-16`
    """
    files.check_targets([], [out])
    asked, clock = files.asked_rules(block_on), console.StageClock()
    with console.progress_bars(clock) as tell:
        tell("read", 0.0)
        records = read_people(people, mapping)
        known_truth = files.read_truth(truth, records["record_id"].to_pylist()) if truth else files.truth_in(records)
        linked = dedupe(records, rules=asked, progress=tell, threads=threads)
        _check_rules(linked.blocking["blocking_rule"].tolist(), asked)
        measured = known_truth.measure(linked.clusters) if known_truth else None
        files.save_text(_dated(linked, None, _day(as_of), measured).to_json(), out)
        tell("end", 1.0)
    facts = console.linked_facts(linked, asked) | {"evaluation": measured.to_dict() if measured else None}
    if as_json:
        _say_json(facts | {"stages": clock.stages})
    else:
        _say(console.summary_lines(facts))


@app.command("explain")
def explain_command(
    record_id_l: Annotated[str, typer.Argument(metavar="A", help="record_id of one record.")],
    record_id_r: Annotated[str, typer.Argument(metavar="B", help="record_id of the other.")],
    records: Records,
    model: GivenModel,
    mapping: Mapping = NOTHING,
    as_json: AsJson = False,
) -> None:
    """Draw how the match weight of two records comes about.

    One line per comparison: the bits it adds or takes, and the level the two records reach. No value is shown.

    Example: `linkage explain R17 R42 --records people.csv --model model.json`
    """
    known = files.read_model(model)
    people = read_people(records, mapping)
    with _saying_what_is_wrong():
        found = explain_pair(people, known, record_id_l, record_id_r)
    if as_json:
        _say_json({**vars(found), "steps": [vars(step) for step in found.steps]})
    else:
        _say(console.waterfall_lines(found))


@app.command("evaluate")
def evaluate_command(
    clusters: Annotated[Path, typer.Argument(metavar="CLUSTERS", help="record_id, cluster_id; .csv or .parquet.")],
    truth: Annotated[
        Path, typer.Option(help="record_id, person_truth; or labelled pairs: record_id_l, record_id_r, is_match.")
    ],
    as_json: AsJson = False,
) -> None:
    """Measure clusters against the truth.

    The truth names a person per record, or labels pairs of records as one person (1) or two (0).

    Example: `linkage evaluate clusters.csv --truth labelled_pairs.csv`
    """
    found = files.read_clusters(clusters)
    figures = files.read_truth(truth, found["record_id"]).measure(found).to_dict()
    if as_json:
        _say_json(figures)
    else:
        _say(console.figure_lines(figures))


@app.command("rules")
def rules_command(
    people: People,
    mapping: Mapping = NOTHING,
    block_on: BlockOn = NOTHING,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Tell which blocking rules this table gets, and what each of them yields.

    Pairs: all pairs a rule brings together; new pairs: those no rule above it brought. Blocks too large to compare are
    left out and counted. Nothing is decided.

    Example: `linkage rules people.csv --block-on last_name,birth_date --block-on ssn`
    """
    from linkage.sweep import rule_yields

    asked, clock = files.asked_rules(block_on), console.StageClock()
    with console.progress_bars(clock) as tell:
        tell("read", 0.0)
        records = read_people(people, mapping)
        yields, missing_counts = rule_yields(records, asked, tell, threads)
    used = yields["blocking_rule"].tolist()
    _check_rules(used, asked)
    facts = console.field_facts(missing_counts, records.num_rows) | console.rule_facts(used, asked)
    if as_json:
        _say_json({"records": records.num_rows, **facts, "rules": yields.to_dict(orient="records")})
        return
    _say(console.field_lines(facts))
    _say(console.rule_lines(facts, is_named=False))
    _say(console.rules_table_lines(yields))


@app.command("export")
def export_command(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="The model, as JSON.")],
    out: Annotated[Path, typer.Option(help="Folder for settings.json and what belongs to it.")],
    records: Annotated[Path | None, typer.Option(help="The person records that Splink will link.")] = None,
    dialect: Annotated[str, typer.Option(help="What Splink will run on: duckdb or spark.")] = "duckdb",
    mapping: Mapping = NOTHING,
) -> None:
    """Write a model as settings for Splink, which links tables too large for one machine.

    With the records, they and the frequencies of their values are written as well, as the settings need them: keep
    that folder where the records are kept. `linkage cluster` turns the pairs that Splink finds into clusters.

    Example: `linkage export model.json --records people.parquet --dialect spark --out splink`
    """
    from linkage.splink_export import export_splink

    known = files.read_model(model)
    people = read_people(records, mapping) if records else None
    with _saying_what_is_wrong():
        export_splink(known, people, dialect, out)
    typer.echo(f"model {known.model_id} is written for {dialect}")


@app.command("cluster")
def cluster_command(
    pairs: Annotated[
        Path,
        typer.Argument(
            metavar="PAIRS",
            help="Pairs: record_id_l, record_id_r (or unique_id_l, unique_id_r); a folder of Parquet files will do.",
        ),
    ],
    records: Records,
    model: GivenModel,
    out: Clusters,
    mapping: Mapping = NOTHING,
    threshold: Threshold = DEFAULT_THRESHOLD,
    as_json: AsJson = False,
) -> None:
    """Make clusters of pairs that another program brought together, such as Splink on Spark.

    Every pair is weighed again by the whole model, and so are all pairs of each group of linked records: one wrong link
    does not chain two people.

    Example: `linkage cluster pairs.parquet --records people.parquet --model model.json --out clusters.parquet`
    """
    from linkage.splink_export import clusters_from_pairs

    files.check_targets([out], [])
    known, scored = files.read_model(model), files.read_scored_pairs(pairs)
    people = read_people(records, mapping)
    with _saying_what_is_wrong():
        clusters = clusters_from_pairs(scored, people, known, _probability(threshold))
    files.save_table(clusters, out)
    facts = {"records": len(clusters), "clusters": int(clusters["cluster_id"].nunique()), "model_id": known.model_id}
    if as_json:
        _say_json(facts)
    else:
        typer.echo(f"{facts['records']} records are {facts['clusters']} persons (model {facts['model_id']})")


# --- the outermost caller --------------------------------------------------------------------------------------------


def _complain(message: str) -> None:
    """Say in one line what is wrong and what to do; what no terminal can show is written as an escape."""
    line = " ".join(message.split())
    typer.echo(f"linkage: {line.encode('utf-8', 'backslashreplace').decode()}", err=True)


def main() -> None:
    """What happens on the command line? One line and exit code 2 when the input cannot be used, never a traceback."""
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    try:
        code = app(standalone_mode=False)
    except TableError as fault:
        _complain(str(fault))
        code = MISTYPED
    except TyperException as fault:
        _complain(f"{fault.format_message()} `linkage --help` and `linkage COMMAND --help` tell more.")
        code = MISTYPED
    except (typer.Abort, KeyboardInterrupt):
        _complain("interrupted; nothing was written half")
        code = INTERRUPTED
    except OSError as fault:
        _complain(f"cannot read or write ({fault.strerror or type(fault).__name__})")
        code = MISTYPED
    except MemoryError:
        _complain("not enough memory for this table")
        code = MISTYPED
    except Exception as fault:  # noqa: BLE001 -- the outermost caller: its text may quote a record, so it stays here
        place = traceback.extract_tb(fault.__traceback__)[-1]
        _complain(
            f"unexpected {type(fault).__name__} at {Path(place.filename).name}:{place.lineno}; please report this"
        )
        code = UNEXPECTED
    raise SystemExit(code or 0)


if __name__ == "__main__":
    main()
