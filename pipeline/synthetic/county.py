"""What does a made-up county deliver, with the truth known? The two ways in: a whole county, or people from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import Agency, Feed, FhirNdjson
from pipeline.contract.errors import SettingError
from pipeline.synthetic import newcomers, writers
from pipeline.synthetic.chance import Chance
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.deliver import IN_REGISTER_SHARE, Register, Share, Teller, Told
from pipeline.synthetic.histories import write_history
from pipeline.synthetic.noise import Noise
from pipeline.synthetic.people import Person, Registry
from pipeline.synthetic.places import Places
from pipeline.synthetic.routing import route
from pipeline.synthetic.rows import Row
from pipeline.synthetic.spoilt import Spoiler
from pipeline.synthetic.truth import Truth

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class FeedSummary:
    """What did one feed deliver? `rows` counts every version sent, header lines apart."""

    agency: str
    feed: str
    files: int
    rows: int


@dataclass(frozen=True)
class SynthesisSummary:
    """What did the made-up county deliver?

    Attributes:
        feeds: one entry per feed, in the order of the declarations.
        persons: people who live in the county.
        persons_with_records: those at least one delivered row is about.
        person_records: rows of truth.csv.
        deliveries: folder with one folder of files per agency.
        truth, truth_people, truth_facts: paths of the three files of truth.
    """

    feeds: tuple[FeedSummary, ...]
    persons: int
    persons_with_records: int
    person_records: int
    deliveries: Path
    truth: Path
    truth_people: Path
    truth_facts: Path

    @property
    def rows(self) -> int:
        """How many rows were delivered in all?"""
        return sum(feed.rows for feed in self.feeds)


def synthesize(
    agencies: tuple[Agency, ...],
    *,
    persons: int,
    years: int,
    seed: int,
    as_of: date,
    out: Path,
    progress: Progress | None = None,
    harsher: bool = False,
) -> SynthesisSummary:
    """Which deliveries would the agencies of a made-up county send, and who is who in truth?

    Writes `out/<agency>/<file>` for every declared feed and, apart from them, `out/truth.csv` (one line per row that
    becomes a person record), `out/truth_people.csv` and `out/truth_facts.csv`. The same arguments give the same bytes.

    Args:
        agencies: whose deliveries to make; everything else follows from their declarations.
        persons: how many people live in the county, 1 or more.
        years: how long before `as_of` the story begins, 1 or more.
        seed: what chance starts from, 0 or more.
        as_of: last day; nothing delivered happened, and no file is dated, after it.
        out: folder to write into; files of the same name are replaced.
        progress: told what is being done and which share (0 to 1) is done.
        harsher: whether far more goes wrong in the records.

    Raises:
        SettingError: a number is too small.
        DeclarationError: a declaration describes a file name or value no text was found for.
    """
    for name, value, least in (("persons", persons, 1), ("years", years, 1), ("seed", seed, 0)):
        if value < least:
            raise SettingError(f"{name} must be {least} or more [{value}]")
    clock, places = _world(agencies, years=years, seed=seed, as_of=as_of)
    report = progress or _say_nothing
    report("people", 0.0)
    people = Registry(places, Chance(seed, "people"), start=clock.first_day, as_of=as_of).settle(persons)
    return _tell_all(agencies, people, places, clock, seed=seed, out=out, report=report, harsher=harsher)


def project(
    agencies: tuple[Agency, ...],
    people: pd.DataFrame,
    *,
    seed: int,
    as_of: date,
    out: Path,
    only: tuple[str, ...] = (),
    years: int = 2,
    harsher: bool = False,
) -> SynthesisSummary:
    """Which deliveries would agencies send about people given from outside?

    The people keep their names, birth dates, numbers, addresses and deaths; what happens to them is made up, and each
    meets at least one of the agencies where age and life allow. Writes the same files as `synthesize`.

    Args:
        agencies: declared agencies.
        people: one row per person; `person_truth` names them. Columns, each text and possibly missing: first_name,
            middle_name, last_name, suffix, maiden_name, birth_date, death_date (ISO), sex, ssn, phone, email,
            street_address, city, state, postcode.
        seed: what chance starts from, 0 or more.
        as_of: last day, as for `synthesize`.
        out: folder to write into, as for `synthesize`.
        only: names of the agencies to make deliveries of; empty for all.
        years: how long before `as_of` the story begins.
        harsher: whether far more goes wrong in the records.

    Raises:
        SettingError: a needed column is missing, or `only` names no agency that is declared.
    """
    chosen = tuple(agency for agency in agencies if not only or agency.name in only)
    if not chosen:
        raise SettingError(f"no such agency to project people onto {list(only)}")
    clock, places = _world(chosen, years=years, seed=seed, as_of=as_of)
    settled = newcomers.settle(people, places, Chance(seed, "newcomers"), clock)
    kinds = {rule.kind for agency in chosen for feed in agency.feeds for rule in feed.encounters}
    return _tell_all(
        chosen, settled, places, clock, seed=seed, out=out, report=_say_nothing, harsher=harsher, at_least_one_of=kinds
    )


def _world(agencies: tuple[Agency, ...], *, years: int, seed: int, as_of: date) -> tuple[Clock, Places]:
    """When and where does the story play? Areas are those the agencies cover."""
    if not agencies:
        raise SettingError("no agency is declared, so nobody could deliver anything [0]")
    zones = tuple(dict.fromkeys(agency.zone for agency in agencies))
    clock = Clock(as_of - timedelta(days=round(365.25 * years)), as_of, zones)
    areas = dict.fromkeys(agency.area for agency in agencies if agency.area)
    mentions = tuple((area, sum(area in agency.title for agency in agencies)) for area in areas)
    return clock, Places(mentions, Chance(seed, "places"))


def _tell_all(
    agencies: tuple[Agency, ...],
    people: list[Person],
    places: Places,
    clock: Clock,
    *,
    seed: int,
    out: Path,
    report: Progress,
    harsher: bool,
    at_least_one_of: set[EncounterKind] | None = None,
) -> SynthesisSummary:
    """What happens to the people, what does each agency deliver of it, and what is true?"""
    report("histories", 0.15)
    history = write_history(people, places, Chance(seed, "histories"), clock)
    if at_least_one_of:
        newcomers.meet_everyone(history, people, at_least_one_of, places, Chance(seed, "meetings"), clock)
    shares = route(agencies, history, Chance(seed, "routing"))
    truth, summaries = Truth(), []
    for number, agency in enumerate(agencies):
        report(agency.name, 0.3 + 0.65 * number / len(agencies))
        told = _tell_agency(agency, people, places, clock, shares, seed=seed, harsher=harsher)
        spoiler = Spoiler(Chance(seed, agency.name, "spoilt"), harsher=harsher)
        summaries += _deliver(agency, told, out / agency.name, spoiler)
        for feed in agency.feeds:
            truth.note(agency, feed, told[feed.name][0], people)
    report("truth", 0.95)
    truth.write(out, people)
    report("done", 1.0)
    with_records = len({line[3] for line in truth.records})
    return SynthesisSummary(
        feeds=tuple(summaries),
        persons=len(people),
        persons_with_records=with_records,
        person_records=len(truth.records),
        deliveries=out,
        truth=out / "truth.csv",
        truth_people=out / "truth_people.csv",
        truth_facts=out / "truth_facts.csv",
    )


def _tell_agency(
    agency: Agency,
    people: list[Person],
    places: Places,
    clock: Clock,
    shares: dict[tuple[str, str], Share],
    *,
    seed: int,
    harsher: bool,
) -> dict[str, tuple[Told, Teller]]:
    """What does each feed of an agency tell? What points at something comes after it; people last of all.

    Feeds that point at people decide who is registered.
    """
    registers = {
        feed.name: Register(Chance(seed, agency.name, feed.name, "register"))
        for feed in agency.feeds
        if feed.person and not feed.encounters and not feed.person.person_feed
    }
    told: dict[str, tuple[Told, Teller]] = {}
    of_ends = {feed.name for feed in agency.feeds if feed.ends and not feed.encounters}
    for feed in sorted(agency.feeds, key=lambda feed: (feed.name in registers, feed.name in of_ends)):
        chance = Chance(seed, agency.name, feed.name)
        teller = Teller(agency, feed, people, clock, Noise(places, chance, harsher=harsher), chance)
        if feed.name in registers:
            if not registers[feed.name].entries:
                _fill(registers[feed.name], people, chance, clock)
            told[feed.name] = teller.tell_register(registers[feed.name]), teller
        elif feed.name in of_ends:
            told[feed.name] = teller.tell_ends({name: one for name, (one, _) in told.items()}, registers), teller
        else:
            told[feed.name] = teller.tell(shares[agency.name, feed.name], registers), teller
    return told


def _fill(register: Register, people: list[Person], chance: Chance, clock: Clock) -> None:
    """Who stands in a register that nothing points into? A share of the county, registered some day while alive."""
    for person in chance.some(people, IN_REGISTER_SHARE):
        at = clock.moment(chance)
        if person.birth <= at.date() and (person.death is None or at.date() < person.death):
            register.number_of(person, at)


def _deliver(agency: Agency, told: dict[str, tuple[Told, Teller]], folder: Path, spoiler: Spoiler) -> list[FeedSummary]:
    """Which files does an agency deliver? Files of resources come with the log of their exports."""
    summaries = []
    exports: dict[datetime, dict[str, int]] = {}
    contents: dict[str, bytes] = {}
    for feed in agency.feeds:
        feed_told, teller = told[feed.name]
        files = {
            name: (until, spoiler.with_spoilt(feed, rows)) for name, (until, rows) in _by_name(feed, feed_told).items()
        }
        for name, (until, rows) in files.items():
            content = writers.file_bytes(feed, rows, teller.maker.layout.padded)
            contents[name] = (
                contents.get(name, b"") + content
            )  # feeds of one file write their messages one after another
            writers.write(folder / name, contents[name])
            if isinstance(feed.format, FhirNdjson):
                exports.setdefault(until.astimezone(ZoneInfo(agency.zone)), {})[name] = len(rows)
        count = sum(len(rows) for _, rows in files.values())
        summaries.append(FeedSummary(agency.name, feed.name, len(files), count))
    if exports:
        writers.write(folder / "log.ndjson", writers.export_log(sorted(exports.items())))
    return summaries


def _by_name(feed: Feed, told: Told) -> dict[str, tuple[datetime, list[Row]]]:
    """Which rows go into which file, made when? Where every file bears one name, it holds the newest of each row."""
    files: dict[str, tuple[datetime, list[Row]]] = {}
    for window, rows in told.files:
        if not rows and (feed.fewest_rows or isinstance(feed.format, FhirNdjson)):
            continue
        name = writers.file_name(feed, window.dated)
        before = files[name][1] if name in files else []
        newest = {tuple(row[column] for column in feed.key): row for row in (*before, *rows)}
        files[name] = (window.until, list(newest.values()))
    return files


def _say_nothing(doing: str, share: float) -> None:
    """Tells nobody how far the work has come."""
