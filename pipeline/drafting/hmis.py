"""What is known of an HMIS export? HUD gives its files and columns fixed names, so four of them have known feeds.

Source: HUD, HMIS CSV Format Specifications FY2024 and FY2026. docs/how-to/read-an-hmis-export.md says what they mean.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.archives import Place
from pipeline.contract.codes import EncounterKind, LawTag
from pipeline.contract.columns import Coded, Column, Kind, Matches, OneOf, When, needed
from pipeline.contract.formats import Delimited
from pipeline.contract.rules import Death, EncounterRule, EndRule, PersonFields, PersonRule, Quality, Refusal
from pipeline.drafting.columns import Judged
from pipeline.drafting.known import Known

if TYPE_CHECKING:
    from pipeline.drafting.draft import FeedDraft

READ = ("Client", "Enrollment", "Exit", "Export")
"""Files of an export that are read."""

OTHERS = frozenset(
    (
        *("affiliation", "assessment", "assessmentquestions", "assessmentresults", "ceparticipation", "disabilities"),
        *("currentlivingsituation", "employmenteducation", "event", "funder", "healthanddv", "hmisparticipation"),
        *("incomebenefits", "inventory", "organization", "project", "projectcoc", "services", "user"),
        "youtheducationstatus",
    )
)
"""The other files of an export, in small letters."""

MARKS = {
    "client": {"PersonalID", "NameDataQuality", "DateUpdated"},
    "enrollment": {"EnrollmentID", "PersonalID", "EntryDate", "DateUpdated"},
    "exit": {"ExitID", "EnrollmentID", "ExitDate", "DateUpdated"},
    "export": {"ExportID", "HashStatus"},
}
"""File → columns that it has in every year; a file of the same name without them is somebody's own."""

DAY, MOMENT = ("%Y-%m-%d",), ("%Y-%m-%d %H:%M:%S", "iso")
IN_PART, NOT_KNOWN = ("2",), ("8", "9", "99")
DECEASED = OneOf("Destination", ("24",))
DELETED = Matches("DateDeleted", r"\S")

LATE_AFTER_DAYS = 35
"""Days. An export is made monthly as a rule."""


def is_export(names: Iterable[str]) -> bool:
    """Are these the names of files of one export?"""
    return {"client.csv", "enrollment.csv"} <= {name.rpartition("/")[2].lower() for name in names}


def without_unneeded(places: Sequence[Place]) -> tuple[list[Place], tuple[str, ...]]:
    """Which files are looked at where some come in an export, and what is said of those that are not?"""
    inside: dict[str, list[Place]] = {}
    for place in places:
        inside.setdefault(place.name.rpartition("/")[0], []).append(place)
    unneeded = [
        one for each in inside.values() if is_export(place.name for place in each) for one in each if _is_other(one)
    ]
    if not unneeded:
        return list(places), ()
    told = f"files: {len(unneeded)} more of the HMIS export have no feed; {', '.join(READ)} are enough for a list"
    return [one for one in places if one not in unneeded], (told,)


def _is_other(place: Place) -> bool:
    own = place.name.rpartition("/")[2].lower()
    return own.endswith(".csv") and own.removesuffix(".csv") in OTHERS


def joined(feeds: Iterable["FeedDraft"]) -> list["FeedDraft"]:
    """How are these feeds drafted, once those that are tables of one export know of each other?"""
    found = list(feeds)
    exports: dict[str, dict[str, int]] = {}
    for number, one in enumerate(found):
        if _is_table(one):
            exports.setdefault(one.names.pattern.rpartition("/")[0], {})[one.names.stem] = number
    for count, tables in enumerate(exports.values(), start=1):
        known = _tables(frozenset(tables), f"_{count}" if count > 1 else "")
        for table, number in tables.items():
            found[number] = _as_known(found[number], known[table])
    return found


