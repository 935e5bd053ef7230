"""What every test of fetching starts from."""

import pytest

from tests.fetch.made_up import County


@pytest.fixture
def county(tmp_path) -> County:
    return County(tmp_path)
