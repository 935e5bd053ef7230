"""Declarations that are wrong at first, and what corrects them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import flow, rereading
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.declaration import Agency, Column
from pipeline.contract.errors import DeliveryRefused
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

AGENCIES = {agency.name: agency for agency in load_agencies()}
JAIL, POLICE = AGENCIES["riverton_county_jail"], AGENCIES["larkspur_police"]


def with_columns(agency: Agency, **changes: dict) -> Agency:
    """The agency, with some columns of its first feed declared otherwise."""
    feed, *others = agency.feeds

    def changed(column: Column) -> Column:
        return replace(column, **changes.get(column.name, {}))

    return replace(agency, feeds=(replace(feed, columns=tuple(map(changed, feed.columns))), *others))


DATES_ONLY = ("%Y%m%d",)
AMERICAN_TOO = ("%Y%m%d", "%m/%d/%Y")


@dataclass
class Town:
    """One county with a folder of deliveries and a home of its own, whose agencies may be declared anew any day."""

    store: Store
    root: Path
    day: int = 0

    @property
    def folder(self) -> Path:
        return self.root / "in"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.root / "home", list_size=7)

    def act(self) -> Act:
        """Somebody acts; every act is an hour after the last."""
        self.day += 1
        return Act("test", self.at())

    def at(self) -> datetime:
        return county.AT + timedelta(hours=self.day)

    def run(self, *agencies: Agency, known_at: datetime | None = None) -> str:
        """Take in what lies in the folder and publish; answers the list's id."""
        told = {"deliveries": self.folder, "as_of": county.AS_OF, "out": self.out, "known_at": known_at}
        return flow.run(self.store, self.act(), agencies, self.settings, **told).list_id

    def take_in(self, agency: Agency) -> None:
        """Take in what lies in the folder, and publish nothing."""
        with suppress(DeliveryRefused):
            flow.take_in_agency(self.store, self.act(), agency, self.folder, self.settings, lambda step, share: None)

    def retry(self, *agencies: Agency, **asked) -> list[rereading.FileReread]:
        vault, key = flow.vault_of(self.settings), self.settings.id_key.get_secret_value()
        with self.store.run_lock():
            return rereading.retry(self.store, self.act(), agencies, vault, key, **asked)

    def counts(self, agency: Agency) -> tuple[int, int, int, int]:
        """delivered, accepted, quarantined, retracted."""
        row = county.accounting(self.store)[agency.name]
        return tuple(row[name] for name in ("delivered", "accepted", "quarantined", "retracted"))