def _is_table(feed: "FeedDraft") -> bool:
    marks = MARKS.get(feed.names.stem)
    is_plain = isinstance(feed.wire.format, Delimited) and not feed.wire.known
    return is_plain and marks is not None and marks <= set(feed.wire.columns)


def _as_known(feed: "FeedDraft", known: Known) -> "FeedDraft":
    """What is drafted of a table: what is known, with days as the sample writes them where it does so otherwise?"""
    judged = {one.name.upper(): one for one in feed.columns}
    spelled = {alias: column.name for column in known.columns for alias in (column.name, *column.aliases)}
    left = known.only_with({spelled[name] for name in spelled if name.upper() in judged})
    columns = tuple(_dated(column, judged.get(column.name.upper())) for column in left.columns)
    dated = replace(left, columns=columns)
    others = len(feed.columns) - len(columns)
    told = (f"columns: {others} more of the file are kept as they come, and used for nothing",) if others > 0 else ()
    wire = replace(feed.wire, known=dated, decisions=(*feed.wire.decisions, *told))
    return replace(feed, name=left.name, key=left.key, wire=wire, columns=dated.judged(), blanks=())


def _dated(column: Column, judged: Judged | None) -> Column:
    is_otherwise = bool(column.formats and judged and set(judged.formats) - set(column.formats))
    return replace(column, formats=judged.formats, kind=judged.kind) if judged and is_otherwise else column


# --- the tables ------------------------------------------------------------------------------------------------------


def _tables(present: frozenset[str], number: str) -> dict[str, Known]:
    """What is known of each table of an export that has these tables, and its feeds this number?"""
    about = {"is_about": "PersonalID", "person_feed": f"clients{number}"} if "client" in present else None
    common: dict[str, object] = {
        "version_column": "DateUpdated",
        "never_happened": DELETED,
        "law": (LawTag.HMIS,),
        "late_after_days": LATE_AFTER_DAYS,
    }
    decisions = {
        "law": "has counsel said which release of information covers this use?",
        "late_after_days": "how often is an export made?",
    }
    return {
        "client": _clients(common, decisions, number),
        "enrollment": _enrollments(common, decisions, about, number),
        "exit": _exits(common, decisions, about, number if "enrollment" in present else None, number),
        "export": _exports(decisions, number),
    }


def _clients(common: dict, decisions: dict, number: str) -> Known:
    codes = ("1", *IN_PART, *NOT_KNOWN)
    return Known(
        name=f"clients{number}",
        row_is="one client",
        key=("PersonalID",),
        columns=(
            _person(),
            Column(name="FirstName", meaning="Given name.", is_required=True, is_personal=True),
            Column(name="MiddleName", meaning="Middle name.", is_personal=True),
            Column(name="LastName", meaning="Surname.", is_required=True, is_personal=True),
            Column(name="NameSuffix", meaning="Jr, Sr, II and the like.", is_personal=True),
            Column(name="NameDataQuality", meaning="How well the name is known.", kind=Kind.CODE, codes=codes),
            Column(name="SSN", meaning="Social security number; x for a digit not known.", is_personal=True),
            Column(name="SSNDataQuality", meaning="How well the number is known.", kind=Kind.CODE, codes=codes),
            Column(name="DOB", meaning="Date of birth.", kind=Kind.DATE, formats=DAY, is_personal=True),
            Column(name="DOBDataQuality", meaning="How well the birth date is known.", kind=Kind.CODE, codes=codes),
            Column(
                name="Sex",
                meaning="Sex, since FY2026: 0 female, 1 male.",
                kind=Kind.CODE,
                codes=("0", "1", *NOT_KNOWN),
                is_personal=True,
            ),
            *_changed(),
        ),
        rules=common
        | {
            "person": PersonRule(
                fields=PersonFields(
                    first_name="FirstName",
                    middle_name="MiddleName",
                    last_name="LastName",
                    suffix="NameSuffix",
                    name_quality=Quality(column="NameDataQuality", in_part=IN_PART, not_known=NOT_KNOWN),
                    ssn="SSN",
                    ssn_quality=Quality(column="SSNDataQuality", in_part=IN_PART, not_known=NOT_KNOWN),
                    birth_date="DOB",
                    birth_date_quality=Quality(column="DOBDataQuality", in_part=IN_PART, not_known=NOT_KNOWN),
                    sex=Coded("Sex", {"0": "F", "1": "M"}),
                )
            )
        },
        decisions=decisions | {"person": "are clients of victim service providers left out of the export?"},
    )


