"""Which declaration fits these files? Looks at samples, judges every column, and writes a draft that reads them."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain, islice
from pathlib import Path

from pipeline import readers
from pipeline.archives import Place
from pipeline.contract.columns import Column
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeclarationError, SettingError
from pipeline.contract.formats import Excel, Xml
from pipeline.contract.rules import EndRule
from pipeline.drafting import hmis, keys, looks, names, wire, workbooks, writing
from pipeline.drafting.columns import Judged, blanks_in, judge
from pipeline.drafting.events import end_of, event_of
from pipeline.drafting.kinds import groups_of
from pipeline.drafting.names import NamePattern
from pipeline.drafting.samples import beginnings, samples_of
from pipeline.drafting.wire import Wire
from pipeline.drafting.writing import reserved_name

SAMPLE_ROWS = 50_000
"""Rows looked at of each feed."""


@dataclass(frozen=True, kw_only=True)
class FeedDraft:
    """What was found about one kind of file? `key` is a candidate, `key_told` what the sample says of it.

    `end`: the end that its rows seem to tell of what another feed's rows are.
    """

    name: str
    names: NamePattern
    wire: Wire
    columns: tuple[Judged, ...]
    key: tuple[str, ...]
    key_told: str
    blanks: tuple[str, ...]
    row_count: int
    end: EndRule | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What was drafted?

    Attributes:
        text: of the agency's file.
        decisions: what a person has to decide, each of which stands in the text too; no value in any.
        feeds: what was found about each kind of file.
    """

    text: str
    decisions: tuple[str, ...]
    feeds: tuple[FeedDraft, ...]


def draft(
    paths: Sequence[Path],
    name: str,
    title: str,
    zone: str,
    layout: str | None = None,
    progress: Callable[[str, float], None] = lambda step, share: None,
) -> Draft:
    """Which declaration fits these files? `progress` is told which share of the kinds of file was looked at.

    Raises:
        SettingError: a file is of no format that can be drafted, or nothing can be a name of an agency.
    """
    places, left = hmis.without_unneeded(list(samples_of(paths)))
    groups = groups_of(places)
    feeds: list[FeedDraft] = []
    faults: list[SettingError] = []
    for number, group in enumerate(groups):
        progress("look at the files", number / len(groups))
        try:
            feeds += _feeds(group, layout)
        except SettingError as fault:
            faults.append(fault)
        except DeclarationError as fault:
            faults.append(SettingError(f"no declaration can be drafted from this: {fault} [{group[0].name}]"))
    progress("look at the files", 1)
    if faults and not feeds:
        raise faults[0]
    found = _written(_with_ends(hmis.joined(_named_apart(feeds))), name, title, zone, (*left, *map(str, faults)))
    try:
        agency_of(found)
    except DeclarationError as fault:
        raise SettingError(f"no declaration can be drafted from this: {fault}") from None
    return found


def agency_of(found: Draft) -> Agency:
    """Which agency does a draft declare? Raises DeclarationError where it cannot be right."""
    module: dict = {}
    exec(compile(found.text, "draft", "exec"), module)  # our own text, just written; what is refused here is never kept
    return module["AGENCY"]


def _written(feeds: Sequence[FeedDraft], name: str, title: str, zone: str, left: Sequence[str]) -> Draft:
    text, decisions = writing.write(feeds, name, title, zone, left)
    return Draft(text=text, decisions=tuple(decisions), feeds=tuple(feeds))


def _named_apart(feeds: Sequence[FeedDraft]) -> Iterator[FeedDraft]:
    seen: dict[str, int] = {}
    for one in feeds:
        seen[one.name] = seen.get(one.name, 0) + 1
        number = f"_{seen[one.name]}" if seen[one.name] > 1 else ""
        yield replace(one, name=one.name + number)


