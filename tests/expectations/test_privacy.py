"""Does a person's value ever leave a check? A canary is put in every column of every feed and looked for everywhere."""

import logging
import traceback

import pandas as pd
import pytest

from expectations import engine
from expectations.check import CheckFailed, check
from expectations.encounter import check_encounters
from expectations.engine import Severity, expect, suite_of
from expectations.feeds import LONGEST_TEXT, check_rows
from expectations.outreach_list import COLUMNS, check_list_entries
from expectations.person import check_persons
from expectations.person_record import check_person_records
from pipeline.contract.codes import RowFault
from pipeline.contract.tables import ENCOUNTER, LINK, PERSON_RECORD
from tests.expectations.rows import FEEDS, good_rows

CANARY = "Xyzzyquark"


def suite_about_name(kind="ExpectColumnValuesToMatchRegex", **arguments):
    rule = expect(kind, RowFault.UNKNOWN_CODE, Severity.CRITICAL, "A note: do so.", column="name", **arguments)
    return suite_of("canary suite", [rule])


@pytest.mark.parametrize("name", FEEDS)
def test_no_column_of_a_feed_leaks(name, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    feed = FEEDS[name]
    for canary in (CANARY, f"{CANARY}\x07", CANARY * (LONGEST_TEXT // len(CANARY) + 1)):
        rows = good_rows(feed)
        rows.loc[2, [column.name for column in feed.columns]] = canary
        checked = check_rows(feed, rows)
        assert checked.findings or feed.columns == ()
        out, err = capfd.readouterr()
        assert CANARY not in repr(checked) + caplog.text + out + err


@pytest.mark.parametrize(
    ("checker", "columns"),
    [
        (check_person_records, PERSON_RECORD),
        (check_encounters, ENCOUNTER),
        (check_persons, LINK),
    ],
)
def test_no_column_of_a_table_leaks(checker, columns, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    frame = pd.DataFrame([dict.fromkeys(columns, CANARY)] * 3)
    frame[columns[0]] = ["1", "2", "2"]
    checked = checker(frame)
    out, err = capfd.readouterr()
    assert checked.findings
    assert CANARY not in repr(checked) + caplog.text + out + err


def test_the_engine_itself_would_have_shown_the_value():
    """Positive control: under its default format the same suite on the same rows quotes the canary."""
    suite = suite_about_name(regex=r"\Aok\Z")
    frame = pd.DataFrame({"name": [CANARY, "ok"], "row_id": [1, 2]})
    raw = engine._batch_definition().get_batch({"dataframe": frame}).validate(suite)
    assert CANARY in repr(raw)
    checked = check(suite, frame, "row_id")
    assert [finding.row_ids for finding in checked.findings] == [(1,)]
    assert CANARY not in repr(checked)


def failure_of(suite, frame):
    with pytest.raises(CheckFailed) as caught:
        check(suite, frame, "row_id")
    error = caught.value
    return "".join(traceback.format_exception(error, chain=True)), error


@pytest.mark.parametrize("bad", [CANARY, [CANARY], {CANARY: 1}])
def test_a_check_that_cannot_be_carried_out_is_a_failure_without_values(bad, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    suite = suite_about_name("ExpectColumnValuesToBeBetween", min_value=1, max_value=2)
    text, error = failure_of(suite, pd.DataFrame({"name": [bad, 1], "row_id": [1, 2]}))
    out, err = capfd.readouterr()
    assert CANARY not in text + str(error) + repr(error.__context__) + repr(error.__cause__) + caplog.text + out + err
    assert "canary suite" in str(error)


def test_a_suite_about_a_column_that_is_not_there_is_a_failure():
    for kind, arguments in (("ExpectColumnValuesToMatchRegex", {"regex": "x"}), ("ExpectColumnValuesToNotBeNull", {})):
        text, _ = failure_of(suite_about_name(kind, **arguments), pd.DataFrame({"other": [CANARY], "row_id": [1]}))
        assert CANARY not in text


def test_what_the_engine_raises_is_never_repeated(monkeypatch):
    class Breaks:
        def get_batch(self, options):
            raise TypeError(f"cannot handle {options['dataframe'].iloc[0, 0]}")

    monkeypatch.setattr(engine, "_batch_definition", Breaks)
    text, error = failure_of(suite_about_name(regex="x"), pd.DataFrame({"name": [CANARY], "row_id": [1]}))
    assert CANARY not in text
    assert error.__context__ is None


def test_a_list_leaks_no_more_than_its_ids():
    frame = pd.DataFrame([dict.fromkeys(COLUMNS, 1) | {"team": CANARY, "points": 2, "person_id": "p1"}])
    checked = check_list_entries(frame)
    assert [finding.row_ids for finding in checked.findings] == [("p1",)]
    assert CANARY not in repr(checked)
