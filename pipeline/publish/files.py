"""Which files does a run leave behind? Four, all of one list.

All forms are made in memory before the first is written, so a form that cannot be made leaves last week's files alone.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pipeline import disk
from pipeline.contract.errors import OutreachError
from pipeline.contract.outreach_list import OutreachList, RunFigures
from pipeline.publish import document, list_json, run_report, workbook

LIST_JSON = "outreach_list.json"
LIST_WORKBOOK = "outreach_list.xlsx"
LIST_DOCUMENT = "outreach_list.pdf"
RUN_REPORT = "run_report.html"
NAMES = (LIST_JSON, LIST_WORKBOOK, LIST_DOCUMENT, RUN_REPORT)


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
    """Where do single files go? Into `out`, made if need be; a reader sees each old file or the new one, never half.

    The files name people, so only their owner may read them; a folder made here is closed to others as well.

    Returns:
        The paths written, in the order of `files`.

    Raises:
        CannotWriteFiles: if the folder or a file in it cannot be written.
    """
    with disk.told_plainly(out):
        disk.make_folder(out)
        paths = [disk.write_whole(out / name, content) for name, content in files.items()]
        disk.sync_folder(out)
    return paths
