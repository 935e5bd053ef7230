"""How does the folder of published files change from one list to the next? By one rename, never file by file.

    out/lists/<list_id>/outreach_list.json, .xlsx, .pdf, run_report.html     every list published here, whole
    out/current                   → lists/<list_id>                          one link: replacing it publishes
    out/outreach_list.json, …     → current/outreach_list.json, …            the names that everybody knows

A reader who opens `out/current` once (as a folder) sees the files of one list, whatever happens meanwhile. On a file
system without links there is no `current`: the files are copied to the known names, each whole, one after the other.
"""

import errno
import json
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from pipeline import disk

LISTS, CURRENT = "lists", "current"
_LIST_ID = re.compile(r"[0-9a-f]{16}")


class _NoLinks(Exception):
    """This file system knows no links, or this user may not make any."""


_NO_LINKS = {errno.EPERM, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What systems answer that know no links, or do not let this user make any. A full or broken disk is none of these."""


def put(files: Mapping[str, bytes], list_id: str, out: Path) -> list[Path]:
    """Leave a list's files in a folder of its own; answers their paths. A folder that is there and whole stays.

    Raises:
        CannotWriteFiles: if the folder cannot be written.
    """
    with disk.told_plainly(out):
        disk.make_folder(out)
        disk.make_folder(out / LISTS)
        _put(files, out / LISTS / list_id)
    return [out / LISTS / list_id / name for name in files]


def turn_to(files: Mapping[str, bytes], list_id: str, out: Path) -> list[Path]:
    """Make a list that was `put` the one that is read here; answers the paths under the names that everybody knows.

    Raises:
        CannotWriteFiles: if the folder cannot be written.
    """
    with disk.told_plainly(out):
        try:
            _take_over(list(files), out)
            _link(out / CURRENT, Path(LISTS) / list_id)
            _name(files, out)
        except _NoLinks:
            for name, content in files.items():
                disk.write_whole(out / name, content)
        disk.sync_folder(out)
    return [out / name for name in files]


def take_down(list_ids: Collection[str], names: Collection[str], out: Path) -> None:
    """Remove these lists from the folder: their own folders, stamped ones too, and the names that lead to one of them.

    Raises:
        CannotWriteFiles: if the folder cannot be written.
    """
    with disk.told_plainly(out):
        for list_id in list_ids:
            for folder in (out / LISTS).glob(f"{list_id}*"):
                shutil.rmtree(folder)
        is_linked = (out / CURRENT).is_symlink()
        content = {name: (out / name).read_bytes() for name in names if _is_plain(out / name)}
        if (is_linked and not (out / CURRENT).exists()) or (not is_linked and _id_in(content) in list_ids):
            for name in (*names, CURRENT):
                (out / name).unlink(missing_ok=True)


def turned_to(out: Path) -> str | None:
    """Which list is read here? None where no link says so."""
    link = out / CURRENT
    return link.readlink().name if link.is_symlink() else None


def sweep(names: list[str], out: Path) -> None:
    """Remove what a crash left half written here. Other people's files in the folder are left alone."""
    with disk.told_plainly(out):
        for name in (CURRENT, *names):
            for stray in out.glob(f".{name}.*{disk.PARTIAL}"):
                stray.unlink(missing_ok=True)
        for stray in (out / LISTS).glob(f".*{disk.PARTIAL}"):
            shutil.rmtree(stray)


def _put(files: Mapping[str, bytes], folder: Path) -> None:
    if folder.is_dir():
        damaged = {name: content for name, content in files.items() if not _holds(folder / name, content)}
        for name, content in damaged.items():
            disk.write_whole(folder / name, content)
        if damaged:
            disk.sync_folder(folder)
        return
    partial = folder.with_name(f".{folder.name}{disk.PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(mode=0o700)
        for name, content in files.items():
            disk.write_whole(partial / name, content)
        disk.sync_folder(partial)
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    disk.sync_folder(folder.parent)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _take_over(names: list[str], out: Path) -> None:
    """Where an older version left plain files under the known names, make them a list like any other, then links.

    Each step leaves readers the bytes they had: the files go into a folder, `current` names it, links replace them.
    """
    if (out / CURRENT).is_symlink():
        _name(names, out)
        return
    plain = {name: (out / name).read_bytes() for name in names if _is_plain(out / name)}
    if plain:
        folder = Path(LISTS) / (_id_in(plain) or _by_content(plain))
        if (out / folder).is_dir() and not all(_holds(out / folder / name, plain[name]) for name in plain):
            folder = Path(LISTS) / _by_content(plain)
        _put(plain, out / folder)
        _link(out / CURRENT, folder)
        _name(plain, out)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _by_content(plain: Mapping[str, bytes]) -> str:
    return "of-" + disk.checksum(b"".join(plain.values()))[:16]


def _id_in(plain: Mapping[str, bytes]) -> str | None:
    """Which id does the JSON among these files tell? None for one that is not ours."""
    for content in (content for name, content in plain.items() if name.endswith(".json")):
        try:
            found = json.loads(content)["list_id"]
        except (ValueError, KeyError, TypeError):
            return None
        return found if isinstance(found, str) and _LIST_ID.fullmatch(found) else None
    return None


def _name(names: Mapping[str, bytes] | list[str], out: Path) -> None:
    for name in names:
        _link(out / name, Path(CURRENT) / name)


def _link(link: Path, target: Path) -> None:
    """Make a link, or turn it to another target, at one stroke."""
    if link.is_symlink() and link.readlink() == target:
        return
    beside = link.with_name(f".{link.name}.link{disk.PARTIAL}")
    beside.unlink(missing_ok=True)
    try:
        beside.symlink_to(target)
    except OSError as problem:
        if problem.errno in _NO_LINKS:
            raise _NoLinks from None
        raise
    try:
        beside.replace(link)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    disk.sync_folder(link.parent)
