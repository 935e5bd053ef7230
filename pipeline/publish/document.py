"""What does a clinician carry on a clipboard? `outreach_list.pdf`: two entries to a page, with boxes to tick.

Only paragraphs and lines are used, no tables: paragraphs may break across pages, so no name, however long, can make
the sheet impossible to set. Equal lists, printed by the same person at the same moment, give equal bytes.
"""

import re
import unicodedata
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from pipeline.contract.errors import SettingError
from pipeline.contract.outreach_list import AgencyState, Entry, OutreachList
from pipeline.publish import view
from pipeline.publish.charts import font_file

INK, MUTED, ALERT, ACCENT, RULE = (HexColor(c) for c in ("#1A1F26", "#4A5563", "#A3330B", "#1F3A5F", "#C3CAD3"))
SIDE, TOP, BOTTOM = 0.6 * inch, 0.72 * inch, 0.86 * inch
PADDING = 6  # points that reportlab keeps free inside its margins
BOX, BLANK = "□", "____________________"
_PLAIN, _BOLD = "OutreachSans", "OutreachSans-Bold"


def render(outreach_list: OutreachList, printed_by: str, printed_at: datetime) -> bytes:
    """What stands in `outreach_list.pdf`? A banner on the data, then the entries in order of rank.

    Args:
        outreach_list: the list.
        printed_by: who asked for the sheet, as shown at the foot of each page.
        printed_at: when, with a time zone; shown in the list's own zone.

    Raises:
        SettingError: if `printed_at` carries no time zone.
    """
    if printed_at.tzinfo is None:
        raise SettingError(f"printed_at [{printed_at.isoformat()}] has no time zone: give one, such as +00:00.")
    _register_fonts()
    head = _text(f"Outreach list {outreach_list.list_id}, as of {view.day_text(outreach_list.as_of)}")
    foot = _text(f"Printed by {printed_by}, {view.moment_text(printed_at, outreach_list.zone)}")
    # The number of pages is only known once all are set, so the sheet is set twice and printed the second time.
    moment = printed_at.astimezone(UTC)
    _, pages = _build(outreach_list, head, foot, moment, pages=0)
    printed, _ = _build(outreach_list, head, foot, moment, pages)
    return printed


