"""What must be true of the rows and files of any feed? Everything follows from its declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.check import Checked, Severity, check, check_values
from expectations.engine import expect, suite_of
from pipeline.contract.codes import RowFault
from pipeline.contract.declaration import Column, Feed, Kind, OnFault, SnapshotRule
from pipeline.contract.moments import parse_date, parse_moment, parse_time
from pipeline.distinct import Distinct

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

LONGEST_TEXT = 10_000
"""Characters. No field of a form is longer: more is a quote that never closed, with many rows in one field."""

LARGEST_WRONG_WIDTH_SHARE = 0.5
"""Share of a file's rows. With more of them too wide or too narrow, the layout changed, not the rows."""

LARGEST_QUARANTINED_SHARE = 0.5
"""Share of a file's rows. With more of them set aside, the file is wrong, not the rows."""

FEWEST_ROWS_TO_JUDGE = 20
"""Rows. In a smaller file a few bad rows are a large share and prove nothing about the file."""

NOT_BLANK = r"\S"
NO_CONTROL_CHARACTER = r"\A[^\x00-\x08\x0a-\x1f]*\Z"
"""Regular expressions for "holds something" and "holds no C0 control character but the tab"."""

NO_EXPONENT = r"\A(?!\s*-?\d(\.\d+)?[eE]\+\d\d+\s*\Z)"
"""Regular expression for "is no number as a spreadsheet shows long ones": 1.23E+12 has lost the digits of its id. An id
12E4 may be one, and has no plus."""

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""Half of a UTF-16 pair, which JSON may hold: no text for the engine, so it is shown as U+FFFD."""

_PLAIN = "plain"
"""A text that breaks no rule about texts as they are written."""

_SPAN = "{}, not before {}"
"""Name of the column derived from the day something ended and the day it began: whether they are in that order."""

_NEAR_FILE = "{}, near its file"
"""Name of the column derived from a day and that of the file's name: whether it lies within the declared bounds."""

_AS_READ = "{}, as read"
"""Name of the column derived from a code, date, time or moment: what we make of its text."""


def check_rows(feed: Feed, rows: pd.DataFrame) -> Checked:
    """Which rows of a delivery break which rules of their feed?

    Args:
        feed: the declaration.
        rows: one row per row of the file: text columns named as declared ('' is blank; an absent column is all blank),
            `row_id`, a number of its own for every row, and `business_date`, the day in the file's name, if any.

    Returns:
        Findings by `row_id`. Critical ones cost the row, warnings only the value in that column.

    Raises:
        CheckFailed: a rule could not be checked.
    """
    return check_values(row_suite(feed), _as_read(feed, rows), rows["row_id"])


def check_deliveries(feed: Feed, deliveries: pd.DataFrame) -> Checked:
    """Which files of a feed have to be refused as a whole?

    Args:
        feed: the declaration.
        deliveries: one row per file: delivery_id, row_count (all its rows), missing_required_count (required columns
            that are absent), wrong_width_count and quarantined_count (rows, each part of row_count). Of rosters also
            business_date, and usual_row_count: how many rows their neighbours have, missing where there are none.

    Returns:
        Findings by `delivery_id`, all critical.

    Raises:
        CheckFailed: a rule could not be checked.
    """
    counted = deliveries["row_count"].where(deliveries["row_count"] > 0)
    judged = counted.where(counted >= FEWEST_ROWS_TO_JUDGE)
    shares = deliveries.assign(
        wrong_width_share=deliveries["wrong_width_count"] / counted,
        quarantined_share=deliveries["quarantined_count"] / judged,
    )
    if feed.snapshot:
        usual = deliveries["usual_row_count"].astype(float)
        shares["usual_share"] = deliveries["row_count"] / usual.where(usual >= FEWEST_ROWS_TO_JUDGE)
        shares["missing_day_count"] = deliveries["business_date"].isna().astype(int)
    return check(delivery_suite(feed), shares, "delivery_id")


def row_suite(feed: Feed) -> ExpectationSuite:
    """What must be true of each row of this feed? Runs on rows with the derived columns of `check_rows`."""
    rules = [rule for column in feed.columns for rule in _column_rules(feed, column)]
    return suite_of(f"{feed.name}: rows", [*rules, *_day_rules(feed)])


