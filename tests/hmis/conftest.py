"""A run of the sample county with the homeless services of the how-to among its agencies."""

from datetime import timedelta

import pytest

from pipeline import flow
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.settings import Settings
from tests.hmis import exports
from tests.road import county


@pytest.fixture
def publish(store, tmp_path):
    """Publish the list of everything that lies in `in`; answers what it says and what the run complained of."""

    def run(hours=0):
        act = Act("test", county.AT + timedelta(hours=hours))
        agencies, settings = (*load_agencies(), exports.agency()), Settings(home=tmp_path / "home")
        told = {"deliveries": tmp_path / "in", "as_of": county.AS_OF, "out": tmp_path / "out"}
        result = flow.run(store, act, agencies, settings, **told)
        return county.published(tmp_path / "out"), result

    return run
