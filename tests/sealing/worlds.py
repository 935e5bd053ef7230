"""Two counties, week by week: one where a record came and was sealed, one where it never was."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline import flow, seal_run
from pipeline.agencies import load_agencies
from pipeline.audit import Act
from pipeline.contract.codes import SealingCause
from pipeline.sealing import Order, parse_records
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

FILES = ("outreach_list.json", "outreach_list.pdf", "outreach_list.xlsx", "run_report.html")
OTHER = {
    "IncidentNo": "26-7",
    "PersonName": "ABBOTT, ROSE",
    "DOB": "07/08/1990",
    "Sex": "F",
    "Phone": "",
    "Address": "9 ELM ST",
}
"""A call about somebody else, so that nobody's list is ever empty."""


@dataclass
class World:
    """One county with a folder of deliveries, a home and a folder of published files of its own."""

    store: Store
    root: Path
    list_size: int = 25

    @property
    def folder(self) -> Path:
        return self.root / "in"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.root / "home", list_size=self.list_size)

    def run(self, week: int) -> dict:
        """Publish the list of this week (the last is week 0, those before are negative)."""
        days = timedelta(days=7 * week)
        act = Act("test", county.AT + days)
        flow.run(
            self.store,
            act,
            load_agencies(),
            self.settings,
            deliveries=self.folder,
            as_of=county.AS_OF + days,
            out=self.out,
        )
        return county.published(self.out)

    def seal(self, *records: str, week: int = 0, cause=SealingCause.EXPUNGED, with_run: bool = True) -> dict:
        """Seal these records, an hour after the list of this week."""
        agencies = load_agencies()
        order = Order(parse_records(records, agencies), cause, "order 26-114")
        act = Act("test", county.AT + timedelta(days=7 * week, hours=1))
        return seal_run.seal_and_run(self.store, act, order, agencies, self.settings, self.out, with_run=with_run)

    def files(self) -> dict[str, bytes]:
        return {name: (self.out / name).read_bytes() for name in FILES}

    def everything(self) -> str:
        """All that is kept in the database, as text."""
        import sqlalchemy as sa

        engine = sa.create_engine(self.store._url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = connection.execute(sa.text("select schemaname, tablename from pg_tables")).fetchall()
            texts = [
                str(row[0])
                for schema, table in found
                if schema in ("raw", "core", "outreach", "audit")
                for row in connection.execute(sa.text(f'select "{table}"::text from "{schema}"."{table}"')).fetchall()
            ]
        return "\n".join(texts)