def _enrollments(common: dict, decisions: dict, about: dict | None, number: str) -> Known:
    stay = EncounterRule(kind=EncounterKind.HOUSING_SERVICE, occurred_at=When("EntryDate"), **(about or {}))
    return Known(
        name=f"enrollments{number}",
        row_is="one client's time in one project",
        key=("EnrollmentID",),
        columns=(
            needed("EnrollmentID", "Number of the enrollment."),
            _person(),
            needed("EntryDate", "First day in the project.", kind=Kind.DATE, formats=DAY),
            *_changed(),
        ),
        rules=common | {"fewest_rows": 0} | ({"encounters": (stay,)} if about else {}),
        decisions=decisions | {"encounters": "does every project of the export count as a housing service?"},
    )


def _exits(common: dict, decisions: dict, about: dict | None, ended: str | None, number: str) -> Known:
    end = EndRule(
        encounter_feed=f"enrollments{ended or ''}",
        is_about=("EnrollmentID",),
        kind=EncounterKind.HOUSING_SERVICE,
        ended_at=When("ExitDate"),
    )
    rules = common | {"fewest_rows": 0}
    if about:
        rules["person"] = PersonRule(about=DECEASED, death=Death(when=DECEASED, date="ExitDate"), **about)
    if about and ended is not None:
        rules["ends"] = (end,)
    return Known(
        name=f"exits{number}",
        row_is="the end of one enrollment",
        key=("ExitID",),
        columns=(
            needed("ExitID", "Number of the exit."),
            needed("EnrollmentID", "Which enrollment ends."),
            _person(),
            needed("ExitDate", "Last day in the project.", kind=Kind.DATE, formats=DAY),
            Column(name="Destination", meaning="Where the client went.", kind=Kind.CODE, is_required=True),
            *_changed(),
        ),
        rules=rules,
        decisions=decisions | {"person": "is destination 24 written for who has died, and for nobody else?"},
    )


def _exports(decisions: dict, number: str) -> Known:
    why = "the names in this export are hashed, so they can be linked with nothing; ask for HashStatus 1"
    return Known(
        name=f"exports{number}",
        row_is="one export",
        key=("ExportID",),
        columns=(
            needed("ExportID", "Number of the export."),
            Column(
                name="ExportDirective",
                meaning="What it is meant as: 1 a delta, 2 a full refresh, 3 something else.",
                kind=Kind.CODE,
                codes=("1", "2", "3"),
            ),
            Column(
                name="HashStatus",
                meaning="Whether names are hashed: 1 no, 2 and 4 for RHY, 3 as agreed.",
                kind=Kind.CODE,
                is_required=True,
            ),
        ),
        rules={
            "law": (LawTag.HMIS,),
            "late_after_days": LATE_AFTER_DAYS,
            "most_rows": 1,
            "is_full": OneOf("ExportDirective", ("2",)),
            "refusals": (Refusal(when=Matches("HashStatus", r"\A(?!1\Z)"), why=why),),
        },
        decisions=decisions,
    )


def _person() -> Column:
    return needed("PersonalID", "Number of the client.")


def _changed() -> tuple[Column, ...]:
    return (
        Column(name="DateUpdated", meaning="When the row last changed.", kind=Kind.MOMENT, formats=MOMENT),
        Column(name="DateDeleted", meaning="When the row was taken back."),
    )
