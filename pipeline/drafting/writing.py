"""How is a draft written down? As a file of `pipeline/agencies/`: every choice left to a person is marked `DECIDE`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.contract import fhir_r4
from pipeline.contract.columns import RESERVED, Column, Kind, OneOf, OnFault
from pipeline.contract.formats import FhirBundle, FixedWidth, Format, JsonDocument, JsonLines
from pipeline.contract.rules import FullName, PersonFields, PersonRule
from pipeline.drafting.columns import Judged
from pipeline.drafting.events import event_of
from pipeline.drafting.known import Known
from pipeline.drafting.spelling import lines, names_in, spelled
from pipeline.drafting.words import MEANINGS

if TYPE_CHECKING:
    from pipeline.drafting.draft import FeedDraft

DECIDE = "# DECIDE: "


@dataclass(frozen=True)
class _Setting:
    """What is an attribute of the feed, and what has to be decided about it? Without a value only that is written."""

    name: str
    value: object = None
    told: tuple[str, ...] = ()


def write(
    feeds: Sequence["FeedDraft"], name: str, title: str, zone: str, left: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """What stands in the file, and which decisions are left open in it? `left`: files that have no draft, and why."""
    settings = [list(_settings(feed)) for feed in feeds]
    written = [
        f'"""What does {_words(title)} send? A draft from sample files: decide what is marked, then correct it."""',
        "",
        *_imports([one.value for each in settings for one in each]),
        "",
    ]
    for number, (feed, each) in enumerate(zip(feeds, settings, strict=True)):
        written += [f"{_variable(number)} = Feed(", *_lines(feed, each), ")", ""]
    written += [
        *(f"{DECIDE}{told}" for told in left),
        "AGENCY = Agency(",
        f"    name={spelled(name)},",
        f"    title={spelled(title)},",
        f"    zone={spelled(zone)},  {DECIDE}zone: the agency's local time",
        f'    owner="not named yet",  {DECIDE}owner: who answers for the feed, as a role',
        f"    {DECIDE}area: the area whose team follows up; leave it out for the whole county",
        f"    feeds=({' '.join(f'{_variable(n)},' for n in range(len(feeds)))}),",
        ")",
    ]
    return "\n".join(written) + "\n", [line.partition(DECIDE)[2] for line in written if DECIDE in line]


def reserved_name(column: str) -> str:
    """What is a column called in the declaration? As in the file, but where the program has the name for itself."""
    return f"{column}_of_file" if column in RESERVED else column


def with_names(found: Format) -> Format:
    """How is a format declared whose columns are called as they are in the declaration?"""
    if isinstance(found, FixedWidth):
        return replace(found, places={reserved_name(name): place for name, place in found.places.items()})
    if isinstance(found, JsonLines | JsonDocument):
        return replace(found, paths={reserved_name(name): path for name, path in found.paths.items()})
    return found


def _words(title: str) -> str:
    return title.replace("\\", " ").replace('"', "'").replace("\n", " ")


def _variable(number: int) -> str:
    return f"_FEED_{number + 1}"


def _imports(values: Sequence[object]) -> Iterator[str]:
    """Yield the lines that import every name that stands in the values."""
    used = {(False, "Agency"), (False, "Feed"), *(found for one in values for found in names_in(one))}
    for is_of_codes, module in ((True, "codes"), (False, "declaration")):
        names = sorted((name for of, name in used if of is is_of_codes), key=lambda one: (one.islower(), one))
        if is_of_codes and names:
            yield f"from pipeline.contract.{module} import {', '.join(names)}"
        elif names:
            yield from (f"from pipeline.contract.{module} import (", *(f"    {one}," for one in names), ")")


def _lines(feed: "FeedDraft", settings: Sequence[_Setting]) -> Iterator[str]:
    """Yield the lines of a feed, what has to be decided above what it is about."""
    for one in settings:
        yield from (f"    {DECIDE}{feed.name}: {told}" for told in one.told)
        if one.name == "columns":
            yield from _columns(feed)
        elif one.name == "file_pattern":
            yield f"    file_pattern={_pattern(feed.names.pattern)},"
        elif one.value is not None:
            yield from lines(f"{one.name}=", one.value, 4)


def _pattern(pattern: str) -> str:
    return f'r"{pattern}"' if '"' not in pattern else repr(pattern)


def _columns(feed: "FeedDraft") -> Iterator[str]:
    told = {reserved_name(one.name): one.decisions for one in feed.columns}
    yield "    columns=("
    for column in _declared(feed):
        yield from (f"        {DECIDE}{feed.name}: {one}" for one in told.get(column.name, ()))
        yield from lines("", column, 8)
    yield "    ),"


def _declared(feed: "FeedDraft") -> tuple[Column, ...]:
    if feed.wire.known:
        return feed.wire.known.columns
    event, end = event_of(feed.columns), feed.end
    ended_at = end.ended_at if end else event.ended_at if event else None
    needed = (*feed.key, *(end.is_about if end else ()))
    columns = (column_of(one, is_key=one.name in needed) for one in feed.columns)
    # an end that cannot be read would read as "still there"
    is_end = {ended_at.column} if ended_at else set()
    return tuple(replace(one, on_fault=OnFault.QUARANTINE_ROW) if one.name in is_end else one for one in columns)


def column_of(one: Judged, *, is_key: bool) -> Column:
    """How is a column declared of which this was found?"""
    return Column(
        name=reserved_name(one.name),
        meaning=MEANINGS.get(one.field or "", f"Column {one.name.strip()} of the file."),
        kind=Kind.ID if is_key and one.kind is Kind.TEXT else one.kind,
        formats=one.formats,
        codes=one.codes,
        is_personal=one.is_personal,
        is_required=is_key,
        may_be_empty=not is_key,
        on_fault=OnFault.QUARANTINE_ROW if is_key else OnFault.DROP_VALUE,
        aliases=(one.name,) if one.name in RESERVED else (),
    )


# --- what is said of a feed ----------------------------------------------------------------------------------------


def _settings(feed: "FeedDraft") -> Iterator[_Setting]:
    """Yield the attributes of a feed in the order in which they are written."""
    known = feed.wire.known
    yield _Setting("name", feed.name, () if known else ("name: a plural noun",))
    yield _Setting("row_is", known.row_is if known else "one row", () if known else ("row_is: what is one row?",))
    yield _Setting("file_pattern", None, feed.names.decisions)
    if feed.names.date_format:
        yield _Setting("date_format", feed.names.date_format)
    yield _Setting("format", with_names(feed.wire.format), feed.wire.decisions)
    key_told = known.decisions.get("key") if known else f"does it name a row for good? ({feed.key_told})"
    yield _Setting("key", tuple(reserved_name(one) for one in feed.key), (f"key: {key_told}",) if key_told else ())
    if feed.blanks:
        yield _Setting("blanks", feed.blanks, ("blanks: do these say nothing?",))
    yield from _of_standard(known) if known else _of_sample(feed)


def _of_standard(known: Known) -> Iterator[_Setting]:
    """Yield what a standard says of a feed, its columns in the middle."""
    after = ("person", "encounters", "ends", "conditions")
    names = dict.fromkeys(name for name in (*known.rules, *known.decisions) if name != "key")
    told = {name: (f"{name}: {known.decisions[name]}",) if name in known.decisions else () for name in names}
    yield from (_Setting(name, known.rules.get(name), told[name]) for name in names if name not in after)
    yield _Setting("columns", known.columns)
    yield from (_Setting(name, known.rules.get(name), told[name]) for name in names if name in after)


def _of_sample(feed: "FeedDraft") -> Iterator[_Setting]:
    """Yield what the columns of a sample show, and what they do not."""
    yield _Setting("law", None, ("law: which law tags the rows, hipaa, part2, cjis or hmis?",))
    if feed.wire.version_column in [one.name for one in feed.columns if one.formats]:
        told = ("version_column: of rows with one key, does the newest count?",)
        yield _Setting("version_column", feed.wire.version_column, told)
    if isinstance(feed.wire.format, FhirBundle):
        yield _Setting("fewest_rows", 0)  # a Bundle need not hold every type of resource
        yield _Setting("never_happened", OneOf(fhir_r4.IS_DELETED, ("true",)))
    yield _Setting("columns", _declared(feed))
    yield _person(feed)
    yield _encounters(feed)
    if feed.end:
        yield _Setting("ends", (feed.end,), ("ends: does each row tell the end of one of these? And how it ended?",))


def _encounters(feed: "FeedDraft") -> _Setting:
    """Which columns say that something happened, and when, where any do?"""
    moments = [one.name for one in feed.columns if one.kind in (Kind.MOMENT, Kind.DATE) and one.field is None]
    shown = f" (days and moments: {', '.join(map(spelled, moments))})" if moments else ""
    event = event_of(feed.columns)
    asked = "is each row one of these, and does it say more: how it ended, a crisis?" if event else _ASKED
    return _Setting("encounters", (event,) if event else None, (f"encounters: {asked}{shown}",))


_ASKED = "does a row say that something happened, and when?"


def _person(feed: "FeedDraft") -> _Setting:
    """Which columns say who the row is about, where any do?"""
    columns: dict[str, str] = {}
    for one in feed.columns:
        if one.field:
            columns.setdefault(one.field, one.name)
    has_parts = {"first_name", "last_name"} <= set(columns)
    whole = None if has_parts else columns.get("full_name")
    parts = {field: column for field, column in columns.items() if field != "full_name"}
    if not has_parts:
        parts = {field: column for field, column in parts.items() if field not in ("first_name", "last_name")}
    if not has_parts and not whole:
        return _Setting("person", None, ("person: which columns say who the row is about?",))
    order = ("order of the name: last_first or first_last?",) if whole else ()
    fields = PersonFields(full_name=FullName(whole, "last_first") if whole else None, **parts)
    return _Setting("person", PersonRule(fields=fields), ("person: is every row about the person it names?", *order))
