"""Which code made a list? The version and a hash of every file that can change what a list says."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("pipeline", "linkage", "expectations", "sql")
SUFFIXES = {".py", ".sql", ".csv", ".json", ".j2"}


@cache
def code_version() -> str:
    """Which code is this? Such as `0.1.0+3f9a1c20`: the same files give the same text on any machine."""
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in SUFFIXES):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    try:
        number = version("outreach")
    except PackageNotFoundError:
        number = "0"
    return f"{number}+{digest.hexdigest()[:8]}"
