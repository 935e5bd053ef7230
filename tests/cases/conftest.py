"""The made-up months of the tests of drift, for its cases."""

from tests.drift.conftest import _county, bookings, calls

__all__ = ["_county", "bookings", "calls"]
