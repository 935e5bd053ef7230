"""Does the run report show each feed over time, for eyes, for ears and on a phone?"""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from pipeline.contract.feed_history import FeedHistory, FileHistory, Finding
from pipeline.contract.outreach_list import figures_from_json, figures_to_json
from pipeline.publish import feed_pictures, run_report
from pipeline.publish.charts import LINE
from tests.publish.example_lists import example_figures, example_list

LONGEST_PAGE = 1_000_000
"""Bytes of a report: a mail server lets it through."""
SWAPPED = Finding(
    kind="swapped_columns", columns=("LAST", "FIRST"), sentence="[LAST] looks as [FIRST].", is_refusing=True
)
GONE = Finding(kind="missing_column", columns=("SEX",), sentence="The column [SEX] is missing.")


def a_file(number: int, **told) -> FileHistory:
    day = f"2026-{number:02}-01"
    filled = (1.0, 0.9, None if told.get("findings") == (GONE,) else 0.5)
    return FileHistory(file=f"b{number}.csv", business_date=day, row_count=number * 10, filled=filled, **told)


def feed(*files: FileHistory) -> FeedHistory:
    return FeedHistory(agency="riverton_jail", feed="bookings", columns=("LAST", "FIRST", "SEX"), files=files)


BAD = feed(
    a_file(1),
    a_file(2, findings=(GONE,)),
    a_file(3, findings=(SWAPPED,), is_refused=True),
    a_file(4, findings=(SWAPPED,), is_let_in=True),
)


def page(*feeds: FeedHistory) -> str:
    return run_report.render(example_list(), replace(example_figures(), feeds=feeds)).decode("utf-8")


def test_each_feed_has_a_picture_that_speaks_and_words_for_a_clerk():
    shown = page(BAD)
    assert re.findall(r'data-picture="(\w+)"', shown)[-1] == "feed1"
    [svg] = re.findall(r'<svg[^>]*data-picture="feed1".*?</svg>', shown, flags=re.DOTALL)
    title, description = list(ET.fromstring(svg.replace("xlink:", "")))[:2]
    assert title.text == "Riverton County Jail, bookings"
    assert description.text == (
        "Files: 4; files with something to ask about: 3; files not taken in: 1; rows of the latest file: 40; rows of a "
        "usual one: 25."
    )
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert "b4.csv (let in by a person): [LAST] looks as [FIRST]." in words
    assert "b3.csv (not taken in): [LAST] looks as [FIRST]." in words
    assert "b2.csv : The column [SEX] is missing." in words
    assert "://" not in shown
    assert "<script" not in shown


def test_the_marks_and_frames_stand_only_where_something_drifted():
    [quiet] = feed_pictures.feeds_shown((feed(a_file(1), a_file(2)),), {})
    [loud] = feed_pictures.feeds_shown((BAD,), {})
    assert LINE.lower() not in quiet.picture.svg.lower()
    assert loud.picture.svg.count("▲") == 2
    assert loud.picture.svg.count("✗") == 1
    assert quiet.lines == ()


def test_only_the_latest_findings_are_told_and_the_rest_are_counted():
    many = feed(*(a_file(number, findings=(GONE,)) for number in range(1, feed_pictures.MOST_LINES + 3)))
    [shown] = feed_pictures.feeds_shown((many,), {})
    assert shown.lines[0].file == f"b{feed_pictures.MOST_LINES + 2}.csv"
    assert len(shown.lines) == feed_pictures.MOST_LINES
    assert shown.further == "2 earlier findings more: see the marks."


def test_many_feeds_of_half_a_year_fit_a_mail_and_are_the_same_bytes_again():
    files = [a_file(1 + number % 9, findings=(GONE,) if number == 20 else ()) for number in range(26)]
    wide = FeedHistory(
        agency="x",
        feed="y",
        columns=tuple(f"column_{n}" for n in range(40)),
        files=tuple(replace(file, filled=(0.5,) * 40) for file in files),
    )
    first = page(*[wide] * 9)
    assert len(first) < LONGEST_PAGE
    assert page(*[wide] * 9) == first


def test_what_is_kept_of_feeds_comes_back_as_it_was():
    import json

    figures = replace(example_figures(), feeds=(BAD,))
    assert figures_from_json(json.loads(json.dumps(figures_to_json(figures)))) == figures
