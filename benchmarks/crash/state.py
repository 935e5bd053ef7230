"""What is there after a run? Everything in the tables and folders, but for numbers that tell how often one tried."""

import json
from pathlib import Path

import sqlalchemy as sa

from benchmarks.crash.world import World
from pipeline import disk

TABLES = """
select table_schema, table_name, array_agg(column_name::text order by column_name) as columns
from information_schema.columns
join information_schema.tables using (table_schema, table_name)
where table_schema in ('raw', 'core', 'outreach') and table_type = 'BASE TABLE'
group by table_schema, table_name
order by table_schema, table_name
"""
DELIVERIES = "select delivery_id, agency || '/' || feed || '/' || sha256 from raw.delivery"
RUNS = "select run_number, as_of::text from core.run"
RUN_COLUMNS = ("from_run", "until_run", "run_number", "first_run")
"""Told by the day of the run: who tried twice has two runs for one day."""
UNTOLD = ("after_run", "taken_in_number", "made_number", "measures", "audit_hash")
"""Numbers given out in the order of trying, and what is counted from them."""
LISTS = "select list_id from outreach.current_list"
ACCOUNTING = "select * from audit.agency_accounting order by agency"
EVENTS = "select count(*) from audit.event where act = 'list_made'"


def state_of(world: World) -> dict:
    """What is there? The current list, the account, a hash per table, and every file with its hash."""
    engine = sa.create_engine(world.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = {row[0]: row[1] for row in connection.execute(sa.text(DELIVERIES))}
        days = {row[0]: row[1] for row in connection.execute(sa.text(RUNS))}
        accounting = [dict(row._mapping) for row in connection.execute(sa.text(ACCOUNTING))]
        return {
            "list_id": connection.execute(sa.text(LISTS)).scalar(),
            "accounting": [{name: str(value) for name, value in row.items()} for row in accounting],
            "lost": sum(r["delivered"] - r["accepted"] - r["quarantined"] - r["retracted"] for r in accounting),
            "lists_made": connection.execute(sa.text(EVENTS)).scalar(),
            "tables": {
                f"{row.table_schema}.{row.table_name}": _hash_of(connection, row, names, days)
                for row in connection.execute(sa.text(TABLES)).all()
            },
            "files": files_in(world.out) | files_in(world.home),
        }


def _hash_of(connection: sa.Connection, table: sa.Row, names: dict[int, str], days: dict[int, str]) -> str:
    """A hash over a table's rows in any order; deliveries are told by their bytes and runs by their day."""
    quoted = sa.table(table.table_name, *(sa.column(name) for name in table.columns), schema=table.table_schema)
    has_runs = not set(RUN_COLUMNS).isdisjoint(table.columns)
    rows = []
    for row in connection.execute(sa.select(quoted)):
        values = dict(row._mapping)
        if "delivery_id" in values:
            values["delivery_id"] = names[values["delivery_id"]]
        for name in values.keys() & set(RUN_COLUMNS):
            values[name] = days.get(values[name])
        for name in values.keys() & set(UNTOLD):
            del values[name]
        rows.append(json.dumps(values, sort_keys=True, default=str))
    return disk.checksum("\n".join(sorted(set(rows) if has_runs else rows)).encode())


def files_in(folder: Path) -> dict[str, str]:
    """Path → hash of every file below a folder; of a link, where it leads. Half-written files count like any other."""
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": (
            f"→ {path.readlink()}" if path.is_symlink() else disk.checksum(path.read_bytes())
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def differences(found: dict, meant: dict) -> list[str]:
    """Where does a state differ from another? One line each; none for equal ones."""
    lines = [
        f"{name} differs" for name in ("list_id", "accounting", "lost", "lists_made") if found[name] != meant[name]
    ]
    for part in ("tables", "files"):
        names = sorted({*found[part], *meant[part]})
        lines += [f"{part}: {name}" for name in names if found[part].get(name) != meant[part].get(name)]
    return lines
