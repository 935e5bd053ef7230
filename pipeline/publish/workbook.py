"""What does a supervisor open in a spreadsheet? `outreach_list.xlsx`: the seven columns of the list, text cells only.

Every cell is written as text. A name such as `=1+1` or `http://...` that an agency sent stays the text it is: no
formula, no link, also after someone edits the cell. Equal lists give equal bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from pipeline.contract.outreach_list import Entry, OutreachList
from pipeline.publish import view

COLUMNS: tuple[tuple[str, int], ...] = (  # heading, width in characters: 130 fit a landscape letter page
    ("Priority", 10),
    ("Name, birth date, other names", 25),
    ("Why: top three reasons", 46),
    ("Last contact of any kind", 22),
    ("Next step and status", 18),
    ("Team and owner", 16),
    ("New, moved or carried over", 12),
)

LONGEST_CELL = 32_767  # characters; a text beyond it makes Excel call the whole file broken

# A page header holds 255 characters, so the notice is split: the warning above, the rest below.
_PAGE_HEADER = "&L&B{title}&B&R&B&KB3261ECONFIDENTIAL"
_PAGE_FOOTER = "&L&8{notice}&R&8&P of &N"
_SHORT_NOTICE = (
    "Health and criminal justice information, only for the follow-up team.\n"
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
)


def render(outreach_list: OutreachList) -> bytes:
    """What stands in `outreach_list.xlsx`? Two sheets: the list, and what one should know about it."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    as_of = datetime.fromisoformat(outreach_list.as_of)
    book.set_properties({"title": view.LIST_TITLE, "comments": view.CONFIDENTIAL, "created": as_of})
    styles = _styles(book)
    _list_sheet(book.add_worksheet("Outreach list"), outreach_list, styles)
    _about_sheet(book.add_worksheet("About this list"), outreach_list, styles)
    book.close()
    return buffer.getvalue()


def cells(entry: Entry) -> tuple[str, ...]:
    """What stands in an entry's row? One text per column of `COLUMNS`."""
    return (
        f"{entry.rank}\n{view.count_of(entry.points, 'point', 'points')}",
        f"{entry.display_name}\n{view.birth_text(entry)}\n{view.alias_text(entry)}\n{entry.person_id}",
        "\n".join((*view.top_reasons(entry), *filter(None, [entry.held_over]), *_open_answers(entry))),
        entry.last_contact,
        f"{view.FIRST_STATUS}\nNext step:",
        f"{entry.team}\nOwner:",
        view.movement(entry),
    )


def _open_answers(entry: Entry) -> tuple[str, ...]:
    """Which line follows the reasons where links between the person's records are not reviewed?"""
    told = view.open_answers_text(entry)
    return () if told is None else (told,)


