"""Feeds of three kinds, each with declarations that know more or less and files that hold more or less."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st

from pipeline.contract.declaration import Agency
from tests.cases import rosters
from tests.quarantine.corrections import AGENCIES, AMERICAN_TOO, DATES_ONLY, JAIL, with_columns
from tests.readers import hl7_messages
from tests.road import county

PROVIDER = AGENCIES["riverbend_behavioral_health"]


@dataclass(frozen=True)
class Kind:
    """How may one kind of feed be declared, and what may its files hold?

    Attributes:
        declarations: of the agency, each knowing other dates and codes.
        files: lists of rows, one list a file.
        write: puts the files into a folder of deliveries.
    """

    declarations: st.SearchStrategy[Agency]
    files: st.SearchStrategy[list[list[dict]]]
    write: Callable[[Path, list[list[dict]]], None]


def _files(rows: st.SearchStrategy[dict]) -> st.SearchStrategy[list[list[dict]]]:
    return st.lists(st.lists(rows, min_size=1, max_size=3), min_size=1, max_size=3)


# --- a delimited feed -------------------------------------------------------------------------------------------------


def _write_bookings(folder: Path, files: list[list[dict]]) -> None:
    for number, rows in enumerate(files):
        county.bookings(folder, *rows, name=f"bookings_2026111{number}.csv")


_DELIMITED = Kind(
    declarations=st.builds(
        lambda booked, born, sexes: with_columns(
            JAIL, BOOK_DT={"formats": booked}, DOB={"formats": born}, SEX={"aliases": sexes}
        ),
        st.sampled_from((DATES_ONLY, AMERICAN_TOO, ("%m/%d/%Y",))),
        st.sampled_from((DATES_ONLY, AMERICAN_TOO)),
        st.sampled_from(((), ("GENDER",))),
    ),
    files=_files(
        st.fixed_dictionaries(
            {
                "BOOKING_NO": st.sampled_from(("B1", "B2", "B3", "")),
                "BOOK_DT": st.sampled_from(("20261020", "10/21/2026", "20261350", "")),
                "DOB": st.sampled_from(("19800405", "04/06/1981", "x")),
                "STATUS": st.sampled_from(("RELEASED", "MISTAKEN")),
            }
        )
    ),
    write=_write_bookings,
)


# --- a roster -------------------------------------------------------------------------------------------------------


def _roster_declared(moments: tuple[str, ...], statuses: tuple[str, ...], lag_hours: int) -> Agency:
    codes = {"codes": statuses}
    declared = with_columns(rosters.JAIL, admitted_at={"formats": moments}, status=codes)
    [feed] = declared.feeds
    return replace(declared, feeds=(replace(feed, snapshot=replace(feed.snapshot, lag_hours=lag_hours)),))


def _write_rosters(folder: Path, files: list[list[dict]]) -> None:
    for number, rows in enumerate(files):
        rosters.roster(folder, 9 + number, *rows)


_ROSTER = Kind(
    declarations=st.builds(
        _roster_declared,
        st.sampled_from((("%Y-%m-%d %H:%M",), ("%Y-%m-%d %H:%M", "%m.%d.%Y %H:%M"))),
        st.sampled_from((("IN CUSTODY", "RELEASED"), ("IN CUSTODY", "RELEASED", "COURT"))),
        st.sampled_from((24, 48)),
    ),
    files=_files(
        st.builds(
            lambda number, admitted, status: rosters.listed(number, admitted, status=status),
            st.integers(0, 2),
            st.sampled_from(("2026-11-01 08:00", "11.02.2026 09:00", "11.10.2026 00:30", "2026-11-10 00:30", "")),
            st.sampled_from(("IN CUSTODY", "RELEASED", "COURT")),
        )
    ),
    write=_write_rosters,
)


# --- FHIR -----------------------------------------------------------------------------------------------------------


def _write_resources(folder: Path, files: list[list[dict]]) -> None:
    for number, rows in enumerate(files):
        county.resources(folder, *rows, name=f"00{number}")


_FHIR = Kind(
    declarations=st.builds(
        lambda born, codes: with_columns(PROVIDER, birth_date={"formats": born}, is_deceased={"codes": codes}),
        st.sampled_from((("%Y-%m-%d",), ("%Y-%m-%d", "%Y-%m"), ("%Y-%m-%d", "%Y-%m", "%Y"))),
        st.sampled_from((("true", "false"), ("true",))),
    ),
    files=_files(
        st.builds(
            lambda key, born, dead: county.patient(key, birthDate=born, deceasedBoolean=dead),
            st.sampled_from(("p1", "p2", "p3")),
            st.sampled_from(("1980-04-05", "1981-06", "1982")),
            st.booleans(),
        )
    ),
    write=_write_resources,
)

# --- HL7 v2, whose messages leave out what has not changed -----------------------------------------------------------


def _write_messages(folder: Path, files: list[list[str]]) -> None:
    target = folder / hl7_messages.hospital().name
    target.mkdir(parents=True, exist_ok=True)
    for number, messages in enumerate(files):
        (target / f"adt_{number}.hl7").write_bytes(hl7_messages.file_of(*messages))


def _message(event: str, number: str, name: str, born: str, hour: int) -> str:
    who = hl7_messages.pid(number, name=name, born=born)
    stay = hl7_messages.pv1(f"V{number}", began="" if event == "A03" else "20261101093000-0700")
    return hl7_messages.message(event, who, stay, sent_at=f"20261101{hour:02}0000-0700")


_HL7 = Kind(
    declarations=st.builds(
        lambda born, events: with_columns(
            hl7_messages.hospital(), birth_date={"formats": born}, event={"codes": events, "typical": {}}
        ),
        st.sampled_from((("hl7",), ("hl7", "%Y%m"))),
        st.sampled_from((("A03", "A04", "A29"), ("A03", "A04", "A08", "A29"))),
    ),
    files=_files(
        st.builds(
            _message,
            st.sampled_from(("A04", "A03", "A08")),
            st.sampled_from(("P1", "P2")),
            st.sampled_from(("LEE^ANN", "")),
            st.sampled_from(("19900131", "199001", "")),
            st.integers(8, 11),
        )
    ),
    write=_write_messages,
)

KINDS = {"delimited": _DELIMITED, "roster": _ROSTER, "FHIR": _FHIR, "HL7": _HL7}
