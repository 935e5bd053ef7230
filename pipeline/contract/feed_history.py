"""What is told of a feed over time? Its files, how many rows they have, how they are filled, and what differs.

Frozen dataclasses handed from the rim to the run report and the command line. Counts, shares and names of columns only.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """In which way does a file differ from those of its feed before it?

    Attributes:
        kind: a `Drift` value.
        columns: names of the declared columns it is about; none for the file as a whole.
        sentence: what was found, and what to do: for a records clerk, without a value.
        is_refusing: whether the file is not taken in for it, until a person lets it in.
    """

    kind: str
    columns: tuple[str, ...]
    sentence: str
    is_refusing: bool = False


@dataclass(frozen=True, kw_only=True)
class FileHistory:
    """What is told of one file?

    Attributes:
        file: its name. business_date: ISO day of it, or None.
        row_count: rows that reading did not set aside.
        filled: share of rows in which each column is filled, in the order of `FeedHistory.columns`; None where the file
            lacks it.
        findings: what differs.
        is_refused: whether it was not taken in, for whatever reason. is_let_in: whether a person let it in.
    """

    file: str
    business_date: str | None
    row_count: int
    filled: tuple[float | None, ...]
    findings: tuple[Finding, ...] = ()
    is_refused: bool = False
    is_let_in: bool = False


@dataclass(frozen=True, kw_only=True)
class FeedHistory:
    """What is told of a feed: its declared columns, and its latest files, the oldest first?"""

    agency: str
    feed: str
    columns: tuple[str, ...]
    files: tuple[FileHistory, ...]


def feed_history_from_json(kept: Mapping) -> FeedHistory:
    """What was kept as `dataclasses.asdict` made it? The inverse of that."""
    files = tuple(
        FileHistory(**{**file, "filled": tuple(file["filled"]), "findings": _findings(file)}) for file in kept["files"]
    )
    return FeedHistory(**{**kept, "columns": tuple(kept["columns"]), "files": files})


def _findings(file: Mapping) -> tuple[Finding, ...]:
    return tuple(Finding(**{**one, "columns": tuple(one["columns"])}) for one in file["findings"])
