from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pipeline.agencies import load_agencies
from pipeline.contract.declaration import Agency, Feed
from pipeline.synthetic import SynthesisSummary, synthesize

AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class County:
    agencies: tuple[Agency, ...]
    out: Path
    summary: SynthesisSummary

    def feeds(self) -> list[tuple[Agency, Feed]]:
        return [(agency, feed) for agency in self.agencies for feed in agency.feeds]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Two thousand people over two years, as every test of the deliveries reads them."""
    out = tmp_path_factory.mktemp("county")
    agencies = load_agencies()
    return County(agencies, out, synthesize(agencies, persons=2_000, years=2, seed=7, as_of=AS_OF, out=out))
