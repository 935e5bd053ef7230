"""Which declaration reads these XML documents? Row, paths and namespaces, as the documents themselves have them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.contract.formats import Xml
from pipeline.drafting.kinds import XML, bare
from pipeline.drafting.wire import Wire
from pipeline.drafting.xml_names import names_of, snake
from pipeline.drafting.xml_people import BYSTANDER, SUBJECT, Person, people_in, telling
from pipeline.drafting.xml_rows import rows_of
from pipeline.drafting.xml_sights import Document, Path, Sight, is_below, local
from pipeline.readers import FileUnreadable
from pipeline.readers.xml_documents import tree_of

LOOKED_AT_ROWS = 1_000
"""Rows by which the paths are found."""

MOST_COLUMNS = 90
"""Columns of a draft, those that most rows fill first: vendors' schemas have thousands of elements."""

TOLD_OTHERS = 5
"""Elements told that might be rows too."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""A name that a path may hold."""

_PICTURE = re.compile(r"Binary|Base64|Image|Photo|Mugshot", re.IGNORECASE)
"""Parts of a path at whose end a picture stands, and nothing that is read."""

_HAPPENED = re.compile(r"Booking|Arrest|Incident|Case|Call|Event|Activity|Custody|Release|Record|Stay|Visit", re.I)
_STAY = re.compile(r"Booking|Arrest|Incident")
"""Of several numbers, that of the booking, arrest or incident names the row; a case has several of these."""

_NUMBER = re.compile(r".*(?:Identification|ID|Id|Number|No|Num)|id|no")
_NO_KEY = re.compile(
    r"Agency(?!Record)|Organi[sz]ation|Facility|Court|Charge|Statute|Bond|Document|System|Person|Location|Offic|Subject"
    r"|Cell|Bed|Area|Warrant|Message|Type|Status",
    re.I,
)
"""Words in a path that number what happened; and those that number something else."""

_SENT = "DocumentCreationDate"
"""The element of NIEM that says when a document was made."""


def look_xml(contents: Sequence[bytes]) -> tuple[Wire, ...]:
    """Are they XML documents, and which feed reads them? Empty where they are none.

    Raises:
        FileUnreadable: not one of them is well-formed and harmless.
    """
    if not XML.match(bare(contents[0])):
        return ()
    documents, faults = [], []
    for content in contents:
        try:
            documents.append(Document(tree_of(content)))
        except FileUnreadable as fault:
            faults.append(fault)
    if not documents:
        raise faults[0]
    row, is_whole, others = rows_of(documents)
    paths, told = _paths(documents, row)
    if not paths:
        raise FileUnreadable("its elements hold no values; a draft needs a sample with rows", 0)
    prefixes = _Prefixes(documents, (row, *(step for path in paths for step in path)))
    left = [path for path in paths if not prefixes.can_say(path)]
    columns = _columns([path for path in paths if path not in left], _sights(documents, row))
    return (_wire(columns, prefixes, row, others, is_whole=is_whole, told=(*told, *_told_left(left))),)


@dataclass(frozen=True)
class _Columns:
    """Which columns does a row have? Name → path, and which of them say what."""

    paths: dict[str, Path]
    fields: dict[str, str]
    personal: frozenset[str]
    sent: str | None


def _wire(
    columns: _Columns, prefixes: "_Prefixes", row: str, others: Sequence[str], *, is_whole: bool, told: Sequence[str]
) -> Wire:
    paths = {name: prefixes.path(path) for name, path in columns.paths.items()}
    layout = Xml(
        row=prefixes.name(row),
        paths=paths,
        namespaces=prefixes.used_in((row, *(step for path in columns.paths.values() for step in path))),
        has_one_row=is_whole,
    )
    also = ", ".join(local(one) for one in others[:TOLD_OTHERS])
    which = f"row: is one {local(row)} one row?" + (f" {also} might be rows too" if also else "")
    return Wire(
        layout,
        tuple(columns.paths),
        (which, *told),
        name=_plural(row),
        fields=columns.fields,
        personal=columns.personal,
        version_column=columns.sent,
    )


def _plural(row: str) -> str:
    name = snake([local(row)])
    return name if name.endswith("s") else f"{name}s"


def _told_left(left: Sequence[Path]) -> tuple[str, ...]:
    what = "have names with signs that no path can hold; they are left out"
    return (f"{len(left)} elements {what}",) if left else ()


# --- paths -----------------------------------------------------------------------------------------------------------


def _sights(documents: Sequence[Document], row: str) -> list[Sight]:
    rows = ((one, element) for one in documents for element in one.holders.get(row, ()))
    return [one.seen_from(element) for one, element in islice(rows, LOOKED_AT_ROWS)]


