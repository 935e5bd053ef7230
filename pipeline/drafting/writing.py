"""How is a draft written down? As a file of `pipeline/agencies/`: every choice left to a person is marked `DECIDE`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.contract.columns import RESERVED, Kind
from pipeline.contract.formats import Delimited, Excel, FhirNdjson, FixedWidth, Format, JsonDocument, JsonLines
from pipeline.drafting.columns import Judged
from pipeline.drafting.words import MEANINGS

if TYPE_CHECKING:
    from pipeline.drafting.draft import FeedDraft

DECIDE = "# DECIDE: "
LONGEST_LINE = 110
"""Characters; a code list that is longer stands in several lines."""


def write(feeds: Sequence["FeedDraft"], name: str, title: str, zone: str) -> tuple[str, list[str]]:
    """What stands in the file, and which decisions are left open in it?"""
    lines = [
        f'"""What does {_words(title)} send? A draft from sample files: decide what is marked, then correct it."""',
        "",
    ]
    lines += ["from pipeline.contract.declaration import (", *_imports(feeds), ")", ""]
    for number, feed in enumerate(feeds):
        lines += [*_feed(feed, number), ""]
    lines += [
        "AGENCY = Agency(",
        f"    name={_text(name)},",
        f"    title={_text(title)},",
        f"    zone={_text(zone)},  {DECIDE}zone: the agency's local time",
        f'    owner="not named yet",  {DECIDE}owner: who answers for the feed, as a role',
        f"    {DECIDE}area: the area whose team follows up; leave it out for the whole county",
        f"    feeds=({' '.join(f'{_variable(n)},' for n in range(len(feeds)))}),",
        ")",
    ]
    text = "\n".join(lines) + "\n"
    return text, [line.partition(DECIDE)[2] for line in lines if DECIDE in line]


def reserved_name(column: str) -> str:
    """What is a column called in the declaration? As in the file, but where the program has the name for itself."""
    return f"{column}_of_file" if column in RESERVED else column


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _words(title: str) -> str:
    return title.replace("\\", " ").replace('"', "'").replace("\n", " ")


def _variable(number: int) -> str:
    return f"_FEED_{number + 1}"


def _imports(feeds: Sequence["FeedDraft"]) -> list[str]:
    used = {"Agency", "Feed", "Column", "needed", *(type(feed.wire.format).__name__ for feed in feeds)}
    if any(one.kind is not Kind.TEXT for feed in feeds for one in feed.columns):
        used.add("Kind")
    for feed in feeds:
        fields = {one.field for one in feed.columns}
        if _has_person(fields):
            used |= {"PersonFields", "PersonRule"}
            used |= set() if {"first_name", "last_name"} <= fields else {"FullName"}
    if all(set(feed.key) >= {one.name for one in feed.columns} for feed in feeds):
        used.discard("Column")
    return [f"    {one}," for one in sorted(used, key=lambda one: (one.islower(), one))]


def _has_person(fields: set[str | None]) -> bool:
    return "full_name" in fields or {"first_name", "last_name"} <= fields


def _feed(feed: "FeedDraft", number: int) -> Iterator[str]:
    pattern = feed.names.pattern
    where = f"{feed.name}: "
    yield f"{_variable(number)} = Feed("
    yield f"    name={_text(feed.name)},  {DECIDE}{where}name: a plural noun"
    yield f'    row_is="one row",  {DECIDE}{where}row_is: what is one row?'
    yield f"    file_pattern={_pattern(pattern)},"
    if feed.names.date_format:
        yield f"    date_format={_text(feed.names.date_format)},"
    for told in feed.wire.decisions:
        yield f"    {DECIDE}{where}{told}"
    yield f"    format={_format(feed.wire.format)},"
    key = " ".join(f"{_text(reserved_name(one))}," for one in feed.key)
    yield f"    {DECIDE}{where}key: does it name a row for good? ({feed.key_told})"
    yield f"    key=({key}),"
    if feed.blanks:
        said = " ".join(f"{_text(one)}," for one in feed.blanks)
        yield f"    blanks=({said}),  {DECIDE}{where}blanks: do these say nothing?"
    yield f"    {DECIDE}{where}law: which law tags the rows, hipaa, part2, cjis or hmis?"
    yield "    columns=("
    for one in feed.columns:
        yield from (f"        {DECIDE}{where}{told}" for told in one.decisions)
        yield from _column(one, is_key=one.name in feed.key)
    yield "    ),"
    yield from _person(feed, where)
    moments = [one.name for one in feed.columns if one.kind in (Kind.MOMENT, Kind.DATE) and one.field is None]
    shown = f" (days and moments: {', '.join(map(_text, moments))})" if moments else ""
    yield f"    {DECIDE}{where}encounters: does a row say that something happened, and when?{shown}"
    yield ")"


def _pattern(pattern: str) -> str:
    return f'r"{pattern}"' if '"' not in pattern else repr(pattern)


def _format(found: Format) -> str:
    found = with_names(found)
    if isinstance(found, FhirNdjson):
        return f"FhirNdjson({_text(found.resource_type)})"
    if isinstance(found, FixedWidth):
        places = ", ".join(f"{_text(name)}: {place}" for name, place in found.places.items())
        return f"FixedWidth(places={{{places}}})"
    if isinstance(found, JsonLines | JsonDocument):
        paths = ", ".join(f"{_text(name)}: {_text(path)}" for name, path in found.paths.items())
        told = [f"rows={_text(found.rows)}"] if isinstance(found, JsonDocument) and found.rows else []
        return f"{type(found).__name__}({', '.join([*told, *([f'paths={{{paths}}}'] if paths else [])])})"
    usual = Excel() if isinstance(found, Excel) else Delimited()
    told = {name: value for name, value in vars(found).items() if value != getattr(usual, name)}
    spelled = (f"{name}={_text(value) if isinstance(value, str) else value}" for name, value in told.items())
    return f"{type(found).__name__}({', '.join(spelled)})"


def with_names(found: Format) -> Format:
    """How is a format declared whose columns are called as they are in the declaration?"""
    if isinstance(found, FixedWidth):
        return replace(found, places={reserved_name(name): place for name, place in found.places.items()})
    if isinstance(found, JsonLines | JsonDocument):
        return replace(found, paths={reserved_name(name): path for name, path in found.paths.items()})
    return found


def _aliases(one: Judged) -> list[str]:
    return [f"aliases=({_text(one.name)},)"] if one.name in RESERVED else []


def _column(one: Judged, *, is_key: bool) -> Iterator[str]:
    meaning = MEANINGS.get(one.field or "", f"Column {one.name.strip()} of the file.")
    told = [f"kind=Kind.{one.kind.name}"] if one.kind is not Kind.TEXT and not (is_key and one.kind is Kind.ID) else []
    told += [f"formats=({' '.join(_text(each) + ',' for each in one.formats)})"] if one.formats else []
    told += _aliases(one) + (["is_personal=True"] if one.is_personal else [])
    if is_key:
        yield f"        needed({', '.join([_text(reserved_name(one.name)), _text(meaning), *told])}),"
        return
    parts = [f"name={_text(reserved_name(one.name))}", f"meaning={_text(meaning)}", *told]
    codes = f"codes=({' '.join(_text(code) + ',' for code in one.codes)})" if one.codes else ""
    line = f"        Column({', '.join([*parts, *filter(None, [codes])])}),"
    if len(line) <= LONGEST_LINE:
        yield line
        return
    yield "        Column("
    yield from (f"            {part}," for part in parts)
    if one.codes:
        yield "            codes=("
        yield from (f"                {_text(code)}," for code in one.codes)
        yield "            ),"
    yield "        ),"


def _person(feed: "FeedDraft", where: str) -> Iterator[str]:
    """Which columns say who the row is about, where any do?"""
    columns: dict[str, str] = {}
    for one in feed.columns:
        if one.field:
            columns.setdefault(one.field, one.name)
    if not _has_person(set(columns)):
        yield f"    {DECIDE}{where}person: which columns say who the row is about?"
        return
    yield f"    {DECIDE}{where}person: is every row about the person it names?"
    yield "    person=PersonRule("
    yield "        fields=PersonFields("
    if "first_name" in columns and "last_name" in columns:
        columns.pop("full_name", None)
    for field, column in columns.items():
        if field == "full_name":
            yield f'            full_name=FullName({_text(column)}, "last_first"),  {DECIDE}{where}order of the name'
        elif field not in ("first_name", "last_name") or {"first_name", "last_name"} <= set(columns):
            yield f"            {field}={_text(column)},"
    yield "        ),"
    yield "    ),"