def about_rows(outreach_list: OutreachList) -> Iterator[tuple[str, str]]:
    """What should a reader of the list know about it? Pairs of heading and text, in the order they are read."""
    if stale := view.stale_text(outreach_list):
        yield "Not the newest list", stale
    yield "Confidential", view.CONFIDENTIAL
    yield "List id", outreach_list.list_id
    yield "As of", f"end of {view.day_text(outreach_list.as_of)} ({outreach_list.zone})"
    yield "On the list", view.count_of(len(outreach_list.entries), "person", "people")
    waiting = view.count_of(outreach_list.below_line_count, "person", "people")
    yield "Next in line", f"{waiting} beyond the teams' capacity"
    yield "Data", view.banner_warning(outreach_list.sources)
    for state in outreach_list.sources:
        yield state.title, view.agency_text(state)
    for code, number in view.in_asked_order(outreach_list.excluded_counts):
        yield "Not shown", f"{view.count_of(number, 'person', 'people')}: {view.exclusion_text(code)}"
    yield "How points work", view.HOW_POINTS_WORK
    yield "Moved", "New: not on the list before. Up or down: by how many places since then. Carried over: same place."
    yield "Made by", f"code {outreach_list.code_version}, linkage model {outreach_list.model_id}"


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    """How do cells look? `quote_prefix` and the text format keep a cell text even after someone edits it."""
    text = {"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True, "font_size": 11}
    line = {"bottom": 1, "bottom_color": "#C3CAD3"}
    heading = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter"}
    return {
        "cell": book.add_format({**text, **line}),
        "strong": book.add_format({**text, **line, "bold": True, "align": "left"}),
        "changed": book.add_format({**text, **line, "bold": True, "font_color": "#B3420D"}),
        "stale": book.add_format({**text, "bold": True, "font_color": "#A3330B"}),
        "heading": book.add_format({**text, **heading}),
    }


def _list_sheet(sheet: Worksheet, outreach_list: OutreachList, styles: dict[str, Any]) -> None:
    """Where does the list go? Headings, then one row per entry, in order of rank; above them what makes it not new."""
    _page(sheet, f"Outreach list {outreach_list.list_id}, as of {view.day_text(outreach_list.as_of)}")
    head = _stale_row(sheet, outreach_list, styles)
    for column, (heading, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        _write(sheet, head, column, heading, styles["heading"])
    sheet.set_row(head, 50)
    for row, entry in enumerate(outreach_list.entries, start=head + 1):
        looks = [styles["cell"]] * len(COLUMNS)
        looks[0] = styles["strong"]
        looks[-1] = styles["changed"] if entry.is_new else styles["cell"]
        texts = cells(entry)
        # Set by hand: Excel fits rows to wrapped text when it opens a file, but most previews do not.
        sheet.set_row(row, _height(texts, [width for _, width in COLUMNS]))
        for column, (text, look) in enumerate(zip(texts, looks, strict=True)):
            _write(sheet, row, column, text, look)
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(0, head)
    sheet.autofilter(head, 0, head + max(len(outreach_list.entries), 1), len(COLUMNS) - 1)


def _stale_row(sheet: Worksheet, outreach_list: OutreachList, styles: dict[str, Any]) -> int:
    """In which row do the headings stand? The first, or the second below a banner on a list that is not the newest."""
    text = view.stale_text(outreach_list)
    if not text:
        return 0
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, "", styles["stale"])
    _write(sheet, 0, 0, text, styles["stale"])
    sheet.set_row(0, _height([text], [sum(width for _, width in COLUMNS)]))
    return 1


def _about_sheet(sheet: Worksheet, outreach_list: OutreachList, styles: dict[str, Any]) -> None:
    """Where does what one should know go? Column A the heading, column B the text."""
    _page(sheet, f"About outreach list {outreach_list.list_id}")
    widths = (30, 95)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, texts in enumerate(about_rows(outreach_list)):
        sheet.set_row(row, _height(texts, widths))
        _write(sheet, row, 0, texts[0], styles["strong"])
        _write(sheet, row, 1, texts[1], styles["cell"])


def _page(sheet: Worksheet, title: str) -> None:
    """How does a sheet print? Landscape letter, one page wide, with the notice on every page."""
    sheet.set_landscape()
    sheet.set_paper(1)  # US letter
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.8)
    sheet.set_header(_PAGE_HEADER.format(title=title.replace("&", "&&")))
    sheet.set_footer(_PAGE_FOOTER.format(notice=_SHORT_NOTICE))
    # Ranks are text on purpose, so Excel's green "number stored as text" corners would only be noise.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _write(sheet: Worksheet, row: int, column: int, text: str, look: Any) -> None:
    """How does a text get into a cell? Always as text, without what a workbook cannot hold."""
    shown = view.showable(text)
    sheet.write_string(row, column, shown if len(shown) <= LONGEST_CELL else shown[: LONGEST_CELL - 1] + "…", look)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """How tall must a row be? In points: 15 for a line of 11-point text, at most the 409 that Excel allows."""
    lines = max(
        sum(max(len(wrap(line, width)), 1) for line in view.showable(text).split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    return min(15.0 * lines + 5, 409.0)
