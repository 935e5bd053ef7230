"""Which reference pages follow from the code? `python -m docs.generate` writes them; a test refuses stale ones.

The same code gives the same pages on any machine: nothing here looks at the clock, the environment or a folder.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import typer

import linkage.cli
import pipeline.cli
from pipeline.agencies import load_agencies
from pipeline.contract import codes
from pipeline.contract.declaration import (
    Agency,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Delimited,
    Excel,
    Feed,
    FhirBundle,
    FixedWidth,
    Hl7v2,
    JsonDocument,
    JsonLines,
    Matches,
    OnFault,
    Xml,
)
from pipeline.ranking.factors import EVER, FACTORS, Factor
from pipeline.settings import Settings

REFERENCE = Path(__file__).resolve().parent / "reference"

MADE_FROM = "<!-- Written by `make docs` from {}; edit that, not this page. -->"

DEFAULTS_IN_WORDS = {"home": "the user's own data folder for `outreach`"}
"""Defaults that depend on the machine, told in words."""


def heading(title: str, made_from: str, introduction: str) -> list[str]:
    """How does every generated page begin?"""
    return [f"# {title}", "", MADE_FROM.format(made_from), "", introduction, ""]


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """How does a Markdown table look? A bar inside a cell is escaped, a line break becomes a blank."""
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return [*lines, ""]


def _cell(content: object) -> str:
    return " ".join(str(content).replace("|", "\\|").split())


def _code(content: object) -> str:
    return f"`{content}`"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(_code(value) for value in values)


# --- agencies ----------------------------------------------------------------------------------------------------


def agencies_page() -> str:
    """What does each agency send? From the declarations in `pipeline/agencies/`."""
    agencies = load_agencies()
    lines = heading(
        "Agencies and their feeds",
        "`pipeline/agencies/`",
        "Each agency is one file in `pipeline/agencies/`. Files lie in `DELIVERIES/<agency>/`. "
        "Columns marked *personal* could point at a person. A wrong value costs the row or only itself, as the last "
        "column says; a row that is set aside is listed by `outreach quarantine`. "
        "[How to add an agency](../how-to/add-an-agency.md).",
    )
    lines += table(
        ("agency", "title", "feeds", "area", "answers for it"),
        [
            (_code(a.name), a.title, _listed(f.name for f in a.feeds), a.area or "whole county", a.owner)
            for a in agencies
        ],
    )
    for agency in agencies:
        lines += [f"## {agency.title}", "", f"Folder `{agency.name}`; local times are in `{agency.zone}`.", ""]
        for feed in agency.feeds:
            lines += _feed_lines(agency, feed)
    return _page(lines)


def _feed_lines(agency: Agency, feed: Feed) -> list[str]:
    lines = [f"### `{agency.name}.{feed.name}`", ""]
    lines += [f"- {fact}" for fact in _feed_facts(feed)]
    lines.append("")
    heads = ("column", "meaning", "holds", "needed", "personal", "a wrong value costs")
    return lines + table(heads, [_column_row(column) for column in feed.columns])


def _feed_facts(feed: Feed) -> Iterator[str]:
    yield f"One row is {feed.row_is}. Record key: {_listed(feed.key)}."
    yield f"Files: `{feed.file_pattern}`; {_format_words(feed)}."
    laws = ", ".join(_code(law.value) for law in feed.law) or "none"
    yield f"Law tags: {laws}. The agency is late after {feed.late_after_days} days without newer data."
    if feed.blanks:
        yield f"Where it has nothing, the agency writes {_listed(feed.blanks)}."
    if feed.person and feed.person.about:
        yield f"About the person only where {condition_words(feed.person.about)}."
    for rule in feed.encounters:
        only = f" where {condition_words(rule.only_if)}" if rule.only_if else ""
        yield f"Gives encounters of kind `{rule.kind.value}`{only}."
        if rule.is_crisis:
            yield f"A behavioral-health crisis where {condition_words(rule.is_crisis)}."
        if rule.held_elsewhere:
            yield f"Not released but in other custody or a ward where {condition_words(rule.held_elsewhere)}."
    for rule in feed.ends:
        only = f" where {condition_words(rule.only_if)}" if rule.only_if else ""
        told = f"`{rule.kind.value}` of `{rule.encounter_feed}` ended, by {_listed(rule.is_about)}"
        yield f"Tells when encounters of kind {told}{only}."
        if rule.held_elsewhere:
            yield f"Not released but in other custody or a ward where {condition_words(rule.held_elsewhere)}."
    if feed.snapshot:
        listed = f"where {condition_words(feed.snapshot.listed)}" if feed.snapshot.listed else "by every row"
        yield f"A roster of everybody in custody on its day: still there {listed}; who is missing later left between."
    for rule in feed.conditions:
        yield f"Gives conditions: {_listed(condition.value for condition in rule.patterns)}."
    if feed.never_happened:
        yield f"Never happened, so retracted, where {condition_words(feed.never_happened)}."
    if feed.consent:
        granted = " and ".join(condition_words(condition) for condition in feed.consent.granted)
        opens = "opens rows with a Part 2 label" if feed.consent.is_about else "else the row is held"
        yield f"Consent is given where {granted}; {opens}."
    if feed.is_cumulative:
        yield "What a row leaves out has not changed: what earlier versions told still holds."
    merges = [name for name in (feed.merged_into, feed.merged_from) if name]
    if merges:
        yield f"Records of one person by the agency's own word: {_listed(merges)}."
    if feed.part2_column:
        yield f"42 CFR Part 2 labels in `{feed.part2_column}`: {_listed(feed.part2_labels)}."


def _encodings(layout: Delimited | FixedWidth) -> str:
    return f"{layout.encoding}, some lines {layout.other_encoding}" if layout.other_encoding else layout.encoding


def _format_words(feed: Feed) -> str:
    if isinstance(feed.format, Delimited):
        delimiter = {",": "comma", "|": "pipe", "\t": "tab"}.get(feed.format.delimiter, feed.format.delimiter)
        header = f", header in line {feed.format.header_line}" if feed.format.header_line > 1 else ""
        return f"delimited by {delimiter}, {_encodings(feed.format)}{header}"
    if isinstance(feed.format, FixedWidth):
        return f"fixed width, {feed.format.width()} characters a line, {_encodings(feed.format)}"
    if isinstance(feed.format, JsonDocument):
        return f"JSON document, one object of its list{f' `{feed.format.rows}`' if feed.format.rows else ''} a row"
    if isinstance(feed.format, JsonLines):
        return "JSON, one object a line"
    if isinstance(feed.format, Hl7v2):
        only = f", only {_listed(feed.format.events)}" if feed.format.events else ""
        return f"HL7 v2, one {feed.format.message_type} message a row{only}, {feed.format.encoding}"
    if isinstance(feed.format, Xml):
        a_file = ", one document a row" if feed.format.has_one_row else ""
        return f"XML, one `{feed.format.row}` a row{a_file}"
    if isinstance(feed.format, Excel):
        sheet = f"sheet `{feed.format.sheet}`" if feed.format.sheet else "its first visible sheet"
        return f"Excel workbook (.xlsx), {sheet}, header in row {feed.format.header_row}"
    if isinstance(feed.format, FhirBundle):
        return f"FHIR R4 Bundles, their entries about a {feed.format.resource_type}"
    return f"FHIR R4 NDJSON, one {feed.format.resource_type} a line"


def condition_words(condition: Condition) -> str:
    """How does a condition on a row read?

    >>> from pipeline.contract.declaration import OneOf
    >>> condition_words(OneOf("Role", ("SUBJECT", "MISSING")))
    '`Role` is `SUBJECT`, `MISSING`'
    """
    if isinstance(condition, AnyOf):
        return " or ".join(condition_words(part) for part in condition.conditions)
    if isinstance(condition, AllOf):
        return "(" + " and ".join(condition_words(part) for part in condition.conditions) + ")"
    if isinstance(condition, Matches):
        return f"`{condition.column}` matches `{condition.pattern}`"
    return f"`{condition.column}` is {_listed(value or '(blank)' for value in condition.values)}"


def _column_row(column: Column) -> tuple[str, ...]:
    holds = column.kind.value.replace("_", " ")
    if column.codes:
        holds += f": {_listed(column.codes)}"
    elif column.formats:
        holds += f": {_listed(column.formats)}"
    needed = "value" if not column.may_be_empty else "column" if column.is_required else ""
    cost = "the row" if column.on_fault is OnFault.QUARANTINE_ROW else "the value"
    return _code(column.name), column.meaning, holds, needed, "personal" if column.is_personal else "", cost


# --- factors -----------------------------------------------------------------------------------------------------


def factors_page() -> str:
    """What counts, and how much? From `pipeline/ranking/factors.py`."""
    lines = heading(
        "Factors",
        "`pipeline/ranking/factors.py`",
        "Each factor counts one thing inside a window of whole local days that ends with the list's day. "
        "Points are whole numbers; a person's points are the sum of the factors' points. "
        "[How points work](../explanation/how-points-work.md), [how to add a factor](../how-to/add-a-factor.md).",
    )
    heads = ("factor", "counts", "window", "points", "at most", "why it is there")
    return _page(lines + table(heads, [_factor_row(factor) for factor in FACTORS]))


def _factor_row(factor: Factor) -> tuple[str, ...]:
    window = "ever" if factor.window_days == EVER else f"{factor.window_days} days"
    points = f"{factor.points} each" if factor.per == 1 else f"{factor.points} for every {factor.per}"
    return _code(factor.name), factor.many, window, points, str(factor.cap), factor.why


# --- commands ----------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """What can be typed? From the two command line programs."""
    lines = heading(
        "Commands",
        "`pipeline/cli.py` and `linkage/cli.py`",
        "After `make setup` both programs lie in `.venv/bin/`. Results go to standard output; progress, complaints and "
        "logs to standard error. Exit codes of `outreach`: "
        f"{pipeline.cli.DONE} done; {pipeline.cli.FAILED} nothing could be published or found, or a list was held "
        f"back; "
        f"{pipeline.cli.MISTYPED} typed, set or declared wrongly; {pipeline.cli.UNEXPECTED} unexpected.",
    )
    for program, app in (("outreach", pipeline.cli.app), ("linkage", linkage.cli.app)):
        for name, command in _commands(program, typer.main.get_command(app)):
            lines += _command_lines(name, command)
    return _page(lines)


def _commands(name: str, group) -> Iterator[tuple[str, object]]:
    """Which commands does a program have, those of its groups among them? (what is typed, the command)"""
    for own_name, command in group.commands.items():
        typed = f"{name} {own_name}"
        yield from _commands(typed, command) if hasattr(command, "commands") else [(typed, command)]


def _command_lines(name: str, command) -> list[str]:
    text = inspect.cleandoc(command.help or "")
    lines = [f"## `{name}`", "", *text.splitlines(), ""]
    rows = [_parameter_row(parameter) for parameter in command.params]
    return lines + (table(("argument or option", "what it is", "default"), rows) if rows else [])


def _parameter_row(parameter) -> tuple[str, str, str]:
    is_option = parameter.param_type_name == "option"
    name = ", ".join(parameter.opts) if is_option else parameter.metavar or parameter.name.upper()
    return _code(name), parameter.help or "", _default_words(parameter)


def _default_words(parameter) -> str:
    if parameter.required:
        return "must be given"
    if isinstance(parameter.show_default, str):
        return {"setting": "the setting"}.get(parameter.show_default, parameter.show_default)
    if getattr(parameter, "is_flag", False):
        return "off"
    return "" if parameter.default in (None, [], ()) else _code(parameter.default)


# --- settings ----------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """What may be set from outside? From `pipeline/settings.py`."""
    lines = heading(
        "Settings",
        "`pipeline/settings.py`",
        "Each setting is an environment variable. A value of the wrong kind ends the program with one line and exit "
        "code 2. `outreach doctor` shows what is in force, without any secret.",
    )
    rows = [
        (_code(f"OUTREACH_{name.upper()}"), field.description or "", _setting_default(name, field.default, field))
        for name, field in Settings.model_fields.items()
    ]
    return _page(lines + table(("variable", "what it is", "default"), rows))


def _setting_default(name: str, default: object, field) -> str:
    if name in DEFAULTS_IN_WORDS:
        return DEFAULTS_IN_WORDS[name]
    if field.default_factory is not None:
        default = field.default_factory()
    return "unset" if default is None else _code(default)


# --- codes -------------------------------------------------------------------------------------------------------


def codes_page() -> str:
    """Which words may a coded column hold? From `pipeline/contract/codes.py`."""
    lines = heading(
        "Codes",
        "`pipeline/contract/codes.py`",
        "The closed lists of our own codes, as the database and `outreach_list.json` hold them. The order of a list "
        "is its order in the code; for exclusions it is the order in which they are asked.",
    )
    for name, code_list in vars(codes).items():
        if isinstance(code_list, type) and issubclass(code_list, codes.StrEnum) and code_list is not codes.StrEnum:
            question = (code_list.__doc__ or "").splitlines()[0]
            lines += [f"## {name}", "", question, "", *(f"- `{code.value}`" for code in code_list), ""]
    return _page(lines)


# --- all of them -------------------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], str]] = {
    "agencies.md": agencies_page,
    "factors.md": factors_page,
    "commands.md": commands_page,
    "settings.md": settings_page,
    "codes.md": codes_page,
}


def _page(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def main(folder: Path = REFERENCE) -> None:
    """Write every page that follows from the code."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