def delivery_suite(feed: Feed) -> ExpectationSuite:
    """What must be true of each file of this feed, before any of its rows counts?"""
    ask = "it was not taken in; ask the agency to send it again"
    whole_share = {"min_value": 0, "max_value": 1}
    rules = (
        (
            "row_count",
            {"min_value": feed.fewest_rows, "max_value": feed.most_rows},
            f"the file has fewer than {feed.fewest_rows:,} or more than {feed.most_rows:,} rows",
        ),
        (
            "missing_required_count",
            {"min_value": 0, "max_value": 0},
            "the file lacks a column it cannot be read without",
        ),
        (
            "wrong_width_share",
            whole_share | {"max_value": LARGEST_WRONG_WIDTH_SHARE},
            "more than half of the file's rows have too many or too few fields, so its layout changed",
        ),
        (
            "quarantined_share",
            whole_share | {"max_value": LARGEST_QUARANTINED_SHARE},
            "more than half of the file's rows had to be set aside, so the file is wrong and not its rows",
        ),
    )
    rules += _roster_rules(feed.snapshot) if feed.snapshot else ()
    return suite_of(
        f"{feed.name}: files",
        [
            expect(
                "ExpectColumnValuesToBeBetween",
                RowFault.FILE_REFUSED,
                Severity.CRITICAL,
                f"{what}; {ask}",
                column=column,
                **bounds,
            )
            for column, bounds, what in rules
        ],
    )


def _roster_rules(rule: SnapshotRule) -> tuple[tuple[str, dict[str, float], str], ...]:
    """What must be true of each roster? Whoever is not on one is taken to have left: half a roster empties the jail."""
    return (
        (
            "usual_share",
            {"min_value": rule.smallest_share},
            f"the roster has less than {rule.smallest_share:.0%} of the rows that rosters of the days around it have, "
            "so it is cut off (where so many people did leave, lower smallest_share in the declaration)",
        ),
        ("missing_day_count", {"min_value": 0, "max_value": 0}, "the file's name says no day that the calendar has"),
    )


def _column_rules(feed: Feed, column: Column) -> Iterator[Expectation]:
    """What must be true of one column's values, in the order in which a clerk would ask?"""
    costs_row = column.on_fault is OnFault.QUARANTINE_ROW
    severity = Severity.CRITICAL if costs_row else Severity.WARNING
    outcome = "the row is set aside" if costs_row else "the value is left out"
    cost = f"{outcome}; correct it at the agency and have it sent again [{feed.name}] [{column.name}]"

    def rule(kind: str, fault: RowFault, what: str, **arguments: Any) -> Expectation:
        return expect(kind, fault, severity, f"{what}: {cost}.", told_as=column.name, **arguments)

    raw, as_read = {"column": column.name}, {"column": _AS_READ.format(column.name)}
    if not column.may_be_empty:
        fault = RowFault.EMPTY_KEY if column.name in feed.key else RowFault.MISSING_VALUE
        yield rule(
            "ExpectColumnValuesToMatchRegex", fault, "A value that is always needed is blank", **raw, regex=NOT_BLANK
        )
    if column.kind is Kind.ID:
        what = "An id was turned into a number by a spreadsheet, ask for the column as text"
        yield rule("ExpectColumnValuesToMatchRegex", RowFault.LOST_DIGITS, what, **raw, regex=NO_EXPONENT)
    if column.codes:
        known = [code.upper() for code in column.codes]
        what = "A code is not in the agency's closed list"
        yield rule("ExpectColumnValuesToBeInSet", RowFault.UNKNOWN_CODE, what, **as_read, value_set=known)
    if column.formats:
        what = "A date or time is not written as agreed or not in the calendar"
        yield rule("ExpectColumnValuesToBeInSet", RowFault.BAD_DATE, what, **as_read, value_set=[True])
    if not column.codes and not column.formats:  # elsewhere so long a text is no code and no date, and told as such
        what = f"A text is longer than {LONGEST_TEXT} characters"
        yield rule("ExpectColumnValueLengthsToBeBetween", RowFault.TOO_LONG, what, **raw, max_value=LONGEST_TEXT)
    if column.kind is not Kind.FREE_TEXT:
        what = "A text holds a control character"
        regex = {"regex": NO_CONTROL_CHARACTER}
        yield rule("ExpectColumnValuesToMatchRegex", RowFault.CONTROL_CHARACTER, what, **raw, **regex)


def _day_rules(feed: Feed) -> Iterator[Expectation]:
    """What must be true of days beside each other, and beside the file's? A wrong one costs itself, never the row.

    Agencies type the two apart; the beginning is what is counted.
    """
    derived = [
        (ended, _SPAN.format(ended.name, first.name), f"It lies before [{first.name}]") for first, ended in _spans(feed)
    ]
    derived += [
        (column, _NEAR_FILE.format(column.name), "The day lies too far from that of its file")
        for column in _near_file(feed)
    ]
    for column, name, what in derived:
        cost = "the value is left out; correct it at the agency and have it sent again"
        yield expect(
            "ExpectColumnValuesToBeInSet",
            RowFault.BAD_DATE,
            Severity.WARNING,
            f"{what}: {cost} [{feed.name}] [{column.name}].",
            told_as=column.name,
            column=name,
            value_set=[True],
        )


