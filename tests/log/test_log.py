"""Can a log line carry anything but counts and ids?"""

import logging

import numpy as np
import pandas as pd
import pytest

from pipeline import log

LOGGER = logging.getLogger("pipeline.tests")
CANARY = "Canary O'Wren, 1 Feb 1903"


def test_counts_ids_and_names_of_columns_are_logged(caplog):
    with caplog.at_level(logging.INFO, "pipeline.tests"):
        log.event(
            LOGGER, "taken_in", rows=3, share=0.5, is_new=True, agency="riverton_police", key="26-1|1", list_id=None
        )
    assert caplog.messages == [
        "taken_in rows=3 share=0.5 is_new=True agency=riverton_police key=26-1|1 list_id=None",
    ]


REFUSED = {
    "a table": pd.DataFrame({"name": [CANARY]}),
    "a column": pd.Series([CANARY]),
    "an array": np.array([1, 2]),
    "a mapping": {"name": CANARY},
    "a list": [CANARY],
    "bytes": CANARY.encode(),
    "an exception": ValueError(CANARY),
    "long text": "x" * 121,
    "text of several lines": "a\nb",
    "text with a comma": CANARY,
    "text with an accent": "Zoë",
    "text with a quote": '"a"',
    "an address for mail": "canary@example.org",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_whatever_could_hold_a_persons_value_is_refused_and_not_repeated(kind, caplog):
    with (
        caplog.at_level(logging.DEBUG, "pipeline.tests"),
        pytest.raises(log.PersonalValueRefused) as refused,
    ):
        log.event(LOGGER, "taken_in", rows=1, odd=REFUSED[kind])
    assert f"[odd: {type(REFUSED[kind]).__name__}]" in str(refused.value)
    assert "anary" not in str(refused.value)
    assert caplog.messages == []


def test_a_level_is_set_for_this_project_only():
    before = logging.getLogger("pipeline").level
    try:
        log.set_up("error")
        assert logging.getLogger("pipeline").level == logging.ERROR
        assert logging.getLogger().level != logging.ERROR
    finally:
        logging.getLogger("pipeline").setLevel(before)
