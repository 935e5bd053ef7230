"""How do new files come from elsewhere? `outreach fetch` brings them among the deliveries, where `run` finds them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import console
from pipeline.commands.common import DeliveriesOption, JsonOption, clock
from pipeline.contract.errors import SettingError
from pipeline.settings import Settings, read_settings

if TYPE_CHECKING:
    from pipeline.contract.declaration import Agency
    from pipeline.fetch.fetching import Fetched
    from pipeline.fetch.sources import Source

INCOMPLETE = 1
"""Exit code where a file or a place was not to be had; everything else was fetched."""


def fetch(
    agencies: Annotated[
        list[str] | None, typer.Argument(metavar="[AGENCY]...", help="Only these (else all that have a source).")
    ] = None,
    deliveries: DeliveriesOption = None,
    no_wait: Annotated[
        bool,
        typer.Option(
            "--no-wait", help="Look once; what has not stood still for long enough is left for the next time."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring new files from where the agencies leave them: a folder, SFTP, S3, a web server, a database, a FHIR server.

    From where, says the file OUTREACH_SOURCES (else `sources.toml` in OUTREACH_HOME), one table an agency:

        [county_jail]
        kind = "sftp"
        host = "files.example.org"
        user = "outreach"
        host_key = "SHA256:..."
        folder = "outgoing"
        password = { env = "COUNTY_JAIL_PASSWORD" }

    A file is taken once, when it is whole: it stood still for a while, or its sender left a marker beside it. Nothing
    is changed or removed there, and nothing overwritten here: a file that changed comes under a name beside the old
    one. A place that is down does not stop the others.

    Counts files: *fetched* now, *waiting* until they are whole, *known* from before, *failed*, and *other*, which are
    none of the agency's feeds. Exit code 1 where anything failed.

    Example: `outreach fetch && outreach run`
    """
    from pipeline.fetch.fetching import fetch_all
    from pipeline.fetch.secrets import from_environment

    settings = read_settings()
    chosen, sources = _chosen(agencies, settings)
    with console.progress_bars(not as_json) as progress:
        told = fetch_all(
            chosen,
            sources,
            deliveries or settings.deliveries,
            from_environment,
            clock(),
            is_patient=not no_wait,
            progress=progress,
        )
    if as_json:
        console.say_json([asdict(one) for one in told])
    else:
        _show(told)
    if any(one.failed for one in told):
        raise typer.Exit(INCOMPLETE)


def _chosen(names: list[str] | None, settings: Settings) -> tuple[list["Agency"], dict[str, "Source"]]:
    """Whose files are fetched, and from where? Raises SettingError where there is none."""
    from pipeline.agencies import load_agencies
    from pipeline.fetch.sources import read_sources

    declared = load_agencies()
    sources = read_sources(settings.sources_file, declared)
    if not sources:
        raise SettingError(f"no source is declared; `outreach fetch --help` shows how [{settings.sources_file}]")
    unknown = sorted(set(names or ()) - set(sources))
    if unknown:
        raise SettingError(f"these agencies have no source; there are {', '.join(sorted(sources))} {unknown}")
    return [agency for agency in declared if agency.name in (names or sources)], sources


def _show(told: list["Fetched"]) -> None:
    names = ("agency", "kind", "fetched", "waiting", "known", "failed", "other")
    console.table("What was fetched", names, [[getattr(one, name) for name in names] for one in told])
    for line in (line for one in told for line in (*one.problems, *one.notes)):
        console.complain(line)
    if any(one.waiting for one in told):
        console.complain("files that are waiting are not whole yet; the next `outreach fetch` looks at them again")
