"""How do the files of a place get among the deliveries? Each whole one is fetched, verified and delivered."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline import disk
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import SourceProblem, SourceRefused, SourceUnavailable
from pipeline.fetch.decrypting import decrypt
from pipeline.fetch.ledger import Arrived, Ledger
from pipeline.fetch.looking import ENCRYPTED, Remote, Steady, companion_name, is_wanted, judge, plain_name
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.places import Gone, Place
from pipeline.fetch.secrets import Secrets
from pipeline.fetch.sources import FilesSource
from pipeline.fetch.trying import Clock, again_while_down

ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Hexadecimal digits of a checksum → what made it."""

LONGEST_CHECKSUM_FILE = 10_000
"""Bytes. A checksum file is a line."""


class StillChanging(Exception):
    """The file changed while it was read: it was not whole after all, and is looked at again."""


@dataclass(frozen=True)
class Errand:
    """What is needed to fetch an agency's files from a place?"""

    agency: Agency
    source: FilesSource
    place: Place
    ledger: Ledger
    secrets: Secrets
    clock: Clock


def fetch_files(errand: Errand, progress: Callable[[float], None]) -> Outcome:
    """Look once, and fetch what is new and whole.

    Raises:
        SourceProblem: the place cannot be looked at. What goes wrong with one file is told, and the others go on.
    """
    source, ledger = errand.source, errand.ledger
    seen = again_while_down(errand.place.look, errand.clock)
    is_decrypted = source.decrypt is not None
    wanted = [one for one in seen if is_wanted(errand.agency, one.name, is_decrypted=is_decrypted)]
    told_of = _tellers(source, wanted)
    wanted = [one for one in wanted if one.name not in told_of]
    other = sum(one.name not in told_of for one in seen) - len(wanted)
    new = [one for one in wanted if not ledger.knows(one)]
    now = errand.clock.now()
    verdict = judge(new, seen, ledger.looks(), now, source)
    outcome = Outcome(known=len(wanted) - len(new), waiting=len(verdict.waiting), other=other)
    steady = dict(verdict.steady)
    for number, remote in enumerate(verdict.whole):
        progress(number / len(verdict.whole))
        try:
            fetched = _fetch(errand, remote)
            outcome = outcome.plus(fetched=fetched, known=1 - fetched)
            steady.pop(remote.name, None)
        except StillChanging:
            outcome = outcome.plus(waiting=1)
            steady[remote.name] = Steady(remote.version, now)
        except Gone:
            steady.pop(remote.name, None)
        except SourceProblem as problem:
            outcome = outcome.plus(failed=1, problems=(_about(problem, remote.name),))
    with disk.told_plainly(ledger.folder):
        ledger.keep_looks(steady)
    return outcome


def _about(problem: SourceProblem, name: str) -> SourceProblem:
    return type(problem)(f"[{name}]: {problem}")


def _tellers(source: FilesSource, wanted: list[Remote]) -> set[str]:
    """Which of these only say something of another?"""
    templates = [template for template in (source.marker, source.checksum) if template]
    return {companion_name(template, one.name) for template in templates for one in wanted}


def _fetch(errand: Errand, remote: Remote) -> int:
    """Fetch one file. Answers 1 where it is new, 0 where its bytes were delivered under its name before."""
    source, ledger = errand.source, errand.ledger
    name = plain_name(remote.name, is_decrypted=source.decrypt is not None)
    with disk.told_plainly(ledger.folder):
        place = again_while_down(lambda: _download(errand, remote), errand.clock)
        try:
            _check_sum(errand, remote, place)
            if source.decrypt and ENCRYPTED.fullmatch(remote.name):
                place = _decrypted(errand, place, name)
            arrived = Arrived(place, name, disk.file_checksum(place))
            return ledger.deliver([arrived], seen=[remote])
        finally:
            place.unlink(missing_ok=True)


def _download(errand: Errand, remote: Remote) -> Path:
    """Where do the bytes of the file that was looked at lie? Raises StillChanging where it was replaced meanwhile."""
    with errand.ledger.writing(remote.name) as (path, stream):
        for chunk in errand.place.read(remote.name):
            stream.write(chunk)
        if errand.place.look_at(remote.name).version != remote.version:
            raise StillChanging
        if remote.size is not None and stream.tell() != remote.size:
            raise SourceUnavailable("fewer or more bytes came than the place told of; try again later")
    return path


def _check_sum(errand: Errand, remote: Remote, place: Path) -> None:
    if errand.source.checksum is None:
        return
    beside = companion_name(errand.source.checksum, remote.name)
    content = again_while_down(lambda: b"".join(islice(errand.place.read(beside), 1)), errand.clock)
    declared = declared_checksum(content[:LONGEST_CHECKSUM_FILE])
    if declared is None:
        raise SourceRefused(f"its checksum file holds no checksum; ask the agency to write it again [{beside}]")
    algorithm, digits = declared
    if disk.file_checksum(place, algorithm) != digits:
        raise SourceRefused(f"its bytes are not those of its checksum; ask the agency to send it again [{beside}]")


def declared_checksum(content: bytes) -> tuple[str, str] | None:
    """Which checksum does a checksum file declare? (algorithm, digits), or None where it is none.

    >>> declared_checksum(b"D41D8CD98F00B204E9800998ECF8427E  calls.csv")
    ('md5', 'd41d8cd98f00b204e9800998ecf8427e')
    """
    words = content.decode("ascii", "replace").lower().split()
    digits = words[0].removeprefix("\\") if words else ""
    is_checksum = len(digits) in ALGORITHMS and not set(digits) - set("0123456789abcdef")
    return (ALGORITHMS[len(digits)], digits) if is_checksum else None


def _decrypted(errand: Errand, encrypted: Path, name: str) -> Path:
    """Where does the opened file lie? The encrypted one is gone then."""
    assert errand.source.decrypt is not None
    plain = errand.ledger.path_for(f"{name} opened")
    plain.unlink(missing_ok=True)
    try:
        decrypt(encrypted, plain, errand.source.decrypt, errand.secrets)
    except SourceProblem:
        plain.unlink(missing_ok=True)
        raise
    finally:
        encrypted.unlink(missing_ok=True)
    disk.sync_file(plain)
    return plain
