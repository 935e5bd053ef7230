"""Are real workbooks read row for row, and which real call types does our crisis pattern find?

3,227 police call types of five cities, each with how often it was used and the category its readers gave it (Vera
Institute of Justice and Two Sigma Data Clinic). Skipped, saying so, where they are not at hand.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contract.call_types import CRISIS_NATURE
from pipeline.contract.declaration import Column, Excel, Feed, Kind, needed
from pipeline.readers import About, FileUnreadable, read, rows_of
from tests.readers.samples import columns

DATA = Path(os.environ.get("OUTREACH_REAL_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "call_types"
BEHAVIORAL = "Behavioral Health"
READ_IN_ANOTHER_WAY = re.compile(r"OVERDOSE|DRUG OD|SUDDEN DEATH|ONE DOWN OR OVER THE WHEEL")
"""Under the category, and no crisis here: medical emergencies, and somebody found lifeless (decision 0034)."""


def call_types(sheet="CallTypes"):
    """One call type of one city: the columns of its sheet, some of which other sheets call otherwise."""
    return Feed(
        name="call_types",
        row_is="one call type of one city",
        file_pattern=r".*\.xlsx",
        format=Excel(sheet=sheet),
        key=("City", "Column_name", "Field 1"),
        columns=(
            needed("City", "The city."),
            needed("Column_name", "In which column of its data."),
            Column(
                name="Field 1", meaning="The type.", kind=Kind.ID, is_required=True, may_be_empty=False,
                aliases=("Field1",),
            ),
            Column(name="Count", meaning="How many calls."),
            Column(name="Category", meaning="What its readers made of it."),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def book() -> bytes:
    path = DATA / "CallTypes_TS.xlsx"
    if not path.is_file():
        pytest.skip("no workbook of real call types; OUTREACH_REAL_DATA may name where its folder is")
    return path.read_bytes()


@pytest.fixture(scope="module")
def types(book) -> pd.DataFrame:
    table = pd.DataFrame(columns(call_types(), book))
    return table.assign(
        is_found=table["Field 1"].str.contains(CRISIS_NATURE, case=False),
        is_crisis=table["Category"].str.strip() == BEHAVIORAL,
        Count=table["Count"].astype(int),
    )


def test_every_row_of_a_real_workbook_is_read_as_another_library_reads_it(book, types):
    with pd.ExcelFile(BytesIO(book), engine="openpyxl") as file:
        other = file.parse("CallTypes", dtype=str, keep_default_na=False)
    assert len(types) == len(other) == 3227
    for name in ("City", "Column_name", "Field 1", "Category"):
        assert types[name].fillna("").str.strip().tolist() == other[name].str.strip().tolist()
    assert types["Count"].tolist() == other["Count"].astype(int).tolist()
    assert read(call_types(), book).faults == []
    assert Counter(types["City"]) == {
        "Dallas": 1113,
        "Seattle": 726,
        "Charleston": 651,
        "New Orleans": 479,
        "Detroit": 258,
    }


def test_numbers_of_a_real_workbook_have_no_point_and_an_id_of_digits_stays_one(book):
    dispositions = columns(call_types("Disposition"), book)
    assert len(dispositions) == 390
    assert all(row["Count"].isdigit() for row in dispositions)
    assert {row["Field 1"] for row in columns(call_types("SelfInitiated"), book)} >= {"911", "ONVIEW"}


def test_every_sheet_of_the_other_workbook_is_accounted_for(book):
    content = (DATA / "CityCallTypeDisposition.xlsx").read_bytes()
    for city in ("New Orleans", "Dallas", "Detroit", "Charleston", "Seattle"):
        feed = Feed(
            name="dispositions",
            row_is="one kind of incident in one year",
            file_pattern=".*",
            format=Excel(sheet=city),
            key=("Incident Type",),
            columns=(needed("Incident Type", "Kind of incident."), Column(name="Year", meaning="Year.")),
        )
        about = About()
        rows = list(rows_of(feed, BytesIO(content), about))
        assert [row.line_number for row in rows] == list(range(2, 93))
        assert (about.extra_columns, about.missing_required) == (10, ())
    with pytest.raises(FileUnreadable, match=r"no sheet \[CallTypes\]"):
        read(call_types(), content)


def test_the_crisis_pattern_finds_what_readers_of_real_call_types_call_behavioral_health(types):
    """Of the types and, weighted by how often they were used, of the calls."""
    both = types[types["is_found"] & types["is_crisis"]]
    precision, recall = len(both) / types["is_found"].sum(), len(both) / types["is_crisis"].sum()
    calls = types.loc[types["is_crisis"], "Count"].sum()
    assert (len(both), types["is_found"].sum(), types["is_crisis"].sum()) == (46, 51, 54)
    assert (round(precision, 3), round(recall, 3)) == (0.902, 0.852)
    assert round(both["Count"].sum() / calls, 3) == 0.801


def test_what_it_misses_is_no_crisis_here_and_what_it_finds_beyond_is_one(types):
    missed = types.loc[~types["is_found"] & types["is_crisis"], "Field 1"]
    assert [name for name in missed if not READ_IN_ANOTHER_WAY.search(name)] == []
    beyond = types[types["is_found"] & ~types["is_crisis"]]
    assert set(beyond["Field 1"].str.strip("-")) == {
        "CRISIS COMPLAINT - GENERAL",
        "CRISIS COMPLAINT - PICK-UP OR TRANSPORT",
        "MENTAL - PERSON OR PICKUP/TRANSPORT",
    }
    assert set(beyond["City"]) == {"Seattle"}


@pytest.mark.parametrize(
    "nature", ["DEPARTMENTAL ACCIDENT", "ENVIRONMENTAL COMPLAINT", "GOVERNMENTAL", "JUMPER CABLES"]
)
def test_words_within_words_are_no_crisis(nature):
    assert re.search(CRISIS_NATURE, nature, re.IGNORECASE) is None
