import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pipeline.contract.outreach_list import RunFigures
from pipeline.publish import charts, pictures, run_report
from tests.publish.example_lists import CANARIES, agency_counts, example_figures, example_list

VOID = {"meta", "link", "br", "img"}


def _page(figures: RunFigures | None = None) -> str:
    return run_report.render(example_list(), figures or example_figures()).decode("utf-8")


def _empty() -> RunFigures:
    return RunFigures(
        counts=(),
        stages={},
        quarantine=(),
        refusals=(),
        weight_histogram=(),
        threshold_weight=5.0,
        threshold_probability=0.97,
        cluster_sizes={},
        blocking=(),
        points={},
        line_points=None,
    )


class _Outline(HTMLParser):
    """Does every element that opens close again, in order? Collects ids and what is fetched on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                self.fetched.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _outline(page: str) -> _Outline:
    outline = _Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def test_it_asks_no_other_host_runs_no_script_and_fits_a_phone():
    page = _page()
    assert "://" not in page
    assert "<script" not in page
    assert "@import" not in page
    assert _outline(page).fetched == ["data:,"]
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "@media print" in page
    assert len(page) < 1_000_000


def test_it_names_nobody_and_shows_no_reason_of_anybody():
    page = _page()
    assert not [canary for canary in CANARIES if canary in page]
    for made in example_list().entries:
        assert made.display_name not in page
        assert made.person_id not in page
        assert made.last_contact not in page
        assert not [reason for reason in made.reasons if reason.sentence in page]


def test_it_has_five_pictures_that_speak():
    page = _page()
    assert re.findall(r'data-picture="(\w+)"', page) == ["road", "quarantine", "weights", "clusters", "points"]
    for svg in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        picture = ET.fromstring(svg.replace("xlink:", ""))
        assert picture.get("role") == "img"
        title, description = list(picture)[:2]
        assert (title.tag, description.tag) == ("title", "desc")
        assert picture.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert re.search(r"\d", description.text or "")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, flags=re.DOTALL)
    assert len(captions) == 5
    assert all(re.fullmatch(r"[A-Z].*[^.]\.", caption) for caption in captions)
    assert all(not re.search(r"\. [A-Z]", caption) for caption in captions), "one sentence each"


def test_ids_are_unique_on_the_page():
    ids = _outline(_page()).ids
    assert sorted(set(ids)) == sorted(ids)


def test_the_lines_are_drawn_where_the_figures_say():
    page = _page()
    assert "6.6 bits" in page
    assert "match probability of 98.9 %" in page
    assert "last entry:" in page
    assert "15 points" in page


def test_every_agency_adds_up_for_all_to_see():
    page = _page()
    assert page.count("✓ adds up") == 4
    assert "31,211" in page
    for number in ("18,409", "18,240", "57", "112"):
        assert f">{number}</td>" in page


def test_a_lost_row_is_seen_even_when_another_agency_has_one_too_many():
    figures = replace(
        example_figures(), counts=(agency_counts("larkspur_police", 10, 1, 1, lost=1), agency_counts("x", 5, 0, 0, -1))
    )
    page = _page(figures)
    assert "✓ adds up" not in page
    assert page.count("✗ off by 1 row<") == 2
    assert "✗ off by 2 rows" in page


def test_banner_refusals_rules_exclusions_and_notes_are_there():
    page = _page()
    assert "late, last data 9 Nov 2026" in page
    assert "nothing received yet" in page
    assert "the column [BOOK_DT] is missing" in page
    assert "The same birth date and a surname that sounds alike" in page
    assert "In jail on the day of the list" in page
    assert "The model was trained on 14,000 pairs." in page


def test_a_run_with_nothing_in_it_still_has_a_report():
    page = _page(_empty())
    _outline(page)
    assert page.count("<svg") == 5
    assert "No row was set aside in this run." in page
    assert "The list is empty, so no line is drawn." in page


def test_a_figure_that_looks_like_markup_is_shown_not_obeyed():
    figures = replace(example_figures(), notes=("<script>alert(1)</script>",), stages={"<i>$a$b_c": 3, "b": 1})
    page = _page(figures)
    assert "<script" not in page
    assert "&lt;i&gt;$a$b c" in page


def test_equal_input_gives_the_same_bytes():
    assert _page() == _page()


def test_a_reader_s_own_drawing_settings_change_nothing():
    before = charts.columns("a", [("one", 1)], "x", "y")
    import matplotlib

    with matplotlib.rc_context({"font.size": 40, "axes.facecolor": "black", "svg.fonttype": "path"}):
        assert charts.columns("a", [("one", 1)], "x", "y") == before
        assert matplotlib.rcParams["font.size"] == 40


def test_no_column_of_points_stands_astride_the_line():
    for line in (1, 7, 40, 333):
        bins = pictures._point_bins(dict.fromkeys(range(1, 500), 1), line)
        assert not [1 for low, high, _ in bins if low < line - 0.5 < high]
        assert sum(count for _, _, count in bins) == 499
        assert len(bins) <= pictures.MOST_BINS + 1


def test_everyone_is_in_one_group_of_cluster_sizes():
    sizes = example_figures().cluster_sizes
    assert sum(count for _, count in pictures._size_groups(sizes)) == sum(sizes.values())


@pytest.mark.parametrize(("is_log", "steps"), [(False, ["0", "1"]), (True, ["1"])])
def test_of_one_person_a_picture_counts_in_whole_steps_each_once_and_writes_no_powers(is_log, steps):
    drawn = charts.histogram("a", [(17.5, 18.5, 1)], (18, "last"), "points", "people", is_log=is_log)
    written = re.findall(r">([^<>]+)</text>", drawn)
    assert [text for text in written[written.index("points") + 1 :] if text not in ("last", "people")] == steps
