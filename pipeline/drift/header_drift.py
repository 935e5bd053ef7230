"""Which columns came, went, moved or were renamed, against the file before? Matched by name, through the aliases."""

from collections.abc import Iterator, Sequence

from pipeline.contract.codes import Drift
from pipeline.contract.declaration import Feed
from pipeline.contract.feed_history import Finding
from pipeline.drift.likeness import FEWEST_VALUES, Likeness
from pipeline.drift.profile import ColumnProfile, FileProfile


def find(feed: Feed, now: FileProfile, last: FileProfile | None, known: Sequence[FileProfile]) -> Iterator[Finding]:
    """What differs in the header from the file before? `known` is the history by which columns are known again.

    Nothing where the format has no header: there a column is missing wherever nobody has anything in it.
    """
    if last is None or not all(column.place for column in (*now.columns, *last.columns)):
        return
    missing = [column.name for column in feed.columns if last.column(column.name) and not now.column(column.name)]
    renamed = renamed_columns(feed, now, known, missing)
    for name in missing:
        if name in renamed:
            yield Finding(kind=Drift.RENAMED_COLUMN, columns=(name,), sentence=renamed_sentence(name, renamed[name]))
        else:
            told = f"The column [{name}], which the file before had, is missing. Ask the agency what became of it."
            yield Finding(kind=Drift.MISSING_COLUMN, columns=(name,), sentence=told)
    yield from _new(now, last, {column.place for column in renamed.values()})
    shared = [[name for name in one.order() if name in set(other.order())] for one, other in ((now, last), (last, now))]
    if shared[0] != shared[1]:
        told = (
            "The columns stand in another order than in the file before. They are read by name: nothing has to be done."
        )
        yield Finding(kind=Drift.REORDERED, columns=(), sentence=told)


def renamed_columns(
    feed: Feed, now: FileProfile, known: Sequence[FileProfile], missing: Sequence[str]
) -> dict[str, ColumnProfile]:
    """Which undeclared column looks like which missing one? By declared name; each is taken once, the nearest first."""
    likeness = Likeness(feed, now, known)
    near = sorted(
        (likeness.from_usual(column, name), name, column.place)
        for name in missing
        if name in likeness.usual
        for column in now.columns
        if not column.is_declared and column.filled >= FEWEST_VALUES and likeness.looks_like(column, name)
    )
    at = {column.place: column for column in now.columns}
    found: dict[str, ColumnProfile] = {}
    for _, name, place in near:
        if name not in found and at[place] not in found.values():
            found[name] = at[place]
    return found


def renamed_sentence(name: str, column: ColumnProfile) -> str:
    """What is said of a column that seems to be called otherwise now?"""
    return (
        f"The column [{name}] is missing, and the column {called(column)} looks like it: if it is, add that name to "
        "its aliases in the agency's file."
    )


def hints(feed: Feed, now: FileProfile, known: Sequence[FileProfile], missing: Sequence[str]) -> list[str]:
    """Which undeclared columns look like these missing ones? One sentence each."""
    found = renamed_columns(feed, now, known, [name for name in missing if name])
    return [renamed_sentence(name, column) for name, column in found.items()]


def called(column: ColumnProfile) -> str:
    """How is a column told that is not declared? By its name where that is surely one, else by its place."""
    return f"number {column.place} [{column.name}]" if column.name else f"number {column.place}"


def _new(now: FileProfile, last: FileProfile, renamed: set[int]) -> Iterator[Finding]:
    """Which undeclared columns are new? Those whose names are not told are counted."""
    before = {column.name for column in last.columns if not column.is_declared}
    new = [
        column
        for column in now.columns
        if not column.is_declared and column.name and column.name not in before and column.place not in renamed
    ]
    strangers = [
        [column.place for column in one.columns if not column.is_declared and not column.name] for one in (now, last)
    ]
    untold = [len(set(strangers[0]) - renamed), len(strangers[1])]
    told = [called(column) for column in new]
    told += [f"{untold[0] - untold[1]} whose names could be values"] if untold[0] > untold[1] else []
    if told:
        which = ", ".join(told)
        sentence = f"Columns that the file before did not have: {which}. They are kept and used for nothing."
        yield Finding(kind=Drift.NEW_COLUMN, columns=(), sentence=sentence)
