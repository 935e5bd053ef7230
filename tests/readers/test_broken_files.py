"""Files that broke on their way: none ends or stops the program, and every row of them is accounted for."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agencies import load_agencies
from pipeline.dry_run import check_file
from tests.readers.broken import broken
from tests.readers.hl7_messages import hospital
from tests.readers.right_files import RIGHT
from tests.readers.test_any_bytes import check_every_row_is_accounted_for

FILES_IN_ALL = 100_000
HANGS_AFTER = timedelta(seconds=10)
"""For a file of less than a kilobyte; a thousand times what it takes."""


def no_file_is_lost(name, examples):
    feed, content = RIGHT[name]

    @settings(max_examples=examples, deadline=HANGS_AFTER, database=None)
    @given(spoilt=broken(content))
    def holds(spoilt):
        check_every_row_is_accounted_for(feed, spoilt)

    holds()


@pytest.mark.parametrize("name", RIGHT)
def test_a_broken_file_is_read_or_refused_and_every_row_is_accounted_for(name):
    no_file_is_lost(name, 60)


@pytest.mark.long
@pytest.mark.parametrize("name", RIGHT)
def test_a_hundred_thousand_broken_files_are_read_or_refused(name):
    no_file_is_lost(name, -(-FILES_IN_ALL // len(RIGHT)))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_file_is_right(name):
    """Or there would be nothing to spoil."""
    feed, content = RIGHT[name]
    check_every_row_is_accounted_for(feed, content)


AGENCIES = (*load_agencies(), hospital())
OF_AGENCIES = sorted(name for name, (feed, _) in RIGHT.items() if any(feed in agency.feeds for agency in AGENCIES))


@settings(max_examples=60)
@given(data=st.data(), name=st.sampled_from(OF_AGENCIES))
def test_a_broken_file_goes_through_every_stage(data, name):
    feed, content = RIGHT[name]
    agency = next(agency for agency in AGENCIES if feed in agency.feeds)
    told = check_file(agency, feed, "as_sent.txt", data.draw(broken(content)))
    assert told.rows == told.accepted + told.quarantined + told.retracted