def _spans(feed: Feed) -> list[tuple[Column, Column]]:
    """Which pairs of columns say what came first and what cannot lie before it? Each pair once."""
    rules = [rule for rule in feed.encounters if rule.ended_at]
    pairs = {(rule.occurred_at.column, rule.ended_at.column) for rule in rules if rule.ended_at}
    bounded = [(column.plausible.not_before, column.name) for column in feed.columns if column.plausible]
    pairs |= {(first, last) for first, last in bounded if first}
    return [(feed.column(first), feed.column(last)) for first, last in sorted(pairs)]


def _near_file(feed: Feed) -> list[Column]:
    """Which columns are held against the day in the file's name?"""
    return [column for column in feed.columns if column.plausible and column.plausible.is_near_file]


def _is_in_order(first: Column, last: Column, text: str) -> bool | None:
    """Is the one not before the other? By the day where one tells no more. None where one is missing or unreadable."""
    texts = text.partition("\t")
    moments = (parse_moment(texts[0], first.formats, UTC), parse_moment(texts[2], last.formats, UTC))
    if not moments[0] or not moments[1]:
        return None
    is_of_days = Kind.DATE in (first.kind, last.kind)
    return moments[0].date() <= moments[1].date() if is_of_days else moments[0] <= moments[1]


def _is_near(column: Column, text: str) -> bool | None:
    """Does a day lie within the bounds around its file's? None where one of the two is missing or cannot be read."""
    told, _, of_file = text.partition("\t")
    moment, bounds = parse_moment(told, column.formats, UTC), column.plausible
    if not moment or not of_file or not bounds:
        return None
    days = (moment.date() - date.fromisoformat(of_file)).days
    is_late_enough = bounds.days_before is None or days >= -bounds.days_before
    return is_late_enough and (bounds.days_after is None or days <= bounds.days_after)


def _as_read(feed: Feed, rows: pd.DataFrame) -> dict[str, Distinct]:
    """Which values do the rules look at? Every declared column as text, and beside it what we make of it."""
    told = partial(_texts, feed, rows)
    columns = {}
    for column in feed.columns:
        texts = Distinct.of(told(column))
        columns[column.name] = texts.map(as_asked).folded()
        reader = _reader(column)
        if reader:
            columns[_AS_READ.format(column.name)] = texts.map(reader).folded()
    for began, ended in _spans(feed):
        both = Distinct.of(told(began) + "\t" + told(ended))
        columns[_SPAN.format(ended.name, began.name)] = both.map(partial(_is_in_order, began, ended)).folded()
    for column in _near_file(feed):
        of_file = [
            day.isoformat()[:10] if isinstance(day, date) and not pd.isna(day) else "" for day in rows["business_date"]
        ]
        both = Distinct.of(told(column) + "\t" + of_file)
        columns[_NEAR_FILE.format(column.name)] = both.map(partial(_is_near, column)).folded()
    return columns


def _texts(feed: Feed, rows: pd.DataFrame, column: Column) -> pd.Series:
    """Which text does each row hold in a column? Blank where it is left out, which only cumulative feeds tell apart."""
    if column.name not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return rows[column.name].fillna("") if feed.is_cumulative else rows[column.name]


def as_asked(text: str) -> str:
    """For which text are the rules asked about this one? All that break none of them alike are asked about as one.

    That is one of printable ASCII, not blank, not too long, without the plus of a number as a spreadsheet shows it.
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_TEXT and "+" not in text and text.strip():
        return _PLAIN
    return text if text.isascii() else _HALF_CHARACTER.sub("\ufffd", text)


def _reader(column: Column) -> Callable[[str], object] | None:
    """What do we make of a column's text? None for a column that is taken as it is."""
    if column.codes:
        return _code_as_read
    if column.formats:
        return lambda text: _is_readable(column, text) if text.strip() else None
    return None


def _code_as_read(text: str) -> str | None:
    """Which code is this, trimmed and in capitals? None for a blank one, which other rules are about.

    A NUL character is shown as U+FFFD: pandas compares texts only up to it and would take `Y` and NUL for `Y`.
    """
    code = text.strip().upper().replace("\0", "\ufffd")
    return _HALF_CHARACTER.sub("\ufffd", code) or None


def _is_readable(column: Column, text: str) -> bool:
    """Will the translation be able to read this date, time or moment? The zone moves a moment but never unmakes it."""
    if column.kind is Kind.DATE:
        return parse_date(text, column.formats) is not None
    if column.kind is Kind.TIME:
        return parse_time(text, column.formats) is not None
    return parse_moment(text, column.formats, UTC) is not None
