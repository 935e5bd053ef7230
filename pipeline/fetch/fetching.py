"""What is new where agencies leave their files? Goes through their places; one that is down keeps no other waiting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.contract.declaration import Agency
from pipeline.contract.errors import OutreachError, SourceProblem, SourceUnavailable
from pipeline.fetch.ledger import Ledger, opened
from pipeline.fetch.looking import names_for
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.places import Place
from pipeline.fetch.secrets import Secrets
from pipeline.fetch.sources import FhirSource, FilesSource, FolderSource, S3Source, SftpSource, Source, SqlSource
from pipeline.fetch.trying import Clock, again_while_down

Progress = Callable[[str, float], None]
"""Told the name of a step and the share of it that is done, from 0 to 1."""


@dataclass(frozen=True)
class Fetched:
    """What came of one agency's fetch?

    Attributes:
        kind: of place, as declared.
        problems: one clear line each; nobody's values, no address with a login.
        is_down: whether trying again may help with all of them.
    """

    agency: str
    kind: str
    fetched: int
    waiting: int
    known: int
    failed: int
    other: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    is_down: bool = False


def fetch_all(
    agencies: Sequence[Agency],
    sources: Mapping[str, Source],
    deliveries: Path,
    secrets: Secrets,
    clock: Clock,
    *,
    is_patient: bool = True,
    progress: Progress = lambda step, share: None,
) -> list[Fetched]:
    """Fetch what is new of these agencies into `deliveries/<agency>`.

    Args:
        agencies: whose files are fetched, in this order.
        sources: from where, by the agency's name.
        deliveries: folder of one folder per agency.
        secrets: tells a secret by its reference.
        clock: tells moments, and pauses.
        is_patient: whether files that were seen for the first time are looked at once more after their pause; else
            the next fetch does.
        progress: told how far each agency is.
    """

    def visit(agency: Agency) -> Outcome:
        step = f"fetch {agency.title}"
        try:
            return _fetch(agency, sources[agency.name], deliveries, secrets, clock, lambda share: progress(step, share))
        finally:
            progress(step, 1)

    outcomes = {agency.name: visit(agency) for agency in agencies}
    settling = [one for one in agencies if outcomes[one.name].waiting and _pause(sources[one.name])]
    if is_patient and settling:
        clock.sleep(max(_pause(sources[agency.name]) for agency in settling))
        outcomes |= {agency.name: outcomes[agency.name].then(visit(agency)) for agency in settling}
    return [_told(agency, sources[agency.name].kind, outcomes[agency.name]) for agency in agencies]


def _pause(source: Source) -> int:
    """For how many seconds has a file of this place to stand still? 0 where nothing is waited for."""
    is_settling = isinstance(source, FilesSource) and not (source.marker or source.checksum)
    return source.settle_seconds if is_settling else 0


def _told(agency: Agency, kind: str, outcome: Outcome) -> Fetched:
    return Fetched(
        agency=agency.name,
        kind=kind,
        fetched=outcome.fetched,
        waiting=outcome.waiting,
        known=outcome.known,
        failed=outcome.failed,
        other=outcome.other,
        problems=tuple(f"[{agency.name}] [{kind}] {problem}" for problem in outcome.problems),
        notes=tuple(f"[{agency.name}] [{kind}]: {note}" for note in outcome.notes),
        is_down=all(isinstance(problem, SourceUnavailable) for problem in outcome.problems),
    )


def _fetch(
    agency: Agency, source: Source, deliveries: Path, secrets: Secrets, clock: Clock, progress: Callable[[float], None]
) -> Outcome:
    """What came of one visit? Every problem is one of this agency alone."""
    try:
        with opened(deliveries / agency.name, names_for(agency)) as ledger:
            return _visit(agency, source, ledger, secrets, clock, progress)
    except OutreachError as problem:
        told = problem if isinstance(problem, SourceProblem) else SourceProblem(str(problem))
        return Outcome(failed=1, problems=(told,))


def _visit(
    agency: Agency, source: Source, ledger: Ledger, secrets: Secrets, clock: Clock, progress: Callable[[float], None]
) -> Outcome:
    from pipeline.fetch import databases, exports, files

    if isinstance(source, SqlSource):
        return databases.fetch_rows(databases.Errand(agency, source, ledger, secrets, clock))
    if isinstance(source, FhirSource):
        return exports.fetch_export(exports.Errand(agency, source, ledger, secrets, clock))
    place = again_while_down(lambda: open_place(source, secrets), clock)
    try:
        return files.fetch_files(files.Errand(agency, source, place, ledger, secrets, clock), progress)
    finally:
        place.close()


def open_place(source: FilesSource, secrets: Secrets) -> Place:
    """Open the place that is declared."""
    from pipeline.fetch import places, web

    if isinstance(source, FolderSource):
        return places.folder_place(source, secrets)
    if isinstance(source, SftpSource):
        return places.sftp_place(source, secrets)
    if isinstance(source, S3Source):
        return places.s3_place(source, secrets)
    return web.web_place(source, secrets)