def _with_ends(feeds: Sequence[FeedDraft]) -> Sequence[FeedDraft]:
    """Which feeds tell the end of what other feeds' rows are?"""
    tables = [one for one in feeds if not one.wire.known]
    events = {one.name: (one.key[0], rule) for one in tables if len(one.key) == 1 and (rule := event_of(one.columns))}
    return [replace(one, end=end_of(one.columns, events)) if one in tables else one for one in feeds]


def _feeds(group: Sequence[Place], layout: str | None) -> Iterator[FeedDraft]:
    """Yield the feeds that are read from files of one kind."""
    contents = beginnings(group)
    pattern = names.pattern_of_all([place.name for place in group])
    for found in _wires(contents, group[0].name, layout):
        if not found.columns:
            what = "nothing in it could be a column; ask for a sample with rows of plain values"
            raise SettingError(f"{what} [{group[0].name}]")
        files = [list(islice(_rows(found, *one), SAMPLE_ROWS)) for one in zip(contents, group, strict=False)]
        yield _feed(found, pattern, files)


def _feed(found: Wire, pattern: NamePattern, files: Sequence[list[dict[str, str]]]) -> FeedDraft:
    blanks = blanks_in(value for rows in files for row in rows for value in row.values())
    rows = list(islice(_without(blanks, chain.from_iterable(files)), SAMPLE_ROWS))
    if found.known:
        return FeedDraft(
            name=found.known.name,
            names=pattern,
            wire=found,
            columns=found.known.judged(),
            key=found.known.key,
            key_told="",
            blanks=(),
            row_count=len(rows),
        )
    has_iso_days = isinstance(found.format, Excel | Xml)
    columns = tuple(
        judge(
            one,
            [row.get(one, "") for row in rows],
            has_iso_days=has_iso_days,
            fields=found.fields,
            is_somebodys=one in found.personal,
        )
        for one in found.columns
    )
    key, key_told = keys.key_of(found, columns, files)
    return FeedDraft(
        name=found.name or pattern.stem,
        names=pattern,
        wire=found,
        columns=columns,
        key=key,
        key_told=key_told,
        blanks=blanks,
        row_count=len(rows),
    )


def _wires(contents: Sequence[bytes], name: str, layout: str | None) -> tuple[Wire, ...]:
    """How do the rows come: as a layout says, in a workbook, or as the content itself tells?"""
    if layout:
        return (wire.fixed_width(layout),)
    if zipfile.is_zipfile(BytesIO(contents[0])) and b"xl/workbook.xml" in contents[0]:
        return (workbooks.look_workbook(contents[0], name),)
    return looks.look(contents, name)


def _without(blanks: tuple[str, ...], rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Yield rows in which nothing stands where the agency writes a word for nothing."""
    for row in rows:
        yield {name: "" if value.upper() in blanks else value for name, value in row.items()} if blanks else row


def _rows(found: Wire, content: bytes, place: Place) -> Iterator[dict[str, str]]:
    """Yield the rows as the feed's own reader reads them, so that the draft promises nothing that is not read."""
    try:
        names = {one: reserved_name(one) for one in found.columns}
        feed = Feed(
            name="sample",
            row_is="one row",
            file_pattern=".*",
            format=writing.with_names(found.format),
            key=(names[found.columns[0]],),
            columns=tuple(_plain(name, is_key=name == found.columns[0]) for name in found.columns),
        )
        for row in readers.rows_of(feed, BytesIO(content), readers.About()):
            if row.fault is None:
                flat = readers.flatten(feed, json.loads(row.payload))
                yield {one: flat[name] for one, name in names.items() if name in flat}
    except (DeclarationError, readers.FileUnreadable) as fault:
        raise SettingError(f"the sample cannot be read: {fault} [{place.name}]") from None


def _plain(name: str, *, is_key: bool) -> Column:
    aliases = (name,) if reserved_name(name) != name else ()
    return Column(
        name=reserved_name(name), meaning="A column.", is_required=is_key, may_be_empty=not is_key, aliases=aliases
    )
