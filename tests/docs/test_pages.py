"""Are the pages true to the code, do their links lead somewhere, and is the README short?"""

import re

import pytest

from docs import generate
from tests.docs.pages import ROOT

LONGEST_README = 80
HAND_WRITTEN = (*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NOT_FOR_READERS = ("/home/", "/tmp/", "TODO", "TBD")


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_what_the_code_says_today(name):
    written = (generate.REFERENCE / name).read_text(encoding="utf-8")
    assert written == generate.PAGES[name](), f"docs/reference/{name} is stale: run `make docs` and commit it"


def test_generating_twice_gives_the_same_bytes(tmp_path):
    generate.main(tmp_path / "first")
    generate.main(tmp_path / "second")
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}
    assert set(first) == set(generate.PAGES)


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page):
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    broken = [target for target in LINK.findall(text) if not _leads_somewhere(page, target)]
    assert broken == []


def _leads_somewhere(page, target: str) -> bool:
    if target.startswith(("http://", "https://")):
        return True
    file_name, _, anchor = target.partition("#")
    file = (page.parent / file_name) if file_name else page
    if not file.exists():
        return False
    return not anchor or anchor in {_anchor(line) for line in file.read_text(encoding="utf-8").splitlines()}


def _anchor(line: str) -> str | None:
    """Which anchor does a heading get? As GitHub makes them."""
    if not line.startswith("#"):
        return None
    return re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_speaks_to_its_reader_and_of_no_machine_of_ours(page):
    text = page.read_text(encoding="utf-8")
    assert [word for word in NOT_FOR_READERS if word in text] == []


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < LONGEST_README


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name for name in decisions if f"({name})" not in index] == []
    assert [name[:4] for name in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]


def test_every_generated_page_tells_who_writes_it():
    for name in generate.PAGES:
        assert "Written by `make docs`" in (generate.REFERENCE / name).read_text(encoding="utf-8")
