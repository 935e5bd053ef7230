"""Which files does a run leave behind, and how do they get onto the disk? Four, each whole or not at all.

All forms are made in memory before the first is written, so a form that cannot be made leaves last week's files alone.
"""

import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pipeline.contract.errors import OutreachError
from pipeline.contract.outreach_list import OutreachList, RunFigures
from pipeline.publish import document, list_json, run_report, workbook

LIST_JSON = "outreach_list.json"
LIST_WORKBOOK = "outreach_list.xlsx"
LIST_DOCUMENT = "outreach_list.pdf"
RUN_REPORT = "run_report.html"


class CannotWriteFiles(OutreachError):
    """The folder for the published files cannot be written: make room or give the program the right to write there."""


class PointsDoNotAddUp(OutreachError):
    """An entry's reasons are not worth its points. Such a list would explain itself wrongly, so it is not shown."""


def render_all(
    outreach_list: OutreachList, figures: RunFigures, printed_by: str, printed_at: datetime
) -> dict[str, bytes]:
    """What does a run leave behind? File name → content, for the list's three forms and the report of the run.

    Raises:
        PointsDoNotAddUp: if an entry's points are not the sum of its reasons.
        SettingError: if `printed_at` carries no time zone.
    """
    for entry in outreach_list.entries:
        total = sum(reason.points for reason in entry.reasons)
        if total != entry.points:
            raise PointsDoNotAddUp(
                f"[{entry.person_id}]: the reasons add up to [{total}] points, the entry says [{entry.points}]."
            )
    return {
        LIST_JSON: list_json.render(outreach_list),
        LIST_WORKBOOK: workbook.render(outreach_list),
        LIST_DOCUMENT: document.render(outreach_list, printed_by, printed_at),
        RUN_REPORT: run_report.render(outreach_list, figures),
    }


def write_all(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Where do the files go? Into `out`, made if need be; a reader sees each old file or the new one, never half.

    The files name people, so only their owner may read them; a folder made here is closed to others as well.

    Returns:
        The paths written, in the order of `files`.

    Raises:
        CannotWriteFiles: if the folder or a file in it cannot be written.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = [_write_whole(out / name, content) for name, content in files.items()]
        _sync_folder(out)
    except OSError as problem:
        why = os.strerror(problem.errno) if problem.errno else "unknown reason"
        raise CannotWriteFiles(
            f"The folder [{out}] cannot be written ({why}): free some room, give the right to write, or choose another."
        ) from problem
    return paths


def _write_whole(path: Path, content: bytes) -> Path:
    """How is a file replaced at one stroke? Written beside it, forced to the disk, renamed over the old one."""
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
    return path


def _sync_folder(folder: Path) -> None:
    """How does a rename survive a power cut? The folder itself is forced to the disk. Windows has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