def _build(outreach_list: OutreachList, head: str, foot: str, printed_at: datetime, pages: int) -> tuple[bytes, int]:
    """How is the sheet set, given the number of its pages? The bytes, and the number of pages it came to."""
    buffer = BytesIO()
    sheet = SimpleDocTemplate(
        buffer,
        pagesize=letter,
        leftMargin=SIDE - PADDING,
        rightMargin=SIDE - PADDING,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=head,
        author="Outreach",
        subject=view.CONFIDENTIAL,
        lang="en-US",
        invariant=1,
    )

    def frame(canvas: Canvas, document: Any) -> None:
        canvas.setDateFormatter(lambda *_: printed_at.strftime("D:%Y%m%d%H%M%SZ"))
        _page_frame(canvas, head, foot, f"Page {document.page} of {pages}")

    sheet.build(_story(outreach_list), onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue(), sheet.page


def _story(outreach_list: OutreachList) -> list[Flowable]:
    """What is on the sheet, from top to bottom?"""
    people = view.count_of(len(outreach_list.entries), "person", "people")
    waiting = view.count_of(outreach_list.below_line_count, "person is", "people are")
    story: list[Flowable] = [
        _paragraph(view.LIST_TITLE, _TITLE),
        *_stale_banner(outreach_list),
        _paragraph(f"As of the end of {view.day_text(outreach_list.as_of)}. {people}; {waiting} next in line.", _BODY),
        *_banner(outreach_list),
        _paragraph(view.HOW_POINTS_WORK, _SMALL),
        Spacer(0, 6),
    ]
    for entry in outreach_list.entries:
        story.append(KeepTogether(_entry(entry)))
    if not outreach_list.entries:
        story.append(_paragraph("Nobody is on this list.", _NAME))
    return story


def _stale_banner(outreach_list: OutreachList) -> list[Flowable]:
    """Is there something that must be read first? That a newer list was held back."""
    text = view.stale_text(outreach_list)
    return [_paragraph(text, _STALE, "▲")] if text else []


def _banner(outreach_list: OutreachList) -> list[Flowable]:
    """How far can the list rely on each agency's data? A line for the whole, then one per agency."""
    return [
        _paragraph(view.banner_warning(outreach_list.sources), _BANNER),
        *(_agency_line(state) for state in outreach_list.sources),
        Spacer(0, 8),
    ]


def _agency_line(state: AgencyState) -> Flowable:
    reliable = view.is_reliable(state)
    mark = "✓" if reliable else "▲"  # a shape, not only a colour: sheets are copied in black and white
    return _paragraph(f"{state.title}: {view.agency_text(state)}", _AGENCY if reliable else _AGENCY_BEHIND, mark)


def _entry(entry: Entry) -> list[Flowable]:
    """What does the sheet say of one person, and which boxes wait for an answer?"""
    facts = (view.birth_text(entry), view.alias_text(entry), f"id {entry.person_id}")
    place = (entry.team, view.sum_text(entry), view.movement(entry))
    reach = (
        " · ".join(part for part in (view.phone_text(entry.phone), entry.address) if part)
        or "no phone or address known"
    )
    return [
        HRFlowable(width="100%", thickness=1, color=RULE, spaceBefore=5, spaceAfter=4),
        _paragraph(entry.display_name, _NAME, str(entry.rank)),
        _paragraph(" · ".join(facts), _FACTS),
        _paragraph(" · ".join(place), _STRONG_FACTS),
        _labelled("Reach at", reach),
        *(_paragraph(reason.sentence, _REASON, f"+{reason.points}") for reason in entry.reasons),
        *([_paragraph(entry.held_over, _HELD_OVER, "▲")] if entry.held_over else []),
        *_open_answers(entry),
        _labelled("Last contact of any kind", entry.last_contact),
        *_outcome_boxes(),
    ]


def _open_answers(entry: Entry) -> list[Flowable]:
    """Which line says that links between the person's records are not reviewed? A shape as well as a colour."""
    told = view.open_answers_text(entry)
    return [] if told is None else [_paragraph(f"▲ {told}", _OPEN_ANSWERS)]


def _outcome_boxes() -> list[Flowable]:
    """Which boxes does a clinician tick after an attempt? The outcomes, in the words of the care record."""
    reached, not_reached, declined, connected, other = view.OUTCOMES
    lines = (
        f"{BOX} {reached}    {BOX} {not_reached}    {BOX} {declined}    {BOX} {other} {BLANK}",
        f"{BOX} {connected} {BLANK}    date {BLANK[:12]}  initials {BLANK[:9]}",
    )
    return [Paragraph(escape(line).replace("  ", "\u00a0 "), _BOXES) for line in lines]


def _page_frame(canvas: Canvas, head: str, foot: str, page: str) -> None:
    """What stands on every page? The list above; who printed it, the page number and the notice below."""
    width, height = letter
    canvas.saveState()
    canvas.setFillColor(ACCENT)
    canvas.setFont(_BOLD, 10)
    canvas.drawString(SIDE, height - 0.52 * inch, head)
    canvas.setFillColor(ALERT)
    canvas.drawRightString(width - SIDE, height - 0.52 * inch, "CONFIDENTIAL")
    canvas.setStrokeColor(RULE)
    canvas.line(SIDE, height - 0.62 * inch, width - SIDE, height - 0.62 * inch)
    canvas.line(SIDE, 0.82 * inch, width - SIDE, 0.82 * inch)
    canvas.setFillColor(INK)
    canvas.setFont(_PLAIN, 9)
    canvas.drawString(SIDE, 0.66 * inch, foot)
    canvas.drawRightString(width - SIDE, 0.66 * inch, page)
    notice = _paragraph(view.CONFIDENTIAL, _NOTICE)
    notice.wrapOn(canvas, width - 2 * SIDE, 0.5 * inch)
    notice.drawOn(canvas, SIDE, 0.32 * inch)
    canvas.restoreState()


def _register_fonts() -> None:
    """Which letters can the sheet print? Latin, Greek, Cyrillic and more: DejaVu Sans, carried inside the file."""
    if _PLAIN in pdfmetrics.getRegisteredFontNames():
        return
    pdfmetrics.registerFont(TTFont(_BOLD, font_file("DejaVuSans-Bold.ttf")))
    pdfmetrics.registerFont(TTFont(_PLAIN, font_file("DejaVuSans.ttf")))
    pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD, italic=_PLAIN, boldItalic=_BOLD)
    pdfmetrics.registerFontFamily(_BOLD, normal=_BOLD, bold=_BOLD, italic=_BOLD, boldItalic=_BOLD)


