"""Are the made-up people of the linkage benchmark the same for the same seed, whole, and plausible?"""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.people import (
    FIELDS,
    MISSING,
    birth_dates_as_recorded,
    with_typos,
    with_wrong_digits,
    write_people,
)

RECORDS = 20_000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "people.parquet"
    write_people(RECORDS, 7, path)
    return path


@pytest.fixture(scope="module")
def people(path):
    return pd.read_parquet(path)


def share_equal_within_persons(people, field):
    """Of the pairs of neighbouring records of one person with a value, how many hold the same?"""
    known = people[people[field].notna()].sort_values(["person_truth", "record_id"])
    same_person = known["person_truth"].eq(known["person_truth"].shift())
    return known[field].eq(known[field].shift())[same_person].mean()


def test_the_same_seed_gives_the_same_file_and_another_seed_other_people(path, tmp_path):
    write_people(RECORDS, 7, tmp_path / "again.parquet")
    write_people(RECORDS, 8, tmp_path / "other.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == path.read_bytes()
    first, other = pd.read_parquet(path), pd.read_parquet(tmp_path / "other.parquet")
    assert not first["street_address"].equals(other["street_address"])


def test_every_promised_field_is_there_as_text(people):
    assert list(people.columns) == ["record_id", *FIELDS, "person_truth"]
    assert len(people) == RECORDS
    assert people["record_id"].is_unique
    assert people["person_truth"].notna().all()
    assert people.stack().map(type).eq(str).all()


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("first_name", r"[A-Z-]+"),
        ("middle_name", r"[A-Z]+"),
        ("last_name", r"[A-Z-]+"),
        ("birth_date", r"(19[2-9]|20[01])\d-\d\d-\d\d"),
        ("sex", r"[MF]"),
        ("ssn", r"\d{9}"),
        ("phone", r"\d{10}"),
        ("street_address", r"[A-Z0-9 ]+"),
        ("state", r"MO|KS"),
        ("postcode", r"\d{5}"),
    ],
)
def test_every_value_has_the_form_of_its_field(people, field, form):
    wrong = [text for text in people[field].dropna().unique() if not re.fullmatch(form, text)]
    assert wrong == []


def test_birth_dates_are_dates(people):
    assert pd.to_datetime(people["birth_date"].dropna(), format="%Y-%m-%d").notna().all()


@pytest.mark.parametrize("field", sorted(set(MISSING) - {"middle_name"}))
def test_as_much_is_missing_as_is_said(people, field):
    assert people[field].isna().mean() == pytest.approx(MISSING[field], abs=0.02)


def test_people_have_one_to_six_records_two_on_average(people):
    counts = people["person_truth"].value_counts()
    assert counts.max() <= 6
    assert counts.mean() == pytest.approx(2.05, abs=0.05)


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("last_name", 0.80, 0.95),
        ("first_name", 0.80, 0.95),
        ("birth_date", 0.92, 0.97),
        ("ssn", 0.94, 0.98),
        ("street_address", 0.65, 0.90),
        ("sex", 0.97, 1.00),
    ],
)
def test_records_of_one_person_mostly_agree_and_not_always(people, field, low, high):
    assert low < share_equal_within_persons(people, field) < high


def test_the_order_of_the_records_tells_nothing_about_who_they_are(people):
    number = people["person_truth"].str[1:].astype(int)
    neighbours = people["person_truth"].eq(people["person_truth"].shift()).sum()
    assert abs(np.corrcoef(number, np.arange(len(people)))[0, 1]) < 0.03
    assert neighbours < 10


def test_households_share_surname_and_address(people):
    whole = people.dropna(subset=["street_address"])
    by_home = whole.groupby(["street_address", "last_name"])["person_truth"].nunique()
    assert (by_home > 1).sum() > RECORDS / 30


def test_common_surnames_are_common_and_rare_ones_many(people):
    counts = people["last_name"].value_counts()
    assert counts.index[0] == "SMITH"
    assert 0.005 < counts.iloc[0] / len(people) < 0.012
    assert len(counts) > RECORDS / 5


def test_two_people_never_share_an_ssn_but_by_a_wrong_digit(people):
    per_number = people.dropna(subset=["ssn"]).groupby("ssn")["person_truth"].nunique()
    assert (per_number > 1).sum() <= 2


def test_a_typo_changes_a_text_by_one_letter():
    texts = np.full(2000, b"ELIZABETH", dtype="S12")
    mistyped = with_typos(np.random.default_rng(1), texts, 1.0)
    lengths = {len(text) for text in mistyped}
    assert lengths == {8, 9, 10}
    assert np.mean(mistyped == b"ELIZABETH") < 0.03
    assert (with_typos(np.random.default_rng(1), texts, 0.0) == texts).all()


def test_a_wrong_digit_is_one_other_digit():
    numbers = np.full(500, b"123456789", dtype="S9")
    wrong = with_wrong_digits(np.random.default_rng(1), numbers, 1.0)
    differing = (wrong.view(np.uint8) != numbers.view(np.uint8)).reshape(500, 9).sum(axis=1)
    assert (differing == 1).all()


def test_birth_dates_are_mostly_written_as_they_are():
    days = np.full(50_000, np.datetime64("1980-02-03"))
    written = birth_dates_as_recorded(np.random.default_rng(1), days)
    assert 0.955 < np.mean(written == b"1980-02-03") < 0.985
    assert b"1980-03-02" in set(written)
