"""A small county that was run, its backup, and empty stores to bring it back into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import backup
from pipeline.audit import Act
from pipeline.settings import Settings
from pipeline.store import Store, create_database
from tests.road import county

ACT = Act("test", county.AT)


@dataclass
class Place:
    """A store with its home."""

    store: Store
    settings: Settings

    @property
    def home(self) -> Path:
        return self.settings.home


@pytest.fixture(scope="module")
def place(server_url: str, template: str, tmp_path_factory) -> Iterator[Callable[[], Place]]:
    """Make a new empty store with a home of its own."""
    made: list[Place] = []
    names: list[str] = []

    def make() -> Place:
        folder = tmp_path_factory.mktemp("place")
        names.append(f"outreach_{folder.name}_{folder.parent.name.replace('-', '_')}")
        made.append(Place(Store(create_database(server_url, names[-1], template)), Settings(home=folder / "home")))
        return made[-1]

    yield make
    for one in made:
        one.store.close()
    with sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        for name in names:
            connection.execute(sa.text(f'drop database "{name}" with (force)'))


@pytest.fixture(scope="module")
def ran(place: Callable[[], Place], tmp_path_factory) -> Place:
    """The little county: delivered, linked, published, with a row set aside and one published file kept."""
    folder = tmp_path_factory.mktemp("ran")
    county.whole_county(folder / "in")
    county.calls(
        folder / "in", {"IncidentNo": "26-9", "CallReceived": "never"}, {"IncidentNo": "26-8"}, name="cad_20261116.csv"
    )
    one = place()
    county.run(one.store, folder / "in", one.home.parent / "out")
    kept = one.home / "published" / "ab" / ("ab" + "0" * 62)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a published file")
    return Place(one.store, Settings(home=one.home, deliveries=folder / "in"))


@pytest.fixture(scope="module")
def kept(ran: Place, tmp_path_factory) -> backup.Kept:
    """The backup of the little county."""
    return backup.make(ran.store, ACT, ran.settings, tmp_path_factory.mktemp("kept") / "county.tar")
