"""Where do the examples of the documentation run? In a home of their own, with no setting from outside."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings


@pytest.fixture
def settings(monkeypatch) -> Iterator[Settings]:
    """Settings with a home of its own; its path is short because PostgreSQL's socket lies in it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"OUTREACH_{name.upper()}", raising=False)
    with tempfile.TemporaryDirectory(prefix="docs", ignore_cleanup_errors=True) as folder:
        yield Settings(home=Path(folder) / "home")
