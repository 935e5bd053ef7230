"""One made-up county for all tests of drift."""

from pathlib import Path

import pytest

from tests.drift.months import BOOKINGS, CALLS, File, make_county, whole_months


@pytest.fixture(scope="session")
def _county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("drift") / "county")


@pytest.fixture(scope="session")
def bookings(_county: Path) -> list[File]:
    """The jail's whole months."""
    return whole_months(_county, BOOKINGS)


@pytest.fixture(scope="session")
def calls(_county: Path) -> list[File]:
    """The police's whole months."""
    return whole_months(_county, CALLS)
