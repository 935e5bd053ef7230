"""Who is missing from an export that is meant to hold everybody? Counted and told; to be missing takes nobody back.

The rim between the declaration (`Feed.is_full`) and the run's figures. Counts and names of files only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline import expect
from pipeline.contract.declaration import Agency, Feed
from pipeline.row_values import holds
from pipeline.store import Work


@dataclass(frozen=True)
class Missing:
    """How many people of a feed are known, and not in the newest full export of their agency?"""

    agency: str
    feed: str
    export: str
    count: int


def missing(work: Work, agency: Agency, taken_in_number: int | None) -> Iterator[Missing]:
    """Yield whom the newest full export of an agency leaves out, feed by feed; up to a number of what was taken in."""
    for announcing in agency.feeds:
        export = _newest_full(work, agency, announcing, taken_in_number)
        for feed in agency.feeds if export else ():
            if feed.person and not feed.person.is_about and feed.is_full is None:
                asked = {"agency": agency.name, "feed": feed.name, "taken_in_number": taken_in_number}
                count = int(str(work.ask("count_missing_from_export", **asked, export=export)))
                if count:
                    yield Missing(agency.name, feed.name, str(export), count)


def _newest_full(work: Work, agency: Agency, feed: Feed, taken_in_number: int | None) -> str | None:
    """Which folder or ZIP is the newest full export, by what rows of this feed say? None where none is."""
    if feed.is_full is None:
        return None
    stored = work.read("rows_of_exports", agency=agency.name, feed=feed.name, taken_in_number=taken_in_number)
    if stored.empty:
        return None
    rows = expect.flat_rows(feed, stored, stored["payload"].tolist())
    columns = dict.fromkeys(feed.is_full.columns())
    is_full = holds(feed.is_full, rows.reindex(columns=list(columns), fill_value=""), otherwise=False)
    names = stored.loc[is_full.to_numpy(), "file_name"]
    return None if names.empty else str(names.iloc[-1]).partition("/")[0]
