"""Which declaration fits these files? Looks at samples, judges every column, and writes a draft that reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pipeline import readers
from pipeline.contract.columns import Column, Kind
from pipeline.contract.declaration import Agency, Feed
from pipeline.contract.errors import DeclarationError, SettingError
from pipeline.contract.formats import FhirNdjson
from pipeline.drafting import names, wire, writing
from pipeline.drafting.columns import Judged, judge
from pipeline.drafting.names import NamePattern
from pipeline.drafting.wire import Wire

SAMPLE_BYTES = 16 << 20
"""Bytes looked at of each file: some hundred thousand rows, in memory at once."""

SAMPLE_ROWS = 50_000
"""Rows looked at of each feed."""

MOST_KEY_COLUMNS = 6
"""Columns of which pairs are tried as a key: the first of those that could be part of one."""


@dataclass(frozen=True, kw_only=True)
class FeedDraft:
    """What was found about one kind of file? `key` is a candidate, `is_key_unique` in the sample."""

    name: str
    names: NamePattern
    wire: Wire
    columns: tuple[Judged, ...]
    key: tuple[str, ...]
    is_key_unique: bool
    row_count: int


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


def draft(paths: Sequence[Path], name: str, title: str, zone: str, layout: str | None = None) -> Draft:
    """Which declaration fits these files?

    Raises:
        SettingError: a file is of no format that can be drafted, or nothing can be a name of an agency.
    """
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(names.pattern_of(path.name).pattern, []).append(path)
    feeds = tuple(_feed(group, layout) for group in groups.values())
    feeds = tuple(_named_apart(feeds))
    text, decisions = writing.write(feeds, name, title, zone)
    found = Draft(text=text, decisions=tuple(decisions), feeds=feeds)
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


def _named_apart(feeds: Sequence[FeedDraft]) -> Iterator[FeedDraft]:
    seen: dict[str, int] = {}
    for one in feeds:
        seen[one.name] = seen.get(one.name, 0) + 1
        number = f"_{seen[one.name]}" if seen[one.name] > 1 else ""
        yield FeedDraft(**vars(one) | {"name": one.name + number})


def _feed(paths: Sequence[Path], layout: str | None) -> FeedDraft:
    contents = [_beginning(path) for path in paths]
    found = wire.fixed_width(layout) if layout else wire.look(contents, paths[0].name)
    rows = [row for content, path in zip(contents, paths, strict=True) for row in _rows(found, content, path)]
    rows = rows[:SAMPLE_ROWS]
    columns = tuple(judge(one, [row.get(one, "") for row in rows]) for one in found.columns)
    key, is_unique = _key(found, columns, rows)
    pattern = names.pattern_of(paths[0].name)
    return FeedDraft(
        name=pattern.stem,
        names=pattern,
        wire=found,
        columns=columns,
        key=key,
        is_key_unique=is_unique,
        row_count=len(rows),
    )


def _beginning(path: Path) -> bytes:
    """How does a file begin? Whole lines only. Raises SettingError where it cannot be read or is empty."""
    try:
        with path.open("rb") as stream:
            content = stream.read(SAMPLE_BYTES)
            is_cut = bool(stream.read(1))
    except OSError:
        raise SettingError(f"the file cannot be opened; give the program the right to read it [{path.name}]") from None
    if not content.strip():
        raise SettingError(f"the file is empty; a draft needs a sample with rows [{path.name}]")
    return content[: content.rfind(b"\n") + 1] if is_cut else content


def _rows(found: Wire, content: bytes, path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows as the feed's own reader reads them, so that the draft promises nothing that is not read."""
    try:
        feed = Feed(
            name="sample",
            row_is="one row",
            file_pattern=".*",
            format=found.format,
            key=found.columns[:1],
            columns=tuple(_plain(name, is_key=name == found.columns[0]) for name in found.columns),
        )
        reading = readers.read(feed, content)
    except (DeclarationError, readers.FileUnreadable) as fault:
        raise SettingError(f"the header cannot be read: {fault} [{path.name}]") from None
    faulty = {fault.line_number for fault in reading.faults}
    for line, payload in reading.rows[:SAMPLE_ROWS]:
        if line not in faulty:
            yield readers.flatten(feed, writing.loads(payload))


def _plain(name: str, *, is_key: bool) -> Column:
    return Column(name=name, meaning="A column.", is_required=is_key, may_be_empty=not is_key)


def _key(found: Wire, columns: Sequence[Judged], rows: list[dict[str, str]]) -> tuple[tuple[str, ...], bool]:
    """Which columns could name a row for good? One that is never twice the same, else two; else the likeliest."""
    if isinstance(found.format, FhirNdjson):
        return ("id",), next(one.is_unique for one in columns if one.name == "id")
    ids = [one for one in columns if one.is_never_blank and one.kind is Kind.ID]
    texts = [one for one in columns if one.is_never_blank and one.kind is Kind.TEXT and not one.is_personal]
    for one in (*ids, *texts):
        if one.is_unique:
            return (one.name,), True
    for one, other in combinations(ids[:MOST_KEY_COLUMNS], 2):
        if len({(row.get(one.name), row.get(other.name)) for row in rows}) == len(rows):
            return (one.name, other.name), True
    likeliest = next(iter((*ids, *texts)), next((one for one in columns if one.is_never_blank), columns[0]))
    return (likeliest.name,), likeliest.is_unique