def _text(text: str) -> str:
    """How is a text set? On one line, letters and their accents as one sign, since accents alone would land beside.

    Signs beyond U+FFFF (emoji, ancient scripts) become `�`: reportlab writes a table for them that readers reject.
    """
    return re.sub("[\U00010000-\U0010ffff]", "\ufffd", unicodedata.normalize("NFC", view.one_line(text)))


def _paragraph(text: str, style: ParagraphStyle, mark: str | None = None) -> Paragraph:
    return Paragraph(escape(_text(text)), style, bulletText=mark)


def _labelled(label: str, text: str) -> Paragraph:
    return Paragraph(f"<b>{escape(label)}:</b> {escape(_text(text))}", _FACTS)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    """How is a kind of line set? Lines stand 1.25 times their size apart: two people fit on a page."""
    settings = {"fontName": _PLAIN, "textColor": INK, "bulletFontName": _BOLD, "leading": size * 1.25, **more}
    return ParagraphStyle(name, fontSize=size, **settings)


_INDENT = 0.55 * inch
_TITLE = _style("title", 16, fontName=_BOLD, textColor=ACCENT, spaceAfter=4)
_BODY = _style("body", 12, spaceAfter=6)
_SMALL = _style("small", 10, textColor=MUTED)
_NOTICE = _style("notice", 7.5, textColor=MUTED)
_BANNER = _style("banner", 12.5, fontName=_BOLD, spaceAfter=2)
_AGENCY = _style("agency", 11, leftIndent=16, bulletFontSize=11)
_ALERT = {"fontName": _BOLD, "textColor": ALERT, "bulletColor": ALERT}
_AGENCY_BEHIND = _style("behind", 11, leftIndent=16, bulletFontSize=10, **_ALERT)
_STALE = _style("stale", 12.5, leftIndent=18, bulletFontSize=12.5, spaceAfter=8, **_ALERT)
_NAME = _style("name", 14, fontName=_BOLD, leftIndent=_INDENT, bulletFontSize=18, bulletColor=ACCENT)
_FACTS = _style("facts", 9.5, leftIndent=_INDENT, spaceAfter=1)
_STRONG_FACTS = _style("strong", 9.5, fontName=_BOLD, leftIndent=_INDENT, spaceAfter=3)
_REASON = _style("reason", 9.5, leftIndent=_INDENT + 26, bulletIndent=_INDENT, bulletFontSize=9.5)
_HELD_OVER = _style("held", 9.5, leftIndent=_INDENT + 26, bulletIndent=_INDENT, bulletFontSize=9.5, **_ALERT)
_OPEN_ANSWERS = _style("open answers", 9.5, leftIndent=_INDENT, fontName=_BOLD, textColor=ALERT, spaceAfter=1)
_BOXES = _style("boxes", 10, leftIndent=_INDENT, spaceBefore=5)