def _paths(documents: Sequence[Document], row: str) -> tuple[list[Path], tuple[str, ...]]:
    """Which paths lead from a row to its values, each value by one path, and what has to be told of those left out?"""
    sights = _sights(documents, row)
    filled: dict[Path, int] = {}
    for sight in sights:
        for path, leaves in sight.found.items():
            filled[path] = filled.get(path, 0) + any(text for _, text in leaves)
    inner = {path for sight in sights for path in sight.inner}
    dead = {path for sight in sights for path in sight.dead_ends}
    several = {path for sight in sights for path in sight.several()}
    usable = [path for path, count in filled.items() if count and path not in inner]
    broken = [path for path in usable if any(is_below(path, one) for one in dead)]
    pictures = [path for path in usable if any(_PICTURE.search(local(step)) for step in path)]
    usable = [path for path in usable if path not in {*broken, *pictures}]
    chosen = _once_each(usable, several, sights)
    of_people = {path for one in people_in(chosen) if one.is_sure for path in one.fields.values()}
    most = set(sorted(chosen, key=lambda path: (path not in of_people, -filled[path], len(path)))[:MOST_COLUMNS])
    told = []
    if dead:
        told.append(f"references: {len(dead)} lead nowhere, or into another row; nothing is read behind them")
    if pictures:
        told.append(f"{len(pictures)} elements that hold pictures are left out")
    if len(chosen) > MOST_COLUMNS:
        told.append(f"{len(chosen) - MOST_COLUMNS} more elements are left out; add a path for one that is needed")
    return [path for path in filled if path in most], tuple(told)


def _once_each(paths: Sequence[Path], several: set[Path], sights: Sequence[Sight]) -> list[Path]:
    """Which of these paths are enough to lead to every leaf?

    Paths with one leaf a row come first; then those over a reference, because it says in which role somebody is meant;
    then the shortest. Over an association only what is reached in no other way.
    """
    referred = {path for sight in sights for path in sight.referred}
    order = {path: place for place, path in enumerate(paths)}

    def rank(path: Path) -> tuple:
        is_associated = any(local(step).endswith("Association") for step in path)
        return path in several, is_associated, path not in referred, len(path), order[path]

    led_to: set[tuple] = set()
    chosen = []
    for path in sorted(paths, key=rank):
        attribute = path[-1] if path[-1].startswith("@") else ""
        leaves = {(n, who, attribute) for n, sight in enumerate(sights) for who, _ in sight.found.get(path, ())}
        if leaves - led_to:
            led_to |= leaves
            chosen.append(path)
    return chosen


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(paths: Sequence[Path], sights: Sequence[Sight]) -> _Columns:
    """Which columns do these paths make: what they are called, and whose they are?"""
    several = {path for sight in sights for path in sight.several()}
    people = people_in(path for path in paths if path not in several)
    subject = _subject(people)
    given = {path: field for field, path in subject.fields.items()} if subject else {}
    called = names_of(paths, given)
    somebody = [one.above for one in people_in(paths) if one.above]
    personal = {called[path] for path in paths if any(is_below(path, above) for above in somebody)}
    numbers = [path for path in paths if _names_what_happened(path, several)]
    first = sorted(numbers, key=lambda path: (not any(_STAY.search(part) for part in telling(path)), len(path)))
    ordered = [*first, *(path for path in paths if path not in first)]
    sent = next((called[path] for path in paths if _SENT in telling(path)), None)
    return _Columns(
        paths={called[path]: path for path in ordered},
        fields={name: field for path, name in called.items() if (field := given.get(path))},
        personal=frozenset(personal),
        sent=sent,
    )


def _subject(people: Sequence[Person]) -> Person | None:
    """Who of several people is the record about? Who is called its subject; then of whom most is known."""

    def rank(one: Person) -> tuple:
        says = [local(step) for step in one.above]
        is_subject, is_other = any(map(SUBJECT.search, says)), any(map(BYSTANDER.search, says))
        return is_other, not is_subject, not one.is_sure, -len(one.fields), len(one.above)

    return min(people, key=rank, default=None)


def _names_what_happened(path: Path, several: set[Path]) -> bool:
    """Does a path lead to the number of what happened, which could be the key?"""
    parts = telling(path)
    is_number = _NUMBER.fullmatch(parts[-1]) is not None and path not in several
    is_plain = not any(_NO_KEY.search(part) for part in parts)
    return is_number and is_plain and (len(parts) == 1 or any(_HAPPENED.search(part) for part in parts))


# --- namespaces ------------------------------------------------------------------------------------------------------


class _Prefixes:
    """Which prefix stands for which namespace? As the documents have it; a made-up one where they have none."""

    def __init__(self, documents: Sequence[Document], steps: Sequence[str]) -> None:
        self._prefixes: dict[str, str] = {}
        declared = [(uri, prefix) for one in documents for row in one.root.iter() for prefix, uri in row.nsmap.items()]
        known = {uri: prefix for uri, prefix in reversed(declared) if prefix and _NAME.fullmatch(prefix)}
        for uri in dict.fromkeys(_namespace(step) for step in steps):
            if uri:
                self._prefixes[uri] = self._free(known.get(uri, "doc"))

    def _free(self, wanted: str) -> str:
        taken, name, number = set(self._prefixes.values()), wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}{number}"
        return name

    def name(self, step: str) -> str:
        """How is an element written in a declaration?"""
        uri = _namespace(step)
        return f"{self._prefixes[uri]}:{local(step)}" if uri else local(step)

    def path(self, path: Path) -> str:
        """How is a path written?"""
        return "/".join("@" * step.startswith("@") + self.name(step) for step in path)

    def can_say(self, path: Path) -> bool:
        """Can every step of a path be written?"""
        return all(_NAME.fullmatch(local(step)) for step in path)

    def used_in(self, steps: Sequence[str]) -> Mapping[str, str]:
        """Prefix → namespace, for those of these steps."""
        used = {_namespace(step) for step in steps}
        return {prefix: uri for uri, prefix in self._prefixes.items() if uri in used}


def _namespace(step: str) -> str:
    return step.removeprefix("@").removeprefix("{").rpartition("}")[0]
